//! JSON that is deep, doubled, of another shape, or none.

use super::{is_contained, is_harmless};
use crate::harness::{NEWEST, SESSION, World, all_but, jpeg, session, tree};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// Worlds whose attempts, session listing or attempt listing is this text.
fn worlds(text: &str) -> Vec<World> {
    let mut of_attempt = session();
    of_attempt.attempts[1].listing = Some(text.to_owned());
    [session().attempts_listing(text), session().media_listing(text), of_attempt].map(|session| World::with(vec![session])).into()
}

/// Without attempts there is no session; without one of its listings, what the others name is archived and it is incomplete.
#[track_caller]
fn is_never_half_a_session(text: &str, said: &str) {
    let held = [vec![], all_but("nfc"), all_but("old")];
    for (world, held) in worlds(text).iter().zip(held) {
        let run = world.run(&["download", SESSION, "--retries", "0"]).ends_with(if held.is_empty() { 5 } else { 7 });
        is_harmless(&run.stderr);
        if held.is_empty() {
            run.complains(said, "check the base URL");
        } else {
            run.complains(said, "nothing else of the session is affected");
        }
        assert_eq!(world.held(), held, "{text:?}");
    }
}

#[test]
fn deep_json_ends_no_process() {
    let (open, closed) = ("[".repeat(100_000), "]".repeat(100_000));
    let objects = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    let both = format!(r#"{{"verifications":{open}{closed},"images":{open}{closed}}}"#);
    for text in [open.clone(), format!("{open}{closed}"), both, objects] {
        for world in worlds(&text) {
            let run = world.run(&["download", SESSION, "--retries", "0"]).ends_with(4);
            assert!(run.stderr.len() < 1000, "{} bytes of words", run.stderr.len());
            run.complains(": nested deeper than 100 levels", "");
            assert_eq!(world.held().len(), 0);
        }
    }
}

#[test]
fn a_deep_companion_is_reported_and_the_rest_is_archived() {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    let world = World::with(vec![session().companion("decision", &deep)]);
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(7).says("decision failed: ").says("nested deeper than 100 levels");
    assert_eq!(world.held(), crate::harness::ALL);
    crate::harness::is_sound(&world);
}

#[test]
fn a_listing_of_another_shape_is_refused() {
    for text in ["[]", r#""listing""#, "null", "7", "true", r#"[{"verifications":[]}]"#] {
        is_never_half_a_session(text, "the answer is JSON, but not an object");
    }
}

#[test]
fn text_that_is_no_json_is_refused() {
    for text in
        ["", " ", "\u{feff}", "{", r#"{"images":[}"#, "{}{}", "{'images':[]}", "NaN", "\0", "\u{feff}{}", r#"{"images":[]} trailing"#]
    {
        is_never_half_a_session(text, ", not JSON");
    }
}

#[test]
fn entries_that_are_none_are_reported_and_the_rest_is_archived() {
    let good = Media::image("good", "face", "image/jpeg", jpeg("good"));
    let listing = r#"{"status":"success","images":[null,7,"good",[],{},{"id":null},{"id":true},{"id":["good"]},{"id":"good","mimetype":"image/jpeg","context":7,"size":{}}],"videos":null,"nfcDocuments":{}}"#;
    let world = World::with(vec![Session::new(SESSION).attempt(Attempt::new(NEWEST, "approved").media(good)).media_listing(listing)]);
    world
        .run(&["download", SESSION, "-v"])
        .ends_with(7)
        .says("media/images/0 has an unusable id")
        .says("media/images/7 has an unusable id");
    assert_eq!(tree(&world.file("data")).into_values().collect::<Vec<_>>(), [jpeg("good")]);
    assert_eq!(world.record()["problems"].as_array().map(Vec::len), Some(8));
    is_contained(&world);
}

#[test]
fn a_section_that_comes_twice_hides_nothing_in_silence() {
    let entry = |id: &str| format!(r#"{{"id":"{id}","context":"face","mimetype":"image/jpeg"}}"#);
    let listing = format!(r#"{{"status":"success","images":[{}],"images":[{}]}}"#, entry("one"), entry("two"));
    let attempt = ["one", "two"]
        .iter()
        .fold(Attempt::new(NEWEST, "approved"), |attempt, id| attempt.media(Media::image(*id, "face", "image/jpeg", jpeg(id))));
    let world = World::with(vec![Session::new(SESSION).attempt(attempt.listing(&listing)).media_listing(&listing)]);
    let run = world.run(&["download", SESSION]);
    let both = tree(&world.archive().join(SESSION).join("data")).len() == 2;
    assert!(both || run.code != 0, "a listed medium is neither archived nor reported: {}", run.stderr);
}

#[test]
fn a_section_that_is_no_list_hides_nothing_in_silence() {
    for section in [r#"{"id":"one","mimetype":"image/jpeg"}"#, r#""one""#, "true"] {
        let listing = format!(r#"{{"status":"success","images":{section}}}"#);
        let attempt = Attempt::new(NEWEST, "approved").media(Media::image("one", "face", "image/jpeg", jpeg("one")));
        let world = World::with(vec![Session::new(SESSION).attempt(attempt.listing(&listing)).media_listing(&listing)]);
        let run = world.run(&["download", SESSION]);
        assert!(run.code == 5 || run.code == 7, "{section} passed for an empty list: {} {}", run.code, run.stderr);
    }
}

/// What JSON allows and few parsers take: half a surrogate pair, and a number that no double holds.
const STRANGE: &str = r#""note":"\ud83d","\udc00":[1e400,-1e999,"\ud83d\ud83d"],"score":1e400"#;

#[test]
fn half_a_surrogate_pair_and_an_endless_number_hide_nothing_else() {
    let good = Media::image("good", "face", "image/jpeg", jpeg("good"));
    let entry = format!(r#"{{"id":"good","mimetype":"image/jpeg","context":"face",{STRANGE}}}"#);
    let listing = format!(r#"{{"status":"success","images":[{entry}],{STRANGE}}}"#);
    let attempts = format!(r#"{{"status":"success","verifications":[{{"id":"{NEWEST}","status":"approved",{STRANGE}}}],{STRANGE}}}"#);
    let decision = format!(r#"{{"status":"success","verification":{{"status":"approved",{STRANGE}}},{STRANGE}}}"#);
    let attempt = Attempt::new(NEWEST, "approved").media(good).listing(&listing);
    let session = Session::new(SESSION).attempt(attempt).attempts_listing(attempts).media_listing(listing).companion("decision", decision);
    let world = World::with(vec![session]);
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0);
    assert_eq!(tree(&world.file("data")).into_values().collect::<Vec<_>>(), [jpeg("good")]);
    let record = world.record();
    assert!(record["facts"].as_array().is_some_and(|facts| facts.iter().any(|fact| fact["value"] == "approved")), "{record:#}");
    crate::harness::is_sound(&world);
    world.run(&["download", SESSION, "--with", "decision"]).ends_with(0).says("1 file kept, nothing to fetch");
    world.run(&["list", SESSION]).ends_with(0);
    world.run(&["attempts", SESSION]).ends_with(0);
}
