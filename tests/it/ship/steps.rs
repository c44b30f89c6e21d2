//! Shipping that ends before or after any of its requests, then a run that does not.

use super::{bag_of, bucket, downloaded, nothing_was_replaced, ship};
use crate::harness::{Keeps, ObjectServer, SESSION, World, others_accept, tree};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use vmedia::archive::objects::{Creation, Head, ListedObject, ListedVersion, ObjectStore, Removal, Source};
use vmedia::archive::{Begun, Identity, Journal, ShipOptions, Shipper};
use vmedia::error::{Error, Result};
use vmedia::objects::Bucket;
use vmedia::store::{Digest, LocalStore, Store, StorePath};

/// A place whose run is killed at one of the objects that it creates or removes: right before the request, or right after its answer.
pub struct Killed {
    pub bucket: Bucket,
    pub left: AtomicUsize,
    pub is_after: bool,
}

impl Killed {
    fn dead<T>() -> Result<T> {
        Err(Error::unexpected("the run is dead"))
    }

    fn is_alive(&self) -> bool {
        self.left.load(Ordering::Relaxed) > 0
    }
}

impl ObjectStore for Killed {
    fn location(&self, key: Option<&StorePath>) -> String {
        self.bucket.location(key)
    }

    fn create(&self, key: &StorePath, source: &Source<'_>, digest: &Digest, sent: &(dyn Fn(i64) + Sync)) -> Result<Creation> {
        if !self.is_alive() {
            return Self::dead();
        }
        match self.left.fetch_sub(1, Ordering::Relaxed) {
            1 if self.is_after => {
                self.bucket.create(key, source, digest, sent)?;
                Self::dead()
            }
            1 => Self::dead(),
            _ => self.bucket.create(key, source, digest, sent),
        }
    }

    fn head(&self, key: &StorePath, version: Option<&str>) -> Result<Option<Head>> {
        if self.is_alive() { self.bucket.head(key, version) } else { Self::dead() }
    }

    fn open(&self, key: &StorePath, version: Option<&str>, range: Option<(u64, u64)>) -> Result<Option<Box<dyn Read + Send>>> {
        self.bucket.open(key, version, range)
    }

    fn list(&self, folder: Option<&StorePath>, each: &mut dyn FnMut(ListedObject) -> Result<()>) -> Result<()> {
        self.bucket.list(folder, each)
    }

    fn folders(&self, folder: Option<&StorePath>) -> Result<Vec<String>> {
        self.bucket.folders(folder)
    }

    fn versions(&self, folder: Option<&StorePath>, each: &mut dyn FnMut(ListedVersion) -> Result<()>) -> Result<()> {
        self.bucket.versions(folder, each)
    }

    fn remove(&self, key: &StorePath, version: &str) -> Result<Removal> {
        if !self.is_alive() {
            return Self::dead();
        }
        match self.left.fetch_sub(1, Ordering::Relaxed) {
            1 if self.is_after => {
                self.bucket.remove(key, version)?;
                Self::dead()
            }
            1 => Self::dead(),
            _ => self.bucket.remove(key, version),
        }
    }
}

/// The journal of a run of this process.
pub fn journal(store: &Arc<dyn Store>, command: &str) -> Journal {
    let words = |text: &str| text.to_owned();
    let identity = Identity { tool: words("vmedia"), command: words(command), operator: words("a test"), host: words("here") };
    Journal::new(Arc::clone(store), identity)
}

/// Ships the session, as a run that is killed at that object; returns whether it came to its end.
fn killed(world: &World, bucket: Bucket, layout: &str, (left, is_after): (usize, bool)) -> bool {
    let store: Arc<dyn Store> = Arc::new(LocalStore::new(world.archive(), "a test".to_owned()));
    let journal = Arc::new(journal(&store, "ship"));
    let now = || jiff::Timestamp::now();
    let place: Arc<dyn ObjectStore> = Arc::new(Killed { bucket, left: AtomicUsize::new(left), is_after });
    let zips = (layout == "zip").then(|| Arc::clone(&place));
    let run = || -> Result<()> {
        let shipper = Shipper::open(store, place, Arc::clone(&journal), ShipOptions { zips, ..ShipOptions::default() })?;
        let Begun::Upload(upload) = shipper.begin(&StorePath::name(SESSION))? else { panic!("it is shipped, or another run has it") };
        for file in &upload.files {
            shipper.put(&upload, file, &|_| ())?;
        }
        shipper.copy_journal()?;
        shipper.finish(&upload, &now, &|_| ())?;
        journal.close(None, now())?;
        shipper.copy_journal()?;
        Ok(())
    };
    run().is_ok()
}

#[test]
fn a_run_that_is_killed_anywhere_is_finished_by_the_next_one() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    world.run(&["download", SESSION]).ends_with(0);
    let archive = world.folder().join("untouched");
    crate::evidence::copy(&world.archive(), &archive);
    let mut places = 0;
    for (layout, last, least) in [("bag", "bagit.txt", 12), ("zip", "bag.zip", 3)] {
        for is_after in [false, true] {
            for left in 1.. {
                std::fs::remove_dir_all(world.archive()).expect("removed");
                crate::evidence::copy(&archive, &world.archive());
                let place = format!("{layout}-{is_after}-{left:02}");
                let url = format!("s3://{name}/{place}");
                if killed(&world, bucket(server, &url), layout, (left, is_after)) {
                    assert!(left > least, "{left} steps");
                    break;
                }
                let is_finished =
                    bucket(server, &url).head(&StorePath::name(SESSION).join("v00001").join(last), None).expect("a head").is_some();
                ship(&world, server, &["--to", &url, "--layout", layout]).ends_with(0);
                ship(&world, server, &["--to", &url]).ends_with(0).says("1 unchanged");
                assert!(
                    bucket(server, &url).folders(Some(&StorePath::name(SESSION))).expect("folders") == ["v00001"],
                    "{place}: {is_finished}"
                );
                places += 1;
            }
        }
    }
    nothing_was_replaced(server, &format!("s3://{name}"));
    let Some(copy) = downloaded(server, &name, &world.folder().join("copy")) else { return };
    let expected = tree(&archive.join(SESSION));
    let mut judged = 0;
    for place in std::fs::read_dir(copy).expect("places").map(|place| place.expect("a place").path()) {
        let version = place.join(SESSION).join("v00001");
        if version.is_dir() {
            let Some(bag) = bag_of(&version) else { return };
            assert!(tree(&bag) == expected, "{}", place.display());
            judged += 1;
        }
    }
    assert_eq!(judged, places + 4);
    others_accept(&world.folder().join("copy/bag-true-05").join(SESSION).join("v00001"));
}
