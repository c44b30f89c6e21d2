//! Runs commands that print a secret, without a shell and without the variables that hold other secrets. Ends a command that
//! exceeds its time, or that runs when the run is stopped.
//!
//! Must not know what the secret is for.

use super::private::bounded;
use crate::clock::{Cancel, Clock, Stop};
use crate::config::secret_guard::redacted;
use crate::error::{Error, Result};
use crate::http::OUT_OF_TIME;
use secrecy::zeroize::Zeroizing;
use std::fmt::Display;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longest run of a command, which may prompt.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Time that a command has to end by itself after Ctrl-C, to restore the terminal.
const GRACE: Duration = Duration::from_secs(1);
/// Interval between two checks of a command.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Limits for commands that print a secret.
pub(in crate::config) struct CommandLimits<'a> {
    /// Variables that are not handed on.
    pub(in crate::config) hidden: Vec<String>,
    pub(in crate::config) cancel: &'a Cancel,
    pub(in crate::config) clock: &'a dyn Clock,
}

/// Returns the output of a command that prints a secret; `key` is the profile's.
pub(in crate::config) fn run(key: &str, words: &[String], limits: &CommandLimits<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let failed = |reason: String| {
        Error::configuration(
            format!("{key} failed: {reason}"),
            "run it by hand; it must print the secret on standard output and end with status 0",
        )
    };
    let Some((program, arguments)) = words.split_first() else { return Err(failed("it is empty".to_owned())) };
    let shown = redacted(program);
    let of_program = |reason: &dyn Display| failed(format!("{shown}: {reason}"));
    let mut command = Command::new(program);
    for name in &limits.hidden {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().map_err(|error| of_program(&error))?;
    let printed = listen(&mut child).map_err(|error| of_program(&error));
    let printed = printed.and_then(|printed| wait(key, &mut child, &printed, limits, &of_program));
    if printed.is_err() {
        end(&mut child, limits.clock);
    }
    match printed? {
        (printed, status) if status.success() => Ok(printed),
        (_, status) => Err(of_program(&status)),
    }
}

/// The output of a command; none if it is too long.
type Printed = std::io::Result<Option<Zeroizing<Vec<u8>>>>;

/// Reads the output on a thread of its own, so that the caller can watch for a stop request.
fn listen(child: &mut Child) -> std::io::Result<Receiver<Printed>> {
    let (sender, receiver) = channel();
    if let Some(stdout) = child.stdout.take() {
        // The receiver may be gone.
        let read = move || _ = sender.send(bounded(stdout));
        std::thread::Builder::new().name("secret".to_owned()).spawn(read)?;
    }
    Ok(receiver)
}

/// Waits for the output and the end of a command; `failed` creates its errors.
fn wait(
    key: &str,
    child: &mut Child,
    receiver: &Receiver<Printed>,
    limits: &CommandLimits<'_>,
    failed: &dyn Fn(&dyn Display) -> Error,
) -> Result<(Zeroizing<Vec<u8>>, ExitStatus)> {
    let began = limits.clock.elapsed();
    let mut printed = None;
    loop {
        if let Ok(read) = receiver.try_recv() {
            printed = Some(read.map_err(|error| failed(&error))?.ok_or_else(|| failed(&"it prints more than any secret has"))?);
        }
        let status = if printed.is_some() { child.try_wait().map_err(|error| failed(&error))? } else { None };
        // Checked after its end, which may come from the same Ctrl-C.
        if let Some(stop) = limits.cancel.requested() {
            return Err(stopped(key, stop));
        }
        if let (Some(status), Some(printed)) = (status, printed.take_if(|_| status.is_some())) {
            return Ok((printed, status));
        }
        if limits.clock.elapsed().saturating_sub(began) >= TIMEOUT {
            return Err(failed(&format!("it did not end within {} s, and was ended", TIMEOUT.as_secs())));
        }
        limits.clock.sleep(POLL_INTERVAL);
    }
}

/// Ends a command, and kills it after a while.
fn end(child: &mut Child, clock: &dyn Clock) {
    let began = clock.elapsed();
    while matches!(child.try_wait(), Ok(None)) && clock.elapsed().saturating_sub(began) < GRACE {
        clock.sleep(POLL_INTERVAL);
    }
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

fn stopped(key: &str, stop: Stop) -> Error {
    match stop {
        Stop::Interrupted => Error::new(stop.kind(), format!("interrupted while the command of {key} ran"), "run the same command again"),
        Stop::Terminated => Error::new(stop.kind(), format!("terminated while the command of {key} ran"), "run the same command again"),
        Stop::OutOfTime => Error::new(
            stop.kind(),
            format!("{OUT_OF_TIME}: the command of {key} did not end"),
            "run it by hand; it must print the secret on standard output and end without a prompt",
        ),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::{CommandLimits, run};
    use crate::clock::{Cancel, ManualClock};

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let limits = CommandLimits { hidden: Vec::new(), cancel: &Cancel::default(), clock: &ManualClock::default() };
        for script in ["exec sleep 1000", "exec 1>&-; exec sleep 1000"] {
            let words = ["/bin/sh", "-c", script].map(str::to_owned);
            let error = run("secret_command", &words, &limits).expect_err("nothing");
            assert_eq!(error.what(), "secret_command failed: /bin/sh: it did not end within 120 s, and was ended");
        }
    }
}
