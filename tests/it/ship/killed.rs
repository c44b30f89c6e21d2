//! A run that stops at any step of its store while it removes payload that a bucket has, or fetches it back, then a run that does not. The bucket
//! is in memory: what counts here is the disk.

use crate::crash::faulty::{Fault, Faulty, Moment};
use crate::evidence::copy;
use crate::harness::{SESSION, World, tree};
use std::collections::HashMap;
use std::collections::btree_map::{BTreeMap, Entry};
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};
use vmedia::archive::objects::{Creation, Head, ListedObject, ListedVersion, ObjectStore, Removal, Source};
use vmedia::archive::verify::{NoProvider, Observer, Options, Report, Target, Totals, verify};
use vmedia::archive::{Begun, Freeing, Identity, Journal, Returning, ShipOptions, Shipper};
use vmedia::error::Result;
use vmedia::store::{Digest, LocalStore, Store, StorePath};

const PLACE: &str = "s3://in-memory";

/// A bucket in memory.
#[derive(Default)]
struct Kept(Mutex<BTreeMap<StorePath, Vec<u8>>>);

impl Kept {
    fn get(&self, key: &StorePath) -> Option<Vec<u8>> {
        self.0.lock().expect("a lock").get(key).cloned()
    }
}

impl ObjectStore for Kept {
    fn location(&self, key: Option<&StorePath>) -> String {
        key.map_or_else(|| PLACE.to_owned(), |key| format!("{PLACE}/{key}"))
    }

    fn create(&self, key: &StorePath, source: &Source<'_>, _: &Digest, _: &(dyn Fn(i64) + Sync)) -> Result<Creation> {
        let mut bytes = Vec::new();
        source()?.read_to_end(&mut bytes).expect("read");
        match self.0.lock().expect("a lock").entry(key.clone()) {
            Entry::Occupied(_) => Ok(Creation::Taken),
            Entry::Vacant(free) => {
                free.insert(bytes);
                Ok(Creation::Created { version: Some("1".to_owned()) })
            }
        }
    }

    fn head(&self, key: &StorePath, _: Option<&str>) -> Result<Option<Head>> {
        let head = |bytes: Vec<u8>| Head {
            bytes: bytes.len() as u64,
            sha256: Some(Digest::of(&bytes).sha256),
            version: Some("1".to_owned()),
            locked: None,
            is_held: false,
        };
        Ok(self.get(key).map(head))
    }

    fn open(&self, key: &StorePath, _: Option<&str>, _: Option<(u64, u64)>) -> Result<Option<Box<dyn Read + Send>>> {
        Ok(self.get(key).map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>))
    }

    fn list(&self, folder: Option<&StorePath>, each: &mut dyn FnMut(ListedObject) -> Result<()>) -> Result<()> {
        let objects: Vec<ListedObject> = self
            .0
            .lock()
            .expect("a lock")
            .iter()
            .filter(|(key, _)| folder.is_none_or(|folder| key.below(folder).is_some()))
            .map(|(key, bytes)| ListedObject { key: key.clone(), bytes: bytes.len() as u64 })
            .collect();
        objects.into_iter().try_for_each(each)
    }

    fn folders(&self, _: Option<&StorePath>) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn versions(&self, _: Option<&StorePath>, _: &mut dyn FnMut(ListedVersion) -> Result<()>) -> Result<()> {
        Ok(())
    }

    fn remove(&self, _: &StorePath, _: &str) -> Result<Removal> {
        panic!("nothing removes an object")
    }
}

struct Quiet;

impl Observer for Quiet {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn report(&self, _: Report) {}
}

fn local(root: &Path) -> Arc<dyn Store> {
    Arc::new(LocalStore::new(root.to_owned(), "a test".to_owned()))
}

fn verified(root: &Path) -> Totals {
    let store = Arc::new(LocalStore::new(root.to_owned(), "a test".to_owned()));
    let targets = [Target::whole(store).expect("an archive")];
    verify(&targets, &Options::default(), &NoProvider, &Quiet).expect("a verification").0
}

/// Runs one step of shipping on an archive, with a journal of its own.
fn run(
    store: &Arc<dyn Store>,
    bucket: &Arc<Kept>,
    act: impl Fn(&Arc<Journal>, &Arc<dyn Store>, &Arc<dyn ObjectStore>) -> Result<()>,
) -> bool {
    let words = |text: &str| text.to_owned();
    let identity = Identity { tool: words("vmedia"), command: words("ship"), operator: words("a test"), host: words("here") };
    let journal = Arc::new(Journal::new(Arc::clone(store), identity));
    let place: Arc<dyn ObjectStore> = bucket.clone();
    act(&journal, store, &place).and_then(|()| journal.close(None, jiff::Timestamp::now()).map(drop)).is_ok()
}

