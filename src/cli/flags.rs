//! The flags that several commands share, in groups: a command has the groups whose flags it reads, and no other.
//!
//! Must not resolve them: `config` does.

use super::choices::ProviderChoice;
use super::values::{bytes, rate, seconds};
use clap::Args;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// All groups, as the commands that transfer files have them. In the flags of another command, those that it lacks are not set.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    #[command(flatten)]
    pub(crate) connection: ConnectionFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) transfer: TransferFlags,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityFlags,
    #[command(flatten)]
    pub(crate) log: LogFlags,
    #[command(flatten)]
    pub(crate) progress: ProgressFlags,
}

impl Flags {
    /// Returns the flags `--config` and `--profile` alone.
    #[must_use]
    pub fn of_profile(config: &Path, profile: Option<&str>) -> Self {
        let profile = ProfileFlags { name: profile.map(str::to_owned), file: ConfigFlags { config: Some(config.to_owned()) } };
        Self { connection: ConnectionFlags { profile, ..ConnectionFlags::default() }, ..Self::default() }
    }
}

/// Flags of commands that print what a provider holds.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct QueryFlags {
    #[command(flatten)]
    pub(crate) connection: ConnectionFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityFlags,
    #[command(flatten)]
    pub(crate) log: LogFlags,
}

impl From<QueryFlags> for Flags {
    fn from(QueryFlags { connection, limits, verbosity, log }: QueryFlags) -> Self {
        Self { connection, limits, verbosity, log, ..Self::default() }
    }
}

/// Flags of commands that read archives.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LocalFlags {
    #[command(flatten)]
    pub(crate) verbosity: VerbosityFlags,
    #[command(flatten)]
    pub(crate) log: LogFlags,
    #[command(flatten)]
    pub(crate) progress: ProgressFlags,
}

impl From<LocalFlags> for Flags {
    fn from(LocalFlags { verbosity, log, progress }: LocalFlags) -> Self {
        Self { verbosity, log, progress, ..Self::default() }
    }
}

/// Flags of commands that send requests to a provider.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConnectionFlags {
    #[command(flatten)]
    pub(crate) profile: ProfileFlags,
    /// Use this provider
    #[arg(long, help_heading = "Configuration")]
    pub(crate) provider: Option<ProviderChoice>,
    /// URL where the provider's API begins, with or without /v1
    #[arg(long, value_name = "URL", help_heading = "Configuration")]
    pub(crate) base_url: Option<String>,
    #[command(flatten)]
    pub(crate) trust: TrustFlags,
    #[command(flatten)]
    pub(crate) tries: TriesFlags,
}

/// Flags of commands that repeat requests.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TriesFlags {
    /// Number of retries after a temporary failure [default: 5]
    #[arg(long, value_name = "N", help_heading = "Network", hide_short_help = true, value_parser = clap::value_parser!(u32).range(..=100))]
    pub(crate) retries: Option<u32>,
    /// Seconds before the first retry, then doubled [default: 0.5]
    #[arg(long, value_name = "SECONDS", help_heading = "Network", hide_short_help = true, value_parser = seconds)]
    pub(crate) retry_delay: Option<Duration>,
    /// Seconds to wait for a connection [default: 10]
    #[arg(long, value_name = "SECONDS", help_heading = "Network", hide_short_help = true, value_parser = seconds)]
    pub(crate) connect_timeout: Option<Duration>,
    /// Seconds without data after which a request fails [default: 60]
    #[arg(long, value_name = "SECONDS", help_heading = "Network", hide_short_help = true, value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
}

/// Flags of commands that read a profile.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ProfileFlags {
    /// Use this profile of the configuration file
    #[arg(id = "profile", short, long = "profile", value_name = "NAME", help_heading = "Configuration")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) file: ConfigFlags,
}

/// Flags of commands that read the configuration file.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigFlags {
    /// Read this configuration file
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(crate) config: Option<PathBuf>,
}

/// Flags of commands that connect to a server.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TrustFlags {
    /// Also trust the certificate authorities in this PEM file
    #[arg(long, value_name = "FILE", help_heading = "Network", hide_short_help = true)]
    pub(crate) ca_cert: Option<PathBuf>,
    /// Allow plain http to hosts other than this machine
    #[arg(long, help_heading = "Network", hide_short_help = true)]
    pub(crate) insecure_http: bool,
}

/// Flags of commands that send many requests.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LimitFlags {
    /// Maximum request rate, such as 20/s or 600/m, retries included
    #[arg(long, value_name = "N/s", help_heading = "Network", hide_short_help = true, value_parser = rate)]
    pub(crate) max_rate: Option<f64>,
    /// Maximum bytes per second of all transfers, such as 500k or 2M
    #[arg(long, value_name = "BYTES", help_heading = "Network", hide_short_help = true, value_parser = bytes)]
    pub(crate) limit_rate: Option<u64>,
    /// Take the Nth part of --max-rate and --limit-rate, where N processes share them
    #[arg(long, value_name = "N", help_heading = "Network", hide_short_help = true, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) share_of: Option<u32>,
}

/// Flags of commands that transfer files.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TransferFlags {
    /// Seconds for a file with its retries [default: 600 or more, by size]
    ///
    /// The default is 600 seconds and one more for each 10 kB, and at most a day.
    #[arg(long, value_name = "SECONDS", help_heading = "Network", hide_short_help = true, value_parser = seconds)]
    pub(crate) max_time: Option<Duration>,
}

/// Importance of the messages that are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors alone.
    Quiet,
    Normal,
    /// Also each file.
    Files,
    /// Also each request.
    Requests,
}

impl VerbosityFlags {
    /// Returns the importance from which on messages are printed.
    pub(crate) fn level(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Files,
            (false, _) => Verbosity::Requests,
        }
    }
}

/// Flags of commands that print messages of more than one importance.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct VerbosityFlags {
    /// Print errors only
    #[arg(short, long, help_heading = "Output", conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print more: -v files and causes of errors, -vv requests
    #[arg(short, long, help_heading = "Output", action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Flags of commands that can write a log.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LogFlags {
    /// Append events to FILE as JSON Lines
    #[arg(long, value_name = "FILE", help_heading = "Output", hide_short_help = true)]
    pub(crate) log_file: Option<PathBuf>,
}

/// Flags of commands that draw progress bars.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ProgressFlags {
    /// Draw no progress bars
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(crate) no_progress: bool,
}
