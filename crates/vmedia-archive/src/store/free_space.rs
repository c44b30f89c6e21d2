//! Finds out whether files can be written to a folder and how many, and leaves nothing behind.

use super::durable;
use super::files::io_error;
use crate::error::{self, Error, Result};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The number of bytes that are written as a trial.
const TRIAL: usize = 64 * 1024;

/// The free space of a folder.
#[derive(Debug)]
pub struct FreeSpace {
    /// True if the folder exists.
    pub exists: bool,
    /// Bytes that this user may still write there.
    pub available: u64,
}

/// Writes and removes a nameless file in the folder, or in the nearest one above it that exists.
pub fn free_space(folder: &Path) -> Result<FreeSpace> {
    let there = nearest(folder)?;
    let trial = || -> io::Result<()> {
        let mut file = tempfile::tempfile_in(&there)?;
        file.write_all(&[0; TRIAL])?;
        durable::sync(&file)
    };
    trial().map_err(|error| io_error("write into", &there, error))?;
    let available = fs4::available_space(&there).map_err(|error| io_error("ask for the free space of", &there, error))?;
    Ok(FreeSpace { exists: folder.is_dir(), available })
}

/// Returns the folder, or the nearest one above it that exists.
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
    use super::free_space;

    #[test]
    fn a_folder_is_looked_at_without_making_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let look = |below: &str| free_space(&folder.path().join(below));
        assert!(look("").is_ok_and(|found| found.exists && found.available > 0));
        assert!(look("a/b/c").is_ok_and(|found| !found.exists && found.available > 0));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        let file = tempfile::NamedTempFile::new_in(folder.path()).expect("a file");
        for taken in [file.path().to_owned(), file.path().join("below")] {
            assert_eq!(free_space(&taken).expect_err("a file is no folder").kind(), crate::error::ErrorKind::Local);
        }
    }
}
