//! The life of a session's folder, on a real local store.

#![allow(clippy::disallowed_methods, reason = "tests prepare and damage files by hand")]

use super::{Document, FileRecord, Holding, Identity, Journal, NewFile, Origin, Reason, Salt, SessionArchive, SignatureRecord, State};
use crate::model::{AttemptId, Kind, MediaId, MediaItem, Place, SessionId};
use crate::store::{Digest, LocalStore, Store, StorePath};
use crate::verify::{NoProvider, examine, reread};
use jiff::Timestamp;
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// Returns that the provider does not have a media file.
fn not_found() -> Reason {
    Reason::NotFound { text: "HTTP 404".to_owned() }
}

struct Desk {
    _folder: tempfile::TempDir,
    root: PathBuf,
    store: Arc<dyn Store>,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("archive");
    Desk { _folder: folder, root: root.clone(), store: Arc::new(LocalStore::new(root, "the test".to_owned())) }
}

pub(crate) fn item(id: &str) -> MediaItem {
    MediaItem {
        id: MediaId::parse(id).expect("an id"),
        attempt: Some(AttemptId::parse("a").expect("an id")),
        group: None,
        kind: Kind::Image,
        context: Some("face".to_owned()),
        mimetype: Some("image/jpeg".to_owned()),
        type_hint: None,
        size: None,
        duration: None,
        places: Vec::new(),
    }
}

fn origin() -> Origin {
    let session = SessionId::parse("s").expect("an id");
    Origin { provider: "veriff".to_owned(), base_url: "https://x".to_owned(), session, salt: Salt::of([7; 32]) }
}

fn journal_of(store: &Arc<dyn Store>) -> Journal {
    let words = |text: &str| text.to_owned();
    let identity = Identity { tool: words("vmedia"), command: words("download"), operator: words("operator"), host: words("here") };
    Journal::new(Arc::clone(store), identity)
}

impl Desk {
    fn open(&self) -> SessionArchive {
        SessionArchive::open(Arc::clone(&self.store), origin(), &NoProvider, Timestamp::UNIX_EPOCH).expect("an archive")
    }

    fn journal(&self) -> Journal {
        journal_of(&self.store)
    }

    fn findings(&self) -> Vec<String> {
        let (store, folder) = (self.store.as_ref(), StorePath::name("s"));
        let mut examined = examine(store, &folder, &NoProvider).expect("a verdict");
        for item in std::mem::take(&mut examined.items) {
            let reread = reread(&mut Vec::new(), store, &folder, &item, &NoProvider, &mut |_| Ok(())).expect("a verdict");
            examined.findings.extend(reread.finding);
        }
        examined.findings.into_iter().map(|finding| format!("{}: {}", finding.path, finding.what)).collect()
    }

    fn file(&self, below: &str) -> PathBuf {
        self.root.join("s").join(below)
    }
}

#[test]
fn a_session_that_was_left_is_a_bag_and_late_work_changes_nothing_there() {
    let desk = desk();
    let mut archive = desk.open();
    archive.revision.describe(&[], &[item("m1"), item("m2")], &[], Timestamp::UNIX_EPOCH);
    keep(&mut archive, "m1", b"bytes");
    assert!(!archive.is_placing());
    archive.revision.settle(&item("m2").id, State::Failed, Reason::RunEnded);
    archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a bag");
    archive.leave();
    assert!(archive.place(&item("m2"), came(Digest::of(b"late")), Timestamp::UNIX_EPOCH).is_err());
    archive.revision.settle(&item("m2").id, State::Failed, Reason::Refetch);
    assert!(!archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("nothing"));
    assert_eq!((desk.findings(), desk.file("unfinished.ndjson").exists()), (Vec::new(), false));
}

#[test]
fn the_bags_own_files_are_read_once() {
    let desk = desk();
    let mut archive = desk.open();
    archive.revision.describe(&[], &[item("m1")], &[], Timestamp::UNIX_EPOCH);
    let file = keep(&mut archive, "m1", b"bytes");
    archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a bag");
    let left = || {
        let examined = examine(desk.store.as_ref(), &StorePath::name("s"), &NoProvider).expect("a verdict");
        (examined.items.into_iter().map(|item| item.path).collect::<Vec<_>>(), examined.findings.len())
    };
    let unread = vec![file.path, "index.html".to_owned()];
    assert_eq!(left(), (unread.clone(), 0));
    std::fs::write(desk.file("bag-info.txt"), "Payload-Oxum: 5.1\n").expect("written");
    assert_eq!(left(), (unread, 1), "what was read is compared");
}

