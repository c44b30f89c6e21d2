//! The catalog page as a value: numbers, days and the decision of each session, and nothing about persons.

use super::style::Style;
use super::untrusted::{Text, href};
use crate::catalog_row;
use crate::layout::PAGE;
use crate::text::{self, bytes};
use askama::Template;
use jiff::Timestamp;

/// The sums of all rows.
#[derive(Debug, Default)]
pub(crate) struct CatalogTotals {
    sessions: u64,
    files: u64,
    bytes: u64,
    lacking: u64,
    unverified: u64,
    held: u64,
    /// Sessions that were erased, which have no row.
    pub(crate) erased: u64,
}

impl CatalogTotals {
    pub(crate) fn add(&mut self, row: &catalog_row::CatalogRow) {
        self.sessions += 1;
        self.files += row.files;
        self.bytes = self.bytes.saturating_add(row.bytes);
        self.lacking += u64::from(!row.condition().is_complete());
        self.unverified += u64::from(row.verified.is_none());
        self.held += u64::from(!row.holds.is_empty());
    }
}

/// The data of `catalog.html` besides the rows.
#[derive(Template)]
#[template(path = "catalog.html")]
pub(super) struct CatalogPage<'a> {
    style: Style,
    made: String,
    size: String,
    totals: &'a CatalogTotals,
}

/// The text above a table of the page.
#[derive(Template)]
#[template(path = "catalog-group.html")]
pub(crate) struct GroupHead {
    /// Its number on the page, from 1.
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) sessions: usize,
    /// True if its rows are seen at once.
    pub(crate) is_open: bool,
    /// True for the sessions that are not complete.
    pub(crate) is_lacking: bool,
}

/// The row of a session.
#[derive(Template)]
#[template(path = "catalog-row.html")]
pub(super) struct CatalogRow {
    href: String,
    session: Text,
    provider: Text,
    state: String,
    is_whole: bool,
    decision: Option<Text>,
    attempts: u64,
    files: String,
    archived: String,
    verified: String,
}

impl<'a> CatalogPage<'a> {
    pub(super) fn of(totals: &'a CatalogTotals, made: Timestamp) -> Self {
        Self { style: Style::new(), made: text::moment(made), size: bytes(totals.bytes), totals }
    }
}

impl CatalogRow {
    pub(super) fn of(row: &catalog_row::CatalogRow) -> Self {
        let condition = row.condition();
        let day = |at: Option<Timestamp>, never: &str| at.map_or_else(|| never.to_owned(), text::day);
        let archived = match (day(row.first, "unknown"), day(row.last, "unknown")) {
            (first, last) if first == last => first,
            (first, last) => format!("{first} to {last}"),
        };
        Self {
            href: href(&format!("{}/{PAGE}", row.folder)),
            session: Text::of(&row.session),
            provider: Text::of(&row.provider),
            is_whole: condition.is_complete(),
            state: Text::of(&condition.text()).to_string(),
            decision: row.decision.as_deref().map(Text::of),
            attempts: row.attempts,
            files: format!("{}, {}", row.files, bytes(row.bytes)),
            archived,
            verified: day(row.verified, "never"),
        }
    }
}
