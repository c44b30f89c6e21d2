//! Answers that break the rules of HTTP: lengths that lie, ends that never come, bytes that are no answer.

use crate::harness::{Run, SESSION, jpeg, tree};
use crate::wire::{Say, Wire, length, signed, unsigned};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Archives what a server says, with one retry.
pub(super) fn archived(wire: &Wire, flags: &[&str]) -> (TempDir, Run) {
    let folder = tempfile::tempdir().expect("a folder");
    let words = [&["download", SESSION, "--retries", "1"], flags].concat();
    let run = Run::of(&wire.command(folder.path(), &words).output().expect("a run"));
    (folder, run)
}

/// Returns how a record says that the listing declares another size.
pub(super) fn size_differs(declared: usize, received: usize) -> Value {
    let text = format!("the listing says {declared} bytes, {received} came");
    json!({ "code": "size", "declared": declared, "received": received, "text": text })
}

/// Returns how a record says that the bytes are of another type than declared.
pub(super) fn type_differs(code: &str, declared: &str, received: &str) -> Value {
    let by = if code == "type" { "listing" } else { "answer" };
    let text = format!("the {by} says {declared}, the bytes say {received}");
    json!({ "code": code, "declared": declared, "received": received, "text": text })
}

/// What the record says of the picture, and its bytes if they are there.
pub(super) fn picture(folder: &TempDir) -> (Value, Option<Vec<u8>>) {
    let bag = folder.path().join("vmedia-archive").join(SESSION);
    let record: Value = serde_json::from_slice(&std::fs::read(bag.join("archive.json")).expect("a record")).expect("JSON");
    let mut files = tree(&bag.join("data")).into_values();
    let bytes = files.next();
    assert!(files.next().is_none(), "one file at most");
    (record["media"][0].clone(), bytes)
}

