//! What every provider must do alike: the conformance list. A third provider is one more row of [`providers`].

use crate::harness::{Account, World, jpeg, others_accept, tree, until};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use vmedia::clock::{Cancel, SystemClock};
use vmedia::engine::probe;
use vmedia::http::{Client, ClientOptions, Policy, RetryClient};
use vmedia::provider::veriff::Veriff;
use vmedia::provider::yoti::{Access, Yoti};
use vmedia::provider::{ProbeOutcome, Provider as Asked, Signature};
use vmedia::sandbox::fixture::{Attempt, Media, Session};
use vmedia::sandbox::{Options, Sandbox, YotiSession, parse_faults};
use vmedia::seal::rsa::RequestKey;
use vmedia::secret::Secret;

const SESSION: &str = "f04bdb47-d3be-4b28-b028-a652feb060b5";
/// The media that every provider's session has: two pictures.
const MEDIA: [&str; 2] = ["front", "face"];

/// One provider, as the tests see it.
struct Provider {
    name: &'static str,
    account: Account,
    /// A variable that makes the credentials wrong.
    wrong: (&'static str, &'static str),
    /// What is removed from the session when a medium is deleted at the provider.
    delete: fn(&Sandbox),
    /// The client in this process; with wrong credentials if so wanted.
    client: fn(&Sandbox, bool) -> Box<dyn Asked>,
    /// Where its API begins, as the client wants it.
    base_url: fn(&Sandbox) -> String,
}

fn providers() -> [Provider; 2] {
    [
        Provider {
            name: "veriff",
            account: Account::Veriff,
            wrong: ("VMEDIA_API_SECRET", "another"),
            delete: |sandbox| sandbox.set_faults(parse_faults("media:face=404").expect("faults")),
            client: |sandbox, wrong| {
                let secret = if wrong { "another" } else { sandbox.api_secret() };
                Box::new(Veriff::new(sandbox.api_key().to_owned(), Secret::new(secret.to_owned()), Vec::new(), None))
            },
            base_url: |sandbox| Veriff::normalise_base_url(&sandbox.base_url()),
        },
        Provider {
            name: "yoti",
            account: Account::Yoti,
            wrong: ("VMEDIA_YOTI_SDK_ID", "another"),
            delete: |sandbox| sandbox.put_yoti_session(yoti().without("face")),
            client: |sandbox, wrong| {
                let pem = std::fs::read(sandbox.yoti_key_file().expect("a file")).expect("a key");
                let key = Box::new(RequestKey::parse(Path::new("key.pem"), &pem).expect("a key"));
                let sdk_id = if wrong { "another" } else { sandbox.yoti_sdk_id() }.to_owned();
                Box::new(Yoti::new(Access::Signed { sdk_id, key, clock: Arc::new(SystemClock::start()) }))
            },
            base_url: |sandbox| Yoti::normalise_base_url(&sandbox.yoti_base_url()),
        },
    ]
}

/// A way to the sandbox that asks once.
fn wire(base_url: String) -> RetryClient {
    let wait = Duration::from_secs(20);
    let options = ClientOptions { base_url, connect_timeout: wait, idle_timeout: wait, ca_cert: None, connections: 1, proxy: None };
    let client = Client::new(options).expect("a client");
    RetryClient::new(Box::new(client), Policy { retries: 0, delay: wait }, Arc::new(SystemClock::start()), Cancel::default())
}

fn veriff() -> Session {
    let attempt = MEDIA
        .into_iter()
        .fold(Attempt::new("attempt", "approved"), |attempt, id| attempt.media(Media::image(id, id, "image/jpeg", jpeg(id))));
    Session::new(SESSION).attempt(attempt)
}

fn yoti() -> YotiSession {
    let medium = |id: &str| json!({ "media": { "id": id, "type": "IMAGE" } });
    let document = json!({ "session_id": SESSION, "state": "COMPLETED", "resources": { "id_documents": [ { "id": "r", "pages": MEDIA.map(medium) } ] }, "checks": [] });
    MEDIA.into_iter().fold(YotiSession::new(SESSION, document.to_string()), |session, id| session.media(id, "image/jpeg", jpeg(id)))
}

