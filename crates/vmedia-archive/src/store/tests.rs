//! The local store on a real folder.

#![allow(clippy::disallowed_methods, reason = "tests prepare and damage files by hand")]

use super::{Listed, LocalStore, Locked, ReadStore, Stat, Store, StorePath};
use crate::error::Result;
use std::io::{ErrorKind, Read};

fn path(text: &str) -> StorePath {
    StorePath::parse(text).expect("a path")
}

fn store() -> (tempfile::TempDir, LocalStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = LocalStore::new(folder.path().join("archive"), "the test".to_owned());
    (folder, store)
}

/// Stages these bytes and publishes them.
fn publish(store: &LocalStore, bytes: &[u8], to: &str) -> Result<()> {
    let mut staged = store.stage()?;
    staged.write(bytes)?;
    staged.publish(&path(to))
}

#[test]
fn a_published_file_is_whole_and_private_and_leaves_no_other_trace() {
    let (folder, store) = store();
    publish(&store, b"bytes", "s/data/x.jpg").expect("published");
    assert_eq!(store.read(&path("s/data/x.jpg"), 10).expect("readable").as_deref(), Some(&b"bytes"[..]));
    let listed = Listed { path: path("s/data/x.jpg"), stat: Some(Stat::File(5)), sha256: None };
    assert_eq!(store.list(&path("s")).expect("a list"), [listed]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| std::fs::metadata(folder.path().join("archive").join(name)).expect(name).permissions().mode() & 0o777;
        assert_eq!((mode(""), mode("s/data"), mode("s/data/x.jpg")), (0o700, 0o700, 0o600));
    }
    drop(store);
    assert_eq!(std::fs::read_dir(folder.path().join("archive/.vmedia/unfinished")).expect("a folder").count(), 0);
}

#[test]
fn a_staged_file_has_its_name_as_a_whole_or_never() {
    let (folder, store) = store();
    let page = path("index.html");
    store.replace(&page, b"old").expect("written");
    let mut staged = store.stage().expect("a file");
    for piece in [&b"ne"[..], b"w"] {
        staged.write(piece).expect("written");
    }
    let mut reread = Vec::new();
    staged.reread().expect("a stream").read_to_end(&mut reread).expect("readable");
    assert_eq!(reread, b"new");
    assert_eq!(store.read(&page, 10).expect("readable").as_deref(), Some(&b"old"[..]));
    drop(staged);
    assert_eq!(store.read(&page, 10).expect("readable").as_deref(), Some(&b"old"[..]));
    let mut staged = store.stage().expect("a file");
    staged.write(b"whole").expect("written");
    staged.replace(&page).expect("published");
    assert_eq!(store.read(&page, 10).expect("readable").as_deref(), Some(&b"whole"[..]));
    drop(store);
    assert_eq!(std::fs::read_dir(folder.path().join("archive/.vmedia/unfinished")).expect("a folder").count(), 0);
}

#[test]
fn publishing_overwrites_nothing_and_a_dropped_file_does_not_stay() {
    let (_folder, store) = store();
    publish(&store, b"first", "s/x").expect("published");
    assert!(publish(&store, b"second", "s/x").is_err());
    drop(store.stage().and_then(|mut staged| staged.write(b"third").map(|()| staged)).expect("staged"));
    assert_eq!(store.read(&path("s/x"), 10).expect("readable").as_deref(), Some(&b"first"[..]));
    assert_eq!(store.list(&path("s")).expect("a list").len(), 1);
}

