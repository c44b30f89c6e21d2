//! The files that commands write outside of the archive (`-o`). Must not write them.

use crate::archive::must_be_outside;
use crate::error::{Error, Result};
use std::path::Path;

/// Refuses the file of `-o` if it lies in an archive's own folders, or exists; `rule` says why that matters.
pub(super) fn must_be_new(path: &Path, rule: &str) -> Result<()> {
    must_be_outside("-o", path)?;
    if path.symlink_metadata().is_ok() {
        return Err(Error::usage(format!("{} exists, and {rule}", path.display()), "name a new file with -o"));
    }
    Ok(())
}
