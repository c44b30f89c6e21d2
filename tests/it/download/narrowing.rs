//! Less than everything, or more: attempts, sorts, contexts, companion documents, plans.

use super::{medium, path, payload};
use crate::harness::{FIRST, NEWEST, SESSION, World, is_sound, jpeg, others_accept, session};
use serde_json::{Value, json};
use vmedia::engine::Event;

#[test]
fn latest_is_the_newest_attempt_and_a_later_run_brings_the_others() {
    let world = World::new();
    world.run(&["download", SESSION, "--latest"]).ends_with(0);
    assert_eq!(payload(&world).len(), 4);
    assert!(payload(&world).iter().all(|path| path.starts_with(NEWEST)), "{:?}", payload(&world));
    is_sound(&world);
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!((payload(&world).len(), world.media_requests()), (5, 1));
    is_sound(&world);
}

#[test]
fn one_attempt_can_be_named() {
    let world = World::new();
    world.run(&["download", SESSION, "--attempt", FIRST]).ends_with(0);
    assert_eq!(payload(&world), [format!("{FIRST}/document-front_old-{SESSION}.jpg")]);
    is_sound(&world);
    // The newest one's NFC data stands in the session's own listing.
    world.run(&["download", SESSION, "--attempt", NEWEST]).ends_with(0);
    assert_eq!(payload(&world).len(), 5);
}

#[test]
fn an_attempt_that_the_session_does_not_have_is_not_found() {
    let world = World::new();
    world.run(&["download", SESSION, "--attempt", "38d7f1a5-6e02"]).ends_with(9).says("no attempt 38d7f1a5-6e02");
    assert!(!world.file("archive.json").exists());
    assert_eq!(world.media_requests(), 0);
}

#[test]
fn a_narrow_run_does_not_take_other_attempts_media_for_deleted() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    for narrow in [&["--latest"][..], &["--attempt", FIRST], &["--only", "video"], &["--context", "face"]] {
        let run = world.run(&[&["download", SESSION], narrow].concat()).ends_with(0);
        assert!(!run.stderr.contains("no longer listed"), "{narrow:?}: {}", run.stderr);
        assert_eq!(world.tree(), before, "{narrow:?}");
    }
}

#[test]
fn only_some_sorts_are_fetched_and_the_others_are_recorded_as_left_out() {
    let world = World::new();
    world.run(&["download", SESSION, "--only", "image,nfc"]).ends_with(0).says("4 files fetched").says("1 left out");
    let video = medium(&world, "video");
    assert_eq!((&video["state"], &video["files"]), (&json!("excluded"), &json!([])));
    assert_eq!(video["reason"], json!({ "code": "kind-not-selected", "kind": "video", "text": "--only leaves out video" }));
    assert_eq!(payload(&world).iter().filter(|path| path.contains("video")).count(), 0);
    is_sound(&world);

    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.media_requests(), 1);
    let video = medium(&world, "video");
    assert_eq!((&video["state"], video.get("reason")), (&json!("archived"), None));
    is_sound(&world);
}

#[test]
fn only_video_is_video_alone() {
    let world = World::new();
    world.run(&["download", SESSION, "--only", "video"]).ends_with(0);
    assert_eq!(payload(&world), [format!("{NEWEST}/selfid_video_video-{SESSION}.mp4")]);
    assert_eq!(medium(&world, "nfc")["state"], "excluded");
}

#[test]
fn only_contexts_that_match_are_fetched_and_a_later_run_brings_the_others() {
    let world = World::new();
    world.run(&["download", SESSION, "--context", "document-*"]).ends_with(0);
    let expected = [format!("{NEWEST}/document-front_front-{SESSION}.jpg"), format!("{FIRST}/document-front_old-{SESSION}.jpg")];
    assert_eq!(payload(&world), expected);
    for id in ["face", "video", "nfc"] {
        assert_eq!(medium(&world, id)["state"], "excluded", "{id}");
    }
    world.run(&["download", SESSION, "--context", "FACE", "--context", "self?d_*"]).ends_with(0);
    assert_eq!(payload(&world).len(), 4);
    assert_eq!(medium(&world, "face")["state"], "archived", "case does not matter");
    assert_eq!(medium(&world, "front")["state"], "archived", "what is here stays archived");
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!((payload(&world).len(), world.media_requests()), (5, 1));
    is_sound(&world);
}

