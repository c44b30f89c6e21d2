//! What follows from archived files: facts, the content of chips, and the portraits that are copied out of them.
//!
//! Reads files only with the bytes that the record vouches for. Must not change any of them.

use super::SessionArchive;
use crate::chip::{self, ChipRecord};
use crate::error::Result;
use crate::model::{Fact, Kind, MediaItem};
use crate::record::{FileRecord, MediaRecord};
use crate::store::{Digest, StorePath};

/// The largest media file that is read for facts, in bytes.
const LARGEST_FACTS: u64 = 1024 * 1024;

impl SessionArchive {
    /// Records what the media files of which `states` is true state about the session. `facts` reads one, which is named by its group
    /// and context.
    pub fn learn_from_media(&mut self, states: &dyn Fn(&MediaItem) -> bool, facts: &dyn Fn(&str, &[u8]) -> Vec<Fact>) -> Result<()> {
        let mut learned = Vec::new();
        for medium in self.revision.record.media.iter().filter(|medium| states(&medium.item())) {
            let Some(file) = newest(medium).filter(|file| file.digest.bytes <= LARGEST_FACTS) else { continue };
            let Some(bytes) = self.intact(&self.folder.join(&file.path), &file.digest)? else { continue };
            let name = medium.fact_name();
            learned.push((facts(&name, &bytes), name));
        }
        learned.into_iter().for_each(|(facts, name)| self.revision.learn(&name, facts.into_iter()));
        Ok(())
    }

    /// Records what the chips hold of which it is not recorded yet.
    pub(super) fn decode_chips(&mut self) -> Result<()> {
        let is_chip = |medium: &&MediaRecord| medium.kind == Kind::Nfc && medium.state.newer().is_none();
        let files = self.revision.record.media.iter().filter(is_chip).flat_map(|medium| medium.present().map(move |file| (medium, file)));
        let mut decoded = Vec::new();
        for (medium, file) in
            files.filter(|(_, file)| file.chip.is_none() && file.encrypted.is_none() && file.digest.bytes <= chip::LARGEST)
        {
            let bytes = self.intact(&self.folder.join(&file.path), &file.digest)?;
            let chip = bytes.and_then(|bytes| ChipRecord::read(&bytes));
            decoded.extend(chip.map(|chip| (medium.id.clone(), file.path.clone(), chip.of_file(&file.path))));
        }
        for (id, path, chip) in decoded {
            if let Some(file) = self.revision.file_mut(&id, &path) {
                file.chip = Some(Box::new(chip));
            }
        }
        Ok(())
    }

    /// Returns the portraits that are not in the folder, copied out of their files again. One whose file is gone cannot be.
    pub(super) fn lacking_portraits(&self) -> Result<Vec<(StorePath, Vec<u8>)>> {
        let mut lacking = Vec::new();
        for (file, portrait) in self.revision.record.portraits() {
            let path = self.folder.join(&portrait.path);
            if self.intact(&path, &portrait.digest)?.is_some() {
                continue;
            }
            let source = self.intact(&self.folder.join(&file.path), &file.digest)?;
            let image = source.and_then(|bytes| ChipRecord::portrait_file(&bytes));
            lacking.extend(image.filter(|image| Digest::of(image) == portrait.digest).map(|image| (path, image)));
        }
        Ok(lacking)
    }

    /// Reads a file, unless it does not have this digest.
    fn intact(&self, path: &StorePath, digest: &Digest) -> Result<Option<Vec<u8>>> {
        if self.store.length(path)? != Some(digest.bytes) {
            return Ok(None);
        }
        Ok(self.store.read(path, digest.bytes)?.filter(|bytes| Digest::of(bytes) == *digest))
    }
}

/// Returns the newest file of a media file, unless a newer version settled that, or it is encrypted.
fn newest(medium: &MediaRecord) -> Option<&FileRecord> {
    medium.present().last().filter(|file| medium.state.newer().is_none() && file.encrypted.is_none())
}
