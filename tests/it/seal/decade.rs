//! An archive over ten years, with the clock of every program set by `faketime`: three authorities, two of which have ended, and two keys.

use super::authority::{Office, Server, stamped};
use super::runs::journal;
use super::{generate, runs};
use crate::examples::archive::accepts;
use crate::harness::{Run, World, session_named};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use vmedia::seal::stamp::Stamp;

const YEARS: std::ops::RangeInclusive<usize> = 2027..=2036;
/// The times in which the certificates of the authorities count.
const ERAS: [(&str, &str); 3] =
    [("20260101000000Z", "20310101000000Z"), ("20300101000000Z", "20350101000000Z"), ("20340101000000Z", "20400101000000Z")];

fn time(year: usize) -> String {
    format!("{year}-03-01 09:00:00")
}

/// The authority that stamps in that year.
fn office_of(year: usize) -> usize {
    (year - YEARS.start()) / 4
}

/// Runs the program in that year.
fn run(world: &World, year: usize, words: &[&str]) -> Run {
    world.run_at::<&str>(&["--exclude-monotonic", &time(year)], words, &[]).expect("faketime")
}

/// Whether `openssl` accepts the stamp of a file in the last year, with these words about the time.
fn openssl_accepts(office: &Office, stamp: &Path, attime: &[&str]) -> bool {
    let stamped = stamp.with_extension("");
    let (stamp, stamped) = (stamp.to_str().expect("text"), stamped.to_str().expect("text"));
    let last = time(*YEARS.end());
    let words = ["--exclude-monotonic", &last, "openssl", "ts", "-verify", "-in", stamp, "-data", stamped, "-CAfile", "ca.pem"];
    runs(office.folder(), "faketime", &[&words[..], attime].concat(), b"").status.success()
}

#[test]
fn stamps_of_authorities_that_have_ended_hold_in_year_ten() {
    if Command::new("faketime").arg("--version").output().is_err() {
        crate::harness::lacks("faketime");
        return;
    }
    let Some(offices) = ERAS.into_iter().map(Office::during).collect::<Option<Vec<_>>>() else { return };
    let offices = Arc::new(offices);
    let (year, answering) = (Arc::new(Mutex::new(*YEARS.start())), Arc::clone(&offices));
    let asked_in = Arc::clone(&year);
    let server = Server::start(move |_, query| {
        let year = *asked_in.lock().expect("a year");
        let words = ["faketime", "--exclude-monotonic", &time(year), "openssl"];
        stamped(&answering[office_of(year)].reply_by(&words, "usual", query))
    });
    let id = |year| format!("y{year}");
    let world = World::with(YEARS.map(|year| session_named(&id(year), &format!("new-{year}"), &format!("old-{year}"))).collect());
    if !generate(world.folder(), "first") || !generate(world.folder(), "second") {
        return;
    }
    let [first, second] = ["first", "second"].map(|key| std::fs::read_to_string(world.folder().join(format!("{key}.pub"))).expect("a key"));
    let signers = format!("archivist valid-before=\"20320101\" {first}successor valid-after=\"20320101\" {second}");
    std::fs::write(world.folder().join("signers"), signers).expect("written");
    for current in YEARS {
        *year.lock().expect("a year") = current;
        let key = if current < 2032 { "first" } else { "second" };
        run(&world, current, &["download", &id(current), "--sign-key", key, "--timestamp", &server.url()]).ends_with(0);
    }

    let roots = [0, 1, 2].map(|office| offices[office].folder().join("ca.pem").to_str().expect("text").to_owned());
    let trusted: Vec<&str> = roots.iter().flat_map(|root| ["--tsa-ca", root.as_str()]).collect();
    let judged = [&["verify", "vmedia-archive", "--read-only", "--signers", "signers"], &trusted[..]].concat();
    let verify = || run(&world, *YEARS.end(), &judged);
    let sound = verify().ends_with(0).shows("10 sessions: all sound").shows("stamped 2036-03-01");
    assert!(!sound.stdout.contains("under no seal"), "{}", sound.stdout);
    let bundle = world.folder().join("authorities.pem");
    std::fs::write(&bundle, roots.iter().flat_map(|root| std::fs::read(root).expect("a certificate")).collect::<Vec<u8>>())
        .expect("written");
    accepts(&world.archive(), &["--tsa-ca", bundle.to_str().expect("text")]);

    let stamps = journal(&world, ".tsr");
    assert_eq!(stamps.len(), YEARS.count());
    for (year, path) in YEARS.zip(&stamps) {
        let stamp = Stamp::read(&std::fs::read(path).expect("a stamp")).expect("a stamp");
        assert_eq!(usize::try_from(stamp.at.strftime("%Y").to_string().parse::<u64>().expect("a year")), Ok(year));
        let office = &offices[office_of(year)];
        assert!(openssl_accepts(office, path, &["-attime", &stamp.at.as_second().to_string()]), "{year}");
        assert_eq!(openssl_accepts(office, path, &[]), office_of(year) == 2, "{year}, as of today: only the last authority goes on");
    }

    // Later runs name the first stamp, and later stamps cover them.
    let old = std::fs::read(&stamps[0]).expect("a stamp");
    std::fs::remove_file(&stamps[0]).expect("removed");
    verify().ends_with(8).shows("is missing: it was there when");
    std::fs::write(&stamps[0], old).expect("written");
    let without_the_first = [&judged[..5], &trusted[2..]].concat();
    run(&world, *YEARS.end(), &without_the_first)
        .ends_with(8)
        .shows("none of the certificates given with --tsa-ca vouches for its authority");
}
