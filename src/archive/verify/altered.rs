//! Compares a bag with what the journal says of it: every change of a bag follows from the one before, the bag is what
//! the last one made of it, and every file that was ever archived is still vouched for.
//!
//! Whoever rewrites a file together with the manifests and the record is found here. Must not read files.

use super::super::journal::{Archived, Chain};
use super::super::layout::{RECORD, TAG_MANIFEST};
use super::{Aspect, Examined, Finding};
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
    let Told { files, gaps, notes, last } = tell(changes);
    examined.notes.extend(notes);
    examined.findings.extend(gaps);
    if let Some((at, bag)) = last
        && examined.digest.as_ref() != Some(&bag)
    {
        let what = format!("the bag is not the one that the journal knows since {}: its manifests were rewritten", day(at));
        examined.findings.push(Finding::new(Aspect::Unaltered, TAG_MANIFEST, what));
    }
    for (path, Known { sha256, signed, at }) in files {
        let found = |what: String| Finding::new(Aspect::Unaltered, &path, what);
        let finding = match (examined.manifested.get(&path), examined.recorded.get(&path)) {
            (None, _) => Some(found(format!("archived on {}, and no manifest vouches for it now", day(at)))),
            (Some(now), _) if *now != sha256 => {
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

/// The folders of sessions that the journal knows and that are not here, each with the day of its last change.
pub fn deleted_sessions(chain: &Chain, here: &dyn Fn(&str) -> bool) -> Vec<(String, Finding)> {
    let gone = chain.bags.iter().filter(|(folder, _)| !here(folder));
    gone.filter_map(|(folder, changes)| {
        let (at, _) = changes.last()?;
        let what = format!("the session is missing: the journal says that it was archived, last on {}", day(*at));
        Some((folder.clone(), Finding::new(Aspect::Complete, ".", what)))
    })
    .collect()
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

struct Known {
    sha256: String,
    signed: bool,
    at: Timestamp,
}

/// What the changes of one bag amount to.
#[derive(Default)]
struct Told {
    files: BTreeMap<String, Known>,
    gaps: Vec<Finding>,
    notes: Vec<String>,
    last: Option<(Timestamp, String)>,
}

fn tell(changes: &[(Timestamp, Archived)]) -> Told {
    let mut told = Told::default();
    let mut left: Vec<&(Timestamp, Archived)> = changes.iter().collect();
    // Segments of runs that overlap do not stand in the order of their lines.
    left.sort_by_key(|(at, _)| *at);
    let mut previous: Option<&Archived> = None;
    while !left.is_empty() {
        // Two machines' clocks may disagree: what follows is what says so.
        let next = left.iter().position(|(_, change)| follows(previous, change)).unwrap_or(0);
        let (at, change) = left.remove(next);
        match previous {
            None if change.before.is_some() => told.notes.push("it was archived before its journal began".to_owned()),
            Some(before) if !follows(previous, change) => {
                let what = format!(
                    "the bag was changed by something else before {}: it was no longer the one that the journal knew ({})",
                    day(*at),
                    before.bag.get(..12).unwrap_or_default(),
                );
                told.gaps.push(Finding::new(Aspect::Unaltered, TAG_MANIFEST, what));
            }
            _ => {}
        }
        for lost in &change.lost {
            told.files.remove(&lost.path);
        }
        for file in &change.files {
            let known = Known { sha256: file.digest.sha256.clone(), signed: file.signed, at: *at };
            told.files.insert(file.path.clone(), known);
        }
        told.last = Some((*at, change.bag.clone()));
        previous = Some(change);
    }
    told
}

/// Whether a change begins where the one before ended; or, after a run that was killed, where that one began.
fn follows(previous: Option<&Archived>, change: &Archived) -> bool {
    match previous {
        None => change.before.is_none(),
        Some(previous) => change.before.as_ref() == Some(&previous.bag) || change.resumed && change.before == previous.before,
    }
}
