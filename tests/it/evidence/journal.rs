//! The journal as a whole: which line is missing, altered, added or out of place, which segment is not what it was, and
//! what only a digest that was kept elsewhere can show.

use super::forger::sha256;
use super::{ALPHA, Archive, BETA, Evidence, GAMMA, face};
use crate::harness::jpeg;
use serde_json::{Value, json};

/// Every segment and the number of each of its lines, from 0; and whether nothing follows that line.
fn every_line(archive: &Archive) -> Vec<(String, usize, bool)> {
    let segments = archive.segments();
    let newest = segments.last().expect("a segment").clone();
    let lines = segments.iter().flat_map(|segment| {
        let count = archive.lines(segment).len();
        let is_last = |number| *segment == newest && number == count - 1;
        (0..count).map(move |number| (segment.clone(), number, is_last(number))).collect::<Vec<_>>()
    });
    lines.collect()
}

/// Fails the test unless something is found in this segment.
#[track_caller]
fn is_found_in(archive: &Archive, segment: &str, what: &str) {
    let verdict = archive.verify(&[]);
    let found = verdict.found();
    assert!(found.contains(&format!("journal: journal: {segment}")), "{what}: {found:?}");
    assert_eq!(verdict.code, 8, "{what}");
}

/// The end of an archive's journal, as a person would keep it elsewhere.
#[track_caller]
fn head(archive: &Archive) -> String {
    let heads = archive.is_sound("before").heads();
    assert_eq!(heads.len(), 1, "{heads:?}");
    heads[0].clone()
}

/// Fails the test unless a kept digest shows that the journal is another.
#[track_caller]
fn is_missed(archive: &Archive, head: &str, what: &str) {
    let verdict = archive.verify(&["--expect-head", head]);
    assert!(verdict.found().contains("journal: journal: the journal"), "{what}: {:?}", verdict.findings());
    assert!(verdict.findings().iter().any(|(_, finding)| finding.what.contains(head)), "{what}: {:?}", verdict.findings());
    assert_eq!(verdict.code, 8, "{what}");
}

#[test]
fn the_journal_is_of_the_shape_that_these_tests_think() {
    let evidence = Evidence::new();
    let archive = evidence.archive();
    let entries: Vec<Vec<String>> = archive
        .segments()
        .iter()
        .map(|segment| archive.entries(segment).iter().map(|entry| entry["entry"].as_str().expect("a word").to_owned()).collect())
        .collect();
    let first = &["opened", "archived", "archived", "archived", "closed"][..];
    assert_eq!(entries, [first, &["opened", "archived", "kept", "closed"], &["opened", "verified", "closed"]]);
}

#[test]
fn a_missing_line_is_found_but_for_the_end_of_the_newest_run() {
    let evidence = Evidence::new();
    for (segment, number, nothing_follows) in every_line(&evidence.copy("archive")) {
        let archive = evidence.copy("archive");
        let head = head(&archive);
        let mut lines = archive.lines(&segment);
        lines.remove(number);
        archive.write_lines(&segment, &lines);
        let what = format!("line {number} of {segment} is gone");
        if nothing_follows {
            // A run that was killed leaves the same.
            let verdict = archive.is_sound(&what);
            assert_eq!(verdict.notes(), [format!("{segment}: its run has no end: it was killed, or the end was removed")]);
            is_missed(&archive, &head, &what);
        } else {
            is_found_in(&archive, &segment, &what);
        }
    }
}

#[test]
fn an_altered_line_is_found_but_for_the_time_of_the_newest_end() {
    let evidence = Evidence::new();
    for (segment, number, nothing_follows) in every_line(&evidence.copy("archive")) {
        let archive = evidence.copy("archive");
        let head = head(&archive);
        let good = archive.lines(&segment);
        // Some places in a long line, all of them in the one that nothing follows.
        let step = if nothing_follows { 1 } else { good[number].len() / 7 };
        for place in (0..good[number].len()).step_by(step) {
            let mut lines = good.clone();
            let mut bytes = lines[number].clone().into_bytes();
            // Another digit or letter, which keeps most lines readable.
            bytes[place] ^= 1;
            lines[number] = String::from_utf8(bytes).expect("UTF-8");
            archive.write_lines(&segment, &lines);
            let what = format!("byte {place} of line {number} of {segment}: {}", lines[number]);
            if nothing_follows {
                is_missed(&archive, &head, &what);
            }
            if !nothing_follows || !still_an_end(&lines[number], &good[number]) {
                is_found_in(&archive, &segment, &what);
            } else {
                archive.is_sound(&what);
            }
        }
    }
}

