//! Whether a session that is in the archive already needs no further run: by its record alone, and by the lengths of its
//! files. Nothing that can be believed is read again; that is what a verification is for.
//!
//! Must not ask the provider and must not write.

use super::SessionArchive;
use super::open::read_record;
use crate::error::Result;
use crate::layout::MARKER;
use crate::model::{AttemptId, MediaItem, SessionId};
use crate::needs_refetch::needs_refetch;
use crate::record::{CompanionState, MediaRecord, State};
use crate::store::ReadStore;

/// What a run wants of a session.
pub struct Wanted<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// Whether it wants this medium.
    pub medium: &'a dyn Fn(&MediaItem) -> bool,
    /// Whether it wants the media of this attempt; the number counts from the newest.
    pub attempt: &'a dyn Fn(usize, &AttemptId) -> bool,
    /// The companion documents that it wants.
    pub companions: &'a [String],
}

/// How many media of a complete session are here; `None` when it is not complete, and then a run finds out why.
///
/// Complete is a bag without mark, to which the provider adds nothing more, of which every wanted attempt was listed, every wanted medium is archived in its
/// full length, and every wanted companion document was answered. A session without media is not: they may come yet.
pub fn complete(store: &dyn ReadStore, session: &SessionId, wanted: &Wanted<'_>) -> Result<Option<u64>> {
    let folder = SessionArchive::folder_of(session);
    let Some((record, _)) = read_record(store, &folder)? else { return Ok(None) };
    let is_this = record.session == *session && record.provider == wanted.provider;
    if !is_this || record.may_grow || !record.problems.is_empty() || store.length(&folder.join(MARKER))?.is_some() {
        return Ok(None);
    }
    let listed = |attempt: &AttemptId| {
        let name = format!("attempts/{attempt}/media");
        record.documents.iter().any(|document| document.name == name)
    };
    let mut attempts = record.attempts.iter().filter(|attempt| attempt.unlisted_since.is_none()).enumerate();
    let answered = |name: &String| record.companions.iter().any(|known| known.name == *name && known.state != CompanionState::Failed);
    if !attempts.all(|(number, attempt)| !(wanted.attempt)(number, &attempt.id) || listed(&attempt.id))
        || !wanted.companions.iter().all(answered)
    {
        return Ok(None);
    }
    let mut held = 0;
    for medium in record.media.iter().filter(|medium| (wanted.medium)(&medium.item())) {
        let is_here = medium.state == State::Archived && medium.present().next().is_some();
        if !is_here || needs_refetch(store, &folder, medium, medium.size)?.is_some() {
            return Ok(None);
        }
        for file in medium.present() {
            if store.length(&folder.join(&file.path))? != Some(file.digest.bytes) {
                return Ok(None);
            }
        }
        held += 1;
    }
    let holds_any = record.media.iter().flat_map(MediaRecord::present).next().is_some();
    Ok(holds_any.then_some(held))
}
