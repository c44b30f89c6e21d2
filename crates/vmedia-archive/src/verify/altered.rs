//! Compares a bag with what the journal says of it: every change of a bag follows from the one before, the bag is what
//! the last one made of it, and every file that was ever archived is still vouched for.
//!
//! A later line never simply replaces what an earlier one says: anyone who may write to the archive may add a line to its
//! journal. Other bytes under a known path need a line that says that the old ones were lost; the first bytes of a media
//! file are missed for good, whatever a later line says; and what a sealed line says stands against every line that no
//! seal covers. Must not read files.

use super::outcomes::original_lost;
use super::{Aspect, Examined, Finding, Remedy};
use crate::error::Result;
use crate::journal::{AddedFile, BagChange, Chain, FOLDER as JOURNAL, Sha256};
use crate::layout::{self, RECORD, TAG_MANIFEST};
use crate::model::SessionId;
use crate::record::JournalRecord;
use crate::store::ReadStore;
use crate::text::{day, plural};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// What the journal says against a bag. `folder` is the bag's name in the archive, `chain` its journal, if there is one.
///
/// # Errors
/// The journal cannot be read again.
pub(super) fn compare_with_journal(store: &dyn ReadStore, chain: Option<&Chain>, folder: &str, examined: &mut Examined) -> Result<()> {
    if examined.unfinished {
        return Ok(());
    }
    let is_missing = |run: &&JournalRecord| !chain.is_some_and(|chain| chain.has_run(&run.segment, &run.sha256));
    examined.unvouched = match examined.journal.as_slice() {
        // Every record names a run; what took the names out is not known, and nothing vouches for the session.
        [] if examined.session.is_some() => Some(JOURNAL.to_owned()),
        runs => runs.iter().find(is_missing).map(|run| run.segment.clone()),
    };
    let Some(chain) = chain else { return Ok(()) };
    let changes = chain.changes(store, folder)?;
    if changes.is_empty() {
        if examined.unvouched.is_none() {
            let what = "the journal does not know this session: it was put here by something else, or the journal was cut";
            examined.findings.push(Finding::new(Aspect::Journal, TAG_MANIFEST, what));
        }
        return Ok(());
    }
    let mut history = replay(&changes);
    if let Some(at) = history.adopted.filter(|_| examined.unvouched.is_none()) {
        // Every bag begins with a line. A later run must not heal this: else a forger who cuts off the lines of a run and
        // forges what they said has only to wait for the next change.
        let what = format!("it was there before the journal knew of it on {}: something else put it here, or the journal was cut", day(at));
        examined.findings.push(Finding::new(Aspect::Journal, TAG_MANIFEST, what));
    }
    examined.notes.append(&mut history.notes);
    examined.findings.append(&mut history.findings);
    compare(&history, examined);
    if chain.proof.is_demanded && changes.iter().any(|change| !change.is_proven) {
        examined.is_unproven = true;
        examined.notes.push(match changes.iter().filter(|change| change.is_proven).map(|change| change.at).max() {
            Some(at) => format!("seals cover what the journal says of it up to {}; nothing proves its later changes", day(at)),
            None => "no seal covers what the journal says of it, so nothing proves that it is unaltered".to_owned(),
        });
    }
    Ok(())
}

/// Compares a bag as it is with what its changes amount to.
fn compare(history: &History<'_>, examined: &mut Examined) {
    if let Some((at, bag)) = history.last
        && examined.digest.as_deref() != Some(bag)
    {
        let what = format!("not what the journal knows since {}: it was damaged, or the bag was rewritten", day(at));
        examined.findings.push(Finding::new(Aspect::Journal, TAG_MANIFEST, what));
    }
    for (path, Known { file, at, .. }) in &history.files {
        let found = |what: String| Finding::new(Aspect::Journal, path, what);
        let finding = match (examined.manifested.get(*path), examined.recorded.get(*path)) {
            (None, _) => Some(found(format!("archived on {}, and no manifest vouches for it now", day(*at)))),
            (Some(now), _) if examined.is_other(path, now, file.sha256) => {
                Some(found(format!("is not what was archived on {}, although the manifests say so", day(*at))))
            }
            (_, Some(now)) if file.signed && !now.signed => {
                Some(Finding::new(Aspect::Journal, RECORD, format!("{path} came with the provider's signature, which was taken out")))
            }
            _ => None,
        };
        examined.findings.extend(finding);
    }
    for (id, original) in &history.originals {
        let is_known = examined.originals_lost.contains(*id);
        let is_reported = || examined.findings.iter().any(|finding| finding.aspect == Aspect::Journal && finding.path == original.path);
        if !is_known && !history.stands(id, original.sha256) && !is_reported() {
            let sha256 = original.sha256.map(hex::encode).unwrap_or_default();
            examined.findings.push(original_lost(Aspect::Journal, &original.path, id, &sha256));
        }
    }
}

/// A session that the journal knows and that is not here.
pub(super) struct Deleted {
    /// Its folder's name.
    pub(super) folder: String,
    /// Its id.
    pub(super) session: SessionId,
    /// What is to be said of it.
    pub(super) finding: Finding,
    /// The paths of the files that it had, below its folder.
    pub(super) paths: Vec<String>,
}

