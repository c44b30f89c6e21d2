//! What an archive says cannot be replaced by anyone who may write to it: neither by further lines of the journal, nor by
//! runs against a server that answers with other bytes, with and without seals, and not by the next run that is signed.

use super::forger::{Bag, medium, sha256};
use super::{ALPHA, Archive, BETA, Evidence, GAMMA, TAGS, face, session};
#[cfg(unix)]
use crate::examples::archive::refuses;
use crate::harness::jpeg;
use serde_json::{Value, json};
use vmedia::archive::verify::Aspect;

const FORGED: &str = "20990101T000000.000Z-00000000.ndjson";

/// An archive whose runs are all signed, and its key in the world's folder; `None` where nothing can make a key.
fn sealed() -> Option<(Evidence, Archive)> {
    let evidence = Evidence::unarchived();
    if !crate::seal::generate(evidence.world.folder(), "key") {
        return None;
    }
    evidence.world.run(&["download", ALPHA, BETA, GAMMA, "--sign-key", "key"]).ends_with(0);
    let archive = evidence.archive();
    archive.is_sound("before");
    Some((evidence, archive))
}

/// Adds a run to the journal that says of a change of a session whatever a forger wants, and fits.
fn add_run(archive: &Archive, id: &str, before: (String, String), files: &[Value], lost: &[Value]) {
    let bag = archive.bag(id);
    let newest = archive.segments().into_iter().rfind(|name| name.ends_with(".ndjson")).expect("a segment");
    let (bag_before, record_before) = before;
    let at = "2099-01-01T00:00:00Z";
    let opened = json!({
        "entry": "opened", "at": at, "schema": "vmedia-journal", "version": 1, "segment": FORGED, "tool": "vmedia 0.1.0",
        "command": "download", "operator": "unknown", "host": "here", "parents": [archive.parent(&newest)],
    });
    let archived = json!({
        "entry": "archived", "at": at, "session": id, "folder": id, "files": files, "lost": lost,
        "before": bag_before, "bag": sha256(bag.read(TAGS)), "record_before": record_before, "record": sha256(bag.read("archive.json")),
    });
    let closed = json!({ "entry": "closed", "at": at });
    archive.chain(FORGED, vec![opened, archived, closed]);
}

fn digests(bag: &Bag) -> (String, String) {
    (sha256(bag.read(TAGS)), sha256(bag.read("archive.json")))
}

fn entry(bytes: &[u8], path: &str) -> Value {
    json!({ "path": path, "bytes": bytes.len(), "sha256": sha256(bytes), "signed": false, "media": "face-alpha" })
}

/// Everything that a caller can ask of `verify`, and the auditor's script.
fn is_refused(evidence: &Evidence, archive: &Archive, head: &str, what: &str) {
    let signers = evidence.world.folder().join("key.pub");
    let signers = signers.to_str().expect("text");
    for words in [&[][..], &["--signers", signers], &["--expect-head", head], &["--signers", signers, "--expect-head", head]] {
        let verdict = archive.verify(words);
        assert!(verdict.found().iter().any(|line| line.starts_with("alpha: ")), "{what} {words:?}: {:?}", verdict.findings());
        assert_eq!((verdict.code, verdict.sound()), (8, vec![BETA.to_owned(), GAMMA.to_owned()]), "{what} {words:?}");
    }
    #[cfg(unix)]
    refuses(&archive.root, &[head], "alpha: ");
}

#[test]
fn a_further_line_that_names_other_bytes_is_found() {
    for says_lost in [false, true] {
        let Some((evidence, archive)) = sealed() else { return };
        let head = archive.is_sound("before").heads().remove(0);
        let (bag, path) = (archive.bag(ALPHA), face(ALPHA));
        let (old, before) = (bag.read(&path), digests(&bag));
        bag.write(&path, jpeg("forged"));
        bag.edit_record(|record| medium(record, "face-alpha")["files"][0]["signature"] = json!({ "verdict": "absent" }));
        bag.forge();
        let mut lost = entry(&old, &path);
        lost["why"] = json!("found altered and set aside; fetched again");
        let lost = if says_lost { vec![lost] } else { Vec::new() };
        add_run(&archive, ALPHA, before, &[entry(&jpeg("forged"), &path)], &lost);
        is_refused(&evidence, &archive, &head, &format!("lost: {says_lost}"));
    }
}

#[test]
fn a_file_that_is_taken_out_and_called_withheld_is_found() {
    let Some((evidence, archive)) = sealed() else { return };
    let head = archive.is_sound("before").heads().remove(0);
    let (bag, path) = (archive.bag(ALPHA), face(ALPHA));
    let (old, before) = (bag.read(&path), digests(&bag));
    bag.remove(&path);
    bag.edit_record(|record| {
        let face = medium(record, "face-alpha");
        (face["state"], face["reason"], face["files"]) = (json!("withheld"), json!({ "code": "withheld", "text": "HTTP 204" }), json!([]));
    });
    bag.forge();
    let mut lost = entry(&old, &path);
    lost["why"] = json!("no longer in the record");
    add_run(&archive, ALPHA, before, &[], &[lost]);
    is_refused(&evidence, &archive, &head, "withheld");
}

