//! `--shard`: several processes divide the sessions of a list and of an archive, and none is left out or done twice.

use super::{list, sessions};
use crate::harness::{Run, World, is_sound};
use std::collections::BTreeMap;
use vmedia::engine::Event;

const PARTS: [&str; 3] = ["1/3", "2/3", "3/3"];

/// The sessions that ended, each with the number of parts that it was in.
fn counted(runs: &[Run]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for event in runs.iter().flat_map(Run::events) {
        let session = match event {
            Event::SessionFinished { session, .. } => Some(session.to_string()),
            Event::BagVerified(report) => report.session,
            _ => None,
        };
        session.into_iter().for_each(|session| *counted.entry(session).or_default() += 1);
    }
    counted
}

/// Runs the parts at the same time.
fn each(world: &World, words: &[&str], code: [i32; 3]) -> [Run; 3] {
    let start = |part: &str| {
        let words: Vec<String> = words.iter().map(|word| word.replace("PART", &part.replace('/', "-"))).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).chain(["--shard", part, "--format=json"]).collect();
        world.process(&words).stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().expect("a run")
    };
    let mut code = code.into_iter();
    PARTS.map(start).map(|process| Run::of(&process.wait_with_output().expect("its end")).ends_with(code.next().expect("a status")))
}

#[test]
fn several_processes_divide_a_list_and_an_archive() {
    let world = sessions(12);
    let ids: Vec<String> = (0..12).map(|number| format!("s{number}")).collect();
    let mut listed: Vec<&str> = ids.iter().map(String::as_str).collect();
    listed.extend(["unknown-1", "unknown-2"]);
    list(&world, &listed);
    let runs = each(&world, &["download", "--from", "ids.txt", "--failed-to", "again-PART.csv"], [7, 0, 0]);
    let counted_once = counted(&runs);
    assert_eq!((counted_once.len(), counted_once.values().max()), (14, Some(&1)), "{counted_once:?}");
    is_sound(&world);
    // Their lists are joined by `cat`.
    let texts =
        PARTS.map(|part| std::fs::read_to_string(world.folder().join(format!("again-{}.csv", part.replace('/', "-")))).expect("a list"));
    std::fs::write(world.folder().join("again.csv"), texts.concat()).expect("written");
    let run = world.run(&["download", "--from", "again.csv", "--failed-to", "again.csv", "--format=json"]);
    assert_eq!(counted(&[run]).into_keys().collect::<Vec<_>>(), ["unknown-1", "unknown-2"]);

    let words = ["verify", "vmedia-archive", "--read-only"];
    let runs = each(&world, &words, [0, 0, 0]);
    assert_eq!(counted(&runs).values().sum::<usize>(), 12);
    for run in &runs {
        let Some(Event::VerifyFinished { partial, bags, .. }) = run.events().pop() else { panic!("{}", run.stdout) };
        assert!(partial.is_some_and(|partial| partial.ends_with(&format!(": {bags} of 12 sessions"))));
    }
    std::fs::remove_dir_all(world.archive().join("s5")).expect("removed");
    let part = runs.iter().position(|run| counted(std::slice::from_ref(run)).contains_key("s5")).expect("a part");
    let missing = each(&world, &words, [0, 1, 2].map(|other| if other == part { 8 } else { 0 }));
    assert!(missing[part].stdout.contains("the session is missing"), "found by its part alone: {}", missing[part].stdout);

    let rows: usize = PARTS
        .iter()
        .map(|part| world.run(&["catalog", "vmedia-archive", "--shard", part, "--format=csv"]).ends_with(0).stdout.lines().count() - 1)
        .sum();
    assert_eq!(rows, 11);
    world.run(&["download", "--from", "ids.txt", "--shard", "4/3"]).ends_with(2).says("it looks like 3/50, up to 50/50 or from 0/50");
}
