//! Heads that no server should send: huge, many, folded, doubled, not text, and lengths that contradict each other. What is
//! filed is what the provider signed, or nothing.

use super::{is_harmless, run_at};
use crate::harness::{SESSION, jpeg, signature, tree};
use crate::wire::{SECRET, Wire};

/// An answer with these bytes between the signature and the end of the head.
fn answer(lines: &[u8], body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nX-HMAC-SIGNATURE: {}\r\n", signature(SECRET, &jpeg("m")));
    [head.as_bytes(), lines, b"\r\n", body].concat()
}

/// Whether the only medium was filed after this answer; never other bytes than those that were signed.
#[track_caller]
fn is_filed(answer: Vec<u8>) -> bool {
    let shown = String::from_utf8_lossy(&answer[..answer.len().min(300)]).into_owned();
    let wire = Wire::with_picture("", move |_| answer.clone());
    let (folder, run) = run_at(&wire, &["download", SESSION, "-vv", "--retries", "0"]);
    is_harmless(&run.stderr);
    assert!(run.stderr.len() < 5_000, "{} bytes of words", run.stderr.len());
    let files: Vec<_> = tree(&folder.path().join("vmedia-archive").join(SESSION).join("data")).into_values().collect();
    assert!(files.iter().all(|bytes| *bytes == jpeg("m")), "other bytes than were signed: {shown}");
    // A head that cannot be read is no answer at all (5); an answer that is not believed is a medium that failed (7).
    let codes: &[i32] = if files.is_empty() { &[5, 7] } else { &[0] };
    assert!(codes.contains(&run.code), "{} after {shown}: {}", run.code, run.stderr);
    !files.is_empty()
}

fn length() -> String {
    format!("Content-Length: {}\r\n", jpeg("m").len())
}

#[test]
fn a_head_that_is_strange_and_bounded_changes_nothing() {
    let many: String = (0..80).map(|number| format!("X-{number}: y\r\n")).collect();
    for lines in [
        many.into_bytes(),
        format!("X-Long: {}\r\n", "y".repeat(60_000)).into_bytes(),
        b"X-Note: \xff\xfe\x80\r\n".to_vec(),
        b"X-Note:\r\nX-Note: \t \r\n".to_vec(),
        b"Content-Type: text/html\r\nContent-Type: image/jpeg\r\n".to_vec(),
        b"Retry-After: 99999999999999999999\r\n".to_vec(),
        length().into_bytes(),
    ] {
        assert!(is_filed(answer(&[length().as_bytes(), &lines].concat(), &jpeg("m"))), "{}", String::from_utf8_lossy(&lines));
    }
}

#[test]
fn a_head_without_measure_is_refused() {
    let many: String = (0..2_000).map(|number| format!("X-{number}: y\r\n")).collect();
    for lines in [many, format!("X-Long: {}\r\n", "y".repeat(2 << 20))] {
        assert!(!is_filed(answer(format!("{}{lines}", length()).as_bytes(), &jpeg("m"))), "{lines:.40}");
    }
}

#[test]
fn lines_that_another_server_could_read_otherwise_are_refused() {
    for lines in ["X-Note: a\r\n b\r\n", "X Note: a\r\n", "X-Note : a\r\n", "no colon\r\n", "X-\0: a\r\n", ": a\r\n", "X-Note: a\0b\r\n"] {
        assert!(!is_filed(answer(format!("{}{lines}", length()).as_bytes(), &jpeg("m"))), "{lines:?}");
    }
}

#[test]
fn lengths_that_are_none_or_contradict_each_other_are_refused() {
    let right = jpeg("m").len();
    for lines in [
        "Content-Length: many\r\n".to_owned(),
        "Content-Length: -1\r\n".to_owned(),
        format!("Content-Length: +{right}\r\n"),
        format!("Content-Length: 0x{right:x}\r\n"),
        format!("Content-Length: {right}.0\r\n"),
        format!("Content-Length: {right}, 5\r\n"),
        format!("Content-Length: 5\r\nContent-Length: {right}\r\n"),
        format!("Content-Length: {right}\r\nContent-Length: 5\r\n"),
        "Content-Length: 99999999999999999999999\r\n".to_owned(),
        "Content-Length: 18446744073709551615\r\n".to_owned(),
        "Content-Length: \r\n".to_owned(),
    ] {
        assert!(!is_filed(answer(lines.as_bytes(), &jpeg("m"))), "{lines:?}");
    }
}

#[test]
fn a_length_beside_pieces_is_never_two_answers() {
    let body = jpeg("m");
    let pieces = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    for content_length in [body.len(), 5, 0, pieces.len()] {
        for order in [0, 1] {
            let lines = [format!("Content-Length: {content_length}\r\n"), "Transfer-Encoding: chunked\r\n".to_owned()];
            let lines = format!("{}{}", lines[order], lines[1 - order]);
            let filed = is_filed(answer(lines.as_bytes(), &pieces));
            assert!(!filed || content_length == body.len(), "{lines:?}");
        }
    }
}

#[test]
fn encodings_that_were_not_asked_for_are_never_filed() {
    for lines in ["Transfer-Encoding: gzip\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked, gzip\r\n"] {
        assert!(!is_filed(answer(lines.as_bytes(), b"1f\r\nnot gzip at all, and not so long\r\n0\r\n\r\n")), "{lines:?}");
    }
}
