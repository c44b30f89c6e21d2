//! `--failed-to`: the list of what is to be run again is never better than the truth.

use super::{list, sessions};
use crate::harness::{Run, World, is_sound, until};

const RUN: [&str; 5] = ["download", "--from", "ids.txt", "--failed-to", "again.txt"];

/// The lines of the list below its header; nothing of an empty one.
fn again(world: &World) -> String {
    let text = std::fs::read_to_string(world.folder().join("again.txt")).expect("a list");
    text.strip_prefix("session_id,reason,runs\n").map_or_else(|| text.clone(), str::to_owned)
}

#[test]
fn what_failed_is_listed_in_the_order_of_the_input_and_can_be_run_again() {
    let world = sessions(5);
    list(&world, &["s4", "nowhere1", "s2", "not an id", "s0", "s1", "s3"]);
    world.faults("media:front-s2=500,media:face-s3=404");
    world.run(&RUN).ends_with(7).says("line 4 of the list");
    assert_eq!(again(&world), "nowhere1,not-found,1\ns2,partial,1\ns3,partial,1\n");
    world.faults("");
    world.sandbox.clear_exchanges();
    let run = world.run(&["download", "--from", "again.txt", "--failed-to", "again.txt"]).ends_with(7);
    assert!(run.stderr.contains("3 sessions: 2 complete, 1 incomplete"), "{}", run.stderr);
    assert_eq!(again(&world), "nowhere1,not-found,2\n");
    let asked: Vec<String> = world.sandbox.exchanges().iter().map(|exchange| exchange.path.clone()).collect();
    assert!(!asked.iter().any(|path| path.contains("s0") || path.contains("s4")), "{asked:?}");
    is_sound(&world);
}

#[test]
fn a_run_in_which_all_is_well_leaves_an_empty_list() {
    let world = sessions(2);
    list(&world, &["s0", "s1"]);
    std::fs::write(world.folder().join("again.txt"), "of yesterday\n").expect("an old list");
    world.run(&RUN).ends_with(0);
    assert_eq!(again(&world), "");
}

#[test]
fn a_run_that_ends_early_lists_what_it_never_began() {
    let world = sessions(6);
    list(&world, &["s0", "s1", "s2", "s3", "s4", "s5"]);
    world.faults("session:s3=401");
    world.run(&[&RUN[..], &["-j1"]].concat()).ends_with(4);
    assert_eq!(again(&world), "s3,refused,1\ns4,not-started,0\ns5,not-started,0\n");
}

#[test]
fn while_a_run_is_at_work_everything_is_on_the_list() {
    let world = sessions(3);
    list(&world, &["s0", "s1", "s2"]);
    world.faults("media:front-s1=hang");
    let mut run = world.process(&RUN).stderr(std::process::Stdio::null()).spawn().expect("a process");
    until("a request hangs", || world.sandbox.exchanges().iter().any(|exchange| exchange.path.ends_with("front-s1")));
    run.kill().expect("killed");
    run.wait().expect("dead");
    assert_eq!(again(&world), "s0,not-started,0\ns1,not-started,0\ns2,not-started,0\n");
    world.faults("");
    world.run(&["download", "--from", "again.txt", "--failed-to", "again.txt"]).ends_with(0);
    assert_eq!(again(&world), "");
    is_sound(&world);
}

#[test]
fn a_run_that_cannot_begin_lists_everything() {
    let world = sessions(2);
    list(&world, &["s0", "s1"]);
    std::fs::write(world.folder().join("again.txt"), "of yesterday\n").expect("an old list");
    let output = world.command(&RUN).env_remove("VMEDIA_API_SECRET").output().expect("a run");
    Run::of(&output).ends_with(3);
    assert_eq!(again(&world), "s0,not-started,0\ns1,not-started,0\n");
}

#[test]
fn a_list_that_cannot_be_written_ends_the_run_before_it_begins() {
    let world = sessions(1);
    list(&world, &["s0"]);
    let run = world.run(&["download", "--from", "ids.txt", "--failed-to", "no/such/folder.txt"]).ends_with(6);
    run.complains("cannot write the list", "--failed-to");
    std::fs::create_dir(world.folder().join("folder")).expect("a folder");
    world.run(&["download", "s0", "--failed-to", "folder"]).ends_with(2).complains("is not a regular file", "--failed-to");
    assert!(world.sandbox.exchanges().is_empty() && !world.archive().exists(), "nothing was begun");
}

#[test]
fn a_session_that_is_gone_for_good_is_left_out_and_stays_on_the_list() {
    let world = sessions(2);
    list(&world, &["s0", "nowhere1", "s1"]);
    let words = [&RUN[..], &["--retry-not-found", "2", "--skip-complete"]].concat();
    for runs in 1..=2 {
        world.run(&words).ends_with(7);
        assert_eq!(again(&world), format!("nowhere1,not-found,{runs}\n"));
    }
    world.sandbox.clear_exchanges();
    world.run(&words).ends_with(0).says("1 session left out, not found in earlier runs");
    assert_eq!(again(&world), "nowhere1,not-found,2\n");
    assert!(world.sandbox.exchanges().is_empty(), "complete, or given up");
    world.run(&RUN).ends_with(7);
    assert_eq!(again(&world), "nowhere1,not-found,3\n", "without the flag it is asked about again");
    list(&world, &["s0"]);
    world.run(&words).ends_with(0);
    assert_eq!(again(&world), "", "what is on no list any more is forgotten");
    world.run(&["download", "s0", "--retry-not-found", "2"]).ends_with(2);
}
