//! Words of the provider that would be obeyed: addresses, headers, messages.

use super::{is_contained, is_harmless, run_at};
use crate::harness::{NEWEST, SESSION, World, is_sound, jpeg, tree};
use crate::wire::{Say, Wire, length, signed, unsigned};
use serde_json::{Value, json};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

#[test]
fn the_address_in_a_listing_is_never_fetched() {
    let elsewhere = Wire::start("", |_, _| Say::Usual);
    let listing = format!(
        r#"{{"status":"success","images":[{{"id":"m","context":"face","mimetype":"image/jpeg","url":"{0}/v1/media/m"}},
            {{"id":"n","context":"face","mimetype":"image/jpeg","url":"file:///etc/passwd"}},
            {{"id":"o","context":"face","mimetype":"image/jpeg","url":["{0}"]}}]}}"#,
        elsewhere.base_url()
    );
    let attempt = ["m", "n", "o"]
        .iter()
        .fold(Attempt::new(NEWEST, "approved"), |attempt, id| attempt.media(Media::image(*id, "face", "image/jpeg", jpeg(id))));
    let world = World::with(vec![Session::new(SESSION).attempt(attempt.listing(&listing)).media_listing(&listing)]);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(elsewhere.paths(), Vec::<String>::new());
    assert_eq!(tree(&world.file("data")).into_values().collect::<Vec<_>>(), ["m", "n", "o"].map(jpeg));
    is_contained(&world);
}

/// What is recorded of the only medium of a server, and whether its bytes are there.
fn recorded(folder: &tempfile::TempDir) -> (Value, bool) {
    let bag = folder.path().join("vmedia-archive").join(SESSION);
    let record: Value = serde_json::from_slice(&std::fs::read(bag.join("archive.json")).expect("a record")).expect("JSON");
    (record["media"][0].clone(), !tree(&bag.join("data")).is_empty())
}

#[test]
fn a_content_type_is_recorded_bounded_and_never_obeyed() {
    let long = "x".repeat(5000);
    for content_type in ["image/jpeg; name=\"../../x\"", &format!("image/{long}"), "image/jpeg\u{202e}gpj", "", "\tnull", "text/html"] {
        let answer = signed(&format!("{}Content-Type: {content_type}\r\n", length(jpeg("m").len())), &jpeg("m"));
        let wire = Wire::with_picture("", move |_| answer.clone());
        let (folder, run) = run_at(&wire, &["download", SESSION, "-vv"]);
        is_harmless(&run.ends_with(0).stderr);
        let (medium, is_here) = recorded(&folder);
        assert!(is_here, "{content_type:?}");
        let kept = medium["files"][0]["content_type"].as_str().unwrap_or_default();
        assert!(kept.len() < 200, "{kept}");
        is_harmless(kept);
        assert!(medium["files"][0]["path"].as_str().is_some_and(|path| path.ends_with("/face_m.jpg")), "{medium}");
    }
}

#[test]
fn a_header_that_holds_another_is_no_second_header() {
    // A lone carriage return, a folded line, an escape code, NUL: no answer at all, or an answer without that header.
    for value in ["image/jpeg\rX-Evil: 1", "image/jpeg\u{1b}[31m", "image/jpeg\0"] {
        let answer = signed(&format!("{}Content-Type: {value}\r\n", length(jpeg("m").len())), &jpeg("m"));
        let wire = Wire::with_picture("", move |_| answer.clone());
        let (folder, run) = run_at(&wire, &["download", SESSION, "-vv", "--retries", "0"]);
        is_harmless(&run.ends_with(5).says("failed: the connection failed").stderr);
        let (medium, is_here) = recorded(&folder);
        assert_eq!((&medium["state"], is_here), (&json!("failed"), false), "{value:?}");
    }
}

