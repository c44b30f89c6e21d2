//! Seals: who vouches for a file (an SSH signature) and since when it has been there (an RFC 3161 time stamp); and the
//! RSA keys that sign requests, so that private keys are in one place.
//!
//! Pure but for the key files it is pointed to. Must not know what is sealed, where seals are kept, or how a time stamp's
//! request travels.

pub(crate) mod ber;
pub(crate) mod cms;
pub(crate) mod name;
mod pem;
pub mod rsa;
pub(crate) mod signed;
pub mod ssh;
pub mod stamp;

/// Starts the cryptographic library's source of random numbers. TLS and signatures wait for it otherwise: the library measures the
/// jitter of the processor for some 60 ms, once in a process.
pub fn start_random_source() {
    // A failure shows where numbers are needed.
    let _ = aws_lc_rs::rand::fill(&mut [0]);
}
