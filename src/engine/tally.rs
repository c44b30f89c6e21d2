//! Counts of what became of media, in a session or in a whole run. Must not know how anything came to be so.

use serde::{Deserialize, Serialize};

/// Counts of what became of media.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Fetched in this run.
    pub fetched: u64,
    /// Of those, how many brought the bytes that were here already (`--refetch`).
    pub unchanged: u64,
    /// Here already and whole.
    pub kept: u64,
    /// Withheld by the provider.
    pub withheld: u64,
    /// No longer at the provider.
    pub gone: u64,
    /// Failed.
    pub failed: u64,
    /// Not asked for.
    pub excluded: u64,
    /// Bytes fetched in this run.
    pub bytes: u64,
}

impl Tally {
    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
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
