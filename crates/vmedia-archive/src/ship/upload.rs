//! A session that is being shipped. Must not send anything.

use super::bag::Bag;
use super::fetch::{self, FETCH, Reused};
use super::versions::{self, Versions};
use super::{Shipper, confirm, create_bytes, head_of, packed};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{ShippedEntry, ShippedObject};
use crate::layout::{DECLARATION, PAGE, RECORD, is_document, is_payload};
use crate::model::SessionId;
use crate::objects::LARGEST_OBJECT;
use crate::salt::Salt;
use crate::schedule::locked;
use crate::store::{Digest, Lock, StorePath};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A file that is to be in the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadFile {
    /// Its path below the session's folder.
    pub path: String,
    /// Its length and SHA-256.
    pub digest: Digest,
    /// True if an object of that length is there, which is only confirmed.
    pub is_there: bool,
}

/// The version of another archive that has everything: the SHA-256 of what stands for all of it.
pub(super) enum Other {
    /// That of its tag manifest.
    Bag(String),
    /// That of its ZIP file.
    Packed(String),
}

/// A bag that is to be sent as one ZIP file.
pub(super) struct Packing {
    /// Its files, by their paths below the folder.
    pub(super) files: BTreeMap<String, Digest>,
    /// True if an object of its name is there, which is only confirmed.
    pub(super) is_there: bool,
}

/// A session whose version is claimed.
pub struct Upload {
    pub(super) folder: StorePath,
    session: SessionId,
    salt: Salt,
    bag: String,
    pub(super) number: u32,
    /// The version, if another archive shipped it and it has everything.
    other: Option<Other>,
    /// What is to be sent at the end, in the layout of ZIP files.
    pub(super) packing: Option<Packing>,
    /// True if it is not sent as a ZIP file because that would be too large.
    is_split: bool,
    /// The files that are to be put, before the version is finished.
    pub files: Vec<UploadFile>,
    reused: u64,
    done: Mutex<Done>,
    /// The line about the version and its SHA-256, once it is written.
    pub(super) shipped: Mutex<Option<Box<(String, ShippedEntry)>>>,
    /// Keeps other runs from changing the session.
    _lock: Lock,
}

#[derive(Default)]
struct Done {
    objects: Vec<ShippedObject>,
    sent: u64,
    bytes: u64,
}

/// A session that is in the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// The session.
    pub session: SessionId,
    /// The URL of its version.
    pub location: String,
    /// Number of objects that were created.
    pub sent: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// Number of payload files that an earlier version has.
    pub reused: u64,
    /// True if another archive had shipped the version.
    pub is_of_other: bool,
    /// True if its files are objects of their own because a ZIP file of them would be too large.
    pub is_split: bool,
}

impl Upload {
    /// Returns a session of which another archive shipped everything.
    pub(super) fn of_other(bag: Bag, number: u32, other: Other, lock: Lock) -> Self {
        Self { other: Some(other), ..Self::new(bag, number, (Vec::new(), 0), lock) }
    }

    fn new(bag: Bag, number: u32, (files, reused): (Vec<UploadFile>, u64), lock: Lock) -> Self {
        Self {
            folder: bag.folder,
            session: bag.record.session,
            salt: bag.record.salt,
            bag: bag.digest,
            number,
            other: None,
            packing: None,
            is_split: false,
            files,
            reused,
            done: Mutex::default(),
            shipped: Mutex::default(),
            _lock: lock,
        }
    }

    /// Returns the session's folder.
    pub fn folder(&self) -> &StorePath {
        &self.folder
    }

    /// Returns true if another archive shipped everything.
    pub fn is_of_other(&self) -> bool {
        self.other.is_some()
    }

    pub(super) fn version_folder(&self) -> StorePath {
        self.folder.join(&versions::name(self.number))
    }

    /// Adds an object of a version, of which that many bytes were sent.
    pub(super) fn add(&self, number: u32, path: &str, sha256: &str, version: Option<String>, bytes: u64) {
        let (sha256, commitment) =
            if is_guessable(path) { (None, Some(self.salt.commitment(sha256))) } else { (Some(sha256.to_owned()), None) };
        let mut done = locked(&self.done);
        done.objects.push(ShippedObject { path: format!("{}/{path}", versions::name(number)), sha256, commitment, version });
        done.sent += u64::from(bytes > 0);
        done.bytes += bytes;
    }

