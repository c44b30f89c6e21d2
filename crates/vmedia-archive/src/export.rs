//! Exports sessions: one ZIP file with their bags, and the proof that they are unchanged since they were archived.
//!
//! Every file is read and compared with its manifest while it is copied, and the journal says to whom it was handed out, and why. Must not
//! change a session.

mod bundle;
mod page;
mod proof;
mod selection;

use crate::erasure::Certificate;
use crate::error::{Error, ErrorKind, Result, limit_hint, plain};
use crate::journal::{Chain, ExportedEntry, Journal, stopped};
use crate::layout::{MANIFEST, MARKER, TAG_MANIFEST, is_payload, session_folder};
use crate::model::SessionId;
use crate::record::{Record, State};
use crate::shipped::ShippedRun;
use crate::store::{Digest, Lock, NewFile, Store, StorePath};
use crate::text::day;
use crate::verify::{Examined, Finding, NoProvider, REPAIR, bag_digest, examine, is_bag, keep_lineage};
use bundle::Bundle;
use jiff::Timestamp;
pub use page::{Unlocking, export_page};
use selection::Selection;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// The order to export sessions of one archive.
pub struct Exporting<'a> {
    /// The archive.
    pub store: &'a dyn Store,
    /// Its journal, as it was before.
    pub chain: &'a Chain,
    /// The journal of this run.
    pub journal: &'a Journal,
    /// The run that has the archive in a bucket, if it is there.
    pub remote: Option<&'a ShippedRun>,
    /// The kinds of files to leave out: sorts and contexts of media, and names of documents.
    pub without: &'a [String],
    /// The operator's reason.
    pub reason: &'a str,
    /// The recipient.
    pub recipient: Option<&'a str>,
    /// Returns true once the run is to stop.
    pub is_stopped: &'a dyn Fn() -> bool,
}

/// A session that was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedSession {
    /// The session.
    pub session: SessionId,
    /// Number of its files in the export.
    pub files: u64,
    /// Number of its files that were left out.
    pub left_out: u64,
    /// True if an answer of the provider was left out, whose digest may be guessed.
    pub lacks_document: bool,
    /// Answers in the export that state the same facts as answers that were left out, such as a name.
    pub repeating: BTreeSet<String>,
    /// Number of media files that were listed and are not archived.
    pub missing: u64,
    /// True if it is encrypted: its keys are not in the export.
    pub is_encrypted: bool,
    /// True if it was opened for a page, which holds it in clear.
    pub is_opened: bool,
    /// A remark on changes after this version, which the bucket does not have yet.
    pub later: Option<String>,
    /// The bag's digest.
    bag: String,
    folder: StorePath,
    has_payload: bool,
}

/// An export that was made.
#[derive(Debug)]
pub struct Export {
    /// Its sessions.
    pub sessions: Vec<ExportedSession>,
    /// The length of the file in bytes, and its SHA-256.
    pub digest: Digest,
    /// Number of runs that archived these sessions and are under no seal.
    pub unsealed: u64,
}

/// Exports sessions into a new file.
///
/// # Errors
/// The file exists or cannot be written, a session is missing, erased, damaged or unfinished, the journal does not vouch for it, another run
/// is changing it, or nothing is of a kind to be left out. There is no file then.
pub fn export(order: &Exporting<'_>, sessions: &[SessionId], path: &Path, now: &dyn Fn() -> Timestamp) -> Result<Export> {
    let unwritten = |error: &io::Error| unwritten(path, error);
    let file = NewFile::create(path).map_err(|error| unwritten(&error))?;
    let mut copy =
        Copying { order, bundle: Bundle::new(file.file()), unwritten: &unwritten, used: BTreeSet::new(), words: BTreeSet::new() };
    let exported = sessions.iter().map(|session| copy.session(session)).collect::<Result<Vec<_>>>()?;
    copy.check_words()?;
    let proven: Vec<proof::Proven<'_>> = exported.iter().map(ExportedSession::proven).collect();
    let proof = proof::proof(order.chain, order.store, &proven)?;
    let mut bundle = copy.into_bundle();
    proof.files.iter().try_for_each(|(name, bytes)| bundle.add(name, bytes)).map_err(|error| unwritten(&error))?;
    bundle.finish().map_err(|error| unwritten(&error))?;
    let digest = publish(order, file, path, &exported, now)?;
    Ok(Export { sessions: exported, digest, unsealed: proof.unsealed.len() as u64 })
}

