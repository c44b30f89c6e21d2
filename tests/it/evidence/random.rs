//! Random changes of random files, always the same ones: each is found, but for what the journal says by itself that it
//! cannot know.

use super::{Archive, Evidence, whole_tree};
use std::collections::BTreeMap;

/// What may be done to a file.
fn mutated(random: &mut fastrand::Rng, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut changed = bytes.to_vec();
    let begin = random.usize(..=bytes.len());
    let end = random.usize(begin..=bytes.len());
    let some: Vec<u8> = (0..random.usize(1..20)).map(|_| random.u8(..)).collect();
    match random.u8(..6) {
        0 if !bytes.is_empty() => changed[begin.min(bytes.len() - 1)] ^= 1 << random.u8(..8),
        1 => drop(changed.drain(begin..end)),
        2 => drop(changed.splice(begin..begin, some)),
        3 => drop(changed.splice(begin..end, some)),
        4 => changed.truncate(begin),
        _ => return None,
    }
    Some(changed)
}

/// Whether nothing but the last line of the newest run is another, or the whole run is gone: what the journal cannot
/// show without a digest that was kept elsewhere.
fn is_the_newest_end(archive: &Archive, before: &BTreeMap<String, Vec<u8>>, path: &str, after: Option<&[u8]>) -> bool {
    let newest = before.keys().rfind(|path| path.starts_with("_journal/2")).expect("a segment");
    let whole = &before[newest];
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("lines") + 1;
    assert_eq!(archive.root.join(newest).exists(), path != newest || after.is_some());
    path == newest && after.is_none_or(|after| after.starts_with(&whole[..last]) || whole.starts_with(after))
}

#[test]
fn every_random_change_of_an_archive_is_found() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    let before = whole_tree(&archive.root);
    let paths: Vec<&String> = before.keys().filter(|path| !path.starts_with(".vmedia/") && !path.ends_with('/')).collect();
    assert!(paths.len() > 40, "{paths:?}");
    let head = archive.is_sound("before").heads().remove(0);
    let mut random = fastrand::Rng::with_seed(77);
    let (mut found, mut unknowable) = (0, 0);
    for round in 0..700 {
        let path = paths[random.usize(..paths.len())];
        let after = mutated(&mut random, &before[path]);
        if after.as_ref() == Some(&before[path]) {
            continue;
        }
        match &after {
            Some(bytes) => std::fs::write(archive.file(path), bytes).expect("written"),
            None => std::fs::remove_file(archive.file(path)).expect("removed"),
        }
        let verdict = archive.verify(&[]);
        if is_the_newest_end(&archive, &before, path, after.as_deref()) {
            assert_eq!(archive.verify(&["--expect-head", &head]).code, 8, "round {round}, {path}: though a digest was kept");
            unknowable += 1;
        } else {
            assert_eq!(verdict.code, 8, "round {round}, {path}: nothing is found");
            found += 1;
        }
        // It is found where it was done: in the journal, or in that session.
        let place = path.split('/').next().map(|place| if place == "_journal" { "journal" } else { place }).expect("a place");
        // A record that names another run than its own is found in the journal, which names the session.
        let names_it = format!("({place})");
        let found_elsewhere = verdict.findings().into_iter().filter(|(found, finding)| found != place && !finding.what.contains(&names_it));
        let elsewhere: Vec<String> = found_elsewhere.map(|(found, finding)| format!("{found}: {}", finding.what)).collect();
        assert!(elsewhere.is_empty() || place == "journal", "round {round}, {path}: {elsewhere:?}");
        std::fs::write(archive.file(path), &before[path]).expect("put back");
    }
    assert!(found > 500 && unknowable > 3, "{found} found, {unknowable} unknowable");
    archive.is_sound("put back");
}
