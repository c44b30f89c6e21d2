//! The erasures that a journal records: of whole sessions, and of classes of their media. Must not touch the store.

use super::erasure_entry::{AgainEntry, ErasedEntry, ErasingEntry, ErasureFacts};
use super::place::Place;
use crate::class::Class;
use crate::word::Word;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The newest erasure of a session, or of a class of its media.
#[derive(Debug)]
pub(crate) struct Erasure {
    pub(crate) facts: ErasureFacts,
    /// The time at which it was ordered.
    pub(crate) begun: Timestamp,
    /// The place of the line that ordered it.
    pub(crate) ordered: Place,
    /// The place of its last line.
    pub(crate) place: Place,
    /// The time at which nothing was left, and the certificate, once it is done.
    pub(crate) erased: Option<(Timestamp, ErasedEntry)>,
    /// The place of the order to archive it again, if there is one.
    pub(crate) again: Option<(Place, AgainEntry)>,
}

/// The erasures, by the folders' names: the newest of each.
#[derive(Debug, Default)]
pub(crate) struct Erasures {
    sessions: BTreeMap<Box<str>, Erasure>,
    biometric: BTreeMap<Box<str>, Erasure>,
}

impl Erasures {
    /// Returns the erasures of whole sessions, or those of a class.
    pub(crate) fn of(&self, class: Option<Class>) -> &BTreeMap<Box<str>, Erasure> {
        match class {
            None => &self.sessions,
            Some(Class::Biometric) => &self.biometric,
        }
    }

    /// Returns the erasures to which a line belongs; none for a class of a newer version.
    fn of_line(&mut self, class: Option<&Word<Class>>) -> Option<&mut BTreeMap<Box<str>, Erasure>> {
        match class {
            None => Some(&mut self.sessions),
            Some(Word::Known(Class::Biometric)) => Some(&mut self.biometric),
            Some(Word::Newer(_)) => None,
        }
    }

    pub(super) fn begin(&mut self, ErasingEntry { facts, begun }: ErasingEntry, place: Place) {
        let Some(erasures) = self.of_line(facts.class.as_ref()) else { return };
        // Segments of runs that overlap do not stand in the order of their lines.
        if erasures.get(facts.folder.as_str()).is_none_or(|known| known.place.at <= place.at) {
            erasures.insert(facts.folder.clone().into(), Erasure { facts, begun, ordered: place, place, erased: None, again: None });
        }
    }

    pub(super) fn end(&mut self, entry: ErasedEntry, place: Place) {
        let Some(erasures) = self.of_line(entry.class.as_ref()) else { return };
        if let Some(known) = erasures.get_mut(entry.folder.as_str()).filter(|known| known.place.at <= place.at) {
            // A certificate that was lost is written again, with the time of the erasure.
            let at = known.erased.as_ref().map_or(place.at, |(at, _)| *at);
            (known.place, known.erased, known.again) = (place, Some((at, entry)), None);
        }
    }

    pub(super) fn again(&mut self, entry: AgainEntry, place: Place) {
        let Some(erasures) = self.of_line(entry.class.as_ref()) else { return };
        if let Some(known) = erasures.get_mut(entry.folder.as_str()).filter(|known| known.place.at <= place.at) {
            known.again = Some((place, entry));
        }
    }
}
