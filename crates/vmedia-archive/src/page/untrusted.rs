//! Untrusted texts for a page, cut and with invisible characters shown, and links that cannot leave the session's folder.
//!
//! Templates take these types for every text that is not a constant, and escape them.

use crate::store::StorePath;
use crate::text::{moment, sanitize};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// The longest text that a page shows, in characters.
const LONGEST: usize = 600;
/// The characters of a link that are not percent-encoded; no name is read as a scheme, a query or an entity.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The extensions of files that are linked: browsers show or keep them. Files that they might run, such as HTML and SVG, are not.
const SHOWN: [&str; 26] = [
    "jpg", "jpeg", "jfif", "png", "webp", "gif", "avif", "bmp", "heic", "heif", "tif", "tiff", "jp2", "pdf", "mp4", "m4v", "mov", "webm",
    "mkv", "3gp", "mp3", "wav", "json", "txt", "csv", "bin",
];

/// An untrusted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text(String);

impl Text {
    /// Cuts a long text, and escapes invisible characters.
    pub(super) fn of(text: &str) -> Self {
        let cut = text.char_indices().nth(LONGEST).map(|(at, _)| at);
        let Some((kept, rest)) = cut.and_then(|at| text.split_at_checked(at)) else { return Self(sanitize(text).into_owned()) };
        Self(format!("{} … and {} more characters, see archive.json", sanitize(kept), rest.chars().count()))
    }

    /// Appends a trusted text.
    pub(super) fn followed_by(self, ours: &str) -> Self {
        Self(self.0 + ours)
    }

    /// Turns a plain word of a provider's, such as `document-front`, into a title: `Document front`. Other texts stay unchanged.
    pub(super) fn title(word: &str) -> Self {
        let is_plain = word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        let words = word.replace(['-', '_'], " ");
        match words.trim().split_at_checked(1) {
            Some((first, rest)) if is_plain => Self::of(&format!("{}{rest}", first.to_ascii_uppercase())),
            _ => Self::of(word),
        }
    }

    /// Formats a time that a provider wrote; a text in no known form stays unchanged.
    pub(super) fn time(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::of(text), |time: Timestamp| Self(moment(time)))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A file of the session's folder, with a link if it may have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileLink {
    /// The path below the session's folder.
    pub(super) path: Text,
    pub(super) href: Option<String>,
}

impl FileLink {
    /// Links a file, unless its path could lead elsewhere or a browser might run it.
    pub(super) fn to(path: &str) -> Self {
        let may_be_linked = StorePath::parse(path).is_some() && SHOWN.contains(&extension(path).as_str());
        Self { path: Text::of(path), href: may_be_linked.then(|| href(path)) }
    }
}

/// Returns a relative path as a link.
pub(super) fn href(path: &str) -> String {
    utf8_percent_encode(path, PLAIN).to_string()
}

/// Returns the extension of a path in lower case, or an empty text.
pub(super) fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{FileLink, Text, extension};
    use crate::text::sanitize;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    #[test]
    fn words_become_titles_and_anything_else_stays() {
        for (word, title) in [("document-front", "Document front"), ("selfid_video", "Selfid video"), ("", ""), ("-", "-")] {
            assert_eq!(Text::title(word).to_string(), title);
        }
        assert_eq!(Text::title("<b>").to_string(), "<b>");
        assert_eq!(Text::title("gpj.\u{202e}exe").to_string(), "gpj.\\u{202e}exe");
    }

    #[test]
    fn an_endless_text_is_cut_and_says_so() {
        assert_eq!(Text::of(&"é".repeat(600)).to_string(), "é".repeat(600));
        assert_eq!(Text::of(&"é".repeat(611)).to_string(), format!("{} … and 11 more characters, see archive.json", "é".repeat(600)));
    }

    #[test]
    fn times_are_shown_in_one_form_if_they_are_times() {
        assert_eq!(Text::time("2026-03-12T10:28:40.115+01:00").to_string(), "2026-03-12 09:28:40 UTC");
        assert_eq!(Text::time("yesterday").to_string(), "yesterday");
        assert_eq!(Text::time("1994-08-12").to_string(), "1994-08-12");
    }

    #[test]
    fn only_what_stays_in_the_folder_and_is_not_run_is_linked() {
        for (path, href) in [
            ("data/a/face_~58.jpg", Some("data/a/face_~58.jpg")),
            ("data/a b/ü%2F?#&\"'.PNG", Some("data/a%20b/%C3%BC%252F%3F%23%26%22%27.PNG")),
            ("javascript:alert(1)//.jpg", None),
            ("//elsewhere/x.jpg", None),
            ("../x.jpg", None),
            ("/etc/x.jpg", None),
            ("data/x.html", None),
            ("data/x.svg", None),
            ("data/x", None),
        ] {
            assert_eq!(FileLink::to(path).href.as_deref(), href, "{path}");
        }
        assert_eq!(extension("data/a.b/c"), "");
    }

    proptest! {
        #[test]
        fn a_link_is_a_relative_path_to_the_very_file(path in "(.{1,8}/){0,2}.{1,20}\\.jpg") {
            if let Some(href) = FileLink::to(&path).href {
                prop_assert!(href.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte)), "{}", href);
                prop_assert!(!href.starts_with('/'));
                prop_assert_eq!(percent_decode_str(&href).decode_utf8().expect("UTF-8"), path.as_str());
            }
        }

        #[test]
        fn no_text_hides_anything(text in ".*") {
            let shown = Text::of(&text).to_string();
            prop_assert_eq!(sanitize(&shown), shown.as_str());
        }
    }
}
