//! The system's keyring: a real Secret Service in a session of its own, and `secret-tool` as the judge that is not ours. Where
//! one of the programs is missing, these tests say so and pass; `.ci/run` has them.

use super::{list, profile};
use crate::harness::{Run, SESSION, World};
use std::path::Path;
use std::process::Command;

/// Whether the programs are there.
fn is_possible() -> bool {
    let missing = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"]
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_err());
    if let Some(program) = missing {
        eprintln!("skipped: {program} is missing");
    }
    missing.is_none()
}

/// Prepares a keyring, unlocked, in a session of its own, and lists the usual session there.
fn in_session(world: &World, prepare: &str) -> Run {
    let folder = world.folder();
    // The daemon writes to the streams of whoever wakes it.
    let script = format!("{prepare}$VMEDIA $ARGUMENTS > stdout 2> stderr");
    let mut command = Command::new("dbus-run-session");
    let script = format!("printf pass | gnome-keyring-daemon --unlock --components=secrets > daemon.log 2>&1\n{script}");
    command.current_dir(folder).env_clear().args(["--", "sh", "-c", &script]);
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", folder).env("XDG_RUNTIME_DIR", runtime(folder));
    command.env("VMEDIA", env!("CARGO_BIN_EXE_vmedia")).env("ARGUMENTS", format!("list {SESSION} --config vmedia.toml -p live"));
    let session = Run::of(&command.output().expect("a session"));
    let said = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_else(|_| panic!("no run: {}", session.stderr));
    Run { code: session.code, stdout: said("stdout"), stderr: said("stderr") }
}

/// A folder for the session's sockets, which its owner alone may enter.
fn runtime(folder: &Path) -> std::path::PathBuf {
    let runtime = folder.join("runtime");
    std::fs::create_dir_all(&runtime).expect("a folder");
    super::mode(&runtime, 0o700);
    runtime
}

#[test]
fn what_another_program_put_into_the_keyring_is_used() {
    let world = World::new();
    profile(&world, "secret_keyring = true");
    if !is_possible() {
        return;
    }
    let store = |secret: &str| format!("printf %s '{secret}' | secret-tool store --label vmedia service vmedia username live\n");
    in_session(&world, &store(world.sandbox.api_secret())).ends_with(0);
    let wrong = in_session(&world, &store("another")).ends_with(4);
    assert!(wrong.stderr.contains("secret_keyring of profile live"), "{}", wrong.stderr);
}

#[test]
fn a_keyring_without_the_secret_says_how_to_put_it_there() {
    let world = World::new();
    profile(&world, "secret_keyring = true");
    if !is_possible() {
        return;
    }
    in_session(&world, "")
        .ends_with(3)
        .complains("the keyring has no secret for profile live (service vmedia, user live)", "vmedia config init --profile live");
    let two = "for label in a b; do printf x | secret-tool store --label $label service vmedia username live number $label; done\n";
    in_session(&world, two).ends_with(3).complains("the keyring has 2 secrets for profile live", "remove all but one");
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn a_machine_without_a_keyring_names_what_to_use_instead() {
    let world = World::new();
    profile(&world, "secret_keyring = true");
    list(&world, &[]).ends_with(3).complains("there is no keyring that answers: ", "secret_file, or secret_credential under systemd");
    assert!(world.sandbox.exchanges().is_empty());
}
