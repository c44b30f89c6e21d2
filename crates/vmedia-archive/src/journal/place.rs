//! The place of a line in the journal, at which it is read again.

use jiff::Timestamp;

/// The place of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The number of its segment.
    pub(super) segment: u32,
    /// The length in bytes, without the line break.
    pub(super) length: u32,
    pub(super) offset: u64,
    pub(crate) at: Timestamp,
    /// The line's own digest, to compare when it is read again.
    pub(super) sha256: [u8; 32],
}

impl Place {
    /// Returns the offset of the next line.
    pub(super) fn end(&self) -> u64 {
        self.offset + u64::from(self.length) + 1
    }
}