/// A session of which the provider has all companion documents but one.
fn accompanied() -> World {
    let session = session()
        .companion("decision", "{ \"status\":\"success\",\n\"verification\":{\"code\":9001}}\n")
        .companion("decision/fullauto", r#"{"fullauto":true}"#)
        .companion("person", r#"{"person":{"name":"Ö"}}"#);
    World::with(vec![session])
}

fn companion(world: &World, name: &str) -> Value {
    let record = world.record();
    let found = record["companions"].as_array().expect("companions").iter().find(|companion| companion["name"] == *name);
    found.unwrap_or_else(|| panic!("no {name} in {record:#}")).clone()
}

#[test]
fn companion_documents_are_kept_byte_for_byte() {
    let world = accompanied();
    world.run(&["download", SESSION, "--with", "decision,person"]).ends_with(0);
    let kept = |name: &str| std::fs::read_to_string(world.file(&format!("metadata/{name}.json"))).ok();
    assert_eq!(kept("decision").as_deref(), Some("{ \"status\":\"success\",\n\"verification\":{\"code\":9001}}\n"));
    assert_eq!(kept("person").as_deref(), Some(r#"{"person":{"name":"Ö"}}"#));
    assert_eq!((kept("decision-fullauto"), kept("watchlist-screening")), (None, None));
    assert_eq!(companion(&world, "person")["state"], "archived");
    assert_eq!(world.record()["companions"].as_array().map(Vec::len), Some(2));
    is_sound(&world);
    others_accept(&world.file(""));
}

#[test]
fn all_companions_are_asked_for_and_one_that_does_not_exist_is_recorded_as_absent() {
    let world = accompanied();
    world.run(&["download", SESSION, "--with", "all"]).ends_with(0);
    for name in ["decision", "decision-fullauto", "person"] {
        assert_eq!(companion(&world, name)["state"], "archived", "{name}");
        assert!(world.file(&format!("metadata/{name}.json")).exists(), "{name}");
    }
    let absent = companion(&world, "watchlist-screening");
    assert_eq!(absent["state"], "absent");
    assert!(absent["reason"]["text"].as_str().is_some_and(|reason| reason.contains("404")), "{absent}");
    assert!(!world.file("metadata/watchlist-screening.json").exists());
    let before = world.tree();
    world.run(&["download", SESSION, "--with", "all"]).ends_with(0);
    assert_eq!(world.tree(), before);
}

#[test]
fn a_companion_that_never_comes_leaves_the_session_incomplete_with_its_media_archived() {
    let world = accompanied();
    world.faults("person=503");
    world.run(&["download", SESSION, "--with", "decision,person"]).ends_with(7).says("person failed: HTTP 503");
    assert_eq!(payload(&world).len(), 5);
    assert_eq!((&companion(&world, "decision")["state"], &companion(&world, "person")["state"]), (&json!("archived"), &json!("failed")));
    is_sound(&world);
    world.faults("");
    world.run(&["download", SESSION, "--with", "person"]).ends_with(0);
    assert_eq!(companion(&world, "person"), json!({ "name": "person", "state": "archived" }));
    is_sound(&world);
}

#[test]
fn an_unknown_companion_is_a_usage_error_that_names_the_known_ones() {
    let world = World::new();
    world.run(&["download", SESSION, "--with", "decisions"]).ends_with(2).says("\"decisions\"").says("decision, decision-fullauto, person");
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing_at_all() {
    let world = World::new();
    let run = world.run(&["download", SESSION, "--dry-run", "--only", "image,video"]).ends_with(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{}", run.stdout);
    let planned = |action: &str, path: &str| lines.iter().any(|line| line.starts_with(action) && line.contains(path));
    assert!(planned("fetch ", &path(NEWEST, "document-front", "front", "jpg")), "{}", run.stdout);
    assert!(planned("fetch ", &path(FIRST, "document-front", "old", "jpg")), "{}", run.stdout);
    assert!(planned("exclude ", &path(NEWEST, "nfc", "nfc", "json")), "{}", run.stdout);
    assert_eq!(world.media_requests(), 0);
    assert_eq!(world.folder().read_dir().expect("a folder").count(), 0, "not even the archive's folder");
}

#[test]
fn a_dry_run_does_not_call_a_session_complete_of_which_nothing_is_archived() {
    let world = World::new();
    let run = world.run(&["download", SESSION, "--dry-run"]).ends_with(0);
    assert!(!run.stderr.contains("complete"), "{}", run.stderr);
}

#[test]
fn a_dry_run_after_a_download_plans_to_keep_what_is_whole_and_to_fetch_what_is_not() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    std::fs::write(world.file(&path(NEWEST, "face", "face", "jpg")), jpeg("fake")).expect("written");
    let before = world.tree();
    let run = world.run(&["download", SESSION, "--dry-run", "--format", "json"]).ends_with(0);
    let planned: Vec<(String, String)> = run
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::MediaPlanned { action, path, .. } => Some((action, path)),
            _ => None,
        })
        .collect();
    assert_eq!(planned.len(), 5);
    for (action, planned) in planned {
        assert_eq!(action, if planned.contains("face_face") { "fetch" } else { "keep" }, "{planned}");
        assert!(before.contains_key(&format!("{SESSION}/{planned}")), "{planned}");
    }
    assert!(matches!(run.events().first(), Some(Event::RunStarted { dry_run: true, .. })));
    assert_eq!(world.tree(), before);
}
