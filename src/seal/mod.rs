//! Seals: who vouches for a file (an SSH signature) and since when it has been there (an RFC 3161 time stamp); and the
//! RSA keys that sign requests, so that private keys are in one place.
//!
//! Pure but for the key files it is pointed to. Must not know what is sealed, where seals are kept, or how a time stamp's
//! request travels.

mod armour;
pub mod rsa;
pub mod ssh;
pub mod stamp;
