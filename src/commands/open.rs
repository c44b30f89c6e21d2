//! `vmedia open`: opens the page of an archived session with the program that the desktop has for it.
//!
//! Must not hand anything to a shell.

use super::Context;
use super::one_session::OneSession;
use crate::archive::PAGE;
use crate::cli::OpenArguments;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::store::ReadStore;
use crate::text::sanitize;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Longest wait for the end of the opener. One that runs longer is the browser itself.
const WAIT: Duration = Duration::from_secs(3);

pub(super) fn run(arguments: &OpenArguments, context: &Context) -> Result<Exit> {
    let session = OneSession::of(&arguments.held, context)?;
    let page = session.location(PAGE);
    if session.store.length(&session.folder.join(PAGE))?.is_none() {
        let what = format!("there is no page at {}", page.display());
        return Err(Error::new(ErrorKind::Local, what, "run `vmedia download` for this session, which completes it"));
    }
    let page = std::path::absolute(&page).unwrap_or(page);
    context.console.answer(format!("{}\n", sanitize(&page.display().to_string())).as_bytes());
    if !has_opened(&page, context) {
        context.console.message(&context.console.note_line("there is no desktop that opens it; open this file in a browser"));
    }
    Ok(Exit::Done)
}

/// Starts the desktop's program for a page, and returns whether it seems to work.
fn has_opened(page: &Path, context: &Context) -> bool {
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
