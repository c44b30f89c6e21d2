//! The arguments of `erase`.

use super::choices::EventFormat;
use super::flags::{ConnectionFlags, Flags, LogFlags, ProfileFlags, TrustFlags, VerbosityFlags};
use super::seal::SealArguments;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub(crate) struct EraseArguments {
    /// Ids of the sessions
    #[arg(required = true, value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    /// Law, rule or order that requires the erasure, for the certificate
    #[arg(long, value_name = "TEXT", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) authority: String,
    /// Your reason, for the certificate; without the person's name
    #[arg(long, value_name = "TEXT", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reason: String,
    /// The archive [default: as for download]
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    /// Show what would be erased and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Output format
    #[arg(long, default_value = "text")]
    pub(crate) format: EventFormat,
    #[command(flatten)]
    pub(crate) seal: SealArguments,
    /// The configuration file and its profile, for the archive's folder and the seals.
    #[command(flatten)]
    pub(crate) profile: ProfileFlags,
    /// Trusted servers with --timestamp.
    #[command(flatten)]
    pub(crate) trust: TrustFlags,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityFlags,
    #[command(flatten)]
    pub(crate) log: LogFlags,
}

impl EraseArguments {
    /// Returns the shared flags.
    pub(super) fn flags(&self) -> Flags {
        let connection = ConnectionFlags { profile: self.profile.clone(), trust: self.trust.clone(), ..ConnectionFlags::default() };
        Flags { connection, verbosity: self.verbosity.clone(), log: self.log.clone(), ..Flags::default() }
    }
}
