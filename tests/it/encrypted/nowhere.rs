//! An encrypted run that stands still in the middle of a file, as `/proc` has it: what the provider sent is in its memory, in no file, and in
//! no memory that the system writes to one.

use super::{ALICE, BOB, named};
use crate::harness::{SESSION, World, until};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use vmedia::sandbox::fixture::{Attempt, Media};

/// What the video is full of.
const MARK: &[u8] = b"plain as the provider sent it; ";

/// A run, which ends when this is dropped.
struct Standing(Child);

impl Drop for Standing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Standing {
    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.0.id()))
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.proc(file)).expect(file)
    }
}

/// The bytes of the files below a folder, and fails the test if one of them holds anything of the video.
#[track_caller]
fn encrypted_bytes(folder: &Path) -> u64 {
    let (mut folders, mut sum) = (vec![folder.to_owned()], 0);
    while let Some(folder) = folders.pop() {
        // Locks and unfinished files come and go.
        for path in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                assert!(memchr::memmem::find(&bytes, MARK).is_none(), "{} holds something plain", path.display());
                sum += bytes.len() as u64;
            }
        }
    }
    sum
}

#[test]
fn what_is_being_encrypted_is_in_memory_alone() {
    let video = [&crate::harness::mp4("video")[..], &MARK.repeat(100_000)].concat();
    let mut session = named();
    session.attempts.push(Attempt::new("later", "approved").media(Media::video(
        format!("large-{SESSION}"),
        "selfid_video",
        "video/mp4",
        video,
    )));
    let world = World::with(vec![session]);
    world.faults(&format!("media:large-{SESSION}=stall"));
    let mut command = world.process(&["download", SESSION, "--recipient", ALICE.0, "--recipient", BOB.0, "--timeout", "60"]);
    let run = Standing(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a run"));
    // Half of the video has come, and is on the disk as far as it is encrypted.
    until("half of the video is there", || encrypted_bytes(&world.archive()) > 1_000_000);
    for line in run.text("maps").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(file) = words.get(5).filter(|name| name.starts_with('/')) else { continue };
        assert!(words[1].ends_with('p') || !words[1].contains('w'), "what is written there comes into a file: {line}");
        let is_code = *file == env!("CARGO_BIN_EXE_vmedia") || file.contains(".so") || file.starts_with("/usr/lib/");
        assert!(is_code && !line.ends_with("(deleted)"), "neither the program nor a library: {line}");
    }
    for entry in std::fs::read_dir(run.proc("fd")).expect("descriptors").map(|entry| entry.expect("an entry").path()) {
        let Ok(file) = std::fs::read_link(&entry) else { continue };
        let is_file = std::fs::metadata(&entry).is_ok_and(|metadata| metadata.is_file());
        assert!(!is_file || file.starts_with(world.folder()), "a file elsewhere is open: {}", file.display());
        assert!(!is_file || file.exists(), "a file without a name is open: {}", file.display());
    }
    let swapped = run.text("status").lines().find_map(|line| line.strip_prefix("VmSwap:").map(str::trim).map(str::to_owned));
    assert_eq!(swapped.as_deref(), Some("0 kB"));
    let (_, copies) = crate::secrets::memory::copies(run.0.id(), MARK);
    assert!(copies > 0, "the search finds what is there");
}
