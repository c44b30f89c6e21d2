//! "Slower": every worker waits for as long as the provider says.

use crate::harness::{ALL, SESSION, World, session};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use vmedia::sandbox::fixture::{Attempt, Media, Session};
use vmedia::sandbox::{Options, Pace, parse_faults};

type Times = Arc<Mutex<Vec<(Instant, String, u16)>>>;

/// A sandbox that notes when each request came.
fn watched(session: Session, faults: &str) -> (World, Times) {
    let times = Times::default();
    let noted = Arc::clone(&times);
    let observer = move |exchange: &vmedia::sandbox::Exchange| {
        noted.lock().expect("a lock").push((Instant::now(), exchange.path.clone(), exchange.status));
    };
    let options = Options {
        samples: false,
        sessions: vec![session],
        faults: parse_faults(faults).expect(faults),
        pace: Pace { latency: Duration::from_millis(40), bytes_per_second: None },
        observer: Some(Arc::new(observer)),
        ..Options::default()
    };
    (World::start(options), times)
}

/// Fails the test if a request is made again earlier than it was asked for.
fn is_waited_for(target: &str, fault: &str, least: f64) {
    let (world, times) = watched(session(), &format!("{target}={fault}*1"));
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.held(), ALL);
    let times = times.lock().expect("a lock");
    let at = times.iter().position(|(_, _, status)| [429, 503].contains(status)).expect("the fault acted");
    let (refused, path, _) = &times[at];
    let (again, ..) = times[at + 1..].iter().find(|(_, other, _)| other == path).expect("asked again");
    let waited = again.duration_since(*refused).as_secs_f64();
    assert!(waited >= least, "{target}={fault}: asked again after {waited} s");
    assert_eq!(times.iter().filter(|(_, other, _)| other == path).count(), 2, "and not before");
}

#[test]
fn retry_after_is_waited_for_in_seconds_and_as_a_date() {
    // Side by side, because each takes its seconds. A date is cut to whole ones, so that up to one is gone when it is written.
    std::thread::scope(|scope| {
        for (fault, least) in [("429:2", 2.0), ("503:2", 2.0), ("429:date+3", 1.9)] {
            scope.spawn(move || is_waited_for("attempts", fault, least));
            scope.spawn(move || is_waited_for(&format!("media:front-{SESSION}"), fault, least));
        }
    });
}

#[test]
fn every_worker_waits_when_one_is_throttled() {
    let mut attempt = Attempt::new("attempt", "approved");
    for number in 0..60 {
        attempt = attempt.media(Media::image(format!("m{number}"), "face", "image/jpeg", crate::harness::jpeg(&number.to_string())));
    }
    let (world, times) = watched(Session::new("s").attempt(attempt), "media:m10=429:2*1");
    world.run(&["download", "s", "-j", "4"]).ends_with(0);
    let times = times.lock().expect("a lock");
    let (reported, ..) = times.iter().find(|(_, _, status)| *status == 429).expect("the fault acted");
    let during = times.iter().filter(|(at, ..)| at > reported && at.duration_since(*reported) < Duration::from_secs(2)).count();
    let after = times.iter().filter(|(at, ..)| at.duration_since(*reported) >= Duration::from_secs(2)).count();
    // What three other workers had under way, and what they began before the word reached them.
    assert!(during <= 15, "{during} requests while all had to wait");
    assert!(after >= 60 - 11 - 15, "{after} requests later");
}

#[test]
fn a_wait_that_is_too_long_is_left_to_a_later_run() {
    for seconds in ["301", "3600", "4294967295", "date+400"] {
        let world = World::new();
        world.faults(&format!("attempts=429:{seconds}"));
        let run = world.run(&["download", SESSION]).ends_with(5);
        run.complains("the provider is unavailable: HTTP 429", "run the same command again later");
        assert_eq!(world.listed("attempts"), 1, "{seconds}");
    }
}

#[test]
fn one_who_is_throttled_for_ever_is_unavailable() {
    let world = World::new();
    world.faults("media=429");
    world.run(&["download", SESSION, "--retries", "2"]).ends_with(5).says("failed: HTTP 429");
    assert_eq!((world.media_requests(), world.held().len()), (3 * ALL.len(), 0));
}

#[test]
fn a_wait_that_is_too_long_for_a_run_is_named() {
    let world = World::new();
    world.faults("attempts=429:400");
    let run = world.run(&["download", SESSION]).ends_with(5);
    let what = "HTTP 429: ";
    let run = run.complains(what, "or run the same command again later");
    run.says("; it asks to wait 6 min 40 s, and a run waits no longer than 5 min 00 s");
    assert_eq!(world.listed("attempts"), 1);
}
