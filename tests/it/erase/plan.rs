//! Plans and approvals: what a second person signs with stock tools is what is erased, nothing else counts as an approval, and years later
//! the archive proves who approved what.

use super::certificate;
use crate::evidence::{ALPHA, BETA, Evidence, GAMMA, whole_tree};
use crate::harness::{Run, World, is_sound, lacks};
use crate::schema::{is_described, judged};
use crate::seal::{generate, succeeds};
use serde_json::Value;
use std::path::Path;
use vmedia::engine::Event;

/// The law that the plans of these tests name.
const LAW: &str = "(EU) 2024/1624 art. 77";

/// An archive of three sessions with the keys of three persons, and a list that names them as approvers; none without `ssh-keygen`.
pub fn reviewed() -> Option<Evidence> {
    let evidence = Evidence::young();
    let folder = evidence.world.folder();
    if !["anna", "ben", "cleo"].iter().all(|name| generate(folder, name)) {
        lacks("ssh-keygen");
        return None;
    }
    list(folder, &[("anna", "anna@example.com", ""), ("ben", "ben", "")]);
    Some(evidence)
}

/// Writes the list of approvers: the key, the name, and further options.
pub fn list(folder: &Path, lines: &[(&str, &str, &str)]) {
    let line = |(key, name, options): &(&str, &str, &str)| {
        let key = std::fs::read_to_string(folder.join(format!("{key}.pub"))).expect("a key");
        format!("{name} namespaces=\"vmedia-disposition\"{options} {key}")
    };
    std::fs::write(folder.join("approvers"), lines.iter().map(line).collect::<String>()).expect("written");
}

/// Makes a plan of sessions.
pub fn plan(world: &World, name: &str, sessions: &[&str]) -> Run {
    world.run(&[&["retention", "plan"], sessions, &["--authority", LAW, "-o", name]].concat())
}

/// Signs a file as a person does, for this purpose, into `FILE.NAME.sig`.
#[track_caller]
pub fn sign(folder: &Path, file: &str, key: &str, namespace: &str) {
    let text = std::fs::read(folder.join(file)).expect("a plan");
    let made = succeeds(folder, "ssh-keygen", &["-q", "-Y", "sign", "-n", namespace, "-f", key], &text);
    std::fs::write(folder.join(format!("{file}.{key}.sig")), made).expect("written");
}

/// The words that follow a plan.
pub fn follow(world: &World, name: &str, words: &[&str]) -> Run {
    world.run(&[&["erase", "--plan", name, "--reason", "review of 2026"], words].concat())
}

const APPROVED: [&str; 2] = ["--approvals", "approvers"];

