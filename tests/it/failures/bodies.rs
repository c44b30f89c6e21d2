//! Bytes that are not the medium: never filed, or filed with what is strange about them.

use super::answers::{size_differs, type_differs};
use crate::harness::{ALL, SESSION, World, all_but, is_sound, jpeg, session};
use serde_json::json;
use vmedia::sandbox::Options;

#[test]
fn an_answer_that_is_no_medium_is_never_filed() {
    for (fault, said) in [
        ("html", "a web page came where a picture should be"),
        ("json", "a JSON text came where a picture should be"),
        ("empty", "an empty file came where a picture should be"),
    ] {
        let world = World::new();
        world.faults(&format!("media:face-{SESSION}={fault}"));
        let run = world.run(&["download", SESSION, "--retries", "2"]).ends_with(7);
        run.complains(&format!("image face (face-{SESSION}) of session {SESSION} failed: {said}"), "run the same command again");
        assert_eq!((world.held(), world.asked("face")), (all_but("face"), 3), "{fault}");
        let face = world.recorded("face");
        assert_eq!((&face["state"], &face["files"]), (&json!("failed"), &json!([])));
        assert!(face["reason"]["text"].as_str().is_some_and(|reason| reason.starts_with(said)), "{face}");
        is_sound(&world);
    }
}

#[test]
fn an_answer_that_is_no_nfc_data_is_never_filed() {
    for (fault, said) in [
        ("html", "a web page came where NFC data should be"),
        ("json", "a JSON text came where NFC data should be"),
        ("empty", "an empty file"),
    ] {
        let world = World::new();
        world.faults(&format!("media:nfc-{SESSION}={fault}"));
        let run = world.run(&["download", SESSION, "--retries", "1"]).ends_with(7);
        run.complains(&format!("NFC file nfc (nfc-{SESSION}) of session {SESSION} failed: {said}"), "run the same command again");
        assert_eq!(world.held(), all_but("nfc"), "{fault}");
    }
}

#[test]
fn nothing_archived_from_answers_is_a_partial_failure() {
    let world = World::new();
    world.faults("media=html");
    world.run(&["download", SESSION, "--retries", "1"]).ends_with(7).says("5 failed");
    assert_eq!(world.held().len(), 0);
    is_sound(&world);
}

#[test]
fn bytes_that_their_signature_does_not_fit_are_never_filed() {
    for fault in ["bad-signature", "flip"] {
        let world = World::new();
        world.faults(&format!("media:face-{SESSION}={fault}"));
        let run = world.run(&["download", SESSION, "--retries", "2"]).ends_with(7);
        let what = format!("image face (face-{SESSION}) of session {SESSION} failed: the provider's signature does not fit the bytes");
        run.complains(&what, "run the same command again").says("(tried 3 times)");
        assert_eq!((world.held(), world.asked("face")), (all_but("face"), 3), "{fault}");
        assert_eq!(world.recorded("face")["state"], "failed");
        is_sound(&world);

        world.faults(&format!("media:face-{SESSION}={fault}*1"));
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.held(), ALL);
        assert_eq!(world.recorded("face")["files"][0]["signature"]["verdict"], "held");
    }
}

#[test]
fn an_unsigned_medium_is_recorded_as_such_and_refused_when_strict() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=no-signature"));
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.held(), ALL);
    assert_eq!(world.recorded("face")["files"][0]["signature"], json!({ "verdict": "absent" }));
    assert_eq!(world.recorded("front")["files"][0]["signature"]["verdict"], "held");

    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=no-signature"));
    let run = world.run(&["download", SESSION, "--strict", "--retries", "1"]).ends_with(7);
    run.says("failed: the answer is not signed (--strict)");
    assert_eq!(world.held(), all_but("face"));
    assert_eq!(world.recorded("face")["state"], "failed");
    is_sound(&world);
}

#[test]
fn a_provider_that_signs_nothing_is_archived_and_refused_when_strict() {
    let unsigned = || World::start(Options { samples: false, sessions: vec![session()], sign_answers: false, ..Options::default() });
    let world = unsigned();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.held(), ALL);
    is_sound(&world);
    let world = unsigned();
    let run = world.run(&["download", SESSION, "--strict", "--retries", "1"]).ends_with(4);
    run.complains("the answer is not signed (--strict)", "");
    assert!(world.tree().is_empty());
}

