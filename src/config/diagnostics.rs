//! Reports errors in a configuration file by line and key, with suggestions.
//!
//! Must never repeat a value, which may be a secret.

use super::keys::keys_of;
use super::profile::{File, Profile};
use super::retention::{RuleKeys, ScheduleKeys};
use super::suggest::suggest;
use crate::error::{Error, quote};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const EXAMPLE: &str = "vmedia config example explains every key";
const PROFILES: &str = "profiles are written as [profiles.NAME], each with its keys below it";
const SCHEDULES: &str = "schedules are written as [retention.NAME], each with its keys below it";
const PATHS: &str = r"write paths in single quotes and in full, as in 'C:\Archive' or '/srv/archive'";
const SECRETS: &str = "no secret stands in this file; secret_file, secret_command and the like say where it lies";

/// Names under which people write a secret down.
const FOR_SECRETS: [&str; 8] = ["secret", "api_secret", "shared_secret", "master_key", "private_key", "password", "token", "bearer"];

/// A file and its text.
#[derive(Clone, Copy)]
pub(super) struct ConfigText<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl ConfigText<'_> {
    /// Returns the error of a text that is not TOML.
    pub(super) fn syntax_error(&self, error: &toml::de::Error) -> Error {
        let at = error.span();
        let line = at.as_ref().map_or("", |at| self.line_of(at));
        let key = line.split(['=', ' ', '\t']).find(|word| !word.is_empty()).unwrap_or_default();
        let is_key = [keys_of::<Profile>(), keys_of::<File>(), keys_of::<ScheduleKeys>()].concat().contains(&key);
        // A line that is valid by itself repeats another.
        let is_repeated = !line.trim().is_empty() && DeTable::parse(line).is_ok();
        let hint = if is_repeated {
            "keep one of them: a key stands once in a profile or schedule, and [profiles.NAME] once in the file".to_owned()
        } else if line.split('"').skip(1).step_by(2).any(|text| text.contains('\\')) {
            format!(r"in double quotes \ begins an escape; {PATHS}")
        } else if is_key {
            value_example(key)
        } else if line.trim_start().starts_with('[') {
            PROFILES.to_owned()
        } else {
            format!("a line is a key, = and a value, and texts stand in quotes; {EXAMPLE}")
        };
        self.wrong(at.as_ref(), &quote(error.message()), hint)
    }

    pub(super) fn unknown_key(&self, table: &DeTable<'_>) -> Option<Error> {
        let mut unknown: Vec<(Range<usize>, String, String)> = Vec::new();
        for (key, value) in table.iter().filter(|(key, _)| !keys_of::<File>().contains(&key.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            unknown.push((key.span(), format!("unknown key {}", quote(name)), hint_outside_profiles(name, value.get_ref())));
        }
        for (profile, keys) in profiles(table) {
            for key in keys.keys().filter(|key| !keys_of::<Profile>().contains(&key.get_ref().as_ref())) {
                let name = key.get_ref().as_ref();
                unknown.push((key.span(), format!("profile {profile} has a key {}, which is unknown", quote(name)), hint_in_profile(name)));
            }
        }
        for (schedule, keys, known) in schedules(table) {
            for key in keys.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
                let name = key.get_ref().as_ref();
                unknown.push((key.span(), format!("{schedule} has a key {}, which is unknown", quote(name)), hint(name, known)));
            }
        }
        let first = unknown.into_iter().min_by_key(|(at, ..)| at.start)?;
        Some(self.wrong(Some(&first.0), &first.1, first.2))
    }

    /// Reports a value of the wrong type, or one that its key rejects.
    pub(super) fn wrong_value(&self, table: &DeTable<'_>, error: &toml::de::Error) -> Error {
        let at = error.span();
        let holds =
            |value: &Spanned<DeValue<'_>>| at.as_ref().is_some_and(|at| value.span().start <= at.start && at.end <= value.span().end);
        let found = |key: &str, value: &Spanned<DeValue<'_>>, place: &str| {
            // The parser's message about a type repeats the value; the one about a rejected value is from `profile.rs`.
            let what = type_error(key, value.get_ref()).unwrap_or_else(|| quote(error.message()));
            self.wrong(at.as_ref(), &format!("{key}{place}: {what}"), value_example(key))
        };
        for (profile, keys) in profiles(table) {
            if let Some((key, value)) = keys.iter().find(|(_, value)| holds(value)) {
                return found(key.get_ref(), value, &format!(" of profile {profile}"));
            }
        }
        for (schedule, keys, known) in schedules(table) {
            let is_inner = |value: &Spanned<DeValue<'_>>| value.get_ref().is_table() && known.len() > keys_of::<RuleKeys>().len();
            if let Some((key, value)) = keys.iter().find(|(_, value)| holds(value) && !is_inner(value)) {
                return found(key.get_ref(), value, &format!(" of {schedule}"));
            }
        }
        let is_of_groups = |key: &str| matches!(key, "profiles" | "retention");
        match table.iter().find(|(key, value)| holds(value) && !(value.get_ref().is_table() || is_of_groups(key.get_ref()))) {
            Some((key, value)) => found(key.get_ref(), value, ""),
            None if is_schedule(table, &holds) => {
                self.wrong(at.as_ref(), "where a schedule with its keys belongs stands something else", SCHEDULES.to_owned())
            }
            None => self.wrong(at.as_ref(), "where a profile with its keys belongs stands something else", PROFILES.to_owned()),
        }
    }

    fn wrong(&self, at: Option<&Range<usize>>, what: &str, hint: String) -> Error {
        let line = at.and_then(|at| self.text.get(..at.start)).map_or(1, |before| before.matches('\n').count() + 1);
        Error::configuration(format!("the configuration {} is wrong at line {line}: {what}", self.path.display()), hint)
    }

    fn line_of(&self, at: &Range<usize>) -> &str {
        let begin = self.text.get(..at.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        self.text.get(begin..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    }
}

/// Returns the profiles that are tables, with their keys.
fn profiles<'a>(table: &'a DeTable<'_>) -> impl Iterator<Item = (String, &'a DeTable<'a>)> {
    let profiles = table.iter().find(|(key, _)| key.get_ref().as_ref() == "profiles").and_then(|(_, value)| value.get_ref().as_table());
    let entries = profiles.into_iter().flat_map(|profiles| profiles.iter());
    entries.filter_map(|(name, value)| Some((quote(name.get_ref().as_ref()), value.get_ref().as_table()?)))
}

