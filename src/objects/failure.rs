//! Failures of an object store: which are retried, and their two lines.
//!
//! Must not send.

use super::xml::Element;
use crate::error::{Error, ErrorKind, quote};
use crate::http::{Cause, Failure, Headers};
use crate::text::duration;
use jiff::Timestamp;
use std::io::Read;
use std::time::Duration;

/// Most bytes of an error's body that are read.
const LARGEST_ERROR: u64 = 64 * 1024;

/// The difference between clocks above which signatures are refused.
const CLOCKS: Duration = Duration::from_secs(10 * 60);

/// Codes of a wrong checksum.
const CHECKSUM: [&str; 4] = ["BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "InvalidDigest"];

/// Codes of a store without space.
const FULL: [&str; 4] = ["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "ServiceQuotaExceededException"];

/// What a failure means beyond its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The key is taken.
    Taken,
    /// There is no such object or version, or a delete marker hides it.
    Absent,
    /// There is no such bucket.
    NoBucket,
    /// The bytes have another checksum than the request says.
    Checksum,
    /// Temporary credentials have ended.
    Expired,
    /// The clocks differ too much.
    Clock,
    /// The access key, or its secret, is wrong.
    Key,
    /// The store is full.
    Full,
    /// The object must be restored from its storage class before it can be read.
    Archived,
    /// The store does not know what was asked for.
    Unsupported,
    /// Nothing more.
    Other,
}

/// A failure, its meaning, and the region in which the store says that the bucket is.
pub(super) struct Refusal {
    pub(super) failure: Failure,
    pub(super) region: Option<String>,
}

impl Refusal {
    /// Reads an answer that is no success.
    pub(super) fn of(status: u16, headers: &Headers, body: &mut dyn Read, now: Timestamp) -> Self {
        let mut bytes = Vec::new();
        let read = body.take(LARGEST_ERROR).read_to_end(&mut bytes);
        let element = read.ok().and_then(|_| Element::parse(&bytes)).filter(|element| element.name == "Error");
        let text = |name: &str| element.as_ref().and_then(|element| element.text_of(name));
        let is_absent = status == 405 && headers.value("x-amz-delete-marker") == Some("true");
        let code = text("Code").filter(|_| !is_absent).map(quote);
        let mut failure = Failure::of_status(status, headers, &mut std::io::empty(), now);
        failure.cause = match (status, code.as_deref()) {
            (_, Some("SlowDown" | "SlowDownRead" | "SlowDownWrite" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded")) => {
                Cause::Throttled
            }
            (_, Some("RequestTimeout" | "InternalError" | "ServiceUnavailable")) => Cause::Unavailable,
            // Two conditional requests for one key at the same time.
            (409, _) => Cause::Unavailable,
            (507, _) => Cause::Rejected,
            (405, None) if is_absent => Cause::NotFound,
            (_, Some(code)) if FULL.contains(&code) => Cause::Rejected,
            // Repeated by the caller, unless the local file changed.
            (_, Some(code)) if CHECKSUM.contains(&code) => Cause::Rejected,
            _ => failure.cause,
        };
        match (text("Message").map(quote), &code) {
            (Some(message), Some(code)) => failure.detail = format!("HTTP {status}: {} ({code})", message.trim_end_matches('.')),
            (None, Some(code)) => failure.detail = format!("HTTP {status}: {code}"),
            _ => {}
        }
        // Requests without a code, such as HEAD, are refused for a wrong clock, too.
        let skew = headers.value("date").and_then(|date| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
        let skew = skew.map(|date| date.duration_since(now).unsigned_abs()).filter(|skew| *skew > CLOCKS);
        failure.code = code;
        if let (Some(skew), 400 | 403) = (skew, status) {
            failure.code = Some("RequestTimeTooSkewed".to_owned());
            failure.detail = format!("the clocks differ by {}", duration(skew));
        }
        let region = headers.value("x-amz-bucket-region").or_else(|| text("Region")).filter(|region| super::place::is_region(region));
        Self { failure, region: region.map(ToOwned::to_owned) }
    }
}

/// Returns the meaning of a failure.
pub(super) fn meaning(failure: &Failure) -> Meaning {
    match (failure.status, failure.code.as_deref()) {
        (Some(412), _) | (_, Some("PreconditionFailed")) => Meaning::Taken,
        (_, Some("NoSuchBucket")) => Meaning::NoBucket,
        (_, Some("RequestTimeTooSkewed")) => Meaning::Clock,
        (_, Some("ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired")) => Meaning::Expired,
        (_, Some("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken")) => Meaning::Key,
        (_, Some(code)) if CHECKSUM.contains(&code) => Meaning::Checksum,
        (_, Some("InvalidObjectState")) => Meaning::Archived,
        (Some(507), _) => Meaning::Full,
        (_, Some(code)) if FULL.contains(&code) => Meaning::Full,
        (Some(501), _) | (_, Some("NotImplemented")) => Meaning::Unsupported,
        _ if failure.cause == Cause::NotFound => Meaning::Absent,
        _ => Meaning::Other,
    }
}

/// What a request was for, as errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Create,
    Read,
    List,
    Remove,
}

impl Purpose {
    fn verb(self) -> &'static str {
        match self {
            Self::Create => "store",
            Self::Read => "read",
            Self::List => "list",
            Self::Remove => "delete",
        }
    }

    fn permissions(self) -> &'static str {
        match self {
            Self::Create => "s3:PutObject, and s3:PutObjectRetention or s3:PutObjectLegalHold for locks",
            Self::Read => "s3:GetObject, s3:GetObjectVersion and s3:ListBucket",
            Self::List => "s3:ListBucket and s3:ListBucketVersions",
            Self::Remove => "s3:DeleteObjectVersion, and s3:GetObjectRetention and s3:GetObjectLegalHold to see locks",
        }
    }
}

