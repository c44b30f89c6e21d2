//! Seals of several runs: later runs name the seals of earlier ones, and a time stamp says when, not who.

use super::authority::{Office, Server, stamped};
use super::runs::{journal, verify};
use super::{generate, succeeds};
use crate::examples::archive::{accepts, refuses};
use crate::harness::{SESSION, World, session_named};
use std::path::Path;
use std::sync::Arc;

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a file")
}

#[test]
fn a_seal_that_is_removed_or_exchanged_is_found_once_a_later_run_names_it() {
    let Some(office) = Office::open() else { return };
    let office = Arc::new(office);
    let replying = Arc::clone(&office);
    let server = Server::start(move |_, query| stamped(&replying.reply("usual", query)));
    let world = World::new();
    if !generate(world.folder(), "archivist") || !generate(world.folder(), "successor") {
        return;
    }
    let run = || world.run(&["download", SESSION, "--sign-key", "archivist", "--timestamp", &server.url()]).ends_with(0);
    run();
    let root = office.folder().join("ca.pem");
    let root = root.to_str().expect("text");
    let newest = |ending: &str| journal(&world, ending).pop().expect("a seal");
    // Nothing names the seals of the newest run yet: without them it is under no seal.
    let (signature, stamp) = (newest(".sig"), newest(".tsr"));
    let good = (bytes(&signature), bytes(&stamp));
    std::fs::remove_file(&signature).expect("removed");
    let alone = verify(&world, &[]).ends_with(0);
    assert!(!alone.stdout.contains("signed by"), "{}", alone.stdout);
    std::fs::write(&signature, &good.0).expect("written");
    run();
    verify(&world, &["--signers", "archivist.pub", "--tsa-ca", root]).ends_with(0);
    // A signature and a stamp that hold as well, and are others.
    let checkpoint = signature.with_extension("");
    std::fs::remove_file(&signature).expect("removed");
    let name = checkpoint.to_str().expect("text");
    succeeds(world.folder(), "ssh-keygen", &["-q", "-Y", "sign", "-f", "successor", "-n", "vmedia", name], b"");
    let other_signature = bytes(&signature);
    let now = jiff::Timestamp::now().strftime("%Y%m%d%H%M%SZ").to_string();
    let other_stamp =
        office.stamp(&bytes(&checkpoint), &now, &["-cades", "-signer", "tsa.pem", "-inkey", "tsa.key", "-certfile", "ca.pem"]);
    for (what, path, forged, found) in [
        ("a signature is removed", &signature, None, "is missing: it was there when"),
        ("a stamp is removed", &stamp, None, "is missing: it was there when"),
        ("a signature by another key", &signature, Some(&other_signature), "is not what it was when"),
        ("another stamp of the authority", &stamp, Some(&other_stamp), "is not what it was when"),
    ] {
        std::fs::write(&signature, &good.0).expect("written");
        std::fs::write(&stamp, &good.1).expect("written");
        match forged {
            None => std::fs::remove_file(path).expect("removed"),
            Some(forged) => std::fs::write(path, forged).expect("written"),
        }
        let run = verify(&world, &["--tsa-ca", root]).ends_with(8).shows(found);
        assert_eq!(run.stdout.matches(found).count(), 1, "{what}: {}", run.stdout);
        refuses(&world.archive(), &[], found);
    }
}

#[test]
fn a_checkpoint_that_is_removed_altered_or_exchanged_is_found_and_its_seals_do_not_count() {
    let world = World::new();
    if !generate(world.folder(), "archivist") {
        return;
    }
    let run = || world.run(&["download", SESSION, "--sign-key", "archivist"]).ends_with(0);
    run();
    run();
    let signers = ["--signers", "archivist.pub"];
    verify(&world, &signers).ends_with(0);
    accepts(&world.archive(), &[]);
    let (checkpoints, signatures) = (journal(&world, ".checkpoint"), journal(&world, ".sig"));
    let (path, good) = (&checkpoints[1], bytes(&checkpoints[1]));
    let text = String::from_utf8(good.clone()).expect("text");
    let size: u64 = text.lines().nth(1).expect("a size").parse().expect("a number");
    let root = text.lines().nth(2).expect("a root").to_owned();
    let other_root = format!("{}{}", if root.starts_with('A') { "B" } else { "A" }, &root[1..]);
    let signed_by_owner = |checkpoint: &[u8]| {
        std::fs::remove_file(&signatures[1]).expect("removed");
        std::fs::write(path, checkpoint).expect("written");
        succeeds(world.folder(), "ssh-keygen", &["-q", "-Y", "sign", "-f", "archivist", "-n", "vmedia", path.to_str().expect("text")], b"");
    };
    for (forged, found) in [
        (text.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size - 1), 1), "it is over "),
        (text.replacen(&root, &other_root, 1), "its root is not that of the segment's lines"),
        (String::from_utf8(bytes(&checkpoints[0])).expect("text"), "it is the checkpoint of "),
        (text.replacen('\n', "\r\n", 1), "it is not a checkpoint"),
    ] {
        // Also with a signature that holds.
        signed_by_owner(forged.as_bytes());
        let run = verify(&world, &signers).ends_with(8).shows(&format!("does not fit its segment: {found}"));
        run.shows("1 of its 2 runs is under no seal yet");
        refuses(&world.archive(), &[], "is not the checkpoint of this run as it is now");
        std::fs::write(path, &good).expect("written");
        verify(&world, &signers).ends_with(8).shows("it does not fit the file's bytes");
    }
    signed_by_owner(&good);
    verify(&world, &signers).ends_with(0);
    std::fs::remove_file(path).expect("removed");
    verify(&world, &signers).ends_with(8).shows("seals nothing: the checkpoint of its segment is missing");
    refuses(&world.archive(), &[], "seals nothing: its checkpoint is missing");
}

#[test]
fn a_stamp_says_when_a_run_was_there_and_not_who_wrote_it() {
    let Some(office) = Office::open() else { return };
    let root = office.folder().join("ca.pem");
    let root = root.to_str().expect("text").to_owned();
    let server = Server::start(move |_, query| stamped(&office.reply("usual", query)));
    let world = World::with(vec![session_named("a", "a-new", "a-old"), session_named("b", "b-new", "b-old")]);
    if !generate(world.folder(), "archivist") {
        return;
    }
    world.run(&["download", "a", "--sign-key", "archivist", "--timestamp", &server.url()]).ends_with(0);
    // Anyone can have a run stamped.
    world.run(&["download", "b", "--timestamp", &server.url()]).ends_with(0);
    let by_stamps = verify(&world, &["--tsa-ca", &root]).ends_with(0);
    assert!(!by_stamps.stdout.contains("under no seal"), "{}", by_stamps.stdout);
    accepts(&world.archive(), &["--tsa-ca", &root]);
    let run = verify(&world, &["--tsa-ca", &root, "--signers", "archivist.pub"]).ends_with(0);
    run.shows("1 of its 2 runs is under no seal yet").shows("vmedia-archive/b: no seal covers what the journal says of it");
}
