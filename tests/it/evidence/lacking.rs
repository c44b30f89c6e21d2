//! What a session lacks because it could not be had: no damage, and not complete either, whatever it is.

use super::{Verdict, verify};
use crate::harness::{Run, SESSION, World, bare, session};
use vmedia::archive::verify::{Aspect, SessionReport};
use vmedia::engine::Event;

/// Verifies the world's archive, which must be without findings.
#[track_caller]
fn verified(world: &World) -> Verdict {
    let verdict = verify(&world.archive(), &[".", "--read-only"]);
    assert_eq!((verdict.code, verdict.findings()), (0, Vec::new()));
    verdict
}

/// What the verification says that was never archived.
fn missing(verdict: &Verdict) -> Vec<String> {
    let missing = verdict.events.iter().filter_map(|event| match event {
        Event::BagVerified(SessionReport { missing, .. }) => Some(missing.clone()),
        _ => None,
    });
    missing.flatten().collect()
}

/// Faults with the id of a picture in them.
fn of_face(faults: &str) -> String {
    faults.replace("FACE", &format!("face-{SESSION}"))
}

fn catalog(world: &World) -> String {
    Run::of(&bare(world.folder()).args(["catalog", "vmedia-archive"]).output().expect("a run")).ends_with(0).stdout
}

#[test]
fn a_session_that_a_run_left_incomplete_is_not_called_complete() {
    let only_one_id_is_usable = r#"{"status":"success","images":[{"id":"","context":"face","mimetype":"image/jpeg"}],"videos":[]}"#;
    for (faults, listing, lacks, condition) in [
        ("attempt-media=404", None, "cannot be listed: HTTP 404", "2 listing problems"),
        ("session-media=404", None, "media cannot be listed: HTTP 404", "1 listing problem"),
        ("decision=503", None, "decision was not archived: HTTP 503", "1 document not fetched"),
        ("media:FACE=503", None, "was not archived: HTTP 503", "1 failed"),
        ("media:FACE=404", None, "was not archived: HTTP 404", "1 gone"),
        ("", Some(only_one_id_is_usable), "has an unusable id", "1 listing problem"),
    ] {
        let decided = session().companion("decision", "{}");
        let world = World::with(vec![listing.map_or(decided.clone(), |listing| decided.media_listing(listing))]);
        world.faults(&of_face(faults));
        world.run(&["download", SESSION, "--with", "decision", "--retries", "0"]).ends_with(7);
        let verdict = verified(&world);
        assert_eq!(verdict.checked(SESSION), [Aspect::Manifests, Aspect::Journal], "{faults}");
        let missing = missing(&verdict);
        assert!(missing.iter().all(|line| line.contains(lacks)) && !missing.is_empty(), "{faults}: {missing:?}");
        assert!(catalog(&world).contains(condition), "{faults}: {}", catalog(&world));
        world
            .run(&["verify", "vmedia-archive"])
            .ends_with(0)
            .shows("incomplete: ")
            .shows("1 session: none damaged, 1 incomplete: files match manifests, journal matches; ")
            .shows(&format!("files match manifests, journal matches; {} never archived", missing.len()));
        if listing.is_none() {
            world.faults("");
            world.run(&["download", SESSION, "--with", "decision"]).ends_with(0);
            assert_eq!(verified(&world).checked(SESSION), [Aspect::Listings, Aspect::Manifests, Aspect::Journal], "{faults}");
            assert!(catalog(&world).contains("complete"), "{faults}");
        }
    }
}

#[test]
fn what_was_left_out_on_purpose_or_is_withheld_is_complete() {
    let world = World::new();
    world.faults(&of_face("media:FACE=204"));
    world.run(&["download", SESSION, "--only", "image"]).ends_with(0);
    let verdict = verified(&world);
    assert_eq!(verdict.checked(SESSION), [Aspect::Listings, Aspect::Manifests, Aspect::Journal]);
    assert_eq!(missing(&verdict).len(), 3, "{:?}", missing(&verdict));
}

#[test]
fn a_listing_that_cannot_be_had_says_nothing_of_an_archive_where_there_is_none() {
    let world = World::new();
    world.faults("attempt-media=404");
    let run = world.run(&["list", SESSION]).ends_with(7);
    assert!(!run.stderr.contains("archived"), "{}", run.stderr);
}

#[test]
fn a_medium_that_was_archived_once_is_not_called_never_archived() {
    for (faults, word) in [("media:FACE=404", "gone"), ("media:FACE=503", "failed")] {
        let world = World::new();
        world.run(&["download", SESSION]).ends_with(0);
        let face = world.file(&format!("data/{}/face_face-{SESSION}.jpg", crate::harness::NEWEST));
        let backup = std::fs::read(&face).expect("a face");
        std::fs::remove_file(&face).expect("removed");
        world.faults(&of_face(faults));
        let run = world.run(&["repair", "vmedia-archive", "--retries", "0"]);
        assert!(matches!(run.code, 5 | 8), "{}", run.stderr);
        assert!(catalog(&world).contains("1 found damaged") && !catalog(&world).contains(word), "{}", catalog(&world));
        let output = bare(world.folder()).args(["verify", "vmedia-archive", "--read-only"]).output();
        let run = Run::of(&output.expect("a run")).ends_with(8).shows("missing").shows("could not be fetched again");
        assert!(!run.stdout.contains("never archived"), "{}", run.stdout);
        assert_eq!(run.stdout.contains("`vmedia repair` fetches"), word == "failed", "{}", run.stdout);
        // Back from a backup, it is here.
        std::fs::write(&face, backup).expect("written");
        let verdict = verified(&world);
        assert_eq!(verdict.checked(SESSION), [Aspect::Listings, Aspect::Manifests, Aspect::Journal]);
        assert_eq!(missing(&verdict), Vec::<String>::new());
    }
}
