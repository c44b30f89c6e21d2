//! The record of one media file: what the listings say of it, its state and its files.

use super::{FileRecord, MediaRecord, State};
use crate::model::{Kind, MediaItem, Place, TypeHint};
use crate::reason::{CodedReason, Reason};
use crate::word::Word;
use serde_json::Map;
use std::collections::{HashMap, HashSet};

impl MediaRecord {
    /// Creates the record of a media file that is listed for the first time.
    pub fn new(item: &MediaItem) -> Self {
        Self {
            id: item.id.clone(),
            attempt: item.attempt.clone(),
            group: item.group.clone(),
            kind: item.kind.into(),
            context: item.context.clone(),
            mimetype: item.mimetype.clone(),
            type_hint: item.type_hint.map(Word::from),
            size: item.size,
            duration: item.duration,
            places: item.places.clone(),
            state: State::Failed.into(),
            reason: Some(Reason::NotFetched.into()),
            unlisted_since: None,
            files: Vec::new(),
            extra: Map::new(),
        }
    }

    /// Returns the media file as it was listed last.
    pub fn item(&self) -> MediaItem {
        MediaItem {
            id: self.id.clone(),
            attempt: self.attempt.clone(),
            group: self.group.clone(),
            kind: self.kind.known().unwrap_or(Kind::Other),
            context: self.context.clone(),
            mimetype: self.mimetype.clone(),
            type_hint: self.type_hint.as_ref().map(|hint| hint.known().unwrap_or(TypeHint::Unknown)),
            size: self.size,
            duration: self.duration,
            places: self.places.clone(),
        }
    }

    /// Returns the name of its facts' source: its group and context.
    pub(crate) fn fact_name(&self) -> String {
        let group = self.group.iter().map(|group| group.name.as_str());
        group.chain(self.context.as_deref()).collect::<Vec<_>>().join("/")
    }

    /// Merges a newer listing. The attempt stays: it is part of the name. Values that this run did not request (`--latest`,
    /// `--attempt`) stay, too.
    pub fn describe(&mut self, item: &MediaItem) {
        self.kind.set(item.kind);
        self.context = item.context.clone().or(self.context.take());
        self.mimetype = item.mimetype.clone().or(self.mimetype.take());
        match (&mut self.type_hint, item.type_hint) {
            (Some(known), Some(hint)) => known.set(hint),
            (known @ None, Some(hint)) => *known = Some(hint.into()),
            (_, None) => {}
        }
        self.size = item.size.or(self.size);
        self.duration = item.duration.or(self.duration);
        let asked: HashSet<&str> = item.places.iter().map(|place| place.document.as_str()).collect();
        let others = self.places.iter().filter(|place| !asked.contains(place.document.as_str())).cloned();
        let known: HashMap<(&str, &str), &Place> = self.places.iter().map(|place| (place.key(), place)).collect();
        let listed = item.places.iter().map(|place| known.get(&place.key()).copied().unwrap_or(place).clone());
        self.places = listed.chain(others).collect();
        self.unlisted_since = None;
    }

    /// Settles it as archived.
    pub(crate) fn arrived(&mut self) {
        self.settle(State::Archived, None);
    }

    /// Sets the state, unless a newer version gave it one.
    pub(crate) fn settle(&mut self, state: State, reason: Option<CodedReason>) {
        if self.state.newer().is_none() {
            self.state = state.into();
            self.reason = reason;
        }
    }

    /// Returns true if the first file that came is lost, and no other file has its bytes.
    pub(crate) fn is_original_lost(&self) -> bool {
        self.files.first().is_some_and(|original| original.lost.is_some() && self.present().all(|file| file.digest != original.digest))
    }

    /// Returns the files whose bytes should be here.
    pub fn present(&self) -> impl Iterator<Item = &FileRecord> {
        self.files.iter().filter(|file| file.lost.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::MediaRecord;
    use crate::model::{Group, MediaItem, Place};
    use crate::tests::item;
    use serde_json::{Value, json};

    #[test]
    fn what_a_newer_version_wrote_of_a_place_and_a_group_survives() {
        let item = MediaItem {
            attempt: None,
            group: Some(Group::new("id_document-1", Some("d1".to_owned()))),
            context: None,
            mimetype: None,
            places: vec![Place::new("media", "/a"), Place::new("media", "/b")],
            ..item("1")
        };
        let mut written: Value = serde_json::to_value(MediaRecord::new(&item)).expect("JSON");
        written["group"]["issuer"] = json!("GBR");
        written["places"][1]["page"] = json!({ "number": 2 });
        let mut known: MediaRecord = serde_json::from_value(written.clone()).expect("a record");
        known.describe(&item);
        assert_eq!(serde_json::to_value(&known).expect("JSON"), written);
    }
}
