//! The lines of shipping.

use super::console::{Console, Style};
use crate::cli::Verbosity;
use crate::engine::{ReturnedPayload, ShipCounts, ShipReport, ShippedSession};
use crate::exit::Exit;
use crate::text::{bytes, duration, plural, sanitize};
use std::time::Duration;

/// Returns the line of a session that would be shipped, for standard output.
pub(super) fn planned(session: &ShippedSession) -> Option<String> {
    let ShippedSession { folder, sent, bytes: length, unchanged, planned, freed, freed_bytes, .. } = session;
    let freed = (*freed > 0).then(|| format!("{} ({}) to be removed here", plural(*freed, "file"), bytes(*freed_bytes)));
    let sent = (!unchanged).then(|| format!("{}, {}", plural(*sent, "object"), bytes(*length)));
    let word = if *unchanged { "free" } else { "ship" };
    let parts: Vec<String> = sent.into_iter().chain(freed).collect();
    planned.then(|| format!("{word}     {}  ({})", sanitize(folder), parts.join("; ")))
}

/// Returns the line of a session that was shipped, for standard error.
pub(super) fn session(session: &ShippedSession, is_shown: bool, verbosity: Verbosity, console: &Console) -> Option<String> {
    let ShippedSession { folder, location, sent, reused, bytes: length, unchanged, other, split, freed, freed_bytes, .. } = session;
    let folder = sanitize(folder);
    let removed = (*freed > 0).then(|| format!("{} ({}) removed here", plural(*freed, "file"), bytes(*freed_bytes)));
    if let Some(removed) = removed.as_ref().filter(|_| *unchanged) {
        return is_shown.then(|| format!("{folder} unchanged since it was shipped; {removed}"));
    }
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
    let removed = removed.map(|removed| format!("; {removed}")).unwrap_or_default();
    if *sent == 0 {
        return Some(format!("{folder} {word} before, all of it: {place}{removed}"));
    }
    let why = if *split { ", each file by itself because a ZIP file would have more than 5 GiB" } else { "" };
    Some(format!("{folder} {word}: {}{why}: {place}{removed}", amount(*sent, *length, *reused)))
}

/// Returns the line of a session whose payload was fetched back, or the lines of its error.
pub(super) fn returned(payload: &ReturnedPayload, verbosity: Verbosity, console: &Console) -> Option<String> {
    let ReturnedPayload { folder, files, bytes: length, error, .. } = payload;
    if let Some(error) = error {
        return Some(console.error_lines(&error.what, &error.hint));
    }
    let word = console.paint(Style::Good, "fetched back");
    (verbosity >= Verbosity::Files).then(|| format!("{} {word}: {} ({})", sanitize(folder), plural(*files, "file"), bytes(*length)))
}

/// Returns the end of shipping.
pub(super) fn finished(report: &ShipReport, console: &Console) -> String {
    let ShipReport { exit, place, counts, milliseconds, dry_run, .. } = report;
    let ShipCounts { shipped, unchanged, failed, not_started, sent, reused, bytes: length, freed, freed_bytes, kept } = counts;
    let word = if *dry_run { "to ship" } else { "shipped" };
    let mut parts = vec![format!("{shipped} {word}")];
    let others = [(unchanged, "unchanged"), (failed, "not shipped"), (not_started, "not begun")];
    parts.extend(others.into_iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!("{count} {what}")));
    let style = if *exit == Exit::Done { Style::Good } else { Style::Error };
    let sessions = plural(counts.sessions(), "session");
    let time = duration(Duration::from_millis(*milliseconds));
    let amount = amount(*sent, *length, *reused);
    let verb = if *dry_run { "to be removed" } else { "removed" };
    let removed = (*freed > 0).then(|| format!("; payload of {} {verb} here ({})", plural(*freed, "session"), bytes(*freed_bytes)));
    let kept = (*kept > 0).then(|| format!("; payload of {} stays here", plural(*kept, "session")));
    let freed: String = removed.into_iter().chain(kept).collect();
    format!("{sessions}: {}; {amount} in {time}, to {}{freed}", console.paint(style, &parts.join(", ")), sanitize(place))
}

fn amount(sent: u64, length: u64, reused: u64) -> String {
    let of_earlier = if reused > 0 { format!(", {} of earlier versions used again", plural(reused, "file")) } else { String::new() };
    format!("{} ({}){of_earlier}", plural(sent, "object"), bytes(length))
}
