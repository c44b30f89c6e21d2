//! Whose bytes these are: secrets that rotate, answers without a signature, `--strict`.

use super::{medium, payload};
use crate::harness::{Run, SESSION, World, is_sound, jpeg, session, signature};
use serde_json::{Value, json};
use vmedia::sandbox::Options;

/// Answers are signed with the secret that is on its way out.
fn rotating() -> World {
    World::start(Options { samples: false, sessions: vec![session()], answer_secret: Some("the old one".to_owned()), ..Options::default() })
}

fn with_secrets(world: &World, secrets: &str) -> Run {
    Run::of(&world.command(&["download", SESSION]).env("VMEDIA_API_SECRET", secrets).output().expect("a run"))
}

fn unsigned() -> World {
    World::start(Options { samples: false, sessions: vec![session()], sign_answers: false, ..Options::default() })
}

#[test]
fn during_a_rotation_the_first_secret_signs_and_each_of_them_verifies() {
    let world = rotating();
    with_secrets(&world, &format!("{}, the old one", world.sandbox.api_secret())).ends_with(0);
    assert!(world.sandbox.exchanges().iter().all(|exchange| exchange.signed));
    assert_eq!(payload(&world).len(), 5);
    let expected = json!({ "verdict": "held", "value": signature("the old one", &jpeg("front")) });
    assert_eq!(medium(&world, "front")["files"][0]["signature"], expected);
    is_sound(&world);
}

#[test]
fn an_answer_that_none_of_our_secrets_made_is_not_believed() {
    let world = rotating();
    with_secrets(&world, world.sandbox.api_secret()).ends_with(4).says("cannot be trusted").says("key rotation");
    assert!(!world.file("archive.json").exists());
    assert_eq!(world.media_requests(), 0);
}

#[test]
fn the_old_secret_first_is_refused_by_a_provider_that_wants_the_new_one() {
    let world = rotating();
    let secrets = format!("the old one,{}", world.sandbox.api_secret());
    with_secrets(&world, &secrets).ends_with(4).says("refuses the credentials").says("VMEDIA_API_SECRET");
}

#[test]
fn answers_without_a_signature_are_archived_and_recorded_as_such() {
    let world = unsigned();
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(payload(&world).len(), 5);
    let record = world.record();
    let files = record["media"].as_array().expect("media").iter().flat_map(|medium| medium["files"].as_array().expect("files"));
    let all: Vec<&Value> = files.chain(record["documents"].as_array().expect("documents")).map(|file| &file["signature"]).collect();
    assert_eq!(all.len(), 9);
    assert!(all.iter().all(|signature| **signature == json!({ "verdict": "absent" })), "{all:?}");
    is_sound(&world);
}

#[test]
fn strict_takes_no_answer_without_a_signature() {
    let world = unsigned();
    world.run(&["download", SESSION, "--strict"]).ends_with(4).says("not signed (--strict)");
    assert!(payload(&world).is_empty());
}

#[test]
fn strict_takes_no_file_without_a_signature() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=no-signature"));
    world.run(&["download", SESSION, "--strict"]).ends_with(7).says("not signed (--strict)").says("4 files fetched");
    assert_eq!((&medium(&world, "face")["state"], payload(&world).len()), (&json!("failed"), 4));
    is_sound(&world);
    world.run(&["download", SESSION]).ends_with(0).says("1 file fetched");
    assert_eq!(medium(&world, "face")["files"][0]["signature"], json!({ "verdict": "absent" }));
    is_sound(&world);
}

#[test]
fn strict_takes_no_file_that_disagrees_with_the_listing() {
    let mut disagreeing = session();
    disagreeing.attempts[0].media[1].size = Some(json!(1_000_000));
    let world = World::with(vec![disagreeing]);
    world.run(&["download", SESSION, "--strict"]).ends_with(7).says("the listing says 1000000 bytes");
    assert_eq!((&medium(&world, "face")["state"], payload(&world).len()), (&json!("failed"), 4));
    world.run(&["download", SESSION]).ends_with(0).says("is archived as it came");
    let file = &medium(&world, "face")["files"][0];
    assert!(file["disagreements"][0]["declared"] == 1_000_000, "{file}");
    is_sound(&world);
}

#[test]
fn a_proxy_is_asked_as_usual_and_never_about_this_machine() {
    let world = World::new();
    let through = |base: &str, proxy: &str| {
        let mut command = world.command(&["download", SESSION, "--insecure-http", "--retries", "0"]);
        Run::of(&command.env("VMEDIA_BASE_URL", base).env("http_proxy", proxy).output().expect("a run"))
    };
    through("http://provider.invalid", &world.sandbox.base_url()).ends_with(0).says("5 files fetched");
    through(&world.sandbox.base_url(), "http://127.0.0.1:9").ends_with(0).says("5 files kept");
}
