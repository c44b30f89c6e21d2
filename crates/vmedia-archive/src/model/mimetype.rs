//! From declared media types to file extensions, and from the first bytes of a file to what it really is.
//!
//! Must not decide what happens when the two disagree; that is the transfer's business.

use super::encoding::is_text;
use super::{Kind, TypeHint};

/// Number of bytes that [`Format::of`] needs. Matroska needs more than 256.
pub const HEAD_LENGTH: usize = 4096;

/// The types that providers document, and those for which `mime_guess` has no answer or an unhelpful first one
/// (`jfif` for image/jpeg, `aaf` for application/octet-stream, `asm` for text/plain).
const EXTENSIONS: &[(&str, &str)] = &[
    ("image/jpeg", "jpg"),
    ("image/jpg", "jpg"),
    ("image/pjpeg", "jpg"),
    ("image/png", "png"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/tiff", "tif"),
    ("application/pdf", "pdf"),
    ("image/pdf", "pdf"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
    ("video/quicktime", "mov"),
    ("video/x-matroska", "mkv"),
    ("application/json", "json"),
    ("text/json", "json"),
    ("text/plain", "txt"),
    ("text/html", "html"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
    ("application/octet-stream", "bin"),
    ("binary/octet-stream", "bin"),
];

/// Returns the usual type of files with this extension.
pub(crate) fn media_type(extension: &str) -> &'static str {
    EXTENSIONS.iter().find(|(_, known)| *known == extension).map_or("application/octet-stream", |(mimetype, _)| mimetype)
}

/// Returns the declared type without its parameters, in lower case.
fn essence(mimetype: &str) -> String {
    mimetype.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns the extension for a declared type, without a dot: our table, then `mime_guess`, then what the kind implies.
pub fn extension(mimetype: Option<&str>, kind: Kind) -> &'static str {
    let essence = mimetype.map(essence).unwrap_or_default();
    if let Some((_, extension)) = EXTENSIONS.iter().find(|(known, _)| *known == essence) {
        return extension;
    }
    if let Some(guess) = mime_guess::get_mime_extensions_str(&essence).and_then(|all| all.first()) {
        return guess;
    }
    match kind {
        Kind::Nfc => "json",
        Kind::Image | Kind::Video | Kind::Other => "bin",
    }
}

/// Returns the extension of a file whose listing declares no media type, without a dot: what the answer's `Content-Type` says, then
/// what the first bytes say, then what the hint implies. A `Content-Type` that fits everything says nothing.
pub fn answered_extension(content_type: Option<&str>, format: Format, hint: TypeHint) -> &'static str {
    let known = |mimetype: &str| Some(extension(Some(mimetype), Kind::Other)).filter(|extension| *extension != "bin");
    let by_bytes = || match format {
        Format::Known(mimetype) => known(mimetype),
        Format::Json => Some("json"),
        Format::Xml => Some("xml"),
        Format::Html => Some("html"),
        Format::Empty | Format::Text | Format::Unknown => None,
    };
    content_type.and_then(known).or_else(by_bytes).unwrap_or(match hint {
        TypeHint::Json => "json",
        TypeHint::Pdf => "pdf",
        TypeHint::Image | TypeHint::Video | TypeHint::Binary | TypeHint::Unknown => "bin",
    })
}

/// The format of a file, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// No bytes at all.
    Empty,
    /// A web page.
    Html,
    /// Other XML; error pages of object stores are.
    Xml,
    /// A JSON text.
    Json,
    /// Any other text that people could read, in whatever encoding.
    Text,
    /// A binary format, by its usual media type.
    Known(&'static str),
    /// Any other format.
    Unknown,
}

impl Format {
    /// Looks at the first [`HEAD_LENGTH`] bytes, or all of a shorter file.
    pub fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        if let Some(known) = by_box_or_codestream(head) {
            return Self::Known(known);
        }
        match infer::get(head).map(|kind| kind.mime_type()) {
            Some("text/html") => return Self::Html,
            Some("text/xml") => return Self::Xml,
            Some(known) => return Self::Known(known),
            None => {}
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        // In UTF-16 they are text, and nothing that a parser of JSON or XML would be given.
        let first = text.first().filter(|_| !head.contains(&0));
        match first {
            Some(b'{' | b'[') => Self::Json,
            Some(b'<') if looks_like_html(text) => Self::Html,
            Some(b'<') => Self::Xml,
            _ if is_plain_text(text) || is_text(head) => Self::Text,
            _ => Self::Unknown,
        }
    }

    /// Returns whether this is text that a server sends when something went wrong, never a picture or a recording.
    pub fn is_text_answer(self) -> bool {
        matches!(self, Self::Html | Self::Xml | Self::Json | Self::Text)
    }

    /// Returns whether this is a picture, a recording, a sound, or printed pages: what a person looks at or listens to.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Known(known) if known == "application/pdf" || ["image/", "video/", "audio/"].iter().any(|sort| known.starts_with(sort)))
    }

    /// Returns a word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "an empty file",
            Self::Html => "a web page",
            Self::Xml => "an XML text",
            Self::Json => "a JSON text",
            Self::Text => "a plain text",
            Self::Known(mimetype) => mimetype,
            Self::Unknown => "an unknown format",
        }
    }

    /// Returns the media type; `None` when the format is unknown.
    pub fn media_type(self) -> Option<&'static str> {
        match self {
            Self::Empty | Self::Unknown => None,
            Self::Html => Some("text/html"),
            Self::Xml => Some("application/xml"),
            Self::Json => Some("application/json"),
            Self::Text => Some("text/plain"),
            Self::Known(mimetype) => Some(mimetype),
        }
    }

    /// Returns whether the bytes may well be what the hint speaks of.
    pub fn agrees_with_hint(self, hint: TypeHint) -> bool {
        match hint {
            TypeHint::Image | TypeHint::Video => self.agrees_with(None, hint.kind()),
            TypeHint::Json => self == Self::Json,
            TypeHint::Pdf => self == Self::Known("application/pdf"),
            TypeHint::Binary | TypeHint::Unknown => true,
        }
    }

    /// Returns whether the bytes may be of the declared type. A declared type without a signature to compare is accepted.
    pub fn agrees_with(self, mimetype: Option<&str>, kind: Kind) -> bool {
        let declared = match (mimetype, kind) {
            (Some(mimetype), _) => extension(Some(mimetype), kind),
            (None, Kind::Nfc) => "json",
            (None, Kind::Other) => return true,
            (None, Kind::Image | Kind::Video) => {
                return matches!(self, Self::Known(known) if known.starts_with(kind.as_str()) || known == "application/pdf");
            }
        };
        match (declared, self) {
            ("heic" | "heif", Self::Known(found)) => matches!(found, "image/heif" | "image/heic"),
            ("jpg" | "png" | "webp" | "gif" | "tif" | "pdf", Self::Known(found)) => extension(Some(found), kind) == declared,
            ("mp4" | "mov", Self::Known(found)) => matches!(extension(Some(found), kind), "mp4" | "mov" | "m4v" | "3gp"),
            ("webm" | "mkv", Self::Known(found)) => matches!(found, "video/webm" | "video/x-matroska"),
            ("json", found) => found == Self::Json,
            ("jpg" | "png" | "webp" | "gif" | "tif" | "pdf" | "heic" | "heif" | "mp4" | "mov" | "webm" | "mkv", _) => false,
            _ => true,
        }
    }
}

