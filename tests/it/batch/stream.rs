//! `--stream`: sessions are archived while their ids come, each id has its end, and no more is read than can be begun.

use super::{counts, sessions};
use crate::harness::{Run, World, event, is_sound};
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use vmedia::engine::Event;

/// A run that reads a stream.
struct Stream {
    child: Child,
    input: Option<ChildStdin>,
    events: Lines<BufReader<ChildStdout>>,
}

impl Stream {
    fn start(world: &World, words: &[&str]) -> Self {
        let words = [&["download", "--stream", "--format=json"], words].concat();
        let mut child = world.process(&words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let (input, events) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("events")).lines());
        Self { child, input, events }
    }

    fn give(&mut self, text: &str) {
        self.input.as_mut().expect("open").write_all(text.as_bytes()).expect("a reader");
    }

    /// The next event of this sort.
    #[track_caller]
    fn next<T>(&mut self, wanted: impl Fn(Event) -> Option<T>) -> T {
        self.events.by_ref().map_while(Result::ok).find_map(|line| wanted(event(&line))).expect("such an event")
    }

    #[track_caller]
    fn ended(&mut self) -> String {
        self.next(|event| match event {
            Event::SessionFinished { session, .. } => Some(session.to_string()),
            _ => None,
        })
    }

    /// The rest of the events, and the status.
    fn rest(mut self) -> (Vec<Event>, Option<i32>) {
        let events = self.events.by_ref().map_while(Result::ok).map(|line| event(&line)).collect();
        (events, self.child.wait().expect("an end").code())
    }

    /// The same after the end of the input.
    fn close(mut self) -> (Vec<Event>, Option<i32>) {
        drop(self.input.take());
        self.rest()
    }
}

#[test]
fn sessions_end_while_the_stream_is_open_and_as_often_as_they_come() {
    let world = sessions(3);
    let mut stream = Stream::start(&world, &[]);
    assert!(stream.next(|event| match event {
        Event::RunStarted { sessions: 0, stream, .. } => Some(stream),
        _ => None,
    }));
    stream.give("s0\n");
    assert_eq!(stream.ended(), "s0");
    stream.give("# nothing\n\nSmith\n{\"sessionId\":\"s1\"}\n");
    let line = stream.next(|event| match event {
        Event::LineRejected { line, .. } => Some(line),
        _ => None,
    });
    assert_eq!((line, stream.ended()), (4, "s1".to_owned()));
    // Each waits for the one before, and asks again: the provider may have more by then.
    stream.give("s2\ns2\ns2\n");
    assert_eq!([stream.ended(), stream.ended(), stream.ended()], ["s2"; 3]);
    assert_eq!(world.sandbox.exchanges().iter().filter(|exchange| exchange.path == "/v1/sessions/s2/attempts").count(), 3);
    stream.give("unknown-1");
    let (events, code) = stream.close();
    let is_unknown = |event: &Event| matches!(event, Event::SessionFinished { session, .. } if session.as_str() == "unknown-1");
    assert!(events.iter().any(is_unknown), "a line without an end: {events:?}");
    assert!(!events.iter().any(|event| matches!(event, Event::SessionWaiting { .. })), "{events:?}");
    assert_eq!((counts(&events), code), ([5, 0, 1, 0], Some(7)));
    is_sound(&world);
}

#[test]
fn a_stream_ends_with_its_time_also_while_nothing_comes() {
    let world = sessions(1);
    let mut stream = Stream::start(&world, &["--max-duration=1s"]);
    stream.give("s0\n");
    let (events, code) = stream.rest();
    assert_eq!((counts(&events), code), ([1, 0, 0, 0], Some(0)), "nothing is left");
    is_sound(&world);
}

#[test]
fn a_stream_is_read_by_itself_alone() {
    let world = sessions(0);
    for words in [&["s0"][..], &["--from=ids.txt"], &["--shard=1/2"], &["--failed-to=again.csv"]] {
        let words = [&["download", "--stream"], words].concat();
        world.run(&words).ends_with(2).says("--stream");
    }
    let output = world.process(&["download", "--stream"]).stdin(Stdio::null()).output().expect("a run");
    Run::of(&output).ends_with(0).says("0 sessions: 0 complete");
}

#[cfg(unix)]
#[test]
fn no_more_is_read_than_can_begin_and_what_did_not_begin_is_said() {
    use crate::harness::until;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let world = sessions(1);
    world.faults("attempts=hang");
    let mut stream = Stream::start(&world, &["--jobs=2"]);
    let (mut input, written) = (stream.input.take().expect("open"), AtomicUsize::new(0));
    let (events, code) = std::thread::scope(|scope| {
        let written = &written;
        scope.spawn(move || {
            // Until the run is over and nothing reads the pipe.
            for number in 0.. {
                let line = format!("s{number:09}\n");
                if input.write_all(line.as_bytes()).is_err() {
                    break;
                }
                written.fetch_add(line.len(), Ordering::SeqCst);
            }
        });
        // As much as the pipe holds, and what is read at once.
        until("the pipe is full", || written.load(Ordering::SeqCst) >= 60_000 && world.sandbox.exchanges().len() >= 2);
        assert!(written.load(Ordering::SeqCst) < 200_000, "{written:?} bytes were read");
        let status = std::process::Command::new("sh").args(["-c", &format!("kill -TERM {}", stream.child.id())]).status();
        assert!(status.expect("a shell").success());
        stream.rest()
    });
    let left: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::SessionNotStarted { session } => Some(session.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(left, ["s000000002", "s000000003", "s000000004"], "of two under way as many wait, and one that was read");
    assert_eq!((counts(&events), code), ([0, 0, 2, 3], Some(143)));
}
