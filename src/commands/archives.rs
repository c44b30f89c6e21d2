//! Finds archives and their sessions on this machine, at any depth below the given paths.
//!
//! Must not look into sessions, and must not follow links: they may lead anywhere.

use super::Context;
use super::buckets::{READERS, shipped_place};
use super::services::{cores, not_a_folder, store};
use crate::archive::verify::is_bag;
use crate::archive::{Chain, JOURNAL_FOLDER, Journal, KEYS_FOLDER, PAGE, Scope, SessionArchive, Shard, ShippedArchive};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::model::SessionId;
use crate::objects::Place;
use crate::store::{LocalStore, ReadStore, Store, StorePath};
use crate::text::as_written;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Hint for a path that leads to no archive.
const WHAT_TO_NAME: &str = "name a session's folder, or the archive folder that holds them";

/// The place of an archive.
#[derive(Clone)]
pub(super) enum Stored {
    /// A folder of this machine.
    Folder(Arc<LocalStore>),
    /// A bucket, which is read alone.
    Bucket(Arc<ShippedArchive>),
}

impl Stored {
    /// Returns the archive to read.
    pub(super) fn read(&self) -> Arc<dyn ReadStore> {
        match self {
            Self::Folder(store) => Arc::clone(store) as Arc<dyn ReadStore>,
            Self::Bucket(store) => Arc::clone(store) as Arc<dyn ReadStore>,
        }
    }

    /// Returns the archive to change.
    ///
    /// # Errors
    /// It is in a bucket.
    pub(super) fn folder(&self) -> Result<&Arc<LocalStore>> {
        match self {
            Self::Folder(store) => Ok(store),
            Self::Bucket(store) => Err(not_a_folder(&store.root())),
        }
    }
}

/// An archive, and those of its sessions that are meant.
pub(super) struct Archive {
    /// The folder, or the URL of the place.
    pub(super) root: PathBuf,
    pub(super) stored: Stored,
    /// The sessions' folders, sorted.
    pub(super) sessions: Arc<Vec<StorePath>>,
    /// True if sessions of the journal that are not there are missing.
    pub(super) is_whole: bool,
    /// Errors of folders in it that cannot be read.
    pub(super) unread: Vec<String>,
}

impl Archive {
    /// Returns the archive with these sessions alone.
    pub(super) fn only(&self, sessions: Vec<StorePath>) -> Self {
        Self { root: self.root.clone(), stored: self.stored.clone(), sessions: Arc::new(sessions), is_whole: false, unread: Vec::new() }
    }

    /// Returns true if it is in a bucket.
    pub(super) fn is_remote(&self) -> bool {
        matches!(self.stored, Stored::Bucket(_))
    }

    /// Returns the number of files that are best read in parallel: a bucket answers many requests while one waits.
    pub(super) fn readers(&self) -> usize {
        match self.stored {
            Stored::Folder(_) => cores(),
            Stored::Bucket(_) => READERS.into(),
        }
    }

    /// Returns the sessions of a part, or all.
    pub(super) fn of_shard(&self, shard: Option<Shard>) -> Arc<Vec<StorePath>> {
        let Some(shard) = shard else { return Arc::clone(&self.sessions) };
        Arc::new(self.sessions.iter().filter(|folder| shard.has(folder.as_str())).cloned().collect())
    }

    /// Returns the archive in a folder, without looking for its sessions.
    pub(super) fn at(root: PathBuf, context: &Context) -> Self {
        Self::new(root, false, context)
    }

    fn new(root: PathBuf, is_whole: bool, context: &Context) -> Self {
        let stored = Stored::Folder(Arc::new(store(root.clone(), context)));
        Self { root, stored, sessions: Arc::default(), is_whole, unread: Vec::new() }
    }

    /// Returns the archive in a bucket, or one session of it.
    fn in_bucket(url: &str, context: &Context) -> Result<Self> {
        let (place, session) = shipped_place(url, context)?;
        let stored = ShippedArchive::open(place)?;
        let (names, is_whole) = match session {
            Some(session) => (vec![session], false),
            None => (stored.folders()?, true),
        };
        let sessions: Vec<StorePath> = names.iter().map(|name| StorePath::name(name)).collect();
        // Whatever else a bucket holds is no session, unless something was shipped to this very place.
        if !Journal::exists(&stored)? && !stored.has_any(&sessions)? {
            let hint = "name the place that vmedia ship --to was given, or a session in it";
            return Err(Error::new(ErrorKind::NotFound, format!("there is no archived session in {url}"), hint));
        }
        Ok(Self {
            root: PathBuf::from(stored.root()),
            stored: Stored::Bucket(Arc::new(stored)),
            sessions: Arc::new(sessions),
            is_whole,
            unread: Vec::new(),
        })
    }
}

/// Returns the archives at these paths; without a path, those in the folder that a download would write to.
pub(super) fn find_or_default(paths: &[PathBuf], context: &Context) -> Result<Vec<Archive>> {
    if paths.is_empty() { find(&[context.resolver()?.output(None).value], context) } else { find(paths, context) }
}

