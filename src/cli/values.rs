//! Values of flags as people write them, checked where they are typed. Must not know which flag it is.

use crate::archive::{DrillSample, Shard};
use jiff::Timestamp;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// The values that `--provider-days` accepts.
pub(crate) const PROVIDER_DAYS: RangeInclusive<u32> = 1..=36_500;

/// The values that `--jobs` of a download accepts.
pub(crate) const JOBS: RangeInclusive<u16> = 1..=64;

/// The numbers of approvals that `--need` accepts.
pub(crate) const APPROVALS: RangeInclusive<u32> = 1..=100;

/// Returns the same for clap.
pub(super) fn jobs() -> RangeInclusive<i64> {
    i64::from(*JOBS.start())..=i64::from(*JOBS.end())
}

/// Returns the values of `--provider-days` for clap.
pub(super) fn days() -> RangeInclusive<i64> {
    i64::from(*PROVIDER_DAYS.start())..=i64::from(*PROVIDER_DAYS.end())
}

/// Returns the values of `--need` for clap.
pub(super) fn approvals() -> RangeInclusive<i64> {
    i64::from(*APPROVALS.start())..=i64::from(*APPROVALS.end())
}

/// Parses a percentage above 0 and up to 100, with or without the sign.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = f64::from_str(text.trim_end_matches('%').trim()).map_err(|_| "not a percentage".to_owned())?;
    if number > 0.0 && number <= 100.0 { Ok(number) } else { Err("more than 0 and at most 100".to_owned()) }
}

/// Parses a number of sessions, or a percentage of them.
pub(super) fn sample(text: &str) -> Result<DrillSample, String> {
    if text.ends_with('%') {
        return percent(text).map(DrillSample::Percent);
    }
    let count = text.parse::<u64>().ok().filter(|count| *count > 0);
    count.map(DrillSample::Count).ok_or_else(|| "it looks like 20 or 1%".to_owned())
}

/// A moment, or the time that has passed since it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    Moment(Timestamp),
    Ago(Duration),
}

impl Since {
    /// Returns the moment, if it is now `now`.
    pub(crate) fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Moment(moment) => moment,
            Self::Ago(time) => now.checked_sub(time).unwrap_or(Timestamp::MIN),
        }
    }
}

/// Parses a day, which begins at midnight UTC, a moment (RFC 3339), or a time up to now, such as 7d or 12h.
pub(super) fn since(text: &str) -> Result<Since, String> {
    let day = jiff::civil::Date::from_str(text).ok().and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let moment = Timestamp::from_str(text).ok().or_else(|| day.map(|day| day.timestamp())).map(Since::Moment);
    moment.or_else(|| ago(text)).ok_or_else(|| "it looks like 2026-11-21, 2026-11-21T09:30:00Z, 7d or 12h".to_owned())
}

/// Parses a time with its units; a week and a day are seven and one times 24 hours.
fn ago(text: &str) -> Option<Since> {
    let number = |unit: char| text.strip_suffix(unit).and_then(|number| u64::from_str(number).ok());
    let days = number('d').or_else(|| number('w').and_then(|weeks| weeks.checked_mul(7)));
    let days = days.and_then(|days| days.checked_mul(86_400)).map(Duration::from_secs);
    let time = days.or_else(|| Duration::try_from(jiff::SignedDuration::from_str(text).ok()?).ok())?;
    (!time.is_zero()).then_some(Since::Ago(time))
}

/// Parses a day.
pub(super) fn day(text: &str) -> Result<jiff::civil::Date, String> {
    let day = jiff::civil::Date::from_str(text).ok().filter(|_| text.len() == 10);
    day.ok_or_else(|| "a day is written as 2026-11-30".to_owned())
}

/// Parses a name that a person chose: some text in one line.
pub(super) fn label(text: &str) -> Result<String, String> {
    const LONGEST: usize = 200;
    if text.trim().is_empty() || text.contains(char::is_control) || text.len() > LONGEST {
        return Err(format!("a name is some text in one line, of at most {LONGEST} bytes"));
    }
    Ok(text.to_owned())
}

