//! Sessions that were archived in clear and encrypted later: the same evidence under the same journal, and no moment at which a kill costs
//! anything.

use super::{ALICE, BOB, NAME, PERSON, age, encryption, holds_nothing_plain, key, lines, named, verify};
use crate::crash::faulty::{Fault, Faulty, Moment};
use crate::crash::steps::{local, run};
use crate::evidence::{self, copy};
use crate::harness::{NEWEST, Run, SESSION, World, bare, in_memory, jpeg, others_accept, session, tree};
use crate::schema::{is_described, judged};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use vmedia::archive::verify::{NoProvider, Remedy};
use vmedia::archive::{Chain, Conversion, Converted, Identity, Journal, Scope, SessionArchive, convert};
use vmedia::clock::{Clock, SystemClock};
use vmedia::error::Result;
use vmedia::exit::Exit;
use vmedia::model::SessionId;
use vmedia::store::Store;

const REASON: [&str; 2] = ["--reason", "policy 2027"];

fn encrypt(world: &World, words: &[&str]) -> Run {
    world.run(&[&["encrypt", "--recipient", ALICE.0, "--recipient", BOB.0], &REASON[..], words].concat())
}

/// A world whose session is archived in clear, with files of both private keys.
fn archived(words: &[&str]) -> World {
    let world = World::with(vec![named()]);
    world.run(&[&["download", SESSION, "--with", "person"], words].concat()).ends_with(0);
    std::fs::write(world.folder().join("alice.key"), ALICE.1).expect("written");
    std::fs::write(world.folder().join("bob.key"), BOB.1).expect("written");
    world
}

/// Encrypts the session on a store, in this process.
fn encrypt_on(store: &Arc<dyn Store>) -> Result<Converted> {
    let clock = SystemClock::start();
    let words = |text: &str| text.to_owned();
    let identity = Identity { tool: words("vmedia"), command: words("encrypt"), operator: words("a test"), host: words("here") };
    let journal = Journal::new(Arc::clone(store), identity);
    let chain = Chain::read(store.as_ref(), &Scope::All, &[], &mut |_| Ok(()))?;
    let order = Conversion {
        store,
        chain: &chain,
        journal: &journal,
        encryption: &encryption(),
        provider: Some("veriff"),
        reason: "a test",
        rules: &NoProvider,
        available: &|| Ok(u64::MAX),
        dry_run: false,
    };
    let folder = SessionArchive::folder_of(&SessionId::parse(SESSION).expect("an id"));
    let converted = convert(&order, &folder, &|| clock.now(), &mut |_| Ok(()));
    journal.close(None, clock.now()).and(converted)
}

/// Fails the test unless each file is there in one form at least.
#[track_caller]
fn nothing_is_lost(plain: &BTreeMap<String, Vec<u8>>, root: &Path, what: &str) {
    for (path, bytes) in plain.iter().filter(|(path, _)| path.starts_with("data/") || path.starts_with("metadata/")) {
        let (clear, encrypted) = (root.join(SESSION).join(path), root.join(SESSION).join(format!("{path}.age")));
        assert!(encrypted.exists() || std::fs::read(clear).is_ok_and(|found| found == *bytes), "{what}: {path} is in neither form");
    }
}

