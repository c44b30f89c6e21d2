//! Compares the catalog's page in the archive's root with the journal, which names every page that was written there.

use crate::error::plain;
use crate::journal::Chain;
use crate::layout::PAGE;
use crate::store::{Digest, ReadStore, StorePath};
use crate::text::day;

/// The SHA-256 of the catalog's page, if there is one, or the reason why it cannot be read.
type PageDigest = Result<Option<String>, String>;

/// Reads the catalog's page. Must precede reading the journal, because a run writes the journal's line before the page.
pub(super) fn page_digest(store: &dyn ReadStore) -> PageDigest {
    let Some(stream) = store.open(&StorePath::name(PAGE)).map_err(|error| error.what().to_owned())? else { return Ok(None) };
    let digest = Digest::read(stream, &mut |_| Ok(())).map_err(|error| format!("cannot be read: {}", plain(&error)))?;
    Ok(Some(digest.sha256))
}

/// Adds findings and notes about the catalog's page to the journal's.
pub(super) fn compare_page(chain: &mut Chain, page: PageDigest) {
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
            } else if chain.is_proof_demanded && !chain.pages.iter().any(|(line, sha256)| *sha256 == digest && chain.is_proven(line)) {
                "no seal covers what the journal says of the catalog's page, so nothing proves that it is unaltered".to_owned()
            } else {
                return;
            }
        }
    };
    chain.notes.push((PAGE.to_owned(), note));
}
