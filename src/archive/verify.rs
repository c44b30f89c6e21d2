//! Checks bags against their own manifests: every payload and tag file re-hashed, nothing missing, nothing extra,
//! nothing unfinished. Needs no credentials and no network.
//!
//! Must not repair and must not print.

use super::bag::{self, Manifest};
use super::layout::{DECLARATION, INFO, MANIFEST, MARKER, PAYLOAD, RECORD, TAG_MANIFEST};
use super::record::{Record, State};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::store::{Digest, Store, StorePath, Watch};

/// A manifest above this size is not ours.
const LARGEST_TEXT: u64 = 256 * 1024 * 1024;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The path below the session's folder.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
}

/// The outcome of checking one bag.
#[derive(Debug, Default)]
pub struct Verified {
    /// The session, when the record could be read.
    pub session: Option<String>,
    /// How many payload files were read.
    pub files: u64,
    /// How many bytes were read in all.
    pub bytes: u64,
    /// Listed media that are not archived, each a line; known, not damage.
    pub missing_media: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Verified {
    fn finding(&mut self, path: &str, what: impl Into<String>) {
        self.findings.push(Finding { path: path.to_owned(), what: what.into() });
    }
}

/// The bags at or directly below a folder: a session's own folder, or an archive root.
pub fn bags(store: &dyn Store, names: &[String]) -> Result<Vec<StorePath>> {
    let mut found = Vec::new();
    for name in names {
        let folder = StorePath::name(name);
        let marks = [DECLARATION, MARKER, RECORD, MANIFEST];
        for mark in marks {
            if store.length(&folder.join(mark))?.is_some() {
                found.push(folder);
                break;
            }
        }
    }
    Ok(found)
}

/// How many bytes of payload a bag says that it holds; none when it does not say.
pub fn payload_bytes(store: &dyn Store, folder: &StorePath) -> Result<u64> {
    Ok(read(store, folder, INFO)?.as_deref().and_then(bag::parse_oxum).map_or(0, |(bytes, _)| bytes))
}

/// Checks one bag. `watch` sees each piece that is read and may stop the check with an error.
pub fn verify_bag(store: &dyn Store, folder: &StorePath, watch: &mut Watch<'_>) -> Result<Verified> {
    let mut verified = Verified::default();
    if store.length(&folder.join(MARKER))?.is_some() {
        verified.finding(MARKER, "a run is changing this session, or was interrupted; `vmedia download` for it finishes");
        // Its manifests are not those of what is there; the next run reads all of it anyway.
        return Ok(verified);
    }
    if read(store, folder, DECLARATION)?.is_none_or(|text| text != bag::DECLARATION_TEXT) {
        verified.finding(DECLARATION, "missing, or not the declaration of a bag");
    }
    let payload = manifest(store, folder, MANIFEST, &mut verified)?;
    let tags = manifest(store, folder, TAG_MANIFEST, &mut verified)?;
    let mut payload_bytes = 0;
    for (path, sha256) in payload.iter().chain(&tags) {
        let is_payload = payload.contains_key(path);
        match check(store, folder, path, sha256, watch)? {
            Ok(bytes) => {
                verified.bytes += bytes;
                if is_payload {
                    verified.files += 1;
                    payload_bytes += bytes;
                }
            }
            Err(what) => verified.finding(path, what),
        }
    }
    for found in store.list(&folder.join(PAYLOAD))? {
        let path = found.below(folder).unwrap_or(found.as_str());
        if !payload.contains_key(path) {
            verified.finding(path, "not in the manifest: nobody vouches for this file");
        }
    }
    let oxum = read(store, folder, INFO)?.as_deref().and_then(bag::parse_oxum);
    if verified.findings.is_empty() && oxum != Some((payload_bytes, verified.files)) {
        verified.finding(INFO, "its Payload-Oxum does not fit the payload");
    }
    compare_record(store, folder, &payload, &mut verified)?;
    Ok(verified)
}

/// What the record says must agree with the manifest, and says which media never came.
fn compare_record(store: &dyn Store, folder: &StorePath, payload: &Manifest, verified: &mut Verified) -> Result<()> {
    let Some(text) = read(store, folder, RECORD)? else {
        verified.finding(RECORD, "missing");
        return Ok(());
    };
    let Ok(record) = serde_json::from_str::<Record>(&text) else {
        verified.finding(RECORD, "cannot be read");
        return Ok(());
    };
    for medium in &record.media {
        for file in medium.present() {
            if payload.get(&file.path) != Some(&file.digest.sha256) {
                verified.finding(&file.path, "the record and the manifest do not agree about it");
            }
        }
        if medium.state != State::Archived {
            let reason = medium.reason.as_deref().unwrap_or("no reason recorded");
            verified.missing_media.push(format!("media {} was not archived: {reason}", medium.id));
        }
    }
    verified.session = Some(record.session.to_string());
    Ok(())
}

fn check(
    store: &dyn Store,
    folder: &StorePath,
    path: &str,
    sha256: &str,
    watch: &mut Watch<'_>,
) -> Result<std::result::Result<u64, String>> {
    let Some(safe) = StorePath::parse(&format!("{folder}/{path}")) else { return Ok(Err("its path leads out of the bag".to_owned())) };
    let Some(stream) = store.open(&safe)? else { return Ok(Err("missing".to_owned())) };
    let mut stopped = false;
    let read = Digest::read(stream, &mut |piece: &[u8]| watch(piece).inspect_err(|_| stopped = true));
    match read {
        Ok(digest) if digest.sha256 == sha256 => Ok(Ok(digest.bytes)),
        Ok(_) => Ok(Err("its bytes have changed: the SHA-256 does not fit".to_owned())),
        Err(_) if stopped => {
            Err(Error::new(Exit::Interrupted, "interrupted; the verification is not complete", "run the same command again"))
        }
        Err(error) => Ok(Err(format!("cannot be read: {error}"))),
    }
}

fn manifest(store: &dyn Store, folder: &StorePath, name: &str, verified: &mut Verified) -> Result<Manifest> {
    let Some(text) = read(store, folder, name)? else {
        verified.finding(name, "missing");
        return Ok(Manifest::new());
    };
    Ok(bag::parse_manifest(&text).unwrap_or_else(|line| {
        verified.finding(name, format!("line {line} is not a line of a manifest"));
        Manifest::new()
    }))
}

fn read(store: &dyn Store, folder: &StorePath, name: &str) -> Result<Option<String>> {
    Ok(store.read(&folder.join(name), LARGEST_TEXT)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
