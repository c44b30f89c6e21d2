//! Looks at a bag's own files: what they promise, whether they agree with each other, and which files are there.
//!
//! Reads tag files only; the payload is read by `reread`. Must not look at the journal.

use super::outcomes::compare_outcomes;
use super::{Aspect, Finding, Item, LARGEST_TEXT, ProviderRules, Remedy, read};
use crate::bag::{self, Manifest};
use crate::error::{Error, Result};
use crate::journal::{RecordedFile, Sha256, files};
use crate::layout::{self, DECLARATION, INFO, MANIFEST, MARKER, PAYLOAD, RECORD, TAG_MANIFEST};
use crate::model::SessionId;
use crate::record::{JournalRecord, MediaRecord, Record, SignatureRecord, State};
use crate::salt::Salt;
use crate::store::{Digest, LINKED, Listed, ReadStore, Stat, StorePath, sha256_bytes};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Files that file managers leave in folders.
const DROPPINGS: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// What a bag's own files say.
#[derive(Debug, Default)]
pub struct Examined {
    /// The session, when the record could be read.
    pub session: Option<SessionId>,
    /// Whether a run is changing the bag, or was killed while it did; nothing more was looked at then.
    pub unfinished: bool,
    /// What is wrong so far.
    pub findings: Vec<Finding>,
    /// What a person should know and what is no damage.
    pub notes: Vec<String>,
    /// What was listed or asked for and is not archived, each a line; known, and no damage.
    pub lacking: Vec<String>,
    /// Whether something of that could not be had, so that the session is not complete.
    pub(super) is_partial: bool,
    /// Whether only what a seal or a head that is kept elsewhere covers counts, and a change of the bag is not covered.
    pub is_unproven: bool,
    /// The first run that the record names and whose part of the journal is not here.
    pub unvouched: Option<String>,
    /// The runs whose parts of the journal vouch for the bag, as its record says.
    pub(super) journal: Vec<JournalRecord>,
    /// Media files whose first bytes are lost, as the record says.
    pub(super) originals_lost: HashSet<String>,
    /// Whether the provider never listed any media.
    pub(super) is_empty: bool,
    /// The files that the bag vouches for and that are to be read.
    pub items: Vec<Item>,
    /// The files that are here and cannot be read; `.` is the bag itself.
    unread: BTreeSet<String>,
    /// The bag's own files of which it was said that they are missing.
    absent: BTreeSet<&'static str>,
    /// Whether a manifest is missing or damaged, so that nothing can be said of a file that none names.
    is_unlisted: bool,
    /// The bag's digest: the SHA-256 of its tag manifest.
    pub(super) digest: Option<String>,
    /// What the record vouches for, by path.
    pub(super) recorded: BTreeMap<String, RecordedFile>,
    /// The key of the journal's commitments, when the record could be read.
    pub(super) salt: Option<Salt>,
    /// What the manifests vouch for.
    pub(super) manifested: Manifest,
}

impl Examined {
    /// A bag of which nothing is known but this.
    pub fn with_finding(finding: Finding) -> Self {
        Self { findings: vec![finding], ..Self::default() }
    }

    /// A bag that cannot be looked at, because of this.
    pub fn unreadable(error: &Error) -> Self {
        let mut examined = Self::default();
        examined.cannot_read(".", error);
        examined
    }

    /// A bag that was not looked at, because of this.
    pub fn with_note(note: String) -> Self {
        Self { notes: vec![note], ..Self::default() }
    }

    pub(super) fn finding(&mut self, aspect: Aspect, path: &str, what: impl Into<String>) {
        self.findings.push(Finding::new(aspect, path, what));
    }

    fn cannot_read(&mut self, path: &str, error: &Error) {
        self.unread.insert(path.to_owned());
        self.finding(Aspect::Readable, path, error.what());
    }

    /// Reports a link in the place of a folder. What it leads to is not looked at.
    fn is_linked(&mut self, path: &str) {
        self.findings.push(Finding::new(Aspect::Readable, path, LINKED).helped_by(Remedy::MoveIn));
        self.unread.insert(path.to_owned());
        self.is_partial = true;
    }

    /// Returns whether it was said already that a file, or a folder that it is in, cannot be read.
    fn is_unread(&self, path: &str) -> bool {
        let mut folders = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        self.unread.contains(path) || folders.any(|folder| self.unread.contains(folder))
    }

    /// Whether all could be looked at that says what should be here, and nothing of it could not be had. A session without
    /// media is evidence of nothing, and so is not complete.
    pub fn is_complete(&self) -> bool {
        self.session.is_some() && !self.is_partial && !self.is_empty && self.unread.iter().all(|path| layout::is_payload(path))
    }

