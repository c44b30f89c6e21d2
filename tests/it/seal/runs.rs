//! Runs that sign their journal, and what a verification makes of the signatures.

use super::{generate, succeeds};
use crate::harness::{Run, SESSION, World, bare, is_sound};
use std::path::PathBuf;

/// The journal's files with this ending, sorted.
pub(super) fn journal(world: &World, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(world.archive().join("_journal")).expect("a journal");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths
}

pub(super) fn verify(world: &World, words: &[&str]) -> Run {
    let words = [&["verify", "vmedia-archive", "--read-only"], words].concat();
    Run::of(&bare(world.folder()).args(words).output().expect("a run"))
}

#[test]
fn a_signed_journal_is_accepted_by_ssh_keygen_and_verify_for_allowed_signers_only() {
    let world = World::new();
    if !generate(world.folder(), "archivist") || !generate(world.folder(), "stranger") {
        return;
    }
    let public = std::fs::read_to_string(world.folder().join("archivist.pub")).expect("a key");
    std::fs::write(world.folder().join("allowed"), format!("the-archivist namespaces=\"vmedia\" {public}")).expect("written");
    world.run(&["download", SESSION, "--sign-key", "archivist"]).ends_with(0).says("the journal of this run is signed by SHA256:");
    let (checkpoint, signature) = (journal(&world, ".checkpoint").remove(0), journal(&world, ".sig").remove(0));
    let words = ["-Y", "verify", "-f", "allowed", "-I", "the-archivist", "-n", "vmedia", "-s", signature.to_str().expect("text")];
    succeeds(world.folder(), "ssh-keygen", &words, &std::fs::read(&checkpoint).expect("a checkpoint"));

    verify(&world, &[]).ends_with(0).shows("signed by SHA256:");
    verify(&world, &["--signers", "allowed"]).ends_with(0).shows("signed by the-archivist");
    verify(&world, &["--signers", "stranger.pub"]).ends_with(8).shows("belongs to none of these signers");

    // A later run without a seal is said, and its lines are not under the old one.
    world.run(&["download", SESSION]).ends_with(0);
    verify(&world, &["--signers", "allowed"]).ends_with(0).shows("1 of its 2 runs is under no seal yet");
    world.run(&["download", SESSION, "--sign-key", "archivist"]).ends_with(0);
    let run = verify(&world, &["--signers", "allowed"]).ends_with(0);
    assert!(!run.stdout.contains("under no seal"), "the newest seal covers what came before: {}", run.stdout);
    is_sound(&world);
}

#[test]
fn a_rewritten_sealed_journal_is_found() {
    let world = World::new();
    if !generate(world.folder(), "archivist") {
        return;
    }
    world.run(&["download", SESSION, "--sign-key", "archivist"]).ends_with(0);
    verify(&world, &["--signers", "archivist.pub"]).ends_with(0);
    let segment = journal(&world, ".ndjson").remove(0);
    let good = std::fs::read_to_string(&segment).expect("a segment");
    // The one run's only line of changes: nothing in the chain follows it, so that the seal alone can tell.
    let forged = good.replacen("\"entry\":\"closed\"", "\"entry\":\"closed\",\"code\":\"interrupted\"", 1);
    assert_ne!(forged, good);
    std::fs::write(&segment, &forged).expect("written");
    verify(&world, &[]).ends_with(8).shows("does not fit its segment: it is over other bytes");
    std::fs::remove_file(&segment).expect("removed");
    verify(&world, &[]).ends_with(8).shows("seals a segment that is not here");
    std::fs::write(&segment, &good).expect("written");
    std::fs::remove_file(journal(&world, ".sig").remove(0)).expect("removed");
    verify(&world, &[]).ends_with(0);
    verify(&world, &["--signers", "archivist.pub"]).ends_with(8).shows("no part of it is signed");
    std::fs::write(segment.with_extension("ndjson.checkpoint.sig"), "garbage").expect("written");
    verify(&world, &[]).ends_with(8).shows("it is not a complete SSH signature");
}

#[test]
fn a_dry_run_and_a_run_without_news_of_its_own_seal_what_they_wrote_and_no_more() {
    let world = World::new();
    if !generate(world.folder(), "archivist") {
        return;
    }
    world.run(&["download", SESSION, "--dry-run", "--sign-key", "archivist"]).ends_with(0);
    assert!(!world.archive().join("_journal").exists(), "a plan is no run");
    world.run(&["download", "unknown", "--sign-key", "archivist"]).ends_with(9);
    assert!(!world.archive().join("_journal").exists(), "a session that is not found begins no journal");
    world.run(&["download", SESSION, "--sign-key", "archivist"]).ends_with(0);
    world.run(&["download", SESSION, "--sign-key", "archivist"]).ends_with(0);
    assert_eq!((journal(&world, ".ndjson").len(), journal(&world, ".sig").len()), (2, 2));
}
