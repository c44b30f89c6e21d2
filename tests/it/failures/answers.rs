//! Answers that break the rules of HTTP: lengths that lie, ends that never come, bytes that are no answer.

use crate::harness::{Run, SESSION, jpeg, tree};
use crate::wire::{Say, Wire, length, signed, unsigned};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Archives what a server says, with one retry.
fn archived(wire: &Wire, flags: &[&str]) -> (TempDir, Run) {
    let folder = tempfile::tempdir().expect("a folder");
    let words = [&["download", SESSION, "--retries", "1"], flags].concat();
    let run = Run::of(&wire.command(folder.path(), &words).output().expect("a run"));
    (folder, run)
}

/// What the record says of the picture, and its bytes if they are there.
fn picture(folder: &TempDir) -> (Value, Option<Vec<u8>>) {
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
    let told = format!("the listing says {} bytes, {} came", body.len(), body.len() - 4);
    run.ends_with(0).says(&told);
    assert_eq!(picture(&folder).0["files"][0]["disagreements"], json!([told]));
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
    let told = "nothing proves that the transfer was whole: no length, no signature, no declared size";
    run.ends_with(0).says(told);
    let (record, bytes) = picture(&folder);
    assert_eq!((bytes, &record["files"][0]["disagreements"]), (Some(body), &json!([told])));
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
        b"\0\xff\xfe nothing that anybody understands\r\n\r\n",
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
        assert_eq!(wire.paths().len(), 2, "{:?}", String::from_utf8_lossy(bytes));
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
