//! Decides whether an archived session needs no further run, by its record and the lengths of its files; no bytes are read.
//!
//! Must not ask the provider and must not write.

use super::Absent;
use super::SessionArchive;
use super::open::read_record;
use crate::error::Result;
use crate::journal::Journal;
use crate::layout::MARKER;
use crate::model::{AttemptId, MediaItem, SessionId};
use crate::needs_refetch::needs_refetch;
use crate::reason::{CodedReason, Reason};
use crate::record::{CompanionState, MediaRecord, Record, State};
use crate::store::ReadStore;

/// The part of a session that a run fetches.
pub struct Wanted<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// Returns whether it fetches this media file; none if it fetches all.
    pub media: Option<&'a dyn Fn(&MediaItem) -> bool>,
    /// Returns whether it fetches the media of this attempt; the number counts from the newest.
    pub attempt: &'a dyn Fn(usize, &AttemptId) -> bool,
    /// The companion documents that it fetches.
    pub companions: &'a [String],
    /// True if a session without media may be complete.
    pub may_be_empty: bool,
}

/// Returns the number of archived media files of a complete session; `None` if it is not complete.
///
/// A session is complete if it is a bag without a pending file to which the provider adds nothing more, every wanted attempt was
/// listed, every wanted media file is archived in its full length, or in a bucket, or was erased by order, and every wanted companion document was answered.
pub fn complete(store: &dyn ReadStore, journal: &Journal, session: &SessionId, wanted: &Wanted<'_>) -> Result<Option<u64>> {
    let folder = SessionArchive::folder_of(session);
    let Some((record, _)) = read_record(store, &folder)? else { return Ok(None) };
    if store.length(&folder.join(MARKER))?.is_some() {
        return Ok(None);
    }
    let absent = Absent::default();
    is_complete(&record, session, wanted, &|media| {
        if needs_refetch(store, &folder, media, media.size)?.is_some() {
            return Ok(false);
        }
        for file in media.present() {
            let is_whole = store.length(&folder.join(&file.path))? == Some(file.digest.bytes);
            if !is_whole && !absent.is_elsewhere((store, journal), (&folder, &record), (&file.path, &file.digest.sha256))? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// Decides the same from a record. `is_whole` returns whether the files of an archived media file are there and need not be fetched again.
pub(crate) fn is_complete(
    record: &Record,
    session: &SessionId,
    wanted: &Wanted<'_>,
    is_whole: &dyn Fn(&MediaRecord) -> Result<bool>,
) -> Result<Option<u64>> {
    let is_this = record.session == *session && record.provider == wanted.provider;
    if !is_this || record.may_grow || !record.problems.is_empty() {
        return Ok(None);
    }
    let listed = |attempt: &AttemptId| {
        let name = format!("attempts/{attempt}/media");
        record.documents.iter().any(|document| document.name == name)
    };
    let mut attempts = record.attempts.iter().filter(|attempt| attempt.unlisted_since.is_none()).enumerate();
    let answered =
        |name: &String| record.companions.iter().any(|companion| companion.name == *name && companion.state != CompanionState::Failed);
    if !attempts.all(|(number, attempt)| !(wanted.attempt)(number, &attempt.id) || listed(&attempt.id))
        || !wanted.companions.iter().all(answered)
    {
        return Ok(None);
    }
    let (mut held, mut erased) = (0, 0);
    for media in record.media.iter().filter(|media| wanted.media.is_none_or(|is_wanted| is_wanted(&media.item()))) {
        let is_erased =
            media.state == State::Erased || matches!(media.reason.as_ref().and_then(CodedReason::fact), Some(Reason::Erased { .. }));
        if is_erased {
            erased += 1;
            continue;
        }
        let is_here = media.state == State::Archived && media.present().next().is_some();
        if !is_here || !is_whole(media)? {
            return Ok(None);
        }
        held += 1;
    }
    let holds_any = record.media.iter().flat_map(MediaRecord::present).next().is_some();
    Ok((holds_any || erased > 0 || wanted.may_be_empty).then_some(held))
}
