//! `--skip-complete`: a session that is whole costs no request, and a session that is not whole is never left alone.

use super::{counts, list, sessions};
use crate::harness::{SESSION, World, is_sound, jpeg};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

const SKIP: [&str; 5] = ["download", "--from", "ids.txt", "--skip-complete", "--format=json"];

/// How many requests a run with these words makes. It ends well.
#[track_caller]
fn requests(world: &World, words: &[&str]) -> usize {
    world.sandbox.clear_exchanges();
    world.run(words).ends_with(0);
    world.sandbox.exchanges().len()
}

#[test]
fn what_is_complete_costs_no_request_and_changes_nothing() {
    let world = sessions(3);
    list(&world, &["s0", "s1", "s2"]);
    let first = world.run(&SKIP).ends_with(0);
    assert_eq!(counts(&first.events()), [3, 0, 0, 0], "nothing is complete before the first run");
    let before = world.tree();
    let runs = || std::fs::read_dir(world.archive().join("_journal")).expect("a journal").count();
    let journal = runs();
    world.sandbox.clear_exchanges();
    let second = world.run(&SKIP).ends_with(0);
    assert_eq!(counts(&second.events()), [3, 3, 0, 0]);
    assert!(world.sandbox.exchanges().is_empty(), "no request is sent");
    assert_eq!(world.tree(), before);
    assert_eq!(runs(), journal, "a run that did nothing has nothing to write down");
    is_sound(&world);
    let reported = world.run(&["download", "s0", "s1", "--skip-complete"]).ends_with(0);
    assert_eq!(reported.stderr.lines().count(), 1, "{}", reported.stderr);
    let summary = reported.says("2 sessions: 2 complete, 2 of them before; 10 files kept, nothing to fetch");
    assert!(summary.stdout.is_empty());
    world.run(&["download", "s0", "-v", "--skip-complete"]).ends_with(0).says("s0 complete before, not asked about");
}

#[test]
fn what_is_not_whole_is_never_left_alone() {
    let world = World::new();
    let skip = ["download", SESSION, "--skip-complete"];
    world.faults(&format!("media:front-{SESSION}=404"));
    world.run(&skip).ends_with(7);
    world.faults("");
    assert!(requests(&world, &skip) > 0, "a medium was gone");
    assert_eq!(requests(&world, &skip), 0);
    let front = world.file("data").join(crate::harness::NEWEST).join(format!("document-front_front-{SESSION}.jpg"));
    let bytes = std::fs::read(&front).expect("a picture");
    std::fs::write(&front, &bytes[1..]).expect("shorter");
    assert!(requests(&world, &skip) > 0, "a file is shorter than it was");
    std::fs::remove_file(&front).expect("removed");
    assert!(requests(&world, &skip) > 0, "a file is missing");
    assert_eq!(std::fs::read(&front).expect("fetched again"), bytes);
    std::fs::write(world.file("unfinished.ndjson"), "").expect("a mark");
    assert!(requests(&world, &skip) > 0, "a run was killed here");
    world.faults(&format!("session:{SESSION}=404"));
    let record = std::fs::read_to_string(world.file("archive.json")).expect("a record");
    std::fs::write(world.file("archive.json"), record.replacen("\"media\": [", "\"media\": {", 1)).expect("broken");
    world.run(&skip).ends_with(8).complains("cannot be read", "restore it from a backup");
}

#[test]
fn complete_is_what_this_run_wants_of_a_session() {
    let world = World::new();
    assert!(requests(&world, &["download", SESSION, "--only=image", "--skip-complete"]) > 0);
    assert_eq!(requests(&world, &["download", SESSION, "--only=image", "--skip-complete"]), 0, "all pictures are here");
    assert_eq!(requests(&world, &["download", SESSION, "--context=face", "--skip-complete"]), 0, "the face is one of them");
    assert!(requests(&world, &["download", SESSION, "--skip-complete"]) > 0, "the video is not");
    assert_eq!(requests(&world, &["download", SESSION, "--skip-complete"]), 0);
    assert!(requests(&world, &["download", SESSION, "--with=decision", "--skip-complete"]) > 0, "the decision was never asked for");
    assert_eq!(requests(&world, &["download", SESSION, "--with=decision", "--skip-complete"]), 0, "that there is none is known now");
}

#[test]
fn an_attempt_that_was_never_listed_is_not_taken_for_complete() {
    let world = World::new();
    assert!(requests(&world, &["download", SESSION, "--latest", "--skip-complete"]) > 0);
    assert_eq!(requests(&world, &["download", SESSION, "--latest", "--skip-complete"]), 0);
    assert!(requests(&world, &["download", SESSION, "--attempt", crate::harness::FIRST, "--skip-complete"]) > 0);
    assert_eq!(requests(&world, &["download", SESSION, "--skip-complete"]), 0, "both attempts are listed by now");
    let other = World::new();
    assert!(requests(&other, &["download", SESSION, "--latest"]) > 0);
    assert!(requests(&other, &["download", SESSION, "--skip-complete"]) > 0, "the first attempt was never listed");
    assert_eq!(other.held(), crate::harness::ALL);
}

#[test]
fn a_session_that_is_not_over_is_asked_about_again() {
    for (status, asks) in [("submitted", true), ("resubmission_requested", true), ("a-new-word", true), ("declined", false)] {
        let media = Media::image("m", "face", "image/jpeg", jpeg("m"));
        let world = World::with(vec![Session::new("s").attempt(Attempt::new("a", status).media(media))]);
        world.run(&["download", "s", "--skip-complete"]).ends_with(0);
        assert_eq!(requests(&world, &["download", "s", "--skip-complete"]) > 0, asks, "{status}");
    }
}

#[test]
fn a_session_whose_newest_attempt_has_no_status_or_that_has_no_attempts_is_asked_about_again() {
    let media = || Media::image("m", "face", "image/jpeg", jpeg("m"));
    let listing = r#"{"status":"success","images":[{"id":"m","context":"face","mimetype":"image/jpeg"}]}"#;
    for attempts in [r#"{"verifications":[{"id":"a","status":null},{"id":"b","status":"approved"}]}"#, r#"{"verifications":[]}"#] {
        let attempt = |id: &str| Attempt::new(id, "approved").media(media()).listing(listing);
        let session = Session::new("s").attempt(attempt("a")).attempt(attempt("b")).attempts_listing(attempts).media_listing(listing);
        let world = World::with(vec![session]);
        for _ in 0..2 {
            assert!(requests(&world, &["download", "s", "--skip-complete"]) > 0, "{attempts}");
        }
    }
}

#[test]
fn a_session_without_media_is_asked_about_again_because_they_may_come_yet() {
    let world = World::with(vec![Session::new("empty").attempt(Attempt::new("a", "started"))]);
    for _ in 0..2 {
        assert!(requests(&world, &["download", "empty", "--skip-complete"]) > 0);
    }
}
