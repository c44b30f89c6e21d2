//! Why a medium whose files are here and whole is to be fetched once more all the same: what the listing says of it now, or
//! what was filed before errors in plain words were known for what they are.
//!
//! Must not fetch, and must not say that anything is damaged: the bytes are those that came.

use crate::error::Result;
use crate::model::{Format, HEAD_LENGTH, is_text_type};
use crate::record::{FileRecord, MediaRecord, SignatureVerdict};
use crate::store::{ReadStore, StorePath};
use std::io::Read;

/// What a file's record says that has another size than the listing declared. It is looked for again, so its words stay.
pub fn other_size(declared: u64, came: u64) -> String {
    format!("the listing says {declared} bytes, {came} came")
}

/// Why this medium is to be compared with what the provider has; `size` is what a listing declares.
pub(crate) fn doubt(store: &dyn ReadStore, folder: &StorePath, medium: &MediaRecord, size: Option<u64>) -> Result<Option<&'static str>> {
    let is_settled = |size: u64| {
        let mut files = medium.present();
        files.any(|file| file.digest.bytes == size || file.disagreements.contains(&other_size(size, file.digest.bytes)))
    };
    let Some(newest) = medium.present().last() else { return Ok(None) };
    if size.is_some_and(|size| !is_settled(size)) {
        return Ok(Some("the listing now declares another size"));
    }
    Ok(is_error(store, folder, newest)?.then_some("what is here is an error in plain words"))
}

/// Whether a file that has no known format is a text, or was called one when it came. Only such a file is opened; what the
/// provider signed is not doubted.
fn is_error(store: &dyn ReadStore, folder: &StorePath, file: &FileRecord) -> Result<bool> {
    let unknown = format!("the bytes say {}", Format::Unknown.as_str());
    if file.signature.verdict != SignatureVerdict::Absent || !file.disagreements.iter().any(|disagreement| disagreement.ends_with(&unknown))
    {
        return Ok(false);
    }
    if file.content_type.as_deref().is_some_and(is_text_type) {
        return Ok(true);
    }
    let Some(stream) = store.open(&folder.join(&file.path))? else { return Ok(false) };
    let mut head = Vec::new();
    // What cannot be read is damage, which is found elsewhere.
    let read = stream.take(HEAD_LENGTH as u64).read_to_end(&mut head);
    Ok(read.is_ok() && Format::of(&head) == Format::Text)
}
