//! Decides whether a session may be changed as a whole. Reads no payload. Must not decide what is changed.

use super::altered::compare_with_journal;
use super::erased::{Erased, compare_class_erasure, compare_erasure};
use super::{Aspect, Finding, Item, ProviderRules, examine};
use crate::error::Result;
use crate::journal::Chain;
use crate::layout::RECORD;
use crate::store::{ReadStore, StorePath};

/// Examines a session that is to be changed as a whole, and compares it with the journal. Returns the first finding.
pub(crate) fn examine_with_journal(
    store: &dyn ReadStore,
    chain: &Chain,
    folder: &StorePath,
    rules: &dyn ProviderRules,
) -> Result<Option<Finding>> {
    if let Erased::Half(finding) | Erased::Found(finding) = compare_erasure(store, chain, folder.as_str())? {
        return Ok(Some(finding));
    }
    let mut examined = examine(store, folder, rules)?;
    if examined.is_comparable() {
        compare_with_journal(store, Some(chain), (folder.as_str(), false), &mut examined)?;
        compare_class_erasure(store, chain, folder.as_str(), &mut examined)?;
    }
    let is_missing = |item: &&Item| store.length(&folder.join(&item.path)).is_ok_and(|length| length.is_none());
    let missing = examined.items.iter().find(is_missing).map(|item| Finding::new(Aspect::Listings, &item.path, "missing"));
    let unvouched = examined.unvouched.take().map(|segment| {
        let what = format!("the journal lacks {segment}, which vouches for it; `vmedia adopt` records what is there");
        Finding::new(Aspect::Journal, RECORD, what)
    });
    Ok(examined.findings.into_iter().chain(missing).chain(unvouched).next())
}
