//! `vmedia find`, `show` and `open`: one session among those of an archive, without network and credentials.

use crate::harness::{Run, SESSION, World, bare, session, session_named};
use serde_json::Value;
use vmedia::sandbox::fixture::{Attempt, Session};

const DECISION: &str =
    r#"{"verification":{"status":"approved","vendorData":"Order-42","person":{"firstName":"Zoë","lastName":"STRASSER\u001b[31m"}}}"#;

/// The usual session with a person, and two others whose ids begin alike.
fn world() -> World {
    let world = World::with(vec![
        session().companion("decision", DECISION),
        session_named("begin-1", "b-new", "b-old"),
        Session::new("begin-2").attempt(Attempt::new("a", "started")),
    ]);
    world.faults("media:face-begin-1=404");
    world.run(&["download", SESSION, "begin-1", "begin-2", "--with", "decision"]).ends_with(7);
    world
}

fn run(world: &World, words: &[&str]) -> Run {
    Run::of(&bare(world.folder()).args(words).output().expect("a run"))
}

#[test]
fn a_session_is_found_by_reference_name_and_ids_in_any_case() {
    let world = world();
    let found = |words: &[&str]| -> Vec<String> {
        let run = run(&world, &[&["find", "--format", "json"], words].concat()).ends_with(0);
        let rows: Vec<Value> = serde_json::from_str(&run.stdout).expect("JSON");
        rows.iter().map(|row| row["session"].as_str().expect("text").to_owned()).collect()
    };
    for words in [&["ORDER-42"][..], &["zoe\u{308} strasser"], &["straßer", "ZOE"], &["F04BDB47"], &["video-f04b"]] {
        assert_eq!(found(words), [SESSION], "{words:?}");
    }
    assert_eq!(found(&["begin"]), ["begin-1", "begin-2"]);
    let shown = run(&world, &["find", "strasser"]).ends_with(0).stdout;
    assert!(shown.contains("Order-42") && shown.contains("Zoë STRASSER\\u{1b}[31m"), "{shown}");
    // What was typed may be a name, which belongs in no log.
    let run = run(&world, &["find", "strasser", "unknown", "--log-file", "run.log", "-vv"]).ends_with(9);
    let run = run.complains("no archived session matches", "--with");
    let log = std::fs::read_to_string(world.folder().join("run.log")).expect("a log");
    assert!(
        !run.stderr.contains("unknown") && log.contains("no archived session matches") && !log.to_lowercase().contains("strasser"),
        "{log}"
    );
}

#[test]
fn a_session_is_shown_with_what_is_missing_and_why() {
    let world = world();
    let shown = run(&world, &["show", "f04b"]).ends_with(0).stdout;
    for part in ["Order-42", "Zoë STRASSER\\u{1b}[31m", "approved", "complete", "2 attempts, 5 files", "video     selfid_video", "page: "]
    {
        assert!(shown.contains(part), "no {part:?} in {shown}");
    }
    let shown = run(&world, &["show", "begin-1"]).ends_with(0).stdout;
    assert!(
        shown.contains("begin-1  veriff  incomplete: 1 gone\n") && shown.contains("\nNot archived\n  face of attempt 2 of 2: gone: "),
        "{shown}"
    );
    let json: Value = serde_json::from_str(&run(&world, &["show", "begin-1", "--format", "json"]).ends_with(0).stdout).expect("JSON");
    let record = world.record_of("begin-1");
    assert_eq!((&json["condition"], &json["media"], &json["attempts"]), (&"incomplete".into(), &record["media"], &record["attempts"]));
    assert!(json.get("salt").is_none() && json["page"].as_str().is_some_and(|page| std::path::Path::new(page).is_file()), "{json:#}");
}

#[test]
fn one_session_is_meant_or_the_error_says_why_not() {
    let world = world();
    let folder = format!("vmedia-archive/{SESSION}");
    for words in
        [&["show", &folder][..], &["show", "F04B"], &["show", SESSION, "--archive", "."], &["show", "f", "--archive", "vmedia-archive"]]
    {
        assert!(run(&world, words).ends_with(0).stdout.starts_with(SESSION), "{words:?}");
    }
    run(&world, &["show", "begin"]).ends_with(2).complains("2 archived sessions begin with this", "begin-1, begin-2");
    let unknown = run(&world, &["show", "Strasser"]).ends_with(9);
    assert!(!unknown.stderr.contains("Strasser"), "it may be a name: {}", unknown.stderr);
    unknown.complains("no archived session has this id", "vmedia find");
    run(&world, &["show", "./vmedia-archive"]).ends_with(2).complains("is an archive", "vmedia catalog");
    run(&world, &["open", "f", "--archive", "nowhere"]).ends_with(6).complains("there is no archive at nowhere", "--archive DIR");
    std::fs::write(world.file("archive.json"), "{").expect("written");
    run(&world, &["show", SESSION]).ends_with(8).complains("cannot be read: it is not JSON", "restore");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_page_is_opened_where_there_is_a_desktop() {
    use std::os::unix::fs::PermissionsExt;
    let world = world();
    let page = world.file("index.html").canonicalize().expect("a page").display().to_string();
    let opener = world.folder().join("bin/xdg-open");
    std::fs::create_dir(world.folder().join("bin")).expect("a folder");
    let open = |display: &str| {
        let mut command = bare(world.folder());
        command.env("PATH", world.folder().join("bin")).env("DISPLAY", display);
        let run = Run::of(&command.args(["open", "f04b"]).output().expect("a run")).ends_with(0);
        assert_eq!(run.stdout, format!("{page}\n"));
        run.stderr.contains("no desktop")
    };
    assert!(open(":0"), "there is no opener");
    for (status, is_noted) in [(0, false), (3, true)] {
        std::fs::write(&opener, format!("#!/bin/sh\nprintf '%s|' \"$@\" > opened\nexit {status}\n")).expect("written");
        std::fs::set_permissions(&opener, PermissionsExt::from_mode(0o755)).expect("a program");
        assert_eq!(open(":0"), is_noted, "{status}");
        assert_eq!(std::fs::read_to_string(world.folder().join("opened")).expect("it ran"), format!("{page}|"));
        std::fs::remove_file(world.folder().join("opened")).expect("removed");
    }
    assert!(open(""), "without a display, nothing is started");
    assert!(!world.folder().join("opened").exists());
}
