//! A journal whose last line breaks off, as a kill or a power loss leaves it: a note, and the next run goes on. What was
//! torn on purpose, where another run vouches for it, is found. And an archive that lost its journal, or never had one.

use super::forger::sha256;
use super::{ALPHA, Archive, BETA, Evidence, GAMMA, TAGS, face, grown, session, verify};
use crate::harness::{World, jpeg};
use serde_json::json;

/// Cuts a segment after so many bytes.
fn cut(archive: &Archive, segment: &str, length: usize) {
    let path = archive.file("_journal").join(segment);
    let bytes = std::fs::read(&path).expect("a segment");
    std::fs::write(&path, &bytes[..length]).expect("cut");
}

/// How many bytes of a segment stand before its last line.
fn before_last(archive: &Archive, segment: &str) -> usize {
    let lines = archive.lines(segment);
    lines[..lines.len() - 1].iter().map(|line| line.len() + 1).sum()
}

#[test]
fn an_end_that_was_torn_anywhere_is_a_note() {
    let evidence = Evidence::new();
    let newest = evidence.archive().segments().pop().expect("a segment");
    let number = evidence.archive().lines(&newest).len();
    let begin = before_last(&evidence.archive(), &newest);
    let whole = std::fs::read(evidence.archive().file("_journal").join(&newest)).expect("a segment").len();
    let archive = evidence.copy("torn");
    archive.is_sound("before");
    let no_end = format!("{newest}: its run has no end: it was killed, or the end was removed");
    let breaks_off = format!("{newest}: line {number} is cut off: its run was killed while it wrote; the next run repeats that step");
    for length in (begin..whole).rev() {
        cut(&archive, &newest, length);
        let verdict = archive.is_sound(&format!("{length} of {whole} bytes"));
        let expected = if length > begin { vec![breaks_off.clone(), no_end.clone()] } else { vec![no_end.clone()] };
        assert_eq!(verdict.notes(), expected, "{length} of {whole} bytes");
        assert_eq!(verdict.sound(), [ALPHA, BETA, GAMMA]);
    }
    // Without any line it is no journal of anything.
    cut(&archive, &newest, 0);
    archive.is_sound("nothing is left of it");
}

#[test]
fn the_next_run_goes_on_after_a_torn_end() {
    let evidence = Evidence::new();
    let newest = evidence.archive().segments().pop().expect("a segment");
    let begin = before_last(&evidence.archive(), &newest);
    // In the last line, in the one before, and in the first.
    for length in [begin + 20, begin, begin - 20, 20, 0] {
        let archive = evidence.copy("torn");
        cut(&archive, &newest, length);
        for words in [&["download", ALPHA, BETA, GAMMA, "-o", "torn"][..], &["verify", "torn"]] {
            evidence.world.run(words).ends_with(0);
        }
        let verdict = archive.is_sound("after the next run");
        assert_eq!(verdict.heads().len(), 1, "one end that nothing follows");
        // It stays as it was torn: an addition or a further cut is found.
        let torn = std::fs::read(archive.file("_journal").join(&newest)).expect("a segment");
        assert_eq!(torn.len(), length);
        let whole = std::fs::read(evidence.archive().file("_journal").join(&newest)).expect("a segment");
        std::fs::write(archive.file("_journal").join(&newest), whole).expect("written");
        archive.finds("lines grew back", &[&format!("journal: journal: {newest}")]);
        if length > 20 {
            cut(&archive, &newest, 20);
            archive.finds("more was cut", &[&format!("journal: journal: {newest}")]);
        }
    }
}

#[test]
fn an_older_run_that_is_torn_now_is_found() {
    let evidence = Evidence::new();
    for segment in &evidence.archive().segments()[..2] {
        let archive = evidence.copy("torn");
        archive.is_sound("before");
        let begin = before_last(&archive, segment);
        for length in [begin + 20, begin] {
            cut(&archive, segment, length);
            archive.finds("torn afterwards", &[&format!("journal: journal: {segment}")]);
        }
    }
}

#[test]
fn a_change_whose_line_was_cut_off_is_found() {
    let evidence = Evidence::young();
    let segment = evidence.archive().segments().pop().expect("a segment");
    let archive = evidence.copy("torn");
    let entries = archive.entries(&segment);
    let last = entries[3]["folder"].as_str().expect("the last that was archived").to_owned();
    let length: usize = archive.lines(&segment)[..3].iter().map(|line| line.len() + 1).sum();
    for length in [length, length + 20] {
        let archive = evidence.copy("torn");
        archive.is_sound("before");
        cut(&archive, &segment, length);
        let verdict = archive.finds("cut", &[&format!("{last}: journal: tagmanifest-sha256.txt")]);
        assert_eq!(verdict.sound().len(), 2);
        // A further run does not make up for it.
        evidence.world.run(&["download", ALPHA, BETA, GAMMA, "-o", "torn"]).ends_with(0);
        archive.finds("after another run", &[&format!("{last}: journal: tagmanifest-sha256.txt")]);
    }
}

