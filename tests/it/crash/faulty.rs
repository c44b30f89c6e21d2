//! A store around the local folder that, at the step that the test chooses, fails or stops as a kill would stop it: before
//! the step took effect, or after.

use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use vmedia::error::{self, Error, Result};
use vmedia::store::{Extent, Lines, Listed, LocalStore, Locked, Prepared, ReadStore, Reread, Staged, Stat, Store, StorePath};

/// What happens at the chosen step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails, and the steps after it do not.
    Fails(ErrorKind),
    /// It and all after it fail, as for a process that is gone.
    Stops,
}

/// When it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The step has no effect.
    Before,
    /// It has its effect, but returns an error.
    After,
}

/// The store. Steps count from 1; step 0 never comes.
pub struct Faulty {
    inner: LocalStore,
    steps: Arc<Steps>,
}

/// The steps of the store and of what it opened.
struct Steps {
    at: usize,
    fault: Fault,
    moment: Moment,
    seen: Mutex<Seen>,
    observer: Box<Observer>,
}

/// Hears of each change after it was made: what was done, and to which path.
type Observer = dyn Fn(&str, &str) + Send + Sync;

#[derive(Default)]
struct Seen {
    steps: usize,
    acted: Option<String>,
    done: Vec<String>,
}

impl Faulty {
    pub fn new(root: PathBuf, at: usize, fault: Fault, moment: Moment) -> Self {
        Self::observed(root, at, fault, moment, |_, _| {})
    }

    /// The same with an observer of each change.
    pub fn observed(root: PathBuf, at: usize, fault: Fault, moment: Moment, observer: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        let steps = Steps { at, fault, moment, seen: Mutex::default(), observer: Box::new(observer) };
        Self { inner: LocalStore::new(root, "a test".to_owned()), steps: Arc::new(steps) }
    }

    /// The step at which the fault acted, if the run came that far.
    pub fn acted(&self) -> Option<String> {
        self.steps.seen.lock().expect("a lock").acted.clone()
    }

    /// Every change that was made, in order.
    pub fn done(&self) -> Vec<String> {
        self.steps.seen.lock().expect("a lock").done.clone()
    }

    fn step<T>(&self, verb: &str, path: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
        self.steps.step(verb, path, act)
    }

    fn look<T>(&self, what: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
        self.steps.look(what, act)
    }
}

impl Steps {
    fn error(&self, what: &str) -> Error {
        let kind = if let Fault::Fails(kind) = self.fault { kind } else { ErrorKind::Other };
        Error::new(error::ErrorKind::Local, format!("cannot {what}: {kind}"), "a test made it so").caused_by(io::Error::from(kind))
    }

    /// Whether the fault acts on this step, which is counted.
    fn acts(&self, what: &str) -> Result<bool> {
        let mut seen = self.seen.lock().expect("a lock");
        if seen.acted.is_some() && self.fault == Fault::Stops {
            return Err(self.error(what));
        }
        seen.steps += 1;
        let acts = seen.steps == self.at;
        if acts {
            seen.acted = Some(what.to_owned());
        }
        Ok(acts)
    }

    fn step<T>(&self, verb: &str, path: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
        self.step_at(verb, path, self.moment, act)
    }

    fn step_at<T>(&self, verb: &str, path: &str, moment: Moment, act: impl FnOnce() -> Result<T>) -> Result<T> {
        let what = format!("{verb} {path}");
        let acts = self.acts(&what)?;
        if acts && moment == Moment::Before {
            return Err(self.error(&what));
        }
        let outcome = act()?;
        self.seen.lock().expect("a lock").done.push(what.clone());
        (self.observer)(verb, path);
        if acts { Err(self.error(&what)) } else { Ok(outcome) }
    }

    /// The same for a step that changes nothing, of which "after" is the same as "before".
    fn look<T>(&self, what: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.acts(what)? { Err(self.error(what)) } else { act() }
    }
}

/// A file of the local store, each of whose operations is a step.
struct FaultyFile<'a> {
    store: &'a Faulty,
    inner: Box<dyn Staged + 'a>,
}

