//! The tree on a real folder, with what should not be in it.

#![allow(clippy::disallowed_methods, reason = "tests prepare and damage files by hand")]

use super::{Access, HERE, Kind, Obstacle, Tree};
use std::io::ErrorKind;

fn tree() -> (tempfile::TempDir, Tree) {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = Tree::open(folder.path()).expect("open");
    (folder, tree)
}

#[test]
fn files_and_folders_are_made_renamed_and_removed() {
    let (folder, tree) = tree();
    tree.make_folder("a/b").expect("folders");
    tree.make_folder("a/b").expect("there already");
    for name in ["a/one", "a/two"] {
        std::io::Write::write_all(&mut tree.file(name, Access::Create).expect("new"), name.as_bytes()).expect("written");
    }
    assert_eq!(tree.file("a/one", Access::Create).expect_err("it is there").kind(), ErrorKind::AlreadyExists);
    assert_eq!(tree.rename_new("a/one", "a/two").expect_err("it is there").kind(), ErrorKind::AlreadyExists);
    tree.rename_new("a/one", "a/b/one").expect("renamed");
    tree.rename("a/two", "a/b/one").expect("replaced");
    assert_eq!(std::fs::read(folder.path().join("a/b/one")).expect("a file"), b"a/two");
    assert_eq!(tree.kind("a/b/one").expect("there"), (Kind::File, 5));
    assert_eq!(tree.kind("a/b").expect("there").0, Kind::Folder);
    assert_eq!(tree.entries(HERE).expect("listed"), [("a".into(), Kind::Folder)]);
    assert_eq!(tree.entries("a").expect("listed"), [("b".into(), Kind::Folder)]);
    tree.sync_folder("a").expect("synced");
    tree.remove_with_files("a/b").expect("removed");
    assert_eq!(tree.kind("a/b").expect_err("gone").kind(), ErrorKind::NotFound);
    assert_eq!(Obstacle::of(&tree.file("a", Access::Read).expect_err("a folder")), Some(Obstacle::NotAFile));
}

#[test]
fn a_folder_is_listed_with_the_lengths_of_its_files() {
    let (folder, tree) = tree();
    tree.make_folder("a/b").expect("folders");
    std::fs::write(folder.path().join("a/one"), "1").expect("written");
    let mut listed = tree.measured("a").expect("listed");
    listed.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let expected = [("b", Kind::Folder, 0), ("one", Kind::File, 1)];
    assert_eq!(listed, expected.map(|(name, kind, length)| (name.into(), kind, Some((kind, length)))));
}

#[cfg(unix)]
#[test]
fn no_operation_follows_a_link() {
    let (folder, tree) = tree();
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("file"), "theirs").expect("written");
    std::fs::create_dir(outside.path().join("below")).expect("a folder");
    tree.make_folder("session").expect("a folder");
    drop(tree.file("new", Access::Create).expect("a file"));
    std::os::unix::fs::symlink(outside.path(), folder.path().join("session/data")).expect("a link");
    std::os::unix::fs::symlink(outside.path().join("file"), folder.path().join("session/file")).expect("a link");
    std::os::unix::fs::symlink("session", folder.path().join("inside")).expect("a link");
    #[track_caller]
    fn refused<T>(outcome: std::io::Result<T>) {
        let Err(error) = outcome else { panic!("a link was followed") };
        assert_eq!(Obstacle::of(&error), Some(Obstacle::Link), "{error}");
    }
    for access in [Access::Read, Access::Append, Access::Lock] {
        for path in ["session/data/file", "session/data/below/file", "session/file", "inside/file"] {
            refused(tree.file(path, access));
        }
    }
    refused(tree.file("session/data/other", Access::Create));
    assert_eq!(tree.file("session/file", Access::Create).expect_err("a link is there").kind(), ErrorKind::AlreadyExists);
    refused(tree.kind("session/data/file"));
    refused(tree.entries("session/data"));
    refused(tree.measured("session/data"));
    refused(tree.entries("session/data/below"));
    refused(tree.create_folder("session/data/more"));
    refused(tree.make_folder("session/data/more"));
    refused(tree.make_folder("session/data"));
    refused(tree.rename("new", "session/data/new"));
    refused(tree.rename_new("new", "session/data/new"));
    refused(tree.rename("session/data/file", "stolen"));
    refused(tree.remove_file("session/data/file"));
    refused(tree.remove_folder("session/data/below"));
    refused(tree.remove_with_files("session/data"));
    refused(tree.sync_folder("session/data"));
    assert_eq!(tree.kind("session/data").expect("a link").0, Kind::Link);
    // A file takes the place of a link, and leaves what it led to.
    tree.rename("new", "session/file").expect("renamed");
    assert_eq!(std::fs::read(outside.path().join("file")).expect("a file"), b"theirs");
    assert_eq!(std::fs::read_dir(outside.path()).expect("a folder").count(), 2);
    let error = tree.failed("write", "session/data/new", Obstacle::Link.into());
    assert!(error.what().starts_with(&format!("{} is a link", folder.path().join("session/data").display())), "{error}");
}

