//! Sessions in a real object store (`SeaweedFS`), read back by another client (rclone) and judged by other tools.

mod beside;
mod chaos;
mod erased;
mod free;
mod killed;
mod line;
pub mod outages;
mod refusals;
mod steps;
mod zip;

use crate::harness::{ADMIN, Keeps, ObjectServer, Run, SESSION, World, is_sound, lacks, others_accept, session, tree};
use crate::schema::{is_described, judged};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use vmedia::archive::objects::{ListedVersion, ObjectStore};
use vmedia::engine::{Event, ShipReport, ShippedSession};
use vmedia::objects::{Bucket, WriteOptions};

/// The place `url`, opened by this process.
pub fn bucket(server: &ObjectServer, url: &str) -> Bucket {
    crate::buckets::open(url, server.environment(ADMIN), WriteOptions::default())
}

/// Runs the program with the account that may do everything.
pub fn run(world: &World, server: &ObjectServer, words: &[&str]) -> Run {
    world.run_with(words, &server.environment(ADMIN))
}

/// Runs `vmedia ship` on the world's archive.
pub fn ship(world: &World, server: &ObjectServer, words: &[&str]) -> Run {
    run(world, server, &[&["ship", "vmedia-archive", "--retry-delay", "0.01"], words].concat())
}