/// Whether an altered last line of the newest run still follows from the line before it and says something that can be
/// read. Nothing vouches for more than that, until the next run does.
fn still_an_end(altered: &str, good: &str) -> bool {
    let Ok(altered) = serde_json::from_str::<Value>(altered) else { return false };
    let good: Value = serde_json::from_str(good).expect("JSON");
    let is_time = altered["at"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok());
    // A sort of line or an outcome that this version does not know may be a newer version's.
    let is_entry =
        altered["entry"].is_string() && (altered["entry"] != "closed" || altered.get("code").is_none_or(serde_json::Value::is_string));
    altered["previous"] == good["previous"] && is_time && is_entry
}

#[test]
fn lines_that_change_places_come_twice_or_were_added_are_found() {
    let evidence = Evidence::new();
    for (segment, number, nothing_follows) in every_line(&evidence.copy("archive")) {
        let archive = evidence.copy("archive");
        archive.is_sound("before");
        let good = archive.lines(&segment);
        if number > 0 {
            let mut lines = good.clone();
            lines.swap(number - 1, number);
            archive.write_lines(&segment, &lines);
            is_found_in(&archive, &segment, "swapped");
        }
        let mut lines = good.clone();
        lines.insert(number, lines[number].clone());
        archive.write_lines(&segment, &lines);
        is_found_in(&archive, &segment, "doubled");
        if number == good.len() - 1 {
            let forged = json!({ "previous": sha256(&good[number]), "at": "2026-11-21T09:30:00Z", "entry": "kept", "sessions": [] });
            let nonsense = "nonsense".to_owned();
            for line in [forged.to_string(), nonsense] {
                archive.write_lines(&segment, &[&good[..], &[line]].concat());
                is_found_in(&archive, &segment, "added");
            }
            assert!(nothing_follows || archive.segments().last() != Some(&segment));
        }
    }
}

#[test]
fn a_missing_segment_is_found_but_for_one_that_nothing_follows_and_that_changed_nothing() {
    let evidence = Evidence::new();
    let segments = evidence.copy("archive").segments();
    let (newest, older) = segments.split_last().expect("segments");
    for segment in older {
        let archive = evidence.copy("archive");
        let head = head(&archive);
        std::fs::remove_file(archive.file("_journal").join(segment)).expect("removed");
        is_found_in(&archive, segment, "removed");
        // The newest line is there, so a kept digest shows it by the chain alone.
        assert!(!archive.verify(&["--expect-head", &head]).found().contains("journal: journal: the journal"));
        let archive = evidence.copy("archive");
        std::fs::write(archive.file("_journal").join(segment), "").expect("emptied");
        is_found_in(&archive, segment, "emptied");
        let archive = evidence.copy("archive");
        std::fs::rename(archive.file("_journal").join(segment), archive.file("_journal/20200101T000000.000Z-00000000.ndjson"))
            .expect("renamed");
        is_found_in(&archive, segment, "renamed");
    }
    // The newest is about a verification, which changes no bag.
    let archive = evidence.copy("archive");
    let head_then = head(&archive);
    std::fs::remove_file(archive.file("_journal").join(newest)).expect("removed");
    archive.is_sound("nothing shows it");
    is_missed(&archive, &head_then, "but a kept digest");
    // The one before it is about a bag that changed.
    std::fs::remove_file(archive.file("_journal").join(&older[1])).expect("removed");
    archive.finds("removed", &["beta: journal: tagmanifest-sha256.txt", &format!("journal: journal: {}", older[1])]);
    // And the first of all of them.
    std::fs::remove_file(archive.file("_journal").join(&older[0])).expect("removed");
    let verdict = archive.finds("without any journal", &[&archive.missing_run(ALPHA)]);
    assert!(!verdict.checked(ALPHA).contains(&vmedia::archive::verify::Aspect::Journal), "and it is not claimed to be unaltered");
    is_missed(&archive, &head_then, "but a kept digest");
}

