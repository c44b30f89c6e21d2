//! The lines of shipping.

use super::console::{Console, Style};
use crate::cli::Verbosity;
use crate::engine::{ShipCounts, ShipReport, ShippedSession};
use crate::exit::Exit;
use crate::text::{bytes, duration, plural, sanitize};
use std::time::Duration;

/// Returns the line of a session that would be shipped, for standard output.
pub(super) fn planned(session: &ShippedSession) -> Option<String> {
    let ShippedSession { folder, sent, bytes: length, planned, .. } = session;
    planned.then(|| format!("ship     {}  ({}, {})", sanitize(folder), plural(*sent, "object"), bytes(*length)))
}

/// Returns the line of a session that was shipped, for standard error.
pub(super) fn session(session: &ShippedSession, is_shown: bool, verbosity: Verbosity, console: &Console) -> Option<String> {
    let ShippedSession { folder, location, sent, reused, bytes: length, unchanged, other, split, .. } = session;
    let folder = sanitize(folder);
    if *unchanged {
        return (verbosity >= Verbosity::Files).then(|| format!("{folder} unchanged since it was shipped"));
    }
    if !is_shown {
        return None;
    }
    let place = sanitize(location.as_deref().unwrap_or_default()).into_owned();
    let word = console.paint(Style::Good, "shipped");
    if *other {
        return Some(format!("{folder} {word}: another archive has shipped all of it: {place}"));
    }
    if *sent == 0 {
        return Some(format!("{folder} {word} before, all of it: {place}"));
    }
    let why = if *split { ", each file by itself because a ZIP file would have more than 5 GiB" } else { "" };
    Some(format!("{folder} {word}: {}{why}: {place}", amount(*sent, *length, *reused)))
}

/// Returns the end of shipping.
pub(super) fn finished(report: &ShipReport, console: &Console) -> String {
    let ShipReport { exit, place, counts, milliseconds, dry_run, .. } = report;
    let ShipCounts { shipped, unchanged, failed, not_started, sent, reused, bytes: length } = counts;
    let word = if *dry_run { "to ship" } else { "shipped" };
    let mut parts = vec![format!("{shipped} {word}")];
    let others = [(unchanged, "unchanged"), (failed, "not shipped"), (not_started, "not begun")];
    parts.extend(others.into_iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!("{count} {what}")));
    let style = if *exit == Exit::Done { Style::Good } else { Style::Error };
    let sessions = plural(counts.sessions(), "session");
    let time = duration(Duration::from_millis(*milliseconds));
    let amount = amount(*sent, *length, *reused);
    format!("{sessions}: {}; {amount} in {time}, to {}", console.paint(style, &parts.join(", ")), sanitize(place))
}

fn amount(sent: u64, length: u64, reused: u64) -> String {
    let of_earlier = if reused > 0 { format!(", {} of earlier versions used again", plural(reused, "file")) } else { String::new() };
    format!("{} ({}){of_earlier}", plural(sent, "object"), bytes(length))
}