/// Returns the sessions that the journal knows and that are not here.
///
/// # Errors
/// The journal cannot be read again.
pub(super) fn deleted_sessions(store: &dyn ReadStore, chain: &Chain, here: &dyn Fn(&str) -> bool) -> Result<Vec<Deleted>> {
    let mut deleted = Vec::new();
    for folder in chain.folders().filter(|folder| !here(folder)) {
        let changes = chain.changes(store, folder)?;
        let Some(change) = changes.last() else { continue };
        let what = format!("the session is missing: the journal says that it was archived, last on {}", day(change.at));
        let finding = Finding::new(Aspect::Listings, ".", what).helped_by(Remedy::Decide);
        let paths = replay(&changes).files.into_keys().map(str::to_owned).collect();
        deleted.push(Deleted { folder: folder.to_owned(), session: change.session.clone(), finding, paths });
    }
    Ok(deleted)
}

/// A file that the bag should have.
struct Known<'a> {
    file: &'a AddedFile,
    at: Timestamp,
    /// Whether the line that added it is sealed.
    is_proven: bool,
}

/// What the changes of one bag amount to.
#[derive(Default)]
struct History<'a> {
    files: BTreeMap<&'a str, Known<'a>>,
    /// The first file of each media file, by its id.
    originals: HashMap<&'a str, &'a AddedFile>,
    findings: Vec<Finding>,
    notes: Vec<String>,
    last: Option<(Timestamp, &'a str)>,
    /// When the journal first knew the bag, where the bag was there before.
    adopted: Option<Timestamp>,
}

impl<'a> History<'a> {
    /// Whether a file of this media file should be here with these bytes.
    fn stands(&self, id: &str, sha256: Sha256) -> bool {
        self.files.values().any(|known| known.file.media.as_deref() == Some(id) && known.file.sha256 == sha256)
    }

    fn apply(&mut self, change: &'a BagChange) {
        for (path, sha256) in &change.lost {
            match self.files.get(path.as_str()) {
                Some(known) if known.file.sha256 != *sha256 => self.superseded(path, change, "lost with other bytes"),
                Some(known) if known.is_proven && !change.is_proven => {
                    self.superseded(path, change, "lost, by a run that no seal covers");
                }
                _ => {}
            }
            self.files.remove(path.as_str());
        }
        let mut incomparable = 0;
        for file in &change.files {
            match self.files.get(file.path.as_str()).filter(|known| known.file.sha256 != file.sha256) {
                None => {}
                // The salt of the first commitment went with the folder.
                Some(known) if was_missing(change) && layout::is_document(&file.path) => {
                    incomparable += 1;
                    if known.is_proven && !change.is_proven {
                        self.superseded(&file.path, change, "fetched again, by a run that no seal covers");
                    } else if known.file.signed && !file.signed {
                        self.superseded(&file.path, change, "fetched again, without the provider's signature that it had");
                    }
                }
                Some(_) => self.superseded(&file.path, change, "with other bytes, and no line says that the first ones were lost"),
            }
            if let Some(id) = &file.media {
                self.originals.entry(id).or_insert(file);
            }
            self.files.insert(&file.path, Known { file, at: change.at, is_proven: change.is_proven });
        }
        if incomparable > 0 {
            let documents = plural(incomparable, "document");
            self.notes.push(format!("{documents} cannot be compared with those from before it was missing: their salt is gone"));
        }
    }

    /// A line says otherwise of a file than an earlier one, and may not.
    fn superseded(&mut self, path: &str, change: &BagChange, how: &str) {
        let archived = self.files.get(path).map(|known| day(known.at)).unwrap_or_default();
        let what = format!("archived on {archived}; the journal names it again on {} as {how}", day(change.at));
        self.findings.push(Finding::new(Aspect::Journal, path, what));
    }
}

fn replay(changes: &[BagChange]) -> History<'_> {
    let mut history = History::default();
    let mut left: Vec<&BagChange> = changes.iter().collect();
    // Segments of runs that overlap do not stand in the order of their lines.
    left.sort_by_key(|change| change.at);
    let mut previous: Option<&BagChange> = None;
    while !left.is_empty() {
        // Two machines' clocks may disagree: what follows is what says so.
        let next = left.iter().position(|change| follows(previous, change)).unwrap_or(0);
        let change = left.remove(next);
        match previous {
            None if !was_missing(change) => history.adopted = Some(change.at),
            Some(_) if was_missing(change) => {
                history.notes.push(format!("it was missing when it was archived again on {}", day(change.at)));
            }
            Some(before) if !follows(previous, change) => {
                let what = format!(
                    "the bag was changed by something else before {}: it was no longer the one that the journal knew ({})",
                    day(change.at),
                    before.bag.get(..12).unwrap_or_default(),
                );
                history.findings.push(Finding::new(Aspect::Journal, TAG_MANIFEST, what));
            }
            _ => {}
        }
        history.apply(change);
        history.last = Some((change.at, &change.bag));
        previous = Some(change);
    }
    history
}

/// Whether a change begins where the one before ended; or, after a run that was killed, where that one began.
fn follows(previous: Option<&BagChange>, change: &BagChange) -> bool {
    match previous {
        None => change.before.is_none(),
        // The record, not the tag manifest: if the record is altered and the manifest left as it was, the next change would
        // agree to it, while a manifest that was damaged is written anew from the record.
        Some(previous) => {
            change.record_before.as_ref() == Some(&previous.record) || change.resumed && change.record_before == previous.record_before
        }
    }
}

/// Whether there was no bag when the change began.
fn was_missing(change: &BagChange) -> bool {
    change.before.is_none() && change.record_before.is_none()
}
