//! Erases a class of a session's media, and keeps the rest of the session as a valid bag:
//!
//! 1. a line in the journal with the facts;
//! 2. the tombstone of the class, which keeps every other run from changing the session until this is finished;
//! 3. the pending file, the files, then the record and the manifests without them;
//! 4. a line in the journal with the digests of the certificate and its page; then these.

use super::{Erasing, Outcome, absent, certify_again, is_here, publish, texts};
use crate::class::Class;
use crate::erasure::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{Chain, Erasure, ErasureFacts};
use crate::layout::{MARKER, is_aside, is_derived, is_payload, media_path, media_stem, session_folder};
use crate::model::{MediaId, SessionId};
use crate::reason::Reason;
use crate::record::{MediaRecord, Origin, Record};
use crate::session::{SessionArchive, read_record};
use crate::store::{Listed, ReadStore, Stat, Store, StorePath};
use crate::verify::{NoProvider, bag_digest};
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;

/// The order to erase a class of the media of sessions.
pub struct ClassErasing<'a> {
    /// The order.
    pub order: &'a Erasing<'a>,
    /// The archive of the order.
    pub store: &'a Arc<dyn Store>,
    /// The class.
    pub class: Class,
}

/// What a session has of a class.
struct Found {
    record: Record,
    media: Vec<MediaId>,
    /// Its files: payload, portraits, damaged copies, and those that no record names.
    files: Vec<Listed>,
    /// True if the record says that there are files.
    is_recorded: bool,
}

/// Erases the media of a class. `now` returns the time.
///
/// # Errors
/// The archive has no such session, it is held, the session is unfinished or its record cannot be read, another run is changing it, or the archive
/// cannot be read or written.
pub fn erase_class(erasing: &ClassErasing<'_>, session: &SessionId, now: &dyn Fn() -> Timestamp) -> Result<Outcome> {
    let ClassErasing { order, class, .. } = *erasing;
    let (store, folder) = (order.store, session_folder(session));
    if !is_here(store, &folder)? {
        return Err(absent(session, &store.root()));
    }
    let _lock = if order.dry_run { None } else { Some(store.lock(&folder)?.or_busy(&format!("session {session}"))?) };
    let known = order.chain.class_erasure(folder.as_str(), class);
    let is_begun = known.is_some_and(|known| known.erased.is_none()) && !matches!(Certificate::of_class(store, session, class), Ok(None));
    if !is_begun && store.length(&folder.join(MARKER))?.is_some() {
        let what = format!("a run was killed while it changed session {session}");
        return Err(Error::new(
            ErrorKind::Damaged,
            what,
            "let `vmedia download` finish the session, then erase its media; or erase it as a whole",
        ));
    }
    let found = Found::read(store, session, &folder, class)?;
    match known {
        Some(Erasure { facts, begun, .. }) if is_begun => erasing.carry_out(&found, facts.clone(), *begun, now),
        Some(Erasure { facts, begun, erased: Some((at, entry)), .. }) if found.files.is_empty() && !found.is_recorded => {
            certify_again(order, facts, *begun, *at, entry, now)
        }
        known => {
            let facts = found.facts(store, &folder, class, known)?;
            if found.media.is_empty() && found.files.is_empty() {
                Ok(Outcome::Nothing(facts))
            } else {
                erasing.carry_out(&found, facts, now(), now)
            }
        }
    }
}

/// Returns the facts about the media of a class; `None` if the session has no file of them.
pub(crate) fn class_facts(store: &dyn ReadStore, chain: &Chain, session: &SessionId, class: Class) -> Result<Option<ErasureFacts>> {
    let folder = session_folder(session);
    if !is_here(store, &folder)? {
        return Err(absent(session, &store.root()));
    }
    let found = Found::read(store, session, &folder, class)?;
    if found.files.is_empty() && !found.is_recorded {
        return Ok(None);
    }
    found.facts(store, &folder, class, chain.class_erasure(folder.as_str(), class)).map(Some)
}