fn declared() -> String {
    format!(r#","size":{}"#, jpeg("whole").len())
}

#[test]
fn a_length_that_is_too_long_is_never_believed() {
    let body = jpeg("whole");
    for answer in [signed(&length(body.len() + 7), &body), unsigned(&length(body.len() + 7), &body)] {
        let wire = Wire::with_picture("", move |_| answer.clone());
        let (folder, run) = archived(&wire, &[]);
        run.ends_with(5).says("failed: the transfer broke off").says("(tried 2 times)");
        let (record, bytes) = picture(&folder);
        assert_eq!((&record["state"], bytes, wire.asked("/v1/media/m")), (&json!("failed"), None, 2));
    }
}

#[test]
fn a_length_that_is_too_short_is_found_by_signature_or_declared_size() {
    let body = jpeg("whole");
    let answer = signed(&length(body.len() - 4), &body);
    let wire = Wire::with_picture(&declared(), move |_| answer.clone());
    let (folder, run) = archived(&wire, &[]);
    run.ends_with(7).says("failed: the provider's signature does not fit the bytes (tried 2 times)");
    assert_eq!(picture(&folder).1, None);

    // Without a signature the declared size is what is left to tell.
    let answer = unsigned(&length(body.len() - 4), &body);
    let wire = Wire::with_picture(&declared(), move |_| answer.clone());
    let (folder, run) = archived(&wire, &[]);
    let reported = format!("the listing says {} bytes, {} came", body.len(), body.len() - 4);
    run.ends_with(0).says(&reported);
    assert_eq!(picture(&folder).0["files"][0]["disagreements"], json!([size_differs(body.len(), body.len() - 4)]));
    let (_folder, run) = archived(&wire, &["--strict"]);
    run.ends_with(7);
}

#[test]
fn pieces_without_an_end_are_never_believed() {
    let body = jpeg("whole");
    let piece = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n"].concat();
    for pieces in [piece.clone(), piece[..piece.len() - 9].to_vec(), [&piece[..], b"5\r\nab"].concat()] {
        for answer in [signed("Transfer-Encoding: chunked\r\n", &body), unsigned("Transfer-Encoding: chunked\r\n", &body)] {
            let answer = [&answer[..answer.len() - body.len()], &pieces].concat();
            let wire = Wire::with_picture(&declared(), move |_| answer.clone());
            let (folder, run) = archived(&wire, &[]);
            run.ends_with(5).says("failed: the transfer broke off");
            assert_eq!(picture(&folder).1, None);
        }
    }
}

#[test]
fn pieces_with_an_end_are_whole() {
    let body = jpeg("whole");
    let pieces = [&b"3\r\n"[..], &body[..3], format!("\r\n{:x}\r\n", body.len() - 3).as_bytes(), &body[3..], b"\r\n0\r\n\r\n"].concat();
    let answer = unsigned("Transfer-Encoding: chunked\r\n", &pieces);
    let wire = Wire::with_picture("", move |_| answer.clone());
    let (folder, run) = archived(&wire, &[]);
    run.ends_with(0);
    let (record, bytes) = picture(&folder);
    assert_eq!((bytes, record["files"][0].get("disagreements")), (Some(body), None));
}

#[test]
fn a_body_that_nothing_proves_whole_is_archived_and_marked() {
    let body = jpeg("whole");
    let answer = unsigned("", &body);
    let wire = Wire::with_picture("", move |_| answer.clone());
    let (folder, run) = archived(&wire, &[]);
    let reported = "nothing proves that the transfer was whole: no length, no signature, no declared size";
    run.ends_with(0).says(reported);
    let (record, bytes) = picture(&folder);
    assert_eq!((bytes, &record["files"][0]["disagreements"]), (Some(body), &json!([{ "code": "length-unknown", "text": reported }])));
    assert_eq!(wire.asked("/v1/media/m"), 2);
    let (folder, run) = archived(&wire, &["--strict"]);
    run.ends_with(7);
    assert_eq!(picture(&folder).1, None);
}

#[test]
fn a_signature_or_a_declared_size_proves_a_body_without_length() {
    let body = jpeg("whole");
    for (declared, answer) in [(String::new(), signed("", &body)), (declared(), unsigned("", &body))] {
        let wire = Wire::with_picture(&declared, move |_| answer.clone());
        let (folder, run) = archived(&wire, &[]);
        run.ends_with(0);
        let (record, bytes) = picture(&folder);
        assert_eq!((bytes.as_ref(), record["files"][0].get("disagreements")), (Some(&body), None));
        assert_eq!(wire.asked("/v1/media/m"), 1);
    }
}

#[test]
fn a_signed_body_that_was_cut_without_a_length_is_never_filed() {
    let body = jpeg("whole");
    let answer = signed("", &body);
    let answer = answer[..answer.len() - 3].to_vec();
    let wire = Wire::with_picture("", move |_| answer.clone());
    let (folder, run) = archived(&wire, &[]);
    run.ends_with(7).says("the provider's signature does not fit the bytes");
    assert_eq!(picture(&folder).1, None);
}

#[test]
fn an_object_that_is_replaced_between_two_tries_is_fetched_anew() {
    let (old, new) = (jpeg("the old object, which is longer"), jpeg("the new object"));
    for signs in [true, false] {
        let say = move |body: &[u8]| if signs { signed(&length(body.len()), body) } else { unsigned(&length(body.len()), body) };
        let (old, expected) = (old.clone(), new.clone());
        let new = new.clone();
        let wire = Wire::with_picture(&format!(r#","size":{}"#, new.len()), move |before| {
            let whole = say(if before == 0 { &old } else { &new });
            let cut = if before == 0 { old.len() / 2 } else { 0 };
            whole[..whole.len() - cut].to_vec()
        });
        let (folder, run) = archived(&wire, &[]);
        run.ends_with(0);
        let (record, bytes) = picture(&folder);
        assert_eq!((bytes, wire.asked("/v1/media/m")), (Some(expected), 2), "not half of one and half of the other");
        assert_eq!(record["files"][0].get("disagreements"), None);
    }
}

#[test]
fn an_answer_that_is_no_answer_is_unavailable() {
    let garbage: [&[u8]; 7] = [
        b"",
        b"\0\xff\xfe nothing that makes sense\r\n\r\n",
        b"HTTP/1.1 2000000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}",
        b"HTTP/1.1 200 OK\r\n\x1b[31m: red\r\n\r\n{}",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ];
    for bytes in garbage {
        let said = bytes.to_vec();
        let wire = Wire::start("", move |_, _| Say::Bytes(said.clone()));
        let (folder, run) = archived(&wire, &[]);
        let run = run.ends_with(5).complains("the provider is unavailable: the connection failed: ", "check the network and the base URL");
        assert!(run.stderr.chars().all(|letter| letter == '\n' || !letter.is_control()), "{:?}", run.stderr);
        assert_eq!(wire.asked(&format!("/v1/sessions/{SESSION}/attempts")), 2, "{:?}", String::from_utf8_lossy(bytes));
        assert!(tree(folder.path()).is_empty());
    }
}

#[test]
fn a_head_without_an_end_does_not_fill_the_memory() {
    let wire = Wire::start("", |_, _| Say::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-More: of the same\r\n".repeat(500), 64 << 20));
    let (_folder, run) = archived(&wire, &[]);
    run.ends_with(5);
    assert!(wire.sent() < 32 << 20, "{} bytes of headers were taken", wire.sent());
}

#[test]
fn a_head_that_trickles_is_no_answer() {
    let picture = r#"{"images":[{"id":"m","context":"face","mimetype":"image/jpeg"}]}"#;
    let is_ended = |trickles: &'static str| {
        let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nX-Slow:".to_vec();
        let wire = Wire::start(picture, move |path, _| if path.ends_with(trickles) { Say::Trickle(head.clone()) } else { Say::Usual });
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = wire.command(folder.path(), &["download", SESSION, "--retries", "1", "--timeout", "1"]);
        let output = command.timeout(std::time::Duration::from_secs(30)).output().expect("a run");
        Run::of(&output).ends_with(5).says("no answer in time (tried 2 times)");
        assert!(tree(folder.path()).keys().all(|path| !path.contains("/data/")));
    };
    std::thread::scope(|scope| {
        for trickles in ["attempts", "media/m"] {
            scope.spawn(move || is_ended(trickles));
        }
    });
}

#[test]
fn no_part_of_a_file_is_ever_asked_for_and_a_refused_part_is_rejected() {
    let body = jpeg("whole");
    // Cut once, so that a client that resumes would ask for the rest; then as a server answers who was asked for too much.
    let (whole, refused) = (
        signed(&length(body.len()), &body),
        b"HTTP/1.1 416 Range Not Satisfiable\r\nConnection: close\r\nContent-Length: 0\r\nContent-Range: bytes */18\r\n\r\n",
    );
    let cut = whole[..whole.len() - 5].to_vec();
    let wire = Wire::with_picture(&declared(), move |before| if before == 0 { cut.clone() } else { refused.to_vec() });
    let (folder, run) = archived(&wire, &[]);
    run.ends_with(7).says("failed: HTTP 416");
    assert_eq!((picture(&folder).1, wire.asked("/v1/media/m")), (None, 2));
    assert!(wire.heads().iter().all(|head| !head.to_ascii_lowercase().contains("\r\nrange:")), "{:?}", wire.heads());
    // An answer in part to a question for the whole is none.
    let part = String::from_utf8_lossy(&whole[..15]).replace("200", "206").into_bytes();
    let part = [&part, &whole[15..]].concat();
    let wire = Wire::with_picture(&declared(), move |_| part.clone());
    let (folder, run) = archived(&wire, &[]);
    run.ends_with(7).says("failed: HTTP 206");
    assert_eq!(picture(&folder).1, None);
}

#[test]
fn an_answer_that_really_is_compressed_is_never_filed_and_never_read() {
    let picture = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xfb\x7f\xe3\xff\x03\x06\x01/7O7\x86\xf2\x8c\xfc\x9c\xd4\xff7\x01\xe0\xc4`\xfb\x12\x00\x00\x00";
    for header in ["Content-Encoding: gzip\r\n", ""] {
        // Signed as it comes, or as it would be unpacked: the bytes are not those of a picture.
        for signature in [&picture[..], &jpeg("whole")] {
            let whole = signed(&format!("{header}{}", length(picture.len())), signature);
            let answer = [&whole[..whole.len() - signature.len()], picture].concat();
            let wire = Wire::with_picture(&declared(), move |_| answer.clone());
            let (folder, run) = archived(&wire, &["--strict"]);
            run.ends_with(7);
            assert_eq!(self::picture(&folder).1, None);
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let listing = signed(&format!("Content-Encoding: gzip\r\n{}", length(picture.len())), picture);
    let wire = Wire::start("", move |_, _| Say::Bytes(listing.clone()));
    let run = Run::of(&wire.command(folder.path(), &["download", SESSION, "--retries", "0"]).output().expect("a run"));
    run.ends_with(5).complains("not JSON", "check the base URL");
}

#[test]
fn a_redirect_to_another_host_carries_nothing_there() {
    for status in [301, 302, 303, 307, 308] {
        let other = Wire::start("", |_, _| Say::Usual);
        let location = other.base_url().replace("127.0.0.1", "localhost");
        let answer =
            format!("HTTP/1.1 {status} Elsewhere\r\nConnection: close\r\nContent-Length: 0\r\nLocation: {location}/v1/media/m\r\n\r\n");
        let wire = Wire::with_picture(&declared(), move |_| answer.clone().into_bytes());
        let (folder, run) = archived(&wire, &[]);
        run.ends_with(7).says(&format!("HTTP {status}, a redirect, which is never followed"));
        assert_eq!((picture(&folder).1, wire.asked("/v1/media/m"), other.paths()), (None, 1, vec![]));
    }
}

#[test]
fn a_listing_that_changes_between_two_tries_is_the_second_alone() {
    let listing = |id: &str| format!(r#"{{"status":"success","images":[{{"id":"{id}","context":"face","mimetype":"image/jpeg"}}]}}"#);
    let (old, new) = (listing("a-medium-that-is-gone-by-then"), listing("m"));
    let wire = Wire::start(&new, move |path, before| match path.rsplit('/').next() {
        Some("m") => Say::Bytes(signed(&length(jpeg("whole").len()), &jpeg("whole"))),
        // All but the last bytes of the old one.
        Some("media") if before == 0 => {
            let whole = signed(&length(old.len()), old.as_bytes());
            Say::Bytes(whole[..whole.len() - 2].to_vec())
        }
        _ => Say::Usual,
    });
    let (folder, run) = archived(&wire, &[]);
    run.ends_with(0);
    let (record, bytes) = picture(&folder);
    assert_eq!((&record["id"], bytes), (&json!("m"), Some(jpeg("whole"))));
    let kept = tree(&folder.path().join("vmedia-archive").join(SESSION).join("metadata"));
    assert!(kept.values().all(|answer| !String::from_utf8_lossy(answer).contains("gone-by-then")), "{:?}", kept.keys());
}
