//! One session's folder: what it holds, what may be added, and how a change becomes a valid bag again.
//!
//! The order that makes it safe: the mark of an unfinished session first, then payload (each file announced in the
//! mark before it gets its name), then documents and tag files, all synced, and the mark goes last. Nothing that is
//! there is ever overwritten but our own tag files. Must not know where bytes come from.

use crate::error::{Error, ErrorKind, Result};
use crate::known::{LARGEST_RECORD, empty_record, is_new, read_record};
use crate::layout::{self, MARKER, TAG_MANIFEST};
use crate::marker::{self, Line};
use crate::model::{MediaId, MediaItem, SessionId};
use crate::needs_refetch::needs_refetch;
use crate::reason::Reason;
use crate::record::{CompanionRecord, CompanionState, FileRecord, MediaRecord, Record, SignatureRecord, State};
use crate::salt::Salt;
use crate::store::{Digest, Extent, Store, StorePath, Watch};
use crate::verify::{ProviderRules, read_sealed};
use crate::word::Word;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::Arc;

/// Where a session's files come from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The provider's name.
    pub provider: String,
    /// Where it is asked.
    pub base_url: String,
    /// The session.
    pub session: SessionId,
    /// The salt of the session if it has none yet.
    pub salt: Salt,
}

/// An answer of the provider that is kept, as it came but for credentials in it.
#[derive(Debug)]
pub struct Document {
    /// What it is, such as `media` or `attempts/<id>/media`.
    pub name: String,
    /// The endpoint that gave it.
    pub endpoint: String,
    /// The answer.
    pub bytes: Vec<u8>,
    /// The provider's signature over it.
    pub signature: SignatureRecord,
    /// When it was fetched.
    pub fetched: Timestamp,
    /// Where credentials were taken out of it, as JSON pointers.
    pub redacted: Vec<String>,
}

/// What the archive has of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// Nothing.
    Absent,
    /// All its bytes, re-read just now: where and how many.
    Intact {
        /// The path of its newest file below the session's folder.
        path: String,
        /// The bytes of that file.
        bytes: u64,
        /// Why it is fetched again all the same.
        refetch: Option<Reason>,
    },
    /// A file that should be there is missing or altered: why.
    Damaged(String),
    /// What it is in is a state that a newer version gave it, in this word: only such a version may change it.
    Newer(String),
}

/// One session's folder, open for changes. Whoever opens it holds the session's lock.
pub struct SessionArchive {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) folder: StorePath,
    pub(crate) record: Record,
    pub(crate) before: Option<Record>,
    pub(crate) unfinished: bool,
    /// Whether an earlier run was killed while it changed this bag.
    pub(crate) resumed: bool,
    /// The bag's digest before this change: the SHA-256 of its tag manifest, if it was a bag.
    pub(crate) bag_before: Option<String>,
    /// Whether media that this run listed for the first time are announced in the mark.
    pub(crate) announced: bool,
    pub(crate) damaged: HashSet<String>,
    /// The SHA-256 of the record as it was read.
    pub(crate) record_before: Option<String>,
    /// What changed that a person should hear of.
    pub(crate) notices: Vec<String>,
    /// Media that have been given a place and may not stand there yet.
    pub(crate) placing: HashSet<MediaId>,
    /// Whether nothing more may change here.
    pub(crate) is_left: bool,
    /// Media whose first bytes are nowhere any more, each a line.
    pub(crate) losses: Vec<String>,
}

impl SessionArchive {
    /// A session's folder in the archive; its name is that of the session's lock, too.
    pub fn folder_of(session: &SessionId) -> StorePath {
        layout::session_folder(session)
    }

