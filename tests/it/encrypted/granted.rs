//! `vmedia keys grant`: an auditor opens these sessions and no others, until the grant is taken back or the session is erased.

use super::{ALICE, BOB, NAME, PERSON, age, archived, lines, named, verify};
use crate::harness::{Run, SESSION, World, session_named};
use crate::schema::{is_described, judged};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// An auditor's keys, for these tests alone.
pub(super) const AUDITOR: (&str, &str) = (
    "age1n4m9gxy4kdjmwuf39y4yydrnyh9jvl0qy7kuwffhw8hwe55ufusq30gr5t",
    "AGE-SECRET-KEY-1TWJCPF3N3HM2YXEF9AK3WU0EE280HA7D0LWCUUR9HY8DLPLCFSZS53GAQN",
);
const OTHER: &str = "3c2a5a0e-8e0b-4c4a-9d1c-5a1f2b3c4d5e";

fn grant(world: &World, words: &[&str]) -> Run {
    world.run(&[&["keys", "grant"], words, &["--identity", "alice.key", "--reason", "audit of 2026"]].concat())
}

/// A world with two encrypted sessions, and a key of an auditor.
fn world() -> World {
    let world = archived();
    world.sandbox.put_session(session_named(OTHER, "b1", "b2"));
    world.run(&["download", OTHER, "--recipient", ALICE.0, "--recipient", BOB.0]).ends_with(0);
    std::fs::write(world.folder().join("auditor.key"), AUDITOR.1).expect("written");
    world
}

/// The files of keys below a folder of the archive.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).expect("keys").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn keyed(world: &World) -> Vec<Value> {
    lines(&world.archive()).into_iter().filter(|line| line["entry"] == "keyed").collect()
}

#[test]
fn an_auditor_opens_what_was_granted_and_nothing_else() {
    let world = world();
    let keys = world.archive().join("_keys");
    verify(&world, &["--identity", "auditor.key"]).ends_with(7);
    grant(&world, &[SESSION, "--to", AUDITOR.0]).ends_with(0).shows(&format!("{SESSION} granted: 1 key, in"));
    let bag = format!("vmedia-archive/{SESSION}");
    world.run(&["verify", &bag, "--read-only", "--identity", "auditor.key"]).ends_with(0).shows("encrypted files open");
    verify(&world, &["--identity", "auditor.key"]).ends_with(7).shows(OTHER);
    verify(&world, &["--identity", "bob.key"]).ends_with(0);
    let folder = files(&keys.join(SESSION)).into_iter().find(|path| path.is_dir()).expect("granted keys");
    let granted = files(&folder);
    let Some(opened) = age(world.folder(), "auditor.key", &granted[0]) else { return };
    std::fs::write(world.folder().join("session.key"), opened).expect("written");
    let person = age(world.folder(), "session.key", &world.file("metadata/person.json.age"));
    assert_eq!(person, Some(PERSON.as_bytes().to_vec()));
    let line = keyed(&world).pop().expect("a line");
    let digest = vmedia::store::Digest::of(&std::fs::read(&granted[0]).expect("a file")).sha256;
    assert_eq!((&line["recipients"], &line["identities"]), (&json!([AUDITOR.0]), &json!([ALICE.0])));
    assert_eq!((&line["act"], &line["keys"][0]["sha256"], &line["reason"]), (&json!("granted"), &json!(digest), &json!("audit of 2026")));
    is_described("journal", &line);
    // It is taken back.
    std::fs::remove_dir_all(&folder).expect("removed");
    verify(&world, &["--identity", "auditor.key"]).ends_with(7).shows(SESSION);
    // In a file, for both sessions; age opens it, and nothing else is in the archive than before.
    let before = files(&keys.join(SESSION));
    let out = ["-o", "keys.age", "--to", AUDITOR.0, "--to", BOB.0];
    let run = grant(&world, &[&[SESSION, OTHER], &out[..]].concat()).ends_with(0);
    run.shows("handed out: 1 key").shows("keys.age: 2 keys of 2 sessions, SHA-256 ");
    assert_eq!(files(&keys.join(SESSION)), before);
    let opened = age(world.folder(), "auditor.key", &world.folder().join("keys.age")).expect("age");
    std::fs::write(world.folder().join("both.key"), opened).expect("written");
    verify(&world, &["--identity", "both.key"]).ends_with(0).shows("encrypted files open");
    grant(&world, &[&[SESSION], &out[..]].concat()).ends_with(2).complains("keys.age exists", "name a new file");
    let lines = keyed(&world);
    lines.iter().for_each(|line| is_described("journal", line));
    let judged = judged(&lines.iter().map(|line| ("journal", line.clone())).collect::<Vec<_>>());
    assert!(judged.is_none_or(|verdicts| verdicts.iter().all(|verdict| verdict == "valid")));
    let mut out: Vec<_> = lines.iter().filter(|line| line["act"] == "handed-out").map(|line| line["folder"].to_string()).collect();
    out.sort_unstable();
    assert_eq!((lines.len(), out), (3, vec![json!(OTHER).to_string(), json!(SESSION).to_string()]));
    // An erasure destroys what was granted, and says that keys went out.
    grant(&world, &[SESSION, "--to", AUDITOR.0]).ends_with(0);
    world.run(&["erase", SESSION, "--authority", "GDPR art. 17", "--reason", "a request"]).ends_with(0);
    assert!(!keys.join(SESSION).exists());
    let certificate = std::fs::read(world.archive().join(format!("_erased/{SESSION}.json"))).expect("a certificate");
    let certificate: Value = serde_json::from_slice(&certificate).expect("JSON");
    assert_eq!((&certificate["keys"], &certificate["grants"]), (&json!(1), &json!(3)));
    is_described("erasure", &certificate);
    let page = std::fs::read_to_string(world.archive().join(format!("_erased/{SESSION}.html"))).expect("a page");
    assert!(page.contains("The journal records 3 grants of the session’s keys to others."), "{page}");
    verify(&world, &["--identity", "alice.key"]).ends_with(0);
    grant(&world, &[SESSION, "--to", AUDITOR.0]).ends_with(9).complains("was erased on", "its certificate is");
    assert!(!keys.join(SESSION).exists());
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/check_archive.py");
    if let Ok(output) = std::process::Command::new("python3").arg(judge).arg(world.archive()).output() {
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains(&format!("its keys were granted to {}", AUDITOR.0)), "{text}");
    }
}

