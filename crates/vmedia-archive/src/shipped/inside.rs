//! The entries of a version's ZIP file. Its directory must be the very one that shipping writes of such entries, so that none of them overlap
//! or lie about their lengths, nothing is compressed, and nothing stands between them. The last bytes of the file, which hold the directory and
//! the bag's own files, are read once.

use super::ShippedArchive;
use super::index::Session;
use super::object::{Inside, Object, Packed, Tail};
use crate::error::{Error, ErrorKind, Result};
use crate::layout::RECORD;
use crate::record::LARGEST_RECORD;
use crate::ship::packed::entry_name;
use crate::store::StorePath;
use crate::zip::{self, Placed};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Number of last bytes that are kept in memory.
const TAIL: u64 = 64 * 1024;

/// Bytes of the largest directory that is read.
const LARGEST: u64 = 64 * 1024 * 1024;

impl ShippedArchive {
    /// Returns what is in the ZIP file of a session, and keeps it.
    pub(super) fn packed(&self, folder: &StorePath, session: &Session, zip: &Object) -> Result<Arc<Packed>> {
        if let Some(packed) = session.packed.get() {
            return self.ours(packed, zip);
        }
        let start = zip.bytes.saturating_sub(TAIL);
        let tail = Tail { start, bytes: self.part(zip, start, zip.bytes - start)? };
        let files = self.entries(zip, &tail)?.and_then(|entries| files(folder, zip, entries, &Arc::new(tail)));
        let is_foreign = files.is_none();
        self.ours(session.packed.get_or_init(|| Arc::new(Packed { files: files.unwrap_or_default(), is_foreign })), zip)
    }

    fn ours(&self, packed: &Arc<Packed>, zip: &Object) -> Result<Arc<Packed>> {
        if !packed.is_foreign {
            return Ok(Arc::clone(packed));
        }
        let zip = self.place.location(Some(&zip.key));
        let what = format!("{zip} is not a ZIP file as vmedia writes it: it was cut, or something else wrote it");
        Err(Error::new(ErrorKind::Damaged, what, "restore it from a backup, or look at its versions"))
    }

    /// Returns the entries of a ZIP file; `None` if it is not as shipping writes it.
    fn entries(&self, zip: &Object, tail: &Tail) -> Result<Option<Vec<Placed>>> {
        let Some(start) = zip::directory_start(&tail.bytes).filter(|start| *start < zip.bytes && zip.bytes - start <= LARGEST) else {
            return Ok(None);
        };
        Ok(match tail.from(start) {
            Some(directory) => zip::entries(directory, start),
            None => zip::entries(&self.part(zip, start, zip.bytes - start)?, start),
        })
    }

    /// Compares a ZIP file with the record beside it; returns what is wrong.
    pub(super) fn compare_packed(&self, folder: &StorePath, session: &Session, zip: &Object) -> Result<Option<&'static str>> {
        let packed = self.packed(folder, session, zip)?;
        let (beside, inside) = (session.files.get(RECORD), packed.files.get(RECORD));
        let read = |object: Option<&Object>| object.map(|object| self.bytes(std::slice::from_ref(object), LARGEST_RECORD)).transpose();
        Ok((read(beside)? != read(inside)?).then_some("its archive.json is not the one beside it"))
    }

    /// Reads a part of an object.
    fn part(&self, object: &Object, from: u64, length: u64) -> Result<Vec<u8>> {
        let object = std::slice::from_ref(object);
        let location = || object.first().map(|object| self.place.location(Some(&object.key))).unwrap_or_default();
        self.collect(self.stream(object, from, length), length, &location)
    }
}

/// Returns the files of a ZIP file; `None` if a name leads out of the session's folder.
fn files(folder: &StorePath, zip: &Object, entries: Vec<Placed>, tail: &Arc<Tail>) -> Option<BTreeMap<String, Object>> {
    let file = |(entry, at): Placed| {
        let path = StorePath::parse(&entry.name)?.below(folder)?.to_owned();
        let is_plain = entry.name == entry_name(folder, &path) && !path.contains(char::is_control);
        let (bytes, inside) = (entry.bytes, Some(Arc::new(Inside { at, entry, tail: Arc::clone(tail) })));
        is_plain.then(|| (path, Object { bytes, inside, ..zip.clone() }))
    };
    entries.into_iter().map(file).collect()
}
