//! Two runs at once, on one session and on one archive.

use super::{Process, unfinished};
use crate::harness::{ALL, SESSION, World, all_but, is_sound, session, session_named, until};
use std::time::Duration;
use vmedia::sandbox::{Options, Pace};

fn slow_world(sessions: Vec<vmedia::sandbox::fixture::Session>) -> World {
    let pace = Pace { latency: Duration::from_millis(60), bytes_per_second: None };
    World::start(Options { samples: false, sessions, pace, ..Options::default() })
}

/// What is said of the process that holds a lock. Windows lets no other process read what it wrote into the locked file.
fn of_process(number: u32) -> String {
    if cfg!(windows) { String::new() } else { format!("process {number} since ") }
}

#[test]
fn two_runs_on_one_session_fetch_each_file_once() {
    let world = slow_world(vec![session()]);
    // Some seconds, in which the second begins.
    world.faults(&format!("media:video-{SESSION}=slow:8"));
    let first = Process::start(&world, &["download", SESSION, "-j", "1"]);
    until("the first is at work", || world.media_requests() > 0);
    let second = Process::start(&world, &["download", SESSION]);
    let holder = of_process(first.0.as_ref().expect("running").id());
    let first = first.wait().ends_with(0);
    let second = second.wait().ends_with(0);
    assert!(!first.stderr.contains("waiting"), "{}", first.stderr);
    second.says(&format!("session {SESSION} is being archived by {holder}")).says("5 files kept, nothing to fetch");
    assert_eq!(world.held(), ALL);
    for medium in ALL {
        assert_eq!(world.asked(medium), 1, "{medium}");
    }
    assert_eq!(unfinished(&world), []);
    is_sound(&world);
}

#[test]
fn a_run_that_waits_for_one_session_continues_with_the_others() {
    let world = slow_world(vec![session(), session_named("free", "new", "old")]);
    world.faults(&format!("media:video-{SESSION}=hang"));
    let first = Process::start(&world, &["download", SESSION]);
    until("the first holds its session", || world.asked("video") == 1);
    let second = Process::start(&world, &["download", SESSION, "free"]);
    until("the free one is archived", || {
        world.archive().join("free/bagit.txt").exists() && !world.archive().join("free/unfinished.ndjson").exists()
    });
    world.faults("");
    // The lock goes with the process that has it, however that ends.
    first.kill();
    second.wait().ends_with(0).says("2 sessions: 2 complete");
    assert_eq!(world.held(), ALL);
    is_sound(&world);
}

#[test]
fn many_runs_that_begin_at_once_agree() {
    for _ in 0..4 {
        let world = World::with(vec![session()]);
        let runs: Vec<Process> = (0..5).map(|_| Process::start(&world, &["download", SESSION])).collect();
        for run in runs {
            run.wait().ends_with(0);
        }
        assert_eq!((world.held(), world.media_requests()), (ALL.to_vec(), ALL.len()));
        assert_eq!(unfinished(&world), []);
        is_sound(&world);
    }
}

#[test]
fn runs_on_different_sessions_of_one_archive_do_not_wait() {
    let ids: Vec<String> = (0..6).map(|number| format!("s{number}")).collect();
    let world = slow_world(ids.iter().map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old"))).collect());
    let runs: Vec<Process> = ids.iter().map(|id| Process::start(&world, &["download", id])).collect();
    for run in runs {
        let run = run.wait().ends_with(0);
        assert!(!run.stderr.contains("waiting"), "{}", run.stderr);
    }
    for id in &ids {
        assert_eq!(crate::harness::tree(&world.archive().join(id).join("data")).len(), 5);
    }
    assert_eq!(world.media_requests(), 5 * ids.len());
    assert_eq!(unfinished(&world), []);
    is_sound(&world);
}

#[test]
fn the_lock_of_a_killed_run_does_not_block() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=hang"));
    let process = Process::start(&world, &["download", SESSION]);
    until("it holds its session", || world.asked("video") == 1);
    process.kill();
    let lock = world.archive().join(".vmedia/locks").join(SESSION);
    assert!(lock.exists(), "the file is there, the lock is not");
    world.faults("");
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert!(!run.stderr.contains("is being archived by"), "{}", run.stderr);
    assert_eq!(world.held(), ALL);
    assert!(!lock.exists(), "locks do not gather");
}

#[test]
fn a_dry_run_does_not_wait() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=hang"));
    let process = Process::start(&world, &["download", SESSION]);
    until("it holds its session", || world.asked("video") == 1);
    world.run(&["download", SESSION, "--dry-run"]).ends_with(0);
    process.kill();
}

#[cfg(unix)]
#[test]
fn a_run_that_waits_for_another_can_be_interrupted() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=hang"));
    let first = Process::start(&world, &["download", SESSION]);
    until("the first holds its session", || world.asked("video") == 1);
    let log = world.folder().join("log");
    let mut second = Process::start(&world, &["download", SESSION, "--log-file", "log"]);
    until("the second waits", || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("session-waiting")));
    second.signal(&["INT"]);
    second.wait().ends_with(130).says("is being archived by process").complains("interrupted", "run the same command again");
    first.kill();
    let finished = world.held();
    super::completes(&world, &finished);
}

