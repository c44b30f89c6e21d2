//! Certificates of erased sessions and approved plans in a bucket: as they are in the archive. A certificate that changed since, because its
//! session was archived again by order, stands beside the first under its name with `.2`, `.3`, ...: the highest number counts.

use super::{create_from, head_of};
use crate::disposition::{plan_path, signature_path};
use crate::erasure::{self, LARGEST};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{ErasureLine, erasures_in};
use crate::objects::{Creation, ObjectStore};
use crate::store::{Digest, ReadStore, StorePath};
use std::collections::HashSet;
use std::sync::Arc;

/// Number of states of a certificate that a bucket may have.
const STATES: u32 = 1000;

/// Copies the certificates and plans that lines of the journal are about, and returns the number of new objects.
pub(super) fn copy(store: &dyn ReadStore, place: &dyn ObjectStore, lines: &[u8]) -> Result<u64> {
    let mut created = 0;
    for ErasureLine { folder, class, plan } in erasures_in(lines) {
        let folder = StorePath::name(&folder);
        let plans = plan.iter().flat_map(|plan| {
            let signatures = plan.approvals.iter().map(|approval| signature_path(&plan.sha256, &approval.sha256));
            std::iter::once(plan_path(&plan.sha256)).chain(signatures)
        });
        let certificates = [erasure::path(&folder, class), erasure::page_path(&folder, class)];
        for path in certificates.into_iter().chain(plans) {
            let Some(bytes) = store.read(&path, LARGEST.max(crate::disposition::LARGEST_PLAN))? else { continue };
            created += u64::from(create(place, &path, &bytes)?);
        }
    }
    Ok(created)
}

/// Returns the folders of the sessions of which a place has a certificate.
pub(super) fn folders(place: &dyn ObjectStore) -> Result<HashSet<String>> {
    let (root, mut folders) = (StorePath::name(erasure::FOLDER), HashSet::new());
    place.list(Some(&root), &mut |object| {
        folders.extend(object.key.below(&root).and_then(|name| name.strip_suffix(".json")).map(ToOwned::to_owned));
        Ok(())
    })?;
    Ok(folders)
}

/// Returns the name of a state of a certificate, from 1.
pub(super) fn state(path: &StorePath, number: u32) -> StorePath {
    if number == 1 { path.clone() } else { path.with_suffix(&format!(".{number}")) }
}

/// Creates an object, under the next free name if the ones before have other bytes. Returns true if it is new.
fn create(place: &dyn ObjectStore, path: &StorePath, bytes: &[u8]) -> Result<bool> {
    let (digest, bytes): (Digest, Arc<[u8]>) = (Digest::of(bytes), bytes.into());
    for number in 1..=STATES {
        let key = state(path, number);
        match create_from(place, &key, &bytes, &digest)? {
            Creation::Created { .. } => return Ok(true),
            Creation::Taken if head_of(place, &key, &digest)?.is_some() => return Ok(false),
            Creation::Taken => {}
        }
    }
    let what = format!("{} has {STATES} states in the bucket", place.location(Some(path)));
    Err(Error::new(ErrorKind::Damaged, what, "look at what is written there, or ship to another prefix"))
}
