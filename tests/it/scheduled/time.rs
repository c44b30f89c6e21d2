//! `--max-duration`: what is finished is kept, the rest is named, and what hangs is left.

use super::sessions;
use crate::harness::{Run, SESSION, World, all_but, is_sound, session_named, set_length};
use std::collections::BTreeSet;
use vmedia::engine::Event;
use vmedia::error::ErrorKind;
use vmedia::exit::Exit;

/// Runs within a time that is long enough for whatever does not hang, and short enough to wait for; on a machine that did
/// not come that far, within a longer one.
fn limited(world: &World, words: &[&str], came_far: impl Fn(&Run) -> bool) -> Run {
    let run = |time: &str| world.run(&[words, &["--max-duration", time]].concat());
    let short = run("3s");
    if came_far(&short) { short } else { run("40s") }
}

fn finished(run: &Run) -> Event {
    run.events().into_iter().next_back().expect("events")
}

#[test]
fn a_transfer_that_hangs_is_left_and_what_is_finished_is_kept() {
    for fault in ["hang", "stall", "slow:2"] {
        let world = World::new();
        world.faults(&format!("media:video-{SESSION}={fault}"));
        let words = ["download", SESSION, "--format", "json"];
        let run = limited(&world, &words, |_| world.held() == all_but("video")).ends_with(7).complains(
            "the time that the run was given is over: its session is not done",
            "what is finished is kept; run the same command again",
        );
        assert_eq!(world.held(), all_but("video"), "{fault}");
        // As far as it came it is a bag, and it is counted and reported.
        let video = world.recorded("video");
        assert_eq!((&video["state"], &video["reason"]["code"]), (&"failed".into(), &"run-ended".into()), "{fault}");
        is_sound(&world);
        let Event::RunFinished { complete, incomplete, not_started, tally, .. } = finished(&run) else { panic!("{}", run.stdout) };
        assert_eq!((complete, incomplete, not_started, tally.failed), (0, 1, 0, 1), "{fault}");
        let ended = run
            .events()
            .into_iter()
            .filter(|event| matches!(event, Event::SessionFinished { exit, .. } if *exit == ErrorKind::OutOfTime))
            .count();
        assert_eq!(ended, 1, "{fault}");
        world.faults("");
        world.sandbox.clear_exchanges();
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.media_requests(), 1, "{fault}: the rest was there");
        is_sound(&world);
    }
}

#[test]
fn nothing_new_begins_and_the_rest_is_on_the_list() {
    // One that is left behind, and one that is asked to stop.
    for fault in ["media:video-s05=hang", "session:s05=429:200"] {
        let (world, ids) = sessions(20);
        world.faults(fault);
        the_rest_is_on_the_list(&world, &ids);
    }
}

