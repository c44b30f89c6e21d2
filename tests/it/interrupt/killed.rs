//! SIGKILL at every point, what a dead run leaves, and who cleans up after it.

use super::{Process, completes, is_sound_or_says_so, unfinished};
use crate::harness::{ALL, NEWEST, SESSION, World, all_but, is_sound, mp4, others_accept, session, until};
use std::time::Duration;
use vmedia::sandbox::fixture::{Attempt, Body, Media, Session};
use vmedia::sandbox::{Options, Pace};

/// A sandbox that takes its time, so that a run can be met in the middle.
fn slow_world(session: Session) -> World {
    let pace = Pace { latency: Duration::from_millis(15), bytes_per_second: None };
    World::start(Options { samples: false, sessions: vec![session], pace, ..Options::default() })
}

#[test]
fn a_kill_after_any_request_costs_no_finished_file() {
    let mut unfinished_bags = 0;
    for jobs in ["1", "4"] {
        for requests in 1..=9 {
            let world = slow_world(session());
            let mut process = Process::start(&world, &["download", SESSION, "-j", jobs]);
            until("so many requests", || world.sandbox.exchanges().len() >= requests || process.is_over());
            process.kill();
            let finished = world.held();
            is_sound_or_says_so(&world);
            unfinished_bags += usize::from(world.file("unfinished.ndjson").exists());
            completes(&world, &finished);
        }
    }
    assert!(unfinished_bags >= 4, "the kills met too few runs in the middle: {unfinished_bags}");
}

#[test]
fn a_kill_while_several_files_are_published_costs_no_finished_file() {
    // Between the last bytes of files and the bag's own files: the moments that a request does not mark.
    for files in 1..=5 {
        let world = World::new();
        let mut process = Process::start(&world, &["download", SESSION, "-j", "1"]);
        until("so many files", || world.held().len() >= files || process.is_over());
        process.kill();
        let finished = world.held();
        assert!(finished.len() >= files);
        is_sound_or_says_so(&world);
        completes(&world, &finished);
    }
}

/// A session with one large medium, of no format that can be checked.
fn large(length: u64) -> Session {
    let video = Media::video("large", "selfid_video", "application/octet-stream", "").body(Body::Repeat { seed: 7, length });
    Session::new(SESSION).attempt(Attempt::new(NEWEST, "approved").media(video))
}

#[test]
fn what_a_killed_run_left_half_done_is_swept_and_fetched_anew() {
    let world = World::with(vec![large(4 << 20)]);
    world.faults("media=stall*1");
    let process = Process::start(&world, &["download", SESSION]);
    until("half of it is on disk", || unfinished(&world).iter().any(|(_, length)| *length >= 1 << 20));
    process.kill();
    let left = unfinished(&world);
    assert!(left.iter().any(|(_, length)| *length >= 1 << 20), "{left:?}");
    assert!(world.archive().join(".vmedia/locks").join(SESSION).exists(), "its lock's file is left too, and does not matter");
    assert_eq!(world.tree().keys().filter(|path| path.contains("/data/")).count(), 0);
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert!(!run.stderr.contains("is being archived by"), "{}", run.stderr);
    assert_eq!(unfinished(&world), []);
    assert!(!world.archive().join(".vmedia/locks").join(SESSION).exists());
    let expected = Body::Repeat { seed: 7, length: 4 << 20 };
    let expected = Media::video("x", "x", "x/x", "").body(expected).read_all().expect("bytes");
    assert!(world.tree().into_iter().any(|(path, bytes)| path.contains("/data/") && bytes == expected));
    is_sound(&world);
}

#[test]
fn a_stale_file_of_the_right_size_is_never_promoted() {
    // As a crash leaves it: whole and right, whole and wrong, half; with the lock's file of a run that is dead.
    for stale in [mp4("video"), vec![0; mp4("video").len()], mp4("video")[..5].to_vec()] {
        let world = World::new();
        let dead = world.archive().join(".vmedia/unfinished/0123456789abcdef");
        std::fs::create_dir_all(&dead).expect("a folder");
        for name in ["alive", ".tmpAbCdEf", "selfid_video.mp4", "part"] {
            std::fs::write(dead.join(name), &stale).expect("written");
        }
        completes(&world, &[]);
        assert_eq!(unfinished(&world), []);
    }
}

