//! Verifications of a part: samples, days, interruptions. What was not looked at is never called sound. And
//! verifications that leave no trace, because they must not or cannot.

use super::forger::swap;
use super::{ALPHA, Archive, BETA, Evidence, GAMMA, LISTING, Verdict, face, whole_tree};
use crate::harness::{Run, bare, jpeg};
use vmedia::archive::verify::SessionReport;
use vmedia::engine::Event;

/// How many files were read, and how many were not.
fn read(verdict: &Verdict) -> (u64, u64) {
    let counts = verdict.events.iter().filter_map(|event| match event {
        Event::BagVerified(SessionReport { files, unread, .. }) => Some((*files, *unread)),
        _ => None,
    });
    counts.fold((0, 0), |(files, unread), (more, others)| (files + more, unread + others))
}

/// Why a verification says nothing of the whole.
fn partial(verdict: &Verdict) -> Option<String> {
    match verdict.events.last() {
        Some(Event::VerifyFinished { partial, .. }) => partial.clone(),
        other => panic!("no end: {other:?}"),
    }
}

fn text(archive: &Archive, words: &[&str]) -> Run {
    Run::of(&bare(&archive.root).args(["verify", ".", "--read-only"]).args(words).output().expect("a run"))
}

#[test]
fn a_sample_reads_about_that_share_and_says_so() {
    let evidence = Evidence::new();
    let archive = evidence.archive();
    assert_eq!((read(&archive.is_sound("all")), partial(&archive.is_sound("all"))), ((16, 0), None));
    let all = archive.verify(&["--sample", "100"]);
    assert_eq!((all.code, read(&all)), (0, (16, 0)));
    assert_eq!(partial(&all).as_deref(), Some("a sample of 100 %: 16 of 16 files were read"));
    let none = archive.verify(&["--sample", "0.0000001%"]);
    assert_eq!((none.code, read(&none)), (0, (1, 15)), "one of an archive is always read");
    assert_eq!(partial(&none).as_deref(), Some("a sample of 0.0000001 %: 1 of 16 files were read"));
    // 640 throws of a coin: what is not between these would happen once in the life of a universe.
    let heads: u64 = (0..40).map(|_| read(&archive.verify(&["--sample", "50"])).0).sum();
    assert!((200..440).contains(&heads), "{heads} of 640");
    let run = text(&archive, &["--sample", "50"]).ends_with(0).shows("this says nothing of what was not read: a sample of 50 %");
    assert!(run.stdout.contains("3 sessions: nothing found") && !run.stdout.contains("all sound"), "{}", run.stdout);
    text(&archive, &[]).ends_with(0).shows("3 sessions: all sound: all listed files present, files match manifests, journal matches; ");
}

#[test]
fn what_needs_no_reading_is_found_in_the_smallest_sample() {
    type Deed = fn(&Archive);
    let deeds: [(&str, Deed); 8] = [
        ("alpha: listings: data/alpha-new/face_face-alpha.jpg", |archive| archive.bag(ALPHA).remove(&face(ALPHA))),
        ("alpha: manifests: bag-info.txt", |archive| archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes.truncate(9))),
        ("alpha: listings: data/more.jpg", |archive| archive.bag(ALPHA).write("data/more.jpg", "more")),
        ("alpha: manifests: metadata/media.json", |archive| archive.bag(ALPHA).edit(LISTING, |bytes| swap(bytes, "success", "Success"))),
        ("alpha: manifests: archive.json", |archive| archive.bag(ALPHA).edit("archive.json", |bytes| bytes.push(b'\n'))),
        ("alpha: journal: tagmanifest-sha256.txt", |archive| {
            archive.bag(ALPHA).edit_record(|record| record["provider"] = "veriff2".into());
            archive.bag(ALPHA).forge_manifests();
        }),
        ("alpha: listings: .", |archive| std::fs::remove_dir_all(archive.file(ALPHA)).expect("removed")),
        ("alpha: journal: data/alpha-new/face_face-alpha.jpg", |archive| {
            archive.bag(ALPHA).write(&face(ALPHA), jpeg("forged"));
            archive.bag(ALPHA).forge();
        }),
    ];
    let evidence = Evidence::new();
    for (found, deed) in deeds {
        let archive = evidence.copy("tampered");
        assert_eq!(archive.verify(&["--sample", "0.0000001"]).code, 0);
        deed(&archive);
        let verdict = archive.verify(&["--sample", "0.0000001"]);
        assert!(verdict.found().contains(found), "{found}: {:?}", verdict.found());
        assert_eq!((verdict.code, verdict.sound()), (8, vec![BETA.to_owned(), GAMMA.to_owned()]), "{found}");
    }
    // What only the bytes give away is not found, and not denied, unless it is the one file that is read.
    let archive = evidence.copy("tampered");
    archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes[9] ^= 1);
    let is_missed = |verdict: Verdict| verdict.code == 0 && partial(&verdict).is_some();
    assert!((0..100).any(|_| is_missed(archive.verify(&["--sample", "0.0000001"]))));
    assert_eq!(archive.verify(&["--sample", "100"]).code, 8);
}

