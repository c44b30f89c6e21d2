//! The place of a line in the journal, at which it is read again.

use jiff::Timestamp;

/// The place of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The number of its segment.
    pub(super) segment: u32,
    /// Offset and length in bytes, without the line break.
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(crate) at: Timestamp,
    /// The line's own digest, to compare when it is read again.
    pub(super) sha256: Option<[u8; 32]>,
}