/// Returns the URL of the bucket that an object is in.
fn bucket_of(object: &str) -> &str {
    let slash = object.match_indices('/').nth(2).map(|(at, _)| at);
    slash.and_then(|slash| object.get(..slash)).unwrap_or(object)
}

/// Returns the error of a failure. `object` is the URL of what was asked for, `host` that of the store, `keys` the source of the
/// credentials.
pub(super) fn error(failure: Failure, purpose: Purpose, object: &str, host: &str, keys: &str) -> Error {
    let meaning = meaning(&failure);
    if let Some(local) = failure.local {
        return *local;
    }
    let (verb, detail) = (purpose.verb(), failure.detail);
    let cannot = format!("cannot {verb} {object}: {detail}");
    let (kind, what, hint) = match (meaning, failure.cause) {
        (Meaning::NoBucket, _) => (
            ErrorKind::Configuration,
            format!("cannot {verb} {}: there is no such bucket at {host}", bucket_of(object)),
            "check the name of the bucket, the endpoint (AWS_ENDPOINT_URL_S3) and the account".to_owned(),
        ),
        (Meaning::Clock, _) => (
            ErrorKind::Refused,
            cannot,
            format!("set this machine's clock; {host} refuses signatures that are older or newer than 15 minutes"),
        ),
        (Meaning::Expired, _) => (ErrorKind::Refused, cannot, format!("renew the credentials; used were those of {keys}")),
        (Meaning::Key, _) => (ErrorKind::Refused, cannot, format!("check the access key and its secret; used were those of {keys}")),
        (Meaning::Full, _) => {
            (ErrorKind::Unavailable, cannot, "the store is full: add space or raise the quota, and run the same command again".to_owned())
        }
        (Meaning::Archived, _) => (
            ErrorKind::Unavailable,
            format!("cannot {verb} {object}: its storage class must restore it first"),
            "restore it, as with `aws s3api restore-object`; `vmedia verify --by store` reads nothing of it".to_owned(),
        ),
        (Meaning::Unsupported, _) => {
            (ErrorKind::Rejected, cannot, "the store lacks a function that vmedia needs; docs/object-storage.md names them".to_owned())
        }
        (Meaning::Checksum, _) => {
            (ErrorKind::Unavailable, cannot, "the bytes change on their way; check the network and proxies in between".to_owned())
        }
        (_, Cause::Refused) => {
            (ErrorKind::Refused, cannot, format!("allow {}; used were the credentials of {keys}", purpose.permissions()))
        }
        (_, Cause::Certificate) => (
            ErrorKind::Unavailable,
            cannot,
            "check the endpoint and this machine's clock; for a private authority, name its certificate with --ca-cert".to_owned(),
        ),
        (_, Cause::Throttled | Cause::Unavailable | Cause::TimedOut | Cause::Broken) => (
            ErrorKind::Unavailable,
            cannot,
            format!("check the network, and whether {host} is up; what is stored stays, and the same command goes on later"),
        ),
        (_, Cause::Unusable | Cause::Excessive) => {
            (ErrorKind::Rejected, cannot, format!("check the endpoint: {host} does not answer as S3 does"))
        }
        _ => (ErrorKind::Rejected, cannot, "check the URL, the endpoint (AWS_ENDPOINT_URL_S3) and the settings of the bucket".to_owned()),
    };
    Error::new(kind, what, hint)
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Purpose, Refusal, error, meaning};
    use crate::error::ErrorKind;
    use crate::http::{Cause, Headers};
    use jiff::Timestamp;

    fn refusal(status: u16, headers: &[(&str, &str)], body: &str) -> Refusal {
        let headers = Headers::new(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Refusal::of(status, &headers, &mut body.as_bytes(), Timestamp::UNIX_EPOCH)
    }

    fn body(code: &str) -> String {
        format!("<?xml version='1.0'?><Error><Code>{code}</Code><Message>The words.</Message><Region>eu-west-1</Region></Error>")
    }

    #[test]
    fn each_code_has_a_cause_a_meaning_and_a_kind() {
        for (status, code, cause, means, kind) in [
            (412, "PreconditionFailed", Cause::Rejected, Meaning::Taken, ErrorKind::Rejected),
            (404, "NoSuchKey", Cause::NotFound, Meaning::Absent, ErrorKind::Rejected),
            (404, "NoSuchBucket", Cause::NotFound, Meaning::NoBucket, ErrorKind::Configuration),
            (403, "AccessDenied", Cause::Refused, Meaning::Other, ErrorKind::Refused),
            (403, "SignatureDoesNotMatch", Cause::Refused, Meaning::Key, ErrorKind::Refused),
            (403, "InvalidObjectState", Cause::Refused, Meaning::Archived, ErrorKind::Unavailable),
            (400, "ExpiredToken", Cause::Rejected, Meaning::Expired, ErrorKind::Refused),
            (403, "RequestTimeTooSkewed", Cause::Refused, Meaning::Clock, ErrorKind::Refused),
            (409, "ConditionalRequestConflict", Cause::Unavailable, Meaning::Other, ErrorKind::Unavailable),
            (503, "SlowDown", Cause::Throttled, Meaning::Other, ErrorKind::Unavailable),
            (500, "InternalError", Cause::Unavailable, Meaning::Other, ErrorKind::Unavailable),
            (507, "XMinioStorageFull", Cause::Rejected, Meaning::Full, ErrorKind::Unavailable),
            (400, "BadDigest", Cause::Rejected, Meaning::Checksum, ErrorKind::Unavailable),
            (400, "InvalidArgument", Cause::Rejected, Meaning::Other, ErrorKind::Rejected),
        ] {
            let failure = refusal(status, &[], &body(code)).failure;
            assert_eq!((failure.cause, meaning(&failure)), (cause, means), "{code}");
            assert!(failure.detail.contains("The words") && failure.detail.contains(code), "{}", failure.detail);
            let error = error(failure, Purpose::Create, "s3://kyc/x", "https://store.example", "the environment");
            assert_eq!(error.kind(), kind, "{code}");
            let named = if means == Meaning::NoBucket { "s3://kyc:" } else { "s3://kyc/x" };
            assert!(error.what().contains(named), "{}", error.what());
        }
    }

    #[test]
    fn answers_without_a_body_and_hostile_ones_are_understood() {
        let skewed = refusal(403, &[("date", "Thu, 01 Jan 1970 00:20:00 GMT")], "");
        assert_eq!((meaning(&skewed.failure), skewed.failure.detail.as_str()), (Meaning::Clock, "the clocks differ by 20 min 00 s"));
        let moved = refusal(301, &[("x-amz-bucket-region", "eu-central-1")], "");
        assert_eq!(moved.region.as_deref(), Some("eu-central-1"));
        assert_eq!(refusal(400, &[("x-amz-bucket-region", "evil.example/")], "").region, None);
        assert_eq!(meaning(&refusal(405, &[("x-amz-delete-marker", "true")], "").failure), Meaning::Absent);
        let hostile = refusal(403, &[], "<Error><Code>A\u{7}&#27;[31m</Code><Message>x</Message></Error>").failure;
        assert!(!hostile.detail.contains(char::is_control), "{:?}", hostile.detail);
    }
}
