//! Sessions are exported from a bucket: the file is that of the archive on a disk, the bucket's journal has the line, and what is refused
//! leaves nothing.

use super::{checked, unpacked};
use crate::harness::{ADMIN, Keeps, ObjectServer, READER, Run, SESSION, World, is_sound, others_accept, session, session_named};
use crate::schema::{is_described, judged};
use crate::ship::outages::refusing;
use crate::ship::{bucket, nothing_was_replaced, ship};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Read;
use vmedia::archive::objects::ObjectStore;
use vmedia::store::StorePath;

const OTHER: &str = "0b9e5c1a-8f34-4d27-a6c0-3e7d91f2b584";

/// Runs the program with an account of the bucket, by this URL, and a folder for temporary files of its own.
fn run_as(world: &World, (server, account, endpoint): (&ObjectServer, (&str, &str), &str), words: &[&str]) -> Run {
    let temporary = world.folder().join("temporary");
    std::fs::create_dir_all(&temporary).expect("a folder");
    let mut environment = server.environment(account).to_vec();
    environment.extend([("AWS_ENDPOINT_URL_S3", endpoint.to_owned()), ("TMPDIR", temporary.display().to_string())]);
    let run = world.run_with(words, &environment);
    assert_eq!(std::fs::read_dir(&temporary).expect("a folder").count(), 0, "nothing temporary is left");
    run
}

/// Exports sessions from a place into `export.zip`.
fn export_as(world: &World, server: (&ObjectServer, (&str, &str), &str), url: &str, words: &[&str]) -> Run {
    let _ = std::fs::remove_file(world.folder().join("export.zip"));
    let order = ["export", "--archive", url, "-o", "export.zip", "--reason", "order 7", "--for", "a court"];
    run_as(world, server, &[&order, words].concat())
}

/// The lines of a place's journal with this entry.
fn entries(server: &ObjectServer, url: &str, entry: &str) -> Vec<Value> {
    let (place, mut keys, mut text) = (bucket(server, url), Vec::new(), String::new());
    let mut add = |object: vmedia::archive::objects::ListedObject| {
        keys.extend((object.key.as_str().matches('/').count() == 2).then_some(object.key));
        Ok(())
    };
    place.list(Some(&StorePath::name("_journal")), &mut add).expect("a list");
    for key in keys {
        place.open(&key, None, None).expect("an answer").expect("an object").read_to_string(&mut text).expect("text");
    }
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|line| line["entry"] == entry).collect()
}

/// Ships one session in two versions, the second with a `fetch.txt`, and another as a ZIP file.
fn shipped(server: &ObjectServer) -> (World, String) {
    let (world, name) = (World::with(vec![session(), session_named(OTHER, "o-new", "o-old")]), server.bucket(Keeps::Versions));
    let url = format!("s3://{name}/kyc");
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0);
    let mut grown = session();
    let late = vmedia::sandbox::fixture::Media::image(format!("late-{SESSION}"), "face", "image/jpeg", crate::harness::jpeg("late"));
    grown.attempts[0].media.push(late);
    world.sandbox.put_session(grown);
    world.run(&["download", SESSION, "--with", "person"]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0);
    world.run(&["download", OTHER]).ends_with(0);
    ship(&world, server, &["--to", &url, "--layout", "zip"]).ends_with(0);
    (world, url)
}

