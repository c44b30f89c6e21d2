//! Archives that their writer cannot read: opened by Debian's `age` with the documented commands, complete and authentic with a private key,
//! and nothing plain on the disk at any step.

mod converted;
mod drilled;
mod granted;
mod killed;
#[cfg(target_os = "linux")]
mod nowhere;
pub(crate) mod opened;
#[cfg(unix)]
mod plugged;
mod rewrapped;
#[cfg(unix)]
mod shipped;

use crate::crash::steps::{local, run_with};
use crate::evidence::copy;
use crate::harness::{NEWEST, Run, SESSION, World, bare, jpeg, lacks, others_accept, session, tree};
use crate::schema::{is_described, judged};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use vmedia::archive::{Encryption, FingerprintKeys, Recipients};
use vmedia::exit::Exit;
use vmedia::sandbox::fixture::Session;

/// Keys for these tests alone.
pub(crate) const ALICE: (&str, &str) = (
    "age1xshnp9a48z6l0d9z472flnduzyyvj490kav8uvt83a7ljawcg9hs6ughxq",
    "AGE-SECRET-KEY-1QHD3TUSAH6KMF07HX8URFL477JCQC6WSPYDXGAYK037L5QR788DSV70725",
);
pub(crate) const BOB: (&str, &str) = (
    "age15duk59m2k7glna94twa6hjwesqqvw7tpseyfyrt46aekdluwtq2qspusv5",
    "AGE-SECRET-KEY-1VE9KCKC8VTLFCWGE99QCNCR98G6SJ2TH8CTCXV7D2N7NY5ZGUQLQY8A8YE",
);

/// A name that stands in the answers of the provider, and in no listing.
const NAME: &str = "Anneliese-Placeholder";
const PERSON: &str = r#"{"status":"success","person":{"firstName":"Anneliese-Placeholder","dateOfBirth":"1961-04-17"}}"#;

fn named() -> Session {
    session().companion("person", PERSON)
}

/// A download of the session, encrypted to both.
fn download(world: &World, further: &[&str]) -> Run {
    let words = ["download", SESSION, "--with", "person", "--recipient", ALICE.0, "--recipient", BOB.0];
    world.run(&[&words, further].concat())
}

/// A world whose session is archived, with files of both private keys.
fn archived() -> World {
    let world = World::with(vec![named()]);
    download(&world, &[]).ends_with(0);
    std::fs::write(world.folder().join("alice.key"), ALICE.1).expect("written");
    std::fs::write(world.folder().join("bob.key"), BOB.1).expect("written");
    world
}

fn verify(world: &World, words: &[&str]) -> Run {
    world.run(&[&["verify", "vmedia-archive", "--read-only"], words].concat())
}

/// Runs `age` without a shell, and returns what it decrypts.
fn age(folder: &Path, identity: &str, file: &Path) -> Option<Vec<u8>> {
    let decrypt =
        Command::new("age").args(["--decrypt", "--identity", identity]).arg(file).current_dir(folder).stderr(Stdio::null()).output();
    let Ok(output) = decrypt else {
        lacks("age");
        return None;
    };
    assert!(output.status.success(), "age does not open {}", file.display());
    Some(output.stdout)
}

/// The only wrapped key of the session.
fn key(world: &World) -> std::path::PathBuf {
    let folder = world.archive().join("_keys").join(SESSION);
    let mut keys = std::fs::read_dir(folder).expect("keys").map(|entry| entry.expect("an entry").path());
    let key = keys.next().expect("a key");
    assert!(keys.next().is_none(), "one run makes one key");
    key
}

/// Fails the test if anything in a folder has these bytes in it.
#[track_caller]
pub fn holds_nothing_plain(root: &Path) {
    let digest = |bytes: &[u8]| vmedia::store::Digest::of(bytes).sha256;
    let pictures = ["front", "face", "old"].map(jpeg);
    let digests: Vec<String> = pictures.iter().map(|bytes| digest(bytes)).chain([digest(PERSON.as_bytes())]).collect();
    let plain = digests.iter().map(String::as_bytes).chain(pictures.iter().map(Vec::as_slice)).chain([NAME.as_bytes()]);
    let plain: Vec<&[u8]> = plain.collect();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("readable");
            let found = plain.iter().position(|plain| memchr::memmem::find(&bytes, plain).is_some());
            assert_eq!(found, None, "{} holds something plain", path.display());
        }
    }
}