#[test]
fn the_unfinished_files_of_a_run_that_lives_are_left_alone() {
    let world = World::with(vec![large(4 << 20), crate::harness::session_named("other", "new", "old")]);
    world.faults("media:large=stall*1");
    let process = Process::start(&world, &["download", SESSION, "--timeout", "20"]);
    until("half of it is on disk", || unfinished(&world).iter().any(|(_, length)| *length >= 1 << 20));
    world.run(&["download", "other"]).ends_with(0);
    assert!(unfinished(&world).iter().any(|(_, length)| *length >= 1 << 20), "another run's files are gone");
    process.kill();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(unfinished(&world), []);
    is_sound(&world);
}

#[test]
fn the_mark_of_a_killed_run_may_be_torn() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=stall"));
    let process = Process::start(&world, &["download", SESSION]);
    until("all but the slow one is there", || world.held() == all_but("video"));
    process.kill();
    let mark = world.file("unfinished.ndjson");
    let text = std::fs::read(&mark).expect("a mark");
    std::fs::write(&mark, &text[..text.len() - 20]).expect("torn");
    world.faults("");
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.held(), ALL);
    assert!(world.media_requests() <= 7, "one file again at most");
    is_sound(&world);
}

#[test]
fn a_file_that_was_altered_after_a_kill_is_not_taken_over() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=stall"));
    let process = Process::start(&world, &["download", SESSION]);
    until("all but the slow one is there", || world.held() == all_but("video"));
    process.kill();
    let face = world.file(&format!("data/{NEWEST}/face_face-{SESSION}.jpg"));
    let mut bytes = std::fs::read(&face).expect("the face");
    bytes[10] ^= 1;
    std::fs::write(&face, &bytes).expect("altered");
    world.faults("");
    world.run(&["download", SESSION]).ends_with(0);
    let recorded = world.recorded("face");
    let path = recorded["files"][0]["path"].as_str().expect("a path").to_owned();
    assert!(std::fs::read(world.file(&path)).expect("the face") == crate::harness::jpeg("face"), "{path} is the altered one");
    is_sound(&world);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_does_not_block() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let face = world.file(&format!("data/{NEWEST}/face_face-{SESSION}.jpg"));
    std::fs::remove_file(&face).expect("removed");
    assert!(std::process::Command::new("mkfifo").arg(&face).status().is_ok_and(|status| status.success()));
    let mut command = crate::harness::bare(world.folder());
    let output = command.args(["verify", "vmedia-archive"]).timeout(Duration::from_secs(20)).output().expect("a run");
    crate::harness::Run::of(&output).ends_with(8).shows("face_face");
}

#[test]
fn what_a_killed_run_left_of_a_session_that_is_gone_becomes_a_bag() {
    for status in ["404", "500"] {
        for is_first in [true, false] {
            let world = World::new();
            if !is_first {
                world.run(&["download", SESSION, "--only", "nfc"]).ends_with(0);
            }
            world.faults(&format!("media:video-{SESSION}=hang"));
            let process = Process::start(&world, &["download", SESSION, "-j", "1"]);
            until("the files before it", || world.held().len() >= 2 + usize::from(!is_first) && world.asked("video") == 1);
            process.kill();
            let finished = world.held();
            world.faults(&format!("any={status}"));
            let run = world.run(&["download", SESSION, "--retries", "0"]).ends_with(if status == "404" { 9 } else { 5 });
            run.says("what an interrupted run left of this session is a whole bag now");
            is_sound(&world);
            others_accept(&world.file(""));
            assert_eq!(world.held(), finished);
            assert_ne!(world.recorded("video")["state"], "archived");
            assert!(world.record()["problems"].to_string().contains(&format!("could not be listed again: HTTP {status}")));
            let before = world.tree();
            world.run(&["download", SESSION, "--skip-complete", "--retries", "0"]);
            assert_eq!(world.tree(), before, "there is nothing more to finish");
            world.faults("");
            world.run(&["download", SESSION]).ends_with(0);
            assert_eq!(world.held(), ALL);
            assert_eq!(world.record()["problems"], serde_json::json!([]));
            is_sound(&world);
        }
    }
}
