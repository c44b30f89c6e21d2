//! Threads that share one work, so that fewer of them do the same.

use crate::error::{Result, cannot_start};
use std::thread::Builder;

/// Starts a thread for each of these, as far as the machine allows. `role` is the beginning of their names.
///
/// # Errors
/// Not even one can be started.
pub(super) fn start<F: FnOnce() + Send + 'static>(role: &str, works: impl Iterator<Item = F>) -> Result<()> {
    for (number, work) in works.enumerate() {
        match Builder::new().name(format!("{role} {number}")).spawn(work) {
            Err(error) if number == 0 => return Err(cannot_start(&error)),
            Err(_) => break,
            Ok(_) => {}
        }
    }
    Ok(())
}
