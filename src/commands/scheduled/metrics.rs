//! Puts a run's numbers where a collector finds them: a file that is replaced in one step, so that nobody reads half of it.
//!
//! Must not know the numbers.

use crate::error::plain;
use crate::report::{Summary, exposition};
use std::io::{Read, Write};
use std::path::Path;

/// No exposition of ours is that large.
const LARGEST: u64 = 1024 * 1024;

/// Writes them; else why that was not possible.
pub(super) fn write(path: &Path, summary: &Summary) -> Result<(), String> {
    let failed = |reason: &str| format!("the metrics file {} was not written: {reason}", path.display());
    // A file takes the place of what has its name; a device or a pipe must not lose its own.
    if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(failed("it is no regular file"));
    }
    let before = read(path).unwrap_or_default();
    replace(path, &exposition(summary, &before)).map_err(|error| failed(&plain(&error)))
}

/// What stands there. Where that cannot be read, the moment of the last success is lost and nothing else.
fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
    Ok(text)
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // The collector reads what ends with `.prom`, and would read a file that is being written.
    let mut file = tempfile::Builder::new().prefix(".vmedia-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    // It runs as another user, and nothing here is private.
    #[cfg(unix)]
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
