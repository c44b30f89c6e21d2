//! `--log-file` under rotation: no line is lost, torn or doubled; a log that cannot be written ends nothing.

use super::sessions;
#[cfg(unix)]
use crate::harness::until;
use crate::harness::{Run, SESSION, World, event};
use std::path::Path;
use std::process::{Child, Stdio};
use vmedia::engine::Event;

/// A run that tells everything twice: into the log, and on standard output, which is a file here.
fn begin(world: &World, further: &[&str]) -> Child {
    let events = std::fs::File::create(world.folder().join("events")).expect("a file");
    let words = ["download", "--from", "ids.txt", "--format", "json", "-vv", "-j", "4", "--log-file", "run.log"];
    world.process(&[&words, further].concat()).stdin(Stdio::null()).stdout(events).stderr(Stdio::piped()).spawn().expect("a process")
}

/// Rotates as long as the run is at work; says how often.
fn rotate_during(mut child: Child, mut rotate: impl FnMut(usize)) -> usize {
    let mut rotations = 0;
    while child.try_wait().expect("a status").is_none() {
        rotate(rotations);
        rotations += 1;
    }
    Run::of(&child.wait_with_output().expect("its words")).ends_with(0);
    rotations
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn a_log_that_is_renamed_again_and_again_holds_every_line_once_and_in_order() {
    let (world, ids) = sessions(40);
    let log = world.folder().join("run.log");
    let numbered = |number: usize| world.folder().join(format!("run.log.{number}"));
    let mut renamed = 0;
    rotate_during(begin(&world, &[]), |_| {
        renamed += usize::from(std::fs::rename(&log, numbered(renamed)).is_ok());
        // The run makes the file anew, or finds it made anew.
        if renamed % 2 == 0 {
            let _ = std::fs::File::create_new(&log);
        }
    });
    assert!(renamed >= 5, "it was renamed {renamed} times");
    let all: String = (0..renamed).map(|number| text(&numbered(number))).chain([text(&log)]).collect();
    assert!(all == text(&world.folder().join("events")), "the log is not what was printed");
    let finished = all.lines().filter(|line| matches!(event(line), Event::SessionFinished { .. })).count();
    assert_eq!(finished, ids.len());
}

#[test]
fn a_log_that_is_deleted_is_begun_anew() {
    let (world, _) = sessions(20);
    let log = world.folder().join("run.log");
    let mut deleted = 0;
    rotate_during(begin(&world, &[]), |_| deleted += usize::from(std::fs::remove_file(&log).is_ok()));
    assert!(deleted >= 2, "it was deleted {deleted} times");
    text(&log).lines().for_each(|line| _ = event(line));
}

#[cfg(unix)]
#[test]
fn the_next_line_is_in_the_file_that_has_the_name() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=hang"));
    let (log, old) = (world.folder().join("run.log"), world.folder().join("run.log.1"));
    let mut child = world.process(&["download", SESSION, "-q", "--log-file", "run.log"]).stderr(Stdio::null()).spawn().expect("a process");
    let reported = |what: &str| text(&log).matches(what).count();
    until("all but one are reported", || reported("media-finished") == 4 && reported("media-started") == 5 && world.asked("video") == 1);
    for how in ["renamed", "renamed and made anew", "deleted", "deleted and made anew"] {
        if how.starts_with("renamed") {
            std::fs::rename(&log, &old).expect("renamed");
        } else {
            std::fs::remove_file(&log).expect("deleted");
        }
        if how.ends_with("made anew") {
            std::fs::write(&log, "").expect("made anew");
        }
        let length = text(&old).len();
        let asked = std::process::Command::new("kill").args(["-USR1", &child.id().to_string()]).status().expect("kill");
        assert!(asked.success());
        until(how, || text(&log).ends_with('\n'));
        let lines: Vec<Event> = text(&log).lines().map(event).collect();
        assert!(matches!(lines[..], [Event::RunStatus { .. }]), "{how}: {lines:?}");
        assert_eq!(text(&old).len(), length, "{how}");
    }
    child.kill().and_then(|()| child.wait()).expect("dead");
}