    /// Reads what is there; writes nothing. `rules` says of what a killed run left whether the provider signed it.
    pub fn open(store: Arc<dyn Store>, origin: Origin, rules: &dyn ProviderRules, now: Timestamp) -> Result<Self> {
        let folder = layout::session_folder(&origin.session);
        let (before, record_before) = read_record(store.as_ref(), &folder)?.unzip();
        if let Some(record) = &before
            && (record.session != origin.session || record.provider != origin.provider)
        {
            let what = format!("{} belongs to session {} at {}", store.location(&folder), record.session, record.provider);
            return Err(Error::new(ErrorKind::Configuration, what, "choose another archive folder with -o"));
        }
        let record = before.clone().unwrap_or_else(|| empty_record(origin, now));
        let mark = store.read(&folder.join(MARKER), LARGEST_RECORD)?;
        let (unfinished, damaged) = (mark.is_some(), HashSet::new());
        if before.is_none() && !unfinished {
            is_new(store.as_ref(), &folder)?;
        }
        let mut archive = Self {
            store,
            folder,
            record,
            before,
            unfinished,
            resumed: unfinished,
            bag_before: None,
            record_before,
            announced: false,
            damaged,
            notices: Vec::new(),
            placing: HashSet::new(),
            is_left: false,
            losses: Vec::new(),
        };
        if let Some(mark) = mark {
            archive.bag_before = archive.bag_digest()?;
            archive.take_over(marker::parse(&mark), rules)?;
        }
        Ok(archive)
    }

    /// Whether something is archived already.
    pub fn is_begun(&self) -> bool {
        self.before.is_some()
    }

    /// Whether a run was killed while it changed this session, and nothing has finished it since.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// Records why what a killed run left is all that is known.
    pub fn cannot_be_listed(&mut self, why: &str) {
        let problem = format!("the run that changed this session was killed, and the session could not be listed again: {why}");
        self.record.problems.push(problem);
    }

    /// Media that are archived and that the provider no longer lists; it may hand them out all the same.
    pub fn unlisted(&self, listed: &[MediaItem]) -> Vec<MediaItem> {
        let listed: HashSet<&MediaId> = listed.iter().map(|item| &item.id).collect();
        let known = self.record.media.iter().filter(|known| known.present().next().is_some() && !listed.contains(&known.id));
        known.map(MediaRecord::item).collect()
    }

    /// The companion documents that are archived.
    pub fn companions(&self) -> impl Iterator<Item = &str> {
        self.record.companions.iter().filter(|known| known.state == CompanionState::Archived).map(|known| known.name.as_str())
    }

    /// Returns the state of a companion document if a newer version gave it one: only such a version may change it.
    pub fn newer_companion(&self, name: &str) -> Option<&str> {
        self.record.companions.iter().find(|known| known.name == name)?.state.newer()
    }

    /// Where a person finds the session.
    pub fn location(&self) -> String {
        self.store.location(&self.folder)
    }

    /// Whether a file may appear here at any moment, of which the record does not know.
    pub fn is_placing(&self) -> bool {
        !self.placing.is_empty()
    }

    /// Lets nothing more change here: the run is over, and whatever still works for it comes too late.
    pub fn leave(&mut self) {
        self.is_left = true;
    }

    /// What changed that a person should hear of; each is told once.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// What was lost for good in this run, although there are other bytes now; each is told once.
    pub fn take_losses(&mut self) -> Vec<String> {
        std::mem::take(&mut self.losses)
    }

