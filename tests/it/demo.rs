//! The README's first command, and that its archive is what other tools accept.

use crate::harness::{Run, bare, others_accept, tree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use vmedia::sandbox::{SAMPLE_SESSION, samples};

/// Demonstrations prefer one port, so that they meet each other's; one after the other they do not.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn demo(folder: &Path) -> Run {
    Run::of(&bare(folder).args(["demo", "-o", "shown"]).output().expect("a run"))
}

/// The ports of the sandboxes that answered, from the addresses in their listings.
fn ports(tree: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let listings = tree.iter().filter(|(path, _)| path.contains("/metadata/")).map(|(_, bytes)| String::from_utf8_lossy(bytes));
    let port = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    listings.flat_map(|text| text.split("http://127.0.0.1:").skip(1).map(port).collect::<Vec<_>>()).collect()
}

#[test]
fn the_demonstration_archives_both_attempts_and_says_where_to_look() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let run = demo(folder.path())
        .ends_with(0)
        .says("complete: 9 files fetched")
        .shows("1 session: sound: ")
        .shows("; 9 files, ")
        .says(if cfg!(windows) { "Get-FileHash" } else { "sha256sum -c" });
    for stream in [&run.stdout, &run.stderr] {
        assert!(!stream.contains(['\r', '\u{1b}']), "{stream:?}");
    }
    let held = tree(&folder.path().join("shown").join(SAMPLE_SESSION));
    let session = samples().into_iter().find(|session| session.id == SAMPLE_SESSION).expect("the sample");
    assert_eq!(session.attempts.len(), 2);
    for attempt in &session.attempts {
        for media in &attempt.media {
            let (_, bytes) = held
                .iter()
                .find(|(path, _)| path.starts_with(&format!("data/{}/", attempt.id)) && path.contains(&media.id))
                .unwrap_or_else(|| panic!("no {} {} of attempt {}", media.context, media.id, attempt.id));
            assert!(*bytes == media.read_all().expect("bytes"), "{} is not what the sandbox has", media.context);
        }
    }
    for name in ["decision", "person", "watchlist-screening"] {
        let kept = held.get(&format!("metadata/{name}.json")).map(|bytes| String::from_utf8_lossy(bytes));
        assert_eq!(kept.as_deref(), session.companions.get(name).map(String::as_str), "{name}");
    }
}

#[test]
fn a_second_demonstration_keeps_everything() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("shown");
    demo(folder.path()).ends_with(0);
    let first = tree(&root);
    demo(folder.path()).ends_with(0).says("complete: 9 files kept, nothing to fetch");
    let second = tree(&root);
    let payload = |tree: &BTreeMap<String, Vec<u8>>| -> BTreeMap<_, _> {
        tree.clone().into_iter().filter(|(path, _)| path.contains("/data/")).collect()
    };
    assert_eq!(payload(&first).len(), 9);
    assert_eq!(payload(&second), payload(&first));
    // Another demonstration had the port: then the addresses in the listings differ, and only then.
    if ports(&second).len() < 2 {
        assert!(second == first, "{:?} and then {:?}", first.keys(), second.keys());
    }
}

#[test]
fn tools_of_others_accept_the_demonstrations_archive() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    demo(folder.path()).ends_with(0);
    let bag = folder.path().join("shown").join(SAMPLE_SESSION);
    assert_eq!(std::fs::read_to_string(bag.join("manifest-sha256.txt")).expect("a manifest").lines().count(), 9);
    others_accept(&bag);
}
