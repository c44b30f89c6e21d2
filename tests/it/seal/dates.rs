//! Keys that a list lets count for a time only: the owner of such a key can later write any time into a journal, so something
//! else has to say that a run is older.

use super::authority::Office;
use crate::fixture::archived;
use crate::harness::{Run, World, bare};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Verifies with the fixture's key, which counts until that day.
#[track_caller]
fn verify(world: &World, valid_before: &str, words: &[&str]) -> Run {
    let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archive-1");
    let list = std::fs::read_to_string(fixture.join("signers")).expect("a list");
    let (name, key) = list.split_once(' ').expect("a name and a key");
    std::fs::write(world.folder().join("signers"), format!("{name} valid-before=\"{valid_before}\" {key}")).expect("written");
    std::fs::copy(fixture.join("authority.pem"), world.folder().join("authority.pem")).expect("copied");
    let words = [&["verify", "vmedia-archive", "--read-only", "--signers", "signers"], words].concat();
    Run::of(&bare(world.folder()).args(words).output().expect("a run"))
}

/// The files in a folder.
fn names(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

/// The digests of the last lines of all segments, the oldest first.
fn ends(world: &World) -> Vec<String> {
    let mut segments: Vec<PathBuf> = names(&world.archive().join("_journal"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"))
        .collect();
    segments.sort();
    let last = |path: &PathBuf| std::fs::read_to_string(path).expect("text").lines().last().map(|line| hex::encode(Sha256::digest(line)));
    segments.iter().filter_map(last).collect()
}

/// An hour before and two seconds after the archive was made, signed and stamped, as lists of signers write times.
fn around(world: &World) -> (String, String) {
    let names = std::fs::read_dir(world.archive().join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").file_name());
    let newest = names.map(|name| name.to_string_lossy().into_owned()).max().expect("a segment");
    let made = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", &newest[..15]).expect("a time");
    let written = |time: jiff::civil::DateTime| format!("{}Z", time.strftime("%Y%m%d%H%M%S"));
    (written(made - jiff::Span::new().hours(1)), written(made + jiff::Span::new().seconds(2)))
}

#[test]
fn a_key_whose_time_is_over_counts_only_where_something_else_says_that_the_run_is_older() {
    const JUDGED: &[&str] = &["--tsa-ca", "authority.pem"];
    let world = archived();
    let (earlier, later) = around(&world);
    let later = later.as_str();
    verify(&world, later, JUDGED).ends_with(0).shows("signed by archivist, stamped");
    // A stamp that is not judged may be anyone's, so it dates nothing.
    let unjudged = verify(&world, later, &[]).ends_with(8).shows("1 run signed by keys whose time is over");
    unjudged.shows("no part of it is signed by one of these signers");
    verify(&world, &earlier, JUDGED).ends_with(8).shows("belongs to none of these signers");
    // The owner of the key can leave out the stamp or make one, and write the time.
    if let Some(office) = Office::open() {
        let journal = world.archive().join("_journal");
        let stamp = names(&journal).into_iter().find(|path| path.extension().is_some_and(|ending| ending == "tsr")).expect("a stamp");
        let (good, segment) = (std::fs::read(&stamp).expect("a stamp"), std::fs::read(stamp.with_extension("")).expect("a checkpoint"));
        let made = ["-cades", "-signer", "tsa.pem", "-inkey", "tsa.key", "-certfile", "ca.pem"];
        std::fs::write(&stamp, office.stamp(&segment, later, &made)).expect("written");
        let run = verify(&world, later, JUDGED).ends_with(8).shows("vouches for its authority");
        run.shows("no part of it is signed by one of these signers");
        std::fs::write(&stamp, good).expect("written");
    }
    for stamp in names(&world.archive().join("_journal")).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "tsr"))
    {
        std::fs::remove_file(stamp).expect("removed");
    }
    let run = verify(&world, later, &[]).ends_with(8).shows("no part of it is signed by one of these signers");
    run.shows("1 run signed by keys whose time is over");
    // A head that was written down vouches for the run that it ends and for those before, not for those after it.
    let ends = ends(&world);
    verify(&world, later, &["--expect-head", &ends[0]]).ends_with(8);
    verify(&world, later, &["--expect-head", ends.last().expect("an end")]).ends_with(0).shows("signed by archivist");
    // A key whose time is to come counts as any other.
    verify(&world, "20991231", &[]).ends_with(0).shows("signed by archivist");
}
