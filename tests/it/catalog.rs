//! `vmedia catalog`: a row for every session of an archive, whatever state it is in, in each format and as a page.

use crate::harness::{Run, SESSION, World, bare, is_sound, session, session_named};
use serde_json::{Value, json};
use std::path::Path;
use vmedia::sandbox::fixture::{Attempt, Session};

const DECISION: &str = r#"{"verification":{"status":"approved","person":{"firstName":"ANNA","lastName":"SPECIMEN"}}}"#;

/// The usual session with a decision, and one without.
fn world() -> World {
    let world = World::with(vec![session().companion("decision", DECISION), session_named("b", "b-new", "b-old")]);
    world.run(&["download", SESSION, "b", "--with", "decision"]).ends_with(0);
    world
}

/// Needs no credentials and no configuration.
fn catalog(world: &World, words: &[&str]) -> Run {
    let words = [&["catalog", "vmedia-archive"], words].concat();
    Run::of(&bare(world.folder()).args(words).output().expect("a run"))
}

fn rows(world: &World) -> Vec<Value> {
    serde_json::from_str(&catalog(world, &["--format", "json"]).stdout).expect("JSON")
}

fn row(world: &World, session: &str) -> Value {
    let rows = rows(world);
    rows.iter().find(|row| row["folder"] == session).unwrap_or_else(|| panic!("no {session} in {rows:#?}")).clone()
}

#[test]
fn a_row_says_what_the_record_says() {
    let world = world();
    let record = world.record();
    let row_before = row(&world, SESSION);
    let bytes: u64 =
        record["media"].as_array().expect("media").iter().map(|medium| medium["files"][0]["bytes"].as_u64().expect("bytes")).sum();
    assert_eq!(row_before["archive"], "vmedia-archive");
    let expected = json!({
        "archive": "vmedia-archive", "session": SESSION, "reference": null, "name": "ANNA SPECIMEN", "provider": "veriff", "attempts": 2, "files": 5, "bytes": bytes,
        "first_archived": record["created"], "last_archived": record["updated"], "last_verified": null, "last_authenticated": null, "condition": "complete",
        "decision": "approved", "due": null, "holds": [], "archived": 5, "withheld": 0, "gone": 0, "failed": 0, "excluded": 0, "folder": SESSION,
    });
    assert_eq!(row_before, expected);
    assert_eq!(rows(&world).len(), 2);
    // A verification of everything is remembered, a sample is none.
    world.run(&["verify", "vmedia-archive", "--sample", "50%"]).ends_with(0);
    assert_eq!(row(&world, SESSION)["last_verified"], Value::Null);
    world.run(&["verify", "vmedia-archive"]).ends_with(0);
    assert!(row(&world, SESSION)["last_verified"].is_string() && row(&world, "b")["last_verified"].is_string());
}

