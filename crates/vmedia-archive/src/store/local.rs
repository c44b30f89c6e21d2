//! A folder on this machine as a store. The only writer of archive files: temporary file, sync, rename without
//! overwriting, private modes (folders 0700, files 0600), and no link followed below the root.

use super::files::{create_folder, io_error};
use super::lines::LocalLines;
use super::scratch::{Receiving, Scratch, Unfinished};
use super::shared_sync::SharedSync;
use super::tree::{Access, HERE, Kind, Obstacle, Tree};
use super::{BUFFER, Extent, Lines, Listed, Locked, Prepared, ReadStore, Reread, Staged, Stat, Store, StorePath, durable, lock};
use crate::error::{self, Error, Result};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// The folder for locks and unfinished files in an archive root; never part of a bag.
const STATE_DIR: &str = ".vmedia";

/// A folder as a store. Creates nothing until the first write.
pub struct LocalStore {
    root: PathBuf,
    holder: String,
    /// The root's handle, from the first use on: a folder that takes its name later is not used.
    tree: OnceLock<Arc<Tree>>,
    scratch: OnceLock<std::result::Result<Scratch, (error::ErrorKind, String, String)>>,
    /// `None` where each file and folder needs a sync of its own.
    shared_sync: OnceLock<Option<SharedSync>>,
    /// Number of files that are being received.
    receiving: AtomicUsize,
}

impl LocalStore {
    /// Creates a store at `root`; `holder` describes this process to others in its locks.
    pub fn new(root: PathBuf, holder: String) -> Self {
        let (tree, scratch, shared_sync) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { root, holder, tree, scratch, shared_sync, receiving: AtomicUsize::new(0) }
    }

    fn full(&self, path: &StorePath) -> PathBuf {
        path.as_str().split('/').fold(self.root.clone(), |full, name| full.join(name))
    }

    fn tree(&self) -> io::Result<&Arc<Tree>> {
        if let Some(tree) = self.tree.get() {
            return Ok(tree);
        }
        let opened = Arc::new(Tree::open(&self.root)?);
        Ok(self.tree.get_or_init(|| opened))
    }

    /// Returns the open root, which is created if it is missing. Its own name must outlast a power loss, too.
    fn made(&self) -> Result<&Arc<Tree>> {
        if self.tree.get().is_none() && !self.root.is_dir() {
            let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.is_dir();
            let missing: Vec<&Path> = self.root.ancestors().take_while(is_missing).collect();
            create_folder(&self.root).map_err(|error| io_error("create the folder", &self.root, error))?;
            for parent in missing.into_iter().filter_map(Path::parent) {
                durable::sync_parent(parent).map_err(|error| io_error("write", parent, error))?;
            }
        }
        let tree = self.tree().map_err(|error| io_error("open the folder", &self.root, error))?;
        self.shared_sync(tree);
        Ok(tree)
    }

    /// Returns the sync of the file system. Its handle is opened before anything is written: the system reports a lost write to each
    /// handle that was open then, and to a later one only if no other has reported it.
    fn shared_sync(&self, tree: &Tree) -> Option<&SharedSync> {
        self.shared_sync.get_or_init(|| tree.sync_of_file_system().map(SharedSync::new)).as_ref()
    }

    /// Describes a failure at a place below the root.
    fn failed(&self, verb: &str, path: &str, error: io::Error) -> Error {
        match self.tree.get() {
            Some(tree) => tree.failed(verb, path, error),
            None => io_error(verb, &self.root, error),
        }
    }

    /// Gives a file a name; creates its folder if that is missing.
    fn named<T>(&self, path: &StorePath, act: impl Fn(&Tree) -> io::Result<T>) -> Result<io::Result<T>> {
        let tree = self.made()?;
        match (act(tree), path.parent()) {
            (Err(error), Some(folder)) if error.kind() == ErrorKind::NotFound => {
                self.make_folder(&folder)?;
                Ok(act(tree))
            }
            (outcome, _) => Ok(outcome),
        }
    }

    /// Returns the names of the links right below the root, sorted.
    pub fn links(&self) -> Result<Vec<String>> {
        self.names(Kind::Link)
    }

