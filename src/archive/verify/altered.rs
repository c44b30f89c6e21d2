//! Compares a bag with what the journal says of it: every change of a bag follows from the one before, the bag is what
//! the last one made of it, and every file that was ever archived is still vouched for.
//!
//! Whoever rewrites a file together with the manifests and the record is found here. Must not read files.

use super::super::journal::{BagChange, Chain, Sha256};
use super::super::layout::{RECORD, TAG_MANIFEST};
use super::{Aspect, Examined, Finding, Remedy};
use crate::media::SessionId;
use crate::store::sha256_bytes;
use crate::text::day;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What the journal says against a bag. `folder` is the bag's name in the archive.
pub fn compare_with_journal(chain: &Chain, folder: &str, examined: &mut Examined) {
    if examined.unfinished {
        return;
    }
    let Some(changes) = chain.bags.get(folder) else {
        let what = "the journal does not know this session: it was put here by something else, or the journal was cut";
        examined.findings.push(Finding::new(Aspect::Unaltered, TAG_MANIFEST, what));
        return;
    };
    let Told { files, gaps, notes, last, adopted } = tell(changes);
    if let Some(at) = adopted {
        adopt(chain.began, at, examined);
    }
    examined.notes.extend(notes);
    examined.findings.extend(gaps);
    if let Some((at, bag)) = last
        && examined.digest.as_deref() != Some(bag)
    {
        let what = format!("not what the journal knows since {}: it was damaged, or the bag was rewritten", day(at));
        examined.findings.push(Finding::new(Aspect::Unaltered, TAG_MANIFEST, what));
    }
    for (path, Known { digest, signed, at }) in files {
        let found = |what: String| Finding::new(Aspect::Unaltered, path, what);
        let finding = match (examined.manifested.get(path), examined.recorded.get(path)) {
            (None, _) => Some(found(format!("archived on {}, and no manifest vouches for it now", day(at)))),
            (Some(now), _) if sha256_bytes(now) != digest => {
                Some(found(format!("is not what was archived on {}, although the manifests say so", day(at))))
            }
            (_, Some(now)) if signed && !now.signed => {
                Some(Finding::new(Aspect::Unaltered, RECORD, format!("{path} came with the provider's signature, which was taken out")))
            }
            _ => None,
        };
        examined.findings.extend(finding);
    }
}

/// A bag was there before the journal knew of it, so nothing says what was done to it until then. That the journal did not
/// know it although it should have is a finding, which no later run may heal: else whoever cuts off the lines of a run
/// and forges what they told of has only to wait for the next change.
fn adopt(began: Option<Timestamp>, at: Timestamp, examined: &mut Examined) {
    match (began, examined.created) {
        (Some(began), Some(created)) if created > began => {
            let what = format!(
                "archived on {}, when there was a journal, which knows of it since {} only: something else put it here, or the journal was cut",
                day(created),
                day(at),
            );
            examined.findings.push(Finding::new(Aspect::Unaltered, TAG_MANIFEST, what));
        }
        _ => {
            let what = "it was archived before its journal began";
            examined.notes.push(format!("{what}: nothing says whether it was altered before {}", day(at)));
            examined.unaltered_since = Some(at);
        }
    }
}

/// A session that the journal knows and that is not here.
pub struct Deleted {
    /// Its folder's name.
    pub folder: String,
    /// Its id.
    pub session: SessionId,
    /// What is to be said of it.
    pub finding: Finding,
    /// The paths of the files that it had, below its folder.
    pub paths: Vec<String>,
}

/// The sessions that the journal knows and that are not here.
pub fn deleted_sessions(chain: &Chain, here: &dyn Fn(&str) -> bool) -> Vec<Deleted> {
    let gone = chain.bags.iter().filter(|(folder, _)| !here(folder));
    gone.filter_map(|(folder, changes)| {
        let change = changes.last()?;
        let what = format!("the session is missing: the journal says that it was archived, last on {}", day(change.at));
        let finding = Finding::new(Aspect::Complete, ".", what).helped_by(Remedy::Decide);
        let paths = tell(changes).files.into_keys().map(str::to_owned).collect();
        Some(Deleted { folder: folder.clone(), session: change.session.clone(), finding, paths })
    })
    .collect()
}

struct Known {
    digest: Sha256,
    signed: bool,
    at: Timestamp,
}

/// What the changes of one bag amount to.
#[derive(Default)]
struct Told<'a> {
    files: BTreeMap<&'a str, Known>,
    gaps: Vec<Finding>,
    notes: Vec<String>,
    last: Option<(Timestamp, &'a str)>,
    /// When the journal first knew the bag, where the bag was there before.
    adopted: Option<Timestamp>,
}

fn tell(changes: &[BagChange]) -> Told<'_> {
    let mut told = Told::default();
    let mut left: Vec<&BagChange> = changes.iter().collect();
    // Segments of runs that overlap do not stand in the order of their lines.
    left.sort_by_key(|change| change.at);
    let mut previous: Option<&BagChange> = None;
    while !left.is_empty() {
        // Two machines' clocks may disagree: what follows is what says so.
        let next = left.iter().position(|change| follows(previous, change)).unwrap_or(0);
        let change = left.remove(next);
        match previous {
            None if !was_missing(change) => told.adopted = Some(change.at),
            Some(_) if was_missing(change) => {
                told.notes.push(format!("it was missing when it was archived again on {}", day(change.at)));
            }
            Some(before) if !follows(previous, change) => {
                let what = format!(
                    "the bag was changed by something else before {}: it was no longer the one that the journal knew ({})",
                    day(change.at),
                    before.bag.get(..12).unwrap_or_default(),
                );
                told.gaps.push(Finding::new(Aspect::Unaltered, TAG_MANIFEST, what));
            }
            _ => {}
        }
        for lost in &change.lost {
            told.files.remove(lost.as_ref());
        }
        for (path, digest, signed) in &change.files {
            told.files.insert(path, Known { digest: *digest, signed: *signed, at: change.at });
        }
        told.last = Some((change.at, &change.bag));
        previous = Some(change);
    }
    told
}

/// Whether a change begins where the one before ended; or, after a run that was killed, where that one began.
fn follows(previous: Option<&BagChange>, change: &BagChange) -> bool {
    match previous {
        None => change.before.is_none(),
        // The record, not the tag manifest: whoever alters the record and leaves the manifest as it was would have the next
        // change agree to it, while a manifest that was damaged is written anew from the record.
        Some(previous) => {
            change.record_before.as_ref() == Some(&previous.record) || change.resumed && change.record_before == previous.record_before
        }
    }
}

/// Whether there was no bag when the change began.
fn was_missing(change: &BagChange) -> bool {
    change.before.is_none() && change.record_before.is_none()
}