#[test]
fn an_encryption_that_fails_or_stops_at_any_step_loses_nothing_and_is_finished_by_the_next() {
    let (world, folder) = (World::with(vec![named()]), in_memory());
    let before = folder.path().join("before");
    assert_eq!(run(&world, local(&before)), Exit::Done);
    let plain = tree(&before.join(SESSION));
    std::fs::write(folder.path().join("alice.key"), ALICE.1).expect("written");
    let (mut roots, mut between, mut met) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    for step in 1.. {
        let moment = if step % 2 == 0 { Moment::Before } else { Moment::After };
        let faults = [("stops", Fault::Stops), ("fails", Fault::Fails(ErrorKind::StorageFull))];
        let mut has_acted = false;
        for (name, fault) in faults {
            let root = folder.path().join(format!("{name}-{step}"));
            copy(&before, &root);
            let faulty = Arc::new(Faulty::new(root.clone(), step, fault, moment));
            let outcome = encrypt_on(&(faulty.clone() as Arc<dyn Store>));
            let Some(at) = faulty.acted() else { continue };
            drop(faulty);
            has_acted = true;
            let what = format!("step {step}, {at}, {fault:?} {moment:?}: {outcome:?}");
            nothing_is_lost(&plain, &root, &what);
            let left = folder.path().join(format!("{name}-{step}-left"));
            copy(&root, &left);
            between.insert(left, what.clone());
            assert!(encrypt_on(&local(&root)).is_ok(), "{what}");
            holds_nothing_plain(&root.join(SESSION));
            let keys = std::fs::read_dir(root.join("_keys").join(SESSION)).expect("keys").count();
            assert_eq!(keys, 1, "{what}");
            roots.push(root);
            met.insert(at.split(' ').next().unwrap_or_default().to_owned());
        }
        if !has_acted {
            break;
        }
    }
    for verb in ["append", "replace", "stage", "write", "settle", "prepare", "remove", "flush", "open", "read"] {
        assert!(met.contains(verb), "no step met {verb}: {met:?}");
    }
    let output = bare(folder.path()).arg("verify").args(&roots).args(["--read-only", "--identity", "alice.key"]).output().expect("a run");
    Run::of(&output).ends_with(0).shows("encrypted files open");
    // What a kill left is sound, or says what finishes it.
    let lefts: Vec<&str> = between.keys().map(|left| left.to_str().expect("a path")).collect();
    let verdict = evidence::verify(folder.path(), &lefts);
    let mut unfinished = 0;
    for (place, finding) in verdict.findings() {
        assert!(matches!(finding.remedy, Remedy::Encrypt | Remedy::Download), "{place}: {finding:?}");
        unfinished += 1;
    }
    assert!(unfinished > 10 && verdict.sound().len() > 10, "{unfinished} {}", verdict.sound().len());
}

#[test]
fn what_was_archived_in_clear_is_the_same_evidence_once_it_is_encrypted() {
    let world = archived(&[]);
    world.run(&[&["export", SESSION, "-o", "before.zip"], &REASON[..]].concat()).ends_with(0);
    encrypt(&world, &["--dry-run"]).ends_with(0).shows("would be encrypted: ");
    assert!(!world.archive().join("_keys").exists());
    let run = encrypt(&world, &[]).ends_with(0).shows(&format!("{SESSION} encrypted: "));
    run.says("was copied before, and is not encrypted there: in 1 export");
    others_accept(&world.bag(SESSION));
    holds_nothing_plain(&world.bag(SESSION));
    let segments = lines(&world.archive());
    assert!(segments.iter().all(|line| !line.to_string().contains(NAME)));
    verify(&world, &[]).ends_with(0).shows("it was archived without encryption, and encrypted on").shows("(policy 2027)");
    let opened = verify(&world, &["--identity", "bob.key", "--authenticate"]).ends_with(0);
    opened.shows("provider's signatures hold, encrypted files open");
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/check_archive.py");
    if let Ok(output) = Command::new("python3").arg(judge).arg(world.archive()).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let written = [("archive", world.record())].into_iter().chain(segments.into_iter().map(|line| ("journal", line)));
    let written: Vec<(&str, Value)> = written.collect();
    written.iter().for_each(|(schema, value)| is_described(schema, value));
    if let Some(verdicts) = judged(&written) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
    // What was handed out before is proven as it was.
    let unpacked = Command::new("python3").args(["-m", "zipfile", "-e", "before.zip", "before"]).current_dir(world.folder()).status();
    if unpacked.is_ok_and(|status| status.success()) {
        let checked = Command::new("python3").arg(world.folder().join("before/_proof/check.py")).output().expect("python3");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    }
    if let Some(opened) = age(world.folder(), "alice.key", &key(&world)) {
        std::fs::write(world.folder().join("session.key"), opened).expect("written");
        let front = age(world.folder(), "session.key", &world.file(&format!("data/{NEWEST}/document-front_front-{SESSION}.jpg.age")));
        assert_eq!(front, Some(jpeg("front")));
        assert_eq!(age(world.folder(), "session.key", &world.file("metadata/person.json.age")), Some(PERSON.as_bytes().to_vec()));
    }
    // Nothing is left to do, and a further download recognizes everything.
    let whole = tree(&world.archive());
    encrypt(&world, &[]).ends_with(0).says("0 encrypted, 1 encrypted before");
    world.sandbox.clear_exchanges();
    super::download(&world, &[]).ends_with(0).says("nothing to fetch");
    assert_eq!((world.media_requests(), tree(&world.archive())), (0, whole));
}