#[test]
fn a_plan_that_a_second_person_signed_is_erased_and_proven_later() {
    let Some(evidence) = reviewed() else { return };
    let (world, folder) = (&evidence.world, evidence.world.folder());
    let before = whole_tree(&world.archive());
    let made = plan(world, "plan.json", &[BETA, ALPHA, BETA]).ends_with(0).says("plan.json: a plan to erase 2 sessions: ");
    made.says("ssh-keygen -Y sign -n vmedia-disposition -f KEY plan.json").shows("alpha  ");
    assert_eq!(whole_tree(&world.archive()), before, "a plan changes nothing");
    let text = std::fs::read(folder.join("plan.json")).expect("a plan");
    plan(world, "plan.json", &[ALPHA, BETA]).ends_with(0);
    assert_eq!(std::fs::read(folder.join("plan.json")).expect("a plan"), text, "the same review gives the same bytes");
    plan(world, "plan.json", &[GAMMA]).ends_with(6).complains("is another plan or file", "name a new file with -o");
    plan(world, "vmedia-archive/_journal/plan.json", &[GAMMA]).ends_with(2).says("outside of the folders");

    // The name that ssh-keygen gives the signature of a file.
    succeeds(folder, "ssh-keygen", &["-q", "-Y", "sign", "-n", "vmedia-disposition", "-f", "anna", "plan.json"], b"");
    let words = ["-Y", "verify", "-f", "approvers", "-I", "anna@example.com", "-n", "vmedia-disposition", "-s", "plan.json.sig"];
    assert!(succeeds(folder, "ssh-keygen", &words, &text).starts_with("Good \"vmedia-disposition\" signature for anna@example.com"));
    follow(world, "plan.json", &["--dry-run"]).ends_with(0).shows("alpha would be erased: ").shows("beta would be erased: ");
    assert_eq!(whole_tree(&world.archive()), before, "a dry run changes nothing");
    follow(world, "plan.json", &[]).ends_with(2).complains("--plan needs --approvals", "--dry-run needs none");

    let run = follow(world, "plan.json", &[&APPROVED[..], &["--format", "json"]].concat()).ends_with(0);
    let judgement = run.events().into_iter().next().expect("an event");
    assert!(matches!(&judgement, Event::PlanJudged { needed: 1, approvals, refused, .. } if approvals.len() == 1 && refused.is_empty()));
    assert!(!world.bag(ALPHA).exists() && !world.bag(BETA).exists() && world.bag(GAMMA).exists());
    follow(world, "plan.json", &APPROVED).ends_with(0).shows("alpha was erased before").says("approved by anna@example.com (1 of 1)");
    is_sound(world);
    #[cfg(unix)]
    crate::examples::archive::accepts(&world.archive(), &[]);

    let (certificate, page) =
        (certificate(world, ALPHA), std::fs::read_to_string(world.archive().join("_erased/alpha.html")).expect("a page"));
    assert_eq!(certificate["authority"], LAW);
    assert_eq!(certificate["plan"]["approvals"][0]["principal"], "anna@example.com");
    assert!(page.contains("Approved by") && page.contains("anna@example.com") && page.contains("ssh-keygen -Y verify"), "{page}");
    let digest = certificate["plan"]["sha256"].as_str().expect("a digest");
    let kept = world.archive().join("_erased/plans").join(digest);
    assert_eq!(std::fs::read(kept.join("plan.json")).expect("the plan"), text);
    let signature = certificate["plan"]["approvals"][0]["sha256"].as_str().expect("a digest");
    let signature = kept.join(format!("{}.sig", &signature[..16])).display().to_string();
    succeeds(folder, "ssh-keygen", &[&words[..9], &[&signature]].concat(), &text);

    let plan: Value = serde_json::from_slice(&text).expect("JSON");
    is_described("disposition", &plan);
    is_described("erasure", &certificate);
    let mut without_bag = plan.clone();
    without_bag["sessions"][0].as_object_mut().expect("an object").remove("bag");
    if let Some(verdicts) = judged(&[("disposition", plan), ("erasure", certificate), ("disposition", without_bag)]) {
        assert!(verdicts[..2] == ["valid", "valid"] && verdicts[2].contains("'bag' is a required property"), "{verdicts:?}");
    }
    let newest = evidence.archive().segments().iter().rev().find_map(|name| {
        let lines: Vec<Value> = evidence.archive().lines(name).iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        lines.iter().any(|line| line["entry"] == "erasing").then_some(lines)
    });
    let lines = newest.expect("a segment");
    lines.iter().for_each(|line| is_described("journal", line));
    if let Some(verdicts) = judged(&lines.into_iter().map(|line| ("journal", line)).collect::<Vec<_>>()) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
}

/// A change between the review and the erasure, after which the plan that Anna signed is refused.
struct Deed {
    what: &'static str,
    done: fn(&Path),
    words: &'static [&'static str],
    said: &'static str,
}

