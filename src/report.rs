//! The output: events become lines, bars, JSON or a log; lists become tables. One thread owns the terminal.
//!
//! Must not do any of the work it reports.

mod bars;
mod checklist;
mod console;
mod encrypted;
mod erasure_text;
mod exported;
mod failure;
mod human;
mod keyed;
mod lacking;
mod log;
mod metrics;
mod reporter;
mod retention_text;
mod run_summary;
mod shipped;
mod summary;
mod table;
mod verify_text;
mod wrap;

pub use summary::{Failed, SessionCounts, Summary, VerificationCounts};

pub(crate) use checklist::Checklist;
pub(crate) use console::{Console, Style};
pub(crate) use failure::report_failure;
pub(crate) use log::check_log;
pub(crate) use metrics::exposition;
pub(crate) use reporter::Reporter;
pub(crate) use run_summary::RunSummary;
pub(crate) use table::{Cell, Column, Table};
