//! `check_archive.py`: it finds what was forged, cut, added or removed, and nothing else.
#![cfg(unix)]

use crate::evidence::{ALPHA, Archive, BETA, Evidence, GAMMA, TAGS, copy, face, grown};
use crate::harness::{Run, jpeg, others_accept};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::process::Command;
use vmedia::archive::Checkpoint;

/// What the script says of an archive, with these heads.
fn judged(root: &Path, heads: &[&str]) -> Option<Run> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/check_archive.py");
    let output = Command::new("python3").arg(script).arg(root).args(heads).output();
    if output.is_err() {
        crate::harness::lacks("python3");
    }
    output.ok().map(|output| Run::of(&output))
}

/// Fails the test unless nothing is wrong.
#[track_caller]
pub fn accepts(root: &Path, heads: &[&str]) {
    let Some(run) = judged(root, heads) else { return };
    let run = run.ends_with(0);
    assert!(run.stdout.ends_with("mistakes: 0\n") && run.stderr.is_empty(), "{}{}", run.stdout, run.stderr);
}

/// Fails the test unless this is said, and nothing else is wrong with the script.
#[track_caller]
pub fn refuses(root: &Path, heads: &[&str], words: &str) {
    let Some(run) = judged(root, heads) else { return };
    let run = run.ends_with(1);
    assert!(run.stdout.lines().any(|line| line.contains(words)), "no {words:?} in {}", run.stdout);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn what_only_the_program_wrote_is_accepted() {
    let evidence = Evidence::new();
    let archive = evidence.archive();
    accepts(&archive.root, &[&archive.head(), &archive.head().to_uppercase()]);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archive-1");
    accepts(&fixture, &[]);
    // Damaged and repaired, deleted and archived again.
    archive.bag(ALPHA).write(&face(ALPHA), jpeg("damaged"));
    evidence.world.run(&["repair", "vmedia-archive"]).ends_with(0);
    std::fs::remove_dir_all(archive.file(GAMMA)).expect("removed");
    evidence.world.run(&["download", GAMMA]).ends_with(0);
    accepts(&archive.root, &[&archive.head()]);
}

#[test]
fn a_bag_that_every_public_tool_accepts_is_refused() {
    let evidence = Evidence::new();
    let archive = evidence.copy("tampered");
    let bag = archive.bag(ALPHA);
    bag.write(&face(ALPHA), [bag.read(&face(ALPHA)), vec![b'x']].concat());
    bag.forge_manifests();
    others_accept(&bag.0);
    refuses(&archive.root, &[], "alpha: tagmanifest-sha256.txt is not the one that the journal knows");
    refuses(&archive.root, &[], "alpha: data/alpha-new/face_face-alpha.jpg: the manifests do not name the file that arrived");

    // With the record, and a next run that takes it for what was there.
    let archive = evidence.copy("tampered");
    let bag = archive.bag(ALPHA);
    bag.edit_record(|record| record["attempts"][0]["status"] = json!("declined"));
    bag.forge_manifests();
    evidence.world.sandbox.put_session(grown(ALPHA));
    evidence.world.run(&["download", ALPHA, "-o", "tampered"]).ends_with(0);
    refuses(&archive.root, &[], "alpha: was changed by something else before 2");
}

#[test]
fn what_was_altered_cut_added_or_taken_away_is_refused() {
    let evidence = Evidence::new();
    let segments = evidence.archive().segments();
    type Deed = fn(&Evidence, &Archive, &str);
    let deeds: [(&str, Deed); 8] = [
        ("line 3 does not follow from the line before it", |_, archive, first| {
            let lines: Vec<String> = archive.lines(first).iter().map(|line| line.replacen("\"bytes\":", "\"bytes\":1", 1)).collect();
            archive.write_lines(first, &lines);
        }),
        ("line 2 does not follow from the line before it", |_, archive, first| {
            let mut lines = archive.lines(first);
            lines.remove(1);
            archive.write_lines(first, &lines);
        }),
        ("is not what it was when", |_, archive, first| {
            let mut lines = archive.lines(first);
            lines.pop();
            archive.write_lines(first, &lines);
        }),
        ("is missing: ", |_, archive, first| std::fs::remove_file(archive.file("_journal").join(first)).expect("removed")),
        ("is out of place", |_, archive, first| {
            let mut entries = archive.entries(first);
            entries.push(json!({ "entry": "kept", "at": "2099-01-01T00:00:00Z", "sessions": [] }));
            archive.chain(first, entries);
        }),
        ("beta: the session is missing", |_, archive, _| std::fs::remove_dir_all(archive.file(BETA)).expect("removed")),
        ("other: the journal does not know this session", |_, archive, _| copy(&archive.file(BETA), &archive.file("other"))),
        ("gamma: a run is at work on it", |_, archive, _| archive.bag(GAMMA).write("unfinished.ndjson", "")),
    ];
    for (words, deed) in deeds {
        let archive = evidence.copy("tampered");
        deed(&evidence, &archive, &segments[0]);
        refuses(&archive.root, &[], words);
    }
}

#[test]
fn only_a_head_that_was_kept_elsewhere_shows_that_all_of_it_is_new() {
    let evidence = Evidence::new();
    let archive = evidence.copy("tampered");
    let head = archive.head();
    std::fs::remove_file(archive.file("_journal").join(archive.segments().pop().expect("a segment"))).expect("removed");
    accepts(&archive.root, &[]);
    refuses(&archive.root, &[&head], "lines were cut off, or all of it was written anew");
    let newest = archive.segments().pop().expect("a segment");
    let lines = archive.lines(&newest);
    archive.write_lines(&newest, &lines[..lines.len() - 1]);
    accepts(&archive.root, &[]);
    assert!(judged(&archive.root, &[]).is_none_or(|run| run.stdout.contains(&format!("{newest}: note: this run has no end"))));

    let archive = evidence.copy("tampered");
    let bag = archive.bag(ALPHA);
    bag.write(&face(ALPHA), jpeg("forged"));
    bag.forge();
    let (path, sha256) = (face(ALPHA), |below: &str| hex::encode(Sha256::digest(bag.read(below))));
    archive.chain_all(|_, entries| {
        for entry in entries.iter_mut().filter(|entry| entry["folder"] == ALPHA) {
            (entry["bag"], entry["record"]) = (json!(sha256(TAGS)), json!(sha256("archive.json")));
            let files: &mut Vec<Value> = entry["files"].as_array_mut().expect("files");
            files.iter_mut().filter(|file| file["path"] == path).for_each(|file| file["sha256"] = json!(sha256(&path)));
        }
    });
    accepts(&archive.root, &[]);
    refuses(&archive.root, &[&head], "lines were cut off, or all of it was written anew");
}

#[test]
fn a_run_that_no_seal_covers_is_named() {
    let evidence = Evidence::new();
    let archive = evidence.copy("sealed");
    let segments = archive.segments();
    let named = |count: usize| {
        let Some(run) = judged(&archive.root, &[]) else { return };
        let run = run.ends_with(0);
        let notes: Vec<_> = run.stdout.lines().filter(|line| line.ends_with("note: no signature covers this run")).collect();
        let expected: Vec<_> = segments[segments.len() - count..].iter().collect();
        assert!(notes.len() == count && notes.iter().zip(expected).all(|(note, name)| note.starts_with(name)), "{}", run.stdout);
    };
    accepts(&archive.root, &[]);
    assert!(judged(&archive.root, &[]).is_none_or(|run| run.stdout.starts_with("_journal: note: no run has a signature\n")));
    let seal = |run: usize, ending: &str| {
        let segment = archive.file("_journal").join(&segments[run]);
        let lines = std::fs::File::open(&segment).expect("a segment");
        let checkpoint = Checkpoint::of(&segments[run], Box::new(lines)).expect("a checkpoint").text();
        std::fs::write(segment.with_extension("ndjson.checkpoint"), checkpoint).expect("written");
        std::fs::write(segment.with_extension(format!("ndjson.checkpoint.{ending}")), "").expect("written");
    };
    seal(0, "sig");
    named(2);
    seal(1, "sig");
    named(1);
    // A time stamp does not say who wrote a run.
    seal(2, "tsr");
    named(1);
    seal(2, "sig");
    named(0);
    // A seal is worth what its checkpoint is worth.
    let checkpoint = archive.file("_journal").join(format!("{}.checkpoint", segments[2]));
    for (forged, found) in
        [(Some("vmedia"), "is not the checkpoint of this run as it is now"), (None, "seals nothing: its checkpoint is missing")]
    {
        forged.map_or_else(|| std::fs::remove_file(&checkpoint), |text| std::fs::write(&checkpoint, text)).expect("changed");
        refuses(&archive.root, &[], found);
    }
}

#[test]
fn what_cannot_be_read_is_a_mistake_of_the_archive_and_reaches_no_terminal() {
    let evidence = Evidence::young();
    for line in ["nonsense", "[]", "{}", "{\"previous\":null,\"entry\":\"archived\",\"folder\":[]}", &"[".repeat(100_000), "\u{1b}[2J"] {
        let archive = evidence.copy("tampered");
        archive.write_lines("20990101T000000.000Z-00000000.ndjson", &[line.to_owned()]);
        refuses(&archive.root, &[], "20990101T000000.000Z-00000000.ndjson: ");
    }
    let archive = evidence.copy("tampered");
    copy(&archive.file(BETA), &archive.file("\u{1b}[2J"));
    refuses(&archive.root, &["\u{1b}[2J"], "\\x1b[2J: the journal does not know this session");
    assert!(judged(&archive.root, &["\u{1b}[2J"]).is_none_or(|run| !run.stdout.contains('\u{1b}')));
    archive.bag(ALPHA).remove("manifest-sha256.txt");
    refuses(&archive.root, &[], "alpha: cannot be read: FileNotFoundError");
    for (wrong, words) in [(archive.file(ALPHA).as_path(), &[][..]), (Path::new("--unknown"), &[]), (&archive.root, &["--tsa-ca", "none"])]
    {
        assert!(judged(wrong, words).is_none_or(|run| run.code == 2 && run.stderr.starts_with("usage: ")));
    }
}