const DEEDS: &[Deed] = &[
    Deed { what: "no signature", done: |folder| remove(folder, "plan.json.anna.sig"), words: &[], said: "has 0 of 1 approval; " },
    Deed {
        what: "a bag's digest changed after signing",
        done: |folder| {
            let text = text(folder, "plan.json");
            let at = text.find("\"bag\": \"").expect("a bag") + 8;
            let digit = if &text[at..=at] == "0" { "1" } else { "0" };
            write(folder, "plan.json", &format!("{}{digit}{}", &text[..at], &text[at + 1..]));
        },
        words: &[],
        said: "plan.json.anna.sig does not count: it does not fit the file's bytes",
    },
    Deed {
        what: "an authority changed after signing",
        done: |folder| write(folder, "plan.json", &text(folder, "plan.json").replace("art. 77", "art. 78")),
        words: &[],
        said: "it does not fit the file's bytes",
    },
    Deed {
        what: "a session added after signing",
        done: |folder| std::fs::copy(folder.join("both.json"), folder.join("plan.json")).map(drop).expect("copied"),
        words: &[],
        said: "it does not fit the file's bytes",
    },
    Deed {
        what: "the signature of another plan",
        done: |folder| {
            sign(folder, "both.json", "anna", "vmedia-disposition");
            std::fs::rename(folder.join("both.json.anna.sig"), folder.join("plan.json.anna.sig")).expect("renamed");
        },
        words: &[],
        said: "it does not fit the file's bytes",
    },
    Deed {
        what: "a signature for another purpose",
        done: |folder| sign(folder, "plan.json", "anna", "vmedia"),
        words: &[],
        said: "it was made for \"vmedia\", not for \"vmedia-disposition\"",
    },
    Deed {
        what: "the signer removed from the list",
        done: |folder| list(folder, &[("ben", "ben", "")]),
        words: &[],
        said: "belongs to none of these signers now",
    },
    Deed {
        what: "the signer's time over",
        done: |folder| list(folder, &[("anna", "anna", ",valid-before=\"20201231Z\"")]),
        words: &[],
        said: "belongs to none of these signers now",
    },
    Deed {
        what: "a key that counts for another purpose alone",
        done: |folder| {
            let list = text(folder, "approvers").replace("vmedia-disposition", "vmedia");
            write(folder, "approvers", &list);
        },
        words: &[],
        said: "belongs to none of these signers now",
    },
    Deed {
        what: "one signature twice",
        done: |folder| std::fs::copy(folder.join("plan.json.anna.sig"), folder.join("plan.json.zoe.sig")).map(drop).expect("copied"),
        words: &["--need", "2"],
        said: "plan.json.zoe.sig does not count: it is by the same person as plan.json.anna.sig",
    },
    Deed {
        what: "one key under two names",
        done: |folder| {
            list(folder, &[("anna", "anna", ""), ("anna", "zoe", "")]);
            std::fs::copy(folder.join("plan.json.anna.sig"), folder.join("plan.json.zoe.sig")).expect("copied");
        },
        words: &["--need", "2"],
        said: "has 1 of 2 approvals",
    },
    Deed {
        what: "one person with two keys",
        done: |folder| {
            list(folder, &[("anna", "anna", ""), ("cleo", "ANNA,anna@work", "")]);
            sign(folder, "plan.json", "cleo", "vmedia-disposition");
        },
        words: &["--need", "2"],
        said: "plan.json.cleo.sig does not count: it is by the same person as plan.json.anna.sig",
    },
    Deed {
        what: "the operator's own approval",
        done: |folder| list(folder, &[("anna", "operator@example.com", "")]),
        words: &[],
        said: "operator@example.com is the operator of this run, and no second person",
    },
    Deed {
        what: "an approval by the key that signs the journal",
        done: |_| {},
        words: &["--sign-key", "anna", "--accept-unsealed", "a test"],
        said: "signed by the owner of the key that signs the journal of this run",
    },
    Deed {
        what: "another layout of the same plan",
        done: |folder| {
            write(folder, "plan.json", &text(folder, "plan.json").replace("  ", " "));
            sign(folder, "plan.json", "anna", "vmedia-disposition");
        },
        words: &[],
        said: "is not as `vmedia retention plan` writes it",
    },
    Deed {
        what: "no signature at all",
        done: |folder| write(folder, "plan.json.anna.sig", "x"),
        words: &[],
        said: "not a complete SSH signature",
    },
];

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("text")
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("written");
}

fn remove(folder: &Path, name: &str) {
    std::fs::remove_file(folder.join(name)).expect("removed");
}

