//! Runs that have their journal stamped, and what a verification makes of the stamps.

use super::authority::{Office, Server, answer, stamped};
use super::runs::{journal, verify};
use crate::examples::archive::{accepts, refuses};
use crate::harness::{ALL, SESSION, World, is_sound, session_named};
use std::path::PathBuf;
use std::sync::Arc;
use vmedia::archive::verify::JournalReport;
use vmedia::engine::Event;

#[test]
fn a_stamped_journal_is_accepted_by_openssl_and_tells_its_time() {
    let Some(office) = Office::open() else { return };
    let office = Arc::new(office);
    let replying = Arc::clone(&office);
    let server = Server::start(move |_, query| stamped(&replying.reply("usual", query)));
    let world = World::new();
    world.run(&["download", SESSION, "--timestamp", &server.url()]).ends_with(0).says("the journal of this run is stamped 2");
    let (checkpoint, stamp) = (journal(&world, ".checkpoint").remove(0), journal(&world, ".tsr").remove(0));
    let bytes = |path: &PathBuf| std::fs::read(path).expect("a file");
    assert!(office.vouches_for(&bytes(&stamp), &bytes(&checkpoint)), "openssl ts -verify");
    // Without certificates it is what the archive claims.
    let run = verify(&world, &[]).ends_with(0).shows(", claims to be stamped 2").shows(" (not judged)");
    assert!(!run.stdout.contains(", stamped 2"), "{}", run.stdout);
    let events = verify(&world, &["--format", "json"]).ends_with(0).events();
    let is_claim =
        |event: &Event| matches!(event, Event::JournalVerified(JournalReport { stamped: None, claimed: Some(_), unsealed: 1, .. }));
    assert!(events.iter().any(is_claim), "{events:?}");
    let root = office.folder().join("ca.pem");
    let trusting = ["--tsa-ca", root.to_str().expect("text")];
    let run = verify(&world, &trusting).ends_with(0).shows(", stamped 2");
    assert!(!run.stdout.contains("claims"), "{}", run.stdout);
    let events = verify(&world, &[&trusting[..], &["--format", "json"]].concat()).ends_with(0).events();
    let is_judged =
        |event: &Event| matches!(event, Event::JournalVerified(JournalReport { stamped: Some(_), claimed: None, unsealed: 0, .. }));
    assert!(events.iter().any(is_judged), "{events:?}");

    // A stamp of another segment is none of this one.
    world.run(&["download", SESSION, "--timestamp", &server.url()]).ends_with(0);
    let stamps = journal(&world, ".tsr");
    std::fs::copy(&stamps[0], &stamps[1]).expect("copied");
    verify(&world, &[]).ends_with(8).shows("about other bytes");
}