#[test]
fn other_tools_check_and_open_what_the_writer_cannot_read() {
    let world = archived();
    others_accept(&world.bag(SESSION));
    holds_nothing_plain(world.folder().join("vmedia-archive").as_path());
    let (archive, bag) = (world.archive(), world.bag(SESSION));
    for identity in ["alice.key", "bob.key"] {
        let Some(opened) = age(world.folder(), identity, &key(&world)) else { return };
        std::fs::write(world.folder().join("session.key"), opened).expect("written");
    }
    let front = age(world.folder(), "session.key", &bag.join(format!("data/{NEWEST}/document-front_front-{SESSION}.jpg.age")));
    assert_eq!(front, Some(jpeg("front")));
    assert_eq!(age(world.folder(), "session.key", &bag.join("metadata/person.json.age")), Some(PERSON.as_bytes().to_vec()));
    // The key of the session alone is enough for an auditor of it.
    verify(&world, &["--identity", "session.key"]).ends_with(0).shows("encrypted files open");
    // Also of a copy without keys, as a bucket has it. That recipients open nothing there is no damage.
    let away = world.folder().join("keys");
    std::fs::rename(archive.join("_keys"), &away).expect("renamed");
    verify(&world, &["--identity", "session.key"]).ends_with(0).shows("encrypted files open");
    verify(&world, &["--identity", "bob.key"])
        .ends_with(7)
        .says("the keys are not here")
        .says("vmedia keys grant -o")
        .says("a backup of that folder");
    std::fs::rename(&away, archive.join("_keys")).expect("renamed");
    let record = world.record();
    let written = [("archive", record.clone())].into_iter().chain(lines(&archive).into_iter().map(|line| ("journal", line)));
    let written: Vec<(&str, Value)> = written.collect();
    written.iter().for_each(|(schema, value)| is_described(schema, value));
    if let Some(verdicts) = judged(&written) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
    assert_eq!(record["facts"], serde_json::json!([]));
}

