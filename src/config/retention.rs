//! The schedules of the configuration file: how long sessions are kept, after which event.
//!
//! There is no built-in period. Must not read an archive.

use crate::archive::retention::{Period, Rule, Schedule};
use crate::error::{Error, Result, quote};
use serde::{Deserialize, Deserializer, de};

/// The keys of a schedule, `[retention.NAME]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScheduleKeys {
    /// The law or policy that it follows.
    authority: Option<String>,
    /// The event from which its periods count.
    event: Option<String>,
    /// The period.
    #[serde(deserialize_with = "period")]
    keep: Option<Period>,
    /// True if the period is a maximum.
    max: Option<bool>,
    /// The rule for biometric media.
    pub(super) biometric: RuleKeys,
}

/// The keys of the rule for biometric media, `[retention.NAME.biometric]`.
#[derive(Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RuleKeys {
    /// The period.
    #[serde(deserialize_with = "period")]
    keep: Option<Period>,
    /// True if the period is a maximum.
    max: Option<bool>,
}

fn period<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Period>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(de::Error::custom)
}

impl ScheduleKeys {
    /// Returns the schedule; `None` if it has no key, as in the example of a configuration.
    pub(super) fn schedule(&self, name: &str) -> Result<Option<Schedule>> {
        let Self { authority, event, keep, max, biometric } = self;
        let is_empty = authority.is_none() && event.is_none() && keep.is_none() && max.is_none() && *biometric == RuleKeys::default();
        if is_empty {
            return Ok(None);
        }
        let text = |key: &str, value: &Option<String>| {
            let text = value.as_deref().map(str::trim).filter(|text| !text.is_empty() && !text.contains(char::is_control));
            text.map(str::to_owned).ok_or_else(|| lacking(name, "", key))
        };
        let (authority, event) = (text("authority", authority)?, text("event", event)?);
        let rule = Rule { keep: keep.ok_or_else(|| lacking(name, "", "keep"))?, is_max: max.unwrap_or(false) };
        let RuleKeys { keep, max } = biometric;
        let biometric = match (keep, max) {
            (None, None) => None,
            (Some(keep), max) => Some(Rule { keep: *keep, is_max: max.unwrap_or(false) }),
            (None, Some(_)) => return Err(lacking(name, ".biometric", "keep")),
        };
        Ok(Some(Schedule { name: name.to_owned(), authority, event, rule, biometric }))
    }
}

fn lacking(name: &str, below: &str, key: &str) -> Error {
    let what = format!("the schedule [retention.{}{below}] has no {key}", quote(name));
    Error::configuration(what, "a schedule has authority, event and keep; vmedia config example explains every key")
}

/// Returns the text of a schedule for people.
pub(crate) fn schedule_text(schedule: &Schedule) -> String {
    let rule = |rule: &Rule| format!("{}{}", if rule.is_max { "at most " } else { "" }, rule.keep);
    let biometric = schedule.biometric.as_ref().map(|biometric| format!(", biometric media {}", rule(biometric))).unwrap_or_default();
    format!("{}: {} after {}{biometric}", schedule.name, rule(&schedule.rule), schedule.event)
}

/// Returns what no erasure can satisfy in these schedules: a maximum that ends before another period of the same event.
pub(crate) fn contradictions(schedules: &[Schedule]) -> Vec<String> {
    let rules = |schedule: &Schedule| [(Some(schedule.rule), ""), (schedule.biometric.or(Some(schedule.rule)), " (biometric media)")];
    let mut found = Vec::new();
    for most in schedules {
        for least in schedules.iter().filter(|least| least.event == most.event) {
            for ((maximum, part), (minimum, _)) in rules(most).into_iter().zip(rules(least)) {
                let (Some(maximum), Some(minimum)) = (maximum, minimum) else { continue };
                let is_own = part.is_empty() || most.biometric.is_some() || least.biometric.is_some();
                // Periods of months and of days can only be compared from a day on.
                let from = jiff::civil::Date::constant(2001, 1, 1);
                if is_own && maximum.is_max && !minimum.is_max && maximum.keep.last_day(from) < minimum.keep.last_day(from) {
                    found.push(format!("{}{part} is at most {}, and {} keeps for {}", most.name, maximum.keep, least.name, minimum.keep));
                }
            }
        }
    }
    found
}
