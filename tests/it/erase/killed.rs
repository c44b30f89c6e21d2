//! An erasure in this process whose store stops or fails at each of its steps, then what other commands make of what is left, then an
//! erasure that is not disturbed.

use super::plan::sign;
use crate::crash::faulty::{Fault, Faulty, Moment};
use crate::crash::steps::{Scene, run};
use crate::evidence::{copy, verify};
use crate::harness::{SESSION, tree};
use crate::seal::generate;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vmedia::archive::retention::HoldCheck;
use vmedia::archive::verify::{SessionOutcome, SessionReport};
use vmedia::archive::{ApprovalRules, ApprovedPlan, Candidate, Judgement, Plan, SignatureFile, judge_approvals, make_plan};
use vmedia::archive::{Chain, Class, ClassErasing, Erasing, ErasureOutcome, Identity, Journal, Scope, erase, erase_class};
use vmedia::engine::Event;
use vmedia::error::Result;
use vmedia::exit::Exit;
use vmedia::model::SessionId;
use vmedia::seal::ssh::Signers;
use vmedia::store::{LocalStore, Store};

/// A plan that a second person approved.
struct Review {
    plan: Plan,
    bytes: Vec<u8>,
    judgement: Judgement,
}

impl Review {
    /// Plans the erasure of the session, and signs the plan; none without `ssh-keygen`.
    fn of(root: &Path, folder: &Path) -> Option<Self> {
        if !generate(folder, "anna") {
            return None;
        }
        let store = local(root);
        let chain = Chain::read(store.as_ref(), &Scope::All, &[], &mut |_| Ok(())).expect("a journal");
        let order = Candidate { session: SessionId::parse(SESSION).expect("an id"), authority: "an order".to_owned(), due: None };
        let plan = make_plan(store.as_ref(), &chain, None, &[order]).expect("a plan").plan;
        let bytes = plan.text().expect("text").into_bytes();
        std::fs::write(folder.join("plan.json"), &bytes).expect("written");
        sign(folder, "plan.json", "anna", "vmedia-disposition");
        let signers = Signers::read(&folder.join("anna.pub")).expect("signers");
        let signature = SignatureFile {
            name: "plan.json.anna.sig".to_owned(),
            bytes: Ok(std::fs::read(folder.join("plan.json.anna.sig")).expect("a file")),
        };
        let rules = ApprovalRules { signers: &signers, operator: "a test", own_key: None };
        let judgement = judge_approvals(&bytes, &[signature], &rules, jiff::Timestamp::now());
        assert_eq!(judgement.approvals.len(), 1, "{:?}", judgement.refused);
        Some(Self { plan, bytes, judgement })
    }

    fn approved(&self) -> ApprovedPlan {
        ApprovedPlan::new(self.plan.clone(), self.bytes.clone(), &self.judgement, Vec::new())
    }
}

/// Erases the session on a store by a plan, or a class of its media by an order, as the command does.
fn erased(archive: &Arc<dyn Store>, class: Option<Class>, review: Option<&Review>) -> Result<ErasureOutcome> {
    let plan = review.map(Review::approved);
    let store = archive;
    let text = |text: &str| text.to_owned();
    let identity = Identity { tool: text("vmedia"), command: text("erase"), operator: text("a test"), host: text("here") };
    let journal = Journal::new(Arc::clone(store), identity);
    let chain = Chain::read(store.as_ref(), &Scope::All, &[], &mut |_| Ok(()))?;
    let store = store.as_ref();
    let holds = HoldCheck::default();
    let (authority, reason) = ("an order", "a test");
    let order = Erasing { store, chain: &chain, journal: &journal, authority, reason, holds, plan: plan.as_ref(), dry_run: false };
    let (session, now) = (SessionId::parse(SESSION).expect("an id"), &jiff::Timestamp::now);
    let outcome = match class {
        None => erase(&order, &session, now),
        Some(class) => erase_class(&ClassErasing { order: &order, store: archive, class }, &session, now),
    };
    journal.close(None, jiff::Timestamp::now())?;
    outcome
}

fn local(root: &Path) -> Arc<dyn Store> {
    Arc::new(LocalStore::new(root.to_owned(), "a test".to_owned()))
}

/// The files of the session's folder.
fn left(root: &Path) -> BTreeMap<String, Vec<u8>> {
    tree(&root.join(SESSION))
}

/// Archives as they are after an erasure that a fault met at each of its steps, and the step of each.
struct States {
    scene: Scene,
    /// The session before.
    whole: BTreeMap<String, Vec<u8>>,
    folder: PathBuf,
    met: Vec<String>,
    /// The plan of an erasure of the whole session.
    review: Option<Review>,
}

