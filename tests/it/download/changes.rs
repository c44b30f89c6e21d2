//! What the provider changes after a session was archived is evidence too: kept beside the old version, recorded, reported,
//! and written into the journal.

use crate::harness::{NEWEST, SESSION, World, is_sound, jpeg, nfc, others_accept, session};
use serde_json::Value;
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// The changes in the record's history: sort, and attempt or medium.
fn changes(world: &World) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let concerns = |happened: &Value| [&happened["attempt"], &happened["media"]].map(text).concat();
    world.record()["history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|happened| (text(&happened["change"]), concerns(happened)))
        .collect()
}

fn has(world: &World, change: &str, what: &str) -> bool {
    changes(world).contains(&(change.to_owned(), what.to_owned()))
}

/// The usual session as another run finds it.
fn next_run(world: &World, changed: Session) -> crate::harness::Run {
    world.sandbox.put_session(changed);
    world.run(&["download", SESSION])
}

/// The newest segment of the journal.
fn journal(world: &World) -> String {
    let segments = std::fs::read_dir(world.archive().join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path());
    std::fs::read_to_string(segments.max().expect("a segment")).expect("text")
}

#[test]
fn a_first_run_finds_nothing_changed() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(changes(&world), []);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(changes(&world), []);
}

#[test]
fn a_new_attempt_is_recorded_reported_and_journaled() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let mut grown = session();
    grown.attempts.insert(0, Attempt::new("third", "declined").media(Media::nfc("third-nfc", nfc("third"))));
    next_run(&world, grown).ends_with(0).says("a further attempt third, with status declined");
    assert!(has(&world, "attempt-gained", "third"), "{:?}", changes(&world));
    assert!(journal(&world).contains(r#""change":"attempt-gained""#), "{}", journal(&world));
    is_sound(&world);
    others_accept(&world.file(""));
    let settled = changes(&world);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(changes(&world), settled, "reported once");
}

#[test]
fn an_attempt_that_goes_and_one_that_changes_are_recorded() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let mut changed = session();
    let first = changed.attempts.pop().expect("two attempts");
    changed.attempts[0].status = "declined".to_owned();
    next_run(&world, changed).ends_with(0).says("no longer listed").says("had the status approved and now has declined");
    assert!(has(&world, "attempt-unlisted", &first.id) && has(&world, "attempt-changed", NEWEST), "{:?}", changes(&world));
    assert!(has(&world, "media-unlisted", &format!("old-{SESSION}")), "its media go with it: {:?}", changes(&world));
    let attempts = world.record()["attempts"].as_array().expect("attempts").len();
    assert_eq!((world.held().len(), attempts), (5, 2), "what is archived stays, and so does what is known");
    next_run(&world, session()).ends_with(0).says("again");
    assert!(has(&world, "media-relisted", &format!("old-{SESSION}")), "{:?}", changes(&world));
    is_sound(&world);
}

#[test]
fn a_medium_that_is_gained_in_a_known_attempt_is_recorded() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let mut grown = session();
    grown.attempts[1].media.push(Media::image("extra", "face", "image/jpeg", jpeg("extra")));
    next_run(&world, grown).ends_with(0).says("lists media extra, which it did not list before");
    assert!(has(&world, "media-gained", "extra"), "{:?}", changes(&world));
    is_sound(&world);
}

#[test]
fn a_narrow_first_run_does_not_make_the_rest_news() {
    let world = World::new();
    world.run(&["download", SESSION, "--latest"]).ends_with(0);
    world.run(&["download", SESSION]).ends_with(0);
    let gained: Vec<_> = changes(&world).into_iter().filter(|(change, _)| change.ends_with("gained")).collect();
    assert_eq!(gained, [], "what was not looked at before was not absent");
}

#[test]
fn a_decision_that_changed_stands_beside_the_old_one() {
    let decided = |status: &str| session().companion("decision", format!(r#"{{"verification":{{"status":"{status}"}}}}"#));
    let world = World::with(vec![decided("approved")]);
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0);
    assert_eq!(world.record()["facts"][0]["value"], "approved");
    world.sandbox.put_session(decided("declined"));
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0).says("answer to decision has changed").says("decision.2.json");
    assert_eq!(world.record()["facts"][0]["value"], "declined");
    let kept = |name: &str| std::fs::read_to_string(world.file(&format!("metadata/{name}.json"))).expect("kept");
    assert!(kept("decision").contains("approved") && kept("decision.2").contains("declined"));
    is_sound(&world);
    others_accept(&world.file(""));
}

#[test]
fn a_medium_whose_declared_size_changed_is_compared_until_it_was() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let mut changed = session();
    let face = changed.attempts[0].media.iter_mut().find(|medium| medium.context == "face").expect("a face");
    let other = jpeg("a face of another size");
    *face = Media::image(format!("face-{SESSION}"), "face", "image/jpeg", &other);
    world.sandbox.put_session(changed);
    world.faults(&format!("media:face-{SESSION}=500"));
    world.run(&["download", SESSION, "--retries", "0"]).ends_with(7);
    world.faults("");
    // Neither a failure nor a run that did not want it makes the new size the known one.
    world.run(&["download", SESSION, "--only", "video"]).ends_with(0);
    world.run(&["download", SESSION, "--skip-complete"]).ends_with(0).says("1 file fetched").says("other bytes");
    assert_eq!(std::fs::read(world.file(&format!("data/{NEWEST}/face_face-{SESSION}.2.jpg"))).expect("kept"), other);
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0).says("nothing to fetch");
    assert_eq!(world.media_requests(), 0);
    is_sound(&world);
}

#[test]
fn a_declared_size_that_is_wrong_is_compared_once() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let mut changed = session();
    changed.attempts[0].media.iter_mut().filter(|medium| medium.context == "face").for_each(|face| face.size = Some(77.into()));
    world.sandbox.put_session(changed);
    world.run(&["download", SESSION]).ends_with(0).says("the listing says 77 bytes");
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.media_requests(), 0, "that the listing is wrong is recorded");
    assert!(world.recorded("face")["files"][0]["disagreements"].to_string().contains("the listing says 77 bytes"));
    is_sound(&world);
}
