//! Whether a folder could take an archive: looked at without leaving anything behind.
//!
//! Must not know what an archive is.

use super::files::io_error;
use crate::error::{self, Error, Result};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How much is written to see whether the disk takes it, in bytes.
const TRIAL: usize = 64 * 1024;

/// What a folder offers.
#[derive(Debug)]
pub struct Room {
    /// Whether it is there already.
    pub exists: bool,
    /// How many bytes this user may still write there.
    pub available: u64,
}

/// Writes and removes a nameless file in the folder, or in the nearest folder above that there is.
pub fn room(folder: &Path) -> Result<Room> {
    let there = nearest(folder)?;
    let trial = || -> io::Result<()> {
        let mut file = tempfile::tempfile_in(&there)?;
        file.write_all(&[0; TRIAL])?;
        file.sync_all()
    };
    trial().map_err(|error| io_error("write into", &there, error))?;
    let available = fs4::available_space(&there).map_err(|error| io_error("ask for the free space of", &there, error))?;
    Ok(Room { exists: folder.is_dir(), available })
}

/// The folder itself, or the nearest above it that is there.
fn nearest(folder: &Path) -> Result<PathBuf> {
    for path in folder.ancestors() {
        // The last of a relative path's ancestors has no name: it is where the program runs.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => return Ok(path.to_owned()),
            Ok(_) => return Err(io_error("make the folder", folder, ErrorKind::NotADirectory.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io_error("look into", path, error)),
        }
    }
    let hint = "choose a folder on a disk that is there with -o";
    Err(Error::new(error::ErrorKind::Local, format!("nothing of {} is there", folder.display()), hint))
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn a_folder_is_looked_at_without_making_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let room_of = |below: &str| room(&folder.path().join(below));
        assert!(room_of("").is_ok_and(|room| room.exists && room.available > 0));
        assert!(room_of("a/b/c").is_ok_and(|room| !room.exists && room.available > 0));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        let file = tempfile::NamedTempFile::new_in(folder.path()).expect("a file");
        for taken in [file.path().to_owned(), file.path().join("below")] {
            assert_eq!(room(&taken).expect_err("a file is no folder").kind(), crate::error::ErrorKind::Local);
        }
    }
}
