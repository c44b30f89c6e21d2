//! Tells what a server says when something went wrong from the medium or the document that was asked for: gateways, object
//! stores and applications all say it with status 200 now and then.
//!
//! Must not decide what follows from it.

use crate::media::{Format, Kind, MediaItem, TypeHint, is_text_type};
use serde_json::Value;

/// What came where a medium should be.
pub(super) struct Came<'a> {
    pub(super) format: Format,
    /// The first bytes; all of them when there are no more.
    pub(super) head: &'a [u8],
    pub(super) bytes: u64,
    pub(super) content_type: Option<&'a str>,
}

/// What a medium can be, as far as errors could be mistaken for it.
#[derive(PartialEq, Eq)]
enum Expected {
    /// A picture, a recording, a sound, a printed page: never a text.
    Shown,
    /// JSON.
    Data,
    /// Nobody says.
    Anything,
}

fn expected(item: &MediaItem) -> Expected {
    let declares =
        |types: [&str; 3]| item.mimetype.as_deref().is_some_and(|mimetype| types.iter().any(|known| mimetype.starts_with(known)));
    match (item.type_hint, item.kind) {
        (Some(TypeHint::Image | TypeHint::Video | TypeHint::Pdf), _) | (None, Kind::Image | Kind::Video) => Expected::Shown,
        (Some(TypeHint::Json), _) | (None, Kind::Nfc) => Expected::Data,
        (None, Kind::Other) if declares(["audio/", "video/", "image/"]) => Expected::Shown,
        (Some(TypeHint::Binary | TypeHint::Unknown), _) | (None, Kind::Other) => Expected::Anything,
    }
}

/// Whether this is no medium but an error, or nothing at all.
pub(super) fn is_error_page(item: &MediaItem, came: &Came<'_>) -> bool {
    let expected = expected(item);
    match came.format {
        Format::Empty => true,
        Format::Html => expected != Expected::Anything || !item.mimetype.as_deref().is_some_and(|mimetype| mimetype.contains("html")),
        // A hint may be wrong, but no medium is an error.
        Format::Json => expected == Expected::Shown && item.type_hint.is_none() || is_whole_error(came),
        Format::Xml => expected == Expected::Shown || expected == Expected::Data && item.type_hint.is_none(),
        Format::Text => expected != Expected::Anything,
        // Words in an alphabet of their own are not known for words by their bytes.
        Format::Unknown => expected == Expected::Shown && came.content_type.is_some_and(is_text_type),
        Format::Known(_) => false,
    }
}

/// Whether the bytes are a JSON error as a whole. Real data is larger than what is looked at, or is none.
pub(super) fn is_whole_error(came: &Came<'_>) -> bool {
    came.bytes == came.head.len() as u64 && serde_json::from_slice(came.head).is_ok_and(|value| is_error(&value))
}

/// Whether a JSON text tells of an error. Data has no such status, and no code with a message.
pub(super) fn is_error(value: &Value) -> bool {
    let Value::Object(members) = value else { return false };
    let is_text = |name: &str| members.get(name).is_some_and(Value::is_string);
    let is_coded = is_text("code") && (is_text("message") || members.contains_key("errors"));
    members.get("status").and_then(Value::as_str) == Some("fail") || is_coded || members.len() == 1 && is_text("error")
}

#[cfg(test)]
mod tests {
    use super::{Came, is_error_page};
    use crate::media::{Format, Kind, MediaId, MediaItem, TypeHint};

    /// Whether these bytes, sent as that type, are an error where such a medium should be.
    fn is_error(kind: Kind, mimetype: Option<&str>, type_hint: Option<TypeHint>, bytes: &[u8], content_type: &str) -> bool {
        let item = MediaItem {
            id: MediaId::parse("m").expect("an id"),
            attempt: None,
            group: None,
            kind,
            context: None,
            mimetype: mimetype.map(str::to_owned),
            type_hint,
            size: None,
            duration: None,
            places: Vec::new(),
        };
        let (format, content_type) = (Format::of(bytes), Some(content_type));
        is_error_page(&item, &Came { format, head: bytes, bytes: bytes.len() as u64, content_type })
    }

    #[test]
    fn words_are_no_picture_no_recording_and_no_data() {
        let (image, video, data) = (Some("image/jpeg"), Some("video/mp4"), Some("application/json"));
        for (kind, mimetype) in [(Kind::Image, image), (Kind::Image, None), (Kind::Video, video), (Kind::Nfc, data), (Kind::Nfc, None)] {
            assert!(is_error(kind, mimetype, None, b"Internal Server Error", "text/plain"), "{kind}");
            assert!(is_error(kind, mimetype, None, b"Bad Gateway", mimetype.unwrap_or("x/y")), "{kind}");
        }
        for hint in [TypeHint::Image, TypeHint::Video, TypeHint::Pdf, TypeHint::Json] {
            assert!(is_error(hint.kind(), None, Some(hint), b"Bad Gateway", "image/jpeg"), "{hint:?}");
        }
        assert!(!is_error(Kind::Other, None, Some(TypeHint::Unknown), b"a text", "text/plain"));
        assert!(!is_error(Kind::Other, Some("text/plain"), None, b"a text", "text/plain"));
    }

    #[test]
    fn bytes_of_no_known_format_are_believed_unless_they_are_called_a_text() {
        let latin = b"Ger\xe4t nicht gefunden";
        assert!(is_error(Kind::Image, Some("image/jpeg"), None, latin, "text/plain; charset=iso-8859-1"));
        assert!(is_error(Kind::Image, None, Some(TypeHint::Image), latin, "application/problem+json"));
        assert!(!is_error(Kind::Image, Some("image/jpeg"), None, latin, "image/jpeg"));
        assert!(!is_error(Kind::Image, Some("image/jpeg"), None, b"\xff\xd8\xff\xe0\0\x10JFIF\0", "text/plain"));
    }

    #[test]
    fn a_sound_is_no_web_page_and_no_error() {
        let (sound, page) = (Some("audio/mp4"), b"<!DOCTYPE html><title>Sign in</title>");
        assert!(is_error(Kind::Other, sound, None, page, "text/html"));
        assert!(is_error(Kind::Other, None, None, page, "text/html"));
        assert!(!is_error(Kind::Other, Some("text/html"), None, page, "text/html"));
        assert!(is_error(Kind::Other, sound, None, br#"{"status":"fail","code":"1101"}"#, "application/json"));
        assert!(is_error(Kind::Other, None, None, br#"{"error":"gone"}"#, "application/json"));
        assert!(!is_error(Kind::Other, None, None, br#"{"status":"success"}"#, "application/json"));
    }
}
