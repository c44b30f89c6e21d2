//! A session that is archived already: comparing, healing, and a provider that says something else now.

use super::{medium, path, payload};
use crate::harness::{FIRST, NEWEST, SESSION, World, is_sound, jpeg, mp4, nfc, others_accept, session};
use serde_json::{Value, json};
use vmedia::sandbox::fixture::{Attempt, Body, Media, Session};

/// Changes the bytes that the provider hands out for a medium of the newest attempt.
fn with_bytes(mut session: Session, context: &str, bytes: &[u8]) -> Session {
    let medium = session.attempts[0].media.iter_mut().find(|medium| medium.context == context).expect(context);
    medium.body = Body::Bytes(bytes.into());
    session
}

fn document(world: &World, name: &str) -> Value {
    let text = std::fs::read(world.file(&format!("metadata/{name}.json"))).expect(name);
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn comparing_the_same_bytes_changes_no_file() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION, "--refetch"]).ends_with(0);
    assert_eq!(world.media_requests(), 5, "every file is asked for");
    assert_eq!(world.tree(), before);
}

#[test]
fn a_duration_of_many_digits_is_the_same_in_the_next_run() {
    let mut session = session();
    session.attempts[0].media[2].duration = Some(json!("9.891073538739741"));
    let world = World::with(vec![session]);
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(medium(&world, "video")["duration"].to_string(), "9.891073538739741");
    assert_eq!(world.tree(), before);
}

#[test]
fn other_bytes_are_kept_beside_the_old_ones() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    // As long as before: nothing in the listing gives it away.
    world.sandbox.put_session(with_bytes(session(), "document-front", &jpeg("other")));
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(payload(&world).len(), 5, "a plain run trusts what it has");

    let second = path(NEWEST, "document-front", "front", "2.jpg");
    world.run(&["download", SESSION, "--refetch"]).ends_with(0).says("other bytes").says(&second);
    let tree = world.tree();
    assert_eq!(tree[&format!("{SESSION}/{}", path(NEWEST, "document-front", "front", "jpg"))], jpeg("front"));
    assert_eq!(tree[&format!("{SESSION}/{second}")], jpeg("other"));
    assert_eq!(payload(&world).len(), 6);
    let files = &medium(&world, "front")["files"];
    assert_eq!((files.as_array().map(Vec::len), &files[1]["path"]), (Some(2), &json!(second)));
    is_sound(&world);
    others_accept(&world.file(""));

    world.run(&["download", SESSION, "--refetch"]).ends_with(0);
    assert_eq!(world.tree(), tree, "known bytes are not kept twice");
}

#[test]
fn another_declared_size_is_reason_enough_to_compare() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    world.sandbox.put_session(with_bytes(session(), "document-front", &jpeg("another front")));
    world.run(&["download", SESSION]).ends_with(0).says("now declares").says("other bytes");
    let second = path(NEWEST, "document-front", "front", "2.jpg");
    assert_eq!(world.tree()[&format!("{SESSION}/{second}")], jpeg("another front"));
    let record = world.record();
    let changes: Vec<_> = record["history"].as_array().expect("a list").iter().map(|happened| happened["change"].clone()).collect();
    for change in ["media-changed", "other-bytes", "document-changed"] {
        assert!(changes.contains(&json!(change)), "{change} in {changes:?}");
    }
    is_sound(&world);
    let tree = world.tree();
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!((world.media_requests(), world.tree()), (0, tree), "once is enough");
}

