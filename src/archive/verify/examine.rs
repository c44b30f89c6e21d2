//! Looks at a bag's own files: what they promise, whether they agree with each other, and which files are there.
//!
//! Reads tag files only; the payload is read by `reread`. Must not look at the journal.

use super::super::bag::{self, Manifest};
use super::super::journal::{FileEntry, files};
use super::super::layout::{self, DECLARATION, INFO, MANIFEST, MARKER, RECORD, TAG_MANIFEST};
use super::super::record::{NOT_YET, Record, State};
use super::{Aspect, Finding, Item, LARGEST_TEXT, Witness, read};
use crate::error::Result;
use crate::media::SessionId;
use crate::store::{Digest, Store, StorePath};
use std::collections::{BTreeMap, HashSet};

/// What file managers leave behind in folders that somebody looked into.
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
    /// Listed media that are not archived, each a line; known, and no damage.
    pub missing_media: Vec<String>,
    /// The files that the bag vouches for and that are to be read.
    pub items: Vec<Item>,
    /// The bag's digest: the SHA-256 of its tag manifest.
    pub(super) digest: Option<String>,
    /// What the record vouches for, by path.
    pub(super) recorded: BTreeMap<String, FileEntry>,
    /// What the manifests vouch for.
    pub(super) manifested: Manifest,
}

impl Examined {
    /// A bag of which nothing is known but this.
    pub fn with_finding(finding: Finding) -> Self {
        Self { findings: vec![finding], ..Self::default() }
    }

    /// A bag that was not looked at, because of this.
    pub fn with_note(note: String) -> Self {
        Self { notes: vec![note], ..Self::default() }
    }

    fn finding(&mut self, aspect: Aspect, path: &str, what: impl Into<String>) {
        self.findings.push(Finding::new(aspect, path, what));
    }

    /// Whether the bag is still the one that was looked at: a run that changes it changes its tag manifest, and leaves a
    /// mark until it is done.
    pub fn is_current(&self, store: &dyn Store, folder: &StorePath) -> Result<bool> {
        Ok(self.unfinished == is_unfinished(store, folder)? && (self.unfinished || self.digest == digest(store, folder)?))
    }
}

/// Looks at a bag.
pub fn examine(store: &dyn Store, folder: &StorePath, witness: &dyn Witness) -> Result<Examined> {
    let mut examined = Examined::default();
    if is_unfinished(store, folder)? {
        let what = "a run is changing this session, or was interrupted; `vmedia download` for it finishes";
        examined.finding(Aspect::Complete, MARKER, what);
        examined.unfinished = true;
        // Its manifests are not those of what is there; the next run reads all of it anyway.
        return Ok(examined);
    }
    if read(store, folder, DECLARATION)?.is_none_or(|text| text != bag::DECLARATION_TEXT) {
        examined.finding(Aspect::Readable, DECLARATION, "missing, or not the declaration of a bag");
    }
    let payload = manifest(store, folder, MANIFEST, &mut examined)?;
    let tags = manifest(store, folder, TAG_MANIFEST, &mut examined)?;
    examined.digest = digest(store, folder)?;
    let record = record(store, folder, &mut examined)?;
    if let Some(record) = &record {
        compare_record(record, &payload, &tags, &mut examined);
        compare_listings(store, folder, record, witness, &mut examined)?;
    }
    let signatures = record.as_ref().map(signatures).unwrap_or_default();
    let provider = record.as_ref().map(|record| record.provider.clone()).unwrap_or_default();
    for (path, sha256) in payload.iter().chain(&tags) {
        examined.items.push(Item {
            path: path.clone(),
            sha256: sha256.clone(),
            is_payload: payload.contains_key(path),
            signature: signatures.get(path).cloned(),
            provider: provider.clone(),
        });
    }
    for path in tags.keys().filter(|path| layout::is_payload(path) && !payload.contains_key(*path)) {
        examined.finding(Aspect::Complete, path, "payload that only the list of the bag's own files names");
    }
    compare_oxum(store, folder, &payload, &mut examined)?;
    examined.manifested = payload;
    examined.manifested.extend(tags);
    find_strangers(store, folder, &mut examined)?;
    Ok(examined)
}

fn is_unfinished(store: &dyn Store, folder: &StorePath) -> Result<bool> {
    Ok(store.length(&folder.join(MARKER))?.is_some())
}

fn digest(store: &dyn Store, folder: &StorePath) -> Result<Option<String>> {
    Ok(store.read(&folder.join(TAG_MANIFEST), LARGEST_TEXT)?.map(|bytes| Digest::of(&bytes).sha256))
}

fn manifest(store: &dyn Store, folder: &StorePath, name: &str, examined: &mut Examined) -> Result<Manifest> {
    let Some(text) = read(store, folder, name)? else {
        examined.finding(Aspect::Complete, name, "missing");
        return Ok(Manifest::new());
    };
    Ok(bag::parse_manifest(&text).unwrap_or_else(|line| {
        examined.finding(Aspect::Readable, name, format!("line {line} is not a line of a manifest"));
        Manifest::new()
    }))
}