#[test]
fn some_sessions_are_listed_and_in_another_order() {
    let world = world();
    std::fs::write(world.archive().join("b/unfinished.ndjson"), "").expect("a mark");
    let listed = |words: &[&str]| -> Vec<String> {
        let text = catalog(&world, &[words, &["--format", "json"]].concat()).ends_with(0).stdout;
        let rows: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        rows.iter().map(|row| row["session"].as_str().expect("text").to_owned()).collect()
    };
    for (words, sessions) in [
        (&["--where", "state=unfinished"][..], &["b"][..]),
        (&["--where", "state=complete", "--where", "decision=Approved"], &[SESSION]),
        (&["--where", "provider=yoti"], &[]),
        (&["--name", "specimen ANNA"], &[SESSION]),
        (&["--since", "7d"], &["b", SESSION]),
        (&["--since", "2999-01-01"], &[]),
        (&["--sort", "state"], &["b", SESSION]),
        (&["--sort", "name"], &[SESSION, "b"]),
        (&["--sort", "last"], &["b", SESSION]),
    ] {
        let (listed, mut sessions) = (listed(words), sessions.to_vec());
        // Two sessions of one run have no order in time.
        if words == ["--sort", "last"] && listed[0] == SESSION {
            sessions.reverse();
        }
        assert_eq!(listed, sessions, "{words:?}");
    }
    catalog(&world, &["--where", "provider=yoti"]).ends_with(0).says("no archived session matches");
    for wrong in ["state=whole", "colour=red", "complete"] {
        assert_eq!(catalog(&world, &["--where", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn the_table_is_for_people_and_csv_for_spreadsheets() {
    let world = world();
    let table = catalog(&world, &[]).ends_with(0).stdout;
    assert!(
        table.starts_with("SESSION ") && table.contains("approved") && table.contains("complete") && table.contains("never"),
        "{table}"
    );
    assert!(table.lines().all(|line| line.chars().count() <= 150), "{table}");
    let text = catalog(&world, &["--format", "csv"]).ends_with(0).stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let values = rows(&world);
    for (record, row) in reader.records().zip(&values) {
        for (name, cell) in header.iter().zip(&record.expect("CSV")) {
            let expected = match &row[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                Value::Array(values) if values.is_empty() => String::new(),
                other => other.to_string(),
            };
            assert_eq!(cell, expected, "{name}");
        }
    }
}

#[test]
fn what_is_not_whole_says_so() {
    let world = World::with(vec![session(), session_named("b", "b-new", "b-old"), session_named("c", "c-new", "c-old")]);
    world.faults("media:face-b=404,media:video-b=html");
    world.run(&["download", SESSION, "b", "c", "--retries", "0"]).ends_with(7);
    assert_eq!(row(&world, "b")["condition"], "incomplete");
    assert!(catalog(&world, &[]).ends_with(0).stdout.contains("1 failed, 1 gone"), "in words for people");
    std::fs::write(world.archive().join("c/unfinished.ndjson"), "").expect("a mark");
    assert_eq!(row(&world, "c")["condition"], "unfinished");
    // A row that cannot be read is a row, and the others are there.
    std::fs::write(world.archive().join("b/archive.json"), "{\"session\":").expect("written");
    let run = catalog(&world, &["--format", "json"]).ends_with(8);
    assert_eq!(row(&world, "b")["condition"], "unreadable");
    assert_eq!(rows(&world).len(), 3);
    run.complains("the record of vmedia-archive", "vmedia verify");
    std::fs::remove_file(world.archive().join("b/archive.json")).expect("removed");
    catalog(&world, &[]).ends_with(8).complains("it is missing", "restore");
}

#[test]
fn a_record_of_a_newer_version_has_a_row_too() {
    let world = world();
    let mut record = world.record();
    (record["version"], record["media"][0]["state"]) = (json!(9), json!("sealed-away"));
    record["media"][0]["of_the_future"] = json!({ "a": [1] });
    std::fs::write(world.file("archive.json"), record.to_string()).expect("written");
    let row = row(&world, SESSION);
    assert_eq!((&row["files"], &row["archived"], &row["condition"]), (&json!(5), &json!(4), &json!("incomplete")));
    assert!(catalog(&world, &[]).ends_with(0).stdout.contains("1 sealed-away"));
}

#[test]
fn more_sessions_than_are_in_memory_at_once_are_listed_in_their_order() {
    const SESSIONS: usize = 2100;
    let world = World::new();
    for number in 0..SESSIONS {
        let folder = world.archive().join(format!("s{number:04}"));
        std::fs::create_dir_all(&folder).expect("a folder");
        let record = json!({ "session": format!("s{number:04}"), "provider": "veriff", "media": [{ "state": "archived", "files": [{ "bytes": 1 }] }] });
        std::fs::write(folder.join("archive.json"), record.to_string()).expect("written");
    }
    let are_in_order = |found: Vec<String>| {
        let expected: Vec<String> = (0..SESSIONS).map(|number| format!("s{number:04}")).collect();
        assert!(found == expected, "{} of them", found.len());
    };
    let words = |text: &str| text.lines().skip(1).map(|line| line.split_once(' ').expect("a cell").0.to_owned()).collect();
    are_in_order(words(&catalog(&world, &[]).ends_with(0).stdout));
    are_in_order(rows(&world).iter().map(|row| row["session"].as_str().expect("text").to_owned()).collect());
    let text = catalog(&world, &["--format", "csv"]).ends_with(0).stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    are_in_order(reader.records().map(|record| record.expect("CSV")[1].to_owned()).collect());
    catalog(&world, &["--html"]).ends_with(0);
    let page = std::fs::read_to_string(world.archive().join("index.html")).expect("a page");
    let links = attributes(&page, "href").into_iter().filter_map(|href| href.strip_suffix("/index.html"));
    are_in_order(links.map(str::to_owned).collect());
    assert!(page.contains("<title>Archive of 2100 sessions</title>") && page.contains("<dd>2.10 kB</dd>") && page.ends_with("</html>"));
    assert_eq!(std::fs::read_dir(world.archive().join(".vmedia/unfinished")).expect("a folder").count(), 0, "what was staged is gone");
}

#[test]
fn archives_are_found_at_any_depth_and_what_is_none_is_reported() {
    let world = world();
    let run = Run::of(&bare(world.folder()).args(["catalog", ".", "--format", "json"]).output().expect("a run")).ends_with(0);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&run.stdout).expect("JSON").len(), 2);
    std::fs::create_dir(world.folder().join("empty")).expect("a folder");
    for path in ["empty", "nowhere"] {
        let run = Run::of(&bare(world.folder()).args(["catalog", path]).output().expect("a run"));
        run.ends_with(6).complains(path, "name a session's folder, or the archive folder");
    }
}

/// The value of each attribute of that name.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| value).collect()
}

#[test]
fn the_page_leads_to_every_session_and_disturbs_nothing() {
    let hostile = "<script>alert(1)</script>";
    let world = World::with(vec![
        session().companion("decision", format!(r#"{{"verification":{{"status":"{hostile}","person":{{"firstName":"ANNA"}}}}}}"#)),
        Session::new("un~usual.ID").attempt(Attempt::new("a", "started")),
    ]);
    world.run(&["download", SESSION, "un~usual.ID", "--with", "decision"]).ends_with(0);
    catalog(&world, &["--html"]).ends_with(0).says("index.html");
    let page = std::fs::read_to_string(world.archive().join("index.html")).expect("a page");
    assert!(!page.contains("<script") && page.contains("&#60;script") && !page.contains("ANNA"), "escaped, and without names: {page}");
    assert!(page.contains("default-src 'none'") && page.contains("<caption") && page.contains("scope=\"row\""));
    let links: Vec<&str> = attributes(&page, "href").into_iter().filter(|href| !href.starts_with('#')).collect();
    assert_eq!(links.len(), 2, "{links:?}");
    for link in links {
        let path = percent_encoding::percent_decode_str(link).decode_utf8().expect("text");
        assert!(world.archive().join(Path::new(path.as_ref())).is_file(), "{link}");
    }
    is_sound(&world);
    assert_eq!(rows(&world).len(), 2);
    world.run(&["download", SESSION]).ends_with(0);
    // A page of some of the sessions would pass for one of all.
    let alone = format!("vmedia-archive/{SESSION}");
    std::fs::remove_file(world.archive().join("index.html")).expect("removed");
    Run::of(&bare(world.folder()).args(["catalog", &alone, "--html"]).output().expect("a run")).ends_with(0);
    assert!(!world.archive().join("index.html").exists());
}

#[test]
fn the_page_has_incomplete_sessions_first_and_the_others_by_month() {
    let world = World::new();
    for (name, created, state) in [
        ("a", "2026-01-31T23:59:59Z", "archived"),
        ("b", "2026-03-02T00:00:00Z", "archived"),
        ("c", "2025-12-01T00:00:00Z", "gone"),
        ("d", "2026-03-10T00:00:00Z", "archived"),
    ] {
        let folder = world.archive().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let record = json!({ "session": name, "provider": "veriff", "created": created, "media": [{ "state": state }] });
        std::fs::write(folder.join("archive.json"), record.to_string()).expect("written");
    }
    catalog(&world, &["--html", "--where", "state=empty"]).ends_with(0);
    let page = std::fs::read_to_string(world.archive().join("index.html")).expect("a page");
    let links: Vec<&str> = attributes(&page, "href").into_iter().filter_map(|href| href.strip_suffix("/index.html")).collect();
    assert_eq!(links, ["c", "d", "b", "a"], "the newest month and session first, whatever is listed");
    let titles: Vec<&str> = page.split("<summary>").skip(1).filter_map(|rest| rest.split(['<', '>']).nth(2)).collect();
    assert_eq!(titles, ["Not complete", "March 2026", "January 2026"]);
    assert_eq!((page.matches("<details open>").count(), page.matches("<details>").count()), (2, 1));
    assert!(page.contains(">2 sessions</span>") && page.contains(">1 session</span>"), "{page}");
}

#[test]
fn a_run_that_changes_the_archive_writes_its_page_again() {
    let sessions = ["b", "c", "d", "e", "f"].map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old")));
    let world = World::with(sessions.into_iter().chain([session()]).collect());
    let file = world.archive().join("index.html");
    let page = || std::fs::read_to_string(&file).expect("a page");
    world.run(&["download", SESSION]).ends_with(0);
    assert!(!file.exists(), "an archive without a page gets none");
    catalog(&world, &["--html"]).ends_with(0);
    world.run(&["download", "b"]).ends_with(0);
    let first = page();
    assert!(first.contains("\"b/index.html\"") && first.contains(">2 sessions</span>"), "{first}");
    world.run(&["download", "b"]).ends_with(0);
    assert_eq!(page(), first, "nothing changed");
    // Two runs at once.
    let runs = ["c", "d"].map(|id| world.process(&["download", id, "-q"]).spawn().expect("a run"));
    for mut run in runs {
        assert!(run.wait().expect("an end").success());
    }
    assert!(["b", "c", "d"].iter().all(|id| page().contains(&format!("\"{id}/index.html\""))), "{}", page());
    let verified = Run::of(&bare(world.folder()).args(["verify", "vmedia-archive"]).output().expect("a run")).ends_with(0);
    assert!(!verified.stdout.contains("earlier catalog"), "{}", verified.stdout);
    std::fs::write(&file, "not by vmedia").expect("written");
    world.run(&["download", "e"]).ends_with(0);
    assert_eq!(page(), "not by vmedia", "a page that no run wrote stays");
    std::fs::remove_file(&file).expect("removed");
    world.run(&["download", "f"]).ends_with(0);
    assert!(!file.exists());
}
