//! A journal with a segment so long that it has an index: a session is verified by the lines about it, and what an index, a line or both say
//! wrongly is found.
//!
//! Indexes are written here by their description in docs/archive.md alone.

use super::forger::sha256;
use super::{ALPHA, Archive, Evidence, verify};
use crate::seal::generate;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The record of a line in an index.
fn record(line: &str) -> Vec<u8> {
    let entry: Value = serde_json::from_str(line).expect("JSON");
    let folder = entry["folder"].as_str().map_or([0; 16], |folder| Sha256::digest(folder)[..16].try_into().expect("half of it"));
    let mut sort = entry["entry"].as_str().expect("a sort").as_bytes().to_vec();
    sort.resize(8, 0);
    [&Sha256::digest([b"\0", line.as_bytes()].concat())[..], &folder, &(line.len() as u64).to_be_bytes(), &sort].concat()
}

/// Writes lines as a segment: each follows from the one before, and the last names the index over them.
fn write(archive: &Archive, segment: &str, lines: &[String], index: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let mut chained: Vec<String> = Vec::new();
    for line in lines {
        let previous = chained.last().map_or(Value::Null, |last| json!(sha256(last)));
        let (_, rest) = line.split_once(",\"at\"").expect("a line");
        chained.push(format!("{{\"previous\":{previous},\"at\"{rest}"));
    }
    let bytes: usize = chained.iter().map(|line| line.len() + 1).sum();
    let index = index(chained.iter().flat_map(|line| record(line)).collect());
    let (previous, sha256) = (sha256(chained.last().expect("a line")), sha256(&index));
    let end = format!("{{\"previous\":\"{previous}\",\"at\":\"2026-11-30T00:00:00Z\",\"entry\":\"closed\",\"index\":");
    chained.push(format!("{end}{{\"bytes\":{bytes},\"sha256\":\"{sha256}\"}}}}"));
    archive.write_lines(segment, &chained);
    std::fs::write(archive.file("_journal").join(format!("{segment}.index")), index).expect("written");
}

/// An archive of one run that went on for long after it had archived the sessions, and the run's lines but the last.
fn long() -> (Evidence, String, Vec<String>) {
    let evidence = Evidence::young();
    let archive = evidence.archive();
    let segment = archive.segments().pop().expect("a segment");
    let mut lines = archive.lines(&segment);
    lines.pop();
    let others: Vec<String> = (0..100).map(|number| format!("another-session-{number}")).collect();
    let kept = format!("{{\"previous\":null,\"at\":\"2026-11-30T00:00:00Z\",\"entry\":\"kept\",\"sessions\":{}}}", json!(others));
    lines.extend(std::iter::repeat_n(kept, 2_200));
    write(&archive, &segment, &lines, |index| index);
    (evidence, segment, lines)
}

/// Verifies one session. Returns the findings, and true if the journal was read by its index.
fn one(archive: &Archive) -> (Vec<String>, bool) {
    let verdict = verify(&archive.root, &[ALPHA, "--read-only"]);
    (verdict.found().into_iter().collect(), verdict.notes().iter().any(|note| note.contains("only their lines that count")))
}

#[test]
fn a_session_is_verified_by_the_index_and_an_index_that_is_lost_or_altered_by_all_lines() {
    let (evidence, segment, _) = long();
    let archive = evidence.archive();
    archive.is_sound("as a whole");
    assert_eq!(one(&archive), (Vec::new(), true));
    let path = archive.file("_journal").join(format!("{segment}.index"));
    let mut index = std::fs::read(&path).expect("an index");
    index.pop();
    std::fs::write(&path, &index).expect("written");
    assert_eq!(one(&archive), (Vec::new(), false));
    let notes = archive.is_sound("with another index").notes().join("");
    assert!(notes.contains("its index is not the one that its run wrote"), "{notes}");
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(one(&archive), (Vec::new(), false));
    archive.is_sound("without an index");
}

#[test]
fn a_line_that_was_altered_is_found_with_its_own_session_and_with_the_archive() {
    let (evidence, segment, _) = long();
    evidence.world.run(&["hold", "add", "case", ALPHA, "--reason", "a reason"]).ends_with(0);
    let archive = evidence.archive();
    assert_eq!(one(&archive), (Vec::new(), true));
    let good = archive.lines(&segment);
    let alter = |number: usize, from: &str, to: &str| {
        let mut lines = good.clone();
        lines[number] = lines[number].replacen(from, to, 1);
        assert_ne!(lines, good);
        archive.write_lines(&segment, &lines);
    };
    let found = vec![format!("journal: journal: {segment}")];
    alter(1_000, "another-session-7", "another-session-8");
    assert_eq!(archive.verify(&[]).found().into_iter().collect::<Vec<_>>(), found);
    assert_eq!(one(&archive), (Vec::new(), true), "the line is about no session that is verified");
    let number = good.iter().position(|line| line.contains("\"archived\"") && line.contains(ALPHA)).expect("its line");
    alter(number, "\"signed\":true", "\"signed\":null");
    let (now, is_indexed) = one(&archive);
    assert!(now.contains(&found[0]) && !is_indexed, "{now:?}");
    // The end was cut off.
    archive.write_lines(&segment, &good[..good.len() - 1]);
    assert_eq!(one(&archive), (found, false));
}

#[test]
fn an_index_that_hides_a_line_is_found_with_the_archive() {
    let (evidence, segment, lines) = long();
    let archive = evidence.archive();
    // The records of the session name another folder.
    let of_session = Sha256::digest(ALPHA);
    let forge = |mut index: Vec<u8>| {
        let records = index.chunks_mut(64).filter(|record| record[32..48] == of_session[..16]);
        records.for_each(|record| record[32..48].fill(1));
        index
    };
    write(&archive, &segment, &lines, forge);
    archive.finds("an index that hides a line", &[&format!("journal: journal: {segment}")]);
}

#[test]
fn a_long_run_writes_the_index_that_is_described() {
    let evidence = Evidence::young();
    if !generate(evidence.world.folder(), "archivist") {
        return;
    }
    let ids: String = (0..120_000).map(|number| format!("00000000-0000-4000-8000-{number:012}\n")).collect();
    std::fs::write(evidence.world.folder().join("ids"), ids).expect("written");
    let sign = ["--sign-key", "archivist", "--accept-unsealed", "a new key"];
    evidence.world.run(&[&["hold", "add", "case", "--from", "ids", "--reason", "a reason"], &sign[..]].concat()).ends_with(0);
    let archive = evidence.archive();
    let names = archive.segments();
    let name = names.iter().find(|name| name.ends_with(".index")).expect("an index");
    let segment = name.strip_suffix(".index").expect("an index");
    let (mut lines, index) = (archive.lines(segment), std::fs::read(archive.file("_journal").join(name)).expect("an index"));
    let end: Value = serde_json::from_str(&lines.pop().expect("an end")).expect("JSON");
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
    assert_eq!((&end["entry"], &end["index"]), (&json!("closed"), &json!({ "bytes": bytes, "sha256": sha256(&index) })));
    assert_eq!(index, lines.iter().flat_map(|line| record(line)).collect::<Vec<u8>>());
    archive.is_sound("a long run");
    assert_eq!(one(&archive), (Vec::new(), true));
    // The index has the root that is signed.
    let verdict = verify(evidence.world.folder(), &[&format!("vmedia-archive/{ALPHA}"), "--read-only", "--signers", "archivist.pub"]);
    let notes = verdict.notes().join("");
    assert!(verdict.code == 0 && notes.contains("only their lines that count") && !notes.contains("seal"), "{notes}");
}
