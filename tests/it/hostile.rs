//! Names, sizes and texts that mean harm.

mod headers;
mod json;
mod limits;
#[cfg(unix)]
mod links;
mod words;

use crate::harness::{Run, SESSION, World, is_sound, jpeg, tree};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// Ids that can be asked for, although they are poor names.
fn strange_ids() -> Vec<String> {
    let mut ids: Vec<String> = [
        "NUL",
        "nul",
        "CON",
        "con",
        "com1",
        "LPT9",
        "aux",
        "prn",
        "conin$",
        "..x",
        "x..",
        "x.",
        ".hidden",
        "a%2Fb",
        "a%2fb",
        "%2e%2e",
        "%00",
        "c:x",
        "c~3ax",
        "-rf",
        "--help",
        "~",
        "~41",
        "a~~b",
        "a*b|c<d>\"e",
        "$(id)",
        "`id`",
        "'quote",
        "é",
        "e\u{301}",
        "漢字",
        "abcdef",
        "ABCDEF",
        "AbCdEf",
        "\u{202e}gpj.exe",
        "\u{200b}",
        "\u{feff}bom",
        "data",
        "metadata",
        "archive.json",
        "unfinished.ndjson",
        "bagit.txt",
    ]
    .map(str::to_owned)
    .to_vec();
    ids.extend(["x".repeat(128), "X".repeat(128), format!("{}y", "X".repeat(127)), "é".repeat(64)]);
    ids
}

/// Ids that would be another path, or are no id at all.
fn impossible_ids() -> Vec<String> {
    let mut ids: Vec<String> =
        ["../../x", "/etc/passwd", "a/b", "a\\b", "..", ".", "", " ", "a b", "a\nb", "a\0b", "\u{1b}[31m", "\u{85}", "a?b", "a#b"]
            .map(str::to_owned)
            .to_vec();
    ids.push("x".repeat(300));
    ids
}

/// What media are said to show; what matters of them must not.
fn strange_contexts() -> Vec<String> {
    let mut contexts: Vec<String> = [
        "../../../etc/cron.d/x",
        "NUL",
        "CON.jpg",
        "con",
        "\0",
        "\u{202e}gpj.exe",
        "\u{1b}[2J\u{1b}[31mred",
        "a\r\nb: c",
        "..",
        ".",
        "",
        " ",
        "c:\\x",
        "~root",
        "FACE",
        "face",
    ]
    .map(str::to_owned)
    .to_vec();
    contexts.extend(["c".repeat(300), "\u{202e}".repeat(300), "/".repeat(300)]);
    contexts
}

/// Fails the test if a person's terminal would obey any of this.
#[track_caller]
fn is_harmless(text: &str) {
    let obeyed = |letter: char| {
        letter != '\n'
            && (letter.is_control()
                || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
    };
    assert!(!text.contains(obeyed), "{text:?}");
}

/// Fails the test unless every file is inside the usual session's folder, under names that are safe everywhere.
#[track_caller]
fn is_contained(world: &World) {
    let mut folded = BTreeSet::new();
    for path in tree(world.folder()).into_keys() {
        let below = path.strip_prefix(&format!("vmedia-archive/{SESSION}/")).unwrap_or_else(|| panic!("{path} is outside"));
        assert!(folded.insert(below.to_lowercase()), "{path} meets another where the file system folds case");
        for name in below.split('/') {
            assert!(name.len() <= 200, "{} bytes: {name}", name.len());
            let is_safe = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'.');
            assert!(name.bytes().all(is_safe), "{name:?}");
            let stem = name.split('.').next().expect("a stem");
            let devices = ["con", "prn", "aux", "nul", "com1", "lpt9", "conin$", ""];
            assert!(!devices.contains(&stem) && !name.ends_with('.'), "{name:?}");
        }
    }
}

/// The bytes that the archive has of a medium.
#[track_caller]
fn bytes_of(world: &World, record: &Value, id: &str) -> Vec<u8> {
    let found =
        record["media"].as_array().expect("media").iter().find(|medium| medium["id"] == *id).unwrap_or_else(|| panic!("{id:?} is lost"));
    let path = found["files"][0]["path"].as_str().unwrap_or_else(|| panic!("{found:#}"));
    std::fs::read(world.file(path)).expect(path)
}

#[test]
fn strange_ids_and_contexts_become_safe_names_and_nothing_is_lost() {
    let contexts = strange_contexts();
    let mut attempt = Attempt::new("attempt", "approved");
    for (number, id) in strange_ids().into_iter().enumerate() {
        attempt = attempt.media(Media::image(&id, &contexts[number % contexts.len()], "image/jpeg", jpeg(&id)));
    }
    let world = World::with(vec![Session::new(SESSION).attempt(attempt)]);
    let run = world.run(&["download", SESSION, "-vv"]).ends_with(0);
    is_harmless(&run.stderr);
    is_harmless(&run.stdout);
    is_contained(&world);
    let record = world.record();
    for id in strange_ids() {
        assert!(bytes_of(&world, &record, &id) == jpeg(&id), "{id:?} has the bytes of another");
    }
    assert_eq!(tree(&world.file("data")).len(), strange_ids().len());
    is_sound(&world);
    crate::harness::others_accept(&world.file(""));
    is_harmless(&world.run(&["list", SESSION]).ends_with(0).stdout);
    is_harmless(&world.run(&["download", SESSION, "--dry-run"]).ends_with(0).stdout);
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.media_requests(), 0, "the names lead back to the ids");
}

