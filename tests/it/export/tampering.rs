//! Changes of an unpacked export that would make its recipient believe something else: each is found.

use super::{checked, export, unpacked};
use crate::evidence::{ALPHA, BETA, copy, face, session};
use crate::harness::World;
use crate::seal::generate;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

fn proof(folder: &Path, name: &str) -> PathBuf {
    folder.join("_proof").join(name)
}

/// The files in the proof with this ending, sorted.
fn ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("_proof")).expect("a proof");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths
}

fn parsed(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON")
}

fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut value = parsed(path);
    change(&mut value);
    std::fs::write(path, value.to_string()).expect("written");
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).expect("text");
    assert!(text.contains(from), "no {from:?} in {}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).expect("written");
}

fn sha256(path: &Path) -> String {
    hex::encode(Sha256::digest(std::fs::read(path).expect("a file")))
}

/// A deed in an unpacked export, and the words by which it is found.
type Deed = (&'static str, fn(&Path), &'static str);

#[track_caller]
fn are_found(folder: &Path, deeds: &[Deed]) {
    checked(folder).ends_with(0);
    let tampered = folder.with_extension("tampered");
    for (what, deed, words) in deeds {
        let _ = std::fs::remove_dir_all(&tampered);
        copy(folder, &tampered);
        deed(&tampered);
        let run = checked(&tampered);
        assert!(run.code == 1 && run.stdout.contains(words), "{what}: {} {}{}", run.code, run.stdout, run.stderr);
        assert!(run.stderr.is_empty() && !run.stdout.contains('\u{1b}'), "{what}: {}{}", run.stdout, run.stderr);
    }
}

/// Two sessions, each archived and sealed by a run of its own.
fn sealed() -> Option<World> {
    let world = World::with(vec![session(ALPHA), session(BETA)]);
    if !generate(world.folder(), "archivist") {
        return None;
    }
    for id in [ALPHA, BETA] {
        world.run(&["download", id, "--sign-key", "archivist"]).ends_with(0);
    }
    Some(world)
}

const NOT_THERE: &str = "is not in the checkpoint's tree";
const UNKNOWN_BAG: &str = "tagmanifest-sha256.txt is not the one that the journal knows";

const DEEDS_ON_PROOFS: [Deed; 9] = [
    (
        "a line is changed",
        |folder| {
            edit(&proof(folder, "alpha.json"), |proof| {
                let line = proof["lines"][0]["line"].as_str().expect("a line").replacen("\"bytes\":", "\"bytes\":1", 1);
                proof["lines"][0]["line"] = json!(line);
            });
        },
        NOT_THERE,
    ),
    (
        "a path is changed",
        |folder| {
            edit(&proof(folder, "alpha.json"), |proof| {
                proof["lines"][0]["path"].as_array_mut().expect("a path").swap(0, 1);
            });
        },
        NOT_THERE,
    ),
    (
        "a path is cut",
        |folder| {
            edit(&proof(folder, "alpha.json"), |proof| {
                proof["lines"][0]["path"].as_array_mut().expect("a path").pop();
            });
        },
        NOT_THERE,
    ),
    (
        "the lines of another session",
        |folder| {
            let other = parsed(&proof(folder, "beta.json"));
            edit(&proof(folder, "alpha.json"), |proof| proof["lines"] = other["lines"].clone());
        },
        "is about another session",
    ),
    (
        "the checkpoint of another run",
        |folder| {
            let checkpoints = ending(folder, ".checkpoint");
            std::fs::copy(&checkpoints[1], &checkpoints[0]).expect("copied");
        },
        NOT_THERE,
    ),
    (
        "a checkpoint with another root",
        |folder| {
            let path = &ending(folder, ".checkpoint")[0];
            let root = std::fs::read_to_string(path).expect("text").lines().nth(2).expect("a root").to_owned();
            replace(path, &root, &format!("{}=", "A".repeat(43)));
        },
        NOT_THERE,
    ),
    (
        "the signatures are exchanged",
        |folder| {
            let signatures = ending(folder, ".sig");
            std::fs::copy(&signatures[1], &signatures[0]).expect("copied");
        },
        "does not hold for this checkpoint",
    ),
    ("a proof is removed", |folder| std::fs::remove_file(proof(folder, "beta.json")).expect("removed"), "beta: has no proof"),
    (
        "a proof that is none",
        |folder| {
            std::fs::write(proof(folder, "beta.json"), "{\"folder\":\"\\u001b[2J\"}").expect("written");
        },
        "cannot be checked",
    ),
];

