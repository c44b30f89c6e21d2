//! Keyed fingerprints of content that the archive holds in encrypted form alone.
//!
//! A later run has no key that opens the archive, and must notice that an answer is one that it has. The SHA-256 of a short answer would give
//! the answer away, so a fingerprint is keyed with a secret that the writing machine has anyway, and that is not in the archive.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;
use std::fmt;

/// The number of hex digits that tell keys apart.
const KEY_DIGITS: usize = 8;

/// The keys of fingerprints: the first makes them, all recognize them.
#[derive(Clone)]
pub struct FingerprintKeys(Vec<Zeroizing<[u8; 32]>>);

/// The result of a comparison with a recorded fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// The content is the same.
    Same,
    /// The content is another.
    Other,
    /// The fingerprint was made with another key.
    Unknown,
}

impl FingerprintKeys {
    /// Takes keys over. Without any, no fingerprints are made, and none is recognized.
    pub fn new(keys: Vec<Zeroizing<[u8; 32]>>) -> Self {
        Self(keys)
    }

    /// Returns the fingerprint of content with this SHA-256 in a session: the beginning of a tag of the key, a colon, and HMAC-SHA256 over
    /// the session's id, a line break and the SHA-256 in hex.
    pub(crate) fn of(&self, session: &str, sha256: &str) -> Option<String> {
        self.0.first().map(|key| fingerprint(key, session, sha256))
    }

    /// Compares content with a recorded fingerprint.
    pub(crate) fn compare(&self, recorded: Option<&str>, session: &str, sha256: &str) -> Likeness {
        let Some((tag, _)) = recorded.and_then(|recorded| recorded.split_once(':')) else { return Likeness::Unknown };
        match self.0.iter().find(|key| key_tag(key) == tag) {
            Some(key) if recorded == Some(fingerprint(key, session, sha256).as_str()) => Likeness::Same,
            Some(_) => Likeness::Other,
            None => Likeness::Unknown,
        }
    }
}

/// Shows no key.
impl fmt::Debug for FingerprintKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FingerprintKeys({})", self.0.len())
    }
}

fn fingerprint(key: &[u8; 32], session: &str, sha256: &str) -> String {
    format!("{}:{}", key_tag(key), mac(key, &[session, "\n", sha256]))
}

fn key_tag(key: &[u8; 32]) -> String {
    let mut tag = mac(key, &["vmedia fingerprint key"]);
    tag.truncate(KEY_DIGITS);
    tag
}

fn mac(key: &[u8; 32], parts: &[&str]) -> String {
    // A shorter key is padded with zeros to the block (RFC 2104).
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block.iter_mut().zip(key).for_each(|(to, byte)| *to = *byte);
    let mut mac = Hmac::<Sha256>::new(&block);
    parts.iter().for_each(|part| mac.update(part.as_bytes()));
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::{FingerprintKeys, Likeness};
    use secrecy::zeroize::Zeroizing;

    fn keys(bytes: &[u8]) -> FingerprintKeys {
        FingerprintKeys::new(bytes.iter().map(|byte| Zeroizing::new([*byte; 32])).collect())
    }

    #[test]
    fn content_is_recognized_while_its_key_is_among_the_keys() {
        let (one, both, other) = (keys(&[1]), keys(&[2, 1]), keys(&[2]));
        let made = one.of("s", &"ab".repeat(32)).expect("a fingerprint");
        assert!(!made.contains(&"ab".repeat(8)) && made.len() == 73, "{made}");
        for (keys, session, sha256, likeness) in [
            (&one, "s", "ab", Likeness::Same),
            (&both, "s", "ab", Likeness::Same),
            (&both, "s", "cd", Likeness::Other),
            (&one, "t", "ab", Likeness::Other),
            (&other, "s", "ab", Likeness::Unknown),
        ] {
            assert_eq!(keys.compare(Some(&made), session, &sha256.repeat(32)), likeness, "{keys:?} {session} {sha256}");
        }
        assert_ne!(both.of("s", &"ab".repeat(32)), Some(made), "the first key makes them");
        assert_eq!(one.compare(None, "s", "ab"), Likeness::Unknown);
        assert_eq!(one.compare(Some("nonsense"), "s", "ab"), Likeness::Unknown);
    }
}
