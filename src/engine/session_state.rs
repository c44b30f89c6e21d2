//! The state of a session that is under way: its archive, the files still to come, and its outcome so far.
//!
//! Must not fetch and must not end the run.

use super::Emit;
use super::budget::Share;
use super::error_text::ErrorText;
use super::event::Event;
use super::tally::Tally;
use crate::archive::schedule::locked;
use crate::archive::{CompanionState, FileRecord, Reason, SessionArchive, SessionKey, State};
use crate::error::{Error, ErrorKind};
use crate::exit::Exit;
use crate::model::{MediaItem, SessionId};
use crate::store::Lock;
use std::sync::{Arc, Mutex};

pub(super) struct SessionWork {
    pub(super) index: usize,
    pub(super) session: SessionId,
    /// True if the provider signed media of the session in an earlier run.
    pub(super) was_signed: bool,
    pub(super) archive: Mutex<SessionArchive>,
    /// The key that its files are encrypted to; `None` if they are stored as they come.
    pub(super) key: Option<Arc<SessionKey>>,
    /// The files that are still to come.
    pub(super) left: Mutex<Vec<MediaItem>>,
    pub(super) outcome: Mutex<Outcome>,
    pub(super) lock: Mutex<Option<Lock>>,
    /// Warning that the provider may soon delete the media; reported unless all of them were archived before.
    pub(super) age: Option<String>,
    /// Its share of the memory for listings, given back with the session.
    pub(super) _share: Option<Share>,
}

pub(super) struct Outcome {
    pub(super) tally: Tally,
    /// True if something is missing besides media: a listing, a companion document.
    pub(super) lacking: bool,
    /// True while every failure was a missing answer.
    pub(super) only_unavailable: bool,
    pub(super) error: Option<Error>,
}

impl Default for Outcome {
    fn default() -> Self {
        Self { tally: Tally::default(), lacking: false, only_unavailable: true, error: None }
    }
}

/// One file of an open session.
pub(super) struct Job {
    pub(super) work: Arc<SessionWork>,
    pub(super) item: MediaItem,
}

/// The result of the request for a companion document.
pub(super) struct Companion {
    pub(super) name: String,
    pub(super) state: CompanionState,
    pub(super) reason: Option<Reason>,
}

impl SessionWork {
    /// Removes a file from those that are still to come, and returns whether it was the last.
    pub(super) fn one_less(&self, item: &MediaItem) -> bool {
        let mut left = locked(&self.left);
        if let Some(place) = left.iter().position(|other| other.id == item.id) {
            left.swap_remove(place);
        }
        left.is_empty()
    }

    /// Reports what the listing lacks and which companion documents did not come.
    pub(super) fn note_problems(&self, problems: &[String], companions: &[Companion], emit: &Emit) {
        for Companion { name, state, reason } in companions {
            let reason = reason.as_ref().map_or_else(|| "no reason given".to_owned(), Reason::to_string);
            match state {
                CompanionState::Archived => {}
                CompanionState::Absent => {
                    emit.notice(&self.session, format!("the provider has no {name} for this session ({reason})"));
                }
                CompanionState::Failed => self.problem(format!("{name} failed: {reason}"), emit),
            }
        }
        problems.iter().for_each(|text| self.problem(text.clone(), emit));
    }

    fn problem(&self, text: String, emit: &Emit) {
        locked(&self.outcome).lacking = true;
        emit.problem(&self.session, text);
    }

    /// Returns the event for a settled media file; `fetched` is its record, `place` its path and length in bytes.
    fn finished(
        &self,
        item: &MediaItem,
        state: State,
        fetched: Option<&FileRecord>,
        place: Option<(String, u64)>,
        reason: Option<Reason>,
    ) -> Event {
        let (path, bytes) = place.unzip();
        Event::MediaFinished {
            session: self.session.clone(),
            media: item.id.clone(),
            attempt: item.attempt.clone(),
            kind: item.kind,
            context: item.label(),
            state,
            fetched: fetched.is_some(),
            path,
            bytes,
            sha256: fetched.map(|file| file.digest.sha256.clone()),
            reason: reason.map(Into::into),
            disagreements: fetched.map(|file| file.disagreements.clone()).unwrap_or_default(),
        }
    }

    /// Settles a media file that the archive has already.
    pub(super) fn kept(&self, item: &MediaItem, path: String, bytes: u64, emit: &Emit) {
        locked(&self.outcome).tally.count(State::Archived, None);
        emit.event(self.finished(item, State::Archived, None, Some((path, bytes)), None));
    }

    /// Settles a media file that was fetched; `was_here` says that the archive had the same bytes.
    pub(super) fn fetched(&self, item: &MediaItem, file: &FileRecord, was_here: bool, emit: &Emit) {
        let bytes = file.digest.bytes;
        {
            let mut outcome = locked(&self.outcome);
            outcome.tally.count(State::Archived, Some(bytes));
            outcome.tally.unchanged += u64::from(was_here);
        }
        emit.event(self.finished(item, State::Archived, Some(file), Some((file.path.clone(), bytes)), None));
    }

    /// Settles a media file that is not archived after this run.
    pub(super) fn settled(&self, item: &MediaItem, state: State, reason: Reason, emit: &Emit) {
        let event = self.settled_in(&mut locked(&self.archive), item, state, reason);
        emit.event(event);
    }

    /// Does the same in the session's archive, whose lock the caller has, and returns the event.
    pub(super) fn settled_in(&self, archive: &mut SessionArchive, item: &MediaItem, state: State, reason: Reason) -> Event {
        archive.revision.settle(&item.id, state, reason.clone());
        locked(&self.outcome).tally.count(state, None);
        self.finished(item, state, None, None, Some(reason))
    }

    /// Returns the end of the session, whose folder has that name for people.
    pub(super) fn ended(&self, folder: String) -> Event {
        let outcome = locked(&self.outcome);
        let tally = outcome.tally;
        let exit = match &outcome.error {
            Some(error) => Exit::of(error),
            None if tally.failed + tally.gone == 0 && !outcome.lacking => Exit::Done,
            None if tally.fetched + tally.kept == 0 && outcome.only_unavailable && !outcome.lacking => ErrorKind::Unavailable.into(),
            None => Exit::PARTIAL,
        };
        let error = outcome.error.as_ref().map(ErrorText::from);
        // Each listed media file is counted once.
        let empty = exit == Exit::Done && tally == Tally::default();
        Event::SessionFinished { session: self.session.clone(), exit, folder, tally, error, skipped: false, empty }
    }
}