/// Downloads a place with rclone, and returns the folder; `None` if rclone is missing.
pub fn downloaded(server: &ObjectServer, place: &str, to: &Path) -> Option<PathBuf> {
    let remote = format!(
        ":s3,provider=SeaweedFS,endpoint=\"{}\",access_key_id={},secret_access_key={}:{place}",
        server.endpoint(),
        ADMIN.0,
        ADMIN.1
    );
    let Ok(output) = Command::new("rclone").env_remove("AWS_CA_BUNDLE").args(["copy", "--config", "/dev/null", &remote]).arg(to).output()
    else {
        lacks("rclone");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(to.to_owned())
}

/// Fails the test unless every object of a place has one version and no delete marker.
#[track_caller]
pub fn nothing_was_replaced(server: &ObjectServer, url: &str) -> usize {
    let mut versions: Vec<ListedVersion> = Vec::new();
    let mut keep = |version| {
        versions.push(version);
        Ok(())
    };
    bucket(server, url).versions(None, &mut keep).expect("versions");
    let replaced: Vec<&ListedVersion> = versions.iter().filter(|version| !version.is_newest || version.is_marker).collect();
    assert!(replaced.is_empty(), "{replaced:?}");
    versions.len()
}

/// Returns the bag of a version that was downloaded: its folder, or what is in its ZIP file, once other programs have judged that; `None` if
/// one of them is missing.
pub fn bag_of(version: &Path) -> Option<PathBuf> {
    let zip = version.join("bag.zip");
    if !zip.exists() {
        return Some(version.to_owned());
    }
    assert_eq!(tree(version).len(), 2, "the record and the ZIP file: {version:?}");
    let to = version.with_extension("unzipped");
    for (program, words) in [("python3", &["-m", "zipfile", "-t"][..]), ("unzip", &["-tq"]), ("unzip", &["-q", "-d", to.to_str()?])] {
        let Ok(output) = Command::new(program).args(words).arg(&zip).output() else {
            lacks(program);
            return None;
        };
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && !said.contains("corrupted"), "{program}: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    let bag = to.join(version.parent()?.file_name()?);
    assert_eq!(std::fs::read_dir(&to).expect("a folder").count(), 1, "one folder");
    assert!(std::fs::read(bag.join("archive.json")).ok() == std::fs::read(version.join("archive.json")).ok(), "{version:?}");
    Some(bag)
}

/// Puts the files that `fetch.txt` names into a version, from the versions beside it.
pub fn fetch(version: &Path) -> usize {
    let text = std::fs::read_to_string(version.join("fetch.txt")).expect("fetch.txt");
    for line in text.lines() {
        let mut parts = line.splitn(3, ' ');
        let (url, bytes, path) = (parts.next().expect("a URL"), parts.next().expect("a length"), parts.next().expect("a path"));
        let from = url.strip_suffix(path).and_then(|url| url.strip_suffix('/')).and_then(|url| url.rsplit('/').next()).expect("a version");
        let (source, to) = (version.with_file_name(from).join(path), version.join(path));
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        assert_eq!(std::fs::copy(&source, &to).expect(path).to_string(), bytes, "{line}");
    }
    text.lines().count()
}

/// Fails the test unless the schema of the journal describes the lines about shipped sessions.
fn lines_are_described(world: &World) {
    let files = std::fs::read_dir(world.archive().join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path());
    let text: String = files.map(|path| std::fs::read_to_string(path).expect("a segment")).collect();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let shipped = lines.into_iter().filter(|line| ["shipped", "freed", "returned"].iter().any(|entry| line["entry"] == *entry));
    let cases: Vec<(&str, Value)> = shipped.map(|line| ("journal", line)).collect();
    assert!(!cases.is_empty(), "{text}");
    for (name, line) in &cases {
        is_described(name, line);
    }
    if let Some(found) = judged(&cases) {
        assert!(found.iter().all(|verdict| verdict == "valid"), "{found:?}");
    }
}

/// The events of a run with `--format json`: the sessions and the end.
fn results(run: &Run) -> (Vec<ShippedSession>, ShipReport) {
    let events = run.events();
    let sessions = events.iter().filter_map(|event| if let Event::SessionShipped(session) = event { Some(session.clone()) } else { None });
    let Some(Event::ShipFinished(report)) = events.last() else { panic!("{}", run.stdout) };
    (sessions.collect(), report.clone())
}

#[test]
fn a_session_is_shipped_once_and_each_change_of_it_as_the_next_version() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    let url = format!("s3://{name}/kyc/live");
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url, "--dry-run"]).ends_with(0).shows("ship     ").shows(SESSION);
    assert_eq!(nothing_was_replaced(server, &url), 0, "a dry run sends nothing");
    ship(&world, server, &["--to", &url]).ends_with(0).says(&format!("{SESSION} shipped: ")).says(&format!("{url}/{SESSION}/v00001"));
    let first = nothing_was_replaced(server, &url);

    let run = ship(&world, server, &["--to", &url, "--format", "json"]).ends_with(0);
    let (sessions, report) = results(&run);
    assert_eq!((sessions[0].unchanged, report.counts.unchanged, report.counts.sent), (true, 1, 0));
    let run = ship(&world, server, &["--to", &url, "--recheck", "--format", "json"]).ends_with(0);
    let (sessions, report) = results(&run);
    assert_eq!((sessions[0].unchanged, report.counts.shipped, report.counts.sent), (false, 1, 0), "everything is there");

    let mut grown = session();
    let late = vmedia::sandbox::fixture::Media::image(format!("late-{SESSION}"), "face", "image/jpeg", crate::harness::jpeg("late"));
    grown.attempts[0].media.push(late);
    world.sandbox.put_session(grown);
    world.run(&["download", SESSION]).ends_with(0);
    let (sessions, _) = results(&ship(&world, server, &["--to", &url, "--format", "json"]).ends_with(0));
    assert_eq!((sessions[0].reused, sessions[0].location.clone()), (5, Some(format!("{url}/{SESSION}/v00002"))));
    assert!(nothing_was_replaced(server, &url) > first + 10);
    is_sound(&world);
    crate::examples::archive::accepts(&world.archive(), &[]);
    lines_are_described(&world);
    ship(&world, server, &["--to", &url]).ends_with(0).says("1 unchanged");

    let Some(copy) = downloaded(server, &format!("{name}/kyc/live"), &world.folder().join("copy")) else { return };
    let versions = ["v00001", "v00002"].map(|version| copy.join(SESSION).join(version));
    others_accept(&versions[0]);
    assert_eq!(fetch(&versions[1]), 5);
    others_accept(&versions[1]);
    std::fs::remove_file(versions[1].join("fetch.txt")).expect("removed");
    assert!(tree(&versions[1]) == tree(&world.bag(SESSION)), "the version is the bag");
    // What vouches for a bag is there as well, in whole lines.
    let segments = world.archive().join("_journal");
    for entry in std::fs::read_dir(&segments).expect("a journal").map(|entry| entry.expect("an entry")) {
        let chunks = tree_of(&copy.join("_journal").join(entry.file_name()));
        assert!(chunks == std::fs::read(entry.path()).expect("a segment"), "{:?}", entry.file_name());
    }
}

/// The chunks of a segment, one after the other.
fn tree_of(folder: &Path) -> Vec<u8> {
    let mut chunks: Vec<PathBuf> = std::fs::read_dir(folder).expect("chunks").map(|entry| entry.expect("an entry").path()).collect();
    chunks.sort();
    chunks.into_iter().flat_map(|chunk| std::fs::read(chunk).expect("a chunk")).collect()
}

#[test]
fn what_another_archive_has_shipped_is_not_sent_again() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    let url = format!("s3://{name}");
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0);
    let before = nothing_was_replaced(server, &url);
    std::fs::rename(world.archive(), world.folder().join("first")).expect("renamed");
    world.run(&["download", SESSION]).ends_with(0);
    ship(&world, server, &["--to", &url]).ends_with(0).says("another archive has shipped all of it").says("/v00001");
    ship(&world, server, &["--to", &url]).ends_with(0).says("1 unchanged");
    let added = nothing_was_replaced(server, &url) - before;
    assert!(added <= 8, "{added} objects, and only the journal's lines were new");
    is_sound(&world);
    lines_are_described(&world);
}
