//! `vmedia adopt`: a session for which no journal vouches is recorded again, and nothing that the journal knows is replaced.

use crate::evidence::{ALPHA, BETA, Evidence, GAMMA, copy, face, front, grown};
use crate::harness::{Run, is_sound, jpeg};
use crate::schema::{is_described, judged};
use serde_json::Value;
use std::path::Path;

const REASON: [&str; 2] = ["--reason", "the disk of the journal failed"];

fn adopt(evidence: &Evidence, words: &[&str]) -> Run {
    evidence.world.run(&[&["adopt"], words, &REASON[..]].concat())
}

/// The lines of all segments that adopt a session.
fn lines(root: &Path) -> Vec<Value> {
    let segments = std::fs::read_dir(root.join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path());
    let texts: Vec<String> = segments.map(|path| std::fs::read_to_string(path).expect("text")).collect();
    let lines = texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|line| line["entry"] == "adopted").collect()
}

#[test]
fn an_archive_that_lost_its_journal_is_sound_again_and_says_since_when() {
    let evidence = Evidence::new();
    let archive = evidence.archive();
    adopt(&evidence, &[]).ends_with(0).says("the journal vouches for each of them already");
    std::fs::remove_dir_all(archive.file("_journal")).expect("removed");
    evidence.world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(8);
    // A run after the loss: its lines say that the bag was there before.
    evidence.world.sandbox.put_session(grown(ALPHA));
    evidence.world.run(&["download", ALPHA]).ends_with(0);
    evidence.world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(8);
    adopt(&evidence, &["--authenticate"]).ends_with(0).shows("alpha adopted: ").shows("signatures of the provider held");
    let verified = evidence.world.run(&["verify", "vmedia-archive"]).ends_with(0);
    for session in [ALPHA, BETA, GAMMA] {
        let note = format!("{session}: it was adopted on ");
        assert!(verified.stdout.lines().any(|line| line.contains(&note) && line.contains(REASON[1])), "{}", verified.stdout);
    }
    let found = lines(&archive.root);
    assert_eq!(found.len(), 3);
    found.iter().for_each(|line| is_described("journal", line));
    if let Some(verdicts) = judged(&found.iter().map(|line| ("journal", line.clone())).collect::<Vec<_>>()) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
    // Later runs go on from there, and later changes are found.
    evidence.world.sandbox.put_session(grown(GAMMA));
    evidence.world.run(&["download", GAMMA, "--refetch"]).ends_with(0);
    is_sound(&evidence.world);
    adopt(&evidence, &[]).ends_with(0).says("already");
    let bag = archive.bag(BETA);
    bag.write(&face(BETA), jpeg("forged"));
    bag.forge_manifests();
    let found =
        ["journal: data/beta-new/face_face-beta.jpg", "journal: tagmanifest-sha256.txt", "manifests: data/beta-new/face_face-beta.jpg"];
    let found = found.map(|finding| format!("beta: {finding}"));
    archive.finds("a picture forged after the adoption", &found.each_ref().map(String::as_str));
}

#[test]
fn a_session_that_was_moved_in_is_adopted_and_no_other() {
    let (evidence, other) = (Evidence::young(), Evidence::unarchived());
    other.world.run(&["download", ALPHA]).ends_with(0);
    copy(&evidence.world.bag(GAMMA), &other.world.bag(GAMMA));
    other.world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(8).shows("gamma");
    adopt(&other, &["unknown"]).ends_with(9).complains("has no session unknown", "check the id");
    adopt(&other, &[GAMMA]).ends_with(0).shows("gamma adopted: ");
    is_sound(&other.world);
    assert_eq!(lines(&other.world.archive()).len(), 1);
    other.world.run(&["download", GAMMA]).ends_with(0).says("nothing to fetch");
    is_sound(&other.world);
}

#[test]
fn what_is_damaged_or_known_in_another_state_or_erased_is_refused() {
    let evidence = Evidence::young();
    let archive = evidence.archive();
    let bag = archive.bag(ALPHA);
    // The journal knows another state: an adoption must not replace it.
    bag.write(&face(ALPHA), jpeg("forged"));
    bag.forge_manifests();
    bag.edit_record(|record| record["journal"][0]["segment"] = serde_json::json!("20200101T000000.000Z-00000000.ndjson"));
    bag.forge_manifests();
    adopt(&evidence, &[ALPHA]).ends_with(8).complains("the journal knows another state of it", "compare it with a backup");
    std::fs::remove_dir_all(archive.file("_journal")).expect("removed");
    archive.bag(BETA).write(&front(BETA), jpeg("damaged"));
    std::fs::write(archive.file(GAMMA).join("unfinished.ndjson"), "").expect("written");
    let run = adopt(&evidence, &[]).ends_with(8);
    assert!(
        run.stderr.contains("beta is not adopted: it is damaged: ") && run.stderr.contains("gamma is not adopted: a run was killed there"),
        "{}",
        run.stderr
    );
    evidence.world.run(&["erase", BETA, "--authority", "x", "--reason", "y"]).ends_with(0);
    copy(&archive.file(ALPHA), &archive.file(BETA));
    adopt(&evidence, &[BETA]).ends_with(8).complains("beta is not adopted: it was erased", "`vmedia erase` removes it again");
    evidence.world.run(&["adopt", ALPHA]).ends_with(2).complains("--reason", "");
    adopt(&evidence, &["--archive", "elsewhere"]).ends_with(6);
}
