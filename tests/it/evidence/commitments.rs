//! The journal outlives a session that is deleted, so nothing in it may be guessed back to a document: it holds commitments
//! under a salt that is deleted with the session's folder.

use super::forger::{Bag, sha256};
use super::{ALPHA, Archive, BETA, LISTING, grown, session};
#[cfg(unix)]
use crate::examples::archive::{accepts, refuses};
use crate::harness::{World, tree};
use jiff::ToSpan;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

const PERSON: &str = "metadata/person.json";

/// A companion document of which everything but the birth date is known.
fn person(born: jiff::civil::Date) -> String {
    format!(r#"{{"status":"success","person":{{"firstName":"ANNA","lastName":"SPECIMEN","dateOfBirth":"{born}"}}}}"#)
}

fn born() -> jiff::civil::Date {
    jiff::civil::date(1984, 2, 29)
}

/// The SHA-256 of that document for every birth date of a century.
fn guesses() -> HashSet<String> {
    let dates = jiff::civil::date(1925, 1, 1).series(1.day()).take_while(|day| day.year() < 2025);
    dates.map(|day| sha256(person(day))).collect()
}

/// Every text of 64 hex digits in the journal, seals included.
fn digests(archive: &Archive) -> HashSet<String> {
    let mut found = HashSet::new();
    for bytes in tree(&archive.file("_journal")).into_values() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        found.extend(text.split(|letter: char| !letter.is_ascii_hexdigit()).filter(|run| run.len() == 64).map(str::to_owned));
    }
    found
}

/// The commitment to a digest, by the published recipe alone.
fn commitment(salt: &str, digest: &str) -> String {
    let key = hex::decode(salt).expect("hex");
    assert_eq!(key.len(), 32);
    let mut hmac = <hmac::Hmac<sha2::Sha256> as hmac::KeyInit>::new_from_slice(&key).expect("a key of any length");
    hmac::Mac::update(&mut hmac, digest.as_bytes());
    hex::encode(hmac::Mac::finalize(hmac).into_bytes())
}

/// A provider with two sessions whose documents can be guessed.
fn unarchived() -> (World, Archive) {
    let with = |session: vmedia::sandbox::fixture::Session| session.companion("person", person(born()));
    let world = World::with(vec![with(session(ALPHA)), with(session(BETA))]);
    let archive = Archive { root: world.archive() };
    (world, archive)
}

/// The same, archived by two runs.
fn world() -> (World, Archive) {
    let (world, archive) = unarchived();
    world.run(&["download", ALPHA, BETA, "--with", "person"]).ends_with(0);
    // A document that is altered here is set aside, and one that changes at the provider is kept beside the first.
    let forged = person(jiff::civil::date(1999, 12, 31));
    archive.bag(ALPHA).write(PERSON, forged);
    world.sandbox.put_session(grown(ALPHA).companion("person", person(jiff::civil::date(1985, 3, 1))));
    world.run(&["download", ALPHA, BETA, "--with", "person"]).ends_with(0);
    world.run(&["verify", "vmedia-archive"]).ends_with(0);
    (world, archive)
}

#[test]
fn no_birth_date_can_be_guessed_from_the_journal() {
    let (_world, archive) = world();
    let (guesses, journal) = (guesses(), digests(&archive));
    let tags = String::from_utf8(archive.bag(ALPHA).read("tagmanifest-sha256.txt")).expect("UTF-8");
    let plain: Vec<&str> = tags.lines().filter_map(|line| line.get(..64)).filter(|digest| guesses.contains(*digest)).collect();
    assert!(plain.len() > 1, "a plain digest gives the birth date away, or this shows nothing:\n{tags}");
    assert!(journal.len() > 20, "{journal:?}");
    assert_eq!(journal.intersection(&guesses).count(), 0, "a birth date follows from the journal");
    // With the salt the same search finds it in the same lines.
    let salt = salt(&archive.bag(BETA));
    let found = guesses.iter().filter(|guess| journal.contains(&commitment(&salt, guess)));
    assert_eq!(found.collect::<Vec<_>>(), [&sha256(person(born()))]);
    for id in [ALPHA, BETA] {
        for (path, bytes) in tree(&archive.bag(id).0) {
            let is_media = path.starts_with("data/");
            // The record holds the salt, and the tag manifest the record's digest: neither can be guessed.
            let is_salted = path == "archive.json" || path == "tagmanifest-sha256.txt";
            assert_eq!(journal.contains(&sha256(&bytes)), is_media || is_salted, "{id}/{path}");
        }
    }
}

