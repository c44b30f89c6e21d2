//! One SHA-256 state, and what is done to it alone: the initial value, padding and the final digest (FIPS 180-4).

use sha2::block_api::compress256;
use zeroize::Zeroize;

/// The length of a block in bytes.
pub(crate) const BLOCK: usize = 64;

/// A block of a message.
pub(crate) type Block = [u8; BLOCK];

/// The initial hash value of SHA-256 (§5.3.3).
const INITIAL: [u32; 8] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A SHA-256 state between two blocks. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct State(pub(crate) [u32; 8]);

impl State {
    /// Creates the state before the first block.
    pub(crate) const fn new() -> Self {
        Self(INITIAL)
    }

    /// Adds blocks to this state alone.
    pub(crate) fn compress(&mut self, blocks: &[Block]) {
        compress256(&mut self.0, blocks);
    }

    /// Adds the last bytes of a message, less than a block, with the padding of a message of `length` bytes, and returns its digest.
    pub(crate) fn finish(&mut self, tail: &[u8], length: u64) -> [u8; 32] {
        let mut padded = [[0; BLOCK]; 2];
        let bytes = padded.as_flattened_mut();
        bytes[..tail.len()].copy_from_slice(tail);
        bytes[tail.len()] = 0x80;
        let bits = length.wrapping_mul(8).to_be_bytes();
        // The padding is one bit and the length, and takes a second block where the first has no room for them.
        let blocks = if tail.len() + 1 + bits.len() <= BLOCK { 1 } else { 2 };
        bytes[blocks * BLOCK - bits.len()..blocks * BLOCK].copy_from_slice(&bits);
        self.compress(&padded[..blocks]);
        padded.zeroize();

        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            *bytes = word.to_be_bytes();
        }
        digest
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