/// Gives a file its name, after the journal knows the export: one that it does not know would be worse than a line without a file.
fn publish(order: &Exporting<'_>, file: NewFile, path: &Path, exported: &[ExportedSession], now: &dyn Fn() -> Timestamp) -> Result<Digest> {
    let digest = file.settle().map_err(|error| unwritten(path, &error))?;
    for one in exported {
        order.journal.exported(one.entry(order, &digest), now())?;
    }
    order.remote.map_or(Ok(()), ShippedRun::copy_journal)?;
    file.publish().map_err(|error| unwritten(path, &error))?;
    Ok(digest)
}

fn unwritten(path: &Path, error: &io::Error) -> Error {
    let what = format!("cannot write {}: {}", path.display(), plain(error));
    Error::new(ErrorKind::Local, what, limit_hint(error).unwrap_or("nothing was exported; make room, or name another place with -o"))
}

impl ExportedSession {
    /// Returns a session of which no file is exported yet.
    fn new(session: &SessionId, folder: StorePath, (bag, later): (String, Option<String>), record: &Record) -> Self {
        Self {
            session: session.clone(),
            files: 0,
            left_out: 0,
            lacks_document: false,
            repeating: BTreeSet::new(),
            missing: record.media.iter().filter(|medium| medium.state != State::Archived).count() as u64,
            is_encrypted: record.encryption.is_some(),
            is_opened: false,
            later,
            bag,
            folder,
            has_payload: false,
        }
    }

    fn proven(&self) -> proof::Proven<'_> {
        proof::Proven { session: &self.session, folder: &self.folder, bag: &self.bag, has_payload: self.has_payload }
    }

    fn entry(&self, order: &Exporting<'_>, digest: &Digest) -> ExportedEntry {
        ExportedEntry {
            session: self.session.clone(),
            folder: self.folder.to_string(),
            bag: self.bag.clone(),
            reason: order.reason.to_owned(),
            recipient: order.recipient.map(str::to_owned),
            without: order.without.to_vec(),
            export: digest.clone(),
        }
    }
}

