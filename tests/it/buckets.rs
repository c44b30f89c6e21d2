//! Objects in a real object store (SeaweedFS): created once, checked by their SHA-256, read by version; each refusal has its two lines.
//!
//! - `credentials`: where keys come from.
//! - `probe`: what a bucket must do.
//! - `reading`: archives that were shipped.
//! - `report`: the completion report of S3 Batch Operations as evidence.

mod credentials;
mod probe;
mod reading;
pub mod report;

use crate::harness::{ADMIN, Keeps, ObjectServer, READER};
use rusty_s3::Method::{Delete, Put};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use vmedia::archive::objects::{Creation, ListedVersion, LockMode, ObjectStore, Removal};
use vmedia::clock::{Cancel, SystemClock};
use vmedia::error::{Error, ErrorKind};
use vmedia::http::{Client, ClientOptions, Policy, RetryClient};
use vmedia::objects::{Bucket, BucketOptions, CredentialSource, Credentials, Fixed, Place, WriteOptions};
use vmedia::secret::Secret;
use vmedia::store::{Digest, StorePath};

/// Opens a place in a bucket with the key of an account.
pub fn open(url: &str, variables: [(&str, String); 3], write: WriteOptions) -> Bucket {
    let [key, secret, endpoint] = variables.map(|(_, value)| value);
    let credentials = Credentials { access_key: Secret::new(key), secret_key: Secret::new(secret), token: None, expires: None };
    open_with(url, endpoint, Arc::new(Fixed { credentials, from: "the test".to_owned() }), write)
}

fn open_with(url: &str, endpoint: String, source: Arc<dyn CredentialSource>, write: WriteOptions) -> Bucket {
    let connect = |base_url| {
        let (connect_timeout, idle_timeout) = (Duration::from_secs(10), Duration::from_secs(30));
        let client = Client::new(ClientOptions { base_url, connect_timeout, idle_timeout, ca_cert: None, connections: 4, proxy: None })?;
        let policy = Policy { retries: 2, delay: Duration::from_millis(10) };
        Ok(RetryClient::new(Box::new(client), policy, Arc::new(SystemClock::start()), Cancel::default()))
    };
    let place = Place::parse(url).expect(url);
    let options = BucketOptions { place, endpoint: Some(endpoint), region: None, write };
    Bucket::new(options, source, Box::new(connect)).expect("a bucket")
}

fn path(text: &str) -> StorePath {
    StorePath::parse(text).expect(text)
}

/// Creates an object; returns what happened to it, and the number of bytes that were reported.
fn create(bucket: &Bucket, key: &str, bytes: &[u8]) -> (Creation, i64) {
    let sent = AtomicI64::new(0);
    let source = || Ok(Box::new(std::io::Cursor::new(bytes.to_vec())) as Box<dyn Read + Send>);
    let creation = bucket.create(&path(key), &source, &Digest::of(bytes), &|count| _ = sent.fetch_add(count, Ordering::Relaxed));
    (creation.expect(key), sent.into_inner())
}

fn read(bucket: &Bucket, key: &str, version: Option<&str>, range: Option<(u64, u64)>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    bucket.open(&path(key), version, range).expect(key)?.read_to_end(&mut bytes).expect(key);
    Some(bytes)
}

