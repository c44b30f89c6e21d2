//! Events as text. Returns lines; prints nothing.
//!
//! Texts from outside are made safe for a terminal here.

use super::console::{Console, Style};
use super::exported;
use super::keyed;
use super::lacking::{Item, Lack, Lacking, line_of};
use super::{encrypted, erasure_text, retention_text, shipped, verify_text};
use crate::archive::verify::Remedy;
use crate::archive::{CodedReason, Reason, State};
use crate::cli::Verbosity;
use crate::engine::{Event, Failed, Ledger, ShipReport, ShippedSession, Tally};
use crate::error::ErrorKind;
use crate::exit::Exit;
use crate::model::{Kind, SessionId, is_uuid};
use crate::text::{bytes, day, duration, plural, sanitize};
use std::collections::HashSet;
use std::time::Duration;

/// Turns events into lines.
pub(super) struct Human {
    pub(super) verbosity: Verbosity,
    /// True if bars show what is under way and what waits.
    pub(super) has_bars: bool,
    /// True if the heads of journals are wanted.
    pub(super) prints_heads: bool,
    /// Errors that ended the run. They come from many workers at once, and each is printed once.
    said: Vec<String>,
    /// Hints that were printed; each is printed once.
    hints: Vec<String>,
    /// Those of them that are printed when a batch ends.
    later: Vec<String>,
    /// Remedies whose hints a verification printed; each is printed once.
    remedies: Vec<Remedy>,
    lacking: Lacking,
    /// Sessions whose retries were reported.
    retried: HashSet<SessionId>,
}

impl Human {
    pub(super) fn new(verbosity: Verbosity, has_bars: bool) -> Self {
        let (said, hints, later, remedies, lacking, retried) = Default::default();
        Self { verbosity, has_bars, prints_heads: false, said, hints, later, remedies, lacking, retried }
    }

    /// Returns the lines of an event for standard output.
    pub(super) fn answer(&mut self, event: &Event, console: &Console) -> Option<String> {
        match event {
            Event::MediaPlanned { kind, context, size, action, reason, path, .. } => {
                let size = size.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
                let is_short = console.answer_width().is_some() && self.verbosity < Verbosity::Files;
                let path = if is_short { shortened(path) } else { path.clone() };
                Some(
                    sanitize(&format!("{action:<8} {path}  ({} {}{size}: {})", word(*kind), shown(context.as_deref()), reason.text()))
                        .into_owned(),
                )
            }
            Event::SessionErased { .. } => erasure_text::erased(event, console),
            Event::SessionEncrypted(session) => encrypted::session(session, self.verbosity, console),
            Event::SessionExported(_) | Event::ExportFinished(_) => exported::line(event, console),
            Event::SessionKeyed(_) | Event::KeysFinished(_) => keyed::answer(event, self.verbosity, console),
            Event::SessionAdopted { folder, files, bytes: read, authenticated } => {
                let signed = authenticated.map(|found| {
                    format!("; {} of the provider held, {} unsigned", plural(found.held, "signature"), plural(found.unsigned, "file"))
                });
                let word = console.paint_answer(Style::Good, "adopted");
                let amount = format!("{}, {} read", plural(*files, "file"), bytes(*read));
                Some(format!("{} {word}: {amount}{}", sanitize(folder), signed.unwrap_or_default()))
            }
            Event::SessionsHeld { .. } | Event::CaseReleased { .. } | Event::CutoffsRecorded { .. } => {
                retention_text::answer(event, console)
            }
            Event::SessionShipped(session) => shipped::planned(session),
            _ => verify_text::answer(event, self.verbosity, self.prints_heads, &mut self.remedies, console),
        }
    }

