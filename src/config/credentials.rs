//! Where secrets come from: the environment, or a reference in the profile. Never the command line.
//!
//! Errors name the source and never what is in it.

use super::environment::{Environment, names};
use super::file::Profile;
use crate::error::{Error, Result, plain};
use crate::secret::Secret;
use secrecy::zeroize::Zeroizing;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Command, Stdio};

/// What to do about a file that cannot be read.
const READABLE: &str = "make it readable for the user that runs vmedia, and for nobody else";

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
        (None, Some(path), None) => split(&read_secret("secret_file", path)?, described(&format!("secret_file {}", path.display()))),
        (None, None, Some(command)) => split(&run("secret_command", command)?, described("secret_command")),
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
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        let hint = if error.kind() == ErrorKind::NotFound { absent } else { READABLE };
        Error::configuration(format!("cannot read {what} {shown}: {}", plain(&error)), hint)
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = file.metadata().map_err(unreadable)?;
        let mode = metadata.permissions().mode();
        if mode & 0o077 != 0 && !metadata.is_dir() {
            let what = format!("{what} {shown} can be read by others (mode {:03o})", mode & 0o777);
            return Err(Error::configuration(what, format!("chmod 600 {shown}")));
        }
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST_SECRET + 1));
    file.take(LARGEST_SECRET as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > LARGEST_SECRET {
        let what = format!("{what} {shown} is larger than any secret");
        return Err(Error::configuration(what, "name the file that holds it"));
    }
    Ok(bytes)
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
