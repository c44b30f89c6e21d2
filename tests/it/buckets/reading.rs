//! Archives that were shipped, verified and listed where they are: what is sound is sound by either evidence, every change is found, and an
//! outage is no damage.

use crate::harness::{ADMIN, Keeps, ObjectServer, Run, SESSION, World, jpeg, session};
use crate::ship::{bucket, run, ship};
use rusty_s3::Method::{Delete, Put};
use std::io::Read;
use vmedia::archive::objects::ObjectStore;
use vmedia::store::{Digest, StorePath};

/// Ships the usual session, changes it, and ships it again: the second version names files of the first in `fetch.txt`.
pub(super) fn shipped(server: &ObjectServer, keeps: Keeps) -> (World, String) {
    let (world, url) = (World::new(), format!("s3://{}/kyc", server.bucket(keeps)));
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0);
    let mut grown = session();
    let late = vmedia::sandbox::fixture::Media::image(format!("late-{SESSION}"), "face", "image/jpeg", jpeg("late"));
    grown.attempts[0].media.push(late);
    world.sandbox.put_session(grown);
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0);
    (world, url)
}

#[test]
fn a_shipped_archive_is_verified_and_listed_in_its_bucket() {
    let Some(server) = ObjectServer::shared() else { return };
    for keeps in [Keeps::Versions, Keeps::Newest] {
        let (world, url) = shipped(server, keeps);
        let local = world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(0);
        let sound = "1 session: sound: all listed files present, files match manifests, journal matches; 6 files";
        assert!(local.stdout.contains(sound), "{}", local.stdout);
        run(&world, server, &["verify", &url]).ends_with(0).shows(sound).shows("journal of s3://");
        run(&world, server, &["verify", &format!("{url}/{SESSION}/")]).ends_with(0).shows(sound);
        let by_store = run(&world, server, &["verify", &url, "--by", "store"]).ends_with(0).shows(sound);
        by_store.shows("compared by the SHA-256 that the bucket keeps and not read");
        let listed = run(&world, server, &["catalog", &url, "--format", "json"]).ends_with(0);
        let local = world.run(&["catalog", "vmedia-archive", "--format", "json"]).ends_with(0);
        let rows = |run: &Run| -> serde_json::Value { serde_json::from_str(&run.stdout).expect("JSON") };
        assert_eq!(rows(&listed)[0]["archive"], url.as_str());
        for column in ["session", "files", "bytes", "condition", "first_archived", "last_archived"] {
            assert_eq!(rows(&listed)[0][column], rows(&local)[0][column], "{column}");
        }
        // A second archive ships the same session, and its journal beside the first.
        std::fs::rename(world.archive(), world.folder().join("first")).expect("renamed");
        world.run(&["download", SESSION]).ends_with(0);
        ship(&world, server, &["--to", &url]).ends_with(0).says("another archive has shipped all of it");
        run(&world, server, &["verify", &url]).ends_with(0).shows(sound);
    }
}