/// Returns whether a place is where a schedule belongs.
fn is_schedule(table: &DeTable<'_>, holds: &dyn Fn(&Spanned<DeValue<'_>>) -> bool) -> bool {
    let Some((_, retention)) = table.iter().find(|(key, _)| key.get_ref().as_ref() == "retention") else { return false };
    holds(retention) || retention.get_ref().as_table().is_some_and(|schedules| schedules.iter().any(|(_, schedule)| holds(schedule)))
}

/// Returns the schedules that are tables, and their rules for biometric media: the name, the keys, and the keys that are known.
fn schedules<'a>(table: &'a DeTable<'_>) -> Vec<(String, &'a DeTable<'a>, &'static [&'static str])> {
    let schedules = table.iter().find(|(key, _)| key.get_ref().as_ref() == "retention").and_then(|(_, value)| value.get_ref().as_table());
    let mut all = Vec::new();
    for (name, keys) in schedules.into_iter().flat_map(|schedules| schedules.iter()) {
        let name = quote(name.get_ref().as_ref());
        let Some(keys) = keys.get_ref().as_table() else { continue };
        let biometric =
            keys.iter().find(|(key, _)| key.get_ref().as_ref() == "biometric").and_then(|(_, value)| value.get_ref().as_table());
        all.extend(biometric.map(|biometric| (format!("schedule {name}.biometric"), biometric, keys_of::<RuleKeys>())));
        all.push((format!("schedule {name}"), keys, keys_of::<ScheduleKeys>()));
    }
    all
}

/// Returns what may be meant by a key that stands outside of every profile.
fn hint_outside_profiles(name: &str, value: &DeValue<'_>) -> String {
    if FOR_SECRETS.contains(&name) {
        SECRETS.to_owned()
    } else if keys_of::<Profile>().contains(&name) {
        format!("it belongs to a profile: write it below [profiles.NAME], and choose that one with default_profile; {EXAMPLE}")
    } else if let Some(meant) = suggest(name, keys_of::<File>().iter().copied()) {
        format!("did you mean {meant}? {EXAMPLE}")
    } else if value.is_table() {
        PROFILES.to_owned()
    } else {
        format!("outside of profiles and schedules there is default_profile alone; {EXAMPLE}")
    }
}

