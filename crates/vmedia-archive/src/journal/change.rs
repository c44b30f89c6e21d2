//! A change of a bag, as a line of the journal tells it, with what a verification needs of it. Pure. Must not touch the store.

use super::entry::{Archived, FileEntry};
use crate::model::SessionId;
use jiff::Timestamp;

/// A change of a bag, with what a verification needs of it.
#[derive(Debug)]
pub(crate) struct BagChange {
    /// When it was.
    pub(crate) at: Timestamp,
    /// Whether a seal that counts, or a head that is kept elsewhere, covers its line.
    pub(crate) is_proven: bool,
    /// The session.
    pub(crate) session: SessionId,
    /// The bag's digest before and after, and that of its record.
    pub(crate) before: Option<String>,
    pub(crate) bag: String,
    pub(crate) record_before: Option<String>,
    pub(crate) record: String,
    /// Whether an earlier run was killed while it changed the bag.
    pub(crate) resumed: bool,
    /// The files that it did not hold before.
    pub(crate) files: Vec<AddedFile>,
    /// The files that it no longer vouches for: path, and SHA-256 or commitment.
    pub(crate) lost: Vec<(String, Sha256)>,
}

/// A file that a change added.
#[derive(Debug)]
pub(crate) struct AddedFile {
    /// Its path below the session's folder.
    pub(crate) path: String,
    /// Its SHA-256, or the commitment to it.
    pub(crate) sha256: Sha256,
    /// Whether the provider signed it.
    pub(crate) signed: bool,
    /// The media file that it is; none for the provider's other answers.
    pub(crate) media: Option<String>,
}

/// A digest as bytes; none when it was no digest.
pub(crate) type Sha256 = Option<[u8; 32]>;

impl BagChange {
    /// Returns what a line of that time says.
    pub(super) fn new(at: Timestamp, is_proven: bool, archived: Archived) -> Self {
        let added = |file: FileEntry| AddedFile {
            sha256: file.fingerprint(),
            path: file.path,
            signed: file.signed,
            media: file.media.map(|id| id.to_string()),
        };
        Self {
            at,
            is_proven,
            session: archived.session,
            before: archived.before,
            bag: archived.bag,
            record_before: archived.record_before,
            record: archived.record,
            resumed: archived.resumed,
            files: archived.files.into_iter().map(added).collect(),
            lost: archived.lost.into_iter().map(|lost| (lost.fingerprint(), lost.path)).map(|(mark, path)| (path, mark)).collect(),
        }
    }
}