#[test]
fn every_change_in_a_bucket_is_found_and_what_was_shipped_is_still_checked() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, url) = shipped(server, Keeps::Versions);
    let place = url.strip_prefix("s3://").expect("a place").to_owned();
    let store = bucket(server, &url);
    let verify = |words: &[&str]| run(&world, server, &[&["verify", url.as_str()], words].concat());
    let folder = StorePath::name(SESSION);
    let mut media = Vec::new();
    store
        .list(Some(&folder.join("v00001/data")), &mut |object| {
            media.push((object.key, object.bytes));
            Ok(())
        })
        .expect("a list");
    let (first, second) = (media[0].0.as_str().to_owned(), media[1].0.as_str().to_owned());
    let forged = "x".repeat(usize::try_from(media[0].1).expect("a length"));

    // A run that ships a third version, or that was killed.
    let unfinished = format!("{place}/{SESSION}/v00003/archive.json");
    assert_eq!(server.curl(Put, &unfinished, &["-d", "{}"]).0, 200);
    verify(&["-v"]).ends_with(0).shows("v00003: a later version that is not finished");

    assert_eq!(server.curl(Put, &format!("{place}/{first}"), &["-d", &forged]).0, 200);
    let found = verify(&[]).ends_with(8);
    found.lists("another version was written over it later", "something other than vmedia changed the archive");
    assert_eq!(server.curl(Delete, &format!("{place}/{second}"), &[]).0, 204);
    assert_eq!(server.curl(Put, &format!("{place}/{SESSION}/notes.txt"), &["-d", "x"]).0, 200);
    assert_eq!(server.curl(Put, &format!("{place}/{SESSION}/v00002/data/stranger.jpg"), &["-d", "x"]).0, 200);
    for by in ["reading", "store"] {
        let found = verify(&["--by", by]).ends_with(8);
        let found = found.shows("a delete marker hides it").shows("notes.txt: no part of a version");
        found.shows("data/stranger.jpg: not in a manifest").shows("1 session: 1 damaged");
    }

    // What was shipped is gone for good, and what was put there instead is read.
    let mut versions = Vec::new();
    store
        .versions(Some(&folder), &mut |version| {
            versions.push(version);
            Ok(())
        })
        .expect("versions");
    let oldest = versions.iter().rfind(|version| version.key.as_str() == first && !version.is_marker).expect("a version");
    store.remove(&oldest.key, &oldest.version).expect("removed");
    for by in ["reading", "store"] {
        verify(&["--by", by]).ends_with(8).shows("its bytes have changed: the SHA-256 does not fit");
    }
    // The same bytes, as another version than the one that was shipped.
    let key = &media[2].0;
    let mut bytes = Vec::new();
    store.open(key, None, None).expect("an answer").expect("an object").read_to_end(&mut bytes).expect("bytes");
    let of_key = versions.iter().find(|version| version.key == *key).expect("a version");
    store.remove(key, &of_key.version).expect("removed");
    let source = || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn Read + Send>);
    store.create(key, &source, &Digest::of(&bytes), &|_| ()).expect("created");
    let path = key.below(&folder).expect("a path");
    let found = verify(&[]).ends_with(8).shows(&format!("{path}: its oldest version has another id than the one that was shipped"));
    assert!(!found.stdout.contains("the disk and"), "{}", found.stdout);
    // A part of the journal is gone.
    let mut chunks = Vec::new();
    store
        .list(Some(&StorePath::name("_journal")), &mut |object| {
            chunks.push(object.key);
            Ok(())
        })
        .expect("a list");
    let chunk = chunks.iter().find(|key| key.as_str().ends_with("/000001.ndjson")).expect("a chunk");
    let mut of_chunk = Vec::new();
    store
        .versions(chunk.parent().as_ref(), &mut |version| {
            of_chunk.push(version);
            Ok(())
        })
        .expect("versions");
    for version in of_chunk.iter().filter(|version| version.key == *chunk) {
        store.remove(chunk, &version.version).expect("removed");
    }
    let run = verify(&[]);
    assert_eq!(run.code, 8, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn what_cannot_be_reached_is_no_damage_and_what_changes_archives_works_on_folders() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, url) = shipped(server, Keeps::Versions);
    let closed = { std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address") };
    for (name, value, code, what) in [
        ("AWS_ENDPOINT_URL_S3", format!("http://{closed}"), 5, "cannot connect"),
        ("AWS_SECRET_ACCESS_KEY", "wrong".to_owned(), 4, "SignatureDoesNotMatch"),
    ] {
        let mut environment = server.environment(ADMIN);
        environment.iter_mut().filter(|(known, _)| *known == name).for_each(|(_, known)| known.clone_from(&value));
        let run = world.run_with(&["verify", &url], &environment).ends_with(code).says(what).says("hint: ");
        assert!(!run.stdout.contains("damaged"), "{}", run.stdout);
    }
    let refused = "is in a bucket, and this command works on a folder alone";
    let session = format!("{url}/{SESSION}");
    for words in [
        &["download", SESSION, "-o", &url][..],
        &["repair", &url],
        &["show", &session],
        &["ship", &url, "--to", "s3://other"],
        &["erase", SESSION, "--archive", &url, "--authority", "a", "--reason", "r"],
        &["catalog", &url, "--html"],
    ] {
        run(&world, server, words).ends_with(2).says(refused);
    }
    run(&world, server, &["verify", "vmedia-archive", "--by", "store"]).ends_with(2).says("is a folder, which keeps no SHA-256");
    run(&world, server, &["verify", &format!("{url}-none")]).ends_with(9).says("there is no archived session in s3://");
    // An archive below the place is none of the place.
    let above = url.rsplit_once('/').expect("a prefix").0;
    run(&world, server, &["verify", above]).ends_with(9).says("there is no archived session in s3://");
    run(&world, server, &["verify", "s3://no-such-bucket"]).ends_with(3).says("cannot list s3://no-such-bucket: there is no such bucket");
    run(&world, server, &["verify", "s3://Bad_Name"]).ends_with(2).says("is not a place in a bucket");
}