#[test]
fn a_root_beyond_260_letters_is_as_good_as_any() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = (0..4).fold(folder.path().to_owned(), |path, _| path.join("x".repeat(80)));
    let store = LocalStore::new(root.clone(), "the test".to_owned());
    publish(&store, b"bytes", "s/data/x.jpg").expect("published");
    store.replace(&path("s/archive.json"), b"{}").expect("replaced");
    store.rename(&path("s/data/x.jpg"), &path("s/data/y.jpg")).expect("renamed");
    assert!(matches!(store.lock(&path("s")).expect("a lock"), Locked::Held(_)));
    assert_eq!(store.list(&path("s")).expect("a list").len(), 2);
    assert_eq!(store.read(&path("s/data/y.jpg"), 10).expect("readable").as_deref(), Some(&b"bytes"[..]));
    store.remove(&path("s/data/y.jpg")).expect("removed");
    for bytes in ["old", "new"] {
        super::replace(&root.join("list.txt"), bytes.as_bytes(), super::Readers::Owner).expect("replaced");
    }
    assert_eq!(std::fs::read(root.join("list.txt")).expect("readable"), b"new");
}

#[test]
fn nothing_has_a_name_that_the_file_system_cannot_write() {
    let (_folder, store) = store();
    publish(&store, b"bytes", "s/x").expect("published");
    for name in ["x".repeat(300), "what*is?this.jpg".to_owned()] {
        let named = path("s").join(&name);
        assert_eq!(store.stat(&named).expect("no error"), None, "{name}");
        assert_eq!(store.read(&named, 10).expect("no error"), None, "{name}");
    }
}

#[test]
fn a_lock_is_had_once_and_its_file_goes_with_it() {
    let (folder, store) = store();
    let Locked::Held(lock) = store.lock(&path("s")).expect("a lock") else { panic!("it is free") };
    let Locked::By(holder) = store.lock(&path("s")).expect("an answer") else { panic!("it is held") };
    assert!(holder == "the test" || cfg!(windows), "{holder}");
    drop(lock);
    assert_eq!(std::fs::read_dir(folder.path().join("archive/.vmedia/locks")).expect("a folder").count(), 0);
    assert!(matches!(store.lock(&path("s")).expect("a lock"), Locked::Held(_)));
}

#[test]
fn what_a_dead_run_left_is_swept_and_a_living_runs_is_not() {
    let (folder, living) = store();
    publish(&living, b"x", "s/x").expect("published");
    let unfinished = folder.path().join("archive/.vmedia/unfinished");
    std::fs::create_dir(unfinished.join("dead")).expect("a folder");
    std::fs::write(unfinished.join("dead.lock"), "").expect("a file");
    std::fs::write(unfinished.join("dead/.tmpXYZ"), "half a passport").expect("a file");
    let next = LocalStore::new(folder.path().join("archive"), "the next".to_owned());
    publish(&next, b"y", "s/y").expect("published");
    assert!(!unfinished.join("dead").exists());
    let folders = std::fs::read_dir(&unfinished).expect("a folder").filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()));
    assert_eq!(folders.count(), 2);
}

#[test]
fn a_root_that_cannot_be_a_folder_is_a_local_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let store = LocalStore::new(file, String::new());
    let error = publish(&store, b"x", "s/x").expect_err("the root is a file");
    assert_eq!(error.kind(), crate::error::ErrorKind::Local);
}

#[test]
fn a_closed_place_ends_one_session_and_a_closed_root_or_a_full_disk_ends_the_run() {
    use crate::error::Scope::{Run, Session};
    let root = std::path::Path::new("root");
    for (kind, path, scope) in [
        (ErrorKind::PermissionDenied, "root/session/archive.json", Session),
        (ErrorKind::PermissionDenied, "root/session", Run),
        (ErrorKind::PermissionDenied, "root", Run),
        (ErrorKind::InvalidFilename, "root/session", Session),
        (ErrorKind::AlreadyExists, "root/session", Session),
        (ErrorKind::NotADirectory, "root", Run),
        (ErrorKind::StorageFull, "root/session/archive.json", Run),
        (ErrorKind::ReadOnlyFilesystem, "root/session/archive.json", Run),
    ] {
        let error = super::files::place_error("write", root, std::path::Path::new(path), kind.into());
        assert_eq!((error.kind(), error.scope()), (crate::error::ErrorKind::Local, scope), "{kind} {path}");
    }
}
