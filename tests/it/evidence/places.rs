//! What may be named to `verify`, what is found there, and how findings are reported to people and to programs.

use super::{ALPHA, Archive, BETA, Evidence, GAMMA, LISTING, TAGS, Verdict, copy, face, verify};
use crate::harness::{Run, bare};
use std::path::Path;
use vmedia::archive::verify::{Aspect, JournalReport, SessionReport};
use vmedia::engine::Event;

/// The numbers of reported journals and sessions.
fn reported(verdict: &Verdict) -> (usize, usize) {
    let count = |wanted: fn(&Event) -> bool| verdict.events.iter().filter(|event| wanted(event)).count();
    let journals = count(|event| matches!(event, Event::JournalVerified(JournalReport { runs: 1.., .. })));
    (journals, count(|event| matches!(event, Event::BagVerified(_))))
}

fn text(folder: &Path, words: &[&str]) -> Run {
    Run::of(&bare(folder).args(["verify", "--read-only"]).args(words).output().expect("a run"))
}

#[test]
fn archives_are_found_at_any_depth() {
    let evidence = Evidence::new();
    let all = evidence.world.folder().join("all");
    copy(&evidence.world.archive(), &all.join("one"));
    copy(&evidence.world.archive(), &all.join("deeply/hidden/two"));
    std::fs::create_dir_all(all.join("nothing/in/here")).expect("folders");
    std::fs::write(all.join("README"), "no archive").expect("written");
    let verdict = verify(&all, &[".", "--read-only"]);
    assert_eq!((verdict.code, reported(&verdict)), (0, (2, 6)));
    // Named twice, reported once.
    let verdict = verify(&all, &["one", "one/alpha", "deeply", "--read-only"]);
    assert_eq!((verdict.code, reported(&verdict)), (0, (2, 6)));
    // Each has its own journal: what one knows is no excuse for the other.
    let two = Archive { root: all.join("deeply/hidden/two") };
    std::fs::remove_dir_all(two.file(BETA)).expect("removed");
    two.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes[9] ^= 1);
    let verdict = verify(&all, &[".", "--read-only"]);
    let found: Vec<String> = verdict.found().into_iter().collect();
    assert_eq!((verdict.code, found), (8, vec![format!("alpha: manifests: {}", face(ALPHA)), "beta: listings: .".to_owned()]));
    let folders = verdict.events.iter().filter_map(|event| match event {
        Event::BagVerified(SessionReport { folder, findings, .. }) if !findings.is_empty() => Some(folder.as_str()),
        _ => None,
    });
    assert!(folders.into_iter().all(|folder| folder.contains("two")), "{:?}", verdict.events);
}

#[test]
fn a_session_alone_is_compared_with_the_journal_of_its_archive() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    let home = evidence.world.folder();
    for (folder, word) in
        [(home, "archive/alpha"), (&archive.root, ALPHA), (&archive.file(ALPHA), "."), (&archive.file("alpha/data"), "..")]
    {
        let verdict = verify(folder, &[word, "--read-only"]);
        assert_eq!((verdict.code, reported(&verdict)), (0, (1, 1)), "{word}");
        assert_eq!(verdict.checked(ALPHA), [Aspect::Listings, Aspect::Manifests, Aspect::Journal]);
    }
    // What happened to others is not what was asked.
    archive.bag(BETA).edit(&face(BETA), |bytes| bytes[9] ^= 1);
    std::fs::remove_dir_all(archive.file(GAMMA)).expect("removed");
    assert_eq!(verify(home, &["archive/alpha", "--read-only"]).code, 0);
    archive.bag(ALPHA).write(&face(ALPHA), "forged");
    archive.bag(ALPHA).forge();
    let verdict = verify(&archive.file(ALPHA), &[".", "--read-only"]);
    assert!(verdict.found().contains(&format!("alpha: journal: {}", face(ALPHA))), "{:?}", verdict.found());
}

#[test]
fn everything_in_an_archive_that_a_shell_names_is_the_archive() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    let glob = || -> Vec<String> {
        let entries = std::fs::read_dir(&archive.root).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    };
    let words = glob();
    assert_eq!(words, ["_journal", ALPHA, BETA, GAMMA]);
    let all = |words: &[String]| {
        let words: Vec<&str> = words.iter().map(String::as_str).chain(["--read-only"]).collect();
        verify(&archive.root, &words)
    };
    assert_eq!((all(&words).code, reported(&all(&words))), (0, (1, 3)));
    assert_eq!((all(&words[..1]).code, reported(&all(&words[..1]))), (0, (1, 0)), "the journal alone");
    // A shell cannot name what is not there; the journal can.
    std::fs::remove_dir_all(archive.file(BETA)).expect("removed");
    let verdict = all(&glob());
    assert_eq!((verdict.code, verdict.found().into_iter().collect::<Vec<_>>()), (8, vec!["beta: listings: .".to_owned()]));
    std::fs::remove_file(archive.file("_journal").join(&archive.segments()[0])).expect("removed");
    assert_eq!(all(&words[..1]).code, 8);
}

