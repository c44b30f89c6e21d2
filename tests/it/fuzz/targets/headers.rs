//! The head of an answer: its status, its headers, and the body of an error. A first line with the status, a line for
//! each header, an empty line, and the body.

use super::safe::is_bounded_line;
use super::veriff;
use jiff::Timestamp;
use vmedia::http::{Failure, Headers};
use vmedia::model::{Format, HEAD_LENGTH, Kind, extension};
use vmedia::provider::{Call, Provider, Signature};

/// Reads an answer's head, and the body of an error.
pub fn run(input: &[u8]) {
    let split = input.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = split.map_or((input, &[][..]), |at| (&input[..at], &input[at + 2..]));
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(503);
    let pairs = lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    let headers = Headers::new(pairs);

    let now = Timestamp::from_second(784_111_770).expect("a time");
    let failure = Failure::of_status(status, &headers, &mut &body[..], now);
    is_bounded_line(&failure.detail);
    let digits = |value: &&str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match (headers.value("retry-after").filter(digits), failure.retry_after) {
        // More than fit into a number are longer than any wait.
        (Some(seconds), wait) => assert_eq!(wait.map(|wait| wait.as_secs()), Some(seconds.parse().unwrap_or(u64::MAX)), "{seconds}"),
        (None, Some(_)) => {
            let date = headers.value("retry-after").unwrap_or_default();
            assert!(date.contains(|letter: char| letter.is_ascii_alphabetic()), "{date:?} is neither seconds nor a date");
        }
        (None, None) => {}
    }
    if let Some(length) = headers.content_length() {
        let text = headers.value("content-length").unwrap_or_default();
        assert!(text.trim().bytes().all(|byte| byte.is_ascii_digit()) && text.trim().parse() == Ok(length), "{text:?}");
        assert!(headers.body_is_framed());
    }
    is_a_type(headers.value("content-type"), body);
    is_signed(&headers, body);
}

/// An extension is a plain word whatever type is declared; the same bytes are always of the same format.
fn is_a_type(declared: Option<&str>, body: &[u8]) {
    let format = Format::of(&body[..body.len().min(HEAD_LENGTH)]);
    assert_eq!(format == Format::Empty, body.is_empty());
    for kind in [Kind::Image, Kind::Video, Kind::Nfc, Kind::Other] {
        let extension = extension(declared, kind);
        assert!((1..=16).contains(&extension.len()), "{extension:?}");
        assert!(
            extension.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'),
            "{extension:?}"
        );
        let agrees = format.agrees_with(declared, kind);
        assert!(
            !(agrees && format == Format::Html && kind == Kind::Image && declared == Some("image/jpeg")),
            "a page passes for a picture"
        );
    }
}

/// Only the signature that the secret makes of the body holds, and nothing but that.
fn is_signed(headers: &Headers, body: &[u8]) {
    let provider = veriff();
    let verdict = |mut seal: Box<dyn vmedia::provider::SignatureCheck>| {
        for piece in body.chunks(7) {
            seal.update(piece);
        }
        seal.finish().signature
    };
    let sent = verdict(provider.signature_check(headers));
    let Ok(subject) = std::str::from_utf8(body) else { return };
    let call = Call { endpoint: "", document: String::new(), target: "/".to_owned(), subject: subject.to_owned() };
    let request = provider.sign(&call);
    let (_, good) = request.headers.iter().find(|(name, _)| *name == "x-hmac-signature").expect("a signature");
    assert_eq!(verdict(provider.recorded_signature_check(good)), Signature::Held(good.to_string()));
    assert_eq!(verdict(provider.recorded_signature_check(&good[..32])), Signature::Wrong);
    if let Signature::Held(value) = sent {
        assert_eq!(value, **good, "a signature holds that the secret does not make");
    }
}