#[test]
fn a_provider_that_signs_with_an_unknown_secret_is_not_believed() {
    let world =
        World::start(Options { samples: false, sessions: vec![session()], answer_secret: Some("other".to_owned()), ..Options::default() });
    let run = world.run(&["download", SESSION, "--retries", "1"]).ends_with(4);
    run.complains("the provider's answer cannot be trusted", "after a key rotation list all active secrets in VMEDIA_API_SECRET");
    assert!(world.tree().is_empty());
    let both = format!("{},other", world.sandbox.api_secret());
    world.command(&["download", SESSION]).env("VMEDIA_API_SECRET", both).assert().success();
    assert_eq!(world.held(), ALL);
}

/// What is filed of the face, and what is recorded of it.
fn face(world: &World) -> (Vec<u8>, serde_json::Value) {
    let file = world.recorded("face")["files"][0].clone();
    (std::fs::read(world.file(file["path"].as_str().expect("a path"))).expect("the file"), file)
}

#[test]
fn another_length_that_the_provider_repeats_is_archived_and_reported() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=short"));
    let true_bytes = jpeg("face");
    let run = world.run(&["download", SESSION]).ends_with(0);
    let reported = format!("the listing says {} bytes, {} came", true_bytes.len(), true_bytes.len() - 1);
    run.says(&format!(
        "image face (face-{SESSION}) of session {SESSION} does not agree with its listing, and the provider sent the same again: {reported}"
    ));
    let (bytes, file) = face(&world);
    assert_eq!(bytes, true_bytes[..true_bytes.len() - 1]);
    assert_eq!(file["disagreements"], json!([size_differs(true_bytes.len(), true_bytes.len() - 1)]));
    assert_eq!((world.asked("face"), world.asked("front")), (2, 1), "asked for exactly once more");
    is_sound(&world);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.asked("face"), 2, "what was archived so is not asked for in every run");
}

#[test]
fn another_type_that_the_provider_repeats_is_archived_and_reported() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=type"));
    let run = world.run(&["download", SESSION]).ends_with(0);
    run.says("does not agree with its listing, and the provider sent the same again: the listing says image/jpeg, the bytes say image/png");
    let (bytes, file) = face(&world);
    assert!(bytes.starts_with(b"\x89PNG"), "the bytes are kept as they are");
    assert_eq!(file["disagreements"], json!([type_differs("type", "image/jpeg", "image/png")]));
    assert!(file["path"].as_str().is_some_and(|path| path.ends_with(".jpg")), "the name stays what the listing says");
    assert_eq!(world.asked("face"), 2);
    is_sound(&world);
}

#[test]
fn a_disagreement_that_does_not_last_is_none() {
    for fault in ["short", "type"] {
        let world = World::new();
        world.faults(&format!("media:face-{SESSION}={fault}*1"));
        // It is asked for once more on its own account, not as a retry.
        world.run(&["download", SESSION, "--retries", "0"]).ends_with(0);
        assert_eq!((world.held(), world.asked("face")), (ALL.to_vec(), 2), "{fault}");
        assert_eq!(face(&world).1.get("disagreements"), None);
    }
}

#[test]
fn a_disagreement_is_a_failure_when_strict() {
    for (fault, said) in [("short", "bytes, "), ("type", "the bytes say image/png")] {
        let world = World::new();
        world.faults(&format!("media:face-{SESSION}={fault}"));
        let run = world.run(&["download", SESSION, "--strict"]).ends_with(7);
        run.complains(&format!("image face (face-{SESSION}) of session {SESSION} failed: the listing says "), "run the same command again")
            .says(said)
            .says("(--strict)");
        assert_eq!((world.held(), world.asked("face")), (all_but("face"), 2), "{fault}");
        assert_eq!(world.recorded("face")["state"], "failed");
        is_sound(&world);
    }
}

#[test]
fn a_redirect_is_never_followed() {
    for (target, code) in [("attempts".to_owned(), 4), (format!("media:face-{SESSION}"), 7)] {
        let world = World::new();
        world.faults(&format!("{target}=redirect"));
        let run = world.run(&["download", SESSION]).ends_with(code);
        run.says("HTTP 302, a redirect, which is never followed");
        let exchanges = world.sandbox.exchanges();
        assert!(exchanges.iter().all(|exchange| !exchange.path.contains("elsewhere")), "{exchanges:?}");
        assert_eq!(exchanges.iter().filter(|exchange| exchange.status == 302).count(), 1, "and not asked for again");
        let held = if code == 4 { Vec::new() } else { all_but("face") };
        assert_eq!(world.held(), held);
    }
}

#[test]
fn a_compressed_answer_is_never_filed() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=gzip"));
    let run = world.run(&["download", SESSION, "--retries", "1"]).ends_with(7);
    run.says("failed: the answer is compressed (gzip), which was not asked for");
    assert_eq!((world.held(), world.asked("face")), (all_but("face"), 2));
}
