//! Examines a session by the SHA-256 of the one file that holds all of it, as another party computed it: if a line of the journal gives that
//! digest for the bag that it knows, the bag is unchanged, on the word of that party. Reads the record alone.

use super::evidence::vouched;
use super::outcomes::compare_outcomes;
use super::{Aspect, Evidence, Examined, Item, Options, ProviderRules, examine};
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
    let is_wanted = options.by != Evidence::Reading && options.identities.is_none();
    let by_other = chain.filter(|_| is_wanted).map_or(Ok(None), |chain| contained(options, store, chain, folder));
    let by_reading = || {
        if is_remote {
            store.stat(&folder.join(DECLARATION))?;
        }
        examine(store, folder, rules)
    };
    let examined = by_other.and_then(|examined| examined.map_or_else(by_reading, Ok));
    examined.unwrap_or_else(|error| Examined::failed(&error))
}

/// Examines a bag that one file holds; `None` if there is no such file, no line that gives its digest, or no evidence for it.
fn contained(options: &Options, store: &dyn ReadStore, chain: &Chain, folder: &StorePath) -> Result<Option<Examined>> {
    let Some(path) = store.container(folder)? else { return Ok(None) };
    let (place, lines) = (store.root(), chain.shipments(store, folder.as_str())?);
    let mut chosen = None;
    // A bucket that was copied is named by no line.
    for (_, entry) in &lines {
        let object = entry.objects.iter().find(|object| object.path == path);
        let Some(sha256) = object.and_then(|object| object.sha256.as_deref()) else { continue };
        let compared = vouched(options, store, folder, &item(&path, sha256));
        let holds = matches!(&compared, Ok(Some(compared)) if compared.finding.is_none());
        if holds || compared.is_err() || entry.place == place {
            chosen = Some((entry, compared));
        }
        if holds {
            break;
        }
    }
    let Some((entry, compared)) = chosen else { return Ok(None) };
    let changes = chain.changes(store, folder.as_str())?;
    let Some(change) = changes.iter().find(|change| change.archived.bag == entry.bag) else { return Ok(None) };
    let Some(bytes) = store.read(&folder.join(RECORD), LARGEST_RECORD)? else { return Ok(None) };
    let Ok(record) = serde_json::from_slice::<Record>(&bytes) else { return Ok(None) };
    let mut examined = Examined { is_contained: true, bytes: bytes.len() as u64, ..Examined::default() };
    match compared {
        Ok(None) => return Ok(None),
        Ok(Some(compared)) => {
            examined.vouched = compared.bytes;
            examined.files = record.files().filter(|file| is_payload(file.path)).count() as u64;
            examined.findings.extend(compared.finding);
        }
        Err(lack) => {
            examined.unread = 1;
            examined.unreported.add(lack);
        }
    }
    if change.archived.record != Digest::of(&bytes).sha256 {
        examined.finding(Aspect::Manifests, RECORD, "its bytes have changed: the SHA-256 is not the one that the journal gives");
    }
    // The manifests are in the file. The record gives the same digests.
    examined.manifested = record.files().map(|file| (file.path.to_owned(), file.digest.sha256.clone())).collect();
    examined.read.insert(TAG_MANIFEST.to_owned(), Digest { bytes: 0, sha256: entry.bag.clone() });
    compare_outcomes(&record, &mut examined);
    examined.record = Some(record);
    Ok(Some(examined))
}

/// Returns the file as one that is to have the digest that the journal gives.
fn item(path: &str, sha256: &str) -> Item {
    Item { path: path.to_owned(), sha256: sha256.to_owned(), is_payload: true, ..Item::default() }
}
