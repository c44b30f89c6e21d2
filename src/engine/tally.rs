//! Counts of media files by their outcome, in a session or in a whole run, and of sessions by their retention.

use crate::archive::State;
use serde::{Deserialize, Serialize};

/// Counts of media files by their outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Fetched in this run.
    pub fetched: u64,
    /// Those of them with the bytes that the archive had already (`--refetch`).
    pub unchanged: u64,
    /// Archived before, and whole.
    pub kept: u64,
    /// Withheld by the provider.
    pub withheld: u64,
    /// No longer at the provider.
    pub gone: u64,
    /// Failed.
    pub failed: u64,
    /// Not selected, or erased by order.
    pub excluded: u64,
    /// Bytes fetched in this run.
    pub bytes: u64,
}

impl Tally {
    /// Counts a media file in its state; `fetched` is the number of bytes that came in this run, if they did.
    pub(crate) fn count(&mut self, state: State, fetched: Option<u64>) {
        let count = match (state, fetched) {
            (State::Archived, Some(bytes)) => {
                self.bytes += bytes;
                &mut self.fetched
            }
            (State::Archived, None) => &mut self.kept,
            (State::Withheld, _) => &mut self.withheld,
            (State::Gone, _) => &mut self.gone,
            (State::Failed, _) => &mut self.failed,
            (State::Excluded | State::Erased, _) => &mut self.excluded,
        };
        *count += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.fetched += other.fetched;
        self.unchanged += other.unchanged;
        self.kept += other.kept;
        self.withheld += other.withheld;
        self.gone += other.gone;
        self.failed += other.failed;
        self.excluded += other.excluded;
        self.bytes += other.bytes;
    }
}

/// Counts of sessions by their retention; each is in one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionCounts {
    /// Past a maximum, as a whole or with their biometric media.
    pub overdue: u64,
    /// Due, as a whole or with their biometric media.
    pub due: u64,
    /// Held for a case, due or not.
    pub held: u64,
    /// Kept: their retention has not ended.
    pub kept: u64,
    /// Never due: no event is recorded from which their retention counts.
    pub without_cutoff: u64,
}

impl RetentionCounts {
    /// Returns the number of all sessions.
    pub(crate) fn total(&self) -> u64 {
        self.overdue + self.due + self.held + self.kept + self.without_cutoff
    }
}
