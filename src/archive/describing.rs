//! Takes over what the provider lists now, and notices what is not as it was at the last run: attempts and media that
//! came, went or changed. Such changes are evidence, so each is recorded in the history and told once.
//!
//! Must not decide what is fetched because of them.

use super::record::{AttemptRecord, Change, FactRecord, HistoryRecord, MediaRecord};
use super::session::SessionArchive;
use crate::media::{Attempt, MediaId, MediaItem};
use jiff::Timestamp;
use serde_json::Map;
use std::collections::HashSet;

impl SessionArchive {
    /// Takes over what the provider lists now: attempts, and for each medium what is said of it.
    pub fn describe(&mut self, attempts: &[Attempt], media: &[MediaItem], problems: &[String], now: Timestamp) {
        self.describe_attempts(attempts, now);
        self.record.problems = problems.to_vec();
        for item in media {
            self.describe_medium(item, now);
        }
    }

    fn describe_attempts(&mut self, attempts: &[Attempt], now: Timestamp) {
        let mut known = std::mem::take(&mut self.record.attempts);
        let is_new = self.before.is_none();
        for attempt in attempts {
            let status = attempt.status.as_deref().unwrap_or("none");
            let record = match known.iter().position(|old| old.id == attempt.id) {
                None => {
                    if !is_new {
                        let what = format!("the session has a further attempt {}, with status {status}", attempt.id);
                        self.attempt_change(Change::AttemptGained, attempt, what, now);
                    }
                    AttemptRecord {
                        id: attempt.id.clone(),
                        status: attempt.status.clone(),
                        created: attempt.created.clone(),
                        unlisted_since: None,
                        extra: Map::new(),
                    }
                }
                Some(index) => {
                    let old = known.remove(index);
                    if old.status != attempt.status {
                        let before = old.status.as_deref().unwrap_or("none");
                        let what = format!("attempt {} had the status {before} and now has {status}", attempt.id);
                        self.attempt_change(Change::AttemptChanged, attempt, what, now);
                    }
                    AttemptRecord { status: attempt.status.clone(), created: attempt.created.clone(), unlisted_since: None, ..old }
                }
            };
            self.record.attempts.push(record);
        }
        for mut gone in known {
            if gone.unlisted_since.is_none() {
                gone.unlisted_since = Some(now);
                let what = format!("attempt {} is no longer listed by the provider; what is archived of it stays", gone.id);
                self.happened(HistoryRecord { attempt: Some(gone.id.clone()), ..HistoryRecord::new(now, Change::AttemptUnlisted, what) });
            }
            self.record.attempts.push(gone);
        }
    }

    fn attempt_change(&mut self, change: Change, attempt: &Attempt, what: String, now: Timestamp) {
        self.happened(HistoryRecord { attempt: Some(attempt.id.clone()), ..HistoryRecord::new(now, change, what) });
    }

    fn describe_medium(&mut self, item: &MediaItem, now: Timestamp) {
        let id = &item.id;
        // What a killed run learned was not known before; a listing that is read for the first time says nothing of what
        // it held before.
        if let Some(before) = &self.before
            && !before.media.iter().any(|known| known.id == *id)
            && item.places.iter().any(|place| before.documents.iter().any(|known| known.name == place.document))
        {
            let what = format!("the provider lists media {id}, which it did not list before");
            self.medium_change(Change::MediaGained, id, what, now);
        }
        let Some(known) = self.record.media.iter_mut().find(|known| known.id == *id) else {
            self.record.media.push(MediaRecord::new(item));
            return;
        };
        let was_unlisted = known.unlisted_since.is_some();
        let before = (known.size, known.mimetype.clone());
        known.describe(item);
        let after = (known.size, known.mimetype.clone());
        if was_unlisted {
            self.medium_change(Change::MediaRelisted, id, format!("the provider lists media {id} again"), now);
        }
        if before != after && before != (None, None) {
            let words = |(size, mimetype): &(Option<u64>, Option<String>)| {
                let size = size.map_or_else(|| "no size".to_owned(), |size| format!("{size} bytes"));
                format!("{} and {size}", mimetype.as_deref().unwrap_or("no type"))
            };
            let what = format!("the listing declared {} for media {id} and now declares {}", words(&before), words(&after));
            self.medium_change(Change::MediaChanged, id, what, now);
        }
    }

    /// Marks media that were listed before and no longer are. Only a complete listing can tell.
    pub fn mark_unlisted(&mut self, media: &[MediaItem], now: Timestamp) {
        let listed: HashSet<&MediaId> = media.iter().map(|item| &item.id).collect();
        let mut gone = Vec::new();
        for known in self.record.media.iter_mut().filter(|known| known.unlisted_since.is_none() && !listed.contains(&known.id)) {
            known.unlisted_since = Some(now);
            gone.push(known.id.clone());
        }
        for id in gone {
            let what = format!("media {id} is no longer listed by the provider; what is archived of it stays");
            self.medium_change(Change::MediaUnlisted, &id, what, now);
        }
    }

    fn medium_change(&mut self, change: Change, id: &MediaId, what: String, now: Timestamp) {
        self.happened(HistoryRecord { media: Some(id.clone()), ..HistoryRecord::new(now, change, what) });
    }

    /// Records a change and has it told.
    pub(super) fn happened(&mut self, happened: HistoryRecord) {
        self.notices.push(happened.what.clone());
        self.record.history.push(happened);
    }

    /// Takes over what a kept document says of the session, instead of what it said before.
    pub fn learn(&mut self, document: &str, facts: impl Iterator<Item = (&'static str, String)>) {
        let mut known: Vec<FactRecord> = Vec::new();
        for (name, value) in facts {
            let same = self.record.facts.iter().position(|old| old.document == document && old.name == name);
            let extra = same.map(|index| self.record.facts.remove(index).extra).unwrap_or_default();
            known.push(FactRecord { name: name.to_owned(), value, document: document.to_owned(), extra });
        }
        self.record.facts.retain(|old| old.document != document);
        self.record.facts.extend(known);
    }
}