#[test]
fn a_verification_beside_a_run_says_which_session_it_could_not_check() {
    let world = World::with(vec![session(), session_named("free", "new", "old")]);
    world.run(&["download", "free"]).ends_with(0);
    world.faults(&format!("media:video-{SESSION}=hang"));
    let run = Process::start(&world, &["download", SESSION]);
    until("the session is being changed", || world.held() == all_but("video") && world.asked("video") == 1);
    let verified = world.run(&["verify", "vmedia-archive"]).ends_with(0);
    assert!(!verified.stdout.contains("sound") && !verified.stderr.contains("error"), "{}", verified.stdout);
    verified.shows("being changed by ").shows("this says nothing of what was not read");
    run.kill();
    // No run changes it now, and it is not what it should be.
    world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("a run is changing this session, or was interrupted");
    world.faults("");
    world.run(&["download", SESSION]).ends_with(0);
    is_sound(&world);
}

#[test]
fn a_left_over_lock_file_does_not_block_whatever_is_in_it() {
    for words in ["", "process 1 since 2026-11-21 09:30:00 UTC", "process 4294967295", "\u{0}\u{1b}[31m", &"x".repeat(1 << 16)] {
        let world = World::new();
        let house = world.archive().join(".vmedia");
        for (folder, name) in [("locks", SESSION), ("unfinished", "0123456789abcdef.lock")] {
            std::fs::create_dir_all(house.join(folder)).expect("a folder");
            std::fs::write(house.join(folder).join(name), words).expect("written");
        }
        std::fs::create_dir(house.join("unfinished/0123456789abcdef")).expect("a folder");
        let run = world.run(&["download", SESSION]).ends_with(0);
        assert!(!run.stderr.contains("is being archived by"), "{}", run.stderr);
        assert_eq!((world.held(), unfinished(&world)), (ALL.to_vec(), vec![]));
        assert!(!house.join("locks").join(SESSION).exists(), "locks do not gather");
    }
}

#[test]
fn runs_that_are_killed_one_after_the_other_leave_no_lock_that_holds() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=hang"));
    for round in 1..=4 {
        let process = Process::start(&world, &["download", SESSION]);
        until("all but the slow one is there", || world.asked("video") == round && world.held() == all_but("video"));
        process.kill();
    }
    world.faults("");
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert!(!run.stderr.contains("is being archived by"), "{}", run.stderr);
    assert_eq!((world.held(), unfinished(&world)), (ALL.to_vec(), vec![]));
    for medium in all_but("video") {
        assert_eq!(world.asked(medium), 1, "{medium}: finished once, whichever run was killed after that");
    }
    assert!(!world.archive().join(".vmedia/locks").join(SESSION).exists(), "locks do not gather");
    is_sound(&world);
}

#[test]
fn one_archive_by_two_names_is_one_archive() {
    let names = |world: &World| {
        #[cfg(unix)]
        std::os::unix::fs::symlink(world.archive(), world.folder().join("link")).expect("a link");
        let link = if cfg!(unix) { "link" } else { "vmedia-archive" };
        ["./vmedia-archive/../vmedia-archive".to_owned(), world.archive().display().to_string(), link.to_owned()]
    };
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=hang"));
    let first = Process::start(&world, &["download", SESSION]);
    until("all but the slow one is there", || world.asked("video") == 1 && world.held() == all_but("video"));
    let log = |number| format!("log-{number}");
    let others: Vec<Process> = names(&world)
        .iter()
        .enumerate()
        .map(|(number, name)| Process::start(&world, &["download", SESSION, "-o", name, "--log-file", &log(number)]))
        .collect();
    for number in 0..others.len() {
        let log = world.folder().join(log(number));
        until("the others wait", || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("session-waiting")));
    }
    world.faults("");
    first.kill();
    for other in others {
        other.wait().ends_with(0).says("is being archived by ");
    }
    assert_eq!(world.held(), ALL);
    for medium in all_but("video") {
        assert_eq!(world.asked(medium), 1, "{medium}");
    }
    is_sound(&world);
}

#[test]
fn one_session_in_two_archives_is_no_reason_to_wait() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=hang"));
    let first = Process::start(&world, &["download", SESSION]);
    until("the first holds its session", || world.asked("video") == 1);
    world.faults("");
    let run = world.run(&["download", SESSION, "-o", "another"]).ends_with(0);
    assert!(!run.stderr.contains("is being archived by"), "{}", run.stderr);
    first.kill();
}

#[test]
fn a_repair_beside_a_download_spoils_nothing() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let face = world.file(&format!("data/{}/face_face-{SESSION}.jpg", crate::harness::NEWEST));
    std::fs::write(&face, "damaged").expect("written");
    world.sandbox.clear_exchanges();
    world.faults(&format!("media:face-{SESSION}=hang"));
    let download = Process::start(&world, &["download", SESSION]);
    until("the download holds the session", || world.asked("face") == 1);
    let repair = Process::start(&world, &["repair", "vmedia-archive"]);
    world.faults("");
    download.kill();
    // It found the damage, or a session that another run was changing and that is therefore not its business.
    let run = repair.wait();
    assert!(matches!(run.code, 0 | 7 | 8), "{} {}", run.code, run.stderr);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.held(), ALL);
    is_sound(&world);
}
