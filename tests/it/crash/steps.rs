//! A run in this process that fails or stops at any of the steps of its store, then a run on the same folder that does not.

use super::faulty::{Fault, Faulty, Moment};
use super::{claims_to_be_finished, is_complete, small, whole};
use crate::evidence::copy;
use crate::harness::{NEWEST, Run, SESSION, World, bare, in_memory, others_accept};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use vmedia::archive::{Encryption, Identity, Journal};
use vmedia::clock::{Cancel, Clock, SystemClock};
use vmedia::engine::{Details, Event, Message, Options, Services, Sessions, start};
use vmedia::error;
use vmedia::exit::Exit;
use vmedia::http::{Client, ClientOptions, Policy, RetryClient};
use vmedia::model::SessionId;
use vmedia::provider::veriff::Veriff;
use vmedia::sandbox::fixture::{Attempt, Media, Session};
use vmedia::secret::Secret;
use vmedia::store::{LocalStore, Store};

/// What the disk may say.
const ERRORS: [ErrorKind; 4] = [ErrorKind::StorageFull, ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem, ErrorKind::Other];

/// A run over the session on a store, by one worker, to its end; says how the session ended.
pub fn run(world: &World, store: Arc<dyn Store>) -> Exit {
    run_with(world, store, None)
}

/// The same, encrypted.
pub fn run_with(world: &World, store: Arc<dyn Store>, encryption: Option<Encryption>) -> Exit {
    let clock = Arc::new(SystemClock::start());
    let seconds = Duration::from_secs(20);
    let client = Client::new(ClientOptions {
        base_url: world.sandbox.base_url(),
        connect_timeout: seconds,
        idle_timeout: seconds,
        ca_cert: None,
        connections: 1,
        proxy: None,
    });
    let policy = Policy { retries: 0, delay: Duration::ZERO };
    let wire = RetryClient::new(Box::new(client.expect("a client")), policy, clock.clone(), Cancel::default());
    let words = |text: &str| text.to_owned();
    let identity = Identity { tool: words("vmedia"), command: words("download"), operator: words("a test"), host: words("here") };
    let journal = Arc::new(Journal::new(Arc::clone(&store), identity));
    let secret = Secret::new(world.sandbox.api_secret().to_owned());
    let services = Services {
        provider: Arc::new(Veriff::new(world.sandbox.api_key().to_owned(), secret, Vec::new(), None)),
        wire: Arc::new(wire),
        store,
        journal: Arc::clone(&journal),
        sealer: Arc::default(),
        encryption,
        shipping: None,
        base_url: world.sandbox.base_url(),
        credentials: words("the test's"),
    };
    let options = Options { companions: vec![words("decision")], workers: 1, ..Options::default() };
    let running =
        start(services, options, Sessions::List(vec![SessionId::parse(SESSION).expect("an id")]), Details::default()).expect("workers");
    let mut messages = Vec::new();
    while running.messages().receive(&mut messages, seconds) {}
    let mut ends: Vec<Event> =
        messages.into_iter().filter_map(|message| if let Message::Event { event, .. } = message { Some(*event) } else { None }).collect();
    ends.extend(running.remaining());
    let exit = ends.iter().find_map(|event| if let Event::SessionFinished { exit, .. } = event { Some(*exit) } else { None });
    let exit = exit.expect("the session ended");
    match journal.close(exit.kind(), clock.now()) {
        Ok(_) => exit,
        Err(error) => Exit::merge([exit, Exit::of(&error)]),
    }
}

pub fn local(root: &Path) -> Arc<dyn Store> {
    Arc::new(LocalStore::new(root.to_owned(), "a test".to_owned()))
}

/// What an archive is before the run that a fault meets.
pub struct Scene {
    pub world: World,
    pub folder: TempDir,
    pub before: Option<PathBuf>,
}

impl Scene {
    /// Nothing is there yet.
    pub fn new() -> Self {
        Self { world: World::with(vec![small()]), folder: in_memory(), before: None }
    }

    /// A bag is there; since then a file of it was damaged and the provider went on.
    pub fn of_a_bag() -> Self {
        let world = World::with(vec![gone_by()]);
        let folder = in_memory();
        let before = folder.path().join("before");
        assert_eq!(run(&world, local(&before)), Exit::Done);
        let (_, front, _) = &super::expected()[0];
        std::fs::write(before.join(SESSION).join(front), "damaged").expect("written");
        world.sandbox.put_session(small());
        Self { world, folder, before: Some(before) }
    }

