//! The portrait in DG2 (Doc 9303-10, 4.7.2): the first picture of the first face record (ISO/IEC 19794-5).

use crate::seal::ber::{Read, Reader, skip_rest, tagged};
use crate::store::Digest;
use crate::word::Word;
use bcder::Tag;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The bytes at which a face record of version 1 begins: format and version.
const FACE_RECORD: &[u8] = b"FAC\x00010\x00";
/// The bytes at which JPEG 2000 begins, as a file and as a code stream.
const JPEG_2000: [&[u8]; 2] = [b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"];

/// A portrait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortraitRecord {
    /// The path of a copy of the picture below the session's folder. The copy is derived: the provider sent no such file.
    pub path: String,
    /// The format, by the first bytes of the picture.
    pub format: Word<PortraitFormat>,
    /// The width and height in pixels, as the face record states them.
    pub width: u16,
    pub height: u16,
    /// The length and SHA-256 of the picture.
    #[serde(flatten)]
    pub digest: Digest,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The formats of portraits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PortraitFormat {
    #[serde(rename = "jpeg")]
    Jpeg,
    #[serde(rename = "jpeg-2000")]
    Jpeg2000,
}

impl PortraitFormat {
    /// Returns the extension of files in this format.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Jpeg2000 => "jp2",
        }
    }
}

/// A portrait with its bytes.
pub(super) struct Portrait {
    format: PortraitFormat,
    width: u16,
    height: u16,
    pub(super) image: Vec<u8>,
}

impl PortraitRecord {
    pub(super) fn of(portrait: &Portrait) -> Self {
        Self {
            path: String::new(),
            format: portrait.format.into(),
            width: portrait.width,
            height: portrait.height,
            digest: Digest::of(&portrait.image),
            extra: Map::new(),
        }
    }
}

/// Reads DG2.
pub(super) fn read(group: &[u8]) -> Option<Portrait> {
    picture(&tagged(group, Tag::application(21), block).ok()?)
}

/// Returns the first biometric data block.
fn block(group: &mut Reader<'_, '_, '_>) -> Read<Vec<u8>> {
    group.take_constructed_if(Tag::application(97), |templates| {
        templates.take_opt_primitive_if(Tag::INTEGER, |number| number.take_all())?;
        let block = templates.take_constructed_if(Tag::application(96), |template| {
            template.take_opt_constructed_if(Tag::CTX_1, skip_rest)?;
            let block = template.take_primitive_if(Tag::application(46), |block| block.take_all())?;
            skip_rest(template)?;
            Ok(block.to_vec())
        })?;
        skip_rest(templates)?;
        Ok(block)
    })
}

/// Returns the first picture of a face record.
fn picture(record: &[u8]) -> Option<Portrait> {
    // Length of the record, number of faces.
    let (_, faces) = record.strip_prefix(FACE_RECORD)?.split_at_checked(6)?;
    let (head, rest) = faces.split_at_checked(20)?;
    let (length, head) = number(head)?;
    let length = usize::try_from(length).ok()?.checked_sub(20)?;
    let points = usize::from(u16::from_be_bytes([*head.first()?, *head.get(1)?]));
    // Each point of the face takes 8 bytes.
    let (about, image) = rest.get(..length)?.get(points * 8..)?.split_at_checked(12)?;
    let side = |at: usize| Some(u16::from_be_bytes([*about.get(at)?, *about.get(at + 1)?]));
    let format = match image {
        [0xff, 0xd8, 0xff, ..] => PortraitFormat::Jpeg,
        _ if JPEG_2000.iter().any(|start| image.starts_with(start)) => PortraitFormat::Jpeg2000,
        _ => return None,
    };
    Some(Portrait { format, width: side(2)?, height: side(4)?, image: image.to_vec() })
}

/// Takes a number of four bytes.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), rest))
}
