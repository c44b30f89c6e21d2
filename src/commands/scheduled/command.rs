//! Runs the command of `--on-failure` in the platform's shell, with the summary as JSON on standard input and without secrets.

use super::{Context, expired};
use crate::report::Summary;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Time limits of the command: the usual one, and the one after a request to stop.
const LIMITS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(3)];

/// The variables that a command gets while those with secrets are unknown.
const SAFE: &str = "PATH HOME USER LOGNAME SHELL LANG LC_ALL TZ TMPDIR SystemRoot ComSpec PATHEXT TEMP TMP USERPROFILE APPDATA \
    LOCALAPPDATA ProgramData";

/// Runs the command without the variables in `secrets`; returns why it failed.
pub(super) fn run(command: &str, summary: &Summary, secrets: Option<&[String]>, context: &Context) -> Result<(), String> {
    let failed = |reason: &str| format!("the command of --on-failure {reason}");
    let mut shell = shell(command);
    match secrets {
        Some(names) => names.iter().for_each(|name| _ = shell.env_remove(name)),
        None => {
            shell.env_clear();
            shell.envs(SAFE.split(' ').filter_map(|name| Some((name, context.environment.path(name)?))));
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
        if let Some(limit) = expired(context, began, LIMITS) {
            end(&mut child);
            let _ = child.wait();
            return Err(failed(&format!("did not end within {} s, and was ended", limit.as_secs())));
        }
        context.clock.sleep(Duration::from_millis(20));
    }
}

/// Ends the shell and, except on Windows, its children: a child that keeps standard error open would make cron wait.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}

/// Writes the summary on its own thread, so that a command that does not read it delays nothing.
fn hand_over(child: &mut Child, summary: &Summary) {
    let Some(mut input) = child.stdin.take() else { return };
    let text = serde_json::to_string(summary).map(|text| crate::text::json(text + "\n")).unwrap_or_default();
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
    // `cmd` has its own rules of quoting, so it gets the command as it was given.
    let mut shell = Command::new("cmd");
    shell.args(["/D", "/S", "/C"]).raw_arg(format!("\"{command}\""));
    shell
}