impl States {
    fn of(class: Option<Class>) -> Self {
        let scene = Scene::new();
        let before = scene.folder.path().join("whole");
        assert_eq!(run(&scene.world, local(&before)), Exit::Done);
        let whole = left(&before);
        let folder = scene.folder.path().join("states");
        std::fs::create_dir(&folder).expect("a folder");
        let review = if class.is_none() { Review::of(&before, scene.folder.path()) } else { None };
        let mut met = Vec::new();
        for (fault, moment) in
            [(Fault::Stops, Moment::Before), (Fault::Stops, Moment::After), (Fault::Fails(ErrorKind::StorageFull), Moment::Before)]
        {
            for step in 1.. {
                let root = folder.join(format!("{}-{fault:?}-{moment:?}", met.len()).replace(['(', ')'], ""));
                copy(&before, &root);
                let faulty = Arc::new(Faulty::new(root.clone(), step, fault, moment));
                let store: Arc<dyn Store> = faulty.clone();
                let _ = erased(&store, class, review.as_ref());
                drop(store);
                let acted = faulty.acted();
                met.push(acted.clone().unwrap_or_else(|| "its end".to_owned()));
                if acted.is_none() {
                    break;
                }
            }
        }
        Self { scene, whole, folder, met, review }
    }

    /// Each archive, with its step and what the verification of all of them says of the session.
    fn each(&self) -> Vec<(PathBuf, &String, Option<SessionReport>)> {
        // One verification for all of them.
        let verdict = verify(&self.folder, &[".", "--read-only"]);
        let roots = std::fs::read_dir(&self.folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let each = roots.map(|root| {
            let name = root.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            let number: usize = name.split('-').next().and_then(|number| number.parse().ok()).expect("a number");
            let report = verdict.events.iter().find_map(|event| match event {
                Event::BagVerified(report) if Path::new(&report.folder).parent() == Some(&Path::new(".").join(&name)) => {
                    Some(report.clone())
                }
                _ => None,
            });
            (root, &self.met[number], report)
        });
        each.collect()
    }

    fn all_are_sound(&self) {
        let verdict = verify(&self.folder, &[".", "--read-only"]);
        assert_eq!(verdict.code, 0, "{:#?}", verdict.findings());
    }
}

#[test]
fn at_every_step_nothing_half_erased_is_complete_or_fetched_and_the_next_erasure_finishes() {
    let states = States::of(None);
    for verb in ["append", "flush", "replace", "remove", "remove_tree", "settle"] {
        assert!(states.met.iter().any(|at| at.starts_with(verb)), "no step met {verb}: {:?}", states.met);
    }
    let mut sound = 0;
    for (root, at, report) in states.each() {
        let here = left(&root);
        match report.map(|report| report.outcome) {
            Some(SessionOutcome::Sound) => assert_eq!(here, states.whole, "{at}: called sound"),
            Some(outcome) => assert!(here.len() < states.whole.len() || root.join("_erased").exists(), "{at}: {outcome:#?}"),
            // Erased, and no finding.
            None => {
                assert!(here.is_empty(), "{at}: {:?}", here.keys());
                sound += 1;
            }
        }
        if here != states.whole {
            run_and_expect_nothing(&states.scene, &root, at);
        }
        erased(&local(&root), None, states.review.as_ref()).unwrap_or_else(|error| panic!("{at}: {error}"));
        assert!(!root.join(SESSION).exists(), "{at}");
        assert_eq!(root.join("_erased/plans").exists(), states.review.is_some(), "{at}");
    }
    assert!(sound > 0, "no erasure came to its end");
    states.all_are_sound();
}

#[test]
fn at_every_step_no_half_erased_class_is_complete_or_fetched_and_the_next_erasure_finishes() {
    let states = States::of(Some(Class::Biometric));
    let is_chip = |path: &String| path.starts_with("data/") && path.contains("nfc");
    let mut sound = 0;
    for (root, at, report) in states.each() {
        let here = left(&root);
        let is_done = root.join(format!("_erased/{SESSION}.biometric.html")).exists() && !here.keys().any(is_chip);
        match report.map(|report| report.outcome) {
            Some(SessionOutcome::Sound) if is_done => sound += 1,
            Some(SessionOutcome::Sound) => assert_eq!(here, states.whole, "{at}: called sound"),
            Some(outcome) => assert!(root.join("_erased").exists(), "{at}: {outcome:#?}"),
            None => panic!("{at}: the session is not verified"),
        }
        if here != states.whole && is_open(&root) {
            run_and_expect_nothing(&states.scene, &root, at);
        }
        erased(&local(&root), Some(Class::Biometric), None).unwrap_or_else(|error| panic!("{at}: {error}"));
        let here = left(&root);
        assert!(!here.keys().any(is_chip) && here.len() == states.whole.len() - 1, "{at}: {:?}", here.keys());
    }
    assert!(sound > 0, "no erasure came to its end");
    states.all_are_sound();
}

/// True while the certificate says that files may be left.
fn is_open(root: &Path) -> bool {
    let text = std::fs::read_to_string(root.join(format!("_erased/{SESSION}.biometric.json"))).unwrap_or_default();
    text.contains(r#""stage": "erasing""#)
}

/// A download of what an erasure left: it must not be fetched.
#[track_caller]
fn run_and_expect_nothing(scene: &Scene, root: &Path, at: &str) {
    let here = left(root);
    scene.world.sandbox.clear_exchanges();
    let run = scene.world.run(&["download", SESSION, "-o", &root.display().to_string()]);
    assert_eq!(run.code, 9, "{at}: {}", run.stderr);
    assert_eq!(left(root), here, "{at}: a download changed it");
    assert!(scene.world.sandbox.exchanges().is_empty(), "{at}: it was asked about");
}
