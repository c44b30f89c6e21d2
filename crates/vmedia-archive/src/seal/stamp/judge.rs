//! Judges a time stamp: the authority must have signed it, and a trusted certificate must vouch for the authority at the time of
//! the stamp, so that a stamp outlives the certificates behind it.
//!
//! Must not ask anything of the network: a certificate that was revoked is not noticed.

use super::TST_INFO;
use super::answer::{self, Stamp, StampError};
use crate::error::{Error, Result, plain, quote};
use crate::seal::cms::{Attributes, Envelope, Signer, is_for_stamps_alone, octets, signing_certificate};
use crate::seal::signed::{Hash, SHA1, SHA256, SignatureOutcome, check, hash};
use bcder::{ConstOid, Oid};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// A file of certificates above this size is a mistake.
const LARGEST_FILE: u64 = 1024 * 1024;

/// 1.2.840.113549.1.9.3
const CONTENT_TYPE: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 9, 3]);
/// 1.2.840.113549.1.9.4
const MESSAGE_DIGEST: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 9, 4]);
/// 1.2.840.113549.1.9.16.2.12
const SIGNING_CERTIFICATE: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 9, 16, 2, 12]);
/// 1.2.840.113549.1.9.16.2.47
const SIGNING_CERTIFICATE_V2: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 9, 16, 2, 47]);
/// 1.3.6.1.5.5.7.3.8
const TIME_STAMPING: &[u8] = &[43, 6, 1, 5, 5, 7, 3, 8];

/// Certificates that are trusted to vouch for time-stamping authorities.
#[derive(Debug)]
pub struct Authorities(Vec<CertificateDer<'static>>);

/// A reason why a time stamp is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JudgeError {
    /// Its authority's signature or certificates do not hold.
    Invalid(String),
    /// It lacks what judging needs, or uses an algorithm that is not supported.
    Unsupported(String),
}

impl fmt::Display for JudgeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(reason) => write!(formatter, "the time stamp is not valid: {reason}"),
            Self::Unsupported(reason) => write!(formatter, "the time stamp cannot be judged: {reason}"),
        }
    }
}

impl std::error::Error for JudgeError {}

/// An outcome of judging.
type Judged<T> = std::result::Result<T, JudgeError>;

fn invalid<T>(reason: impl Into<String>) -> Judged<T> {
    Err(JudgeError::Invalid(reason.into()))
}

fn unsupported<T>(reason: impl Into<String>) -> Judged<T> {
    Err(JudgeError::Unsupported(reason.into()))
}

impl Authorities {
    /// Reads files of certificates in PEM.
    ///
    /// # Errors
    ///
    /// A file cannot be read, holds no certificate, or holds one that cannot vouch for anything.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let mut all = Vec::new();
        for path in paths {
            all.extend(certificates(path)?);
        }
        Ok(Self(all))
    }

    /// Reads an answer of an authority, and judges its signature, and its certificates at the time of the stamp. [`Stamp::covers`]
    /// compares the digest.
    ///
    /// # Errors
    ///
    /// The answer is no time stamp.
    pub fn judge(&self, answer: &[u8]) -> std::result::Result<(Stamp, Judged<()>), StampError> {
        let (stamp, content, envelope) = answer::open(answer, Envelope::take)?;
        let judged = self.judge_signature(&stamp, &content, &envelope);
        Ok((stamp, judged))
    }

    fn judge_signature(&self, stamp: &Stamp, content: &[u8], envelope: &Envelope) -> Judged<()> {
        let [signer] = &envelope.signers[..] else {
            return invalid(format!("it has {} signatures, not one", envelope.signers.len()));
        };
        if envelope.certificates.is_empty() {
            return unsupported("the authority's certificate is not in it");
        }
        let attributes = Attributes::read(&signer.attributes).or_else(|_| invalid("its signed attributes cannot be read"))?;
        is_about(&attributes, signer, content)?;
        let certificates: Vec<CertificateDer<'_>> = envelope.certificates.iter().map(|der| CertificateDer::from(&der[..])).collect();
        let certificate = certificate_of_signer(&attributes, &certificates)?;
        self.is_signed_by(certificate, &certificates, signer, stamp)
    }

    /// Checks that this certificate's key signed, and that a trusted certificate vouches for it.
    fn is_signed_by(&self, der: &CertificateDer<'_>, others: &[CertificateDer<'_>], signer: &Signer, stamp: &Stamp) -> Judged<()> {
        let certificate = EndEntityCert::try_from(der).or_else(|error| refused(&error))?;
        let is_named = |(issuer, serial): &(Vec<u8>, Vec<u8>)| issuer == certificate.issuer() && serial == certificate.serial();
        if !signer.issuer_and_serial.as_ref().is_none_or(is_named) {
            return invalid("it names another certificate than the one that its authority signed");
        }
        is_signed(&certificate, signer)?;
        if !is_for_stamps_alone(der).unwrap_or(false) {
            return invalid("its authority's certificate is not for time stamps (extended key usage timeStamping, critical, alone)");
        }
        let Ok(seconds) = u64::try_from(stamp.at.as_second()) else { return invalid("its time is before 1970") };
        let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let anchors: Vec<TrustAnchor<'_>> = self.0.iter().filter_map(|trusted| anchor_from_trusted_cert(trusted).ok()).collect();
        // Certificates of authorities above need not say what they are for; where they do, stamps must be part of it.
        let usage = KeyUsage::required_if_present(TIME_STAMPING);
        let path = certificate.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, others, time, usage, None, None);
        path.map(drop).or_else(|error| refused(&error))
    }
}

