//! The commands on the keys of encrypted sessions. The doc comments here are the help that people read.

use super::change::{ArchiveArguments, ChangeArguments};
use super::choices::EventFormat;
use super::encryption::EncryptionArguments;
use super::flags::{ConnectionFlags, Flags, LocalFlags, ProfileFlags, TrustFlags};
use super::help;
use super::schedule::ScheduleArguments;
use super::values::sample;
use crate::archive::DrillSample;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Commands on keys.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeysCommand {
    /// Grant the keys of sessions to someone who is no recipient of the archive
    #[command(after_help = help::KEYS_GRANT)]
    Grant(GrantArguments),
    /// Encrypt the keys of sessions to other recipients
    #[command(after_help = help::KEYS_REWRAP)]
    Rewrap(RewrapArguments),
    /// Open sessions chosen at random with a private key, and record that it opens them
    #[command(after_help = help::KEYS_DRILL)]
    Drill(Box<DrillArguments>),
}

impl KeysCommand {
    /// Returns the command as it is typed.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Grant(_) => "keys grant",
            Self::Rewrap(_) => "keys rewrap",
            Self::Drill(_) => "keys drill",
        }
    }

    /// Returns the shared flags of this command; those that it lacks are not set.
    pub(super) fn flags(&self) -> Flags {
        match self {
            Self::Grant(grant) => grant.change.flags(None),
            Self::Rewrap(rewrap) => rewrap.archive.flags(None),
            Self::Drill(drill) => {
                let (profile, trust) = (drill.profile.clone(), drill.trust.clone());
                let connection = ConnectionFlags { profile, trust, ..ConnectionFlags::default() };
                Flags { connection, ..drill.flags.clone().into() }
            }
        }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct GrantArguments {
    /// Ids of the sessions
    #[arg(required = true, value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    /// Public key of the person who gets the keys; repeatable
    #[arg(long, value_name = "KEY", required = true)]
    pub(crate) to: Vec<String>,
    /// File with a private key that opens the sessions; repeatable
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) identity: Vec<PathBuf>,
    /// Write the keys into this new file, and nothing into the archive's keys
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RewrapArguments {
    /// Ids of the sessions [default: all that have keys]
    #[arg(value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    /// File with a private key that opens the sessions; repeatable
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) identity: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) encryption: EncryptionArguments,
    /// Show what would be done and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DrillArguments {
    /// File with a private key to try; repeatable
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) identity: Vec<PathBuf>,
    /// Number of sessions, or share of the encrypted sessions
    #[arg(long, value_name = "N|PERCENT", default_value = "1%", value_parser = sample)]
    pub(crate) sample: DrillSample,
    /// The archive [default: as for download]
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    /// Output format
    #[arg(long, default_value = "text")]
    pub(crate) format: EventFormat,
    #[command(flatten)]
    pub(crate) schedule: ScheduleArguments,
    /// The configuration file and its profile, for the archive's folder.
    #[command(flatten)]
    pub(crate) profile: ProfileFlags,
    /// Trusted servers with --ping-url.
    #[command(flatten)]
    pub(crate) trust: TrustFlags,
    #[command(flatten)]
    pub(crate) flags: LocalFlags,
}