/// A provider, and a world with an account there.
struct Case {
    provider: Provider,
    world: World,
}

impl Case {
    fn of(provider: Provider) -> Self {
        let options = Options { samples: false, sessions: vec![veriff()], yoti_sessions: vec![yoti()], ..Options::default() };
        Self { world: World::start(options).of(provider.account), provider }
    }

    fn bag(&self) -> std::path::PathBuf {
        self.world.bag(SESSION)
    }

    /// The payload's bytes, sorted.
    fn payload(&self) -> Vec<Vec<u8>> {
        let mut bytes: Vec<Vec<u8>> = self.world.payload(SESSION).into_values().collect();
        bytes.sort();
        bytes
    }

    /// The state of a media file in the record.
    fn state(&self, id: &str) -> Value {
        let record = self.world.record_of(SESSION);
        let media = record["media"].as_array().expect("media");
        media.iter().find(|medium| medium["id"] == id).unwrap_or_else(|| panic!("no {id}"))["state"].clone()
    }
}

impl std::ops::Deref for Case {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

/// Runs a test for every provider, each in a world of its own.
fn each(test: impl Fn(&Case)) {
    for provider in providers() {
        // Shown when the test fails: which of them it was.
        eprintln!("provider {}", provider.name);
        test(&Case::of(provider));
    }
}

fn all() -> Vec<Vec<u8>> {
    let mut all = MEDIA.map(jpeg).to_vec();
    all.sort();
    all
}

#[test]
fn everything_that_is_listed_is_archived_byte_for_byte() {
    each(|world| {
        let listed = world.run(&["list", SESSION, "--format", "json"]).ends_with(0);
        let rows: Vec<Value> = serde_json::from_str(&listed.stdout).expect("JSON");
        let mut ids: Vec<&str> = rows.iter().filter_map(|row| row["media"].as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["face", "front"]);
        world.run(&["download", SESSION]).ends_with(0).says("complete: 2 files fetched");
        assert_eq!(world.payload(), all());
        others_accept(&world.bag());
        let catalog = world.run(&["catalog", "vmedia-archive", "--format", "json"]).ends_with(0);
        let rows: Value = serde_json::from_str(&catalog.stdout).expect("JSON");
        assert_eq!(rows[0]["provider"], world.provider.name);
    });
}

#[test]
fn a_second_run_fetches_nothing_and_changes_nothing() {
    each(|world| {
        world.run(&["download", SESSION]).ends_with(0);
        let before = tree(&world.bag());
        world.faults("media=500");
        world.run(&["download", SESSION]).ends_with(0).says("2 files kept, nothing to fetch");
        assert!(tree(&world.bag()) == before);
    });
}

#[test]
fn a_dry_run_asks_for_no_medium_and_writes_nothing() {
    each(|world| {
        let run = world.run(&["download", SESSION, "--dry-run"]).ends_with(0);
        assert_eq!(run.stdout.matches("fetch ").count() + run.stderr.matches("fetch ").count(), 2, "{}{}", run.stdout, run.stderr);
        assert!(tree(world.folder()).keys().all(|path| !path.starts_with("vmedia-archive")));
        assert!(world.sandbox.exchanges().iter().all(|exchange| !exchange.path.contains("/media/front")));
    });
}

#[test]
fn what_passes_is_retried_with_a_proof_of_its_own() {
    each(|world| {
        world.faults("any=503*2,media=cut*3,media=429:0*4");
        world.run(&["download", SESSION, "--retries", "20"]).ends_with(0);
        assert_eq!(world.payload(), all());
        assert!(world.sandbox.exchanges().iter().all(|exchange| exchange.signed));
    });
}

#[test]
fn what_does_not_pass_is_unavailable() {
    each(|world| {
        world.faults("any=503");
        world.run(&["download", SESSION, "--retries", "1"]).ends_with(5);
        assert!(!world.bag().join("data").exists());
    });
}

#[test]
fn no_page_and_no_error_is_filed_as_a_picture() {
    each(|world| {
        for fault in ["html", "json", "empty"] {
            world.faults(&format!("media:face={fault}"));
            world.run(&["download", SESSION, "--retries", "1"]).ends_with(7);
            assert_eq!(world.payload(), [jpeg("front")], "{fault}");
            assert_eq!(world.state("face"), "failed");
        }
        world.faults("");
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.payload(), all());
    });
}

