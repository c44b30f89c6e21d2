//! The main job: every attempt, second runs, narrowing, companions, comparing, lists of ids.

mod again;
mod changes;
mod lists;
mod narrowing;
mod spool;
mod trust;

use crate::harness::{FIRST, NEWEST, SESSION, World, is_sound, jpeg, mp4, nfc, others_accept, session_named, signature, tree};
use serde_json::json;
use sha2::{Digest, Sha256};
use vmedia::engine::Event;
use vmedia::sandbox::fixture::{Attempt, Listed, Media, Session};

/// The path of one of the usual session's media, below the session's folder.
fn path(attempt: &str, context: &str, id: &str, extension: &str) -> String {
    format!("data/{attempt}/{context}_{id}-{SESSION}.{extension}")
}

/// What the record says of one of the usual session's media.
fn medium(world: &World, id: &str) -> serde_json::Value {
    let record = world.record();
    let id = format!("{id}-{SESSION}");
    let found = record["media"].as_array().expect("media").iter().find(|medium| medium["id"] == *id);
    found.unwrap_or_else(|| panic!("no {id} in {record:#}")).clone()
}

/// The payload of the usual session: paths below `data/`.
fn payload(world: &World) -> Vec<String> {
    let start = format!("{SESSION}/data/");
    world.tree().into_keys().filter_map(|path| path.strip_prefix(&start).map(str::to_owned)).collect()
}

#[test]
fn every_medium_of_every_attempt_is_archived_under_a_name_that_says_what_it_is() {
    let world = World::new();
    world.run(&["download", crate::harness::SESSION]).ends_with(0);
    let tree = world.tree();
    let session = crate::harness::SESSION;
    assert_eq!(tree[&format!("{session}/data/{NEWEST}/document-front_front-{session}.jpg")], jpeg("front"));
    assert_eq!(tree[&format!("{session}/data/{NEWEST}/selfid_video_video-{session}.mp4")], mp4("video"));
    assert_eq!(tree[&format!("{session}/data/{FIRST}/document-front_old-{session}.jpg")], jpeg("old"));
    is_sound(&world);
}

#[test]
fn the_record_says_of_each_file_where_it_is_from_and_what_it_is() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let record = world.record();
    assert_eq!(record["schema"], "vmedia-archive");
    assert_eq!((&record["version"], &record["provider"], &record["session"]), (&json!(1), &json!("veriff"), &json!(SESSION)));
    assert_eq!(record["base_url"], world.sandbox.base_url());
    let attempts: Vec<_> = record["attempts"].as_array().expect("attempts").iter().map(|attempt| &attempt["id"]).collect();
    assert_eq!(attempts, [NEWEST, FIRST], "newest first");
    assert_eq!(record["attempts"][1]["status"], "resubmission_requested");
    assert_eq!(record["media"].as_array().map(Vec::len), Some(5));

    let front = medium(&world, "front");
    assert_eq!((&front["attempt"], &front["kind"], &front["context"]), (&json!(NEWEST), &json!("image"), &json!("document-front")));
    assert_eq!(
        (&front["mimetype"], &front["size"], &front["state"]),
        (&json!("image/jpeg"), &json!(jpeg("front").len()), &json!("archived"))
    );
    let places = json!([
        { "document": "media", "pointer": "/images/0" },
        { "document": format!("attempts/{NEWEST}/media"), "pointer": "/images/0" },
    ]);
    assert_eq!(front["places"], places);
    for place in places.as_array().expect("places") {
        let document = std::fs::read(world.file(&format!("metadata/{}.json", place["document"].as_str().expect("a name"))));
        let document: serde_json::Value = serde_json::from_slice(&document.expect("the answer is kept")).expect("JSON");
        assert_eq!(document.pointer(place["pointer"].as_str().expect("a pointer")).expect("a place")["id"], front["id"]);
    }
    assert_eq!(medium(&world, "video")["duration"], 5.0);

    for (id, attempt, context, extension, bytes, content_type) in [
        ("front", NEWEST, "document-front", "jpg", jpeg("front"), "image/jpeg"),
        ("video", NEWEST, "selfid_video", "mp4", mp4("video"), "video/mp4"),
        ("nfc", NEWEST, "nfc", "json", nfc("nfc"), "application/json"),
        ("old", FIRST, "document-front", "jpg", jpeg("old"), "image/jpeg"),
    ] {
        let medium = medium(&world, id);
        assert_eq!(medium["files"].as_array().map(Vec::len), Some(1), "{id}");
        let file = &medium["files"][0];
        assert_eq!(file["path"], path(attempt, context, id, extension));
        assert_eq!((&file["bytes"], &file["content_type"]), (&json!(bytes.len()), &json!(content_type)));
        assert_eq!(file["sha256"], hex::encode(Sha256::digest(&bytes)));
        assert_eq!(file["signature"], json!({ "verdict": "held", "value": signature(world.sandbox.api_secret(), &bytes) }));
        assert!(file["fetched"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "{file}");
    }
    let answers: Vec<_> = record["documents"].as_array().expect("documents").iter().map(|document| &document["name"]).collect();
    assert_eq!(answers, ["attempts", "media", &format!("attempts/{NEWEST}/media"), &format!("attempts/{FIRST}/media")]);
}

