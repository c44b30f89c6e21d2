//! `vmedia config` and what stands below it. The doc comments here are the help that people read.

use super::choices::{EventFormat, SettingsFormat};
use super::flags::{ConfigFlags, ConnectionFlags, Flags, LimitFlags, LogFlags, ProfileFlags, TransferFlags, VerbosityFlags};
use super::help;
use clap::{Args, Subcommand};

/// Commands on the configuration.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the path of the configuration file
    #[command(after_help = help::CONFIG_PATH)]
    Path(PathArguments),
    /// Show every setting and its source; secrets are neither read nor shown
    #[command(after_help = help::CONFIG_SHOW)]
    Show(ShowArguments),
    /// Check that a run would work: settings, provider, archive folder and clock
    #[command(after_help = help::CONFIG_CHECK)]
    Check(CheckArguments),
    /// Print a configuration file in which every key is explained
    #[command(after_help = help::CONFIG_EXAMPLE)]
    Example,
    /// Write a profile from your answers
    #[command(after_help = help::CONFIG_INIT)]
    Init(CheckFlags),
}

impl ConfigCommand {
    /// Returns the shared flags of this command; those that it lacks are not set.
    pub(crate) fn flags(&self) -> Flags {
        let quiet = |quiet| VerbosityFlags { quiet, verbose: 0 };
        match self {
            Self::Path(path) => {
                let profile = ProfileFlags { file: path.file.clone(), name: None };
                let connection = ConnectionFlags { profile, ..ConnectionFlags::default() };
                Flags { connection, verbosity: quiet(path.quiet), ..Flags::default() }
            }
            Self::Show(show) => {
                let ShowArguments { connection, limits, transfer, log, .. } = show.clone();
                Flags { connection, limits, transfer, log, ..Flags::default() }
            }
            Self::Check(CheckArguments { flags, .. }) | Self::Init(flags) => {
                let CheckFlags { connection, log, .. } = flags.clone();
                Flags { connection, log, verbosity: quiet(flags.quiet), ..Flags::default() }
            }
            Self::Example => Flags::default(),
        }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PathArguments {
    #[command(flatten)]
    pub(crate) file: ConfigFlags,
    /// Print errors only
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ShowArguments {
    /// Output format
    #[arg(long, default_value = "table")]
    pub(crate) format: SettingsFormat,
    #[command(flatten)]
    pub(crate) connection: ConnectionFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) transfer: TransferFlags,
    #[command(flatten)]
    pub(crate) log: LogFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct CheckArguments {
    /// Output format: text, or a JSON array of objects with check, verdict, what, hint
    #[arg(long, default_value = "text", hide_possible_values = true)]
    pub(crate) format: EventFormat,
    #[command(flatten)]
    pub(crate) flags: CheckFlags,
}

/// The flags that `config check` and `config init` share, which ends with such a check.
#[derive(Debug, Clone, Args)]
pub(crate) struct CheckFlags {
    #[command(flatten)]
    pub(crate) connection: ConnectionFlags,
    /// Print errors only
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) log: LogFlags,
}
