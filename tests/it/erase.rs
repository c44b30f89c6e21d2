//! `vmedia erase`: what remains of an erased session, what every other command makes of it, and what a forger cannot hide.
//!
//! - `at_provider`: sessions that are deleted at their provider, too.
//! - `class`: the biometric media of a session, without the rest of it.
//! - `killed`: an erasure that ends at any step is finished by the next, and what it left is never fetched and never called complete.
//! - `plan`: a plan that a second person signed is erased, and nothing else counts as an approval.
//! - `tampering`: every change of a tombstone, a certificate and an erased session is found.

mod at_provider;
mod class;
mod killed;
mod plan;
mod tampering;

use crate::evidence::{ALPHA, BETA, Evidence, GAMMA};
use crate::harness::{Run, World, is_sound};
use crate::schema::{is_described, judged};
use serde_json::{Value, json};
use vmedia::engine::{Erasure, Event};
use vmedia::exit::Exit;

/// The words that order an erasure.
const ORDER: [&str; 4] = ["--authority", "GDPR art. 17", "--reason", "request 2026-118"];

fn erase(world: &World, words: &[&str]) -> Run {
    world.run(&[&["erase"], words, &ORDER[..]].concat())
}

/// The certificate of a session.
fn certificate(world: &World, session: &str) -> Value {
    let text = std::fs::read(world.archive().join(format!("_erased/{session}.json"))).expect("a certificate");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn nothing_of_the_session_is_left_and_its_certificate_says_so() {
    let Evidence { world } = Evidence::young();
    let tag_manifest = std::fs::read(world.bag(ALPHA).join("tagmanifest-sha256.txt")).expect("a manifest");
    world.run(&["catalog", "vmedia-archive", "--html"]).ends_with(0);
    let before = erase(&world, &[ALPHA, "--dry-run"]).ends_with(0).shows("alpha would be erased: ");
    assert!(world.bag(ALPHA).join("archive.json").exists() && !world.archive().join("_erased").exists(), "{}", before.stdout);
    erase(&world, &[ALPHA, ALPHA]).ends_with(0).shows("alpha erased: ").shows("_erased");
    assert!(!world.bag(ALPHA).exists());
    let catalog = std::fs::read_to_string(world.archive().join("index.html")).expect("a page");
    assert!(catalog.contains(BETA) && !catalog.contains(ALPHA), "the catalog's page lists it");
    let left = std::fs::read_dir(world.archive().join(".vmedia/unfinished"))
        .expect("a folder")
        .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()));
    assert_eq!(left.count(), 0, "unfinished files");

    let made = certificate(&world, ALPHA);
    is_described("erasure", &made);
    assert_eq!(made["stage"], "erased");
    assert_eq!(made["bag"], hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&tag_manifest)));
    assert_eq!(
        (&made["authority"], &made["reason"], &made["session"]),
        (&json!("GDPR art. 17"), &json!("request 2026-118"), &json!(ALPHA))
    );
    let mut tombstone = made.clone();
    tombstone["stage"] = json!("erasing");
    tombstone.as_object_mut().expect("an object").remove("erased");
    let mut without_reason = made.clone();
    without_reason.as_object_mut().expect("an object").remove("reason");
    if let Some(verdicts) = judged(&[("erasure", made.clone()), ("erasure", tombstone), ("erasure", without_reason)]) {
        assert_eq!(verdicts[..2], ["valid", "valid"]);
        assert!(verdicts[2].contains("'reason' is a required property"), "{verdicts:?}");
    }
    let journal = std::fs::read_to_string(world.archive().join("_journal").join(made["journal"].as_str().expect("a name")));
    let lines: Vec<Value> = journal.expect("a segment").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let entries: Vec<&str> = lines.iter().filter_map(|line| line["entry"].as_str()).collect();
    assert_eq!(entries, ["opened", "erasing", "erased", "page", "closed"]);
    lines.iter().for_each(|line| is_described("journal", line));
    if let Some(verdicts) = judged(&lines.iter().map(|line| ("journal", line.clone())).collect::<Vec<_>>()) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
    let page = std::fs::read_to_string(world.archive().join("_erased/alpha.html")).expect("a page");
    for text in ["Certificate of destruction", "request 2026-118", "backups and snapshots that were made before the erasure"] {
        assert!(page.contains(text), "no {text:?} in {page}");
    }
    erase(&world, &[ALPHA]).ends_with(0).shows("alpha was erased before, on ");
    assert_eq!(certificate(&world, ALPHA), made, "the first certificate stays");
    is_sound(&world);
}

