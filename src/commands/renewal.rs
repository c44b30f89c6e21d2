//! Writes the catalog's page of an archive again, once, at the end of a run that changed the archive.
//!
//! Must not make a page where there is none, and must not replace one that `vmedia` did not write.

use super::Context;
use super::event_loop::beside;
use super::services::cores;
use crate::archive::verify::is_bag;
use crate::archive::{CatalogWriter, Journal, PAGE};
use crate::engine::Catalog;
use crate::error::Result;
use crate::report::Reporter;
use crate::store::{Digest, Lock, Locked, Store, StorePath};
use std::sync::Arc;
use std::time::Duration;

/// Number of sessions whose rows are in memory at once.
pub(super) const PORTION: usize = 1024;
/// Interval between two attempts to get the page, which another run is writing.
const LOOK: Duration = Duration::from_millis(50);

/// Returns the lock of the catalog's page once no other run has it; none if this run is asked to stop before. A run that writes the page
/// reads the records under the lock, so that the last page has the changes of all runs.
pub(super) fn lock_page(store: &dyn Store, context: &Context) -> Result<Option<Lock>> {
    loop {
        match store.lock(&StorePath::name(PAGE))? {
            Locked::Held(lock) => return Ok(Some(lock)),
            Locked::By(_) if context.cancel.requested().is_some() => return Ok(None),
            Locked::By(_) => context.clock.sleep(LOOK),
        }
    }
}

/// Writes the page again if the archive has one and this run changed a session. A run that is asked to stop leaves it as it is.
pub(super) fn renew_page(store: &Arc<dyn Store>, journal: &Journal, reporter: &mut Reporter, context: &Context) -> Result<()> {
    let path = StorePath::name(PAGE);
    if !journal.has_changes() || store.length(&path)?.is_none() {
        return Ok(());
    }
    let Some(_lock) = lock_page(store.as_ref(), context)? else { return Ok(()) };
    let opened = Arc::clone(store);
    let Some(catalog) = beside(context, reporter, move |_| Catalog::open(opened, cores()))? else { return Ok(()) };
    let catalog = Arc::new(catalog?);
    let digest = store.open(&path)?.and_then(|page| Digest::read(page, &mut |_| Ok(())).ok());
    if !digest.is_some_and(|digest| catalog.knows_page(&digest.sha256)) {
        return Ok(());
    }
    let mut page = CatalogWriter::begin(store.as_ref())?;
    let sessions = sessions(store.as_ref())?;
    page.set_erased(catalog.erased(&sessions).len() as u64);
    for portion in sessions.chunks(PORTION) {
        let (catalog, portion, cancel) = (Arc::clone(&catalog), portion.to_vec(), context.cancel.clone());
        let rows = beside(context, reporter, move |emit| catalog.rows(&portion, &cancel, emit))?;
        let Some(rows) = rows.filter(|_| context.cancel.requested().is_none()) else { return Ok(()) };
        page.add(&rows)?;
    }
    page.publish(Some(journal), context.clock.now()).map(drop)
}

/// Returns the folders of an archive's sessions. One that cannot be looked into has a row that says so.
fn sessions(store: &dyn Store) -> Result<Vec<StorePath>> {
    let folders = store.folders()?.into_iter().map(|name| StorePath::name(&name));
    Ok(folders.filter(|folder| is_bag(store, folder).unwrap_or(true)).collect())
}
