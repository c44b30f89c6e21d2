//! `vmedia keys drill`, and what `vmedia config check` says of keys.

use super::{ALICE, BOB, NAME, archived, lines};
use crate::harness::{Run, SESSION, World, session_named};
use crate::schema::{is_described, judged};
use serde_json::{Value, json};
use std::path::Path;

fn drill(world: &World, words: &[&str]) -> Run {
    world.run(&[&["keys", "drill"], words].concat())
}

#[test]
fn a_drill_opens_sessions_by_chance_and_the_journal_says_which() {
    let world = archived();
    for number in 1..=4 {
        let id = format!("drill-{number}");
        world.sandbox.put_session(session_named(&id, &format!("new-{number}"), &format!("old-{number}")));
        world.run(&["download", &id, "--recipient", ALICE.0, "--recipient", BOB.0]).ends_with(0);
    }
    let run = drill(&world, &["--identity", "bob.key", "--sample", "3"]).ends_with(0);
    run.says("3 of 5 sessions with keys, chosen by the seed ").shows("3 sessions: all sound: ").shows("encrypted files open");
    let drilled: Vec<Value> = lines(&world.archive()).into_iter().filter(|line| line["act"] == "drilled").collect();
    let mut folders: Vec<&str> = drilled.iter().map(|line| line["folder"].as_str().expect("a folder")).collect();
    folders.sort_unstable();
    let seed = drilled[0]["seed"].as_str().expect("a seed");
    // The choice follows from the seed.
    let mut all: Vec<(String, &str)> = [SESSION, "drill-1", "drill-2", "drill-3", "drill-4"]
        .map(|folder| (vmedia::store::Digest::of(format!("{seed}/{folder}").as_bytes()).sha256, folder))
        .to_vec();
    all.sort_unstable();
    let mut chosen: Vec<&str> = all[..3].iter().map(|(_, folder)| *folder).collect();
    chosen.sort_unstable();
    assert_eq!(folders, chosen);
    for line in &drilled {
        assert_eq!((&line["identities"], &line["recipients"]), (&json!([BOB.0]), &Value::Null));
        assert!(line["keys"][0]["key"].as_str().is_some_and(|key| key.starts_with("age1")), "{line}");
        is_described("journal", line);
    }
    if let Some(verdicts) = judged(&drilled.iter().map(|line| ("journal", line.clone())).collect::<Vec<_>>()) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
    // What does not open is no drill.
    std::fs::write(world.folder().join("other.key"), super::granted::AUDITOR.1).expect("written");
    drill(&world, &["--identity", "other.key", "--sample", "100%"]).ends_with(7).shows("encrypted to none of these identities");
    let person = world.file("metadata/person.json.age");
    let bytes = std::fs::read(&person).expect("a file");
    std::fs::write(&person, &bytes[1..]).expect("written");
    let run = drill(&world, &["--identity", "alice.key", "--sample", "100%"]).ends_with(8);
    assert!(!run.stdout.contains(NAME) && !run.stderr.contains(NAME));
    let count = lines(&world.archive()).iter().filter(|line| line["act"] == "drilled").count();
    assert_eq!(count, 3 + 4, "four of five opened");
    drill(&world, &["--identity", "none.key"]).ends_with(3).complains("cannot use the identity none.key", "age-keygen");
    drill(&world, &["--identity", "bob.key", "--sample", "0"]).ends_with(2).complains("it looks like 20 or 1%", "keys drill --help");
    std::fs::remove_dir_all(world.archive().join("_keys")).expect("removed");
    drill(&world, &["--identity", "bob.key"]).ends_with(9).complains("has no keys of encrypted sessions", "_keys");
}

#[test]
fn a_check_of_the_configuration_reports_what_endangers_keys() {
    let world = archived();
    let check = |recipients: &str| {
        let text = format!("[profiles.live]\nrecipients = [{recipients}]\nsingle_recipient = true\n");
        std::fs::write(world.folder().join("vmedia.toml"), text).expect("written");
        crate::secrets::mode(&world.folder().join("vmedia.toml"), 0o600);
        world.run(&["config", "check", "--config", "vmedia.toml", "--profile", "live"])
    };
    check(&format!("{:?}", ALICE.0)).ends_with(0).shows("warning  recipients     there is one").shows("no private key was tried");
    check("\"nonsense\"").ends_with(3).shows("wrong    recipients     \"nonsense\" is no recipient");
    drill(&world, &["--identity", "alice.key"]).ends_with(0);
    let both = check(&format!("{:?}, {:?}", ALICE.0, BOB.0)).ends_with(0).shows("ok       recipients     2 public keys");
    let keys = Path::new("vmedia-archive").join("_keys");
    both.shows("ok       drill          the last was on 20")
        .shows(&format!("ok       keys           what is written into {} can be removed", keys.display()));
    assert!(!World::new().run(&["config", "check"]).ends_with(0).stdout.contains("drill"), "nothing is said of an archive without keys");
}
