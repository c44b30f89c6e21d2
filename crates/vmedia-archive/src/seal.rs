//! Seals: who vouches for a file (an SSH signature) and since when it has been there (an RFC 3161 time stamp); and the
//! RSA keys that sign requests, so that private keys are in one place.
//!
//! Pure but for the key files it is pointed to. Must not know what is sealed, where seals are kept, or how a time stamp's
//! request travels.

mod pem;
pub mod rsa;
pub mod ssh;
pub mod stamp;

/// Returns random bytes; `None` where the system has none.
pub fn random() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(bytes)
}