    /// Returns the names of one kind right below the root, sorted, without the store's own folder.
    fn names(&self, wanted: Kind) -> Result<Vec<String>> {
        let entries = match self.tree().and_then(|tree| tree.entries(HERE)) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            Err(error) => return Err(io_error("list", &self.root, error)),
        };
        let wanted = entries.into_iter().filter(|(name, kind)| name != STATE_DIR && *kind == wanted);
        let mut names: Vec<String> = wanted.map(|(name, _)| name.to_string_lossy().into_owned()).collect();
        names.sort();
        Ok(names)
    }

    fn scratch(&self) -> Result<&Scratch> {
        let made = self.scratch.get_or_init(|| {
            let parent = format!("{STATE_DIR}/unfinished");
            self.made()
                .and_then(|tree| Scratch::create(tree, &parent, &self.holder))
                .map_err(Error::for_run)
                .map_err(|error| (error.kind(), error.what().to_owned(), error.hint().to_owned()))
        });
        made.as_ref().map_err(|(kind, what, hint)| Error::new(*kind, what, hint))
    }

    /// Opens a regular file for reading; `None` when it is not there, or is something else.
    fn reader(&self, path: &StorePath) -> Result<Option<File>> {
        let error = match self.tree().and_then(|tree| tree.file(path.as_str(), Access::Read)) {
            Ok(file) => return Ok(Some(file)),
            Err(error) => error,
        };
        match Obstacle::of(&error) {
            Some(Obstacle::NotAFile) => Ok(None),
            // A link in the place of the file is no file; one on the way to it is an error.
            Some(Obstacle::Link) if self.is_link(path)? => Ok(None),
            None if is_absent(&error) => Ok(None),
            _ => Err(self.failed("read", path.as_str(), error)),
        }
    }

    /// Makes everything that was written durable in one call; returns false where the system cannot, and while files are received:
    /// the call writes out what has come of them, too, which took a fifth longer for many sessions than a sync of each file and folder.
    fn sync_together(&self) -> Result<bool> {
        if self.receiving.load(Ordering::Relaxed) > 0 {
            return Ok(false);
        }
        let Some(shared_sync) = self.shared_sync(self.made()?) else { return Ok(false) };
        // Bytes of any session may be lost.
        shared_sync.wait().map_err(|error| io_error("write", &self.root, error).for_run())
    }

    /// Syncs a folder, those below it, and the root.
    fn sync_folders(&self, folder: &StorePath) -> Result<()> {
        let tree = self.made()?;
        let mut folders = vec![folder.as_str().to_owned()];
        while let Some(folder) = folders.pop() {
            tree.sync_folder(&folder).map_err(|error| self.failed("write", &folder, error))?;
            let entries = tree.entries(&folder).map_err(|error| self.failed("list", &folder, error))?;
            let below = entries.into_iter().filter(|(_, kind)| *kind == Kind::Folder);
            folders.extend(below.map(|(name, _)| format!("{folder}/{}", name.to_string_lossy())));
        }
        tree.sync_folder(HERE).map_err(|error| io_error("write", &self.root, error))
    }

    /// Writes a small file that has no name yet.
    fn unfinished(&self, path: &StorePath, bytes: &[u8]) -> Result<Unfinished> {
        let mut unfinished = self.scratch()?.file()?;
        unfinished.file.write_all(bytes).map_err(|error| self.failed("write", path.as_str(), error))?;
        Ok(unfinished)
    }

    fn sync(&self, unfinished: &Unfinished, path: &StorePath) -> Result<()> {
        durable::sync(&unfinished.file).map_err(|error| self.failed("write", path.as_str(), error))
    }

    /// Syncs and names a file; `overwrite` is for our own small files alone.
    fn publish(&self, unfinished: Unfinished, path: &StorePath, overwrite: bool) -> Result<()> {
        self.sync(&unfinished, path)?;
        self.name(unfinished, path, overwrite)
    }

    /// Names a file whose bytes were synced.
    fn name(&self, unfinished: Unfinished, path: &StorePath, overwrite: bool) -> Result<()> {
        let (from, to) = (unfinished.path(), path.as_str());
        match self.named(path, |tree| if overwrite { tree.rename(from, to) } else { tree.rename_new(from, to) })? {
            Ok(()) => {
                unfinished.keep();
                Ok(())
            }
            // The folder of unfinished files serves every session.
            Err(error) if self.tree().is_ok_and(|tree| tree.kind(from).is_err()) => Err(self.failed("write", from, error).for_run()),
            Err(error) => Err(self.failed("write", to, error)),
        }
    }
}

