//! `vmedia erase --at-store`: an erased session is removed from the buckets that it was shipped to, every version of it.

use super::steps::{Killed, journal};
use super::{bucket, run, ship};
use crate::batch::sessions;
use crate::harness::{Keeps, ObjectServer, READER, Run, SESSION, World, is_sound, session, session_named};
use crate::schema::{is_described, judged};
use rusty_s3::Method::{Delete, Put};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use vmedia::archive::objects::{ListedVersion, ObjectStore};
use vmedia::archive::retention::HoldCheck;
use vmedia::archive::{Chain, Erasing, Scope, StoreEraser, erase};
use vmedia::engine::{AtStore, Event};
use vmedia::model::SessionId;
use vmedia::store::{LocalStore, Store, StorePath};

const OTHER: &str = "0b9e5c1a-8f34-4d27-a6c0-3e7d91f2b584";
const ORDER: [&str; 4] = ["--authority", "GDPR art. 17", "--reason", "request 7"];

fn erase_there(world: &World, server: &ObjectServer, words: &[&str]) -> Run {
    run(world, server, &[&["erase", "--at-store"], words, &ORDER].concat())
}

/// Every version and delete marker of a session in a place.
fn left(server: &ObjectServer, url: &str, session: &str) -> Vec<ListedVersion> {
    let mut versions = Vec::new();
    let mut add = |version| {
        versions.push(version);
        Ok(())
    };
    bucket(server, url).versions(Some(&StorePath::name(session)), &mut add).expect("versions");
    versions
}

fn certificate(world: &World, session: &str) -> Value {
    let bytes = std::fs::read(world.archive().join(format!("_erased/{session}.json"))).expect("a certificate");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Fails the test unless the schemas describe a certificate and the lines about the erasure.
fn is_judged(world: &World, made: &Value) {
    let segment = made["journal"].as_str().expect("a name");
    let text = std::fs::read_to_string(world.archive().join("_journal").join(segment)).expect("a segment");
    let lines = text.lines().map(|line| ("journal", serde_json::from_str(line).expect("JSON")));
    let cases: Vec<(&str, Value)> = lines.chain([("erasure", made.clone())]).collect();
    cases.iter().for_each(|(name, value)| is_described(name, value));
    if let Some(verdicts) = judged(&cases) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
}

#[test]
fn every_version_of_a_session_is_removed_and_nothing_else() {
    let Some(server) = ObjectServer::shared() else { return };
    for keeps in [Keeps::Versions, Keeps::Newest] {
        let world = World::with(vec![session(), session_named(OTHER, "o-new", "o-old")]);
        let (name, certificates) = (server.bucket(keeps), StorePath::name("_erased"));
        let url = format!("s3://{name}/kyc");
        world.run(&["download", SESSION, OTHER]).ends_with(0);
        let first = ship(&world, server, &["--to", &url]).ends_with(0);
        assert_eq!(first.stderr.contains("the bucket keeps no versions"), keeps == Keeps::Newest, "{}", first.stderr);
        let mut grown = session();
        let late = vmedia::sandbox::fixture::Media::image(format!("late-{SESSION}"), "face", "image/jpeg", crate::harness::jpeg("late"));
        grown.attempts[0].media.push(late);
        world.sandbox.put_session(grown);
        world.run(&["download", SESSION]).ends_with(0);
        ship(&world, server, &["--to", &url]).ends_with(0);
        // Other programs wrote over an object, hid it, and left one of their own.
        let page = format!("{name}/kyc/{SESSION}/v00001/index.html");
        assert_eq!(server.curl(Put, &page, &["-d", "x"]).0, 200);
        assert_eq!(server.curl(Delete, &page, &[]).0, 204);
        assert_eq!(server.curl(Put, &format!("{name}/kyc/{SESSION}/notes.txt"), &["-d", "x"]).0, 200);
        let (theirs, others) = (left(server, &url, SESSION).len(), left(server, &url, OTHER));
        assert!(theirs > 25, "{theirs}");

        erase_there(&world, server, &[SESSION, "--dry-run"]).ends_with(0).shows("would be erased").shows(", and removed from 1 bucket");
        assert_eq!(left(server, &url, SESSION).len(), theirs);
        let events = erase_there(&world, server, &[SESSION, "--format", "json"]).ends_with(0).events();
        let removed = u64::try_from(theirs).expect("a number");
        let at_store = AtStore { places: 1, removed, planned: false };
        assert!(
            events.iter().any(|event| matches!(event, Event::SessionErased { at_store: Some(at), .. } if *at == at_store)),
            "{events:?}"
        );
        assert_eq!(left(server, &url, SESSION), []);
        assert_eq!(left(server, &url, OTHER), others);

        let made = certificate(&world, SESSION);
        assert_eq!((&made["at_store"][0]["place"], &made["at_store"][0]["outcome"]), (&json!(url), &json!("removed")));
        assert_eq!((&made["not_reached"], &made["buckets"]), (&json!(["backups", "copies", "storage", "provider"]), &Value::Null));
        is_judged(&world, &made);
        let page = std::fs::read_to_string(world.archive().join(format!("_erased/{SESSION}.html"))).expect("a page");
        assert!(page.contains(&format!("nothing of the session was left in {url}: ")), "{page}");
        is_sound(&world);
        run(&world, server, &["verify", &url]).ends_with(0).shows("1 session, and 1 erased: sound");
        // Nothing of it changes when it is asked for again, and the bucket keeps each state of the certificate.
        let states = bucket(server, &url).folders(Some(&certificates)).map(|_| left(server, &url, "_erased").len()).expect("a list");
        erase_there(&world, server, &[SESSION]).ends_with(0).shows("was erased before").shows("; removed from 1 bucket");
        assert_eq!((certificate(&world, SESSION), left(server, &url, "_erased").len()), (made, states));
        // An archive that does not know of the erasure ships nothing of it.
        world.run(&["download", SESSION, "-o", "other"]).ends_with(0);
        run(&world, server, &["ship", "other", "--to", &url]).ends_with(7).complains("it was erased there on ", "erase it here, too");
        assert_eq!(left(server, &url, SESSION), []);
        // A lost certificate is written again with what the journal knows.
        std::fs::remove_file(world.archive().join(format!("_erased/{SESSION}.json"))).expect("removed");
        world.run(&[&["erase", SESSION][..], &ORDER].concat()).ends_with(0);
        let made = certificate(&world, SESSION);
        assert_eq!((&made["at_store"][0]["outcome"], &made["buckets"]), (&json!("removed"), &Value::Null));
    }
}

#[test]
fn a_session_whose_biometric_media_were_erased_is_shipped_anew() {
    let Some(server) = ObjectServer::shared() else { return };
    let mut with_face = session();
    let face = vmedia::sandbox::fixture::Media::image(format!("face-{SESSION}"), "face", "image/jpeg", crate::harness::jpeg("face"));
    with_face.attempts[0].media.push(face);
    let (world, url) = (World::with(vec![with_face]), format!("s3://{}/kyc", server.bucket(Keeps::Versions)));
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0);
    world.run(&[&["erase", SESSION, "--class", "biometric"][..], &ORDER].concat()).ends_with(0);
    let second = ship(&world, server, &["--to", &url]).ends_with(0);
    assert!(second.stderr.trim_end().ends_with("/v00002"), "{}", second.stderr);
    run(&world, server, &["verify", &url]).ends_with(0).shows("1 session: sound");
    let third = ship(&world, server, &["--to", &url]).ends_with(0);
    assert!(third.stderr.contains("0 shipped, 1 unchanged"), "{}", third.stderr);
}