/// Checks that this content is signed, as a time stamp.
fn is_about(attributes: &Attributes, signer: &Signer, content: &[u8]) -> Judged<()> {
    // An object identifier, as it is encoded.
    let expected = [&[6, 11][..], TST_INFO.0].concat();
    if attributes.single(CONTENT_TYPE) != Some(&expected[..]) {
        return invalid("what its authority signed is not called a time stamp");
    }
    let Some(algorithm) = algorithm(&signer.digest) else {
        return unsupported(format!("digests by {} are not known here", signer.digest));
    };
    let signed = attributes.single(MESSAGE_DIGEST).and_then(|value| octets(value).ok());
    if signed != Some(algorithm.digest(content)) {
        return invalid("its authority signed another content");
    }
    Ok(())
}

/// Returns the certificate whose digest is signed: without that, another certificate for the same key would do (RFC 3161
/// 2.4.2, RFC 5816).
fn certificate_of_signer<'a, 'b>(attributes: &Attributes, certificates: &'a [CertificateDer<'b>]) -> Judged<&'a CertificateDer<'b>> {
    let first = attributes.values(SIGNING_CERTIFICATE).map(|value| (value, false));
    let second = attributes.values(SIGNING_CERTIFICATE_V2).map(|value| (value, true));
    let mut signers = None;
    for (value, is_second_version) in first.chain(second) {
        let Ok((name, signed)) = signing_certificate(value, is_second_version) else {
            return invalid("the digest of its authority's certificate cannot be read");
        };
        let algorithm = match (&name, is_second_version) {
            (_, false) => hash(&Oid(SHA1.0.into())),
            (None, true) => hash(&Oid(SHA256.0.into())),
            (Some(name), true) => algorithm(name),
        };
        let Some(algorithm) = algorithm else {
            return unsupported("the digest of its authority's certificate is of a sort that is not known here");
        };
        let found = certificates.iter().find(|certificate| algorithm.digest(certificate) == signed);
        match (found, signers) {
            (Some(found), None) => signers = Some(found),
            (Some(found), Some(first)) if found == first => {}
            _ => return invalid("it holds no certificate with the digest that its authority signed"),
        }
    }
    signers.map_or_else(|| invalid("its authority did not sign which certificate is its own"), Ok)
}

/// Checks that the attributes are signed with this certificate's key.
fn is_signed(certificate: &EndEntityCert<'_>, signer: &Signer) -> Judged<()> {
    match check(certificate, signer) {
        SignatureOutcome::Held => Ok(()),
        SignatureOutcome::Wrong => invalid("its authority's signature does not hold"),
        SignatureOutcome::Unknown => unsupported("its signature is of a sort that is not known here"),
        SignatureOutcome::Refused(error) => refused(&error),
    }
}

/// Returns the digest algorithm of that name. SHA-1 is not accepted, because collisions can be made.
fn algorithm(name: &Oid) -> Option<Hash> {
    hash(name).filter(|hash| hash.resists_collisions)
}

/// Turns a certificate's error into a refusal.
fn refused<T>(error: &webpki::Error) -> Judged<T> {
    match error {
        // A root of that name with another key is another root.
        webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey => {
            invalid("none of the certificates given with --tsa-ca vouches for its authority")
        }
        webpki::Error::CertExpired { .. } => invalid("a certificate of its authority had expired by then"),
        webpki::Error::CertNotValidYet { .. } => invalid("a certificate of its authority was not valid yet"),
        webpki::Error::UnsupportedCriticalExtension
        | webpki::Error::UnsupportedCertVersion
        | webpki::Error::UnsupportedSignatureAlgorithmContext(_)
        | webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            unsupported(format!("its authority's certificates have what is not known here ({error})"))
        }
        other => invalid(format!("its authority's certificates do not hold ({other})")),
    }
}

/// Returns the certificates in a file.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let shown = path.display();
    let hint = "give the certificate of the authority's root, or of the one that issued it, in PEM: -----BEGIN CERTIFICATE-----";
    let wrong = |reason: String| Error::configuration(format!("cannot take the certificates in {shown}: {reason}"), hint);
    let bytes = crate::input::read(path, LARGEST_FILE).map_err(|error| wrong(plain(&error)))?;
    let all: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&bytes).collect::<std::result::Result<_, _>>().map_err(|error| wrong(quote(&error.to_string())))?;
    if all.is_empty() {
        return Err(wrong("it holds no certificate".to_owned()));
    }
    match all.iter().find_map(|der| anchor_from_trusted_cert(der).err()) {
        Some(error) => Err(wrong(error.to_string())),
        None => Ok(all),
    }
}