#[test]
fn damage_is_healed_and_the_altered_file_is_kept_for_a_person() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let whole = world.tree();
    let face = path(NEWEST, "face", "face", "jpg");
    let video = path(NEWEST, "selfid_video", "video", "mp4");
    // As long as before, so that only its bytes give it away.
    std::fs::write(world.file(&face), jpeg("fake")).expect("written");
    std::fs::remove_file(world.file(&video)).expect("removed");
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0).says("2 files fetched").says("found altered and set aside").says("found missing");
    assert_eq!(world.media_requests(), 2, "what is whole is not asked for");
    let healed = world.tree();
    for (path, bytes) in whole.iter().filter(|(path, _)| path.contains("/data/")) {
        assert!(healed.get(path) == Some(bytes), "{path}");
    }
    assert_eq!(healed[&format!("{SESSION}/damaged/{face}")], jpeg("fake"));
    let tags = std::fs::read_to_string(world.file("tagmanifest-sha256.txt")).expect("a manifest");
    assert!(tags.lines().any(|line| line.ends_with(&format!("  damaged/{face}"))), "the bag vouches for it as well: {tags}");
    let record = world.record();
    let history: Vec<_> =
        record["history"].as_array().expect("a history").iter().map(|entry| (&entry["path"], entry.get("moved_to"))).collect();
    assert_eq!(history.len(), 2, "{history:?}");
    assert!(history.contains(&(&json!(face), Some(&json!(format!("damaged/{face}"))))), "{history:?}");
    assert!(history.contains(&(&json!(video), None)), "{history:?}");
    is_sound(&world);
    others_accept(&world.file(""));

    // The same again: the second victim stands beside the first.
    std::fs::write(world.file(&face), b"shorter").expect("written");
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.tree()[&format!("{SESSION}/damaged/{face}.2")], b"shorter");
    assert_eq!(world.tree()[&format!("{SESSION}/damaged/{face}")], jpeg("fake"));
    is_sound(&world);
    others_accept(&world.file(""));
}

#[test]
fn an_altered_file_of_which_the_provider_now_has_other_bytes_is_lost_and_all_is_kept() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let first = path(NEWEST, "document-front", "front", "jpg");
    let second = path(NEWEST, "document-front", "front", "2.jpg");
    std::fs::write(world.file(&first), b"altered").expect("written");
    world.sandbox.put_session(with_bytes(session(), "document-front", &jpeg("another front")));
    world.run(&["download", SESSION]).ends_with(7).says("found altered").says("is lost; the provider now answers with other bytes");
    let tree = world.tree();
    assert_eq!(tree.get(&format!("{SESSION}/damaged/{first}")).map(Vec::as_slice), Some(&b"altered"[..]));
    assert_eq!(tree.get(&format!("{SESSION}/{second}")), Some(&jpeg("another front")));
    assert!(!tree.contains_key(&format!("{SESSION}/{first}")));
    let files = &medium(&world, "front")["files"];
    assert!(files[0]["path"] == first && files[0]["lost"].is_string() && files[1].get("lost").is_none(), "{files:#}");
    // What is here now may be anything: that the first bytes are lost stays a finding.
    world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("the original of media front").shows("is lost");
    others_accept(&world.file(""));
    world.run(&["download", SESSION]).ends_with(0).says("5 files kept");
    assert_eq!(world.tree(), tree);
}

#[test]
fn damage_that_cannot_be_healed_is_reported_and_nothing_is_moved() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let face = path(NEWEST, "face", "face", "jpg");
    std::fs::write(world.file(&face), jpeg("fake")).expect("written");
    world.faults(&format!("media:face-{SESSION}=404"));
    world.run(&["download", SESSION]).ends_with(7).says("face").says("is gone");
    assert_eq!(std::fs::read(world.file(&face)).expect("still there"), jpeg("fake"));
    world.faults("");
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(std::fs::read(world.file(&face)).expect("healed"), jpeg("face"));
    is_sound(&world);
}

#[test]
fn a_damaged_tag_file_is_written_anew() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    std::fs::write(world.file("manifest-sha256.txt"), "").expect("written");
    std::fs::remove_file(world.file("bagit.txt")).expect("removed");
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!((world.media_requests(), world.tree() == before), (0, true));
    is_sound(&world);
}

#[test]
fn an_answer_that_was_altered_or_deleted_is_there_again_after_the_next_run() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let listing = world.file("metadata/media.json");
    let good = std::fs::read(&listing).expect("kept");
    for damage in [Some("{}"), None] {
        match damage {
            Some(text) => std::fs::write(&listing, text).expect("written"),
            None => std::fs::remove_file(&listing).expect("removed"),
        }
        world.run(&["download", SESSION]).ends_with(0);
        assert!(world.tree().iter().any(|(path, bytes)| path.contains("/metadata/media") && *bytes == good), "{damage:?}");
        is_sound(&world);
        others_accept(&world.file(""));
    }
}

