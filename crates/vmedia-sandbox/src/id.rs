//! Ids shaped like the provider's: version 4 UUIDs, random or made of a text.

use sha2::{Digest as _, Sha256};

/// Returns a random id.
pub(crate) fn random() -> String {
    let mut bytes = [0; 16];
    fastrand::fill(&mut bytes);
    shaped(bytes)
}

/// Returns the id that is made of a text.
pub(crate) fn of(text: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    shaped(bytes)
}

fn shaped(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
