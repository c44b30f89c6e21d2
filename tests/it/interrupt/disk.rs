//! Disks that are full, read-only, or end a file early. Tests that need to mount a file system are skipped where that is not
//! permitted.
#![cfg(target_os = "linux")]

use super::{completes, is_sound_or_says_so, unfinished};
use crate::harness::{ALL, NEWEST, Run, SESSION, World, is_sound, session, tree};
use std::path::PathBuf;
use std::process::Command;
use vmedia::sandbox::fixture::{Body, Media, Session};

/// A small file system in the place of the archive.
pub(crate) struct Disk(PathBuf);

impl Disk {
    pub(crate) fn mount(world: &World, options: &str) -> Option<Self> {
        let path = world.archive();
        std::fs::create_dir(&path).expect("a folder");
        if mount(&["-t", "tmpfs", "-o", options, "tmpfs", &path.display().to_string()]) {
            return Some(Self(path));
        }
        crate::harness::cannot("mounting a file system is not permitted");
        None
    }

    pub(crate) fn remount(&self, options: &str) {
        assert!(mount(&["-o", &format!("remount,{options}"), &self.0.display().to_string()]), "cannot remount with {options}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Mounts a file system; fails the test unless that works or is not permitted.
fn mount(words: &[&str]) -> bool {
    let output = Command::new("mount").args(words).output().expect("mount, which every Linux has");
    let said = String::from_utf8_lossy(&output.stderr);
    let is_refused = ["permission denied", "superuser", "not permitted"].iter().any(|word| said.contains(word));
    assert!(output.status.success() || is_refused, "{said}");
    output.status.success()
}

/// The usual session with a video that is large.
fn with_large_video(length: u64) -> Session {
    let mut session = session();
    let large =
        Media::video(format!("large-{SESSION}"), "selfid_video", "application/octet-stream", "").body(Body::Repeat { seed: 3, length });
    session.attempts[0].media.insert(2, large);
    session
}

/// The path of that video's file, below the session's folder.
fn large_path() -> String {
    format!("data/{NEWEST}/selfid_video_large-{SESSION}.bin")
}

#[test]
fn a_full_disk_ends_the_run_and_what_was_finished_stays() {
    let world = World::with(vec![with_large_video(3 << 20)]);
    let Some(disk) = Disk::mount(&world, "size=1m") else { return };
    let run = world.run(&["download", SESSION, "-j", "1"]).ends_with(6);
    run.complains("cannot write ", "make room and run the same command again; what was finished is kept")
        .says("vmedia-archive")
        .says("No space left");
    assert!(!world.file(&large_path()).exists(), "nothing under its final name");
    let finished: Vec<String> = tree(&world.file("data")).into_keys().collect();
    assert!(!finished.is_empty(), "what came before it is kept");
    is_sound_or_says_so(&world);
    assert!(unfinished(&world).iter().all(|(_, length)| *length < 1 << 16), "the disk is left as full as it was: {:?}", unfinished(&world));
    disk.remount("size=64m");
    world.sandbox.clear_exchanges();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.media_requests(), 6 - finished.len());
    assert_eq!(tree(&world.file("data")).len(), 6);
    is_sound(&world);
}

#[test]
fn a_full_disk_is_said_of_the_disk_and_not_of_every_medium() {
    let world = World::with(
        (0..6).map(|number| crate::harness::session_named(&format!("s{number}"), &format!("n{number}"), &format!("o{number}"))).collect(),
    );
    let Some(_disk) = Disk::mount(&world, "size=64k") else { return };
    let run = world.run(&["download", "s0", "s1", "s2", "s3", "s4", "s5"]).ends_with(6);
    let errors: Vec<&str> = run.stderr.lines().filter(|line| line.contains("error:")).collect();
    assert!(
        !errors.is_empty() && errors.iter().all(|line| line.contains("No space left on device") && !line.contains("image ")),
        "{}",
        run.stderr
    );
    let distinct: std::collections::HashSet<_> = errors.iter().collect();
    assert_eq!(distinct.len(), errors.len(), "{}", run.stderr);
    assert_eq!(run.stderr.matches("make room").count(), 1, "{}", run.stderr);
}

#[test]
fn a_disk_that_is_full_at_any_step_leaves_nothing_wrong() {
    let mut failed = 0;
    // Pages of a small file system: folders and small files take one each.
    for pages in 2..40 {
        let world = World::new();
        let Some(disk) = Disk::mount(&world, &format!("size={}k", pages * 4)) else { return };
        let run = world.run(&["download", SESSION, "-j", "1"]);
        assert!(run.code == 0 || run.code == 6, "{pages} pages: {} {}", run.code, run.stderr);
        let finished = world.held();
        is_sound_or_says_so(&world);
        if run.code == 6 {
            failed += 1;
            assert!(run.stderr.contains("vmedia-archive"), "{pages} pages: no path in {}", run.stderr);
            run.complains("No space left on device", "make room and run the same command again");
        }
        disk.remount("size=16m");
        completes(&world, &finished);
    }
    assert!(failed > 5, "the disk was full {failed} times only");
}

#[test]
fn a_disk_without_room_for_names_leaves_nothing_wrong() {
    let mut failed = 0;
    for inodes in 2..30 {
        let world = World::new();
        let Some(disk) = Disk::mount(&world, &format!("size=4m,nr_inodes={inodes}")) else { return };
        let run = world.run(&["download", SESSION, "-j", "2"]);
        assert!(run.code == 0 || run.code == 6, "{inodes} names: {} {}", run.code, run.stderr);
        let finished = world.held();
        is_sound_or_says_so(&world);
        if run.code == 6 {
            failed += 1;
            let run = run.complains("No space left on device", "make room and run the same command again").says("vmedia-archive");
            assert!(!run.stderr.contains("os error"), "{inodes} names: {}", run.stderr);
        }
        disk.remount("size=16m,nr_inodes=1000");
        completes(&world, &finished);
    }
    assert!(failed > 5, "there was no room {failed} times only");
}

#[test]
fn a_file_that_may_not_grow_is_a_local_failure() {
    let world = World::with(vec![with_large_video(4 << 20)]);
    let mut words = vec!["-c", r#"trap '' XFSZ; ulimit -f 1024; exec "$0" "$@""#, env!("CARGO_BIN_EXE_vmedia")];
    words.extend(["download", SESSION, "-j", "1"]);
    let mut shell = Command::new("sh");
    shell.args(words).current_dir(world.folder()).env_clear().env("VMEDIA_BASE_URL", world.sandbox.base_url());
    shell.env("VMEDIA_API_KEY", world.sandbox.api_key()).env("VMEDIA_API_SECRET", world.sandbox.api_secret());
    let run = Run::of(&shell.output().expect("a shell")).ends_with(6);
    run.complains("cannot write ", "").says("File too large");
    assert!(!world.file(&large_path()).exists());
    is_sound(&world);
    assert_eq!(world.recorded("large")["state"], "failed");
    assert_eq!(world.recorded("front")["state"], "archived");
    assert_eq!(unfinished(&world), []);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!((tree(&world.file("data")).len(), world.asked("front")), (6, 1));
    is_sound(&world);
}

#[test]
fn a_disk_that_cannot_be_written_is_reported_as_such_and_can_be_read() {
    let world = World::new();
    let Some(disk) = Disk::mount(&world, "size=16m") else { return };
    world.faults(&format!("media:face-{SESSION}=204"));
    world.run(&["download", SESSION]).ends_with(0);
    world.faults("");
    let before = world.tree();
    disk.remount("ro");
    let run = world.run(&["download", SESSION]).ends_with(6);
    let run = run.complains("Read-only file system", "the file system is read-only; choose another folder with -o");
    assert!(!run.stderr.contains("os error"), "{}", run.stderr);
    assert_eq!(world.tree(), before);
    // Looking takes no lock and leaves no trace.
    is_sound(&world);
    let run = world.run(&["download", SESSION, "--dry-run"]).ends_with(0);
    assert!(run.stdout.contains("keep") && run.stdout.contains("fetch"), "{}", run.stdout);
    disk.remount("rw");
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.held(), ALL);
}

#[test]
fn a_new_archive_on_a_disk_that_cannot_be_written_is_reported_as_such() {
    let world = World::new();
    let Some(disk) = Disk::mount(&world, "size=16m") else { return };
    disk.remount("ro");
    let run = world.run(&["download", SESSION]).ends_with(6);
    run.complains("cannot create the folder vmedia-archive", "the file system is read-only; choose another folder with -o");
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn a_folder_that_may_not_be_written_is_reported_as_such() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let folder = world.folder().join("closed");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o500)).expect("set");
    if std::fs::write(folder.join("probe"), "").is_ok() {
        crate::harness::cannot("this user ignores permissions");
        return;
    }
    let run = world.run(&["download", SESSION, "-o", "closed/archive"]).ends_with(6);
    run.complains("cannot create the folder closed/archive", "choose a folder that you may write with -o");
    assert!(world.sandbox.exchanges().is_empty());
}