#[test]
fn since_a_day_only_what_changed_since_is_looked_at() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    let newer = archive.entries(&archive.segments()[1])[0]["at"].as_str().expect("a time").to_owned();
    let all = archive.verify(&["--since", "2020-01-01"]);
    assert_eq!((all.code, all.sound()), (0, vec![ALPHA.to_owned(), BETA.to_owned(), GAMMA.to_owned()]));
    assert_eq!(partial(&all).as_deref(), Some("only sessions that changed since 2020-01-01: 3 of 3 sessions"));
    for word in [ALPHA, BETA] {
        archive.bag(word).edit(&face(word), |bytes| bytes[9] ^= 1);
    }
    let one = archive.verify(&["--since", &newer]);
    assert_eq!(one.found().into_iter().collect::<Vec<_>>(), [format!("beta: manifests: {}", face(BETA))]);
    assert!(one.sound().is_empty() && partial(&one).is_some_and(|partial| partial.ends_with("1 of 3 sessions")), "{:?}", partial(&one));
    let none = archive.verify(&["--since", "2199-01-01"]);
    assert_eq!((none.code, none.findings(), none.sound()), (0, Vec::new(), Vec::new()));
    assert_eq!(partial(&none).as_deref(), Some("only sessions that changed since 2199-01-01: 0 of 3 sessions"));
    let run = text(&archive, &["--since", "2199-01-01"]).ends_with(0).shows("0 sessions: nothing found").shows("this says nothing of");
    assert!(!run.stdout.contains("sound"), "{}", run.stdout);
    // A session that is not there any more has no day.
    std::fs::remove_dir_all(archive.file(GAMMA)).expect("removed");
    let verdict = archive.verify(&["--since", "2199-01-01"]);
    assert_eq!((verdict.code, verdict.found().into_iter().collect::<Vec<_>>()), (8, vec!["gamma: listings: .".to_owned()]));
}

