//! Writes the catalog's page into an archive: incomplete sessions first, then the others by the month in which they were archived.
//! Rows come in any order, and the text above them sums them up, so they are staged on the disk, and copied behind it in the order of
//! the page when the last has come.

use crate::catalog_row::{CatalogRow, Condition};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::Journal;
use crate::layout::PAGE;
use crate::page::{CatalogTotals, GroupHead, catalog_group, catalog_page, catalog_row_text};
use crate::store::{BUFFER, Reread, Staged, Store, StorePath};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::io::{Read, SeekFrom};

/// The page of an archive, with its rows so far.
pub struct CatalogWriter<'a> {
    store: &'a dyn Store,
    rows: Box<dyn Staged + 'a>,
    /// Number of bytes of the rows so far.
    length: u64,
    places: Vec<Place>,
    totals: CatalogTotals,
}

/// A table of the page, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    /// Sessions that are not complete.
    Lacking,
    /// Complete ones that were first archived in this year and month.
    Month(Reverse<(i16, i8)>),
    /// Complete ones whose time is unknown.
    Undated,
}

/// The place of a row on the page, and its bytes among those that are staged.
struct Place {
    group: Group,
    /// The second in which the session was archived; the newest first.
    archived: Reverse<i64>,
    offset: u64,
    length: u64,
}

impl Group {
    fn of(row: &CatalogRow) -> Self {
        match (row.condition(), row.first) {
            (Condition::Complete, Some(first)) => {
                let day = first.to_zoned(TimeZone::UTC).date();
                Self::Month(Reverse((day.year(), day.month())))
            }
            (Condition::Complete, None) => Self::Undated,
            _ => Self::Lacking,
        }
    }

    /// Returns the title of the table.
    fn title(self) -> String {
        match self {
            Self::Lacking => "Not complete".to_owned(),
            Self::Undated => "At an unknown time".to_owned(),
            Self::Month(Reverse((year, month))) => {
                let first = jiff::civil::Date::new(year, month, 1);
                first.map_or_else(|_| format!("{year}-{month:02}"), |first| first.strftime("%B %Y").to_string())
            }
        }
    }
}

impl<'a> CatalogWriter<'a> {
    /// Begins a page without rows.
    ///
    /// # Errors
    /// The archive cannot be written.
    pub fn begin(store: &'a dyn Store) -> Result<Self> {
        Ok(Self { store, rows: store.stage()?, length: 0, places: Vec::new(), totals: CatalogTotals::default() })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// The archive cannot be written.
    pub fn add(&mut self, rows: &[CatalogRow]) -> Result<()> {
        let mut text = String::new();
        for row in rows {
            self.totals.add(row);
            let begin = text.len();
            text.push_str(&catalog_row_text(row)?);
            text.push('\n');
            let (offset, length) = (self.length + begin as u64, (text.len() - begin) as u64);
            let archived = Reverse(row.first.map_or(i64::MIN, Timestamp::as_second));
            self.places.push(Place { group: Group::of(row), archived, offset, length });
        }
        self.length += text.len() as u64;
        self.rows.write(text.as_bytes())
    }

    /// Sets the number of sessions that were erased, and have no row.
    pub fn set_erased(&mut self, erased: u64) {
        self.totals.erased = erased;
    }

    /// Publishes the page, over the one that the archive has, and its digest in the journal, if there is one.
    ///
    /// # Errors
    /// The archive cannot be written.
    pub fn publish(mut self, journal: Option<&Journal>, made: Timestamp) -> Result<StorePath> {
        // Equal ones stay in the order of their folders.
        self.places.sort_by_key(|place| (place.group, place.archived));
        let (before, behind) = catalog_page(&self.totals, made)?;
        let mut page = self.store.stage()?;
        let mut hasher = Sha256::new();
        let mut write = |piece: &[u8]| {
            hasher.update(piece);
            page.write(piece)
        };
        write(before.as_bytes())?;
        let mut rows = self.rows.reread()?;
        let newest = self.places.iter().map(|place| place.group).find(|group| *group != Group::Lacking);
        for (number, group) in self.places.chunk_by(|one, other| one.group == other.group).enumerate() {
            let Some(first) = group.first() else { continue };
            let is_open = first.group == Group::Lacking || Some(first.group) == newest;
            let is_lacking = first.group == Group::Lacking;
            let head = GroupHead { number: number + 1, title: first.group.title(), sessions: group.len(), is_open, is_lacking };
            let (above, below) = catalog_group(&head)?;
            write(above.as_bytes())?;
            copy(rows.as_mut(), group, &mut write)?;
            write(below.as_bytes())?;
        }
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

/// Copies the rows of these places; those that were staged one after the other, together.
fn copy(rows: &mut dyn Reread, places: &[Place], write: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let failed = |error: std::io::Error| {
        let what = format!("cannot read the rows of the catalog's page again: {}", plain(&error));
        Error::new(ErrorKind::Local, what, "run the same command again; if it stays so, look at the disk")
    };
    let mut buffer = vec![0; BUFFER];
    for run in places.chunk_by(|one, other| one.offset + one.length == other.offset) {
        let Some(first) = run.first() else { continue };
        rows.seek(SeekFrom::Start(first.offset)).map_err(failed)?;
        let mut left = (&mut *rows).take(run.iter().map(|place| place.length).sum());
        loop {
            let count = left.read(&mut buffer).map_err(failed)?;
            match buffer.get(..count) {
                None | Some([]) => break,
                Some(piece) => write(piece)?,
            }
        }
    }
    Ok(())
}