#[test]
fn a_session_that_was_copied_out_of_its_archive_is_compared_with_no_journal() {
    let evidence = Evidence::new();
    let alone = evidence.world.folder().join("alone");
    copy(&evidence.archive().file(ALPHA), &alone.join(ALPHA));
    for words in [&["."][..], &[ALPHA]] {
        let verdict = verify(&alone, words);
        assert_eq!((verdict.code, reported(&verdict)), (8, (0, 1)));
        assert_eq!(verdict.found().into_iter().collect::<Vec<_>>(), [Archive { root: alone.clone() }.missing_run(ALPHA)]);
        assert_eq!(verdict.checked(ALPHA), [Aspect::Listings, Aspect::Manifests]);
        assert_eq!(verdict.notes().len(), 1, "{:?}", verdict.notes());
        assert!(verdict.notes()[0].contains("nothing here says whether a session was altered"), "{:?}", verdict.notes());
    }
    let run = text(&alone, &[".", "-v"])
        .ends_with(8)
        .shows("alpha sound")
        .shows("all listed files present, files match manifests\n")
        .shows("note: ");
    assert!(!run.stdout.contains("journal matches") && !run.stdout.contains("holds"), "{}", run.stdout);
    // It gets no journal by being looked at.
    assert!(!alone.join("_journal").exists());
    // What the folder itself gives away is found without one.
    Archive { root: alone.clone() }.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes[9] ^= 1);
    assert_eq!(verify(&alone, &["."]).code, 8);
}

#[test]
fn what_is_no_archive_is_an_error_of_two_lines_wherever_it_is_named() {
    let evidence = Evidence::new();
    let home = evidence.world.folder();
    std::fs::create_dir_all(home.join("empty/folder")).expect("a folder");
    std::fs::write(home.join("file"), "no archive").expect("written");
    text(home, &["vmedia-archive"]).ends_with(0);
    for (words, what) in [
        (&["empty"][..], "there is no archived session in empty"),
        (&["nowhere"], "cannot read nowhere"),
        (&["file"], "file is not a folder"),
        (&["vmedia-archive", "empty"], "there is no archived session in empty"),
        (&["empty", "vmedia-archive"], "there is no archived session in empty"),
        (&["vmedia-archive", "nowhere"], "cannot read nowhere"),
    ] {
        let run = text(home, words).ends_with(6);
        assert_eq!((run.stderr.lines().count(), run.stdout.as_str()), (2, ""), "{}", run.stderr);
        run.complains(what, "name a session's folder, or the archive folder that holds them");
    }
}

#[test]
fn what_file_managers_leave_is_a_note_but_not_in_the_payload() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    for name in [".DS_Store", "Thumbs.db", "desktop.ini", "._archive.json", "metadata/.DS_Store"] {
        archive.bag(ALPHA).write(name, "where the icons are");
    }
    archive.bag(BETA).write("data/.DS_Store", "where the icons are");
    std::fs::write(archive.file(".DS_Store"), "beside the sessions").expect("written");
    std::fs::write(archive.file("_journal/.DS_Store"), "beside the segments").expect("written");
    let verdict = archive.finds("droppings", &["beta: listings: data/.DS_Store"]);
    let notes = verdict.notes();
    assert_eq!(notes.len(), 5, "{notes:?}");
    assert!(notes.iter().all(|note| note.contains("was left by a file manager")), "{notes:?}");
    assert_eq!(verdict.sound(), [ALPHA, GAMMA]);
    let run = crate::harness::Run::of(&crate::harness::bare(&archive.file("")).args(["verify", "."]).output().expect("a run"));
    run.ends_with(8).lists("data/.DS_Store: not in a manifest: a file manager left it here", "move it out");
    // What only looks like it is a file like any other.
    archive.bag(GAMMA).write("DS_Store", "no such name");
    archive.finds("droppings and a file", &["beta: listings: data/.DS_Store", "gamma: listings: DS_Store"]);
}

