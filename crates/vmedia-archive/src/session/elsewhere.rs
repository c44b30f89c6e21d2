//! Payload that is not in a session's folder, because a bucket has it. Must not ask the bucket.

use super::open::read_record;
use crate::error::Result;
use crate::journal::{Chain, Elsewhere, Journal, Scope};
use crate::layout::is_payload;
use crate::record::Record;
use crate::store::{Digest, ReadStore, StorePath};
use crate::verify::Away;
use std::cell::OnceCell;

/// What the journal says of the payload of a session that is not here, read once it is asked for.
#[derive(Default)]
pub(crate) struct Absent(OnceCell<Elsewhere>);

impl Absent {
    /// Returns true if a file of a session is not here, and need not be.
    pub(crate) fn is_elsewhere(
        &self,
        (store, journal): (&dyn ReadStore, &Journal),
        (folder, record): (&StorePath, &Record),
        (path, sha256): (&str, &str),
    ) -> Result<bool> {
        if store.length(&folder.join(path))?.is_some() {
            return Ok(false);
        }
        if let Some(known) = self.0.get() {
            return Ok(known.of(path, sha256).is_some());
        }
        let missing = missing(store, folder, record)?.into_iter().map(|(path, digest)| (path.to_owned(), digest.sha256.clone()));
        let elsewhere = journal.elsewhere(folder, &missing.collect::<Vec<_>>())?;
        Ok(self.0.get_or_init(|| elsewhere).of(path, sha256).is_some())
    }
}

/// Returns the payload files of a record that are not here.
fn missing<'a>(store: &dyn ReadStore, folder: &StorePath, record: &'a Record) -> Result<Vec<(&'a str, &'a Digest)>> {
    let mut missing = Vec::new();
    for file in record.files().filter(|file| is_payload(file.path)) {
        if store.length(&folder.join(file.path))?.is_none() {
            missing.push((file.path, file.digest));
        }
    }
    Ok(missing)
}

/// Returns what is not here of a session's payload because a bucket has it; asks the journal only if files are missing.
///
/// # Errors
/// The record or the journal cannot be read.
pub fn payload_elsewhere(store: &dyn ReadStore, folder: &StorePath) -> Result<Away> {
    let mut away = Away::default();
    let Some((record, _)) = read_record(store, folder)? else { return Ok(away) };
    let missing = missing(store, folder, &record)?;
    if missing.is_empty() {
        return Ok(away);
    }
    let chain = Chain::read(store, &Scope::folders([folder.as_str()]), &[], &mut |_| Ok(()))?;
    let elsewhere = chain.elsewhere(store, folder.as_str())?;
    for (path, digest) in missing {
        if let Some(object) = elsewhere.of(path, &digest.sha256) {
            away.add(&Away { files: 1, bytes: digest.bytes, places: vec![object.place.clone()] });
        }
    }
    Ok(away)
}