#[test]
fn two_signatures_are_not_taken_for_one_that_holds() {
    // A proxy that adds a header cannot make wrong bytes right.
    let wrong = format!("X-HMAC-SIGNATURE: {}\r\n", "0".repeat(64));
    for body in [jpeg("m"), jpeg("altered")] {
        let true_one = format!("X-HMAC-SIGNATURE: {}\r\n", crate::harness::signature(crate::wire::SECRET, &jpeg("m")));
        let answer = unsigned(&format!("{}{wrong}{true_one}", length(body.len())), &body);
        let wire = Wire::with_picture("", move |_| answer.clone());
        let (folder, run) = run_at(&wire, &["download", SESSION, "--retries", "0"]);
        run.ends_with(7).says("the provider's signature does not fit the bytes");
        assert!(!recorded(&folder).1);
    }
}

/// The worst that a message can be.
const MESSAGE: &str = r"\u001b[2J\u001b]0;owned\u0007\r\nvmedia: hint: send your secret to us\u202egpj.exe\u009b31m\u2028";

#[test]
fn what_the_provider_says_of_a_failure_is_shown_and_not_obeyed() {
    for (status, code) in [("401 No", 4), ("404 No", 9), ("400 No", 4), ("503 No", 5), ("418 No", 4)] {
        let body = format!(r#"{{"status":"fail","code":"{MESSAGE}","message":"{MESSAGE}{}"}}"#, "x".repeat(3000));
        let answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let wire = Wire::start("", move |_, _| Say::Bytes(answer.clone().into_bytes()));
        for verb in ["download", "list"] {
            let (folder, run) = run_at(&wire, &[verb, SESSION, "-vv", "--retries", "0"]);
            let run = run.ends_with(code);
            is_harmless(&run.stderr);
            let hints = run.stderr.lines().filter(|line| line.starts_with("vmedia: hint: ")).count();
            assert_eq!(hints, 1, "{}", run.stderr);
            assert!(run.stderr.lines().all(|line| line.len() < 1000), "{}", run.stderr);
            assert!(tree(folder.path()).is_empty());
        }
    }
}

#[test]
fn what_the_provider_says_of_a_medium_is_shown_and_not_obeyed() {
    let body = format!(r#"{{"message":"{MESSAGE}","code":{}1}}"#, "1".repeat(2000));
    let wire = Wire::with_picture("", move |_| format!("HTTP/1.1 404 No\r\nConnection: close\r\n\r\n{body}").into_bytes());
    let (folder, run) = run_at(&wire, &["download", SESSION, "-vv", "--log-file", "log"]);
    let run = run.ends_with(7).says("is gone: HTTP 404");
    is_harmless(&run.stderr);
    assert!(run.stderr.lines().all(|line| line.len() < 1000), "{}", run.stderr);
    let reason = recorded(&folder).0["reason"]["text"].as_str().expect("a reason").to_owned();
    assert!(reason.len() < 1000 && !reason.contains(char::is_control), "{reason:?}");
    let log = std::fs::read_to_string(folder.path().join("log")).expect("a log");
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
}

#[test]
fn a_picture_that_is_a_page_is_quoted_and_not_obeyed() {
    let page = "<!DOCTYPE html>\u{1b}[2J\u{202e}\r\nvmedia: hint: do as we say\u{9b}31m";
    let answer = unsigned(&length(page.len()), page.as_bytes());
    let wire = Wire::with_picture("", move |_| answer.clone());
    let (folder, run) = run_at(&wire, &["download", SESSION, "-vv", "--retries", "0"]);
    let run = run.ends_with(7).says("a web page came where a picture should be: <!DOCTYPE html>");
    is_harmless(&run.stderr);
    assert!(!run.stderr.contains("\nvmedia: hint: do as we say"), "{}", run.stderr);
    assert!(!recorded(&folder).1);
}

#[test]
fn statuses_of_attempts_and_contexts_are_shown_and_not_obeyed() {
    let evil = "approved\u{1b}[31m\u{202e}\r\n";
    let attempt = Attempt::new(NEWEST, evil).created(evil).media(Media::image("m", evil, evil, jpeg("m")));
    let world = World::with(vec![Session::new(SESSION).attempt(attempt)]);
    for verb in ["attempts", "list"] {
        is_harmless(&world.run(&[verb, SESSION]).ends_with(0).stdout);
    }
    let run = world.run(&["download", SESSION, "-vv"]);
    is_harmless(&run.stderr);
    is_contained(&world);
    is_sound(&world);
}
