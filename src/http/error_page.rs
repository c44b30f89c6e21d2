//! Distinguishes error messages from the media files and documents that were requested: gateways, object stores and applications
//! send them with status 200 now and then.
//!
//! Must not decide what follows from it.

use crate::model::{Format, Kind, MediaItem, Member, Outline, TypeHint, is_text_type, outline};
use std::collections::BTreeMap;

/// Bytes of the largest JSON text that is examined. No chip holds a tenth of it.
pub(crate) const LARGEST_JSON: usize = 4 * 1024 * 1024;

/// Members of error bodies, in lower case.
const OF_ERRORS: &str = "
    code detail details error error_code error_description errorcode errormessage errors exception fault instance
    login_required message msg path reason request_id requestid status status_code statuscode timestamp title trace_id type";
/// Those of them of which an error body has at least one.
const TELLING: &str = "
    detail error error_description errormessage errors exception fault login_required message msg reason title";

/// The answer to the request for a media file.
pub(crate) struct Answer<'a> {
    pub(crate) format: Format,
    /// At least the first [`HEAD_LENGTH`](crate::model::HEAD_LENGTH) bytes, and all of a JSON text of up to [`LARGEST_JSON`].
    pub(crate) kept: &'a [u8],
    pub(crate) bytes: u64,
    pub(crate) content_type: Option<&'a str>,
}

/// The sort of an answer, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The requested media file, or bytes that may be it.
    Media,
    /// Something else, which is accepted only if the provider signed it.
    Foreign,
    /// No bytes, or an error in the provider's form: not a media file, even if it is signed.
    Error,
}

/// The content of a media file, as far as errors could be mistaken for it.
#[derive(PartialEq, Eq)]
enum Expected {
    /// A picture, a recording, a sound, a printed page: never a text.
    Shown,
    /// Data of a chip.
    Chip,
    /// JSON.
    Data,
    Anything,
}

fn expected(item: &MediaItem) -> Expected {
    let declares = |types: [&str; 3]| item.mimetype.as_deref().is_some_and(|mimetype| types.iter().any(|sort| mimetype.starts_with(sort)));
    let is_text = item.mimetype.as_deref().is_some_and(is_text_type);
    match (item.type_hint, item.kind) {
        (Some(TypeHint::Image | TypeHint::Video | TypeHint::Pdf), _) => Expected::Shown,
        (Some(TypeHint::Json), _) => Expected::Data,
        (None, Kind::Nfc) => Expected::Chip,
        // A drawing is a text.
        (None, Kind::Image | Kind::Video) if !is_text => Expected::Shown,
        (None, Kind::Other) if declares(["audio/", "video/", "image/"]) && !is_text => Expected::Shown,
        _ => Expected::Anything,
    }
}

/// Returns the sort of an answer. A hint may be wrong, so JSON with content is accepted (Yoti labels reports as images).
pub(crate) fn sort_of(item: &MediaItem, answer: &Answer<'_>) -> Sort {
    if answer.format == Format::Empty {
        return Sort::Error;
    }
    let expected = expected(item);
    let json = Json::of(answer);
    if json == Json::ProviderError {
        return Sort::Error;
    }
    let is_media = match answer.format {
        _ if expected == Expected::Chip => json == Json::Chip,
        Format::Html => expected == Expected::Anything && item.mimetype.as_deref().is_some_and(|mimetype| mimetype.contains("html")),
        Format::Json if expected == Expected::Shown => item.type_hint.is_some() && matches!(json, Json::Data | Json::Chip | Json::Unread),
        Format::Json if expected == Expected::Data => !matches!(json, Json::Error | Json::Broken),
        Format::Json => json != Json::Error,
        Format::Xml | Format::Text | Format::Empty => expected == Expected::Anything,
        Format::Unknown => expected == Expected::Anything || !answer.content_type.is_some_and(is_text_type),
        Format::Known(_) => expected == Expected::Anything || answer.format.is_shown(),
    };
    if is_media { Sort::Media } else { Sort::Foreign }
}

