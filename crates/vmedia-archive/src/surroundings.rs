//! Keeps other files out of session folders, where every file belongs to the bag, and out of the journal and the certificates.
//!
//! Tests names alone: the session may be damaged.

use crate::cipher;
use crate::erasure;
use crate::error::{Error, Result};
use crate::journal::FOLDER;
use crate::layout::{DECLARATION, MANIFEST, MARKER, RECORD};
use crate::text::as_written;
use std::path::Path;

/// Refuses to write a path that lies in a session folder or a journal. `flag` names it in the error.
pub fn must_be_outside(flag: &str, path: &Path) -> Result<()> {
    // The path, or the nearest above it that is there, without links.
    let nearest = std::path::absolute(path).ok().and_then(|path| path.ancestors().find_map(|above| above.canonicalize().ok()));
    let nearest = nearest.map(as_written);
    let Some(folder) = nearest.iter().flat_map(|path| path.ancestors()).find(|folder| is_closed(folder)) else { return Ok(()) };
    let what = format!("{flag} {} would write into {}, and change what is archived there", path.display(), folder.display());
    Err(Error::usage(what, "name a place outside of the folders of sessions, of the journal, of the keys and of the certificates"))
}

fn is_closed(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).is_file();
    let is_session = has(DECLARATION) || has(MARKER) || has(RECORD) && has(MANIFEST);
    let is_ours = |name: &std::ffi::OsStr| [FOLDER, erasure::FOLDER, cipher::FOLDER].iter().any(|ours| name == *ours);
    is_session || folder.file_name().is_some_and(is_ours) && folder.is_dir()
}
