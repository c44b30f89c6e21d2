//! Compares the catalog's page in the archive's root with the journal, which says which pages were written there.
//!
//! Must not look into sessions.

use super::super::journal::Chain;
use super::super::layout::PAGE;
use crate::error::plain;
use crate::store::{Digest, Store, StorePath};
use crate::text::day;

/// Reads the catalog's page: its SHA-256, none where there is none, or why it cannot be read. Comes before the journal is
/// read, because a run that writes a page writes its line first.
pub fn page_digest(store: &dyn Store) -> std::result::Result<Option<String>, String> {
    let Some(stream) = store.open(&StorePath::name(PAGE)).map_err(|error| error.what().to_owned())? else { return Ok(None) };
    let digest = Digest::read(stream, &mut |_| Ok(())).map_err(|error| format!("cannot be read: {}", plain(&error)))?;
    Ok(Some(digest.sha256))
}

/// Adds what the journal says of the catalog's page to its findings and notes.
pub fn compare_page(chain: &mut Chain, page: std::result::Result<Option<String>, String>) {
    let newest = chain.pages.iter().max_by_key(|(at, _)| *at);
    let digest = match page {
        Ok(digest) => digest,
        Err(what) => return chain.findings.push((PAGE.to_owned(), what)),
    };
    let note = match (&digest, newest) {
        (None, None) => return,
        (Some(digest), Some((_, sha256))) if digest == sha256 => return,
        (None, Some((at, _))) => format!("the catalog of {} is not here", day(*at)),
        (Some(digest), _) => {
            let Some((at, _)) = chain.pages.iter().rfind(|(_, sha256)| sha256 == digest) else {
                let what = "no page that `vmedia catalog --html` wrote: it was altered, or put here by something else";
                return chain.findings.push((PAGE.to_owned(), what.to_owned()));
            };
            format!("an earlier catalog, of {}; `vmedia catalog --html` writes it anew", day(*at))
        }
    };
    chain.notes.push((PAGE.to_owned(), note));
}
