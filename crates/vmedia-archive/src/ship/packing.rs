//! Sends a bag as one ZIP file.

use super::packed::Packed;
use super::upload::{Packing, Upload};
use super::{Shipper, confirm, versions};
use crate::error::{ErrorKind, Result};
use crate::layout::PACKED;
use crate::objects::{Creation, ObjectStore};

impl Shipper {
    /// Returns the place as large objects are created in it.
    pub(super) fn large(&self) -> &dyn ObjectStore {
        self.zips.as_ref().unwrap_or(&self.place).as_ref()
    }

    /// Sends a bag as a ZIP file, unless that is there.
    pub(super) fn pack(&self, upload: &Upload, packing: &Packing, sent: &(dyn Fn(i64) + Sync)) -> Result<()> {
        let read = || Packed::read(&self.store, &upload.folder, &packing.files);
        let (packed, key) = (read()?, versions::key(&upload.folder, upload.number, PACKED));
        let created = if packing.is_there {
            Creation::Taken
        } else {
            // A file that changed meanwhile is the reason why the store refuses the whole.
            self.large().create(&key, &|| packed.open(), &packed.digest, sent).map_err(|error| match error.kind() {
                ErrorKind::Damaged => read().err().unwrap_or(error),
                _ => error,
            })?
        };
        let (version, bytes) = match created {
            Creation::Created { version } => (version, packed.digest.bytes),
            Creation::Taken => (confirm(self.place.as_ref(), &key, &packed.digest)?, 0),
        };
        upload.add(upload.number, PACKED, &packed.digest.sha256, version, bytes);
        Ok(())
    }
}