fn the_rest_is_on_the_list(world: &World, ids: &[String]) {
    let words = ["download", "--from", "ids.txt", "--failed-to", "again.txt", "-j", "1", "--format", "json"];
    let run = world.run(&[&words[..], &["--max-duration", "3s"]].concat()).ends_with(7).complains("sessions are left", "--max-duration");
    let Event::RunFinished { exit, code, complete, not_started, out_of_time, .. } = finished(&run) else { panic!("{}", run.stdout) };
    assert_eq!((exit, code, out_of_time), (Exit::PARTIAL, 7, true));
    assert!(complete <= 5 && not_started >= 14, "{complete} complete, {not_started} not begun");
    let done: BTreeSet<String> = run
        .events()
        .iter()
        .filter_map(|event| match event {
            Event::SessionFinished { session, exit: Exit::Done, .. } => Some(session.to_string()),
            _ => None,
        })
        .collect();
    let again = std::fs::read_to_string(world.folder().join("again.txt")).expect("a list");
    let left: Vec<&String> = ids.iter().filter(|id| !done.contains(*id)).collect();
    let listed: Vec<&str> = again.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(listed, left);
    assert!(world.sandbox.exchanges().iter().all(|exchange| !exchange.path.contains("s06")));
    let journal: String = std::fs::read_dir(world.archive().join("_journal"))
        .expect("a journal")
        .map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("text"))
        .collect();
    assert!(!journal.contains(r#""entry":"failed""#), "a session that was cut short did not fail: {journal}");
    world.faults("");
    world.run(&["download", "--from", "again.txt"]).ends_with(0);
    is_sound(world);
}

#[test]
fn waits_that_outlast_the_run_are_cut_short_wherever_they_are() {
    for fault in ["attempts=429:200", "attempts=503:200", "attempts=hang", "media=429:200", "attempt-media=stall"] {
        let world = World::new();
        world.faults(fault);
        let run = world.run(&["download", SESSION, "--format", "json", "--max-duration", "1s"]).ends_with(7);
        let run = run.complains("is over", "run the same command again");
        assert!(matches!(finished(&run), Event::RunFinished { incomplete: 1, not_started: 0, .. }), "{fault}: {}", run.stdout);
        assert_eq!(world.held(), [""; 0], "{fault}");
    }
}

#[test]
fn a_run_that_is_done_in_time_is_none_the_worse() {
    let world = World::new();
    let run = world.run(&["download", SESSION, "unknown", "--max-duration", "1h", "--format", "json"]).ends_with(7);
    assert!(matches!(finished(&run), Event::RunFinished { out_of_time: false, incomplete: 1, .. }), "{}", run.stdout);
    assert_eq!(run.stderr, "");
    world.run(&["download", "unknown", "--max-duration", "2h 30m"]).ends_with(9);
    let run = world.run(&["verify", "vmedia-archive", "--max-duration", "90s", "--format", "json"]).ends_with(0);
    assert!(matches!(finished(&run), Event::VerifyFinished { out_of_time: false, partial: None, .. }), "{}", run.stdout);
}

/// An archive of two sessions, the second with a file so large, and all of it a hole, that it is never read to its end.
fn endless() -> World {
    let world = World::with(vec![session_named("a", "a-new", "a-old"), session_named("b", "b-new", "b-old")]);
    world.run(&["download", "a", "b"]).ends_with(0);
    let held = world.archive().join("b/data/b-new/face_face-b.jpg");
    set_length(&held, 1 << 40);
    world
}

#[test]
fn a_verification_that_is_cut_short_is_no_success() {
    let world = endless();
    let run = limited(&world, &["verify", "vmedia-archive", "-q"], |run| run.stderr.contains("1 of 2")).ends_with(7);
    run.complains("the verification is not complete: the time that the run was given is over: 1 of 2 sessions", "what was not checked");
    let run = limited(&world, &["verify", "vmedia-archive", "--format", "json"], |run| run.stdout.contains("1 of 2")).ends_with(7);
    assert!(matches!(finished(&run), Event::VerifyFinished { out_of_time: true, bags: 1, code: 7, .. }), "{}", run.stdout);
    // What was found by then is no better for it.
    std::fs::write(world.archive().join("a/data/a-new/face_face-a.jpg"), "altered").expect("written");
    let run = limited(&world, &["verify", "vmedia-archive", "-q"], |run| run.code == 8).ends_with(8);
    run.lists("files do not match manifests", "repair");
}

#[test]
fn a_repair_fetches_nothing_once_its_time_is_over() {
    let world = endless();
    std::fs::write(world.archive().join("a/data/a-new/face_face-a.jpg"), "altered").expect("written");
    world.sandbox.clear_exchanges();
    let run = limited(&world, &["repair", "vmedia-archive"], |run| run.code == 8).ends_with(8);
    run.complains("is over", "what was not checked");
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn a_repair_whose_fetching_hangs_is_left() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    std::fs::remove_file(world.file(&format!("data/{}/face_face-{SESSION}.jpg", crate::harness::NEWEST))).expect("removed");
    world.faults("media=hang");
    let asked = world.media_requests();
    let run = limited(&world, &["repair", "vmedia-archive"], |_| world.media_requests() > asked).ends_with(7);
    run.complains("is over", "run the same command again");
    world.faults("");
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    is_sound(&world);
}

#[test]
fn times_are_written_with_their_unit() {
    let world = World::new();
    for wrong in ["90", "0s", "soon", "-2h", "8d", "200h", ""] {
        let run = world.run(&["download", SESSION, &format!("--max-duration={wrong}")]).ends_with(2);
        run.says("--max-duration");
    }
    assert!(world.sandbox.exchanges().is_empty());
}
