//! `vmedia erase --class biometric`: the faces, videos and chip data of a session are gone with everything that was made of them, the
//! rest of the session is a sound bag, and nothing brings them back.

use super::erase;
use crate::evidence::{ALPHA, BETA, Evidence, GAMMA, copy, face, front, grown};
use crate::harness::{Run, World, is_sound, jpeg, mp4, nfc, tree};
use crate::schema::{is_described, judged};
use serde_json::{Value, json};
use vmedia::engine::{Erasure, Event};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// The words that order the erasure of the class.
fn erase_class(world: &World, words: &[&str]) -> Run {
    erase(world, &[words, &["--class", "biometric"]].concat())
}

fn record(world: &World, session: &str) -> Value {
    serde_json::from_slice(&std::fs::read(world.bag(session).join("archive.json")).expect("a record")).expect("JSON")
}

/// Every byte of the session, as one text.
fn all(world: &World, session: &str) -> Vec<u8> {
    tree(&world.bag(session)).into_values().flatten().collect()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn the_class_is_gone_the_rest_is_a_sound_bag_and_the_certificate_says_so() {
    let Evidence { world } = Evidence::young();
    // A damaged copy of the face, and a file that no record names.
    std::fs::write(world.bag(ALPHA).join(face(ALPHA)), jpeg("face-alpha!")).expect("written");
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    assert!(world.bag(ALPHA).join("damaged").join(face(ALPHA)).exists());
    std::fs::write(world.bag(ALPHA).join(face(ALPHA).replace(".jpg", ".2.jpg")), jpeg("face-alpha?")).expect("written");
    let before = tree(&world.bag(ALPHA));

    erase_class(&world, &[ALPHA, "--dry-run"]).ends_with(0).shows("alpha: biometric media would be erased: 5 files");
    assert_eq!(tree(&world.bag(ALPHA)), before);
    erase_class(&world, &[ALPHA]).ends_with(0).shows("alpha: biometric media erased: 5 files").shows("alpha.biometric.html");
    let bytes = all(&world, ALPHA);
    for part in [jpeg("face-alpha"), jpeg("face-alpha!"), jpeg("face-alpha?"), mp4("video-alpha"), nfc("nfc-alpha")] {
        assert!(!holds(&bytes, &part), "{} is still there", String::from_utf8_lossy(&part));
    }
    assert!(world.bag(ALPHA).join(front(ALPHA)).exists() && !world.bag(ALPHA).join(face(ALPHA)).exists());
    let left: Vec<String> = tree(&world.bag(ALPHA)).into_keys().filter(|path| path.contains("face-alpha")).collect();
    assert!(left.is_empty(), "{left:?}");

    let record = record(&world, ALPHA);
    is_described("archive", &record);
    let state = |id: &str| record["media"].as_array().expect("media").iter().find(|medium| medium["id"] == *id).expect("a medium").clone();
    for id in ["face-alpha", "video-alpha", "nfc-alpha"] {
        let medium = state(id);
        assert_eq!((&medium["state"], &medium["files"]), (&json!("erased"), &json!([])), "{id}");
        let reason = &medium["reason"];
        assert_eq!((&reason["code"], &reason["class"]), (&json!("erased"), &json!("biometric")));
        assert_eq!((&reason["authority"], &reason["reason"]), (&json!("GDPR art. 17"), &json!("request 2026-118")));
    }
    assert_eq!(state("back-alpha")["state"], "archived");

    let made: Value =
        serde_json::from_slice(&std::fs::read(world.archive().join("_erased/alpha.biometric.json")).expect("a file")).expect("JSON");
    is_described("erasure", &made);
    assert_eq!((&made["stage"], &made["class"], &made["files"]), (&json!("erased"), &json!("biometric"), &json!(5)));
    assert_eq!(made["media"], json!(["face-alpha", "video-alpha", "nfc-alpha"]));
    let journal =
        std::fs::read_to_string(world.archive().join("_journal").join(made["journal"].as_str().expect("a name"))).expect("a segment");
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let entries: Vec<&str> = lines.iter().filter_map(|line| line["entry"].as_str()).collect();
    assert_eq!(entries, ["opened", "erasing", "archived", "erased", "closed"]);
    let mut cases: Vec<(&str, Value)> = lines.iter().map(|line| ("journal", line.clone())).collect();
    cases.extend([("erasure", made), ("archive", record)]);
    cases.iter().for_each(|(name, value)| is_described(name, value));
    if let Some(verdicts) = judged(&cases) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
    let page = std::fs::read_to_string(world.archive().join("_erased/alpha.biometric.html")).expect("a page");
    assert!(page.contains("Class of media") && page.contains("video-alpha"), "{page}");
    let page = std::fs::read_to_string(world.bag(ALPHA).join("index.html")).expect("a page");
    assert!(page.contains("destroyed by order") && page.contains("request 2026-118"), "{page}");

    erase_class(&world, &[ALPHA]).ends_with(0).shows("alpha: biometric media were erased before, on ");
    world.run(&["verify", "vmedia-archive", "-v"]).ends_with(0).shows("3 media files: erased on ");
    world.run(&["show", ALPHA]).ends_with(0).shows("complete").shows("face of attempt 2 of 2: erased on ");
    world.run(&["catalog", "vmedia-archive"]).ends_with(0).shows("complete");
    #[cfg(unix)]
    crate::examples::archive::accepts(&world.archive(), &[]);
}

#[test]
fn no_command_fetches_them_again_not_even_a_new_attempt_s() {
    let Evidence { world } = Evidence::young();
    erase_class(&world, &[ALPHA]).ends_with(0);
    world.sandbox.put_session(grown(ALPHA));
    world.sandbox.clear_exchanges();
    let run = world
        .run(&["download", ALPHA, "--refetch", "-v"])
        .ends_with(0)
        .says("left out image face (latest-alpha) of session alpha: erased on ");
    assert!(run.stderr.contains("3 left out"), "{}", run.stderr);
    world.run(&["download", ALPHA, BETA, "--skip-complete"]).ends_with(0).says("2 complete, 2 of them before");
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    for id in ["face-alpha", "video-alpha", "nfc-alpha", "latest-alpha"] {
        assert_eq!(world.asked(id), 0, "{id}");
    }
    is_sound(&world);
    // Nor does a repair of a session that was deleted.
    erase_class(&world, &[BETA]).ends_with(0);
    std::fs::remove_dir_all(world.bag(BETA)).expect("removed");
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    assert!(world.bag(BETA).join(front(BETA)).exists() && world.asked("face-beta") == 0);
    is_sound(&world);
    // The session can still be erased as a whole.
    erase(&world, &[ALPHA]).ends_with(0).shows("alpha erased: ");
    is_sound(&world);
}

#[test]
fn what_has_no_such_media_or_cannot_be_erased_is_said() {
    let documents = Attempt::new("a1", "approved").media(Media::image("front-1", "document-front", "image/jpeg", jpeg("front")));
    let world = World::with(vec![Session::new("plain").attempt(documents)]);
    world.run(&["download", "plain"]).ends_with(0);
    let run = erase_class(&world, &["plain"]).ends_with(0).shows("plain has no biometric media: 0 files erased");
    assert!(!world.archive().join("_erased").exists(), "{}", run.stdout);
    let events = erase_class(&world, &["plain", "--format", "json"]).ends_with(0).events();
    assert!(events.iter().any(|event| matches!(event, Event::SessionErased { outcome: Erasure::Nothing, files: 0, .. })), "{events:?}");
    erase_class(&world, &["unknown"]).ends_with(9).complains("has no session unknown", "check the id");
    std::fs::write(world.bag("plain").join("unfinished.ndjson"), "").expect("written");
    erase_class(&world, &["plain"])
        .ends_with(8)
        .complains("a run was killed while it changed session plain", "let `vmedia download` finish");
    erase(&world, &["plain", "--class", "everything"]).ends_with(2);
}

#[test]
fn an_order_archives_them_again_and_is_kept() {
    let evidence = Evidence::young();
    let world = &evidence.world;
    erase_class(world, &[ALPHA]).ends_with(0);
    erase(world, &[BETA]).ends_with(0);
    world.run(&["download", ALPHA, "--again"]).ends_with(2).complains("--reason", "");
    world.run(&["download", ALPHA, "--reason", "x"]).ends_with(2);
    let order = ["--again", "--reason", "ticket 4711"];
    world.run(&[&["download", ALPHA, BETA, "--dry-run"], &order[..]].concat()).ends_with(0);
    world.run(&["download", BETA]).ends_with(9);
    world.run(&[&["download", ALPHA, BETA], &order[..]].concat()).ends_with(0).says("2 complete; 8 files fetched");
    assert!([ALPHA, BETA].iter().all(|id| world.bag(id).join(face(id)).exists()));
    for name in ["alpha.biometric", BETA] {
        let made: Value =
            serde_json::from_slice(&std::fs::read(world.archive().join(format!("_erased/{name}.json"))).expect("a file")).expect("JSON");
        is_described("erasure", &made);
        assert_eq!((&made["stage"], &made["again"]["reason"]), (&json!("erased"), &json!("ticket 4711")));
        let journal =
            std::fs::read_to_string(world.archive().join("_journal").join(made["journal"].as_str().expect("a name"))).expect("a segment");
        let lines = journal.lines().map(|line| ("journal", serde_json::from_str(line).expect("JSON")));
        let cases: Vec<(&str, Value)> = lines.chain([("erasure", made)]).collect();
        cases.iter().for_each(|(name, value)| is_described(name, value));
        if let Some(verdicts) = judged(&cases) {
            assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
        }
    }
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(0);
    assert_eq!(run.stdout.matches("and archived again by order: ticket 4711").count(), 2, "{}", run.stdout);
    #[cfg(unix)]
    crate::examples::archive::accepts(&world.archive(), &[]);
    // Later runs treat them as any other, and they can be erased again.
    world.run(&["download", ALPHA, BETA]).ends_with(0).says("10 files kept");
    evidence.copy("before");
    erase_class(world, &[ALPHA]).ends_with(0).shows("alpha: biometric media erased: 3 files");
    erase(world, &[BETA]).ends_with(0).shows("beta erased: ");
    is_sound(world);
    world.run(&["download", BETA]).ends_with(9);
    // A certificate that claims an order which the journal does not have is found.
    let path = world.archive().join("_erased/beta.json");
    let text = std::fs::read_to_string(&path).expect("a certificate");
    std::fs::write(&path, text.replace("\"tool\"", "\"again\": { \"at\": \"2026-01-01T00:00:00Z\", \"reason\": \"x\" },\n  \"tool\""))
        .expect("written");
    world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(8).shows("_erased/beta.json: is not what was written");
}

/// What is done to the archive after the erasure, and each finding that follows.
type Deed = (&'static str, fn(&crate::evidence::Archive, &std::path::Path), &'static [&'static str]);

const DEEDS: [Deed; 4] = [
    ("nothing", |_, _| {}, &[]),
    (
        "the certificate removed",
        |archive, _| std::fs::remove_file(archive.file("_erased/alpha.biometric.json")).expect("removed"),
        &["alpha: listings: _erased/alpha.biometric.json"],
    ),
    (
        "the face put back",
        |archive, before| _ = std::fs::copy(before.join(ALPHA).join(face(ALPHA)), archive.file(ALPHA).join(face(ALPHA))).expect("copied"),
        &["alpha: listings: data/alpha-new/face_face-alpha.jpg"],
    ),
    (
        "the certificate of another session forged",
        |archive, _| {
            let text = std::fs::read_to_string(archive.file("_erased/alpha.biometric.json")).expect("a certificate");
            std::fs::write(archive.file("_erased/gamma.biometric.json"), text.replace("alpha", GAMMA)).expect("written");
        },
        &["journal: journal: _erased/gamma.biometric.json"],
    ),
];

#[test]
fn every_deed_is_found() {
    let evidence = Evidence::young();
    let before = evidence.copy("before");
    erase_class(&evidence.world, &[ALPHA]).ends_with(0);
    for (what, done, found) in DEEDS {
        let archive = evidence.copy("tampered");
        done(&archive, &before.root);
        archive.finds(what, found);
    }
    // A backup of the session brings them back; the same command erases them again.
    std::fs::remove_dir_all(evidence.world.bag(ALPHA)).expect("removed");
    copy(&before.root.join(ALPHA), &evidence.world.bag(ALPHA));
    evidence
        .world
        .run(&["verify", "vmedia-archive", "--read-only"])
        .ends_with(8)
        .shows("media face-alpha was erased on ")
        .shows("and is here again");
    erase_class(&evidence.world, &[ALPHA]).ends_with(0).shows("alpha: biometric media erased: 3 files");
    assert!(!evidence.world.bag(ALPHA).join(face(ALPHA)).exists());
}