/// An export that is being written.
struct Copying<'a> {
    order: &'a Exporting<'a>,
    bundle: Bundle<'a>,
    unwritten: &'a dyn Fn(&io::Error) -> Error,
    /// The words of `--without` for which something was left out, and those that there are.
    used: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl<'a> Copying<'a> {
    fn into_bundle(self) -> Bundle<'a> {
        self.bundle
    }

    fn session(&mut self, session: &SessionId) -> Result<ExportedSession> {
        let order = self.order;
        let (_lock, examined, mut exported) = begin(order, session)?;
        if order.without.is_empty() {
            self.whole(&examined, &mut exported)?;
        } else {
            self.part(&examined, record(order, &exported.folder, &examined)?, &mut exported)?;
        }
        Ok(exported)
    }

    /// Copies a bag as it is.
    fn whole(&mut self, examined: &Examined, exported: &mut ExportedSession) -> Result<()> {
        let tags = [(TAG_MANIFEST.to_owned(), exported.bag.clone())];
        for (path, sha256) in tags.iter().map(|(path, sha256)| (path, sha256)).chain(examined.manifested()) {
            self.file(exported, path, sha256)?;
        }
        Ok(())
    }

    /// Makes a bag of what is not left out.
    fn part(&mut self, examined: &Examined, record: &Record, exported: &mut ExportedSession) -> Result<()> {
        let (store, folder, named) = (self.order.store, exported.folder.clone(), examined.manifested());
        let selection = Selection::of(record, named, self.order.without);
        self.used.extend(selection.used.iter().cloned());
        self.words.extend(selection::words(record));
        let mut payload = 0;
        for (path, sha256) in named.iter().filter(|(path, _)| selection.kept.contains(*path)) {
            let bytes = self.file(exported, path, sha256)?;
            payload += if is_payload(path) { bytes } else { 0 };
        }
        let original = |name: &str| Ok::<_, Error>(store.read(&folder.join(name), crate::record::LARGEST_RECORD)?.unwrap_or_default());
        let originals = [original(MANIFEST)?, original(TAG_MANIFEST)?];
        for (name, bytes) in selection.tag_files(record, named, payload, originals.each_ref().map(Vec::as_slice)) {
            self.bundle.add(&format!("{folder}/{name}"), &bytes).map_err(|error| (self.unwritten)(&error))?;
            exported.files += 1;
        }
        (exported.left_out, exported.lacks_document) =
            (selection.left_out.len() as u64, selection.lacks_document() && !exported.is_encrypted);
        exported.repeating = selection.repeating(record);
        Ok(())
    }

    /// Copies a file, and returns its length.
    fn file(&mut self, exported: &mut ExportedSession, path: &str, sha256: &str) -> Result<u64> {
        let place = place(self.order, &exported.folder, path)?;
        let length = self.order.store.length(&place)?.unwrap_or(0);
        self.bundle.begin(place.as_str(), length).map_err(|error| (self.unwritten)(&error))?;
        let bundle = &mut self.bundle;
        let bytes = read(self.order, &exported.folder, (path, sha256), self.unwritten, &mut |piece| bundle.write(piece))?;
        exported.files += 1;
        exported.has_payload |= is_payload(path);
        Ok(bytes)
    }

    /// Refuses words of `--without` that are of nothing: a typing mistake would hand out what was to be left out.
    fn check_words(&self) -> Result<()> {
        let Some(unknown) = self.order.without.iter().find(|word| !self.used.contains(*word)) else { return Ok(()) };
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let what = format!("nothing was exported: no file of these sessions is of the kind {unknown:?} that --without names");
        Err(Error::usage(what, format!("there are {}", words.join(", "))))
    }
}

/// Locks a session that may be exported, and returns what its manifests name. Nothing of it is exported yet.
fn begin(order: &Exporting<'_>, session: &SessionId) -> Result<(Lock, Examined, ExportedSession)> {
    let folder = session_folder(session);
    must_be_there(order, session, &folder)?;
    let lock = order.store.lock(&folder)?.or_busy(&format!("session {session}"))?;
    let (examined, bag, later) = vouched_for(order, &folder)?;
    must_be_whole(order, &folder, &examined)?;
    let exported = ExportedSession::new(session, folder.clone(), (bag, later), record(order, &folder, &examined)?);
    Ok((lock, examined, exported))
}

/// Refuses a session whose payload is not here, because a bucket has it.
fn must_be_whole(order: &Exporting<'_>, folder: &StorePath, examined: &Examined) -> Result<()> {
    let elsewhere = order.chain.elsewhere(order.store, folder.as_str())?;
    for (path, sha256) in examined.manifested() {
        if let Some(away) = elsewhere.of(path, sha256)
            && order.store.length(&folder.join(path))?.is_none()
        {
            let what = format!("nothing was exported: the payload of {} is in {}, and not here", order.store.location(folder), away.place);
            return Err(Error::new(ErrorKind::Partial, what, "fetch it back with `vmedia repair --from-bucket`, then export the session"));
        }
    }
    Ok(())
}

/// Returns the place of a session's file in the archive, and in a ZIP file.
fn place(order: &Exporting<'_>, folder: &StorePath, path: &str) -> Result<StorePath> {
    let is_plain = |place: &StorePath| !place.as_str().chars().any(char::is_control);
    let place = StorePath::parse(&format!("{folder}/{path}")).filter(is_plain);
    place.ok_or_else(|| damaged(order, folder, path, "no export can have a file of this name"))
}

