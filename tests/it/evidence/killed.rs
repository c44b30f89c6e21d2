//! Runs that end in the middle, and above all around the line of the journal: without room
//! beyond a byte that the test chooses, or without a place for one of the bag's own files. The next run makes it good,
//! and nothing is found that is not so.

use super::forger::Bag;
use super::{ALPHA, Archive, BETA, Evidence, grown, session, whole_tree};
use crate::harness::{Run, World, bare, jpeg, set_length};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// The bag's own files in the order in which they are written.
const TAG_FILES: [&str; 5] = ["archive.json", "manifest-sha256.txt", "bag-info.txt", "bagit.txt", "tagmanifest-sha256.txt"];

/// A run in which no file may grow beyond so many bytes. It writes as much as there is room for; the kernel's signal at that
/// byte must not end it.
fn limited(world: &World, bytes: usize, words: &[&str]) -> Run {
    let limit = format!("--fsize={bytes}");
    let mut command = Command::new("prlimit");
    command.args(["--core=0", &limit, env!("CARGO_BIN_EXE_vmedia")]).args(words).args(["-j", "1"]).current_dir(world.folder());
    for (key, value) in world.process(&[]).get_envs().filter_map(|(key, value)| Some((key, value?))) {
        command.env(key, value);
    }
    Run::of(&command.output().expect("a shell"))
}

fn can_limit() -> bool {
    let can = Command::new("prlimit").args(["--fsize=1000", "true"]).output().is_ok_and(|output| output.status.success());
    if !can {
        crate::harness::lacks("prlimit");
    }
    can
}

/// Everything that is found in what a run left behind, if it left a session behind.
fn found(root: &Path) -> BTreeSet<String> {
    let output = bare(root).args(["verify", ".", "--read-only"]).output().expect("a run");
    if output.status.code() == Some(6) { BTreeSet::new() } else { Archive { root: root.to_owned() }.verify(&[]).found() }
}

/// Fails the test unless the only thing that is wrong is that a session is unfinished, and says so.
#[track_caller]
fn is_unfinished_at_worst(root: &Path, what: &str) -> bool {
    let found = found(root);
    let others: Vec<&String> = found.iter().filter(|line| !line.ends_with(": listings: unfinished.ndjson")).collect();
    assert!(others.is_empty(), "{what}: {others:?}");
    !found.is_empty()
}

/// A small session, so that the journal of some of them is longer than any other file.
fn small(id: &str) -> Session {
    let face = Media::image(format!("face-{id}"), "face", "image/jpeg", jpeg(id));
    Session::new(id).attempt(Attempt::new(format!("{id}-new"), "approved").media(face))
}

/// A run that may be stopped at any step, here by the length of what it writes; then the next run, which finds a
/// provider that has gone on, and a verification that finds nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_at_any_byte_leaves_nothing_wrong_after_the_next_run() {
    if !can_limit() {
        return;
    }
    // So many that their journal is the longest file by far: the limit is met by a line of it in half of the cases.
    let ids =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"];
    let world = World::with(ids.map(small).to_vec());
    world.run(&[&["download", "-o", "whole"][..], &ids].concat()).ends_with(0);
    let lengths = |wanted: bool| {
        let files = whole_tree(&world.folder().join("whole")).into_iter().filter(|(path, _)| path.starts_with("_journal/") == wanted);
        files.map(|(_, bytes)| bytes.len()).max().expect("files")
    };
    let (longest, journal) = (lengths(false), lengths(true));
    assert!(journal > longest + 2_000, "{journal} {longest}");
    let (mut torn, mut unfinished, mut stopped) = (0, 0, 0);
    for bytes in (80..longest).step_by(longest / 9).chain((longest + 50..journal).step_by((journal - longest) / 12)) {
        let (name, what) = (format!("archive-{bytes}"), format!("stopped at byte {bytes}"));
        let archive = Archive { root: world.folder().join(&name) };
        ids.iter().for_each(|id| world.sandbox.put_session(small(id)));
        let words = [&["download", "-o", &name][..], &ids].concat();
        let run = limited(&world, bytes, &words);
        assert!(matches!(run.code, 0 | 6), "{what}: {} {}", run.code, run.stderr);
        stopped += usize::from(run.code != 0);
        unfinished += usize::from(is_unfinished_at_worst(&archive.root, &what));
        let files = whole_tree(&archive.root).into_iter().filter(|(path, _)| path.starts_with("_journal/2"));
        torn += files.filter(|(_, bytes)| !bytes.is_empty() && !bytes.ends_with(b"\n")).count();
        for id in ids {
            let mut changed = small(id);
            changed.attempts.insert(0, Attempt::new(format!("{id}-latest"), "created"));
            world.sandbox.put_session(changed);
        }
        world.run(&words).ends_with(0);
        assert_eq!(archive.is_sound(&what).sound(), ids, "{what}");
    }
    assert!(stopped > 15 && torn > 8 && unfinished > 10, "too few were met: {stopped} stopped, {torn} torn, {unfinished} unfinished");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_in_a_further_run_on_a_bag_leaves_nothing_wrong() {
    if !can_limit() {
        return;
    }
    let world = World::with(vec![session(BETA)]);
    world.run(&["download", BETA, "-o", "before"]).ends_with(0);
    let mut unfinished = 0;
    for bytes in (100..9_000).step_by(480) {
        let archive = Archive { root: world.folder().join("archive") };
        let _ = std::fs::remove_dir_all(&archive.root);
        super::copy(&world.folder().join("before"), &archive.root);
        let what = format!("stopped at byte {bytes}");
        world.sandbox.put_session(grown(BETA));
        limited(&world, bytes, &["download", BETA, "-o", "archive"]);
        unfinished += usize::from(is_unfinished_at_worst(&archive.root, &what));
        // The attempt is gone again: what the stopped run had of it stays.
        world.sandbox.put_session(session(BETA));
        world.run(&["download", BETA, "-o", "archive"]).ends_with(0);
        archive.is_sound(&what);
        world.sandbox.put_session(grown(BETA));
        world.run(&["download", BETA, "-o", "archive"]).ends_with(0);
        archive.is_sound(&what);
    }
    assert!(unfinished > 5, "too few were met in the middle: {unfinished}");
}