/// A file with these bytes that has no path yet.
fn came(digest: Digest) -> NewFile {
    NewFile {
        digest,
        stored: None,
        content_type: None,
        extension: None,
        signature: SignatureRecord::absent(),
        fetched: Timestamp::UNIX_EPOCH,
        disagreements: Vec::new(),
    }
}

/// Archives bytes as the engine does.
fn keep(archive: &mut SessionArchive, id: &str, bytes: &[u8]) -> FileRecord {
    let store = Arc::clone(&archive.store);
    let mut staged = store.stage().expect("staged");
    staged.write(bytes).expect("written");
    let placed = archive.place(&item(id), came(Digest::of(bytes)), Timestamp::UNIX_EPOCH).expect("a path");
    if let Some(path) = &placed.free {
        staged.publish(path).expect("published");
    }
    archive.archived(&item(id), placed.file.clone(), Timestamp::UNIX_EPOCH);
    placed.file
}

fn document(text: &str) -> Document {
    Document {
        name: "media".to_owned(),
        endpoint: "sessions/{id}/media".to_owned(),
        bytes: text.as_bytes().to_vec(),
        signature: SignatureRecord::absent(),
        fetched: Timestamp::UNIX_EPOCH,
        redacted: Vec::new(),
    }
}

fn first_run(desk: &Desk) {
    let mut archive = desk.open();
    archive.keep_documents(&[document("{}")], Timestamp::UNIX_EPOCH).expect("kept");
    archive.revision.describe(&[], &[item("1"), item("2")], &[], Timestamp::UNIX_EPOCH);
    keep(&mut archive, "1", b"one");
    keep(&mut archive, "2", b"two");
    assert!(archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit"));
}

fn holding(archive: &mut SessionArchive, id: &str) -> Holding {
    let journal = journal_of(&archive.store);
    archive.holding(&item(id), &journal, &mut |_| Ok(())).expect("an answer")
}

#[test]
fn a_committed_session_is_a_valid_bag_and_committing_again_changes_nothing() {
    let desk = desk();
    first_run(&desk);
    assert_eq!(desk.findings(), Vec::<String>::new());
    let mut archive = desk.open();
    archive.revision.describe(&[], &[item("1"), item("2")], &[], Timestamp::UNIX_EPOCH);
    archive.keep_documents(&[document("{}")], Timestamp::MAX).expect("kept");
    assert_eq!(holding(&mut archive, "1"), Holding::Intact { path: "data/a/face_1.jpg".to_owned(), bytes: 3, refetch: None });
    assert!(!archive.commit(&desk.journal(), Timestamp::MAX).expect("a commit"));
}

#[test]
fn a_killed_run_is_recognisable_and_the_next_takes_over_what_it_finished() {
    let desk = desk();
    let mut killed = desk.open();
    killed.revision.describe(&[], &[item("1"), item("2")], &[], Timestamp::UNIX_EPOCH);
    keep(&mut killed, "1", b"one");
    drop(killed);
    assert!(desk.findings().iter().any(|finding| finding.starts_with("unfinished.ndjson")), "{:?}", desk.findings());
    let mut next = desk.open();
    next.revision.describe(&[], &[item("1"), item("2")], &[], Timestamp::UNIX_EPOCH);
    assert!(matches!(holding(&mut next, "1"), Holding::Intact { .. }));
    assert_eq!(holding(&mut next, "2"), Holding::Absent);
    keep(&mut next, "2", b"two");
    assert!(next.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit"));
    assert_eq!(desk.findings(), Vec::<String>::new());
    assert!(!desk.file("unfinished.ndjson").exists());
}

#[test]
fn an_announced_file_that_never_came_or_came_wrong_is_not_taken_over() {
    let desk = desk();
    let mut killed = desk.open();
    keep(&mut killed, "1", b"one");
    keep(&mut killed, "2", b"two");
    drop(killed);
    std::fs::remove_file(desk.file("data/a/face_1.jpg")).expect("removed");
    std::fs::write(desk.file("data/a/face_2.jpg"), "tw0").expect("altered");
    let mut next = desk.open();
    next.revision.describe(&[], &[item("1"), item("2")], &[], Timestamp::UNIX_EPOCH);
    assert_eq!((holding(&mut next, "1"), holding(&mut next, "2")), (Holding::Absent, Holding::Absent));
    keep(&mut next, "1", b"one");
    assert_eq!(keep(&mut next, "2", b"two").path, "data/a/face_2.jpg");
    next.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit");
    assert_eq!(desk.findings(), Vec::<String>::new());
    assert_eq!(std::fs::read(desk.file("damaged/data/a/face_2.jpg")).expect("kept aside"), b"tw0");
}

#[test]
fn other_bytes_stand_beside_the_old_and_equal_ones_are_not_kept_twice() {
    let desk = desk();
    first_run(&desk);
    let mut archive = desk.open();
    assert_eq!(keep(&mut archive, "1", b"one").path, "data/a/face_1.jpg");
    assert!(archive.revision.take_notices().is_empty());
    assert_eq!(keep(&mut archive, "1", b"ONE").path, "data/a/face_1.2.jpg");
    assert_eq!(archive.revision.take_notices().len(), 1);
    archive.keep_documents(&[document(r#"{"images":[]}"#)], Timestamp::UNIX_EPOCH).expect("kept");
    archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit");
    assert_eq!(desk.findings(), Vec::<String>::new());
    assert_eq!(std::fs::read(desk.file("data/a/face_1.jpg")).expect("there"), b"one");
    assert_eq!(std::fs::read(desk.file("metadata/media.json")).expect("there"), b"{}");
    assert_eq!(std::fs::read(desk.file("metadata/media.2.json")).expect("there"), br#"{"images":[]}"#);
}

#[test]
fn a_damaged_file_is_set_aside_and_healed() {
    let desk = desk();
    first_run(&desk);
    std::fs::write(desk.file("data/a/face_1.jpg"), "bad").expect("altered");
    std::fs::remove_file(desk.file("data/a/face_2.jpg")).expect("removed");
    assert_eq!(desk.findings().len(), 2, "{:?}", desk.findings());
    let mut archive = desk.open();
    assert!(matches!(holding(&mut archive, "1"), Holding::Damaged(_)));
    assert!(matches!(holding(&mut archive, "2"), Holding::Damaged(_)));
    keep(&mut archive, "1", b"one");
    keep(&mut archive, "2", b"two");
    archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit");
    assert_eq!(desk.findings(), Vec::<String>::new());
    assert_eq!(std::fs::read(desk.file("damaged/data/a/face_1.jpg")).expect("kept aside"), b"bad");
    assert_eq!(archive.revision.record.history.len(), 2);
}

#[test]
fn damage_that_the_provider_cannot_heal_stays_visible_and_new_bytes_get_their_own_name() {
    let desk = desk();
    first_run(&desk);
    std::fs::write(desk.file("data/a/face_1.jpg"), "bad").expect("altered");
    let mut archive = desk.open();
    assert!(matches!(holding(&mut archive, "1"), Holding::Damaged(_)));
    archive.revision.settle(&MediaId::parse("1").expect("an id"), State::Gone, not_found());
    archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit");
    assert_eq!(desk.findings().len(), 1, "{:?}", desk.findings());
    assert!(matches!(holding(&mut archive, "1"), Holding::Damaged(_)));
    assert_eq!(keep(&mut archive, "1", b"new").path, "data/a/face_1.2.jpg");
    archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit");
    // Other bytes are here now; that the first ones are lost stays visible.
    let findings = desk.findings();
    assert!(findings.len() == 1 && findings[0].starts_with("data/a/face_1.jpg: the original of media 1"), "{findings:?}");
}

#[test]
fn every_kind_of_damage_to_a_bag_is_found() {
    type Damage = fn(&Desk);
    let damages: [(&str, Damage); 6] = [
        ("data/a/face_1.jpg: its bytes", |desk| std::fs::write(desk.file("data/a/face_1.jpg"), "0ne").expect("altered")),
        ("data/a/face_1.jpg: missing", |desk| std::fs::remove_file(desk.file("data/a/face_1.jpg")).expect("removed")),
        ("data/a/extra.jpg: not in", |desk| std::fs::write(desk.file("data/a/extra.jpg"), "x").expect("added")),
        ("metadata/media.json: its bytes", |desk| std::fs::write(desk.file("metadata/media.json"), "[]").expect("altered")),
        ("tagmanifest-sha256.txt: missing", |desk| std::fs::remove_file(desk.file("tagmanifest-sha256.txt")).expect("removed")),
        ("manifest-sha256.txt: line 1", |desk| std::fs::write(desk.file("manifest-sha256.txt"), "nonsense\n").expect("altered")),
    ];
    for (expected, damage) in damages {
        let desk = desk();
        first_run(&desk);
        damage(&desk);
        assert!(desk.findings().iter().any(|finding| finding.starts_with(expected)), "{expected}: {:?}", desk.findings());
    }
}

#[test]
fn what_a_newer_version_wrote_survives_and_a_newer_schema_is_left_alone() {
    let desk = desk();
    first_run(&desk);
    let path = desk.file("archive.json");
    let text = std::fs::read_to_string(&path).expect("a record");
    std::fs::write(
        &path,
        text.replacen("{\n", "{\n  \"sealed\": {\"by\": \"x\"},\n", 1).replacen("\"id\": \"1\",", "\"id\": \"1\", \"rank\": 7,", 1),
    )
    .expect("written");
    let mut archive = desk.open();
    keep(&mut archive, "3", b"three");
    archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit");
    let rewritten = std::fs::read_to_string(&path).expect("a record");
    assert!(rewritten.contains("\"sealed\"") && rewritten.contains("\"rank\": 7"), "{rewritten}");
    std::fs::write(&path, rewritten.replace("\"version\": 1", "\"version\": 2")).expect("written");
    let refused = SessionArchive::open(Arc::clone(&desk.store), origin(), &NoProvider, Timestamp::UNIX_EPOCH);
    assert_eq!(refused.map(|_| ()).map_err(|error| error.kind()), Err(crate::error::ErrorKind::Configuration));
}

fn state(archive: &SessionArchive, id: &str) -> (State, usize) {
    let known = archive.revision.record.media.iter().find(|known| known.id.as_str() == id).expect("a record");
    (known.state.known().expect("a state"), known.places.len())
}

#[test]
fn a_narrower_run_forgets_nothing_that_a_wider_one_knew() {
    let place = |document: &str| Place::new(document, "/images/0");
    let wide = MediaItem { places: vec![place("media"), place("attempts/a/media")], size: Some(3), ..item("1") };
    let narrow = MediaItem { places: vec![place("attempts/a/media")], context: None, ..item("1") };
    let desk = desk();
    let mut archive = desk.open();
    archive.revision.describe(&[], &[wide], &[], Timestamp::UNIX_EPOCH);
    let id = MediaId::parse("1").expect("an id");
    archive.revision.settle(&id, State::Gone, not_found());
    archive.revision.describe(&[], &[narrow], &[], Timestamp::UNIX_EPOCH);
    archive.revision.settle(&id, State::Excluded, Reason::KindNotSelected { kind: Kind::Image });
    assert_eq!(state(&archive, "1"), (State::Gone, 2));
    let known = &archive.revision.record.media[0];
    assert_eq!((known.size, known.context.as_deref()), (Some(3), Some("face")));
    keep(&mut archive, "1", b"one");
    archive.revision.settle(&id, State::Failed, Reason::Unavailable { text: "HTTP 503".to_owned() });
    assert_eq!(state(&archive, "1").0, State::Archived);
}

#[test]
fn a_medium_whose_file_was_put_back_by_hand_is_archived_again() {
    let desk = desk();
    first_run(&desk);
    std::fs::remove_file(desk.file("data/a/face_1.jpg")).expect("removed");
    let mut archive = desk.open();
    assert!(matches!(holding(&mut archive, "1"), Holding::Damaged(_)));
    archive.revision.settle(&MediaId::parse("1").expect("an id"), State::Gone, not_found());
    archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH).expect("a commit");
    std::fs::write(desk.file("data/a/face_1.jpg"), "one").expect("put back");
    let mut archive = desk.open();
    assert_eq!(state(&archive, "1").0, State::Gone);
    assert!(matches!(holding(&mut archive, "1"), Holding::Intact { .. }));
    assert_eq!(state(&archive, "1").0, State::Archived);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_record_or_mark_or_list_is_too_strange_to_be_looked_at(
        name in prop::sample::select(&["archive.json", "unfinished.ndjson", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"][..]),
        place in any::<prop::sample::Index>(),
        length in 0_usize..80,
        piece in prop_oneof![prop::collection::vec(any::<u8>(), 0..80), "[\\[\\]{}\",:0-9a-z./ ]{0,40}".prop_map(String::into_bytes)],
    ) {
        let desk = desk();
        first_run(&desk);
        // A mark of a run that was killed holds a line of each sort.
        let mut killed = desk.open();
        killed.keep_documents(&[document("[]")], Timestamp::UNIX_EPOCH).expect("kept");
        keep(&mut killed, "3", b"three");
        let mut bytes = std::fs::read(desk.file(name)).expect("a file");
        let begin = place.index(bytes.len());
        let end = (begin + length).min(bytes.len());
        bytes.splice(begin..end, piece);
        if name != "unfinished.ndjson" {
            std::fs::remove_file(desk.file("unfinished.ndjson")).expect("removed");
        }
        std::fs::write(desk.file(name), &bytes).expect("written");
        let _ = desk.findings();
        if let Ok(mut archive) = SessionArchive::open(Arc::clone(&desk.store), origin(), &NoProvider, Timestamp::UNIX_EPOCH) {
            let _ = archive.holding(&item("1"), &desk.journal(), &mut |_| Ok(()));
            let _ = archive.commit(&desk.journal(), Timestamp::UNIX_EPOCH);
        }
    }
}