/// Recognizes formats that `infer` does not: HEIF with a general brand first, mobile video, bare JPEG 2000 (common in chips), and
/// undeclared zlib compression (RFC 1950).
fn by_box_or_codestream(head: &[u8]) -> Option<&'static str> {
    if head.len() > 2 && matches!(head, [0x78, 0x01 | 0x9c | 0xda, ..]) {
        return Some("application/zlib");
    }
    if head.starts_with(&[0xff, 0x4f, 0xff, 0x51]) {
        return Some("image/jp2");
    }
    let brand = head.get(4..12)?.strip_prefix(b"ftyp")?;
    match brand {
        b"mif1" | b"msf1" | b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some("image/heif"),
        b"qt  " => Some("video/quicktime"),
        b"avif" | b"avis" => Some("image/avif"),
        _ => Some("video/mp4"),
    }
}

/// Returns whether people could read it. A letter of several bytes may be cut off at the end of what is looked at.
fn is_plain_text(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().next().is_some_and(|first| {
        let is_all = first.valid().len() + first.invalid().len() == bytes.len();
        is_all && !first.valid().is_empty() && !first.valid().contains(|letter: char| letter.is_control() && !letter.is_ascii_whitespace())
    })
}

/// Returns whether a declared type is that of a text: what a server calls an error that it made up itself.
pub fn is_text_type(mimetype: &str) -> bool {
    let essence = essence(mimetype);
    essence.starts_with("text/") || essence.ends_with("json") || essence.ends_with("xml")
}

fn looks_like_html(text: &[u8]) -> bool {
    let start = text.get(..512.min(text.len())).unwrap_or_default().to_ascii_lowercase();
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].iter().any(|tag| start.windows(tag.len()).any(|window| window == *tag))
}

#[cfg(test)]
mod tests {
    use super::{Format, answered_extension, extension};
    use crate::model::{Kind, TypeHint};

