//! Errors that come with status 200, in words or as JSON: none is filed as what was asked for, and none is quoted that may
//! say whom it is about.

use super::answers::{archived, picture};
use crate::harness::{ALL, NEWEST, Run, SESSION, World, is_sound, jpeg, session, tree};
use crate::wire::{Say, Wire, length, signed, unsigned};
use serde_json::json;

fn said(content_type: &str, body: &[u8]) -> Vec<u8> {
    unsigned(&format!("Content-Type: {content_type}\r\n{}", length(body.len())), body)
}

#[test]
fn words_are_never_filed_as_a_picture() {
    for (content_type, words) in [
        ("text/plain; charset=utf-8", "Internal Server Error"),
        ("text/html", "Bad Gateway"),
        ("image/jpeg", "upstream connect error or disconnect/reset before headers. reset reason: connection timeout"),
    ] {
        let answer = said(content_type, words.as_bytes());
        let wire = Wire::with_picture(r#","size":48211"#, move |_| answer.clone());
        let (folder, run) = archived(&wire, &[]);
        run.ends_with(7).says(&format!("failed: a plain text came where a picture should be: {words}"));
        let (record, bytes) = picture(&folder);
        assert_eq!((&record["state"], bytes, wire.asked("/v1/media/m")), (&json!("failed"), None, 2));
    }
}

#[test]
fn words_and_pages_are_never_filed_as_a_recording_or_a_sound() {
    for (section, mimetype, other) in [("videos", "video/mp4", "words"), ("audios", "audio/mp4", "page"), ("audios", "audio/mp4", "json")] {
        let listing = format!(r#"{{"status":"success","{section}":[{{"id":"m","context":"voice","mimetype":"{mimetype}"}}]}}"#);
        let answer = match other {
            "words" => said("text/plain", b"Bad Gateway"),
            "page" => said("text/html", b"<!DOCTYPE html><title>Sign in</title>"),
            _ => said("application/json", br#"{"status":"fail","code":"1101","message":"no"}"#),
        };
        let wire = Wire::start(&listing, move |path, _| if path == "/v1/media/m" { Say::Bytes(answer.clone()) } else { Say::Usual });
        let (folder, run) = archived(&wire, &[]);
        run.ends_with(7).says("failed: a ");
        assert_eq!(picture(&folder).1, None, "{section}: {other}");
    }
}

#[test]
fn an_error_that_was_filed_before_it_was_known_for_one_is_fetched_again() {
    let (world, words) = (World::new(), b"Internal Server Error");
    world.run(&["download", SESSION]).ends_with(0);
    let path = format!("data/{NEWEST}/face_face-{SESSION}.jpg");
    std::fs::write(world.file(&path), words).expect("written");
    let mut record = world.record();
    let media = record["media"].as_array_mut().expect("media");
    let face = media.iter_mut().find(|medium| medium["files"][0]["path"] == *path).expect("a face");
    let digest = vmedia::store::Digest::of(words);
    face["files"][0]["bytes"] = json!(digest.bytes);
    face["files"][0]["sha256"] = json!(digest.sha256);
    face["files"][0]["signature"] = json!({ "verdict": "absent" });
    face["files"][0]["disagreements"] = json!([
        { "code": "size", "declared": jpeg("face").len(), "received": 21, "text": "" },
        { "code": "type", "declared": "image/jpeg", "text": "" },
    ]);
    std::fs::write(world.file("archive.json"), serde_json::to_vec_pretty(&record).expect("JSON")).expect("written");
    world.sandbox.clear_exchanges();
    let run = world.run(&["download", SESSION, "--skip-complete"]).ends_with(0);
    run.says("other bytes; they are kept beside the old ones");
    assert_eq!((world.asked("face"), world.media_requests()), (1, 1));
    let files = tree(&world.file(&format!("data/{NEWEST}")));
    assert_eq!(files[&format!("face_face-{SESSION}.2.jpg")], jpeg("face"));
    world.run(&["download", SESSION]).ends_with(0).says("nothing to fetch");
}

#[test]
fn an_error_is_no_companion() {
    let world = World::with(vec![
        session().companion("decision", r#"{"status":"fail","code":"1101","message":"no"}"#).companion("person", r#""<html>""#),
    ]);
    let run = world.run(&["download", SESSION, "--with", "decision,person", "--retries", "1"]).ends_with(7);
    let run = run.says("decision failed: sessions/{id}/decision: the answer says that the request failed, with status 200 (tried 2 times)");
    run.says("person failed: sessions/{id}/person: the answer is JSON, but not an object");
    assert_eq!(world.held(), ALL);
    assert!(!world.file("metadata/decision.json").exists() && !world.file("metadata/person.json").exists());
    is_sound(&world);
    world.sandbox.put_session(session().companion("decision", r#"{"status":"success"}"#).companion("person", "{}"));
    world.run(&["download", SESSION, "--with", "decision,person", "--skip-complete"]).ends_with(0);
    assert!(world.file("metadata/decision.json").exists() && world.file("metadata/person.json").exists());
}

#[test]
fn an_answer_that_breaks_off_is_never_quoted() {
    for cut in [
        r#"{"status":"success","person":{"firstName":"ANNA""#,
        "\u{feff}{\"person\":{\"firstName\":\"ANNA\"}}",
        r#"[{"firstName":"ANNA""#,
        r#"rson":{"firstName":"ANNA"}}"#,
        r#""ANNA"#,
    ] {
        let listing = r#"{"status":"success","images":[{"id":"m","context":"face","mimetype":"image/jpeg"}]}"#;
        let wire = Wire::start(listing, move |path, _| match path.rsplit('/').next() {
            Some("m") => Say::Bytes(signed(&length(jpeg("whole").len()), &jpeg("whole"))),
            Some("person") => Say::Bytes(signed(&length(cut.len()), cut.as_bytes())),
            _ => Say::Usual,
        });
        let folder = tempfile::tempdir().expect("a folder");
        let words = ["download", SESSION, "--with", "person", "--retries", "1", "--log-file", "log", "-vv"];
        let run = Run::of(&wire.command(folder.path(), &words).output().expect("a run")).ends_with(7);
        let run = run.says("not JSON: not quoted, it may hold personal data");
        let mut seen: Vec<String> = tree(folder.path()).values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        seen.extend([run.stdout, run.stderr]);
        assert!(seen.iter().all(|text| !text.contains("ANNA")), "{cut}");
    }
    // What is JSON and no error may be a person's data, in the place of a picture, too.
    let answer = unsigned(&length(24), br#"{"person":{"n":"ANNA"} }"#);
    let wire = Wire::with_picture("", move |_| answer.clone());
    let (_folder, run) = archived(&wire, &[]);
    let run = run.ends_with(7).says("a JSON text came where a picture should be");
    assert!(!run.stderr.contains("ANNA"), "{}", run.stderr);
}