#[test]
fn a_damaged_file_that_is_not_asked_for_stays_recorded_as_archived() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    std::fs::write(world.file(&path(NEWEST, "face", "face", "jpg")), jpeg("fake")).expect("written");
    world.run(&["download", SESSION, "--only", "video"]);
    assert_eq!(medium(&world, "face")["state"], "archived", "leaving a file out of one run does not unarchive it");
    world.run(&["download", SESSION]).ends_with(0);
    is_sound(&world);
}

#[test]
fn an_attempt_that_was_made_since_is_archived_too() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    let latest = Attempt::new("latest-attempt", "approved")
        .media(Media::image("latest-front", "document-front", "image/jpeg", jpeg("latest")))
        .media(Media::nfc("latest-nfc", nfc("latest")));
    let mut grown = session();
    grown.attempts.insert(0, latest);
    world.sandbox.put_session(grown);
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0).says("2 files fetched");
    assert_eq!(world.media_requests(), 2);
    let after = world.tree();
    assert_eq!(after[&format!("{SESSION}/data/latest-attempt/document-front_latest-front.jpg")], jpeg("latest"));
    assert_eq!(after[&format!("{SESSION}/data/latest-attempt/nfc_latest-nfc.json")], nfc("latest"));
    for (path, bytes) in before.iter().filter(|(path, _)| path.contains("/data/") || path.contains("/metadata/")) {
        assert!(after.get(path) == Some(bytes), "{path} changed or went");
    }
    let attempts: Vec<Value> =
        world.record()["attempts"].as_array().expect("attempts").iter().map(|attempt| attempt["id"].clone()).collect();
    assert_eq!(attempts, ["latest-attempt", NEWEST, FIRST]);
    // The chip's data was in the listing of the session alone, which covers the newest attempt.
    assert_eq!((&medium(&world, "nfc")["state"], &medium(&world, "nfc")["attempt"]), (&json!("archived"), &json!(NEWEST)));
    is_sound(&world);
}

#[test]
fn what_the_provider_no_longer_lists_stays_and_is_reported_once() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let mut smaller = session();
    smaller.attempts[0].media.retain(|medium| medium.context != "face");
    world.sandbox.put_session(smaller);
    world.run(&["download", SESSION]).ends_with(0).says(&format!("media face-{SESSION} is no longer listed"));
    assert_eq!(std::fs::read(world.file(&path(NEWEST, "face", "face", "jpg"))).expect("kept"), jpeg("face"));
    let face = medium(&world, "face");
    assert_eq!(face["state"], "archived");
    assert!(face["unlisted_since"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "{face}");
    assert_eq!(medium(&world, "front").get("unlisted_since"), None);
    is_sound(&world);

    let before = world.tree();
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert!(!run.stderr.contains("no longer listed"), "{}", run.stderr);
    assert_eq!(world.tree(), before);

    world.sandbox.put_session(session());
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(medium(&world, "face").get("unlisted_since"), None, "it is listed again");
}

#[test]
fn a_listing_that_changed_is_kept_beside_the_old_one() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let first = std::fs::read(world.file("metadata/media.json")).expect("kept");
    let mut renamed = session();
    renamed.attempts[0].media[1].context = "face-reference".to_owned();
    world.sandbox.put_session(renamed);
    world.run(&["download", SESSION]).ends_with(0).says("5 files kept");
    assert_eq!(std::fs::read(world.file("metadata/media.json")).expect("kept"), first);
    assert_eq!(document(&world, "media.2")["images"][1]["context"], "face-reference");
    assert_eq!(document(&world, &format!("attempts/{NEWEST}/media.2"))["images"][1]["context"], "face-reference");
    assert!(!world.file("metadata/attempts.2.json").exists(), "this one did not change");
    let face = medium(&world, "face");
    assert_eq!((&face["context"], &face["files"][0]["path"]), (&json!("face-reference"), &json!(path(NEWEST, "face", "face", "jpg"))));
    is_sound(&world);

    world.sandbox.put_session(session());
    world.run(&["download", SESSION]).ends_with(0);
    assert!(!world.file("metadata/media.3.json").exists(), "the first answer is here already");
    is_sound(&world);
}

