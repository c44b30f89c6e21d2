//! The chip of an identity document (ICAO Doc 9303): what a file of NFC data holds, decoded for people, and whether its data groups
//! have the digests that the chip's security object (SOD) lists.
//!
//! Reads hostile bytes: everything is bounded, and what cannot be read is named and left out. Pure. Must not judge whether a
//! document is genuine: no country's certificate is known here.

mod face;
mod security;
mod zone;

pub(crate) use face::{PortraitFormat, PortraitRecord};
pub(crate) use security::{ChipSignature, SecurityRecord};
pub(crate) use zone::{CheckDigits, ZoneRecord};

use crate::layout::portrait_path;
use crate::word::{NewerWords, Word};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use security::Security;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The largest file of NFC data that is decoded, in bytes.
pub(crate) const LARGEST: u64 = 4 * 1024 * 1024;
/// The highest number of a data group (Doc 9303-10).
const LAST_GROUP: u8 = 16;
/// Base64 with or without padding.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// The content of a chip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChipRecord {
    /// The data groups in the file, by number.
    pub groups: Vec<GroupRecord>,
    /// The machine-readable zone in DG1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub zone: Option<ZoneRecord>,
    /// The portrait in DG2.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub portrait: Option<PortraitRecord>,
    /// The security object.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security: Option<SecurityRecord>,
    /// The parts that are in the file and cannot be decoded: `sod`, `dg1`, `dg2`, or any that is not base64.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub undecoded: Vec<String>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One data group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Its number, from 1 to 16.
    pub number: u8,
    /// Its length in bytes.
    pub bytes: u64,
    /// The comparison of its digest with the security object.
    pub digest: Word<GroupDigest>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The comparison of a data group's digest with the one that the security object lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupDigest {
    /// They are equal.
    Equal,
    /// They differ.
    Different,
    /// The security object lists none for this group.
    Unlisted,
    /// There is no readable security object, or it uses an unknown algorithm.
    Unchecked,
}

/// The parts of a file of NFC data.
struct Parts {
    groups: BTreeMap<u8, Vec<u8>>,
    security: Option<Vec<u8>>,
    undecoded: Vec<String>,
}

impl Parts {
    /// Reads JSON whose members are the chip's files in base64; `None` if there is no data group in it.
    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() as u64 > LARGEST {
            return None;
        }
        let members: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
        let mut parts = Self { groups: BTreeMap::new(), security: None, undecoded: Vec::new() };
        for (name, value) in members {
            let name = name.to_ascii_lowercase();
            let number = (1..=LAST_GROUP).find(|number| name == format!("dg{number}"));
            if number.is_none() && name != "sod" {
                continue;
            }
            match (value.as_str().and_then(|text| BASE64.decode(text.trim()).ok()), number) {
                (Some(bytes), Some(number)) => _ = parts.groups.insert(number, bytes),
                (Some(bytes), None) => parts.security = Some(bytes),
                (None, _) if value.is_null() => {}
                (None, _) => parts.undecoded.push(name),
            }
        }
        (!parts.groups.is_empty()).then_some(parts)
    }

    /// Decodes a part, and notes it if that fails.
    fn decode<T>(&mut self, name: &str, bytes: Option<&[u8]>, decode: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let bytes = bytes?;
        let decoded = decode(bytes);
        if decoded.is_none() {
            self.undecoded.push(name.to_owned());
        }
        decoded
    }
}

impl ChipRecord {
    /// Decodes a file of NFC data; `None` if it holds no data group.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut parts = Parts::read(bytes)?;
        let (groups, security) = (std::mem::take(&mut parts.groups), parts.security.take());
        let group = |number: u8| groups.get(&number).map(Vec::as_slice);
        let security = parts.decode("sod", security.as_deref(), Security::read);
        let zone = parts.decode("dg1", group(1), zone::read);
        let portrait = parts.decode("dg2", group(2), |bytes| Some(PortraitRecord::of(&face::read(bytes)?)));
        let compared = groups.iter().map(|(number, bytes)| GroupRecord {
            number: *number,
            bytes: bytes.len() as u64,
            digest: security.as_ref().map_or(GroupDigest::Unchecked, |security| security.compare(*number, bytes)).into(),
            extra: Map::new(),
        });
        let groups = compared.collect();
        let security = security.map(Security::into_record);
        parts.undecoded.sort();
        Some(Self { groups, zone, portrait, security, undecoded: parts.undecoded, extra: Map::new() })
    }

    /// Adds the codes that a newer version wrote.
    pub(crate) fn newer_words<'a>(&'a self, words: &mut NewerWords<'a>) {
        self.groups.iter().for_each(|group| words.add("chip digest", group.digest.newer()));
        words.add("chip check digits", self.zone.as_ref().and_then(|zone| zone.check_digits.newer()));
        words.add("chip portrait format", self.portrait.as_ref().and_then(|portrait| portrait.format.newer()));
        words.add("chip signature", self.security.as_ref().and_then(|security| security.signature.newer()));
    }

    /// Names the copy of the portrait after the file of NFC data that holds it.
    pub(crate) fn of_file(mut self, path: &str) -> Self {
        if let Some(portrait) = &mut self.portrait {
            let extension = portrait.format.known().map_or("bin", PortraitFormat::extension);
            portrait.path = portrait_path(path, extension);
        }
        self
    }

    /// Returns the portrait's file, as DG2 holds it.
    pub fn portrait_file(bytes: &[u8]) -> Option<Vec<u8>> {
        face::read(Parts::read(bytes)?.groups.get(&2)?).map(|portrait| portrait.image)
    }
}
