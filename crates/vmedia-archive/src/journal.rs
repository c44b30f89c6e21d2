//! The journal: an append-only record of every run and every change, in the archive root. One segment per run, its lines chained
//! by their digests, its first line chained to the ends of earlier segments, because an object store cannot append and two runs
//! may work at once.
//!
//! A removed or rewritten line, manifest, bag or session leaves a journal that does not match.

mod chain;
mod checkpoint;
mod difference;
mod elsewhere;
mod entry;
mod erasure_entry;
mod erasures;
mod freed_entry;
mod index;
mod keyed;
mod keyed_entry;
mod known;
mod orders;
mod place;
mod places;
mod plan_entry;
mod proof;
mod retained;
mod scope;
mod segment;
mod shipments;
mod shipped_entry;
mod start;
mod tree;
mod unsealed;
mod verified;
mod writer;

pub use chain::Chain;
pub(crate) use chain::{BagChange, stopped};
pub use checkpoint::Checkpoint;
pub(crate) use difference::archived;
pub(crate) use elsewhere::{Away, Elsewhere};
pub(crate) use entry::{AdoptedEntry, Archived, EncryptedEntry, FileEntry};
pub use entry::{Authenticated, Identity};
pub(crate) use erasure_entry::{AgainEntry, ErasedEntry};
pub use erasure_entry::{ErasureFacts, ProviderDeletion, StoreRemoval};
pub(crate) use erasures::Erasure;
pub(crate) use freed_entry::{FreedEntry, ReturnedEntry};
pub use keyed::last_drill;
pub(crate) use keyed::wrapped_to;
pub use keyed_entry::KeyAct;
pub(crate) use keyed_entry::{KeyEntry, KeyedEntry};
pub(crate) use orders::{CutoffEntry, ExportedEntry, HoldEntry, ReleasedEntry, SessionCutoff};
pub use plan_entry::{Approval, PlanEntry};
pub(crate) use proof::{LineProof, proofs};
pub use retained::{Cutoff, Cutoffs, Hold, Retained};
pub use scope::Scope;
pub use segment::{CHECKPOINT, FOLDER, LARGEST_CHECKPOINT, LARGEST_SEAL, SIGNATURE, TIME_STAMP};
pub(crate) use segment::{ENDING, files, is_closed, mentions, path};
pub(crate) use shipments::{ErasureLine, Shipments, erasures_in};
pub(crate) use shipped_entry::{ShippedEntry, ShippedObject, version_name};
pub use unsealed::UnsealedRun;
pub use verified::{ErasedSession, Verifications};
pub use writer::Journal;

#[cfg(test)]
mod tests;