#[test]
fn ids_that_differ_in_case_alone_become_two_files() {
    let media = ["aBc", "AbC"].map(|id| Media::image(id, "face", "image/jpeg", jpeg(id)));
    let attempt = media.into_iter().fold(Attempt::new("attempt", "approved"), Attempt::media);
    let world = World::with(vec![Session::new(SESSION).attempt(attempt)]);
    world.run(&["download", SESSION]).ends_with(0);
    is_contained(&world);
    let files = tree(&world.file("data"));
    assert_eq!(files.values().collect::<BTreeSet<_>>(), BTreeSet::from([&jpeg("aBc"), &jpeg("AbC")]));
}

#[test]
fn ids_that_would_be_another_path_are_reported_and_the_rest_is_archived() {
    let mut attempt = Attempt::new("attempt", "approved").media(Media::image("good", "face", "image/jpeg", jpeg("good")));
    for id in impossible_ids() {
        attempt = attempt.media(Media::image(id, "face", "image/jpeg", jpeg("bad")));
    }
    let world = World::with(vec![Session::new(SESSION).attempt(attempt)]);
    let run = world.run(&["download", SESSION, "-vv"]).ends_with(7).says("media/images/1 has an unusable id");
    is_harmless(&run.stderr);
    is_contained(&world);
    assert_eq!(tree(&world.file("data")).into_values().collect::<Vec<_>>(), [jpeg("good")]);
    // Each stands in the session's listing and in the attempt's.
    assert_eq!(world.record()["problems"].as_array().map(Vec::len), Some(2 * impossible_ids().len()));
    assert_eq!(world.media_requests(), 1);
    is_sound(&world);
}

#[test]
fn strange_attempt_ids_become_safe_folders() {
    let mut session = Session::new(SESSION);
    for id in strange_ids() {
        session = session.attempt(Attempt::new(&id, "approved").media(Media::image(
            format!("of-{}", id.len()) + &id,
            "face",
            "image/jpeg",
            jpeg(&id),
        )));
    }
    // The prefix makes ids too long for the longest of them, which is reported and not the subject here.
    session.attempts.retain(|attempt| attempt.media[0].id.len() <= 128);
    let count = session.attempts.len();
    let world = World::with(vec![session.clone()]);
    let run = world.run(&["download", SESSION, "-v"]).ends_with(0);
    is_harmless(&run.stderr);
    is_contained(&world);
    assert_eq!((tree(&world.file("data")).len(), world.record()["attempts"].as_array().map(Vec::len)), (count, Some(count)));
    let record = world.record();
    for attempt in &session.attempts {
        assert!(bytes_of(&world, &record, &attempt.media[0].id) == jpeg(&attempt.id), "{:?}", attempt.id);
    }
    is_sound(&world);
    is_harmless(&world.run(&["attempts", SESSION]).ends_with(0).stdout);
}

#[test]
fn attempts_whose_ids_would_be_another_path_are_reported() {
    let good = || Attempt::new("good", "approved").media(Media::image("m", "face", "image/jpeg", jpeg("m")));
    for id in impossible_ids() {
        let bad = Attempt::new(&id, "declined").media(Media::image("of-bad", "face", "image/jpeg", jpeg("bad")));
        let world = World::with(vec![Session::new(SESSION).attempt(good()).attempt(bad)]);
        let run = world.run(&["download", SESSION]).ends_with(7).says("attempt 2 of the listing has an unusable id");
        is_harmless(&run.stderr);
        is_contained(&world);
        assert_eq!(tree(&world.file("data")).into_keys().collect::<Vec<_>>(), ["good/face_m.jpg"], "{id:?}");
        let run = world.run(&["attempts", SESSION]);
        is_harmless(&run.stderr);
        is_harmless(&run.stdout);
        assert_eq!(run.code, 7, "an attempt that cannot be shown is not left out in silence: {}", run.stderr);
    }
}

#[test]
fn sizes_that_are_none_are_as_good_as_missing() {
    let sizes =
        [json!(-1), json!(1e300), json!(null), json!(true), json!([]), json!({}), json!("many"), json!("-1"), json!(""), json!(u64::MAX)];
    let mut attempt = Attempt::new("attempt", "approved");
    for (number, size) in sizes.iter().enumerate() {
        let medium = Media::video(format!("m{number}"), "selfid_video", "video/mp4", crate::harness::mp4(&number.to_string()));
        attempt = attempt.media(medium.size(size.clone()).duration(size.clone()));
    }
    let world = World::with(vec![Session::new(SESSION).attempt(attempt)]);
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.media_requests(), sizes.len(), "nothing to disagree with: {}", run.stderr);
    for medium in world.record()["media"].as_array().expect("media") {
        assert_eq!((&medium["state"], &medium["size"]), (&json!("archived"), &json!(null)), "{medium}");
    }
    world.run(&["list", SESSION]).ends_with(0);
    is_sound(&world);
}

#[test]
fn sizes_as_text_count_and_wrong_ones_are_reported() {
    let right = Media::image("right", "face", "image/jpeg", jpeg("right")).size(jpeg("right").len().to_string());
    let wrong = Media::image("wrong", "face", "image/jpeg", jpeg("wrong")).size("12");
    let vast = Media::image("vast", "face", "image/jpeg", jpeg("vast")).size(9_000_000_000_000_000_u64);
    let attempt = [right, wrong, vast].into_iter().fold(Attempt::new("attempt", "approved"), Attempt::media);
    let world = World::with(vec![Session::new(SESSION).attempt(attempt)]);
    let run = world.run(&["download", SESSION]).ends_with(0);
    run.says("(wrong)").says("the listing says 12 bytes, 18 came").says("the listing says 9000000000000000 bytes");
    assert_eq!(world.media_requests(), 5, "the right one is asked for once");
    is_sound(&world);
}

/// A run against a server that says anything.
fn run_at(wire: &crate::wire::Wire, words: &[&str]) -> (tempfile::TempDir, Run) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::of(&wire.command(folder.path(), words).output().expect("a run"));
    (folder, run)
}
