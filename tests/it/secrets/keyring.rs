//! The system's keyring: a real Secret Service in a session of its own, and `secret-tool` as the judge that is not ours. Where
//! one of the programs is missing, these tests say so and pass; `.ci/run` has them.

use super::memory::{copies, endless};
use super::{list, profile};
use crate::harness::{Run, SESSION, World, until};
use crate::wire::SECRET;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether the programs are there.
fn is_possible() -> bool {
    let missing = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"]
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_err());
    if let Some(program) = missing {
        crate::harness::lacks(program);
    }
    missing.is_none()
}

/// Prepares a keyring, unlocked, in a session of its own, and lists the usual session there.
fn in_session(world: &World, prepare: &str) -> Run {
    let folder = world.folder();
    // The daemon writes to the streams of the process that starts it.
    let mut command = session(folder, &format!("{prepare}$VMEDIA $ARGUMENTS > stdout 2> stderr"));
    // Not through pipes: a daemon that outlives its session would keep them open.
    let file = |name: &str| std::fs::File::create(folder.join(name)).expect("a file");
    let status = command.stdout(file("session")).stderr(file("bus")).status().expect("a session");
    let said = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_else(|_| panic!("no {name}: {status}"));
    Run { code: status.code().unwrap_or(-1), stdout: said("stdout"), stderr: said("stderr") }
}

/// A script in a session with a keyring; `$VMEDIA` is the program and `$ARGUMENTS` what it is to do.
fn session(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("dbus-run-session");
    // Who asks before the daemon has its name wakes another one, which is locked.
    let has_name = "dbus-send --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets";
    let script = format!(
        "printf pass | gnome-keyring-daemon --unlock --components=secrets > daemon.log 2>&1
for try in $(seq 1000); do {has_name} 2>&1 | grep -q false || break; done
{script}"
    );
    command.current_dir(folder).env_clear().args(["--", "sh", "-c", &script]);
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", folder).env("XDG_RUNTIME_DIR", runtime(folder));
    command.env("VMEDIA", env!("CARGO_BIN_EXE_vmedia")).env("ARGUMENTS", format!("list {SESSION} --config vmedia.toml -p live"));
    command
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
    let lock = "printf x | secret-tool store --label vmedia service vmedia username live\n\
        dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
        org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login > locked\n";
    in_session(&world, lock).ends_with(3).complains("the keyring is locked: ", "on a server use secret_file, or secret_credential");
    let clear = "secret-tool clear service vmedia username live\n";
    let two = "for label in a b; do printf x | secret-tool store --label $label service vmedia username live number $label; done\n";
    in_session(&world, &format!("{clear}{two}")).ends_with(3).complains("the keyring has 2 secrets for profile live", "remove all but one");
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn a_secret_of_the_keyring_is_in_no_memory_once_it_became_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    if !is_possible() {
        return;
    }
    let wire = endless();
    let text = format!("[profiles.live]\nbase_url = '{}'\napi_key = 'k'\nsecret_keyring = true\n", wire.base_url());
    std::fs::write(folder.path().join("vmedia.toml"), text).expect("written");
    super::private(&folder.path().join("secret"), SECRET);
    let store = "secret-tool store --label vmedia service vmedia username live < secret\n";
    let script = format!("{store}$VMEDIA $ARGUMENTS > stdout 2> stderr & echo $! > pid; wait");
    let mut session = session(folder.path(), &script).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a session");
    until("the run waits for a listing", || wire.paths().iter().any(|path| path.ends_with("/media")));
    let process = std::fs::read_to_string(folder.path().join("pid")).expect("a number").trim().parse().expect("a number");
    let found = (copies(process, wire.base_url().as_bytes()), copies(process, SECRET.as_bytes()));
    assert!(Command::new("kill").arg(process.to_string()).status().expect("kill").success());
    session.wait().expect("ended");
    assert_ne!(found.0, (0, 0), "the search finds nothing at all");
    assert_eq!(found.1, (0, 0));
}

#[test]
fn a_machine_without_a_keyring_names_what_to_use_instead() {
    let world = World::new();
    profile(&world, "secret_keyring = true");
    list(&world, &[]).ends_with(3).complains("cannot open the keyring: ", "secret_file, or secret_credential under systemd");
    assert!(world.sandbox.exchanges().is_empty());
}
