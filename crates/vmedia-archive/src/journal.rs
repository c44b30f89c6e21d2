//! The journal: an append-only record of every run and every change, in the archive root. One segment a run, its
//! lines chained by their digests, its first line chained to the ends of earlier segments, because an object store
//! cannot append and two runs may work at once.
//!
//! A removed or rewritten line, manifest, bag or session leaves a journal that does not match. Must not
//! know providers, HTTP or the terminal.

mod chain;
mod change;
mod difference;
mod entry;
mod segment;
mod unsealed;
mod verified;
mod writer;

pub(crate) use chain::stopped;
pub use chain::{Chain, Proof};
pub(crate) use change::{AddedFile, BagChange, Sha256};
pub(crate) use difference::{Bags, RecordedFile, archived, files};
pub use entry::{Authenticated, Identity, SealEntry};
pub use segment::{FOLDER, LARGEST_SEAL, SIGNATURE, TIME_STAMP};
pub use unsealed::UnsealedRun;
pub use verified::{LastVerified, Verifications};
pub use writer::{ClosedSegment, Journal};

#[cfg(test)]
mod tests;
