//! SIGUSR1: a run says where it is and goes on.

use super::{list, sessions};
use crate::harness::{World, event, until};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use vmedia::engine::Event;

/// A run that waits for the provider; four files of five are settled, the fifth hangs.
fn waiting(world: &World, words: &[&str]) -> Child {
    list(world, &["s0"]);
    world.faults("media:front-s0=hang");
    let run = world.process(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
    until("all but one are here", || world.tree().keys().filter(|path| path.contains("/data/")).count() == 4);
    until("one hangs", || world.sandbox.exchanges().iter().any(|exchange| exchange.path.ends_with("front-s0")));
    run
}

fn signal(run: &Child, name: &str) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", run.id())]).status().expect("a shell");
    assert!(status.success(), "{name}");
}

fn end(mut run: Child) {
    signal(&run, "INT");
    let mut rest = String::new();
    run.stderr.take().map(|mut words| words.read_to_string(&mut rest));
    assert_eq!(run.wait().expect("an end").code(), Some(130), "{rest}");
}

#[test]
fn a_run_that_is_asked_says_where_it_is_also_when_it_is_quiet() {
    for quiet in [false, true] {
        let world = sessions(1);
        let words = ["download", "--from", "ids.txt", if quiet { "--quiet" } else { "--no-progress" }];
        let mut run = waiting(&world, &words);
        let mut lines = BufReader::new(run.stderr.take().expect("words")).lines();
        // Events may still be on their way to the thread that counts them; a second signal is answered again.
        let line = loop {
            signal(&run, "USR1");
            let line = lines.next().expect("a line").expect("text");
            if line.contains("4 files fetched") {
                break line;
            }
        };
        assert!(line.starts_with("vmedia: note: 0 of 1 session done; 4 files fetched ("), "{line}");
        assert!(line.contains("; 1 transfer under way after "), "{line}");
        drop(lines);
        end(run);
    }
}

#[test]
fn a_script_gets_the_progress_as_an_event() {
    let world = sessions(1);
    let mut run = waiting(&world, &["download", "--from", "ids.txt", "--format=json"]);
    signal(&run, "USR1");
    let lines = BufReader::new(run.stdout.take().expect("events")).lines();
    let standing = lines.map_while(Result::ok).map(|line| event(&line)).find(|event| matches!(event, Event::RunStatus { .. }));
    assert!(matches!(standing, Some(Event::RunStatus { total: 1, done: 0, .. })), "{standing:?}");
    end(run);
}
