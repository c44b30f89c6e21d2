//! The provider's side of request and answer signatures: HMAC-SHA256, key and message as UTF-8, lower-case hex.
//!
//! Written from the published description on purpose, without a line in common with the client: it judges the client.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// A signature in the making.
pub(crate) struct Signer(Hmac<Sha256>);

impl Signer {
    /// Starts with the shared secret exactly as issued.
    pub(crate) fn new(secret: &str) -> Self {
        // A key of HMAC is one block: shorter ones are filled with zeros, longer ones are hashed first (RFC 2104).
        let secret = secret.as_bytes();
        let mut block = [0; 64];
        if secret.len() <= block.len() {
            block[..secret.len()].copy_from_slice(secret);
        } else {
            block[..32].copy_from_slice(&Sha256::digest(secret));
        }
        Self(Hmac::new(&block.into()))
    }

    /// Adds bytes of the message.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the signature as 64 lower-case hex digits.
    pub(crate) fn finish(self) -> String {
        hex::encode(self.0.finalize().into_bytes())
    }
}

/// Signs a message that is in memory.
pub(crate) fn sign(secret: &str, message: &[u8]) -> String {
    let mut signer = Signer::new(secret);
    signer.update(message);
    signer.finish()
}

/// The result of a signature check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureStatus {
    /// It is the signature of that message.
    Valid,
    /// It is not 64 lower-case hex digits.
    NotHex,
    /// It belongs to another message or another secret.
    Mismatch,
}

/// Judges a signature, in constant time once its form is right.
pub(crate) fn check_signature(secret: &str, message: &[u8], signature: &[u8]) -> SignatureStatus {
    let digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if signature.len() != 64 || !signature.iter().all(digit) {
        return SignatureStatus::NotHex;
    }
    let Ok(tag) = hex::decode(signature) else {
        return SignatureStatus::NotHex;
    };
    let mut signer = Signer::new(secret);
    signer.update(message);
    match signer.0.verify_slice(&tag) {
        Ok(()) => SignatureStatus::Valid,
        Err(_) => SignatureStatus::Mismatch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "abcdef12-abcd-abcd-abcd-abcdef012345";

    #[test]
    fn published_vectors() {
        let id = b"aea9ba6d-1b47-47fc-a4fc-f72b6d3584a7";
        let expected = "895cb3fd31139d89aeb7b263682e15479ab57651e70591256ad2c14fde4950dd";
        assert_eq!(sign(SECRET, id), expected);
        assert_eq!(check_signature(SECRET, id, expected.as_bytes()), SignatureStatus::Valid);

        let body = concat!(
            r#"{"verification":{"callback":"https://veriff.com","person":{"firstName":"John","lastName":"Smith"},"#,
            r#""document":{"type":"PASSPORT","country":"EE"},"vendorData":"unique id of a user","#,
            r#""timestamp":"2016-05-19T08:30:25.597Z"}}"#
        );
        let expected = "6af6d95822e19e9cc707aec55395d8d363ba2c7bc4625bc04ebeca0c7bf8cd67";
        assert_eq!(sign(SECRET, body.as_bytes()), expected);
    }

    #[test]
    fn secrets_of_any_length() {
        // Computed with OpenSSL.
        let expected = "8947a7db0f25cfae68a9bf1a0ac294cafc8c704a8677606f5218e5d6d2e15389";
        assert_eq!(sign(&"k".repeat(65), b"id"), expected);
    }

    #[test]
    fn wrong_signatures() {
        let good = sign(SECRET, b"id");
        assert_eq!(check_signature(SECRET, b"ID", good.as_bytes()), SignatureStatus::Mismatch);
        assert_eq!(check_signature("other", b"id", good.as_bytes()), SignatureStatus::Mismatch);
        assert_eq!(check_signature(SECRET, b"id", good.to_uppercase().as_bytes()), SignatureStatus::NotHex);
        assert_eq!(check_signature(SECRET, b"id", b"a1b2c3d4e5f6g7h8"), SignatureStatus::NotHex);
        assert_eq!(check_signature(SECRET, b"id", b""), SignatureStatus::NotHex);
    }
}