fn ship(journal: &Arc<Journal>, store: &Arc<dyn Store>, place: &Arc<dyn ObjectStore>) -> Result<()> {
    let shipper = Shipper::open(Arc::clone(store), Arc::clone(place), Arc::clone(journal), ShipOptions::default())?;
    let Begun::Upload(upload) = shipper.begin(&StorePath::name(SESSION))? else { panic!("it is shipped") };
    upload.files.iter().try_for_each(|file| shipper.put(&upload, file, &|_| ()).map(drop))?;
    shipper.copy_journal()?;
    shipper.finish(&upload, &jiff::Timestamp::now, &|_| ()).map(drop)
}

fn free(journal: &Arc<Journal>, store: &Arc<dyn Store>, place: &Arc<dyn ObjectStore>) -> Result<()> {
    let shipper = Shipper::open(Arc::clone(store), Arc::clone(place), Arc::clone(journal), ShipOptions::default())?;
    match shipper.free(&StorePath::name(SESSION), jiff::Timestamp::now())? {
        Freeing::Done(_) => Ok(()),
        Freeing::Busy(error) => Err(error),
    }
}

fn fetch_back(journal: &Arc<Journal>, store: &Arc<dyn Store>, place: &Arc<dyn ObjectStore>) -> Result<()> {
    let folder = StorePath::name(SESSION);
    let open = |url: &str| {
        assert_eq!(url, PLACE);
        Ok(Arc::clone(place))
    };
    let (order, found) = Returning::open(Arc::clone(store), Arc::clone(journal), std::slice::from_ref(&folder), &open)?;
    found.iter().try_for_each(|folder| order.fetch_back(folder, &jiff::Timestamp::now, &mut |_| Ok(())).map(drop))
}

type Act = fn(&Arc<Journal>, &Arc<dyn Store>, &Arc<dyn ObjectStore>) -> Result<()>;

/// Stops a run at each of its steps, and lets another follow. After each, nothing is damaged; after the other, it is done.
fn stops_anywhere(from: &Path, bucket: &Arc<Kept>, act: Act, is_done: &dyn Fn(&Path) -> bool) -> HashMap<String, usize> {
    let (root, mut met) = (from.with_file_name("stopped"), HashMap::new());
    for moment in [Moment::Before, Moment::After] {
        for step in 1.. {
            copy(from, &root);
            let store = Arc::new(Faulty::new(root.clone(), step, Fault::Stops, moment));
            let has_ended = run(&(store.clone() as Arc<dyn Store>), bucket, act);
            let Some(at) = store.acted() else {
                assert!(has_ended && is_done(&root));
                break;
            };
            drop(store);
            let verb = at.split(' ').next().unwrap_or_default().to_owned();
            *met.entry(verb.clone()).or_insert(0) += 1;
            // What only looks at the disk leaves the state of the step before.
            if ["read", "open", "stat", "list", "folders", "holder"].contains(&verb.as_str()) {
                std::fs::remove_dir_all(&root).expect("removed");
                continue;
            }
            let what = format!("step {step}, {at}, {moment:?}");
            let totals = verified(&root);
            assert_eq!((totals.damaged, totals.journals), (0, 0), "{what}");
            assert!(run(&local(&root), bucket, act), "{what}");
            assert!(is_done(&root), "{what}");
            std::fs::remove_dir_all(&root).expect("removed");
        }
        std::fs::remove_dir_all(&root).expect("removed");
    }
    met
}

#[test]
fn a_run_that_stops_anywhere_leaves_each_file_here_or_there() {
    let (world, bucket) = (World::new(), Arc::new(Kept::default()));
    world.run(&["download", SESSION]).ends_with(0);
    assert!(run(&local(&world.archive()), &bucket, ship));
    let whole = tree(&world.bag(SESSION));
    let files = world.payload(SESSION).len() as u64;
    let is_freed = |root: &Path| {
        let totals = verified(root);
        let here = tree(&root.join(SESSION));
        here.keys().all(|path| !path.starts_with("data/") || path.ends_with('/')) && (totals.damaged, totals.away.files) == (0, files)
    };
    let met = stops_anywhere(&world.archive(), &bucket, free, &is_freed);
    assert!(met.get("remove").is_some_and(|steps| *steps == 2 * files as usize) && met.contains_key("flush"), "{met:?}");
    assert!(run(&local(&world.archive()), &bucket, free));
    assert!(is_freed(&world.archive()));
    let is_back = |root: &Path| {
        let totals = verified(root);
        tree(&root.join(SESSION)) == whole && (totals.damaged, totals.elsewhere, totals.files) == (0, 0, files)
    };
    let met = stops_anywhere(&world.archive(), &bucket, fetch_back, &is_back);
    assert!(met.get("publish").is_some_and(|steps| *steps == 2 * files as usize) && met.contains_key("flush"), "{met:?}");
}
