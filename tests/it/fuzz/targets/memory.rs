//! A store in memory that fails on access to a path outside its folders.
//!
//! Its locks are those of a local store in a temporary folder, because only that can make one.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use vmedia::error::{Error, ErrorKind, Result};
use vmedia::store::{Extent, Lines, Listed, LocalStore, Locked, Prepared, ReadStore, Staged, Stat, Store, StorePath};

static LOCKS: LazyLock<(tempfile::TempDir, LocalStore)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let store = LocalStore::new(folder.path().to_owned(), "the test".to_owned());
    (folder, store)
});

/// Files by path.
pub struct Memory {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    folders: Vec<String>,
}

impl Memory {
    /// An empty store for these folders below its root.
    pub fn for_folders(folders: &[&str]) -> Self {
        Self { files: Arc::default(), folders: folders.iter().map(|folder| (*folder).to_owned()).collect() }
    }

    /// Puts a file there.
    pub fn with(self, path: &str, bytes: &[u8]) -> Self {
        self.files().insert(path.to_owned(), bytes.to_vec());
        self
    }

    /// A file's bytes.
    pub fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.files().get(path).cloned()
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.files.lock().expect("a lock")
    }

    #[track_caller]
    fn check<'a>(&self, path: &'a StorePath) -> &'a str {
        let text = path.as_str();
        assert!(StorePath::parse(text).is_some(), "{text:?} is no path of a store");
        let first = text.split('/').next().unwrap_or_default();
        assert!(self.folders.iter().any(|folder| folder == first), "{text:?} is outside {:?}", self.folders);
        text
    }
}

impl ReadStore for Memory {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>> {
        let found = self.files().get(self.check(path)).cloned();
        match found {
            Some(bytes) if bytes.len() as u64 > limit => Err(Error::new(ErrorKind::Local, "too large", "make it smaller")),
            found => Ok(found),
        }
    }

    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        let found = self.files().get(self.check(path)).cloned();
        Ok(found.map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>))
    }

    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>> {
        let files = self.files();
        let bytes = files.get(self.check(path)).map(Vec::as_slice).unwrap_or_default();
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let to = from.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(bytes.len());
        Ok(bytes[from..to].to_vec())
    }

    fn stat(&self, path: &StorePath) -> Result<Option<Stat>> {
        Ok(self.files().get(self.check(path)).map(|bytes| Stat::File(bytes.len() as u64)))
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Listed>> {
        self.check(folder);
        let files = self.files();
        let listed = |(path, bytes): (&String, &Vec<u8>)| {
            let path = StorePath::parse(path).filter(|path| path.below(folder).is_some())?;
            Some(Listed { path, stat: Some(Stat::File(bytes.len() as u64)), sha256: None })
        };
        Ok(files.iter().filter_map(listed).collect())
    }

    fn folders(&self) -> Result<Vec<String>> {
        Ok(self.folders.clone())
    }

    fn holder(&self, name: &StorePath) -> Result<Option<String>> {
        self.check(name);
        LOCKS.1.holder(name)
    }

    fn root(&self) -> String {
        "memory".to_owned()
    }

    fn location(&self, path: &StorePath) -> String {
        format!("memory/{path}")
    }
}

impl Store for Memory {
    fn replace(&self, path: &StorePath, bytes: &[u8]) -> Result<()> {
        self.files().insert(self.check(path).to_owned(), bytes.to_vec());
        Ok(())
    }

    fn stage(&self) -> Result<Box<dyn Staged + '_>> {
        panic!("nothing that is fuzzed stages files")
    }

    fn lines(&self, path: &StorePath) -> Result<Box<dyn Lines>> {
        let path = self.check(path).to_owned();
        self.files().entry(path.clone()).or_default();
        Ok(Box::new(MemoryLines { files: Arc::clone(&self.files), path }))
    }

    fn prepare(&self, files: &[(StorePath, &[u8])], _: &dyn Lines, folder: &StorePath) -> Result<Box<dyn Prepared + '_>> {
        self.check(folder);
        let files = files.iter().map(|(path, bytes)| (path.clone(), bytes.to_vec())).collect();
        Ok(Box::new(MemoryPrepared { store: self, files }))
    }

    fn rename(&self, from: &StorePath, to: &StorePath) -> Result<()> {
        let mut files = self.files();
        let bytes = files.remove(self.check(from)).ok_or_else(|| Error::new(ErrorKind::Local, "not there", "look elsewhere"))?;
        assert!(files.insert(self.check(to).to_owned(), bytes).is_none(), "{to} was overwritten");
        Ok(())
    }

    fn remove(&self, path: &StorePath) -> Result<()> {
        self.files().remove(self.check(path));
        Ok(())
    }

    fn remove_tree(&self, folder: &StorePath) -> Result<()> {
        let folder = format!("{}/", self.check(folder));
        self.files().retain(|path, _| !path.starts_with(&folder));
        Ok(())
    }

    fn make_folder(&self, path: &StorePath) -> Result<()> {
        self.check(path);
        Ok(())
    }

    fn settle(&self, folder: &StorePath, _: Extent) -> Result<()> {
        self.check(folder);
        Ok(())
    }

    fn lock(&self, name: &StorePath) -> Result<Locked> {
        self.check(name);
        LOCKS.1.lock(name)
    }
}

struct MemoryLines {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    path: String,
}

impl Lines for MemoryLines {
    fn append(&self, lines: &str) -> Result<()> {
        let mut files = self.files.lock().expect("a lock");
        files.get_mut(&self.path).expect("the file").extend(format!("{lines}\n").as_bytes());
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        Ok(())
    }
}

struct MemoryPrepared<'a> {
    store: &'a Memory,
    files: BTreeMap<StorePath, Vec<u8>>,
}

impl Prepared for MemoryPrepared<'_> {
    fn publish(&mut self, path: &StorePath) -> Result<()> {
        self.store.replace(path, &self.files.remove(path).expect("a file that was prepared"))
    }
}