#[test]
fn a_listing_that_is_none_is_no_session() {
    each(|world| {
        for (fault, code) in [("html", 5), ("json", 5), ("ok", 5), ("cut", 5), ("huge", 4), ("redirect", 4)] {
            world.faults(&format!("any={fault}"));
            world.run(&["download", SESSION, "--retries", "1"]).ends_with(code);
            assert!(!world.bag().join("data").exists(), "{fault}");
            assert!(world.sandbox.exchanges().iter().all(|exchange| !exchange.path.starts_with("/elsewhere")), "{fault}");
        }
    });
}

#[test]
fn a_deleted_medium_is_gone_and_the_rest_is_archived() {
    each(|world| {
        (world.provider.delete)(&world.sandbox);
        world.run(&["download", SESSION]).ends_with(7);
        assert_eq!((world.payload(), world.state("face")), (vec![jpeg("front")], json!("gone")));
    });
}

#[test]
fn a_withheld_medium_is_no_failure() {
    each(|world| {
        world.faults("media:face=204");
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!((world.payload(), world.state("face")), (vec![jpeg("front")], json!("withheld")));
        world.faults("");
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.payload(), all());
    });
}

#[test]
fn an_unknown_session_is_not_found() {
    each(|world| {
        world.run(&["download", "f04bdb47-0000-4b28-b028-a652feb060b5"]).ends_with(9);
        world.run(&["list", "f04bdb47-0000-4b28-b028-a652feb060b5"]).ends_with(9);
    });
}

#[test]
fn wrong_credentials_end_the_run() {
    each(|world| {
        world.run_with(&["download", SESSION, "another"], &[world.provider.wrong]).ends_with(4);
        let refused = world.sandbox.exchanges().iter().filter(|exchange| [401, 404].contains(&exchange.status)).count();
        assert!(refused >= 1 && !world.bag().join("data").exists());
    });
}

#[test]
fn strictness_takes_what_the_provider_usually_sends() {
    each(|world| {
        world.run(&["download", SESSION, "--strict"]).ends_with(0);
        assert_eq!(world.payload(), all());
    });
}

#[test]
fn a_killed_run_is_finished_by_the_next_and_nothing_is_fetched_twice() {
    each(|world| {
        world.faults("media:face=hang");
        let mut process = world.process(&["download", SESSION, "--quiet"]).spawn().expect("a run");
        until("the front is archived", || tree(&world.bag().join("data")).len() == 1);
        process.kill().expect("killed");
        process.wait().expect("ended");
        world.run(&["verify", "vmedia-archive"]).ends_with(8);
        world.faults("");
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.payload(), all());
        let fronts = world.sandbox.exchanges().iter().filter(|exchange| exchange.path.contains("/media/front")).count();
        assert_eq!(fronts, 1);
        world.run(&["verify", "vmedia-archive"]).ends_with(0);
    });
}

#[test]
fn damage_is_found_and_repaired() {
    each(|world| {
        world.run(&["download", SESSION]).ends_with(0);
        world.run(&["verify", "vmedia-archive", "--authenticate"]).ends_with(0);
        let path = tree(&world.bag()).into_keys().find(|path| path.starts_with("data/")).expect("a file");
        std::fs::write(world.bag().join(&path), "other").expect("a file");
        world.run(&["verify", "vmedia-archive"]).ends_with(8).shows(&path);
        world.run(&["repair", "vmedia-archive"]).ends_with(0);
        assert_eq!(world.payload(), all());
    });
}

