//! Time stamps: our questions before `openssl`, its answers before us, and whatever else a server may say.

use super::authority::{Office, Server, answer, stamped};
use super::{has, runs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use vmedia::archive::Checkpoint;
use vmedia::clock::{Cancel, Clock, SystemClock};
use vmedia::engine::{Authority, Sealer, Stamped};
use vmedia::http::{Address, Client, ClientOptions, Policy, RetryClient};
use vmedia::seal::ssh::SigningKey;
use vmedia::seal::stamp::{Query, Stamp};
use vmedia::store::{LocalStore, ReadStore, Store, StorePath};

const JOURNAL: &[u8] = b"{\"seq\":1}\n{\"seq\":2}\n";

/// Longer than anything here takes.
const PATIENT: Duration = Duration::from_secs(60);

/// A store with a closed file in it.
struct Archive {
    folder: TempDir,
    store: LocalStore,
    path: StorePath,
}

impl Archive {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = LocalStore::new(folder.path().join("archive"), "the test".to_owned());
        let path = StorePath::parse("_journal/run.ndjson").expect("a path");
        store.replace(&path, JOURNAL).expect("written");
        Self { folder, store, path }
    }

    fn file(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.path().join("archive/_journal").join(name)).ok()
    }

    fn names(&self) -> Vec<String> {
        let paths = self.store.list(&StorePath::name("_journal")).expect("a list");
        paths.iter().map(|listed| listed.path.as_str().trim_start_matches("_journal/").to_owned()).collect()
    }

    /// What becomes of a stamp by the authority at this URL: the stamp, or status and two lines.
    fn stamp(&self, url: &str, retries: u32, idle: Duration) -> Result<Stamped, (u8, String, String)> {
        let sealer = Sealer { authority: Some(authority(url, retries, idle)), ..Sealer::default() };
        let sealed = sealer.seal_segment(&self.store, &self.path);
        assert!(sealed.signature.is_none() && sealer.is_wanted());
        let code = sealed.exit().code();
        let stamp = sealed.stamp.expect("an outcome");
        assert_eq!(code == 0, stamp.is_ok());
        stamp.map_err(|error| (code, error.what().to_owned(), error.hint().to_owned()))
    }
}

fn authority(url: &str, retries: u32, idle_timeout: Duration) -> Authority {
    let address = Address::parse_public(url).expect("a URL");
    let options = ClientOptions {
        base_url: address.base_url.clone(),
        connect_timeout: Duration::from_secs(5),
        idle_timeout,
        ca_cert: None,
        connections: 1,
        proxy: None,
    };
    let policy = Policy { retries, delay: Duration::from_millis(1) };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let wire = RetryClient::new(Box::new(Client::new(options).expect("a client")), policy, clock, Cancel::default());
    Authority { wire, address }
}