#[test]
fn what_the_journal_of_a_killed_run_cannot_show() {
    // Nothing follows the last line of a run that was killed, so a forger may go on in its name; it must fit all the same.
    let evidence = Evidence::new();
    let newest = evidence.archive().segments().pop().expect("a segment");
    let archive = evidence.copy("killed");
    cut(&archive, &newest, before_last(&archive, &newest));
    let lines = archive.lines(&newest);
    let mut forged = json!({ "previous": "0".repeat(64), "at": "2026-11-21T09:30:00Z", "entry": "kept", "sessions": [] });
    archive.write_lines(&newest, &[&lines[..], &[forged.to_string()]].concat());
    archive.finds("it does not fit", &[&format!("journal: journal: {newest}")]);
    forged["previous"] = json!(sha256(lines.last().expect("a line")));
    archive.write_lines(&newest, &[&lines[..], &[forged.to_string()]].concat());
    archive.is_sound("it fits");
    let kept = sha256(lines.last().expect("a line"));
    let verdict = verify(&archive.root, &[".", "--read-only", "--expect-head", &kept]);
    assert_eq!(verdict.code, 0, "and what was kept elsewhere is still there");
}

#[test]
fn a_session_that_the_journal_should_have_known_stays_a_finding_after_further_runs() {
    let world = World::with([ALPHA, BETA].map(session).to_vec());
    world.run(&["download", ALPHA]).ends_with(0);
    world.run(&["download", BETA]).ends_with(0);
    let archive = Archive { root: world.archive() };
    archive.is_sound("before");
    // The run that recorded it is cut off, and a picture rewritten with everything that vouches for it.
    std::fs::remove_file(archive.file("_journal").join(archive.segments().pop().expect("a segment"))).expect("removed");
    let bag = archive.bag(BETA);
    bag.write(&face(BETA), jpeg("forged"));
    bag.forge();
    let missing = archive.missing_run(BETA);
    archive.finds("forged", &[&missing]);
    // The next run has news of it and takes it into the journal as it finds it.
    world.sandbox.put_session(grown(BETA));
    world.run(&["download", ALPHA, BETA]).ends_with(0);
    archive.finds("after another run", &[&missing]);
    // Neither does it help to have the bag look as if there had been none.
    let archive = Archive { root: world.archive() };
    std::fs::remove_file(archive.file("_journal").join(archive.segments().pop().expect("a segment"))).expect("removed");
    archive.bag(BETA).remove(TAGS);
    world.run(&["download", ALPHA, BETA]).ends_with(0);
    archive.finds("without a manifest", &[&missing]);
    // Nor to take the name of the run out of the record.
    archive.bag(BETA).edit_record(|record| _ = record["journal"].as_array_mut().expect("runs").remove(0));
    archive.bag(BETA).forge_manifests();
    world.sandbox.put_session(session(BETA));
    world.run(&["download", ALPHA, BETA]).ends_with(0);
    let verdict = archive.verify(&[]);
    assert!(verdict.found().contains("beta: journal: tagmanifest-sha256.txt"), "{:?}", verdict.findings());
}

#[test]
fn a_missing_journal_is_one_finding_whatever_later_runs_write() {
    let evidence = Evidence::young();
    let archive = evidence.copy("archive");
    archive.is_sound("before");
    std::fs::rename(archive.file("_journal"), evidence.world.folder().join("kept")).expect("moved");
    let missing = archive.missing_run(ALPHA);
    let verdict = archive.finds("without a journal", &[&missing]);
    let finding = &verdict.findings()[0].1;
    assert!(finding.what.contains("vouches for 3 sessions (alpha, beta, gamma)"), "{finding:?}");
    assert_eq!(verdict.checked(ALPHA).len(), 2, "the journal was not compared");
    let run = evidence.world.run(&["verify", "archive"]).ends_with(8);
    run.lists("is missing, which vouches for 3 sessions", "restore the folder _journal from a backup");
    // A new journal begins with a session that changes; it makes nothing worse and nothing better.
    evidence.world.sandbox.put_session(grown(BETA));
    let download = || evidence.world.run(&["download", ALPHA, BETA, GAMMA, "-o", "archive"]).ends_with(0);
    download();
    let verdict = archive.finds("a journal that began late", &[&missing]);
    assert_eq!(verdict.sound(), [ALPHA, BETA, GAMMA], "the sessions themselves are what their manifests say");
    for id in [ALPHA, GAMMA] {
        evidence.world.sandbox.put_session(grown(id));
    }
    download();
    archive.finds("all have changed since", &[&missing]);
    // A change after that is found as in any archive.
    let bag = archive.bag(ALPHA);
    bag.write(&face(ALPHA), jpeg("forged"));
    bag.forge();
    archive.finds("forged since", &[&missing, "alpha: journal: tagmanifest-sha256.txt"]);
    bag.write(&face(ALPHA), jpeg("face-alpha"));
    bag.forge();
    // The old journal heals it.
    super::copy(&evidence.world.folder().join("kept"), &archive.file("_journal"));
    let found = archive.verify(&[]).found();
    assert!(!found.contains(&missing), "{found:?}");
}
