//! The salt of a session, and the commitments that only it opens.
//!
//! The journal outlives a session that is deleted, and the plain SHA-256 of a small document can be guessed: the birth date in
//! `person.json` within a second. So the journal holds commitments to the provider's answers, keyed with a salt that is in the
//! session's folder alone and is deleted with it. Media files keep their digests: a picture cannot be guessed, and a session that
//! was lost can be compared when it is fetched again.

use crate::error::{Error, Result};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// 32 random bytes, made once for each session; 64 hex digits on disk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Salt([u8; 32]);

impl Salt {
    /// Returns the salt with these bytes.
    pub const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns a salt of random bytes.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn fresh() -> Result<Self> {
        let mut bytes = [0; 32];
        match getrandom::fill(&mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(_) => Err(Error::unexpected("this machine has no random numbers")),
        }
    }

    /// Returns HMAC-SHA256 with the salt's 32 bytes as key over the 64 lower-case hex digits of a SHA-256, in hex.
    pub(crate) fn commitment(&self, sha256: &str) -> String {
        // A shorter key is padded with zeros to the block (RFC 2104).
        let mut key = hmac::digest::Key::<Hmac<Sha256>>::default();
        key.iter_mut().zip(self.0).for_each(|(to, byte)| *to = byte);
        let mut mac = Hmac::<Sha256>::new(&key);
        mac.update(sha256.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

/// Shows no byte: a log outlives the session, too.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

impl TryFrom<String> for Salt {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        crate::store::sha256_bytes(&text).map(Self).ok_or("a salt has 64 hex digits")
    }
}

impl From<Salt> for String {
    fn from(salt: Salt) -> Self {
        hex::encode(salt.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Salt;
    use hmac::{Hmac, KeyInit, Mac};

    #[test]
    fn a_commitment_is_the_hmac_that_other_tools_compute() {
        let salt: Salt = serde_json::from_str(&format!("\"{}\"", "07".repeat(32))).expect("a salt");
        assert_eq!(salt, Salt::of([7; 32]));
        let mut other = Hmac::<sha2::Sha256>::new_from_slice(&[7; 32]).expect("a key of any length");
        other.update("ab".repeat(32).as_bytes());
        assert_eq!(salt.commitment(&"ab".repeat(32)), hex::encode(other.finalize().into_bytes()));
        assert_ne!(Salt::fresh().expect("random numbers"), Salt::fresh().expect("random numbers"));
        assert_eq!(format!("{salt:?}"), "Salt");
        for text in ["\"\"", "\"07\"", "7", "null"] {
            let error = serde_json::from_str::<Salt>(text).expect_err(text).to_string();
            assert!(!error.contains("07"), "{error}");
        }
    }
}
