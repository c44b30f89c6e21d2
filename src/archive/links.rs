//! A session's folder, or its payload, that is a link: what is behind it may lie on another disk, be gone tomorrow, or be
//! in two archives at once, so no command follows one, and each says so.
//!
//! Must not know what a session holds.

use super::layout::PAYLOAD;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::store::{Store, StorePath};

/// What is wrong with a link.
pub(super) const LINKED: &str = "is a link, and vmedia follows none: what it leads to is no part of the archive";

/// The link in the place of a session's folder, or of its payload, if there is one.
pub(super) fn link(store: &dyn Store, folder: &StorePath) -> Result<Option<StorePath>> {
    for path in [folder.clone(), folder.join(PAYLOAD)] {
        if store.is_link(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Refuses a session whose folder or payload is a link.
pub(super) fn refuse_links(store: &dyn Store, folder: &StorePath) -> Result<()> {
    let Some(link) = link(store, folder)? else { return Ok(()) };
    let what = format!("{} {LINKED}", store.location(&link));
    // One session's misfortune: the others go on.
    Err(Error::new(Exit::Damaged, what, "move the folder that it leads to into its place, and run the same command again"))
}
