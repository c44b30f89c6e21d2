//! Compares what a record says of each media file and document with itself: what was archived, what could not be had and
//! why, and what is lost for good. Pure. Must not touch the store.

use super::{Aspect, Examined, Finding, Remedy};
use crate::error::quote;
use crate::layout::RECORD;
use crate::reason::{Reason, reason_text};
use crate::record::{CompanionState, Record, State};
use crate::word::Word;

/// The first bytes of a media file are not here any more, whatever stands in their place.
pub(super) fn original_lost(aspect: Aspect, path: &str, id: &str, sha256: &str) -> Finding {
    let what = format!("the original of media {id} (sha256 {sha256}) is lost; anything that is here of it came later");
    Finding::new(aspect, path, what).helped_by(Remedy::Restore)
}

/// Every medium has an outcome, and the record says what could not be had.
pub(super) fn compare_outcomes(record: &Record, examined: &mut Examined) {
    examined.is_empty = record.media.is_empty();
    if examined.is_empty {
        examined.notes.push("the session is empty: the provider listed no media".to_owned());
    }
    for medium in &record.media {
        for (number, file) in medium.files.iter().enumerate().filter(|(_, file)| file.lost.is_some()) {
            let (path, sha256, id) = (&file.path, &file.digest.sha256, medium.id.as_str());
            let is_here = medium.present().any(|present| present.digest == file.digest);
            match number {
                0 if !is_here => {
                    examined.originals_lost.insert(id.to_owned());
                    examined.findings.push(original_lost(Aspect::Listings, path, id, sha256));
                }
                _ => examined.notes.push(format!("an earlier answer for media {id} (sha256 {sha256}, {path}) is lost")),
            }
        }
        let reason = reason_text(medium.reason.as_ref());
        let is_here = medium.present().next().is_some();
        let state = match &medium.state {
            Word::Known(state) => *state,
            Word::Newer(word) => {
                examined.is_partial = true;
                if !is_here {
                    let what = format!("media {} is in the state \"{}\", which a newer version of vmedia wrote", medium.id, quote(word));
                    examined.lacking.push(what);
                }
                continue;
            }
        };
        match state {
            State::Archived if !is_here => {
                examined.finding(Aspect::Listings, RECORD, format!("media {} is recorded as archived, without a file", medium.id));
            }
            State::Archived => {}
            State::Failed if medium.reason.as_ref().is_some_and(|reason| *reason == Reason::NotFetched) => {
                examined.finding(Aspect::Listings, RECORD, format!("media {} has no recorded outcome", medium.id));
            }
            // Whether its file is here and whole is seen when it is read.
            _ if is_here => {
                let note = format!("media {} was damaged or missing once and could not be fetched again: {reason}", medium.id);
                examined.notes.push(note);
            }
            state => {
                examined.is_partial |= matches!(state, State::Failed | State::Gone);
                examined.lacking.push(format!("media {} was not archived: {reason}", medium.id));
            }
        }
    }
    for companion in record.companions.iter().filter(|companion| companion.state == CompanionState::Failed) {
        let reason = reason_text(companion.reason.as_ref());
        examined.is_partial = true;
        examined.lacking.push(format!("{} was not archived: {reason}", companion.name));
    }
    let newer = record.companions.iter().filter_map(|companion| Some((&companion.name, companion.state.newer()?)));
    for (name, word) in newer {
        examined.is_partial = true;
        examined.lacking.push(format!("{name} is in the state \"{}\", which a newer version of vmedia wrote", quote(word)));
    }
    examined.notes.extend(record.newer_words().note().map(|note| format!("{RECORD}: {note}")));
    // It is unknown which media such a listing names.
    examined.is_partial |= !record.problems.is_empty();
    examined.lacking.extend(record.problems.iter().cloned());
}