fn record(store: &dyn Store, folder: &StorePath, examined: &mut Examined) -> Result<Option<Record>> {
    let Some(text) = read(store, folder, RECORD)? else {
        examined.finding(Aspect::Complete, RECORD, "missing");
        return Ok(None);
    };
    let Ok(record) = serde_json::from_str::<Record>(&text) else {
        examined.finding(Aspect::Readable, RECORD, "cannot be read");
        return Ok(None);
    };
    examined.session = Some(record.session.clone());
    examined.recorded = files(&record).into_iter().map(|file| (file.path.clone(), file)).collect();
    Ok(Some(record))
}

/// What the record says must agree with the manifests, and says which media never came.
fn compare_record(record: &Record, payload: &Manifest, tags: &Manifest, examined: &mut Examined) {
    let disagreeing: Vec<String> = examined
        .recorded
        .values()
        .filter(|file| payload.get(&file.path).or_else(|| tags.get(&file.path)) != Some(&file.digest.sha256))
        .map(|file| file.path.clone())
        .collect();
    for path in disagreeing {
        examined.finding(Aspect::Intact, &path, "the record and the manifests do not agree about it");
    }
    for path in payload.keys().filter(|path| !examined.recorded.contains_key(*path)).cloned().collect::<Vec<_>>() {
        examined.finding(Aspect::Complete, &path, "in the manifest, but the record does not say what it is");
    }
    for medium in &record.media {
        let reason = medium.reason.as_deref().unwrap_or("no reason recorded");
        match medium.state {
            State::Archived if medium.present().next().is_none() => {
                examined.finding(Aspect::Complete, RECORD, format!("media {} is recorded as archived, without a file", medium.id));
            }
            State::Archived => {}
            State::Failed if reason == NOT_YET => {
                examined.finding(Aspect::Complete, RECORD, format!("media {} has no recorded outcome", medium.id));
            }
            _ => examined.missing_media.push(format!("media {} was not archived: {reason}", medium.id)),
        }
    }
}

/// Every medium that any stored listing names must be in the record: whoever takes one out of it must not go unseen.
fn compare_listings(store: &dyn Store, folder: &StorePath, record: &Record, witness: &dyn Witness, examined: &mut Examined) -> Result<()> {
    let known: HashSet<&str> = record.media.iter().map(|medium| medium.id.as_str()).collect();
    for document in record.documents.iter().filter(|document| document.lost.is_none()) {
        let Some(bytes) = store.read(&folder.join(&document.path), LARGEST_DOCUMENT)? else { continue };
        match witness.listed(&record.provider, &document.name, &bytes) {
            Ok(listed) => {
                for id in listed.iter().filter(|id| !known.contains(id.as_str())) {
                    examined.finding(Aspect::Complete, &document.path, format!("lists media {id}, of which the record says nothing"));
                }
            }
            Err(reason) => examined.finding(Aspect::Readable, &document.path, reason),
        }
    }
    Ok(())
}

/// No answer that is kept is larger.
const LARGEST_DOCUMENT: u64 = 64 * 1024 * 1024;

fn signatures(record: &Record) -> BTreeMap<String, String> {
    use super::super::record::SignatureRecord::{Absent, Held};
    let media = record.media.iter().flat_map(|medium| medium.present().map(|file| (&file.path, &file.signature)));
    let documents = record.documents.iter().map(|document| (&document.path, &document.signature));
    let held = |(path, signature): (&String, &_)| match signature {
        Held(value) => Some((path.clone(), value.clone())),
        Absent => None,
    };
    media.chain(documents).filter_map(held).collect()
}

fn compare_oxum(store: &dyn Store, folder: &StorePath, payload: &Manifest, examined: &mut Examined) -> Result<()> {
    let mut bytes = 0;
    for path in payload.keys() {
        let length = StorePath::parse(&format!("{folder}/{path}")).map(|path| store.length(&path)).transpose()?.flatten();
        // What is missing is said when it is to be read.
        let Some(length) = length else { return Ok(()) };
        bytes += length;
    }
    let oxum = read(store, folder, INFO)?.as_deref().and_then(bag::parse_oxum);
    if oxum != Some((bytes, payload.len() as u64)) {
        examined.finding(Aspect::Intact, INFO, "its Payload-Oxum does not fit the payload");
    }
    Ok(())
}

/// Files that nobody vouches for.
fn find_strangers(store: &dyn Store, folder: &StorePath, examined: &mut Examined) -> Result<()> {
    for found in store.list(folder)? {
        let path = found.below(folder).unwrap_or(found.as_str());
        if path == TAG_MANIFEST || examined.manifested.contains_key(path) {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        if !layout::is_payload(path) && (DROPPINGS.contains(&name) || name.starts_with("._")) {
            examined.notes.push(format!("{path} was left by a file manager; it is no part of the bag"));
        } else {
            examined.finding(Aspect::Complete, path, "not in a manifest: nobody vouches for this file");
        }
    }
    Ok(())
}