#[test]
fn a_stamp_that_no_trusted_authority_gave_seals_nothing_and_is_found() {
    let (Some(office), Some(forger)) = (Office::open(), Office::open()) else { return };
    let office = Arc::new(office);
    let replying = Arc::clone(&office);
    let server = Server::start(move |_, query| stamped(&replying.reply("usual", query)));
    let world = World::new();
    world.run(&["download", SESSION, "--timestamp", &server.url()]).ends_with(0);
    let (checkpoint, stamp) = (journal(&world, ".checkpoint").remove(0), journal(&world, ".tsr").remove(0));
    let (lines, good) = (std::fs::read(&checkpoint).expect("a checkpoint"), std::fs::read(&stamp).expect("a stamp"));
    let root = office.folder().join("ca.pem");
    let trusting = ["--tsa-ca", root.to_str().expect("text")];
    let now = jiff::Timestamp::now().strftime("%Y%m%d%H%M%SZ").to_string();
    let by = |office: &Office, time: &str| {
        office.stamp(&lines, time, &["-cades", "-signer", "tsa.pem", "-inkey", "tsa.key", "-certfile", "ca.pem"])
    };
    let altered = |alter: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        alter(&mut bytes);
        bytes
    };
    let flip = |bytes: &mut Vec<u8>| *bytes.last_mut().expect("bytes") ^= 1;
    let redate = |bytes: &mut Vec<u8>| {
        let place = bytes.windows(4).position(|window| window == &now.as_bytes()[..4]).expect("a year");
        bytes[place..place + 4].copy_from_slice(b"2016");
    };
    let older = "is older than the last line that it covers";
    for (what, bytes, claimed, found) in [
        ("one bit of the signature", altered(&flip), 0, "signature does not hold"),
        ("another year", altered(&redate), 8, "its authority signed another content"),
        ("a self-made authority", by(&forger, &now), 0, "none of the certificates given with --tsa-ca vouches for its authority"),
        ("a self-made authority and an early day", by(&forger, "20161128093000Z"), 8, older),
        ("the authority with a wrong clock", by(&office, "20161128093000Z"), 8, older),
    ] {
        std::fs::write(&stamp, bytes).expect("written");
        let run = verify(&world, &[]).ends_with(claimed);
        run.shows(if claimed == 0 { "claims to be stamped 20" } else { older });
        let run = verify(&world, &trusting).ends_with(8).shows(found).shows("no part of it has a time stamp");
        assert!(!run.stdout.contains(", stamped 2"), "{what}: {}", run.stdout);
        refuses(&world.archive(), &trusting, if found == older && !what.contains("self-made") { older } else { "openssl does not accept" });
    }
    // One that came without certificates says nothing either way, and alone it is not enough.
    let bare = office.stamp(&lines, &now, &["-cades", "-nocerts", "-signer", "tsa.pem", "-inkey", "tsa.key"]);
    std::fs::write(&stamp, bare).expect("written");
    let run = verify(&world, &trusting).ends_with(8).shows("cannot be judged: the authority's certificate is not in it");
    run.shows("no part of it has a time stamp");
    std::fs::write(&stamp, &good).expect("written");
    verify(&world, &trusting).ends_with(0).shows(", stamped 2");
    // A file without certificates ends it before it begins.
    let run = verify(&world, &["--tsa-ca", checkpoint.to_str().expect("text")]).ends_with(3);
    run.complains("cannot take the certificates in ", "in PEM");
}

#[test]
fn a_stamp_that_cannot_be_had_costs_no_medium_and_the_next_one_covers_it() {
    let Some(office) = Office::open() else { return };
    let root = office.folder().join("ca.pem");
    let office = Arc::new(office);
    let replying = Arc::clone(&office);
    let server = Server::start(move |number, query| {
        if number == 0 { answer("500 Internal Server Error", "text/plain", b"no") } else { stamped(&replying.reply("usual", query)) }
    });
    let world = World::new();
    let run = world.run(&["download", SESSION, "--timestamp", &server.url(), "--retries", "0"]).ends_with(7);
    run.complains("no time stamp for _journal/", "is archived all the same");
    assert_eq!(world.held(), ALL);
    assert_eq!(journal(&world, ".tsr").len(), 0);
    is_sound(&world);
    world.run(&["download", SESSION, "--timestamp", &server.url()]).ends_with(0);
    // The verification between them is a run too, and all are behind the newest seal.
    let root = root.to_str().expect("text");
    let run = verify(&world, &["--tsa-ca", root]).ends_with(0).shows(", stamped 2");
    accepts(&world.archive(), &["--tsa-ca", root]);
    assert!(!run.stdout.contains("under no seal"), "{}", run.stdout);
}

#[test]
fn what_a_run_did_until_its_time_was_over_is_stamped_all_the_same() {
    let Some(office) = Office::open() else { return };
    let server = Server::start(move |_, query| stamped(&office.reply("usual", query)));
    let world = World::with(vec![session_named("a", "a-new", "a-old"), session_named("b", "b-new", "b-old")]);
    world.faults("media:video-b=hang");
    let run = world.run(&["download", "a", "b", "--timestamp", &server.url(), "--max-duration", "6s"]).ends_with(7);
    run.complains("the time that the run was given is over: 1 of 2 sessions are left", "go").says("the journal of this run is stamped");
    assert_eq!(journal(&world, ".tsr").len(), 1);
}