    /// Adds an object of these bytes, which was created if that is true.
    pub(super) fn add_created(&self, number: u32, path: &str, bytes: &[u8], (version, is_new): (Option<String>, bool)) {
        let sent = if is_new { bytes.len() as u64 } else { 0 };
        self.add(number, path, &Digest::of(bytes).sha256, version, sent);
    }

    /// Returns the line about the version, and the result.
    pub(super) fn end(&self, place: &str, location: String) -> (ShippedEntry, Shipment) {
        let mut done = locked(&self.done);
        let mut objects = std::mem::take(&mut done.objects);
        objects.sort_by(|one, other| one.path.cmp(&other.path));
        let (other_bag, other_zip) = match &self.other {
            Some(Other::Bag(sha256)) => (Some(sha256.clone()), None),
            Some(Other::Packed(sha256)) => (None, Some(sha256.clone())),
            None => (None, None),
        };
        let entry = ShippedEntry {
            session: self.session.clone(),
            folder: self.folder.to_string(),
            bag: self.bag.clone(),
            place: place.to_owned(),
            number: self.number,
            other_bag,
            other_zip,
            objects,
        };
        let (session, reused) = (self.session.clone(), self.reused);
        let (is_of_other, is_split) = (self.is_of_other(), self.is_split);
        (entry, Shipment { session, location, sent: done.sent, bytes: done.bytes, reused, is_of_other, is_split })
    }
}

/// Returns true if the content of a file may be guessed from its SHA-256, which the journal then does not hold: answers of the provider, and
/// the page, which shows facts from them.
fn is_guessable(path: &str) -> bool {
    let path = path.strip_prefix("damaged/").unwrap_or(path);
    is_document(path) || path == PAGE
}

/// The form of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Each file is an object.
    Files,
    /// The same, because a ZIP file would be too large.
    Split,
    /// One ZIP file.
    Packed,
}

/// Returns the form of a claimed version of which a ZIP file has that length. What was begun in one form is finished in it.
fn form(length: u64, versions: &Versions, number: u32, packs: bool) -> Form {
    if versions.is_packed(number) {
        return Form::Packed;
    }
    if !packs || versions.has_files(number) {
        return Form::Files;
    }
    if length > LARGEST_OBJECT { Form::Split } else { Form::Packed }
}

impl Shipper {
    /// Returns the files that a claimed version lacks. Those that earlier versions have are named in its `fetch.txt`, which is created now.
    pub(super) fn upload(&self, bag: Bag, versions: &Versions, (number, version): (u32, Option<String>), lock: Lock) -> Result<Upload> {
        let form = form(packed::length(&bag.folder, &bag.files), versions, number, self.zips.is_some());
        if form == Form::Packed {
            let (record, was_there) = (bag.digest(RECORD)?.clone(), versions.length(number, RECORD).is_some());
            let packing = Packing { files: bag.files.clone(), is_there: versions.is_packed(number) };
            let upload = Upload { packing: Some(packing), ..Upload::new(bag, number, (Vec::new(), 0), lock) };
            upload.add(number, RECORD, &record.sha256, version, if was_there { 0 } else { record.bytes });
            return Ok(upload);
        }
        let reused = self.reused(&bag, versions, number)?;
        let lacking = |(path, _): &(&String, &Digest)| !reused.contains_key(*path) && *path != RECORD && *path != DECLARATION;
        let file = |(path, digest): (&String, &Digest)| UploadFile {
            path: path.clone(),
            digest: digest.clone(),
            is_there: versions.length(number, path) == Some(digest.bytes),
        };
        let files: Vec<UploadFile> = bag.files.iter().filter(lacking).map(file).collect();
        let record = bag.digest(RECORD)?.clone();
        let kept: Vec<(String, u32, Digest)> =
            reused.iter().filter_map(|(path, (from, _))| Some((path.clone(), *from, bag.files.get(path)?.clone()))).collect();
        let was_there = versions.length(number, RECORD).is_some();
        let upload = Upload { is_split: form == Form::Split, ..Upload::new(bag, number, (files, reused.len() as u64), lock) };
        upload.add(number, RECORD, &record.sha256, version, if was_there { 0 } else { record.bytes });
        for (path, from, digest) in kept {
            let version = confirm(self.place.as_ref(), &versions::key(&upload.folder, from, &path), &digest)?;
            upload.add(from, &path, &digest.sha256, version, 0);
        }
        if !reused.is_empty() {
            let url = |from: u32, path: &str| self.place.location(Some(&versions::key(&upload.folder, from, path)));
            let text = fetch::text(&reused, &url);
            let created = create_bytes(self.place.as_ref(), &versions::key(&upload.folder, number, FETCH), text.as_bytes())?;
            upload.add_created(number, FETCH, text.as_bytes(), created);
        }
        Ok(upload)
    }

