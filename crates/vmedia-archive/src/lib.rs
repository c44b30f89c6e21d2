//! Writes and verifies archives of identity-verification media: one BagIt bag (RFC 8493) per session, with a record of where every
//! file came from, beside a journal whose lines are chained by digests and sealed by signatures.
//!
//! Reads and writes through [`store`], in relative paths and streams. Has no HTTP client and does not depend on a provider.
//!
//! # Layout of an archive
//!
//! | path | content |
//! |---|---|
//! | `SESSION/data/` | the media files (payload), with their contexts in their names |
//! | `SESSION/derived/` | the portraits of chips, copied out of NFC data: no evidence of their own |
//! | `SESSION/metadata/` | the provider's listings and companion documents, as they came |
//! | `SESSION/archive.json` | the record: every media file, its state, digests, signatures and history ([`Record`]) |
//! | `SESSION/manifest-sha256.txt`, `tagmanifest-sha256.txt` | the digests of all files, for `sha256sum -c` |
//! | `SESSION/index.html` | the session as a page |
//! | `_keys/SESSION/KEY.age` | the private keys of an encrypted session, encrypted to the recipients ([`Recipients`]) |
//! | `_erased/SESSION.json`, `.html` | the certificate of destruction of an erased session ([`Certificate`]); `SESSION.CLASS.json` that of a class of its media |
//! | `_erased/plans/DIGEST/` | an approved disposition plan that erasures followed, with its signatures ([`Plan`]) |
//! | `_journal/RUN.ndjson` | the journal: one segment per run, its lines chained by SHA-256 ([`Journal`], [`Chain`]) |
//! | `_journal/RUN.ndjson.checkpoint` | size and root of the Merkle tree over a sealed segment's lines ([`Checkpoint`]) |
//! | `_journal/RUN.ndjson.checkpoint.sig`, `.tsr` | the seals of a checkpoint: an SSH signature and an RFC 3161 time stamp ([`seal`]) |
//!
//! # Verifying an archive
//!
//! [`verify::verify`] compares sessions with their manifests, listings and journal, and journals with their seals. It needs a
//! [`store::ReadStore`] and an [`verify::Observer`] that receives the results. `examples/verify.rs` is a complete program.
//!
//! ```
//! use std::sync::Arc;
//! use vmedia_archive::store::LocalStore;
//! use vmedia_archive::verify::{NoProvider, Observer, Options, Report, Target, verify};
//!
//! struct Quiet;
//!
//! impl Observer for Quiet {
//!     fn now(&self) -> jiff::Timestamp {
//!         jiff::Timestamp::now()
//!     }
//!
//!     fn report(&self, _: Report) {}
//! }
//!
//! # fn main() -> Result<(), vmedia_archive::error::Error> {
//! let store = LocalStore::new("./vmedia-archive".into(), "an auditor".to_owned());
//! let targets = [Target::whole(Arc::new(store))?];
//! let (totals, _) = verify(&targets, &Options::default(), &NoProvider, &Quiet)?;
//! assert_eq!(totals.damaged + totals.journals, 0);
//! # Ok(())
//! # }
//! ```
//!
//! # Writing an archive
//!
//! [`SessionArchive`] opens the folder of one session, places what was received, and commits the bag; [`Journal`] records each
//! change before the bag is finished, so that a bag without an `unfinished.ndjson` is always one that the journal knows.

pub mod error;
pub mod input;
pub mod model;
pub mod objects;
pub mod retention;
pub mod schedule;
pub mod seal;
pub mod store;
pub mod text;
pub mod verify;

mod adopt;
mod bag;
mod catalog_page;
mod catalog_row;
mod chip;
mod cipher;
mod class;
mod coded;
mod convert;
mod disposition;
mod erase;
mod erasure;
mod export;
mod fingerprint;
mod journal;
mod keys;
mod layout;
mod needs_refetch;
mod opened;
mod page;
mod planning;
mod reason;
mod record;
mod salt;
mod session;
mod shard;
mod ship;
mod shipped;
mod surroundings;
mod terms;
mod unfinished;
mod unlocking;
mod word;
mod zip;

pub use adopt::{Adopting, Adoption, adopt};
pub use catalog_page::CatalogWriter;
pub use catalog_row::{CatalogRow, Condition, catalog_row, erased_row};
pub use chip::ChipRecord;
pub use cipher::{ENDING as ENCRYPTED, FOLDER as KEYS_FOLDER, Identities, Recipients, SessionKey, ShowMessage};
pub use class::Class;
pub use coded::Coded;
pub use convert::{Conversion, Converted, Plain, convert};
pub use disposition::{ApprovalRules, ApprovedPlan, Judgement, LARGEST_PLAN, Plan, RefusedSignature, SignatureFile, judge_approvals};
pub use erase::{ClassErasing, Erasing, Outcome as ErasureOutcome, StoreEraser, archive_again, erase, erase_at_provider, erase_class};
pub use erasure::{Again, Certificate, Method, NotReached, Stage};
pub use export::{Export, ExportedSession, Exporting, Unlocking, export, export_page};
pub use fingerprint::FingerprintKeys;
pub use journal::{
    Approval, Authenticated, CHECKPOINT, Chain, Checkpoint, ErasedSession, ErasureFacts, FOLDER as JOURNAL_FOLDER, Identity, Journal,
    KeyAct, LARGEST_CHECKPOINT, LARGEST_SEAL, PlanEntry, ProviderDeletion, SIGNATURE, Scope, StoreRemoval, TIME_STAMP, UnsealedRun,
    Verifications, last_drill,
};
pub use keys::{DrillSample, Granted, Granting, HandedOut, Rewrapped, Rewrapping, choose_for_drill, folders_with_keys, grant, hand_out};
pub use layout::{PAGE, RECORD};
pub use opened::{FactRules, OpenedFile, OpenedSession, Opening, is_encrypted, open_row};
pub use page::opened_policy;
pub use planning::{Candidate, DueSessions, MadePlan, due_sessions, make_plan};
pub use reason::{CodedReason, Disagreement, Reason};
pub use record::{
    CompanionState, EncryptedRecord, EncryptionRecord, FileRecord, Form, MediaRecord, NewFile, Origin, Record, Revision, SignatureRecord,
    State, tool,
};
pub use salt::Salt;
pub use session::{
    Document, Encryption, Holding, Incoming, Placed, SessionArchive, Wanted, complete, payload_elsewhere, planned_document_path,
    planned_path,
};
pub use shard::Shard;
pub use ship::versions::is_version;
pub use ship::{
    Begun, Freed, Freeing, Planned, Planner, Received, Returned, Returning, ShipOptions, Shipment, Shipper, Upload, UploadFile,
};
pub use shipped::{ShippedArchive, ShippedRun};
pub use surroundings::must_be_outside;
pub use terms::{ProviderOutcome, StoreOutcome};
pub use word::Word;

#[cfg(test)]
mod tests;
