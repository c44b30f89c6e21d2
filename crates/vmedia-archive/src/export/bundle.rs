//! Writes a ZIP file whose bytes follow from its entries alone: uncompressed, because media are compressed already, and without dates.
//!
//! Must not know what the entries are.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::mem::ManuallyDrop;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The permissions that an entry gets where it is unpacked: its owner alone may read it.
const PERMISSIONS: u32 = 0o600;

/// A ZIP file that is being written.
pub(super) struct Bundle<'a> {
    /// Not dropped unless it is finished: it would write on, and report errors on standard error.
    zip: ManuallyDrop<ZipWriter<BufWriter<&'a File>>>,
}

impl<'a> Bundle<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        Self { zip: ManuallyDrop::new(ZipWriter::new(BufWriter::with_capacity(256 * 1024, file))) }
    }

    /// Begins an entry of this length; its bytes follow.
    pub(super) fn begin(&mut self, name: &str, length: u64) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(PERMISSIONS)
            .large_file(length >= u64::from(u32::MAX));
        self.zip.start_file(name, options).map_err(io::Error::from)
    }

    /// Writes bytes of the entry that was begun last.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.zip.write_all(bytes)
    }

    /// Writes an entry.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.begin(name, bytes.len() as u64)?;
        self.write(bytes)
    }

    pub(super) fn finish(self) -> io::Result<()> {
        ManuallyDrop::into_inner(self.zip).finish()?.flush()
    }
}
