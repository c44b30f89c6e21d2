//! The commands about how long sessions are kept: `vmedia hold` and `vmedia retention`. The doc comments here are the help that people read.

use super::change::{ArchiveArguments, ChangeArguments};
use super::flags::{ConnectionFlags, Flags, LocalFlags, ProfileFlags, TrustFlags};
use super::held::RowsArguments;
use super::help;
use super::schedule::ScheduleArguments;
use super::values::{day, label};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use std::path::PathBuf;

/// Commands on holds.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum HoldCommand {
    /// Hold sessions for a case: no erasure touches them until it is released
    #[command(after_help = help::HOLD_ADD)]
    Add(HoldAddArguments),
    /// Release the holds of a case
    #[command(after_help = help::HOLD_RELEASE)]
    Release(HoldReleaseArguments),
    /// List the sessions that are held
    #[command(after_help = help::HOLD_LIST)]
    List(HoldListArguments),
}

impl HoldCommand {
    /// Returns the command as it is typed.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "hold add",
            Self::Release(_) => "hold release",
            Self::List(_) => "hold list",
        }
    }

    /// Returns the shared flags of this command; those that it lacks are not set.
    pub(super) fn flags(&self) -> Flags {
        match self {
            Self::Add(add) => add.change.flags(None),
            Self::Release(release) => release.change.flags(None),
            Self::List(HoldListArguments { rows: RowsArguments { profile, flags, .. }, .. }) => {
                of_rows(profile, TrustFlags::default(), flags)
            }
        }
    }
}

/// Returns the shared flags of a command that prints rows.
fn of_rows(profile: &ProfileFlags, trust: TrustFlags, flags: &LocalFlags) -> Flags {
    let connection = ConnectionFlags { profile: profile.clone(), trust, ..ConnectionFlags::default() };
    Flags { connection, ..flags.clone().into() }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HoldAddArguments {
    /// Name of the case, such as a file number; without the person's name
    #[arg(value_name = "CASE", value_parser = label)]
    pub(crate) case: String,
    /// Ids of the sessions
    #[arg(value_name = "SESSION_ID", required_unless_present = "from")]
    pub(crate) sessions: Vec<String>,
    /// Read session ids from FILE, or from standard input (-)
    #[arg(long, value_name = "FILE|-")]
    pub(crate) from: Option<String>,
    /// Report the hold as run out after this day; it goes on all the same
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) until: Option<Date>,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HoldReleaseArguments {
    /// Name of the case, as it was added
    #[arg(value_name = "CASE", value_parser = label)]
    pub(crate) case: String,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HoldListArguments {
    /// The archive [default: as for download]
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) rows: RowsArguments,
}

/// Commands on retention.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RetentionCommand {
    /// Record the days from which the retention of sessions counts
    #[command(after_help = help::RETENTION_CUTOFF)]
    Cutoff(CutoffArguments),
    /// List the sessions whose retention has ended
    #[command(after_help = help::RETENTION_DUE)]
    Due(DueArguments),
    /// Write a plan of the sessions to erase, for a second person to sign
    #[command(after_help = help::RETENTION_PLAN)]
    Plan(PlanArguments),
}

impl RetentionCommand {
    /// Returns the command as it is typed.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Cutoff(_) => "retention cutoff",
            Self::Due(_) => "retention due",
            Self::Plan(_) => "retention plan",
        }
    }

    /// Returns the shared flags of this command; those that it lacks are not set.
    pub(super) fn flags(&self) -> Flags {
        match self {
            Self::Cutoff(cutoff) => cutoff.archive.flags(None),
            Self::Due(DueArguments { rows: RowsArguments { profile, flags, .. }, trust, .. }) => of_rows(profile, trust.clone(), flags),
            Self::Plan(PlanArguments { rows: RowsArguments { profile, flags, .. }, .. }) => of_rows(profile, TrustFlags::default(), flags),
        }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct CutoffArguments {
    /// Read a CSV file of sessions, days and events, or standard input (-)
    ///
    /// Its first line is session,date or session,date,event. A day is written as 2026-11-30; an empty one withdraws a cutoff.
    #[arg(long, value_name = "FILE|-", required = true)]
    pub(crate) from: String,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DueArguments {
    /// The archive [default: as for download]
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    /// Show what is due on this day [default: today, in UTC]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) by: Option<Date>,
    /// Also list sessions that are kept, and those without a cutoff
    #[arg(long)]
    pub(crate) all: bool,
    /// End with 7 when a session is overdue
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) rows: RowsArguments,
    #[command(flatten)]
    pub(crate) schedule: ScheduleArguments,
    /// Trusted servers with --ping-url.
    #[command(flatten)]
    pub(crate) trust: TrustFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PlanArguments {
    /// Ids of sessions to erase by an order [default: those that are due]
    #[arg(value_name = "SESSION_ID", requires = "authority")]
    pub(crate) sessions: Vec<String>,
    /// File for the plan; another file is never replaced
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Law, rule or order that requires the erasure of these sessions
    #[arg(long, value_name = "TEXT", requires = "sessions", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) authority: Option<String>,
    /// Plan what is due on this day [default: today, in UTC]
    #[arg(long, value_name = "DATE", value_parser = day, conflicts_with = "sessions")]
    pub(crate) by: Option<Date>,
    /// The archive [default: as for download]
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) rows: RowsArguments,
}