#[test]
fn an_erased_session_is_never_fetched_again_and_is_no_failure_of_a_batch() {
    let Evidence { world } = Evidence::young();
    erase(&world, &[ALPHA]).ends_with(0);
    world.sandbox.clear_exchanges();
    world.run(&["download", ALPHA]).ends_with(9).says("session alpha was erased on ").says("(GDPR art. 17), and is not archived again");
    world.run(&["download", ALPHA, "--dry-run"]).ends_with(9);
    assert!(world.sandbox.exchanges().is_empty(), "the provider is not asked about it");
    let list = world.folder().join("again.csv");
    let words = ["download", ALPHA, BETA, GAMMA, "--skip-complete", "--failed-to", "again.csv"];
    let run = world.run(&words).ends_with(0).says("3 sessions: 2 complete, 2 of them before, 1 erased before");
    assert_eq!(std::fs::read_to_string(list).expect("a list"), "", "{}", run.stderr);
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    world.run(&["download", ALPHA, BETA, "--refetch"]).ends_with(0);
    assert_eq!(world.asked("face-alpha"), 0);
    assert!(!world.bag(ALPHA).exists());
    world.run(&["show", ALPHA]).ends_with(9).complains("this session was erased on ", "its certificate is vmedia-archive");
    let run = world.run(&["download", ALPHA, "nothing", "--format", "json"]).ends_with(7);
    let events = run.events();
    assert!(events.iter().any(|event| matches!(event, Event::SessionErasedBefore { erased: Some(_), .. })), "{events:?}");
    assert!(matches!(events.last(), Some(Event::RunFinished { erased: 1, incomplete: 1, .. })), "{events:?}");
}

#[test]
fn verify_counts_erased_sessions_and_finds_nothing() {
    let Evidence { world } = Evidence::young();
    erase(&world, &[ALPHA, BETA, "--format", "json"]).ends_with(0);
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(0).shows("1 session, and 2 erased: sound");
    assert!(!run.stdout.contains("missing"), "{}", run.stdout);
    world.run(&["verify", "vmedia-archive/gamma"]).ends_with(0);
    let run = erase(&world, &[GAMMA, "--format", "json"]).ends_with(0);
    let is_done = |event: &Event| matches!(event, Event::SessionErased { outcome: Erasure::Erased, files, .. } if *files > 10);
    assert!(run.events().iter().any(is_done), "{}", run.stdout);
    world.run(&["verify", "vmedia-archive"]).ends_with(0).shows("and 3 erased");
}

