//! Keys that a plugin of `age` holds: a plugin by others, one that misbehaves in every way, and `age` with the same plugins.

use super::{ALICE, BOB, NAME, age, archived, download, key, lines, named, verify};
use crate::harness::{Run, SESSION, World, lacks};
use crate::schema::is_described;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// A recipient and an identity of the plugin in [`ODD`].
const OF_ODD: (&str, &str) = ("age1odd1vysxketeyphkvgr5v4ehgucevp8jd", "AGE-PLUGIN-ODD-1VYSXKETEYPHKVGR5V4EHGUCA90VQ4");

/// A plugin that does what the variable ODD names. It counts its runs.
const ODD: &str = r#"#!/usr/bin/env python3
import os, sys
open(os.environ["ODD_RUNS"], "a").write("run\n")
def say(text): print(text, flush=True)
lines = iter(sys.stdin.readline, "")
while next(lines) != "-> done\n": pass
next(lines)
def ask(text):
    say(text)
    return next(lines), next(lines)
odd = os.environ["ODD"]
if odd == "ends": sys.exit(1)
if odd == "endless": print("-> msg\n" + "A" * 1000000, flush=True)
if odd == "nonsense": say("hello\nhello")
if odd == "asks":
    for command in ["request-secret", "request-public", "confirm WWVz"]:
        assert ask("-> " + command + "\nUElOPw")[0] == "-> fail\n"
if odd == "touch":
    for _ in range(3): assert ask("-> msg\nVG91Y2ggG1szMW0")[0] == "-> ok\n"
if odd == "refuses": ask("-> error internal\nbm8gdG9rZW4bWzMxbQ")
if odd == "lies": ask("-> file-key 0\nAAAAAAAAAAAAAAAAAAAAAA")
if odd == "short": ask("-> file-key 0\nAAAA")
if odd == "unknown": assert ask("-> dance\n")[0] == "-> unsupported\n"
if odd in ("unknown", "wraps"): ask("-> recipient-stanza 0 odd x\nAAAA")
say("-> done\n")
"#;

/// A world with an encrypted session, the plugin, and a file of its identity.
fn odd() -> World {
    let world = archived();
    let program = world.folder().join("age-plugin-odd");
    std::fs::write(&program, ODD).expect("written");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("executable");
    std::fs::write(world.folder().join("odd.key"), OF_ODD.1).expect("written");
    world
}

/// Runs `vmedia` where plugins of the test's folder and of this machine are found.
fn plugged(world: &World, words: &[&str], odd: &str) -> Run {
    let path = format!("{}:{}", world.folder().display(), std::env::var("PATH").expect("a PATH"));
    world.run_with(words, &[("PATH", path.as_str()), ("ODD", odd), ("ODD_RUNS", "/dev/stderr"), ("AGEDEBUG", "plugin")])
}

/// The output of a command in a folder; `None` if there is no such program.
fn output(folder: &Path, program: &str, words: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        lacks(program);
        return None;
    };
    std::io::Write::write_all(&mut child.stdin.take().expect("input"), input).expect("written");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{program} {words:?}");
    Some(output.stdout)
}

/// Makes an identity with the plugin by others, and returns its recipient.
fn made(world: &World, file: &str) -> Option<String> {
    let text = output(world.folder(), "age-plugin-xwing", &[], b"")?;
    std::fs::write(world.folder().join(file), &text).expect("written");
    let text = String::from_utf8(text).expect("UTF-8");
    text.split_whitespace().find(|word| word.starts_with("age1xwing1")).map(str::to_owned)
}

#[test]
fn a_plugin_by_others_opens_what_was_encrypted_to_its_key() {
    let world = World::with(vec![named()]);
    let (Some(first), Some(second)) = (made(&world, "first.key"), made(&world, "second.key")) else { return };
    let run = |words: &[&str]| plugged(&world, words, "");
    run(&["download", SESSION, "--with", "person", "--recipient", &first, "--recipient", ALICE.0]).ends_with(0);
    let check = |identity: &str| run(&["verify", "vmedia-archive", "--read-only", "--identity", identity]);
    check("first.key").ends_with(0).shows("encrypted files open");
    check("second.key").ends_with(7).shows("its key was not opened: the plugin age-plugin-xwing reports an error");
    // age opens what vmedia wrote, and the other way round.
    let wrapped = key(&world);
    let Some(text) = age(world.folder(), "first.key", &wrapped) else { return };
    let again = output(world.folder(), "age", &["--encrypt", "--recipient", &second], &text).expect("age");
    std::fs::write(&wrapped, again).expect("written");
    check("second.key").ends_with(0).shows("encrypted files open");
    run(&["show", SESSION, "--identity", "second.key"]).ends_with(0).shows("opened with this identity");
    run(&["keys", "drill", "--identity", "second.key", "--sample", "1"]).ends_with(0);
    run(&["keys", "rewrap", "--identity", "second.key", "--recipient", &second, "--recipient", &first]).ends_with(0);
    for line in lines(&world.archive()).into_iter().filter(|line| line["entry"] == "keyed") {
        assert_eq!(line["identities"], json!([second]));
        is_described("journal", &line);
    }
    check("first.key").ends_with(0).shows("encrypted files open");
    let grant = ["keys", "grant", SESSION, "--to", &first, "--identity", "second.key", "--reason", "a test"];
    run(&grant).ends_with(0).shows("granted: 1 key");
    // Where the plugin is not installed, that is what is said.
    verify(&world, &["--identity", "first.key"]).ends_with(7).shows("the plugin age-plugin-xwing is not installed");
    world
        .run(&grant)
        .ends_with(7)
        .complains("the plugin age-plugin-xwing is not installed", "install age-plugin-xwing in a folder of PATH");
    let elsewhere = ["download", SESSION, "-o", "elsewhere", "--recipient", &first, "--recipient", &second];
    world
        .run(&elsewhere)
        .ends_with(3)
        .complains("cannot encrypt to a recipient: the plugin age-plugin-xwing is not", "install age-plugin-xwing");
    run(&elsewhere).ends_with(0);
}

