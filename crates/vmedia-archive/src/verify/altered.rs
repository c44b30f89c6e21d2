//! Compares a bag with the journal: every change of a bag follows from the one before, the bag is what the last one made of it,
//! and every file that was ever archived is still vouched for.
//!
//! A later line never simply replaces an earlier one: anyone who may write to the archive may add a line to its journal. Other
//! bytes under the same path need a line that says that the old ones were lost; the first bytes of a media file are missed for
//! good, whatever a later line says; and a sealed line holds against every line that no seal covers. Must not read files.

use super::elsewhere::set_apart;
use super::examined::Origin;
use super::lineage::keep_lineage;
use super::outcomes::original_lost;
use super::{Aspect, Examined, Finding};
use crate::cipher::ENDING;
use crate::class::Class;
use crate::error::{Result, quote};
use crate::journal::{BagChange, Chain, FOLDER as JOURNAL, FileEntry, ShippedEntry, ShippedObject};
use crate::layout::{self, RECORD, TAG_MANIFEST};
use crate::model::MediaId;
use crate::record::{JournalRecord, Record};
use crate::store::{ReadStore, StorePath};
use crate::text::{day, plural};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Adds the journal's findings about a bag. `folder` is the bag's name in the archive, `chain` its journal, if there is one. A bag that was
/// shipped may be behind the journal, which may have lines of other archives about it.
pub(super) fn compare_with_journal(
    store: &dyn ReadStore,
    chain: Option<&Chain>,
    (folder, is_shipped): (&str, bool),
    examined: &mut Examined,
) -> Result<()> {
    if examined.unfinished {
        return Ok(());
    }
    let mut changes = chain.map(|chain| chain.changes(store, folder)).transpose()?.unwrap_or_default();
    // What was erased before and archived again by order need not be what it was.
    if let Some(erasure) = chain.and_then(|chain| chain.erasure(folder)).filter(|erasure| erasure.again.is_some()) {
        changes.retain(|change| change.at > erasure.place.at);
    }
    let is_made_up_for = |segment: &str| changes.iter().any(|change| change.makes_up_for(segment));
    let is_missing =
        |run: &&JournalRecord| !chain.is_some_and(|chain| chain.has_run(&run.segment, &run.sha256)) && !is_made_up_for(&run.segment);
    examined.unvouched = match &examined.record {
        // Every record names a run. If the names were removed, nothing vouches for the session.
        Some(record) if record.journal.is_empty() => Some(JOURNAL.to_owned()),
        record => record.iter().flat_map(|record| &record.journal).find(is_missing).map(|run| run.segment.clone()),
    };
    examined.has_journal = chain.is_some();
    let Some(chain) = chain else { return Ok(()) };
    let is_vouched = examined.unvouched.is_none();
    if changes.is_empty() {
        if is_vouched {
            let what = "the journal does not know this session: it was put here by something else, or the journal was cut";
            examined.finding(Aspect::Journal, TAG_MANIFEST, what);
        }
        return Ok(());
    }
    compare_shipments(store, chain, folder, &changes, examined)?;
    if is_shipped {
        let digest = examined.digest().map(ToOwned::to_owned);
        examined.notes.extend(keep_lineage(&mut changes, digest.as_deref()));
    }
    let mut history = replay(&changes);
    examined.origins = history.origins();
    if let Some(at) = history.adopted.filter(|_| is_vouched) {
        // Every bag begins with a line. A later run must not repair this: otherwise, a forger who cuts off the lines of a run and
        // forges what they said has only to wait for the next change.
        let what = format!("it was there before the journal knew of it on {}: something else put it here, or the journal was cut", day(at));
        examined.finding(Aspect::Journal, TAG_MANIFEST, what);
    }
    examined.notes.append(&mut history.notes);
    examined.findings.append(&mut history.findings);
    let erased = chain.class_erasure(folder, Class::Biometric);
    let erased: HashSet<&str> = erased.into_iter().flat_map(|erasure| &erasure.facts.media).map(MediaId::as_str).collect();
    compare(&history, &erased, examined);
    // What a bucket lacks is not elsewhere.
    if !is_shipped {
        set_apart(store, chain, folder, examined)?;
    }
    if chain.is_proof_demanded && changes.iter().any(|change| !change.is_proven) {
        examined.is_unproven = true;
        examined.notes.push(match changes.iter().filter(|change| change.is_proven).map(|change| change.at).max() {
            Some(at) => format!("seals cover what the journal says of it up to {}; nothing proves its later changes", day(at)),
            None => "no seal covers what the journal says of it, so nothing proves that it is unaltered".to_owned(),
        });
    }
    Ok(())
}

