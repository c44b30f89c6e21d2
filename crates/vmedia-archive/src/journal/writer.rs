//! Writes the journal of one run: a segment of its own, each line chained to the one before, the first to the ends of earlier
//! segments.
//!
//! A line that vouches for a bag outlasts a power loss before the bag is finished.

use super::elsewhere::Elsewhere;
use super::entry::{
    AcceptedRun, AdoptedEntry, Archived, Authenticated, EncryptedEntry, Entry, Identity, IndexEntry, Line, Opened, SCHEMA, VERSION,
};
use super::erasure_entry::{AgainEntry, ErasedEntry, ErasingEntry, ErasureFacts};
use super::freed_entry::{FreedEntry, ReturnedEntry};
use super::keyed_entry::KeyedEntry;
use super::known::Known;
use super::orders::{CutoffEntry, ExportedEntry, HoldEntry, ReleasedEntry};
use super::shipped_entry::ShippedEntry;
use super::unsealed::{self, UnsealedRun};
use super::{index, segment};
use crate::error::{Error, ErrorKind, Result};
use crate::model::SessionId;
use crate::schedule::locked;
use crate::store::{Digest, Extent, Lines, Lock, Locked, ReadStore, Store, StorePath};
use jiff::Timestamp;
use std::sync::{Arc, Mutex};

/// Number of sessions with the same result that share a line.
const BATCH: usize = 500;

/// The journal of a run. Begins a segment with the first entry.
pub struct Journal {
    store: Arc<dyn Store>,
    identity: Identity,
    writing: Mutex<Writing>,
    /// What it said when it was read, where it was.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Writing {
    segment: Option<Segment>,
    kept: Vec<SessionId>,
    verified: Vec<SessionId>,
    /// Those whose signatures were computed again, and the result.
    authenticated: (Vec<SessionId>, Authenticated),
    sample: Option<f64>,
    /// True if a session was made or changed.
    has_changes: bool,
    /// True if no further line may follow: the run is over, or a line could not be written whole and another behind it would make
    /// it look like damage.
    is_over: bool,
    /// Failures of a run that has archived nothing yet, in an archive without a journal.
    waiting: Vec<(Timestamp, Entry)>,
}

struct Segment {
    name: String,
    path: StorePath,
    /// The SHA-256 of its first line.
    first: String,
    previous: String,
    lines: Arc<dyn Lines>,
    /// Shows others that this run is still at work.
    lock: Lock,
}

/// A segment that takes no further line.
pub struct ClosedSegment {
    /// The segment's path.
    pub path: StorePath,
    _lock: Lock,
}

impl Journal {
    /// Creates the journal of a run on this archive.
    pub fn new(store: Arc<dyn Store>, identity: Identity) -> Self {
        Self { store, identity, writing: Mutex::default(), known: Mutex::default() }
    }

    /// Returns the program, command and account of this run.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns the segment of this run, once it has one.
    pub fn segment(&self) -> Option<StorePath> {
        locked(&self.writing).segment.as_ref().map(|segment| segment.path.clone())
    }

    /// Returns true if this run has made or changed a session.
    pub fn has_changes(&self) -> bool {
        locked(&self.writing).has_changes
    }

    /// Returns the length of the journal in bytes without one segment. It grows with every change of the archive.
    pub(crate) fn length(store: &dyn ReadStore, but_for: Option<&StorePath>) -> Result<u64> {
        segment::length(store, but_for)
    }

    /// Returns true if the archive has a journal.
    pub fn exists(store: &dyn ReadStore) -> Result<bool> {
        let folder = StorePath::name(segment::FOLDER);
        // A seal whose segment is gone counts, and so does a link in its place, which is not followed.
        Ok(store.is_link(&folder)? || !store.list(&folder)?.is_empty())
    }

    /// Returns the name of this run's segment, which begins now if there is none yet, and the SHA-256 of its first line.
    pub(crate) fn position(&self, now: Timestamp) -> Result<(String, String)> {
        let mut writing = locked(&self.writing);
        let segment = self.segment_of(&mut writing, now)?;
        Ok((segment.name.clone(), segment.first.clone()))
    }

    /// Records that the operator accepts runs although they are under no signature.
    pub fn accept(&self, runs: &[UnsealedRun], reason: &str, now: Timestamp) -> Result<()> {
        let accepted = |run: &UnsealedRun| AcceptedRun { segment: run.segment.clone(), sha256: run.sha256.clone() };
        let entry = Entry::Accepted { runs: runs.iter().map(accepted).collect(), reason: reason.to_owned() };
        self.append(&mut locked(&self.writing), entry, now).map(drop)
    }

