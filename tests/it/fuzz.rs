//! Every file of `fuzz/corpus/` through the target that it is for: what fuzzing found once is a test from then on.

pub mod targets;

use std::path::{Path, PathBuf};
use targets::TARGETS;

/// The corpora; none in a published package, which leaves `fuzz/` out.
fn corpora() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fuzz = root.join("fuzz");
    // A checkout has them.
    assert!(fuzz.exists() || !root.join(".ci").exists(), "fuzz/ is gone");
    fuzz.exists().then(|| fuzz.join("corpus"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn every_file_of_the_corpus_keeps_what_its_target_promises() {
    let Some(corpora) = corpora() else { return };
    let mut bytes = 0;
    for (name, target) in TARGETS {
        let folder = corpora.join(name);
        let files = names(&folder);
        assert!(files.len() >= 8, "{name} has {} files", files.len());
        for file in files {
            let input = std::fs::read(folder.join(&file)).expect("readable");
            bytes += input.len();
            // The name stands above the panic's own words.
            eprintln!("{name}/{file}");
            target(&input);
        }
    }
    assert!(bytes < 500_000, "{bytes} bytes are no small corpus");
}

#[test]
fn every_target_has_a_corpus_and_a_program_and_the_other_way_round() {
    let Some(corpora) = corpora() else { return };
    let mut targets: Vec<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    targets.sort();
    assert_eq!(names(&corpora), targets);
    let programs: Vec<String> = targets.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names(&corpora.with_file_name("fuzz_targets")), programs);
}