    /// Returns the lines of an event for standard error: progress and errors.
    pub(super) fn lines(&mut self, event: &Event, ledger: &Ledger, console: &Console) -> Option<String> {
        let normal = self.verbosity >= Verbosity::Normal;
        let note = |text: String| console.note_line(&text);
        match event {
            Event::LineRejected { line, reason } => {
                let what = format!("line {line} of the list is no session id: {reason}");
                Some(self.error_of_batch(&what, "correct the line and run the list again; the other lines go on", console))
            }
            Event::FileRejected { file, reason } => {
                let what = format!("the file {} names no session: {reason}", sanitize(file));
                Some(self.error_of_batch(&what, "correct the file or move it away; the other files go on", console))
            }
            Event::FilesMoved { folder, moved, left } => {
                let left = if *left > 0 { format!("; {left} left for a later run") } else { String::new() };
                normal.then(|| note(format!("{} moved to {}{left}", plural(*moved, "file"), sanitize(folder))))
            }
            Event::RowRejected { line, reason } => {
                let what = format!("line {line} of the list is left out: {reason}");
                Some(self.error_of_run(&what, "correct the line and run the list again; the other lines are recorded", console))
            }
            Event::RetentionCounted { .. } => retention_text::message(event, console).filter(|_| normal),
            Event::ArgumentRejected { reason, .. } => {
                Some(self.error_of_batch(reason, "correct the id and run it again; the other sessions go on", console))
            }
            Event::SessionWaiting { session, holder } => {
                normal.then(|| note(format!("session {session} is being archived by {holder}; waiting for it")))
            }
            Event::Answered { request, status, milliseconds, .. } => {
                let line = format!("{request} answered {status} after {milliseconds} ms");
                (self.verbosity >= Verbosity::Requests).then(|| console.paint(Style::Dim, &sanitize(&line)))
            }
            Event::Retrying { session, request, failed, wait, reason } => {
                let wait = if *wait == 0 { "at once".to_owned() } else { format!("in {}", duration(Duration::from_millis(*wait))) };
                let line = format!("{request}: {}; try {} {wait}", reason.text(), failed + 1);
                // Short waits are usual in a network; the first long one of a session is reported, unless bars show it.
                let is_shown =
                    self.verbosity >= Verbosity::Files || normal && !self.has_bars && *failed >= 2 && self.retried.insert(session.clone());
                is_shown.then(|| note(line))
            }
            Event::MediaFinished { .. } => self.media(event, ledger, console),
            Event::Problem { session, text } => self.lacks(session, Item::problem(text), ledger, console),
            Event::Notice { session, text } => normal.then(|| note(format!("session {session}: {text}"))),
            Event::SessionFinished { session, folder, skipped: true, .. } => (self.verbosity >= Verbosity::Files)
                .then(|| format!("{} complete before, not asked about: {}", sanitize(session.as_str()), sanitize(folder))),
            Event::SessionErasedBefore { session, erased, authority } => {
                let state = erased.map_or_else(|| "is being erased".to_owned(), |at| format!("was erased on {}", day(at)));
                normal.then(|| note(format!("session {session} {state} ({authority}), and is not archived again")))
            }
            Event::SessionFinished { .. } => self.session(event, ledger, console),
            Event::RunFinished { .. } => self.finished(event, ledger, console),
            Event::RunStatus { .. } => status(event, ledger.is_stream).map(note),
            Event::SessionNotStarted { session } => normal.then(|| note(format!("session {session} was read and not begun"))),
            // Printed with --quiet too: something was not read, or not recorded.
            Event::Remark { text } => Some(note(text.clone())),
            Event::SessionShipped(session) => self.shipped(session, ledger, console),
            Event::PayloadReturned(payload) => shipped::returned(payload, self.verbosity, console),
            Event::ShipFinished(report) => self.ship_finished(report, ledger, console),
            Event::SessionEncrypted(session) => session.error.as_ref().map(|error| self.error_of_run(&error.what, &error.hint, console)),
            Event::PlanJudged { .. } => erasure_text::judged(event, normal, console),
            _ => verify_text::message(event, self.verbosity, console).or_else(|| encrypted::message(event, normal, console)),
        }
    }

    /// Returns the lines of an error, without its hint if that was printed before.
    fn error(&mut self, what: &str, hint: &str, ledger: &Ledger, console: &Console) -> String {
        if ledger.is_batch() {
            return self.error_of_batch(what, hint, console);
        }
        self.error_of_run(what, hint, console)
    }

    /// Returns the lines of an error that ends the run or is alone in it, with its hint below it for the first time.
    fn error_of_run(&mut self, what: &str, hint: &str, console: &Console) -> String {
        if self.is_new(hint) { console.error_lines(what, hint) } else { console.error_line(what) }
    }

    /// Returns the first line of an error of many; its hint is printed when the run ends.
    fn error_of_batch(&mut self, what: &str, hint: &str, console: &Console) -> String {
        if self.is_new(hint) {
            self.later.push(hint.to_owned());
        }
        console.error_line(what)
    }

    /// Returns whether a hint comes for the first time.
    fn is_new(&mut self, hint: &str) -> bool {
        if self.hints.iter().any(|said| said == hint) {
            return false;
        }
        // Hints are few and our own; the bound is a precaution.
        self.hints.truncate(63);
        self.hints.push(hint.to_owned());
        true
    }