#[test]
fn an_object_is_created_once_and_each_version_is_read_back() {
    let Some(server) = ObjectServer::shared() else { return };
    let name = server.bucket(Keeps::Versions);
    let bucket = open(&format!("s3://{name}/kyc/2026"), server.environment(ADMIN), WriteOptions::default());
    let long: Vec<u8> = (0..3_000_000_u32).flat_map(|number| number.to_le_bytes()).take(2_500_000).collect();
    for (key, bytes) in [("s/data/a b+ü&=~'()*!.json", &b"short"[..]), ("s/data/long", &long), ("s/empty", b"")] {
        let (Creation::Created { version: Some(version) }, sent) = create(&bucket, key, bytes) else { panic!("{key} has no version") };
        assert_eq!(sent, i64::try_from(bytes.len()).expect("a length"), "{key}");
        assert_eq!(create(&bucket, key, b"other"), (Creation::Taken, 0), "{key}");
        assert_eq!(create(&bucket, key, &long).0, Creation::Taken, "{key}");
        let head = bucket.head(&path(key), None).expect(key).expect("an object");
        let digest = Digest::of(bytes);
        assert_eq!((head.bytes, head.sha256, head.version), (digest.bytes, Some(digest.sha256), Some(version.clone())), "{key}");
        assert!(read(&bucket, key, None, None).as_deref() == Some(bytes), "{key}");
        // Another program replaces it, and hides it.
        let encoded: String =
            key.bytes()
                .map(|byte| {
                    if b"/.~".contains(&byte) || byte.is_ascii_alphanumeric() {
                        char::from(byte).to_string()
                    } else {
                        format!("%{byte:02X}")
                    }
                })
                .collect();
        assert_eq!(server.curl(Put, &format!("{name}/kyc/2026/{encoded}"), &["-d", "changed"]).0, 200);
        assert_eq!(read(&bucket, key, None, None).as_deref(), Some(&b"changed"[..]), "{key}");
        assert_eq!(server.curl(Delete, &format!("{name}/kyc/2026/{encoded}"), &[]).0, 204);
        assert_eq!((read(&bucket, key, None, None), bucket.head(&path(key), None).expect(key)), (None, None), "{key}");
        assert!(read(&bucket, key, Some(&version), None).as_deref() == Some(bytes), "{key}");
        assert_eq!(bucket.head(&path(key), Some(&version)).expect(key).map(|head| head.bytes), Some(bytes.len() as u64));
    }
    assert_eq!(read(&bucket, "s/data/long", Some(&versions(&bucket)[3].version), Some((0, 0))), None, "a delete marker has no bytes");
    let first = versions(&bucket).into_iter().rfind(|version| version.key.as_str() == "s/data/long").expect("a version");
    assert_eq!(read(&bucket, "s/data/long", Some(&first.version), Some((1_000_001, 3))).as_deref(), long.get(1_000_001..1_000_004));
    bucket.remove(&first.key, &first.version).expect("removed");
    bucket.remove(&first.key, &first.version).expect("removed already");
    let left = versions(&bucket);
    assert_eq!(left.len(), 8, "{left:?}");
    let of_empty: Vec<_> =
        left.iter().filter(|version| version.key.as_str() == "s/empty").map(|version| (version.is_newest, version.is_marker)).collect();
    assert_eq!(of_empty, [(true, true), (false, false), (false, false)]);
}

fn versions(bucket: &Bucket) -> Vec<ListedVersion> {
    let mut versions = Vec::new();
    bucket
        .versions(None, &mut |version| {
            versions.push(version);
            Ok(())
        })
        .expect("versions");
    versions
}

#[test]
fn listings_of_several_pages_leave_nothing_out() {
    let Some(server) = ObjectServer::shared() else { return };
    let name = server.bucket(Keeps::Versions);
    let bucket = open(&format!("s3://{name}"), server.environment(ADMIN), WriteOptions::default());
    let mut expected: Vec<String> = (0..1_050).map(|number| format!("session-{number}/bagit.txt")).collect();
    std::thread::scope(|scope| {
        for keys in expected.chunks(132) {
            let bucket = &bucket;
            scope.spawn(move || keys.iter().for_each(|key| _ = create(bucket, key, b"x")));
        }
    });
    // Folders of consoles are no objects of an archive.
    assert_eq!(server.curl(Put, &format!("{name}/session-0/folder/"), &[]).0, 200);
    let mut listed = Vec::new();
    bucket
        .list(None, &mut |object| {
            listed.push((object.key.as_str().to_owned(), object.bytes));
            Ok(())
        })
        .expect("a list");
    listed.sort();
    expected.sort();
    assert!(listed.iter().map(|(key, _)| key).eq(&expected) && listed.iter().all(|(_, bytes)| *bytes == 1), "{}", listed.len());
    let folders: Vec<String> = expected.iter().map(|key| key.replace("/bagit.txt", "")).collect();
    assert_eq!(bucket.folders(None).expect("folders"), folders);
    assert_eq!(versions(&bucket).len(), 1_050);
    let stopped = bucket.list(None, &mut |_| Err(Error::usage("enough", "stop")));
    assert_eq!(stopped.expect_err("an error").what(), "enough");
}