#[test]
fn a_segment_that_was_written_anew_is_found_by_what_follows_it() {
    let evidence = Evidence::new();
    let segments = evidence.copy("archive").segments();
    for segment in &segments[..2] {
        let archive = evidence.copy("archive");
        archive.is_sound("before");
        let mut entries = archive.entries(segment);
        entries[0]["operator"] = json!("another");
        archive.chain(segment, entries);
        is_found_in(&archive, segment, "another operator");
    }
    // The newest is followed by nothing, until the next run.
    let archive = evidence.copy("archive");
    let head = head(&archive);
    let mut entries = archive.entries(&segments[2]);
    entries[0]["operator"] = json!("another");
    archive.chain(&segments[2], entries);
    archive.is_sound("nothing shows it");
    is_missed(&archive, &head, "but a kept digest");
}

#[test]
fn a_journal_that_was_written_anew_as_a_whole_is_found_by_a_digest_that_was_kept_elsewhere() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    let head = head(&archive);
    // The forger's masterpiece: the picture, the record, the manifests, and a journal that has never said otherwise.
    let bag = archive.bag(ALPHA);
    let old = sha256(bag.read(&face(ALPHA)));
    bag.write(&face(ALPHA), jpeg("forged"));
    bag.forge();
    archive.finds("before", &["alpha: journal: data/alpha-new/face_face-alpha.jpg", "alpha: journal: tagmanifest-sha256.txt"]);
    archive.chain_all(|_, entries| {
        for entry in entries.iter_mut().filter(|entry| entry["entry"] == "archived" && entry["folder"] == ALPHA) {
            entry["bag"] = json!(sha256(bag.read("tagmanifest-sha256.txt")));
            for file in entry["files"].as_array_mut().expect("files").iter_mut().filter(|file| file["sha256"] == old) {
                file["sha256"] = json!(sha256(jpeg("forged")));
            }
        }
    });
    archive.is_sound("nothing inside the archive can tell");
    is_missed(&archive, &head, "a kept digest shows it");
}

#[test]
fn a_digest_that_was_kept_elsewhere_is_found_wherever_it_stands() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    for segment in archive.segments() {
        for line in archive.lines(&segment) {
            let verdict = archive.verify(&["--expect-head", &sha256(&line).to_uppercase()]);
            assert_eq!((verdict.code, verdict.findings()), (0, Vec::new()));
        }
    }
    is_missed(&archive, &sha256("another"), "an unknown one");
    // Several are looked for, and one that is missing is named.
    let known = head(&archive);
    let verdict = archive.verify(&["--expect-head", &known, "--expect-head", &sha256("another")]);
    assert_eq!((verdict.code, verdict.findings().len()), (8, 1));
    // Later runs keep it.
    evidence.world.run(&["download", ALPHA, BETA]).ends_with(0);
    let verdict = evidence.archive().verify(&["--expect-head", &known]);
    assert_eq!((verdict.code, verdict.findings()), (0, Vec::new()));
    assert_ne!(verdict.heads(), [known]);
}

#[cfg(unix)]
#[test]
fn a_segment_is_a_file_and_no_link() {
    let evidence = Evidence::new();
    let elsewhere = evidence.copy("elsewhere");
    for segment in &evidence.copy("archive").segments()[..2] {
        let archive = evidence.copy("archive");
        archive.is_sound("before");
        std::fs::remove_file(archive.file("_journal").join(segment)).expect("removed");
        std::os::unix::fs::symlink(elsewhere.file("_journal").join(segment), archive.file("_journal").join(segment)).expect("a link");
        is_found_in(&archive, segment, "a link");
    }
}

#[test]
fn a_seal_larger_than_any_is_found_and_ends_nothing() {
    let evidence = Evidence::new();
    for ending in [".checkpoint", ".checkpoint.sig", ".checkpoint.tsr"] {
        let archive = evidence.copy("archive");
        let seal = format!("{}{ending}", archive.segments()[0]);
        std::fs::write(archive.file("_journal").join(&seal), vec![0; (1 << 20) + 1]).expect("written");
        archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes[12] ^= 1);
        let (seal, picture) = (format!("journal: journal: {seal}"), format!("alpha: manifests: {}", face(ALPHA)));
        let verdict = archive.finds("everything else is checked", &[&seal, &picture]);
        assert!(verdict.findings()[0].1.what.contains(" is larger than "), "{:?}", verdict.findings());
        assert_eq!(verdict.sound(), [BETA, GAMMA]);
    }
}
