//! Compares what is left of erased sessions with the journal: nothing of the session, and a certificate with the digests that the
//! journal has. Must not read bags.

use super::{Aspect, Finding, Remedy, is_bag};
use crate::erasure::{self, FOLDER};
use crate::error::{Result, quote};
use crate::journal::{Chain, Erasure};
use crate::store::{ReadStore, StorePath};
use crate::text::day;
use std::collections::HashSet;

/// The result for a session that the journal says is erased, or was to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Erased {
    /// It was not erased: it is to be verified like any other, or reported as missing.
    Not,
    /// Nothing of it is left, and the journal vouches for its certificate.
    Soundly,
    /// It is half erased, by an erasure that is under way or was killed.
    Half(Finding),
    /// Anything else.
    Found(Finding),
}

/// Returns the result for a session, by its folder's name.
pub(super) fn compare_erasure(store: &dyn ReadStore, chain: &Chain, folder: &str) -> Result<Erased> {
    let Some(erasure) = chain.erasure(folder) else { return Ok(Erased::Not) };
    let path = StorePath::name(folder);
    let is_here = is_bag(store, &path)? || store.stat(&path)?.is_some();
    let Some((at, entry)) = &erasure.erased else {
        if is_here && store.stat(&erasure::path(&path))?.is_none() {
            // It ended before anything was removed.
            return Ok(Erased::Not);
        }
        let what = format!("its erasure was begun on {} and not finished", day(erasure.begun));
        return Ok(Erased::Half(finding(".", what)));
    };
    let erased = format!("erased on {}", day(*at));
    if is_here {
        let what = format!("it was {erased} ({}), and is here again", erasure.facts.authority);
        return Ok(Erased::Found(finding(".", what)));
    }
    if is_outdated(store, chain, erasure, folder)? {
        return Ok(Erased::Not);
    }
    if chain.is_proof_demanded && !chain.is_proven(&erasure.place) {
        let what = format!("it was {erased}, the journal says, and no seal covers that: nothing proves that it was erased by order");
        return Ok(Erased::Found(Finding::new(Aspect::Journal, ".", what)));
    }
    if let Some(hold) = chain.held_when_erased(folder, erasure) {
        let what = format!("it was {erased} although case {:?} held it since {}", quote(&hold.case), day(hold.at));
        return Ok(Erased::Found(Finding::new(Aspect::Journal, ".", what)));
    }
    if let Some((path, is_missing)) = erasure::unlike(store, &path, entry)? {
        let what = if is_missing {
            format!("is missing: the session was {erased}")
        } else {
            format!("is not what was written when the session was {erased}")
        };
        return Ok(Erased::Found(finding(path.as_str(), what)));
    }
    Ok(Erased::Soundly)
}

/// Returns true if the session was archived again after its erasure. The clocks of two machines may disagree, so the bag counts, too.
fn is_outdated(store: &dyn ReadStore, chain: &Chain, erasure: &Erasure, folder: &str) -> Result<bool> {
    if chain.last_change(folder).is_none_or(|last| last <= erasure.place.at) {
        return Ok(false);
    }
    let changes = chain.changes(store, folder)?;
    let is_erased = |bag: &str| erasure.facts.bag.as_deref() == Some(bag);
    Ok(!changes.iter().max_by_key(|change| change.at).is_some_and(|change| is_erased(&change.archived.bag)))
}

/// Returns findings for certificates that the journal does not know: they keep a session from being archived.
pub(super) fn find_strange_certificates(store: &dyn ReadStore, chain: &Chain) -> Result<Vec<Finding>> {
    let names = chain.erasures().map(|(folder, _)| StorePath::name(folder));
    let known: HashSet<StorePath> = names.flat_map(|folder| [erasure::path(&folder), erasure::page_path(&folder)]).collect();
    let strange = store.list(&StorePath::name(FOLDER))?.into_iter().filter(|listed| !known.contains(&listed.path));
    let what = "no erasure that the journal knows: it was put here by something else, or the journal was cut";
    Ok(strange.map(|listed| Finding::new(Aspect::Journal, listed.path.as_str(), what).helped_by(Remedy::MoveOut)).collect())
}

fn finding(path: &str, what: impl Into<String>) -> Finding {
    Finding::new(Aspect::Listings, path, what).helped_by(Remedy::Erase)
}
