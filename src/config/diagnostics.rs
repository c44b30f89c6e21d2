//! Reports errors in a configuration file by line and key, with suggestions.
//!
//! Must never repeat a value, which may be a secret.

use super::keys::keys_of;
use super::profile::{File, Profile};
use super::suggest::suggest;
use crate::error::{Error, quote};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Hints.
const EXAMPLE: &str = "vmedia config example explains every key";
const PROFILES: &str = "profiles are written as [profiles.NAME], each with its keys below it";
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
    /// Returns the text is no TOML.
    pub(super) fn syntax_error(&self, error: &toml::de::Error) -> Error {
        let at = error.span();
        let line = at.as_ref().map_or("", |at| self.line_of(at));
        let key = line.split(['=', ' ', '\t']).find(|word| !word.is_empty()).unwrap_or_default();
        let is_key = keys_of::<Profile>().contains(&key) || keys_of::<File>().contains(&key);
        let hint = if error.message().starts_with("duplicate key") {
            "keep one of them: a key stands once in a profile, and [profiles.NAME] once in the file".to_owned()
        } else if line.split('"').skip(1).step_by(2).any(|text| text.contains('\\')) {
            format!(r"in double quotes \ begins an escape; {PATHS}")
        } else if is_key {
            value_example(key)
        } else if line.trim_start().starts_with('[') {
            PROFILES.to_owned()
        } else {
            format!("a line is a key, = and a value, and texts stand in quotes; {EXAMPLE}")
        };
        self.wrong(at.as_ref(), &syntax_message(error.message()), hint)
    }

    /// Returns an error about the first unknown key.
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
        let first = unknown.into_iter().min_by_key(|(at, ..)| at.start)?;
        Some(self.wrong(Some(&first.0), &first.1, first.2))
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_value(&self, table: &DeTable<'_>, error: &toml::de::Error) -> Error {
        let at = error.span();
        let message = without_value(error.message());
        let holds =
            |value: &Spanned<DeValue<'_>>| at.as_ref().is_some_and(|at| value.span().start <= at.start && at.end <= value.span().end);
        for (profile, keys) in profiles(table) {
            if let Some((key, _)) = keys.iter().find(|(_, value)| holds(value)) {
                let key = key.get_ref().as_ref();
                return self.wrong(at.as_ref(), &format!("{key} of profile {profile}: {message}"), value_example(key));
            }
        }
        let beside = table.iter().find(|(_, value)| holds(value)).map(|(key, _)| key.get_ref().as_ref());
        match beside {
            Some("default_profile") => self.wrong(at.as_ref(), &format!("default_profile: {message}"), value_example("default_profile")),
            _ => self.wrong(at.as_ref(), "where a profile with its keys belongs stands something else", PROFILES.to_owned()),
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

/// Returns the profiles with their keys, as far as they are any.
fn profiles<'a>(table: &'a DeTable<'_>) -> impl Iterator<Item = (String, &'a DeTable<'a>)> {
    let profiles = table.iter().find(|(key, _)| key.get_ref().as_ref() == "profiles").and_then(|(_, value)| value.get_ref().as_table());
    let entries = profiles.into_iter().flat_map(|profiles| profiles.iter());
    entries.filter_map(|(name, value)| Some((quote(name.get_ref().as_ref()), value.get_ref().as_table()?)))
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
        format!("outside of profiles there is default_profile alone; {EXAMPLE}")
    }
}

fn hint_in_profile(name: &str) -> String {
    if FOR_SECRETS.contains(&name) {
        return SECRETS.to_owned();
    }
    match suggest(name, keys_of::<Profile>().iter().copied()) {
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
        "secret_file" | "key_file" | "bearer_file" | "output" | "sign_key" => PATHS.to_owned(),
        "max_rate" => r#"it looks like max_rate = "20/s", or "600/m""#.to_owned(),
        "limit_rate" => r#"it looks like limit_rate = "500k", or "2M""#.to_owned(),
        "provider_days" => "it is a number from 1 to 36500, as in provider_days = 90".to_owned(),
        "default_profile" => r#"it is the name of a profile, as in default_profile = "live""#.to_owned(),
        "secret_keyring" => "it is true or false, without quotes".to_owned(),
        _ => format!(r#"it is a text in quotes, as in {key} = "..."; {EXAMPLE}"#),
    }
}

/// Translates the message of the TOML parser.
fn syntax_message(message: &str) -> String {
    let reason = message.split(", expected ").next().unwrap_or(message);
    let of_numbers = ["number", "integer", "float", "fraction", "exponent", "leading zero", "digits", "sign", "radix"];
    let words = match reason {
        "string values must be quoted" => "a text stands without quotes",
        "invalid literal string" | "invalid basic string" => "a text has no quote at its end, or a character that cannot stand there",
        "key with no value" => "a key has no = and value",
        "unexpected key or value" => "there is more on the line than belongs there",
        "unclosed table" | "unclosed array" | "unclosed array table" => "a [ has no ]",
        "missing comma between array elements" => "a comma is missing in a list",
        "invalid boolean" => "it is neither true nor false",
        "invalid comment character" => "a comment holds a control character",
        _ if of_numbers.iter().any(|word| reason.contains(word)) => "a number is not written as one",
        _ => return quote(reason),
    };
    words.to_owned()
}

/// Returns the parser's message without the value that it names.
fn without_value(message: &str) -> String {
    let about = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    let Some((found, wanted)) = about.and_then(|about| about.rsplit_once(", expected ")) else { return quote(message) };
    if wanted == "i64" && found.starts_with("integer") {
        return "the number is larger than any".to_owned();
    }
    let found = match found.split(['"', '`']).next().unwrap_or_default().trim() {
        "string" => "a text",
        "integer" => "a whole number",
        "floating point" => "a number",
        "boolean" => "true or false",
        "sequence" => "a list",
        "map" => "a table",
        _ => "something else",
    };
    let wanted = match wanted {
        "a string" => "a text",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "i64" => "a whole number",
        other => other,
    };
    format!("{found} stands where {} belongs", quote(wanted))
}
