//! Compares what is left of erased sessions and of erased classes of media with the journal: nothing of them, and a certificate with
//! the digests that the journal has. Must not read bags.

use super::{Aspect, Examined, Finding, Remedy, is_bag};
use crate::cipher::keys_folder;
use crate::class::Class;
use crate::disposition::{digest_in, plan_path, signature_path};
use crate::erasure::{self, Certificate, FOLDER};
use crate::error::{Result, quote};
use crate::journal::{Chain, Erasure, PlanEntry, mentions};
use crate::layout::RECORD;
use crate::record::{Record, State};
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
    /// Nothing of it is left but versions in this bucket that the erasure did not reach, as its certificate and this note say.
    Unreached(String),
    /// It was erased and archived again by order, as this note says; it is to be verified like any other.
    Again(String),
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
    let Some((at, _)) = &erasure.erased else {
        if is_here && store.stat(&erasure::path(&path, None))?.is_none() {
            // It ended before anything was removed.
            return Ok(Erased::Not);
        }
        let what = format!("its erasure was begun on {} and not finished", day(erasure.begun));
        return Ok(Erased::Half(finding(".", what)));
    };
    let erased = format!("erased on {}", day(*at));
    if let Some((_, again)) = &erasure.again {
        if let Some(found) = unordered(store, chain, erasure, &format!("it was {erased}"))? {
            return Ok(Erased::Found(found));
        }
        let note = format!("it was {erased} ({}) and archived again by order: {}", erasure.facts.authority, again.reason);
        return Ok(if is_here { Erased::Again(note) } else { Erased::Soundly });
    }
    let unreached = if is_here { unreached(store, erasure, &erased)? } else { None };
    if is_here && unreached.is_none() {
        let what = format!("it was {erased} ({}), and is here again", erasure.facts.authority);
        return Ok(Erased::Found(finding(".", what)));
    }
    if is_outdated(store, chain, erasure, folder)? {
        return Ok(Erased::Not);
    }
    let keys = keys_folder(&path);
    if store.stat(&keys)?.is_some() {
        let what = format!("its keys are here again: it was {erased} ({})", erasure.facts.authority);
        return Ok(Erased::Found(finding(keys.as_str(), what)));
    }
    if chain.is_proof_demanded && !chain.is_proven(&erasure.place) {
        return Ok(Erased::Found(unproven(&format!("it was {erased}"))));
    }
    if let Some(found) = held(chain, folder, erasure, &format!("it was {erased}")) {
        return Ok(Erased::Found(found));
    }
    let is_left = unreached.map_or(Erased::Soundly, Erased::Unreached);
    Ok(spoilt(store, erasure, &format!("the session was {erased}"))?.map_or(is_left, Erased::Found))
}

/// Returns a note, if the certificate says that the erasure did not reach what is here of a session.
fn unreached(store: &dyn ReadStore, erasure: &Erasure, erased: &str) -> Result<Option<String>> {
    let root = store.root();
    let Some(made) = Certificate::of(store, &erasure.facts.session)?.filter(|made| made.is_left_in(&root)) else { return Ok(None) };
    let removal = made.at_store.iter().find(|removal| removal.place == root);
    let why = match removal.map(|removal| removal.until) {
        None => "; `vmedia erase --at-store` removes it".to_owned(),
        Some(None) => ": a lock or a legal hold keeps versions of it".to_owned(),
        Some(Some(until)) => format!(": a lock keeps versions of it until {}", day(until)),
    };
    Ok(Some(format!("{erased} ({}), and still in this bucket, as its certificate says{why}", erasure.facts.authority)))
}

/// Returns the finding for an erasure of a session that a hold kept.
fn held(chain: &Chain, folder: &str, erasure: &Erasure, erased: &str) -> Option<Finding> {
    let hold = chain.held_when_erased(folder, erasure)?;
    let what = format!("{erased} although case {:?} held it since {}", quote(&hold.case), day(hold.at));
    Some(Finding::new(Aspect::Journal, ".", what))
}

/// Returns the finding for an order to archive it again that no seal covers, or whose certificate is not the one that it names.
fn unordered(store: &dyn ReadStore, chain: &Chain, erasure: &Erasure, erased: &str) -> Result<Option<Finding>> {
    let erased = format!("{erased} and archived again");
    let is_unproven = erasure.again.as_ref().is_some_and(|(place, _)| chain.is_proof_demanded && !chain.is_proven(place));
    if is_unproven { Ok(Some(unproven(&erased))) } else { spoilt(store, erasure, &erased) }
}

fn unproven(erased: &str) -> Finding {
    let what = format!("{erased}, the journal says, and no seal covers that: nothing proves the order");
    Finding::new(Aspect::Journal, ".", what)
}