    /// A folder of its own, as it is before the run.
    pub fn root(&self, name: &str) -> PathBuf {
        let root = self.folder.path().join(name);
        if let Some(before) = &self.before {
            copy(before, &root);
        }
        root
    }

    /// Fails or stops a run at each of its steps, and lets another run follow; says at which.
    fn at_every_step(&self, fault: impl Fn(usize) -> Fault, moment: Moment) -> Vec<String> {
        let mut met = Vec::new();
        let (mut finished, mut roots) = (Vec::new(), Vec::new());
        for step in 1.. {
            let root = self.root(&format!("step-{step}"));
            let store = Arc::new(Faulty::new(root.clone(), step, fault(step), moment));
            let exit = run(&self.world, store.clone());
            let Some(at) = store.acted() else {
                assert_eq!(exit, Exit::Done);
                break;
            };
            drop(store);
            let what = format!("step {step}, {at}, {:?} {moment:?}", fault(step));
            assert!(exit == Exit::Done || exit == error::ErrorKind::Local, "{what}: {exit:?}");
            if claims_to_be_finished(&root) && has_something(&root) {
                let kept = self.folder.path().join(format!("finished-{step}"));
                copy(&root, &kept);
                finished.push(kept);
            }
            let before = whole(&root);
            self.world.sandbox.clear_exchanges();
            assert_eq!(run(&self.world, local(&root)), Exit::Done, "{what}");
            is_complete(&self.world, &root, &before, &what);
            if step % 16 == 0 {
                others_accept(&root.join(SESSION));
            }
            roots.push(root);
            met.push(at);
        }
        if self.before.is_none() {
            are_sound(&self.world, &finished);
        }
        are_sound(&self.world, &roots);
        met
    }
}