#[test]
fn every_finding_is_named_and_each_sort_of_it_is_explained_once() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    text(&archive.root, &["."]).ends_with(0);
    for word in [ALPHA, GAMMA] {
        let bag = archive.bag(word);
        bag.edit(&face(word), |bytes| bytes[9] ^= 1);
        bag.edit(LISTING, |bytes| bytes.push(b' '));
        bag.write("data/more.jpg", "more");
        bag.write("more.txt", "more");
        bag.edit("bagit.txt", |bytes| bytes.push(b' '));
    }
    let run = text(&archive.root, &["."]).ends_with(8).shows("3 sessions: 2 damaged; ");
    assert_eq!((run.stderr.as_str(), run.stdout.contains(BETA)), ("", false), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.starts_with("journal of "), "{}", run.stdout);
    for word in [ALPHA, GAMMA] {
        let mut lines = run.stdout.lines().skip_while(|line| !line.contains(word));
        let own: Vec<&str> = lines.next().into_iter().chain(lines.take_while(|line| line.starts_with("  "))).collect();
        assert!(own[0].ends_with(&format!("{word} damaged: 6 findings")), "{own:#?}");
        for (aspect, path) in [
            ("files missing or not listed", "data/more.jpg"),
            ("files missing or not listed", "more.txt"),
            ("files do not match manifests", &face(word)),
            ("files do not match manifests", LISTING),
            ("cannot be read", "bagit.txt"),
        ] {
            let of = |line: &&&str| line.starts_with(&format!("  {aspect}: {path}: "));
            assert_eq!(own.iter().filter(of).count(), 1, "{own:#?}");
        }
    }
    assert_eq!(run.findings().len(), 12, "{}", run.stdout);
    // Listings, manifests, formats: once for both sessions.
    assert_eq!(run.stdout.matches("\n  hint: ").count(), 3, "{}", run.stdout);
    for praise in ["sound", "files match", "journal matches", "files present", "signatures hold"] {
        assert!(!run.stdout.contains(praise), "{praise}: {}", run.stdout);
    }
    // With -v every session has its line.
    let all = text(&archive.root, &[".", "-v"]).ends_with(8).shows("beta sound: ").shows("gamma damaged: 6 findings");
    assert_eq!(all.findings(), run.findings());
    // Quiet says the same of what is wrong, and nothing else.
    let quiet = text(&archive.root, &[".", "-q"]).ends_with(8);
    assert_eq!((quiet.findings(), quiet.stderr.as_str()), (run.findings(), ""));
    assert_eq!(quiet.stdout.lines().filter(|line| !line.starts_with("  ")).count(), 2, "{}", quiet.stdout);
}

#[cfg(unix)]
#[test]
fn hostile_names_are_escaped() {
    use std::os::unix::ffi::OsStrExt;
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    archive.is_sound("before");
    let names: [&[u8]; 6] =
        [b"a\x1b[31mred.jpg", b"a\nvmedia: error: forged", b"a\rb", "a\u{202e}gpj.exe".as_bytes(), b"not\xffutf-8", b"a\\b:c"];
    // macOS takes no name that is not UTF-8.
    let names: Vec<&[u8]> = names.into_iter().filter(|name| !cfg!(target_os = "macos") || std::str::from_utf8(name).is_ok()).collect();
    for name in &names {
        std::fs::write(archive.bag(ALPHA).file("data").join(std::ffi::OsStr::from_bytes(name)), "x").expect("written");
    }
    let verdict = archive.verify(&[]);
    assert_eq!((verdict.code, verdict.findings().len(), verdict.sound()), (8, names.len(), vec![BETA.to_owned(), GAMMA.to_owned()]));
    let run = text(&archive.root, &["."]).ends_with(8);
    assert!(!run.stdout.contains(['\u{1b}', '\r', '\u{202e}']), "{:?}", run.stdout);
    assert!(!run.stdout.lines().any(|line| line.starts_with("vmedia: error: forged")), "{}", run.stdout);
    assert_eq!(run.findings().len(), names.len(), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_closed_folder_does_not_prevent_the_check_of_the_others() {
    use std::os::unix::fs::PermissionsExt;
    let evidence = Evidence::young();
    let archive = evidence.archive();
    let locked = archive.root.join("lost+found");
    std::fs::create_dir(&locked).expect("a folder");
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o000)).expect("a mode");
    let is_locked = std::fs::read_dir(&locked).is_err();
    let verdict = archive.verify(&[]);
    let quiet = text(&archive.root, &[".", "-q"]);
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o700)).expect("a mode");
    if !is_locked {
        crate::harness::cannot("this user ignores permissions");
        return;
    }
    assert!(quiet.ends_with(0).stderr.contains("lost+found"), "quiet");
    assert_eq!((verdict.code, verdict.sound().len()), (0, 3), "the others are checked");
    assert!(verdict.partial().is_some_and(|words| words.contains("1 folder that could not be looked into")));
}

