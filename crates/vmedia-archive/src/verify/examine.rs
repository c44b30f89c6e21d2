//! Checks a bag's own files: whether they can be read, agree with each other, and name the files that are there.
//!
//! Reads tag files only, each once; `reread` reads the payload. Must not use the journal.

use super::examined::is_unfinished;
use super::outcomes::compare_outcomes;
use super::{Aspect, Examined, Finding, Item, LARGEST_TEXT, ProviderRules, Remedy};
use crate::bag::{self, Manifest};
use crate::error::Result;
use crate::layout::{self, DECLARATION, INFO, MANIFEST, MARKER, PAYLOAD, RECORD, TAG_MANIFEST};
use crate::model::MediaId;
use crate::record::{DocumentRecord, Record, RecordedFile, State, parse_error};
use crate::store::{Digest, Listed, ReadStore, Stat, StorePath};
use crate::unfinished::{Unfinished, unfinished};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Files that file managers leave in folders.
const DROPPINGS: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// The largest document that is read, in bytes; none that is kept is larger.
pub(super) const LARGEST_DOCUMENT: u64 = 64 * 1024 * 1024;

/// The files of a record by their paths.
type Recorded<'a> = BTreeMap<&'a str, RecordedFile<'a>>;

/// Examines a bag. A file of it that cannot be read is a finding; an error concerns the bag as a whole.
pub fn examine(store: &dyn ReadStore, folder: &StorePath, rules: &dyn ProviderRules) -> Result<Examined> {
    let mut examined = Examined::default();
    if store.is_link(folder)? {
        examined.is_linked(".");
        return Ok(examined);
    }
    if is_unfinished(store, folder)? {
        examined.findings.push(not_finished(store, folder)?);
        examined.unfinished = true;
        // The manifests do not describe the files yet; the next run reads all of them.
        return Ok(examined);
    }
    if text(store, folder, DECLARATION, &mut examined).is_none_or(|text| text != bag::DECLARATION_TEXT)
        && !examined.unreadable.contains(DECLARATION)
    {
        examined.finding(Aspect::Readable, DECLARATION, "missing, or not the declaration of a bag");
    }
    let payload = manifest(store, folder, MANIFEST, &mut examined);
    let tags = manifest(store, folder, TAG_MANIFEST, &mut examined);
    let all = store.list(folder);
    find_links(folder, all.as_deref().unwrap_or_default(), [&payload, &tags], &mut examined);
    let record = record(store, folder, &mut examined);
    let recorded: Option<Recorded<'_>> = record.as_ref().map(|record| record.files().map(|file| (file.path, file)).collect());
    if let (Some(record), Some(recorded)) = (&record, &recorded) {
        if examined.is_comparable() {
            compare_manifests(recorded, &payload, &tags, &mut examined);
            compare_portraits(record, &tags, &mut examined);
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
    let provider = record.as_ref().map_or("", |record| &record.provider);
    let items = items(provider, recorded.as_ref(), &payload, &tags, &examined);
    examined.items = compare_read(folder, items, rules, &mut examined);
    examined.manifested = payload;
    examined.manifested.extend(tags);
    if examined.is_comparable() {
        find_strangers(all, folder, recorded.as_ref(), &mut examined);
    }
    examined.record = record;
    Ok(examined)
}

/// Returns the finding for a session that a run is changing, or was when it was killed.
fn not_finished(store: &dyn ReadStore, folder: &StorePath) -> Result<Finding> {
    let (what, remedy) = match unfinished(store, folder)? {
        Some(Unfinished::Encryption) => ("its encryption was begun and not finished; `vmedia encrypt` for it finishes", Remedy::Encrypt),
        _ => ("a run is changing this session, or was interrupted; `vmedia download` for it finishes", Remedy::Download),
    };
    Ok(Finding::new(Aspect::Listings, MARKER, what).helped_by(remedy))
}

/// Returns the files to be read: all but those that are already reported as missing or unreadable.
fn items(provider: &str, recorded: Option<&Recorded<'_>>, payload: &Manifest, tags: &Manifest, examined: &Examined) -> Vec<Item> {
    let is_reported = |path: &str| examined.is_unreadable(path) || examined.absent.contains(path);
    let item = |(path, sha256): (&String, &String)| {
        let file = recorded.and_then(|recorded| recorded.get(path.as_str()));
        Item {
            path: path.clone(),
            sha256: sha256.clone(),
            is_payload: payload.contains_key(path),
            is_gone: file.and_then(|file| file.medium).is_some_and(|medium| medium.state == State::Gone),
            signature: file.and_then(|file| file.signature.held()).map(str::to_owned),
            is_signed: file.is_some_and(RecordedFile::is_signed),
            content: None,
            provider: provider.to_owned(),
        }
    };
    payload.iter().chain(tags).filter(|(path, _)| !is_reported(path)).map(item).collect()
}

/// Compares the files that were read with their manifest, and returns the others.
fn compare_read(folder: &StorePath, items: Vec<Item>, rules: &dyn ProviderRules, examined: &mut Examined) -> Vec<Item> {
    let mut left = Vec::new();
    for item in items {
        let is_settled = |_: &&Digest| !item.is_payload && item.place(folder).is_some() && item.signature_check(rules).is_none();
        match examined.read.get(&item.path).filter(is_settled) {
            Some(digest) => {
                let compared = item.compare(digest, None);
                examined.bytes += compared.bytes;
                examined.findings.extend(compared.finding);
            }
            None => left.push(item),
        }
    }
    left
}

/// Returns a file's text; a file that cannot be read is a finding.
fn text(store: &dyn ReadStore, folder: &StorePath, name: &str, examined: &mut Examined) -> Option<String> {
    read(store, folder, name, LARGEST_TEXT, examined).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns a file's bytes, and keeps their digest; a file that cannot be read is a finding.
fn read(store: &dyn ReadStore, folder: &StorePath, name: &str, limit: u64, examined: &mut Examined) -> Option<Vec<u8>> {
    match store.read(&folder.join(name), limit) {
        Ok(bytes) => {
            examined.read.extend(bytes.as_deref().map(|bytes| (name.to_owned(), Digest::of(bytes))));
            bytes
        }
        Err(error) => {
            examined.cannot_read(name, error.what());
            None
        }
    }
}

fn manifest(store: &dyn ReadStore, folder: &StorePath, name: &'static str, examined: &mut Examined) -> Manifest {
    let Some(text) = text(store, folder, name, examined) else {
        examined.is_unlisted = true;
        if !examined.unreadable.contains(name) {
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
        if !examined.unreadable.contains(RECORD) {
            // Without it the session is unknown, so that it cannot be fetched again.
            examined.findings.push(Finding::new(Aspect::Listings, RECORD, "missing").helped_by(Remedy::Restore));
            examined.absent.insert(RECORD);
        }
        return None;
    };
    let record = serde_json::from_str(&text);
    record.map_err(|error| examined.finding(Aspect::Readable, RECORD, format!("cannot be read: {}", parse_error(&error)))).ok()
}

fn compare_manifests(recorded: &Recorded<'_>, payload: &Manifest, tags: &Manifest, examined: &mut Examined) {
    for file in recorded.values() {
        if payload.get(file.path).or_else(|| tags.get(file.path)) != Some(&file.digest.sha256) {
            examined.finding(Aspect::Manifests, file.path, "the record and the manifests do not agree about it");
        }
    }
    for path in payload.keys().filter(|path| !recorded.contains_key(path.as_str())) {
        examined.finding(Aspect::Listings, path, "in the manifest, but the record does not say what it is");
    }
}

/// Checks that the portraits in the folder are those of the record.
fn compare_portraits(record: &Record, tags: &Manifest, examined: &mut Examined) {
    for (_, portrait) in record.portraits().filter(|(_, portrait)| tags.get(&portrait.path) != Some(&portrait.digest.sha256)) {
        examined.finding(Aspect::Manifests, &portrait.path, "the record and the manifests do not agree about it");
    }
}

/// Checks that the record has every media file that any stored listing names: a removed one must be noticed.
fn compare_listings(store: &dyn ReadStore, folder: &StorePath, record: &Record, rules: &dyn ProviderRules, examined: &mut Examined) {
    // Those that are encrypted are read once they are opened.
    for document in record.documents.iter().filter(|document| document.lost.is_none() && document.encrypted.is_none()) {
        if examined.is_unreadable(&document.path) {
            continue;
        }
        // A missing file is reported when it is to be read.
        let Some(bytes) = read(store, folder, &document.path, LARGEST_DOCUMENT, examined) else { continue };
        examined.findings.extend(compare_listing(record, document, &bytes, rules));
    }
}

/// Checks that the record has every media file that a document lists.
pub(super) fn compare_listing(record: &Record, document: &DocumentRecord, bytes: &[u8], rules: &dyn ProviderRules) -> Vec<Finding> {
    let recorded: HashSet<&str> = record.media.iter().map(|medium| medium.id.as_str()).collect();
    let lists = |id: &MediaId| {
        let what = format!("lists media {id}, of which the record says nothing");
        Finding::new(Aspect::Listings, &document.path, what)
    };
    match rules.listed(&record.provider, &document.name, bytes) {
        Ok(listed) => listed.iter().filter(|id| !recorded.contains(id.as_str())).map(lists).collect(),
        Err(reason) => vec![Finding::new(Aspect::Readable, &document.path, reason)],
    }
}

fn compare_oxum(store: &dyn ReadStore, folder: &StorePath, all: &[Listed], payload: &Manifest, examined: &mut Examined) {
    let here = all.iter().filter(|listed| matches!(listed.stat, Some(Stat::File(_))));
    let here: HashMap<&str, u64> = here.filter_map(|listed| Some((listed.path.below(folder)?, listed.length()))).collect();
    // A file that is missing is reported when it is to be read.
    let Some(bytes) = payload.keys().map(|path| here.get(path.as_str()).copied()).sum::<Option<u64>>() else { return };
    let oxum = text(store, folder, INFO, examined).as_deref().and_then(bag::parse_oxum);
    if oxum != Some((bytes, payload.len() as u64)) && !examined.unreadable.contains(INFO) {
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

/// Finds files that no manifest names.
fn find_strangers(all: Result<Vec<Listed>>, folder: &StorePath, recorded: Option<&Recorded<'_>>, examined: &mut Examined) {
    let all = all.unwrap_or_else(|error| {
        // A folder in it is closed; its manifested files are reported when they are to be read.
        examined.finding(Aspect::Readable, ".", error.what());
        examined.unreadable.insert(PAYLOAD.to_owned());
        examined.is_partial = true;
        Vec::new()
    });
    for found in all {
        let path = found.path.below(folder).unwrap_or(found.path.as_str());
        if path == TAG_MANIFEST || examined.manifested.contains_key(path) || examined.unreadable.contains(path) {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_dropping = DROPPINGS.contains(&name) || name.starts_with("._");
        if !layout::is_payload(path) && is_dropping {
            examined.notes.push(format!("{path} was left by a file manager; it is no part of the bag"));
        } else {
            let is_ours = examined.is_unlisted || recorded.is_none_or(|recorded| recorded.contains_key(path));
            let remedy = if is_ours && !is_dropping { Remedy::Repair } else { Remedy::MoveOut };
            let what = if is_dropping {
                "not in a manifest: a file manager left it here"
            } else {
                "not in a manifest: nothing vouches for this file"
            };
            examined.findings.push(Finding::new(Aspect::Listings, path, what).helped_by(remedy));
        }
    }
}