#[test]
fn a_lock_comes_back_and_keeps_the_version() {
    let Some(server) = ObjectServer::shared() else { return };
    let name = server.bucket(Keeps::Locks);
    let write = WriteOptions { lock: Some((LockMode::Compliance, 2)), ..WriteOptions::default() };
    let bucket = open(&format!("s3://{name}"), server.environment(ADMIN), write);
    let (Creation::Created { version }, _) = create(&bucket, "s/bagit.txt", b"x") else { panic!("taken") };
    let locked = bucket.head(&path("s/bagit.txt"), None).expect("a head").and_then(|head| head.locked).expect("a lock");
    assert_eq!(locked.mode, LockMode::Compliance);
    let version = version.expect("an id");
    assert_eq!(bucket.remove(&path("s/bagit.txt"), &version).expect("an answer"), Removal::Kept { until: Some(locked.until) });
    // An account that may not remove is another refusal than a lock.
    let reader = open(&format!("s3://{name}"), server.environment(READER), WriteOptions::default());
    let (Creation::Created { version: Some(version) }, _) =
        create(&open(&format!("s3://{name}"), server.environment(ADMIN), WriteOptions::default()), "s/x", b"x")
    else {
        panic!("taken")
    };
    let error = reader.remove(&path("s/x"), &version).expect_err("a refusal");
    assert_eq!(
        (error.kind(), error.hint().contains("allow s3:DeleteObjectVersion")),
        (ErrorKind::Refused, true),
        "{error}: {}",
        error.hint()
    );
}

#[test]
fn each_refusal_has_its_two_lines() {
    let Some(server) = ObjectServer::shared() else { return };
    let name = server.bucket(Keeps::Newest);
    let url = format!("s3://{name}/p");
    let create = |bucket: &Bucket, bytes: &[u8], digest: &Digest| {
        let source = || Ok(Box::new(std::io::Cursor::new(bytes.to_vec())) as Box<dyn Read + Send>);
        let sent = AtomicI64::new(0);
        let error =
            bucket.create(&path("s/x"), &source, digest, &|count| _ = sent.fetch_add(count, Ordering::Relaxed)).expect_err("a refusal");
        assert_eq!(sent.into_inner(), 0, "what failed was not sent: {error}");
        error
    };
    let refusal = |url: &str, variables| create(&open(url, variables, WriteOptions::default()), b"x", &Digest::of(b"x"));
    let closed = { std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address") };
    let [key, secret, (endpoint, _)] = server.environment(ADMIN);
    let down = [key, secret, (endpoint, format!("http://{closed}"))];
    let long = vec![7; 1_500_000];
    let good = || open(&url, server.environment(ADMIN), WriteOptions::default());
    for (error, kind, what, hint) in [
        (refusal(&url, server.environment((ADMIN.0, "wrong"))), ErrorKind::Refused, "SignatureDoesNotMatch", "used were those of the test"),
        (refusal(&url, server.environment(("unknown", "wrong"))), ErrorKind::Refused, "InvalidAccessKeyId", "check the access key"),
        (refusal(&url, server.environment(READER)), ErrorKind::Refused, "AccessDenied", "s3:PutObject"),
        (refusal("s3://no-such-bucket", server.environment(ADMIN)), ErrorKind::Configuration, "no such bucket", "AWS_ENDPOINT_URL_S3"),
        (refusal(&url, down), ErrorKind::Unavailable, "cannot connect", "check the network"),
        (create(&good(), b"y", &Digest::of(b"x")), ErrorKind::Damaged, "not the one that was recorded", "vmedia verify"),
        (create(&good(), b"xy", &Digest::of(b"x")), ErrorKind::Damaged, "not the one that was recorded", "vmedia verify"),
        (
            create(&good(), &long, &Digest { bytes: 1_500_001, ..Digest::of(b"x") }),
            ErrorKind::Damaged,
            "not the one that was",
            "vmedia verify",
        ),
        (
            create(&good(), &long, &Digest { bytes: 1_500_000, ..Digest::of(b"x") }),
            ErrorKind::Damaged,
            "not the one that was",
            "vmedia verify",
        ),
    ] {
        assert!(error.what().contains(what) && error.hint().contains(hint), "{error}\n{}", error.hint());
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.what().contains("Signature=") && !error.hint().contains("vmedia-test-secret"), "{error}");
    }
    assert_eq!(good().head(&path("s/x"), None).expect("a head"), None, "nothing is stored of what is refused");
    assert_eq!(self::create(&good(), "s/x", b"x").0, Creation::Created { version: None }, "a bucket without versions");
}