    /// Returns the earlier runs that this run's segment follows, that changed sessions and that no signature covers. `is_signed`
    /// returns true for a segment with a signature that holds. Runs that are at work sign for themselves.
    pub fn unsealed(&self, is_signed: &dyn Fn(&StorePath) -> bool, now: Timestamp) -> Result<Vec<UnsealedRun>> {
        let (name, _) = self.position(now)?;
        unsealed::behind(self.store.as_ref(), &name, is_signed)
    }

    /// Records the next state of a bag; the line is on the disk before this returns.
    pub(crate) fn archived(&self, archived: Archived, now: Timestamp) -> Result<()> {
        self.durably(Entry::Archived(Box::new(archived)), now)
    }

    /// Records a session that is unchanged.
    pub fn kept(&self, session: SessionId, now: Timestamp) -> Result<()> {
        let mut writing = locked(&self.writing);
        writing.kept.push(session);
        if writing.kept.len() >= BATCH { self.write_batches(&mut writing, now) } else { Ok(()) }
    }

    /// Records a session that could not be archived at all. That alone begins no journal.
    pub fn failed(&self, session: SessionId, error: &Error, now: Timestamp) -> Result<()> {
        let mut writing = locked(&self.writing);
        let entry = Entry::Failed { session, code: error.kind().into(), text: error.what().to_owned() };
        if writing.segment.is_some() || Self::exists(self.store.as_ref()).map_err(Error::for_run)? {
            self.append(&mut writing, entry, now).map(drop)
        } else {
            writing.waiting.push((now, entry));
            Ok(())
        }
    }

    /// Records a session that was verified without findings; `sample` is the percentage of payload files that were read, and
    /// `authenticated` the result for its signatures, if they were computed again.
    pub fn verified(&self, session: SessionId, sample: Option<f64>, authenticated: Option<Authenticated>, now: Timestamp) -> Result<()> {
        let mut writing = locked(&self.writing);
        writing.sample = sample;
        // Must not claim that the signatures of a session without any held.
        match authenticated.filter(|authenticated| authenticated.held > 0) {
            Some(Authenticated { held, unsigned }) => {
                let (sessions, sum) = &mut writing.authenticated;
                sessions.push(session);
                sum.held += held;
                sum.unsigned += unsigned;
            }
            None => writing.verified.push(session),
        }
        let is_full = writing.verified.len().max(writing.authenticated.0.len()) >= BATCH;
        if is_full { self.write_batches(&mut writing, now) } else { Ok(()) }
    }

    /// Records a session that was verified with findings.
    pub(crate) fn damaged(&self, folder: String, findings: Vec<String>, now: Timestamp) -> Result<()> {
        self.append(&mut locked(&self.writing), Entry::Damaged { folder, findings }, now).map(drop)
    }

    /// Records the adoption of a session; the line is on the disk before this returns.
    pub(crate) fn adopted(&self, entry: AdoptedEntry, now: Timestamp) -> Result<()> {
        self.durably(Entry::Adopted(Box::new(entry)), now)
    }

    /// Records that a session was encrypted; the line is on the disk before this returns.
    pub(crate) fn encrypted(&self, entry: EncryptedEntry, now: Timestamp) -> Result<()> {
        self.durably(Entry::Encrypted(Box::new(entry)), now)
    }

    /// Records that a session is about to be erased; the line is on the disk before this returns.
    pub(crate) fn erasing(&self, facts: ErasureFacts, begun: Timestamp, now: Timestamp) -> Result<()> {
        self.durably(Entry::Erasing(Box::new(ErasingEntry { facts, begun })), now)
    }

    /// Records that a session was erased; the line is on the disk before this returns.
    pub(crate) fn erased(&self, entry: ErasedEntry, now: Timestamp) -> Result<()> {
        self.durably(Entry::Erased(entry), now)
    }

    /// Records that sessions are held; the line is on the disk before this returns.
    pub(crate) fn hold(&self, entry: HoldEntry, now: Timestamp) -> Result<()> {
        self.durably(Entry::Hold(entry), now)
    }

    /// Records that holds were released; the line is on the disk before this returns.
    pub(crate) fn released(&self, entry: ReleasedEntry, now: Timestamp) -> Result<()> {
        self.durably(Entry::Released(entry), now)
    }

    /// Records cutoffs; the line is on the disk before this returns.
    pub(crate) fn cutoff(&self, entry: CutoffEntry, now: Timestamp) -> Result<()> {
        self.durably(Entry::Cutoff(entry), now)
    }

