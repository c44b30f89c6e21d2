//! Writes the catalog's page into an archive. The text above the rows sums them up, so the rows are staged on the disk first, and
//! copied behind it when the last has come.

use crate::catalog_row::CatalogRow;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::Journal;
use crate::layout::PAGE;
use crate::page::{CatalogTotals, catalog_page, catalog_rows};
use crate::store::{BUFFER, Staged, Store, StorePath};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::io::Read;

/// The page of an archive, with its rows so far.
pub struct CatalogWriter<'a> {
    store: &'a dyn Store,
    rows: Box<dyn Staged + 'a>,
    totals: CatalogTotals,
}

impl<'a> CatalogWriter<'a> {
    /// Begins a page without rows.
    ///
    /// # Errors
    /// The archive cannot be written.
    pub fn begin(store: &'a dyn Store) -> Result<Self> {
        Ok(Self { store, rows: store.stage()?, totals: CatalogTotals::default() })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// The archive cannot be written.
    pub fn add(&mut self, rows: &[CatalogRow]) -> Result<()> {
        rows.iter().for_each(|row| self.totals.add(row));
        self.rows.write(catalog_rows(rows)?.as_bytes())
    }

    /// Publishes the page, over the one that the archive has, and its digest in the journal, if there is one.
    ///
    /// # Errors
    /// The archive cannot be written.
    pub fn publish(self, journal: Option<&Journal>, made: Timestamp) -> Result<StorePath> {
        let (before, behind) = catalog_page(&self.totals, made)?;
        let mut page = self.store.stage()?;
        let mut hasher = Sha256::new();
        let mut write = |piece: &[u8]| {
            hasher.update(piece);
            page.write(piece)
        };
        write(before.as_bytes())?;
        copy(self.rows.reread()?, &mut write)?;
        write(behind.as_bytes())?;
        // The journal first: a page that it does not know is a finding.
        if let Some(journal) = journal {
            journal.page(hex::encode(hasher.finalize()), made)?;
        }
        let path = StorePath::name(PAGE);
        page.replace(&path)?;
        Ok(path)
    }
}

fn copy(mut from: Box<dyn Read + Send>, write: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = from.read(&mut buffer).map_err(|error| {
            let what = format!("cannot read the rows of the catalog's page again: {}", plain(&error));
            Error::new(ErrorKind::Local, what, "run the same command again; if it stays so, look at the disk")
        })?;
        match buffer.get(..count) {
            None | Some([]) => return Ok(()),
            Some(piece) => write(piece)?,
        }
    }
}
