//! Compares the checkpoints of a journal with their segments. Must not look at seals.

use crate::error::plain;
use crate::journal::{CHECKPOINT, Checkpoint, LARGEST_CHECKPOINT};
use crate::store::{ReadStore, StorePath};
use std::collections::BTreeMap;

/// The checkpoints of a journal, by the names of their segments.
#[derive(Debug, Default)]
pub(super) struct Checkpoints(BTreeMap<String, CheckpointFile>);

/// A checkpoint as it stands in the archive.
#[derive(Debug)]
pub(super) struct CheckpointFile {
    pub(super) text: Vec<u8>,
    /// The reason why nothing that is said of it holds for its segment, if there is one.
    pub(super) misfit: Option<String>,
}

impl Checkpoints {
    /// Reads a checkpoint and compares it with its segment. `tree` is the number of lines and the root of a segment that was not read as a
    /// whole.
    pub(super) fn add(&mut self, store: &dyn ReadStore, folder: &StorePath, segment: &str, tree: Option<&(u64, [u8; 32])>) {
        let file = match store.read(&folder.join(&format!("{segment}{CHECKPOINT}")), LARGEST_CHECKPOINT) {
            Ok(Some(text)) if tree.is_some_and(|tree| Checkpoint::has_tree(&text, segment, tree)) => CheckpointFile { text, misfit: None },
            Ok(Some(text)) => CheckpointFile { misfit: misfit(store, folder, segment, &text), text },
            Ok(None) => return,
            Err(error) => CheckpointFile { text: Vec::new(), misfit: Some(format!("cannot be checked: {}", error.what())) },
        };
        self.0.insert(segment.to_owned(), file);
    }

    /// Returns the checkpoint of a segment.
    pub(super) fn get(&self, segment: &str) -> Option<&CheckpointFile> {
        self.0.get(segment)
    }

    /// Returns those that are not what they have to be: the name, and the reason.
    pub(super) fn misfits(&self) -> impl Iterator<Item = (String, &str)> {
        self.0.iter().filter_map(|(segment, file)| Some((format!("{segment}{CHECKPOINT}"), file.misfit.as_deref()?)))
    }
}

fn misfit(store: &dyn ReadStore, folder: &StorePath, segment: &str, text: &[u8]) -> Option<String> {
    let stream = match store.open(&folder.join(segment)) {
        Ok(Some(stream)) => stream,
        Ok(None) => return Some("seals a segment that is not here".to_owned()),
        Err(error) => return Some(format!("cannot be checked: {}", error.what())),
    };
    match Checkpoint::of(segment, stream) {
        Ok(checkpoint) => checkpoint.compare(text).err().map(|misfit| format!("does not fit its segment: {misfit}")),
        Err(error) => Some(format!("cannot be checked: {}", plain(&error))),
    }
}
