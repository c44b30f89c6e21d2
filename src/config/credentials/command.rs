//! Commands that know a secret: run without a shell, and without the variables that hold other secrets.
//!
//! Must not know what the secret is for.

use super::private::bounded;
use crate::error::{Error, Result};
use secrecy::zeroize::Zeroizing;
use std::process::{Command, Stdio};

/// What a command prints that knows a secret; `key` is the profile's. Variables that are `hidden` are not handed on.
pub(super) fn run(key: &str, words: &[String], hidden: &[String]) -> Result<Zeroizing<Vec<u8>>> {
    let failed = |reason: String| {
        Error::configuration(
            format!("{key} failed: {reason}"),
            "run it by hand; it must print the secret on standard output and end with status 0",
        )
    };
    let Some((program, arguments)) = words.split_first() else { return Err(failed("it is empty".to_owned())) };
    let of_program = |error: std::io::Error| failed(format!("{program}: {error}"));
    let mut command = Command::new(program);
    for name in hidden {
        command.env_remove(name);
    }
    let mut child =
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().map_err(of_program)?;
    let printed = child.stdout.take().map(bounded).transpose();
    if !matches!(printed, Ok(Some(Some(_)))) {
        // It may still be writing to a pipe that nobody reads.
        let _ = child.kill();
    }
    let status = child.wait().map_err(of_program)?;
    let printed = printed.map_err(of_program)?.flatten();
    let Some(printed) = printed else { return Err(failed(format!("{program}: it prints more than any secret has"))) };
    if !status.success() {
        return Err(failed(format!("{program}: {status}")));
    }
    Ok(printed)
}
