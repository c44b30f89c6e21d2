//! The real program under `strace`: killed at any system call that changes a file, or given an error by any such call,
//! and watched for the order of its calls. Where `strace` is missing or may not trace, these tests say so and pass.
//!
//! Each goes from call to call in steps, so that it takes some seconds; `VMEDIA_EVERY_CALL=1` makes it take every call.

use super::{claims_to_be_finished, is_complete, small, whole};
use crate::harness::{NEWEST, Run, SESSION, World, bare, can_trace, in_memory};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The calls that change files, by what they do; a question mark where not every machine has the call.
const CHANGES: [&str; 9] = [
    "openat,?openat2",
    "write",
    "fsync,?syncfs",
    "fdatasync",
    "?rename,?renameat,?renameat2",
    "?link,linkat",
    "?unlink,unlinkat",
    "?mkdir,mkdirat",
    "ftruncate,flock",
];

/// How many calls are passed over between two that are met.
fn stride(usually: usize) -> usize {
    if std::env::var_os("VMEDIA_EVERY_CALL").is_some() { 1 } else { usually }
}

/// A download under `strace` with these words, by one worker.
fn traced(world: &World, root: &Path, words: &[&str]) -> Run {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq"])
        .args(words)
        .arg(env!("CARGO_BIN_EXE_vmedia"))
        .args(["download", SESSION, "-j", "1", "--with", "decision", "-o"]);
    command.arg(root).args(["--retries", "0"]).current_dir(world.folder());
    for (key, value) in world.process(&[]).get_envs().filter_map(|(key, value)| Some((key, value?))) {
        command.env(key, value);
    }
    Run::of(&command.output().expect("strace"))
}

/// The run after: completes, and fetches nothing that was there.
#[track_caller]
fn goes_on(world: &World, root: &Path, what: &str) {
    let before = whole(root);
    world.sandbox.clear_exchanges();
    let run = world.run(&["download", SESSION, "--with", "decision", "-o", &root.display().to_string()]);
    assert_eq!(run.code, 0, "{what}: {}", run.stderr);
    assert!(!run.stderr.contains("is being archived by"), "{what}: {}", run.stderr);
    is_complete(world, root, &before, what);
}

/// Fails the test unless `verify` finds nothing in any of these archives.
#[track_caller]
fn are_sound(world: &World, roots: &[PathBuf]) {
    let output = bare(world.folder()).args(["verify", "--read-only"]).args(roots).output().expect("a run");
    Run::of(&output).ends_with(0);
}

/// Meets calls of each sort, one run for each, until there is none of that number; `judge` looks at each run.
fn at_every(calls: &[&str], usually: usize, inject: impl Fn(&str, usize) -> String, judge: impl Fn(&Run, &str)) -> usize {
    let (world, folder) = (World::with(vec![small()]), in_memory());
    let log = folder.path().join("log");
    let (mut roots, mut finished) = (Vec::new(), Vec::new());
    for (sort, calls) in calls.iter().enumerate() {
        for number in (1 + sort % stride(usually)..).step_by(stride(usually)) {
            let root = folder.path().join(format!("archive-{sort}-{number}"));
            let what = inject(calls, number);
            let run = traced(&world, &root, &["-o", &log.display().to_string(), "-e", &format!("trace={calls}"), "-e", &what]);
            let log = std::fs::read_to_string(&log).expect("a log");
            if !log.contains("(INJECTED)") && !log.contains("killed by SIGKILL") {
                assert_eq!(run.code, 0, "{what}: {}\n{log}", run.stderr);
                break;
            }
            judge(&run, &what);
            if claims_to_be_finished(&root) && root.join(SESSION).join("archive.json").exists() {
                let kept = folder.path().join(format!("finished-{sort}-{number}"));
                crate::evidence::copy(&root, &kept);
                finished.push(kept);
            }
            goes_on(&world, &root, &what);
            roots.push(root);
        }
    }
    are_sound(&world, &finished);
    are_sound(&world, &roots);
    roots.len()
}

