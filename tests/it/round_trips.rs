//! Requests that depend on nothing are made together. The server holds answers until the requests that are to come together have
//! arrived, so that a client that makes them one after the other is found out without a clock.

use crate::harness::{Run, SESSION, World, jpeg};
use crate::wire::{Say, Wire, length, signed};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// After this time, what was to come together does not.
const LATE: Duration = Duration::from_secs(20);

/// The requests of a server that holds its answers.
#[derive(Default)]
struct Requests {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    arrived: Vec<String>,
    /// Number of requests that are not answered yet, and the most that there were.
    held: usize,
    most: usize,
    is_late: bool,
}

impl Requests {
    /// Notes a request and holds it until `is_due`, given the paths of all that arrived.
    fn hold(&self, path: &str, is_due: impl Fn(&[String]) -> bool) {
        let mut state = self.state.lock().expect("a lock");
        state.arrived.push(path.to_owned());
        state.held += 1;
        state.most = state.most.max(state.held);
        self.changed.notify_all();
        let waits = |state: &mut State| !state.is_late && !is_due(&state.arrived);
        let (mut state, waited) = self.changed.wait_timeout_while(state, LATE, waits).expect("a lock");
        state.is_late |= waited.timed_out();
        state.held -= 1;
        self.changed.notify_all();
    }

    /// The paths that arrived, sorted; fails the test if one was held for too long.
    #[track_caller]
    fn arrived(&self) -> Vec<String> {
        let state = self.state.lock().expect("a lock");
        assert!(!state.is_late, "not together: {:?}", state.arrived);
        let mut arrived = state.arrived.clone();
        arrived.sort();
        arrived
    }

    fn most(&self) -> usize {
        self.state.lock().expect("a lock").most
    }
}

fn session(below: &str) -> String {
    format!("/v1/sessions/{SESSION}/{below}")
}

fn attempt(number: usize) -> String {
    format!("/v1/attempts/a{number}/media")
}