    /// Whether all was listed, and there never was any media.
    pub fn is_empty(&self) -> bool {
        self.is_empty && !self.is_partial
    }

    /// Returns whether the journal vouches for other bytes than a manifest does. Without a record there is no salt, and of a
    /// document nothing can be said.
    pub(super) fn is_other(&self, path: &str, manifested: &str, vouched: Sha256) -> bool {
        match &self.salt {
            _ if !layout::is_document(path) => sha256_bytes(manifested) != vouched,
            Some(salt) => sha256_bytes(&salt.commitment(manifested)) != vouched,
            None => false,
        }
    }

    /// Whether it could be looked at at all.
    pub fn is_looked_at(&self) -> bool {
        !self.unread.contains(".")
    }

    /// Whether every file could be read so far.
    pub fn is_read(&self) -> bool {
        self.unread.is_empty()
    }

    /// Whether what the bag vouches for could be read, so that the journal can be asked about it.
    pub fn is_comparable(&self) -> bool {
        [".", MANIFEST, TAG_MANIFEST].iter().all(|path| !self.unread.contains(*path))
    }

    /// Returns the answers that came without the provider's signature, although others of the same sort in this session came
    /// with one: media files, or documents.
    pub fn unsigned_among_signed(&self) -> Vec<Finding> {
        let signed: BTreeSet<bool> = self.recorded.values().filter(|file| file.signed).map(|file| file.media.is_some()).collect();
        let unsigned = self.recorded.values().filter(|file| !file.signed && signed.contains(&file.media.is_some()));
        let what = "came without the provider's signature, although the provider signed other answers of this session";
        unsigned.map(|file| Finding::new(Aspect::Signatures, &file.path, what).helped_by(Remedy::Compare)).collect()
    }

    /// Whether the bag is still the one that was looked at: a run that changes it changes its tag manifest, and leaves a
    /// mark until it is done.
    pub fn is_current(&self, store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
        Ok(self.unfinished == is_unfinished(store, folder)? && (self.unfinished || self.digest == digest(store, folder)?))
    }
}

/// Looks at a bag. A file of it that cannot be read is a finding; an error is about the bag as a whole.
pub fn examine(store: &dyn ReadStore, folder: &StorePath, rules: &dyn ProviderRules) -> Result<Examined> {
    let mut examined = Examined::default();
    if store.is_link(folder)? {
        examined.is_linked(".");
        return Ok(examined);
    }
    if is_unfinished(store, folder)? {
        let what = "a run is changing this session, or was interrupted; `vmedia download` for it finishes";
        examined.findings.push(Finding::new(Aspect::Listings, MARKER, what).helped_by(Remedy::Download));
        examined.unfinished = true;
        // Its manifests are not those of what is there; the next run reads all of it anyway.
        return Ok(examined);
    }
    if text(store, folder, DECLARATION, &mut examined).is_none_or(|text| text != bag::DECLARATION_TEXT)
        && !examined.unread.contains(DECLARATION)
    {
        examined.finding(Aspect::Readable, DECLARATION, "missing, or not the declaration of a bag");
    }
    let payload = manifest(store, folder, MANIFEST, &mut examined);
    let tags = manifest(store, folder, TAG_MANIFEST, &mut examined);
    examined.digest = digest(store, folder).unwrap_or_default();
    let all = store.list(folder);
    find_links(folder, all.as_deref().unwrap_or_default(), [&payload, &tags], &mut examined);
    let record = record(store, folder, &mut examined);
    if let Some(record) = &record {
        if examined.is_comparable() {
            compare_manifests(&payload, &tags, &mut examined);
        }
        compare_outcomes(record, &mut examined);
        compare_listings(store, folder, record, rules, &mut examined);
    }
    if examined.is_comparable() {
        for path in tags.keys().filter(|path| layout::is_payload(path) && !payload.contains_key(*path)) {
            examined.finding(Aspect::Listings, path, "payload that only the list of the bag's own files names");
        }
        compare_oxum(store, folder, all.as_deref().unwrap_or_default(), &payload, &mut examined);
    }
    examined.items = items(record.as_ref(), &payload, &tags, &examined);
    examined.manifested = payload;
    examined.manifested.extend(tags);
    if examined.is_comparable() {
        find_strangers(all, folder, &mut examined);
    }
    Ok(examined)
}