#[test]
fn read_only_leaves_no_trace() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    // Without the folder for locks, and with a run whose end is not there: who is still at work?
    std::fs::remove_dir_all(archive.file(".vmedia")).expect("removed");
    let newest = archive.segments().pop().expect("a segment");
    let lines = archive.lines(&newest);
    archive.write_lines(&newest, &lines[..lines.len() - 1]);
    for is_damaged in [false, true] {
        if is_damaged {
            archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes[9] ^= 1);
        }
        let before = whole_tree(&archive.root);
        assert_eq!(archive.verify(&[]).code, if is_damaged { 8 } else { 0 });
        assert_eq!(archive.verify(&["--sample", "50", "--expect-head", &"0".repeat(64)]).code, 8);
        assert_eq!(whole_tree(&archive.root), before);
        // Otherwise it is written down, in the journal and nowhere else.
        let verdict = super::verify(&archive.root, &["."]);
        assert_eq!(verdict.code, if is_damaged { 8 } else { 0 });
        let mut after = whole_tree(&archive.root);
        after.retain(|path, _| !before.contains_key(path) && !path.starts_with(".vmedia/"));
        assert_eq!(after.len(), 1, "{:?}", after.keys());
        let entries = archive.entries(archive.segments().last().expect("a segment"));
        let words: Vec<&str> = entries.iter().map(|entry| entry["entry"].as_str().expect("a word")).collect();
        assert_eq!(words, if is_damaged { &["opened", "damaged", "verified", "closed"][..] } else { &["opened", "verified", "closed"] });
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_archive_on_a_disk_that_cannot_be_written_is_verified_and_says_that_it_is_not_written_down() {
    use crate::harness::World;
    use crate::interrupt::disk::Disk;
    let world = World::with([ALPHA, BETA, GAMMA].map(super::session).to_vec());
    let Some(disk) = Disk::mount(&world, "size=16m") else { return };
    world.run(&["download", ALPHA, BETA, GAMMA]).ends_with(0);
    let archive = Archive { root: world.archive() };
    disk.remount("ro");
    let unwritten = "this verification is not written down in the journal of vmedia-archive: cannot ";
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(0).shows("3 sessions: all sound").says(unwritten);
    assert_eq!(run.stderr.matches("not written down").count(), 1, "{}", run.stderr);
    let run = world.run(&["verify", "vmedia-archive", "-q"]).ends_with(0);
    assert!(run.stderr.contains(unwritten) && run.stderr.lines().count() == 1, "{}", run.stderr);
    let run = world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(0);
    assert!(!run.stderr.contains("not written down"), "{}", run.stderr);
    // What is found is more than that it cannot be written.
    disk.remount("rw");
    for word in [ALPHA, GAMMA] {
        archive.bag(word).edit(&face(word), |bytes| bytes[9] ^= 1);
    }
    disk.remount("ro");
    let run = world
        .run(&["verify", "vmedia-archive"])
        .ends_with(8)
        .shows(&face(ALPHA))
        .shows(&face(GAMMA))
        .shows("3 sessions: 2 damaged")
        .says(unwritten);
    assert_eq!(run.stderr.matches("not written down").count(), 1, "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn an_archive_that_may_not_be_written_is_verified_all_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    let allow = |mode| {
        for below in [".", "_journal", ".vmedia", ".vmedia/locks"] {
            std::fs::set_permissions(archive.file(below), std::fs::Permissions::from_mode(mode)).expect("set");
        }
    };
    allow(0o500);
    let is_bound = std::fs::write(archive.file("probe"), "").is_err();
    let verdict = is_bound.then(|| super::verify(&archive.root, &["."]));
    allow(0o700);
    let Some(verdict) = verdict else {
        crate::harness::cannot("this user ignores permissions");
        return;
    };
    assert_eq!((verdict.code, verdict.sound().len()), (0, 3));
    let is_told = |event: &Event| matches!(event, Event::Remark { text } if text.contains("not written down"));
    assert_eq!(verdict.events.iter().filter(|event| is_told(event)).count(), 1, "{:?}", verdict.events);
}

#[test]
fn one_reader_and_many_tell_the_same_in_the_same_order() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    for word in [ALPHA, GAMMA] {
        archive.bag(word).edit(&face(word), |bytes| bytes[9] ^= 1);
        archive.bag(word).write("data/more.jpg", "more");
        archive.bag(word).remove(LISTING);
    }
    let reported = |jobs: &str| {
        let mut events = archive.verify(&["-j", jobs]).events;
        for event in &mut events {
            match event {
                Event::VerifyStarted { workers, .. } => *workers = 0,
                Event::VerifyFinished { milliseconds, .. } => *milliseconds = 0,
                _ => {}
            }
        }
        events
    };
    let one = reported("1");
    assert_eq!(one.len(), 6, "{one:?}");
    for _ in 0..10 {
        assert_eq!(reported("8"), one);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_verification_says_how_far_it_came_and_calls_nothing_sound_as_a_whole() {
    let evidence = Evidence::new();
    let archive = evidence.archive();
    let hole = archive.bag(BETA).file(&face(BETA));
    crate::harness::set_length(&hole, 1 << 40);
    for format in ["json", "text"] {
        let log = evidence.world.folder().join(format!("{format}.log"));
        let words =
            ["verify", "vmedia-archive", "--read-only", "-v", "-j", "1", "--format", format, "--log-file", &log.display().to_string()];
        let mut process = evidence.world.process(&words);
        let child = process.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("a process");
        crate::harness::until("the first is reported", || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("bag-verified")));
        let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("kill").success());
        let run = Run::of(&child.wait_with_output().expect("an end")).ends_with(130);
        if format == "json" {
            let Some(Event::VerifyFinished { code: 130, bags: 1, partial, .. }) = run.events().pop() else { panic!("{}", run.stdout) };
            assert_eq!(partial.as_deref(), Some("interrupted: 1 of 3 sessions were checked"));
        } else {
            let run = run.complains("not complete: interrupted: 1 of 3 sessions", "run the same command again");
            let run = run.shows("alpha sound").shows("1 session: nothing found").shows("was not read: interrupted: 1 of 3 sessions");
            assert!(!run.stdout.contains("all sound") && !run.stdout.contains("gamma"), "{}", run.stdout);
        }
    }
}
