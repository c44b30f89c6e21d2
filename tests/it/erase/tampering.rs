//! Changes that hide an erasure, forge one, or undo one: each is found, in the place that was changed.

use super::plan::{follow, list, plan, reviewed, sign};
use super::{ORDER, erase};
use crate::evidence::{ALPHA, Archive, BETA, Evidence, copy};
use crate::harness::Run;
use crate::seal::generate;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
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

/// Changes of an archive of which ALPHA was erased by an approved plan, by a forger who can write all of it. `before` has a plan for BETA
/// and its signature. Digests in the paths of findings are left out.
const PLAN_DEEDS: &[Deed] = &[
    Deed { what: "nothing", done: |_, _| {}, found: &[] },
    Deed {
        what: "the plan removed",
        done: |archive, _| std::fs::remove_file(kept(archive, "plan.json")).expect("removed"),
        found: &[PLAN],
    },
    Deed {
        what: "the plan altered",
        done: |archive, _| {
            let text = std::fs::read_to_string(kept(archive, "plan.json")).expect("a plan");
            std::fs::write(kept(archive, "plan.json"), text.replace("art. 77", "art. 78")).expect("written");
        },
        found: &[PLAN],
    },
    Deed {
        what: "the signature removed",
        done: |archive, _| std::fs::remove_file(kept(archive, ".sig")).expect("removed"),
        found: &[SIGNATURE],
    },
    Deed {
        what: "the signature exchanged for that of another plan",
        done: |archive, before| {
            std::fs::copy(before.join("beta.json.anna.sig"), kept(archive, ".sig")).expect("copied");
        },
        found: &[SIGNATURE],
    },
    Deed {
        what: "the plan and its signature removed",
        done: |archive, _| std::fs::remove_dir_all(archive.file("_erased/plans")).expect("removed"),
        found: &[PLAN],
    },
    Deed { what: "a plan that was never followed", done: |archive, before| _ = put(archive, before, false), found: &[PLAN] },
    Deed {
        what: "the certificate names another plan",
        done: |archive, before| {
            let plan = put(archive, before, true);
            forge(archive, &|_| {}, &|certificate| certificate["plan"] = plan.clone());
        },
        found: &["alpha: journal: _erased/alpha.json", PLAN, SIGNATURE],
    },
    Deed {
        what: "the order and the certificate name a plan of another session",
        done: |archive, before| {
            let plan = put(archive, before, true);
            std::fs::remove_dir_all(kept(archive, "plan.json").parent().expect("a folder")).expect("removed");
            forge_both(archive, &|facts| facts["plan"] = plan.clone());
        },
        found: &[CERTIFICATE],
    },
    Deed {
        what: "the approvals removed",
        done: |archive, _| forge_both(archive, &|facts| facts["plan"]["approvals"] = json!([])),
        found: &[CERTIFICATE, SIGNATURE],
    },
    Deed {
        what: "no plan at all",
        done: |archive, _| {
            forge_both(archive, &|facts| _ = facts.as_object_mut().expect("an object").remove("plan"));
        },
        found: &[PLAN, SIGNATURE],
    },
    Deed {
        what: "another authority than the plan's",
        done: |archive, _| forge_both(archive, &|facts| facts["authority"] = json!("an order")),
        found: &[CERTIFICATE],
    },
    Deed {
        what: "another bag than the plan's",
        done: |archive, _| forge_both(archive, &|facts| facts["bag"] = json!("0".repeat(64))),
        found: &[CERTIFICATE],
    },
    Deed {
        what: "a plan that is no digest",
        done: |archive, _| forge_both(archive, &|facts| facts["plan"]["sha256"] = json!("../../alpha")),
        found: &["journal: journal: the journal", PLAN],
    },
];

const PLAN: &str = "journal: journal: _erased/plans/DIGEST/plan.json";
const SIGNATURE: &str = "journal: journal: _erased/plans/DIGEST/DIGEST.sig";
const CERTIFICATE: &str = "journal: journal: _erased/alpha.json";

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The file with this ending that an archive keeps of the plan that ALPHA was erased by.
fn kept(archive: &Archive, ending: &str) -> std::path::PathBuf {
    let folder = std::fs::read_dir(archive.file("_erased/plans")).expect("plans").filter_map(|entry| Some(entry.ok()?.path()));
    let mut files = folder.flat_map(|plan| std::fs::read_dir(plan).expect("a plan").filter_map(|entry| Some(entry.ok()?.path())));
    let is_alphas = |path: &Path| std::fs::read_to_string(path.with_file_name("plan.json")).is_ok_and(|text| text.contains(ALPHA));
    files.find(|path| path.display().to_string().ends_with(ending) && is_alphas(path)).expect(ending)
}

/// Puts the plan for BETA into an archive as one that was followed, with or without its signature, and returns what an order says of it.
fn put(archive: &Archive, before: &Path, is_signed: bool) -> Value {
    let (text, signature) = (std::fs::read(before.join("beta.json")).expect("a plan"), std::fs::read(before.join("beta.json.anna.sig")));
    let (digest, signature) = (sha256(&text), signature.expect("a signature"));
    let folder = archive.file(&format!("_erased/plans/{digest}"));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("plan.json"), text).expect("written");
    let name = sha256(&signature);
    if is_signed {
        std::fs::write(folder.join(format!("{}.sig", &name[..16])), signature).expect("written");
    }
    let certificate: Value = serde_json::from_slice(&std::fs::read(archive.file("_erased/alpha.json")).expect("a file")).expect("JSON");
    let mut plan = certificate["plan"].clone();
    (plan["sha256"], plan["approvals"][0]["sha256"]) = (json!(digest), json!(name));
    plan
}

