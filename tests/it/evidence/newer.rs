//! What a newer version wrote: a word that this one does not know makes nothing unreadable, is reported, and survives every
//! command that writes.

use super::forger::{Bag, medium, sha256};
use super::{ALPHA, Archive, TAGS, face, grown, session};
use crate::harness::{Run, World, bare};
use crate::schema::judged;
use serde_json::{Value, json};
use vmedia::archive::verify::SessionReport;
use vmedia::engine::Event;

const MARK: &str = "unfinished.ndjson";
const DECISION: &str = r#"{"status":"success","verification":{"status":"approved","code":9001}}"#;

/// Where each word of a newer version stands in the record, and the word.
const WORDS: [(&str, &str); 8] = [
    ("/media/0/state", "pseudonymised"),
    ("/media/1/state", "sealed"),
    ("/media/2/kind", "hologram"),
    ("/media/2/type_hint", "model"),
    ("/media/3/files/0/signature/verdict", "revoked"),
    ("/documents/0/signature/verdict", "countersigned"),
    ("/companions/0/state", "redacted"),
    ("/history/0/change", "legal-name-changed"),
];

/// A provider with one session, archived by two runs, of which the second was a newer version's.
fn world() -> (World, Archive, Vec<String>) {
    let world = World::with(vec![session(ALPHA).companion("decision", DECISION)]);
    // The first media file never came, and the newer version says of it that it was pseudonymised.
    world.faults("media:face-alpha=404");
    world.run(&["download", ALPHA, "--with", "decision"]).ends_with(7);
    world.sandbox.put_session(grown(ALPHA).companion("decision", DECISION));
    world.run(&["download", ALPHA, "--with", "decision"]).ends_with(7);
    world.faults("");
    let archive = Archive { root: world.archive() };
    let ids = rewritten(&archive);
    (world, archive, ids)
}

/// Writes the record and the last run's segment as a newer version would have; returns the ids of the first media.
fn rewritten(archive: &Archive) -> Vec<String> {
    let bag = archive.bag(ALPHA);
    assert_eq!((&bag.record()["media"][0]["id"], &bag.record()["media"][0]["files"]), (&json!("face-alpha"), &json!([])));
    bag.edit_record(|record| {
        record["tool"] = json!("vmedia 9.0.0");
        for (place, word) in WORDS {
            match record.pointer_mut(place) {
                Some(known) => *known = json!(word),
                None => record["media"][2]["type_hint"] = json!(word),
            }
        }
        record["media"][0]["reason"] = json!({ "code": "pseudonymised", "text": "art. 17" });
        record["media"][3]["files"][0]["signature"]["by"] = json!({ "key": 7 });
    });
    bag.forge_manifests();
    let record = bag.record();
    let segment = archive.segments().pop().expect("a segment");
    let mut entries = archive.entries(&segment);
    let archived = entries.iter_mut().find(|entry| entry["entry"] == "archived").expect("a change");
    (archived["bag"], archived["record"]) = (json!(sha256(bag.read(TAGS))), json!(sha256(bag.read("archive.json"))));
    archived["media"] =
        json!([{ "media": record["media"][0]["id"], "state": "pseudonymised", "reason": { "code": "pseudonymised", "text": "art. 17" } }]);
    archived["history"] = json!([record["history"][0]]);
    let at = archived["at"].clone();
    let mut end = entries.pop().expect("an end");
    end["code"] = json!("postponed");
    for word in ["a-new-act", "something-else"] {
        entries.push(json!({ "at": at, "entry": word, "session": { "of": [ALPHA] }, "code": 5 }));
    }
    entries.push(json!({ "at": at, "entry": "failed", "session": "other", "code": "postponed", "text": "later" }));
    entries.push(end);
    // The record names the digest of the first line.
    let mut lines = archive.lines(&segment);
    lines.truncate(1);
    for mut entry in entries.into_iter().skip(1) {
        entry["previous"] = json!(sha256(lines.last().expect("a line")));
        lines.push(entry.to_string());
    }
    archive.write_lines(&segment, &lines);
    let id = |medium: &Value| medium["id"].as_str().expect("an id").to_owned();
    record["media"].as_array().expect("media").iter().map(id).collect()
}

/// Fails the test unless every word stands where the newer version wrote it.
#[track_caller]
fn survives(bag: &Bag, before: &Value, ids: &[String], what: &str) {
    let mut record = bag.record();
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(record["media"][number]["id"], **id, "{what}: the order of the media");
    }
    for (place, word) in WORDS {
        assert_eq!(record.pointer(place), Some(&json!(word)), "{what}: {place}");
    }
    for number in [0, 1] {
        assert_eq!(record["media"][number], before["media"][number], "{what}: a medium in a state of a newer version is left as it is");
    }
    assert_eq!(medium(&mut record, &ids[3])["files"], before["media"][3]["files"], "{what}");
    assert_eq!(record["companions"][0], before["companions"][0], "{what}");
}

