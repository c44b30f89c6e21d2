//! Compares a file with a SHA-256 that another party computed, instead of reading it.

use super::checksums::Lack;
use super::{Evidence, Item, Options, Reread};
use crate::store::{Digest, ReadStore, StorePath, sha256_bytes};

/// Compares a file with the evidence that is to be used; `None` if it is to be read.
///
/// # Errors
/// The report has no SHA-256 of the file.
pub(super) fn vouched(options: &Options, store: &dyn ReadStore, folder: &StorePath, item: &Item) -> Result<Option<Reread>, Lack> {
    let Some(path) = item.place(folder) else { return Ok(None) };
    match (options.by, &options.report) {
        (Evidence::Store, _) => Ok(store.kept_digest(&path).ok().flatten().map(|digest| item.compare(&digest, None))),
        (Evidence::Report, Some(report)) if item.is_payload => {
            let object = store.kept_object(&path).ok().flatten();
            let (Some(object), Some(expected)) = (object, sha256_bytes(&item.sha256)) else { return Ok(None) };
            let sha256 = hex::encode(report.find(&object, expected)?);
            let bytes = store.length(&path).ok().flatten().unwrap_or(0);
            Ok(Some(item.compare(&Digest { bytes, sha256 }, None)))
        }
        _ => Ok(None),
    }
}
