//! Files outside of archives that are written anew as a whole: lists, metrics, configuration. A program that reads one while it is
//! replaced reads the old one or the new one.

use std::io::{self, Write};
use std::path::Path;

/// The users that may read a file, where the system has such permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// All users.
    All,
}

/// Writes a file in one step, in place of one of its name.
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // Such a file is private from the beginning. Its name has no ending that a collector looks for.
    let mut file = tempfile::Builder::new().prefix(".vmedia-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    if readers == Readers::All {
        file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = readers;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Returns whether a device, a pipe or any other entry that is not a file has the name and must keep it.
pub fn is_in_the_way(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
}
