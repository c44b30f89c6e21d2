//! Output that is cut off, or cannot be written.

use crate::harness::{Run, SESSION, World, is_sound, tree};
use std::process::Stdio;

#[test]
fn a_reader_that_went_away_ends_nothing_and_panics_nothing() {
    let world = World::new();
    for words in [
        &["list", SESSION, "--format", "json"][..],
        &["download", SESSION, "--format", "json", "-vv"],
        &["man"],
        &["--help"],
        &["verify", "vmedia-archive", "--format", "json"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = world.process(words).stdout(writer).stderr(Stdio::piped()).output().expect("a run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{words:?}: {said}");
        assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
    }
    // The output went nowhere, and everything is there.
    assert_eq!(world.record()["media"].as_array().map(Vec::len), Some(5));
    is_sound(&world);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let status = world.process(&["download", SESSION, "unknown", "-vv"]).stderr(writer).status().expect("a run");
    assert_eq!(status.code(), Some(7));
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    for words in [
        &["list", SESSION][..],
        &["attempts", SESSION, "--format", "csv"],
        &["catalog", "vmedia-archive", "--format", "json"],
        &["download", SESSION, "--format", "json"],
        &["download", SESSION, "--dry-run"],
        &["verify", "vmedia-archive", "--format", "json"],
        &["config", "show"],
        &["config", "path"],
        &["config", "example"],
        &["config", "check"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["--version"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
        let run = Run::of(&world.process(words).stdout(full).stderr(Stdio::piped()).output().expect("a run")).ends_with(6);
        let run = run.complains("cannot write to standard output: ", "run the same command again");
        assert_eq!(run.stderr.matches("vmedia: error: ").count(), 1, "{words:?}: {}", run.stderr);
    }
    is_sound(&world);
    // The journal says the same of that download.
    let journal: String =
        tree(&world.archive().join("_journal")).into_values().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    assert!(journal.contains("\"local\""), "{journal}");
}
