//! Veriff's signatures: HMAC-SHA256 with the shared secret as text, in hex. Requests sign the id in their path,
//! answers their raw body (devdocs.veriff.com, "HMAC authentication and endpoint security").
//!
//! Must not know endpoints.

use crate::http::Headers;
use crate::provider::{Signature, SignatureCheck};
use crate::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Headers that carry an answer's signature; the second was documented from August to October 2025.
const SIGNATURE_HEADERS: [&str; 2] = ["x-hmac-signature", "vrf-hmac-signature"];

/// Returns the signature of a text, as the `X-HMAC-SIGNATURE` header takes it: 64 lower-case hex digits.
pub(super) fn sign(key: &Key, subject: &str) -> String {
    let mut mac = key.0.clone();
    mac.update(subject.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// A secret as HMAC state. The secret itself is no longer in memory; the state is wiped.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    /// Takes over the secret and wipes it.
    #[expect(clippy::needless_pass_by_value, reason = "nothing is left of the secret")]
    pub(super) fn new(secret: Secret) -> Self {
        Self(match Hmac::<Sha256>::new_from_slice(secret.expose()) {
            Ok(mac) => mac,
            // HMAC is defined for keys of every length (RFC 2104), and the crate's error cannot occur for it.
            Err(_) => Hmac::<Sha256>::new(&hmac::digest::Key::<Hmac<Sha256>>::default()),
        })
    }
}

/// Checks an answer against each secret that is active during a key rotation.
pub(super) struct HmacCheck {
    sent: Option<String>,
    candidates: Vec<Hmac<Sha256>>,
}

impl HmacCheck {
    /// Creates the check of the signature in an answer's headers, if any.
    pub(super) fn of_answer(keys: &[Key], headers: &Headers) -> Self {
        Self::new(keys, SIGNATURE_HEADERS.iter().find_map(|name| headers.value(name)))
    }

    /// Creates the check of a signature.
    pub(super) fn new(keys: &[Key], sent: Option<&str>) -> Self {
        let sent = sent.map(|value| value.trim().to_ascii_lowercase());
        let candidates = if sent.is_some() { keys.iter().map(|key| key.0.clone()).collect() } else { Vec::new() };
        Self { sent, candidates }
    }
}

impl SignatureCheck for HmacCheck {
    fn update(&mut self, piece: &[u8]) {
        for candidate in &mut self.candidates {
            candidate.update(piece);
        }
    }

    fn finish(self: Box<Self>) -> Signature {
        let Some(sent) = self.sent else { return Signature::Absent };
        let Ok(bytes) = hex::decode(&sent) else { return Signature::Wrong };
        // `verify_slice` compares in constant time.
        if self.candidates.into_iter().any(|candidate| candidate.verify_slice(&bytes).is_ok()) {
            Signature::Held(sent)
        } else {
            Signature::Wrong
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HmacCheck, Key, sign};
    use crate::http::Headers;
    use crate::provider::{Signature, SignatureCheck};
    use crate::secret::Secret;

    /// Returns the secret of the vendor's published examples.
    fn key() -> Key {
        keyed("abcdef12-abcd-abcd-abcd-abcdef012345")
    }

    fn keyed(secret: &str) -> Key {
        Key::new(Secret::new(secret.to_owned()))
    }

    #[test]
    fn published_vectors_hold() {
        let cases = [
            // A session id in a GET (developers.veriff.com, "generating x-hmac-signature").
            ("aea9ba6d-1b47-47fc-a4fc-f72b6d3584a7", "895cb3fd31139d89aeb7b263682e15479ab57651e70591256ad2c14fde4950dd"),
            // The body of the same page.
            (
                r#"{"verification":{"callback":"https://veriff.com","person":{"firstName":"John","lastName":"Smith"},"document":{"type":"PASSPORT","country":"EE"},"vendorData":"unique id of a user","timestamp":"2016-05-19T08:30:25.597Z"}}"#,
                "6af6d95822e19e9cc707aec55395d8d363ba2c7bc4625bc04ebeca0c7bf8cd67",
            ),
            // The body of its newer edition.
            (
                r#"{"verification":{"callback":"https://veriff.com","person":{"firstName":"John","lastName":"Smith"},"document":{"type":"PASSPORT","country":"EE"},"vendorData":"unique id of the end-user","timestamp":"2016-05-19T08:30:25.597Z"}}"#,
                "0dcab73ddd20062616d104231c7439657546a5c24e4691977da93bb854c31e25",
            ),
        ];
        for (subject, signature) in cases {
            assert_eq!(sign(&key(), subject), signature, "{subject}");
        }
    }

    fn verdict(header: Option<(&str, &str)>, keys: &[Key], body: &[u8]) -> Signature {
        let headers = Headers::new(header.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut seal = Box::new(HmacCheck::of_answer(keys, &headers));
        for piece in body.chunks(2) {
            seal.update(piece);
        }
        seal.finish()
    }

    #[test]
    fn answers_are_checked_over_their_raw_bytes() {
        let body = [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10];
        let good = "57d72fd2d2fe2098a726849085b478fab9b13d5dd61c8328bb355f11da553c9f";
        let held = Signature::Held(good.to_owned());
        assert_eq!(verdict(Some(("X-HMAC-SIGNATURE", good)), &[key()], &body), held);
        assert_eq!(verdict(Some(("x-hmac-signature", &good.to_uppercase())), &[key()], &body), held);
        assert_eq!(verdict(Some(("vrf-hmac-signature", good)), &[key()], &body), held);
        assert_eq!(verdict(Some(("x-hmac-signature", good)), &[keyed("new"), key()], &body), held);
        assert_eq!(verdict(Some(("x-hmac-signature", good)), &[keyed("new")], &body), Signature::Wrong);
        assert_eq!(verdict(Some(("x-hmac-signature", good)), &[key()], b"other"), Signature::Wrong);
        assert_eq!(verdict(Some(("x-hmac-signature", "a1b2c3d4e5f6g7h8")), &[key()], &body), Signature::Wrong);
        assert_eq!(verdict(Some(("x-hmac-signature", "")), &[key()], &body), Signature::Wrong);
        assert_eq!(verdict(None, &[key()], &body), Signature::Absent);
    }
}