#[test]
fn an_export_from_a_bucket_is_that_of_the_archive_and_the_buckets_journal_has_its_line() {
    let Some(server) = ObjectServer::shared() else { return };
    let ((world, url), endpoint) = (shipped(server), server.endpoint());
    let there = (server, ADMIN, endpoint.as_str());
    let bytes = || std::fs::read(world.folder().join("export.zip")).expect("an export");
    super::export(&world, &[SESSION, OTHER]).ends_with(0);
    let at_home = bytes();
    let run = export_as(&world, there, &url, &[SESSION, OTHER]).ends_with(0).shows("export.zip: 2 sessions, ");
    assert!(bytes() == at_home, "the file is the same");
    assert!(!run.stderr.contains("after this version"), "{}", run.stderr);
    let lines = entries(server, &url, "exported");
    let sha256 = hex::encode(Sha256::digest(&at_home));
    assert_eq!((lines.len(), &lines[0]["for"], &lines[1]["sha256"]), (2, &"a court".into(), &sha256.into()));
    let begun = entries(server, &url, "opened").into_iter().find(|line| line["command"] == "export").expect("a run");
    assert!(begun["parents"].as_array().is_some_and(|parents| !parents.is_empty()), "{begun}");
    lines.iter().chain([&begun]).for_each(|line| is_described("journal", line));
    let cases: Vec<(&str, Value)> = lines.iter().map(|line| ("journal", line.clone())).collect();
    assert!(judged(&cases).into_iter().flatten().all(|verdict| verdict == "valid"));
    let Some(folder) = unpacked(&world) else { return };
    others_accept(&folder.join(SESSION));
    others_accept(&folder.join(OTHER));
    checked(&folder).ends_with(0).shows("sessions: 2, mistakes: 0");
    export_as(&world, there, &url, &[OTHER, "--without", "face"]).ends_with(0).shows("left out");
    export_as(&world, there, &url, &[SESSION, "--html"]).ends_with(0);

    // A run whose end the bucket refuses is one whose end others do not wait for.
    let refused = refusing(server, "PUT", "/000002.ndjson", "403 Forbidden", "AccessDenied");
    let run = export_as(&world, (server, ADMIN, &refused), &url, &[OTHER]).ends_with(4);
    run.says("and not the end and the seals of its journal").says("hint: no seal covers these lines");
    assert_eq!(bytes().len(), usize::try_from(entries(server, &url, "exported")[4]["bytes"].as_u64().expect("a length")).expect("fits"));
    export_as(&world, there, &url, &[OTHER]).ends_with(0);
    let verified = run_as(&world, there, &["verify", &url]).ends_with(0).shows("2 sessions: all sound");
    assert!(!verified.stdout.contains("damaged"), "{}", verified.stdout);

    // The archive at home goes on, and so does another one.
    ship(&world, server, &["--to", &url]).ends_with(0).says("0 shipped, 2 unchanged");
    is_sound(&world);
    std::fs::rename(world.archive(), world.folder().join("first")).expect("renamed");
    world.run(&["download", SESSION, "--with", "person"]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0).says("another archive has shipped all of it");
    export_as(&world, there, &url, &[SESSION]).ends_with(0);
    let Some(folder) = unpacked(&world) else { return };
    checked(&folder).ends_with(0).shows("sessions: 1, mistakes: 0");
    run_as(&world, there, &["verify", &url]).ends_with(0).shows("2 sessions: all sound");
    nothing_was_replaced(server, &url);
}

#[test]
fn what_is_not_exported_from_a_bucket_leaves_nothing_there_and_nothing_here() {
    let Some(server) = ObjectServer::shared() else { return };
    let ((world, url), endpoint) = (shipped(server), server.endpoint());
    let erase = ["erase", OTHER, "--at-store", "--authority", "GDPR art. 17", "--reason", "request 7"];
    run_as(&world, (server, ADMIN, &endpoint), &erase).ends_with(0);
    let before = nothing_was_replaced(server, &url);
    let unreadable = refusing(server, "GET", ".jpg", "403 Forbidden", "AccessDenied");
    let broken = refusing(server, "PUT", "/000001.ndjson", "403 Forbidden", "AccessDenied");
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("an address");
    let (closed, nowhere) = (format!("http://{closed}"), format!("{url}-none"));
    for (account, endpoint, url, session, code, what) in [
        (READER, &endpoint, &url, SESSION, 4, "nothing was exported: cannot store s3://"),
        (ADMIN, &broken, &url, SESSION, 4, "nothing was exported: cannot store s3://"),
        (ADMIN, &unreadable, &url, SESSION, 4, "nothing was exported: cannot read s3://"),
        (ADMIN, &closed, &url, SESSION, 5, "cannot connect"),
        (ADMIN, &endpoint, &nowhere, SESSION, 9, "there is no archive in s3://"),
        (ADMIN, &endpoint, &url, "another", 9, "has no session another"),
        (ADMIN, &endpoint, &url, OTHER, 9, "was erased on "),
    ] {
        let run = export_as(&world, (server, account, endpoint), url, &[session]).ends_with(code).says(what);
        assert_eq!((run.stderr.matches("error: ").count(), run.stderr.matches("hint: ").count()), (1, 1), "{}", run.stderr);
        assert!(!world.folder().join("export.zip").exists(), "{what}");
    }
    assert_eq!(nothing_was_replaced(server, &url), before);
}
