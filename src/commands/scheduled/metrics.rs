//! Writes the metrics file, which is replaced in one step.

use crate::archive::must_be_outside;
use crate::error::plain;
use crate::report::{Summary, exposition};
use crate::store::{Readers, is_in_the_way, replace};
use std::io::Read;
use std::path::Path;

/// The largest metrics file that is read.
const LARGEST: u64 = 1024 * 1024;

/// Writes the file; returns why that failed.
pub(super) fn write(path: &Path, summary: &Summary) -> Result<(), String> {
    let failed = |reason: &str| format!("the metrics file {} was not written: {reason}", path.display());
    must_be_outside("--metrics-file", path).map_err(|error| failed(error.what()))?;
    if is_in_the_way(path) {
        return Err(failed("it is not a regular file"));
    }
    let before = read(path).unwrap_or_default();
    // The collector runs as another user, and nothing here is private.
    replace(path, exposition(summary, &before).as_bytes(), Readers::All).map_err(|error| failed(&plain(&error)))
}

/// Reads the file of the last run. If that fails, only the time of the last success is lost.
fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
    Ok(text)
}