/// Parses a part of all sessions.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    Shard::parse(text).ok_or_else(|| "it looks like 3/50, up to 50/50 or from 0/50".to_owned())
}

/// A condition that a session meets or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// The code of its state.
    State(String),
    /// The provider's name.
    Provider(String),
    /// The decision, as the provider writes it.
    Decision(String),
}

/// The states of sessions in a catalog.
pub(super) const STATES: [&str; 6] = ["complete", "empty", "incomplete", "unfinished", "unreadable", "erased"];

/// Parses a condition. States are those of the catalog.
pub(super) fn condition(text: &str) -> Result<Condition, String> {
    match text.split_once('=') {
        Some(("state", state)) if STATES.contains(&state) => Ok(Condition::State(state.to_owned())),
        Some(("state", _)) => Err(format!("a state is one of {}", STATES.join(", "))),
        Some(("provider", provider)) => Ok(Condition::Provider(provider.to_owned())),
        Some(("decision", decision)) => Ok(Condition::Decision(decision.to_owned())),
        _ => Err("it looks like state=incomplete, provider=yoti or decision=declined".to_owned()),
    }
}

/// Parses 64 hex digits.
pub(super) fn sha256(text: &str) -> Result<String, String> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { Ok(text.to_ascii_lowercase()) } else { Err("64 hex digits, as `vmedia verify` prints them".to_owned()) }
}

/// Parses bytes: a number, with k, M or G for thousands, or Ki, Mi or Gi for powers of 1024.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let number = bytesize::ByteSize::from_str(text).map_err(|_| "a number of bytes, such as 800000, 500k or 2M".to_owned())?;
    if number.as_u64() > 0 { Ok(number.as_u64()) } else { Err("more than nothing".to_owned()) }
}

/// Parses a rate per second: a number with /s, /m or /h; /s is understood.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("it ends with /s, /m or /h".to_owned()),
    };
    let number = f64::from_str(number).map_err(|_| "a number, such as 20/s or 600/m".to_owned())?;
    if number.is_finite() && number > 0.0 { Ok(number / seconds) } else { Err("more than nothing".to_owned()) }
}

/// Parses a positive number of seconds, whole or not.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let number = f64::from_str(text).map_err(|_| "not a number of seconds".to_owned())?;
    if number > 0.0 && number <= 604_800.0 { Ok(Duration::from_secs_f64(number)) } else { Err("between 0 and 604800 seconds".to_owned()) }
}

/// Parses a time with its units, such as 90s, 20m, 2h or `1h 30m`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "a time such as 90s, 20m or 2h".to_owned();
    let span = jiff::SignedDuration::from_str(text).map_err(|_| wrong())?;
    let duration = Duration::try_from(span).map_err(|_| wrong())?;
    let week = Duration::from_secs(604_800);
    if duration.is_zero() || duration > week {
        Err("more than nothing and at most a week, such as 20m or 2h".to_owned())
    } else {
        Ok(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::{Since, since};
    use jiff::Timestamp;

    #[test]
    fn a_beginning_is_a_day_a_moment_or_a_time_ago() {
        let now: Timestamp = "2026-11-29T20:00:00Z".parse().expect("a moment");
        for (text, expected) in [
            ("2026-11-21", "2026-11-21T00:00:00Z"),
            ("2026-11-21T09:30:00Z", "2026-11-21T09:30:00Z"),
            ("7d", "2026-11-22T20:00:00Z"),
            ("2w", "2026-11-15T20:00:00Z"),
            ("12h", "2026-11-29T08:00:00Z"),
            ("1h 30m", "2026-11-29T18:30:00Z"),
        ] {
            assert_eq!(since(text).expect(text).moment(now).to_string(), expected, "{text}");
        }
        assert_eq!(since("9999999d").expect("a time").moment(now), Timestamp::MIN);
        for text in ["yesterday", "7", "0d", "-7d", "d", ""] {
            assert!(since(text).is_err(), "{text}");
        }
        assert_eq!(since("1d"), Ok(Since::Ago(std::time::Duration::from_secs(86_400))));
    }
}