fn hint_in_profile(name: &str) -> String {
    if FOR_SECRETS.contains(&name) {
        return SECRETS.to_owned();
    }
    hint(name, keys_of::<Profile>())
}

fn hint(name: &str, known: &[&str]) -> String {
    match suggest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean {meant}? {EXAMPLE}"),
        None => EXAMPLE.to_owned(),
    }
}

/// Returns how the value of a key looks.
fn value_example(key: &str) -> String {
    match key {
        "secret_command" | "bearer_command" => {
            format!(r#"it is a list of words, as in {key} = ["pass", "show", "vmedia"]; for a shell {key} = ["sh", "-c", "..."]"#)
        }
        "secret_file" | "key_file" | "bearer_file" | "output" | "sign_key" | "log_file" | "metrics_file" => PATHS.to_owned(),
        "with" => r#"it is a list of names, as in with = ["decision", "person"], or ["all"]"#.to_owned(),
        "only" => r#"it is a list of kinds, as in only = ["image", "nfc"]"#.to_owned(),
        "jobs" => "it is a number from 1 to 64, as in jobs = 16".to_owned(),
        "max_rate" => r#"it looks like max_rate = "20/s", or "600/m""#.to_owned(),
        "limit_rate" => r#"it looks like limit_rate = "500k", or "2M""#.to_owned(),
        "approvals" => "it is a number from 1 to 100, as in approvals = 2".to_owned(),
        "lock_days" => "it is a number from 1 to 36500, as in lock_days = 365".to_owned(),
        "provider_days" => "it is a number from 1 to 36500, as in provider_days = 90".to_owned(),
        "default_profile" => r#"it is the name of a profile, as in default_profile = "live""#.to_owned(),
        "keep" => r#"it is a period, as in keep = "5y", "18mo" or "90d""#.to_owned(),
        "biometric" => "it is a rule of its own, as in [retention.NAME.biometric] with keep and max below it".to_owned(),
        "secret_keyring" | "skip_complete" | "max" => "it is true or false, without quotes".to_owned(),
        _ => format!(r#"it is a text in quotes, as in {key} = "..."; {EXAMPLE}"#),
    }
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Whole,
    Number,
    Truth,
    List,
    Table,
    Date,
}

impl Type {
    fn of_key(key: &str) -> Self {
        match key {
            "secret_command" | "bearer_command" | "with" | "only" => Self::List,
            "provider_days" | "jobs" | "approvals" => Self::Whole,
            "secret_keyring" | "skip_complete" | "max" => Self::Truth,
            "biometric" => Self::Table,
            _ => Self::Text,
        }
    }

    fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(_) => Self::Text,
            DeValue::Integer(_) => Self::Whole,
            DeValue::Float(_) => Self::Number,
            DeValue::Boolean(_) => Self::Truth,
            DeValue::Array(_) => Self::List,
            DeValue::Table(_) => Self::Table,
            DeValue::Datetime(_) => Self::Date,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Whole => "a whole number",
            Self::Number => "a number",
            Self::Truth => "true or false",
            Self::List => "a list",
            Self::Table => "a table",
            Self::Date => "a date",
        }
    }
}

/// Returns the error of a value that has another type than its key, without the value.
fn type_error(key: &str, value: &DeValue<'_>) -> Option<String> {
    let (found, wanted) = (Type::of(value), Type::of_key(key));
    let misplaced =
        |found: Type, wanted: Type| (found != wanted).then(|| format!("{} stands where {} belongs", found.name(), wanted.name()));
    match value {
        DeValue::Integer(number) if found == wanted => {
            i64::from_str_radix(number.as_str(), number.radix()).is_err().then(|| "the number is larger than any".to_owned())
        }
        DeValue::Array(values) if found == wanted => values.iter().find_map(|value| misplaced(Type::of(value.get_ref()), Type::Text)),
        _ => misplaced(found, wanted),
    }
}
