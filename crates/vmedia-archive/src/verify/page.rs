//! Compares the catalog's page in the archive's root with the journal, which says which pages were written there.
//!
//! Must not look into sessions.

use crate::error::plain;
use crate::journal::Chain;
use crate::layout::PAGE;
use crate::store::{Digest, ReadStore, StorePath};
use crate::text::day;

/// Reads the catalog's page: its SHA-256, none where there is none, or why it cannot be read. Comes before the journal is
/// read, because a run that writes a page writes its line first.
pub(super) fn page_digest(store: &dyn ReadStore) -> std::result::Result<Option<String>, String> {
    let Some(stream) = store.open(&StorePath::name(PAGE)).map_err(|error| error.what().to_owned())? else { return Ok(None) };
    let digest = Digest::read(stream, &mut |_| Ok(())).map_err(|error| format!("cannot be read: {}", plain(&error)))?;
    Ok(Some(digest.sha256))
}

/// Adds what the journal says of the catalog's page to its findings and notes.
pub(super) fn compare_page(chain: &mut Chain, page: std::result::Result<Option<String>, String>) {
    let newest = chain.pages.iter().max_by_key(|(line, _)| line.at);
    let digest = match page {
        Ok(digest) => digest,
        Err(what) => return chain.findings.push((PAGE.to_owned(), what)),
    };
    let note = match (digest, newest) {
        (None, None) => return,
        (None, Some((line, _))) => format!("the catalog of {} is not here", day(line.at)),
        (Some(digest), newest) => {
            let Some((line, _)) = chain.pages.iter().rfind(|(_, sha256)| *sha256 == digest) else {
                let what = "no page that `vmedia catalog --html` wrote: it was altered, or put here by something else";
                return chain.findings.push((PAGE.to_owned(), what.to_owned()));
            };
            if newest.is_some_and(|newest| newest.1 != digest) {
                format!("an earlier catalog, of {}; `vmedia catalog --html` writes it anew", day(line.at))
            } else if chain.proof.is_demanded && !chain.pages.iter().any(|(line, sha256)| *sha256 == digest && chain.is_proven(line)) {
                "no seal covers what the journal says of the catalog's page, so nothing proves that it is unaltered".to_owned()
            } else {
                return;
            }
        }
    };
    chain.notes.push((PAGE.to_owned(), note));
}
