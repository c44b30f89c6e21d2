//! The pages that people open in an archive: made from the record alone, with no script and no network, escaped.
//!
//! `session` turns a record into the data of `session.html`; `base.html` and `style` serve every page. Must not touch the store.

mod catalog_view;
mod certificate;
mod chip;
mod facts;
mod inlined;
mod lists;
mod session;
mod sheet;
mod style;
mod untrusted;

use crate::bag::payload_manifest;
use crate::catalog_row::CatalogRow;
use crate::erasure::Certificate;
use crate::error::{Error, Result};
use crate::model::media_type;
use crate::record::Record;
use askama::Template;
use catalog_view::{CatalogPage, CatalogRow as RowView};
pub(crate) use catalog_view::{CatalogTotals, GroupHead};
use certificate::CertificatePage;
pub(crate) use inlined::{Piece, pieces};
use jiff::Timestamp;
use session::SessionPage;
use style::Style;
use untrusted::{FileLink, extension};

/// The place of the tables in the catalog's page, and of the rows in a table. It occurs once, because untrusted texts are escaped.
const HERE: &str = "<!-- here -->";

/// Returns the text before and behind the tables of the catalog's page.
pub(crate) fn catalog_page(totals: &CatalogTotals, made: Timestamp) -> Result<(String, String)> {
    split(CatalogPage::of(totals, made).render())
}

/// Returns the text before and behind the rows of a table of the catalog's page.
pub(crate) fn catalog_group(head: &GroupHead) -> Result<(String, String)> {
    split(head.render())
}

/// Returns a row of the catalog's page.
pub(crate) fn catalog_row_text(row: &CatalogRow) -> Result<String> {
    RowView::of(row).render().map_err(|error| no_catalog().caused_by(error))
}

fn split(page: askama::Result<String>) -> Result<(String, String)> {
    let page = page.map_err(|error| no_catalog().caused_by(error))?;
    page.split_once(HERE).map(|(before, behind)| (before.to_owned(), behind.to_owned())).ok_or_else(no_catalog)
}

fn no_catalog() -> Error {
    Error::unexpected("cannot write the catalog's page")
}

/// Returns the page of a session's folder.
pub(crate) fn session_page(record: &Record) -> Result<String> {
    let page = SessionPage::of(record, &payload_manifest(record));
    page.render().map_err(|error| Error::unexpected("cannot write the session's page").caused_by(error))
}

/// Returns the page of a session as a copy that is read without the archive, before its files are put into it.
pub(crate) fn session_copy(record: &Record) -> Result<String> {
    let page = SessionPage::of(record, &payload_manifest(record)).copied();
    page.render().map_err(|error| Error::unexpected("cannot write the session's page").caused_by(error))
}

/// Returns the page of an encrypted session that was opened, for a server that has its files; `record` is as it would be without encryption.
pub(crate) fn opened_page(record: &Record) -> Result<String> {
    let page = SessionPage::of(record, &payload_manifest(record)).opened();
    page.render().map_err(|error| Error::unexpected("cannot write the session's page").caused_by(error))
}

/// Returns the page of such a session as a copy that is read without the archive, before its files are put into it.
pub(crate) fn opened_copy(record: &Record) -> Result<String> {
    let page = SessionPage::of(record, &payload_manifest(record)).opened().copied();
    page.render().map_err(|error| Error::unexpected("cannot write the session's page").caused_by(error))
}

/// Returns the Content-Security-Policy of the page of an opened session, for a server.
pub fn opened_policy() -> String {
    format!("{}; frame-ancestors 'none'", Style::served().policy)
}

/// Returns the media type of a file that a page may show; `None` for one that a browser might run, or that has no safe path.
pub(crate) fn shown_type(path: &str) -> Option<&'static str> {
    FileLink::to(path).href.map(|_| media_type(&extension(path)))
}

/// Returns the page of an erasure's certificate.
pub(crate) fn certificate_page(certificate: &Certificate) -> Result<String> {
    CertificatePage::of(certificate).render().map_err(|error| Error::unexpected("cannot write a certificate's page").caused_by(error))
}

#[cfg(test)]
mod tests;