    /// Takes over what a killed run finished: files whose bytes are what its mark says, and that the provider signed if
    /// the mark says so. Anybody may have written the mark.
    fn take_over(&mut self, lines: Vec<Word<Line, Map<String, Value>>>, rules: &dyn ProviderRules) -> Result<()> {
        for line in lines {
            let line = match line {
                Word::Known(line) => line,
                Word::Newer(line) => {
                    // The mark goes when this run is done, and what this line announces is for a newer version to finish.
                    if !self.record.newer_lines.contains(&line) {
                        self.record.newer_lines.push(line);
                    }
                    continue;
                }
            };
            match line {
                Line::Began { salt: Some(salt), .. } if self.before.is_none() => self.record.salt = salt,
                Line::Began { .. } | Line::Newer => {}
                Line::Moved(moved) => {
                    // A run that ended before the move left it announced and the file where it was.
                    let is_made = match moved.moved_to.as_deref() {
                        Some(to) => layout::is_aside(to) && self.store.length(&self.folder.join(to))?.is_some(),
                        None => true,
                    };
                    if is_made && !self.record.history.contains(&moved) {
                        self.record.history.push(moved);
                    }
                }
                Line::Listed(listed) => {
                    if !self.record.media.iter().any(|known| known.id == listed.id) {
                        let mut listed = MediaRecord { files: Vec::new(), ..listed };
                        listed.settle(State::Failed, Some(Reason::RunKilled.into()));
                        self.record.media.push(listed);
                    }
                }
                Line::Archiving(announced) => {
                    for file in announced.files.clone() {
                        let is_recorded = self.record.media.iter().flat_map(MediaRecord::present).any(|known| known.path == file.path);
                        let is_ours = layout::is_payload(&file.path) && !is_recorded;
                        if is_ours && self.is_proved(&file.path, &file.digest, &file.signature, rules)? {
                            self.add_file(&announced, file);
                        }
                    }
                }
                Line::Answered(answer) => {
                    let is_recorded = self.record.documents.iter().any(|known| known.path == answer.path);
                    let is_ours = layout::is_document(&answer.path) && !is_recorded;
                    if is_ours && self.is_proved(&answer.path, &answer.digest, &answer.signature, rules)? {
                        self.add_document(answer);
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a file is here with these bytes and, if a signature came with them, whether it holds.
    fn is_proved(&self, path: &str, digest: &Digest, signature: &SignatureRecord, rules: &dyn ProviderRules) -> Result<bool> {
        let seal = match signature.held() {
            None => None,
            Some(value) => match rules.signature_check(&self.record.provider, value) {
                Some(seal) => Some(seal),
                None => return Ok(false),
            },
        };
        let Some(stream) = self.store.open(&self.folder.join(path))? else { return Ok(false) };
        let read = read_sealed(stream, seal, &mut |_| Ok(()));
        Ok(read.is_ok_and(|(found, holds)| found == *digest && holds != Some(false)))
    }

    /// Why a file is not what the record says; `None` when it is.
    fn check(&self, file: &FileRecord, watch: &mut Watch<'_>) -> Result<Option<String>> {
        let path = self.folder.join(&file.path);
        let Some(stream) = self.store.open(&path)? else { return Ok(Some("it is missing".to_owned())) };
        if self.store.length(&path)? != Some(file.digest.bytes) {
            return Ok(Some("its length has changed".to_owned()));
        }
        match Digest::read(stream, watch) {
            Ok(digest) if digest == file.digest => Ok(None),
            Ok(_) => Ok(Some("its bytes have changed".to_owned())),
            Err(error) => Ok(Some(format!("it cannot be read: {error}"))),
        }
    }

    /// How many bytes of these media should be here.
    pub fn held_bytes(&self, media: &[MediaItem]) -> u64 {
        let listed: HashSet<&MediaId> = media.iter().map(|item| &item.id).collect();
        let known = self.record.media.iter().filter(|known| listed.contains(&known.id));
        known.flat_map(MediaRecord::present).map(|file| file.digest.bytes).sum()
    }

    /// What the archive has of a medium, re-read from the store. `watch` sees each piece that is read.
    pub fn holding(&mut self, item: &MediaItem, watch: &mut Watch<'_>) -> Result<Holding> {
        let Some(known) = self.record.media.iter().find(|known| known.id == item.id) else { return Ok(Holding::Absent) };
        if let Some(word) = known.state.newer() {
            return Ok(Holding::Newer(word.to_owned()));
        }
        let files: Vec<FileRecord> = known.present().cloned().collect();
        let refetch = needs_refetch(self.store.as_ref(), &self.folder, known, item.size)?;
        let mut fault = None;
        for file in &files {
            if let Some(reason) = self.check(file, watch)? {
                fault.get_or_insert(format!("{}: {reason}", file.path));
                self.damaged.insert(file.path.clone());
            }
        }
        Ok(match (fault, files.last()) {
            (Some(reason), _) => Holding::Damaged(reason),
            (None, Some(file)) => {
                // Its files are whole, whatever an earlier run said that found them otherwise.
                if let Some(known) = self.record.media.iter_mut().find(|known| known.id == item.id) {
                    known.arrived();
                }
                Holding::Intact { path: file.path.clone(), bytes: file.digest.bytes, refetch }
            }
            (None, None) => Holding::Absent,
        })
    }

    /// Whether the provider signed media of this session in an earlier run.
    pub fn was_signed(&self) -> bool {
        let media = self.before.iter().flat_map(|before| &before.media);
        media.flat_map(|medium| &medium.files).any(|file| file.signature.held().is_some())
    }

    /// Whether a file of this medium was found missing or altered and is not replaced yet.
    pub fn has_damage(&self, id: &MediaId) -> bool {
        let mut known = self.record.media.iter().filter(|known| known.id == *id).flat_map(MediaRecord::present);
        known.any(|file| self.damaged.contains(&file.path))
    }

    /// The SHA-256 of the tag manifest, if there is one.
    fn bag_digest(&self) -> Result<Option<String>> {
        let manifest = self.store.read(&self.folder.join(TAG_MANIFEST), LARGEST_RECORD)?;
        Ok(manifest.map(|bytes| Digest::of(&bytes).sha256))
    }

    /// Marks the session as unfinished, before the first change.
    pub(crate) fn begin(&mut self, now: Timestamp) -> Result<()> {
        if self.is_left {
            return Err(Error::new(ErrorKind::Partial, "the run is over", "run the same command again; it goes on where this one stopped"));
        }
        if !self.unfinished {
            self.bag_before = self.bag_digest()?;
            self.store.replace(&self.folder.join(MARKER), format!("{}\n", self.began(now)?).as_bytes())?;
            // The mark must outlast a power loss that the change itself outlasts.
            self.store.settle(&self.folder, Extent::Tree)?;
            self.unfinished = true;
        }
        Ok(())
    }

    /// Returns the line of the mark that says that a run begins to change the session.
    pub(crate) fn began(&self, now: Timestamp) -> Result<String> {
        let salt = self.before.is_none().then(|| self.record.salt.clone());
        Line::Began { at: now, tool: crate::record::tool(), salt }.text()
    }

    /// Records why a medium is not archived. What is archived of it from before stays so.
    pub fn settle(&mut self, id: &MediaId, state: State, reason: Reason) {
        if let Some(known) = self.record.media.iter_mut().find(|known| known.id == *id) {
            let whole = known.present().next().is_some() && known.present().all(|file| !self.damaged.contains(&file.path));
            let is_news = state != State::Excluded
                || known.state == State::Excluded
                || known.reason.as_ref().is_some_and(|reason| *reason == Reason::NotFetched);
            if whole || !is_news {
                // Not asking for a medium says nothing of one that is here, or of why it is not.
                return;
            }
            known.settle(state, Some(reason.into()));
        }
    }

    /// Records what became of a companion document.
    pub fn companion(&mut self, name: &str, state: CompanionState, reason: Option<Reason>) {
        let reason = reason.map(Into::into);
        let had = self.record.documents.iter().any(|known| known.name == name);
        match self.record.companions.iter_mut().find(|known| known.name == name) {
            Some(known) if known.state.newer().is_some() || had && state != CompanionState::Archived => {}
            Some(known) => {
                known.state = state.into();
                known.reason = reason;
            }
            None => self.record.companions.push(CompanionRecord { name: name.to_owned(), state: state.into(), reason, extra: Map::new() }),
        }
    }
}

/// Where a medium would be filed, below its session's folder.
pub fn planned_path(item: &MediaItem) -> String {
    layout::media_path(item, None, 1)
}

/// Where an answer of that name would be kept, below its session's folder.
pub fn planned_document_path(name: &str) -> String {
    layout::document_path(name, 1)
}
