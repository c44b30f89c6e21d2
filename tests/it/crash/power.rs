//! What a power loss may leave: all that was synced, and of the names and lines since then any, in any mixture. Then the
//! next run.

use super::faulty::{Fault, Faulty, Moment};
use super::steps::{Scene, are_sound, has_something, local, run};
use super::{claims_to_be_finished, is_whole};
use crate::evidence::{copy, whole_tree};
use crate::harness::tree;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vmedia::exit::Exit;

/// What of an archive's files is on the disk, beside what is in the system's memory.
struct Disk {
    root: PathBuf,
    kept: PathBuf,
}

/// Files that grow by lines; their names are on the disk before their lines are.
fn grows(path: &str) -> bool {
    path.starts_with("_journal/") || path.ends_with("/unfinished.ndjson")
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, bytes).expect("written");
}

impl Disk {
    fn hear(&self, verb: &str, path: &str) {
        match verb {
            "settle" => self.keep_names(path),
            "prepare" => {
                self.keep_names(path);
                self.hear("flush", &format!("{path}/unfinished.ndjson"));
            }
            "flush" => write(&self.kept.join(path), &std::fs::read(self.root.join(path)).expect("a file")),
            _ => {}
        }
    }

    /// The names below a folder as they are now. What stands under a name was synced before it got it; lines were not.
    fn keep_names(&self, folder: &str) {
        let before = tree(&self.kept.join(folder));
        let _ = std::fs::remove_dir_all(self.kept.join(folder));
        for (path, bytes) in tree(&self.root.join(folder)) {
            let full = format!("{folder}/{path}");
            let bytes = match before.get(&path) {
                Some(lines) if grows(&full) => lines.clone(),
                None if grows(&full) => Vec::new(),
                _ => bytes,
            };
            write(&self.kept.join(full), &bytes);
        }
    }

    /// Makes one of the archives that a power loss may leave now; without chance, the one that has the least.
    fn lose_power(&self, to: &Path, mut chance: Option<fastrand::Rng>) {
        let (kept, now) = (whole_tree(&self.kept), whole_tree(&self.root));
        let paths: BTreeSet<&String> =
            kept.keys().chain(now.keys()).filter(|path| !path.starts_with(".vmedia") && !path.ends_with('/')).collect();
        for path in paths {
            let mut tossed = || chance.as_mut().is_some_and(fastrand::Rng::bool);
            let (old, new) = (kept.get(path), now.get(path));
            let chosen = if tossed() { new } else { old };
            let chosen = match (old, chosen) {
                (_, Some(lines)) if grows(path) && chosen == new => {
                    let least = old.map_or(0, Vec::len);
                    let length = chance.as_mut().map_or(least, |chance| chance.usize(least.min(lines.len())..=lines.len()));
                    Some(lines[..length].to_vec())
                }
                _ => chosen.cloned(),
            };
            if let Some(bytes) = chosen {
                write(&to.join(path), &bytes);
            }
        }
        // A file that was moved is in one of its places at least: its old name was free before it was given again.
        for (path, bytes) in now.iter().filter(|(path, _)| path.contains("/damaged/")) {
            let from = path.replacen("/damaged/", "/", 1);
            if kept.get(&from).is_some_and(|old| std::fs::read(to.join(&from)).ok().as_ref() != Some(old)) {
                write(&to.join(path), bytes);
            }
        }
    }
}

/// Loses the power after each step of a run, in some of the ways in which it may be lost.
fn at_every_step(scene: &Scene, ways: u64) {
    let (mut finished, mut roots) = (Vec::new(), Vec::new());
    for step in 1.. {
        let disk = Arc::new(Disk { root: scene.root(&format!("memory-{step}")), kept: scene.root(&format!("disk-{step}")) });
        let heard = Arc::clone(&disk);
        let observer = move |verb: &str, path: &str| heard.hear(verb, path);
        let store = Arc::new(Faulty::observed(disk.root.clone(), step, Fault::Stops, Moment::After, observer));
        let exit = run(&scene.world, store.clone());
        let left = |way: u64| {
            let root = scene.folder.path().join(format!("left-{step}-{way}"));
            disk.lose_power(&root, (way > 0).then(|| fastrand::Rng::with_seed(step as u64 * 100 + way)));
            root
        };
        let Some(at) = store.acted() else {
            // It reported success, so everything is there, whatever is lost.
            assert_eq!(exit, Exit::Done);
            (0..ways).for_each(|way| is_whole(&left(way), &format!("after the end, way {way}")));
            break;
        };
        for way in 0..ways {
            let (what, root) = (format!("step {step}, {at}, way {way}"), left(way));
            if claims_to_be_finished(&root) && has_something(&root) {
                let kept = scene.folder.path().join(format!("finished-{step}-{way}"));
                copy(&root, &kept);
                finished.push(kept);
            }
            assert_eq!(run(&scene.world, local(&root)), Exit::Done, "{what}");
            is_whole(&root, &what);
            roots.push(root);
        }
    }
    if scene.before.is_none() {
        are_sound(&scene.world, &finished);
    }
    are_sound(&scene.world, &roots);
    assert!(roots.len() > 100 && !finished.is_empty(), "{} archives, {} finished", roots.len(), finished.len());
}

#[test]
fn a_power_loss_in_a_first_run_leaves_what_the_next_makes_good() {
    at_every_step(&Scene::new(), 3);
}

#[test]
fn a_power_loss_in_a_further_run_leaves_what_the_next_makes_good() {
    at_every_step(&Scene::of_a_bag(), 3);
}
