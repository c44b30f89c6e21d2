//! Opens a page with the program that the desktop has for it.
//!
//! Must not hand anything to a shell.

use super::Context;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Longest wait for the end of the opener. One that runs longer is the browser itself.
const WAIT: Duration = Duration::from_secs(3);

/// Starts the desktop's program for a page, and returns whether it seems to work.
pub(super) fn has_opened(page: &Path, context: &Context) -> bool {
    let Some(mut command) = opener(page, context) else { return false };
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C in this terminal is not meant for a browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let Ok(mut child) = command.spawn() else { return false };
    let begun = context.clock.elapsed();
    while context.clock.elapsed().saturating_sub(begun) < WAIT {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => context.clock.sleep(Duration::from_millis(20)),
            Err(_) => return false,
        }
    }
    true
}

/// Returns the command that opens a page; none without a desktop.
#[cfg(all(unix, not(target_os = "macos")))]
fn opener(page: &Path, context: &Context) -> Option<Command> {
    // Without a desktop, `xdg-open` would start a browser within the terminal.
    let has_desktop = ["WAYLAND_DISPLAY", "DISPLAY"].iter().any(|name| context.environment.value(name).is_some());
    let mut command = has_desktop.then(|| Command::new("xdg-open"))?;
    command.arg(page);
    Some(command)
}

/// Returns the command that opens a page.
#[cfg(target_os = "macos")]
fn opener(page: &Path, _: &Context) -> Option<Command> {
    let mut command = Command::new("open");
    command.arg(page);
    Some(command)
}

/// Returns the command that opens a page. As a URL, the path has no blanks and quotes that a command line could lose.
#[cfg(windows)]
fn opener(page: &Path, _: &Context) -> Option<Command> {
    let page = crate::text::as_written(page.to_owned());
    let mut command = Command::new("rundll32.exe");
    command.arg("url.dll,FileProtocolHandler").arg(url::Url::from_file_path(page).ok()?.as_str());
    Some(command)
}
