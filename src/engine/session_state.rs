//! The state of a session that is under way: its archive, the files still to come, and its outcome so far.
//!
//! Must not fetch and must not end the run.

use super::Emit;
use super::budget::Share;
use super::event::Event;
use super::outcome::ErrorText;
use super::tally::Tally;
use crate::archive::schedule::locked;
use crate::archive::{CompanionState, FileRecord, Reason, SessionArchive, State};
use crate::error::{Error, ErrorKind};
use crate::exit::Exit;
use crate::model::{MediaItem, SessionId};
use crate::store::Lock;
use std::sync::Mutex;

/// A session that is under way.
pub(super) struct SessionWork {
    pub(super) index: usize,
    pub(super) session: SessionId,
    /// Whether the provider signed media of the session in an earlier run.
    pub(super) was_signed: bool,
    pub(super) archive: Mutex<SessionArchive>,
    /// The files that are still to come.
    pub(super) left: Mutex<Vec<MediaItem>>,
    pub(super) verdict: Mutex<Verdict>,
    pub(super) lock: Mutex<Option<Lock>>,
    /// That the provider may soon delete the media; said unless all of them were here before.
    pub(super) age: Option<String>,
    /// What it takes of the memory for listings.
    #[expect(dead_code, reason = "given back when the session is dropped")]
    share: Option<Share>,
}

/// What is known of a session's outcome so far.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) tally: Tally,
    /// Something is missing besides media: a listing, a companion.
    pub(super) lacking: bool,
    /// Every failure so far was a missing answer.
    pub(super) only_unavailable: bool,
    pub(super) error: Option<Error>,
}

/// What became of a companion document that was asked for.
pub(super) struct Companion {
    pub(super) name: String,
    pub(super) state: CompanionState,
    pub(super) reason: Option<Reason>,
}

impl SessionWork {
    pub(super) fn new(
        index: usize,
        session: SessionId,
        archive: SessionArchive,
        lock: Option<Lock>,
        left: impl Iterator<Item = MediaItem>,
    ) -> Self {
        let verdict = Verdict { only_unavailable: true, ..Verdict::default() };
        Self {
            index,
            session,
            was_signed: archive.revision.was_signed(),
            archive: Mutex::new(archive),
            left: Mutex::new(left.collect()),
            verdict: Mutex::new(verdict),
            lock: Mutex::new(lock),
            age: None,
            share: None,
        }
    }

    /// Keeps what is reserved for it.
    pub(super) fn with_share(self, share: Option<Share>) -> Self {
        Self { share, ..self }
    }

    /// Remembers that the provider may soon delete the media.
    pub(super) fn aged(self, age: Option<String>) -> Self {
        Self { age, ..self }
    }

    /// Counts one file as done and says whether it was the last.
    pub(super) fn one_less(&self, item: &MediaItem) -> bool {
        let mut left = locked(&self.left);
        if let Some(place) = left.iter().position(|known| known.id == item.id) {
            left.swap_remove(place);
        }
        left.is_empty()
    }

    /// Tells of what the listing lacks and which companions did not come.
    pub(super) fn note_problems(&self, problems: &[String], companions: &[Companion], emit: &Emit) {
        for Companion { name, state, reason } in companions {
            let reason = reason.as_ref().map_or_else(|| "no reason given".to_owned(), Reason::to_string);
            let text = match state {
                CompanionState::Archived => continue,
                CompanionState::Absent => format!("the provider has no {name} for this session ({reason})"),
                CompanionState::Failed => format!("{name} failed: {reason}"),
            };
            if *state == CompanionState::Failed {
                self.problem(text, emit);
            } else {
                emit.event(Event::Notice { session: self.session.clone(), text });
            }
        }
        for text in problems {
            self.problem(text.clone(), emit);
        }
    }

    fn problem(&self, text: String, emit: &Emit) {
        locked(&self.verdict).lacking = true;
        emit.event(Event::Problem { session: self.session.clone(), text });
    }

    fn finished(&self, item: &MediaItem, state: State) -> Event {
        Event::MediaFinished {
            session: self.session.clone(),
            media: item.id.clone(),
            attempt: item.attempt.clone(),
            kind: item.kind,
            context: item.label(),
            state,
            fetched: false,
            path: None,
            bytes: None,
            sha256: None,
            reason: None,
            disagreements: Vec::new(),
        }
    }

    /// A medium that is here already.
    pub(super) fn kept(&self, item: &MediaItem, at: String, length: u64, emit: &Emit) {
        locked(&self.verdict).tally.count(State::Archived, None);
        let mut event = self.finished(item, State::Archived);
        if let Event::MediaFinished { path, bytes, .. } = &mut event {
            (*path, *bytes) = (Some(at), Some(length));
        }
        emit.event(event);
    }

    /// A medium whose bytes came.
    pub(super) fn fetched(&self, item: &MediaItem, file: &FileRecord, was_here: bool, emit: &Emit) {
        {
            let mut verdict = locked(&self.verdict);
            verdict.tally.count(State::Archived, Some(file.digest.bytes));
            verdict.tally.unchanged += u64::from(was_here);
        }
        let mut event = self.finished(item, State::Archived);
        if let Event::MediaFinished { fetched, path, bytes, sha256, disagreements, .. } = &mut event {
            *fetched = true;
            *path = Some(file.path.clone());
            *bytes = Some(file.digest.bytes);
            *sha256 = Some(file.digest.sha256.clone());
            disagreements.clone_from(&file.disagreements);
        }
        emit.event(event);
    }

    /// A medium that is not here after this run, and why.
    pub(super) fn settled(&self, item: &MediaItem, state: State, why: Reason, emit: &Emit) {
        let event = self.settled_in(&mut locked(&self.archive), item, state, why);
        emit.event(event);
    }

    /// The same in its archive, which is at hand: the reports about it.
    pub(super) fn settled_in(&self, archive: &mut SessionArchive, item: &MediaItem, state: State, why: Reason) -> Event {
        archive.revision.settle(&item.id, state, why.clone());
        locked(&self.verdict).tally.count(state, None);
        let mut event = self.finished(item, state);
        if let Event::MediaFinished { reason, .. } = &mut event {
            *reason = Some(why.into());
        }
        event
    }

    /// How the session ended, whose folder a person finds there.
    pub(super) fn ended(&self, folder: String) -> Event {
        let verdict = locked(&self.verdict);
        let tally = verdict.tally;
        let exit = match &verdict.error {
            Some(error) => Exit::of(error),
            None if tally.failed + tally.gone == 0 && !verdict.lacking => Exit::Done,
            None if tally.fetched + tally.kept == 0 && verdict.only_unavailable && !verdict.lacking => ErrorKind::Unavailable.into(),
            None => Exit::PARTIAL,
        };
        let error = verdict.error.as_ref().map(ErrorText::from);
        // Each listed medium is counted once, whatever became of it.
        let empty = exit == Exit::Done && tally == Tally::default();
        Event::SessionFinished { session: self.session.clone(), exit, folder, tally, error, skipped: false, empty }
    }
}
