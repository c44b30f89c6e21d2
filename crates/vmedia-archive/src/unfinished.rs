//! Tells what the pending file of a session is about, for those who do not finish it. Must not recover anything.

use crate::error::Result;
use crate::layout::MARKER;
use crate::record::LARGEST_RECORD;
use crate::store::{ReadStore, StorePath};
use serde::Deserialize;

/// What a run that was killed had begun, or one that is at work has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfinished {
    /// A change that has announced no file.
    Begun,
    /// An encryption of the whole session.
    Encryption,
    /// Any other change.
    Change,
}

/// The word of a line.
#[derive(Deserialize)]
struct Begun {
    line: String,
}

/// Reads the pending file of a session; `None` if there is none.
pub(crate) fn unfinished(store: &dyn ReadStore, folder: &StorePath) -> Result<Option<Unfinished>> {
    let Some(left) = store.read(&folder.join(MARKER), LARGEST_RECORD)? else { return Ok(None) };
    let words = left.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice::<Begun>(line).ok());
    let words: Vec<String> = words.map(|begun| begun.line).collect();
    let is_encryption = words.iter().any(|word| word == "encrypting");
    let has_announced = words.iter().any(|word| word != "began");
    Ok(Some(match (is_encryption, has_announced) {
        (true, _) => Unfinished::Encryption,
        (false, true) => Unfinished::Change,
        (false, false) => Unfinished::Begun,
    }))
}
