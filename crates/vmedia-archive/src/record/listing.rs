//! Merges a listing into the record. Attempts and media that appeared, disappeared or changed since the last run are evidence:
//! each is recorded in the history and reported once.
//!
//! Must not decide what is fetched because of them.

use super::{AttemptRecord, Change, FactRecord, HistoryRecord, MediaRecord, Record, Revision};
use crate::model::{Attempt, Fact, MediaId, MediaItem};
use jiff::Timestamp;
use serde_json::Map;
use std::collections::{HashMap, HashSet};

/// The record before a listing is merged, by id: a listing may hold ten thousand media.
struct Index {
    /// The position of each media file in the record.
    media: HashMap<MediaId, usize>,
    /// The media and documents of the run before, if there was one.
    before: Option<(HashSet<MediaId>, HashSet<String>)>,
}

impl Revision {
    /// Merges what the provider lists now.
    pub fn describe(&mut self, attempts: &[Attempt], media: &[MediaItem], problems: &[String], now: Timestamp) {
        self.describe_attempts(attempts, now);
        self.record.problems = problems.to_vec();
        let mut index = self.index();
        for item in media {
            self.describe_medium(item, &mut index, now);
        }
    }

    fn index(&self) -> Index {
        let mut media = HashMap::new();
        for (index, medium) in self.record.media.iter().enumerate() {
            media.entry(medium.id.clone()).or_insert(index);
        }
        let before = self.before.as_ref().map(|before| {
            let media = before.media.iter().map(|medium| medium.id.clone()).collect();
            (media, before.documents.iter().map(|document| document.name.clone()).collect())
        });
        Index { media, before }
    }

    /// Records whether more media may follow.
    pub fn grows(&mut self, may_grow: bool) {
        self.record.may_grow = may_grow;
    }

    fn describe_attempts(&mut self, attempts: &[Attempt], now: Timestamp) {
        let mut known: Vec<Option<AttemptRecord>> = std::mem::take(&mut self.record.attempts).into_iter().map(Some).collect();
        let mut index = HashMap::new();
        for (number, old) in known.iter().flatten().enumerate() {
            index.entry(old.id.clone()).or_insert(number);
        }
        for attempt in attempts {
            let old = index.get(&attempt.id).and_then(|&number| known.get_mut(number)?.take());
            let record = self.describe_attempt(attempt, old, now);
            self.record.attempts.push(record);
        }
        for mut gone in known.into_iter().flatten() {
            if gone.unlisted_since.is_none() {
                gone.unlisted_since = Some(now);
                let what = format!("attempt {} is no longer listed by the provider; what is archived of it stays", gone.id);
                self.happened(HistoryRecord { attempt: Some(gone.id.clone()), ..HistoryRecord::new(now, Change::AttemptUnlisted, what) });
            }
            self.record.attempts.push(gone);
        }
    }

    /// Returns the record of a listed attempt; `old` is what was recorded of it.
    fn describe_attempt(&mut self, attempt: &Attempt, old: Option<AttemptRecord>, now: Timestamp) -> AttemptRecord {
        let status = attempt.status.as_deref().unwrap_or("none");
        let Some(old) = old else {
            if self.before.is_some() {
                let what = format!("the session has a further attempt {}, with status {status}", attempt.id);
                self.attempt_change(Change::AttemptGained, attempt, what, now);
            }
            let (id, status, created) = (attempt.id.clone(), attempt.status.clone(), attempt.created.clone());
            return AttemptRecord { id, status, created, unlisted_since: None, extra: Map::new() };
        };
        if old.status != attempt.status {
            let before = old.status.as_deref().unwrap_or("none");
            let what = format!("attempt {} had the status {before} and now has {status}", attempt.id);
            self.attempt_change(Change::AttemptChanged, attempt, what, now);
        }
        AttemptRecord { status: attempt.status.clone(), created: attempt.created.clone(), unlisted_since: None, ..old }
    }

    fn attempt_change(&mut self, change: Change, attempt: &Attempt, what: String, now: Timestamp) {
        self.happened(HistoryRecord { attempt: Some(attempt.id.clone()), ..HistoryRecord::new(now, change, what) });
    }

    fn describe_medium(&mut self, item: &MediaItem, index: &mut Index, now: Timestamp) {
        let id = &item.id;
        // A listing that is read for the first time does not show what it held before.
        if let Some((media, documents)) = &index.before
            && !media.contains(id)
            && item.places.iter().any(|place| documents.contains(&place.document))
        {
            let what = format!("the provider lists media {id}, which it did not list before");
            self.medium_change(Change::MediaGained, id, what, now);
        }
        let Some(known) = index.media.get(id).and_then(|&position| self.record.media.get_mut(position)) else {
            index.media.insert(id.clone(), self.record.media.len());
            self.record.media.push(MediaRecord::new(item));
            return;
        };
        if known.state.newer().is_some() {
            return;
        }
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

    /// Marks media that are no longer listed. Needs a complete listing.
    pub fn mark_unlisted(&mut self, media: &[MediaItem], now: Timestamp) {
        let listed: HashSet<&MediaId> = media.iter().map(|item| &item.id).collect();
        let mut gone = Vec::new();
        let is_unlisted =
            |known: &&mut MediaRecord| known.unlisted_since.is_none() && known.state.newer().is_none() && !listed.contains(&known.id);
        for known in self.record.media.iter_mut().filter(is_unlisted) {
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

    /// Replaces the facts that a document states. Facts about an attempt that it no longer mentions stay.
    pub fn learn(&mut self, document: &str, facts: impl Iterator<Item = Fact>) {
        // They are in the encrypted documents, and nowhere in clear.
        if self.record.encryption.is_none() {
            self.record.learn(document, facts);
        }
    }
}

impl Record {
    /// Replaces the facts that a document states. Facts about an attempt that it no longer mentions stay.
    pub(crate) fn learn(&mut self, document: &str, facts: impl Iterator<Item = Fact>) {
        let mut known: Vec<FactRecord> = Vec::new();
        for Fact { name, value, of } in facts {
            let same = self.facts.iter().position(|old| old.document == document && old.name == name && old.of == of);
            let extra = same.map(|index| self.facts.remove(index).extra).unwrap_or_default();
            known.push(FactRecord { name: name.to_owned(), value, of, document: document.to_owned(), extra });
        }
        let attempts: HashSet<&str> = self.attempts.iter().map(|attempt| attempt.id.as_str()).collect();
        let is_mentioned = |of: &str| known.iter().any(|new| new.of.as_deref() == Some(of));
        let stays = |old: &FactRecord| old.of.as_deref().is_some_and(|of| attempts.contains(of) && !is_mentioned(of));
        self.facts.retain(|old| old.document != document || stays(old));
        self.facts.extend(known);
    }
}