#[test]
fn the_salt_is_in_the_record_alone() {
    let (world, archive) = unarchived();
    let mut said = Vec::new();
    let logged = ["-vv", "--log-file", "run.log"];
    for words in [
        &["download", ALPHA, "--with", "all"][..],
        &["download", ALPHA, "--with", "all", "--refetch", "--format", "json"],
        &["repair", "vmedia-archive"],
        &["verify", "vmedia-archive", "--format", "json"],
        &["catalog", "vmedia-archive", "--html"],
        &["catalog", "vmedia-archive", "--format", "json"],
    ] {
        let run = world.run(&[words, &logged].concat()).ends_with(0);
        said.push(run.stdout + &run.stderr);
    }
    let salt = salt(&archive.bag(ALPHA));
    assert!(said.iter().all(|text| !text.contains(&salt)), "{said:?}");
    let files = super::whole_tree(&archive.root);
    let holds = files.iter().filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(&salt)).map(|(path, _)| path.as_str());
    assert_eq!(holds.collect::<Vec<_>>(), [format!("{ALPHA}/archive.json")]);
    let log = std::fs::read_to_string(world.folder().join("run.log")).expect("a log");
    assert!(log.contains(ALPHA) && !log.contains(&salt), "{log}");
}

/// What the journal says of each file of a session, the newest line last.
fn files(archive: &Archive, id: &str) -> BTreeMap<String, Value> {
    let entries = archive.segments().into_iter().flat_map(|segment| archive.entries(&segment));
    let entries = entries.filter(|entry| entry["entry"] == "archived" && entry["session"] == id);
    let files = entries.flat_map(|entry| entry["files"].as_array().cloned().unwrap_or_default());
    files.map(|file| (file["path"].as_str().expect("a path").to_owned(), file)).collect()
}

/// The salt of a session.
fn salt(bag: &Bag) -> String {
    bag.record()["salt"].as_str().expect("a salt").to_owned()
}

#[test]
fn with_the_folder_every_commitment_can_be_checked_by_the_published_recipe() {
    let (world, archive) = world();
    let before = salt(&archive.bag(ALPHA));
    world.run(&["download", ALPHA, "--with", "person", "--refetch"]).ends_with(0);
    assert_eq!(salt(&archive.bag(ALPHA)), before, "a salt is made once");
    assert_ne!(salt(&archive.bag(BETA)), before, "each session has its own");
    let files = files(&archive, ALPHA);
    assert!(files.keys().any(|path| path == "metadata/person.2.json"), "{:?}", files.keys());
    for (path, file) in files {
        // What was altered waits for a person in damaged/.
        if path == PERSON {
            continue;
        }
        let digest = sha256(archive.bag(ALPHA).read(&path));
        if path.starts_with("metadata/") {
            assert_eq!((&file["commitment"], &file["sha256"]), (&json!(commitment(&before, &digest)), &Value::Null), "{path}");
        } else {
            assert_eq!((&file["sha256"], &file["commitment"]), (&json!(digest), &Value::Null), "{path}");
        }
    }
    archive.is_sound("after the runs");
    // The line that calls the altered document lost names it by the commitment that the first line gave it.
    let lines = archive.segments().into_iter().flat_map(|segment| archive.entries(&segment));
    let lost: Vec<Value> = lines.filter_map(|line| line["lost"].as_array().cloned()).flatten().collect();
    let first = commitment(&before, &sha256(person(born())));
    assert_eq!((lost.len(), &lost[0]["path"], &lost[0]["commitment"]), (1, &json!(PERSON), &json!(first)), "{lost:?}");
}

