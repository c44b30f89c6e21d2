//! Many workers on the same sessions, each with a disk of its own, killed again and again while an auditor rereads what is finished and the
//! store stops in the middle. Everything is locked, so nothing could be taken back.

use super::{bag_of, bucket, downloaded, fetch, nothing_was_replaced};
use crate::harness::{ADMIN, Keeps, ObjectServer, World, lacks, session_named, until};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use vmedia::archive::objects::ObjectStore;
use vmedia::objects::Bucket;
use vmedia::store::StorePath;

/// Workers, and what happens to them.
struct Chaos<'a> {
    world: &'a World,
    server: &'a ObjectServer,
    url: String,
    kills: usize,
    done: AtomicUsize,
    killed: AtomicUsize,
}

impl Chaos<'_> {
    /// Starts a worker that sends that many files at once.
    fn start(&self, worker: usize, jobs: &str) -> Child {
        let archive = format!("w{worker}");
        // Both layouts may be mixed.
        let layout = ["bag", "zip"][worker % 2];
        let words = [
            "ship",
            &archive,
            "--layout",
            layout,
            "--to",
            &self.url,
            "--lock",
            "compliance",
            "--lock-days",
            "1",
            "--retry-delay",
            "0.05",
            "-q",
            "-j",
            jobs,
        ];
        let mut process = self.world.process(&words);
        process.envs(self.server.environment(ADMIN)).stdout(Stdio::null()).stderr(Stdio::piped());
        process.spawn().expect("a worker")
    }

    /// Returns the number of objects in the bucket; none while the store is away.
    fn objects(&self, place: &Bucket) -> Option<usize> {
        let mut count = 0;
        let mut add = |_| {
            count += 1;
            Ok(())
        };
        place.list(None, &mut add).ok().map(|()| count)
    }

    /// Kills a worker when others and itself have created some objects; then lets it come to its end.
    fn work(&self, worker: usize) {
        let place = bucket(self.server, &self.url);
        for kill in 0..self.kills {
            // Slow enough to be killed on its way.
            let mut child = self.start(worker, "1");
            let wanted = self.objects(&place).unwrap_or(0) + 1 + (worker * 7 + kill * 5) % 12;
            while child.try_wait().expect("a status").is_none() && self.objects(&place).is_none_or(|count| count < wanted) {}
            self.killed.fetch_add(usize::from(child.try_wait().expect("a status").is_none()), Ordering::Relaxed);
            child.kill().and_then(|()| child.wait()).expect("killed");
        }
        let mut said = String::new();
        for _ in 0..20 {
            until("the store answers", || self.objects(&place).is_some());
            let output = self.start(worker, "4").wait_with_output().expect("its end");
            said = String::from_utf8_lossy(&output.stderr).into_owned();
            // The store may have gone away.
            if output.status.success() {
                self.done.fetch_add(1, Ordering::Relaxed);
                return;
            }
            assert_eq!(output.status.code().filter(|code| [5, 7].contains(code)), output.status.code(), "{said}");
        }
        panic!("worker {worker} came to no end: {said}");
    }

    /// Reads what is finished, each version once; returns their number.
    fn audit(&self, is_over: &AtomicBool) -> usize {
        let (place, mut audited) = (bucket(self.server, &self.url), BTreeSet::new());
        loop {
            let is_last = is_over.load(Ordering::Relaxed);
            for version in finished(&place).into_iter().flatten() {
                if !audited.contains(&version) && is_whole(&place, &version).is_some() {
                    audited.insert(version);
                }
            }
            if is_last {
                return audited.len();
            }
        }
    }
}

/// Sets a flag when it is dropped.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The finished versions; none while the store is away.
fn finished(place: &Bucket) -> Option<Vec<StorePath>> {
    let mut found = Vec::new();
    let mut add = |object: vmedia::archive::objects::ListedObject| {
        let key = object.key.as_str();
        found.extend(key.strip_suffix("/bagit.txt").or_else(|| key.strip_suffix("/bag.zip")).and_then(StorePath::parse));
        Ok(())
    };
    place.list(None, &mut add).ok().map(|()| found)
}

/// Fails the test unless everything that a finished version names is there; none while the store is away.
fn is_whole(place: &Bucket, version: &StorePath) -> Option<()> {
    let read = |name: &str| -> Option<Option<String>> {
        let Some(mut stream) = place.open(&version.join(name), None, None).ok()? else { return Some(None) };
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(Some(text))
    };
    // Its bytes are judged at the end.
    if let Some(head) = place.head(&version.join("bag.zip"), None).ok()? {
        assert!(head.locked.is_some(), "{version}/bag.zip is not locked");
        return Some(());
    }
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let text = read(manifest)?.unwrap_or_else(|| panic!("{version} has no {manifest}"));
        named.extend(text.lines().filter_map(|line| line.split_once("  ")).map(|(sha256, path)| (path.to_owned(), sha256.to_owned())));
    }
    let fetched: HashMap<String, StorePath> = read("fetch.txt")?.unwrap_or_default().lines().map(|line| elsewhere(version, line)).collect();
    for (path, sha256) in named {
        let key = fetched.get(&path).cloned().unwrap_or_else(|| version.join(&path));
        let head = place.head(&key, None).ok()?.unwrap_or_else(|| panic!("{version} lacks {path}"));
        assert_eq!(head.sha256.as_deref(), Some(&*sha256), "{key}");
        assert!(head.locked.is_some(), "{key} is not locked");
    }
    Some(())
}

