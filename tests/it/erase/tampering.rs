//! Changes that hide an erasure, forge one, or undo one: each is found, in the place that was changed.

use super::{ORDER, erase};
use crate::evidence::{ALPHA, Archive, BETA, Evidence, copy};
use crate::harness::Run;
use crate::seal::generate;
use std::path::Path;

/// A change of an archive of which ALPHA was erased, and all findings that must follow. `before` is a copy of the archive before.
struct Deed {
    what: &'static str,
    done: fn(&Archive, &Path),
    found: &'static [&'static str],
}

const DEEDS: &[Deed] = &[
    Deed { what: "nothing", done: |_, _| {}, found: &[] },
    Deed {
        what: "the session restored from a backup",
        done: |archive, before| copy(&before.join(ALPHA), &archive.file(ALPHA)),
        found: &["alpha: listings: ."],
    },
    Deed {
        what: "a part of it restored",
        done: |archive, before| copy(&before.join(ALPHA).join("data"), &archive.file(ALPHA).join("data")),
        found: &["alpha: listings: ."],
    },
    Deed {
        what: "the certificate removed",
        done: |archive, _| std::fs::remove_file(archive.file("_erased/alpha.json")).expect("removed"),
        found: &["alpha: listings: _erased/alpha.json"],
    },
    Deed {
        what: "all certificates removed",
        done: |archive, _| std::fs::remove_dir_all(archive.file("_erased")).expect("removed"),
        found: &["alpha: listings: _erased/alpha.json"],
    },
    Deed {
        what: "another authority in the certificate",
        done: |archive, _| edit(archive, "_erased/alpha.json", "GDPR art. 17", "GDPR art. 18"),
        found: &["alpha: listings: _erased/alpha.json"],
    },
    Deed {
        what: "another reason on its page",
        done: |archive, _| edit(archive, "_erased/alpha.html", "request 2026-118", "request 2026-119"),
        found: &["alpha: listings: _erased/alpha.html"],
    },
    Deed {
        what: "the page removed",
        done: |archive, _| std::fs::remove_file(archive.file("_erased/alpha.html")).expect("removed"),
        found: &["alpha: listings: _erased/alpha.html"],
    },
    Deed {
        what: "a certificate of a session that was not erased",
        done: |archive, _| {
            let text = std::fs::read_to_string(archive.file("_erased/alpha.json")).expect("a certificate");
            std::fs::write(archive.file("_erased/beta.json"), text.replace("alpha", "beta")).expect("written");
        },
        found: &["journal: journal: _erased/beta.json"],
    },
    Deed {
        what: "another session deleted under a forged certificate",
        done: |archive, _| {
            let text = std::fs::read_to_string(archive.file("_erased/alpha.json")).expect("a certificate");
            std::fs::write(archive.file("_erased/beta.json"), text.replace("alpha", "beta")).expect("written");
            std::fs::remove_dir_all(archive.file(BETA)).expect("removed");
        },
        found: &["beta: listings: .", "journal: journal: _erased/beta.json"],
    },
    Deed {
        what: "the erasure's run removed from the journal",
        done: |archive, _| {
            let newest = archive.segments().pop().expect("a segment");
            std::fs::remove_file(archive.file("_journal").join(newest)).expect("removed");
        },
        found: &["alpha: listings: .", "journal: journal: _erased/alpha.html", "journal: journal: _erased/alpha.json"],
    },
];

fn edit(archive: &Archive, path: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(archive.file(path)).expect("text");
    assert!(text.contains(from), "no {from} in {path}");
    std::fs::write(archive.file(path), text.replace(from, to)).expect("written");
}

#[test]
fn every_deed_is_found_where_it_was_done() {
    let evidence = Evidence::young();
    let before = evidence.copy("before");
    erase(&evidence.world, &[ALPHA]).ends_with(0);
    for Deed { what, done, found } in DEEDS {
        let archive = evidence.copy("tampered");
        done(&archive, &before.root);
        archive.finds(what, found);
        #[cfg(unix)]
        match found {
            [] => crate::examples::archive::accepts(&archive.root, &[]),
            _ => crate::examples::archive::refuses(&archive.root, &[], ""),
        }
    }
}

#[test]
fn what_a_backup_brought_back_is_erased_again() {
    let evidence = Evidence::young();
    let before = evidence.copy("before");
    erase(&evidence.world, &[ALPHA]).ends_with(0);
    copy(&before.root.join(ALPHA), &evidence.world.archive().join(ALPHA));
    evidence.world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("and is here again").shows("run `vmedia erase`");
    // A repair fetches nothing of it.
    std::fs::remove_file(evidence.world.bag(ALPHA).join(crate::evidence::face(ALPHA))).expect("removed");
    evidence.world.sandbox.clear_exchanges();
    evidence.world.run(&["repair", "vmedia-archive"]).ends_with(8);
    assert!(evidence.world.sandbox.exchanges().is_empty());
    erase(&evidence.world, &[ALPHA]).ends_with(0).shows("alpha erased: ");
    evidence.archive().is_sound("erased again");
}

#[test]
fn with_signers_a_deletion_that_only_the_journal_calls_an_erasure_is_found() {
    let evidence = Evidence::young();
    let world = &evidence.world;
    if !generate(world.folder(), "key") || !generate(world.folder(), "forger") {
        return crate::harness::lacks("ssh-keygen");
    }
    world.run(&["download", ALPHA, "--sign-key", "key", "--accept-unsealed", "a test", "--refetch"]).ends_with(0);
    let verify = |signers: &str| world.run(&["verify", "vmedia-archive", "--read-only", "--signers", signers]);
    verify("key.pub").ends_with(0);
    let signed = |words: &[&str]| -> Run { world.run(&[&["erase"], words, &ORDER[..]].concat()) };
    signed(&[ALPHA, "--sign-key", "key"]).ends_with(0);
    verify("key.pub").ends_with(0).shows("and 1 erased");
    // An account that can write to the archive can run `erase`, and cannot sign.
    signed(&[BETA]).ends_with(0);
    world.run(&["verify", "vmedia-archive", "--read-only"]).ends_with(0).shows("and 2 erased");
    verify("key.pub").ends_with(8).shows("no seal covers that");
}
