//! Listings that are none, each reported with its endpoint and a bounded, escaped piece of what came.

use crate::harness::{ALL, FIRST, NEWEST, Run, SESSION, World, all_but, is_sound, tree};
use crate::wire::{Say, Wire, length, signed, unsigned};

#[test]
fn a_web_page_instead_of_a_listing_is_reported_in_two_lines() {
    for verb in ["download", "list", "attempts"] {
        let world = World::new();
        world.faults("attempts=html");
        let run = world.run(&[verb, SESSION, "--retries", "1"]).ends_with(5);
        let what = "the provider's answer cannot be used: sessions/{id}/attempts: answered with a web page, not JSON: <!DOCTYPE html>";
        let run = run.complains(what, "a gateway or a login page may stand in between");
        let error = run.stderr.lines().find(|line| line.contains("error:")).expect("an error");
        assert!(error.len() < 400, "{} bytes: {error}", error.len());
        assert!(!run.stderr.contains("put in the way by the sandbox"), "the piece is bounded: {}", run.stderr);
        assert_eq!((world.listed("attempts"), world.tree().len()), (2, 0));
    }
}

#[test]
fn the_endpoint_that_answered_nonsense_is_named() {
    for (target, endpoint) in [("session-media", "sessions/{id}/media"), ("attempt-media", "attempts/{id}/media")] {
        for (fault, said) in [("html", "answered with a web page, not JSON"), ("empty", "answered with an empty file, not JSON")] {
            let world = World::new();
            world.faults(&format!("{target}={fault}"));
            let run = world.run(&["download", SESSION, "--retries", "0"]).ends_with(7);
            run.says(&format!(" cannot be listed: {endpoint}: {said}"));
            let expected = if target == "session-media" { all_but("nfc") } else { vec!["face", "front", "nfc", "video"] };
            assert_eq!(world.held(), expected, "what the other listings name is archived");
            is_sound(&world);
        }
    }
}

#[test]
fn whatever_is_wrong_with_one_listing_the_others_are_archived_and_the_session_is_incomplete() {
    for fault in ["500", "400", "html", "json", "bad-signature", "429:400", "reset"] {
        let world = World::new();
        world.faults(&format!("attempt-media:{FIRST}={fault}"));
        let run = world.run(&["download", SESSION, "--retries", "0"]).ends_with(7);
        run.says(&format!("attempts/{FIRST}/media cannot be listed: "));
        assert_eq!(world.held(), all_but("old"), "{fault}");
        assert_eq!(world.record()["problems"].as_array().map(Vec::len), Some(1));
        is_sound(&world);
        world.faults("");
        world.run(&["download", SESSION, "--skip-complete"]).ends_with(0);
        assert_eq!(world.held(), ALL);
    }
    let world = World::new();
    world.faults("session-media=404,attempt-media=503");
    world
        .run(&["download", SESSION, "--retries", "0"])
        .ends_with(5)
        .complains("cannot be listed: HTTP 503", "run the same command again later");
    assert!(world.tree().is_empty());
}

#[test]
fn an_error_that_comes_with_status_200_is_no_empty_session() {
    let world = World::new();
    world.faults("session-media=json,attempt-media=json");
    world.run(&["download", SESSION, "--retries", "1"]).ends_with(5).complains("the answer says that the request failed", "");
    assert!(world.tree().is_empty());
}

#[test]
fn a_gateway_that_answers_everything_alike_lists_nothing() {
    let alike = ["{}", r#"{"ok":true}"#, r#"{"login_required":true}"#, r#"{"status":"success"}"#, r#"{"status":"ok","data":[]}"#];
    for body in alike {
        for answer in [signed(&length(body.len()), body.as_bytes()), unsigned(&length(body.len()), body.as_bytes())] {
            let wire = Wire::start("", move |_, _| Say::Bytes(answer.clone()));
            for verb in ["download", "list", "attempts"] {
                let folder = tempfile::tempdir().expect("a folder");
                let attempts = format!("/v1/sessions/{SESSION}/attempts");
                let before = wire.asked(&attempts);
                let run = Run::of(&wire.command(folder.path(), &[verb, SESSION, "--retries", "1"]).output().expect("a run"));
                let what = "the provider's answer cannot be used: sessions/{id}/attempts: the answer ";
                run.ends_with(5).complains(what, "a gateway or a login page may stand in between");
                assert_eq!((wire.asked(&attempts) - before, tree(folder.path()).len()), (2, 0), "{verb}: {body}");
            }
        }
    }
}

#[test]
fn media_that_a_gateway_lists_are_none() {
    let world = World::new();
    world.faults("session-media=ok");
    let run = world.run(&["download", SESSION, "--retries", "1"]).ends_with(7);
    run.says("media cannot be listed: sessions/{id}/media: the answer is JSON, but not a listing (tried 2 times)");
    assert_eq!(world.held(), all_but("nfc"));
    is_sound(&world);
    world.faults("session-media=ok*1");
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.held(), ALL);
}

#[test]
fn a_listing_that_breaks_off_is_not_half_a_session() {
    let body = r#"{"status":"success","verifications":[{"id":"a"}"#;
    let wire = Wire::start("", move |_, _| Say::Bytes(signed(&length(body.len()), body.as_bytes())));
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::of(&wire.command(folder.path(), &["download", SESSION, "--retries", "1"]).output().expect("a run"));
    run.ends_with(5).complains("answered with a text that breaks off, not JSON: not quoted", "check the base URL");
    assert!(tree(folder.path()).is_empty());
}

