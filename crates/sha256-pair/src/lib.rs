//! Computes SHA-256 and HMAC-SHA-256 of the same bytes at the cost of one of them.
//!
//! Most of SHA-256's work on a block is a chain of 64 rounds, in which each waits for the one before. The rest, the message
//! schedule, depends on the block alone. The inner hash of HMAC sees the blocks of the message too, but begins in another state. So
//! [`Pair`] computes the schedule of each block once, and the rounds of both states in turn: one uses the time in which the other
//! waits.
//!
//! ```
//! use sha256_pair::{Digests, Key, Pair};
//!
//! let key = Key::new(b"key");
//! let mut pair = Pair::new(&key);
//! pair.update(b"The quick brown fox ");
//! pair.update(b"jumps over the lazy dog");
//! let Digests { sha256, tag } = pair.finish();
//!
//! assert_eq!(sha256[..4], [0xd7, 0xa8, 0xfb, 0xb3]);
//! assert_eq!(tag.as_bytes()[..4], [0xf7, 0xbc, 0x83, 0xf4]);
//! assert!(!tag.verify(&[0; 32]));
//! ```
//!
//! # Speed
//!
//! `cargo run --release -p sha256-pair --example compare` prints the GB/s of one thread:
//!
//! | bytes of a message | `sha2` | `sha2`, then `hmac` | [`Pair`] |
//! |---|---|---|---|
//! | 2,000 | 1.43 | 0.68 | 1.18 |
//! | 250,000 | 1.44 | 0.72 | 1.44 |
//! | 20,000,000 | 1.43 | 0.71 | 1.41 |
//!
//! This was on an AMD EPYC (x86-64, with SHA instructions) with Rust 1.95, 2026-11-29. On ARM64 the tests have run in an emulator, and
//! nothing was measured. On processors without these instructions a pair costs as much as both digests one after the other.
//!
//! # Backends
//!
//! | processor | computed by |
//! |---|---|
//! | x86-64 with SHA, SSSE3 and SSE4.1 | the instructions `sha256rnds2`, `sha256msg1` and `sha256msg2` |
//! | ARM64 with the SHA2 extension | the instructions `sha256h`, `sha256h2`, `sha256su0` and `sha256su1` |
//! | any other | the crate `sha2`, once for each state |
//!
//! The processor is asked at run time. Blocks that belong to one state alone (keys, padding) are always left to `sha2`. The only
//! unsafe code is one call per processor, of a function that requires these instructions.
//!
//! # Secrets
//!
//! States are wiped when they are dropped, and so are copies of a key's and a message's bytes. As with `sha2` and `hmac`, this does
//! not reach values that the compiler moved or left in registers. No branch and no index depends on a key or a message, only on
//! their lengths; [`Tag::verify`] takes the same time wherever tags differ.
//!
//! # Sources
//!
//! - FIPS 180-4, Secure Hash Standard: the constants of §4.2.2 and §5.3.3, padding in §5.1.1, the compression function in §6.2.2.
//! - RFC 2104, HMAC; RFC 4231, its test vectors.
//! - Intel Intrinsics Guide, "SHA"; Arm Intrinsics reference, "Cryptography".

mod backend;
mod key;
mod pair;
mod state;

pub use key::Key;
pub use pair::{Digests, Pair, Tag};

#[cfg(test)]
mod tests;
