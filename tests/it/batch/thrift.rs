//! The system calls that many sessions take: a file is read in few, and threads do not wake each other for what is not shown.

use super::{list, sessions};
use crate::harness::{World, can_trace};
use std::process::Command;

/// How often a run with these words makes a system call.
fn calls(world: &World, call: &str, words: &[&str]) -> usize {
    let (log, run) = (world.folder().join("calls"), world.process(words));
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-e", &format!("trace={call}"), "-o"]).arg(&log).arg(run.get_program()).args(run.get_args());
    traced.current_dir(world.folder()).envs(run.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let output = traced.output().expect("strace");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let begun = format!("{call}(");
    std::fs::read_to_string(log).expect("a log").lines().filter(|line| line.contains(&begun)).count()
}

/// Sessions that are archived, of five media and eight other files each.
fn archived(count: usize) -> World {
    let world = sessions(count);
    let ids: Vec<String> = (0..count).map(|number| format!("s{number}")).collect();
    list(&world, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    world.run(&["download", "--from", "ids.txt", "-q"]).ends_with(0);
    world
}

#[test]
fn a_verification_opens_each_file_once_and_wakes_no_thread_for_what_is_not_shown() {
    if !can_trace() {
        return;
    }
    let world = archived(40);
    let words = ["verify", "vmedia-archive", "--read-only", "-q", "-j", "1"];
    let woken = calls(&world, "futex", &words);
    // Each session is a message, and each message wakes once at most.
    assert!(woken < 40 * 4, "{woken} calls for 40 sessions of 13 files");
    // Each file once, and each folder; the pending file, and the bag's mark and size before.
    let opened = calls(&world, "openat2", &words);
    assert!(opened < 40 * 30, "{opened} files and folders opened in 40 sessions");
}

#[test]
fn a_complete_session_takes_few_calls() {
    if !can_trace() {
        return;
    }
    let world = archived(40);
    let words = ["download", "--from", "ids.txt", "-q", "--skip-complete", "-j", "1"];
    let (read, woken) = (calls(&world, "read", &words), calls(&world, "futex", &words));
    // The record and its end; the program's own files beside.
    assert!(read < 40 * 2 + 40, "{read} reads for 40 sessions");
    assert!(woken < 40 * 4, "{woken} calls for 40 sessions");
}