/// Reports bags that are in a bucket, as the journal says, and that no change made.
fn compare_shipments(store: &dyn ReadStore, chain: &Chain, folder: &str, changes: &[BagChange], examined: &mut Examined) -> Result<()> {
    let erased = chain.erasure(folder).map(|erasure| erasure.place.at);
    for (at, entry) in chain.shipments(store, folder)?.into_iter().filter(|(at, _)| erased.is_none_or(|erased| *at > erased)) {
        if !changes.iter().any(|change| change.archived.bag == entry.bag) {
            let what = format!("the journal says on {} that a bag is in {} that no change made", day(at), quote(&entry.place));
            examined.finding(Aspect::Journal, TAG_MANIFEST, what);
        }
        if entry.place == store.root() {
            compare_versions(store, &entry, examined)?;
        }
    }
    Ok(())
}

/// Reports objects of a version in this bucket whose oldest version is not the one that was shipped.
fn compare_versions(store: &dyn ReadStore, entry: &ShippedEntry, examined: &mut Examined) -> Result<()> {
    for ShippedObject { path, version, .. } in &entry.objects {
        let Some(key) = StorePath::parse(&format!("{}/{path}", entry.folder)) else { continue };
        let is_other = |kept: &String| version.as_ref().is_some_and(|shipped| shipped != kept);
        let is_new = !examined.findings.iter().any(|finding| finding.aspect == Aspect::Journal && finding.path == *path);
        if is_new && store.kept_version(&key)?.is_some_and(|kept| is_other(&kept)) {
            let what =
                "its oldest version has another id than the one that was shipped: that was removed, and something else put this here";
            examined.finding(Aspect::Journal, path, what);
        }
    }
    Ok(())
}

/// Compares a bag with the sum of its changes. `erased` are the media whose first bytes were erased by order.
fn compare(history: &History<'_>, erased: &HashSet<&str>, examined: &mut Examined) {
    let mut found = Vec::new();
    let mut finding = |path: &str, what: String| found.push(Finding::new(Aspect::Journal, path, what));
    if let Some((at, bag)) = history.last
        && examined.digest() != Some(bag)
    {
        finding(TAG_MANIFEST, format!("not what the journal knows since {}: it was damaged, or the bag was rewritten", day(at)));
    }
    let files = examined.record.iter().flat_map(Record::files);
    let unsigned: HashSet<&str> = files.filter(|file| !file.may_be_signed()).map(|file| file.path).collect();
    for (path, Expected { file, change }) in &history.files {
        let archived = day(change.at);
        match examined.manifested.get(*path) {
            None => finding(path, format!("archived on {archived}, and no manifest vouches for it now")),
            Some(now) if examined.is_other(path, now, file.fingerprint()) => {
                finding(path, format!("is not what was archived on {archived}, although the manifests say so"));
            }
            Some(_) if file.signed && unsigned.contains(path) => {
                finding(RECORD, format!("{path} came with the provider's signature, which was taken out"));
            }
            Some(_) => {}
        }
    }
    examined.findings.append(&mut found);
    for (id, original) in history.originals.iter().filter(|(id, _)| !erased.contains(*id)) {
        let mut media = examined.record.iter().flat_map(|record| &record.media);
        let mut is_recorded = || media.any(|medium| medium.id.as_str() == *id && medium.is_original_lost());
        let is_reported = || examined.findings.iter().any(|finding| finding.aspect == Aspect::Journal && finding.path == original.path);
        if !history.expects(id, original) && !is_recorded() && !is_reported() {
            let sha256 = original.fingerprint().map(hex::encode).unwrap_or_default();
            examined.findings.push(original_lost(Aspect::Journal, &original.path, id, &sha256));
        }
    }
}