/// The same session at a server that answers with another picture, without signatures.
fn other_bytes(evidence: &Evidence) {
    let mut other = session(ALPHA);
    let face = other.attempts[0].media.iter_mut().find(|medium| medium.context == "face").expect("a face");
    *face = vmedia::sandbox::fixture::Media::image("face-alpha", "face", "image/jpeg", jpeg("forged"));
    evidence.world.sandbox.put_session(other);
    evidence.world.faults("media:face-alpha=no-signature");
}

#[test]
fn a_run_against_another_server_replaces_nothing_and_the_next_signed_run_does_not_vouch_for_it() {
    for is_deleted in [true, false] {
        let Some((evidence, archive)) = sealed() else { return };
        let head = archive.is_sound("before").heads().remove(0);
        other_bytes(&evidence);
        if is_deleted {
            std::fs::remove_dir_all(archive.file(ALPHA)).expect("removed");
            evidence.world.run(&["download", ALPHA]).ends_with(0);
        } else {
            archive.bag(ALPHA).edit(&face(ALPHA), |bytes| bytes[12] ^= 1);
            let run = evidence.world.run(&["download", ALPHA]).ends_with(7);
            run.says("is lost; the provider now answers with other bytes");
            let record = archive.bag(ALPHA).record().to_string();
            assert!(record.contains("the answer is not signed, although the provider signed earlier media"), "{record}");
        }
        is_refused(&evidence, &archive, &head, &format!("deleted: {is_deleted}"));
        // An honest run that signs names the unsigned run, and does not sign above it.
        evidence.world.faults("");
        let sign = |further: &[&str]| evidence.world.run(&[&["download", BETA, "--sign-key", "key"], further].concat());
        evidence.world.sandbox.put_session(super::grown(BETA));
        let forged = archive.segments().into_iter().rfind(|name| name.ends_with(".ndjson")).expect("a segment");
        let run = sign(&[]).ends_with(7);
        run.complains(&format!("no signature covers what they wrote: {forged} (download, 1 change)"), "--accept-unsealed REASON");
        // Accepted or not, what was lost stays lost.
        sign(&["--accept-unsealed", "checked by hand"]).ends_with(0).says("the journal of this run is signed");
        let newest = archive.segments().into_iter().rfind(|name| name.ends_with(".ndjson")).expect("a segment");
        let accepted: Vec<Value> = archive.entries(&newest).into_iter().filter(|entry| entry["entry"] == "accepted").collect();
        assert_eq!(
            (accepted.len(), &accepted[0]["reason"], &accepted[0]["runs"][0]["segment"]),
            (1, &json!("checked by hand"), &json!(forged))
        );
        is_refused(&evidence, &archive, &head, "accepted");
        // From then on runs are signed as before.
        sign(&[]).ends_with(0);
    }
}

#[test]
fn unsigned_answers_are_refused_with_strict_and_found_with_authenticate() {
    let evidence = Evidence::young();
    let archive = evidence.archive();
    other_bytes(&evidence);
    archive.bag(ALPHA).remove(&face(ALPHA));
    evidence.world.run(&["download", ALPHA, "--strict"]).ends_with(7).says("the answer is not signed");
    assert!(!archive.bag(ALPHA).file(&face(ALPHA)).exists());
    evidence.world.run(&["download", ALPHA]).ends_with(7);
    let run = evidence.world.run(&["verify", "vmedia-archive", "--read-only", "--authenticate"]).ends_with(8);
    run.shows("came without the provider's signature, although the provider signed other answers of this session");
}

#[test]
fn the_same_bytes_fetched_again_are_no_finding() {
    let evidence = Evidence::young();
    let archive = evidence.archive();
    std::fs::remove_dir_all(archive.file(ALPHA)).expect("removed");
    evidence.world.run(&["download", ALPHA]).ends_with(0);
    archive.is_sound("the same bytes");
}

#[test]
fn the_journal_matches_a_session_only_as_far_as_seals_cover_it() {
    let Some((evidence, archive)) = sealed() else { return };
    evidence.world.sandbox.put_session(super::grown(BETA));
    evidence.world.run(&["download", BETA]).ends_with(0);
    let signers = evidence.world.folder().join("key.pub");
    let verdict = archive.verify(&["--signers", signers.to_str().expect("text")]);
    assert_eq!((verdict.code, verdict.findings()), (0, Vec::new()));
    let is_claimed = |id| verdict.checked(id).contains(&Aspect::Journal);
    assert_eq!([ALPHA, BETA, GAMMA].map(is_claimed), [true, false, true]);
    assert!(verdict.notes().iter().any(|note| note.contains("nothing proves its later changes")), "{:?}", verdict.notes());
    assert!(archive.verify(&[]).checked(BETA).contains(&Aspect::Journal), "without signers the journal alone is compared");
}

#[test]
fn a_copy_of_a_segment_under_another_name_is_found() {
    let evidence = Evidence::young();
    let archive = evidence.archive();
    let segment = archive.segments().remove(0);
    std::fs::copy(archive.file("_journal").join(&segment), archive.file("_journal").join(FORGED)).expect("copied");
    let verdict = archive.verify(&[]);
    assert!(
        verdict.findings().iter().any(|(_, finding)| finding.what.contains(&format!("is a copy of {segment}"))),
        "{:?}",
        verdict.findings()
    );
    assert_eq!(verdict.code, 8);
}
