//! Retention: how long sessions are kept, from which day that counts, and holds, which keep them whatever their retention.
//!
//! The journal is the only truth about holds and cutoffs ([`Retained`]). Periods are the caller's ([`Schedule`]); this crate has none. A
//! session without a cutoff is never due.

mod hold_check;
mod orders;
mod period;
mod schedule;

pub use crate::journal::{Cutoff, Cutoffs, Hold, Retained};
pub use hold_check::HoldCheck;
pub use orders::{CutoffRow, CutoffTotals, HoldOrder, Presence, Release, hold, record_cutoffs, release};
pub use period::Period;
pub use schedule::{DispositionScope, Due, DueState, Rule, Schedule, due};

use crate::model::id_of_name;
use crate::store::StorePath;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Returns the day of a moment, in UTC: all machines agree on it.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Returns the id of the session in a folder; the folder's name if that does not hold the whole id.
pub fn session_name(folder: &StorePath) -> String {
    id_of_name(folder.as_str()).unwrap_or_else(|| folder.to_string())
}
