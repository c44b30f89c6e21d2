//! The commands that the page gives for checking the archive again: each does what the page says, where it is installed.

use super::{archived, decided, page, plain};
use crate::harness::{SESSION, World};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::process::{Command, Output};
use vmedia::sandbox::{Options, SAMPLE_EMPTY};

/// What stands in the page's blocks of commands, in order.
fn blocks(bag: &Path) -> Vec<String> {
    let page = page(bag);
    page.split("<pre><code>").skip(1).map(|rest| plain(rest.split_once("</code></pre>").expect("an end").0)).collect()
}

/// Runs a command of the page in the bag's folder; nothing where its program is not installed.
fn outcome(bag: &Path, shell: &[&str], command: &str) -> Option<Output> {
    let output = Command::new(shell[0]).args(&shell[1..]).arg(command).current_dir(bag).output().ok()?;
    // What a shell says of a program that is not there.
    (output.status.code() != Some(127)).then_some(output)
}

/// Which of the commands that need nothing but the system find the bag sound; each with what it printed.
fn verdicts(bag: &Path) -> Vec<(String, bool, String)> {
    let blocks = blocks(bag);
    let [linux, mac, windows, _, _] = blocks.as_slice() else { panic!("{blocks:#?}") };
    // Each with the system whose own it is.
    let shells: [(&[&str], &str, bool); 4] = [
        (&["sh", "-c"], linux, cfg!(target_os = "linux")),
        (&["sh", "-c"], mac, cfg!(target_os = "macos")),
        (&["powershell", "-NoProfile", "-NonInteractive", "-Command"], windows, cfg!(windows)),
        (&["pwsh", "-NoProfile", "-NonInteractive", "-Command"], windows, false),
    ];
    let mut verdicts = Vec::new();
    for (shell, command, is_own) in shells {
        let name = command.split(' ').next().expect("a word").to_owned();
        match outcome(bag, shell, command) {
            None if is_own => crate::harness::lacks(&name),
            None => eprintln!("{name} in {} is for another system", shell[0]),
            Some(output) => {
                let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
                let lines = std::fs::read_to_string(bag.join("tagmanifest-sha256.txt")).expect("a manifest").lines().count()
                    + std::fs::read_to_string(bag.join("manifest-sha256.txt")).expect("a manifest").lines().count();
                let is_sound = output.status.success() && said.matches("OK").count() == lines && !said.contains("FAILED");
                verdicts.push((name, is_sound, said));
            }
        }
    }
    verdicts
}

#[test]
fn each_command_accepts_a_sound_archive_and_refuses_a_damaged_one() {
    let (world, _) = archived(decided());
    let bag = world.file("");
    for (name, is_sound, said) in verdicts(&bag) {
        assert!(is_sound, "{name} refuses a sound archive: {said}");
    }
    std::fs::write(bag.join("metadata/media.json"), "{}").expect("altered");
    for (name, is_sound, said) in verdicts(&bag) {
        assert!(!is_sound && said.contains("media.json"), "{name} overlooks an altered file: {said}");
    }
    std::fs::remove_file(bag.join("metadata/media.json")).expect("removed");
    for (name, is_sound, said) in verdicts(&bag) {
        assert!(!is_sound && said.contains("media.json"), "{name} overlooks a missing file: {said}");
    }
}

#[test]
fn each_command_accepts_an_archive_without_media() {
    let world = World::start(Options::default());
    world.run(&["download", SAMPLE_EMPTY]).ends_with(0);
    for (name, is_sound, said) in verdicts(&world.archive().join(SAMPLE_EMPTY)) {
        assert!(is_sound, "{name} refuses a sound archive: {said}");
    }
}

/// What the command for PowerShell does, for machines without one: it parts a line in two and compares.
#[test]
fn the_command_for_windows_parts_the_lines_of_the_manifests_as_they_are_written() {
    let (world, _) = archived(decided());
    let bag = world.file("");
    let command = blocks(&bag).swap_remove(2);
    let separator = command.split_once("-split '").and_then(|(_, rest)| rest.split_once("', 2")).expect("a separator").0;
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        assert!(command.contains(manifest), "{command}");
        for line in std::fs::read_to_string(bag.join(manifest)).expect("a manifest").lines() {
            let (sum, path) = line.split_once(separator).expect("two parts");
            let bytes = std::fs::read(bag.join(path)).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            assert_eq!(sum, hex::encode(Sha256::digest(&bytes)), "{path}");
        }
    }
}

#[test]
fn the_other_two_are_the_validator_and_vmedia_itself() {
    let (world, _) = archived(decided());
    let blocks = blocks(&world.file(""));
    assert_eq!(blocks[3], "python3 -m pip install bagit\nbagit.py --validate .");
    let words: Vec<&str> = blocks[4].split(' ').skip(1).collect();
    let mut command = crate::harness::bare(&world.archive().join(SESSION));
    assert!(command.args(words).output().expect("a run").status.success(), "{}", blocks[4]);
}