impl Staged for FaultyFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.store.step("write", "a staged file", || self.inner.write(bytes))
    }

    fn reread(&self) -> Result<Box<dyn Reread>> {
        self.inner.reread()
    }

    fn publish(self: Box<Self>, path: &StorePath) -> Result<()> {
        let Self { store, inner } = *self;
        // A publish that fails leaves nothing behind, says the trait; a kill may come between its effect and its return.
        let fails = matches!(store.steps.fault, Fault::Fails(_));
        let moment = if fails { Moment::Before } else { store.steps.moment };
        store.steps.step_at("publish", path.as_str(), moment, || inner.publish(path))
    }

    fn replace(self: Box<Self>, path: &StorePath) -> Result<()> {
        // The catalog's page alone is written so, by no run that is stopped here.
        self.inner.replace(path)
    }
}

/// A file of the local store that grows by lines.
struct FaultyLines {
    steps: Arc<Steps>,
    path: StorePath,
    inner: Box<dyn Lines>,
}

impl Lines for FaultyLines {
    fn append(&self, lines: &str) -> Result<()> {
        self.steps.step("append", self.path.as_str(), || self.inner.append(lines))
    }

    fn flush(&self) -> Result<()> {
        self.steps.step("flush", self.path.as_str(), || self.inner.flush())
    }
}

/// Files of the local store that are to get their names.
struct FaultyPrepared<'a> {
    store: &'a Faulty,
    inner: Box<dyn Prepared + 'a>,
}

impl Prepared for FaultyPrepared<'_> {
    fn publish(&mut self, path: &StorePath) -> Result<()> {
        self.store.step("replace", path.as_str(), || self.inner.publish(path))
    }
}

impl ReadStore for Faulty {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>> {
        self.look("read", || self.inner.read(path, limit))
    }

    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        self.look("open", || self.inner.open(path))
    }

    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>> {
        self.look("read", || self.inner.read_range(path, offset, length))
    }

    fn stat(&self, path: &StorePath) -> Result<Option<Stat>> {
        self.look("stat", || self.inner.stat(path))
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Listed>> {
        self.look("list", || self.inner.list(folder))
    }

    fn folders(&self) -> Result<Vec<String>> {
        self.look("folders", || self.inner.folders())
    }

    fn holder(&self, name: &StorePath) -> Result<Option<String>> {
        self.look("holder", || self.inner.holder(name))
    }

    fn root(&self) -> String {
        self.inner.root()
    }

    fn location(&self, path: &StorePath) -> String {
        self.inner.location(path)
    }
}

impl Store for Faulty {
    fn stage(&self) -> Result<Box<dyn Staged + '_>> {
        let inner = self.step("stage", "a file", || self.inner.stage())?;
        Ok(Box::new(FaultyFile { store: self, inner }))
    }

    fn replace(&self, path: &StorePath, bytes: &[u8]) -> Result<()> {
        self.step("replace", path.as_str(), || self.inner.replace(path, bytes))
    }

    fn lines(&self, path: &StorePath) -> Result<Box<dyn Lines>> {
        let inner = self.step("lines", path.as_str(), || self.inner.lines(path))?;
        Ok(Box::new(FaultyLines { steps: Arc::clone(&self.steps), path: path.clone(), inner }))
    }

    fn prepare(&self, files: &[(StorePath, &[u8])], lines: &dyn Lines, folder: &StorePath) -> Result<Box<dyn Prepared + '_>> {
        let inner = self.step("prepare", folder.as_str(), || self.inner.prepare(files, lines, folder))?;
        Ok(Box::new(FaultyPrepared { store: self, inner }))
    }

    fn rename(&self, from: &StorePath, to: &StorePath) -> Result<()> {
        self.step("rename", from.as_str(), || self.inner.rename(from, to))
    }

    fn remove(&self, path: &StorePath) -> Result<()> {
        self.step("remove", path.as_str(), || self.inner.remove(path))
    }

    fn remove_tree(&self, folder: &StorePath) -> Result<()> {
        self.step("remove_tree", folder.as_str(), || self.inner.remove_tree(folder))
    }

    fn make_folder(&self, path: &StorePath) -> Result<()> {
        self.step("make_folder", path.as_str(), || self.inner.make_folder(path))
    }

    fn settle(&self, folder: &StorePath, extent: Extent) -> Result<()> {
        self.step("settle", folder.as_str(), || self.inner.settle(folder, extent))
    }

    fn lock(&self, name: &StorePath) -> Result<Locked> {
        self.step("lock", name.as_str(), || self.inner.lock(name))
    }
}
