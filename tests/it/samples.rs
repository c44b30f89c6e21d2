//! The built-in sessions: every documented context and mimetype, every contradiction, and nothing at all.

use crate::harness::{World, is_sound, others_accept, tree};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use vmedia::archive::verify::{Aspect, SessionOutcome, SessionReport};
use vmedia::engine::Event;
use vmedia::sandbox::fixture::{Media, Session};
use vmedia::sandbox::{Options, SAMPLE_CONTRADICTIONS, SAMPLE_EMPTY, SAMPLE_EVERYTHING, samples};

/// Extensions by declared type, as the design lists them.
const EXTENSIONS: [(&str, &str); 11] = [
    ("image/jpeg", "jpg"),
    ("image/jpg", "jpg"),
    ("image/png", "png"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
    ("image/webp", "webp"),
    ("image/pdf", "pdf"),
    ("application/pdf", "pdf"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
    ("application/json", "json"),
];

fn sample(id: &str) -> Session {
    samples().into_iter().find(|session| session.id == id).expect("a sample")
}

/// Every medium of a session by its id, with the attempts that have it.
fn media(session: &Session) -> BTreeMap<String, (Media, Vec<String>)> {
    let mut media: BTreeMap<String, (Media, Vec<String>)> = BTreeMap::new();
    for attempt in &session.attempts {
        for medium in &attempt.media {
            media.entry(medium.id.clone()).or_insert_with(|| (medium.clone(), Vec::new())).1.push(attempt.id.clone());
        }
    }
    media
}

/// Archives a sample and gives its record and its files, after checking what holds for all of them.
fn archived(id: &str) -> (World, Value, BTreeMap<String, Vec<u8>>) {
    let world = World::start(Options::default());
    world.run(&["download", id, "--with", "all"]).ends_with(0);
    let held = tree(&world.archive().join(id));
    let record: Value = serde_json::from_slice(&held["archive.json"]).expect("a record");
    let expected = media(&sample(id));
    let recorded: Vec<&Value> = record["media"].as_array().expect("media").iter().collect();
    for (id, (medium, attempts)) in &expected {
        let record = recorded.iter().find(|record| record["id"] == **id).unwrap_or_else(|| panic!("{id} is lost"));
        assert_eq!((&record["state"], record.get("reason")), (&json!("archived"), None), "{id}");
        assert_eq!(record["files"].as_array().map(Vec::len), Some(1), "{id}");
        let path = record["files"][0]["path"].as_str().expect("a path");
        assert!(held.get(path) == Some(&medium.read_all().expect("bytes")), "{path} is not what the provider has");
        assert!(attempts.iter().any(|attempt| record["attempt"] == **attempt && path.starts_with(&format!("data/{attempt}/"))), "{path}");
    }
    assert_eq!(recorded.len(), expected.len(), "each id once");
    assert_eq!(held.keys().filter(|path| path.starts_with("data/")).count(), expected.len(), "{:?}", held.keys());
    is_sound(&world);
    others_accept(&world.archive().join(id));
    world.sandbox.clear_exchanges();
    world.run(&["download", id, "--with", "all"]).ends_with(0);
    assert_eq!(world.media_requests(), 0, "a second run keeps everything");
    assert_eq!(tree(&world.archive().join(id)), held);
    (world, record, held)
}

#[test]
fn every_documented_context_and_mimetype_is_archived_under_its_own_name() {
    let (_world, record, _) = archived(SAMPLE_EVERYTHING);
    let media = media(&sample(SAMPLE_EVERYTHING));
    let mut types: Vec<&str> = media.values().map(|(medium, _)| medium.mimetype.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    assert_eq!(types.len(), EXTENSIONS.len(), "the sample has every type: {types:?}");
    for record in record["media"].as_array().expect("media") {
        let (medium, _) = &media[record["id"].as_str().expect("an id")];
        assert_eq!((&record["context"], &record["mimetype"]), (&json!(medium.context), &json!(medium.mimetype)));
        assert_eq!(record["files"][0].get("disagreements"), None, "{record:#}");
        let (_, extension) = EXTENSIONS.iter().find(|(mimetype, _)| *mimetype == medium.mimetype).expect("a documented type");
        let path = record["files"][0]["path"].as_str().expect("a path");
        assert!(path.ends_with(&format!("/{}_{}.{extension}", medium.context, medium.id)), "{path} of {}", medium.mimetype);
    }
}

#[test]
fn everything_that_the_vendor_says_in_two_ways_is_lived_with() {
    let (_world, record, held) = archived(SAMPLE_CONTRADICTIONS);
    // Ids that differ in case stay apart, also where the file system folds case.
    let folded: std::collections::BTreeSet<String> = held.keys().map(|path| path.to_lowercase()).collect();
    assert_eq!(folded.len(), held.len());
    let of = |id: &str| record["media"].as_array().expect("media").iter().find(|medium| medium["id"] == id).expect(id);
    let name = |id: &str| of(id)["files"][0]["path"].as_str().and_then(|path| path.rsplit('/').next()).expect("a name").to_owned();
    for (id, named) in [
        (
            "C0FFEE00-ABCD-4BCD-8BCD-ABCDEFABCDEF",
            "face_~430~46~46~45~4500-~41~42~43~44-4~42~43~44-8~42~43~44-~41~42~43~44~45~46~41~42~43~44~45~46.jpg",
        ),
        ("c0ffee00-abcd-4bcd-8bcd-abcdefabcdef", "face_c0ffee00-abcd-4bcd-8bcd-abcdefabcdef.jpg"),
        ("a2cd45e3-6656-6f58-bg8c-f34hc7358g91", "document-back_a2cd45e3-6656-6f58-bg8c-f34hc7358g91.jpg"),
        ("12df6045-3846-3e45-946a-14fa6136d78b", "document-hologram_12df6045-3846-3e45-946a-14fa6136d78b.png"),
        ("37a4e8c1-f5b0-4d69-8e12-06c9d7b3a5f4", "address-front_37a4e8c1-f5b0-4d69-8e12-06c9d7b3a5f4.pdf"),
        ("b3de56f4-7767-7g69-ch9d-g45id8469h02", "documet-back-barcode-pre-video_b3de56f4-7767-7g69-ch9d-g45id8469h02.webm"),
        ("4088480d-d1b2-47e9-aeb8-27c6b73488e2", "nfc_4088480d-d1b2-47e9-aeb8-27c6b73488e2.json"),
        // No context: the name stands in. No mimetype: its type is not declared.
        ("5e81c3a7-0d94-4b26-af63-7c2b9e50d418", "face-pre_5e81c3a7-0d94-4b26-af63-7c2b9e50d418.webp"),
        ("d96b20f4-71ea-4c83-9b05-e3f8a16c7d52", "face-cropped_d96b20f4-71ea-4c83-9b05-e3f8a16c7d52.bin"),
    ] {
        assert_eq!(name(id), named);
    }
    // Sizes and durations as texts and floats are numbers all the same.
    let selfie = of("f5g6h7i8-j9k0-4l1m-9n2o-p3q4r5s6t7u8");
    assert_eq!((&selfie["size"], &selfie["duration"]), (&selfie["files"][0]["bytes"], &json!(5.0)));
    assert_eq!(record["attempts"].as_array().map(Vec::len), Some(3), "each attempt once although the listing repeats them");
    assert_eq!(record["problems"], json!([]));
}

#[test]
fn a_session_without_media_is_an_archive_of_what_was_answered() {
    let (_world, record, held) = archived(SAMPLE_EMPTY);
    assert_eq!((&record["media"], &record["attempts"][0]["status"]), (&json!([]), &json!("started")));
    assert!(held.contains_key("metadata/attempts.json") && held.contains_key("metadata/media.json"), "{:?}", held.keys());
}

#[test]
fn a_session_without_media_is_never_called_complete() {
    let world = World::start(Options { samples: true, sessions: vec![Session::new("nothing")], ..Options::default() });
    for id in ["nothing", SAMPLE_EMPTY] {
        let run = world.run(&["download", id]).ends_with(0).says(&format!("{id} empty: the provider lists no media"));
        assert!(!run.stderr.contains("complete"), "{}", run.stderr);
    }
    let run = world.run(&["download", "nothing", SAMPLE_EMPTY, "--format", "json"]).ends_with(0);
    assert!(matches!(run.events().last(), Some(Event::RunFinished { complete: 0, empty: 2, incomplete: 0, .. })), "{}", run.stdout);
    world.run(&["download", "nothing", SAMPLE_EMPTY]).ends_with(0).says("2 sessions: 0 complete, 2 empty");
    let run = crate::harness::Run::of(
        &crate::harness::bare(world.folder()).args(["verify", "vmedia-archive", "--format", "json"]).output().expect("a run"),
    );
    for event in run.ends_with(0).events() {
        if let Event::BagVerified(SessionReport { outcome, checked, notes, findings, .. }) = event {
            assert_eq!(outcome, SessionOutcome::Empty);
            assert_eq!((findings.len(), notes.as_slice()), (0, &["the session is empty: the provider listed no media".to_owned()][..]));
            assert!(!checked.contains(&Aspect::Listings), "{checked:?}");
        }
    }
    world
        .run(&["verify", "vmedia-archive"])
        .ends_with(0)
        .shows("2 sessions: none damaged, 2 empty: ")
        .shows(&format!("{}nothing empty: ", std::path::MAIN_SEPARATOR));
    let run = world.run(&["catalog", "vmedia-archive", "--format", "json"]).ends_with(0);
    let rows: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((&rows[0]["condition"], &rows[1]["condition"]), (&json!("empty"), &json!("empty")));
}