#[test]
fn nothing_is_quoted_that_may_say_whom_it_is_about() {
    let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let mut bodies: Vec<Vec<u8>> = [
        "ANNA MUSTER was not found",
        "Session of ANNA MUSTER",
        "<html><title>Welcome ANNA MUSTER</title>",
        "<person><name>ANNA MUSTER</name></person>",
        "name,born\r\nANNA MUSTER,1990-01-01\r\n",
        "- name: ANNA MUSTER",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    for text in [r#"{"status":"success","person":{"firstName":"ANNA"}}"#, "\u{feff}<html>ANNA</html>", "ANNA"] {
        bodies.extend([u16::to_le_bytes, u16::to_be_bytes].map(|order| wide(text, order)));
    }
    for body in bodies {
        let seen_as = String::from_utf8_lossy(&body).into_owned();
        let answer = unsigned(&length(body.len()), &body);
        let media = r#"{"status":"success","images":[{"id":"m","context":"face","mimetype":"image/jpeg"}]}"#;
        // In the place of a listing, and in that of a picture.
        for place in ["attempts", "m"] {
            let answer = answer.clone();
            let wire = Wire::start(media, move |path, _| if path.ends_with(place) { Say::Bytes(answer.clone()) } else { Say::Usual });
            let folder = tempfile::tempdir().expect("a folder");
            let words = ["download", SESSION, "--retries", "1", "--log-file", "log", "-vv"];
            let run = Run::of(&wire.command(folder.path(), &words).output().expect("a run"));
            let run = run.ends_with(if place == "m" { 7 } else { 5 });
            let mut seen: Vec<String> = tree(folder.path()).values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
            seen.extend([run.stdout, run.stderr]);
            let shows = |text: &String| ["ANNA", "A N N A", "A\\u0000N", "MUSTER", "1990-01"].iter().any(|secret| text.contains(secret));
            assert!(!seen.iter().any(shows), "{seen_as:?} {seen:?}");
        }
    }
}

#[test]
fn what_a_gateway_says_is_escaped() {
    let body = "<html>\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}gpj.exe\r\n\u{9b}31m";
    let wire = Wire::start("", move |_, _| Say::Bytes(unsigned(&length(body.len()), body.as_bytes())));
    for verb in ["download", "list"] {
        let folder = tempfile::tempdir().expect("a folder");
        let run = Run::of(&wire.command(folder.path(), &[verb, SESSION, "--retries", "0"]).output().expect("a run")).ends_with(5);
        let is_raw = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
        assert!(!run.stderr.contains(is_raw), "{:?}", run.stderr);
        run.complains("answered with a web page, not JSON: <html>", "check the base URL");
    }
}

#[test]
fn a_huge_listing_is_refused_and_asked_for_once() {
    for (target, endpoint) in [("attempts", "sessions/{id}/attempts"), ("session-media", "sessions/{id}/media")] {
        let world = World::new();
        world.faults(&format!("{target}=huge"));
        let run = world.run(&["download", SESSION]).ends_with(4);
        run.complains(&format!("{endpoint}: the answer is larger than 16 MiB"), "");
        assert_eq!(world.sandbox.exchanges().iter().filter(|exchange| exchange.fault.is_some()).count(), 1);
        assert!(world.tree().is_empty());
    }
}

#[test]
fn a_listing_without_an_end_does_not_fill_the_memory() {
    let head = unsigned("Content-Type: application/json\r\n", br#"{"status":"success","images":["#);
    let wire = Wire::start("", move |_, _| Say::Endless(head.clone(), b"1,".repeat(32 << 10), 1 << 30));
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::of(&wire.command(folder.path(), &["download", SESSION]).output().expect("a run")).ends_with(4);
    run.says("the answer is larger than 16 MiB");
    assert!(wire.sent() < 64 << 20, "{} bytes were taken of a listing without an end", wire.sent());
}

#[test]
fn a_listing_that_its_signature_does_not_fit_is_not_believed() {
    for (target, endpoint) in [("attempts", "sessions/{id}/attempts"), ("session-media=bad-signature,attempt-media", "sessions/{id}/media")]
    {
        let world = World::new();
        world.faults(&format!("{target}=bad-signature"));
        let run = world.run(&["download", SESSION, "--retries", "1"]).ends_with(4);
        let what = format!("{endpoint}: the answer's signature does not fit its bytes");
        let run = run.says("the provider's answer cannot be trusted: ");
        run.complains(&what, "after a key rotation list all active secrets in VMEDIA_API_SECRET, separated by commas");
        assert!(world.tree().is_empty());
        world.faults(&format!("{}=flip*1", target.split('=').next().expect("a target")));
        world.run(&["download", SESSION]).ends_with(0);
    }
}

#[test]
fn an_unsigned_listing_is_recorded_as_such_and_refused_when_strict() {
    let world = World::new();
    world.faults("session-media=no-signature");
    let run = world.run(&["download", SESSION, "--strict", "--retries", "0"]).ends_with(7);
    run.says("media cannot be listed: sessions/{id}/media: the answer is not signed (--strict)");
    assert!(!world.file("metadata/media.json").exists());
    world.run(&["download", SESSION]).ends_with(0);
    let record = world.record();
    let verdict = |name: &str| {
        let documents = record["documents"].as_array().expect("documents");
        documents.iter().find(|document| document["name"] == *name).expect(name)["signature"]["verdict"].clone()
    };
    assert_eq!((verdict("media"), verdict("attempts")), ("absent".into(), "held".into()));
    assert_eq!(verdict(&format!("attempts/{NEWEST}/media")), "held");
}
