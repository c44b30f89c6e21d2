//! Applies a fault to an answer.

use jiff::ToSpan as _;

use crate::answer::{Answer, AuthHeaders, End};
use crate::fault::{Act, Wait};
use crate::fixture::Body;
use crate::{response_json, samples, sign};

/// Size of a listing that no client should swallow.
const HUGE: usize = 17 * 1024 * 1024;

/// Up to this length a picture of another type is as long as the body whose place it takes.
const LONGEST: u64 = 64 * 1024 * 1024;

const PAGE: &str = "<!DOCTYPE html>\n<html>\n<head><title>Please wait</title></head>\n\
                    <body><h1>Please wait</h1><p>This page was put in the way by the sandbox.</p></body>\n</html>\n";

/// Returns an answer that a fault gives by itself, without asking the provider.
pub(crate) fn replacement(act: Act, host: &str, path: &str) -> Option<Answer> {
    Some(match act {
        Act::Status(status, wait) => {
            let mut answer = Answer::failure(status);
            if matches!(status, 204 | 205 | 304) {
                replace(&mut answer, &[]);
            }
            answer.headers.extend(wait.map(|wait| ("retry-after", retry_after(wait))));
            answer
        }
        Act::Html => {
            let page = Body::Bytes(PAGE.as_bytes().into());
            Answer { auth: AuthHeaders::Neither, ..Answer::new(200, "text/html; charset=utf-8", page) }
        }
        Act::Ok => Answer { auth: AuthHeaders::Neither, ..Answer::json(200, r#"{"ok":true}"#.to_owned()) },
        Act::Json => Answer::json(200, response_json::failure_of(500)),
        Act::Huge => {
            let padding = "x".repeat(HUGE);
            let empty = r#"{"status":"success","verifications":[],"images":[],"videos":[],"padding":""#;
            Answer::json(200, format!("{empty}{padding}\"}}"))
        }
        Act::Redirect => {
            let mut answer = Answer::json(302, response_json::failure("1101", "Found elsewhere"));
            answer.headers.push(("location", format!("http://{host}/elsewhere{path}")));
            answer
        }
        _ => return None,
    })
}

fn retry_after(wait: Wait) -> String {
    match wait {
        Wait::Seconds(seconds) => seconds.to_string(),
        Wait::Date(seconds) => {
            let then = crate::now().checked_add(i64::from(seconds).seconds()).unwrap_or_default();
            let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
            printer.timestamp_to_rfc9110_string(&then).unwrap_or_default()
        }
    }
}

/// Spoils the provider's own answer.
pub(crate) fn distort(answer: &mut Answer, act: Act) {
    match act {
        Act::Cut => answer.flow.end = End::Cut,
        Act::Stall => answer.flow.end = End::Stall,
        Act::Slow(rate) => answer.flow.rate = Some(rate),
        Act::BadSignature => answer.auth = AuthHeaders::Signature(sign::sign("not the shared secret", b"not the body")),
        Act::NoSignature => answer.auth = AuthHeaders::Neither,
        Act::Flip => answer.flow.flip = Some(answer.length / 2),
        Act::Short => {
            answer.length = answer.length.saturating_sub(1);
            answer.media = None;
        }
        Act::Type => {
            let other = if answer.content_type.contains("png") { samples::SMALL_JPEG } else { samples::PNG };
            let mut bytes = other.to_vec();
            // Only the type is wrong: viewers ignore what follows the end of a picture.
            bytes.resize(usize::try_from(answer.length.min(LONGEST)).unwrap_or_default(), 0);
            replace(answer, &bytes);
        }
        Act::Empty => replace(answer, &[]),
        Act::Gzip => answer.headers.push(("content-encoding", "gzip".to_owned())),
        Act::Status(..) | Act::Reset | Act::Hang | Act::Html | Act::Json | Act::Ok | Act::Redirect | Act::Huge => {}
    }
}

fn replace(answer: &mut Answer, bytes: &[u8]) {
    answer.body = Body::Bytes(bytes.into());
    answer.length = bytes.len() as u64;
    answer.media = None;
}
