//! Checks archived sessions against their listings, manifests, journal and the provider's signatures. Needs no network.
//!
//! `examine` looks at a bag's own files and says what is to be read, `reread` reads one file, `altered` compares the
//! bag with the journal, `finding` is what they find; whoever calls them decides how many run at once. Must not repair and must not print.

mod altered;
mod examine;
mod finding;
mod outcomes;
mod page;
mod reread;

pub use altered::{Deleted, compare_with_journal, deleted_sessions};
pub use examine::{Examined, examine};
pub use finding::{Aspect, Finding, Remedy};
pub use page::{compare_page, page_digest};
pub(crate) use reread::read_sealed;
pub use reread::{Item, Reread, reread};

use crate::bag;
use crate::error::Result;
use crate::layout::{DECLARATION, INFO, MANIFEST, MARKER, RECORD};
use crate::model::MediaId;
use crate::store::{ReadStore, StorePath};

/// A manifest or record above this size is not ours.
const LARGEST_TEXT: u64 = 256 * 1024 * 1024;

/// Knows what a provider's stored answers say, and how it signs.
pub trait Witness: Send + Sync {
    /// The media that a stored answer of this provider lists; the reason when it cannot be read.
    fn listed(&self, provider: &str, document: &str, bytes: &[u8]) -> std::result::Result<Vec<MediaId>, String>;

    /// Begins to check bytes against a recorded signature; none without the secrets for it.
    fn seal(&self, provider: &str, signature: &str) -> Option<Box<dyn SealCheck>>;
}

/// Checks a recorded signature over bytes while they pass by.
pub trait SealCheck {
    /// The next piece.
    fn update(&mut self, piece: &[u8]);
    /// Whether the signature holds, after the last piece.
    fn holds(self: Box<Self>) -> bool;
}

/// Whether a folder is, or was meant to be, a session's folder.
pub fn is_bag(store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
    for mark in [DECLARATION, MARKER, RECORD, MANIFEST] {
        if store.length(&folder.join(mark))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many bytes of payload a bag says that it holds; none when it does not say.
pub fn payload_bytes(store: &dyn ReadStore, folder: &StorePath) -> Result<u64> {
    Ok(read(store, folder, INFO)?.as_deref().and_then(bag::parse_oxum).map_or(0, |(bytes, _)| bytes))
}

fn read(store: &dyn ReadStore, folder: &StorePath, name: &str) -> Result<Option<String>> {
    Ok(store.read(&folder.join(name), LARGEST_TEXT)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
