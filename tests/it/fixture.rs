//! An archive as version 1 of its formats was written, checked in: every later version must verify it, go on with it, and
//! find nothing to fetch in it again.
//!
//! `archive-1` was made once, by `make_the_fixture`, with a signature and a time stamp by keys that are gone. It is never
//! made anew: a format that changes gets a fixture of its own beside it.

use crate::harness::{Run, World, bare, jpeg, mp4, session_named, tree};
use std::path::{Path, PathBuf};
use vmedia::archive::verify::{JournalReport, SessionReport};
use vmedia::engine::Event;
use vmedia::sandbox::fixture::{Attempt, Media, Session};

const SESSION: &str = "5d2f8c1e-7a40-4b6b-9c3d-e1f0a2b4c6d8";
const PARTIAL: &str = "partial";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archive-1")
}

/// What the provider had when the fixture was made.
fn sessions() -> Vec<Session> {
    let decision =
        r#"{"status":"success","verification":{"status":"approved","code":9001,"person":{"firstName":"ANNA","lastName":"SPECIMEN"}}}"#;
    let third =
        Attempt::new("third", "approved").media(Media::video("third-video", "selfid_video", "video/webm", mp4("third")).duration(4.75));
    let mut grown = session_named(SESSION, "second", "first").companion("decision", decision);
    grown.attempts.insert(0, third);
    vec![grown, session_named(PARTIAL, "p-new", "p-old")]
}

/// A copy of the fixture as the archive of a world whose provider has the same sessions.
pub fn archived() -> World {
    let world = World::with(sessions());
    for (path, bytes) in everything(&folder()) {
        let to = world.archive().join(path);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::write(to, bytes).expect("written");
    }
    world
}

/// Every file below a folder, the journal too.
fn everything(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let journal = std::fs::read_dir(root.join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").file_name());
    let journal = journal.map(|name| Path::new("_journal").join(name));
    let mut files: Vec<_> = tree(root).into_iter().map(|(path, bytes)| (PathBuf::from(path), bytes)).collect();
    files.extend(journal.map(|path| (path.clone(), std::fs::read(root.join(path)).expect("a file"))));
    files
}

#[test]
fn an_archive_of_version_1_is_verified() {
    let world = archived();
    let [signers, authority] = ["signers", "authority.pem"].map(|name| folder().join(name).to_str().expect("text").to_owned());
    // The authority's certificates had ended two days after the stamp.
    let words = ["verify", "vmedia-archive", "--read-only", "--format", "json", "--signers", &signers, "--tsa-ca", &authority];
    let run = Run::of(&bare(world.folder()).args(words).output().expect("a run")).ends_with(0);
    let events = run.events();
    let is_sealed = |event: &Event| matches!(event, Event::JournalVerified(JournalReport { runs: 4, signed_by, stamped: Some(_), unsealed: 0, .. }) if signed_by == &["archivist"]);
    assert!(events.iter().any(is_sealed), "{events:#?}");
    let bags: Vec<_> =
        events.iter().filter(|event| matches!(event, Event::BagVerified(SessionReport { findings, .. }) if findings.is_empty())).collect();
    assert_eq!(bags.len(), 2, "{events:#?}");
    // The sandbox's secret is public and does not change.
    world.run(&["verify", "vmedia-archive", "--read-only", "--authenticate"]).ends_with(0).shows("provider's signatures hold");
}

#[test]
fn an_archive_of_version_1_is_gone_on_with_and_nothing_is_fetched_again() {
    let world = archived();
    let payload = |world: &World| -> Vec<_> { world.tree().into_iter().filter(|(path, _)| path.contains("/data/")).collect() };
    let before = payload(&world);
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0).says("nothing to fetch");
    assert_eq!(world.media_requests(), 0);
    world.run(&["download", PARTIAL]).ends_with(0).says("1 file fetched");
    assert_eq!(payload(&world).len(), before.len() + 1, "what failed then came now");
    let run = Run::of(&bare(world.folder()).args(["verify", "vmedia-archive"]).output().expect("a run")).ends_with(0);
    assert!(!run.stderr.contains("error") && run.stdout.contains("all sound"), "{}{}", run.stdout, run.stderr);
    let rows = Run::of(&bare(world.folder()).args(["catalog", "vmedia-archive"]).output().expect("a run")).ends_with(0).stdout;
    assert!(rows.contains("approved"), "{rows}");
}

#[test]
fn a_medium_that_was_never_settled_is_known_by_its_code() {
    let world = archived();
    let path = world.archive().join(PARTIAL).join("archive.json");
    let text = std::fs::read_to_string(&path).expect("a record");
    let mut record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let failed = record["media"].as_array_mut().expect("media").iter_mut().find(|medium| medium["state"] != "archived").expect("a medium");
    (failed["state"], failed["reason"]) = ("failed".into(), serde_json::json!({ "code": "not-fetched", "text": "in any wording" }));
    std::fs::write(&path, record.to_string()).expect("written");
    let run = Run::of(&bare(world.folder()).args(["verify", "vmedia-archive", "--read-only"]).output().expect("a run")).ends_with(8);
    assert!(run.stdout.contains("has no recorded outcome"), "{}", run.stdout);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "makes the fixture, which is never made anew: run it by name when a format gets its next version"]
fn make_the_fixture() {
    use crate::seal::authority::{Office, Server, stamped};
    let office = std::sync::Arc::new(Office::open().expect("openssl"));
    let replying = std::sync::Arc::clone(&office);
    let server = Server::start(move |_, query| stamped(&replying.reply("usual", query)));
    let mut now = sessions();
    let third = now[0].attempts.remove(0);
    let world = World::with(now);
    let key = ["-q", "-t", "ed25519", "-N", "", "-C", "archivist", "-f", "key"];
    crate::seal::succeeds(world.folder(), "ssh-keygen", &key, b"");
    world.faults("media:face-partial=404");
    world.run(&["download", SESSION, PARTIAL, "--with", "decision"]).ends_with(7);
    // Damage that was healed, an attempt that was gained, a verification, a run under seals.
    std::fs::write(world.archive().join(SESSION).join(format!("data/second/face_face-{SESSION}.jpg")), jpeg("fake")).expect("written");
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0);
    let mut grown = session_named(SESSION, "second", "first");
    grown.companions = sessions()[0].companions.clone();
    grown.attempts.insert(0, third);
    world.sandbox.put_session(grown);
    world.run(&["verify", "vmedia-archive"]).ends_with(0);
    world
        .run(&[
            "download",
            SESSION,
            "--with",
            "decision",
            "--sign-key",
            "key",
            "--accept-unsealed",
            "the key is new",
            "--timestamp",
            &server.url(),
        ])
        .ends_with(0);
    let public = std::fs::read_to_string(world.folder().join("key.pub")).expect("a key");
    let to = folder();
    assert!(!to.exists(), "the fixture is here already");
    for (path, bytes) in everything(&world.archive()) {
        let path = to.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("written");
    }
    std::fs::write(to.join("signers"), format!("archivist {public}")).expect("written");
    std::fs::copy(office.folder().join("ca.pem"), to.join("authority.pem")).expect("copied");
}