#[test]
fn nothing_else_is_an_approval_and_nothing_is_erased_without_enough() {
    let Some(evidence) = reviewed() else { return };
    let (world, folder) = (&evidence.world, evidence.world.folder());
    plan(world, "plan.json", &[ALPHA]).ends_with(0);
    plan(world, "both.json", &[ALPHA, BETA]).ends_with(0);
    sign(folder, "plan.json", "anna", "vmedia-disposition");
    let kept = ["plan.json", "plan.json.anna.sig", "approvers"].map(|name| (name, text(folder, name)));
    let before = whole_tree(&world.archive());
    for Deed { what, done, words, said } in DEEDS {
        done(folder);
        let words = [&["erase", "--plan", "plan.json", "--reason", "review"], &APPROVED[..], words].concat();
        let run = world.run_with(&words, &[("VMEDIA_OPERATOR", "operator")]);
        let is_refused = run.code == 4 && run.stderr.contains(said) && run.stderr.contains("vmedia: hint: ");
        assert!(is_refused, "{what}: {}\n{}", run.code, run.stderr);
        assert_eq!(whole_tree(&world.archive()), before, "{what}");
        for (name, text) in &kept {
            write(folder, name, text);
        }
        for name in ["plan.json.zoe.sig", "plan.json.cleo.sig"] {
            let _ = std::fs::remove_file(folder.join(name));
        }
    }
    let other = folder.join("other");
    world.run(&["download", GAMMA, "-o", "other"]).ends_with(0);
    follow(world, "plan.json", &[&APPROVED[..], &["--archive", "other"]].concat()).ends_with(4).says("is not of the archive other");
    assert!(other.join(GAMMA).exists());
    sign(folder, "plan.json", "ben", "vmedia-disposition");
    follow(world, "plan.json", &[&APPROVED[..], &["--need", "2"]].concat()).ends_with(0).says("approved by anna@example.com, ben (2 of 2)");
    is_sound(world);
}

#[test]
fn a_session_that_changed_since_is_left_out_and_a_profile_can_demand_approvals() {
    let Some(evidence) = reviewed() else { return };
    let (world, folder) = (&evidence.world, evidence.world.folder());
    plan(world, "unknown.json", &[ALPHA, "unknown"]).ends_with(7).complains("has no session unknown", "check the id");
    plan(world, "plan.json", &[ALPHA, BETA]).ends_with(0);
    sign(folder, "plan.json", "ben", "vmedia-disposition");
    world.sandbox.put_session(crate::evidence::grown(BETA));
    world.run(&["download", BETA]).ends_with(0);
    let run = follow(world, "plan.json", &APPROVED).ends_with(7).shows("alpha erased: ");
    run.complains("session beta is left out: it is no longer the bag of the plan", "make a new plan");
    assert!(world.bag(BETA).join("archive.json").exists() && !world.bag(ALPHA).exists());
    follow(world, "plan.json", &APPROVED).ends_with(7).shows("alpha was erased before");
    is_sound(world);
    super::erase(world, &[GAMMA]).ends_with(0);
    write(folder, "c.toml", "default_profile = 'a'\n[profiles.a]\napprovals = 1\n");
    let ruled = |words: &[&str]| world.run_with(words, &[("VMEDIA_CONFIG", "c.toml")]);
    let order = ["erase", BETA, "--authority", "an order", "--reason", "a test"];
    ruled(&order).ends_with(2).complains("an erasure needs 1 approval of a plan, by the profile a", "erase with --plan");
    ruled(&["verify", "--read-only"]).ends_with(8).shows("_erased/gamma.json: was written for an erasure without an approved plan");
    ruled(&["verify", "vmedia-archive", "--read-only"]).ends_with(8);
    ruled(&["verify", "vmedia-archive/beta", "--read-only"]).ends_with(0);
    std::fs::rename(world.archive(), folder.join("elsewhere")).expect("renamed");
    ruled(&["verify", "elsewhere", "--read-only"]).ends_with(0);
}

