//! Decides which media files are fetched again although the archive has all their bytes: the listing now declares another
//! size, or an earlier version archived an error message.
//!
//! Reads no more than the first bytes of such a file, and never calls it damaged: the bytes are those that came.

use crate::error::Result;
use crate::model::{Format, HEAD_LENGTH, is_text_type};
use crate::reason::{Disagreement, Reason};
use crate::record::{FileRecord, MediaRecord, SignatureVerdict};
use crate::store::{ReadStore, StorePath};
use std::io::Read;

/// Returns the reason to fetch this media file again; `size` is the size that a listing declares.
pub(crate) fn needs_refetch(store: &dyn ReadStore, folder: &StorePath, medium: &MediaRecord, size: Option<u64>) -> Result<Option<Reason>> {
    let Some(newest) = medium.present().last() else { return Ok(None) };
    if has_other_size(medium, size) {
        return Ok(Some(Reason::SizeChanged));
    }
    Ok(is_error_message(store, folder, newest)?.then_some(Reason::ErrorMessage))
}

/// Returns true if no file of a media file has the declared size, or came again with the same other one.
pub(crate) fn has_other_size(medium: &MediaRecord, size: Option<u64>) -> bool {
    let is_settled = |size: u64| {
        medium.present().any(|file| {
            let other = Disagreement::Size { declared: size, received: file.content_bytes() };
            file.content_bytes() == size || file.disagreements.iter().any(|disagreement| *disagreement == other)
        })
    };
    size.is_some_and(|size| !is_settled(size))
}

/// Returns true if an unsigned file of an unknown format is text, or its `Content-Type` is. Opens no other file.
fn is_error_message(store: &dyn ReadStore, folder: &StorePath, file: &FileRecord) -> Result<bool> {
    let is_unknown = file.disagreements.iter().any(|disagreement| {
        matches!(disagreement.fact(), Some(Disagreement::Type { received: None, .. } | Disagreement::ContentType { received: None, .. }))
    });
    if file.signature.verdict != SignatureVerdict::Absent || !is_unknown {
        return Ok(false);
    }
    if file.content_type.as_deref().is_some_and(is_text_type) {
        return Ok(true);
    }
    if file.encrypted.is_some() {
        return Ok(false);
    }
    let Some(stream) = store.open(&folder.join(&file.path))? else { return Ok(false) };
    let mut head = Vec::new();
    // An unreadable file is damaged, which is reported elsewhere.
    let read = stream.take(HEAD_LENGTH as u64).read_to_end(&mut head);
    Ok(read.is_ok() && Format::of(&head) == Format::Text)
}