const DEEDS_ON_FILES: [Deed; 4] = [
    (
        "a picture is changed",
        |folder| {
            let path = folder.join(ALPHA).join(face(ALPHA));
            let mut bytes = std::fs::read(&path).expect("a picture");
            bytes[12] ^= 1;
            std::fs::write(&path, bytes).expect("written");
        },
        "is not what the manifests name",
    ),
    (
        "a picture is changed, and the manifests with it",
        |folder| {
            let bag = folder.join(ALPHA);
            let (path, manifest) = (bag.join(face(ALPHA)), bag.join("manifest-sha256.txt"));
            let (before, listed) = (sha256(&path), sha256(&manifest));
            std::fs::write(&path, "another").expect("written");
            replace(&manifest, &before, &sha256(&path));
            replace(&bag.join("tagmanifest-sha256.txt"), &listed, &sha256(&manifest));
        },
        UNKNOWN_BAG,
    ),
    ("a file is removed", |folder| std::fs::remove_file(folder.join(ALPHA).join(face(ALPHA))).expect("removed"), "is missing"),
    (
        "a file is added",
        |folder| std::fs::write(folder.join(ALPHA).join("data/x.jpg"), "x").expect("written"),
        "is not what the manifests name",
    ),
];

const DEEDS_ON_A_PART: [Deed; 4] = [
    (
        "the original manifest is shortened",
        |folder| {
            let path = folder.join(ALPHA).join("original/manifest-sha256.txt");
            let text = std::fs::read_to_string(&path).expect("a manifest");
            let shortened: String = text.lines().filter(|line| !line.contains("face")).map(|line| format!("{line}\n")).collect();
            std::fs::write(&path, shortened).expect("written");
        },
        "manifest-sha256.txt is not what tagmanifest-sha256.txt names",
    ),
    (
        "the original list of tag files is changed",
        |folder| {
            replace(&folder.join(ALPHA).join("original/tagmanifest-sha256.txt"), "metadata/", "metadatb/");
        },
        UNKNOWN_BAG,
    ),
    ("the originals are removed", |folder| std::fs::remove_dir_all(folder.join(ALPHA).join("original")).expect("removed"), UNKNOWN_BAG),
    (
        "the new manifests name one more file",
        |folder| {
            let bag = folder.join(ALPHA);
            std::fs::write(bag.join("data/x.jpg"), "x").expect("written");
            let manifest = bag.join("manifest-sha256.txt");
            let (listed, line) = (sha256(&manifest), format!("{}  data/x.jpg\n", sha256(&bag.join("data/x.jpg"))));
            std::fs::write(&manifest, std::fs::read_to_string(&manifest).expect("a manifest") + &line).expect("written");
            replace(&bag.join("tagmanifest-sha256.txt"), &listed, &sha256(&manifest));
        },
        "data/x.jpg is not what the manifests of the whole session name",
    ),
];

#[test]
fn every_change_of_an_export_is_found_and_a_part_does_not_pass_for_the_whole() {
    let Some(world) = sealed() else { return };
    export(&world, &[ALPHA, BETA]).ends_with(0);
    let Some(folder) = unpacked(&world) else { return };
    are_found(&folder, &DEEDS_ON_PROOFS);
    are_found(&folder, &DEEDS_ON_FILES);
    export(&world, &[ALPHA, "--without", "face"]).ends_with(0);
    let Some(folder) = unpacked(&world) else { return };
    are_found(&folder, &DEEDS_ON_A_PART);
}
