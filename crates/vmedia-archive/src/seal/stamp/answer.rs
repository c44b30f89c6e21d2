//! Reads a `TimeStampResp`. In BER, of which DER is a part: several authorities send lengths and strings that DER forbids,
//! and `openssl` reads them too.
//!
//! Goes down to what was stamped. Must not trust a byte of it.

use super::{SHA256, TST_INFO};
use crate::error::quote;
use crate::seal::ber::{Read, Reader, algorithm, integer, skip_rest, whole};
use crate::seal::cms::signed_data;
use bcder::decode::DecodeError;
use bcder::{OctetString, Oid, Tag};
use jiff::Timestamp;
use std::convert::Infallible;
use std::fmt;

/// The largest answer that is read. With the certificates of a whole chain they have some kilobytes.
pub const LARGEST: u64 = 1024 * 1024;

/// The reasons that RFC 3161 numbers, and whether one may pass.
const REASONS: [(usize, &str, bool); 8] = [
    (0, "it does not take SHA-256", false),
    (2, "it does not take such requests", false),
    (5, "it could not read the request", false),
    (14, "it has no time at the moment", true),
    (15, "it does not know the policy", false),
    (16, "it does not know an extension", false),
    (17, "it does not know what was asked besides", false),
    (25, "it is out of order", true),
];

/// The contents of a time stamp, not yet judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The time when the authority saw the digest.
    pub at: Timestamp,
    /// The authority's policy, as a dotted number.
    pub policy: String,
    /// The number of the stamp, in hex.
    pub serial: String,
    /// The authority's name, as it writes it.
    pub authority: Option<String>,
    /// The digest, if it is a SHA-256.
    sha256: Option<Vec<u8>>,
    /// Without the zeros that it begins with.
    nonce: Option<Vec<u8>>,
}

/// A reason why an answer is not a usable time stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StampError {
    /// It is not in the form of RFC 3161, or not whole.
    Malformed(String),
    /// The authority refuses, and why.
    Refused {
        /// The reason in plain text.
        reason: String,
        /// True if a later request may succeed.
        is_passing: bool,
    },
    /// It is a time stamp, and not for this question.
    Foreign(&'static str),
}

impl fmt::Display for StampError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(reason) => write!(formatter, "the answer is not a time stamp: {reason}"),
            Self::Refused { reason, .. } => write!(formatter, "the authority refuses: {reason}"),
            Self::Foreign(reason) => write!(formatter, "the answer cannot be trusted: {reason}"),
        }
    }
}

impl std::error::Error for StampError {}

impl Stamp {
    /// Reads an answer.
    pub fn read(answer: &[u8]) -> Result<Self, StampError> {
        open(answer, skip_envelope).map(|(stamp, _, ())| stamp)
    }

    /// Returns whether it is about this digest.
    pub fn covers(&self, sha256: &[u8; 32]) -> bool {
        self.sha256.as_deref() == Some(&sha256[..])
    }

    /// Returns whether it repeats this nonce.
    pub fn answers(&self, nonce: u64) -> bool {
        self.nonce.as_deref() == Some(without_zeros(&nonce.to_be_bytes()))
    }
}

