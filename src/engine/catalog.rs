//! The rows of many sessions, read by several threads, in the order in which the sessions were given.
//!
//! Must not know what a row says.

use super::Emit;
use super::event::Event;
use crate::archive::{CatalogRow, catalog_row, verified_sessions};
use crate::clock::Cancel;
use crate::error::Result;
use crate::store::{Store, StorePath};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many sessions pass between two signs of life.
const STEP: usize = 64;

/// The rows of an archive's sessions; fewer when somebody asks to stop.
pub fn catalog(store: &Arc<dyn Store>, sessions: &[StorePath], workers: usize, cancel: &Cancel, emit: &Emit) -> Result<Vec<CatalogRow>> {
    emit.event(Event::CatalogStarted { sessions: sessions.len() as u64 });
    let verified = verified_sessions(store.as_ref())?;
    let next = AtomicUsize::new(0);
    let work = |number: usize| {
        let mut rows = Vec::new();
        while cancel.requested().is_none() {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(folder) = sessions.get(index) else { break };
            rows.push((index, catalog_row(store.as_ref(), folder, &verified)));
            if rows.len() % STEP == 0 {
                emit.progress(number as u64, rows.len() as u64);
            }
        }
        rows
    };
    let mut rows = std::thread::scope(|scope| {
        let spawn = |number| std::thread::Builder::new().name(format!("reader {number}")).spawn_scoped(scope, move || work(number));
        // Fewer workers than wanted do the same work.
        let others: Vec<_> = (1..workers.max(1)).filter_map(|number| spawn(number).ok()).collect();
        let mut rows = work(0);
        for other in others {
            rows.extend(other.join().unwrap_or_default());
        }
        rows
    });
    rows.sort_by_key(|(index, _)| *index);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}