#[test]
fn what_cannot_be_granted_is_said_in_two_lines() {
    let world = world();
    let to = ["--to", AUDITOR.0];
    let refused = |words: &[&str], code: u8, what: &str, hint: &str| {
        let run = world.run(&[&["keys", "grant"], words, &["--reason", "a test"]].concat()).ends_with(code.into()).complains(what, hint);
        for secret in [ALICE.1, AUDITOR.1, NAME] {
            assert!(!run.stderr.contains(&secret[10..]), "{}", run.stderr);
        }
    };
    let alice = ["--identity", "alice.key"];
    refused(&[&["absent"], &to[..], &alice].concat(), 9, "has no session absent", "check the id");
    refused(&[SESSION, "--to", AUDITOR.1, "--identity", "alice.key"], 2, "is a private key, which is not shown", "age-keygen -y");
    refused(&[SESSION, "--to", "x", "--identity", "alice.key"], 2, "\"x\" is no recipient", "age1...");
    refused(&[&[SESSION], &to[..], &["--identity", "none.key"]].concat(), 3, "cannot use the identity none.key", "age-keygen");
    refused(&[&[SESSION], &to[..], &["--identity", "auditor.key"]].concat(), 7, "encrypted to none of these identities", "--identity");
    refused(&[&[SESSION, "-o", "_x/y.age"], &to[..], &alice].concat(), 6, "cannot write _x/y.age", "-o");
    refused(&[&[SESSION, "-o", "vmedia-archive/_keys/y.age"], &to[..], &alice].concat(), 2, "would write into", "outside");
    // One that fails keeps no other from being granted, and with -o, none is.
    let both = [&["absent", SESSION], &to[..], &alice].concat();
    refused(&[&both[..], &["-o", "keys.age"]].concat(), 9, "has no session absent", "check the id");
    assert!(!world.folder().join("keys.age").exists());
    grant(&world, &[&["absent", SESSION], &to[..]].concat()).ends_with(7).shows("granted: 1 key");
    let key = files(&world.archive().join("_keys").join(OTHER)).remove(0);
    let bytes = std::fs::read(&key).expect("a key");
    std::fs::write(&key, &bytes[..bytes.len() - 1]).expect("written");
    grant(&world, &[OTHER, "--to", AUDITOR.0]).ends_with(8).complains("it is not the key that was encrypted", "restore the folder _keys");
    // A key of another session stands in its place.
    let other = files(&world.archive().join("_keys").join(SESSION)).into_iter().find(|path| path.is_file()).expect("a key");
    std::fs::copy(other, &key).expect("copied");
    grant(&world, &[OTHER, "--to", AUDITOR.0]).ends_with(8).complains("it is not the key that was encrypted", "restore the folder _keys");
    std::fs::remove_file(&key).expect("removed");
    grant(&world, &[OTHER, "--to", AUDITOR.0]).ends_with(8).complains("the key is missing", "restore the folder _keys");
    let plain = World::with(vec![named()]);
    plain.run(&["download", SESSION]).ends_with(0);
    std::fs::write(plain.folder().join("alice.key"), ALICE.1).expect("written");
    grant(&plain, &[SESSION, "--to", AUDITOR.0]).ends_with(2).complains("is not encrypted, so it has no key", "vmedia export");
}

/// Every byte that is written while keys are granted and encrypted anew.
#[cfg(target_os = "linux")]
#[test]
fn no_write_holds_an_opened_key() {
    if !crate::harness::can_trace() {
        return;
    }
    let world = archived();
    let Some(opened) = age(world.folder(), "alice.key", &super::key(&world)) else { return };
    let secret = opened.split(|byte| *byte == b'\n').find(|line| line.starts_with(b"AGE-SECRET-KEY-")).expect("a key");
    let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let grants =
        ["keys", "grant", SESSION, "--to", AUDITOR.0, "--reason", "a test", "--identity", "alice.key", "-vv", "--log-file", "events"];
    let rewrap =
        ["keys", "rewrap", "--recipient", BOB.0, "--recipient", AUDITOR.0, "--identity", "alice.key", "-vv", "--log-file", "events"];
    for words in [&grants[..], &[&grants[..], &["-o", "keys.age"]].concat(), &rewrap] {
        let log = world.folder().join("log");
        let mut command = std::process::Command::new("strace");
        command.args(["-f", "-qq", "-xx", "-s", "2000000", "-e", "trace=write,pwrite64,writev,pwritev,pwritev2", "-o"]).arg(&log);
        command.arg(env!("CARGO_BIN_EXE_vmedia")).args(words).current_dir(world.folder());
        command.env_clear().env("HOME", world.folder()).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        Run::of(&command.output().expect("strace")).ends_with(0);
        let log = std::fs::read_to_string(&log).expect("a log");
        assert!(log.contains(&escaped(b"age-encryption.org/v1")), "the files are among the writes");
        for bytes in [secret, ALICE.1.as_bytes(), NAME.as_bytes()] {
            assert!(!log.contains(&escaped(bytes)), "{words:?} writes a private key");
        }
    }
}
