//! The pages that people open in an archive: made from the record alone, with no script and no network, escaped.
//!
//! `session` turns a record into the data of `session.html`; `base.html` and `style` serve every page. Must not touch the store.

mod catalog_view;
mod certificate;
mod chip;
mod facts;
mod lists;
mod session;
mod sheet;
mod style;
mod untrusted;

use crate::bag::payload_manifest;
use crate::catalog_row::CatalogRow;
use crate::erasure::Certificate;
use crate::error::{Error, Result};
use crate::record::Record;
use askama::Template;
pub(crate) use catalog_view::CatalogTotals;
use catalog_view::{CatalogPage, CatalogRows};
use certificate::CertificatePage;
use jiff::Timestamp;
use session::SessionPage;

/// The text behind the rows in the catalog's page. It occurs once, because untrusted texts are escaped.
const BEHIND_ROWS: &str = "</tbody>";

/// Returns the text before and behind the rows of the catalog's page.
pub(crate) fn catalog_page(totals: &CatalogTotals, made: Timestamp) -> Result<(String, String)> {
    let page = CatalogPage::of(totals, made).render().map_err(|error| no_catalog().caused_by(error))?;
    let (before, behind) = page.split_once(BEHIND_ROWS).ok_or_else(no_catalog)?;
    Ok((before.to_owned(), format!("{BEHIND_ROWS}{behind}")))
}

/// Returns rows of the catalog's page.
pub(crate) fn catalog_rows(rows: &[CatalogRow]) -> Result<String> {
    CatalogRows::of(rows).render().map_err(|error| no_catalog().caused_by(error))
}

fn no_catalog() -> Error {
    Error::unexpected("cannot write the catalog's page")
}

/// Returns the page of a session's folder.
pub(crate) fn session_page(record: &Record) -> Result<String> {
    let page = SessionPage::of(record, &payload_manifest(record));
    page.render().map_err(|error| Error::unexpected("cannot write the session's page").caused_by(error))
}

/// Returns the page of an erasure's certificate.
pub(crate) fn certificate_page(certificate: &Certificate) -> Result<String> {
    CertificatePage::of(certificate).render().map_err(|error| Error::unexpected("cannot write a certificate's page").caused_by(error))
}

#[cfg(test)]
mod tests;
