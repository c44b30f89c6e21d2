//! An archive in a bucket with the journal of one run: the run's lines and seals are written in a private folder of this machine, and its whole
//! lines are copied to the bucket, as shipping copies them. Must not change anything else there.

use super::{ShippedArchive, is_own};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::{FOLDER, is_closed};
use crate::ship::chunks::JournalCopy;
use crate::store::{
    Digest, Extent, KeptObject, Lines, Listed, LocalStore, Locked, Prepared, ReadStore, Staged, Stat, Store, StorePath, Stray,
};
use std::io::Read;
use tempfile::TempDir;

/// An archive in a bucket, and the journal of the run that reads it.
pub struct ShippedRun {
    archive: ShippedArchive,
    /// The run's part of the journal.
    own: LocalStore,
    copy: JournalCopy,
    /// Removes the folder of `own`, which must be dropped before.
    _folder: TempDir,
}

impl ShippedRun {
    /// Begins a run; `holder` describes this process. Writes nothing to the bucket.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(archive: ShippedArchive, holder: String) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("vmedia-").tempdir().map_err(|error| {
            let what = format!("cannot create a folder for the journal of this run: {}", plain(&error));
            Error::new(
                ErrorKind::Local,
                what,
                "make room in the folder for temporary files, or name another one with TMPDIR (Windows: TMP)",
            )
        })?;
        let own = LocalStore::new(folder.path().to_owned(), holder);
        Ok(Self { archive, own, copy: JournalCopy::default(), _folder: folder })
    }

    /// Copies the lines and seals of this run that the bucket lacks.
    ///
    /// # Errors
    /// The bucket is unavailable or refuses the objects.
    pub fn copy_journal(&self) -> Result<()> {
        self.copy.copy(&self.own, self.archive.place.as_ref()).map(drop)
    }

    /// Returns true if the bucket has lines of this run.
    pub fn has_lines_there(&self) -> bool {
        self.copy.has_any()
    }

    /// Returns the store of this run if it has a file of this path.
    fn of(&self, path: &StorePath) -> Result<&dyn ReadStore> {
        let is_here = path.below(&StorePath::name(FOLDER)).is_some() && self.own.stat(path)?.is_some();
        Ok(if is_here { &self.own } else { &self.archive })
    }

    /// Returns the folder for a file of the journal.
    ///
    /// # Errors
    /// The path is another.
    fn writable(&self, path: &StorePath) -> Result<&LocalStore> {
        if path.below(&StorePath::name(FOLDER)).is_some() { Ok(&self.own) } else { Err(self.unwritable()) }
    }

    fn unwritable(&self) -> Error {
        Error::unexpected(format!("a run that reads {} wants to write there", self.archive.root()))
    }
}

impl ReadStore for ShippedRun {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>> {
        self.of(path)?.read(path, limit)
    }

    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        self.of(path)?.open(path)
    }

    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>> {
        self.of(path)?.read_range(path, offset, length)
    }

    fn stat(&self, path: &StorePath) -> Result<Option<Stat>> {
        self.of(path)?.stat(path)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Listed>> {
        let mut files = self.archive.list(folder)?;
        if folder.as_str() == FOLDER {
            files.extend(self.own.list(folder)?);
            files.sort_by(|one, other| one.path.cmp(&other.path));
        }
        Ok(files)
    }

    fn folders(&self) -> Result<Vec<String>> {
        self.archive.folders()
    }

    /// A segment whose end the bucket does not have may grow there, as does one of a run at work.
    fn holder(&self, name: &StorePath) -> Result<Option<String>> {
        let Some(segment) = name.below(&StorePath::name(FOLDER)) else { return self.archive.holder(name) };
        if self.own.stat(name)?.is_some() {
            return self.own.holder(name);
        }
        let is_closed = is_closed(&self.archive, segment)?;
        Ok((!is_closed).then(|| "a run of which the bucket does not have the end".to_owned()))
    }

    fn kept_digest(&self, path: &StorePath) -> Result<Option<Digest>> {
        self.of(path)?.kept_digest(path)
    }

    fn container(&self, folder: &StorePath) -> Result<Option<String>> {
        self.archive.container(folder)
    }

    fn kept_version(&self, key: &StorePath) -> Result<Option<String>> {
        self.archive.kept_version(key)
    }

    fn kept_object(&self, path: &StorePath) -> Result<Option<KeptObject>> {
        self.archive.kept_object(path)
    }

    fn strays(&self, folder: Option<&StorePath>) -> Result<Vec<Stray>> {
        self.archive.strays(folder)
    }

    fn outage(&self) -> Option<Error> {
        self.archive.outage()
    }

    fn root(&self) -> String {
        self.archive.root()
    }

    fn location(&self, path: &StorePath) -> String {
        self.archive.location(path)
    }
}

impl Store for ShippedRun {
    fn stage(&self) -> Result<Box<dyn Staged + '_>> {
        Err(self.unwritable())
    }

    fn replace(&self, path: &StorePath, bytes: &[u8]) -> Result<()> {
        self.writable(path)?.replace(path, bytes)
    }

    fn lines(&self, path: &StorePath) -> Result<Box<dyn Lines>> {
        self.writable(path)?.lines(path)
    }

    fn prepare(&self, _: &[(StorePath, &[u8])], _: &dyn Lines, _: &StorePath) -> Result<Box<dyn Prepared + '_>> {
        Err(self.unwritable())
    }

    fn rename(&self, _: &StorePath, _: &StorePath) -> Result<()> {
        Err(self.unwritable())
    }

    fn remove(&self, _: &StorePath) -> Result<()> {
        Err(self.unwritable())
    }

    fn remove_tree(&self, _: &StorePath) -> Result<()> {
        Err(self.unwritable())
    }

    fn make_folder(&self, _: &StorePath) -> Result<()> {
        Err(self.unwritable())
    }

    fn settle(&self, folder: &StorePath, extent: Extent) -> Result<()> {
        self.own.settle(folder, extent)
    }

    /// No lock of this machine holds anything in a bucket; a session without a finished version is not there yet.
    fn lock(&self, name: &StorePath) -> Result<Locked> {
        let is_session = !is_own(name.as_str().split('/').next().unwrap_or_default());
        match is_session.then(|| self.archive.holder(name)).transpose()?.flatten() {
            Some(holder) => Ok(Locked::By(holder)),
            None => self.own.lock(name),
        }
    }
}
