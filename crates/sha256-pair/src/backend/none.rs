//! Stands for the instructions of processors that have none for SHA-256.

use crate::state::Block;

/// Has no value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Instructions {}

impl Instructions {
    /// Returns `None`.
    pub(crate) fn detect() -> Option<Self> {
        None
    }

    /// Cannot be called.
    pub(crate) fn compress(self, _plain: &mut [u32; 8], _keyed: &mut [u32; 8], _blocks: &[Block]) {
        match self {}
    }
}
