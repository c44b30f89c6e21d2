//! The lines of `vmedia encrypt`. Returns lines; prints nothing.

use super::console::{Console, Style};
use crate::cli::Verbosity;
use crate::engine::{EncryptReport, EncryptedSession, EncryptionOutcome, Event};
use crate::exit::Exit;
use crate::text::{bytes, duration, plural, sanitize};
use std::time::Duration;

/// Returns the line of a session, for standard output.
pub(super) fn session(session: &EncryptedSession, verbosity: Verbosity, console: &Console) -> Option<String> {
    let (folder, amount) = (sanitize(&session.folder), format!("{}, {}", plural(session.files, "file"), bytes(session.bytes)));
    match session.outcome {
        EncryptionOutcome::Planned => Some(format!("{folder} would be encrypted: {amount}")),
        EncryptionOutcome::Encrypted => Some(format!("{folder} {}: {amount}", console.paint_answer(Style::Good, "encrypted"))),
        EncryptionOutcome::EncryptedBefore => (verbosity >= Verbosity::Files).then(|| format!("{folder} was encrypted before")),
        EncryptionOutcome::Failed => None,
    }
}

/// Returns the end of it, for standard error.
pub(super) fn message(event: &Event, normal: bool, console: &Console) -> Option<String> {
    let Event::EncryptFinished(report) = event else { return None };
    normal.then(|| finished(report, console))
}

fn finished(report: &EncryptReport, console: &Console) -> String {
    let EncryptReport { exit, dry_run, encrypted, before, failed, not_started, files, bytes: length, milliseconds, .. } = report;
    let word = if *dry_run { "to encrypt" } else { "encrypted" };
    let mut parts = vec![format!("{encrypted} {word}")];
    let others = [(before, "encrypted before"), (failed, "not encrypted"), (not_started, "not done")];
    parts.extend(others.into_iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!("{count} {what}")));
    let style = if *exit == Exit::Done { Style::Good } else { Style::Error };
    let sessions = plural(encrypted + before + failed + not_started, "session");
    let (parts, time) = (console.paint(style, &parts.join(", ")), duration(Duration::from_millis(*milliseconds)));
    format!("{sessions}: {parts}; {}, {} in {time}", plural(*files, "file"), bytes(*length))
}
