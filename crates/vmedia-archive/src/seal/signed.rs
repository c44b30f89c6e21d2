//! Checks who signed a `SignedData` (RFC 5652): digest algorithms by their names, and the signature over the signed attributes.
//!
//! Must not judge who issued a certificate.

use super::cms::Signer;
use aws_lc_rs::digest::{self, Algorithm};
use bcder::{ConstOid, Oid};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert};

/// 2.16.840.1.101.3.4.2.1
pub(crate) const SHA256: ConstOid = Oid(&[96, 134, 72, 1, 101, 3, 4, 2, 1]);
/// 2.16.840.1.101.3.4.2.2
const SHA384: ConstOid = Oid(&[96, 134, 72, 1, 101, 3, 4, 2, 2]);
/// 2.16.840.1.101.3.4.2.3
const SHA512: ConstOid = Oid(&[96, 134, 72, 1, 101, 3, 4, 2, 3]);
/// 2.16.840.1.101.3.4.2.4
const SHA224: ConstOid = Oid(&[96, 134, 72, 1, 101, 3, 4, 2, 4]);
/// 1.3.14.3.2.26
pub(crate) const SHA1: ConstOid = Oid(&[43, 14, 3, 2, 26]);
/// 1.2.840.113549.1.1.1, which leaves it to the digest's name what RSA signs.
const RSA: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 1, 1]);
/// 1.2.840.113549.1.1.10, whose parameters belong to the algorithm.
const RSA_PSS: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 1, 10]);

/// A digest algorithm.
pub(crate) struct Hash {
    /// Its name for people.
    pub(crate) name: &'static str,
    algorithm: &'static Algorithm,
    /// False if other content with the same digest can be made.
    pub(crate) resists_collisions: bool,
}

impl Hash {
    /// Returns the digest of a content.
    pub(crate) fn digest(&self, content: &[u8]) -> Vec<u8> {
        digest::digest(self.algorithm, content).as_ref().to_vec()
    }
}

/// Returns the digest algorithm of that name.
pub(crate) fn hash(name: &Oid) -> Option<Hash> {
    let known = [
        (SHA256, "SHA-256", &digest::SHA256, true),
        (SHA384, "SHA-384", &digest::SHA384, true),
        (SHA512, "SHA-512", &digest::SHA512, true),
        (SHA224, "SHA-224", &digest::SHA224, true),
        (SHA1, "SHA-1", &digest::SHA1_FOR_LEGACY_USE_ONLY, false),
    ];
    let found = known.into_iter().find(|(known, ..)| name == known);
    found.map(|(_, name, algorithm, resists_collisions)| Hash { name, algorithm, resists_collisions })
}

/// The outcome of checking a signature with the key of a certificate.
pub(crate) enum SignatureOutcome {
    /// The key made it.
    Held,
    /// The key did not make it.
    Wrong,
    /// The algorithm is not known here.
    Unknown,
    /// The certificate cannot be used.
    Refused(webpki::Error),
}

/// Checks that the attributes are signed with this certificate's key.
pub(crate) fn check(certificate: &EndEntityCert<'_>, signer: &Signer) -> SignatureOutcome {
    let name = signer.algorithm.get(..2 + usize::from(signer.algorithm.get(1).copied().unwrap_or(0))).unwrap_or_default();
    let rsa_with = match name.get(2..) {
        Some(name) if name == RSA.0 => Some(rsa_with(&signer.digest)),
        _ => None,
    };
    let is_pss = name.get(2..) == Some(RSA_PSS.0);
    let is_it = |known: &[u8]| match rsa_with {
        Some(with) => with.is_some_and(|with| known == with.as_ref()),
        // A NULL behind a name makes no difference to it.
        None if is_pss => known == signer.algorithm,
        None => !name.is_empty() && known.starts_with(name),
    };
    for algorithm in ALL_VERIFICATION_ALGS.iter().filter(|algorithm| is_it(algorithm.signature_alg_id().as_ref())) {
        match certificate.verify_signature(*algorithm, &signer.attributes, &signer.signature) {
            Ok(()) => return SignatureOutcome::Held,
            // ECDSA is called the same on each curve.
            Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
            Err(webpki::Error::InvalidSignatureForPublicKey) => return SignatureOutcome::Wrong,
            Err(error) => return SignatureOutcome::Refused(error),
        }
    }
    SignatureOutcome::Unknown
}

/// Returns what RSA signs with this digest.
fn rsa_with(digest: &Oid) -> Option<rustls_pki_types::AlgorithmIdentifier> {
    use rustls_pki_types::alg_id;
    [(SHA256, alg_id::RSA_PKCS1_SHA256), (SHA384, alg_id::RSA_PKCS1_SHA384), (SHA512, alg_id::RSA_PKCS1_SHA512)]
        .into_iter()
        .find_map(|(name, algorithm)| (*digest == name).then_some(algorithm))
}
