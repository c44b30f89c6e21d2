//! `--authenticate`: whether the provider's signatures hold over what is stored, with the secrets of that time.

use super::forger::medium;
use super::{ALPHA, BETA, Evidence, GAMMA, Verdict, face};
use crate::harness::{Run, World, bare, jpeg, others_accept, signature};
use serde_json::json;
use std::path::Path;
use vmedia::archive::verify::{Aspect, SessionReport};
use vmedia::engine::Event;
use vmedia::sandbox::Options;

/// Verifies a folder with these secrets.
#[track_caller]
fn authenticate(folder: &Path, secrets: &str) -> Verdict {
    let mut command = bare(folder);
    command.env("VMEDIA_API_SECRET", secrets).args(["verify", ".", "--read-only", "--format", "json", "--authenticate"]);
    Verdict::of(&Run::of(&command.output().expect("a run")))
}

/// How many signatures held, and how many files came without one, by session.
fn counts(verdict: &Verdict) -> Vec<(u64, u64)> {
    let counts = verdict.events.iter().filter_map(|event| match event {
        Event::BagVerified(SessionReport { held, unsigned, .. }) => Some((*held, *unsigned)),
        _ => None,
    });
    counts.collect()
}

#[test]
fn every_signed_file_and_listing_holds_with_the_right_secret() {
    let evidence = Evidence::new();
    let archive = evidence.copy("archive");
    let secret = evidence.world.sandbox.api_secret();
    let verdict = authenticate(&archive.root, secret);
    assert_eq!((verdict.code, verdict.findings()), (0, Vec::new()));
    // Five media and four listings; one more medium, and three more listings, where an attempt was gained.
    assert_eq!(counts(&verdict), [(9, 0), (13, 0), (9, 0)]);
    assert!(verdict.checked(ALPHA).contains(&Aspect::Signatures));
    // Without the flag it is not claimed.
    let verdict = archive.is_sound("without the wish");
    assert!(!verdict.checked(ALPHA).contains(&Aspect::Signatures));
    assert_eq!(counts(&verdict)[0].0, 0);
    let words =
        bare(&archive.root).env("VMEDIA_API_SECRET", secret).args(["verify", ALPHA, "--read-only", "--authenticate", "-v"]).output();
    Run::of(&words.expect("a run")).ends_with(0).shows(
        "all listed files present, files match manifests, journal matches, provider's signatures hold (9 signatures held, 0 unsigned)",
    );
}

#[test]
fn a_wrong_secret_is_one_finding_a_session_and_no_file_is_blamed() {
    let evidence = Evidence::young();
    let archive = evidence.copy("archive");
    assert_eq!(authenticate(&archive.root, evidence.world.sandbox.api_secret()).code, 0);
    let verdict = authenticate(&archive.root, "another secret");
    let found: Vec<String> = verdict.found().into_iter().collect();
    assert_eq!(found, ["alpha: signatures: .", "beta: signatures: .", "gamma: signatures: ."]);
    assert_eq!((verdict.code, verdict.findings().len()), (8, 3));
    assert!(verdict.findings()[0].1.what.contains("none of the 9 recorded signatures"), "{:?}", verdict.findings());
    let mut command = bare(&archive.root);
    let output = command.env("VMEDIA_API_SECRET", "another secret").args(["verify", ALPHA, "--read-only", "--authenticate"]).output();
    let run = Run::of(&output.expect("a run")).ends_with(8);
    run.lists("provider's signatures do not hold", "list all secrets of that time in VMEDIA_API_SECRET, separated by commas");
}

#[test]
fn the_secrets_of_a_rotation_are_all_tried() {
    let sessions = || [ALPHA, BETA, GAMMA].map(super::session).to_vec();
    // The provider signs with the new secret while requests are still signed with the old one.
    let options = Options { samples: false, sessions: sessions(), answer_secret: Some("the new one".to_owned()), ..Options::default() };
    let world = World::start(options);
    let old = world.sandbox.api_secret().to_owned();
    let both = format!("{old},the new one");
    let output = world.command(&["download", ALPHA]).env("VMEDIA_API_SECRET", &both).output();
    Run::of(&output.expect("a run")).ends_with(0);
    for (secrets, code) in [(both.as_str(), 0), ("the new one", 0), ("the new one,yet another", 0), (old.as_str(), 8)] {
        let verdict = authenticate(&world.archive(), secrets);
        assert_eq!(verdict.code, code, "{secrets}: {:?}", verdict.findings());
    }
}

