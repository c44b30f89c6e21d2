//! What looks right to other tools: bags that every public tool accepts, folders of other archives, old copies, links.

use super::forger::{medium, sha256};
#[cfg(unix)]
use super::whole_tree;
use super::{ALPHA, BETA, Evidence, GAMMA, TAGS, copy, face, grown, session};
use crate::harness::{jpeg, others_accept};
use serde_json::json;

#[test]
fn a_bag_that_every_public_tool_accepts_is_found_nevertheless() {
    let evidence = Evidence::new();
    // Row N: the picture and every manifest. The others' verdict comes first, or this proves nothing.
    let archive = evidence.copy("tampered");
    let bag = archive.bag(ALPHA);
    let forged = jpeg("FORG-alpha");
    assert_eq!(forged.len(), bag.read(&face(ALPHA)).len(), "as long as before, which is the harder case");
    bag.write(&face(ALPHA), &forged);
    bag.forge_manifests();
    others_accept(&bag.0);
    let verdict = archive.finds(
        "payload and manifests",
        &[
            "alpha: manifests: data/alpha-new/face_face-alpha.jpg",
            "alpha: journal: data/alpha-new/face_face-alpha.jpg",
            "alpha: journal: tagmanifest-sha256.txt",
        ],
    );
    assert_eq!(verdict.sound(), [BETA, GAMMA]);

    // The record too: everything that a forger with write access to the session's folder can do.
    let archive = evidence.copy("tampered");
    let bag = archive.bag(ALPHA);
    bag.write(&face(ALPHA), jpeg("a forged face, of another length"));
    bag.forge();
    others_accept(&bag.0);
    assert_eq!(medium(&mut bag.record(), "face-alpha")["files"][0]["sha256"], sha256(jpeg("a forged face, of another length")));
    let verdict = archive.finds(
        "payload, record and manifests",
        &["alpha: journal: data/alpha-new/face_face-alpha.jpg", "alpha: journal: tagmanifest-sha256.txt"],
    );
    assert_eq!(verdict.sound(), [BETA, GAMMA]);

    // A record that says the same with other words is another bag all the same.
    let archive = evidence.copy("tampered");
    archive.bag(ALPHA).edit_record(|record| record["attempts"][0]["status"] = json!("declined"));
    archive.bag(ALPHA).forge_manifests();
    others_accept(&archive.bag(ALPHA).0);
    archive.finds("the record and the manifests", &["alpha: journal: tagmanifest-sha256.txt"]);
}

#[test]
fn a_folder_of_another_archive_and_an_old_copy_are_found() {
    let evidence = Evidence::young();
    let old = evidence.copy("old");
    evidence.world.sandbox.put_session(grown(BETA));
    evidence.world.run(&["download", ALPHA, BETA, GAMMA]).ends_with(0);

    let archive = evidence.copy("rolled back");
    archive.is_sound("before");
    std::fs::remove_dir_all(archive.file(BETA)).expect("removed");
    copy(&old.file(BETA), &archive.file(BETA));
    others_accept(&archive.bag(BETA).0);
    let verdict = archive.finds(
        "an old copy",
        &[
            "beta: journal: data/beta-latest/face_latest-beta.jpg",
            "beta: journal: metadata/attempts.2.json",
            "beta: journal: metadata/attempts/beta-latest/media.json",
            "beta: journal: metadata/media.2.json",
            "beta: journal: tagmanifest-sha256.txt",
        ],
    );
    assert_eq!(verdict.sound(), [ALPHA, GAMMA]);

    let other = evidence.world.folder().join("other");
    evidence.world.sandbox.put_session(session("foreign"));
    evidence.world.run(&["download", "foreign", ALPHA, "-o", "other"]).ends_with(0);
    let archive = evidence.copy("mixed");
    copy(&other.join("foreign"), &archive.file("foreign"));
    let verdict = archive.finds("a foreign session", &[&archive.missing_run("foreign")]);
    assert!(verdict.findings()[0].1.what.contains("vouches for 1 session (foreign)"), "{:?}", verdict.findings());
    assert!(!verdict.checked("foreign").contains(&vmedia::archive::verify::Aspect::Journal));
    // The same session, archived elsewhere: every file is right, and it is not the one that was archived here.
    let archive = evidence.copy("mixed");
    std::fs::remove_dir_all(archive.file(ALPHA)).expect("removed");
    copy(&other.join(ALPHA), &archive.file(ALPHA));
    // Its commitments are under another salt.
    let expected = [
        "alpha: journal: metadata/attempts.json",
        "alpha: journal: metadata/attempts/alpha-new/media.json",
        "alpha: journal: metadata/attempts/alpha-old/media.json",
        "alpha: journal: metadata/media.json",
        "alpha: journal: tagmanifest-sha256.txt",
        &archive.missing_run(ALPHA),
    ];
    archive.finds("the same session from elsewhere", &expected);
}