/// Returns the paths of the files that a bag should have after these changes.
pub(super) fn expected_paths(changes: &[BagChange]) -> Vec<String> {
    replay(changes).files.into_keys().map(str::to_owned).collect()
}

/// A file that the bag should have, and the change that added it.
#[derive(Clone, Copy)]
struct Expected<'a> {
    file: &'a FileEntry,
    change: &'a BagChange,
}

/// The sum of the changes of one bag.
#[derive(Default)]
struct History<'a> {
    files: BTreeMap<&'a str, Expected<'a>>,
    /// The first file of each media file, by its id; once the session was encrypted, its encrypted form.
    originals: HashMap<&'a str, &'a FileEntry>,
    /// The plain files of which encrypted ones are the content, by the paths of these.
    plain: HashMap<&'a str, Expected<'a>>,
    findings: Vec<Finding>,
    notes: Vec<String>,
    last: Option<(Timestamp, &'a str)>,
    /// The time of the first line, if the bag was there before it.
    adopted: Option<Timestamp>,
}

impl<'a> History<'a> {
    /// Returns true if a file of this media file should be here with the bytes of its original.
    fn expects(&self, id: &str, original: &FileEntry) -> bool {
        let mut files = self.files.values().map(|expected| expected.file);
        let is_same = |file: &FileEntry| {
            let is_content = file.content.is_some() && file.content == original.content;
            is_content || file.fingerprint() == original.fingerprint()
        };
        files.any(|file| file.media.as_ref().is_some_and(|media| media.as_str() == id) && is_same(file))
    }

    /// Returns what the encrypted files must hold, because the journal knew it before they were encrypted.
    fn origins(&self) -> HashMap<String, Origin> {
        let origin = |plain: &Expected<'_>| Origin { file: plain.file.clone(), at: plain.change.at };
        self.plain.iter().map(|(path, plain)| ((*path).to_owned(), origin(plain))).collect()
    }

    /// Takes over which plain files an encryption has encrypted.
    fn encrypt(&mut self, change: &'a BagChange) {
        for file in &change.archived.files {
            let Some(plain) = file.path.strip_suffix(ENDING).and_then(|plain| self.files.get(plain)).copied() else { continue };
            let id = file.media.as_ref().or(plain.file.media.as_ref()).map(MediaId::as_str);
            if let Some(original) = id.and_then(|id| self.originals.get_mut(id))
                && original.fingerprint() == plain.file.fingerprint()
            {
                *original = file;
            }
            self.plain.insert(&file.path, plain);
        }
        let reason = change.encrypted_for().unwrap_or_default();
        self.notes.push(format!("it was archived without encryption, and encrypted on {} ({})", day(change.at), quote(reason)));
    }

    fn apply(&mut self, change: &'a BagChange) {
        if change.encrypted_for().is_some() {
            self.encrypt(change);
        }
        for lost in &change.archived.lost {
            match self.files.get(lost.path.as_str()) {
                Some(expected) if expected.file.fingerprint() != lost.fingerprint() => {
                    self.superseded(&lost.path, change, "lost with other bytes");
                }
                Some(expected) if expected.change.is_proven && !change.is_proven => {
                    self.superseded(&lost.path, change, "lost, by a run that no seal covers");
                }
                _ => {}
            }
            self.files.remove(lost.path.as_str());
        }
        let mut incomparable = 0;
        for file in &change.archived.files {
            match self.files.get(file.path.as_str()).filter(|expected| expected.file.fingerprint() != file.fingerprint()) {
                None => {}
                // The salt of the first commitment went with the folder.
                Some(expected) if was_missing(change) && layout::is_document(&file.path) => {
                    incomparable += 1;
                    if expected.change.is_proven && !change.is_proven {
                        self.superseded(&file.path, change, "fetched again, by a run that no seal covers");
                    } else if expected.file.signed && !file.signed {
                        self.superseded(&file.path, change, "fetched again, without the provider's signature that it had");
                    }
                }
                Some(_) => self.superseded(&file.path, change, "with other bytes, and no line says that the first ones were lost"),
            }
            if let Some(id) = &file.media {
                self.originals.entry(id.as_str()).or_insert(file);
            }
            let is_same_content = |known: &Expected<'_>| file.content.is_some() && file.content == known.file.content;
            let is_same = self.files.get(file.path.as_str()).is_some_and(is_same_content);
            // The salt of the commitments from before the encryption went with the folder, too.
            let is_incomparable = was_missing(change) && layout::is_document(&file.path);
            if change.encrypted_for().is_none() && (!is_same || is_incomparable) {
                self.plain.remove(file.path.as_str());
            }
            self.files.insert(&file.path, Expected { file, change });
        }
        if incomparable > 0 {
            let documents = plural(incomparable, "document");
            self.notes.push(format!("{documents} cannot be compared with those from before it was missing: their salt is gone"));
        }
    }

