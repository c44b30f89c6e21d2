//! Finds the one archived session that a person means: by its id, the beginning of its id, or its folder.
//!
//! Must not quote what was typed: it may be a name, and errors are logged.

use super::Context;
use super::archives::{Archive, find};
use super::services::must_be_folder;
use crate::archive::verify::is_bag;
use crate::archive::{Certificate, RECORD, SessionArchive};
use crate::cli::HeldArguments;
use crate::error::{Error, ErrorKind, Result};
use crate::model::SessionId;
use crate::store::{LocalStore, ReadStore, StorePath};
use crate::text::{day, plural};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most ids that an error lists.
const LISTED: usize = 3;

/// A session in an archive.
pub(super) struct OneSession {
    pub(super) store: Arc<LocalStore>,
    /// The archive's folder.
    pub(super) root: PathBuf,
    /// The session's folder in it.
    pub(super) folder: StorePath,
}

impl OneSession {
    /// Returns the session that the arguments name.
    pub(super) fn of(held: &HeldArguments, context: &Context) -> Result<Self> {
        let path = held.session.as_path();
        if held.archive.is_none() && is_path(path) {
            return Self::at(path, context);
        }
        let root = held.archive.clone().map_or_else(|| context.resolver().map(|resolver| resolver.output(None).value), Ok)?;
        must_be_folder(&root)?;
        if !std::fs::metadata(&root).is_ok_and(|root| root.is_dir()) {
            let what = format!("there is no archive at {}", root.display());
            return Err(Error::new(ErrorKind::Local, what, "name the archive with --archive DIR, or its folder as `output` of a profile"));
        }
        let typed = path.to_str().ok_or_else(not_found)?;
        let id = SessionId::parse(typed).ok();
        let named = id.as_ref().map(SessionArchive::folder_of);
        // The usual case, without reading the names of all sessions.
        let store = Arc::clone(Archive::at(root.clone(), context).stored.folder()?);
        if let Some(folder) = named.clone().filter(|folder| is_bag(store.as_ref(), folder).unwrap_or(false)) {
            return Ok(Self { store, root, folder });
        }
        if let Some(id) = &id
            && let Some(certificate) = Certificate::of(store.as_ref(), id)?
        {
            return Err(erased(&certificate, store.as_ref()));
        }
        Self::beginning(named.as_ref().map_or(typed, StorePath::as_str), &typed.to_ascii_lowercase(), &root, context)
    }

    /// Returns the session of a folder.
    fn at(path: &Path, context: &Context) -> Result<Self> {
        let archives = find(&[path.to_owned()], context)?;
        match &archives[..] {
            [Archive { stored, root, sessions, is_whole: false, .. }] if sessions.len() == 1 => {
                let folder = sessions.first().cloned().ok_or_else(not_found)?;
                Ok(Self { store: Arc::clone(stored.folder()?), root: root.clone(), folder })
            }
            _ => Err(Error::usage(
                format!("{} is an archive and not the folder of a session", path.display()),
                "name a session with --archive DIR; vmedia catalog lists those of an archive",
            )),
        }
    }

    /// Returns the session of an archive, or of those in it, whose folder begins with one of two texts.
    fn beginning(name: &str, other: &str, root: &Path, context: &Context) -> Result<Self> {
        let archives = find(&[root.to_owned()], context)?;
        let mut found: Vec<(&Archive, &StorePath)> = Vec::new();
        for archive in &archives {
            let begins = |folder: &&StorePath| folder.as_str().starts_with(name) || folder.as_str().starts_with(other);
            found.extend(archive.sessions.iter().filter(begins).map(|folder| (archive, folder)));
        }
        let exact: Vec<_> = found.iter().copied().filter(|(_, folder)| folder.as_str() == name || folder.as_str() == other).collect();
        let meant = if exact.is_empty() { found } else { exact };
        match meant[..] {
            [] => Err(not_found()),
            [(archive, folder)] => {
                Ok(Self { store: Arc::clone(archive.stored.folder()?), root: archive.root.clone(), folder: folder.clone() })
            }
            _ => {
                let ids: Vec<&str> = meant.iter().take(LISTED).map(|(_, folder)| folder.as_str()).collect();
                let rest = if meant.len() > LISTED { ", ..." } else { "" };
                let what = format!("{} begin with this", plural(meant.len() as u64, "archived session"));
                Err(Error::usage(what, format!("type more of the id: {}{rest}", ids.join(", "))))
            }
        }
    }

    /// Returns the path of one of the session's files, from the archive's folder.
    pub(super) fn location(&self, name: &str) -> PathBuf {
        PathBuf::from(self.store.location(&self.folder.join(name)))
    }
}

/// Returns whether a text is a path: it has several parts, or is the folder of a session here.
fn is_path(path: &Path) -> bool {
    path.components().count() != 1 || path.file_name().is_none() || path.join(RECORD).is_file()
}

fn erased(certificate: &Certificate, store: &LocalStore) -> Error {
    let when = certificate.erased.map_or_else(|| "is being erased".to_owned(), |at| format!("was erased on {}", day(at)));
    let what = format!("this session {when} ({})", certificate.facts.authority);
    Error::new(ErrorKind::NotFound, what, format!("its certificate is {}", store.location(&certificate.page())))
}

fn not_found() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "no archived session has this id or an id that begins with it",
        "vmedia find TEXT searches references, names and ids; --archive DIR names another archive",
    )
}