impl ClassErasing<'_> {
    fn carry_out(&self, found: &Found, facts: ErasureFacts, begun: Timestamp, now: &dyn Fn() -> Timestamp) -> Result<Outcome> {
        let Self { order, class, .. } = *self;
        order.refuse_held(&facts.session, now)?;
        let facts = order.ordered(facts, now())?;
        if order.dry_run {
            return Ok(Outcome::Planned(facts));
        }
        order.journal.erasing(facts.clone(), begun, now())?;
        order.plan.map_or(Ok(()), |plan| plan.keep(order.store))?;
        let tombstone = order.certificate(facts, begun, None, now())?;
        publish(order.store, &tombstone, &texts(&tombstone)?)?;
        let Record { provider, base_url, session, salt, .. } = found.record.clone();
        let origin = Origin { provider, base_url, session, salt };
        let mut archive = SessionArchive::open(Arc::clone(self.store), origin, &NoProvider, now())?;
        let (authority, reason) = (tombstone.facts.authority.clone(), tombstone.facts.reason.clone());
        let reason = Reason::Erased { class: class.into(), authority, reason, at: now() };
        let files: Vec<&StorePath> = found.files.iter().map(|file| &file.path).collect();
        archive.erase(class, &files, &reason, order.journal, now())?;
        let certificate = order.certificate(tombstone.facts, begun, Some(now()), now())?;
        order.certify(&certificate, now())?;
        Ok(Outcome::Erased(certificate))
    }
}

impl Found {
    fn read(store: &dyn ReadStore, session: &SessionId, folder: &StorePath, class: Class) -> Result<Self> {
        let Some((record, _)) = read_record(store, folder)? else {
            let what = format!("{} has no record, so its {} media are unknown", store.location(folder), class.as_str());
            return Err(Error::new(ErrorKind::Damaged, what, "restore the session from a backup, or erase it as a whole"));
        };
        let is_unknown =
            |medium: &&MediaRecord| medium.kind.newer().is_some() || class.holds(&medium.item()) && medium.state.newer().is_some();
        if let Some(medium) = record.media.iter().find(is_unknown) {
            let what = format!("a newer version of vmedia wrote what media {} of session {session} is", medium.id);
            return Err(Error::new(ErrorKind::Configuration, what, "use that version or a newer one, or erase the session as a whole"));
        }
        let media: Vec<&MediaRecord> = record.media.iter().filter(|medium| class.holds(&medium.item())).collect();
        let recorded = media.iter().flat_map(|medium| &medium.files);
        let portraits = recorded.clone().filter_map(|file| Some(&file.chip.as_ref()?.portrait.as_ref()?.path));
        let paths: HashSet<&str> = recorded.map(|file| &file.path).chain(portraits).map(String::as_str).collect();
        let stems: HashSet<String> = media.iter().map(|medium| media_stem(&media_path(&medium.item(), None, 1)).to_owned()).collect();
        let all = store.list(folder)?;
        for link in all.iter().filter(|listed| listed.stat == Some(Stat::Link)) {
            let inside = format!("{}/", link.path.below(folder).unwrap_or_default());
            if paths.iter().any(|path| path.starts_with(&inside)) {
                let what = format!("{} is a link, which is not followed", store.location(&link.path));
                return Err(Error::new(
                    ErrorKind::Damaged,
                    what,
                    "move the folder that it leads to into its place, and run the same command again",
                ));
            }
        }
        let is_of_class = |listed: &Listed| {
            let path = listed.path.below(folder).unwrap_or_default();
            let is_file_of_media = is_payload(path) || is_derived(path) || is_aside(path);
            is_file_of_media && (paths.contains(path) || stems.contains(media_stem(path)))
        };
        let files = all.into_iter().filter(is_of_class).collect();
        let (is_recorded, media) = (!paths.is_empty(), media.iter().map(|medium| medium.id.clone()).collect());
        Ok(Self { media, files, is_recorded, record })
    }

    /// Returns the facts; `known` is an earlier erasure, whose media stay erased.
    fn facts(&self, store: &dyn ReadStore, folder: &StorePath, class: Class, known: Option<&Erasure>) -> Result<ErasureFacts> {
        let mut media = self.media.clone();
        let before = known.into_iter().flat_map(|known| &known.facts.media);
        media.extend(before.filter(|id| !self.media.contains(id)).cloned());
        Ok(ErasureFacts {
            session: self.record.session.clone(),
            folder: folder.to_string(),
            provider: Some(self.record.provider.clone()),
            base_url: Some(self.record.base_url.clone()),
            class: Some(class.into()),
            media,
            files: self.files.len() as u64,
            bytes: self.files.iter().map(Listed::length).sum(),
            bag: bag_digest(store, folder)?,
            keys: 0,
            authority: String::new(),
            reason: String::new(),
            plan: None,
        })
    }
}
