//! Builds the summary of a command from the events of its runs.
//!
//! Bounded: of what fails, the first are kept and the others counted. Must not show anything.

use super::summary::{Failed, SUMMARY_VERSION, SessionCounts, Summary, VerificationCounts};
use crate::archive::verify::{JournalMissing, JournalReport, SessionReport};
use crate::archive::{CodedReason, State};
use crate::engine::{ErrorText, Event, Tally};
use crate::error::{Error, ErrorKind};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::text::sanitize;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many of those that failed are named.
const NAMED: usize = 1000;
/// How many errors are kept.
const ERRORS: usize = 100;
/// How long a reason may be, in characters.
const LONGEST: usize = 500;

/// The summary of a run so far. Clones share one state.
#[derive(Clone, Default)]
pub struct RunSummary(Arc<Mutex<Books>>);

#[derive(Default)]
struct Books {
    provider: Option<String>,
    archive: Option<String>,
    sessions: Option<SessionCounts>,
    media: Option<Tally>,
    verification: Option<VerificationCounts>,
    out_of_time: bool,
    errors: Vec<ErrorText>,
    named: Vec<(String, Failed)>,
    /// Everything that failed and was not put right since, with how many findings.
    failing: HashMap<String, u64>,
    /// Of sessions that are under way: why their first medium did not come, and how many more did not.
    lacking: HashMap<SessionId, (String, u64)>,
}

/// What is known of a run besides its events.
pub struct Frame {
    /// The verb.
    pub command: &'static str,
    /// The profile, if one was used.
    pub profile: Option<String>,
    /// The provider that was meant, as far as that is known.
    pub provider: Option<String>,
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// Its duration.
    pub milliseconds: u64,
    /// How it ended.
    pub exit: Exit,
}

impl RunSummary {
    /// Takes an event into account.
    pub fn event(&self, event: &Event) {
        self.with(|books| books.event(event));
    }

    /// Takes an error into account that concerns no session.
    pub fn error(&self, error: &Error) {
        self.with(|books| books.error(&ErrorText::from(error)));
    }

    /// The run as a whole.
    pub fn summary(&self, frame: Frame) -> Summary {
        let Frame { command, profile, provider, started, finished, milliseconds, exit } = frame;
        self.with(|books| Summary {
            v: SUMMARY_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.to_owned(),
            profile,
            provider: books.provider.clone().or(provider),
            archive: books.archive.clone(),
            started,
            finished,
            milliseconds,
            exit,
            code: exit.code(),
            out_of_time: books.out_of_time,
            sessions: books.sessions,
            media: books.media,
            verification: books.verification.clone().map(|counts| VerificationCounts { findings: books.failing.values().sum(), ..counts }),
            errors: books.errors.clone(),
            failed: books.named.iter().map(|(_, failed)| failed.clone()).collect(),
            failed_total: books.failing.len() as u64,
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Books) -> T) -> T {
        // What it guards is counts and lists, whole after every step.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Books {
    fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted { provider, archive, .. } => {
                self.provider = Some(provider.clone());
                self.archive.get_or_insert_with(|| archive.clone());
            }
            Event::LineRejected { line, reason } => self.fail(format!("line {line}"), None, None, Exit::from(ErrorKind::Usage), reason, 0),
            Event::ArgumentRejected { number, reason } => {
                self.fail(format!("argument {number}"), None, None, Exit::from(ErrorKind::Usage), reason, 0);
            }
            Event::MediaFinished { session, state: State::Failed | State::Gone, reason, .. } => {
                self.lacks(session, &reason.as_ref().map_or_else(|| "no reason given".to_owned(), CodedReason::text));
            }
            Event::Problem { session, text } => self.lacks(session, text),
            Event::SessionFinished { .. } => self.session(event),
            Event::JournalSealed { errors, .. } => errors.iter().for_each(|error| self.error(error)),
            Event::RunFinished { .. } => self.finished(event),
            Event::JournalVerified(JournalReport { archive, findings, .. }) => {
                self.archive.get_or_insert_with(|| archive.clone());
                let what = findings.first().map(|finding| finding.what.clone()).unwrap_or_default();
                self.checked(&format!("journal of {archive}"), None, archive, &what, findings.len() as u64);
            }
            Event::JournalMissing(JournalMissing { archive, finding, .. }) => {
                self.checked(&format!("journal of {archive}"), None, archive, &finding.what, 1);
            }
            Event::BagVerified(SessionReport { folder, session, findings, .. }) => {
                let what = findings.first().map(|finding| format!("{}: {}", finding.path, finding.what)).unwrap_or_default();
                self.checked(folder, session.clone(), folder, &what, findings.len() as u64);
            }
            Event::VerifyFinished { bags, damaged, journals, files, bytes, partial, out_of_time, .. } => {
                let (partial, findings) = (partial.clone(), 0);
                self.verification =
                    Some(VerificationCounts { bags: *bags, damaged: damaged + journals, findings, files: *files, bytes: *bytes, partial });
                self.out_of_time |= out_of_time;
            }
            _ => {}
        }
    }

    fn error(&mut self, error: &ErrorText) {
        if self.errors.len() < ERRORS {
            self.errors.push(ErrorText { what: safe(&error.what), hint: safe(&error.hint), ..error.clone() });
        }
    }

    fn lacks(&mut self, session: &SessionId, reason: &str) {
        self.lacking.entry(session.clone()).and_modify(|(_, more)| *more += 1).or_insert_with(|| (reason.to_owned(), 0));
    }

    fn session(&mut self, event: &Event) {
        let Event::SessionFinished { session, exit, folder, error, .. } = event else { return };
        let lacking = self.lacking.remove(session);
        if *exit == Exit::Done {
            return;
        }
        let reason = match (error, lacking) {
            (Some(error), _) => error.what.clone(),
            (None, Some((reason, more))) => and_more(&reason, more),
            (None, None) => "no reason given".to_owned(),
        };
        self.fail(folder.clone(), Some(session.to_string()), Some(folder.clone()), *exit, &reason, 0);
    }

    fn finished(&mut self, event: &Event) {
        let Event::RunFinished { complete, skipped, empty, incomplete, not_started, out_of_time, tally, .. } = event else { return };
        // A repair has a run for each archive.
        let counts = self.sessions.get_or_insert_default();
        counts.complete += complete - skipped;
        counts.skipped += skipped;
        counts.empty += empty;
        counts.incomplete += incomplete;
        counts.not_started += not_started;
        self.media.get_or_insert_default().add(tally);
        self.out_of_time |= out_of_time;
    }

    /// What was verified again after a repair takes the place of what was found before.
    fn checked(&mut self, place: &str, session: Option<String>, folder: &str, what: &str, findings: u64) {
        if self.failing.remove(place).is_some() {
            self.named.retain(|(known, _)| known != place);
        }
        if findings > 0 {
            let reason = and_more(what, findings - 1);
            self.fail(place.to_owned(), session, Some(folder.to_owned()), Exit::from(ErrorKind::Damaged), &reason, findings);
        }
    }

    fn fail(&mut self, place: String, session: Option<String>, folder: Option<String>, exit: Exit, reason: &str, findings: u64) {
        if self.named.len() < NAMED {
            let failed = Failed { session, folder, exit, reason: safe(reason) };
            self.named.push((place.clone(), failed));
        }
        self.failing.insert(place, findings);
    }
}

fn and_more(first: &str, more: u64) -> String {
    if more == 0 { first.to_owned() } else { format!("{first}, and {more} more") }
}

/// The reader of the summary may print it: a bounded text without control characters.
fn safe(text: &str) -> String {
    sanitize(text).chars().take(LONGEST).collect()
}
