//! The security object of a chip, SOD (Doc 9303-10, 4.6.2): the digests of the data groups, and the signature over them.

use super::GroupDigest;
use crate::error::quote;
use crate::seal::ber::{Read, Reader, algorithm, integer, skip_rest, tagged, whole};
use crate::seal::cms::{Attributes, Envelope, Signer, octets, signed_data};
use crate::seal::name::of_content;
use crate::seal::signed::{SignatureOutcome, check, hash};
use crate::store::Digest;
use crate::word::Word;
use bcder::{ConstOid, OctetString, Oid, Tag};
use rustls_pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use webpki::EndEntityCert;

/// 2.23.136.1.1.1
const SECURITY_OBJECT: ConstOid = Oid(&[103, 129, 8, 1, 1, 1]);
/// 1.2.840.113549.1.9.3
const CONTENT_TYPE: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 9, 3]);
/// 1.2.840.113549.1.9.4
const MESSAGE_DIGEST: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 9, 4]);
/// The most digests that are read; there are 16 data groups.
const MOST_DIGESTS: usize = 64;

/// A security object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityRecord {
    /// The digest algorithm, by its name or object identifier.
    pub algorithm: String,
    /// The numbers of the data groups whose digests it lists.
    pub groups: Vec<u8>,
    /// The check of its signature with the certificate in it. Nothing is said of who issued that certificate.
    pub signature: Word<ChipSignature>,
    /// The subject of that certificate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signer: Option<String>,
    /// The SHA-256 of that certificate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certificate_sha256: Option<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The check of a security object's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChipSignature {
    /// It has none.
    Absent,
    /// The key of the certificate in it made the signature.
    Held,
    /// The key of the certificate in it did not make the signature, or it is over other digests.
    Wrong,
    /// It has no certificate of its signer, or the algorithm, key or certificate is not supported.
    Unchecked,
}

/// Digests by the numbers of their data groups.
type Digests = Vec<(u8, Vec<u8>)>;

/// A security object as it was read.
pub(super) struct Security {
    algorithm: Oid,
    digests: Digests,
    signature: ChipSignature,
    /// The certificate of the signer.
    certificate: Option<Vec<u8>>,
}

impl Security {
    /// Reads EF.SOD.
    pub(super) fn read(file: &[u8]) -> Option<Self> {
        let read = |file: &mut Reader<'_, '_, '_>| file.take_sequence(|info| signed_data(info, &SECURITY_OBJECT, Envelope::take));
        let (content, envelope) = tagged(file, Tag::application(23), read).ok()?;
        let content = content.to_bytes();
        let (algorithm, digests) = whole(&content, digests).ok()?;
        let (signature, certificate) = judge(&content, &envelope);
        Some(Self { algorithm, digests, signature, certificate })
    }

    /// Compares a data group with the digest that is listed for it.
    pub(super) fn compare(&self, number: u8, group: &[u8]) -> GroupDigest {
        let mut listed = self.digests.iter().filter(|(of, _)| *of == number).map(|(_, digest)| digest).peekable();
        match hash(&self.algorithm) {
            _ if listed.peek().is_none() => GroupDigest::Unlisted,
            None => GroupDigest::Unchecked,
            Some(hash) if listed.all(|listed| hash.digest(group) == *listed) => GroupDigest::Equal,
            Some(_) => GroupDigest::Different,
        }
    }

    pub(super) fn into_record(self) -> SecurityRecord {
        let mut groups: Vec<u8> = self.digests.iter().map(|(number, _)| *number).collect();
        groups.sort_unstable();
        groups.dedup();
        let subject = |der: &Vec<u8>| of_content(EndEntityCert::try_from(&CertificateDer::from(&der[..])).ok()?.subject());
        SecurityRecord {
            algorithm: hash(&self.algorithm).map_or_else(|| quote(&self.algorithm.to_string()), |hash| hash.name.to_owned()),
            groups,
            signature: self.signature.into(),
            signer: self.certificate.as_ref().and_then(subject),
            certificate_sha256: self.certificate.map(|der| Digest::of(&der).sha256),
            extra: Map::new(),
        }
    }
}

/// `LDSSecurityObject`: the digest algorithm, and the digests by the numbers of their data groups.
fn digests(object: &mut Reader<'_, '_, '_>) -> Read<(Oid, Digests)> {
    integer(object)?;
    let algorithm = object.take_sequence(algorithm)?;
    let digests = object.take_sequence(|list| {
        let mut digests = Vec::new();
        while let Some((number, digest)) = list.take_opt_sequence(|one| Ok((integer(one)?, OctetString::take_from(one)?.to_bytes())))? {
            match number[..] {
                [number] if digests.len() < MOST_DIGESTS => digests.push((number, digest.to_vec())),
                _ => return Err(list.content_err("it lists what is no data group, or too many")),
            }
        }
        Ok(digests)
    })?;
    skip_rest(object)?;
    Ok((algorithm, digests))
}

/// Checks the signature with the certificate of the signer, and returns that certificate.
fn judge(content: &[u8], envelope: &Envelope) -> (ChipSignature, Option<Vec<u8>>) {
    let signer = match &envelope.signers[..] {
        [] => return (ChipSignature::Absent, None),
        [signer] => signer,
        _ => return (ChipSignature::Unchecked, None),
    };
    let is_signers = |der: &&Vec<u8>| {
        let der = CertificateDer::from(&der[..]);
        let Ok(certificate) = EndEntityCert::try_from(&der) else { return false };
        let named = signer.issuer_and_serial.as_ref();
        named.map_or(envelope.certificates.len() == 1, |(issuer, serial)| issuer == certificate.issuer() && serial == certificate.serial())
    };
    let Some(der) = envelope.certificates.iter().find(is_signers) else { return (ChipSignature::Unchecked, None) };
    (is_signed(content, signer, der), Some(der.clone()))
}

fn is_signed(content: &[u8], signer: &Signer, der: &[u8]) -> ChipSignature {
    let der = CertificateDer::from(der);
    let (Ok(attributes), Ok(certificate)) = (Attributes::read(&signer.attributes), EndEntityCert::try_from(&der)) else {
        return ChipSignature::Unchecked;
    };
    let Some(hash) = hash(&signer.digest) else { return ChipSignature::Unchecked };
    // An object identifier, as it is encoded.
    let content_type = [&[6, 6][..], SECURITY_OBJECT.0].concat();
    let signed = attributes.single(MESSAGE_DIGEST).and_then(|value| octets(value).ok());
    if attributes.single(CONTENT_TYPE) != Some(&content_type[..]) || signed != Some(hash.digest(content)) {
        return ChipSignature::Wrong;
    }
    match check(&certificate, signer) {
        SignatureOutcome::Held => ChipSignature::Held,
        SignatureOutcome::Wrong => ChipSignature::Wrong,
        SignatureOutcome::Unknown | SignatureOutcome::Refused(_) => ChipSignature::Unchecked,
    }
}
