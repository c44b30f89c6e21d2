//! Where secrets come from: the environment, or a reference in the profile. Never the command line.
//!
//! Errors name the source and never what is in it.

use super::environment::{Environment, names};
use super::reference::{self, Place, Reference};
use super::sourced::{Sourced, Sources};
use crate::error::{Error, Result, plain};
use crate::secret::Secret;
use secrecy::zeroize::Zeroizing;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What to do about a file that cannot be read.
pub(super) const READABLE: &str = "make it readable for the user that runs vmedia, and for nobody else";

/// A file above this size holds no secret.
const LARGEST_SECRET: usize = 64 * 1024;

/// The secrets and where they are from, in words.
pub struct Secrets {
    /// The one that signs requests.
    pub signing: Secret,
    /// Further ones that may have signed an answer.
    pub others: Vec<Secret>,
    /// Where they are from.
    pub(super) source: String,
}

/// Reads the shared secrets.
pub(super) fn secrets(sources: Sources<'_>) -> Result<Secrets> {
    match reference::secret(sources)? {
        Some(found) => split(&text(found.value.key, &found, sources.environment)?, found.words()),
        None => Err(missing(sources.profile.map(|(name, _)| name))),
    }
}

/// The text that a reference leads to; `what` it is called is for the words of an error.
pub(super) fn text(what: &str, found: &Sourced<Place>, environment: &Environment) -> Result<Zeroizing<String>> {
    match &found.value.reference {
        Reference::Environment(variable) => match environment.value(variable) {
            Some(text) => Ok(Zeroizing::new(text.to_owned())),
            None => Err(Error::configuration(
                format!("the variable {variable}, named by {} of {}, is not set", found.value.key, found.source),
                format!("set {variable} to the shared secret"),
            )),
        },
        Reference::File(path) => read_secret(what, path),
        Reference::Command(words) => run(what, words),
        Reference::Credential(_) | Reference::Keyring(_) => Err(not_yet(found)),
    }
}

/// The bytes of a file that a reference leads to; `what` it is called and what to do when it is `absent` are for the words
/// of an error.
pub(super) fn bytes(what: &str, found: &Sourced<Place>, absent: &str) -> Result<(PathBuf, Zeroizing<Vec<u8>>)> {
    match &found.value.reference {
        Reference::File(path) => Ok((path.clone(), read_private(what, path, absent)?)),
        _ => Err(not_yet(found)),
    }
}

fn not_yet(found: &Sourced<Place>) -> Error {
    Error::configuration(format!("{} cannot be read by this version", found.words()), "name a file that holds it")
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

/// The text of a file that holds a secret and nothing else; `what` it is called is for the words of an error.
pub(super) fn read_secret(what: &str, path: &Path) -> Result<Zeroizing<String>> {
    let bytes = read_private(what, path, READABLE)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Error::configuration(format!("{what} {} is not text", path.display()), "put the secret there, and nothing else"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// A file that holds a secret, refused when others can read it. `what` it is and what to do when it is `absent` are for
/// the words of an error. The buffer is wiped, and large enough never to leave a copy behind by growing.
pub(super) fn read_private(what: &str, path: &Path, absent: &str) -> Result<Zeroizing<Vec<u8>>> {
    let file = open_private(what, path, absent)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST_SECRET + 1));
    file.take(LARGEST_SECRET as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(what, path, absent, &error))?;
    if bytes.len() > LARGEST_SECRET {
        let what = format!("{what} {} is larger than any secret", path.display());
        return Err(Error::configuration(what, "name the file that holds it"));
    }
    Ok(bytes)
}

/// Opens it and reads nothing, which is enough to say whether it could be read.
pub(super) fn open_private(what: &str, path: &Path, absent: &str) -> Result<std::fs::File> {
    let unreadable = |error: std::io::Error| unreadable(what, path, absent, &error);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = file.metadata().map_err(unreadable)?;
        let mode = metadata.permissions().mode();
        if mode & 0o077 != 0 && !metadata.is_dir() {
            let shown = path.display();
            let what = format!("{what} {shown} can be read by others (mode {:03o})", mode & 0o777);
            return Err(Error::configuration(what, format!("chmod 600 {shown}")));
        }
    }
    Ok(file)
}

fn unreadable(what: &str, path: &Path, absent: &str, error: &std::io::Error) -> Error {
    let hint = if error.kind() == ErrorKind::NotFound { absent } else { READABLE };
    Error::configuration(format!("cannot read {what} {}: {}", path.display(), plain(error)), hint)
}

/// What a command prints that knows a secret; `what` it is called is for the words of an error.
pub(super) fn run(what: &str, words: &[String]) -> Result<Zeroizing<String>> {
    let failed = |reason: String| {
        Error::configuration(
            format!("{what} failed: {reason}"),
            "run it by hand; it must print the secret on standard output and end with status 0",
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
    String::from_utf8(output.stdout).map(Zeroizing::new).map_err(|_| failed(format!("{program}: its output is not text")))
}
