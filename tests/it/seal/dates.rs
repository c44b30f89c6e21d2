//! Keys that a list lets count for a time only: whoever has such a key later can write any time into a journal, so something
//! else has to say that a run is older.

use crate::fixture::archived;
use crate::harness::{Run, World, bare};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// Verifies with the fixture's key, which counts until that day.
#[track_caller]
fn verify(world: &World, valid_before: &str, words: &[&str]) -> Run {
    let list = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archive-1/signers")).expect("a list");
    let (name, key) = list.split_once(' ').expect("a name and a key");
    std::fs::write(world.folder().join("signers"), format!("{name} valid-before=\"{valid_before}\" {key}")).expect("written");
    let words = [&["verify", "vmedia-archive", "--read-only", "--signers", "signers"], words].concat();
    Run::of(&bare(world.folder()).args(words).output().expect("a run"))
}

/// The digests of the last lines of all segments, the oldest first.
fn ends(world: &World) -> Vec<String> {
    let entries = std::fs::read_dir(world.archive().join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path());
    let mut segments: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "ndjson")).collect();
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
    let world = archived();
    let (earlier, later) = around(&world);
    let later = later.as_str();
    // A stamp that is not judged may be anyone's, so it dates nothing.
    verify(&world, later, &[]).ends_with(8).shows("1 run signed by keys whose time is over");
    verify(&world, &earlier, &[]).ends_with(8).shows("belongs to none of these signers");
    // Whoever has the key can leave out the stamp and write the time.
    let stamp = std::fs::read_dir(world.archive().join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path());
    for stamp in stamp.filter(|path| path.extension().is_some_and(|ending| ending == "tsr")) {
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
