//! `vmedia repair`: what a verification found is fetched again, nothing else is, and what was damaged is kept.

use crate::harness::{ALL, NEWEST, SESSION, World, all_but, bare, event, is_sound, jpeg, mp4, nfc, others_accept, session, session_named};
use serde_json::json;
use vmedia::engine::Event;
use vmedia::sandbox::fixture::{Attempt, Media};

fn payload(context: &str, what: &str, extension: &str) -> String {
    format!("data/{NEWEST}/{context}_{what}-{SESSION}.{extension}")
}

#[test]
fn damaged_and_missing_files_are_fetched_again_and_nothing_else() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    // What is new at the provider is not damage; `download` brings it.
    let mut grown = session();
    grown.attempts.insert(0, Attempt::new("later", "approved").media(Media::nfc("later-nfc", nfc("later"))));
    world.sandbox.put_session(grown);
    let face = payload("face", "face", "jpg");
    std::fs::write(world.file(&face), jpeg("fake")).expect("written");
    std::fs::remove_file(world.file(&payload("selfid_video", "video", "mp4"))).expect("removed");
    world.sandbox.clear_exchanges();
    let run = world
        .run(&["repair", "vmedia-archive"])
        .ends_with(0)
        .shows("files do not match manifests")
        .shows("files missing or not listed: ")
        .says("2 files fetched");
    assert_eq!((world.asked("face"), world.asked("video"), world.media_requests()), (1, 1, 2), "{}", run.stderr);
    let tree = world.tree();
    assert_eq!(tree[&format!("{SESSION}/{face}")], jpeg("face"));
    assert_eq!(tree[&format!("{SESSION}/{}", payload("selfid_video", "video", "mp4"))], mp4("video"));
    assert_eq!(tree[&format!("{SESSION}/damaged/{face}")], jpeg("fake"), "the damaged copy is kept");
    is_sound(&world);
    others_accept(&world.file(""));
    let record = world.record();
    let later = record["media"].as_array().expect("media").iter().find(|medium| medium["id"] == "later-nfc").expect("listed");
    assert_eq!(later["state"], json!("excluded"));
    world.run(&["download", SESSION]).ends_with(0).says("1 file fetched");
}

#[test]
fn a_sound_archive_needs_neither_credentials_nor_network() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    let output = bare(world.folder()).args(["repair", "vmedia-archive", &format!("vmedia-archive/{SESSION}")]).output().expect("a run");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(world.tree(), before);
}

#[test]
fn only_the_damaged_sessions_are_asked_about() {
    let names = ["a", "b", "c"];
    let world = World::with(names.iter().map(|name| session_named(name, &format!("{name}-new"), &format!("{name}-old"))).collect());
    world.run(&["download", "a", "b", "c"]).ends_with(0);
    std::fs::write(world.archive().join("b/data/b-new/face_face-b.jpg"), "x").expect("written");
    world.sandbox.clear_exchanges();
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    let paths: Vec<String> = world.sandbox.exchanges().iter().map(|exchange| exchange.path.clone()).collect();
    assert!(!paths.is_empty() && paths.iter().all(|path| path.contains("/b") || path.ends_with("-b")), "{paths:?}");
    is_sound(&world);
}

#[test]
fn a_session_that_was_deleted_comes_back_with_the_documents_that_it_had() {
    let decided = || session().companion("decision", r#"{"verification":{"status":"approved"}}"#).companion("person", "{}");
    let world = World::with(vec![decided()]);
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0);
    let before = world.tree();
    std::fs::remove_dir_all(world.file("")).expect("removed");
    world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("the session is missing");
    world.run(&["repair", "vmedia-archive"]).ends_with(0).shows("it was missing when it was archived again");
    world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(0).shows("documents cannot be compared with those from before");
    assert_eq!(world.held(), ALL);
    let after = world.tree();
    let bytes = |path: &str| (before.get(&format!("{SESSION}/{path}")).cloned(), after.get(&format!("{SESSION}/{path}")).cloned());
    for path in ["metadata/decision.json", "metadata/media.json", "manifest-sha256.txt"] {
        let (before, after) = bytes(path);
        assert!(before.is_some() && before == after, "{path}");
    }
    assert_eq!(bytes("metadata/person.json"), (None, None), "what was not kept is not asked for");
    is_sound(&world);
}