#[test]
fn a_run_that_never_was_cannot_replace_what_was_archived() {
    // What no chain of digests can show is that further lines are not the program's own. So they may add and never replace.
    let evidence = Evidence::new();
    let archive = evidence.copy("tampered");
    let head = archive.is_sound("before").heads().remove(0);
    let (bag, path) = (archive.bag(ALPHA), face(ALPHA));
    let (old, before, record_before) = (bag.read(&path), sha256(bag.read(TAGS)), sha256(bag.read("archive.json")));
    bag.write(&path, jpeg("forged"));
    bag.edit_record(|record| medium(record, "face-alpha")["files"][0]["signature"] = json!({ "verdict": "absent" }));
    bag.forge();
    let newest = archive.segments().pop().expect("a segment");
    let forged = "20990101T000000.000Z-00000000.ndjson";
    let opened = json!({
        "entry": "opened", "at": "2099-01-01T00:00:00Z", "schema": "vmedia-journal", "version": 1,
        "segment": forged, "tool": "vmedia 0.1.0", "command": "download", "operator": "unknown", "host": "here",
        "parents": [archive.parent(&newest)],
    });
    let file = |bytes: &[u8]| json!({ "path": path, "bytes": bytes.len(), "sha256": sha256(bytes), "signed": false });
    let mut lost = file(&old);
    lost["why"] = json!("found altered and set aside; fetched again");
    let archived = json!({
        "entry": "archived", "at": "2099-01-01T00:00:00Z", "session": ALPHA, "folder": ALPHA,
        "before": before, "bag": sha256(bag.read(TAGS)), "files": [file(&jpeg("forged"))], "lost": [lost],
        "record_before": record_before, "record": sha256(bag.read("archive.json")),
    });
    let closed = json!({ "entry": "closed", "at": "2099-01-01T00:00:00Z" });
    archive.chain(forged, vec![opened, archived, closed]);
    archive.finds("other bytes that are said to be fetched again", &[&format!("alpha: journal: {path}")]);
    let verdict = archive.verify(&["--expect-head", &head]);
    assert!(verdict.findings()[0].1.what.contains("by a run that no seal covers"), "{:?}", verdict.findings());
    assert!(!verdict.checked(ALPHA).contains(&vmedia::archive::verify::Aspect::Journal));
    // But every line of it must fit: a forger who knows less is found.
    bag.edit_record(|record| record["tool"] = json!("vmedia"));
    bag.forge();
    let expected = [format!("alpha: journal: {path}"), "alpha: journal: tagmanifest-sha256.txt".to_owned()];
    archive.finds("another bag than the line says", &[&expected[0], &expected[1]]);
}