/// The content of a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Json {
    /// Unknown, because it is too large.
    Unread,
    /// Not JSON, or cut off.
    Broken,
    /// An empty object or list.
    Nothing,
    /// An error in the form that providers document.
    ProviderError,
    /// An error in any other form.
    Error,
    /// Data of a chip: EF.COM, EF.SOD or a data group (ICAO 9303-10).
    Chip,
    /// Something else.
    Data,
}

impl Json {
    fn of(answer: &Answer<'_>) -> Self {
        if answer.kept.len() as u64 != answer.bytes {
            return Self::Unread;
        }
        let wanted = |name: &str| is_error_member(name) || is_of_a_chip(name);
        match outline(answer.kept, &wanted) {
            None => Self::Broken,
            Some(Outline::Other) if answer.kept.iter().filter(|byte| !byte.is_ascii_whitespace()).count() <= 2 => Self::Nothing,
            Some(Outline::Other) => Self::Data,
            Some(Outline::Object { found, others: 0 }) if found.is_empty() => Self::Nothing,
            Some(Outline::Object { found, .. }) if is_provider_error(&found) => Self::ProviderError,
            Some(Outline::Object { found, .. }) if found.keys().any(|name| is_of_a_chip(name)) => Self::Chip,
            Some(Outline::Object { found, others }) if is_error(&found, others) => Self::Error,
            Some(Outline::Object { .. }) => Self::Data,
        }
    }
}

fn is_of_a_chip(name: &str) -> bool {
    let is_group = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    name == "com" || name == "sod" || name.strip_prefix("dg").is_some_and(is_group)
}

/// Returns whether error bodies have members of that name.
pub(crate) fn is_error_member(name: &str) -> bool {
    contains(OF_ERRORS, name)
}

/// Returns whether a JSON object is an error, from its members that pass [`is_error_member`] and the number of the others: it has
/// no others, at least one that only errors have, and no status of success.
pub(crate) fn is_error(found: &BTreeMap<String, Member>, others: usize) -> bool {
    let is_telling = |name: &String| contains(TELLING, name);
    let is_success = found.get("status") == Some(&Member::Text("success".to_owned()));
    is_provider_error(found) || others == 0 && !is_success && found.keys().any(is_telling)
}

fn contains(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|other| other.eq_ignore_ascii_case(name))
}

/// Returns whether an object has the form of errors that Veriff and Yoti document. Data has no such status, and no code with a message.
fn is_provider_error(found: &BTreeMap<String, Member>) -> bool {
    let is_text = |name: &str| matches!(found.get(name), Some(Member::Text(_)));
    let is_failure = found.get("status") == Some(&Member::Text("fail".to_owned()));
    is_failure || is_text("code") && (is_text("message") || found.contains_key("errors"))
}

#[cfg(test)]
mod tests {
    use super::{Answer, Sort, sort_of};
    use crate::model::{Format, Kind, MediaId, MediaItem, TypeHint};

    fn item(kind: Kind, mimetype: Option<&str>, type_hint: Option<TypeHint>) -> MediaItem {
        MediaItem {
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
        }
    }

    /// Returns the sort of these bytes, sent as that type, where such a media file should be.
    fn sort(item: &MediaItem, bytes: &[u8], content_type: &str) -> Sort {
        let (format, content_type) = (Format::of(bytes), Some(content_type));
        sort_of(item, &Answer { format, kept: bytes, bytes: bytes.len() as u64, content_type })
    }