fn forge_both(archive: &Archive, change: &dyn Fn(&mut Value)) {
    forge(archive, change, change);
}

/// Changes the order in the journal and the certificate of ALPHA, and all digests that follow from it.
fn forge(archive: &Archive, order: &dyn Fn(&mut Value), certificate: &dyn Fn(&mut Value)) {
    let path = archive.file("_erased/alpha.json");
    let mut made: Value = serde_json::from_slice(&std::fs::read(&path).expect("a certificate")).expect("JSON");
    certificate(&mut made);
    std::fs::write(&path, made.to_string()).expect("written");
    archive.chain_all(|_, entries| {
        for entry in entries.iter_mut().filter(|entry| entry["folder"] == ALPHA) {
            match entry["entry"].as_str() {
                Some("erasing") => order(entry),
                Some("erased") => entry["certificate"] = json!(sha256(made.to_string().as_bytes())),
                _ => {}
            }
        }
    });
}

/// A finding without the digests in it.
fn without_digests(found: &str) -> String {
    let is_digest = |part: &&str| part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digests: BTreeSet<&str> = found.split(['/', '.']).filter(is_digest).collect();
    digests.into_iter().fold(found.to_owned(), |text, digest| text.replace(digest, "DIGEST"))
}

#[test]
fn every_deed_on_plans_and_approvals_is_found_where_it_was_done() {
    let Some(evidence) = reviewed() else { return };
    let (world, folder) = (&evidence.world, evidence.world.folder());
    for (name, session) in [("plan.json", ALPHA), ("beta.json", BETA)] {
        plan(world, name, &[session]).ends_with(0);
        sign(folder, name, "anna", "vmedia-disposition");
    }
    follow(world, "plan.json", &["--approvals", "approvers"]).ends_with(0);
    for Deed { what, done, found } in PLAN_DEEDS {
        let archive = evidence.copy("tampered");
        done(&archive, folder);
        let verdict = archive.verify(&[]);
        let seen: BTreeSet<String> = verdict.found().iter().map(|found| without_digests(found)).collect();
        let expected: BTreeSet<String> = found.iter().map(|&found| found.to_owned()).collect();
        assert_eq!(seen, expected, "{what}: {:#?}", verdict.findings());
        #[cfg(unix)]
        match found {
            [] => crate::examples::archive::accepts(&archive.root, &[]),
            _ => crate::examples::archive::refuses(&archive.root, &[], ""),
        }
    }
}

#[test]
fn with_signers_an_approval_counts_if_its_signer_was_one_of_them_at_that_time() {
    let Some(evidence) = reviewed() else { return };
    let (world, folder) = (&evidence.world, evidence.world.folder());
    assert!(generate(folder, "key"));
    plan(world, "plan.json", &[ALPHA]).ends_with(0);
    sign(folder, "plan.json", "anna", "vmedia-disposition");
    let words = ["--approvals", "approvers", "--sign-key", "key", "--accept-unsealed", "a test"];
    follow(world, "plan.json", &words).ends_with(0);
    let archivist = format!("archivist namespaces=\"vmedia\" {}", std::fs::read_to_string(folder.join("key.pub")).expect("a key"));
    let verify = |lines: &[(&str, &str, &str)]| {
        list(folder, lines);
        let approvers = std::fs::read_to_string(folder.join("approvers")).expect("a list");
        std::fs::write(folder.join("signers"), format!("{archivist}{approvers}")).expect("written");
        world.run(&["verify", "vmedia-archive", "--read-only", "--signers", "signers"])
    };
    verify(&[("anna", "anna@example.com", "")]).ends_with(0).shows("and 1 erased");
    // A list that names no approver says nothing of approvals.
    verify(&[]).ends_with(0);
    verify(&[("anna", "anna@example.com", ",valid-before=\"20991231Z\"")]).ends_with(0);
    for (lines, said) in [
        ([("ben", "ben", "")], "which belonged to none of these signers on "),
        ([("anna", "anna@example.com", ",valid-before=\"20201231Z\"")], "which belonged to none of these signers on "),
        ([("anna", "zoe", "")], "approved by anna@example.com as the journal says, and by zoe for these signers"),
    ] {
        verify(&lines).ends_with(8).shows("_erased/alpha.json: follows the plan ").shows(said);
    }
    // The signature of another person in place of the one that the journal names.
    sign(folder, "plan.json", "ben", "vmedia-disposition");
    let archive = evidence.copy("tampered");
    let seals = std::fs::read_dir(archive.file("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path());
    let seals = seals.filter(|path| path.extension().is_some_and(|ending| ending != "ndjson"));
    seals.for_each(|path| std::fs::remove_file(path).expect("removed"));
    let signature = std::fs::read(folder.join("plan.json.ben.sig")).expect("a signature");
    let digest = sha256(&signature);
    std::fs::rename(kept(&archive, ".sig"), kept(&archive, "plan.json").with_file_name(format!("{}.sig", &digest[..16]))).expect("renamed");
    std::fs::write(kept(&archive, ".sig"), signature).expect("written");
    forge_both(&archive, &|facts| facts["plan"]["approvals"][0]["sha256"] = json!(digest));
    let verdict = archive.verify(&[]);
    assert!(
        verdict.findings().iter().any(|(_, finding)| finding.what.contains("is by another key than the journal says")),
        "{:?}",
        verdict.findings()
    );
}
