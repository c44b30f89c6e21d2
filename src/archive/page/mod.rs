//! The pages that people open in an archive: made of the record alone, with no script and no network, escaped.
//!
//! `session` turns a record into what `session.html` shows; `base.html` and `style` are for every page. Must not touch the
//! store.

mod facts;
mod lists;
mod outside;
mod session;
mod sheet;
mod style;

use super::commit::manifest;
use super::record::Record;
use crate::error::{Error, Result};
use askama::Template;
use session::SessionPage;

/// The page of a session's folder.
pub(super) fn session_page(record: &Record) -> Result<String> {
    let page = SessionPage::of(record, &manifest(record));
    page.render().map_err(|error| Error::unexpected("cannot write the session's page").caused_by(error))
}

#[cfg(test)]
mod tests;
