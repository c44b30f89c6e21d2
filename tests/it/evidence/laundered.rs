//! Alterations that hope for the next run: `download` writes manifests and journal anew, in good faith. What it must not
//! do is put its name to what another program changed: `verify` has to find that after the run as well.

use super::forger::{Bag, medium, sha256};
use super::{ALPHA, Archive, BETA, Evidence, GAMMA, copy, face, grown, session};
use crate::harness::{jpeg, signature, tree};
use serde_json::{Value, json};

const MARK: &str = "unfinished.ndjson";

/// Three sessions, and a copy of what they were in the beginning.
fn begin() -> (Evidence, Archive) {
    let evidence = Evidence::young();
    let archive = evidence.copy("archive");
    archive.is_sound("before");
    (evidence, archive)
}

/// The next run, for which everything is as it was at the provider, or with something that makes the bag change.
fn next_run(evidence: &Evidence, id: &str, is_changed: bool) {
    evidence.world.sandbox.put_session(if is_changed { grown(id) } else { session(id) });
    evidence.world.run(&["download", id, "-o", "archive"]).ends_with(0);
}

/// The mark of a run that was killed, with these lines after its beginning.
fn mark(bag: &Bag, lines: &[Value]) {
    let began = json!({
        "line": "began", "at": "2026-11-21T09:30:00Z", "tool": "vmedia 0.1.0",
        // What the forger would like the journal to say.
        "bag": sha256(bag.read("tagmanifest-sha256.txt")),
    });
    let text: String = [&[began], lines].concat().iter().map(|line| format!("{line}\n")).collect();
    bag.write(MARK, text);
}

/// What the mark says of a file that is about to be published.
fn announced(bag: &Bag, id: &str, path: &str, bytes: &[u8], signature: Value) -> Value {
    let mut line = medium(&mut bag.record(), "face-alpha").clone();
    let file = &mut line["files"][0];
    (file["path"], file["bytes"], file["sha256"]) = (json!(path), json!(bytes.len()), json!(sha256(bytes)));
    file["signature"] = signature;
    (line["line"], line["id"]) = (json!("archiving"), json!(id));
    line
}

/// What is done to a session, in every way that leaves its folder in the hands of the next run, each with and without
/// the mark of a run that was killed.
#[test]
fn a_run_does_not_vouch_for_earlier_changes() {
    type Deed = fn(&Bag);
    let deeds: [(&str, Deed); 5] = [
        ("the record alone", |bag| bag.edit_record(|record| record["attempts"][0]["status"] = json!("declined"))),
        ("the record and the manifests", |bag| {
            bag.edit_record(|record| medium(record, "face-alpha")["context"] = json!("another face"));
            bag.forge_manifests();
        }),
        ("the picture, the record and the manifests", |bag| {
            bag.write(&face(ALPHA), jpeg("forged"));
            bag.forge();
        }),
        ("a medium taken out of everything", |bag| {
            bag.remove(&face(ALPHA));
            bag.edit_record(|record| medium(record, "face-alpha")["state"] = json!("gone"));
            bag.edit_record(|record| medium(record, "face-alpha")["files"] = json!([]));
            bag.forge();
        }),
        ("the history taken out of the record", |bag| bag.edit_record(|record| record["created"] = json!("2020-01-01T00:00:00Z"))),
    ];
    let (evidence, _) = begin();
    for (what, deed) in deeds {
        for (is_marked, is_changed) in [(false, false), (false, true), (true, false), (true, true)] {
            let what = format!("{what}; marked: {is_marked}, changed: {is_changed}");
            let archive = evidence.copy("archive");
            archive.is_sound("before");
            let bag = archive.bag(ALPHA);
            deed(&bag);
            if is_marked {
                mark(&bag, &[]);
            }
            assert_eq!(archive.verify(&[]).code, 8, "{what}: before the run");
            next_run(&evidence, ALPHA, is_changed);
            let verdict = archive.verify(&[]);
            let found = verdict.found();
            assert!(found.iter().any(|line| line.starts_with("alpha: journal: ")), "{what}: {found:?}");
            assert_eq!((verdict.code, verdict.sound()), (8, vec![BETA.to_owned(), GAMMA.to_owned()]), "{what}");
            assert!(!bag.file(MARK).exists(), "{what}: the run thought that it was done");
            // And it stays found.
            next_run(&evidence, ALPHA, !is_changed);
            assert_eq!(archive.verify(&[]).code, 8, "{what}: after another run");
        }
    }
}

#[test]
fn a_record_that_went_missing_is_not_made_up_for() {
    let (evidence, archive) = begin();
    archive.bag(ALPHA).remove("archive.json");
    // A new record would know nothing of what the provider no longer lists, and would take it out of the manifests.
    let mut less = session(ALPHA);
    less.attempts.truncate(1);
    evidence.world.sandbox.put_session(less);
    let before = tree(&archive.root);
    let run = evidence.world.run(&["download", ALPHA, "-o", "archive"]).ends_with(8);
    run.complains("archive.json is missing, but manifest-sha256.txt beside it says that files were archived", "restore it from a backup");
    evidence.world.run(&["repair", "archive"]).ends_with(8);
    assert_eq!(tree(&archive.root), before);
    let verdict = archive.finds("after the runs", &["alpha: listings: archive.json"]);
    assert_eq!(verdict.sound(), [BETA, GAMMA]);
}

