//! The flags of shipping. The doc comments here are the help that people read.

use super::choices::{EventFormat, LayoutChoice, LockChoice};
use super::flags::{ConnectionFlags, Flags, LogFlags, ProfileFlags, ProgressFlags, TriesFlags, TrustFlags, VerbosityFlags};
use super::schedule::ScheduleArguments;
use super::seal::SealArguments;
use super::values::{jobs, shard};
use crate::archive::Shard;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub(crate) struct ShipArguments {
    /// Archives, or sessions of them [default: as for download]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Place in a bucket [default: the profile's]
    #[arg(long, value_name = "s3://BUCKET/PREFIX")]
    pub(crate) to: Option<String>,
    /// Only part K of N of the sessions
    #[arg(long, value_name = "K/N", value_parser = shard, hide_short_help = true)]
    pub(crate) shard: Option<Shard>,
    /// Ask the bucket about every session, whatever the journal says
    #[arg(long)]
    pub(crate) recheck: bool,
    /// Remove the payload of each session here, once the bucket confirms it
    ///
    /// The bucket must keep versions, and state the SHA-256 of each object. Record, answers, manifests and keys stay. `vmedia repair --from-bucket` fetches the payload back.
    #[arg(long)]
    pub(crate) release_local: bool,
    /// Show what would be shipped and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Layout of what is sent: bag or zip [default: the profile's, or bag]
    #[arg(long, hide_possible_values = true)]
    pub(crate) layout: Option<LayoutChoice>,
    /// Lock each object against deletion; needs --lock-days or the profile's
    #[arg(long, value_name = "MODE", hide_short_help = true)]
    pub(crate) lock: Option<LockChoice>,
    /// Days for which objects are locked
    #[arg(long, value_name = "N", hide_short_help = true, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) lock_days: Option<u32>,
    /// Number of files to send in parallel, 1 to 64 [default: 16]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(jobs()))]
    pub(crate) jobs: Option<u16>,
    /// Output format
    #[arg(long, default_value = "text")]
    pub(crate) format: EventFormat,
    #[command(flatten)]
    pub(crate) seal: SealArguments,
    #[command(flatten)]
    pub(crate) schedule: ScheduleArguments,
    /// The configuration file and its profile, for the archive's folder, the place and the seals.
    #[command(flatten)]
    pub(crate) profile: ProfileFlags,
    #[command(flatten)]
    pub(crate) trust: TrustFlags,
    #[command(flatten)]
    pub(crate) tries: TriesFlags,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityFlags,
    #[command(flatten)]
    pub(crate) log: LogFlags,
    #[command(flatten)]
    pub(crate) progress: ProgressFlags,
}

impl ShipArguments {
    /// Returns the shared flags.
    pub(super) fn flags(&self) -> Flags {
        let (profile, trust, tries) = (self.profile.clone(), self.trust.clone(), self.tries.clone());
        Flags {
            connection: ConnectionFlags { profile, trust, tries, ..ConnectionFlags::default() },
            verbosity: self.verbosity.clone(),
            log: self.log.clone(),
            progress: self.progress.clone(),
            ..Flags::default()
        }
    }
}