    /// Returns whether they are not a media file.
    fn is_error(kind: Kind, mimetype: Option<&str>, type_hint: Option<TypeHint>, bytes: &[u8], content_type: &str) -> bool {
        sort(&item(kind, mimetype, type_hint), bytes, content_type) != Sort::Media
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
    fn pages_in_any_alphabet_and_packed_ones_are_no_picture() {
        let packed: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xb3\xc9(\xc9\xcd\xb1\x03\0";
        let pages: [&[u8]; 7] = [
            b"Ger\xe4t nicht gefunden",
            b"\xff\xfe<\0h\0t\0m\0l\0>\0",
            b"\0<\0h\0t\0m\0l\0>",
            b"\xef\xdb\xc9\xc2\xcb\xc1",
            &[b' '; 4096],
            packed,
            b"PK\x03\x04\x14\0\0\0\x08\0",
        ];
        for page in pages {
            for (kind, mimetype, hint) in
                [(Kind::Image, Some("image/jpeg"), None), (Kind::Video, None, None), (Kind::Image, None, Some(TypeHint::Image))]
            {
                assert!(is_error(kind, mimetype, hint, page, "image/jpeg"), "{page:x?}");
            }
            assert!(!is_error(Kind::Other, None, Some(TypeHint::Binary), page, "application/octet-stream"), "{page:x?}");
        }
        let unknown = b"\0\0\x02\xfe unknown";
        assert!(is_error(Kind::Image, Some("image/jpeg"), None, unknown, "text/plain; charset=iso-8859-1"));
        assert!(is_error(Kind::Image, None, Some(TypeHint::Image), unknown, "application/problem+json"));
        assert!(!is_error(Kind::Image, Some("image/x-unheard-of"), None, unknown, "image/jpeg"));
        assert!(!is_error(Kind::Image, Some("image/jpeg"), None, b"\xff\xd8\xff\xe0\0\x10JFIF\0", "text/plain"));
        assert!(!is_error(Kind::Image, Some("image/svg+xml"), None, b"<svg></svg>", "image/svg+xml"));
    }

    #[test]
    fn chip_data_is_an_object_with_what_chips_hold() {
        let chip = item(Kind::Nfc, Some("application/json"), None);
        for data in [
            r#"{"com":"YBQ=","sod":"d4GcMIG="}"#,
            " \n{\"dg1\":\"YV1fH1pJ\",\"error\":null}",
            r#"{"version":1e400,"note":"\ud83d","dg16":""}"#,
        ] {
            assert_eq!(sort(&chip, data.as_bytes(), "application/json"), Sort::Media, "{data}");
        }
        for other in [
            r#"{"message":"Forbidden"}"#,
            r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"no"}"#,
            r#"{"errors":[{"message":"no"}]}"#,
            "{}",
            "[]",
            r#"["com"]"#,
            r#"{"com":"YBQ=","sod":"#,
            r#"{"dg":"","dgx":"","nfc":{"com":""}}"#,
            "Forbidden",
            "\u{feff}{\"com\":\"YBQ=\"}",
            "\u{89}PNG\r\n",
        ] {
            assert_eq!(sort(&chip, other.as_bytes(), "application/json"), Sort::Foreign, "{other}");
        }
        for error in ["", r#"{"status":"fail","code":"1101","message":"Resource not found"}"#] {
            assert_eq!(sort(&chip, error.as_bytes(), "application/json"), Sort::Error, "{error}");
        }
    }

    #[test]
    fn data_of_any_form_is_data_and_an_error_of_any_form_is_none() {
        for hint in [TypeHint::Json, TypeHint::Image] {
            let data = item(hint.kind(), None, Some(hint));
            for text in [r#"{"full_name":"SPECIMEN","status":"x","message":"y"}"#, r#"{"results":[],"error":null}"#, r#"[{"a":1}]"#] {
                assert_eq!(sort(&data, text.as_bytes(), "application/json"), Sort::Media, "{text}");
            }
            for text in [
                r#"{"message":"Forbidden"}"#,
                r#"{"Message":"Forbidden","RequestId":"7"}"#,
                r#"{"full_name":"#,
                r#"{"login_required":true}"#,
            ] {
                assert_eq!(sort(&data, text.as_bytes(), "application/json"), Sort::Foreign, "{text}");
            }
            let yotis = r#"{"code":"MEDIA_CONTENT_NOT_FOUND","message":"No media content found matching the id provided"}"#;
            assert_eq!(sort(&data, yotis.as_bytes(), "application/json"), Sort::Error);
        }
        // A document whose fields could not be read, but not where a picture should be.
        assert!(!is_error(Kind::Other, None, Some(TypeHint::Json), b"{}", "application/json"));
        assert!(is_error(Kind::Image, None, Some(TypeHint::Image), b"{}", "application/json"));
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