    /// Takes something that a session lacks: it is printed when the session ends, or at once with `-v` and outside of a run.
    fn lacks(&mut self, session: &SessionId, item: Item, ledger: &Ledger, console: &Console) -> Option<String> {
        if self.verbosity < Verbosity::Files && (ledger.is_stream || ledger.total > 0) {
            self.lacking.add(session, item);
            return None;
        }
        Some(self.error(&line_of(session, &item), item.lack.hint(), ledger, console))
    }

    fn media(&mut self, event: &Event, ledger: &Ledger, console: &Console) -> Option<String> {
        let Event::MediaFinished { session, media, kind, context, state, fetched, path, bytes: length, reason, disagreements, .. } = event
        else {
            return None;
        };
        let short = format!("{} {}", word(*kind), shown(context.as_deref()));
        let name = format!("{short} ({media}) of session {session}");
        let item = |lack, reason| Item { lack, name: short.clone(), id: media.to_string(), reason };
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
            State::Gone => self.lacks(session, item(Lack::Gone, reason), ledger, console),
            State::Failed if is_cut_short && self.verbosity < Verbosity::Files => None,
            State::Failed => self.lacks(session, item(Lack::Failed, reason), ledger, console),
            State::Excluded | State::Erased => {
                (self.verbosity >= Verbosity::Files).then(|| sanitize(&format!("left out {name}: {reason}")).into_owned())
            }
        }
    }

    /// Returns the line of a session without media, which is worth a line although nothing failed.
    fn empty(&self, session: &str, folder: &str, ledger: &Ledger, console: &Console) -> Option<String> {
        let place = if ledger.is_batch() { String::new() } else { format!("; what it answers is in {}", sanitize(folder)) };
        let line = format!("{} {}: the provider lists no media{place}", sanitize(session), console.paint(Style::Note, "empty"));
        (self.verbosity > Verbosity::Quiet).then_some(line)
    }

    fn session(&mut self, event: &Event, ledger: &Ledger, console: &Console) -> Option<String> {
        let Event::SessionFinished { session, exit, folder, empty, .. } = event else { return None };
        self.retried.remove(session);
        let lacking = self.lacking.take(session);
        let mut lines: Vec<String> = lacking.iter().map(|(lack, line)| self.error(line, lack.hint(), ledger, console)).collect();
        // An interruption is reported once, by the command.
        if *empty {
            lines.extend(self.empty(session.as_str(), folder, ledger, console));
        } else if !exit.is_interruption() && *exit != ErrorKind::OutOfTime {
            lines.extend(self.session_end(event, ledger, console));
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    fn session_end(&mut self, event: &Event, ledger: &Ledger, console: &Console) -> Option<String> {
        let Event::SessionFinished { session, exit, folder, tally, error, .. } = event else { return None };
        let (session, exit) = (session.as_str(), *exit);
        if let Some(error) = error {
            if exit.ends_run() {
                if self.said.contains(&error.what) {
                    return None;
                }
                self.said.push(error.what.clone());
                return Some(self.error_of_run(&error.what, &error.hint, console));
            }
            let is_named = !ledger.is_batch() || error.what.contains(session);
            let what = if is_named { error.what.clone() } else { format!("session {session}: {}", error.what) };
            return Some(self.error(&what, &error.hint, ledger, console));
        }
        // The bars count the sessions of a batch; its end names those that failed.
        let is_counted = ledger.is_batch() && self.has_bars && self.verbosity < Verbosity::Files;
        if self.verbosity == Verbosity::Quiet || ledger.dry_run || is_counted {
            return None;
        }
        let (style, verdict) = if exit == Exit::Done { (Style::Good, "complete") } else { (Style::Error, "incomplete") };
        let files = files(tally);
        // A batch prints the archive's folder once at its end.
        let place = if ledger.is_batch() { String::new() } else { format!(" in {}", sanitize(folder)) };
        Some(format!("{} {}: {files}{place}", sanitize(session), console.paint(style, verdict)))
    }

    fn shipped(&mut self, session: &ShippedSession, ledger: &Ledger, console: &Console) -> Option<String> {
        let Some(error) = &session.error else {
            let is_counted = ledger.total > 1 && self.verbosity < Verbosity::Files && (self.has_bars || !ledger.is_shipping);
            let is_shown = self.verbosity > Verbosity::Quiet && !is_counted && !session.planned;
            return shipped::session(session, is_shown, self.verbosity, console);
        };
        // An interruption is reported once, by the command; an error that many sessions end with is printed once.
        let is_of_place = !error.what.contains(&session.folder);
        if session.exit.is_interruption() || is_of_place && self.said.contains(&error.what) {
            return None;
        }
        self.said.extend(is_of_place.then(|| error.what.clone()));
        Some(self.error(&error.what, &error.hint, ledger, console))
    }

    fn ship_finished(&mut self, report: &ShipReport, ledger: &Ledger, console: &Console) -> Option<String> {
        let is_shown_already = ledger.total == 1 && report.counts.shipped == 1 && report.counts.kept == 0;
        let is_shown = self.verbosity >= Verbosity::Normal && !is_shown_already && (ledger.is_shipping || report.counts.sessions() > 0);
        let mut lines: Vec<String> = is_shown.then(|| shipped::finished(report, console)).into_iter().collect();
        lines.extend(self.later.drain(..).map(|hint| console.hint_line(&hint)));
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Returns the end of a run: the summary of several sessions, those that failed by class, and the hints.
    fn finished(&mut self, event: &Event, ledger: &Ledger, console: &Console) -> Option<String> {
        let Event::RunFinished { skipped, not_started, .. } = event else { return None };
        let several = (ledger.is_batch() || *not_started > 0 || *skipped > 0) && !ledger.dry_run;
        // Of sessions that the run left behind.
        let left = self.lacking.take_all();
        let mut lines: Vec<String> = left.iter().map(|(lack, line)| self.error(line, lack.hint(), ledger, console)).collect();
        if self.verbosity >= Verbosity::Normal && several {
            lines.extend(summary(event, &ledger.archive, console));
        }
        if self.verbosity >= Verbosity::Normal && ledger.is_batch() {
            lines.extend(classes(ledger));
        }
        lines.extend(self.later.drain(..).map(|hint| console.hint_line(&hint)));
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// Returns a line for each class of failures: the number of its sessions, and the first of them.
fn classes(ledger: &Ledger) -> Vec<String> {
    let classes = [
        (ErrorKind::NotFound, "not found"),
        (ErrorKind::Partial, "archived in part"),
        (ErrorKind::Unavailable, "unavailable"),
        (ErrorKind::Rejected, "rejected"),
        (ErrorKind::Refused, "refused"),
        (ErrorKind::Local, "not written"),
    ];
    let line = |(kind, word): (ErrorKind, &str)| {
        let Failed { count, first, .. } = ledger.failed(kind)?;
        let mut named: Vec<String> = first.iter().map(|session| sanitize(session.as_str()).into_owned()).collect();
        let more = count - first.len() as u64;
        named.extend((more > 0).then(|| format!("{more} more")));
        Some(format!("  {count} {word}: {}", named.join(", ")))
    };
    classes.into_iter().filter_map(line).collect()
}

/// Returns a path with the beginnings of its UUIDs, of which two do not fit a line of a terminal.
fn shortened(path: &str) -> String {
    let short = |part: &str| {
        let (word, end) = part.split_at(part.find(['/', '_', '.']).unwrap_or(part.len()));
        if is_uuid(word) { format!("{}…{end}", word.get(..8).unwrap_or(word)) } else { part.to_owned() }
    };
    path.split_inclusive(['/', '_', '.']).map(short).collect()
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

fn status(event: &Event, is_stream: bool) -> Option<String> {
    let Event::RunStatus { total, done, tally, running, milliseconds } = event else { return None };
    let time = duration(Duration::from_millis(*milliseconds));
    let done = if is_stream { plural(*done, "session") } else { format!("{done} of {}", plural(*total, "session")) };
    Some(format!("{done} done; {}; {} under way after {time}", files(tally), plural(*running, "transfer")))
}

fn summary(event: &Event, archive: &str, console: &Console) -> Option<String> {
    let Event::RunFinished { exit, complete, skipped, empty, erased, incomplete, not_started, tally, milliseconds, .. } = event else {
        return None;
    };
    let mut parts = vec![format!("{complete} complete")];
    let counts =
        [(skipped, "of them before"), (empty, "empty"), (erased, "erased before"), (incomplete, "incomplete"), (not_started, "not begun")];
    parts.extend(counts.into_iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!("{count} {what}")));
    let style = if *exit == Exit::Done { Style::Good } else { Style::Error };
    let sessions = plural(complete + empty + erased + incomplete + not_started, "session");
    Some(format!(
        "{sessions}: {}; {} in {}, below {}",
        console.paint(style, &parts.join(", ")),
        files(tally),
        duration(Duration::from_millis(*milliseconds)),
        sanitize(archive)
    ))
}
