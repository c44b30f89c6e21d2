//! An encrypted run that stops at any of its steps, and what every write of one holds.

use super::{ALICE, BOB, PERSON, encryption, holds_nothing_plain, named};
use crate::crash::faulty::{Fault, Faulty, Moment};
use crate::crash::steps::{has_something, local, run_with};
use crate::harness::{Run, SESSION, World, bare, in_memory, jpeg};
use std::sync::Arc;
use vmedia::exit::Exit;

#[test]
fn a_run_that_stops_at_any_step_left_nothing_plain_and_is_made_good() {
    let (world, folder) = (World::with(vec![named()]), in_memory());
    let identity = folder.path().join("alice.key");
    std::fs::write(&identity, ALICE.1).expect("written");
    let (mut roots, mut met) = (Vec::new(), Vec::new());
    for step in 1.. {
        let root = folder.path().join(format!("step-{step}"));
        let moment = if step % 2 == 0 { Moment::Before } else { Moment::After };
        let store = Arc::new(Faulty::new(root.clone(), step, Fault::Stops, moment));
        run_with(&world, store.clone(), Some(encryption()));
        let Some(at) = store.acted() else { break };
        drop(store);
        if has_something(&root) {
            holds_nothing_plain(&root);
        }
        let published = |what: &str| {
            let files = crate::harness::tree(&root.join(SESSION).join("data"));
            files.keys().any(|path| path.contains(&format!("_{what}-")))
        };
        let before = ["front", "face", "video", "nfc", "old"].map(|what| (what, published(what)));
        world.sandbox.clear_exchanges();
        assert_eq!(run_with(&world, local(&root), Some(encryption())), Exit::Done, "step {step}, {at}");
        for (what, was_there) in before {
            assert_eq!(world.asked(what), usize::from(!was_there), "step {step}, {at}: {what}");
        }
        roots.push(root);
        met.push(at);
    }
    assert!(met.iter().any(|step| step.contains("_keys/")), "{met:?}");
    let output = bare(folder.path()).arg("verify").args(&roots).args(["--read-only", "--identity"]).arg(&identity).output().expect("a run");
    Run::of(&output).ends_with(0).shows("encrypted files open");
}

/// Every byte that the program writes to a file, a pipe or a terminal.
#[cfg(target_os = "linux")]
#[test]
fn no_write_holds_anything_plain() {
    if !crate::harness::can_trace() {
        return;
    }
    let (world, folder) = (World::with(vec![named()]), in_memory());
    let log = folder.path().join("log");
    let every = if std::env::var_os("VMEDIA_EVERY_CALL").is_some() { 1 } else { 3 };
    // A run is killed when it gives a file its name, at one name after the other; the last one is not.
    for number in (1..).step_by(every) {
        let mut command = std::process::Command::new("strace");
        command.args([
            "-f",
            "-qq",
            "-xx",
            "-s",
            "2000000",
            "-e",
            "trace=write,pwrite64,writev,pwritev,pwritev2,?rename,?renameat,?renameat2",
        ]);
        command.args(["-e", &format!("inject=?rename,?renameat,?renameat2:signal=SIGKILL:when={number}"), "-o"]).arg(&log);
        command.arg(env!("CARGO_BIN_EXE_vmedia")).args(["download", SESSION, "--with", "person", "-vv", "--log-file", "events", "-o"]);
        command.arg(folder.path().join(format!("archive-{number}"))).args(["--recipient", ALICE.0, "--recipient", BOB.0]);
        command.current_dir(world.folder()).envs(world.process(&[]).get_envs().filter_map(|(key, value)| Some((key, value?))));
        let run = Run::of(&command.output().expect("strace"));
        writes_nothing_plain(&std::fs::read_to_string(&log).expect("a log"));
        if run.code == 0 {
            assert!(number > 6, "killed at {number} names alone");
            break;
        }
    }
}

/// Fails the test if a write in a log of `strace` holds anything plain.
#[cfg(target_os = "linux")]
#[track_caller]
fn writes_nothing_plain(log: &str) {
    let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    assert!(log.contains(&escaped(b"age-encryption.org/v1")), "the files are among the writes");
    let plain = ["front", "face", "old"].map(jpeg);
    for bytes in plain.iter().map(Vec::as_slice).chain([PERSON.as_bytes(), super::NAME.as_bytes()]) {
        assert!(!log.contains(&escaped(bytes)), "{:?} is written", String::from_utf8_lossy(bytes));
        let digest = vmedia::store::Digest::of(bytes).sha256;
        assert!(!log.contains(&escaped(digest.as_bytes())), "the digest of {:?} is written", String::from_utf8_lossy(bytes));
    }
}
