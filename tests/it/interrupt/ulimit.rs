//! Runs under the limits that a shell sets with `ulimit`: each ends with two lines that name the limit, or completes; nothing
//! is lost, and the next run without the limit completes.
#![cfg(target_os = "linux")]

use super::{completes, is_sound_or_says_so};
use crate::harness::{Run, World, session_named};
use std::process::{Command, Stdio};

/// Runs the program under a limit of the shell.
pub fn limited(world: &World, limit: &str, words: &[&str]) -> Run {
    let program = world.process(words);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\"")]).arg(program.get_program()).args(program.get_args());
    shell.env_clear().current_dir(world.folder()).stdin(Stdio::null());
    shell.envs(program.get_envs().filter_map(|(key, value)| Some((key, value?))));
    Run::of(&shell.output().expect("a shell"))
}

/// Fails the test unless the run completed, or ended with one error of this side whose hint names the limit.
#[track_caller]
fn ends_in_two_lines(run: &Run, limit: &str, named: &str) {
    if run.code == 0 {
        return;
    }
    assert_eq!(run.code, 6, "{limit}: {}", run.stderr);
    let lines: Vec<&str> = run.stderr.lines().collect();
    let is_said = lines
        .windows(2)
        .any(|pair| pair[0].starts_with("vmedia: error: ") && pair[1].starts_with("vmedia: hint: ") && pair[1].contains(named));
    assert!(is_said, "{limit}: {}", run.stderr);
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_signal() {
    for limit in ["-f 0", "-f 1", "-f 2"] {
        let world = World::new();
        let run = limited(&world, limit, &["download", crate::harness::SESSION]);
        ends_in_two_lines(&run, limit, "ulimit -f");
        is_sound_or_says_so(&world);
        completes(&world, &world.held());
    }
}

#[test]
fn a_page_of_the_catalog_that_does_not_fit_leaves_the_one_before() {
    let world = World::new();
    world.run(&["download", crate::harness::SESSION]).ends_with(0);
    world.run(&["catalog", "vmedia-archive", "--html"]).ends_with(0);
    let page = || std::fs::read(world.archive().join("index.html")).expect("a page");
    let before = page();
    for limit in ["-f 0", "-f 4"] {
        let run = limited(&world, limit, &["catalog", "vmedia-archive", "--html"]);
        assert_eq!(run.code, 6, "{limit}: {}", run.stderr);
        ends_in_two_lines(&run, limit, "ulimit -f");
        assert_eq!(page(), before, "{limit}");
        let left = std::fs::read_dir(world.archive().join(".vmedia/unfinished")).expect("a folder");
        assert_eq!(left.count(), 0, "{limit}");
    }
    crate::harness::is_sound(&world);
}

#[test]
fn a_limit_on_open_files_is_named_wherever_it_is_met() {
    let mut met = 0;
    for number in 4..40 {
        let world = World::new();
        let limit = format!("-n {number}");
        let run = limited(&world, &limit, &["download", crate::harness::SESSION]);
        ends_in_two_lines(&run, &limit, "ulimit -n");
        met += usize::from(run.code != 0);
        is_sound_or_says_so(&world);
        completes(&world, &world.held());
    }
    assert!(met > 5, "{met} limits were met only");
}

#[test]
fn a_soft_limit_on_open_files_is_raised_for_many_sessions_at_once() {
    let name = |number: usize| format!("s{number}");
    let sessions = (0..100).map(|number| session_named(&name(number), &format!("new{number}"), &format!("old{number}")));
    let world = World::with(sessions.collect());
    std::fs::write(world.folder().join("ids.txt"), (0..100).map(|number| name(number) + "\n").collect::<String>()).expect("a list");
    limited(&world, "-Sn 40", &["download", "--from", "ids.txt", "-j", "64"]).ends_with(0);
}

#[test]
fn a_limit_on_memory_loses_nothing() {
    let mut met = 0;
    // In KiB. Below the smallest, the system cannot start the program, which has to fit whole.
    let starts = |kib: &usize| limited(&World::new(), &format!("-v {kib}"), &["--version"]).code == 0;
    let smallest = (40_000..200_000).step_by(1_000).find(starts).expect("a program that starts");
    for kib in [smallest, smallest + 10_000, smallest + 20_000, smallest + 30_000, 200_000] {
        let (world, limit) = (World::new(), format!("-v {kib}"));
        let run = limited(&world, &limit, &["download", crate::harness::SESSION]);
        // Where not even a buffer can be had, the allocator ends the process.
        if run.code >= 0 {
            ends_in_two_lines(&run, &limit, "ulimit -v");
        }
        met += usize::from(run.code != 0);
        is_sound_or_says_so(&world);
        completes(&world, &world.held());
    }
    assert!(met > 0, "no limit was met");
}