    /// Records an export of a session; the line is on the disk before this returns.
    pub(crate) fn exported(&self, entry: ExportedEntry, now: Timestamp) -> Result<()> {
        self.beside(Entry::Exported(Box::new(entry)), now)
    }

    /// Records an act on keys of a session; the line is on the disk before this returns.
    pub(crate) fn keyed(&self, entry: KeyedEntry, now: Timestamp) -> Result<()> {
        self.beside(Entry::Keyed(Box::new(entry)), now)
    }

    /// Records that a drill opened a session.
    pub(crate) fn drilled(&self, entry: KeyedEntry, now: Timestamp) -> Result<()> {
        self.append(&mut locked(&self.writing), Entry::Keyed(Box::new(entry)), now).map(drop)
    }

    /// Records a version in a bucket, and returns the SHA-256 of the line. A line that a power loss removes is written by the next run, which
    /// finds the version.
    pub(crate) fn shipped(&self, entry: ShippedEntry, now: Timestamp) -> Result<String> {
        let mut writing = locked(&self.writing);
        self.append(&mut writing, Entry::Shipped(Box::new(entry)), now)?;
        Ok(writing.segment.as_ref().map(|segment| segment.previous.clone()).unwrap_or_default())
    }

    /// Returns where the payload of a session is that was removed here. `missing` are the paths of files that are not here, with their SHA-256.
    pub(crate) fn elsewhere(&self, folder: &StorePath, missing: &[(String, String)]) -> Result<Elsewhere> {
        let own = self.segment();
        locked(&self.known).elsewhere((self.store.as_ref(), own.as_ref()), folder, missing)
    }

    /// Returns the newest line about a session's bag in a place, with its SHA-256.
    pub(crate) fn shipped_line(&self, folder: &StorePath, bag: &str, place: &str) -> Result<Option<(String, ShippedEntry)>> {
        let own = self.segment();
        locked(&self.known).shipped((self.store.as_ref(), own.as_ref()), folder, bag, place)
    }

    /// Records that payload is removed here, because a bucket has it; the line is on the disk before this returns.
    pub(crate) fn freed(&self, entry: FreedEntry, now: Timestamp) -> Result<()> {
        locked(&self.known).add_own(&entry.folder);
        self.beside(Entry::Freed(Box::new(entry)), now)
    }

    /// Records that payload was fetched back; the line is on the disk before this returns.
    pub(crate) fn returned(&self, entry: ReturnedEntry, now: Timestamp) -> Result<()> {
        locked(&self.known).add_own(&entry.folder);
        self.beside(Entry::Returned(entry), now)
    }

    /// Records the order to archive again what was erased; the line is on the disk before this returns.
    pub(crate) fn again(&self, entry: AgainEntry, now: Timestamp) -> Result<()> {
        self.durably(Entry::Again(entry), now)
    }

    /// Records the next page of the catalog; the line is on the disk before this returns.
    pub(crate) fn page(&self, sha256: String, now: Timestamp) -> Result<()> {
        self.durably(Entry::Page { sha256 }, now)
    }

    /// Writes a line that changes no session, so that the catalog's page stays as it is, and makes it durable.
    fn beside(&self, entry: Entry, now: Timestamp) -> Result<()> {
        let lines = self.append(&mut locked(&self.writing), entry, now)?;
        lines.flush().map_err(Error::for_run)
    }

    fn durably(&self, entry: Entry, now: Timestamp) -> Result<()> {
        let lines = {
            let mut writing = locked(&self.writing);
            writing.has_changes = true;
            self.append(&mut writing, entry, now)?
        };
        // Outside the lock: several sessions wait for the disk at once, and it serves them together.
        lines.flush().map_err(Error::for_run)
    }

    /// Writes the lines about sessions that were gathered so far, and returns whether this run has a segment.
    pub fn begun(&self, now: Timestamp) -> Result<bool> {
        let mut writing = locked(&self.writing);
        self.write_batches(&mut writing, now)?;
        Ok(writing.segment.is_some())
    }

    /// Ends the segment of this run and returns it, if there is one. As long as the caller keeps it, runs that begin treat this one
    /// as at work, and name its seals only when these are written.
    pub fn close(&self, error: Option<ErrorKind>, now: Timestamp) -> Result<Option<ClosedSegment>> {
        let mut writing = locked(&self.writing);
        if writing.is_over {
            return Ok(None);
        }
        let closed = self.close_segment(&mut writing, error, now);
        // Work that was left behind must not begin a segment that never ends.
        writing.is_over = true;
        closed
    }

