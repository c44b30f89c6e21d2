//! Work for the threads of a run or a verification, and results in the order of the sessions. Must not know what the work is.

mod order;
mod pool;

pub use order::Order;
pub use pool::{Pool, Role, Work};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks counts and queues, which are whole after every step, also where the last holder panicked.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