fn lines(archive: &Path) -> Vec<Value> {
    let segments = std::fs::read_dir(archive.join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path());
    let texts: Vec<String> = segments.map(|path| std::fs::read_to_string(path).expect("text")).collect();
    texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_verification_says_what_it_opened() {
    let world = archived();
    verify(&world, &[]).ends_with(0).says("1 session is encrypted and not opened").shows("sound: all listed files present");
    let opened = verify(&world, &["--identity", "bob.key", "--authenticate"]).ends_with(0);
    opened.shows("provider's signatures hold, encrypted files open");
    verify(&world, &["--authenticate"]).ends_with(0).shows("journal matches; ");
    std::fs::write(world.folder().join("other.key"), "AGE-SECRET-KEY-1QQQQ").expect("written");
    verify(&world, &["--identity", "other.key"]).ends_with(3).complains("cannot use the identity other.key", "age-keygen");
    verify(&world, &["--identity", "absent.key"]).ends_with(3).complains("absent.key", "age-keygen");
    if crate::seal::generate(world.folder(), "carol") {
        let run = verify(&world, &["--identity", "carol"]).ends_with(7).shows("encrypted to none of these identities");
        run.says("another identity");
        // Her key is a recipient's from now on: a run of its own key.
        let public = std::fs::read_to_string(world.folder().join("carol.pub")).expect("a key");
        let mut session = named();
        session.attempts[0].status = "declined".to_owned();
        world.sandbox.put_session(session);
        world.run(&["download", SESSION, "--recipient", &public, "--recipient", ALICE.0]).ends_with(0);
        verify(&world, &["--identity", "alice.key"]).ends_with(0).shows("encrypted files open");
        verify(&world, &["--identity", "carol"]).ends_with(7);
        verify(&world, &["--identity", "carol", "--identity", "bob.key"]).ends_with(0).shows("encrypted files open");
    }
    std::fs::remove_dir_all(world.archive().join("_keys")).expect("removed");
    verify(&world, &[]).ends_with(0).says("1 session is encrypted and not opened: the keys are not here");
    std::fs::create_dir(world.archive().join("_keys")).expect("made");
    verify(&world, &[]).ends_with(8).lists("the key is missing", "restore the folder _keys");
}

#[test]
fn a_further_run_recognizes_what_it_cannot_read_and_a_repair_encrypts_it_anew() {
    let world = archived();
    let before = tree(&world.archive());
    world.sandbox.clear_exchanges();
    download(&world, &[]).ends_with(0).says("nothing to fetch");
    download(&world, &["--skip-complete"]).ends_with(0);
    assert_eq!((world.media_requests(), tree(&world.archive())), (0, before));
    download(&world, &["--refetch"]).ends_with(0);
    assert_eq!(world.record()["history"], serde_json::json!([]), "the same content");
    // A picture is altered, and an answer deleted.
    let front = world.file(&format!("data/{NEWEST}/document-front_front-{SESSION}.jpg.age"));
    std::fs::write(&front, "altered").expect("written");
    std::fs::remove_file(world.file("metadata/person.json.age")).expect("removed");
    verify(&world, &["--identity", "alice.key"]).ends_with(8);
    world.run(&["repair", "vmedia-archive", "--recipient", ALICE.0, "--recipient", BOB.0]).ends_with(0);
    verify(&world, &["--identity", "alice.key", "--authenticate"]).ends_with(0).shows("encrypted files open");
    others_accept(&world.bag(SESSION));
    holds_nothing_plain(&world.archive());
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/check_archive.py");
    if let Ok(output) = Command::new("python3").arg(judge).arg(world.archive()).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn a_session_is_encrypted_as_a_whole_or_not_at_all() {
    let world = archived();
    world.run(&["download", SESSION]).ends_with(3).complains("is encrypted, and there are no recipients", "--recipient");
    let plain = World::with(vec![named()]);
    plain.run(&["download", SESSION]).ends_with(0);
    download(&plain, &[]).ends_with(3).complains("archived without encryption", "vmedia encrypt");
    let refused = |words: &[&str], what: &str, hint: &str| {
        let run = plain.run(&[&["download", SESSION, "-o", "other"], words].concat()).ends_with(2).complains(what, hint);
        assert!(!run.stderr.contains(&ALICE.1[20..40]), "{}", run.stderr);
    };
    refused(&["--recipient", ALICE.0], "there is one recipient", "--single-recipient");
    refused(&["--recipient", ALICE.0, "--recipient", ALICE.0], "there is one recipient", "--single-recipient");
    refused(&["--recipient", "nonsense", "--single-recipient"], "\"nonsense\" is no recipient", "age1...");
    refused(&["--recipient", ALICE.1, "--single-recipient"], "is a private key, which is not shown", "age-keygen -y");
    refused(&["--recipient", "ssh-rsa AAAA", "--single-recipient"], "an RSA key of SSH is no recipient", "ssh-ed25519");
    assert!(!plain.folder().join("other").exists(), "nothing is begun");
    plain.run(&["download", SESSION, "-o", "other", "--recipient", ALICE.0, "--single-recipient"]).ends_with(0);
}

#[test]
fn what_cannot_be_opened_is_not_shown_and_an_erasure_begins_with_the_key() {
    let world = archived();
    let reason = ["--reason", "a request of the authority"];
    let page = world.run(&[&["export", SESSION, "-o", "page.html", "--html"], &reason[..]].concat()).ends_with(2);
    page.complains("is encrypted, and a page would show nothing", "without --html");
    std::fs::write(world.folder().join("other.key"), opened::other_key()).expect("written");
    let html =
        |identity: &str| world.run(&[&["export", SESSION, "-o", "page.html", "--html", "--identity", identity], &reason[..]].concat());
    html("other.key").ends_with(3).complains("is encrypted to none of these identities", "one of its recipients");
    assert!(!world.folder().join("page.html").exists());
    html("bob.key").ends_with(0).says("the page holds in clear what is encrypted in the archive");
    let page = std::fs::read_to_string(world.folder().join("page.html")).expect("a page");
    let front = base64::engine::Engine::encode(&base64::engine::general_purpose::STANDARD, jpeg("front"));
    assert!(page.contains(&format!("src=\"data:image/jpeg;base64,{front}\"")) && page.contains(NAME) && !page.contains(".age"), "{page}");
    let zip = world.run(&[&["export", SESSION, "-o", "out.zip"], &reason[..]].concat()).ends_with(0);
    zip.says("vmedia keys grant -o FILE");
    world.run(&["show", SESSION]).ends_with(0).shows("Encrypted");
    let text = std::fs::read_to_string(world.file("index.html")).expect("a page");
    assert!(text.contains("age --decrypt") && text.contains(&format!("../_keys/{SESSION}/*.age")) && !text.contains("<img"), "{text}");
    std::fs::remove_dir_all(world.archive().join("_journal")).expect("removed");
    let adopt = |words: &[&str]| world.run(&[&["adopt", "--authenticate"], words, &reason[..]].concat());
    adopt(&[]).ends_with(8).complains("it is encrypted", "without --authenticate");
    adopt(&["--identity", "other.key"]).ends_with(8).complains("encrypted to none of these identities", "one of its recipients");
    adopt(&["--identity", "alice.key"]).ends_with(0).shows("signature");
    let copied = world.folder().join("copy");
    copy(&world.bag(SESSION), &copied.join(SESSION));
    let erased = world.run(&[&["erase", SESSION, "--authority", "GDPR art. 17"], &reason[..]].concat());
    erased.ends_with(0);
    assert!(!world.archive().join("_keys").join(SESSION).exists() && !world.bag(SESSION).exists());
    let certificate = std::fs::read_to_string(world.archive().join(format!("_erased/{SESSION}.json"))).expect("a certificate");
    let certificate: Value = serde_json::from_str(&certificate).expect("JSON");
    assert_eq!(certificate["keys"], 1);
    is_described("erasure", &certificate);
    verify(&world, &[]).ends_with(0);
    // The copy is whole, and cannot be opened.
    let whole = bare(world.folder()).args(["verify", "copy", "--read-only", "--identity", "alice.key"]).output().expect("a run");
    Run::of(&whole).ends_with(8).says("1 session is encrypted and not opened: the keys are not here");
    std::fs::create_dir_all(world.archive().join("_keys").join(SESSION)).expect("made");
    verify(&world, &[]).ends_with(8).lists("its keys are here again", "vmedia erase");
    world.run(&[&["erase", SESSION, "--authority", "GDPR art. 17"], &reason[..]].concat()).ends_with(0);
    verify(&world, &[]).ends_with(0);
}

#[test]
fn content_that_was_exchanged_below_sound_manifests_is_found_with_a_key() {
    let world = archived();
    let path = |what: &str, context: &str| format!("data/{NEWEST}/{context}_{what}-{SESSION}.jpg.age");
    let (front, face) = (path("front", "document-front"), path("face", "face"));
    let mut record = world.record();
    // A forger can encrypt to the public key, and does not know the provider's secret.
    let proof = record["media"][1]["files"][0]["encrypted"].clone();
    record["media"][0]["files"][0]["encrypted"] = proof;
    assert_ne!(front, face);
    std::fs::write(world.file("archive.json"), serde_json::to_vec_pretty(&record).expect("JSON")).expect("written");
    let found = verify(&world, &["--identity", "alice.key"]).ends_with(8);
    found.shows("its content is not what the provider sent");
}

/// What a run in this process encrypts with.
fn encryption() -> Encryption {
    let recipients = Recipients::parse(&[ALICE.0.to_owned(), BOB.0.to_owned()]).expect("recipients");
    let keys = vec![secrecy::zeroize::Zeroizing::new([7; 32])];
    Encryption { recipients: Arc::new(recipients), fingerprints: FingerprintKeys::new(keys) }
}

#[test]
fn answers_are_kept_again_when_the_secret_was_changed_and_nothing_is_said_of_their_content() {
    let (world, folder) = (World::with(vec![named()]), tempfile::tempdir().expect("a folder"));
    let root = folder.path().join("archive");
    assert_eq!(run_with(&world, local(&root), Some(encryption())), Exit::Done);
    let other = Encryption { fingerprints: FingerprintKeys::new(vec![secrecy::zeroize::Zeroizing::new([8; 32])]), ..encryption() };
    assert_eq!(run_with(&world, local(&root), Some(other)), Exit::Done);
    let record: Value = serde_json::from_slice(&std::fs::read(root.join(SESSION).join("archive.json")).expect("a record")).expect("JSON");
    let history = record["history"].as_array().expect("changes");
    assert!(
        !history.is_empty() && history.iter().all(|change| change["what"].as_str().expect("text").contains("nothing says whether")),
        "{history:#?}"
    );
}