#[cfg(target_os = "linux")]
mod by_logrotate {
    use super::{begin, rotate_during, text};
    use crate::harness::{World, event};
    use crate::scheduled::sessions;
    use std::collections::BTreeSet;
    use std::process::Command;

    /// The rotations that one `logrotate` after the other made; `None` where there is none.
    fn rotated(world: &World, how: &str) -> Option<Vec<String>> {
        let path = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].into_iter().find(|path| std::path::Path::new(path).exists());
        let Some(logrotate) = path else {
            crate::harness::lacks("logrotate");
            return None;
        };
        let (folder, rules) = (world.folder(), world.folder().join("rules"));
        std::fs::write(&rules, format!("{}/run.log {{\n  rotate 100000\n  missingok\n  {how}\n}}\n", folder.display())).expect("written");
        // So many requests take some seconds, in which a process can be started several times on any machine.
        let rotations = rotate_during(begin(world, &["--max-rate", "30/s"]), |_| {
            let output = Command::new(logrotate).args(["-f", "-s"]).arg(folder.join("state")).arg(&rules).output().expect("logrotate");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        });
        let names = (1..=rotations).rev().map(|number| folder.join(format!("run.log.{number}")));
        let texts: Vec<String> = names.chain([folder.join("run.log")]).map(|path| text(&path)).filter(|text| !text.is_empty()).collect();
        assert!(texts.len() >= 2, "{} of {rotations} rotations have lines", texts.len());
        Some(texts)
    }

    #[test]
    fn that_makes_a_new_file_no_line_is_lost() {
        let (world, _) = sessions(20);
        let Some(texts) = rotated(&world, "create 0600") else { return };
        // If the program makes the new file first, logrotate moves that to a backup.
        let entries = std::fs::read_dir(world.folder()).expect("a folder").map(|entry| entry.expect("an entry").path());
        let backups = entries.filter(|path| path.extension().is_some_and(|extension| extension == "backup")).map(|path| text(&path));
        let logged: String = texts.into_iter().chain(backups).collect();
        let printed = text(&world.folder().join("events"));
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        assert!(logged.len() == printed.len() && lines(&logged) == lines(&printed), "the log is not what was printed");
    }

    #[test]
    fn that_copies_and_empties_the_file_no_line_is_torn() {
        let (world, _) = sessions(20);
        let Some(texts) = rotated(&world, "copytruncate") else { return };
        // What is written between its copy and its cut is lost; logrotate says so itself. What is left are lines that
        // were printed, each whole, but for the one that a copy caught half written.
        let printed = text(&world.folder().join("events"));
        for line in texts.iter().flat_map(|text| text.lines().take(text.matches('\n').count())) {
            event(line);
            assert!(printed.contains(line), "{line}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_is_said_once_and_ends_nothing() {
    let world = World::new();
    for words in [&["download", SESSION, "-q"][..], &["verify", "vmedia-archive", "-q"]] {
        let run = world.run(&[words, &["--log-file", "/dev/full"]].concat()).ends_with(0);
        run.complains("cannot write the log /dev/full: No space left on device", "the run goes on");
    }
    let run = world.run(&["download", SESSION, "--refetch", "-q", "--log-file", "/dev/full"]).ends_with(0);
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_on_a_disk_that_gets_full_ends_with_half_a_line_at_most() {
    use crate::interrupt::disk::Disk;
    let (world, ids) = sessions(20);
    let Some(_disk) = Disk::mount(&world, "size=16k") else { return };
    let words = ["download", "--from", "ids.txt", "-q", "-o", "elsewhere", "--log-file", "vmedia-archive/log"];
    let run = world.run(&words).ends_with(0);
    assert_eq!(run.stderr.matches("vmedia: error: ").count(), 1, "{}", run.stderr);
    let log = text(&world.archive().join("log"));
    assert!(log.len() > 8_000, "{}", log.len());
    let whole = log.rsplit_once('\n').expect("lines").0;
    whole.lines().filter(|line| !line.is_empty()).for_each(|line| _ = event(line));
    assert_eq!(
        std::fs::read_dir(world.folder().join("elsewhere")).expect("an archive").count(),
        ids.len() + 2,
        "sessions and the archive's own"
    );
}