/// The files that are to be read, but for those of which it was said already that they are missing or cannot be read.
fn items(record: Option<&Record>, payload: &Manifest, tags: &Manifest, examined: &Examined) -> Vec<Item> {
    let signatures = record.map(signatures).unwrap_or_default();
    let provider = record.map(|record| record.provider.clone()).unwrap_or_default();
    let gone = record.map(gone).unwrap_or_default();
    let is_told = |path: &str| examined.is_unread(path) || examined.absent.contains(path);
    let vouched = payload.iter().chain(tags).filter(|(path, _)| !is_told(path));
    let item = |(path, sha256): (&String, &String)| Item {
        path: path.clone(),
        sha256: sha256.clone(),
        is_payload: payload.contains_key(path),
        is_gone: gone.contains(path.as_str()),
        signature: signatures.get(path).cloned(),
        provider: provider.clone(),
    };
    vouched.map(item).collect()
}

/// The files of media that the provider no longer has.
fn gone(record: &Record) -> HashSet<&str> {
    let media = record.media.iter().filter(|medium| medium.state == State::Gone);
    media.flat_map(|medium| medium.present().map(|file| file.path.as_str())).collect()
}

/// A file's text; that it cannot be read is a finding.
fn text(store: &dyn ReadStore, folder: &StorePath, name: &str, examined: &mut Examined) -> Option<String> {
    read(store, folder, name).unwrap_or_else(|error| {
        examined.cannot_read(name, &error);
        None
    })
}

fn is_unfinished(store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
    Ok(store.length(&folder.join(MARKER))?.is_some())
}

fn digest(store: &dyn ReadStore, folder: &StorePath) -> Result<Option<String>> {
    Ok(store.read(&folder.join(TAG_MANIFEST), LARGEST_TEXT)?.map(|bytes| Digest::of(&bytes).sha256))
}

fn manifest(store: &dyn ReadStore, folder: &StorePath, name: &'static str, examined: &mut Examined) -> Manifest {
    let Some(text) = text(store, folder, name, examined) else {
        examined.is_unlisted = true;
        if !examined.unread.contains(name) {
            examined.finding(Aspect::Listings, name, "missing");
            examined.absent.insert(name);
        }
        return Manifest::new();
    };
    bag::parse_manifest(&text).unwrap_or_else(|line| {
        examined.is_unlisted = true;
        examined.finding(Aspect::Readable, name, format!("line {line} is not a line of a manifest"));
        Manifest::new()
    })
}

fn record(store: &dyn ReadStore, folder: &StorePath, examined: &mut Examined) -> Option<Record> {
    let Some(text) = text(store, folder, RECORD, examined) else {
        if !examined.unread.contains(RECORD) {
            // Without it the session is unknown.
            examined.findings.push(Finding::new(Aspect::Listings, RECORD, "missing").helped_by(Remedy::Restore));
            examined.absent.insert(RECORD);
        }
        return None;
    };
    let Ok(record) = serde_json::from_str::<Record>(&text) else {
        examined.finding(Aspect::Readable, RECORD, "cannot be read");
        return None;
    };
    examined.session = Some(record.session.clone());
    examined.journal.clone_from(&record.journal);
    examined.salt = Some(record.salt.clone());
    examined.recorded = files(&record).into_iter().map(|file| (file.path.clone(), file)).collect();
    for path in judged_by_newer(&record) {
        // What a newer version says of a signature does not contradict that it held.
        examined.recorded.entry(path.clone()).and_modify(|file| file.signed = true);
    }
    Some(record)
}

/// The files of whose signatures a newer version says something that this one does not understand.
fn judged_by_newer(record: &Record) -> impl Iterator<Item = &String> {
    let media = record.media.iter().flat_map(MediaRecord::present).map(|file| (&file.path, &file.signature));
    let documents = record.documents.iter().map(|document| (&document.path, &document.signature));
    media.chain(documents).filter(|(_, signature)| signature.verdict.newer().is_some()).map(|(path, _)| path)
}

/// What the record says must agree with the manifests.
fn compare_manifests(payload: &Manifest, tags: &Manifest, examined: &mut Examined) {
    let disagreeing: Vec<String> = examined
        .recorded
        .values()
        .filter(|file| payload.get(&file.path).or_else(|| tags.get(&file.path)) != Some(&file.digest.sha256))
        .map(|file| file.path.clone())
        .collect();
    for path in disagreeing {
        examined.finding(Aspect::Manifests, &path, "the record and the manifests do not agree about it");
    }
    for path in payload.keys().filter(|path| !examined.recorded.contains_key(*path)).cloned().collect::<Vec<_>>() {
        examined.finding(Aspect::Listings, &path, "in the manifest, but the record does not say what it is");
    }
}

