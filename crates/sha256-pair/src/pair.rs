//! The digest and the tag of one message.

use crate::backend::Backend;
use crate::key::Key;
use crate::state::{BLOCK, Block, State};
use ctutils::CtEq;
use std::fmt;
use zeroize::Zeroize;

/// Computes SHA-256 and HMAC-SHA-256 of a message that arrives in pieces.
///
/// To check one message with several keys, create a pair for each: a pair costs about as much as HMAC alone.
#[derive(Clone)]
pub struct Pair {
    plain: State,
    /// The inner hash of HMAC.
    inner: State,
    /// The outer hash of HMAC.
    outer: State,
    /// The last bytes of the message, which do not fill a block yet.
    partial: Block,
    /// The length of the message in bytes.
    length: u64,
    backend: Backend,
}

/// What [`Pair::finish`] returns.
#[derive(Debug, Clone)]
pub struct Digests {
    /// The SHA-256 of the message.
    pub sha256: [u8; 32],
    /// Its HMAC-SHA-256.
    pub tag: Tag,
}

/// An HMAC-SHA-256. Wiped when dropped; compared by [`Tag::verify`] alone.
#[derive(Clone)]
pub struct Tag([u8; 32]);

impl Pair {
    /// Begins a message.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        Self::with_backend(key, Backend::detect())
    }

    pub(crate) fn with_backend(key: &Key, backend: Backend) -> Self {
        let Key { inner, outer } = key.clone();
        Self { plain: State::new(), inner, outer, partial: [0; BLOCK], length: 0, backend }
    }

    /// Adds the next piece of the message.
    pub fn update(&mut self, piece: &[u8]) {
        let filled = self.filled();
        self.length = self.length.wrapping_add(piece.len() as u64);
        let mut rest = piece;
        if filled > 0 {
            let room = &mut self.partial[filled..];
            let (first, others) = piece.split_at(piece.len().min(room.len()));
            let is_full = first.len() == room.len();
            room[..first.len()].copy_from_slice(first);
            if !is_full {
                return;
            }
            self.backend.compress(&mut self.plain, &mut self.inner, &[self.partial]);
            rest = others;
        }
        let (blocks, rest) = rest.as_chunks();
        self.backend.compress(&mut self.plain, &mut self.inner, blocks);
        self.partial[..rest.len()].copy_from_slice(rest);
    }

    /// Returns the SHA-256 and the HMAC-SHA-256 of the message.
    #[must_use]
    pub fn finish(mut self) -> Digests {
        // The lengths in the padding differ by the block of the key, so the states share no schedule from here on.
        let tail = &self.partial[..self.filled()];
        let sha256 = self.plain.finish(tail, self.length);
        let mut inner = self.inner.finish(tail, self.length.wrapping_add(BLOCK as u64));
        let tag = Tag(self.outer.finish(&inner, (BLOCK + inner.len()) as u64));
        inner.zeroize();
        Digests { sha256, tag }
    }

    /// Returns how many bytes of `partial` are the message's.
    #[expect(clippy::cast_possible_truncation, reason = "less than a block")]
    fn filled(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.partial.zeroize();
    }
}

impl fmt::Debug for Pair {
    /// Prints nothing of the message or the key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pair").field("length", &self.length).field("backend", &self.backend).finish_non_exhaustive()
    }
}

impl Tag {
    /// Returns whether this is the expected tag, in constant time. Bytes of another length are not.
    #[must_use]
    pub fn verify(&self, expected: &[u8]) -> bool {
        // The length of a tag is no secret.
        expected.len() == self.0.len() && self.0.as_slice().ct_eq(expected).to_bool()
    }

    /// Returns the tag, to be sent. Never compare it with `==`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Tag {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Tag {
    /// Prints nothing of the tag.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Tag").finish_non_exhaustive()
    }
}