    fn close_segment(&self, writing: &mut Writing, error: Option<ErrorKind>, now: Timestamp) -> Result<Option<ClosedSegment>> {
        self.write_batches(writing, now)?;
        if writing.segment.is_none() {
            return Ok(None);
        }
        let entry = Entry::Closed { code: error.map(Into::into), index: self.write_index(writing) };
        let lines = self.append(writing, entry, now)?;
        lines.flush().map_err(Error::for_run)?;
        Ok(writing.segment.take().map(|segment| ClosedSegment { path: segment.path, _lock: segment.lock }))
    }

    /// Writes the index of a long segment. Without one, the segment is read as a whole.
    fn write_index(&self, writing: &Writing) -> Option<IndexEntry> {
        let (store, segment) = (self.store.as_ref(), writing.segment.as_ref()?);
        let length = store.length(&segment.path).ok().flatten()?;
        (length >= index::SMALLEST).then(|| index::write(store, &segment.name).ok()).flatten()
    }

    fn write_batches(&self, writing: &mut Writing, now: Timestamp) -> Result<()> {
        let (kept, verified, sample) = (std::mem::take(&mut writing.kept), std::mem::take(&mut writing.verified), writing.sample);
        let (sessions, authenticated) = std::mem::take(&mut writing.authenticated);
        if !kept.is_empty() {
            self.append(writing, Entry::Kept { sessions: kept }, now)?;
        }
        for (sessions, authenticated) in [(verified, None), (sessions, Some(authenticated))] {
            if !sessions.is_empty() {
                self.append(writing, Entry::Verified { sessions, sample, authenticated }, now)?;
            }
        }
        Ok(())
    }

    /// Adds a line, to a new segment if this run has none yet, and returns the segment's lines.
    fn append(&self, writing: &mut Writing, entry: Entry, now: Timestamp) -> Result<Arc<dyn Lines>> {
        if writing.is_over {
            let hint = "make room, and check the disk; then run the same command again";
            return Err(Error::new(ErrorKind::Local, "the journal takes no further line, so nothing more is archived", hint));
        }
        let waiting = std::mem::take(&mut writing.waiting);
        let segment = self.segment_of(writing, now)?;
        let outcome = waiting.into_iter().chain([(now, entry)]).try_for_each(|(at, entry)| segment.add(at, entry));
        let lines = Arc::clone(&segment.lines);
        writing.is_over = outcome.is_err();
        // No session can be archived that the journal does not know.
        outcome.map(|()| lines).map_err(Error::for_run)
    }

    /// Returns the segment of this run; begins it if there is none yet.
    fn segment_of<'a>(&self, writing: &'a mut Writing, now: Timestamp) -> Result<&'a mut Segment> {
        let segment = match writing.segment.take() {
            Some(segment) => segment,
            None => self.open(now).map_err(Error::for_run)?,
        };
        Ok(writing.segment.insert(segment))
    }

    fn open(&self, now: Timestamp) -> Result<Segment> {
        let parents = segment::open_ends(self.store.as_ref())?;
        let name = segment::new_name(now);
        let path = segment::path(&name);
        let lock = match self.store.lock(&path)? {
            Locked::Held(lock) => lock,
            Locked::By(holder) => return Err(Error::unexpected(format!("a new journal segment is held by {holder}"))),
        };
        let opened =
            Opened { schema: SCHEMA.to_owned(), version: VERSION, segment: name.clone(), identity: self.identity.clone(), parents };
        let text = text(&Line { previous: None, at: now, entry: Entry::Opened(opened) })?;
        let lines: Arc<dyn Lines> = self.store.lines(&path)?.into();
        lines.append(&text)?;
        // The new name must outlast a power loss, too.
        self.store.settle(&StorePath::name(segment::FOLDER), Extent::Tree)?;
        let first = Digest::of(text.as_bytes()).sha256;
        Ok(Segment { name, path, previous: first.clone(), first, lines, lock })
    }
}

impl Segment {
    fn add(&mut self, at: Timestamp, entry: Entry) -> Result<()> {
        let text = text(&Line { previous: Some(self.previous.clone()), at, entry })?;
        self.lines.append(&text)?;
        self.previous = Digest::of(text.as_bytes()).sha256;
        Ok(())
    }
}

fn text(line: &Line) -> Result<String> {
    serde_json::to_string(line).map_err(|error| Error::unexpected("cannot write a line of the journal").caused_by(error))
}
