//! A folder of webhook bodies (`--from DIR`): reads the ids of each file, and moves it to `done` once its sessions need no further run.
//!
//! Hidden files are not read: a receiver writes a body under such a name, and renames it when it is whole.

use crate::config::{Identifiers, ListError, Rejected};
use crate::engine::Event;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::model::SessionId;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

/// The folder of the files that are done with.
const DONE: &str = "done";
/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

pub(super) struct Spool {
    folder: PathBuf,
    bodies: Vec<Body>,
    /// Number of files that are not used.
    rejected: u64,
}

/// A file, as it was when it was read.
struct Body {
    name: OsString,
    bytes: Vec<u8>,
    sessions: Vec<SessionId>,
}

impl Spool {
    /// Reads the files of a folder in the order of their names, and adds their ids.
    pub(super) fn read(folder: &Path, identifiers: &mut Identifiers) -> Result<Self> {
        let mut spool = Self { folder: folder.to_owned(), bodies: Vec::new(), rejected: 0 };
        let names = names(folder).map_err(|error| {
            let what = format!("cannot read the folder {}: {}", folder.display(), plain(&error));
            Error::usage(what, "name a readable folder or file with --from").caused_by(error)
        })?;
        for name in names {
            match read_body(folder, &name) {
                Ok(body) => {
                    body.sessions.iter().for_each(|session| identifiers.add(session.clone()));
                    spool.bodies.push(body);
                }
                Err(reason) => {
                    spool.rejected += 1;
                    identifiers.rejected.push(Rejected::File(name.to_string_lossy().into_owned(), reason));
                }
            }
        }
        Ok(spool)
    }

    /// Moves the files whose sessions need no further run; returns the event that says so, unless there was no file.
    pub(super) fn close(&self, is_settled: &dyn Fn(&SessionId) -> bool) -> Result<Option<Event>> {
        let done = self.folder.join(DONE);
        let (mut known, mut moved) = (HashMap::new(), 0);
        for body in &self.bodies {
            let is_done = body.sessions.iter().all(|session| *known.entry(session).or_insert_with(|| is_settled(session)));
            if is_done {
                moved += u64::from(self.put_away(body, &done).map_err(|error| {
                    let what = format!("cannot move {} to {}: {}", body.name.display(), done.display(), plain(&error));
                    let hint = "make done a folder, and let this account write both folders; its sessions are archived";
                    Error::new(ErrorKind::Local, what, hint).caused_by(error)
                })?);
            }
        }
        let left = self.bodies.len() as u64 - moved + self.rejected;
        let folder = done.display().to_string();
        Ok((moved + left > 0).then_some(Event::FilesMoved { folder, moved, left }))
    }

    /// Moves a file; returns false for one that another program has changed or moved since it was read.
    #[expect(clippy::disallowed_methods, reason = "webhooks are no part of an archive")]
    fn put_away(&self, body: &Body, done: &Path) -> io::Result<bool> {
        let path = self.folder.join(&body.name);
        if crate::input::read(&path, LARGEST).ok().as_ref() != Some(&body.bytes) {
            return Ok(false);
        }
        std::fs::create_dir(done).or_else(|error| if done.is_dir() { Ok(()) } else { Err(error) })?;
        std::fs::rename(path, free_name(done, &body.name))?;
        Ok(true)
    }
}

/// Returns the names of the files that are not hidden.
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.as_encoded_bytes().starts_with(b".") && !entry.file_type()?.is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Reads a file, or returns why it is not used. A single id that is none keeps a file from being done with, so the whole of it is refused.
fn read_body(folder: &Path, name: &OsStr) -> std::result::Result<Body, String> {
    let path = folder.join(name);
    let is_file = std::fs::symlink_metadata(&path).map_err(|error| plain(&error))?.is_file();
    if !is_file {
        return Err("it is no regular file".to_owned());
    }
    let bytes = crate::input::read(&path, LARGEST).map_err(|error| plain(&error))?;
    let mut found = Identifiers::default();
    found.add_list(&bytes[..]).map_err(|error| match error {
        ListError::Read(error) => plain(&error),
        ListError::NoColumn => "none of its columns is known to hold session ids".to_owned(),
        ListError::SeveralColumns => "several of its columns may hold session ids".to_owned(),
    })?;
    match found.rejected.first() {
        Some(Rejected::Line(line, reason)) => Err(format!("line {line}: {reason}")),
        Some(Rejected::File(_, reason) | Rejected::Argument(_, reason)) => Err(reason.clone()),
        None if found.sessions.is_empty() => Err("it holds no session id".to_owned()),
        None => Ok(Body { name: name.to_owned(), bytes, sessions: found.sessions }),
    }
}

/// Returns the path for a file of this name, with a number where another has the name.
fn free_name(done: &Path, name: &OsStr) -> PathBuf {
    let mut path = done.join(name);
    let mut number = 1_u64;
    while std::fs::symlink_metadata(&path).is_ok() {
        number += 1;
        let mut numbered = name.to_owned();
        numbered.push(format!(".{number}"));
        path = done.join(numbered);
    }
    path
}
