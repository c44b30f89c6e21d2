//! Veriff's signatures: HMAC-SHA256 with the shared secret as text, in hex. Requests sign the id in their path,
//! answers their raw body (devdocs.veriff.com, "HMAC authentication and endpoint security").
//!
//! Must not know endpoints.

use crate::http::Headers;
use crate::provider::{Checked, Signature, SignatureCheck};
use crate::secret::Secret;
use secrecy::zeroize::Zeroizing;
use sha256_pair::{Digests, Key, Pair};

/// Headers that carry an answer's signature; the second was documented from August to October 2025.
const SIGNATURE_HEADERS: [&str; 2] = ["x-hmac-signature", "vrf-hmac-signature"];

/// The secrets as HMAC states, several during a key rotation. The secrets themselves are no longer in memory; the states are wiped.
pub(super) struct Keys {
    first: Key,
    others: Vec<Key>,
}

impl Keys {
    /// Takes over the secrets and wipes them. The first signs requests.
    pub(super) fn new(first: Secret, others: Vec<Secret>) -> Self {
        let key = |secret: Secret| Key::new(secret.expose());
        Self { first: key(first), others: others.into_iter().map(key).collect() }
    }

    /// Returns the tag of a text under each secret.
    pub(super) fn tags(&self, subject: &str) -> Vec<Zeroizing<[u8; 32]>> {
        let tag = |key| {
            let mut pair = Pair::new(key);
            pair.update(subject.as_bytes());
            Zeroizing::new(*pair.finish().tag.as_bytes())
        };
        std::iter::once(&self.first).chain(&self.others).map(tag).collect()
    }

    /// Returns the signature of a text, as the `X-HMAC-SIGNATURE` header takes it: 64 lower-case hex digits.
    pub(super) fn sign(&self, subject: &str) -> String {
        let mut pair = Pair::new(&self.first);
        pair.update(subject.as_bytes());
        hex::encode(pair.finish().tag.as_bytes())
    }
}

/// Computes an answer's digest, and checks the answer against each secret.
pub(super) struct HmacCheck {
    sent: Option<String>,
    first: Pair,
    others: Vec<Pair>,
}

impl HmacCheck {
    /// Creates the check of the signature in an answer's headers, if any.
    pub(super) fn of_answer(keys: &Keys, headers: &Headers) -> Self {
        Self::new(keys, SIGNATURE_HEADERS.iter().find_map(|name| headers.value(name)))
    }

    /// Creates the check of a signature.
    pub(super) fn new(keys: &Keys, sent: Option<&str>) -> Self {
        let sent = sent.map(|value| value.trim().to_ascii_lowercase());
        let others = if sent.is_some() { keys.others.iter().map(Pair::new).collect() } else { Vec::new() };
        Self { sent, first: Pair::new(&keys.first), others }
    }
}

impl SignatureCheck for HmacCheck {
    fn update(&mut self, piece: &[u8]) {
        self.first.update(piece);
        for other in &mut self.others {
            other.update(piece);
        }
    }

    fn finish(self: Box<Self>) -> Checked {
        let Self { sent, first, others } = *self;
        let Digests { sha256, tag } = first.finish();
        let mut tags = std::iter::once(tag).chain(others.into_iter().map(|other| other.finish().tag));
        let signature = match sent {
            None => Signature::Absent,
            // `verify` compares in constant time.
            Some(sent) if hex::decode(&sent).is_ok_and(|bytes| tags.any(|tag| tag.verify(&bytes))) => Signature::Held(sent),
            Some(_) => Signature::Wrong,
        };
        Checked { sha256, signature }
    }
}

#[cfg(test)]
mod tests {
    use super::{HmacCheck, Keys};
    use crate::http::Headers;
    use crate::provider::{Checked, Signature, SignatureCheck};
    use crate::secret::Secret;
    use sha2::{Digest, Sha256};

    /// The secret of the vendor's published examples.
    const SECRET: &str = "abcdef12-abcd-abcd-abcd-abcdef012345";

    fn keys(secrets: &[&str]) -> Keys {
        let mut secrets = secrets.iter().map(|secret| Secret::new((*secret).to_owned()));
        Keys::new(secrets.next().expect("a secret"), secrets.collect())
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
            assert_eq!(keys(&[SECRET]).sign(subject), signature, "{subject}");
        }
    }

    fn verdict(header: Option<(&str, &str)>, secrets: &[&str], body: &[u8]) -> Signature {
        let headers = Headers::new(header.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut seal = Box::new(HmacCheck::of_answer(&keys(secrets), &headers));
        for piece in body.chunks(2) {
            seal.update(piece);
        }
        let Checked { sha256, signature } = seal.finish();
        assert_eq!(sha256, *Sha256::digest(body));
        signature
    }

    #[test]
    fn answers_are_checked_over_their_raw_bytes() {
        let body = [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10];
        let good = "57d72fd2d2fe2098a726849085b478fab9b13d5dd61c8328bb355f11da553c9f";
        let held = Signature::Held(good.to_owned());
        assert_eq!(verdict(Some(("X-HMAC-SIGNATURE", good)), &[SECRET], &body), held);
        assert_eq!(verdict(Some(("x-hmac-signature", &good.to_uppercase())), &[SECRET], &body), held);
        assert_eq!(verdict(Some(("vrf-hmac-signature", good)), &[SECRET], &body), held);
        assert_eq!(verdict(Some(("x-hmac-signature", good)), &["new", SECRET], &body), held);
        assert_eq!(verdict(Some(("x-hmac-signature", good)), &["new"], &body), Signature::Wrong);
        assert_eq!(verdict(Some(("x-hmac-signature", good)), &[SECRET], b"other"), Signature::Wrong);
        assert_eq!(verdict(Some(("x-hmac-signature", "a1b2c3d4e5f6g7h8")), &[SECRET], &body), Signature::Wrong);
        assert_eq!(verdict(Some(("x-hmac-signature", "")), &[SECRET], &body), Signature::Wrong);
        assert_eq!(verdict(None, &[SECRET], &body), Signature::Absent);
    }
}