/// Every medium that any stored listing names must be in the record: a removed one must not go unseen.
fn compare_listings(store: &dyn ReadStore, folder: &StorePath, record: &Record, rules: &dyn ProviderRules, examined: &mut Examined) {
    let known: HashSet<&str> = record.media.iter().map(|medium| medium.id.as_str()).collect();
    for document in record.documents.iter().filter(|document| document.lost.is_none()) {
        if examined.is_unread(&document.path) {
            continue;
        }
        let bytes = match store.read(&folder.join(&document.path), LARGEST_DOCUMENT) {
            Ok(Some(bytes)) => bytes,
            // What is missing is said when it is to be read.
            Ok(None) => continue,
            Err(error) => {
                examined.cannot_read(&document.path, &error);
                continue;
            }
        };
        match rules.listed(&record.provider, &document.name, &bytes) {
            Ok(listed) => {
                for id in listed.iter().filter(|id| !known.contains(id.as_str())) {
                    examined.finding(Aspect::Listings, &document.path, format!("lists media {id}, of which the record says nothing"));
                }
            }
            Err(reason) => examined.finding(Aspect::Readable, &document.path, reason),
        }
    }
}

/// No answer that is kept is larger.
const LARGEST_DOCUMENT: u64 = 64 * 1024 * 1024;

fn signatures(record: &Record) -> BTreeMap<String, String> {
    let media = record.media.iter().flat_map(|medium| medium.present().map(|file| (&file.path, &file.signature)));
    let documents = record.documents.iter().map(|document| (&document.path, &document.signature));
    let held = |(path, signature): (&String, &SignatureRecord)| Some((path.clone(), signature.held()?.to_owned()));
    media.chain(documents).filter_map(held).collect()
}

fn compare_oxum(store: &dyn ReadStore, folder: &StorePath, all: &[Listed], payload: &Manifest, examined: &mut Examined) {
    let here = all.iter().filter(|listed| matches!(listed.stat, Some(Stat::File(_))));
    let here: HashMap<&str, u64> = here.filter_map(|listed| Some((listed.path.below(folder)?, listed.length()))).collect();
    // A file that is missing, or cannot be looked at, is reported when it is to be read.
    let lengths: Option<Vec<u64>> = payload.keys().map(|path| here.get(path.as_str()).copied()).collect();
    let Some(bytes) = lengths.map(|lengths| lengths.iter().sum()) else { return };
    let oxum = text(store, folder, INFO, examined).as_deref().and_then(bag::parse_oxum);
    if oxum != Some((bytes, payload.len() as u64)) && !examined.unread.contains(INFO) {
        examined.finding(Aspect::Manifests, INFO, "its Payload-Oxum does not fit the payload");
    }
}

/// Finds links in the place of folders that the manifests name.
fn find_links(folder: &StorePath, all: &[Listed], manifests: [&Manifest; 2], examined: &mut Examined) {
    for link in all.iter().filter(|listed| listed.stat == Some(Stat::Link)) {
        let Some(path) = link.path.below(folder) else { continue };
        let inside = format!("{path}/");
        let has_files = |manifest: &&Manifest| manifest.range(inside.clone()..).next().is_some_and(|(file, _)| file.starts_with(&inside));
        if manifests.iter().any(has_files) {
            examined.is_linked(path);
        }
    }
}

/// Files that nothing vouches for.
fn find_strangers(all: Result<Vec<Listed>>, folder: &StorePath, examined: &mut Examined) {
    let all = all.unwrap_or_else(|error| {
        // A folder in it is closed; of those files that the bag vouches for each is said when it is to be read.
        examined.finding(Aspect::Readable, ".", error.what());
        examined.unread.insert(PAYLOAD.to_owned());
        examined.is_partial = true;
        Vec::new()
    });
    for found in all {
        let path = found.path.below(folder).unwrap_or(found.path.as_str());
        if path == TAG_MANIFEST || examined.manifested.contains_key(path) || examined.unread.contains(path) {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        if !layout::is_payload(path) && (DROPPINGS.contains(&name) || name.starts_with("._")) {
            examined.notes.push(format!("{path} was left by a file manager; it is no part of the bag"));
        } else {
            let what = "not in a manifest: nothing vouches for this file";
            let is_ours = examined.is_unlisted || examined.session.is_none() || examined.recorded.contains_key(path);
            let remedy = if is_ours { Remedy::Repair } else { Remedy::MoveOut };
            examined.findings.push(Finding::new(Aspect::Listings, path, what).helped_by(remedy));
        }
    }
}
