//! What the place has of a session that is not here: a worker with an empty disk must not fetch it from the provider again. Must not write.

use super::Shipper;
use super::bag::Bag;
use super::versions::Versions;
use crate::erasure::{self, Certificate, LARGEST};
use crate::error::{Error, ErrorKind, Result, quote};
use crate::layout::{RECORD, session_folder};
use crate::model::SessionId;
use crate::needs_refetch::has_other_size;
use crate::session::{Wanted, is_complete};
use crate::store::StorePath;
use crate::text::day;

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
        self.certificate_there(&folder)
    }

    /// Fails if a session was erased by order in the place, unless an order of this archive permits it.
    pub(super) fn refuse_erased(&self, bag: &Bag) -> Result<()> {
        let (folder, session) = (&bag.folder, &bag.record.session);
        if !self.erased.contains(folder.as_str()) {
            return Ok(());
        }
        let is_permitted = Certificate::of(self.store.as_ref(), session)?.is_some_and(|own| !own.forbids());
        let Some(erased) = self.certificate_there(folder)?.filter(|_| !is_permitted) else { return Ok(()) };
        let (on, authority) = (day(erased.erased.unwrap_or(erased.begun)), quote(&erased.facts.authority));
        let what = format!("session {session} was not shipped: it was erased there on {on} ({authority})");
        let hint = "erase it here, too, with `vmedia erase`, or archive it again by order with `vmedia download --again`";
        Err(Error::new(ErrorKind::Partial, what, hint))
    }

    /// Returns the newest certificate of a session in the place, if it forbids to archive the session.
    fn certificate_there(&self, folder: &StorePath) -> Result<Option<Certificate>> {
        let (path, mut newest) = (erasure::path(folder, None), None);
        for number in 1.. {
            let Some(bytes) = self.read_object(&super::erased::state(&path, number), LARGEST)? else { break };
            newest = Certificate::parse(&bytes);
        }
        Ok(newest.filter(Certificate::forbids))
    }
}