/// Reads an answer: what it says, the content that is signed, and what `rest` makes of the certificates and the signature
/// behind it.
pub(super) fn open<T>(answer: &[u8], rest: impl FnOnce(&mut Reader<'_, '_, '_>) -> Read<T>) -> Result<(Stamp, Vec<u8>, T), StampError> {
    let malformed = |error: DecodeError<Infallible>| StampError::Malformed(quote(&error.to_string()));
    if answer.len() as u64 > LARGEST {
        return Err(StampError::Malformed("it is larger than 1 MiB".to_owned()));
    }
    let (status, token) = whole(answer, |answer| {
        Ok((answer.take_sequence(Status::take)?, answer.take_opt_sequence(|reader| signed_data(reader, &TST_INFO, rest))?))
    })
    .map_err(malformed)?;
    status.is_granted()?;
    let (content, rest) = token.ok_or_else(|| StampError::Malformed("it grants a stamp and holds none".to_owned()))?;
    let content = content.to_bytes().to_vec();
    let stamp = whole(&content, info).map_err(malformed)?;
    Ok((stamp, content, rest))
}

/// Passes over what stands behind the content. ([`skip_rest`] alone is no function of every reader.)
fn skip_envelope(reader: &mut Reader<'_, '_, '_>) -> Read<()> {
    skip_rest(reader)
}

/// `PKIStatusInfo`.
struct Status {
    number: Option<u8>,
    texts: Vec<String>,
    /// The bits of `PKIFailureInfo`, after the byte that says how many of them do not count.
    failure: Vec<u8>,
}

impl Status {
    fn take(reader: &mut Reader<'_, '_, '_>) -> Read<Self> {
        let number = integer(reader)?;
        let texts = reader.take_opt_sequence(|texts| {
            let mut found = Vec::new();
            while let Some(text) = texts.take_opt_primitive_if(Tag::UTF8_STRING, |text| text.take_all())? {
                found.push(quote(&String::from_utf8_lossy(&text)));
            }
            Ok(found)
        })?;
        let failure = reader.take_opt_primitive_if(Tag::BIT_STRING, |bits| bits.take_all())?;
        let number = match without_zeros(&number) {
            [] => Some(0),
            [number] => Some(*number),
            _ => None,
        };
        Ok(Self { number, texts: texts.unwrap_or_default(), failure: failure.map(|bits| bits.to_vec()).unwrap_or_default() })
    }

    fn is_granted(&self) -> Result<(), StampError> {
        let status = match self.number {
            Some(0 | 1) => return Ok(()),
            Some(2) => "rejected".to_owned(),
            Some(3) => "not yet".to_owned(),
            Some(4 | 5) => "its certificate is, or will be, revoked".to_owned(),
            Some(other) => format!("status {other}"),
            None => "a status that no authority has".to_owned(),
        };
        let is_set = |bit: usize| self.failure.get(1 + bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
        let reasons: Vec<_> = REASONS.iter().filter(|(bit, _, _)| is_set(*bit)).collect();
        let texts = reasons.iter().map(|(_, text, _)| (*text).to_owned()).chain(self.texts.iter().cloned());
        let reason = std::iter::once(status).chain(texts).collect::<Vec<_>>().join("; ");
        let is_passing = self.number == Some(3) || reasons.iter().any(|(_, _, is_passing)| *is_passing);
        Err(StampError::Refused { reason: quote(&reason), is_passing })
    }
}

/// Returns `TSTInfo`.
fn info(reader: &mut Reader<'_, '_, '_>) -> Read<Stamp> {
    integer(reader)?;
    let policy = Oid::take_from(reader)?.to_string();
    let (algorithm, digest) = reader.take_sequence(|imprint| Ok((imprint.take_sequence(algorithm)?, OctetString::take_from(imprint)?)))?;
    let serial = hex::encode(without_zeros(&integer(reader)?));
    let at = reader.take_primitive_if(Tag::GENERALIZED_TIME, |time| {
        let text = time.take_all()?;
        std::str::from_utf8(&text).ok().and_then(time_of).ok_or_else(|| time.content_err("its time is invalid"))
    })?;
    // Accuracy and ordering.
    reader.take_opt_sequence(skip_rest)?;
    reader.take_opt_bool()?;
    let nonce = reader.take_opt_primitive_if(Tag::INTEGER, |number| number.take_all())?;
    let authority = reader.take_opt_constructed_if(Tag::CTX_0, crate::seal::name::general)?.flatten();
    skip_rest(reader)?;
    let sha256 = (algorithm == SHA256).then(|| digest.to_bytes().to_vec());
    let nonce = nonce.map(|nonce| without_zeros(&nonce).to_vec());
    Ok(Stamp { at, policy, serial, authority, sha256, nonce })
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// Returns `YYYYMMDDhhmmss[.s...]Z`: RFC 3161 allows fractions, which certificates' times do not have.
fn time_of(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z')?;
    let (seconds, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.len() != 14 || !is_number(seconds) || !is_number(fraction) {
        return None;
    }
    let part = |from: usize| seconds.get(from..from + 2).unwrap_or_default();
    // Nanoseconds will do.
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let (year, month, day) = (seconds.get(..4)?, part(4), part(6));
    format!("{year}-{month}-{day}T{}:{}:{}.{fraction}Z", part(8), part(10), part(12)).parse().ok()
}
