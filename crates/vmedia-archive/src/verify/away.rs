//! Payload that is not here, because a bucket has it. Pure.

use serde::{Deserialize, Serialize};

/// Number of places that are named together.
const MOST_PLACES: usize = 16;

/// Payload that is not here, because a bucket has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// Number of files.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The URLs of the places in buckets.
    pub places: Vec<String>,
}

impl Away {
    /// Returns true if all payload is here.
    pub fn is_none(&self) -> bool {
        self.files == 0
    }

    /// Adds payload of another session.
    pub(crate) fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        for place in &other.places {
            if self.places.len() < MOST_PLACES && !self.places.contains(place) {
                self.places.push(place.clone());
            }
        }
    }
}