    /// Reports a line that contradicts an earlier one about a file, and may not.
    fn superseded(&mut self, path: &str, change: &BagChange, how: &str) {
        let archived = self.files.get(path).map(|expected| day(expected.change.at)).unwrap_or_default();
        let what = format!("archived on {archived}; the journal names it again on {} as {how}", day(change.at));
        self.findings.push(Finding::new(Aspect::Journal, path, what));
    }
}

fn replay(changes: &[BagChange]) -> History<'_> {
    let mut history = History::default();
    let mut left: Vec<&BagChange> = changes.iter().filter(|change| !is_void(change, changes)).collect();
    // Segments of runs that overlap do not stand in the order of their lines.
    left.sort_by_key(|change| change.at);
    let mut previous: Option<&BagChange> = None;
    while !left.is_empty() {
        // The clocks of two machines may disagree; the digests show the order.
        let next = left.iter().position(|change| follows(previous, change)).unwrap_or(0);
        let change = left.remove(next);
        match previous {
            _ if change.is_adoption() && previous.is_none_or(|_| follows(previous, change)) => {
                history.adopted = None;
                let reason = change.adopted_for().unwrap_or_default();
                history.notes.push(format!("it was adopted on {} ({reason}); nothing says whether it was altered before", day(change.at)));
            }
            None if !was_missing(change) => history.adopted = Some(change.at),
            Some(_) if was_missing(change) => {
                history.notes.push(format!("it was missing when it was archived again on {}", day(change.at)));
            }
            Some(before) if !follows(previous, change) => {
                let what = format!(
                    "the bag was changed by something else before {}: it was no longer the one that the journal knew ({})",
                    day(change.at),
                    before.archived.bag.get(..12).unwrap_or_default(),
                );
                history.findings.push(Finding::new(Aspect::Journal, TAG_MANIFEST, what));
            }
            _ => {}
        }
        history.apply(change);
        history.last = Some((change.at, &change.archived.bag));
        previous = Some(change);
    }
    history
}

/// Returns true if a change is an encryption whose run was killed before the bag was another, and that was begun anew.
fn is_void(change: &BagChange, changes: &[BagChange]) -> bool {
    let (begins, may_stand) = (change.archived.record_before.as_ref(), |other: &BagChange| other.is_proven || !change.is_proven);
    let is_again = |other: &BagChange| {
        other.archived.resumed && other.archived.record_before.as_ref() == begins && other.archived.record != change.archived.record
    };
    let mut again = changes.iter().filter(|other| other.encrypted_for().is_some() && other.at >= change.at && is_again(other));
    change.encrypted_for().is_some() && again.any(may_stand)
}

/// Returns true if a change begins where the one before ended; or, after a run that was killed, where that one began.
fn follows(previous: Option<&BagChange>, change: &BagChange) -> bool {
    let now = &change.archived;
    match previous.map(|previous| &previous.archived) {
        None => now.before.is_none(),
        // The record, not the tag manifest: if the record is altered and the manifest left as it was, the next change would
        // agree to it, while a manifest that was damaged is written anew from the record.
        Some(previous) => {
            now.record_before.as_ref() == Some(&previous.record) || now.resumed && now.record_before == previous.record_before
        }
    }
}

/// Returns true if there was no bag when the change began.
fn was_missing(change: &BagChange) -> bool {
    change.archived.before.is_none() && change.archived.record_before.is_none()
}