#[test]
fn what_a_lock_or_a_hold_keeps_is_named_until_it_can_be_removed() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::with(vec![session(), session_named(OTHER, "o-new", "o-old")]), server.bucket(Keeps::Locks));
    let url = format!("s3://{name}");
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url, "--lock", "compliance", "--lock-days", "2"]).ends_with(0);
    world.run(&["download", OTHER]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0);
    let all = left(server, &url, SESSION);
    for _ in 0..2 {
        let what = format!("session {SESSION} is erased here and not in {url}: a lock keeps it until 20");
        erase_there(&world, server, &[SESSION]).ends_with(7).complains(&what, "run the same command again after that day");
        assert_eq!(left(server, &url, SESSION), all);
    }
    let made = certificate(&world, SESSION);
    assert_eq!((&made["at_store"][0]["outcome"], &made["not_reached"][4]), (&json!("kept"), &json!("buckets")));
    assert_eq!(made["buckets"], json!([format!("{url}/{SESSION}/v00001")]));
    assert!(made["at_store"][0]["until"].is_string(), "{made}");
    is_judged(&world, &made);
    let note = format!("{url}/{SESSION}: erased on ");
    run(&world, server, &["verify", &url])
        .ends_with(0)
        .shows(&note)
        .shows("a lock keeps versions of it until 20")
        .shows("and 1 erased: sound");

    // Half of the other one is removed, and the rest once its hold has ended.
    let held = format!("{name}/{OTHER}/v00001/archive.json?legal-hold=");
    let hold = |status: &str| format!("<LegalHold><Status>{status}</Status></LegalHold>");
    assert_eq!(server.curl(Put, &held, &["-d", &hold("ON")]).0, 200);
    erase_there(&world, server, &[OTHER]).ends_with(7).complains("a lock or a legal hold keeps it", "have the hold ended");
    assert_eq!(left(server, &url, OTHER).len(), 1);
    run(&world, server, &["verify", &url]).ends_with(0).shows("a lock or a legal hold keeps versions of it");
    assert_eq!(server.curl(Put, &held, &["-d", &hold("OFF")]).0, 200);
    erase_there(&world, server, &[OTHER]).ends_with(0).shows("; removed from 1 bucket");
    assert_eq!((left(server, &url, OTHER), &certificate(&world, OTHER)["buckets"]), (Vec::new(), &Value::Null));
    is_sound(&world);
}

