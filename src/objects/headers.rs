//! Reads the headers by which a store describes an object: length, checksum, version, lock. What they say is checked for its form.

use crate::http::{Cause, Failure, Headers};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use vmedia_archive::objects::{Head, LockMode, Locked, NO_VERSION};

/// The longest id of a version; that of AWS has 32 characters.
const LONGEST_VERSION: usize = 256;

/// Returns a SHA-256 in hex as the header has it.
pub(super) fn checksum(sha256: &str) -> Option<String> {
    Some(STANDARD.encode(crate::store::sha256_bytes(sha256)?))
}

/// Returns the properties of an object.
pub(super) fn head(headers: &Headers) -> Result<Head, Failure> {
    let unusable = |what: &str| Failure::new(Cause::Unusable, format!("the answer has {what}"));
    let bytes = headers.content_length().ok_or_else(|| unusable("no length"))?;
    let is_whole = headers.value("x-amz-checksum-type").is_none_or(|kind| kind.eq_ignore_ascii_case("FULL_OBJECT"));
    let sha256 = headers.value("x-amz-checksum-sha256").filter(|_| is_whole).and_then(|value| STANDARD.decode(value.trim()).ok());
    let sha256 = sha256.filter(|bytes| bytes.len() == 32).map(hex::encode);
    let until = headers.value("x-amz-object-lock-retain-until-date").and_then(|date| date.trim().parse::<Timestamp>().ok());
    let mode = headers.value("x-amz-object-lock-mode").and_then(|mode| match mode.trim() {
        "GOVERNANCE" => Some(LockMode::Governance),
        "COMPLIANCE" => Some(LockMode::Compliance),
        _ => None,
    });
    let locked = mode.zip(until).map(|(mode, until)| Locked { mode, until });
    let is_held = headers.value("x-amz-object-lock-legal-hold").is_some_and(|hold| hold.trim() == "ON");
    Ok(Head { bytes, sha256, version: version(headers)?, locked, is_held })
}

/// Returns the id of an object's version.
pub(super) fn version(headers: &Headers) -> Result<Option<String>, Failure> {
    match headers.value("x-amz-version-id").filter(|id| *id != NO_VERSION) {
        Some(id) if is_version(id) => Ok(Some(id.to_owned())),
        Some(_) => Err(Failure::new(Cause::Unusable, "the answer has an id of a version that is none")),
        None => Ok(None),
    }
}

/// Returns whether a text can be the id of a version.
pub(super) fn is_version(id: &str) -> bool {
    (1..=LONGEST_VERSION).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::{checksum, head};
    use crate::http::Headers;
    use crate::store::Digest;
    use vmedia_archive::objects::LockMode;

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        Headers::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn what_headers_say_is_read_and_checked() {
        let digest = Digest::of(b"x");
        let sum = checksum(&digest.sha256).expect("a checksum");
        let full = [
            ("content-length", "1"),
            ("x-amz-checksum-sha256", sum.as_str()),
            ("x-amz-version-id", "v.1-_"),
            ("x-amz-object-lock-mode", "COMPLIANCE"),
            ("x-amz-object-lock-retain-until-date", "2027-01-02T03:04:05.000Z"),
        ];
        let read = head(&headers(&full)).expect("a head");
        assert_eq!((read.bytes, read.sha256, read.version.as_deref()), (1, Some(digest.sha256), Some("v.1-_")));
        let locked = read.locked.expect("a lock");
        assert_eq!((locked.mode, locked.until.to_string().as_str()), (LockMode::Compliance, "2027-01-02T03:04:05Z"));
        for composite in [("x-amz-checksum-type", "COMPOSITE"), ("x-amz-checksum-sha256", "AAAA-2")] {
            let mut pairs = full.to_vec();
            pairs.insert(0, composite);
            assert_eq!(head(&headers(&pairs)).expect("a head").sha256, None, "{composite:?}");
        }
        assert_eq!(head(&headers(&[("content-length", "1"), ("x-amz-version-id", "null")])).expect("a head").version, None);
        for bad in [&[][..], &[("content-length", "+1")], &[("content-length", "1"), ("x-amz-version-id", "a b")]] {
            assert!(head(&headers(bad)).is_err(), "{bad:?}");
        }
    }
}
