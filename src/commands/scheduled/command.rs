//! Runs the command that somebody wants to be run when a run failed, with the run's summary as JSON on its standard input.
//!
//! The platform's shell reads it, as cron's does: in a crontab or a unit it is one word, and what people write there is
//! mostly a pipe. It gets no secret, and its words go to standard error: standard output is for our own answers.

use super::{Context, is_hurried};
use crate::report::Summary;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long the command may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same when an end is wanted now.
const SHORT_PATIENCE: Duration = Duration::from_secs(3);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What of the environment a command gets when it cannot be told which variables hold secrets.
const HARMLESS: [&str; 18] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SystemRoot",
    "ComSpec",
    "PATHEXT",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "ProgramData",
];

/// Runs it; else what became of it. `secrets` are the variables that it does not get.
pub(super) fn run(command: &str, summary: &Summary, secrets: Option<&[String]>, context: &Context) -> Result<(), String> {
    let failed = |reason: &str| format!("the command of --on-failure {reason}");
    let mut shell = shell(command);
    match secrets {
        Some(names) => names.iter().for_each(|name| _ = shell.env_remove(name)),
        None => {
            shell.env_clear();
            shell.envs(HARMLESS.iter().filter_map(|name| Some((name, context.environment.path(name)?))));
        }
    }
    shell.stdin(Stdio::piped()).stdout(context.console.for_child());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let mut child = shell.spawn().map_err(|error| failed(&format!("cannot be run: {error}")))?;
    hand_over(&mut child, summary);
    let began = context.clock.elapsed();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(failed(&format!("failed: {status}"))),
            Ok(None) => {}
            Err(error) => return Err(failed(&format!("cannot be waited for: {error}"))),
        }
        let patience = if is_hurried(context) { SHORT_PATIENCE } else { PATIENCE };
        if context.clock.elapsed().saturating_sub(began) >= patience {
            end(&mut child);
            let _ = child.wait();
            return Err(failed(&format!("did not end within {} s, and was ended", patience.as_secs())));
        }
        context.clock.sleep(LOOK);
    }
}

/// Ends the shell and, but on Windows, what it started: what stays of a pipe would hold standard error open, and whoever reads
/// that to its end, as cron does, would wait for it.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}

/// Writes the summary on a thread of its own: a command that does not read it would hold it up.
fn hand_over(child: &mut Child, summary: &Summary) {
    let Some(mut input) = child.stdin.take() else { return };
    // Plain data; it always serialises.
    let text = serde_json::to_string(summary).map(|text| crate::text::json(text + "\n")).unwrap_or_default();
    // Whoever does not read it does not want it.
    let write = move || _ = input.write_all(text.as_bytes());
    let _ = std::thread::Builder::new().name("summary".to_owned()).spawn(write);
}

#[cfg(not(windows))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(windows)]
fn shell(command: &str) -> Command {
    use std::os::windows::process::CommandExt;
    // Its own rules of quoting are not those of other programs: the words go to it as they were given.
    let mut shell = Command::new("cmd");
    shell.args(["/D", "/S", "/C"]).raw_arg(format!("\"{command}\""));
    shell
}