#[test]
fn an_answer_that_is_lost_and_cannot_be_had_again_is_reported() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    std::fs::remove_file(world.file("metadata/media.json")).expect("removed");
    let mut renamed = session();
    renamed.attempts[0].media[1].context = "face-reference".to_owned();
    world.sandbox.put_session(renamed);
    let run = world.run(&["download", SESSION]);
    assert_eq!(document(&world, "media.2")["images"][1]["context"], "face-reference", "a name is not used for something else");
    assert!(!world.file("metadata/media.json").exists(), "nothing else takes its place");
    assert!(run.stderr.contains("metadata/media.json"), "`verify` finds this archive damaged, and the run said only: {}", run.stderr);
}

#[test]
fn a_medium_that_was_gone_and_is_there_again_is_fetched() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=404"));
    world.run(&["download", SESSION]).ends_with(7).says("4 files fetched").says("is gone");
    let video = medium(&world, "video");
    assert_eq!((&video["state"], &video["files"]), (&json!("gone"), &json!([])));
    assert!(video["reason"]["text"].as_str().is_some_and(|reason| reason.contains("404")), "{video}");
    is_sound(&world);
    world.faults("");
    world.run(&["download", SESSION]).ends_with(0).says("1 file fetched");
    let video = medium(&world, "video");
    assert_eq!((&video["state"], video.get("reason")), (&json!("archived"), None));
    assert_eq!(std::fs::read(world.file(&path(NEWEST, "selfid_video", "video", "mp4"))).expect("archived"), mp4("video"));
    is_sound(&world);
}

#[test]
fn a_medium_that_is_gone_by_now_stays_archived() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    world.faults(&format!("media:video-{SESSION}=404"));
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.tree(), before);
    world.run(&["download", SESSION, "--refetch"]).ends_with(7).says("is gone");
    assert_eq!(medium(&world, "video")["state"], "archived", "the file is here");
    is_sound(&world);
}

#[test]
fn a_stray_file_that_has_the_name_is_set_aside_and_never_overwritten() {
    let world = World::new();
    let (front, face) = (path(NEWEST, "document-front", "front", "jpg"), path(NEWEST, "face", "face", "jpg"));
    for (path, bytes) in [(&front, jpeg("stray")), (&face, jpeg("face"))] {
        std::fs::create_dir_all(world.file(path).parent().expect("a parent")).expect("a folder");
        std::fs::write(world.file(path), bytes).expect("written");
    }
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(std::fs::read(world.file(&format!("damaged/{front}"))).expect("set aside"), jpeg("stray"));
    assert_eq!(std::fs::read(world.file(&front)).expect("in its place"), jpeg("front"));
    assert_eq!(medium(&world, "face")["files"][0]["path"], face, "the very bytes that came need not come again");
    assert!(!world.file(&format!("damaged/{face}")).exists());
    assert!(world.record()["history"].to_string().contains("nothing vouched for it"));
    is_sound(&world);
}

#[test]
fn an_empty_session_is_a_bag_too() {
    let world = World::with(vec![Session::new(SESSION).attempt(Attempt::new(NEWEST, "started"))]);
    world.run(&["download", SESSION]).ends_with(0);
    assert!(payload(&world).is_empty());
    assert_eq!(document(&world, "attempts")["verifications"][0]["id"], NEWEST);
    is_sound(&world);
    others_accept(&world.file(""));
}

#[test]
fn what_a_newer_version_wrote_into_the_record_survives() {
    let world = World::new();
    world.run(&["download", SESSION, "--latest"]).ends_with(0);
    let mut record = world.record();
    record["of_the_future"] = json!({ "a": [1] });
    record["media"][0]["of_the_future"] = json!("m");
    record["media"][0]["files"][0]["of_the_future"] = json!("f");
    record["attempts"][0]["of_the_future"] = json!("a");
    std::fs::write(world.file("archive.json"), serde_json::to_vec_pretty(&record).expect("JSON")).expect("written");
    world.run(&["download", SESSION]).ends_with(0).says("1 file fetched");
    let record = world.record();
    assert_eq!(record["of_the_future"], json!({ "a": [1] }));
    assert_eq!((&record["media"][0]["of_the_future"], &record["media"][0]["files"][0]["of_the_future"]), (&json!("m"), &json!("f")));
    assert_eq!(record["attempts"][0]["of_the_future"], "a");
    // The journal names the record as this version wrote it.
    world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("the bag was changed by something else");
}
