//! `list` and `attempts` in their three formats.

use crate::harness::{FIRST, NEWEST, Run, SESSION, World, jpeg, mp4, session, session_named};
use serde_json::{Value, json};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

fn rows(run: &Run) -> Vec<Value> {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
}

fn records(run: &Run) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let fields = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = fields(reader.headers().expect("a header"));
    (header, reader.records().map(|record| fields(&record.expect("CSV"))).collect())
}

#[test]
fn a_table_shows_every_medium_and_the_name_it_would_get() {
    let world = World::new();
    let run = world.run(&["list", SESSION]).ends_with(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 6, "{}", run.stdout);
    for title in ["ATTEMPT", "KIND", "CONTEXT", "TYPE", "SIZE", "SECONDS", "MEDIA"] {
        assert!(lines[0].contains(title), "{}", lines[0]);
    }
    let video = lines.iter().find(|line| line.contains("selfid_video")).expect("the video");
    let name = format!("selfid_video_video-{SESSION}.mp4");
    for cell in [NEWEST, "video", "video/mp4", &format!("{} B", mp4("video").len()), " 5 ", &format!(" video-{SESSION} "), &name] {
        assert!(video.contains(cell), "no {cell:?} in {video}");
    }
    assert_eq!(run.stderr, "");
    assert!(!world.archive().exists(), "looking archives nothing");
    assert_eq!(world.media_requests(), 0);
}

#[test]
fn json_has_a_row_a_medium_whose_path_is_where_download_files_it() {
    let world = World::new();
    let rows = rows(&world.run(&["list", SESSION, "--format", "json"]).ends_with(0));
    assert_eq!(rows.len(), 5);
    assert_eq!(
        rows[0],
        json!({
            "session": SESSION,
            "attempt": NEWEST,
            "kind": "image",
            "context": "document-front",
            "mimetype": "image/jpeg",
            "size": jpeg("front").len(),
            "duration": null,
            "media": format!("front-{SESSION}"),
            "path": format!("data/{NEWEST}/document-front_front-{SESSION}.jpg"),
        })
    );
    let kinds: Vec<&Value> = rows.iter().map(|row| &row["kind"]).collect();
    assert_eq!(kinds, ["image", "image", "video", "nfc", "image"]);
    world.run(&["download", SESSION]).ends_with(0);
    for row in &rows {
        let path = row["path"].as_str().expect("a path");
        assert!(world.file(path).is_file(), "{path}");
    }
}

#[test]
fn csv_has_the_same_rows() {
    let world = World::new();
    let rows = rows(&world.run(&["list", SESSION, "--format", "json"]).ends_with(0));
    let (header, records) = records(&world.run(&["list", SESSION, "--format", "csv"]).ends_with(0));
    assert_eq!(header, ["session", "attempt", "kind", "context", "mimetype", "size", "duration", "media", "path"]);
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(&rows) {
        for (name, cell) in header.iter().zip(record) {
            let expected = match &row[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                number => number.to_string(),
            };
            assert_eq!(*cell, expected, "{name}");
        }
    }
}

#[test]
fn one_attempt_or_the_newest_can_be_asked_for() {
    let world = World::new();
    let attempts = |words: &[&str]| -> Vec<String> {
        let run = world.run(&[&["list", SESSION, "--format", "json"], words].concat()).ends_with(0);
        rows(&run).iter().map(|row| row["attempt"].as_str().expect("an attempt").to_owned()).collect()
    };
    assert_eq!(attempts(&["--latest"]), [NEWEST; 4]);
    assert_eq!(attempts(&["--attempt", FIRST]), [FIRST]);
    assert_eq!(attempts(&["--attempt", NEWEST]), [NEWEST; 4]);
    let run = world.run(&["list", SESSION, "--attempt", "unheard-of"]).ends_with(9).says("no attempt unheard-of");
    assert_eq!(run.stdout, "");
}