#[test]
fn damage_to_a_list_that_the_record_can_make_anew_leaves_nothing_to_find() {
    for name in ["manifest-sha256.txt", "bag-info.txt", "bagit.txt", "tagmanifest-sha256.txt"] {
        for is_removed in [false, true] {
            let (evidence, archive) = begin();
            let bag = archive.bag(ALPHA);
            if is_removed {
                bag.remove(name);
            } else {
                bag.edit(name, |bytes| bytes[1] ^= 1);
            }
            assert_eq!(archive.verify(&[]).code, 8, "{name}");
            next_run(&evidence, ALPHA, true);
            archive.is_sound(name);
        }
    }
}

#[test]
fn an_old_copy_is_found_after_the_next_run_too() {
    let evidence = Evidence::young();
    let old = evidence.copy("old");
    evidence.world.sandbox.put_session(grown(BETA));
    evidence.world.run(&["download", ALPHA, BETA, GAMMA]).ends_with(0);
    for is_marked in [false, true] {
        let archive = evidence.copy("archive");
        archive.is_sound("before");
        std::fs::remove_dir_all(archive.file(BETA)).expect("removed");
        copy(&old.file(BETA), &archive.file(BETA));
        if is_marked {
            mark(&archive.bag(BETA), &[]);
        }
        // The provider has deleted the attempt meanwhile, so that nothing can bring it back.
        next_run(&evidence, BETA, false);
        let verdict = archive.verify(&[]);
        let found = verdict.found();
        assert!(found.contains("beta: journal: data/beta-latest/face_latest-beta.jpg"), "marked: {is_marked}: {found:?}");
        assert_eq!((verdict.code, verdict.sound()), (8, vec![ALPHA.to_owned(), GAMMA.to_owned()]));
    }
}

#[test]
fn a_mark_that_announces_a_forged_file_is_not_believed() {
    let (evidence, _) = begin();
    let forged = jpeg("forged");
    let wrong = json!({ "verdict": "held", "value": signature("another secret", &forged) });
    for (id, path) in [
        // Another version of a medium that is here, an unknown media file, and names that are no payload.
        ("face-alpha", "data/alpha-new/face_face-alpha.2.jpg"),
        ("more-alpha", "data/alpha-new/face_more-alpha.jpg"),
        ("more-alpha", "metadata/more.jpg"),
    ] {
        let archive = evidence.copy("archive");
        archive.is_sound("before");
        let bag = archive.bag(ALPHA);
        bag.write(path, &forged);
        mark(&bag, &[announced(&bag, id, path, &forged, wrong.clone())]);
        next_run(&evidence, ALPHA, true);
        archive.finds(path, &[&format!("alpha: listings: {path}")]);
    }
}

#[test]
fn a_mark_that_announces_a_forged_answer_or_a_move_out_of_place_is_not_believed() {
    let (evidence, _) = begin();
    let forged = br#"{"status":"success","images":[],"videos":[],"nfcDocuments":[]}"#;
    let mut answer = json!({
        "line": "answered", "name": "media", "endpoint": "sessions/{id}/media", "path": "metadata/media.2.json",
        "bytes": forged.len(), "sha256": sha256(forged), "fetched": "2026-11-21T09:30:00Z",
        "signature": { "verdict": "held", "value": signature("another secret", forged) },
    });
    let moved = json!({
        "line": "moved", "at": "2026-11-21T09:30:00Z", "change": "file-altered", "what": "found altered and set aside",
        "path": "data/alpha-new/other.jpg", "moved_to": "data/alpha-new/more.jpg",
        "moved": { "bytes": forged.len(), "sha256": sha256(forged) },
    });
    let mut lines = vec![("metadata/media.2.json", answer.clone()), ("data/alpha-new/more.jpg", moved)];
    (answer["path"], answer["signature"]) = (json!("more.json"), json!({ "verdict": "absent" }));
    lines.push(("more.json", answer));
    for (path, line) in lines {
        let archive = evidence.copy("archive");
        archive.is_sound("before");
        let bag = archive.bag(ALPHA);
        bag.write(path, forged);
        mark(&bag, &[line]);
        next_run(&evidence, ALPHA, false);
        archive.finds(path, &[&format!("alpha: listings: {path}")]);
    }
}

#[test]
#[ignore = "the mark is not chained to anything, so a file that claims to be unsigned is believed"]
fn a_mark_that_announces_a_forged_file_without_a_signature_is_not_believed() {
    let (evidence, archive) = begin();
    let (forged, path) = (jpeg("forged"), "data/alpha-new/face_face-alpha.2.jpg");
    let bag = archive.bag(ALPHA);
    bag.write(path, &forged);
    mark(&bag, &[announced(&bag, "face-alpha", path, &forged, json!({ "verdict": "absent" }))]);
    next_run(&evidence, ALPHA, true);
    archive.finds(path, &[&format!("alpha: listings: {path}")]);
}

#[test]
fn what_a_killed_run_finished_is_taken_over_when_its_signatures_hold() {
    let (evidence, archive) = begin();
    let bag = archive.bag(ALPHA);
    // As the provider would have sent it: other bytes of a medium that is here.
    let (bytes, path) = (jpeg("another face"), "data/alpha-new/face_face-alpha.2.jpg");
    let held = json!({ "verdict": "held", "value": signature(evidence.world.sandbox.api_secret(), &bytes) });
    bag.write(path, &bytes);
    mark(&bag, &[announced(&bag, "face-alpha", path, &bytes, held)]);
    evidence.world.sandbox.clear_exchanges();
    next_run(&evidence, ALPHA, false);
    assert_eq!(evidence.world.media_requests(), 0, "it is not asked for again");
    archive.is_sound("it is vouched for");
    assert_eq!(medium(&mut bag.record(), "face-alpha")["files"][1]["path"], path);
}
