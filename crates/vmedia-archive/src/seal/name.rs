//! Reads the name of an authority, for display.
//!
//! A name that cannot be read is left out; nothing depends on it.

use super::ber::skip_rest;
use crate::error::quote;
use bcder::decode::{Constructed, DecodeError, SliceSource, Source};
use bcder::{Mode, Oid, Tag};

/// The attributes that names are made of, by the last byte of 2.5.4.x.
const ATTRIBUTES: [(u8, &str); 6] = [(3, "CN"), (6, "C"), (7, "L"), (8, "ST"), (10, "O"), (11, "OU")];

/// Returns a `GeneralName`: a directory's name, or a text.
pub(crate) fn general<S: Source>(reader: &mut Constructed<'_, S>) -> Result<Option<String>, DecodeError<S::Error>> {
    if let Some(name) = reader.take_opt_constructed_if(Tag::CTX_4, directory)? {
        return Ok(name);
    }
    // An address, a host, or a URL.
    for tag in [Tag::CTX_1, Tag::CTX_2, Tag::CTX_6] {
        if let Some(text) = reader.take_opt_primitive_if(tag, |text| text.take_all())? {
            return Ok(Some(quote(&String::from_utf8_lossy(&text))));
        }
    }
    skip_rest(reader)?;
    Ok(None)
}

/// Returns the name that a `Name` holds.
fn directory<S: Source>(reader: &mut Constructed<'_, S>) -> Result<Option<String>, DecodeError<S::Error>> {
    reader.take_sequence(attributes)
}

/// Returns the name in the content of a `Name`, which has neither its tag nor its length.
pub(crate) fn of_content(content: &[u8]) -> Option<String> {
    Constructed::decode(SliceSource::new(content), Mode::Ber, attributes).ok().flatten()
}

/// Returns the attributes of sets of them, each with its name and its text.
fn attributes<S: Source>(name: &mut Constructed<'_, S>) -> Result<Option<String>, DecodeError<S::Error>> {
    let mut parts = Vec::new();
    while let Some(()) = name.take_opt_set(|attributes| {
        while let Some(()) = attributes.take_opt_sequence(|attribute| {
            parts.push(text_of(attribute)?);
            skip_rest(attribute)
        })? {}
        Ok(())
    })? {}
    Ok((!parts.is_empty()).then(|| quote(&parts.join(", "))))
}

fn text_of<S: Source>(attribute: &mut Constructed<'_, S>) -> Result<String, DecodeError<S::Error>> {
    let name = Oid::take_from(attribute)?;
    let label = match name.0.as_ref() {
        [0x55, 4, last] => ATTRIBUTES.iter().find(|(known, _)| known == last).map(|(_, label)| (*label).to_owned()),
        _ => None,
    };
    let text = attribute.take_primitive(|tag, text| {
        let bytes = text.take_all()?;
        let wide =
            bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)]));
        Ok(match tag {
            Tag::BMP_STRING => char::decode_utf16(wide).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            _ => String::from_utf8_lossy(&bytes).into_owned(),
        })
    })?;
    Ok(format!("{}={text}", label.unwrap_or_else(|| name.to_string())))
}