/// Returns the finding for a certificate that is missing or altered, or that is about another order than the journal's.
fn spoilt(store: &dyn ReadStore, erasure: &Erasure, erased: &str) -> Result<Option<Finding>> {
    let (facts, folder, class) = (&erasure.facts, StorePath::name(&erasure.facts.folder), erasure.facts.known_class());
    let digests = match (&erasure.again, &erasure.erased) {
        (Some((_, again)), _) => [&again.certificate, &again.page],
        (None, Some((_, entry))) => [&entry.certificate, &entry.page],
        (None, None) => return Ok(None),
    };
    if let Some((path, is_missing)) = erasure::unlike(store, &folder, class, digests)? {
        let what = if is_missing { format!("is missing: {erased}") } else { format!("is not what was written when {erased}") };
        return Ok(Some(finding(path.as_str(), what)));
    }
    let made = match class {
        None => Certificate::of(store, &facts.session),
        Some(class) => Certificate::of_class(store, &facts.session, class),
    };
    // A later line can name another certificate, and not another order.
    if made.is_ok_and(|made| made.is_some_and(|made| made.facts == *facts)) {
        return Ok(None);
    }
    let what = format!("says other things than the order that the journal recorded before {erased}");
    Ok(Some(Finding::new(Aspect::Journal, erasure::path(&folder, class).as_str(), what)))
}

/// Adds the findings about the erasure of a class of a session's media. The rest of the session was examined.
pub(super) fn compare_class_erasure(store: &dyn ReadStore, chain: &Chain, folder: &str, examined: &mut Examined) -> Result<()> {
    let (class, path) = (Class::Biometric, StorePath::name(folder));
    let erasure = chain.class_erasure(folder, class);
    let media = examined.record.iter().flat_map(|record: &Record| &record.media);
    let is_known = |id| erasure.is_some_and(|erasure| erasure.facts.media.contains(id));
    let strange = media.clone().filter(|medium| medium.state == State::Erased && !is_known(&medium.id));
    let what = |id| format!("media {id} is recorded as erased, and the journal knows no erasure of it");
    let mut found: Vec<Finding> = strange.map(|medium| Finding::new(Aspect::Journal, RECORD, what(&medium.id))).collect();
    if let Some(erasure) = erasure {
        let title = format!("its {} media were erased on", class.as_str());
        match &erasure.erased {
            Some((at, _)) if erasure.again.is_some() => {
                let title = format!("{title} {}", day(*at));
                found.extend(unordered(store, chain, erasure, &title)?);
                let reason = erasure.again.as_ref().map(|(_, again)| again.reason.as_str()).unwrap_or_default();
                examined.notes.push(format!("{title} ({}) and archived again by order: {reason}", erasure.facts.authority));
            }
            None if store.stat(&erasure::path(&path, Some(class)))?.is_none() => {}
            None => {
                let what = format!("the erasure of its {} media was begun on {} and not finished", class.as_str(), day(erasure.begun));
                found.push(finding(".", what));
                examined.unfinished = true;
            }
            Some((at, _)) => {
                let here = media.filter(|medium| is_known(&medium.id) && medium.present().next().is_some());
                let what = |id| format!("media {id} was erased on {} ({}), and is here again", day(*at), erasure.facts.authority);
                found.extend(here.map(|medium| finding(".", what(&medium.id))));
                if chain.is_proof_demanded && !chain.is_proven(&erasure.place) {
                    found.push(unproven(&format!("{title} {}", day(*at))));
                }
                found.extend(held(chain, folder, erasure, &format!("{title} {}", day(*at))));
                found.extend(spoilt(store, erasure, &format!("{title} {}", day(*at)))?);
            }
        }
    }
    examined.findings.append(&mut found);
    Ok(())
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

/// Returns the paths of the certificates and plans in an archive.
pub(super) fn left_behind(store: &dyn ReadStore) -> Result<Vec<StorePath>> {
    Ok(store.list(&StorePath::name(FOLDER))?.into_iter().map(|listed| listed.path).collect())
}

/// Returns findings for those files that the journal does not know: a certificate keeps a session from being archived.
pub(super) fn find_strange_files(store: &dyn ReadStore, chain: &Chain, files: Vec<StorePath>) -> Result<Vec<Finding>> {
    let mut known = HashSet::new();
    for (class, (folder, erasure)) in [None, Some(Class::Biometric)].into_iter().flat_map(|class| of(chain, class)) {
        let folder = StorePath::name(folder);
        known.extend([erasure::path(&folder, class), erasure::page_path(&folder, class)]);
        known.extend(erasure.facts.plan.iter().flat_map(files_of));
    }
    let mut findings = Vec::new();
    for path in files.into_iter().filter(|path| !known.contains(path)) {
        // The plan of a session that was archived and erased again since.
        if digest_in(&path).map_or(Ok(false), |digest| mentions(store, digest))? {
            continue;
        }
        let what = "no erasure that the journal knows: it was put here by something else, or the journal was cut";
        findings.push(Finding::new(Aspect::Journal, path.as_str(), what).helped_by(Remedy::MoveOut));
    }
    Ok(findings)
}

fn of(chain: &Chain, class: Option<Class>) -> impl Iterator<Item = (Option<Class>, (&Box<str>, &Erasure))> {
    chain.erasures.of(class).iter().map(move |erasure| (class, erasure))
}

fn files_of(plan: &PlanEntry) -> impl Iterator<Item = StorePath> {
    let signatures = plan.approvals.iter().map(|approval| signature_path(&plan.sha256, &approval.sha256));
    std::iter::once(plan_path(&plan.sha256)).chain(signatures)
}

fn finding(path: &str, what: impl Into<String>) -> Finding {
    Finding::new(Aspect::Listings, path, what).helped_by(Remedy::Erase)
}