#[test]
fn what_a_newer_version_wrote_is_reported_and_survives_every_command() {
    let (world, archive, ids) = world();
    let bag = archive.bag(ALPHA);
    let before = bag.record();
    let changed = bag.file(&face(ALPHA));
    let is_sound = |what: &str| {
        let verdict = archive.is_sound(what);
        let notes = verdict.notes().join("\n");
        let journal = ["a-new-act", "something-else"];
        for word in WORDS.map(|(_, word)| word).into_iter().chain(journal) {
            assert!(notes.contains(&format!("{word:?}")), "{what}: {word} in {notes}");
        }
        assert!(notes.contains("error \"postponed\" (2 times)"), "{what}: {notes}");
        assert!(notes.contains("written by a newer version of vmedia, and left as it is: "), "{notes}");
        let is_whole = |event: &Event| matches!(event, Event::BagVerified(SessionReport { checked, .. }) if checked.iter().any(|aspect| aspect.as_str() == "complete"));
        assert!(!verdict.events.iter().any(is_whole), "{what}: whether it is complete, only a newer version can tell");
    };
    is_sound("before");
    let page_and_catalog = |what: &str| {
        let rows =
            Run::of(&bare(world.folder()).args(["catalog", "vmedia-archive", "--html"]).output().expect("a run")).ends_with(0).stdout;
        for word in ["1 pseudonymised (written by a newer version)", "1 sealed (written", "1 redacted (written", "incomplete"] {
            assert!(rows.contains(word) || word == "incomplete", "{what}: {rows}");
        }
        let page = String::from_utf8(bag.read("index.html")).expect("UTF-8");
        for word in ["pseudonymised", "sealed", "redacted", "revoked", "legal-name-changed", "a newer version of vmedia wrote this state"] {
            assert!(page.contains(word), "{what}: no {word} on the page");
        }
    };
    let runs: [&[&str]; 5] = [
        &["download", ALPHA, "--with", "decision", "--dry-run"],
        &["download", ALPHA, "--with", "decision"],
        &["download", ALPHA, "--with", "all", "--refetch"],
        &["download", ALPHA, "--skip-complete", "--strict"],
        &["repair", "vmedia-archive"],
    ];
    for (number, words) in runs.into_iter().enumerate() {
        // The record is written anew each time.
        let mut session = grown(ALPHA).companion("decision", DECISION);
        session.attempts[0].status = format!("status-{number}");
        world.sandbox.put_session(session);
        let asked = world.sandbox.exchanges().len();
        let run = world.run(words).ends_with(0);
        let what = words.join(" ");
        for exchange in world.sandbox.exchanges().iter().skip(asked) {
            let is_left = exchange.path.ends_with(&ids[0]) || exchange.path.ends_with(&ids[1]) || exchange.path.ends_with("/decision");
            assert!(!is_left, "{what} asked for {}", exchange.path);
        }
        if number == 1 {
            run.says("decision is not asked for: a newer version of vmedia wrote its state, \"redacted\"");
        }
        assert!(!changed.exists(), "{what}: what a newer version took out is here");
        survives(&bag, &before, &ids, &what);
        is_sound(&what);
        if number > 0 {
            page_and_catalog(&what);
        }
    }
    assert_ne!(bag.record()["updated"], before["updated"], "no run wrote the record, so that nothing was shown here");
}

#[test]
fn the_schemas_accept_what_a_newer_version_wrote_and_nothing_that_is_no_word() {
    let (_world, archive, _) = world();
    let record = archive.bag(ALPHA).record();
    let segment = archive.segments().pop().expect("a segment");
    let lines = archive.entries(&segment);
    let mut cases: Vec<(&str, Value)> = vec![("archive", record.clone())];
    cases.extend(lines.iter().map(|line| ("journal", line.clone())));
    let valid = cases.len();
    for place in ["/media/0/state", "/media/2/kind", "/documents/0/signature/verdict", "/companions/0/state"] {
        for value in [json!(""), json!(5), json!(["erased"])] {
            let mut spoilt = record.clone();
            *spoilt.pointer_mut(place).expect(place) = value;
            cases.push(("archive", spoilt));
        }
    }
    let Some(verdicts) = judged(&cases) else { return };
    for (number, (verdict, (name, value))) in verdicts.iter().zip(&cases).enumerate() {
        assert_eq!(verdict == "valid", number < valid, "{name}: {verdict}: {value:#}");
    }
}

#[test]
fn the_mark_of_a_newer_version_that_was_killed_is_finished_and_its_lines_are_kept() {
    let world = World::with(vec![session(ALPHA)]);
    world.run(&["download", ALPHA]).ends_with(0);
    let archive = Archive { root: world.archive() };
    let bag = archive.bag(ALPHA);
    let erasing = json!({ "line": "erasing", "of": [face(ALPHA)], "why": { "law": "art. 17" } });
    let began = json!({ "line": "began", "at": "2036-11-21T09:30:00Z", "tool": "vmedia 9.0.0" });
    bag.write(MARK, format!("{began}\n{erasing}\n{{\"line\":\"torn"));
    for _ in 0..2 {
        world.run(&["download", ALPHA]).ends_with(0);
        assert!(!bag.file(MARK).exists());
        assert_eq!(bag.record()["newer_lines"], json!([erasing]));
        let verdict = archive.is_sound("after the run");
        assert!(verdict.notes().iter().any(|note| note.contains("unfinished line \"erasing\"")), "{:?}", verdict.notes());
    }
    if let Some(verdicts) = judged(&[("archive", bag.record())]) {
        assert_eq!(verdicts, ["valid"]);
    }
}
