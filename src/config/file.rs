//! The configuration file: profiles in TOML, secrets by reference only.
//!
//! Must not resolve anything; it says what is written.

use super::environment::{Environment, names};
use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The profile to use when none is named.
    pub(super) default_profile: Option<String>,
    /// The profiles by name.
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Profile>,
}

/// One integration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub(super) provider: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) api_key: Option<String>,
    /// The name of an environment variable that holds the secret.
    pub(super) secret_env: Option<String>,
    /// A file that holds the secret, readable by its owner alone.
    pub(super) secret_file: Option<PathBuf>,
    /// A command that prints the secret, run without a shell.
    pub(super) secret_command: Option<Vec<String>>,
    pub(super) integration_id: Option<String>,
    /// Yoti: the client SDK id.
    pub(super) sdk_id: Option<String>,
    /// Yoti: the private key of that id, readable by its owner alone.
    pub(super) key_file: Option<PathBuf>,
    /// Yoti: a file that holds a bearer token, which is sent instead of signatures.
    pub(super) bearer_file: Option<PathBuf>,
    /// Yoti: a command that prints the bearer token, run without a shell.
    pub(super) bearer_command: Option<Vec<String>>,
    /// For how many days the provider keeps media.
    pub(super) retention_days: Option<u32>,
    pub(super) output: Option<PathBuf>,
    /// A private key that signs journals, readable by its owner alone.
    pub(super) sign_key: Option<PathBuf>,
    /// The URL of an authority that stamps journals.
    pub(super) timestamp: Option<String>,
}

/// Where the configuration is looked for, and whether somebody asked for that very file.
pub(super) fn location(flag: Option<&Path>, environment: &Environment) -> Option<(PathBuf, bool)> {
    if let Some(path) = flag {
        return Some((path.to_owned(), true));
    }
    if let Some(path) = environment.path(names::CONFIG) {
        return Some((path, true));
    }
    let folders = directories::ProjectDirs::from("", "", "vmedia")?;
    Some((folders.config_dir().join("config.toml"), false))
}

/// Reads it; a file that nobody asked for may be absent.
pub(super) fn read(path: &Path, asked_for: bool) -> Result<File> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !asked_for => return Ok(File::default()),
        Err(error) => {
            let what = format!("cannot read the configuration {}: {error}", path.display());
            return Err(Error::configuration(what, "name another file with --config, or make this one readable"));
        }
    };
    toml::from_str(&text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.start)).map_or(0, |before| before.matches('\n').count() + 1);
        // The parser's own text quotes the line, which may hold something private.
        let what = format!("the configuration {} is wrong at line {line}: {}", path.display(), without_value(error.message()));
        Error::configuration(
            what,
            "the keys of a profile are provider, base_url, api_key, secret_env, secret_file, secret_command, integration_id, sdk_id, key_file, bearer_file, bearer_command, retention_days, output, sign_key, timestamp",
        )
    })
}

/// The parser's message without the value that it names: a secret may stand where a path should.
fn without_value(message: &str) -> String {
    let value = message.split_once(" string \"").and_then(|(before, rest)| Some((before, rest.rsplit_once("\", expected ")?.1)));
    let shown = value.map_or_else(|| message.to_owned(), |(before, expected)| format!("{before} string, expected {expected}"));
    crate::error::quote(&shown)
}
