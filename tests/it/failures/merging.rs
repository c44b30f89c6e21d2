//! One status for several sessions: alike gives that status, a mixture gives 7, and what ends a run wins.

use super::{download, many};
use crate::harness::{World, session_named};

/// The sessions that are archived as bags.
fn bags(world: &World) -> Vec<String> {
    let mut bags: Vec<String> = world.tree().into_keys().filter_map(|path| path.strip_suffix("/bagit.txt").map(str::to_owned)).collect();
    bags.sort();
    bags
}

#[test]
fn sessions_that_all_end_alike_give_that_status() {
    for (fault, code) in [("404", 9), ("400", 4), ("503", 5)] {
        let (world, ids) = many(3);
        world.faults(&format!("attempts={fault}"));
        world.run(&download(&["--retries", "0"], &ids)).ends_with(code).says("3 sessions: 0 complete, 3 incomplete");
        assert_eq!(world.listed("attempts"), 3, "one session's failure ends no other");
    }
    let (world, ids) = many(3);
    world.run(&download(&[], &ids)).ends_with(0).says("3 sessions: 3 complete");
}

#[test]
fn sessions_that_end_differently_give_a_part_and_the_rest_is_archived() {
    for (faults, archived) in [
        ("session:session-00=404", vec!["session-01", "session-02"]),
        ("session:session-02=404", vec!["session-00", "session-01"]),
        ("session:session-01=400", vec!["session-00", "session-02"]),
        ("session:session-01=503", vec!["session-00", "session-02"]),
        ("session:session-00=404,session:session-01=503,session:session-02=400", vec![]),
        ("session:session-00=404,session:session-01=503", vec!["session-02"]),
    ] {
        let (world, ids) = many(3);
        world.faults(faults);
        world.run(&download(&["--retries", "0"], &ids)).ends_with(7);
        assert_eq!(bags(&world), archived, "{faults}");
        for id in archived {
            assert_eq!(crate::harness::tree(&world.archive().join(id).join("data")).len(), 5, "{faults}");
        }
    }
}

#[test]
fn refused_credentials_win() {
    let (world, ids) = many(3);
    world.faults("session:session-00=404,session:session-01=401");
    world.run(&download(&["-j", "1"], &ids)).ends_with(4).says("1 not begun");
    assert!(bags(&world).is_empty());
    let (world, ids) = many(3);
    world.faults("session:session-02=401");
    world.run(&download(&["-j", "1"], &ids)).ends_with(4).says("2 complete, 1 incomplete");
    assert_eq!(bags(&world), ["session-00", "session-01"], "what was finished stays");
}

#[test]
fn a_place_that_one_session_cannot_have_is_its_misfortune_alone() {
    let (world, ids) = many(4);
    world.faults("session:session-00=404");
    std::fs::create_dir(world.archive()).expect("a folder");
    let blocked = world.archive().join("session-02");
    std::fs::write(&blocked, "in the way").expect("a file");
    let run = world.run(&download(&["-j", "1"], &ids)).ends_with(7);
    run.complains(&blocked.display().to_string()[world.folder().display().to_string().len() + 1..], "something else has that name");
    assert_eq!(bags(&world), ["session-01", "session-03"]);
    assert_eq!(std::fs::read(&blocked).expect("still there"), b"in the way");
    world.run(&["download", "session-02"]).ends_with(6).complains("session-02", "something else has that name");
}

#[test]
fn a_listing_of_several_sessions_merges_alike() {
    let (world, ids) = many(3);
    world.faults("session:session-01=404");
    for verb in ["list", "attempts"] {
        let words = [&[verb], &ids.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat();
        let run = world.run(&words).ends_with(7).complains("session session-01 is not found", "");
        assert!(run.stdout.contains("session-00") && run.stdout.contains("session-02"), "{}", run.stdout);
    }
}

#[test]
fn a_record_in_an_unknown_format_is_refused_and_not_quoted() {
    let world = World::with(vec![session_named("one", "one-new", "one-old")]);
    world.run(&["download", "one"]).ends_with(0);
    let path = world.archive().join("one/archive.json");
    let mut record: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("a record")).expect("JSON");
    record["media"][0]["reason"] = "a reason as plain text".into();
    std::fs::write(&path, record.to_string()).expect("written");
    let unknown = "cannot be read: this version of vmedia does not know its format";
    let run = world.run(&["download", "one", "-v"]).ends_with(8);
    let run = run.complains(&format!("archive.json {unknown}"), "use the version of vmedia that wrote it");
    assert!(!run.stderr.contains("plain text"), "{}", run.stderr);
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(8);
    assert!(run.stdout.contains(unknown), "{}", run.stdout);
}

#[test]
fn a_record_that_cannot_be_read_is_the_misfortune_of_one_session() {
    let names = ["one", "two", "three"];
    let world = World::with(names.map(|name| session_named(name, &format!("{name}-new"), &format!("{name}-old"))).to_vec());
    world.run(&["download", "one"]).ends_with(0);
    std::fs::write(world.archive().join("one/archive.json"), "{ torn").expect("written");
    world.run(&["download", "one"]).ends_with(8).complains("archive.json cannot be read", "restore it from a backup");
    world.run(&["download", "one", "two", "three", "-j", "1"]).ends_with(7).says("two complete").says("three complete");
    assert_eq!(std::fs::read(world.archive().join("one/archive.json")).expect("kept"), b"{ torn", "nothing is written over it");
}