#[test]
fn a_kill_at_any_call_costs_no_finished_file() {
    if !can_trace() {
        return;
    }
    let inject = |calls: &str, number| format!("inject={calls}:signal=SIGKILL:when={number}");
    let met = at_every(&CHANGES, 4, inject, |run, what| assert_eq!(run.code, -1, "{what}: {}", run.stderr));
    eprintln!("killed at {met} calls");
    assert!(met >= 10, "killed at {met} calls only");
}

#[test]
fn a_call_that_fails_is_reported_and_made_good_by_the_next_run() {
    if !can_trace() {
        return;
    }
    let errors = ["ENOSPC", "EACCES", "EROFS", "EIO"];
    let inject = |calls: &str, number: usize| format!("inject={calls}:error={}:when={number}", errors[number % errors.len()]);
    let met = at_every(&CHANGES[2..8], 3, inject, |run, what| {
        // A call that only tidies up may fail without harm.
        assert!(matches!(run.code, 0 | 6), "{what}: {} {}", run.code, run.stderr);
        let is_told = run.stderr.contains("vmedia: error: cannot ") && run.stderr.contains("archive-");
        assert_eq!(is_told, run.code == 6, "{what}: {}", run.stderr);
    });
    eprintln!("{met} calls failed");
    assert!(met >= 10, "{met} calls failed only");
}

/// A call that matters to what a power loss leaves.
#[derive(Debug, PartialEq)]
enum Call {
    /// A folder is opened to be listed or synced.
    Open(String),
    Create(String),
    Write(String, String),
    Sync(String),
    /// A sync of the whole file system.
    SyncAll,
    Rename(String, String),
    Remove(String),
    Folder(String),
}

/// The calls of a log, each where it returned, without those that failed.
fn calls(log: &str) -> Vec<Call> {
    let mut begun: BTreeMap<&str, String> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let (thread, rest) = line.split_once(' ').expect("a thread");
        let rest = rest.trim_start();
        if let Some(beginning) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(thread, beginning.to_owned());
            continue;
        }
        let text = match rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, end)) => begun.remove(thread).expect("its beginning") + end,
            None => rest.to_owned(),
        };
        let Some((call, answer)) = text.rsplit_once(" = ") else { continue };
        if !answer.starts_with('-') {
            calls.extend(understood(call));
        }
    }
    calls
}

fn understood(call: &str) -> Option<Call> {
    let (name, words) = call.split_once('(')?;
    // `7</the/path>`, as `-y` shows it.
    let opened = || Some(words.split_once('<')?.1.split_once('>')?.0.to_owned());
    let mut quoted = named(words).into_iter();
    Some(match name {
        "openat" | "openat2" if words.contains("O_DIRECTORY") && !words.contains("O_PATH") => Call::Open(quoted.next()?),
        "openat" | "openat2" if words.contains("O_CREAT") => Call::Create(quoted.next()?),
        "write" => Call::Write(opened()?, words.split_once('"')?.1.to_owned()),
        "fsync" | "fdatasync" => Call::Sync(opened()?),
        "syncfs" => Call::SyncAll,
        "rename" | "renameat" | "renameat2" => Call::Rename(quoted.next()?, quoted.next()?),
        "unlink" | "unlinkat" => Call::Remove(quoted.next()?),
        "mkdir" | "mkdirat" => Call::Folder(quoted.next()?),
        _ => return None,
    })
}

/// The full paths of the quoted names of a call, each of which follows the folder that it is in: `7</the/folder>, "name"`.
fn named(words: &str) -> Vec<String> {
    let pieces: Vec<&str> = words.split('"').collect();
    let names = pieces.chunks_exact(2).map(|pair| {
        let folder = pair[0].rsplit_once('<').and_then(|(_, rest)| Some(rest.split_once('>')?.0));
        match folder {
            Some(folder) if !pair[1].starts_with('/') => format!("{folder}/{}", pair[1]),
            _ => pair[1].to_owned(),
        }
    });
    names.collect()
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').expect("a folder").0
}

