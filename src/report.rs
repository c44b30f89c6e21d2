//! What is shown: events become lines, bars, JSON or a log; lists become tables. One thread owns the terminal.
//!
//! Must not do any of the work it reports.

mod bars;
mod checklist;
mod console;
mod failure;
mod human;
mod log;
mod metrics;
mod reporter;
mod run_summary;
mod summary;
mod table;
mod verify_text;

pub use checklist::Checklist;
pub use console::{Console, Style};
pub use failure::report_failure;
pub use log::check_log;
pub use metrics::exposition;
pub use reporter::{Reporter, ReporterOptions};
pub use run_summary::{Frame, RunSummary};
pub use summary::{Failed, SUMMARY_VERSION, SessionCounts, Summary, VerificationCounts};
pub use table::{Cell, Column, Table};