#[test]
fn a_file_that_was_forged_with_everything_about_it_is_not_authentic() {
    let evidence = Evidence::young();
    let secret = evidence.world.sandbox.api_secret();
    // Out of its archive, where no journal tells.
    let alone = |name: &str| {
        let archive = evidence.copy(name);
        std::fs::remove_dir_all(archive.file("_journal")).expect("removed");
        archive.finds("out of its archive", &[&archive.missing_run(ALPHA)]);
        archive
    };
    // What is found although everything was forged to fit, but for the journal that is not there.
    let found = |archive: &super::Archive| {
        let verdict = authenticate(&archive.root, secret);
        let found = verdict.found().into_iter().filter(|line| *line != archive.missing_run(ALPHA));
        (found.collect::<Vec<_>>(), verdict)
    };
    let archive = alone("picture");
    let bag = archive.bag(ALPHA);
    bag.write(&face(ALPHA), jpeg("forged"));
    bag.forge();
    others_accept(&bag.0);
    archive.finds("without the secret", &[&archive.missing_run(ALPHA)]);
    let (lines, verdict) = found(&archive);
    assert_eq!(lines, [format!("alpha: signatures: {}", face(ALPHA))]);
    assert_eq!((verdict.code, counts(&verdict)[0], verdict.sound()), (8, (8, 0), vec![BETA.to_owned(), GAMMA.to_owned()]));

    let archive = alone("listing");
    let bag = archive.bag(ALPHA);
    bag.edit("metadata/attempts.json", |bytes| super::forger::swap(bytes, "approved", "declined"));
    bag.forge();
    assert_eq!(found(&archive).0, ["alpha: signatures: metadata/attempts.json"]);

    // An invalid signature, and one by another secret.
    for value in [json!("nonsense"), json!(signature("another secret", &jpeg("face-alpha")))] {
        let archive = alone("signature");
        let bag = archive.bag(ALPHA);
        bag.edit_record(|record| medium(record, "face-alpha")["files"][0]["signature"]["value"] = value);
        bag.forge();
        assert_eq!(found(&archive).0, [format!("alpha: signatures: {}", face(ALPHA))]);
    }

    // A signature that was taken out is missed where the provider signed the session's other files; the journal knows more.
    let archive = alone("unsigned");
    let bag = archive.bag(ALPHA);
    bag.write(&face(ALPHA), jpeg("forged"));
    bag.edit_record(|record| medium(record, "face-alpha")["files"][0]["signature"] = json!({ "verdict": "absent" }));
    bag.forge();
    let (lines, verdict) = found(&archive);
    assert_eq!(lines, [format!("alpha: signatures: {}", face(ALPHA))]);
    assert_eq!(counts(&verdict)[0], (8, 1));
    super::copy(&evidence.archive().file("_journal"), &archive.file("_journal"));
    let found = archive.verify(&[]).found();
    assert!(found.contains(&format!("alpha: journal: {}", face(ALPHA))), "{found:?}");
}

#[test]
fn what_the_provider_signed_elsewhere_is_authentic_and_only_the_journal_knows_better() {
    // The provider signs bytes and not what they are of.
    let evidence = Evidence::young();
    let secret = evidence.world.sandbox.api_secret();
    let archive = evidence.copy("archive");
    assert_eq!(authenticate(&archive.root, secret).code, 0);
    let (alpha, gamma) = (archive.bag(ALPHA), archive.bag(GAMMA));
    let mut other = gamma.record();
    let signature = medium(&mut other, "face-gamma")["files"][0]["signature"].clone();
    alpha.write(&face(ALPHA), gamma.read(&face(GAMMA)));
    alpha.edit_record(|record| medium(record, "face-alpha")["files"][0]["signature"] = signature);
    alpha.forge();
    let verdict = authenticate(&archive.root, secret);
    let expected = [format!("alpha: journal: {}", face(ALPHA)), "alpha: journal: tagmanifest-sha256.txt".to_owned()];
    assert_eq!(verdict.found().into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(counts(&verdict)[0], (9, 0), "every signature holds");
}

#[test]
fn bytes_that_changed_are_not_said_to_be_forged_too() {
    let evidence = Evidence::young();
    let archive = evidence.copy("archive");
    archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes[9] ^= 1);
    let verdict = authenticate(&archive.root, evidence.world.sandbox.api_secret());
    assert_eq!(verdict.found().into_iter().collect::<Vec<_>>(), [format!("alpha: manifests: {}", face(ALPHA))]);
    assert_eq!(counts(&verdict)[0], (8, 0));
}

