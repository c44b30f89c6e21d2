//! Keys of HMAC-SHA-256 (RFC 2104).

use crate::state::{BLOCK, State};
use std::fmt;
use zeroize::Zeroize;

/// A key of HMAC-SHA-256, as the states that both of its hashes begin in. It serves any number of messages and does not hold the
/// secret itself.
#[derive(Clone)]
pub struct Key {
    pub(crate) inner: State,
    pub(crate) outer: State,
}

impl Key {
    /// Creates the key of a secret of any length.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if secret.len() <= BLOCK {
            block[..secret.len()].copy_from_slice(secret);
        } else {
            let (blocks, tail) = secret.as_chunks();
            let mut state = State::new();
            state.compress(blocks);
            let mut digest = state.finish(tail, secret.len() as u64);
            block[..digest.len()].copy_from_slice(&digest);
            digest.zeroize();
        }
        let key = Self { inner: begun(&block, 0x36), outer: begun(&block, 0x5c) };
        block.zeroize();
        key
    }
}

/// Returns the state after a key's block, each byte of which is combined with `pad`.
fn begun(key: &[u8; BLOCK], pad: u8) -> State {
    let mut block = key.map(|byte| byte ^ pad);
    let mut state = State::new();
    state.compress(&[block]);
    block.zeroize();
    state
}

impl fmt::Debug for Key {
    /// Prints nothing of the key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").finish_non_exhaustive()
    }
}