/// A line of `fetch.txt`: the path, and the object.
fn elsewhere(version: &StorePath, line: &str) -> (String, StorePath) {
    let path = line.splitn(3, ' ').nth(2).expect("a path");
    let url = line.split(' ').next().expect("a URL").strip_suffix(path).expect("the path");
    let name = url.trim_end_matches('/').rsplit('/').next().expect("a version");
    (path.to_owned(), version.parent().expect("a session").join(name).join(path))
}

/// Lets workers ship the same sessions, and judges what is there when they are done.
fn chaos(workers: usize, sessions: usize, kills: usize, least: usize) {
    let Some(server) = ObjectServer::own() else { return };
    let ids: Vec<String> = (0..sessions).map(|number| format!("session-{number:02}")).collect();
    let world = World::with(ids.iter().map(|id| session_named(id, &format!("new-{id}"), &format!("old-{id}"))).collect());
    for worker in 0..workers {
        let archive = format!("w{worker}");
        let words: Vec<&str> = ["download", "-q", "-o", &archive].into_iter().chain(ids.iter().map(String::as_str)).collect();
        world.run(&words).ends_with(0);
    }
    let name = server.bucket(Keeps::Locks);
    let (done, killed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let chaos = Chaos { world: &world, server: &server, url: format!("s3://{name}/p"), kills, done, killed };
    let (is_over, panics) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let audited = std::thread::scope(|scope| {
        let auditor = scope.spawn(|| chaos.audit(&is_over));
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn({
                    let chaos = &chaos;
                    move || chaos.work(worker)
                })
            })
            .collect();
        // Set however this ends, so that the auditor ends, too.
        let over = SetOnDrop(&is_over);
        // The store goes away when half of the kills are done, and comes back.
        let is_half_done = || chaos.killed.load(Ordering::Relaxed) >= workers * kills / 2 || chaos.done.load(Ordering::Relaxed) > 0;
        while !is_half_done() && !threads.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        server.stop();
        server.start_again();
        for thread in threads {
            panics.lock().expect("a lock").extend(thread.join().err().map(|_| ()));
        }
        drop(over);
        auditor.join().expect("no violation")
    });
    assert!(panics.into_inner().expect("a lock").is_empty(), "see above");
    let killed = chaos.killed.load(Ordering::Relaxed);
    assert!(killed >= least, "{killed} kills");
    let Some(copy) = downloaded(&server, &format!("{name}/p"), &world.folder().join("copy")) else { return };
    // After a request for each object: `SeaweedFS` writes which version is the newest in a second step, and if it is killed before that, when the
    // object is asked for again.
    nothing_was_replaced(&server, &chaos.url);
    let mut versions: Vec<PathBuf> = Vec::new();
    for id in &ids {
        let here: Vec<PathBuf> = std::fs::read_dir(copy.join(id)).expect(id).map(|entry| entry.expect("an entry").path()).collect();
        assert!(!here.is_empty() && here.len() <= workers, "{id}: {here:?}");
        versions.extend(here);
    }
    versions.iter().filter(|version| version.join("fetch.txt").exists()).for_each(|version| _ = fetch(version));
    assert_eq!(audited, versions.len());
    let zips = versions.iter().filter(|version| version.join("bag.zip").exists()).count();
    let Some(versions) = versions.iter().map(|version| bag_of(version)).collect::<Option<Vec<PathBuf>>>() else { return };
    assert!(versions.iter().all(|version| version.join("bagit.txt").exists()), "each claimed version was finished");
    valid(&versions);
    eprintln!("{killed} kills, {audited} versions, {zips} of them ZIP files, of {sessions} sessions by {workers} workers");
}

/// Fails the test unless these are valid bags.
fn valid(versions: &[PathBuf]) {
    let Ok(output) = Command::new("python3").args(["-m", "bagit", "--quiet", "--validate"]).args(versions).output() else {
        return lacks("Python's bagit");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let is_right = |version: &&PathBuf| {
            let judge = Command::new("sha256sum").args(["--check", "--strict", "--quiet", manifest]).current_dir(version as &Path).output();
            judge.is_ok_and(|output| output.status.success())
        };
        assert!(versions.iter().all(|version| is_right(&version)), "{manifest}");
    }
}

#[test]
fn workers_that_are_killed_on_the_same_sessions_leave_whole_bags() {
    chaos(3, 4, 4, 3);
}

#[test]
#[ignore = "takes minutes; run it with --ignored --nocapture"]
fn many_workers_that_are_killed_on_the_same_sessions_leave_whole_bags() {
    chaos(6, 20, 8, 20);
}
