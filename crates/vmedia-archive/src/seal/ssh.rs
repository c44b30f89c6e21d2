//! Signatures in the format of `ssh-keygen -Y`, by Ed25519 keys: one common tool makes the keys, checks the
//! signatures, and needs no authority. The layouts are those of OpenSSH's `PROTOCOL.sshsig` and `PROTOCOL.key`.
//!
//! Must not know what is signed or where a signature is kept.

mod fields;
mod key;
mod signature;
mod signers;

pub use key::{PublicKey, SigningKey};
pub use signature::{Refusal, Signature};
pub use signers::{Person, Signers};

/// The namespace of this program's signatures. A signature for another purpose (a Git commit, a login) is refused.
pub const NAMESPACE: &str = "vmedia";
/// The namespace of signatures that approve a disposition plan. A seal of the journal never counts as one, nor one as a seal.
pub const DISPOSITION: &str = "vmedia-disposition";

#[cfg(test)]
mod tests;
