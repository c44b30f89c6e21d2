//! Reads secrets from the environment, or from a reference in the profile. Never from the command line.
//!
//! Errors name the source and never its content.

mod command;
mod private;

pub(super) use command::{CommandLimits, run as run_command};
pub(super) use private::{NOT_THERE, open_credential, open_private, read_private};

use super::environment::{Environment, names};
use super::keyring;
use super::reference::{self, Reference, SecretLocation};
use super::secret_guard::may_be_secret;
use super::sourced::{Sourced, Sources};
use crate::error::{Error, Result};
use crate::secret::Secret;
use private::read_credential;
use secrecy::zeroize::Zeroizing;
use std::path::PathBuf;

/// The shared secrets and a description of their source.
pub struct Secrets {
    /// The one that signs requests.
    pub signing: Secret,
    /// Further ones that may have signed an answer.
    pub others: Vec<Secret>,
    /// Description of the source.
    pub(super) source: String,
}

/// Reads the shared secrets. A command that knows them is held to these limits.
pub(super) fn secrets(sources: Sources<'_>, limits: &CommandLimits<'_>) -> Result<Secrets> {
    match reference::secret(sources)? {
        Some(found) => split(&text(found.value.key, &found, sources.environment, limits)?, found.description()),
        None => Err(missing(sources.profile.map(|(name, _)| name))),
    }
}

/// Reads the text that a reference leads to, trimmed; `what` names a file in errors.
pub(super) fn text(
    what: &str,
    found: &Sourced<SecretLocation>,
    environment: &Environment,
    limits: &CommandLimits<'_>,
) -> Result<Zeroizing<String>> {
    let key = found.value.key;
    let bytes = match &found.value.reference {
        // The value may be the secret itself, so the error does not repeat it.
        Reference::Environment(variable) if !is_name(variable) => {
            let what = format!("{key} of {} is not the name of a variable", found.source);
            return Err(Error::configuration(what, "write the name there, such as OUR_SECRET, and never the secret itself"));
        }
        Reference::Environment(variable) => match environment.text(variable)? {
            Some(text) => Zeroizing::new(text.as_bytes().to_vec()),
            None if may_be_secret(variable) => {
                let what = format!("no variable of the name that stands under {key} of {} is set", found.source);
                return Err(Error::configuration(what, "write the name there, such as OUR_SECRET, and never the secret itself"));
            }
            None => {
                let what = format!("the variable {variable}, named by {key} of {}, is not set", found.source);
                return Err(Error::configuration(what, format!("set {variable} to the shared secret")));
            }
        },
        Reference::File(path) => read_private(what, path, NOT_THERE)?,
        Reference::Command(words) => command::run(key, words, limits)?,
        Reference::Credential(name) => read_credential(key, name, environment)?.1,
        Reference::Keyring(user) => keyring::read(user)?,
    };
    text_of(&found.description(), &bytes)
}

/// Checks that a variable holds one or several shared secrets.
pub(super) fn check_variable(found: &Sourced<SecretLocation>, environment: &Environment, limits: &CommandLimits<'_>) -> Result<()> {
    split(&text(found.value.key, found, environment, limits)?, found.description()).map(drop)
}

/// Returns whether a variable of the environment can have this name.
pub(super) fn is_name(variable: &str) -> bool {
    let begins_well = variable.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    begins_well && variable.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Reads a file that a reference leads to, and returns its path and bytes. `what` names it in errors, `absent` is the hint if it is
/// missing.
pub(super) fn bytes(
    what: &str,
    found: &Sourced<SecretLocation>,
    absent: &str,
    environment: &Environment,
) -> Result<(PathBuf, Zeroizing<Vec<u8>>)> {
    match &found.value.reference {
        Reference::File(path) => Ok((path.clone(), read_private(what, path, absent)?)),
        Reference::Credential(name) => read_credential(found.value.key, name, environment),
        _ => Err(Error::unexpected(format!("{} leads to no file", found.description()))),
    }
}

/// Decodes the bytes of a secret as text. `source` is named in errors.
pub(super) fn text_of(source: &str, bytes: &[u8]) -> Result<Zeroizing<String>> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        let is_wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let hint = if is_wide {
            "save it as UTF-8; what > writes in older PowerShell is UTF-16"
        } else {
            "put the secret there, and nothing else"
        };
        Error::configuration(format!("what {source} gives is not text"), hint)
    })?;
    Ok(Zeroizing::new(text.strip_prefix('\u{feff}').unwrap_or(text).trim().to_owned()))
}

fn missing(profile: Option<&str>) -> Error {
    let what = match profile {
        Some(name) => format!("profile {name} names no secret"),
        None => "there is no API secret".to_owned(),
    };
    Error::configuration(
        what,
        format!(
            "set {} to the shared secret, or name it in a profile with secret_file, secret_command, secret_credential, secret_keyring or secret_env; to look around without an account: vmedia demo",
            names::API_SECRET
        ),
    )
}

/// Splits secrets at commas: the first signs, all verify.
fn split(text: &str, source: String) -> Result<Secrets> {
    let mut secrets = Vec::new();
    for secret in text.split(',').map(str::trim).filter(|secret| !secret.is_empty()) {
        if secret.contains(['\n', '\r']) {
            return Err(Error::configuration(
                format!("the secret from {source} has more than one line"),
                "put the shared secret there and nothing else; several are separated by commas",
            ));
        }
        if secret.contains(char::is_control) {
            return Err(Error::configuration(
                format!("the secret from {source} has a character in it that cannot be typed"),
                "copy the shared secret again and save it as plain text in UTF-8",
            ));
        }
        secrets.push(Secret::new(secret.to_owned()));
    }
    if secrets.is_empty() {
        return Err(Error::configuration(format!("the secret from {source} is empty"), "put the shared secret there"));
    }
    Ok(Secrets { signing: secrets.remove(0), others: secrets, source })
}