#[cfg(unix)]
#[test]
fn a_session_that_may_not_be_looked_into_is_found() {
    use std::os::unix::fs::PermissionsExt;
    let evidence = Evidence::young();
    let archive = evidence.archive();
    let locked = archive.file(BETA);
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o000)).expect("a mode");
    let is_locked = std::fs::read_dir(&locked).is_err();
    let verdict = archive.verify(&[]);
    let catalog = Run::of(&bare(&archive.root).args(["catalog", "."]).output().expect("a run"));
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o700)).expect("a mode");
    if !is_locked {
        crate::harness::cannot("this user ignores permissions");
        return;
    }
    assert_eq!((verdict.code, verdict.found().into_iter().collect::<Vec<_>>()), (8, vec!["beta: readable: .".to_owned()]));
    assert_eq!((verdict.sound(), verdict.checked(BETA)), (vec![ALPHA.to_owned(), GAMMA.to_owned()], Vec::new()));
    assert!(catalog.ends_with(8).stdout.contains("unreadable"));
}

#[test]
fn a_file_that_cannot_be_read_is_the_only_one_that_is_found() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    // Larger than any answer that is kept, so that it is not read at all.
    let listing = std::fs::File::create(archive.bag(ALPHA).file(LISTING)).expect("a file");
    listing.set_len(64 * 1024 * 1024 + 1).expect("a length");
    let before = archive.segments();
    let verdict = archive.finds("a file too large", &[&format!("alpha: readable: {LISTING}")]);
    assert_eq!(verdict.checked(ALPHA), [], "nothing of a damaged session is praised");
    let files = verdict.events.iter().find_map(|event| match event {
        Event::BagVerified(SessionReport { files, findings, .. }) if !findings.is_empty() => Some(*files),
        _ => None,
    });
    assert_eq!(files, Some(5), "the others were read");
    // What goes into the journal is no more than that.
    verify(&archive.root, &["."]);
    let newest = archive.segments().into_iter().find(|segment| !before.contains(segment)).expect("a segment");
    let damaged: Vec<_> = archive.entries(&newest).into_iter().filter(|entry| entry["entry"] == "damaged").collect();
    assert_eq!((damaged.len(), damaged[0]["findings"].as_array().map(Vec::len)), (1, Some(1)), "{damaged:?}");
}

#[cfg(unix)]
#[test]
fn an_unreadable_manifest_accuses_no_file() {
    use std::os::unix::fs::PermissionsExt;
    let evidence = Evidence::young();
    let archive = evidence.archive();
    for name in [TAGS, "manifest-sha256.txt", &face(ALPHA)] {
        let locked = archive.bag(ALPHA).file(name);
        std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o000)).expect("a mode");
        let is_locked = std::fs::read(&locked).is_err();
        let verdict = archive.verify(&[]);
        std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o600)).expect("a mode");
        if !is_locked {
            crate::harness::cannot("this user ignores permissions");
            return;
        }
        assert_eq!(verdict.code, 8);
        assert_eq!(verdict.found().into_iter().collect::<Vec<_>>(), [format!("alpha: readable: {name}")]);
        assert_eq!(verdict.checked(ALPHA), [], "{name}");
    }
}

#[test]
fn two_archives_without_a_common_session_are_joined_by_copying_one_into_the_other() {
    let evidence = Evidence::new();
    let (world, archive) = (&evidence.world, evidence.archive());
    world.run(&["download", GAMMA, "-o", "other"]).ends_with(0);
    std::fs::remove_dir_all(&archive.root).expect("removed");
    world.run(&["download", ALPHA, BETA]).ends_with(0);
    copy(&world.folder().join("other").join(GAMMA), &archive.file(GAMMA));
    for segment in (Archive { root: world.folder().join("other") }).segments() {
        let [from, to] = ["other", "vmedia-archive"].map(|root| world.folder().join(root).join("_journal").join(&segment));
        std::fs::copy(from, to).expect("copied");
    }
    assert_eq!(archive.is_sound("joined").heads().len(), 2);
    world.run(&["download", ALPHA, GAMMA]).ends_with(0).says("nothing to fetch");
    assert_eq!(archive.is_sound("one run later").heads().len(), 1);
}
