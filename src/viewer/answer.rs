//! The answer to a request: who is answered, with which part of what, and what a browser may do with it.

use super::Shared;
use super::body::Sending;
use super::range::Part;
use crate::archive::OpenedFile;
use ctutils::CtEq;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use std::convert::Infallible;
use std::sync::Arc;

/// What a browser may do with an answer, beside the policy: keep nothing, and name this address nowhere.
const FIELDS: [(HeaderName, &str); 8] = [
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
    (header::ACCEPT_RANGES, "bytes"),
];

type Answer = Response<Sending>;

/// Answers a request.
pub(super) async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let path = match checked(&shared, &request) {
        Ok(path) => path,
        Err(status) => return Ok(refused(status, &shared)),
    };
    shared.was_active();
    let (server, wanted) = (Arc::clone(&shared), path.clone());
    let opened = tokio::task::spawn_blocking(move || server.content.open(&wanted)).await;
    Ok(match opened {
        Ok(Ok(Some(file))) => sent(file, request.method() == Method::HEAD, request.headers(), path, shared),
        Ok(Ok(None)) => refused(StatusCode::NOT_FOUND, &shared),
        Ok(Err(error)) => {
            shared.failed(error);
            refused(StatusCode::INTERNAL_SERVER_ERROR, &shared)
        }
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, &shared),
    })
}

/// Returns the path below the token, or the status of a refusal.
fn checked(shared: &Shared, request: &Request<Incoming>) -> Result<String, StatusCode> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    // Another name for this address is how a page of elsewhere would read what is shown here.
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let is_here = hosts.next().is_some_and(|host| host.as_bytes() == shared.host.as_bytes()) && hosts.next().is_none();
    if !is_here || request.uri().authority().is_some() {
        return Err(StatusCode::MISDIRECTED_REQUEST);
    }
    let path = request.uri().path().strip_prefix('/').unwrap_or_default();
    let (token, rest) = path.split_once('/').ok_or(StatusCode::NOT_FOUND)?;
    if !bool::from(token.as_bytes().ct_eq(shared.token.as_bytes())) {
        return Err(StatusCode::NOT_FOUND);
    }
    percent_decode_str(rest).decode_utf8().map(String::from).map_err(|_| StatusCode::NOT_FOUND)
}

/// Sends a file, or the part of it that is wanted.
fn sent(file: OpenedFile, is_head: bool, fields: &HeaderMap, path: String, shared: Arc<Shared>) -> Answer {
    let OpenedFile { media_type, length, content } = file;
    let mut ranges = fields.get_all(header::RANGE).iter();
    // There is nothing by which a browser could know that a file is the same as before.
    let range = ranges.next().filter(|_| ranges.next().is_none() && !fields.contains_key(header::IF_RANGE));
    let part = range.and_then(|range| range.to_str().ok()).map_or(Part::Whole, |range| Part::of(range, length));
    let (status, first, count) = match part {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Range(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::Unsatisfiable => {
            let mut answer = refused(StatusCode::RANGE_NOT_SATISFIABLE, &shared);
            set(&mut answer, header::CONTENT_RANGE, &format!("bytes */{length}"));
            return answer;
        }
    };
    let mut answer = with_fields(status, &shared);
    if !is_head {
        *answer.body_mut() = Sending::part(content, first, count, path, shared);
    }
    set(&mut answer, header::CONTENT_TYPE, media_type);
    set(&mut answer, header::CONTENT_LENGTH, &count.to_string());
    if let Part::Range(first, last) = part {
        set(&mut answer, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{length}"));
    }
    answer
}

/// Refuses a request, and says no more than the name of the status.
fn refused(status: StatusCode, shared: &Shared) -> Answer {
    let text = format!("{}\n", status.canonical_reason().unwrap_or_default());
    let mut answer = with_fields(status, shared);
    *answer.body_mut() = Sending::Text(Some(Bytes::from(text)));
    set(&mut answer, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    if status == StatusCode::METHOD_NOT_ALLOWED {
        set(&mut answer, header::ALLOW, "GET, HEAD");
    }
    answer
}

/// Returns an answer without a body.
fn with_fields(status: StatusCode, shared: &Shared) -> Answer {
    let mut answer = Response::new(Sending::Text(None));
    *answer.status_mut() = status;
    answer.headers_mut().extend(FIELDS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    set(&mut answer, header::CONTENT_SECURITY_POLICY, &shared.policy);
    answer
}

fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
