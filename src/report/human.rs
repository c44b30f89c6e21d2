//! Events as text. Returns lines; prints nothing.
//!
//! Texts from outside are made safe for a terminal here.

use super::console::{Console, Style};
use super::verify_text;
use crate::archive::{CodedReason, Reason, State};
use crate::cli::Verbosity;
use crate::engine::{Event, Ledger, Tally};
use crate::error::ErrorKind;
use crate::exit::Exit;
use crate::model::Kind;
use crate::text::{bytes, duration, plural, sanitize};
use std::time::Duration;

/// Hint for a session that lacks something besides media.
const INCOMPLETE: &str = "nothing else of the session is affected; run the same command again, and if it stays so, ask the provider";

/// Turns events into lines.
pub(super) struct Human {
    pub(super) verbosity: Verbosity,
    /// Errors that ended the run. They come from many workers at once, and each is printed once.
    said: Vec<String>,
    /// Hints that were printed; each is printed once.
    hints: Vec<String>,
}

impl Human {
    pub(super) fn new(verbosity: Verbosity) -> Self {
        Self { verbosity, said: Vec::new(), hints: Vec::new() }
    }

    /// Returns the lines of an event for standard output.
    pub(super) fn answer(&self, event: &Event, console: &Console) -> Option<String> {
        match event {
            Event::MediaPlanned { kind, context, size, action, reason, path, .. } => {
                let size = size.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
                Some(
                    sanitize(&format!("{action:<8} {path}  ({} {}{size}: {})", word(*kind), shown(context.as_deref()), reason.text()))
                        .into_owned(),
                )
            }
            _ => verify_text::answer(event, self.verbosity, console),
        }
    }

    /// Returns the lines of an event for standard error: progress and errors.
    pub(super) fn lines(&mut self, event: &Event, ledger: &Ledger, console: &Console) -> Option<String> {
        let normal = self.verbosity >= Verbosity::Normal;
        let note = |text: String| console.note_line(&text);
        match event {
            Event::LineRejected { line, reason } => Some(console.error_lines(
                &format!("line {line} of the list is no session id: {reason}"),
                "correct the line and run the list again; the other lines go on",
            )),
            Event::ArgumentRejected { reason, .. } => {
                Some(console.error_lines(reason, "correct the id and run it again; the other sessions go on"))
            }
            Event::SessionWaiting { session, holder } => {
                normal.then(|| note(format!("session {session} is being archived by {holder}; waiting for it")))
            }
            Event::Answered { request, status, milliseconds, .. } => {
                let line = format!("{request} answered {status} after {milliseconds} ms");
                (self.verbosity >= Verbosity::Requests).then(|| console.paint(Style::Dim, &sanitize(&line)))
            }
            Event::Retrying { request, failed, wait, reason, .. } => {
                let wait = if *wait == 0 { "at once".to_owned() } else { format!("in {}", duration(Duration::from_millis(*wait))) };
                // Short waits are usual in a network; a long one is reported.
                let line = format!("{request}: {}; try {} {wait}", reason.text(), failed + 1);
                (self.verbosity >= Verbosity::Files || normal && *failed >= 2).then(|| note(line))
            }
            Event::MediaFinished { .. } => self.media(event, console),
            Event::Problem { session, text } => Some(self.error(&format!("session {session}: {text}"), INCOMPLETE, console)),
            Event::Notice { session, text } => normal.then(|| note(format!("session {session}: {text}"))),
            Event::SessionFinished { session, folder, skipped: true, .. } => (self.verbosity >= Verbosity::Files)
                .then(|| format!("{} complete before, not asked about: {}", sanitize(session.as_str()), sanitize(folder))),
            Event::SessionFinished { session, folder, empty: true, .. } => self.empty(session.as_str(), folder, ledger, console),
            Event::SessionFinished { .. } => self.session(event, ledger, console),
            Event::RunFinished { skipped, not_started, .. } => {
                let several = (ledger.total > 1 || *not_started > 0 || *skipped > 0) && !ledger.dry_run;
                if normal && several { summary(event, &ledger.archive, console) } else { None }
            }
            Event::RunStatus { .. } => status(event).map(note),
            // Printed with --quiet too: something was not read, or not recorded.
            Event::Remark { text } => Some(note(text.clone())),
            Event::JournalSealed { .. } | Event::VerifyFinished { .. } => verify_text::message(event, self.verbosity, console),
            _ => None,
        }
    }

    /// Returns the lines of an error, without its hint if that was printed before.
    fn error(&mut self, what: &str, hint: &str, console: &Console) -> String {
        if self.hints.iter().any(|said| said == hint) {
            return console.error_line(what);
        }
        // Hints are few and our own; the bound is a precaution.
        self.hints.truncate(63);
        self.hints.push(hint.to_owned());
        console.error_lines(what, hint)
    }