#[test]
fn what_cannot_be_erased_is_said_in_two_lines_and_the_rest_is_erased() {
    let Evidence { world } = Evidence::young();
    erase(&world, &["unknown"]).ends_with(9).complains("has no session unknown", "check the id");
    erase(&world, &["unknown", "--archive", "."]).ends_with(9);
    assert!(!world.folder().join(".vmedia").exists(), "nothing is written into a folder that is no archive");
    erase(&world, &["unknown", ALPHA]).ends_with(7).shows("alpha erased: ");
    erase(&world, &[BETA, "--archive", "elsewhere"]).ends_with(6).complains("there is no archive elsewhere", "--archive");
    world.run(&["erase", BETA, "--reason", "x"]).ends_with(2).complains("--authority", "vmedia erase --help");
    world.run(&["erase", BETA, "--authority", "", "--reason", "x"]).ends_with(2);
    world.run(&["erase", BETA, "--authority", "x"]).ends_with(2).complains("--reason", "");
    let busy = vmedia::store::LocalStore::new(world.archive(), "process 7".to_owned());
    let lock = vmedia::store::Store::lock(&busy, &vmedia::store::StorePath::name(BETA)).expect("a lock");
    erase(&world, &[BETA]).ends_with(7).complains("session beta is being changed by ", "wait until that run has ended");
    drop(lock);
    assert!(world.bag(BETA).join("archive.json").exists());
    // Damaged and unfinished sessions can be erased, too.
    std::fs::write(world.bag(BETA).join("archive.json"), "{").expect("written");
    std::fs::write(world.bag(GAMMA).join("unfinished.ndjson"), "").expect("written");
    erase(&world, &[BETA, GAMMA]).ends_with(0);
    assert!(!world.bag(BETA).exists() && !world.bag(GAMMA).exists());
    assert!(certificate(&world, BETA).get("provider").is_none());
    assert_eq!(certificate(&world, GAMMA)["provider"], "veriff");
    is_sound(&world);
}

#[test]
fn a_session_that_was_deleted_by_hand_is_erased_after_the_fact() {
    let Evidence { world } = Evidence::young();
    std::fs::remove_dir_all(world.bag(ALPHA)).expect("removed");
    world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(8).shows("the session is missing");
    erase(&world, &[ALPHA]).ends_with(0).shows("alpha erased: ");
    assert!(certificate(&world, ALPHA)["files"].as_u64() > Some(5));
    is_sound(&world);
    world.run(&["download", ALPHA]).ends_with(9);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let Evidence { world } = Evidence::young();
    let elsewhere = world.folder().join("elsewhere");
    std::fs::rename(world.bag(ALPHA), &elsewhere).expect("renamed");
    std::os::unix::fs::symlink(&elsewhere, world.bag(ALPHA)).expect("a link");
    erase(&world, &[ALPHA]).ends_with(8).complains("is a link", "remove the link");
    std::os::unix::fs::symlink(&elsewhere, world.bag(BETA).join("data/link")).expect("a link");
    erase(&world, &[BETA]).ends_with(0);
    assert!(elsewhere.join("archive.json").exists() && !world.bag(BETA).exists());
}

#[test]
fn a_full_disk_or_a_certificate_that_cannot_be_read_fetches_nothing() {
    let Evidence { world } = Evidence::young();
    erase(&world, &[ALPHA]).ends_with(0);
    let path = world.archive().join("_erased/alpha.json");
    std::fs::write(&path, "{").expect("written");
    world.run(&["download", ALPHA]).ends_with(8).complains("is no certificate of an erasure", "compare it with a backup");
    assert!(!world.bag(ALPHA).exists());
    erase(&world, &[ALPHA]).ends_with(0).shows("alpha was erased before");
    assert_eq!(certificate(&world, ALPHA)["stage"], "erased");
    is_sound(&world);
    assert_eq!(world.run(&["download", ALPHA]).ends_with(9).code, i32::from(Exit::from(vmedia::error::ErrorKind::NotFound).code()));
}

#[test]
fn a_signed_run_does_not_vouch_for_an_unsigned_erasure() {
    let world = Evidence::young().world;
    if !crate::seal::generate(world.folder(), "key") {
        return;
    }
    let signed = |further: &[&str]| world.run(&[&["download", BETA, "--refetch", "--sign-key", "key"], further].concat());
    signed(&["--accept-unsealed", "before there was a key"]).ends_with(0);
    erase(&world, &[ALPHA]).ends_with(0);
    signed(&[]).ends_with(7).complains("no signature covers what they wrote: ", "--accept-unsealed REASON").says("(erase, 2 changes)");
    signed(&["--accept-unsealed", "the order is filed"]).ends_with(0).says("the journal of this run is signed");
}