#[test]
fn a_plugin_that_fails_is_no_damage() {
    let world = odd();
    for (odd, what) in [
        ("ends", "age-plugin-odd ended without an answer"),
        ("endless", "age-plugin-odd gave an invalid answer"),
        ("nonsense", "age-plugin-odd gave an invalid answer"),
        ("asks", "age-plugin-odd asks a question, and is never given an answer: \"PIN?\""),
        ("refuses", "age-plugin-odd reports an error: \"no token [31m\""),
        ("lies", "age-plugin-odd opened another key, or the file was altered"),
        ("short", "age-plugin-odd gave an invalid answer"),
        ("touch", "its key is encrypted to none of these identities"),
    ] {
        let run = plugged(&world, &["verify", "vmedia-archive", "--read-only", "--identity", "odd.key"], odd).ends_with(7).shows(what);
        let said = [run.stdout.as_str(), &run.stderr].concat();
        assert_eq!(said.matches("age-plugin-odd says: \"Touch  [31m\"").count(), usize::from(odd == "touch"), "{said}");
        assert!(!said.contains('\u{1b}') && !said.contains("PLUGIN-ODD-1") && !said.contains("-> "), "{said}");
    }
    // Another identity opens it, and the plugin is not asked.
    let both = ["verify", "vmedia-archive", "--read-only", "--identity", "odd.key", "--identity", "alice.key"];
    plugged(&world, &both, "ends").ends_with(0);
    let opened = plugged(&world, &["show", SESSION, "--identity", "odd.key"], "asks").ends_with(7);
    assert!(!opened.stdout.contains(NAME) && !opened.stderr.contains(NAME));
    opened.complains("was not opened: the plugin age-plugin-odd asks a question", "use a key without PIN");
}

#[test]
fn a_plugin_runs_once_for_a_key_and_is_tried_by_a_check_of_the_configuration() {
    let world = odd();
    let runs = world.folder().join("runs");
    let path = format!("{}:{}", world.folder().display(), std::env::var("PATH").expect("a PATH"));
    let run = |words: &[&str], odd: &str| {
        let _ = std::fs::remove_file(&runs);
        let run = world.run_with(words, &[("PATH", path.as_str()), ("ODD", odd), ("ODD_RUNS", runs.to_str().expect("UTF-8"))]);
        (run, std::fs::read_to_string(&runs).unwrap_or_default().lines().count())
    };
    let (verified, count) = run(&["verify", "vmedia-archive", "--read-only", "--identity", "odd.key"], "touch");
    verified.ends_with(7);
    assert_eq!(count, 1);
    let recipients = ["--recipient", OF_ODD.0, "--recipient", BOB.0];
    let (downloaded, count) = run(&[&["download", SESSION, "-o", "other"], &recipients[..]].concat(), "unknown");
    downloaded.ends_with(0);
    assert_eq!(count, 1);
    let (failed, _) = run(&[&["download", SESSION, "-o", "third"], &recipients[..]].concat(), "touch");
    failed
        .ends_with(3)
        .complains("cannot encrypt to a recipient: the plugin age-plugin-odd gave an invalid answer", "try the same with `age`");
    assert!(!world.folder().join("third").join(SESSION).join("data").exists());
    let profile = format!("[profiles.live]\nrecipients = [{:?}, {:?}]\n", OF_ODD.0, ALICE.0);
    std::fs::write(world.folder().join("vmedia.toml"), profile).expect("written");
    crate::secrets::mode(&world.folder().join("vmedia.toml"), 0o600);
    let check = ["config", "check", "--config", "vmedia.toml", "--profile", "live"];
    let (fine, count) = run(&check, "wraps");
    fine.ends_with(0).shows("ok       recipients     2 public keys");
    assert_eq!(count, 1);
    run(&check, "refuses").0.ends_with(3).shows("wrong    recipients     cannot encrypt to a recipient: the plugin age-plugin-odd reports");
    // A name that leads elsewhere is none of a plugin.
    download(&world, &["--recipient", "age1../../odd10qjvvgzk"]).ends_with(2).complains("is no recipient", "a plugin of age prints it");
    std::fs::write(world.folder().join("path.key"), "AGE-PLUGIN-../ODD-10QU8R7CH\n").expect("written");
    verify(&world, &["--identity", "path.key"]).ends_with(3).complains("it holds no identity that this version knows", "a plugin of age");
}
