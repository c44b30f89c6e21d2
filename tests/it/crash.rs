//! Runs that end at any step of what they do to the disk, and the run after them; and in which order a run does it, because
//! that is what a power loss leaves.
//!
//! - `faulty`: a store that fails or stops at a step that the test chooses, around the local folder.
//! - `power`: what a power loss may leave of such a run: all that was synced, and of the rest anything.
//! - `steps`: a run in this process on such a store, for each of its steps.
//! - `traced`: the real program under `strace`, which kills it or lets its system calls fail, and the order of its calls.

pub mod faulty;
mod power;
pub mod steps;
#[cfg(target_os = "linux")]
mod traced;

use crate::harness::{FIRST, NEWEST, SESSION, World, jpeg, nfc, session};
use std::path::Path;
use vmedia::sandbox::fixture::Session;

/// The smallest session that has everything: two attempts, a picture in each, NFC data, a decision.
fn small() -> Session {
    let mut session = session().companion("decision", r#"{"status":"success","verification":{"status":"approved"}}"#);
    session.attempts[0].media.retain(|media| media.id != format!("face-{SESSION}") && media.id != format!("video-{SESSION}"));
    session
}

/// What the small session's media are.
const MEDIA: [&str; 3] = ["front", "nfc", "old"];

/// The paths and bytes of the small session's media below its folder.
fn expected() -> [(&'static str, String, Vec<u8>); 3] {
    [
        ("front", format!("data/{NEWEST}/document-front_front-{SESSION}.jpg"), jpeg("front")),
        ("nfc", format!("data/{NEWEST}/nfc_nfc-{SESSION}.json"), nfc("nfc")),
        ("old", format!("data/{FIRST}/document-front_old-{SESSION}.jpg"), jpeg("old")),
    ]
}

/// Which of them are there with all their bytes.
fn whole(root: &Path) -> Vec<&'static str> {
    let is_whole = |path: &str, bytes: &[u8]| std::fs::read(root.join(SESSION).join(path)).is_ok_and(|found| found == bytes);
    expected().into_iter().filter(|(_, path, bytes)| is_whole(path, bytes)).map(|(what, ..)| what).collect()
}

/// Whether a session's folder claims to be finished.
fn claims_to_be_finished(root: &Path) -> bool {
    root.join(SESSION).exists() && !root.join(SESSION).join("unfinished.ndjson").exists()
}

/// Fails the test unless everything that was asked for was not there before, and everything is there now.
#[track_caller]
fn is_complete(world: &World, root: &Path, before: &[&str], what: &str) {
    for medium in MEDIA {
        assert_eq!(world.asked(medium), usize::from(!before.contains(&medium)), "{what}: {medium}, with {before:?} finished before");
    }
    is_whole(root, what);
}

/// Fails the test unless all of the session is there, is recorded so, and says that it is finished.
#[track_caller]
fn is_whole(root: &Path, what: &str) {
    assert_eq!(whole(root), MEDIA, "{what}");
    assert!(claims_to_be_finished(root), "{what}");
    let record = std::fs::read(root.join(SESSION).join("archive.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_slice(&record).expect("JSON");
    for medium in record["media"].as_array().expect("media") {
        assert_eq!(medium["state"], "archived", "{what}: {medium:#}");
    }
}
