//! Builds the summary of a command from the events of its runs.
//!
//! Bounded: the first failures are named and the others counted. Must not show anything.

use super::summary::{Failed, SUMMARY_VERSION, Summary, VerificationCounts};
use crate::archive::verify::{Finding, JournalMissing, JournalReport, SessionReport};
use crate::archive::{CodedReason, State};
use crate::engine::{EncryptedSession, ErrorText, Event, ShippedSession};
use crate::error::{Error, ErrorKind};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::text::sanitize;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most failures that are named.
const NAMED: usize = 1000;
/// Most errors that are kept.
const ERRORS: usize = 100;
/// Longest reason, in characters.
const LONGEST: usize = 500;

/// The summary of a command so far. Clones share one state.
#[derive(Clone)]
pub(crate) struct RunSummary(Arc<Mutex<Books>>);

struct Books {
    /// The summary, without what failed.
    summary: Summary,
    /// The places that are named, in order.
    named: Vec<(String, Failed)>,
    /// Every place that failed and was not repaired since, with its number of findings.
    failing: HashMap<String, u64>,
    /// Number of further sessions that failed, which are not kept: a stream has any number of them.
    more: u64,
    /// The sessions that are under way and lack something: the first reason, and the number of others.
    lacking: HashMap<SessionId, (Cause, u64)>,
}

struct Cause {
    /// The code, which `docs/codes.md` lists.
    code: String,
    text: String,
}

impl Cause {
    fn new(code: impl Serialize, text: &str) -> Self {
        // Codes serialize to a text.
        let code = serde_json::to_value(code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
        Self { code, text: text.to_owned() }
    }

    fn of_reason(reason: &CodedReason) -> Self {
        let written = serde_json::to_value(reason).unwrap_or_default();
        Self::new(&written["code"], &reason.text())
    }

    fn and_more(self, more: u64) -> Self {
        let text = if more == 0 { self.text } else { format!("{}, and {more} more", self.text) };
        Self { text, ..self }
    }
}

impl RunSummary {
    /// Begins the summary of a command.
    pub(crate) fn new(command: &str, started: Timestamp) -> Self {
        let summary = Summary {
            v: SUMMARY_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.to_owned(),
            profile: None,
            provider: None,
            archive: None,
            started,
            finished: started,
            milliseconds: 0,
            exit: Exit::Done,
            code: 0,
            out_of_time: false,
            sessions: None,
            media: None,
            verification: None,
            retention: None,
            shipped: None,
            errors: Vec::new(),
            failed: Vec::new(),
            failed_total: 0,
        };
        let books = Books { summary, named: Vec::new(), failing: HashMap::new(), more: 0, lacking: HashMap::new() };
        Self(Arc::new(Mutex::new(books)))
    }

    pub(crate) fn event(&self, event: &Event) {
        self.with(|books| books.event(event));
    }

    /// Takes an error into account that concerns no session.
    pub(crate) fn error(&self, error: &Error) {
        self.with(|books| books.error(&ErrorText::from(error)));
    }