/// Puts a folder where a file of the bag's own is to be written: the run goes as far as that and no further.
fn obstruct(bag: &Bag, name: &str) {
    if bag.file(name).exists() {
        bag.remove(name);
    }
    std::fs::create_dir_all(bag.file(name)).expect("a folder");
}

#[test]
fn a_run_that_ends_after_its_line_and_before_any_of_the_bags_own_files_is_made_good() {
    for name in TAG_FILES {
        // The next run finds what the first found, or a provider that answers otherwise.
        for is_changed in [false, true] {
            let what = format!("without {name}, {}", if is_changed { "then something else" } else { "then the same" });
            let world = World::with(vec![session(BETA)]);
            let archive = Archive { root: world.archive() };
            let bag = archive.bag(BETA);
            obstruct(&bag, name);
            world.run(&["download", BETA]).ends_with(6);
            let segments = archive.segments();
            let entries = archive.entries(&segments[0]);
            assert_eq!(entries[1]["entry"], "archived", "{what}: the journal knew it before");
            std::fs::remove_dir(bag.file(name)).expect("removed");
            assert!(is_unfinished_at_worst(&archive.root, &what));
            if is_changed {
                let mut changed = grown(BETA);
                changed.attempts[1].media[0] = Media::image("face-beta", "face", "image/jpeg", jpeg("another face"));
                world.sandbox.put_session(changed);
            }
            world.run(&["download", BETA]).ends_with(0);
            archive.is_sound(&what);
            world.run(&["download", BETA, "--refetch"]).ends_with(0);
            archive.is_sound(&format!("{what}, compared"));
        }
    }
}

#[test]
fn a_run_that_is_killed_between_sessions_leaves_a_journal_that_holds() {
    for archived in 0..=2 {
        let evidence = Evidence::young();
        let archive = evidence.archive();
        let ids = [ALPHA, BETA, "gamma"];
        ids.iter().for_each(|id| evidence.world.sandbox.put_session(grown(id)));
        // The listings of one session never come, so that the run waits there for ever.
        evidence.world.faults(&format!("session:{}=hang", ids[archived]));
        let before = archive.segments();
        let words = [&["download", "-j", "1"][..], &ids].concat();
        let mut run = evidence.world.process(&words).stderr(std::process::Stdio::null()).spawn().expect("a process");
        let hangs = |path: &str| path == format!("/v1/sessions/{}/attempts", ids[archived]);
        crate::harness::until("it waits", || {
            evidence.world.sandbox.exchanges().iter().any(|exchange| exchange.fault.is_some() && hangs(&exchange.path))
        });
        let mark = |id: &&str| archive.bag(id).file("unfinished.ndjson").exists();
        assert!(!ids.iter().any(mark), "one session at a time");
        if archived > 0 {
            let newest = archive.segments().pop().expect("a segment");
            let lines = archive.lines(&newest);
            assert_eq!((lines.len(), before.contains(&newest)), (1 + archived, false));
            let note = archive.is_sound("at work").notes();
            assert_eq!(note, [format!("{newest}: its run is still at work")]);
        }
        run.kill().expect("killed");
        run.wait().expect("its end");
        let verdict = archive.is_sound("killed");
        assert_eq!(verdict.notes().len(), usize::from(archived > 0), "{:?}", verdict.notes());
        assert!(verdict.notes().iter().all(|note| note.ends_with("its run has no end: it was killed, or the end was removed")));
        evidence.world.faults("");
        evidence.world.run(&words).ends_with(0);
        assert_eq!(archive.is_sound("after the next run").heads().len(), 1);
    }
}

#[test]
fn a_verification_that_is_killed_leaves_a_journal_that_holds() {
    let evidence = Evidence::new();
    let archive = evidence.archive();
    // Damage, which is written down at once; then a file that is never read to its end.
    let small = archive.bag(ALPHA).read(&super::face(ALPHA));
    archive.bag(ALPHA).write(&super::face(ALPHA), jpeg("damaged"));
    let hole = archive.bag(BETA).file(&super::face(BETA));
    let length = std::fs::metadata(&hole).expect("a picture").len();
    set_length(&hole, 1 << 40);
    let before = archive.segments();
    let mut process = evidence.world.process(&["verify", "vmedia-archive", "-j", "1"]);
    let mut verification = process.stderr(std::process::Stdio::null()).spawn().expect("a process");
    crate::harness::until("the damage is written down", || {
        archive.segments().into_iter().find(|name| !before.contains(name)).is_some_and(|name| archive.lines(&name).len() == 2)
    });
    verification.kill().expect("killed");
    verification.wait().expect("its end");
    set_length(&hole, length);
    archive.bag(ALPHA).write(&super::face(ALPHA), small);
    let verdict = archive.is_sound("after the kill");
    assert!(verdict.notes()[0].contains("its run has no end"), "{:?}", verdict.notes());
    evidence.world.run(&["verify", "vmedia-archive"]).ends_with(0);
    archive.is_sound("after the next run");
}