    #[test]
    fn documented_types_have_their_usual_extension() {
        let cases = [
            ("image/jpeg", "jpg"),
            ("image/jpg", "jpg"),
            ("IMAGE/JPEG; charset=binary", "jpg"),
            ("image/png", "png"),
            ("image/heic", "heic"),
            ("image/heif", "heif"),
            ("image/webp", "webp"),
            ("image/pdf", "pdf"),
            ("application/pdf", "pdf"),
            ("video/mp4", "mp4"),
            ("video/webm", "webm"),
            ("application/json", "json"),
            ("application/octet-stream", "bin"),
            ("image/avif", "avif"),
            ("no/such-thing", "bin"),
            ("", "bin"),
        ];
        for (mimetype, expected) in cases {
            assert_eq!(extension(Some(mimetype), Kind::Image), expected, "{mimetype}");
        }
        assert_eq!(extension(None, Kind::Nfc), "json");
        assert_eq!(extension(None, Kind::Video), "bin");
    }

    #[test]
    fn the_answer_names_the_type_before_the_bytes_and_the_bytes_before_the_hint() {
        let jpeg = Format::Known("image/jpeg");
        let cases = [
            (Some("image/png; charset=UTF-8"), jpeg, TypeHint::Image, "png"),
            (Some("application/octet-stream"), jpeg, TypeHint::Image, "jpg"),
            (Some("no/such-thing"), jpeg, TypeHint::Json, "jpg"),
            (None, Format::Json, TypeHint::Image, "json"),
            (None, Format::Unknown, TypeHint::Json, "json"),
            (Some(""), Format::Unknown, TypeHint::Pdf, "pdf"),
            (Some("application/octet-stream"), Format::Unknown, TypeHint::Binary, "bin"),
        ];
        for (content_type, format, hint, expected) in cases {
            assert_eq!(answered_extension(content_type, format, hint), expected, "{content_type:?} {format:?} {hint:?}");
        }
    }

    #[test]
    fn a_hint_is_contradicted_by_bytes_of_another_sort_alone() {
        assert!(Format::Known("image/png").agrees_with_hint(TypeHint::Image));
        assert!(!Format::Json.agrees_with_hint(TypeHint::Image));
        assert!(!Format::Known("image/png").agrees_with_hint(TypeHint::Json));
        assert!(!Format::Json.agrees_with_hint(TypeHint::Pdf));
        assert!(Format::Unknown.agrees_with_hint(TypeHint::Binary));
    }

    #[test]
    fn bytes_tell_what_they_are() {
        let cases: &[(&[u8], Format)] = &[
            (b"", Format::Empty),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", Format::Known("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n", Format::Known("image/png")),
            (b"%PDF-1.7", Format::Known("application/pdf")),
            (b"\0\0\0\x20ftypisom", Format::Known("video/mp4")),
            (b"\0\0\0\x20ftyp3gp4", Format::Known("video/mp4")),
            (b"\0\0\0\x20ftypmif1\0\0\0\0miaf", Format::Known("image/heif")),
            (b"\xff\x4f\xff\x51\0\0", Format::Known("image/jp2")),
            (b" \n{\"status\":\"fail\"}", Format::Json),
            (b"\xef\xbb\xbf[]", Format::Json),
            (b"<!DOCTYPE html><html>", Format::Html),
            (b"<!-- gateway --><html>", Format::Html),
            (b"<?xml version=\"1.0\"?><Error/>", Format::Xml),
            (b"<Error><Code>x</Code></Error>", Format::Xml),
            (b"Internal Server Error\r\n", Format::Text),
            ("Dienst gestört".as_bytes(), Format::Text),
            (b"cut in a letter: \xe2\x82", Format::Text),
            (b"Ger\xe4t nicht gefunden", Format::Text),
            (b"<\0h\0t\0m\0l\0>\0", Format::Text),
            (b" \r\n \t ", Format::Text),
            (b"\x1f\x8b\x08\0", Format::Known("application/gzip")),
            (b"x\x9cK\xcb", Format::Known("application/zlib")),
            (b"{\0\"\0a\0\"\0:\x001\0}\0", Format::Text),
            (b"\0\0\x02\xfe words", Format::Unknown),
            (b"\x01\xe2", Format::Unknown),
        ];
        for (head, expected) in cases {
            assert_eq!(Format::of(head), *expected, "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn only_a_real_contradiction_is_a_disagreement() {
        let jpeg = Format::Known("image/jpeg");
        assert!(jpeg.agrees_with(Some("image/jpg"), Kind::Image));
        assert!(!jpeg.agrees_with(Some("image/png"), Kind::Image));
        assert!(!Format::Unknown.agrees_with(Some("image/jpeg"), Kind::Image));
        assert!(Format::Unknown.agrees_with(Some("application/x-unheard-of"), Kind::Image));
        assert!(Format::Known("image/heif").agrees_with(Some("image/heic"), Kind::Image));
        assert!(Format::Known("application/pdf").agrees_with(Some("image/pdf"), Kind::Image));
        assert!(jpeg.agrees_with(None, Kind::Image));
        assert!(!jpeg.agrees_with(None, Kind::Video));
        assert!(Format::Json.agrees_with(Some("application/json"), Kind::Nfc));
        assert!(!jpeg.agrees_with(Some("application/json"), Kind::Nfc));
    }
}
