//! `--sign-key` and `--timestamp`: what cannot be used is reported before any request or write.

use super::generate;
use crate::harness::{Run, SESSION, World};
use std::path::Path;

/// Nothing was asked and nothing was written.
#[track_caller]
fn untouched(world: &World) {
    assert!(world.sandbox.exchanges().is_empty(), "something was asked");
    assert!(!world.archive().exists(), "something was written");
}

#[test]
fn a_key_that_cannot_be_used_ends_the_run_before_it_begins() {
    let world = World::new();
    let file = |name: &str, text: &str| {
        let path = world.folder().join(name);
        std::fs::write(&path, text).expect("written");
        private(&path, 0o600);
    };
    file("garbage", "correct horse battery staple");
    file("large", &"x".repeat(70_000));
    for (name, what, hint) in [
        ("nowhere", "cannot read the signing key nowhere: ", "make one: ssh-keygen -t ed25519 -N '' -f FILE"),
        ("garbage", "garbage is not a signing key", "ssh-keygen -t ed25519"),
        ("large", "the signing key large is larger than any secret", "name the file that holds it"),
    ] {
        let run = world.run(&["download", SESSION, "--sign-key", name, "-vv"]).ends_with(3).complains(what, hint);
        assert!(!run.stderr.contains("battery"), "what a key's file holds is not shown: {}", run.stderr);
        untouched(&world);
    }
}

#[cfg(unix)]
fn private(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("a mode");
}

#[cfg(not(unix))]
fn private(_: &Path, _: u32) {}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    let world = World::new();
    if !generate(world.folder(), "key") {
        return;
    }
    world.run(&["download", SESSION, "--sign-key", "key", "--dry-run"]).ends_with(0);
    for mode in [0o640, 0o604] {
        private(&world.folder().join("key"), mode);
        let what = format!("the signing key key can be read by others (mode {mode:03o})");
        world.run(&["download", SESSION, "--sign-key", "key"]).ends_with(3).complains(&what, "chmod 600 key");
    }
    private(&world.folder().join("key"), 0o600);
    std::fs::create_dir(world.folder().join("folder")).expect("a folder");
    world
        .run(&["download", SESSION, "--sign-key", "folder"])
        .ends_with(3)
        .complains("cannot read the signing key folder: ", "name the file in that folder");
}

#[test]
fn an_authority_that_is_no_url_is_refused_and_a_password_in_it_is_not_repeated() {
    let world = World::new();
    for (url, what) in [
        ("tsa.example", "the time-stamping authority \"tsa.example\" cannot be used: it is not a URL"),
        (
            "ftp://tsa.example/hunter2?hunter2",
            "the time-stamping authority \"ftp://tsa.example\" cannot be used: it is neither http nor https",
        ),
        ("https://me:hunter2@tsa.example/", "the time-stamping authority cannot be used: it holds a user name or password"),
    ] {
        let run = world.run(&["download", SESSION, "--timestamp", url]).ends_with(2).complains(what, "http://timestamp.example.com/tsr");
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
        let mut command = world.command(&["download", SESSION]);
        let run = Run::of(&command.env("VMEDIA_TIMESTAMP", url).output().expect("a run"));
        run.ends_with(3).complains(what, "http://timestamp.example.com/tsr");
    }
    untouched(&world);
}

#[test]
fn flag_beats_environment_beats_profile() {
    let world = World::new();
    let text = "default_profile = \"x\"\n[profiles.x]\nsign_key = \"of-profile\"\ntimestamp = \"profile://x\"\n";
    std::fs::write(world.folder().join("config.toml"), text).expect("written");
    let run = |words: &[&str], pairs: &[(&str, &str)]| {
        let mut command = world.command(&[&["download", SESSION, "--config", "config.toml"], words].concat());
        Run::of(&command.envs(pairs.iter().copied()).output().expect("a run"))
    };
    let (key, authority) = (("VMEDIA_SIGN_KEY", "of-environment"), ("VMEDIA_TIMESTAMP", "environment://x"));
    run(&[], &[]).ends_with(3).complains("cannot read the signing key of-profile: ", "make one");
    run(&[], &[key]).ends_with(3).complains("cannot read the signing key of-environment: ", "make one");
    run(&["--sign-key", "of-flag"], &[key]).ends_with(3).complains("cannot read the signing key of-flag: ", "make one");
    if generate(world.folder(), "of-profile") {
        run(&[], &[]).ends_with(3).complains("\"profile://x\" cannot be used: it is neither http nor https", "URL");
        run(&[], &[authority]).ends_with(3).complains("\"environment://x\" cannot be used: it is neither http nor https", "URL");
        run(&["--timestamp", "flag://x"], &[authority])
            .ends_with(2)
            .complains("\"flag://x\" cannot be used: it is neither http nor https", "URL");
        run(&["--timestamp", "http://127.0.0.1:9/", "--dry-run"], &[authority]).ends_with(0);
    }
}