/// Fails the test unless a power loss at any of these calls would keep everything that was reported.
#[track_caller]
fn outlasts_a_power_loss(calls: &[Call], root: &Path) {
    let root = root.display().to_string();
    let session = format!("{root}/{SESSION}");
    let mark = format!("{session}/unfinished.ndjson");
    let find =
        |what: &str, is_it: &dyn Fn(&Call) -> bool| calls.iter().position(is_it).unwrap_or_else(|| panic!("no {what} in {calls:#?}"));
    let synced = |path: &str, from: usize, to: usize, why: &str| {
        let is_synced = calls[from..to].iter().any(|call| *call == Call::Sync(path.to_owned()) || *call == Call::SyncAll);
        assert!(is_synced, "{path} is not synced {why}: {:?}", calls[from]);
    };
    if calls.contains(&Call::SyncAll) {
        // The system does not report a lost write to a handle that was opened after another process learned of it.
        let opened = find("handle of the file system", &|call| *call == Call::Open(format!("{root}/.")));
        let first = find("file", &|call| matches!(call, Call::Create(path) if path.starts_with(&root)));
        assert!(opened < first, "{:?} comes before {:?}", calls[first], calls[opened]);
    }
    let reported = find("word of the end", &|call| matches!(call, Call::Write(_, text) if text.contains(" complete: ")));
    let unmarked = find("end of the mark", &|call| *call == Call::Remove(mark.clone()));
    let recorded = find("record", &|call| matches!(call, Call::Rename(_, to) if *to == format!("{session}/archive.json")));
    assert!(recorded < unmarked && unmarked < reported);
    synced(&session, unmarked, reported, "after the mark was removed");
    let marked = find("mark", &|call| *call == Call::Create(mark.clone()));
    let changed = find("change", &|call| matches!(call, Call::Rename(_, to) if to.starts_with(&session)));
    synced(&mark, marked, changed, "before anything is changed");
    synced(&session, marked, changed, "after the mark was made in it");
    let counts = |path: &str| path.starts_with(&root) && !path.contains("/.vmedia");
    for (index, call) in calls.iter().enumerate() {
        match call {
            Call::Rename(from, to) if counts(to) => {
                if counts(from) {
                    synced(parent(from), index, unmarked, "after a name went from it");
                } else {
                    let written = calls[..index].iter().rposition(|call| matches!(call, Call::Write(path, _) if path == from));
                    synced(from, written.expect("its bytes"), index, "between its last bytes and its name");
                }
                let until = if to.starts_with(&session) { unmarked } else { reported };
                synced(parent(to), index, until, "after a name in it was given");
            }
            Call::Folder(path) if counts(path) => synced(parent(path), index, unmarked, "after a folder in it was made"),
            // Each line opens it anew; the first made it.
            Call::Create(path) if path.contains("/_journal/") && !calls[..index].contains(call) => {
                synced(parent(path), index, recorded, "after the journal began in it");
            }
            Call::Write(path, text) if path.contains("/_journal/") => {
                let before = if text.contains(r#"\"entry\":\"archived\""#) { recorded } else { calls.len() };
                synced(path, index, before, "after a line was added");
            }
            _ => {}
        }
    }
    let lines = calls[..recorded].iter().filter(|call| matches!(call, Call::Write(path, _) if path.contains("/_journal/"))).count();
    assert!(lines >= 2, "the journal knows of the bag before it is one");
}

/// The calls of two downloads: of a session that is not there yet, and of a bag in which a file was damaged while the provider went on.
/// `more` are further words for `strace`.
fn watched(more: &[&str]) -> [Vec<Call>; 2] {
    let (world, folder) = (World::with(vec![small()]), in_memory());
    // Neither the archive nor the folder that it is made in is there yet.
    let root = folder.path().join("new").join("archive");
    let watched = || {
        let trace = "trace=openat,?openat2,write,fsync,?syncfs,fdatasync,?rename,?renameat,?renameat2,?unlink,unlinkat,?mkdir,mkdirat";
        let words = [&["-y", "-s", "4096", "-o", "log", "-e", trace], more].concat();
        traced(&world, &root, &words).ends_with(0);
        let calls = calls(&std::fs::read_to_string(world.folder().join("log")).expect("a log"));
        outlasts_a_power_loss(&calls, &root);
        calls
    };
    let first = watched();
    std::fs::write(root.join(SESSION).join(&super::expected()[0].1), "damaged").expect("written");
    let mut changed = small();
    changed.attempts[0].status = "declined".to_owned();
    world.sandbox.put_session(changed);
    [first, watched()]
}

#[test]
fn a_download_does_to_the_disk_what_a_power_loss_respects_in_that_order() {
    if !can_trace() {
        return;
    }
    let [first, further] = watched(&[]);
    let renamed = |to: &str| further.iter().any(|call| matches!(call, Call::Rename(_, path) if path.ends_with(to)));
    assert!(renamed("attempts.2.json") && renamed(&format!("damaged/data/{NEWEST}/document-front_front-{SESSION}.jpg")), "{further:#?}");
    // Between the session's lock and the word of its end, without the folders of a new archive.
    let is_mark = |call: &Call| matches!(call, Call::Create(path) if path.ends_with("/unfinished.ndjson"));
    let began = first.iter().position(is_mark).expect("a mark");
    let ended = first.iter().position(|call| matches!(call, Call::Write(_, text) if text.contains(" complete: "))).expect("an end");
    let syncs: Vec<_> = first[began..ended].iter().filter(|call| matches!(call, Call::Sync(_) | Call::SyncAll)).collect();
    let of_media = syncs.iter().filter(|call| matches!(call, Call::Sync(path) if path.contains("/.vmedia/"))).count();
    assert_eq!(of_media, super::MEDIA.len(), "{syncs:#?}");
    assert!(syncs.len() - of_media <= 8, "{syncs:#?}");
}

#[test]
fn where_the_system_forbids_a_sync_of_everything_each_file_has_its_own() {
    if !can_trace() {
        return;
    }
    for error in ["ENOSYS", "EPERM"] {
        for calls in watched(&["-e", &format!("inject=syncfs:error={error}")]) {
            assert!(!calls.contains(&Call::SyncAll), "{calls:#?}");
        }
    }
}

#[test]
fn a_file_system_that_lacks_a_call_is_served_by_another_one() {
    if !can_trace() {
        return;
    }
    let (world, folder) = (World::with(vec![small()]), in_memory());
    let log = folder.path().join("log");
    // `syncfs` would stand in for the syncs. Those with a hint cannot be served: bytes that cannot be synced, and no locks.
    let lacking: [(&[&str], Option<&str>); 6] = [
        (&["fdatasync:error=EOPNOTSUPP"], None),
        (&["fdatasync:error=EINVAL", "fsync:error=EINVAL"], Some("check the disk")),
        (&["fsync:error=EINVAL"], None),
        (&["renameat2:error=EOPNOTSUPP"], None),
        (&["renameat2:error=EINVAL", "linkat:error=EPERM"], None),
        (&["flock:error=ENOLCK"], Some("vmedia needs a file system with locks")),
    ];
    for (number, (calls, hint)) in lacking.into_iter().enumerate() {
        let root = folder.path().join(format!("archive-{number}"));
        let injected: Vec<String> = ["syncfs:error=EPERM"].iter().chain(calls).map(|call| format!("inject={call}")).collect();
        let words = ["-o", &log.display().to_string(), "-e", "trace=?syncfs,fsync,fdatasync,?renameat2,linkat,flock"].map(str::to_owned);
        let words: Vec<&str> = words.iter().map(String::as_str).chain(injected.iter().flat_map(|call| ["-e", call])).collect();
        world.sandbox.clear_exchanges();
        let run = traced(&world, &root, &words);
        assert!(std::fs::read_to_string(&log).expect("a log").contains("(INJECTED)"), "{calls:?}");
        if let Some(hint) = hint {
            run.ends_with(6).complains("cannot ", hint);
            continue;
        }
        run.ends_with(0);
        is_complete(&world, &root, &[], &calls.concat());
        are_sound(&world, &[root]);
    }
}
