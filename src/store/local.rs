//! A folder on this machine as a store. The only writer of archive files: temporary file, sync, rename without
//! overwriting, private modes (folders 0700, files 0600).
//!
//! Must not know what the files mean.

use super::files::{create_folder, io_error, place_error};
use super::scratch::Scratch;
use super::{BUFFER, Digest, Judge, Locked, Placement, PutError, Store, StorePath, lock};
use crate::error::{Error, Result};
use crate::exit::Exit;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use tempfile::NamedTempFile;

/// The folder for locks and unfinished files in an archive root; never part of a bag.
const HOUSE: &str = ".vmedia";

/// A folder as a store. Makes nothing until the first write.
pub struct LocalStore {
    root: PathBuf,
    holder: String,
    /// Buffers between puts: allocating one for each was measured to cost a third of the memory of a run.
    buffers: Mutex<Vec<Vec<u8>>>,
    scratch: OnceLock<std::result::Result<Scratch, (Exit, String, String)>>,
}

impl LocalStore {
    /// `holder` says to others who holds a lock.
    pub fn new(root: PathBuf, holder: String) -> Self {
        Self { root, holder, buffers: Mutex::default(), scratch: OnceLock::new() }
    }

    fn full(&self, path: &StorePath) -> PathBuf {
        path.as_str().split('/').fold(self.root.clone(), |full, name| full.join(name))
    }

    /// The full path, with its folder made.
    fn prepared(&self, path: &StorePath) -> Result<PathBuf> {
        let full = self.full(path);
        if let Some(parent) = full.parent() {
            self.create(parent)?;
        }
        Ok(full)
    }

    /// Makes a folder, and before it the root, whose own name must outlast a power loss, too.
    fn create(&self, folder: &Path) -> Result<()> {
        if !self.root.is_dir() {
            let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.is_dir();
            let missing: Vec<&Path> = self.root.ancestors().take_while(is_missing).collect();
            create_folder(&self.root).map_err(|error| io_error("create the folder", &self.root, error))?;
            for parent in missing.into_iter().filter_map(Path::parent) {
                sync_parent(parent).map_err(|error| io_error("write", parent, error))?;
            }
        }
        create_folder(folder).map_err(|error| self.failed("create the folder", folder, error))
    }

    /// What failed at a place below the root.
    fn failed(&self, verb: &str, path: &Path, error: io::Error) -> Error {
        place_error(verb, &self.root, path, error)
    }

    /// The names of the links right below the root, sorted.
    pub fn links(&self) -> Result<Vec<String>> {
        self.names(fs::FileType::is_symlink)
    }

