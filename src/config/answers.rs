//! Validates answers to prompts by the rules that settings are resolved by, so that a run accepts what was answered.
//!
//! Must not prompt.

use super::credentials::read_private;
use super::edit::Draft;
use super::environment::{Environment, names};
use super::resolve::{NO_KEY_FILE, check_api_key, check_integration_id, check_sdk_id, read_base_url};
use super::sourced::{Source, Sourced};
use crate::cli::{PROVIDER_DAYS, ProviderChoice};
use crate::error::{Error, Result};
use crate::seal::rsa::RequestKey;
use std::path::PathBuf;

pub(crate) fn profile_name(text: &str) -> Result<String> {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_name {
        Ok(text.to_owned())
    } else {
        Err(invalid("a profile has a name of letters, digits, - and _", "such as live or veriff-test"))
    }
}

pub(crate) fn provider(text: &str) -> Result<ProviderChoice> {
    let found = ProviderChoice::ALL.into_iter().find(|choice| choice.name() == text.to_lowercase());
    found.ok_or_else(|| invalid("this version knows no such provider", "veriff or yoti"))
}

/// Returns the base URL, normalised.
pub(crate) fn base_url(text: &str, provider: ProviderChoice, insecure_http: bool) -> Result<String> {
    read_base_url(&answer(text), provider, insecure_http)
}

pub(crate) fn api_key(text: &str) -> Result<String> {
    check_api_key(&answer(text)).map(|()| text.to_owned())
}

pub(crate) fn sdk_id(text: &str) -> Result<String> {
    check_sdk_id(text).map(|()| text.to_owned())
}

/// Returns the file with the private key of that id.
pub(crate) fn key_file(text: &str) -> Result<PathBuf> {
    let path = absolute_path(text)?;
    let file = read_private("the key file", &path, NO_KEY_FILE)?;
    RequestKey::parse(&path, &file).map(|_| path)
}

/// Returns the integration, where one API key serves several.
pub(crate) fn integration_id(text: &str) -> Result<String> {
    check_integration_id(&answer(text)).map(|()| text.to_owned())
}

/// Checks one shared secret, or several. Errors do not repeat it.
pub(crate) fn secret(text: &str) -> Result<()> {
    if text.trim().is_empty() {
        Err(invalid("no secret was entered", "paste the shared secret of the integration; it is not shown"))
    } else if text.chars().any(char::is_control) {
        Err(invalid("that has characters in it that no secret has", "paste the shared secret of the integration and nothing else"))
    } else {
        Ok(())
    }
}

/// Splits a command that prints a secret into its arguments.
pub(crate) fn command(text: &str) -> Result<Vec<String>> {
    if text.contains(['"', '\'', '|', '>', '<', '$', '&', ';', '*']) {
        let hint = "put it into a script and name that, or write secret_command into the file: vmedia config example shows how";
        return Err(invalid("the command is run without a shell, which is what quotes and | are for", hint));
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if words.is_empty() { Err(invalid("no command was entered", "such as: pass show vmedia")) } else { Ok(words) }
}

/// Returns the archive's folder; nothing is the default.
pub(crate) fn folder(text: &str) -> Result<Option<PathBuf>> {
    if text.is_empty() {
        return Ok(None);
    }
    let path = absolute_path(text)?;
    if path.exists() && !path.is_dir() {
        return Err(invalid(format!("{} is no folder", path.display()), "name a folder; it need not be there yet"));
    }
    Ok(Some(path))
}

/// Parses the answer for `provider_days`; an empty one means the default.
pub(crate) fn provider_days(text: &str) -> Result<Option<u32>> {
    let days = text.parse().ok().filter(|days| PROVIDER_DAYS.contains(days));
    if days.is_some() || text.is_empty() { Ok(days) } else { Err(invalid("that is not a number of days", "a number from 1 to 36500")) }
}

/// Returns the variables that are set and override an answer.
pub(crate) fn displaced(draft: &Draft, environment: &Environment) -> Vec<&'static str> {
    // The prefix of the keys that each variable overrides. Every profile has a base URL, at least the default.
    let known = [
        (names::PROVIDER, "provider"),
        (names::BASE_URL, ""),
        (names::API_KEY, "api_key"),
        (names::API_SECRET, "secret_"),
        (names::INTEGRATION_ID, "integration_id"),
        (names::YOTI_SDK_ID, "sdk_id"),
        (names::YOTI_KEY_FILE, "key_file"),
        (names::YOTI_BEARER_FILE, "key_file"),
        (names::OUTPUT, "output"),
    ];
    let displaced = known.into_iter().filter(|(name, keys)| environment.path(name).is_some() && draft.has(keys));
    displaced.map(|(name, _)| name).collect()
}

fn answer(text: &str) -> Sourced<String> {
    Sourced::new(text.to_owned(), Source::Answer)
}

fn invalid(what: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::configuration(what, hint)
}

/// Returns an absolute path: no shell has expanded `~`, and the configuration is used from many folders.
fn absolute_path(text: &str) -> Result<PathBuf> {
    let home = text.strip_prefix("~/").or_else(|| text.strip_prefix("~\\"));
    let path = match (home, directories::BaseDirs::new()) {
        (Some(below), Some(folders)) => folders.home_dir().join(below),
        _ => PathBuf::from(text),
    };
    std::path::absolute(&path).map_err(|_| invalid("that is not a path", "the whole path, such as /srv/archive"))
}
