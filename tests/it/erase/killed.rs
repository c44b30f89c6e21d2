//! An erasure in this process whose store stops or fails at each of its steps, then what other commands make of what is left, then an
//! erasure that is not disturbed.

use crate::crash::faulty::{Fault, Faulty, Moment};
use crate::crash::steps::{Scene, run};
use crate::evidence::{copy, verify};
use crate::harness::{SESSION, tree};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use vmedia::archive::retention::HoldCheck;
use vmedia::archive::verify::SessionOutcome;
use vmedia::archive::{Chain, Erasing, ErasureOutcome, Identity, Journal, erase};
use vmedia::engine::Event;
use vmedia::error::Result;
use vmedia::exit::Exit;
use vmedia::model::SessionId;
use vmedia::store::{LocalStore, Store};

/// Erases the session on a store, as the command does.
fn erased(store: &Arc<dyn Store>) -> Result<ErasureOutcome> {
    let text = |text: &str| text.to_owned();
    let identity = Identity { tool: text("vmedia"), command: text("erase"), operator: text("a test"), host: text("here") };
    let journal = Journal::new(Arc::clone(store), identity);
    let chain = Chain::read(store.as_ref(), &[], &mut |_| Ok(()))?;
    let store = store.as_ref();
    let holds = HoldCheck::default();
    let order = Erasing { store, chain: &chain, journal: &journal, authority: "an order", reason: "a test", holds, dry_run: false };
    let outcome = erase(&order, &SessionId::parse(SESSION).expect("an id"), &jiff::Timestamp::now);
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

#[test]
fn at_every_step_nothing_half_erased_is_complete_or_fetched_and_the_next_erasure_finishes() {
    let scene = Scene::new();
    let before = scene.folder.path().join("whole");
    assert_eq!(run(&scene.world, local(&before)), Exit::Done);
    let whole = left(&before);
    let states = scene.folder.path().join("states");
    std::fs::create_dir(&states).expect("a folder");
    let (mut met, mut sound) = (Vec::new(), 0);
    for (fault, moment) in
        [(Fault::Stops, Moment::Before), (Fault::Stops, Moment::After), (Fault::Fails(ErrorKind::StorageFull), Moment::Before)]
    {
        for step in 1.. {
            let root = states.join(format!("{}-{fault:?}-{moment:?}", met.len()).replace(['(', ')'], ""));
            copy(&before, &root);
            let faulty = Arc::new(Faulty::new(root.clone(), step, fault, moment));
            let store: Arc<dyn Store> = faulty.clone();
            let _ = erased(&store);
            drop(store);
            let acted = faulty.acted();
            met.push(acted.clone().unwrap_or_else(|| "its end".to_owned()));
            if acted.is_none() {
                break;
            }
        }
    }
    for verb in ["append", "flush", "replace", "remove", "remove_tree", "settle"] {
        assert!(met.iter().any(|at| at.starts_with(verb)), "no step met {verb}: {met:?}");
    }
    // One verification for all of them.
    let verdict = verify(&states, &[".", "--read-only"]);
    for (root, at) in std::fs::read_dir(&states).expect("a folder").map(|entry| entry.expect("an entry").path()).map(|root| {
        let number: usize = root.file_name().and_then(|name| name.to_str()?.split('-').next()?.parse().ok()).expect("a number");
        (root, &met[number])
    }) {
        let name = root.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let outcome = verdict.events.iter().find_map(|event| match event {
            Event::BagVerified(report) if Path::new(&report.folder).parent() == Some(&Path::new(".").join(&name)) => Some(report),
            _ => None,
        });
        let here = left(&root);
        match outcome.map(|report| report.outcome) {
            Some(SessionOutcome::Sound) => assert_eq!(here, whole, "{at}: called sound"),
            Some(_) => assert!(here.len() < whole.len() || root.join("_erased").exists(), "{at}: {outcome:#?}"),
            // Erased, and no finding.
            None => assert!(here.is_empty(), "{at}: {:?}", here.keys()),
        }
        sound += usize::from(outcome.is_none());
        scene.world.sandbox.clear_exchanges();
        if here != whole {
            run_and_expect_nothing(&scene, &root, at);
            assert!(scene.world.sandbox.exchanges().is_empty(), "{at}: it was asked about");
        }
        erased(&local(&root)).unwrap_or_else(|error| panic!("{at}: {error}"));
        assert!(!root.join(SESSION).exists(), "{at}");
    }
    assert!(sound > 0, "no erasure came to its end");
    let verdict = verify(&states, &[".", "--read-only"]);
    assert_eq!(verdict.code, 0, "{:#?}", verdict.findings());
}

/// A download of what an erasure left: it must not be fetched.
#[track_caller]
fn run_and_expect_nothing(scene: &Scene, root: &Path, at: &str) {
    let here = left(root);
    let run = scene.world.run(&["download", SESSION, "-o", &root.display().to_string()]);
    assert_eq!(run.code, 9, "{at}: {}", run.stderr);
    assert_eq!(left(root), here, "{at}: a download changed it");
}
