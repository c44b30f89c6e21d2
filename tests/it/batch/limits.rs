//! `--max-rate` and `--limit-rate`: a host is asked for no more than was allowed. What is measured is that time passed, and
//! never that little did.

use super::sessions;
use crate::harness::{SESSION, World, bare, jpeg};
use std::time::{Duration, Instant};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

#[test]
fn no_more_requests_are_begun_than_allowed() {
    let world = sessions(2);
    let begun = Instant::now();
    world.run(&["download", "s0", "s1", "--max-rate", "40/s"]).ends_with(0);
    let (took, requests) = (begun.elapsed(), world.sandbox.exchanges().len() as u32);
    assert_eq!(requests, 18, "four listings and five media a session");
    assert!(took >= Duration::from_millis(25) * (requests - 1), "{requests} requests in {took:?}");
}

#[test]
fn no_more_bytes_are_taken_than_allowed() {
    let picture = |seed: &str| [jpeg(seed), vec![7; 60_000]].concat();
    let pictures = (0..3).map(|number| {
        let name = format!("m{number}");
        Media::image(name.clone(), "face", "image/jpeg", picture(&name))
    });
    let attempt = pictures.fold(Attempt::new("attempt", "approved"), Attempt::media);
    let world = World::with(vec![Session::new("s").attempt(attempt)]);
    let begun = Instant::now();
    world.run(&["download", "s", "--limit-rate", "200k"]).ends_with(0);
    let took = begun.elapsed();
    // The last piece is taken before it is paid for.
    assert!(took >= Duration::from_millis(800), "180 kB in {took:?}");
}

#[test]
fn a_transfer_that_a_limit_slows_is_not_given_up() {
    let world = World::new();
    // A hundred bytes a second are far below what a server may send at; all of the session is some 300 bytes.
    world.run(&["download", SESSION, "--limit-rate", "20000", "--max-time", "0.3"]).ends_with(0);
    assert_eq!(world.held(), crate::harness::ALL);
}

#[test]
fn rates_that_are_none_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (flag, value) in [
        ("--max-rate", "0"),
        ("--max-rate", "-1/s"),
        ("--max-rate", "5/d"),
        ("--max-rate", "NaN"),
        ("--limit-rate", "0"),
        ("--limit-rate", "much"),
    ] {
        let output = bare(folder.path()).args(["download", "s", &format!("{flag}={value}")]).output().expect("a run");
        assert_eq!(output.status.code(), Some(2), "{flag}={value}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(flag), "{flag}={value}");
    }
}
