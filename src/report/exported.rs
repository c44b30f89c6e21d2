//! The lines of an export.

use super::console::{Console, Style};
use crate::engine::{Event, ExportReport, SessionExport};
use crate::text::{bytes, plural, sanitize};

/// Returns the line of an event of an export.
pub(super) fn line(event: &Event, console: &Console) -> Option<String> {
    match event {
        Event::SessionExported(SessionExport { session, files, left_out, missing }) => {
            let mut parts = vec![plural(*files, "file")];
            parts.extend((*left_out > 0).then(|| format!("{left_out} left out")));
            parts.extend((*missing > 0).then(|| format!("{} not archived", plural(*missing, "listed media file"))));
            let word = console.paint_answer(Style::Good, "exported");
            Some(format!("{} {word}: {}", sanitize(session.as_str()), parts.join(", ")))
        }
        Event::ExportFinished(ExportReport { file, sessions, bytes: length, sha256, .. }) => {
            let file = sanitize(file);
            Some(format!("{file}: {}, {}, SHA-256 {sha256}", plural(*sessions, "session"), bytes(*length)))
        }
        _ => None,
    }
}