impl ReadStore for LocalStore {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(file) = self.reader(path)? else { return Ok(None) };
        // Without the length, the first reads would be of some bytes each.
        let length = file.metadata().map_or(0, |file| file.len());
        let mut bytes = Vec::with_capacity(usize::try_from(length.min(limit) + 1).unwrap_or_default());
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| self.failed("read", path.as_str(), error))?;
        if bytes.len() as u64 > limit {
            let hint = "vmedia never writes it that large; look at what is in it";
            return Err(Error::new(error::ErrorKind::Local, format!("{} is larger than {limit} bytes", self.full(path).display()), hint));
        }
        Ok(Some(bytes))
    }

    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        Ok(self.reader(path)?.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn open_on_disk(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        let file = self.reader(path)?.inspect(durable::drop_cached);
        Ok(file.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>> {
        let Some(mut file) = self.reader(path)? else { return Ok(Vec::new()) };
        let mut bytes = Vec::with_capacity(usize::try_from(length.min(BUFFER as u64)).unwrap_or_default());
        let read = file.seek(SeekFrom::Start(offset)).and_then(|_| file.take(length).read_to_end(&mut bytes));
        read.map_err(|error| self.failed("read", path.as_str(), error))?;
        Ok(bytes)
    }

    fn stat(&self, path: &StorePath) -> Result<Option<Stat>> {
        match self.tree().and_then(|tree| tree.kind(path.as_str())) {
            Ok((kind, length)) => Ok(Some(stat(kind, length))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.failed("look at", path.as_str(), error)),
        }
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Listed>> {
        let mut found = Vec::new();
        let mut folders = vec![folder.clone()];
        while let Some(folder) = folders.pop() {
            let entries = match self.tree().and_then(|tree| tree.measured(folder.as_str())) {
                Ok(listed) => listed,
                Err(error) if is_absent(&error) => continue,
                Err(error) => return Err(self.failed("list", folder.as_str(), error)),
            };
            for (name, kind, measured) in entries {
                let name = name.to_string_lossy();
                let path = StorePath::parse(&format!("{folder}/{name}")).unwrap_or_else(|| folder.join(&name));
                if kind == Kind::Folder {
                    folders.push(path);
                } else {
                    found.push(Listed { stat: measured.map(|(kind, length)| stat(kind, length)), path, sha256: None });
                }
            }
        }
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    fn folders(&self) -> Result<Vec<String>> {
        self.names(Kind::Folder)
    }

    fn holder(&self, name: &StorePath) -> Result<Option<String>> {
        match self.tree() {
            Ok(tree) => lock::holder(tree, &lock_path(name)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(io_error("lock", &self.root, error)),
        }
    }

    fn root(&self) -> String {
        self.root.display().to_string()
    }

    fn location(&self, path: &StorePath) -> String {
        self.full(path).display().to_string()
    }
}

impl Store for LocalStore {
    fn replace(&self, path: &StorePath, bytes: &[u8]) -> Result<()> {
        self.publish(self.unfinished(path, bytes)?, path, true)
    }

    fn stage(&self) -> Result<Box<dyn Staged + '_>> {
        Ok(Box::new(LocalStaged { store: self, unfinished: self.scratch()?.file()?, _receiving: Receiving::new(&self.receiving) }))
    }

    fn lines(&self, path: &StorePath) -> Result<Box<dyn Lines>> {
        let file = self.named(path, |tree| tree.file(path.as_str(), Access::Append))?;
        let file = file.map_err(|error| self.failed("write", path.as_str(), error))?;
        Ok(Box::new(LocalLines::new(Arc::clone(self.made()?), path.as_str().to_owned(), file)))
    }

    fn prepare(&self, files: &[(StorePath, &[u8])], lines: &dyn Lines, folder: &StorePath) -> Result<Box<dyn Prepared + '_>> {
        let write = |(path, bytes): &(StorePath, &[u8])| Ok((path.clone(), self.unfinished(path, bytes)?));
        let files = files.iter().map(write).collect::<Result<Vec<_>>>()?;
        if !self.sync_together()? {
            files.iter().try_for_each(|(path, unfinished)| self.sync(unfinished, path))?;
            lines.flush()?;
            self.sync_folders(folder)?;
        }
        Ok(Box::new(LocalPrepared { store: self, files }))
    }

    fn rename(&self, from: &StorePath, to: &StorePath) -> Result<()> {
        match self.named(to, |tree| tree.rename_new(from.as_str(), to.as_str()))? {
            Ok(()) => Ok(()),
            Err(error) if self.length(from).is_ok_and(|length| length.is_some()) => Err(self.failed("move a file to", to.as_str(), error)),
            Err(error) => Err(self.failed("move", from.as_str(), error)),
        }
    }

    fn remove(&self, path: &StorePath) -> Result<()> {
        match self.tree().and_then(|tree| tree.remove_file(path.as_str())) {
            Err(error) if !is_absent(&error) => Err(self.failed("remove", path.as_str(), error)),
            _ => Ok(()),
        }
    }

    fn remove_tree(&self, folder: &StorePath) -> Result<()> {
        match self.made()?.remove_tree(folder.as_str()) {
            // A name in it that is not UTF-8 cannot be removed by this store.
            Err(error) if !is_absent(&error) || self.stat(folder)?.is_some() => Err(self.failed("remove", folder.as_str(), error)),
            _ => Ok(()),
        }
    }

    fn make_folder(&self, path: &StorePath) -> Result<()> {
        self.made()?.make_folder(path.as_str()).map_err(|error| self.failed("create the folder", path.as_str(), error))
    }

    fn settle(&self, folder: &StorePath, extent: Extent) -> Result<()> {
        match extent {
            Extent::Names => self.made()?.sync_folder(folder.as_str()).map_err(|error| self.failed("write", folder.as_str(), error)),
            Extent::Tree if self.sync_together()? => Ok(()),
            Extent::Tree => self.sync_folders(folder),
        }
    }

    fn lock(&self, name: &StorePath) -> Result<Locked> {
        lock::take(self.made()?, &lock_path(name), &self.holder)
    }
}

/// A file in this run's folder for unfinished files.
struct LocalStaged<'a> {
    store: &'a LocalStore,
    unfinished: Unfinished,
    _receiving: Receiving<'a>,
}

impl Staged for LocalStaged<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.unfinished.file.write_all(bytes).map_err(|error| io_error("write", &self.store.root, error))
    }

    fn reread(&self) -> Result<Box<dyn Reread>> {
        Ok(Box::new(self.unfinished.reread()?))
    }

    fn publish(self: Box<Self>, path: &StorePath) -> Result<()> {
        self.store.publish(self.unfinished, path, false)
    }

    fn replace(self: Box<Self>, path: &StorePath) -> Result<()> {
        self.store.publish(self.unfinished, path, true)
    }
}

/// Files in this run's folder for unfinished files, with the paths that they will have.
struct LocalPrepared<'a> {
    store: &'a LocalStore,
    files: Vec<(StorePath, Unfinished)>,
}

impl Prepared for LocalPrepared<'_> {
    fn publish(&mut self, path: &StorePath) -> Result<()> {
        let Some(index) = self.files.iter().position(|(wanted, _)| wanted == path) else {
            return Err(Error::unexpected(format!("no file was prepared for {path}")));
        };
        let (path, unfinished) = self.files.remove(index);
        self.store.name(unfinished, &path, true)
    }
}

fn stat(kind: Kind, length: u64) -> Stat {
    match kind {
        Kind::File => Stat::File(length),
        Kind::Link => Stat::Link,
        Kind::Folder | Kind::Other => Stat::Other,
    }
}

fn lock_path(name: &StorePath) -> String {
    format!("{STATE_DIR}/locks/{}", name.as_str().replace('/', "~"))
}

/// Returns whether an error says that nothing has the name; nothing has one that the file system cannot write.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename)
}
