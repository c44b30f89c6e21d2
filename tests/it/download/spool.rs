//! A folder of webhooks (`--from DIR`): what is read, and what is moved to `done` and when.

use crate::harness::{World, jpeg};
use std::path::PathBuf;
use vmedia::engine::Event;
use vmedia::sandbox::fixture::{Attempt, Media, Session};

const RUN: [&str; 4] = ["download", "--from", "spool", "--format=json"];

/// A session of one attempt with this status, and one picture unless it never had any.
fn session(id: &str, status: &str) -> Session {
    let attempt = Attempt::new(format!("{id}-attempt"), status);
    let picture = Media::image(format!("{id}-front"), "document-front", "image/jpeg", jpeg(id));
    Session::new(id).attempt(if status == "abandoned" { attempt } else { attempt.media(picture) })
}

fn world(bodies: &[(&str, &str)]) -> World {
    let world = World::with(vec![session("one-1", "approved"), session("two-2", "submitted"), session("three-3", "abandoned")]);
    std::fs::create_dir(spool(&world)).expect("a folder");
    for (name, text) in bodies {
        std::fs::write(spool(&world).join(name), text).expect("written");
    }
    world
}

fn spool(world: &World) -> PathBuf {
    world.folder().join("spool")
}

fn names(folder: PathBuf) -> Vec<String> {
    let read = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = read.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

fn moved(events: &[Event]) -> Option<(u64, u64)> {
    events.iter().find_map(|event| match event {
        Event::FilesMoved { moved, left, .. } => Some((*moved, *left)),
        _ => None,
    })
}

#[test]
fn a_file_is_done_with_when_its_sessions_are_archived_and_final() {
    let world = world(&[
        ("1.json", r#"{"id":"one-1","attemptId":"x","feature":"selfid","code":7002,"action":"submitted"}"#),
        ("2.json", r#"{"status":"success","verification":{"id":"two-2","attemptId":"x","code":9001}}"#),
        ("3.json", r#"{"status":"success","verification":{"id":"three-3","attemptId":"x","code":9104}}"#),
        ("both.txt", "one-1\ntwo-2\n"),
        (".half.json", r#"{"verification":{"id":"one"#),
    ]);
    std::fs::create_dir(spool(&world).join("done")).expect("a folder");
    std::fs::write(spool(&world).join("done/1.json"), "an earlier webhook").expect("written");

    world.run(&["download", "--from", "spool", "--dry-run"]).ends_with(0);
    assert_eq!(names(spool(&world)).len(), 6, "a dry run moves nothing");

    let run = world.run(&RUN).ends_with(0);
    assert_eq!(moved(&run.events()), Some((2, 2)));
    assert!(matches!(run.events().last(), Some(Event::RunFinished { complete: 2, empty: 1, .. })), "{:?}", run.events().last());
    assert_eq!(names(spool(&world)), [".half.json", "2.json", "both.txt", "done"]);
    assert_eq!(names(spool(&world).join("done")), ["1.json", "1.json.2", "3.json"]);
    assert_eq!(std::fs::read_to_string(spool(&world).join("done/1.json")).expect("a text"), "an earlier webhook");

    world.sandbox.put_session(session("two-2", "declined"));
    world.run(&["download", "--from", "spool"]).ends_with(0).says("note: 2 files moved to ").says("done");
    assert_eq!(names(spool(&world)), [".half.json", "done"]);
    world.run(&["download", "--from", "spool"]).ends_with(0).says("there is no session id in spool, so there is nothing to do");
}

#[test]
fn a_file_that_is_no_list_stays_and_the_others_go_on() {
    let world = world(&[
        ("1.json", r#"{"verification":{"id":"one-1"}}"#),
        ("2.json", ""),
        ("3.json", r#"{"verification":{"id":"one-1"}} {"verification":{"id":"../../etc"}}"#),
        ("4.json", r#"{"verification":{"id":"unknown-4"}}"#),
    ]);
    std::fs::create_dir(spool(&world).join("a-folder")).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink("1.json", spool(&world).join("5.json")).expect("a link");
    let run = world.run(&RUN).ends_with(7);
    let rejected: Vec<String> = run
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::FileRejected { file, reason } => Some(format!("{file}: {reason}")),
            _ => None,
        })
        .collect();
    assert_eq!(rejected[0], "2.json: it holds no session id");
    assert!(rejected[1].starts_with("3.json: line 1: ") && !rejected[1].contains("etc"), "{rejected:?}");
    assert_eq!(rejected.get(2).map(String::as_str), cfg!(unix).then_some("5.json: it is no regular file"));
    assert_eq!(names(spool(&world).join("done")), ["1.json"], "not that of the session that the provider does not know");
    let run = world.run(&["download", "--from", "spool", "-q"]).ends_with(7);
    assert!(run.stderr.contains("error: the file 2.json names no session: it holds no session id"), "{}", run.stderr);
}

#[test]
fn a_file_that_cannot_be_moved_is_an_error_and_its_sessions_are_archived() {
    let world = world(&[("1.json", r#"{"verification":{"id":"one-1"}}"#)]);
    std::fs::write(spool(&world).join(".hidden"), "").expect("written");
    std::fs::write(spool(&world).join("done"), "one-1").expect("a file of that name");
    let run = world.run(&["download", "--from", "spool"]).ends_with(6);
    assert!(run.stderr.contains("cannot move 1.json to "), "{}", run.stderr);
    assert!(
        run.stderr.contains("hint: make done a folder, and let this account write both folders; its sessions are archived"),
        "{}",
        run.stderr
    );
    assert!(world.archive().join("one-1").join("bagit.txt").is_file());
    assert_eq!(names(spool(&world)), [".hidden", "1.json", "done"]);
}
