//! Examines a session by the SHA-256 that the store keeps of the one file that holds all of it: if a line of the journal gives that digest
//! for the bag that it knows, the bag is unchanged, on the word of the store. Reads the record alone.

use super::outcomes::compare_outcomes;
use super::{Aspect, Evidence, Examined, Finding, Options, ProviderRules, examine};
use crate::error::Result;
use crate::journal::Chain;
use crate::layout::{DECLARATION, RECORD, TAG_MANIFEST, is_payload};
use crate::record::{LARGEST_RECORD, Record};
use crate::store::{Digest, ReadStore, StorePath};

/// Examines a bag by the evidence that is wanted, as far as there is that evidence. A bag in a bucket may be in one file, which is then looked
/// into first: if it cannot be read, nothing of the bag can.
pub(super) fn examine_by(
    options: &Options,
    store: &dyn ReadStore,
    chain: Option<&Chain>,
    (folder, is_remote): (&StorePath, bool),
    rules: &dyn ProviderRules,
) -> Examined {
    let is_wanted = options.by == Evidence::Store && options.identities.is_none();
    let by_store = chain.filter(|_| is_wanted).map_or(Ok(None), |chain| contained(store, chain, folder));
    let by_reading = || {
        if is_remote {
            store.stat(&folder.join(DECLARATION))?;
        }
        examine(store, folder, rules)
    };
    let examined = by_store.and_then(|examined| examined.map_or_else(by_reading, Ok));
    examined.unwrap_or_else(|error| Examined::failed(&error))
}

/// Examines a bag that one file holds; `None` if there is no such file, or no line that gives its digest.
fn contained(store: &dyn ReadStore, chain: &Chain, folder: &StorePath) -> Result<Option<Examined>> {
    let Some((path, kept)) = store.container(folder)? else { return Ok(None) };
    let (place, lines) = (store.root(), chain.shipments(store, folder.as_str())?);
    let given = lines.iter().filter_map(|(_, entry)| {
        let object = entry.objects.iter().find(|object| object.path == path)?;
        Some((entry, object.sha256.as_deref()?))
    });
    let given: Vec<_> = given.collect();
    // A bucket that was copied is named by no line.
    let same = given.iter().find(|(_, sha256)| *sha256 == kept.sha256);
    let Some((entry, sha256)) = same.or_else(|| given.iter().find(|(entry, _)| entry.place == place)) else { return Ok(None) };
    let changes = chain.changes(store, folder.as_str())?;
    let Some(change) = changes.iter().find(|change| change.archived.bag == entry.bag) else { return Ok(None) };
    let Some(bytes) = store.read(&folder.join(RECORD), LARGEST_RECORD)? else { return Ok(None) };
    let Ok(record) = serde_json::from_slice::<Record>(&bytes) else { return Ok(None) };
    let mut examined = Examined { is_contained: true, vouched: kept.bytes, bytes: bytes.len() as u64, ..Examined::default() };
    let mut finding = |path: &str| {
        let what = "its bytes have changed: the SHA-256 is not the one that the journal gives";
        examined.findings.push(Finding::new(Aspect::Manifests, path, what));
    };
    if *sha256 != kept.sha256 {
        finding(&path);
    }
    let digest = Digest::of(&bytes);
    if change.archived.record != digest.sha256 {
        finding(RECORD);
    }
    // The manifests are in the file. The record gives the same digests.
    examined.manifested = record.files().map(|file| (file.path.to_owned(), file.digest.sha256.clone())).collect();
    examined.files = record.files().filter(|file| is_payload(file.path)).count() as u64;
    examined.read.insert(TAG_MANIFEST.to_owned(), Digest { bytes: 0, sha256: entry.bag.clone() });
    compare_outcomes(&record, &mut examined);
    examined.record = Some(record);
    Ok(Some(examined))
}