/// The session as it was before: without the first attempt's picture, undecided.
fn gone_by() -> Session {
    let mut session = small().companion("decision", r#"{"status":"success","verification":null}"#);
    session.attempts[1].media.clear();
    session.attempts[1] = Attempt::new(session.attempts[1].id.clone(), "created");
    session.attempts[0].media.push(Media::image(format!("unlisted-{SESSION}"), "face", "image/jpeg", crate::harness::jpeg("unlisted")));
    session
}

/// A folder that was made and has nothing in it claims nothing.
pub fn has_something(root: &Path) -> bool {
    std::fs::read_dir(root.join(SESSION)).is_ok_and(|mut entries| entries.next().is_some())
}

/// Fails the test unless `verify` finds nothing in any of these archives.
#[track_caller]
pub fn are_sound(world: &World, roots: &[PathBuf]) {
    let output = bare(world.folder()).arg("verify").args(roots).arg("--read-only").output().expect("a run");
    Run::of(&output).ends_with(0);
}

fn fails(step: usize) -> Fault {
    Fault::Fails(ERRORS[step % ERRORS.len()])
}

#[track_caller]
fn has_met(met: &[String], verbs: &[&str]) {
    for verb in verbs {
        assert!(met.iter().any(|step| step.split(' ').next() == Some(verb)), "no step met {verb}: {met:?}");
    }
}

const NEW: [&str; 12] = ["lock", "lines", "append", "prepare", "replace", "stage", "write", "publish", "flush", "settle", "remove", "read"];

#[test]
fn a_first_run_that_fails_at_any_step_is_made_good_by_the_next() {
    for moment in [Moment::Before, Moment::After] {
        has_met(&Scene::new().at_every_step(fails, moment), &NEW);
    }
}

#[test]
fn a_first_run_that_stops_at_any_step_is_made_good_by_the_next() {
    for moment in [Moment::Before, Moment::After] {
        has_met(&Scene::new().at_every_step(|_| Fault::Stops, moment), &NEW);
    }
}

#[test]
fn a_further_run_that_fails_at_any_step_is_made_good_by_the_next() {
    for moment in [Moment::Before, Moment::After] {
        has_met(&Scene::of_a_bag().at_every_step(fails, moment), &["rename", "publish", "open", "stat"]);
    }
}

#[test]
fn a_further_run_that_stops_at_any_step_is_made_good_by_the_next() {
    for moment in [Moment::Before, Moment::After] {
        has_met(&Scene::of_a_bag().at_every_step(|_| Fault::Stops, moment), &["rename", "publish", "open", "stat"]);
    }
}

#[test]
fn a_move_that_was_announced_and_never_made_is_none() {
    let scene = Scene::of_a_bag();
    let root = (1..)
        .find_map(|step| {
            let root = scene.root(&format!("step-{step}"));
            let store = Arc::new(Faulty::new(root.clone(), step, Fault::Stops, Moment::Before));
            run(&scene.world, store.clone());
            store.acted().expect("a file is set aside").starts_with("rename").then_some(root)
        })
        .expect("a step");
    // By now the provider has deleted it, so that no run moves it again.
    scene.world.faults(&format!("media:front-{SESSION}=404"));
    assert_eq!(run(&scene.world, local(&root)), Exit::PARTIAL);
    let output = bare(scene.world.folder()).args(["verify", "--read-only"]).arg(&root).output().expect("a run");
    let found = Run::of(&output).ends_with(8).shows("document-front_front");
    assert!(!found.stdout.contains("damaged/data"), "it was never there: {}", found.stdout);
    scene.world.faults("");
    assert_eq!(run(&scene.world, local(&root)), Exit::Done);
    are_sound(&scene.world, &[root]);
}

/// The changes that a whole run makes, in order.
fn changes(scene: &Scene) -> Vec<String> {
    let store = Arc::new(Faulty::new(scene.root("whole"), 0, Fault::Stops, Moment::Before));
    assert_eq!(run(&scene.world, store.clone()), Exit::Done);
    store.done()
}

#[test]
fn what_a_store_is_asked_for_comes_in_an_order_that_a_power_loss_respects() {
    for scene in [Scene::new(), Scene::of_a_bag()] {
        let changes = changes(&scene);
        let find = |what: &str| changes.iter().position(|change| change == what).unwrap_or_else(|| panic!("no {what} in {changes:#?}"));
        let mark = format!("{SESSION}/unfinished.ndjson");
        let (prepared, settled) = (format!("prepare {SESSION}"), format!("settle {SESSION}"));
        let (marked, unmarked) = (find(&format!("lines {mark}")), find(&format!("remove {mark}")));
        assert!(changes[marked + 1] == format!("append {mark}") && changes[marked + 2..].contains(&prepared), "{changes:#?}");
        let durable = find(&prepared);
        assert_eq!(changes[unmarked - 1], settled, "everything outlasts the mark's end");
        assert_eq!(changes[unmarked + 1], settled, "and the end is on the disk before it is reported");
        let of_session = |change: &String| change.split(' ').nth(1).is_some_and(|path| path.starts_with(&format!("{SESSION}/")));
        let (first, last) =
            (changes.iter().position(of_session).expect("a change"), changes.iter().rposition(of_session).expect("a change"));
        assert_eq!((first, last), (marked, unmarked), "nothing is changed without the mark: {changes:#?}");
        // Where one call cannot sync everything, `prepare` flushes the mark itself.
        let is_announced = |change: &String| ["lines", "append", "flush"].iter().any(|verb| *change == format!("{verb} {mark}"));
        assert!(changes[marked..durable].iter().all(is_announced), "the mark outlasts what it announces: {changes:#?}");

        let vouched = find(&format!("replace {SESSION}/archive.json"));
        let flushed = changes[..vouched].iter().rposition(|change| change.starts_with("flush _journal/")).expect("a line on the disk");
        assert!(changes[flushed - 1].starts_with("append _journal/"), "the journal knows the bag before it is what it will be");
        let payload = changes.iter().rposition(|change| change.starts_with("publish ")).expect("a medium");
        assert!(changes[payload..flushed].contains(&prepared), "names of media outlast the line that vouches for them: {changes:#?}");
        // Each medium is announced before it has a name.
        for (index, _) in changes.iter().enumerate().filter(|(_, change)| change.starts_with("publish ")) {
            assert_eq!(changes[index - 1], format!("append {mark}"));
        }
        assert!(changes.iter().any(|change| change.contains(NEWEST)), "{changes:#?}");
    }
}
