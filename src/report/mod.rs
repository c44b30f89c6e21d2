//! What is shown: events become lines, bars, JSON or a log; lists become tables. One thread owns the terminal.
//!
//! Must not do any of the work it reports.

mod bars;
mod checklist;
mod console;
mod human;
mod log;
mod reporter;
mod standing;
mod table;
mod verdict;

pub use checklist::Checklist;
pub use console::{Console, Style};
pub use reporter::{Reporter, ReporterOptions};
pub use table::{Column, Table};
