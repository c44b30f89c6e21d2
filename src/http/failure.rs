//! Failures between a request and its verified answer, and which of them are retried.

use super::Headers;
use crate::clock::Stop;
use crate::error::{Error, quote};
use jiff::Timestamp;
use std::io::Read;
use std::time::Duration;

/// Most bytes of an error's body that are read.
const EXCERPT: u64 = 4096;

/// The text for sessions that the time limit of a run left out.
pub(crate) const OUT_OF_TIME: &str = "the time that the run was given is over";

/// The cause of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// 401, 403: the credentials.
    Refused,
    /// 404, 410.
    NotFound,
    /// The provider has listed all there is, and what was asked for is not among it.
    Unlisted,
    /// 204: the provider may not hand it out.
    Withheld,
    /// Any other status that asking again will not change.
    Rejected,
    /// 429: too fast.
    Throttled,
    /// 408, 425, 5xx, no connection, no answer in time.
    Unavailable,
    /// The server's certificate is invalid.
    Certificate,
    /// The file exceeded its time limit, over all attempts.
    TimedOut,
    /// The body ended early, or is not as long as announced.
    Broken,
    /// 200, but not the kind of thing that was asked for.
    Unusable,
    /// 200, but more than any answer can sensibly hold.
    Excessive,
    /// Too little memory beside other sessions; the session is listed later.
    Deferred,
    /// A signature is there and wrong, or missing under `--strict`.
    Untrusted,
    /// Whole and signed, but not what the listing says; asked for once more.
    Disagrees,
    /// The run was asked to stop.
    Stopped,
    /// Nothing to do with the provider: the local side failed.
    Local,
}

impl Cause {
    /// Returns whether another attempt may succeed.
    pub(crate) fn is_worth_retrying(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable | Self::Broken | Self::Unusable | Self::Untrusted | Self::Disagrees)
    }
}

/// A failed try: its cause and one line about it, without URL, header or secret.
#[derive(Debug)]
pub struct Failure {
    /// The cause.
    pub cause: Cause,
    /// One line for people.
    pub detail: String,
    /// The status code, when there was an answer.
    pub status: Option<u16>,
    /// The code in its body, when there was one: what it means is for the provider to say.
    pub code: Option<String>,
    /// The wait that the provider asks for.
    pub retry_after: Option<Duration>,
    /// The local error, for [`Cause::Local`] and [`Cause::Stopped`].
    pub local: Option<Box<Error>>,
}

impl Failure {
    /// Creates a failure with its line.
    pub fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self { cause, detail: detail.into(), status: None, code: None, retry_after: None, local: None }
    }

    /// Creates a failure of this side: a file system error or a stop request.
    pub fn local(error: Error) -> Self {
        let cause = if error.kind().is_interruption() { Cause::Stopped } else { Cause::Local };
        Self { cause, detail: error.what().to_owned(), status: None, code: None, retry_after: None, local: Some(Box::new(error)) }
    }

    /// Creates the failure of work that a stop request cut short.
    pub(crate) fn stopped(stop: Stop) -> Self {
        let what = if stop == Stop::OutOfTime { OUT_OF_TIME } else { "interrupted" };
        let error = Error::new(stop.kind(), what, "run the same command again; it goes on where this one stopped");
        Self { cause: Cause::Stopped, ..Self::local(error) }
    }

    /// Creates the failure for a status other than 200, with the code and message in its body. The caller limits the body.
    pub fn of_status(status: u16, headers: &Headers, body: &mut dyn Read, now: Timestamp) -> Self {
        let cause = match status {
            204 => Cause::Withheld,
            401 | 403 => Cause::Refused,
            404 | 410 => Cause::NotFound,
            429 => Cause::Throttled,
            408 | 425 | 500..=599 => Cause::Unavailable,
            _ => Cause::Rejected,
        };
        let mut detail = format!("HTTP {status}");
        let mut code = None;
        if (300..400).contains(&status) {
            detail.push_str(", a redirect, which is never followed");
        } else {
            let said;
            (code, said) = error_text(body);
            detail.extend(said.into_iter().flat_map(|said| [": ".to_owned(), said]));
        }
        let retry_after = headers.value("retry-after").and_then(|value| retry_after(value, now));
        Self { cause, detail, status: Some(status), code, retry_after, local: None }
    }
}

/// Returns `Retry-After` as seconds or as an HTTP date (RFC 9110 §10.2.3).
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a number holds are as good as never; they are no reason to ask soon.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// Returns the code of a JSON error body, and that with its message (`message` or `error`; all parts optional).
fn error_text(body: &mut dyn Read) -> (Option<String>, Option<String>) {
    let mut text = Vec::new();
    let read = body.take(EXCERPT).read_to_end(&mut text);
    let Some(value) = read.ok().and_then(|_| serde_json::from_slice::<serde_json::Value>(&text).ok()) else { return (None, None) };
    let field = |name: &str| match value.get(name)? {
        serde_json::Value::String(text) => Some(quote(text)),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let (code, message) = (field("code"), field("message").or_else(|| field("error")));
    let said = match (&code, message) {
        (Some(code), Some(message)) => Some(format!("{message} (code {code})")),
        (Some(code), None) => Some(format!("code {code}")),
        (None, message) => message,
    };
    (code, said)
}

#[cfg(test)]
mod tests {
    use super::{Cause, Failure, retry_after};
    use crate::http::Headers;
    use jiff::Timestamp;
    use std::time::Duration;

    fn of(status: u16, body: &str) -> Failure {
        let headers = Headers::new([("Retry-After".to_owned(), "3".to_owned())]);
        Failure::of_status(status, &headers, &mut body.as_bytes(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn every_status_has_its_cause() {
        let retried: Vec<u16> = (100..=599).filter(|&status| of(status, "").cause.is_worth_retrying()).collect();
        let expected: Vec<u16> = [408, 425, 429].into_iter().chain(500..=599).collect();
        assert_eq!(retried, expected);
        for (status, cause) in [
            (204, Cause::Withheld),
            (401, Cause::Refused),
            (403, Cause::Refused),
            (404, Cause::NotFound),
            (410, Cause::NotFound),
            (302, Cause::Rejected),
            (400, Cause::Rejected),
            (206, Cause::Rejected),
        ] {
            assert_eq!(of(status, "").cause, cause, "{status}");
        }
    }

    #[test]
    fn the_providers_words_are_quoted_and_bounded() {
        let said = |body: &str| of(404, body).detail;
        assert_eq!(said(r#"{"status":"fail","code":"1101","message":"Resource not found"}"#), "HTTP 404: Resource not found (code 1101)");
        assert_eq!(said(r#"{"code":1002,"error":"bad id"}"#), "HTTP 404: bad id (code 1002)");
        assert_eq!(said("<html>"), "HTTP 404");
        let long = said(&format!(r#"{{"message":"{}\u001b[31m"}}"#, "x".repeat(3000)));
        assert!(long.chars().count() < 150 && !long.contains('\u{1b}'), "{long}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().expect("a time stamp");
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        for none in ["-1", "+5", "1.5", "0x10", ""] {
            assert_eq!(retry_after(none, now), None, "{none}");
        }
        assert_eq!(retry_after("99999999999999999999999", now), Some(Duration::MAX.min(Duration::from_secs(u64::MAX))));
    }
}
