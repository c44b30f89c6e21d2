//! Reads what stands around the content of a `SignedData` (RFC 5652): certificates, the signer, the attributes that are
//! signed; and of a certificate what it may be used for.
//!
//! Must not judge any of it.

use super::ber::{Read, Reader, algorithm, integer, skip_rest, whole};
use bcder::decode::{Constructed, DecodeError, SliceSource, Source};
use bcder::{ConstOid, Mode, OctetString, Oid, Tag};

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 7, 2]);
/// 2.5.29.37
const EXTENDED_KEY_USAGE: ConstOid = Oid(&[85, 29, 37]);
/// An `ExtKeyUsageSyntax` of 1.3.6.1.5.5.7.3.8 alone.
const TIME_STAMPING_ALONE: &[u8] = &[48, 10, 6, 8, 43, 6, 1, 5, 5, 7, 3, 8];

/// Reads a `ContentInfo` with a `SignedData` about content of this type: the content that is signed, and what `rest` makes of what
/// follows it.
pub(crate) fn signed_data<T>(
    reader: &mut Reader<'_, '_, '_>,
    content_type: &ConstOid,
    rest: impl FnOnce(&mut Reader<'_, '_, '_>) -> Read<T>,
) -> Read<(OctetString, T)> {
    SIGNED_DATA.skip_if(reader)?;
    reader.take_constructed_if(Tag::CTX_0, |reader| {
        reader.take_sequence(|signed| {
            integer(signed)?;
            signed.take_set(skip_rest)?;
            let content = signed.take_sequence(|content| {
                content_type.skip_if(content)?;
                content.take_constructed_if(Tag::CTX_0, OctetString::take_from)
            })?;
            Ok((content, rest(signed)?))
        })
    })
}

/// The parts of a `SignedData` after its content.
pub(crate) struct Envelope {
    /// X.509 certificates.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// Those who signed; a time stamp has one.
    pub(crate) signers: Vec<Signer>,
}

/// A `SignerInfo`.
pub(crate) struct Signer {
    /// The name of the issuer, without its tag and length, and the serial number of the signer's certificate, unless it is
    /// named by a key identifier.
    pub(crate) issuer_and_serial: Option<(Vec<u8>, Vec<u8>)>,
    /// The digest algorithm of the content.
    pub(crate) digest: Oid,
    /// The signed attributes, encoded as a set; empty without attributes.
    pub(crate) attributes: Vec<u8>,
    /// The content of the signature's `AlgorithmIdentifier`.
    pub(crate) algorithm: Vec<u8>,
    /// The signature.
    pub(crate) signature: Vec<u8>,
}

impl Envelope {
    /// Reads from behind the content to the end of the `SignedData`.
    pub(crate) fn take(reader: &mut Reader<'_, '_, '_>) -> Read<Self> {
        let certificates = reader.take_opt_constructed_if(Tag::CTX_0, values)?.unwrap_or_default();
        // Certificates in other forms than X.509 have tags of their own.
        let certificates = certificates.into_iter().filter(|value| value.first() == Some(&0x30)).collect();
        reader.take_opt_constructed_if(Tag::CTX_1, skip_rest)?;
        let signers = reader.take_set(|set| {
            let mut signers = Vec::new();
            while let Some(signer) = set.take_opt_sequence(Signer::take)? {
                signers.push(signer);
            }
            Ok(signers)
        })?;
        Ok(Self { certificates, signers })
    }
}

impl Signer {
    fn take<S: Source>(reader: &mut Constructed<'_, S>) -> Result<Self, DecodeError<S::Error>> {
        integer(reader)?;
        let issuer_and_serial = reader.take_opt_sequence(|name| Ok((content(name)?, integer(name)?)))?;
        if issuer_and_serial.is_none() {
            reader.skip_opt(|_, _, _| Ok(()))?;
        }
        let digest = reader.take_sequence(algorithm)?;
        let attributes = reader.capture(|reader| reader.take_opt_constructed_if(Tag::CTX_0, skip_rest).map(drop))?;
        let mut attributes = attributes.as_slice().to_vec();
        // RFC 5652 5.4: signed is the set, not the tag that it has here.
        if let Some(tag) = attributes.first_mut() {
            *tag = 0x31;
        }
        let algorithm = content(reader)?;
        let signature = OctetString::take_from(reader)?.to_bytes().to_vec();
        skip_rest(reader)?;
        Ok(Self { issuer_and_serial, digest, attributes, algorithm, signature })
    }
}

/// The attributes that a signer signs: the name of each, and its values as they are encoded.
pub(crate) struct Attributes(Vec<(Oid, Vec<Vec<u8>>)>);

impl Attributes {
    /// Reads a set of attributes.
    pub(crate) fn read(bytes: &[u8]) -> Read<Self> {
        // Behind a sequence's tag it is read like everything else here.
        let mut bytes = bytes.to_vec();
        if let Some(tag) = bytes.first_mut() {
            *tag = 0x30;
        }
        whole(&bytes, |set| {
            let mut all = Vec::new();
            while let Some(attribute) = set.take_opt_sequence(|one| Ok((Oid::take_from(one)?, one.take_set(values)?)))? {
                all.push(attribute);
            }
            Ok(Self(all))
        })
    }

    /// Returns all values of the attributes with this name.
    pub(crate) fn values(&self, name: ConstOid) -> impl Iterator<Item = &[u8]> {
        self.0.iter().filter(move |(known, _)| *known == name).flat_map(|(_, values)| values.iter().map(Vec::as_slice))
    }

    /// Returns the value of an attribute that stands there once and has one value.
    pub(crate) fn single(&self, name: ConstOid) -> Option<&[u8]> {
        let mut values = self.values(name);
        values.next().filter(|_| values.next().is_none())
    }
}

/// Returns the bytes of an octet string.
pub(crate) fn octets(value: &[u8]) -> Read<Vec<u8>> {
    Constructed::decode(SliceSource::new(value), Mode::Ber, |reader| Ok(OctetString::take_from(reader)?.to_bytes().to_vec()))
}

/// Returns what made the digest of the signer's certificate, where a `SigningCertificate` (RFC 2634) or
/// `SigningCertificateV2` (RFC 5035) says so, and the digest.
pub(crate) fn signing_certificate(value: &[u8], is_second_version: bool) -> Read<(Option<Oid>, Vec<u8>)> {
    whole(value, |signing| {
        let first = signing.take_sequence(|certificates| {
            // The first is the signer's; its issuer may stand behind.
            let first = certificates.take_sequence(|one| {
                let name = if is_second_version { one.take_opt_sequence(algorithm)? } else { None };
                let digest = OctetString::take_from(one)?.to_bytes().to_vec();
                skip_rest(one)?;
                Ok((name, digest))
            })?;
            skip_rest(certificates)?;
            Ok(first)
        })?;
        skip_rest(signing)?;
        Ok(first)
    })
}

/// Returns whether a certificate says that its key is for time stamps and for nothing else, as RFC 3161 2.3 demands.
pub(crate) fn is_for_stamps_alone(certificate: &[u8]) -> Read<bool> {
    whole(certificate, |certificate| {
        let is_alone = certificate.take_sequence(|body| {
            let mut is_alone = false;
            loop {
                if let Some(found) = body.take_opt_constructed_if(Tag::CTX_3, |all| all.take_sequence(usage))? {
                    is_alone = found;
                } else if body.skip_opt(|_, _, _| Ok(()))?.is_none() {
                    return Ok(is_alone);
                }
            }
        })?;
        skip_rest(certificate)?;
        Ok(is_alone)
    })
}

/// Returns whether one of these extensions is critical and says so.
fn usage<S: Source>(extensions: &mut Constructed<'_, S>) -> Result<bool, DecodeError<S::Error>> {
    let mut is_alone = false;
    while let Some(found) = extensions.take_opt_sequence(|extension| {
        let name = Oid::take_from(extension)?;
        let is_critical = extension.take_opt_bool()?.unwrap_or(false);
        let value = OctetString::take_from(extension)?.to_bytes();
        Ok(name == EXTENDED_KEY_USAGE && is_critical && value == TIME_STAMPING_ALONE)
    })? {
        is_alone |= found;
    }
    Ok(is_alone)
}

/// Returns all values that are left, as they are encoded.
fn values<S: Source>(reader: &mut Constructed<'_, S>) -> Result<Vec<Vec<u8>>, DecodeError<S::Error>> {
    let mut all = Vec::new();
    loop {
        let mut is_there = false;
        let value = reader.capture(|reader| {
            is_there = reader.skip_opt(|_, _, _| Ok(()))?.is_some();
            Ok(())
        })?;
        if !is_there {
            return Ok(all);
        }
        all.push(value.as_slice().to_vec());
    }
}

/// Returns what a sequence holds, as it is encoded.
fn content<S: Source>(reader: &mut Constructed<'_, S>) -> Result<Vec<u8>, DecodeError<S::Error>> {
    let values = reader.take_sequence(values)?;
    Ok(values.concat())
}