    fn media(&mut self, event: &Event, console: &Console) -> Option<String> {
        let Event::MediaFinished { session, media, kind, context, state, fetched, path, bytes: length, reason, disagreements, .. } = event
        else {
            return None;
        };
        let name = format!("{} {} ({media}) of session {session}", word(*kind), shown(context.as_deref()));
        let is_cut_short = reason.as_ref().is_some_and(|reason| *reason == Reason::RunEnded);
        let reason = reason.as_ref().map_or_else(|| "no reason given".to_owned(), CodedReason::text);
        let normal = self.verbosity >= Verbosity::Normal;
        match state {
            State::Archived => {
                let path = sanitize(path.as_deref().unwrap_or_default()).into_owned();
                let done = if *fetched { "fetched" } else { "kept" };
                let mut lines: Vec<String> = (self.verbosity >= Verbosity::Files)
                    .then(|| format!("{done} {path} ({})", bytes(length.unwrap_or(0))))
                    .into_iter()
                    .collect();
                lines.extend(disagreements.iter().filter(|_| normal).map(|disagreement| {
                    let why = "does not agree with its listing, and the provider sent the same again";
                    console.note_line(&format!("{name} {why}: {}; it is archived as it came", disagreement.text()))
                }));
                (!lines.is_empty()).then(|| lines.join("\n"))
            }
            State::Withheld => normal.then(|| console.note_line(&format!("{name} is withheld by the provider; the next run asks again"))),
            State::Gone => {
                let hint = "it was deleted or is past the provider's retention; what else the session has is archived";
                Some(self.error(&format!("{name} is gone: {reason}"), hint, console))
            }
            State::Failed if is_cut_short && self.verbosity < Verbosity::Files => None,
            State::Failed => {
                let hint = "run the same command again; what is archived is not fetched again";
                Some(self.error(&format!("{name} failed: {reason}"), hint, console))
            }
            State::Excluded => (self.verbosity >= Verbosity::Files).then(|| sanitize(&format!("left out {name}: {reason}")).into_owned()),
        }
    }

    /// Returns the line of a session without media, which is worth a line although nothing failed.
    fn empty(&self, session: &str, folder: &str, ledger: &Ledger, console: &Console) -> Option<String> {
        let place = if ledger.total > 1 { String::new() } else { format!("; what it answers is in {}", sanitize(folder)) };
        let line = format!("{} {}: the provider lists no media{place}", sanitize(session), console.paint(Style::Note, "empty"));
        (self.verbosity > Verbosity::Quiet).then_some(line)
    }

    fn session(&mut self, event: &Event, ledger: &Ledger, console: &Console) -> Option<String> {
        let Event::SessionFinished { session, exit, folder, tally, error, .. } = event else { return None };
        let (session, exit) = (session.as_str(), *exit);
        if exit.is_interruption() || exit == ErrorKind::OutOfTime {
            // The command reports it once.
            return None;
        }
        if let Some(error) = error {
            if exit.ends_run() && self.said.contains(&error.what) {
                return None;
            }
            if exit.ends_run() {
                self.said.push(error.what.clone());
            }
            let is_named = ledger.total <= 1 || exit.ends_run() || error.what.contains(session);
            let what = if is_named { error.what.clone() } else { format!("session {session}: {}", error.what) };
            return Some(self.error(&what, &error.hint, console));
        }
        if self.verbosity == Verbosity::Quiet || ledger.dry_run {
            return None;
        }
        let (style, verdict) = if exit == Exit::Done { (Style::Good, "complete") } else { (Style::Error, "incomplete") };
        let files = files(tally);
        // A batch prints the archive's folder once at its end.
        let place = if ledger.total > 1 { String::new() } else { format!(" in {}", sanitize(folder)) };
        Some(format!("{} {}: {files}{place}", sanitize(session), console.paint(style, verdict)))
    }
}

fn shown(context: Option<&str>) -> &str {
    context.unwrap_or("without context")
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "image",
        Kind::Video => "video",
        Kind::Nfc => "NFC file",
        Kind::Other => "file",
    }
}

/// Returns counts such as `7 files fetched (1.2 MB), 2 kept, 1 failed`.
fn files(tally: &Tally) -> String {
    let mut parts = Vec::new();
    if tally.fetched > 0 || tally.kept == 0 {
        parts.push(format!("{} fetched ({})", plural(tally.fetched, "file"), bytes(tally.bytes)));
    }
    if tally.unchanged > 0 {
        parts.push(format!("{} of them unchanged", tally.unchanged));
    }
    if tally.kept > 0 {
        parts.push(if tally.fetched > 0 {
            format!("{} kept", tally.kept)
        } else {
            format!("{} kept, nothing to fetch", plural(tally.kept, "file"))
        });
    }
    for (count, what) in [(tally.withheld, "withheld"), (tally.gone, "gone"), (tally.failed, "failed"), (tally.excluded, "left out")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    parts.join(", ")
}

fn status(event: &Event) -> Option<String> {
    let Event::RunStatus { total, done, tally, running, milliseconds } = event else { return None };
    let time = duration(Duration::from_millis(*milliseconds));
    Some(format!("{done} of {} done; {}; {} under way after {time}", plural(*total, "session"), files(tally), plural(*running, "transfer")))
}

fn summary(event: &Event, archive: &str, console: &Console) -> Option<String> {
    let Event::RunFinished { exit, complete, skipped, empty, incomplete, not_started, tally, milliseconds, .. } = event else {
        return None;
    };
    let mut parts = vec![format!("{complete} complete")];
    let counts = [(skipped, "of them before"), (empty, "empty"), (incomplete, "incomplete"), (not_started, "not begun")];
    parts.extend(counts.into_iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!("{count} {what}")));
    let style = if *exit == Exit::Done { Style::Good } else { Style::Error };
    let sessions = plural(complete + empty + incomplete + not_started, "session");
    Some(format!(
        "{sessions}: {}; {} in {}, below {}",
        console.paint(style, &parts.join(", ")),
        files(tally),
        duration(Duration::from_millis(*milliseconds)),
        sanitize(archive)
    ))
}
