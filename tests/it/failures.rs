//! The table of failures, each with what is archived, said and returned.

mod answers;
mod bodies;
mod errors;
#[cfg(target_os = "linux")]
mod http2;
mod listings;
mod merging;
mod pages;
mod random;
mod retries;
mod throttling;
#[cfg(target_os = "linux")]
mod tls;

use crate::harness::{ALL, FIRST, NEWEST, SESSION, World, all_but, is_sound, session_named};

const FROM_ENVIRONMENT: &str =
    "used were the API key from the environment (VMEDIA_API_KEY) and the secret from the environment (VMEDIA_API_SECRET)";

/// A world of so many sessions, and their ids.
fn many(count: u32) -> (World, Vec<String>) {
    let ids: Vec<String> = (0..count).map(|number| format!("session-{number:02}")).collect();
    let sessions = ids.iter().map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old"))).collect();
    (World::with(sessions), ids)
}

/// The words of a download of these sessions.
fn download<'a>(flags: &[&'a str], ids: &'a [String]) -> Vec<&'a str> {
    [&["download"], flags, &ids.iter().map(String::as_str).collect::<Vec<_>>()].concat()
}

#[test]
fn refused_credentials_end_the_run_at_once_and_are_named() {
    for status in [401, 403] {
        let (world, ids) = many(40);
        world.faults(&format!("attempts={status}"));
        let run = world.run(&download(&["-j", "1"], &ids)).ends_with(4);
        let run = run.complains(&format!("the provider refuses the credentials: HTTP {status}"), FROM_ENVIRONMENT);
        run.says("40 sessions: 0 complete, 1 incomplete, 39 not begun");
        // One request at a time: the session's media are not asked for either.
        assert_eq!(world.sandbox.exchanges().len(), 1, "one answer is enough");
        assert!(world.tree().is_empty(), "{:?}", world.tree().keys());
    }
}

#[test]
fn refused_credentials_are_said_once_however_many_workers_hear_it() {
    let (world, ids) = many(40);
    world.faults("attempts=401");
    let run = world.run(&download(&["-j", "8"], &ids)).ends_with(4);
    assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
    let (attempts, media) = (world.listed("attempts"), world.listed("media"));
    assert!(attempts <= 10 && media <= 10, "{attempts} requests by 8 workers and 2 openers, and {media} beside them");
}

#[test]
fn what_fails_alike_in_many_sessions_is_said_of_each_and_its_remedy_once() {
    let (world, ids) = many(5);
    world.faults("attempts=503");
    let run = world.run(&download(&["--retries", "0"], &ids)).ends_with(5);
    let errors: Vec<&str> = run.stderr.lines().filter(|line| line.contains("error:")).collect();
    assert_eq!(errors.len(), 5, "{}", run.stderr);
    for (error, id) in errors.iter().zip(&ids) {
        assert!(error.contains(&format!("session {id}: the provider is unavailable")), "{error}");
    }
    assert_eq!(run.stderr.matches("hint:").count(), 1, "{}", run.stderr);
}

#[test]
fn an_outage_has_a_line_for_each_session_and_its_remedy_last() {
    let (world, ids) = many(3);
    world.faults("media=503");
    let run = world.run(&download(&["--retries", "3"], &ids)).ends_with(5);
    let count = |what: &str| run.stderr.lines().filter(|line| line.contains(what)).count();
    assert!(count("note:") <= 3, "one note of retries for each session: {}", run.stderr);
    assert_eq!(count("error: 5 files of session session-0"), 3, "{}", run.stderr);
    assert_eq!((count("error:"), count("hint:")), (3, 1), "{}", run.stderr);
    assert!(run.stderr.lines().last().is_some_and(|line| line.starts_with("vmedia: hint: run the same command again")), "{}", run.stderr);
    let run = run.says("(NFC file nfc, image document-front, image document-front, image face, 1 more)");
    run.says("  3 unavailable: session-00, session-01, session-02\n");
    let run = world.run(&["download", &ids[0], "--retries", "3", "-v"]).ends_with(5);
    assert_eq!(run.stderr.matches("error:").count(), 5, "{}", run.stderr);
}

#[test]
fn a_refused_medium_ends_the_run_and_what_was_finished_stays() {
    for status in [401, 403] {
        let world = World::new();
        world.faults(&format!("media:face-{SESSION}={status}"));
        let run = world.run(&["download", SESSION, "-j", "1"]).ends_with(4);
        run.complains(&format!("the provider refuses the credentials: HTTP {status}"), FROM_ENVIRONMENT);
        assert_eq!(world.held(), ["front"], "the one before it, and none after it");
        assert_eq!(world.media_requests(), 2);
        let face = world.recorded("face");
        assert_eq!(face["state"], "failed");
        assert!(face["reason"]["text"].as_str().is_some_and(|reason| reason.contains(&format!("HTTP {status}"))), "{face}");
        assert_eq!(world.recorded("video")["state"], "failed", "{:#}", world.record());
        is_sound(&world);
        world.faults("");
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.held(), ALL);
        assert_eq!(world.asked("front"), 1, "what was finished is not fetched again");
    }
}

#[test]
fn a_session_that_is_not_there_is_not_found() {
    for status in [404, 410] {
        let world = World::new();
        world.faults(&format!("attempts={status}"));
        let run = world.run(&["download", SESSION]).ends_with(9);
        run.complains(&format!("session {SESSION} is not found at the provider: HTTP {status}"), "is past the provider's retention");
        assert_eq!((world.listed("attempts"), world.tree().len()), (1, 0), "asking again changes nothing");
        assert!(world.sandbox.exchanges().len() <= 2, "the attempts, and beside them the session's media");
    }
    for verb in ["download", "list", "attempts"] {
        let world = World::new();
        world.run(&[verb, "unknown"]).ends_with(9).complains("session unknown is not found", "it never existed, was deleted");
    }
}