#[test]
fn other_bytes_stand_beside_the_old_ones() {
    each(|world| {
        world.run(&["download", SESSION]).ends_with(0);
        world.faults("media:face=type");
        world.run(&["download", SESSION, "--refetch"]).ends_with(0);
        let payload = world.payload();
        assert!(payload.len() == 3 && all().iter().all(|bytes| payload.contains(bytes)));
    });
}

#[test]
fn an_archive_belongs_to_one_provider() {
    let [veriff, yoti] = providers();
    let world = Case::of(veriff).world;
    world.run(&["download", SESSION]).ends_with(0);
    let other = world.of(yoti.account);
    other.run(&["download", SESSION]).ends_with(3).says("at veriff");
}

#[test]
fn the_probe_is_refused_without_credentials_only_and_names_no_session() {
    each(|world| {
        let client = |wrong: bool| (world.provider.client)(&world.sandbox, wrong);
        let (call, other) = (client(false).probe_call(), client(false).probe_call());
        assert_ne!(call.target, other.target, "each asks about a session of its own");
        // Yoti looks for the application as for the session; a code tells the two apart.
        let refused = if client(true).has_attempts() { 401 } else { 404 };
        for (wrong, status, reception) in [(false, 404, ProbeOutcome::Accepted), (true, refused, ProbeOutcome::Refused)] {
            let probe = probe(client(wrong).as_ref(), &wire((world.provider.base_url)(&world.sandbox))).expect("an answer");
            assert_eq!((probe.status, probe.reception), (status, reception));
            assert!(probe.ahead.is_some_and(|ahead| ahead.abs().as_secs() < 60), "{:?}", probe.ahead);
            let is_signed = matches!(probe.signature, Signature::Held(_));
            assert_eq!(is_signed, client(wrong).signs_answers() && !wrong, "{:?}", probe.signature);
        }
        let exchanges = world.sandbox.exchanges();
        assert_eq!(exchanges.len(), 2, "one request each");
        assert!(exchanges.iter().all(|exchange| exchange.method == "GET" && !exchange.path.contains(SESSION)), "{exchanges:?}");
    });
}

#[test]
fn an_answer_that_the_provider_would_not_give_is_foreign() {
    each(|world| {
        let client = (world.provider.client)(&world.sandbox, false);
        for (status, body, reception) in [
            (404, r#"{"code":"1101","message":"Resource not found"}"#, ProbeOutcome::Accepted),
            (410, "{}", ProbeOutcome::Accepted),
            (200, r#"{"verifications":[],"resources":{}}"#, ProbeOutcome::Accepted),
            (200, "{}", ProbeOutcome::Foreign),
            (200, r#"{"login_required":true}"#, ProbeOutcome::Foreign),
            (401, "", ProbeOutcome::Refused),
            (403, "<html>", ProbeOutcome::Refused),
            (404, "<html>", ProbeOutcome::Foreign),
            (404, "", ProbeOutcome::Foreign),
            (200, "<html>", ProbeOutcome::Foreign),
            (200, "[]", ProbeOutcome::Foreign),
            (302, "{}", ProbeOutcome::Foreign),
            (400, r#"{"code":"1002"}"#, ProbeOutcome::Foreign),
        ] {
            assert_eq!(client.probe_outcome(status, body.as_bytes()), reception, "{status} {body}");
        }
        // A run and a check of the configuration agree on what a code says of the credentials.
        for code in ["APP_NOT_FOUND", "BAD_SDK_ID", "MESSAGE_SIGNING", "SESSION_NOT_FOUND", "1101", ""] {
            let is_refused = client.cause_of(404, code) == Some(vmedia::http::Cause::Refused);
            let expected = if is_refused { ProbeOutcome::Refused } else { ProbeOutcome::Accepted };
            assert_eq!(client.probe_outcome(404, format!(r#"{{"code":"{code}"}}"#).as_bytes()), expected, "{code}");
        }
    });
}
