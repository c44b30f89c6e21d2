//! `nightly.sh`: what it does after each exit status, against the sandbox where a status can be had, else with a stand-in.
#![cfg(unix)]

use super::{accepted, program_folder, said, tool};
use crate::harness::{Run, SESSION, World};
use std::path::Path;
use std::process::{Command, Stdio};

fn script() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/nightly.sh")
}

/// The script over the list `ids.txt`, with the program from that folder.
fn command(world: &World, programs: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.arg(script()).args(["ids.txt", "archive", "--retries", "1", "--retry-delay", "0.01"]).current_dir(world.folder());
    command.env_clear().env("HOME", world.folder()).env("NIGHTLY_PAUSE", "0").stdin(Stdio::null());
    command.env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
    command.env("VMEDIA_BASE_URL", world.sandbox.base_url()).env("VMEDIA_API_KEY", world.sandbox.api_key());
    command.env("VMEDIA_API_SECRET", world.sandbox.api_secret());
    command
}

fn night(world: &World, ids: &str) -> Run {
    std::fs::write(world.folder().join("ids.txt"), ids).expect("a list");
    Run::of(&command(world, program_folder()).output().expect("a run"))
}

#[test]
fn a_good_night_is_silent_and_leaves_no_list() {
    let world = World::new();
    let run = night(&world, SESSION).ends_with(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    assert!(world.folder().join("archive").join(SESSION).is_dir() && !world.folder().join("archive.again.csv").exists());
}

#[test]
fn what_passes_by_itself_is_tried_once_more() {
    let world = World::new();
    // As often as one run asks, and no more.
    world.faults("attempts=503*2");
    night(&world, SESSION).ends_with(0).says("the provider is unavailable");
    world.faults(&format!("media:old-{SESSION}=404*1"));
    std::fs::remove_dir_all(world.folder().join("archive")).expect("removed");
    night(&world, SESSION).ends_with(0);
}

#[test]
fn a_night_without_sessions_is_a_good_one() {
    let world = World::new();
    let run = night(&world, "# empty\n").ends_with(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn what_failed_besides_the_sessions_is_not_forgotten() {
    let world = World::new();
    // The session passes on the second try; the line never will.
    world.faults("attempts=503*2");
    let ids = format!("{SESSION}\na/b\n");
    night(&world, &ids).ends_with(7).says("line 2 of the list").says("nightly: every session is archived, and something else failed");
    // There is no wait for what does not pass.
    let output = command(&world, program_folder()).env("NIGHTLY_PAUSE", "no number").output().expect("a run");
    let run = Run::of(&output).ends_with(7).says("nightly: every session is archived");
    assert!(!run.stderr.contains("sleep"), "{}", run.stderr);
}

#[test]
fn each_status_has_its_word() {
    let ended = |faults: &str, ids: &str, code: i32, word: &str| {
        let world = World::new();
        world.faults(faults);
        night(&world, ids).ends_with(code).says(&format!("nightly: {word}"));
        world
    };
    ended("", "a/b\n", 2, "the list or a flag is malformed");
    ended("any=401", SESSION, 4, "the provider refuses");
    ended("any=503", SESSION, 5, "the provider is unavailable");
    let world = ended(&format!("media:old-{SESSION}=404"), SESSION, 7, "some sessions are left: archive.again.csv");
    assert_eq!(
        std::fs::read_to_string(world.folder().join("archive.again.csv")).expect("a list"),
        format!("session_id,reason,runs\n{SESSION},partial,2\n")
    );
    ended("", "unknown1", 9, "the provider has none of the sessions left");

    let world = World::new();
    std::fs::write(world.folder().join("ids.txt"), SESSION).expect("a list");
    let output = command(&world, program_folder()).env_remove("VMEDIA_API_SECRET").output().expect("a run");
    Run::of(&output).ends_with(3).says("nightly: configuration or credentials are missing");
    std::fs::write(world.folder().join("archive"), "a file").expect("written");
    night(&world, SESSION).ends_with(6).says("nightly: the disk is");
}

#[test]
fn statuses_that_no_sandbox_gives_have_theirs_too() {
    let world = World::new();
    std::fs::write(world.folder().join("ids.txt"), SESSION).expect("a list");
    let stand_in = world.folder().join("vmedia");
    for (code, word) in [
        (1, "unexpected error"),
        (8, "the archive has a session that cannot be read"),
        (130, "stopped"),
        (143, "stopped"),
        (77, "unknown status: 77"),
    ] {
        std::fs::write(&stand_in, format!("#!/bin/sh\nexit {code}\n")).expect("written");
        std::fs::set_permissions(&stand_in, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("its mode");
        Run::of(&command(&world, world.folder()).output().expect("a run")).ends_with(code).says(&format!("nightly: {word}"));
    }
    let output = Command::new("/bin/sh").arg(script()).output().expect("a run");
    assert!(output.status.code() == Some(2) && said(&output).starts_with("usage: "), "{}", said(&output));
}

#[test]
fn shellcheck_finds_nothing() {
    let Some(shellcheck) = tool("shellcheck") else { return };
    let said = accepted(&shellcheck, &["--enable=all", "--exclude=SC2250", script().to_str().expect("text")]);
    assert_eq!(said, "");
}