/// A junction: users may make one without a right to make links.
#[cfg(windows)]
#[test]
fn no_operation_follows_a_junction_and_removing_one_leaves_its_target() {
    let ((folder, tree), (outside, theirs)) = (tree(), tree());
    drop(theirs.file("file", Access::Create).expect("a file"));
    tree.make_folder("session").expect("a folder");
    let link = folder.path().join("session").join("data");
    let made = std::process::Command::new("cmd").args(["/C", "mklink", "/J"]).arg(link).arg(outside.path()).output().expect("cmd");
    assert!(made.status.success(), "{made:?}");
    assert_eq!(tree.kind("session/data").expect("a junction").0, Kind::Link);
    for access in [Access::Read, Access::Append, Access::Lock, Access::Create] {
        let error = tree.file("session/data/file", access).expect_err("a junction");
        assert_eq!(Obstacle::of(&error), Some(Obstacle::Link), "{error}");
    }
    assert_eq!(Obstacle::of(&tree.entries("session/data").expect_err("a junction")), Some(Obstacle::Link));
    tree.remove_tree("session").expect("removed");
    assert_eq!(theirs.kind("file").expect("there"), (Kind::File, 0));
}

#[cfg(unix)]
#[test]
fn a_system_without_openat2_follows_no_link_either() {
    use rustix::fs::{Mode, OFlags};
    let (folder, tree) = tree();
    tree.make_folder("a/b").expect("folders");
    std::fs::write(folder.path().join("a/b/file"), "").expect("written");
    std::os::unix::fs::symlink("b", folder.path().join("a/link")).expect("a link");
    std::os::unix::fs::symlink("b/file", folder.path().join("a/file")).expect("a link");
    let open = |path: &str, flags| tree.step_by_step(path, flags, Mode::empty());
    for (path, flags) in [("a/b/file", OFlags::RDONLY), ("a/b", OFlags::RDONLY | OFlags::DIRECTORY), (HERE, OFlags::RDONLY)] {
        assert!(open(path, flags).is_ok(), "{path}");
    }
    for (path, flags) in [("a/link/file", OFlags::RDONLY), ("a/link", OFlags::RDONLY | OFlags::DIRECTORY), ("a/file", OFlags::RDONLY)] {
        assert_eq!(Obstacle::of(&open(path, flags).expect_err(path)), Some(Obstacle::Link), "{path}");
    }
    assert_eq!(open("a/b/file/more", OFlags::RDONLY).expect_err("a file").kind(), ErrorKind::NotADirectory);
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_no_file_and_is_not_waited_for() {
    let (folder, tree) = tree();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().expect("mkfifo");
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).expect("a socket");
    for name in ["pipe", "socket"] {
        for access in [Access::Read, Access::Append, Access::Lock] {
            assert_eq!(Obstacle::of(&tree.file(name, access).expect_err(name)), Some(Obstacle::NotAFile), "{name} {access:?}");
        }
        assert_eq!(tree.kind(name).expect("there").0, Kind::Other);
    }
}
