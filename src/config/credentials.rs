//! Where secrets come from: the environment, or a reference in the profile. Never the command line.
//!
//! Errors name the source and never what is in it.

use super::environment::{Environment, names};
use super::file::Profile;
use crate::error::{Error, Result};
use crate::secret::Secret;
use std::path::Path;
use std::process::{Command, Stdio};

/// The secrets and where they are from, in words.
pub struct Secrets {
    /// The one that signs requests.
    pub signing: Secret,
    /// Further ones that may have signed an answer.
    pub others: Vec<Secret>,
    /// Where they are from.
    pub(super) source: String,
}

/// Finds the secrets: the environment before the profile.
pub(super) fn secrets(environment: &Environment, profile: Option<(&str, &Profile)>) -> Result<Secrets> {
    if let Some(text) = environment.value(names::API_SECRET) {
        return split(text, format!("the environment ({})", names::API_SECRET));
    }
    let Some((name, profile)) = profile else { return Err(missing(None)) };
    let described = |what: &str| format!("{what} of profile {name}");
    match (&profile.secret_env, &profile.secret_file, &profile.secret_command) {
        (Some(variable), None, None) => match environment.value(variable) {
            Some(text) => split(text, described(&format!("the environment ({variable})"))),
            None => Err(Error::configuration(
                format!("the variable {variable}, named by secret_env of profile {name}, is not set"),
                format!("set {variable} to the shared secret"),
            )),
        },
        (None, Some(path), None) => split(&read_private(path)?, described(&format!("secret_file {}", path.display()))),
        (None, None, Some(command)) => split(&run(command)?, described("secret_command")),
        (None, None, None) => Err(missing(Some(name))),
        _ => Err(Error::configuration(
            format!("profile {name} has more than one of secret_env, secret_file and secret_command"),
            "keep the one that is meant",
        )),
    }
}

fn missing(profile: Option<&str>) -> Error {
    let what = match profile {
        Some(name) => format!("profile {name} names no secret"),
        None => "there is no API secret".to_owned(),
    };
    Error::configuration(
        what,
        format!(
            "set {} to the shared secret, or name it in a profile with secret_env, secret_file or secret_command; to look around without an account: vmedia demo",
            names::API_SECRET
        ),
    )
}

/// Several secrets are separated by commas: the first signs, all verify.
fn split(text: &str, source: String) -> Result<Secrets> {
    let mut secrets = text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(|secret| Secret::new(secret.to_owned()));
    match secrets.next() {
        Some(signing) => Ok(Secrets { signing, others: secrets.collect(), source }),
        None => Err(Error::configuration(format!("the secret from {source} is empty"), "put the shared secret there")),
    }
}

fn read_private(path: &Path) -> Result<String> {
    let unreadable = |error: std::io::Error| {
        Error::configuration(
            format!("cannot read secret_file {}: {error}", path.display()),
            "make it readable for the user that runs vmedia, and for nobody else",
        )
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            let what = format!("secret_file {} can be read by others (mode {:03o})", path.display(), mode & 0o777);
            return Err(Error::configuration(what, format!("chmod 600 {}", path.display())));
        }
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

fn run(words: &[String]) -> Result<String> {
    let failed = |reason: String| {
        Error::configuration(
            format!("secret_command failed: {reason}"),
            "run it by hand; it must print the shared secret on standard output and end with status 0",
        )
    };
    let Some((program, arguments)) = words.split_first() else { return Err(failed("it is empty".to_owned())) };
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(format!("{program}: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("{program}: {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| failed(format!("{program}: its output is not text")))
}