#[test]
fn what_was_set_aside_and_what_is_lost_is_encrypted_too() {
    let world = archived(&[]);
    let altered = format!("{NAME}, altered");
    let front = format!("data/{NEWEST}/document-front_front-{SESSION}.jpg");
    std::fs::write(world.file(&front), &altered).expect("written");
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    std::fs::write(world.file("metadata/person.json"), &altered).expect("written");
    world.sandbox.put_session(session().companion("person", r#"{"status":"success","person":null}"#));
    world.run(&["download", SESSION, "--with", "person"]).ends_with(0);
    assert!(world.file(&format!("damaged/{front}")).exists() && world.file("damaged/metadata/person.json").exists());
    encrypt(&world, &[]).ends_with(0);
    holds_nothing_plain(&world.bag(SESSION));
    others_accept(&world.bag(SESSION));
    verify(&world, &["--identity", "alice.key", "--authenticate"]).ends_with(0).shows("encrypted files open");
    if let Some(opened) = age(world.folder(), "bob.key", &key(&world)) {
        std::fs::write(world.folder().join("session.key"), opened).expect("written");
        for path in [front.as_str(), "metadata/person.json"] {
            let aside = age(world.folder(), "session.key", &world.file(&format!("damaged/{path}.age")));
            assert_eq!(aside, Some(altered.clone().into_bytes()));
        }
    }
}

#[test]
fn content_is_compared_with_what_the_journal_knew_before() {
    let world = archived(&[]);
    let segment = std::fs::read_dir(world.archive().join("_journal")).expect("a journal").next().expect("one").expect("an entry").path();
    encrypt(&world, &[]).ends_with(0);
    let text = std::fs::read_to_string(&segment).expect("text");
    let archived = text.lines().find(|line| line.contains("\"archived\"")).expect("a change");
    let archived: Value = serde_json::from_str(archived).expect("JSON");
    let files = archived["files"].as_array().expect("files");
    let of = |prefix: &str, field: &str| {
        let file = files.iter().find(|file| file["path"].as_str().is_some_and(|path| path.starts_with(prefix))).expect(prefix);
        file[field].as_str().expect(field).to_owned()
    };
    let forged = text.replace(&of("data/", "sha256"), &"0".repeat(64)).replace(&of("metadata/person", "commitment"), &"1".repeat(64));
    std::fs::write(&segment, forged).expect("written");
    let [picture, person] =
        ["data/", "metadata/person"].map(|prefix| format!("{}.age: does not hold what was archived on", of(prefix, "path")));
    verify(&world, &["--identity", "alice.key"]).ends_with(8).shows(&picture).shows(&person);
}

#[test]
fn what_cannot_be_encrypted_is_reported_and_left_as_it_is() {
    let world = archived(&[]);
    let untouched = |run: Run, code: i32, what: &str, hint: &str| {
        run.ends_with(code).complains(what, hint);
        assert!(world.bag(SESSION).join("metadata/person.json").exists() && !world.archive().join("_keys").join(SESSION).exists());
    };
    let none = world.run(&[&["encrypt"], &REASON[..]].concat());
    untouched(none, 2, "there are no recipients", "--recipient");
    let words = [&["encrypt", "--recipient", ALICE.0, "--recipient", BOB.0], &REASON[..]].concat();
    let without = world.run_with(&words, &[("VMEDIA_API_SECRET", "")]);
    untouched(without, 3, "there is no API secret", "--no-fingerprints");
    let store = local(&world.archive());
    let lock = store.lock(&SessionArchive::folder_of(&SessionId::parse(SESSION).expect("an id"))).expect("a lock");
    untouched(encrypt(&world, &[]), 7, "is being changed by", "wait until");
    drop(lock);
    let marker = world.file("unfinished.ndjson");
    std::fs::write(&marker, "{\"line\":\"listed\"}\n").expect("written");
    untouched(encrypt(&world, &[]), 8, "a run was killed there", "vmedia download");
    std::fs::write(&marker, "{\"line\":\"encrypting\",\"at\":\"2026-11-30T00:00:00Z\",\"key\":\"age1\"}\n").expect("written");
    verify(&world, &[]).ends_with(8).lists("its encryption was begun and not finished", "vmedia encrypt");
    world.run(&["download", SESSION]).ends_with(8).complains("was begun and not finished", "vmedia encrypt");
    std::fs::remove_file(&marker).expect("removed");
    let front = world.file(&format!("data/{NEWEST}/document-front_front-{SESSION}.jpg"));
    let whole = std::fs::read(&front).expect("a picture");
    std::fs::write(&front, "altered").expect("written");
    untouched(encrypt(&world, &[]), 8, "is not encrypted: ", "vmedia verify");
    std::fs::write(&front, vec![0; whole.len()]).expect("written");
    untouched(encrypt(&world, &[]), 8, "is altered: the SHA-256 does not fit", "repair");
    std::fs::write(&front, &whole).expect("written");
    verify(&world, &[]).ends_with(0).shows("journal matches");
    // Without fingerprints no secret is needed, and nothing says of later answers whether they are the same.
    world.run_with(&[&words[..], &["--no-fingerprints"]].concat(), &[("VMEDIA_API_SECRET", "")]).ends_with(0);
    verify(&world, &["--identity", "alice.key"]).ends_with(0).shows("encrypted files open");
}

#[test]
fn the_seals_of_earlier_runs_cover_what_is_encrypted_later() {
    let folder = tempfile::tempdir().expect("a folder");
    if !crate::seal::generate(folder.path(), "archivist") {
        return;
    }
    let key = folder.path().join("archivist").display().to_string();
    let public = std::fs::read_to_string(folder.path().join("archivist.pub")).expect("a key");
    let world = archived(&["--sign-key", &key]);
    std::fs::write(world.folder().join("signers"), format!("archivist {public}")).expect("written");
    let signed = ["--signers", "signers"];
    encrypt(&world, &["--sign-key", &key]).ends_with(0);
    verify(&world, &signed).ends_with(0).shows("journal matches");
    verify(&world, &["--signers", "signers", "--identity", "alice.key"]).ends_with(0).shows("encrypted files open");
    // A line that no seal covers may not take the place of what one covers.
    let other = archived(&["--sign-key", &key]);
    std::fs::write(other.folder().join("signers"), format!("archivist {public}")).expect("written");
    encrypt(&other, &[]).ends_with(3).complains("are signed, and what this run writes in their place would count as damage", "--sign-key");
    verify(&other, &signed).ends_with(0).shows("journal matches");
    let journal = other.archive().join("_journal");
    let files = std::fs::read_dir(journal).expect("a folder").map(|entry| entry.expect("an entry").path());
    let seal = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "sig")).expect("a signature");
    let away = other.folder().join("away");
    std::fs::rename(&seal, &away).expect("moved");
    encrypt(&other, &[]).ends_with(0);
    std::fs::rename(&away, &seal).expect("moved");
    verify(&other, &signed).ends_with(8).shows("by a run that no seal covers");
}