/// Returns the archive in a folder that holds the sessions.
pub(super) fn find_at(root: &Path, context: &Context) -> Result<Archive> {
    let found = find(&[root.to_owned()], context)?.into_iter().find(|archive| archive.root == root);
    found.ok_or_else(|| {
        let hint = "name the folder that holds the sessions, with --archive or in the profile (output)";
        Error::new(ErrorKind::Local, format!("{} is no archive", root.display()), hint)
    })
}

/// Returns the folders of these sessions.
pub(super) fn named(store: &dyn Store, ids: &[SessionId]) -> Result<Vec<StorePath>> {
    let mut folders = Vec::new();
    for id in ids {
        let folder = SessionArchive::folder_of(id);
        if !is_bag(store, &folder)? {
            let what = format!("the archive {} has no session {id}", store.root());
            return Err(Error::new(ErrorKind::NotFound, what, "check the id, and the archive named with --archive"));
        }
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    Ok(folders)
}

/// Returns the archives at these paths, each once. A path is a session's folder, an archive, or a folder with archives in it.
pub(super) fn find(paths: &[PathBuf], context: &Context) -> Result<Vec<Archive>> {
    let mut found: Vec<Archive> = Vec::new();
    for path in paths {
        let here = match path.to_str().filter(|text| Place::is_url(text)) {
            Some(url) => vec![Archive::in_bucket(url, context)?],
            None => find_one(path, context)?,
        };
        if here.is_empty() {
            return Err(Error::new(ErrorKind::Local, format!("there is no archived session in {}", path.display()), WHAT_TO_NAME));
        }
        for archive in here {
            match found.iter_mut().find(|known| known.root == archive.root) {
                Some(known) => {
                    known.is_whole |= archive.is_whole;
                    let sessions = Arc::make_mut(&mut known.sessions);
                    sessions.extend(archive.sessions.iter().cloned());
                    sessions.sort();
                    sessions.dedup();
                }
                None => found.push(archive),
            }
        }
    }
    Ok(found)
}

fn find_one(path: &Path, context: &Context) -> Result<Vec<Archive>> {
    let unreadable =
        |error: std::io::Error| Error::new(ErrorKind::Local, format!("cannot read {}: {}", path.display(), plain(&error)), WHAT_TO_NAME);
    // `.` and `..` have no name of their own.
    let named = if path.file_name().is_some() { path.to_owned() } else { as_written(path.canonicalize().map_err(unreadable)?) };
    if let (Some(parent), Some(name)) = (named.parent(), named.file_name()) {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let name = name.to_string_lossy();
        let here = Archive::new(parent.to_owned(), false, context);
        let (folder, store) = (StorePath::name(&name), here.stored.read());
        if is_bag(store.as_ref(), &folder)? {
            return Ok(vec![Archive { sessions: Arc::new(vec![folder]), ..here }]);
        }
        // A shell's `archive/*` names the journal and the catalog's page too, and they mean the archive as a whole: `*` cannot
        // name a session that was deleted.
        if (name == JOURNAL_FOLDER || name == KEYS_FOLDER || name == PAGE) && Journal::exists(store.as_ref())? {
            return Ok(vec![Archive { is_whole: true, ..here }]);
        }
    }
    if !std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Err(Error::new(ErrorKind::Local, format!("{} is not a folder", path.display()), WHAT_TO_NAME));
    }
    let mut found = Vec::new();
    walk(path, &mut found, context)?;
    Ok(found)
}

/// Adds the archive that a folder is, and those below it. A folder that may not be looked into, such as a disk's
/// `lost+found`, does not hide the others.
fn walk(folder: &Path, found: &mut Vec<Archive>, context: &Context) -> Result<()> {
    let mut here = Archive::new(folder.to_owned(), true, context);
    let store = Arc::clone(here.stored.folder()?);
    let (mut sessions, mut below, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    for name in store.folders()?.into_iter().filter(|name| name != JOURNAL_FOLDER && name != KEYS_FOLDER) {
        let path = StorePath::name(&name);
        match is_bag(store.as_ref(), &path) {
            Ok(true) => sessions.push(path),
            Ok(false) => here.unread.extend(walk(&folder.join(name), &mut below, context).err().map(|error| error.what().to_owned())),
            Err(error) => closed.push((name, Some(error.what().to_owned()))),
        }
    }
    closed.extend(store.links()?.into_iter().map(|name| (name, None)));
    if !closed.is_empty() {
        // A session of the journal; report that it cannot be checked.
        let scope = Scope::folders(closed.iter().map(|(name, _)| name.as_str()));
        let chain = Chain::read(store.as_ref(), &scope, &[], &mut |_| Ok(())).unwrap_or_default();
        let (known, others): (Vec<_>, Vec<_>) = closed.into_iter().partition(|(name, _)| chain.knows(name));
        sessions.extend(known.into_iter().map(|(name, _)| StorePath::name(&name)));
        sessions.sort();
        here.unread.extend(others.into_iter().filter_map(|(_, reason)| reason));
    }
    here.sessions = Arc::new(sessions);
    // An archive whose sessions were all deleted still has its journal.
    if !here.sessions.is_empty() || !here.unread.is_empty() || Journal::exists(store.as_ref())? {
        found.push(here);
    }
    found.extend(below);
    Ok(())
}
