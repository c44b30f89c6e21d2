//! The example verifies an archive with this library alone: it accepts the repository's fixture and finds what was altered.

#![allow(clippy::expect_used, clippy::disallowed_methods, reason = "tests may")]

#[path = "../examples/verify.rs"]
mod example;

use std::fs;
use std::path::{Path, PathBuf};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/archive-1")
}

fn verify(archive: &Path, signers: Option<&Path>) -> (bool, String) {
    let mut output = Vec::new();
    let is_sound = example::run(archive, signers, &mut output).expect("verified");
    (is_sound, String::from_utf8(output).expect("UTF-8"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let copied = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            fs::copy(&path, &copied).expect("a copy");
        }
    }
}

#[test]
fn a_sound_archive_has_no_findings_and_names_its_signer() {
    let (is_sound, text) = verify(&fixture(), Some(&fixture().join("signers")));
    assert!(is_sound, "{text}");
    assert!(text.contains("signed by [archivist]"), "{text}");
    assert!(text.contains("Sound"), "{text}");
}

#[test]
fn an_altered_file_and_an_altered_seal_are_findings() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&fixture(), folder.path());
    fs::write(folder.path().join("partial/index.html"), "other").expect("written");
    let seals = fs::read_dir(folder.path().join("_journal")).expect("a folder");
    let seals: Vec<PathBuf> = seals.map(|entry| entry.expect("an entry").path()).collect();
    let seal = seals.iter().find(|path| path.extension().is_some_and(|extension| extension == "sig")).expect("a signature");
    fs::write(seal, "other").expect("written");
    let (is_sound, text) = verify(folder.path(), Some(&fixture().join("signers")));
    assert!(!is_sound && text.contains("files do not match manifests: index.html"), "{text}");
    assert!(text.contains("journal does not match: "), "{text}");
}

#[test]
fn a_folder_without_sessions_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = example::run(folder.path(), None, Vec::new()).expect_err("nothing to verify");
    assert!(error.what().starts_with("no archived session in "), "{}", error.what());
}