/// Reads a file in pieces, which `write` takes, and compares it with its digest. Returns its length; `unwritten` makes the error if the
/// export cannot be written.
fn read(
    order: &Exporting<'_>,
    folder: &StorePath,
    (path, sha256): (&str, &str),
    unwritten: &dyn Fn(&io::Error) -> Error,
    write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<u64> {
    let damaged = |why: &str| damaged(order, folder, path, why);
    let stream = order.store.open(&place(order, folder, path)?)?.ok_or_else(|| damaged("missing"))?;
    let digest = copy(order, (folder, path), stream, unwritten, write)?;
    if digest.sha256 != sha256 {
        return Err(damaged("its bytes have changed: the SHA-256 does not fit"));
    }
    Ok(digest.bytes)
}

/// Reads a stream of a session's file in pieces, which `write` takes, and returns its digest.
fn copy(
    order: &Exporting<'_>,
    (folder, path): (&StorePath, &str),
    stream: impl io::Read,
    unwritten: &dyn Fn(&io::Error) -> Error,
    write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<Digest> {
    let (mut failed, mut is_stopped) = (None, false);
    let read = Digest::read(stream, &mut |piece| {
        is_stopped = (order.is_stopped)();
        failed = write(piece).err();
        if is_stopped || failed.is_some() { Err(io::Error::other("stopped")) } else { Ok(()) }
    });
    match (failed, read) {
        (Some(error), _) => Err(unwritten(&error)),
        (_, Err(_)) if is_stopped => Err(stopped()),
        (_, Err(error)) => Err(damaged(order, folder, path, &format!("cannot be read: {}", plain(&error)))),
        (_, Ok(digest)) => Ok(digest),
    }
}

fn damaged(order: &Exporting<'_>, folder: &StorePath, path: &str, why: &str) -> Error {
    refused(order, folder, &format!("{path}: {why}"), REPAIR)
}

fn record<'a>(order: &Exporting<'_>, folder: &StorePath, examined: &'a Examined) -> Result<&'a Record> {
    examined.record().ok_or_else(|| refused(order, folder, "it has no record", "restore it from a backup"))
}

fn must_be_there(order: &Exporting<'_>, session: &SessionId, folder: &StorePath) -> Result<()> {
    let store = order.store;
    if let Some(certificate) = Certificate::of(store, session)? {
        let when = certificate.erased.map_or_else(|| "is being erased".to_owned(), |at| format!("was erased on {}", day(at)));
        let what = format!("nothing was exported: session {session} {when} ({})", certificate.facts.authority);
        return Err(Error::new(ErrorKind::NotFound, what, format!("its certificate is {}", store.location(&certificate.page()))));
    }
    if !is_bag(store, folder)? {
        let what = format!("nothing was exported: the archive {} has no session {session}", store.root());
        return Err(Error::new(ErrorKind::NotFound, what, "check the id, and the archive named with --archive"));
    }
    Ok(())
}

/// Returns what a bag's own files say, and its digest, which the newest line of the journal about it names. In a bucket, the journal also has
/// lines of other archives, and lines about later changes; a remark says if there are such.
fn vouched_for(order: &Exporting<'_>, folder: &StorePath) -> Result<(Examined, String, Option<String>)> {
    let (store, chain) = (order.store, order.chain);
    if store.length(&folder.join(MARKER))?.is_some() {
        return Err(refused(order, folder, "a run was killed there", "let `vmedia download` finish the session, then export it"));
    }
    let examined = examine(store, folder, &NoProvider)?;
    if let Some(Finding { path, what, .. }) = examined.findings.first() {
        return Err(refused(order, folder, &format!("it is damaged: {path}: {what}"), REPAIR));
    }
    let bag = bag_digest(store, folder)?.unwrap_or_default();
    let mut changes = chain.changes(store, folder.as_str())?;
    let later = order.remote.and_then(|_| keep_lineage(&mut changes, Some(&bag)));
    match changes.iter().max_by_key(|change| change.at) {
        Some(last) if last.archived.bag == bag => Ok((examined, bag, later)),
        Some(_) => Err(refused(order, folder, "the journal knows another state of it", "`vmedia verify` shows what was found")),
        None => {
            let hint = "record it with `vmedia adopt`, which reads every file";
            Err(refused(order, folder, "the journal does not know it", hint))
        }
    }
}

fn refused(order: &Exporting<'_>, folder: &StorePath, why: &str, hint: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("nothing was exported: {}: {why}", order.store.location(folder)), hint)
}
