//! The pages that people open in an archive: made of the record alone, with no script and no network, escaped.
//!
//! `session` turns a record into what `session.html` shows; `base.html` and `style` are for every page. Must not touch the
//! store.

mod catalog;
mod facts;
mod lists;
mod outside;
mod session;
mod sheet;
mod style;

use super::catalog::CatalogRow;
use super::commit::manifest;
use super::record::Record;
use crate::error::{Error, Result};
use askama::Template;
use catalog::CatalogPage;
use jiff::Timestamp;
use session::SessionPage;

/// The page of a whole archive, from the rows of its sessions.
pub(super) fn catalog_page(rows: &[CatalogRow], made: Timestamp) -> Result<String> {
    CatalogPage::of(rows, made).render().map_err(|error| Error::unexpected("cannot write the catalog's page").caused_by(error))
}

/// The page of a session's folder.
pub(super) fn session_page(record: &Record) -> Result<String> {
    let page = SessionPage::of(record, &manifest(record));
    page.render().map_err(|error| Error::unexpected("cannot write the session's page").caused_by(error))
}

#[cfg(test)]
mod tests;
