//! More than can be true: each limit with its own two lines, and a listing at the limit that is taken.

use super::run_at;
use crate::harness::{NEWEST, Run, SESSION, World, jpeg, tree};
use crate::wire::{Say, Wire, length, signed};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// The two lines of a session that has too much of something; nothing of it is archived.
#[track_caller]
fn is_too_much(world: &World, what: &str) {
    for verb in ["download", "list"] {
        world.sandbox.clear_exchanges();
        let what = format!("the provider answers more than can be true of session {SESSION}: {what}");
        world.run(&[verb, SESSION]).ends_with(4).complains(&what, "docs/scripts.md lists the limits");
        assert_eq!(world.media_requests(), 0);
        assert!(world.tree().is_empty());
    }
}

/// A listing of so many pictures.
fn pictures(count: usize) -> String {
    let entries: Vec<String> = (0..count).map(|number| format!(r#"{{"id":"m{number}","mimetype":"image/jpeg","size":7}}"#)).collect();
    format!(r#"{{"status":"success","images":[{}]}}"#, entries.join(","))
}

#[test]
fn more_attempts_than_a_session_has_are_refused() {
    let entries: Vec<String> = (0..1_001).map(|number| format!(r#"{{"id":"a{number}"}}"#)).collect();
    let session = Session::new(SESSION).attempts_listing(format!(r#"{{"verifications":[{}]}}"#, entries.join(",")));
    is_too_much(&World::with(vec![session]), "sessions/{id}/attempts: more than 1,000 attempts");
}

#[test]
fn more_media_than_a_listing_has_are_refused() {
    is_too_much(&World::with(vec![Session::new(SESSION).media_listing(pictures(10_001))]), "sessions/{id}/media: more than 10,000 media");
}

#[test]
fn more_media_than_a_session_has_are_refused_whatever_listings_they_stand_in() {
    let other = r#"{"videos":[{"id":"one-more"}]}"#;
    let session = Session::new(SESSION).attempt(Attempt::new(NEWEST, "approved").listing(other)).media_listing(pictures(10_000));
    is_too_much(&World::with(vec![session]), "its listings: more than 10,000 media");
}

#[test]
fn a_listing_that_is_nested_too_deep_is_refused() {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(101), "}".repeat(101));
    is_too_much(&World::with(vec![Session::new(SESSION).media_listing(deep)]), "sessions/{id}/media: nested deeper than 100 levels");
}

#[test]
fn a_listing_of_too_many_values_is_refused() {
    let listing = format!(r#"{{"images":[],"x":[{}1]}}"#, "1,".repeat(250_000));
    is_too_much(&World::with(vec![Session::new(SESSION).media_listing(listing)]), "sessions/{id}/media: more than 250,000 values");
}

/// A session with 40 attempts whose listings have 15 MiB each.
fn large_listings() -> Wire {
    let listing = format!(r#"{{"images":[],"x":"{}"}}"#, "x".repeat(15 << 20));
    let answer = signed(&length(listing.len()), listing.as_bytes());
    let attempts: Vec<String> = (0..40).map(|number| format!(r#"{{"id":"a{number}"}}"#)).collect();
    let attempts = format!(r#"{{"verifications":[{}]}}"#, attempts.join(","));
    let attempts = signed(&length(attempts.len()), attempts.as_bytes());
    Wire::start("", move |path, _| Say::Bytes(if path.ends_with("/attempts") { attempts.clone() } else { answer.clone() }))
}

#[test]
fn answers_that_fill_the_memory_together_are_refused() {
    let wire = large_listings();
    let (folder, run) = run_at(&wire, &["download", SESSION]);
    run.ends_with(4).complains("attempts/{id}/media: all answers together are larger than 64 MiB", "docs/scripts.md lists the limits");
    // The attempts, four listings of 15 MiB that came, and eight at most that were under way when the fifth was too much.
    assert!((6..=13).contains(&wire.paths().len()), "{} requests", wire.paths().len());
    assert!(tree(folder.path()).is_empty());
}

/// However many are requested together, one large answer is read at a time beside those that are kept.
#[test]
#[cfg(target_os = "linux")]
fn large_answers_that_arrive_together_are_not_in_memory_together() {
    let wire = large_listings();
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vmedia"));
    command.args(["list", SESSION]).current_dir(folder.path()).env_clear().env("HOME", folder.path());
    command.env("VMEDIA_BASE_URL", wire.base_url()).env("VMEDIA_API_KEY", "key").env("VMEDIA_API_SECRET", crate::wire::SECRET);
    let mut child = command.stderr(std::process::Stdio::null()).spawn().expect("a run");
    let mut peak = 0;
    crate::harness::until("the end", || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let now = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = now.unwrap_or(0).max(peak);
        child.try_wait().expect("a status").is_some()
    });
    // Those that are kept take 63 MB; eight more would take 126 MB.
    assert!((70_000..125_000).contains(&peak), "{peak} kB at the peak");
}

#[test]
fn a_listing_at_the_limit_is_taken_and_compared_with_the_one_before() {
    let session = |listing: String| {
        let nfc = Media::nfc("n", crate::harness::nfc("n"));
        Session::new(SESSION).attempt(Attempt::new(NEWEST, "approved").media(nfc).listing(&listing)).media_listing(listing)
    };
    let world = World::with(vec![session(pictures(10_000))]);
    world.run(&["download", SESSION, "--only", "nfc", "-q"]).ends_with(0);
    assert_eq!(world.record()["media"].as_array().map(Vec::len), Some(10_000));
    // Every one declares another size now.
    world.sandbox.put_session(session(pictures(10_000).replace(r#""size":7"#, r#""size":8"#)));
    world.run(&["download", SESSION, "--only", "nfc", "-q"]).ends_with(0);
    let record = world.record();
    let changed = record["history"].as_array().expect("a history").iter().filter(|change| change["change"] == "media-changed").count();
    assert_eq!((record["media"].as_array().map(Vec::len), changed), (Some(10_000), 10_000));
}

#[test]
#[cfg(unix)]
fn a_path_that_is_too_long_for_the_file_system_is_reported() {
    let world = World::new();
    // Linux takes 4,096 bytes, macOS 1,024.
    let folder = ["x".repeat(200).as_str(); 30].join("/");
    let run = world.run(&["download", SESSION, "-o", &folder]);
    run.ends_with(6).complains("cannot ", "the path is too long for this file system; choose a shorter folder with -o");
    assert_eq!(world.media_requests(), 0);
}

#[test]
fn a_medium_that_is_listed_ten_thousand_times_is_one_medium() {
    let listing = format!(r#"{{"images":[{}{{"id":"m"}}]}}"#, r#"{"id":"m"},"#.repeat(9_999));
    let attempt = Attempt::new(NEWEST, "approved").media(Media::image("m", "face", "image/jpeg", jpeg("m"))).listing(&listing);
    let world = World::with(vec![Session::new(SESSION).attempt(attempt).media_listing(&listing)]);
    for _ in 0..2 {
        world.run(&["download", SESSION]).ends_with(0);
    }
    assert_eq!(world.media_requests(), 1);
    assert_eq!(world.record()["media"][0]["places"].as_array().map(Vec::len), Some(20_000));
}

/// A body of a gigabyte that says of itself that it is a picture costs no memory, and is never filed.
#[test]
fn a_medium_without_an_end_is_not_kept_in_memory() {
    let body = [&jpeg("m")[..], &[0; 65_536]].concat();
    let head = format!("HTTP/1.1 200 OK\r\nX-HMAC-SIGNATURE: {}\r\nContent-Type: image/jpeg\r\n\r\n", "0".repeat(64));
    let wire = Wire::start(r#"{"images":[{"id":"m","mimetype":"image/jpeg"}]}"#, move |path, _| {
        if path == "/v1/media/m" { Say::Endless(head.clone().into_bytes(), body.clone(), 64 << 20) } else { Say::Usual }
    });
    let folder = tempfile::tempdir().expect("a folder");
    // Memory is measured by `benches/memory.py`; here, that what came is neither kept nor believed.
    let run = Run::of(&wire.command(folder.path(), &["download", SESSION, "--retries", "0"]).output().expect("a run"));
    run.ends_with(7).says("the provider's signature does not fit the bytes");
    assert!(tree(&folder.path().join("vmedia-archive").join(SESSION).join("data")).is_empty());
    assert!(wire.sent() >= 64 << 20);
}

/// A run of many sessions whose listings each have far too many entries takes no more memory than one of them.
#[test]
#[cfg(target_os = "linux")]
fn many_sessions_that_list_too_much_share_one_budget() {
    use std::io::{BufRead, BufReader};
    // 0.9 MB with 83,000 entries.
    let listing = format!(r#"{{"images":[{}{{"id":1}}]}}"#, r#"{"id":1},"#.repeat(83_000));
    let ids: Vec<String> = (0..17).map(|number| format!("s{number}")).collect();
    let world = World::with(ids.iter().map(|id| Session::new(id.clone()).media_listing(listing.clone())).collect());
    // The last session keeps the run alive until it was looked at.
    world.faults("session:s16=hang");
    let words: Vec<&str> = ["download", "--format", "json"].into_iter().chain(ids.iter().map(String::as_str)).collect();
    let mut child = world.process(&words).stdout(std::process::Stdio::piped()).spawn().expect("a run");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let refused = lines.map_while(Result::ok).filter(|line| line.contains("session-finished") && line.contains("more than 10,000 media"));
    let refused = refused.take(16).count();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("the process");
    child.kill().and_then(|()| child.wait().map(drop)).expect("an end");
    assert_eq!(refused, 16);
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert!(peak.is_some_and(|peak| peak < 150_000), "{peak:?} kB at the peak");
}