/// What becomes of a stamp when a server says the same to every request; and how often it was asked.
#[track_caller]
fn refused(
    retries: u32,
    idle: Duration,
    speaker: impl Fn(usize, &[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> (String, String, usize) {
    let (archive, server) = (Archive::new(), Server::start(speaker));
    let (code, what, hint) = archive.stamp(&server.url(), retries, idle).expect_err("no stamp");
    assert_eq!(code, 7);
    assert!(what.starts_with("no time stamp for _journal/run.ndjson from http://127.0.0.1:"), "{what}");
    assert!(!what.contains("for=tests"), "what stands behind the host may be a customer's token: {what}");
    assert!(hint.contains("is archived all the same"), "{hint}");
    assert_eq!(archive.names(), ["run.ndjson", "run.ndjson.checkpoint"], "nothing is kept that is no stamp");
    assert_eq!(archive.file("run.ndjson").as_deref(), Some(JOURNAL));
    (what, hint, server.asked().len())
}

#[test]
fn openssl_reads_our_question() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (nonce, shown) in [(0x0123_4567_89ab_cdef_u64, "0x0123456789ABCDEF"), (u64::MAX, "0xFFFFFFFFFFFFFFFF"), (1, "0x01"), (0x80, "0x80")]
    {
        std::fs::write(folder.path().join("query"), Query::new([0xab; 32], nonce).der()).expect("written");
        let output = runs(folder.path(), "openssl", &["ts", "-query", "-in", "query", "-text"], b"");
        let text = String::from_utf8_lossy(&output.stdout);
        let is_told = |words: &str| assert!(text.contains(words), "no {words} in {text}");
        is_told("Version: 1");
        is_told("Hash Algorithm: sha256");
        is_told("ab ab ab ab");
        is_told(&format!("Nonce: {shown}"));
        is_told("Certificate required: yes");
    }
}

#[test]
fn an_authority_stamps_and_openssl_accepts_it_for_these_bytes_alone() {
    let Some(office) = Office::open() else { return };
    let office = Arc::new(office);
    let replying = Arc::clone(&office);
    let server = Server::start(move |_, query| stamped(&replying.reply("usual", query)));
    let archive = Archive::new();
    let done = archive.stamp(&server.url(), 0, PATIENT).expect("a stamp");
    assert_eq!(done.path.as_str(), "_journal/run.ndjson.checkpoint.tsr");
    assert_eq!((done.stamp.policy.as_str(), done.stamp.authority.as_deref()), ("1.2.3.4.1", Some("O=Test Office, CN=Stamps")));
    let kept = archive.file("run.ndjson.checkpoint.tsr").expect("a stamp");
    let checkpoint = archive.file("run.ndjson.checkpoint").expect("a checkpoint");
    assert!(office.vouches_for(&kept, &checkpoint));
    assert!(!office.vouches_for(&kept, &checkpoint[1..]));
    assert_eq!(archive.file("run.ndjson").as_deref(), Some(JOURNAL));
    // What we read of it is what openssl reads of it.
    let reported = runs(office.folder(), "openssl", &["ts", "-reply", "-in", "judged.tsr", "-text"], b"").stdout;
    let reported = String::from_utf8_lossy(&reported).into_owned();
    assert!(reported.contains(&format!("Serial number: 0x{}", done.stamp.serial.to_uppercase())), "{reported} {}", done.stamp.serial);
    let time = done.stamp.at.strftime("%b %e %H:%M:%S").to_string();
    assert!(reported.contains(&format!("Time stamp: {time}")), "{reported} {time}");
    let request = &server.asked()[0];
    assert!(request.head.starts_with("POST /tsr?for=tests HTTP/1.1\r\n"), "{}", request.head);
    assert!(request.head.to_ascii_lowercase().contains("content-type: application/timestamp-query\r\n"), "{}", request.head);
    assert!(request.body.len() < 100, "a digest and a nonce, no more");
}

#[test]
fn a_file_is_signed_and_stamped_and_each_seal_stands_without_the_other() {
    let Some(office) = Office::open() else { return };
    if !has("ssh-keygen") {
        return;
    }
    super::succeeds(office.folder(), "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", "key"], b"");
    let office = Arc::new(office);
    let key = || SigningKey::parse(Path::new("key"), &std::fs::read(office.folder().join("key")).expect("a key")).expect("a key");
    let replying = Arc::clone(&office);
    let server = Server::start(move |before, query| {
        if before == 0 { stamped(&replying.reply("usual", query)) } else { answer("503 Service Unavailable", "text/plain", b"later") }
    });
    let both = Archive::new();
    let sealer = Sealer { key: Some(key()), authority: Some(authority(&server.url(), 0, PATIENT)), accept_unsealed: None };
    let sealed = sealer.seal_segment(&both.store, &both.path);
    assert_eq!((sealed.exit().code(), sealed.errors().count()), (0, 0));
    let signed = sealed.signature.expect("wanted").expect("a signature");
    assert_eq!((signed.path.as_str(), signed.fingerprint), ("_journal/run.ndjson.checkpoint.sig", key().fingerprint()));
    assert_eq!(both.names(), ["run.ndjson", "run.ndjson.checkpoint", "run.ndjson.checkpoint.sig", "run.ndjson.checkpoint.tsr"]);
    let checkpoint = both.file("run.ndjson.checkpoint").expect("a checkpoint");
    assert!(office.vouches_for(&both.file("run.ndjson.checkpoint.tsr").expect("a stamp"), &checkpoint));
    let one = Archive::new();
    let sealed = sealer.seal_segment(&one.store, &one.path);
    assert_eq!((sealed.exit().code(), sealed.errors().count()), (7, 1));
    assert_eq!(one.names(), ["run.ndjson", "run.ndjson.checkpoint", "run.ndjson.checkpoint.sig"]);
    for archive in [&both, &one] {
        std::fs::write(office.folder().join("sig"), archive.file("run.ndjson.checkpoint.sig").expect("a signature")).expect("written");
        super::succeeds(office.folder(), "ssh-keygen", &["-Y", "check-novalidate", "-n", "vmedia", "-s", "sig"], &checkpoint);
    }
}

#[test]
fn each_try_is_a_question_of_its_own_and_an_old_answer_is_none() {
    let Some(office) = Office::open() else { return };
    let old = office.reply("usual", &Query::new(*b"an old digest, asked for before.", 5).der());
    let server = Server::start(move |before, query| match before {
        0 => answer("500 Internal Server Error", "text/plain", b""),
        1 => answer("429 Too Many Requests", "text/plain", b""),
        2 => stamped(&old),
        _ => answer("200 OK", "text/html", &office.reply("usual", query)),
    });
    let archive = Archive::new();
    let done = archive.stamp(&server.url(), 5, PATIENT).expect("a stamp, whatever it is called");
    assert_eq!(archive.file("run.ndjson.checkpoint.tsr").map(|kept| Stamp::read(&kept)), Some(Ok(done.stamp)));
    let mut questions: Vec<_> = server.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(questions.len(), 4);
    questions.sort();
    questions.dedup();
    assert_eq!(questions.len(), 4, "a nonce for each try");
}

#[test]
fn an_answer_about_something_else_is_not_believed() {
    let Some(office) = Office::open() else { return };
    use sha2::Digest as _;
    let checkpoint = Checkpoint::of("run.ndjson", Box::new(JOURNAL)).expect("a checkpoint").text();
    let digest: [u8; 32] = sha2::Sha256::digest(&checkpoint).into();
    let other_digest = office.reply("usual", &Query::new([1; 32], 5).der());
    let other_nonce = office.reply("usual", &Query::new(digest, 5).der());
    assert!(office.vouches_for(&other_nonce, checkpoint.as_bytes()), "a true stamp, and not an answer");
    for (reply, words) in [(other_digest, "it is about another digest"), (other_nonce, "it answers another question")] {
        let (what, hint, asked) = refused(1, PATIENT, move |_, _| stamped(&reply));
        assert!(what.ends_with(&format!("the answer cannot be trusted: {words} (tried 2 times)")), "{what}");
        assert!(hint.starts_with("a proxy or an attacker may change what you receive"), "{hint}");
        assert_eq!(asked, 2);
    }
}

#[test]
fn a_refusal_is_reported_in_the_authoritys_words_and_not_repeated() {
    let Some(office) = Office::open() else { return };
    let (what, hint, asked) = refused(5, PATIENT, move |_, query| stamped(&office.reply("choosy", query)));
    assert!(what.contains("the authority refuses: rejected; it does not take SHA-256; "), "{what}");
    assert!(hint.starts_with("check the URL given as time-stamping authority"), "{hint}");
    assert_eq!(asked, 1);
}

#[test]
fn whatever_is_no_answer_is_reported_as_what_it_is() {
    let page = b"<!DOCTYPE html><html><title>Sign in</title></html>".as_slice();
    type Said = Box<dyn Fn(usize, &[u8]) -> Option<Vec<u8>> + Send + Sync>;
    let same = |bytes: Option<Vec<u8>>| -> Said { Box::new(move |_, _| bytes.clone()) };
    let cut = |body: &[u8]| Some([b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 500\r\n\r\n".as_slice(), body].concat());
    for (says, words, tries) in [
        (same(answer("200 OK", "text/html", page)), "answered with a web page, not a time stamp: <!DOCTYPE html><html><title>Sign in", 3),
        (same(stamped(b"")), "answered with nothing (tried 3 times)", 3),
        (same(stamped(&[0x30, 0x03, 1])), "the answer is not a time stamp: ", 3),
        (same(stamped(b"\x30\x0a\x30\x08\x02\x01\x02\x03\x03\x01\0\x02")), "rejected; it has no time at the moment (tried 3 times)", 3),
        (same(cut(b"0")), "the transfer broke off", 3),
        (same(Some(b"hello".to_vec())), "the connection failed: ", 3),
        (same(answer("500 Internal Server Error", "text/plain", b"")), "HTTP 500 (tried 3 times)", 3),
        (same(answer("404 Not Found", "text/html", page)), "HTTP 404", 1),
        (same(answer("401 Unauthorized", "text/html", page)), "HTTP 401", 1),
        (same(answer("302 Found\r\nLocation: http://127.0.0.1:1/", "text/html", b"")), "HTTP 302, a redirect, which is never followed", 1),
    ] {
        let (what, _, asked) = refused(2, PATIENT, says);
        assert!(what.contains(words), "no {words:?} in {what}");
        assert_eq!(asked, tries, "{what}");
    }
}

#[test]
fn an_answer_without_end_is_not_taken() {
    let (archive, server) = (Archive::new(), Server::start(|_, _| stamped(&vec![0x30; 64 << 20])));
    let (_, what, _) = archive.stamp(&server.url(), 0, PATIENT).expect_err("no stamp");
    assert!(what.ends_with("the answer is not a time stamp: it is larger than 1 MiB"), "{what}");
    // What the operating system holds between the two is not read.
    crate::harness::until("the server sees that the client is gone", || server.sent() > 0);
    assert!(server.sent() < 32 << 20, "{} bytes of 64 MiB", server.sent());
}

#[test]
fn an_authority_that_hangs_or_is_not_there_is_given_up() {
    let (what, hint, asked) = refused(0, Duration::from_millis(200), |_, _| None);
    assert!(what.ends_with("no answer in time"), "{what}");
    assert!(hint.starts_with("the network or the authority is to blame"), "{hint}");
    assert_eq!(asked, 1);
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let (code, what, _) = Archive::new().stamp(&format!("http://{free}"), 1, PATIENT).expect_err("no stamp");
    assert!(code == 7 && what.contains(&format!("from http://{free}: cannot connect")), "{what}");
}

#[test]
fn a_file_that_is_gone_is_neither_signed_nor_stamped() {
    let archive = Archive::new();
    archive.store.remove(&archive.path).expect("removed");
    let server = Server::start(|_, _| None);
    let (code, what, hint) = archive.stamp(&server.url(), 0, PATIENT).expect_err("no stamp");
    assert!(code == 6 && what.starts_with("cannot seal ") && what.ends_with("run.ndjson: it is not there") && !hint.is_empty(), "{what}");
    assert!(server.asked().is_empty());
}