#[test]
fn another_store_of_that_name_a_hold_and_an_account_that_may_not_remove_nothing_there() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    let url = format!("s3://{name}/kyc");
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0);
    let all = left(server, &url, SESSION).len();
    // A case holds it.
    world.run(&["hold", "add", "118", "--reason", "claim", SESSION]).ends_with(0);
    erase_there(&world, server, &[SESSION]).ends_with(4).says("118");
    world.run(&["hold", "release", "118", "--reason", "settled"]).ends_with(0);
    world.run(&[&["erase", SESSION][..], &ORDER].concat()).ends_with(0).says("`vmedia erase --at-store` removes it there");
    // Its journal was never there.
    let moved = world.folder().join("other");
    crate::evidence::copy(&world.archive(), &moved);
    for entry in std::fs::read_dir(moved.join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path()) {
        let text = std::fs::read_to_string(&entry).expect("a segment");
        std::fs::write(&entry, text.replace(&url, &format!("s3://{name}/other"))).expect("written");
    }
    let elsewhere = erase_there(&world, server, &[SESSION, "--archive", "other"]);
    assert_ne!(elsewhere.code, 0, "{}", elsewhere.stdout);
    // An account that may only read.
    let words = [&["erase", SESSION, "--at-store"][..], &ORDER].concat();
    world
        .run_with(&words, &server.environment(READER))
        .ends_with(4)
        .complains("is erased here, and not everywhere: cannot store", "allow s3:PutObject");
    assert_eq!(left(server, &url, SESSION).len(), all);
    world.run(&["erase", SESSION, "--at-store", "--class", "biometric", ORDER[0], ORDER[1], ORDER[2], ORDER[3]]).ends_with(2);
    erase_there(&world, server, &[SESSION]).ends_with(0);
    assert_eq!(left(server, &url, SESSION), []);
}

/// Erases a session here and there, as a run that is killed at one of its requests; returns whether it came to its end.
fn killed(world: &World, server: &ObjectServer, url: &str, session: &str, left: usize) -> bool {
    let store: Arc<dyn Store> = Arc::new(LocalStore::new(world.archive(), "a test".to_owned()));
    let journal = journal(&store, "erase");
    let session: SessionId = SessionId::parse(session).expect("an id");
    let chain = Chain::read(store.as_ref(), &Scope::folders([session.as_str()]), &[], &mut |_| Ok(())).expect("a journal");
    let order = Erasing {
        store: store.as_ref(),
        chain: &chain,
        journal: &journal,
        authority: "GDPR art. 17",
        reason: "request 7",
        holds: HoldCheck::default(),
        plan: None,
        dry_run: false,
    };
    let now = || jiff::Timestamp::now();
    erase(&order, &session, &now).expect("erased here");
    let place = Killed { bucket: bucket(server, url), left: AtomicUsize::new(left), is_after: left.is_multiple_of(2) };
    let eraser = StoreEraser::open(Arc::new(place), &chain).expect("a place");
    eraser.erase(&order, &session, &now).is_ok()
}

#[test]
fn a_run_that_is_killed_at_any_request_is_finished_by_the_same_command() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (sessions(60), server.bucket(Keeps::Versions));
    let url = format!("s3://{name}");
    let names: Vec<String> = (0..60).map(|number| format!("s{number}")).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    world.run(&[&["download"], &all[..]].concat()).ends_with(0);
    ship(&world, server, &["--to", &url, "-q"]).ends_with(0);
    let ends = (1..60).find(|left| killed(&world, server, &url, &names[*left], *left)).expect("a run that was not killed");
    assert!(ends > 15, "{ends} requests");
    let is_claimed = |name: &String| certificate(&world, name)["at_store"] != Value::Null;
    assert!(names[1..ends].iter().all(|name| !is_claimed(name) || left(server, &url, name).is_empty()), "nothing is claimed too early");
    erase_there(&world, server, &all[1..=ends]).ends_with(0);
    for name in &names[1..=ends] {
        assert_eq!(
            (left(server, &url, name), &certificate(&world, name)["at_store"][0]["outcome"]),
            (Vec::new(), &json!("removed")),
            "{name}"
        );
    }
    is_sound(&world);
    run(&world, server, &["verify", &url]).ends_with(0).shows(&format!("{} sessions, and {ends} erased: all sound", 60 - ends));
}
