//! References to secrets: the one that applies to a setting.
//!
//! Must not open a file, run a command or open a keyring.

use super::environment::names;
use super::profile::Profile;
use super::sourced::{Source, Sourced, Sources};
use crate::error::{Error, Result};
use std::path::PathBuf;

/// A reference to a secret. Not `Debug`: the arguments of a command may be private.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// This variable of the environment.
    Environment(String),
    /// A file that holds it and nothing else.
    File(PathBuf),
    /// The arguments of a command that prints it, run without a shell.
    Command(Vec<String>),
    /// A file of this name in the folder that systemd names in `CREDENTIALS_DIRECTORY`.
    Credential(String),
    /// The operating system's keyring, under the service `vmedia` and this user.
    Keyring(String),
}

/// A reference and its key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SecretLocation {
    /// The key of the profile, or the variable of the environment.
    pub(super) key: &'static str,
    pub(super) reference: Reference,
}

impl Sourced<SecretLocation> {
    /// Describes the source of the secret, without the secret.
    pub(super) fn description(&self) -> String {
        let key = self.value.key;
        let place = match (&self.value.reference, &self.source) {
            (Reference::Environment(_), Source::Environment(_)) => return self.source.description(),
            (Reference::Environment(variable), _) => format!("the environment ({variable})"),
            (Reference::File(path), Source::Environment(_)) => return format!("{key} {}", path.display()),
            (Reference::File(path), _) => format!("{key} {}", path.display()),
            (Reference::Command(_) | Reference::Keyring(_), _) => key.to_owned(),
            (Reference::Credential(name), _) => format!("{key} {name}"),
        };
        format!("{place} of {}", self.source)
    }
}

/// Returns the shared secret of Veriff.
pub(super) fn secret(sources: Sources<'_>) -> Result<Option<Sourced<SecretLocation>>> {
    if sources.environment.value(names::API_SECRET).is_some() {
        let reference = Reference::Environment(names::API_SECRET.to_owned());
        return Ok(Some(of_environment(names::API_SECRET, reference)));
    }
    one_of(sources, |name, profile| {
        vec![
            ("secret_env", profile.secret_env.clone().map(Reference::Environment)),
            ("secret_file", profile.secret_file.clone().map(Reference::File)),
            ("secret_command", profile.secret_command.clone().map(Reference::Command)),
            ("secret_credential", profile.secret_credential.clone().map(Reference::Credential)),
            ("secret_keyring", profile.secret_keyring.filter(|is_there| *is_there).map(|_| Reference::Keyring(name.to_owned()))),
        ]
    })
}

/// Returns the private key of a client SDK id at Yoti.
pub(super) fn key(sources: Sources<'_>) -> Result<Option<Sourced<SecretLocation>>> {
    if let Some(path) = sources.environment.path(names::YOTI_KEY_FILE) {
        return Ok(Some(of_environment(names::YOTI_KEY_FILE, Reference::File(path))));
    }
    one_of(sources, |_, profile| {
        vec![
            ("key_file", profile.key_file.clone().map(Reference::File)),
            ("key_credential", profile.key_credential.clone().map(Reference::Credential)),
        ]
    })
}

/// Returns the bearer token that is sent to Yoti instead of signatures. A key in the environment goes before a token in the profile.
pub(super) fn bearer(sources: Sources<'_>) -> Result<Option<Sourced<SecretLocation>>> {
    if let Some(path) = sources.environment.path(names::YOTI_BEARER_FILE) {
        return Ok(Some(of_environment(names::YOTI_BEARER_FILE, Reference::File(path))));
    }
    if sources.environment.path(names::YOTI_KEY_FILE).is_some() {
        return Ok(None);
    }
    one_of(sources, |_, profile| {
        vec![
            ("bearer_file", profile.bearer_file.clone().map(Reference::File)),
            ("bearer_command", profile.bearer_command.clone().map(Reference::Command)),
            ("bearer_credential", profile.bearer_credential.clone().map(Reference::Credential)),
        ]
    })
}

fn of_environment(key: &'static str, reference: Reference) -> Sourced<SecretLocation> {
    Sourced::new(SecretLocation { key, reference }, Source::Environment(key))
}

/// Returns the only reference that the profile has, of those that exclude one another.
fn one_of(
    sources: Sources<'_>,
    written: impl Fn(&str, &Profile) -> Vec<(&'static str, Option<Reference>)>,
) -> Result<Option<Sourced<SecretLocation>>> {
    let Some((name, profile)) = sources.profile else { return Ok(None) };
    let mut found: Vec<SecretLocation> =
        written(name, profile).into_iter().filter_map(|(key, reference)| Some(SecretLocation { key, reference: reference? })).collect();
    match found.len() {
        0 | 1 => Ok(found.pop().map(|place| Sourced::new(place, Source::Profile(name.to_owned())))),
        count => {
            let keys: Vec<&str> = found.iter().map(|place| place.key).collect();
            let both = if count == 2 { "both " } else { "" };
            let what = format!("profile {name} has {both}{}", keys.join(" and "));
            Err(Error::configuration(what, "keep the one that is meant"))
        }
    }
}