#[test]
fn a_first_run_that_was_killed_and_the_next_agree_on_the_salt() {
    let (world, archive) = world();
    let bag = archive.bag(BETA);
    let chosen = "5a".repeat(32);
    // What a run leaves that is killed right after the journal's line: payload, documents and the mark.
    for (path, _) in tree(&bag.0) {
        if !path.starts_with("data/") && !path.starts_with("metadata/") {
            bag.remove(&path);
        }
    }
    for (mark, expected) in [
        (
            format!("{{\"line\":\"began\",\"at\":\"2026-11-21T09:30:00Z\",\"tool\":\"vmedia 0.1.0\",\"salt\":\"{chosen}\"}}\n"),
            Some(&chosen),
        ),
        ("{\"line\":\"began\",\"at\":\"2026-11-21T09:30:00Z\",\"tool\":\"vmedia 0.1.0\"}\n".to_owned(), None),
    ] {
        let _ = std::fs::remove_file(bag.file("archive.json"));
        bag.write("unfinished.ndjson", mark);
        world.run(&["download", BETA, "--with", "person"]).ends_with(0);
        assert_eq!(expected.is_some(), salt(&bag) == chosen, "{expected:?}");
    }
}

/// The place and the name of everything that is found of a session's documents.
fn of_documents(found: impl IntoIterator<Item = String>) -> Vec<String> {
    found.into_iter().filter(|line| line.contains("metadata/")).collect()
}

#[test]
fn a_session_that_is_fetched_again_is_compared_by_its_media_and_its_signatures() {
    let (world, archive) = unarchived();
    world.run(&["download", ALPHA, BETA, "--with", "person"]).ends_with(0);
    let before = salt(&archive.bag(ALPHA));
    let again = |provider: &str, faults: &str| {
        world.sandbox.put_session(session(ALPHA).companion("person", provider));
        world.faults(faults);
        std::fs::remove_dir_all(archive.file(ALPHA)).expect("removed");
        world.run(&["download", ALPHA, "--with", "person"]).ends_with(0);
        world.faults("");
    };
    // The same documents, and others that are signed: which they were before is not known any more, and that is said.
    for provider in [person(born()), person(jiff::civil::date(1990, 1, 1))] {
        again(&provider, "");
        assert_ne!(salt(&archive.bag(ALPHA)), before);
        let notes = archive.is_sound("fetched again").notes();
        let said = "5 documents cannot be compared with those from before it was missing: their salt is gone";
        assert!(notes.iter().any(|note| note == said), "{notes:?}");
        #[cfg(unix)]
        accepts(&archive.root, &[]);
    }
    // A server without the provider's secret has nothing to put in their place.
    again(&person(jiff::civil::date(1990, 1, 1)), "person=no-signature,session-media=no-signature");
    let verdict = archive.finds("unsigned documents", &[&format!("alpha: journal: {PERSON}"), &format!("alpha: journal: {LISTING}")]);
    let what = "fetched again, without the provider's signature that it had";
    assert!(verdict.findings().iter().all(|(_, finding)| finding.what.ends_with(what)), "{:?}", verdict.findings());
    #[cfg(unix)]
    refuses(&archive.root, &[], &format!("alpha: {PERSON}: "));
}

#[test]
fn what_a_seal_covers_is_not_replaced_by_a_session_that_is_fetched_again_without_one() {
    let (world, archive) = unarchived();
    if !crate::seal::generate(world.folder(), "key") {
        return;
    }
    world.run(&["download", ALPHA, BETA, "--with", "person", "--sign-key", "key"]).ends_with(0);
    world.sandbox.put_session(session(ALPHA).companion("person", person(jiff::civil::date(1990, 1, 1))));
    std::fs::remove_dir_all(archive.file(ALPHA)).expect("removed");
    world.run(&["download", ALPHA, "--with", "person"]).ends_with(0);
    let signers = world.folder().join("key.pub");
    let verify = || archive.verify(&["--signers", signers.to_str().expect("text")]);
    assert_eq!(of_documents(verify().found()).len(), 5, "{:?}", verify().findings());
    #[cfg(unix)]
    refuses(&archive.root, &[], &format!("alpha: {PERSON}: "));
    // A run that is signed and accepts it vouches for what is here now.
    let accept = ["download", ALPHA, "--with", "person", "--sign-key", "key", "--accept-unsealed", "the disk was replaced"];
    world.run(&accept).ends_with(0);
    assert_eq!((verify().code, of_documents(verify().found())), (0, Vec::new()), "{:?}", verify().findings());
    #[cfg(unix)]
    accepts(&archive.root, &[]);
}
