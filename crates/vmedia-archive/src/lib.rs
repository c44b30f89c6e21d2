//! Writes and verifies archives of identity-verification media: one BagIt bag (RFC 8493) per session, with a record of where every
//! file came from, beside a journal whose lines are chained by digests and sealed by signatures.
//!
//! Reads and writes through [`store`], in relative paths and streams. Has no HTTP client and does not depend on a provider.

pub mod error;
pub mod input;
pub mod model;
pub mod seal;
pub mod store;
pub mod text;
pub mod verify;

mod bag;
mod catalog;
mod catalog_page;
mod coded;
mod commit;
mod complete;
mod describing;
mod grouping;
mod journal;
mod known;
mod layout;
mod marker;
mod needs_refetch;
mod page;
mod placing;
mod reason;
mod record;
mod salt;
mod session;
mod surroundings;
mod terms;
mod word;

pub use catalog::{CatalogRow, Condition, catalog_row, verified_sessions};
pub use catalog_page::CatalogWriter;
pub use coded::{Coded, Fact};
pub use complete::{Wanted, complete};
pub use journal::{
    Authenticated, Chain, ClosedSegment, FOLDER as JOURNAL_FOLDER, Identity, Journal, LARGEST_SEAL, LastVerified, Proof, SIGNATURE,
    SealEntry, TIME_STAMP, UnsealedRun, Verifications,
};
pub use layout::PAGE;
pub use placing::{NewFile, Placed};
pub use reason::{CodedReason, Disagreement, Reason};
pub use record::{
    AttemptRecord, Change, CompanionRecord, CompanionState, FactRecord, FileRecord, HistoryRecord, MediaRecord, Record, SignatureRecord,
    SignatureVerdict, State, tool,
};
pub use salt::Salt;
pub use session::{Document, Holding, Origin, SessionArchive, planned_document_path, planned_path};
pub use surroundings::must_be_outside;
pub use word::Word;

#[cfg(test)]
mod tests;