#[test]
fn a_kept_document_that_is_damaged_is_asked_for_again() {
    let world = World::with(vec![session().companion("decision", r#"{"verification":{"status":"approved"}}"#)]);
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0);
    let before = world.tree();
    std::fs::remove_file(world.file("metadata/decision.json")).expect("removed");
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    assert_eq!(world.tree()[&format!("{SESSION}/metadata/decision.json")], before[&format!("{SESSION}/metadata/decision.json")]);
    is_sound(&world);
}

#[test]
fn what_the_provider_no_longer_has_stays_damaged_and_is_said() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    std::fs::write(world.file(&payload("face", "face", "jpg")), jpeg("fake")).expect("written");
    world.faults(&format!("media:face-{SESSION}=404"));
    world.run(&["repair", "vmedia-archive"]).ends_with(8).says("is gone").shows("files do not match manifests");
    assert_eq!(std::fs::read(world.file(&payload("face", "face", "jpg"))).expect("still there"), jpeg("fake"), "nothing is moved");
    world.faults("any=503");
    world.run(&["repair", "vmedia-archive", "--retries", "1"]).ends_with(5).says("unavailable");
    world.faults("");
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    assert_eq!(world.held(), ALL);
    is_sound(&world);
}

#[test]
fn a_forged_session_is_no_damage_that_a_provider_can_heal() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let journal = std::fs::read_dir(world.archive().join("_journal")).expect("a journal").next().expect("a segment").expect("an entry");
    std::fs::write(journal.path(), "{}\n").expect("written");
    world.sandbox.clear_exchanges();
    world.run(&["repair", "vmedia-archive"]).ends_with(8).says("nothing of this can be fetched again");
    assert_eq!(world.sandbox.exchanges().len(), 0);
}

#[test]
fn without_credentials_the_damage_is_reported_and_then_what_is_missing() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    std::fs::remove_file(world.file(&payload("face", "face", "jpg"))).expect("removed");
    let output = bare(world.folder()).args(["repair", "vmedia-archive"]).output().expect("a run");
    let run = crate::harness::Run::of(&output).ends_with(3).shows("files missing or not listed");
    run.complains("no API key", "VMEDIA_API_KEY");
    world.run(&["repair", "nowhere"]).ends_with(6).complains("nowhere", "name a session's folder");
    assert_eq!(world.held(), all_but("face"));
}

#[test]
fn scripts_get_events_whose_last_is_the_verdict() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    std::fs::remove_file(world.file(&payload("face", "face", "jpg"))).expect("removed");
    let run = world.run(&["repair", "vmedia-archive", "--format", "json"]).ends_with(0);
    let events: Vec<Event> = run.stdout.lines().filter(|line| line.starts_with('{')).map(event).collect();
    let verdicts: Vec<u8> = events
        .iter()
        .filter_map(|event| match event {
            Event::VerifyFinished { code, .. } | Event::RunFinished { code, .. } => Some(*code),
            _ => None,
        })
        .collect();
    assert_eq!(verdicts, [8, 0, 0], "found, fetched, sound");
    assert!(run.stdout.lines().all(|line| line.starts_with('{')), "{}", run.stdout);
}

#[test]
fn a_damaged_file_that_is_no_longer_listed_is_asked_for_all_the_same() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let listing = r#"{"status":"success","images":[],"videos":[]}"#;
    world.sandbox.put_session(session().media_listing(listing));
    world.run(&["download", SESSION]).ends_with(0);
    let nfc_path = payload("nfc", "nfc", "json");
    std::fs::write(world.file(&nfc_path), "{}").expect("written");
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    assert_eq!(std::fs::read(world.file(&nfc_path)).expect("there again"), nfc("nfc"));
    is_sound(&world);
}

