//! `vmedia keys rewrap`: a recipient is replaced, whatever happens on the way.

use super::{ALICE, BOB, archived, download, lines, verify};
use crate::crash::faulty::{Fault, Faulty, Moment};
use crate::crash::steps::local;
use crate::evidence::copy;
use crate::harness::{Run, SESSION, World, in_memory, tree};
use crate::schema::is_described;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use vmedia::archive::{Identities, Identity, Journal, Recipients, Rewrapping};
use vmedia::store::{Store, StorePath};

/// A further recipient, for these tests alone.
const CAROL: (&str, &str) = (
    "age17wwgncwuqeykqm686yycsjj83frmd46tlzukkhxsscqzx9xa9ypsvrv4qu",
    "AGE-SECRET-KEY-1Q50JPU9MJHX3XAG6CULN37H7F6Y80V2TH7FCV5E08TQD9CDYD9VQKMSQE3",
);

fn rewrap(world: &World, words: &[&str]) -> Run {
    world.run(&[&["keys", "rewrap"], words].concat())
}

fn keys(world: &World) -> BTreeMap<String, Vec<u8>> {
    tree(&world.archive().join("_keys"))
}

#[test]
fn a_recipient_is_replaced_and_what_does_not_open_is_counted() {
    let world = archived();
    std::fs::write(world.folder().join("carol.key"), CAROL.1).expect("written");
    let (to, before) = (["--recipient", BOB.0, "--recipient", CAROL.0], keys(&world));
    let bob = [&to[..], &["--identity", "bob.key"]].concat();
    rewrap(&world, &[&bob[..], &["--dry-run"]].concat()).ends_with(0).shows("1 key to encrypt to 2 recipients");
    rewrap(&world, &[&to[..], &["--identity", "carol.key"]].concat()).ends_with(7).complains("keys of 1 session", "--identity");
    rewrap(&world, &["--identity", "bob.key"]).ends_with(2).complains("there are no recipients", "--recipient");
    rewrap(&world, &["--identity", "bob.key", "--recipient", BOB.0]).ends_with(2).complains("there is one recipient", "--single-recipient");
    assert_eq!(keys(&world), before, "nothing was changed");
    let run = rewrap(&world, &bob).ends_with(0).shows("1 session: 1 key encrypted to 2 recipients");
    run.says("copies of _keys that were made before still open");
    assert_ne!(keys(&world), before);
    verify(&world, &["--identity", "alice.key"]).ends_with(7);
    verify(&world, &["--identity", "bob.key"]).ends_with(0).shows("encrypted files open");
    verify(&world, &["--identity", "carol.key"]).ends_with(0);
    // The same again changes nothing, also with a key that no longer opens anything.
    let after = keys(&world);
    rewrap(&world, &[&to[..], &["--identity", "alice.key"]].concat()).ends_with(0).shows("0 keys encrypted to 2 recipients, 1 unchanged");
    assert_eq!(keys(&world), after);
    let line = lines(&world.archive()).into_iter().find(|line| line["entry"] == "keyed").expect("a line");
    is_described("journal", &line);
    let mut recipients = [BOB.0, CAROL.0];
    recipients.sort_unstable();
    assert_eq!((&line["act"], &line["recipients"], &line["identities"]), (&json!("rewrapped"), &json!(recipients), &json!([BOB.0])));
    // A further run has a key of its own, which the old recipient still opens.
    let mut session = super::named();
    session.attempts[0].status = "declined".to_owned();
    world.sandbox.put_session(session);
    download(&world, &[]).ends_with(0);
    let run = rewrap(&world, &["--recipient", CAROL.0, "--single-recipient", "--identity", "alice.key", "-v"]).ends_with(7);
    run.shows("rewrapped: 1 key, 1 not opened").says("not opened: none of these identities is a recipient now");
    rewrap(&world, &["--recipient", CAROL.0, "--single-recipient", "--identity", "bob.key"]).ends_with(0).shows("1 key encrypted");
    verify(&world, &["--identity", "carol.key"]).ends_with(0);
    verify(&world, &["--identity", "bob.key"]).ends_with(7);
    if crate::seal::generate(world.folder(), "ssh") {
        let public = std::fs::read_to_string(world.folder().join("ssh.pub")).expect("a key");
        rewrap(&world, &["--recipient", &public, "--recipient", BOB.0, "--identity", "carol.key", SESSION]).ends_with(0);
        rewrap(&world, &["--recipient", ALICE.0, "--recipient", &public, "--identity", "ssh"]).ends_with(0).shows("2 keys encrypted");
        verify(&world, &["--identity", "ssh"]).ends_with(0).shows("encrypted files open");
    }
    rewrap(&world, &["--recipient", ALICE.0, "--recipient", BOB.0, "--identity", "alice.key", "absent"])
        .ends_with(9)
        .complains("has no keys of session absent", "check the id");
}

#[test]
fn a_run_that_stops_at_any_step_is_made_good_by_the_next() {
    let (world, folder) = (archived(), in_memory());
    let mut session = super::named();
    session.attempts[0].status = "declined".to_owned();
    world.sandbox.put_session(session);
    download(&world, &[]).ends_with(0);
    let identity = |name: &str, key: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, key).expect("written");
        Identities::read(&[path], std::sync::Arc::new(|_| {})).expect("an identity")
    };
    let (alice, carol) = (identity("alice", ALICE.1), identity("carol", CAROL.1));
    let to = Recipients::parse(&[BOB.0.to_owned(), CAROL.0.to_owned()]).expect("recipients");
    let rewrap = |store: Arc<dyn Store>| {
        let words = |text: &str| text.to_owned();
        let identity = Identity { tool: words("vmedia"), command: words("keys rewrap"), operator: words("a test"), host: words("here") };
        let journal = Journal::new(Arc::clone(&store), identity);
        let result = Rewrapping::new(store.as_ref(), &journal, &alice, &to, false)
            .and_then(|order| order.rewrap(&StorePath::name(SESSION), &|| jiff::Timestamp::UNIX_EPOCH));
        let _ = journal.close(None, jiff::Timestamp::UNIX_EPOCH);
        result
    };
    let mut met = Vec::new();
    for step in 1.. {
        let root = folder.path().join(format!("step-{step}"));
        copy(&world.archive(), &root);
        let moment = if step % 2 == 0 { Moment::Before } else { Moment::After };
        let store = Arc::new(Faulty::new(root.clone(), step, Fault::Stops, moment));
        let _ = rewrap(store.clone());
        let Some(at) = store.acted() else { break };
        drop(store);
        // Each key is there, old or new; and the first recipient's key, which opens no new file, is enough to go on.
        let result = rewrap(local(&root)).unwrap_or_else(|error| panic!("step {step}, {at}: {error}"));
        assert_eq!((result.keys + result.unchanged, result.foreign), (2, 0), "step {step}, {at}");
        let again = Rewrapping::new(
            local(&root).as_ref(),
            &Journal::new(local(&root), Identity { tool: "t".into(), command: "c".into(), operator: "o".into(), host: "h".into() }),
            &carol,
            &Recipients::parse(&[CAROL.0.to_owned()]).expect("a recipient"),
            true,
        )
        .and_then(|order| order.rewrap(&StorePath::name(SESSION), &|| jiff::Timestamp::UNIX_EPOCH));
        assert_eq!(again.expect("keys").keys, 2, "step {step}, {at}: the new recipient opens both");
        met.push(at);
    }
    assert!(met.iter().any(|step| step.contains("_keys/")), "{met:?}");
}
