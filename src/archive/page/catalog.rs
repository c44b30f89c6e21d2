//! The catalog page as a value: what a person learns of an archive's sessions before opening one.
//!
//! Numbers, days and the decision, and nothing of whom a session is about. Must not know how the rows came about.

use super::super::catalog::CatalogRow;
use super::super::layout::PAGE;
use super::outside::{Text, href};
use super::style::Style;
use crate::text::{self, bytes};
use askama::Template;
use jiff::Timestamp;

/// Everything that `catalog.html` shows.
#[derive(Template)]
#[template(path = "catalog.html")]
pub(super) struct CatalogPage {
    style: Style,
    made: String,
    files: u64,
    size: String,
    lacking: usize,
    unverified: usize,
    rows: Vec<Row>,
}

/// One session.
struct Row {
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

impl CatalogPage {
    /// The page of these rows as they were at that time.
    pub(super) fn of(rows: &[CatalogRow], made: Timestamp) -> Self {
        Self {
            style: Style::new(),
            made: text::moment(made),
            files: rows.iter().map(|row| row.files).sum(),
            size: bytes(rows.iter().map(|row| row.bytes).sum()),
            lacking: rows.iter().filter(|row| !row.condition().is_complete()).count(),
            unverified: rows.iter().filter(|row| row.verified.is_none()).count(),
            rows: rows.iter().map(Row::of).collect(),
        }
    }
}

impl Row {
    fn of(row: &CatalogRow) -> Self {
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
            state: Text::of(&condition.words()).to_string(),
            decision: row.decision.as_deref().map(Text::of),
            attempts: row.attempts,
            files: format!("{}, {}", row.files, bytes(row.bytes)),
            archived,
            verified: day(row.verified, "never"),
        }
    }
}