#[test]
fn an_attempt_that_is_not_there_is_not_found() {
    for verb in ["download", "list"] {
        let world = World::new();
        let run = world.run(&[verb, SESSION, "--attempt", "no-such-attempt"]).ends_with(9);
        assert!(!run.stderr.contains("not found"), "{}", run.stderr);
        run.complains(
            &format!("session {SESSION} is there, but it has no attempt no-such-attempt"),
            &format!("vmedia attempts {SESSION} lists"),
        );
        world.faults("attempt-media=404");
        let run = world.run(&[verb, SESSION, "--attempt", FIRST]).ends_with(9);
        run.complains(&format!("attempts/{FIRST}/media cannot be listed: HTTP 404"), "past the provider's retention");
        assert!(world.tree().is_empty());
    }
}

#[test]
fn one_listing_that_is_gone_leaves_the_session_incomplete_and_the_rest_archived() {
    let world = World::new();
    world.faults(&format!("attempt-media:{FIRST}=404"));
    let run = world.run(&["download", SESSION]).ends_with(7);
    let problem = format!("attempts/{FIRST}/media cannot be listed: HTTP 404");
    run.says(&problem).says("incomplete");
    assert_eq!(world.held(), all_but("old"));
    let problems = world.record()["problems"].clone();
    assert!(problems[0].as_str().is_some_and(|text| text.starts_with(&problem)), "{problems}");
    assert_eq!(problems.as_array().map(Vec::len), Some(1));
    is_sound(&world);
    world.faults("");
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.held(), ALL);
    assert_eq!(world.record()["problems"], serde_json::json!([]), "what is mended is no problem any more");
}

#[test]
fn a_session_that_is_incomplete_says_why_even_when_quiet() {
    let world = World::new();
    world.faults(&format!("attempt-media:{FIRST}=404"));
    world.run(&["download", SESSION, "-q"]).ends_with(7).says("cannot be listed");
    world.faults("decision=503");
    world.run(&["download", SESSION, "-q", "--with", "decision", "--retries", "0"]).ends_with(7).says("decision failed");
}

#[test]
fn a_medium_that_is_gone_is_recorded_and_the_rest_is_archived() {
    for status in [404, 410] {
        let world = World::new();
        world.faults(&format!("media:face-{SESSION}={status}"));
        let run = world.run(&["download", SESSION]).ends_with(7);
        let what = format!("image face (face-{SESSION}) of session {SESSION} is gone: HTTP {status}");
        run.complains(&what, "it was deleted or is past the provider's retention").says("4 files fetched").says("1 gone");
        assert_eq!(world.held(), all_but("face"));
        assert_eq!(world.asked("face"), 1);
        let face = world.recorded("face");
        assert_eq!(face["state"], "gone");
        assert!(face["reason"]["text"].as_str().is_some_and(|reason| reason.starts_with(&format!("HTTP {status}"))), "{face}");
        assert_eq!(face["files"], serde_json::json!([]));
        is_sound(&world);
    }
}

#[test]
fn a_withheld_medium_is_no_failure_and_asked_for_again() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=204"));
    let run = world.run(&["download", SESSION]).ends_with(0);
    run.says("is withheld by the provider; the next run asks again").says("1 withheld");
    assert_eq!((world.held(), world.asked("face")), (all_but("face"), 1));
    assert_eq!(world.recorded("face")["state"], "withheld");
    is_sound(&world);
    world.run(&["download", SESSION]).ends_with(0).says("1 withheld");
    assert_eq!(world.asked("face"), 2);
    world.faults("");
    world.run(&["download", SESSION]).ends_with(0).says("1 file fetched");
    assert_eq!((world.held(), world.asked("front")), (ALL.to_vec(), 1));
    let face = world.recorded("face");
    assert_eq!((&face["state"], face.get("reason")), (&serde_json::json!("archived"), None));
}

#[test]
fn a_rejected_request_is_asked_once() {
    let world = World::new();
    world.faults("attempts=400");
    let run = world.run(&["download", SESSION]).ends_with(4);
    run.complains(&format!("the provider rejects the request for session {SESSION}: HTTP 400"), "asking again will not help");
    assert_eq!((world.listed("attempts"), world.tree().len()), (1, 0));

    world.faults(&format!("media:face-{SESSION}=400"));
    let run = world.run(&["download", SESSION]).ends_with(7);
    run.complains(&format!("image face (face-{SESSION}) of session {SESSION} failed: HTTP 400"), "run the same command again");
    assert_eq!((world.held(), world.asked("face")), (all_but("face"), 1));
    assert_eq!(world.recorded("face")["state"], "failed");
    is_sound(&world);
}

#[test]
fn a_companion_that_fails_leaves_the_session_incomplete_and_the_media_archived() {
    let world = World::new();
    world.faults("decision=500");
    let run = world.run(&["download", SESSION, "--with", "decision", "--retries", "1"]).ends_with(7);
    run.says("decision failed: HTTP 500").says("(tried 2 times)");
    assert_eq!(world.held(), ALL);
    assert_eq!(world.record()["companions"][0]["state"], "failed", "{:#}", world.record());
    world.faults("decision=401");
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(4).complains("refuses the credentials", "used were");
    is_sound(&world);
    // A product that is not part of the contract.
    for status in [400, 403, 404] {
        world.faults(&format!("person={status}"));
        world.run(&["download", SESSION, "--with", "person"]).ends_with(0).says("the provider has no person for this session");
    }
    assert_eq!(world.record()["attempts"][0]["id"], NEWEST);
}