#[test]
fn a_bag_that_no_public_tool_accepts_is_found_without_a_journal_too() {
    let evidence = Evidence::young();
    let alone = || {
        let archive = evidence.copy("alone");
        std::fs::remove_dir_all(archive.file("_journal")).expect("removed");
        archive.finds("before", &[&archive.missing_run(ALPHA)]);
        archive
    };
    // Payload that hides among the bag's own files.
    let archive = alone();
    let bag = archive.bag(ALPHA);
    bag.write("data/alpha-new/more.jpg", jpeg("more"));
    bag.edit(TAGS, |bytes| bytes.extend(format!("{}  data/alpha-new/more.jpg\n", sha256(jpeg("more"))).bytes()));
    archive.finds("payload as a tag file", &["alpha: listings: data/alpha-new/more.jpg", &archive.missing_run(ALPHA)]);
    // Two digests for one file: one of them is right for any reader.
    for is_first in [false, true] {
        let archive = alone();
        let bag = archive.bag(ALPHA);
        let wrong = format!("{}  archive.json\n", sha256("something else"));
        bag.edit(TAGS, |bytes| {
            let text = String::from_utf8(std::mem::take(bytes)).expect("UTF-8");
            *bytes = if is_first { wrong + &text } else { text + &wrong }.into_bytes();
        });
        let found = archive.verify(&[]).found();
        assert!(found.contains(&format!("alpha: readable: {TAGS}")), "{found:?}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_no_files() {
    use std::os::unix::fs::symlink;
    let evidence = Evidence::new();
    let elsewhere = evidence.copy("elsewhere");

    let archive = evidence.copy("tampered");
    archive.is_sound("before");
    archive.bag(ALPHA).remove(&face(ALPHA));
    symlink(elsewhere.bag(ALPHA).file(&face(ALPHA)), archive.bag(ALPHA).file(&face(ALPHA))).expect("a link");
    archive.finds("a link to the very bytes", &["alpha: listings: data/alpha-new/face_face-alpha.jpg"]);

    let archive = evidence.copy("tampered");
    std::fs::remove_dir_all(archive.bag(ALPHA).file("data/alpha-new")).expect("removed");
    symlink(elsewhere.bag(ALPHA).file("data/alpha-new"), archive.bag(ALPHA).file("data/alpha-new")).expect("a link");
    archive.finds("a link to a folder", &["alpha: readable: data/alpha-new"]);

    let archive = evidence.copy("tampered");
    std::fs::remove_dir_all(archive.file(ALPHA)).expect("removed");
    symlink(elsewhere.file(ALPHA), archive.file(ALPHA)).expect("a link");
    let verdict = archive.finds("a link to a session", &["alpha: readable: ."]);
    assert_eq!(verdict.checked(ALPHA), [], "nothing behind it was read");
    // Every other command gives the same answer, and writes nothing where the link leads.
    let before = whole_tree(&elsewhere.root);
    for words in [&["download", ALPHA, "-o", "tampered"][..], &["download", ALPHA, "-o", "tampered", "--skip-complete"]] {
        evidence.world.run(words).ends_with(8).complains("tampered/alpha is a link", "move the folder that it leads to into its place");
    }
    for words in [["repair", "tampered"], ["verify", "tampered/alpha"]] {
        let run = evidence.world.run(&words).ends_with(8);
        assert!(format!("{}{}", run.stdout, run.stderr).contains("is a link, and vmedia follows none"), "{words:?}: {}", run.stderr);
    }
    evidence.world.run(&["catalog", "tampered"]).ends_with(8).says("is a link, and vmedia follows none");
    assert!(whole_tree(&elsewhere.root) == before);
    // A link that belongs to no session is ignored.
    let archive = evidence.copy("tampered");
    symlink(archive.file(ALPHA), archive.file("latest")).expect("a link");
    archive.is_sound("a link beside the sessions");

    let archive = evidence.copy("tampered");
    std::fs::remove_dir_all(archive.bag(ALPHA).file("data")).expect("removed");
    symlink(elsewhere.bag(ALPHA).file("data"), archive.bag(ALPHA).file("data")).expect("a link");
    archive.finds("a link to the payload", &["alpha: readable: data"]);
    evidence.world.run(&["download", ALPHA, "-o", "tampered"]).ends_with(8).says("tampered/alpha/data is a link");

    let archive = evidence.copy("tampered");
    symlink("/etc/hostname", archive.bag(ALPHA).file("link")).expect("a link");
    archive.finds("a link that no manifest lists", &["alpha: listings: link"]);
}