#[test]
fn without_a_secret_nothing_is_begun() {
    let evidence = Evidence::young();
    let archive = evidence.copy("archive");
    archive.is_sound("without the wish");
    let before = super::whole_tree(&archive.root);
    let output = bare(&archive.root).args(["verify", ".", "--authenticate"]).output();
    let run = Run::of(&output.expect("a run")).ends_with(3);
    assert_eq!((run.stderr.lines().count(), run.stdout.as_str()), (2, ""), "{}", run.stderr);
    run.complains("secret", "VMEDIA_API_SECRET");
    assert_eq!(super::whole_tree(&archive.root), before);
}

#[test]
fn files_that_came_without_a_signature_are_counted_and_no_damage() {
    let evidence = Evidence::young();
    evidence.world.sandbox.put_session(super::session("bare"));
    evidence.world.faults("session:bare=no-signature");
    evidence.world.run(&["download", "bare"]).ends_with(0);
    let verdict = authenticate(&evidence.world.archive(), evidence.world.sandbox.api_secret());
    assert_eq!((verdict.code, verdict.findings()), (0, Vec::new()));
    assert_eq!(counts(&verdict), [(9, 0), (0, 5), (9, 0), (9, 0)]);
    // With the wrong secret nothing is found there: there is nothing to check.
    let verdict = authenticate(&evidence.world.archive(), "another secret");
    assert_eq!(verdict.sound(), ["bare"]);
}

#[test]
fn the_journal_remembers_that_the_signatures_held() {
    let evidence = Evidence::young();
    let archive = evidence.archive();
    let verified = |archive: &super::Archive| -> Vec<serde_json::Value> {
        let entries = archive.entries(&archive.segments().pop().expect("a segment"));
        entries.into_iter().filter(|entry| entry["entry"] == "verified").collect()
    };
    let row = || -> serde_json::Value {
        let output = bare(&archive.root).args(["catalog", ".", "--format", "json"]).output().expect("a run");
        serde_json::from_str::<Vec<_>>(&Run::of(&output).ends_with(0).stdout).expect("JSON").swap_remove(0)
    };
    evidence.world.run(&["verify", "vmedia-archive"]).ends_with(0);
    assert_eq!((verified(&archive)[0].get("authenticated"), row()["last_authenticated"].is_null()), (None, true));
    evidence.world.run(&["verify", "vmedia-archive", "--authenticate"]).ends_with(0);
    let lines = verified(&archive);
    assert_eq!((lines.len(), &lines[0]["authenticated"]), (1, &json!({ "held": 27, "unsigned": 0 })));
    // A later verification without the secrets does not take that back, and it is shown.
    evidence.world.run(&["verify", "vmedia-archive"]).ends_with(0);
    assert_eq!(row()["last_authenticated"], lines[0]["at"]);
    let table = Run::of(&bare(&archive.root).args(["catalog", "."]).output().expect("a run")).ends_with(0).stdout;
    assert!(table.contains("AUTHENTIC"), "{table}");
    // Of what is forged the journal says so, and not that it held.
    archive.bag(ALPHA).edit_record(|record| medium(record, "face-alpha")["files"][0]["signature"]["value"] = json!("0".repeat(64)));
    evidence.world.run(&["verify", "vmedia-archive", "--authenticate"]).ends_with(8);
    let sound: Vec<_> = verified(&archive).iter().flat_map(|line| line["sessions"].as_array().cloned().unwrap_or_default()).collect();
    assert!(sound.len() == 2 && !sound.contains(&json!(ALPHA)), "{sound:?}");
}