#[test]
fn several_sessions_make_one_table_and_an_unknown_one_does_not_hide_the_others() {
    let world = World::with(vec![session(), session_named("other", "other-new", "other-old")]);
    let run = world.run(&["list", SESSION, "other", "--format", "json"]).ends_with(0);
    let sessions: Vec<Value> = rows(&run).iter().map(|row| row["session"].clone()).collect();
    assert_eq!(sessions, [[SESSION; 5], ["other"; 5]].concat());

    let table = world.run(&["list", SESSION, "other"]).ends_with(0).stdout;
    assert_eq!(table.lines().filter(|line| line.starts_with("other ")).count(), 5, "the table says whose each medium is: {table}");

    for verb in ["list", "attempts"] {
        let run = world.run(&[verb, "unknown", "other", "--format", "json"]).ends_with(7).says("session unknown is not found");
        let said: Vec<&str> = run.stderr.lines().collect();
        assert!(said.len() == 2 && said[0].starts_with("vmedia: error: ") && said[1].starts_with("vmedia: hint: "), "{said:?}");
        assert!(!rows(&run).is_empty() && rows(&run).iter().all(|row| row["session"] == "other"), "{}", run.stdout);

        let run = world.run(&[verb, "unknown", "unknown-too"]).ends_with(9);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_table_of_several_sessions_names_the_session_also_when_only_one_of_them_holds_anything() {
    let world = World::with(vec![session(), Session::new("empty").attempt(Attempt::new("empty-1", "started"))]);
    let table = world.run(&["list", "empty", SESSION]).ends_with(0).stdout;
    assert!(table.lines().nth(1).is_some_and(|line| line.starts_with(SESSION)), "whose are these? {table}");
}

#[test]
fn a_session_that_is_named_twice_is_shown_once() {
    let world = World::new();
    assert_eq!(rows(&world.run(&["list", SESSION, SESSION, "--format", "json"]).ends_with(0)).len(), 5);
    assert_eq!(rows(&world.run(&["attempts", SESSION, SESSION, "--format", "json"]).ends_with(0)).len(), 2);
}

#[test]
fn attempts_are_shown_newest_first_and_numbered_from_the_oldest() {
    let world = World::with(vec![
        Session::new(SESSION)
            .attempt(Attempt::new(NEWEST, "approved").created("2026-03-12T09:28:40.115Z"))
            .attempt(Attempt::new(FIRST, "resubmission_requested")),
    ]);
    let run = world.run(&["attempts", SESSION, "--format", "json"]).ends_with(0);
    assert_eq!(
        rows(&run),
        [
            json!({ "session": SESSION, "number": 2, "attempt": NEWEST, "status": "approved", "created": "2026-03-12T09:28:40.115Z" }),
            json!({ "session": SESSION, "number": 1, "attempt": FIRST, "status": "resubmission_requested", "created": null }),
        ]
    );
    let (header, records) = records(&world.run(&["attempts", SESSION, "--format", "csv"]).ends_with(0));
    assert_eq!(header, ["session", "number", "attempt", "status", "created"]);
    assert_eq!(records[1], [SESSION, "1", FIRST, "resubmission_requested", ""]);
    let table = world.run(&["attempts", SESSION]).ends_with(0).stdout;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[1].contains(NEWEST) && lines[1].contains("2026-03-12T09:28:40.115Z") && lines[2].contains(FIRST), "{table}");
    assert!(world.sandbox.exchanges().iter().all(|exchange| exchange.path.ends_with("/attempts")), "nothing else is asked for");
}

#[test]
fn a_session_that_holds_nothing_is_an_empty_list() {
    let world = World::with(vec![Session::new(SESSION).attempt(Attempt::new(NEWEST, "started"))]);
    assert_eq!(rows(&world.run(&["list", SESSION, "--format", "json"]).ends_with(0)), [] as [Value; 0]);
    assert_eq!(records(&world.run(&["list", SESSION, "--format", "csv"]).ends_with(0)).1, [] as [Vec<String>; 0]);
    assert_eq!(world.run(&["list", SESSION]).ends_with(0).stdout.lines().count(), 1);
}

#[test]
fn what_a_context_says_is_shown_and_not_obeyed() {
    let hostile = "face\u{1b}[31m\u{202e}gpj\r\nTOTAL\u{9b}2J";
    let attempt = Attempt::new(NEWEST, "ap\u{1b}[2Jproved")
        .media(Media::image("m1", hostile, "image/jpeg", jpeg("1")))
        .media(Media::image("m2", "=HYPERLINK(\"http://x\")", "image/jpeg", jpeg("2")));
    let world = World::with(vec![Session::new(SESSION).attempt(attempt)]);
    let dangerous = |text: &str| text.chars().any(|letter| letter != '\n' && (letter.is_control() || letter == '\u{202e}'));

    for verb in ["list", "attempts"] {
        let run = world.run(&[verb, SESSION]).ends_with(0);
        assert!(!dangerous(&run.stdout), "{:?}", run.stdout);
        assert!(run.stdout.contains("\\u{1b}["), "{}", run.stdout);
        assert_eq!(run.stdout.lines().count(), if verb == "list" { 3 } else { 2 }, "{}", run.stdout);
    }
    let run = world.run(&["list", SESSION, "--format", "json"]).ends_with(0);
    assert!(!dangerous(&run.stdout), "{:?}", run.stdout);
    assert_eq!(rows(&run)[0]["context"], hostile, "scripts get what the provider said");
    let run = world.run(&["list", SESSION, "--format", "csv"]).ends_with(0);
    assert!(!dangerous(&run.stdout), "{:?}", run.stdout);
    let (_, records) = records(&run);
    assert_eq!(records[1][3], "'=HYPERLINK(\"http://x\")", "no spreadsheet runs it");
}