#[test]
fn what_a_repair_cannot_help_against_gets_another_hint() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let stranger = world.file(&format!("data/{NEWEST}/Passport John.jpg"));
    std::fs::write(&stranger, "who put this here").expect("written");
    world.sandbox.clear_exchanges();
    let run = world.run(&["repair", "vmedia-archive"]).ends_with(8).says("nothing of this can be fetched again");
    run.lists("Passport John.jpg: not in a manifest", "move it out of the archive");
    assert_eq!(world.sandbox.exchanges().len(), 0, "no request was sent in vain");
    std::fs::remove_file(stranger).expect("removed");
    // What a manifest would vouch for is no stranger because the manifest is gone.
    let manifest = std::fs::read(world.file("manifest-sha256.txt")).expect("a manifest");
    std::fs::remove_file(world.file("manifest-sha256.txt")).expect("removed");
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("`vmedia repair` fetches");
    assert!(!run.stdout.contains("move it out"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("manifest-sha256.txt: missing").count(), 1, "{}", run.stdout);
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    assert_eq!(std::fs::read(world.file("manifest-sha256.txt")).expect("a manifest"), manifest);
    // After a repair that did not help, and where the provider has it no longer, a backup does.
    std::fs::remove_file(world.file(&payload("face", "face", "jpg"))).expect("removed");
    world.faults(&format!("media:face-{SESSION}=404"));
    let run = world.run(&["repair", "vmedia-archive"]).ends_with(8);
    assert_eq!(
        (run.stdout.matches("  hint: ").count(), run.stdout.matches("restore the file from a backup").count()),
        (2, 1),
        "{}",
        run.stdout
    );
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("restore the file from a backup");
    assert!(!run.stdout.contains("vmedia repair"), "{}", run.stdout);
    // Without its record, the session of a folder is unknown.
    std::fs::remove_file(world.file("archive.json")).expect("removed");
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("restore the file from a backup");
    assert_eq!(run.stdout.matches("archive.json: missing").count(), 1, "{}", run.stdout);
    assert!(!run.stdout.contains("vmedia repair"), "{}", run.stdout);
    // A session that is not there may have been deleted as the law wants it.
    std::fs::remove_dir_all(world.file("")).expect("removed");
    world.run(&["verify", "vmedia-archive"]).ends_with(8).lists("the session is missing", "if it was deleted on purpose, do neither");
}

#[test]
fn an_original_that_is_lost_for_good_is_reported_and_no_repair() {
    // A repair verifies afterwards, and finds it.
    for (verb, exit) in [(["repair", "vmedia-archive"], 8), (["download", SESSION], 7)] {
        let world = World::new();
        world.run(&["download", SESSION]).ends_with(0);
        let face = payload("face", "face", "jpg");
        let original = world.recorded("face")["files"][0]["sha256"].as_str().expect("a digest").to_owned();
        std::fs::write(world.file(&face), jpeg("fake")).expect("written");
        let mut changed = session();
        let other = Media::image(format!("face-{SESSION}"), "face", "image/jpeg", jpeg("another face"));
        changed.attempts[0].media.iter_mut().filter(|medium| medium.context == "face").for_each(|medium| *medium = other.clone());
        world.sandbox.put_session(changed);
        let run = world.run(&verb).ends_with(exit);
        run.complains(
            &format!("the original of media face-{SESSION} (sha256 {original}, {face}) is lost"),
            "look for the original in a backup",
        );
        let run = world.run(&["verify", "vmedia-archive"]).ends_with(8);
        run.shows(&format!("{face}: the original of media face-{SESSION} (sha256 {original}) is lost"));
        world.run(&["download", SESSION]).ends_with(0);
        others_accept(&world.file(""));
    }
}

#[test]
fn changed_files_of_the_bag_are_reported_before_they_are_rewritten() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    std::fs::write(world.file("index.html"), "<p>forged</p>").expect("written");
    std::fs::remove_file(world.file("bag-info.txt")).expect("removed");
    let run = world.run(&["download", SESSION]).ends_with(0);
    run.says("changed or removed since the last run, and written anew from the record: index.html, bag-info.txt");
    assert_eq!(world.tree(), before);
    is_sound(&world);
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert!(!run.stderr.contains("written anew"), "{}", run.stderr);
    // What changed at the provider changes the bag's files, too, and the run itself did that.
    let mut grown = session();
    grown.attempts.insert(0, Attempt::new("later", "approved").media(Media::nfc("later-nfc", nfc("later"))));
    world.sandbox.put_session(grown);
    let run = world.run(&["download", SESSION]).ends_with(0).says("a further attempt");
    assert!(!run.stderr.contains("written anew"), "{}", run.stderr);
}
