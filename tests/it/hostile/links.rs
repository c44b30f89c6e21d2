//! Links in the place of an archive's folders, planted before a run, in a whole archive, and while a run is under way: no
//! command writes or removes anything where they lead, and each says which link it met.

use crate::evidence::copy;
use crate::harness::{NEWEST, Run, SESSION, World, all_but, until};
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A folder of an archive that a link takes the place of.
struct Place {
    path: String,
    /// What a download ends with: the session's folder concerns that session, the archive's own folders every session.
    download: i32,
}

fn places() -> Vec<Place> {
    let of_session = ["", "/data", &format!("/data/{NEWEST}"), "/metadata", "/metadata/attempts"];
    let of_session = of_session.map(|below| Place { path: format!("{SESSION}{below}"), download: 8 });
    let of_archive =
        ["_journal", ".vmedia", ".vmedia/locks", ".vmedia/unfinished"].map(|path| Place { path: path.to_owned(), download: 6 });
    of_session.into_iter().chain(of_archive).collect()
}

/// Every file and folder below a folder, with the files' bytes.
fn everything(root: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path.clone());
                found.insert(path, None);
            } else {
                found.insert(path.clone(), Some(std::fs::read(&path).expect("readable")));
            }
        }
    }
    found
}

/// A folder outside of the archive that looks like the one whose place a link to it takes.
struct Outside {
    folder: PathBuf,
    before: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

impl Outside {
    /// Moves what has the name out of the archive, or makes an empty folder outside, and plants a link to it.
    fn plant(world: &World, root: &Path, place: &str) -> Self {
        let folder = world.folder().join("outside").join(place.replace('/', "~"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.parent().expect("a folder")).expect("a folder");
        let link = root.join(place);
        std::fs::create_dir_all(link.parent().expect("a folder")).expect("a folder");
        if link.exists() {
            std::fs::rename(&link, &folder).expect("moved");
        } else {
            std::fs::create_dir(&folder).expect("a folder");
        }
        std::fs::write(folder.join("theirs"), "not the archive's").expect("written");
        symlink(&folder, &link).expect("a link");
        Self { before: everything(&folder), folder }
    }

    #[track_caller]
    fn is_untouched(&self, what: &str) {
        assert_eq!(everything(&self.folder).keys().collect::<Vec<_>>(), self.before.keys().collect::<Vec<_>>(), "{what}");
        assert!(everything(&self.folder) == self.before, "{what}");
    }
}

/// Fails the test unless a run names the link in two lines.
#[track_caller]
fn names_the_link(run: &Run, place: &str) {
    let lines: Vec<&str> = run.stderr.lines().collect();
    let named = format!("/{place} is a link, and vmedia follows none");
    let is_said = lines.windows(2).any(|pair| pair[0].contains(&named) && pair[1].contains("remove the link, or move the folder"));
    assert!(is_said, "{place}\n--- stdout\n{}\n--- stderr\n{}", run.stdout, run.stderr);
}

#[test]
fn a_link_that_is_there_before_the_first_run_is_not_followed() {
    for place in places() {
        let world = World::new();
        let outside = Outside::plant(&world, &world.archive(), &place.path);
        let run = world.run(&["download", SESSION]).ends_with(place.download);
        names_the_link(&run, &place.path);
        outside.is_untouched(&place.path);
        // Once the link is gone, the next run completes.
        std::fs::remove_file(world.archive().join(&place.path)).expect("removed");
        world.run(&["download", SESSION]).ends_with(0);
        crate::harness::is_sound(&world);
        outside.is_untouched(&place.path);
    }
}

#[test]
fn a_link_in_a_whole_archive_is_reported_by_each_command_and_followed_by_none() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    for place in places() {
        let root = world.folder().join("linked");
        let _ = std::fs::remove_dir_all(&root);
        copy(&world.archive(), &root);
        let is_own = place.path.starts_with(".vmedia");
        if is_own {
            std::fs::create_dir_all(root.join(&place.path)).expect("a folder");
        }
        let outside = Outside::plant(&world, &root, &place.path);
        for words in [&["verify", "linked"][..], &["verify", "--read-only", "linked"], &["repair", "linked"]] {
            let run = world.run(words);
            let said = format!("{}{}", run.stdout, run.stderr);
            if is_own {
                // What is archived is as it was; that this verification cannot be written down is said beside it.
                assert!(matches!(run.code, 0 | 6), "{words:?} {}: {} {said}", place.path, run.code);
            } else {
                assert_eq!(run.code, 8, "{words:?} {}: {said}", place.path);
                assert!(said.contains("is a link, and vmedia follows none"), "{words:?} {}: {said}", place.path);
            }
            outside.is_untouched(&format!("{words:?} {}", place.path));
        }
        world.run(&["catalog", "linked"]);
        world.run(&["catalog", "linked", "--html"]);
        outside.is_untouched(&format!("catalog {}", place.path));
        // The provider goes on, so that there is something to write at each place.
        let mut changed = crate::harness::session();
        changed.attempts[0].status = "declined".to_owned();
        changed.attempts[0].media.push(vmedia::sandbox::fixture::Media::image(
            "another",
            "face",
            "image/jpeg",
            crate::harness::jpeg("another"),
        ));
        world.sandbox.put_session(changed);
        let run = world.run(&["download", SESSION, "-o", "linked"]).ends_with(place.download);
        names_the_link(&run, &place.path);
        outside.is_untouched(&format!("download {}", place.path));
        world.sandbox.put_session(crate::harness::session());
    }
}

#[test]
fn a_link_that_is_planted_while_a_run_is_under_way_is_not_followed() {
    std::thread::scope(|scope| {
        for place in places() {
            scope.spawn(move || {
                let world = World::new();
                world.faults(&format!("media:video-{SESSION}=hang"));
                let words = ["download", SESSION, "--retries", "100", "--timeout", "1"];
                let mut process = world.process(&words);
                let process = process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
                until("all but the one that hangs is there", || world.held() == all_but("video") && world.asked("video") > 0);
                let outside = Outside::plant(&world, &world.archive(), &place.path);
                // Only now can the last file arrive, and everything that follows it.
                world.faults("");
                let run = Run::of(&process.wait_with_output().expect("its end")).ends_with(place.download);
                names_the_link(&run, &place.path);
                // Locks that this run holds lie outside now, and stay there.
                outside.is_untouched(&place.path);
            });
        }
    });
}

#[test]
fn pipes_in_the_place_of_files_keep_no_command_waiting() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let segment = std::fs::read_dir(world.archive().join("_journal")).expect("a journal").next().expect("a segment").expect("an entry");
    let segment = format!("_journal/{}", segment.file_name().to_string_lossy());
    let of_session = ["archive.json", "manifest-sha256.txt", "metadata/media.json", "unfinished.ndjson"];
    let of_session = of_session.map(|name| format!("{SESSION}/{name}"));
    for path in of_session.into_iter().chain([format!(".vmedia/locks/{SESSION}"), segment]) {
        let root = world.folder().join("piped");
        let _ = std::fs::remove_dir_all(&root);
        copy(&world.archive(), &root);
        let pipe = root.join(&path);
        let _ = std::fs::remove_file(&pipe);
        std::fs::create_dir_all(pipe.parent().expect("a folder")).expect("a folder");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        // Each ends: a command that waits is killed after two minutes, and has no exit status then.
        for words in [&["verify", "piped"][..], &["catalog", "piped"], &["repair", "piped"], &["download", SESSION, "-o", "piped"]] {
            let run = world.run(words);
            assert!(matches!(run.code, 0 | 6 | 7 | 8), "{path} {words:?}: {} {}", run.code, run.stderr);
        }
    }
}
