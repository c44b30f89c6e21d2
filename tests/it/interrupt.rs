//! Ctrl-C, SIGTERM, SIGKILL, and the run after them; two runs at once; disks that are full or read-only.

#[cfg(windows)]
mod console;
pub(crate) mod disk;
mod killed;
mod together;
pub mod ulimit;

use crate::harness::{ALL, Run, SESSION, World, is_sound, tree, until};
use std::path::PathBuf;
use std::process::{Child, Stdio};

/// A run that is under way; it does not outlive its test.
struct Process(Option<Child>);

impl Process {
    fn start(world: &World, words: &[&str]) -> Self {
        Self(Some(world.process(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process")))
    }

    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("not waited for yet")
    }

    fn is_over(&mut self) -> bool {
        self.child().try_wait().expect("a status").is_some()
    }

    /// Kills it, if it is not over.
    fn kill(mut self) {
        let _ = self.child().kill();
        self.wait();
    }

    /// Sends signals, one after the other.
    #[cfg(unix)]
    fn signal(&mut self, names: &[&str]) {
        let kills: Vec<String> = names.iter().map(|name| format!("kill -{name} {}", self.child().id())).collect();
        let status = std::process::Command::new("sh").args(["-c", &kills.join(" && ")]).status();
        assert!(status.expect("a shell").success(), "{kills:?}");
    }

    /// Waits for its end.
    #[track_caller]
    fn wait(mut self) -> Run {
        until("the run is over", || self.is_over());
        Run::of(&self.0.take().expect("not waited for yet").wait_with_output().expect("its words"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What lies in the archive's folder for unfinished files: relative paths and lengths.
fn unfinished(world: &World) -> Vec<(String, u64)> {
    let root = world.archive().join(".vmedia/unfinished");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            let path: PathBuf = entry.path();
            // What is gone again was not left behind.
            let Ok(metadata) = path.symlink_metadata() else { continue };
            found.push((path.display().to_string(), metadata.len()));
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

/// Fails the test unless the session's folder is sound, or says that it is unfinished.
#[track_caller]
fn is_sound_or_says_so(world: &World) {
    if tree(&world.file("")).is_empty() || world.file("unfinished.ndjson").exists() {
        return;
    }
    is_sound(world);
}

/// The run after: completes, asks for nothing that was finished, leaves nothing behind.
#[track_caller]
fn completes(world: &World, finished: &[&str]) {
    world.faults("");
    // The sandbox answers in the order of arrival, so once this is answered it has seen the last request of the dead run.
    world.run(&["attempts", SESSION]).ends_with(0);
    world.sandbox.clear_exchanges();
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert!(!run.stderr.contains("is being archived by"), "{}", run.stderr);
    assert_eq!(world.held(), ALL);
    for medium in ALL {
        let expected = usize::from(!finished.contains(&medium));
        assert_eq!(world.asked(medium), expected, "{medium}, with {finished:?} finished before");
        assert_eq!(world.recorded(medium)["state"], "archived");
    }
    assert!(!world.file("unfinished.ndjson").exists());
    is_sound(world);
}

#[cfg(unix)]
mod signals {
    use super::{Process, completes, is_sound_or_says_so, unfinished};
    use crate::harness::{SESSION, World, all_but, is_sound, session_named, until};
    use std::process::Stdio;

    const SIGNALS: [(&str, i32, &str); 2] = [("INT", 130, "interrupted"), ("TERM", 143, "terminated")];

    /// What is done with each signal and each fault, side by side, because work that hangs is left after some seconds.
    fn each(faults: &[&str], test: impl Fn((&str, i32, &str), &str) + Sync) {
        std::thread::scope(|scope| {
            for signal in SIGNALS {
                for fault in faults {
                    let test = &test;
                    scope.spawn(move || test(signal, fault));
                }
            }
        });
    }

    #[test]
    fn a_signal_in_a_file_leaves_what_was_finished_and_nothing_half() {
        each(&["stall", "slow:2", "hang"], |(signal, code, word), fault| {
            let world = World::new();
            world.faults(&format!("media:video-{SESSION}={fault}"));
            let mut process = Process::start(&world, &["download", SESSION]);
            until("all but the slow one is there", || world.held() == all_but("video") && world.asked("video") == 1);
            process.signal(&[signal]);
            let run = process.wait().ends_with(code);
            run.complains(word, "what is finished is kept; run the same command again");
            assert_eq!(world.held(), all_but("video"), "{signal} {fault}");
            is_sound_or_says_so(&world);
            completes(&world, &all_but("video"));
            assert_eq!(unfinished(&world), []);
        });
    }

    #[test]
    fn a_signal_that_is_noticed_leaves_a_sound_bag_that_says_what_is_missing() {
        let world = World::new();
        world.faults(&format!("media:video-{SESSION}=slow:4"));
        let mut process = Process::start(&world, &["download", SESSION]);
        until("all but the slow one is there", || world.held() == all_but("video") && world.asked("video") == 1);
        process.signal(&["INT"]);
        process.wait().ends_with(130);
        is_sound(&world);
        for medium in all_but("video") {
            assert_eq!(world.recorded(medium)["state"], "archived");
        }
        assert_eq!(
            (&world.recorded("video")["state"], &world.recorded("video")["reason"]["code"]),
            (&"failed".into(), &"run-ended".into())
        );
        assert_eq!(unfinished(&world), []);
    }

    #[test]
    fn a_signal_in_a_long_wait_is_heard() {
        let faults = ["attempts=429:200", "attempts=503:200", "attempts=hang", "media=429:200", "attempt-media=stall"];
        each(&faults, |(signal, code, word), fault| {
            let world = World::new();
            world.faults(fault);
            let mut process = Process::start(&world, &["download", SESSION]);
            until("the fault acted", || world.sandbox.exchanges().iter().any(|exchange| exchange.fault.is_some()));
            process.signal(&[signal]);
            process.wait().ends_with(code).complains(word, "run the same command again");
            assert_eq!(world.held(), [""; 0]);
            completes(&world, &[]);
        });
        for verb in ["list", "attempts"] {
            let world = World::new();
            world.faults("attempts=hang");
            let mut process = Process::start(&world, &[verb, SESSION]);
            until("the fault acted", || !world.sandbox.exchanges().is_empty());
            process.signal(&["INT"]);
            let run = process.wait().ends_with(130);
            assert_eq!(run.stdout, "");
        }
    }

    #[test]
    fn a_signal_begins_no_further_session() {
        let ids: Vec<String> = (0..20).map(|number| format!("s{number:02}")).collect();
        let world = World::with(ids.iter().map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old"))).collect());
        // An interruption wins over what failed before it.
        world.faults("session:s00=404,media:video-s01=slow:2");
        let words = [&["download", "-j", "1"], &ids.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat();
        let mut process = Process::start(&world, &words);
        until("the second session hangs", || world.sandbox.exchanges().iter().any(|exchange| exchange.path == "/v1/media/video-s01"));
        process.signal(&["TERM"]);
        process.wait().ends_with(143).says("20 sessions: 0 complete, 2 incomplete, 18 not begun");
        assert!(world.sandbox.exchanges().iter().all(|exchange| !exchange.path.contains("s02")));
        is_sound(&world);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_closed_terminal_terminates_in_order_unless_that_is_ignored() {
        let world = World::new();
        world.faults(&format!("media:video-{SESSION}=slow:4"));
        let mut process = Process::start(&world, &["download", SESSION]);
        until("all but the slow one is there", || world.held() == all_but("video") && world.asked("video") == 1);
        // From the system, and from the shell that got it, too.
        process.signal(&["HUP"]);
        process.signal(&["HUP"]);
        process.wait().ends_with(143).complains("terminated", "run the same command again");
        is_sound(&world);
        completes(&world, &all_but("video"));

        let world = World::new();
        world.faults(&format!("media:video-{SESSION}=slow:4"));
        let vmedia = world.process(&["download", SESSION]);
        let mut nohup = std::process::Command::new("sh");
        nohup.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(vmedia.get_program()).args(vmedia.get_args());
        nohup.current_dir(vmedia.get_current_dir().expect("a folder")).env_clear();
        nohup.envs(vmedia.get_envs().filter_map(|(name, value)| Some((name, value?))));
        nohup.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Process(Some(nohup.spawn().expect("a process")));
        until("all but the slow one is there", || world.held() == all_but("video") && world.asked("video") == 1);
        process.signal(&["HUP"]);
        process.wait().ends_with(0);
    }

    #[test]
    fn a_second_signal_ends_it_at_once() {
        // Two that are on their way at once arrive in the order that the kernel likes; either number is the right one.
        for (signals, codes) in [(["INT", "TERM"], [130, 143]), (["INT", "INT"], [130; 2]), (["TERM", "TERM"], [143; 2])] {
            let world = World::new();
            world.faults(&format!("media:video-{SESSION}=stall"));
            let mut process = Process::start(&world, &["download", SESSION]);
            until("all but the slow one is there", || world.held() == all_but("video") && world.asked("video") == 1);
            process.signal(&signals[..1]);
            // Two equal signals that are both on their way become one.
            while !process.is_over() {
                process.signal(&signals[1..]);
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            let run = process.wait();
            assert!(codes.contains(&run.code), "{} {}", run.code, run.stderr);
            assert!(!run.stderr.contains("run the same command again"), "it waited for something: {}", run.stderr);
            assert_eq!(world.held(), all_but("video"));
            is_sound_or_says_so(&world);
            completes(&world, &all_but("video"));
            assert_eq!(unfinished(&world), []);
        }
    }

    #[test]
    fn a_signal_in_a_verification_is_heard() {
        use std::io::BufRead;
        let world = World::with(vec![session_named("a", "a-new", "a-old"), session_named("b", "b-new", "b-old")]);
        world.run(&["download", "a", "b"]).ends_with(0);
        // So large, and all of it a hole, that it is never read to its end.
        let held = world.archive().join("b/data/b-new/face_face-b.jpg");
        crate::harness::set_length(&held, 1 << 40);
        let mut process = Process::start(&world, &["verify", "vmedia-archive", "-v"]);
        let words = process.child().stdout.take().expect("a pipe");
        let mut lines = std::io::BufReader::new(words).lines().map(|line| line.expect("text"));
        let journal = lines.next().expect("a line");
        assert!(journal.contains("journal of vmedia-archive holds"), "{journal}");
        let first = lines.next().expect("a line");
        assert!(first.contains("sound") && first.contains("/a"), "{first}");
        process.signal(&["INT"]);
        let what = "not complete: interrupted: 1 of 2 sessions were checked";
        process.wait().ends_with(130).complains(what, "run the same command again");
        let rest: Vec<String> = lines.collect();
        assert!(rest[0].starts_with("1 session: nothing found"), "{rest:?}");
        assert!(rest[1].starts_with("note: this says nothing of what was not read: interrupted"), "{rest:?}");
    }
}
