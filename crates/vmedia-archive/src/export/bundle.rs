//! Writes a ZIP file whose bytes follow from its entries alone.
//!
//! Must not know what the entries are.

use crate::zip::{self, Checksum, Entry};
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};

/// A ZIP file that is being written.
pub(super) struct Bundle<'a> {
    file: BufWriter<&'a File>,
    entries: Vec<Entry>,
    /// Where the header of the last entry begins, and the checksum of its bytes so far.
    last: Option<(u64, Checksum)>,
    /// The length so far.
    end: u64,
}

impl<'a> Bundle<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        Self { file: BufWriter::with_capacity(256 * 1024, file), entries: Vec::new(), last: None, end: 0 }
    }

    /// Begins an entry of this length; its bytes follow.
    pub(super) fn begin(&mut self, name: &str, length: u64) -> io::Result<()> {
        self.end_entry()?;
        let entry = Entry { name: name.to_owned(), bytes: length, crc: 0 };
        let header = entry.header();
        self.file.write_all(&header)?;
        self.last = Some((self.end, Checksum::new()));
        self.end += header.len() as u64;
        self.entries.push(entry);
        Ok(())
    }

    /// Writes bytes of the entry that was begun last.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some((_, crc)) = &mut self.last {
            crc.update(bytes);
        }
        self.end += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Writes an entry.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.begin(name, bytes.len() as u64)?;
        self.write(bytes)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.end_entry()?;
        let (placed, start) = zip::placed(self.entries);
        self.file.write_all(&zip::directory(&placed, start))?;
        self.file.flush()
    }

    /// Writes the header of the last entry again, with its checksum.
    fn end_entry(&mut self) -> io::Result<()> {
        let (Some((at, crc)), Some(entry)) = (self.last.take(), self.entries.last_mut()) else { return Ok(()) };
        entry.crc = crc.finalize();
        let header = entry.header();
        if self.end != at + header.len() as u64 + entry.bytes {
            return Err(io::Error::other(format!("{} changed its length while it was read", entry.name)));
        }
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(&header)?;
        self.file.seek(SeekFrom::Start(self.end)).map(drop)
    }
}