/// Two schedules; the biometric media have a maximum of their own.
const SCHEDULES: &str = "[retention.aml]\nauthority = 'a law'\nevent = 'end'\nkeep = '20y'\n[retention.aml.biometric]\nkeep = '1y'\nmax = true\n\
                         [retention.claim]\nauthority = 'a law'\nevent = 'claim'\nkeep = '90y'\n[retention.claim.biometric]\nkeep = '1y'\nmax = true\n";

#[test]
fn what_is_due_is_planned_and_must_still_be_due_when_it_is_erased() {
    let Some(evidence) = reviewed() else { return };
    let (world, folder) = (&evidence.world, evidence.world.folder());
    write(folder, "c.toml", SCHEDULES);
    let run = |words: &[&str]| world.run_with(words, &[("VMEDIA_CONFIG", "c.toml")]);
    let follow = || run(&["erase", "--plan", "plan.json", "--reason", "review", "--approvals", "approvers"]);
    let cutoffs = |lines: &str| {
        write(folder, "events.csv", &format!("session,date,event\n{lines}"));
        run(&["retention", "cutoff", "--from", "events.csv"]).ends_with(0);
    };
    plan(world, "none.json", &[]).ends_with(2);
    world.run(&["retention", "plan", "-o", "none.json"]).ends_with(3).complains("there is no schedule of retention", "[retention.NAME]");
    run(&["retention", "plan", "-o", "none.json"]).ends_with(0).says("there is nothing to erase, so no plan was written");
    cutoffs("alpha,2000-01-01,end\nbeta,2000-01-01,end\ngamma,2020-01-01,claim\n");
    run(&["retention", "plan", "-o", "early.json", "--by", "2000-06-01"]).ends_with(0).says("there is nothing to erase");
    run(&["hold", "add", "4 O 118/26", BETA, "--reason", "a claim"]).ends_with(0);
    run(&["retention", "plan", "-o", "held.json"]).ends_with(0).says("1 due session held, and not in the plan");
    run(&["hold", "release", "4 O 118/26", "--reason", "settled"]).ends_with(0);
    run(&["retention", "plan", "-o", "plan.json", "--format", "csv"])
        .ends_with(0)
        .shows("alpha,session,2020-01-02,2000-01-01,end,aml,a law,");
    let text: Value = serde_json::from_str(&text(folder, "plan.json")).expect("JSON");
    assert_eq!(text["sessions"].as_array().map(Vec::len), Some(3));
    assert_eq!((&text["sessions"][2]["class"], &text["sessions"][2]["files"]), (&"biometric".into(), &3.into()));
    is_described("disposition", &text);
    if let Some(verdicts) = judged(&[("disposition", text)]) {
        assert_eq!(verdicts, ["valid"]);
    }
    sign(folder, "plan.json", "anna", "vmedia-disposition");

    run(&["hold", "add", "4 O 119/26", BETA, "--reason", "a claim"]).ends_with(0);
    cutoffs("alpha,2099-01-01,end\ngamma,,claim\n");
    let left_out =
        follow().ends_with(7).complains("session alpha is left out: the schedule \"aml\" keeps it until 2119-01-02", "make a new plan");
    left_out.says("session beta is held for case \"4 O 119/26\"").says("session gamma is left out: no schedule and no recorded event");
    assert!([ALPHA, BETA, GAMMA].iter().all(|session| world.bag(session).join("archive.json").exists()));
    run(&["hold", "release", "4 O 119/26", "--reason", "settled"]).ends_with(0);
    cutoffs("alpha,2000-01-01,end\ngamma,2020-01-01,claim\n");
    follow().ends_with(0);
    assert!(!world.bag(ALPHA).exists() && !world.bag(BETA).exists());
    let media = world.record_of(GAMMA)["media"].as_array().expect("media").iter().filter(|medium| medium["state"] == "erased").count();
    assert_eq!(media, 3);
    follow().ends_with(0);
    is_sound(world);
    #[cfg(unix)]
    crate::examples::archive::accepts(&world.archive(), &[]);
    assert_eq!(super::certificate(world, "gamma.biometric")["plan"]["approvals"][0]["principal"], "anna@example.com");
}
