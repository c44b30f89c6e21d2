//! Checks what a record says of each media file and document: what was archived, what could not be fetched and why, and what
//! is lost for good. Pure. Must not touch the store.

use super::{Aspect, Examined, Finding, Remedy};
use crate::error::quote;
use crate::layout::RECORD;
use crate::reason::{Reason, reason_text};
use crate::record::{CompanionState, MediaRecord, Record, State};
use crate::text::plural;
use crate::word::Word;
use std::collections::BTreeMap;

/// Returns the finding for a media file whose first bytes are lost, whatever stands in their place.
pub(super) fn original_lost(aspect: Aspect, path: &str, id: &str, sha256: &str) -> Finding {
    let what = format!("the original of media {id} (sha256 {sha256}) is lost; anything that is here of it came later");
    Finding::new(aspect, path, what).helped_by(Remedy::Restore)
}

/// Reports media files and documents that are lost, were not delivered, or have no outcome.
pub(super) fn compare_outcomes(record: &Record, examined: &mut Examined) {
    if record.media.is_empty() {
        examined.notes.push("the session is empty: the provider listed no media".to_owned());
    }
    for medium in &record.media {
        compare_files(medium, examined);
        compare_state(medium, examined);
    }
    examined.erased.extend(erased(record));
    for companion in &record.companions {
        let lacking = match &companion.state {
            Word::Known(CompanionState::Failed) => {
                format!("{} was not archived: {}", companion.name, reason_text(companion.reason.as_ref()))
            }
            Word::Newer(word) => newer_state(&companion.name, word),
            Word::Known(_) => continue,
        };
        examined.is_partial = true;
        examined.lacking.push(lacking);
    }
    examined.notes.extend(record.newer_words().note().map(|note| format!("{RECORD}: {note}")));
    // It is unknown which media such a listing names.
    examined.is_partial |= !record.problems.is_empty();
    examined.lacking.extend(record.problems.iter().cloned());
}

/// Returns a line for each order by which media were erased.
fn erased(record: &Record) -> impl Iterator<Item = String> {
    let mut orders: BTreeMap<String, u64> = BTreeMap::new();
    for medium in record.media.iter().filter(|medium| medium.state == State::Erased) {
        *orders.entry(reason_text(medium.reason.as_ref())).or_default() += 1;
    }
    orders.into_iter().map(|(order, count)| format!("{}: {order}", plural(count, "media file")))
}

fn compare_files(medium: &MediaRecord, examined: &mut Examined) {
    let id = medium.id.as_str();
    for (number, file) in medium.files.iter().enumerate().filter(|(_, file)| file.lost.is_some()) {
        let (path, sha256) = (&file.path, &file.digest.sha256);
        if number == 0 && medium.is_original_lost() {
            examined.findings.push(original_lost(Aspect::Listings, path, id, sha256));
        } else {
            examined.notes.push(format!("an earlier answer for media {id} (sha256 {sha256}, {path}) is lost"));
        }
    }
}

fn compare_state(medium: &MediaRecord, examined: &mut Examined) {
    let (id, is_here) = (&medium.id, medium.present().next().is_some());
    let is_settled = medium.reason.as_ref().is_none_or(|reason| *reason != Reason::NotFetched);
    let reason = reason_text(medium.reason.as_ref());
    match &medium.state {
        Word::Newer(word) => {
            examined.is_partial = true;
            examined.lacking.extend((!is_here).then(|| newer_state(&format!("media {id}"), word)));
        }
        Word::Known(State::Archived) if is_here => {}
        Word::Known(State::Archived) => {
            examined.finding(Aspect::Listings, RECORD, format!("media {id} is recorded as archived, without a file"));
        }
        Word::Known(State::Failed) if !is_settled => {
            examined.finding(Aspect::Listings, RECORD, format!("media {id} has no recorded outcome"));
        }
        Word::Known(State::Erased) if is_here => {
            examined.finding(Aspect::Listings, RECORD, format!("media {id} is recorded as erased, with a file"));
        }
        // They are counted together.
        Word::Known(State::Erased) => {}
        // The file is checked when it is read.
        Word::Known(_) if is_here => {
            examined.notes.push(format!("media {id} was damaged or missing once and could not be fetched again: {reason}"));
        }
        Word::Known(state) => {
            examined.is_partial |= matches!(state, State::Failed | State::Gone);
            examined.lacking.push(format!("media {id} was not archived: {reason}"));
        }
    }
}

fn newer_state(name: &str, word: &str) -> String {
    format!("{name} is in the state \"{}\", which a newer version of vmedia wrote", quote(word))
}
