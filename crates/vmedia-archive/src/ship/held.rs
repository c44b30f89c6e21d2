//! What the place has of a session that is not here: a worker with an empty disk must not fetch it from the provider again. Must not write.

use super::Shipper;
use super::versions::Versions;
use crate::erasure::{self, Certificate, LARGEST};
use crate::error::Result;
use crate::layout::{RECORD, session_folder};
use crate::model::SessionId;
use crate::needs_refetch::has_other_size;
use crate::session::{Wanted, is_complete};

impl Shipper {
    /// Returns the number of media files of a session that the place has completely and this archive has not at all; `None` for others.
    ///
    /// # Errors
    /// The archive cannot be read, or the place is unavailable.
    pub fn complete(&self, session: &SessionId, wanted: &Wanted<'_>) -> Result<Option<u64>> {
        let folder = session_folder(session);
        if self.store.length(&folder.join(RECORD))?.is_some() {
            return Ok(None);
        }
        let versions = Versions::read(self.place.as_ref(), &folder)?;
        let Some(number) = versions.finished().next_back() else { return Ok(None) };
        let Some(record) = self.record_of(&folder, number)? else { return Ok(None) };
        is_complete(&record, session, wanted, &|media| {
            // A ZIP file was made of the bag that its record describes.
            if versions.is_packed(number) {
                return Ok(!has_other_size(media, media.size));
            }
            let is_there = |path: &str, bytes: u64| versions.finished().any(|of| of <= number && versions.length(of, path) == Some(bytes));
            Ok(!has_other_size(media, media.size) && media.present().all(|file| is_there(&file.path, file.digest.bytes)))
        })
    }

    /// Returns the certificate of a session that another archive erased by order, unless it may be archived again.
    ///
    /// # Errors
    /// The archive cannot be read, or the place is unavailable.
    pub fn certificate(&self, session: &SessionId) -> Result<Option<Certificate>> {
        let folder = session_folder(session);
        if self.store.length(&folder.join(RECORD))?.is_some() {
            return Ok(None);
        }
        let (path, mut newest) = (erasure::path(&folder, None), None);
        for number in 1.. {
            let Some(bytes) = self.read_object(&super::erased::state(&path, number), LARGEST)? else { break };
            newest = Certificate::parse(&bytes);
        }
        Ok(newest.filter(Certificate::forbids))
    }
}
