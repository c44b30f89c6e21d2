//! Parses the URL of a place in a bucket. Must not connect.

use crate::error::{Error, Result, quote};
use crate::store::StorePath;

/// The scheme of such URLs.
const SCHEME: &str = "s3://";

/// A bucket, and a folder in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name of the bucket.
    pub bucket: String,
    /// The folder; `None` for the whole bucket.
    pub prefix: Option<StorePath>,
}

impl Place {
    /// Returns whether a text is meant as such a URL, rather than as a folder of this machine.
    pub fn is_url(text: &str) -> bool {
        text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
    }

    /// Parses `s3://bucket/prefix`, with or without a trailing `/`.
    ///
    /// # Errors
    /// It is no such URL, or holds a name that no bucket or folder can have.
    pub fn parse(text: &str) -> Result<Self> {
        let fail = |why: &str| {
            let what = format!("{} is not a place in a bucket: {why}", quote(text));
            Error::usage(what, "write s3://bucket or s3://bucket/prefix, for example s3://kyc-archive/veriff")
        };
        let rest = text.get(SCHEME.len()..).filter(|_| Self::is_url(text)).ok_or_else(|| fail("it does not begin with s3://"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if !is_bucket(bucket) {
            return Err(fail("a bucket has 3 to 63 lower-case letters, digits, dots and hyphens"));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let prefix = match StorePath::parse(prefix) {
            _ if prefix.is_empty() => None,
            Some(path) if !prefix.contains(char::is_control) => Some(path),
            _ => return Err(fail("the prefix holds an empty name, a dot as a name, a control character, or one of \\ and :")),
        };
        Ok(Self { bucket: bucket.to_owned(), prefix })
    }

    /// Returns the key of an object in the bucket, or the URL below the bucket; without a path, that of the place.
    pub(super) fn key(&self, below: Option<&StorePath>) -> String {
        let parts = self.prefix.iter().chain(below).map(StorePath::as_str);
        parts.collect::<Vec<_>>().join("/")
    }

    /// Returns the beginning of all keys below a folder; without one, below the place.
    pub(super) fn start(&self, folder: Option<&StorePath>) -> String {
        let key = self.key(folder);
        if key.is_empty() { key } else { key + "/" }
    }

    /// Returns the path below the place of a key in the bucket; `None` if it is elsewhere or no path.
    pub(super) fn below(&self, key: &str) -> Option<StorePath> {
        StorePath::parse(key.strip_prefix(&self.start(None))?)
    }

    /// Returns the URL of an object, or that of the place.
    pub fn url(&self, key: Option<&StorePath>) -> String {
        let key = self.key(key);
        let slash = if key.is_empty() { "" } else { "/" };
        format!("{SCHEME}{}{slash}{key}", self.bucket)
    }
}

/// Returns whether a bucket can have this name.
fn is_bucket(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_letter(byte) || byte == b'.' || byte == b'-')
        && name.bytes().next().is_some_and(is_letter)
        && name.bytes().next_back().is_some_and(is_letter)
        && !name.contains("..")
}

/// Returns whether a text can be a region, which becomes part of a host's name.
pub(crate) fn is_region(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::{Place, is_region};
    use crate::store::StorePath;

    #[test]
    fn places_are_parsed_and_written() {
        for (text, url, start) in [
            ("s3://kyc", "s3://kyc", ""),
            ("S3://kyc/", "s3://kyc", ""),
            ("s3://kyc.eu-1/veriff/2026/", "s3://kyc.eu-1/veriff/2026", "veriff/2026/"),
        ] {
            let place = Place::parse(text).expect(text);
            assert_eq!((place.url(None).as_str(), place.start(None).as_str()), (url, start));
            let path = StorePath::parse("a/b c").expect("a path");
            assert_eq!(place.below(&place.key(Some(&path))), Some(path.clone()));
            assert_eq!(place.url(Some(&path)), format!("{url}/a/b c"));
            assert_eq!(place.below(&format!("{start}a//b")), None);
        }
        for bad in [
            "",
            "kyc",
            "s3:/kyc",
            "s3://",
            "s3://Kyc",
            "s3://k_c",
            "s3://-kyc",
            "s3://a..b",
            "s3://kyc/a//b",
            "s3://kyc/../x",
            "s3://kyc/a\u{7}",
        ] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
        for bad in ["", "eu.west", "x/y", "-a", "EU", "a@b"] {
            assert!(!is_region(bad), "{bad}");
        }
    }
}