    /// Returns the summary, of which the end is not known here.
    pub(crate) fn summary(&self) -> Summary {
        self.with(|books| {
            let mut summary = books.summary.clone();
            if let Some(counts) = &mut summary.verification {
                counts.findings = books.failing.values().sum();
            }
            let failed = books.named.iter().map(|(_, failed)| failed.clone()).collect();
            Summary { failed, failed_total: books.failing.len() as u64 + books.more, ..summary }
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Books) -> T) -> T {
        // Counts and lists are whole after every step.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Books {
    fn event(&mut self, event: &Event) {
        let usage = |reason: &str| Cause::new(ErrorKind::Usage, reason);
        match event {
            Event::RunStarted { provider, archive, .. } => {
                self.summary.provider = Some(provider.clone());
                self.summary.archive.get_or_insert_with(|| archive.clone());
            }
            Event::LineRejected { line, reason } => {
                self.fail(format!("line {line}"), None, None, Exit::from(ErrorKind::Usage), usage(reason), 0);
            }
            Event::FileRejected { file, reason } => {
                self.fail(file.clone(), None, None, Exit::from(ErrorKind::Usage), usage(reason), 0);
            }
            Event::ArgumentRejected { number, reason } => {
                self.fail(format!("argument {number}"), None, None, Exit::from(ErrorKind::Usage), usage(reason), 0);
            }
            Event::MediaFinished { session, state: State::Failed | State::Gone, reason: Some(reason), .. } => {
                self.lacks(session, || Cause::of_reason(reason));
            }
            Event::Problem { session, text } => self.lacks(session, || Cause::new(ErrorKind::Partial, text)),
            Event::SessionFinished { .. } => self.session(event),
            Event::JournalSealed { errors, .. } => errors.iter().for_each(|error| self.error(error)),
            Event::RunFinished { .. } => self.finished(event),
            Event::JournalVerified(JournalReport { archive, findings, .. }) => {
                self.summary.archive.get_or_insert_with(|| archive.clone());
                self.checked(&format!("journal of {archive}"), None, archive, findings);
            }
            Event::JournalMissing(JournalMissing { archive, finding, .. }) => {
                self.checked(&format!("journal of {archive}"), None, archive, std::slice::from_ref(finding));
            }
            Event::BagVerified(SessionReport { folder, session, findings, .. }) => self.checked(folder, session.clone(), folder, findings),
            Event::VerifyFinished { bags, damaged, journals, files, bytes, partial, out_of_time, .. } => {
                let (bags, damaged, files, bytes, partial) = (*bags, damaged + journals, *files, *bytes, partial.clone());
                self.summary.verification = Some(VerificationCounts { bags, damaged, findings: 0, files, bytes, partial });
                self.summary.out_of_time |= out_of_time;
            }
            Event::ShipStarted { archive, .. } | Event::EncryptStarted { archive, .. } => {
                self.summary.archive.get_or_insert_with(|| archive.clone());
            }
            Event::SessionShipped(ShippedSession { folder, session, exit, error: Some(error), .. }) => {
                let (session, cause) = (session.as_ref().map(ToString::to_string), Cause::new(error.code, &error.what));
                self.fail(folder.clone(), session, Some(folder.clone()), *exit, cause, 0);
            }
            Event::SessionEncrypted(EncryptedSession { folder, exit, error: Some(error), .. }) => {
                self.fail(folder.clone(), None, Some(folder.clone()), *exit, Cause::new(error.code, &error.what), 0);
            }
            Event::ShipFinished(report) => self.summary.shipped = Some(report.counts),
            Event::RetentionCounted { archive, counts, .. } => {
                self.summary.archive.get_or_insert_with(|| archive.clone());
                self.summary.retention = Some(*counts);
            }
            _ => {}
        }
    }

    fn error(&mut self, error: &ErrorText) {
        if self.summary.errors.len() < ERRORS {
            self.summary.errors.push(ErrorText { what: safe(&error.what), hint: safe(&error.hint), ..error.clone() });
        }
    }

    fn lacks(&mut self, session: &SessionId, cause: impl FnOnce() -> Cause) {
        self.lacking.entry(session.clone()).and_modify(|(_, more)| *more += 1).or_insert_with(|| (cause(), 0));
    }

    fn session(&mut self, event: &Event) {
        let Event::SessionFinished { session, exit, folder, error, .. } = event else { return };
        let lacking = self.lacking.remove(session);
        let Some(kind) = exit.kind() else { return };
        let cause = match (error, lacking) {
            (Some(error), _) => Cause::new(error.code, &error.what),
            (None, Some((cause, more))) => cause.and_more(more),
            (None, None) => Cause::new(kind, "no reason given"),
        };
        self.fail(folder.clone(), Some(session.to_string()), Some(folder.clone()), *exit, cause, 0);
    }

    fn finished(&mut self, event: &Event) {
        let Event::RunFinished { complete, skipped, empty, erased, incomplete, not_started, out_of_time, tally, .. } = event else {
            return;
        };
        // A repair has a run for each archive.
        let counts = self.summary.sessions.get_or_insert_default();
        counts.complete += complete - skipped;
        counts.skipped += skipped;
        counts.empty += empty;
        counts.erased += erased;
        counts.incomplete += incomplete;
        counts.not_started += not_started;
        self.summary.media.get_or_insert_default().add(tally);
        self.summary.out_of_time |= out_of_time;
    }

    /// Takes the findings of a place, in place of those before its repair.
    fn checked(&mut self, place: &str, session: Option<String>, folder: &str, findings: &[Finding]) {
        if self.failing.remove(place).is_some() {
            self.named.retain(|(known, _)| known != place);
        }
        if let Some((Finding { aspect, path, what, .. }, others)) = findings.split_first() {
            let cause = Cause::new(aspect, &format!("{path}: {what}")).and_more(others.len() as u64);
            self.fail(place.to_owned(), session, Some(folder.to_owned()), Exit::from(ErrorKind::Damaged), cause, findings.len() as u64);
        }
    }

    fn fail(&mut self, place: String, session: Option<String>, folder: Option<String>, exit: Exit, cause: Cause, findings: u64) {
        if self.named.len() < NAMED {
            let failed = Failed { session, folder, exit, code: cause.code, reason: safe(&cause.text) };
            self.named.push((place.clone(), failed));
        } else if findings == 0 && !self.failing.contains_key(&place) {
            self.more += 1;
            return;
        }
        self.failing.insert(place, findings);
    }
}

/// Returns a text that a terminal can show: bounded, and without control characters.
fn safe(text: &str) -> String {
    sanitize(text).chars().take(LONGEST).collect()
}