#[test]
fn a_medium_that_only_the_sessions_listing_names_belongs_to_the_newest_attempt() {
    let world = World::with(vec![
        Session::new(SESSION).attempt(Attempt::new(NEWEST, "approved").media(Media::nfc(format!("chip-{SESSION}"), nfc("new")))).attempt(
            Attempt::new(FIRST, "declined").media(Media::image("only", "face", "image/jpeg", jpeg("o")).listed(Listed::AttemptOnly)),
        ),
    ]);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(payload(&world), [format!("{NEWEST}/nfc_chip-{SESSION}.json"), format!("{FIRST}/face_only.jpg")]);
    assert_eq!(medium(&world, "chip")["places"].as_array().map(Vec::len), Some(1));
    is_sound(&world);
}

#[test]
fn without_attempts_the_media_are_filed_under_the_session() {
    let held = Media::image("m", "face", "image/jpeg", jpeg("m"));
    let session = Session::new(SESSION)
        .attempt(Attempt::new(NEWEST, "created").media(held))
        .attempts_listing(r#"{"status":"success","verifications":[]}"#);
    let world = World::with(vec![session]);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(payload(&world), ["session/face_m.jpg"]);
    is_sound(&world);
    others_accept(&world.file(""));
}

#[test]
fn an_id_in_capitals_does_not_meet_the_same_in_small_letters() {
    let one = |id: &str| {
        Session::new(id).attempt(Attempt::new(format!("{id}-1"), "approved").media(Media::image(
            format!("{id}-m"),
            "face",
            "image/jpeg",
            jpeg(id),
        )))
    };
    let world = World::with(vec![one("ABCD"), one("abcd")]);
    world.run(&["download", "ABCD", "abcd"]).ends_with(0).says("2 sessions: 2 complete");
    let folded: std::collections::BTreeMap<String, Vec<u8>> =
        world.tree().into_iter().map(|(path, bytes)| (path.to_lowercase(), bytes)).collect();
    assert_eq!(folded.len(), world.tree().len(), "two names meet where the file system folds case: {:?}", world.tree().keys());
    for id in ["ABCD", "abcd"] {
        assert_eq!(folded.values().filter(|bytes| **bytes == jpeg(id)).count(), 1, "{id}");
    }
    is_sound(&world);
}

#[test]
fn many_sessions_are_archived_at_once_and_reported_in_the_given_order() {
    let id = |number: u32| format!("session-{number:02}");
    let sessions = (0..60).map(|number| session_named(&id(number), &format!("new-{number}"), &format!("old-{number}"))).collect();
    let world = World::with(sessions);
    // The first is slow to end, so that telling in order takes waiting.
    world.faults("session:session-00=503*3");
    let ids: Vec<String> = (0..60).map(id).collect();
    let mut words = vec!["download", "-j", "8", "--format", "json"];
    words.extend(ids.iter().map(String::as_str));
    let run = world.run(&words).ends_with(0);
    let finished: Vec<String> = run
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::SessionFinished { session, tally, .. } => Some(format!("{session} {}", tally.fetched)),
            _ => None,
        })
        .collect();
    assert_eq!(finished, ids.iter().map(|id| format!("{id} 5")).collect::<Vec<_>>());
    assert!(matches!(run.events().last(), Some(Event::RunFinished { complete: 60, incomplete: 0, not_started: 0, .. })));
    let tree = world.tree();
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(tree.get(&format!("{id}/data/new-{number}/document-front_front-{id}.jpg")), Some(&jpeg("front")), "{id}");
        assert_eq!(tree.keys().filter(|path| path.starts_with(&format!("{id}/data/"))).count(), 5, "{id}");
    }
    is_sound(&world);
}

#[test]
fn the_archive_is_where_the_flag_says_then_where_the_environment_says() {
    let world = World::new();
    let run = |words: &[&str]| world.command(words).env("VMEDIA_OUTPUT", "from environment").assert().success();
    run(&["download", SESSION]);
    assert_eq!(tree(&world.folder().join("from environment").join(SESSION).join("data")).len(), 5);
    run(&["download", SESSION, "-o", "from/flag"]);
    assert_eq!(tree(&world.folder().join("from/flag").join(SESSION).join("data")).len(), 5);
    assert!(!world.archive().exists());
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_archive() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    // Under a mask that takes nothing away, so that the modes are vmedia's own doing.
    let open_to_all = |script: &str| {
        let mut command = std::process::Command::new("/bin/sh");
        command
            .args(["-c", &format!("umask 000; exec \"$0\" {script}"), env!("CARGO_BIN_EXE_vmedia"), SESSION])
            .current_dir(world.folder());
        command.env_clear().env("HOME", world.folder()).env("VMEDIA_BASE_URL", world.sandbox.base_url());
        command.env("VMEDIA_API_KEY", world.sandbox.api_key()).env("VMEDIA_API_SECRET", world.sandbox.api_secret());
        assert!(command.status().expect("a shell").success(), "{script}");
    };
    open_to_all("download \"$1\" --with all -q");
    std::fs::remove_file(world.file(&path(NEWEST, "face", "face", "jpg"))).expect("removed");
    open_to_all("download \"$1\" -q");
    let mut waiting = vec![world.archive()];
    let (mut files, mut folders) = (0, 0);
    while let Some(path) = waiting.pop() {
        let metadata = path.metadata().expect("readable");
        let mode = metadata.permissions().mode() & 0o7777;
        assert_eq!(mode, if metadata.is_dir() { 0o700 } else { 0o600 }, "{}: {mode:o}", path.display());
        if metadata.is_dir() {
            folders += 1;
            waiting.extend(path.read_dir().expect("listable").map(|entry| entry.expect("an entry").path()));
        } else {
            files += 1;
        }
    }
    assert!(files > 10 && folders > 6, "{files} files in {folders} folders");
}