    /// Fails if the place lacks a file that is not here.
    pub(super) fn must_be_at_hand(&self, bag: &Bag, versions: &Versions) -> Result<()> {
        let is_there = |path: &String| {
            let bytes = bag.files.get(path).map(|digest| digest.bytes);
            versions.numbers().any(|number| versions.length(number, path) == bytes)
        };
        // A ZIP file holds all of a bag, and is made of what is here.
        let is_at_hand = bag.away.is_empty() || self.zips.is_none() && bag.away.iter().all(is_there);
        if is_at_hand {
            return Ok(());
        }
        let folder = self.store.location(&bag.folder);
        let what = format!("{folder} was not shipped: its payload is in a bucket, as the journal says, and not here");
        Err(Error::new(ErrorKind::Partial, what, "fetch it back with `vmedia repair --from-bucket`, then ship the session"))
    }

    /// Returns the payload files that earlier finished versions have: those that the version's own `fetch.txt` names, if it has one.
    fn reused(&self, bag: &Bag, versions: &Versions, number: u32) -> Result<Reused> {
        if versions.length(number, FETCH).is_some() {
            let key = versions::key(&bag.folder, number, FETCH);
            let text = self.read_object(&key, fetch::LARGEST)?.and_then(|bytes| String::from_utf8(bytes).ok());
            let parsed = text.and_then(|text| fetch::parse(&text).ok());
            return parsed.filter(|reused| reused.keys().all(|path| bag.files.contains_key(path))).ok_or_else(|| {
                let what = format!("{} is not what vmedia wrote there", self.place.location(Some(&key)));
                Error::new(ErrorKind::Damaged, what, "another program wrote it; look at its versions, or ship to another prefix")
            });
        }
        let mut reused = Reused::new();
        let payload = bag.files.iter().filter(|(path, _)| is_payload(path) && versions.length(number, path).is_none());
        for (path, digest) in payload {
            let of = |from: &u32| *from < number && versions.length(*from, path) == Some(digest.bytes);
            for from in versions.finished().rev().filter(of) {
                if head_of(self.place.as_ref(), &versions::key(&bag.folder, from, path), digest)?.is_some() {
                    reused.insert(path.clone(), (from, digest.bytes));
                    break;
                }
            }
        }
        Ok(reused)
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Versions, form, is_guessable};
    use crate::objects::LARGEST_OBJECT;

    #[test]
    fn a_version_is_finished_as_it_was_begun_and_a_large_one_is_split() {
        let versions = |paths: &[&str]| Versions::with(1, paths);
        for (paths, length, packs, expected) in [
            (&["archive.json"][..], LARGEST_OBJECT, true, Form::Packed),
            (&["archive.json"], LARGEST_OBJECT + 1, true, Form::Split),
            (&["archive.json"], 1, false, Form::Files),
            (&["archive.json", "data/x"], 1, true, Form::Files),
            (&["archive.json", "data/x"], LARGEST_OBJECT + 1, true, Form::Files),
            (&["archive.json", "bag.zip"], 1, false, Form::Packed),
            (&["archive.json", "bag.zip", "bagit.txt"], 1, true, Form::Files),
            (&[], 1, true, Form::Packed),
        ] {
            assert_eq!(form(length, &versions(paths), 1, packs), expected, "{paths:?}");
        }
    }

    #[test]
    fn the_journal_holds_no_digest_of_what_can_be_guessed() {
        for (path, is) in [("metadata/person.json", true), ("damaged/metadata/person.json.2", true), ("index.html", true)] {
            assert_eq!(is_guessable(path), is, "{path}");
        }
        for path in ["data/a/face_1.jpg", "archive.json", "bagit.txt", "derived/a/nfc.portrait.jpg", "data/metadata/x"] {
            assert!(!is_guessable(path), "{path}");
        }
    }
}