/// What a provider says of a session with so many attempts, each with a picture of its own.
fn answer(path: &str, attempts: usize) -> Say {
    let json = if path == session("attempts") {
        let entries: Vec<String> = (0..attempts).map(|number| format!(r#"{{"id":"a{number}","status":"approved"}}"#)).collect();
        format!(r#"{{"status":"success","verifications":[{}]}}"#, entries.join(","))
    } else if path == session("media") {
        r#"{"status":"success","images":[{"id":"m0","context":"face","mimetype":"image/jpeg"}]}"#.to_owned()
    } else if let Some(number) = path.strip_prefix("/v1/attempts/a").and_then(|rest| rest.strip_suffix("/media")) {
        format!(r#"{{"status":"success","images":[{{"id":"m{number}","context":"face","mimetype":"image/jpeg"}}]}}"#)
    } else if path == session("decision") || path == session("person") {
        r#"{"status":"success"}"#.to_owned()
    } else {
        let bytes = jpeg(path);
        return Say::Bytes(signed(&length(bytes.len()), &bytes));
    };
    Say::Bytes(signed(&length(json.len()), json.as_bytes()))
}

/// A refusal with this status and message.
fn refusal(status: u16, message: &str) -> Say {
    let body = format!(r#"{{"status":"fail","message":"{message}"}}"#);
    let head = format!("HTTP/1.1 {status} No\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    Say::Bytes(head.into_bytes())
}

/// A server that answers each request of a step once all of that step have arrived, and others at once.
fn in_steps(attempts: usize, steps: &[&[String]]) -> (Wire, Arc<Requests>) {
    let requests = Arc::new(Requests::default());
    let (noted, steps) = (Arc::clone(&requests), steps.iter().map(|step| step.to_vec()).collect::<Vec<_>>());
    let wire = Wire::start("", move |path, _| {
        let step = steps.iter().find(|step| step.iter().any(|wanted| wanted == path)).cloned().unwrap_or_default();
        noted.hold(path, |arrived| step.iter().all(|wanted| arrived.contains(wanted)));
        answer(path, attempts)
    });
    (wire, requests)
}

fn run(wire: &Wire, folder: &Path, words: &[&str]) -> Run {
    Run::of(&wire.command(folder, words).output().expect("a run"))
}

/// The names of the documents and the ids of the media and attempts in a record, in its order.
fn order(folder: &Path) -> Vec<Vec<String>> {
    let record = std::fs::read(folder.join("vmedia-archive").join(SESSION).join("archive.json")).expect("a record");
    let record: Value = serde_json::from_slice(&record).expect("JSON");
    let texts = |list: &str, field: &str| {
        record[list].as_array().expect(list).iter().map(|entry| entry[field].as_str().expect(field).to_owned()).collect()
    };
    vec![texts("documents", "name"), texts("companions", "name"), texts("media", "id"), texts("attempts", "id")]
}

#[test]
fn a_session_is_listed_in_two_round_trips_and_recorded_in_the_order_of_the_calls() {
    let first = [session("attempts"), session("media")];
    let second = [attempt(0), attempt(1), attempt(2), session("decision"), session("person")];
    let words = ["download", SESSION, "--with", "decision,person", "--retries", "0"];
    let (wire, requests) = in_steps(3, &[&first, &second]);
    let together = tempfile::tempdir().expect("a folder");
    run(&wire, together.path(), &words).ends_with(0);
    let media = (0..3).map(|number| format!("/v1/media/m{number}"));
    let all: BTreeSet<String> = first.into_iter().chain(second).chain(media).collect();
    assert_eq!(requests.arrived(), all.into_iter().collect::<Vec<_>>());

    let (wire, requests) = in_steps(3, &[]);
    let one_by_one = tempfile::tempdir().expect("a folder");
    run(&wire, one_by_one.path(), &[&words[..], &["-j", "1"]].concat()).ends_with(0);
    assert_eq!(requests.most(), 1, "-j 1 is one request at a time");
    assert_eq!(order(together.path()), order(one_by_one.path()));
    let documents = ["attempts", "media", "attempts/a0/media", "attempts/a1/media", "attempts/a2/media", "decision", "person"];
    assert_eq!(order(together.path())[0], documents);
}

#[test]
fn a_narrow_listing_asks_no_more_than_it_needs() {
    let (attempts, media) = (session("attempts"), session("media"));
    for (words, steps) in [
        (&["list", SESSION][..], vec![vec![attempts.clone(), media.clone()], (0..3).map(attempt).collect()]),
        (&["list", SESSION, "--latest"], vec![vec![attempts.clone(), media.clone()], vec![attempt(0)]]),
        (&["list", SESSION, "--attempt", "a0"], vec![vec![attempts.clone()], vec![media, attempt(0)]]),
        (&["list", SESSION, "--attempt", "a2"], vec![vec![attempts.clone()], vec![attempt(2)]]),
        (&["attempts", SESSION], vec![vec![attempts]]),
    ] {
        let held: Vec<&[String]> = steps.iter().map(Vec::as_slice).collect();
        let (wire, requests) = in_steps(3, &held);
        let folder = tempfile::tempdir().expect("a folder");
        run(&wire, folder.path(), words).ends_with(0);
        let mut expected = steps.concat();
        expected.sort();
        assert_eq!(requests.arrived(), expected, "{words:?}");
    }
}

#[test]
fn of_many_attempts_eight_are_listed_at_once() {
    let requests = Arc::new(Requests::default());
    let noted = Arc::clone(&requests);
    let wire = Wire::start("", move |path, _| {
        let is_attempt = path.starts_with("/v1/attempts/");
        let begun = |arrived: &[String]| arrived.iter().filter(|path| path.starts_with("/v1/attempts/")).count();
        noted.hold(path, |arrived| !is_attempt || begun(arrived) >= 8);
        answer(path, 40)
    });
    let folder = tempfile::tempdir().expect("a folder");
    let run = run(&wire, folder.path(), &["list", SESSION, "--format", "json"]).ends_with(0);
    let rows: Vec<Value> = serde_json::from_str(&run.stdout).expect("JSON");
    let media: Vec<&str> = rows.iter().map(|row| row["media"].as_str().expect("an id")).collect();
    assert_eq!(media, (0..40).map(|number| format!("m{number}")).collect::<Vec<_>>(), "in the order of the attempts");
    assert_eq!((requests.arrived().len(), requests.most()), (42, 8));
}

#[test]
fn the_failure_of_the_first_call_is_reported_whichever_comes_first() {
    // Each answer in the first place is held until the request beside it has arrived, which is answered at once.
    for (first, second, said) in [
        ((session("attempts"), 404), (session("media"), 401), "is not found at the provider: HTTP 404: first"),
        ((session("attempts"), 401), (session("media"), 404), "refuses the credentials: HTTP 401: first"),
        ((attempt(0), 401), (attempt(1), 403), "refuses the credentials: HTTP 401: first"),
    ] {
        for verb in ["download", "list"] {
            let requests = Arc::new(Requests::default());
            let (noted, held, other) = (Arc::clone(&requests), first.clone(), second.clone());
            let wire = Wire::start("", move |path, _| {
                let is_first = path == held.0;
                noted.hold(path, |arrived| !is_first || arrived.contains(&other.0));
                match path {
                    _ if is_first => refusal(held.1, "first"),
                    _ if path == other.0 => refusal(other.1, "second"),
                    _ => answer(path, 2),
                }
            });
            let folder = tempfile::tempdir().expect("a folder");
            run(&wire, folder.path(), &[verb, SESSION]).says(said);
            assert!(requests.arrived().contains(&second.0), "{verb}");
        }
    }
}

#[test]
fn documents_beside_a_session_are_asked_for_once_it_is_known_to_be_there() {
    let world = World::new();
    world.run(&["download", "unknown", "--with", "all"]).ends_with(9).says("session unknown is not found");
    let asked: BTreeSet<String> = world.sandbox.exchanges().into_iter().map(|exchange| exchange.path).collect();
    let expected = ["/v1/sessions/unknown/attempts".to_owned(), "/v1/sessions/unknown/media".to_owned()];
    assert!(asked.contains(&expected[0]) && asked.iter().all(|path| expected.contains(path)), "{asked:?}");
}

#[test]
fn a_refused_document_ends_the_run_as_a_refused_listing_does() {
    let world = World::new();
    world.faults("decision=401");
    world.run(&["download", SESSION, "--with", "person,decision"]).ends_with(4).says("refuses the credentials: HTTP 401");
    assert_eq!((world.media_requests(), world.tree().len()), (0, 0));
}
