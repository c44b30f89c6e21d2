//! Reads a session's record before its folder is opened for changes. Must not change anything.

use crate::error::{Error, ErrorKind, Result};
use crate::layout::{MANIFEST, RECORD, TAG_MANIFEST};
use crate::record::{LARGEST_RECORD, Record, SCHEMA, VERSION, parse_error};
use crate::store::{ReadStore, StorePath};

/// Hint for a lost record. It alone says which files there were: a new one would forget those that are no longer listed.
const RESTORE: &str = "restore it from a backup; or move the folder away, and the session is archived anew";

/// Returns the record and its bytes.
pub(crate) fn read_record(store: &dyn ReadStore, folder: &StorePath) -> Result<Option<(Record, Vec<u8>)>> {
    let path = folder.join(RECORD);
    let Some(bytes) = store.read(&path, LARGEST_RECORD)? else { return Ok(None) };
    // Checked once, instead of for each text in it.
    let parsed = std::str::from_utf8(&bytes).map_or_else(|_| serde_json::from_slice(&bytes), serde_json::from_str);
    // The error ends this session alone.
    let record: Record = parsed.map_err(|error| {
        let what = format!("{} cannot be read: {}", store.location(&path), parse_error(&error));
        let kept = format!("keep the file, and {RESTORE}");
        let hint = if error.is_data() { format!("use the version of vmedia that wrote it; or {kept}") } else { kept };
        Error::new(ErrorKind::Damaged, what, hint)
    })?;
    if record.schema != SCHEMA || record.version > VERSION {
        let what = format!("{} was written by a newer vmedia ({})", store.location(&path), record.tool);
        return Err(Error::new(ErrorKind::Configuration, what, "install that version or a newer one"));
    }
    Ok(Some((record, bytes)))
}

/// Fails if there is a bag, which must have a record.
pub(crate) fn is_new(store: &dyn ReadStore, folder: &StorePath) -> Result<()> {
    for manifest in [MANIFEST, TAG_MANIFEST] {
        if store.length(&folder.join(manifest))?.is_some() {
            let what =
                format!("{} is missing, but {manifest} beside it says that files were archived", store.location(&folder.join(RECORD)));
            return Err(Error::new(ErrorKind::Damaged, what, RESTORE));
        }
    }
    Ok(())
}