    /// The names right below the root of what is wanted, sorted, but for the house.
    fn names(&self, is_wanted: impl Fn(&fs::FileType) -> bool) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let entries = match fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => return Ok(names),
            Err(error) => return Err(io_error("list", &self.root, error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| io_error("list", &self.root, error))?;
            if entry.file_name() != HOUSE && entry.file_type().is_ok_and(|kind| is_wanted(&kind)) {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn lock_path(&self, name: &StorePath) -> PathBuf {
        self.root.join(HOUSE).join("locks").join(name.as_str().replace('/', "~"))
    }

    fn scratch(&self) -> Result<&Path> {
        let made = self.scratch.get_or_init(|| {
            let parent = self.root.join(HOUSE).join("unfinished");
            self.create(&parent)
                .and_then(|()| Scratch::create(&parent, &self.holder))
                .map_err(Error::of_all)
                .map_err(|error| (error.exit(), error.what().to_owned(), error.hint().to_owned()))
        });
        match made {
            Ok(scratch) => Ok(scratch.folder()),
            Err((exit, what, hint)) => Err(Error::new(*exit, what, hint)),
        }
    }

    /// Reads a body into a temporary file, piece by piece.
    fn receive(
        &self,
        body: &mut dyn Read,
        judge: &mut dyn Judge,
        buffer: &mut [u8],
    ) -> std::result::Result<(NamedTempFile, Digest), PutError> {
        let mut file = self.temporary().map_err(PutError::Local)?;
        let mut hasher = Sha256::new();
        let mut bytes = 0;
        loop {
            let count = fill(body, buffer).map_err(PutError::Source)?;
            let piece = buffer.get(..count).unwrap_or_default();
            if piece.is_empty() {
                return Ok((file, Digest { bytes, sha256: hex::encode(hasher.finalize()) }));
            }
            judge.piece(piece);
            hasher.update(piece);
            file.write_all(piece).map_err(|error| PutError::Local(io_error("write", &self.root, error)))?;
            bytes += count as u64;
        }
    }

    fn temporary(&self) -> Result<NamedTempFile> {
        let folder = self.scratch()?;
        NamedTempFile::new_in(folder).map_err(|error| io_error("create a file in", folder, error))
    }

    /// Syncs and renames; `overwrite` is for our own small files alone.
    fn publish(&self, file: NamedTempFile, path: &StorePath, overwrite: bool) -> Result<()> {
        file.as_file().sync_data().map_err(|error| self.failed("write", &self.full(path), error))?;
        let full = self.prepared(path)?;
        let renamed = if overwrite { file.persist(&full) } else { file.persist_noclobber(&full) };
        renamed.map(drop).map_err(|error| self.failed("write", &full, error.error))
    }
}

/// Reads until the buffer is full or the stream ends: few large writes instead of many small ones.
fn fill(body: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match body.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

impl Store for LocalStore {
    fn put(&self, body: &mut dyn Read, judge: &mut dyn Judge) -> std::result::Result<Digest, PutError> {
        let mut buffer = self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_else(|| vec![0; BUFFER]);
        let received = self.receive(body, judge, &mut buffer);
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        let (file, digest) = received?;
        match judge.verdict(&digest).map_err(PutError::Local)? {
            Placement::At(path) => self.publish(file, &path, false).map_err(PutError::Local)?,
            Placement::Discard => {}
            Placement::Refuse => return Err(PutError::Refused),
        }
        Ok(digest)
    }

    fn replace(&self, path: &StorePath, bytes: &[u8]) -> Result<()> {
        let mut file = self.temporary()?;
        file.write_all(bytes).map_err(|error| self.failed("write", &self.full(path), error))?;
        self.publish(file, path, true)
    }

    #[expect(clippy::disallowed_methods, reason = "an append cannot be published by a rename")]
    fn append(&self, path: &StorePath, line: &str) -> Result<()> {
        let full = self.prepared(path)?;
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // One write a line, so that two lines never mix.
        let line = format!("{line}\n");
        options.open(&full).and_then(|mut file| file.write_all(line.as_bytes())).map_err(|error| self.failed("write", &full, error))
    }

    #[expect(clippy::disallowed_methods, reason = "some systems sync only what was opened for writing")]
    fn flush(&self, path: &StorePath) -> Result<()> {
        let full = self.full(path);
        let file = OpenOptions::new().append(true).open(&full).map_err(|error| self.failed("write", &full, error))?;
        file.sync_data().map_err(|error| self.failed("write", &full, error))
    }

    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(file) = self.open(path)? else { return Ok(None) };
        let full = self.full(path);
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| self.failed("read", &full, error))?;
        if bytes.len() as u64 > limit {
            let hint = "vmedia never writes it that large; look at what is in it";
            return Err(Error::new(Exit::Local, format!("{} is larger than {limit} bytes", full.display()), hint));
        }
        Ok(Some(bytes))
    }

    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        let full = self.full(path);
        // Opening a pipe would wait for somebody to write to it, and a link may lead out of the archive.
        if self.length(path)?.is_none() {
            return Ok(None);
        }
        match File::open(&full) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.failed("read", &full, error)),
        }
    }

    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>> {
        let full = self.full(path);
        let mut bytes = Vec::new();
        if self.length(path)?.is_none() {
            return Ok(bytes);
        }
        let read = File::open(&full).and_then(|mut file| {
            file.seek(SeekFrom::Start(offset))?;
            file.take(length).read_to_end(&mut bytes)
        });
        match read {
            Err(error) if !is_absent(&error) => Err(self.failed("read", &full, error)),
            _ => Ok(bytes),
        }
    }

    fn length(&self, path: &StorePath) -> Result<Option<u64>> {
        let full = self.full(path);
        match fs::symlink_metadata(&full) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.failed("look at", &full, error)),
        }
    }

    fn is_link(&self, path: &StorePath) -> Result<bool> {
        let full = self.full(path);
        match fs::symlink_metadata(&full) {
            Ok(metadata) => Ok(metadata.is_symlink()),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(io_error("look at", &full, error)),
        }
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>> {
        let mut found = Vec::new();
        let mut folders = vec![folder.clone()];
        while let Some(folder) = folders.pop() {
            let full = self.full(&folder);
            let entries = match fs::read_dir(&full) {
                Ok(entries) => entries,
                Err(error) if is_absent(&error) => continue,
                Err(error) => return Err(self.failed("list", &full, error)),
            };
            for entry in entries {
                let entry = entry.map_err(|error| self.failed("list", &full, error))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = StorePath::parse(&format!("{folder}/{name}")).unwrap_or_else(|| folder.join(&name));
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(path),
                    _ => found.push(path),
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn folders(&self) -> Result<Vec<String>> {
        // A link may lead out of the archive.
        self.names(fs::FileType::is_dir)
    }

    #[expect(clippy::disallowed_methods, reason = "the name was looked for and is free, under the session's lock")]
    fn set_aside(&self, from: &StorePath, to: &StorePath) -> Result<()> {
        let (from, to) = (self.full(from), self.prepared(to)?);
        let hint = "move it away by hand and run again";
        if to.symlink_metadata().is_ok() {
            return Err(Error::new(Exit::Local, format!("{} is in the way", to.display()), hint));
        }
        fs::rename(&from, &to).map_err(|error| self.failed("move", &from, error))
    }

    fn remove(&self, path: &StorePath) -> Result<()> {
        let full = self.full(path);
        match fs::remove_file(&full) {
            Err(error) if !is_absent(&error) => Err(self.failed("remove", &full, error)),
            _ => Ok(()),
        }
    }

    fn folder(&self, path: &StorePath) -> Result<()> {
        self.create(&self.full(path))
    }

    fn sync(&self, folder: &StorePath) -> Result<()> {
        let mut folders = vec![self.full(folder)];
        while let Some(folder) = folders.pop() {
            sync_folder(&folder).map_err(|error| self.failed("write", &folder, error))?;
            let entries = fs::read_dir(&folder).map_err(|error| self.failed("list", &folder, error))?;
            folders.extend(entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()));
        }
        // The session's own name stands in the root.
        sync_folder(&self.root).map_err(|error| io_error("write", &self.root, error))
    }

    fn sync_names(&self, folder: &StorePath) -> Result<()> {
        let full = self.full(folder);
        sync_folder(&full).map_err(|error| self.failed("write", &full, error))
    }

    fn lock(&self, name: &StorePath) -> Result<Locked> {
        let path = self.lock_path(name);
        path.parent().map_or(Ok(()), |folder| self.create(folder)).map_err(Error::of_all)?;
        lock::take(&path, &self.holder)
    }

    fn holder(&self, name: &StorePath) -> Result<Option<String>> {
        lock::holder(&self.lock_path(name))
    }

    fn root(&self) -> String {
        self.root.display().to_string()
    }

    fn location(&self, path: &StorePath) -> String {
        self.full(path).display().to_string()
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Makes the name of a root outlast a power loss. It lies in somebody else's folder, which may be closed to us.
fn sync_parent(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match sync_folder(folder) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        outcome => outcome,
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows has no handle for a folder that could be synced; NTFS journals its names.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other systems' shape")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
