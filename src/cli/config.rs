//! `vmedia config` and what stands below it. The doc comments here are the help that people read.

use super::choices::{EventFormat, SettingsFormat};
use super::flags::{ConfigFlags, ConnectionFlags, Flags, LimitFlags, LogFlags, ProfileFlags, TransferFlags, VerbosityFlags};
use super::help;
use clap::{Args, Subcommand};

/// `vmedia config`.
#[derive(Debug, Clone, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct ConfigArguments {
    /// The command.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// Commands on the configuration.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
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
    pub fn flags(&self) -> Flags {
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

/// `vmedia config path`.
#[derive(Debug, Clone, Args)]
pub struct PathArguments {
    /// The configuration file.
    #[command(flatten)]
    pub file: ConfigFlags,
    /// Print errors only
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

/// `vmedia config show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArguments {
    /// Output format
    #[arg(long, default_value = "table")]
    pub format: SettingsFormat,
    /// Connection to the provider.
    #[command(flatten)]
    pub connection: ConnectionFlags,
    /// Rate limits.
    #[command(flatten)]
    pub limits: LimitFlags,
    /// Time limit of a file.
    #[command(flatten)]
    pub transfer: TransferFlags,
    /// Log file.
    #[command(flatten)]
    pub log: LogFlags,
}

/// `vmedia config check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    /// Output format: text, or a JSON array of objects with check, verdict, what, hint
    #[arg(long, default_value = "text", hide_possible_values = true)]
    pub format: EventFormat,
    /// The shared flags.
    #[command(flatten)]
    pub flags: CheckFlags,
}

/// The flags that `config check` and `config init` share, which ends with such a check.
#[derive(Debug, Clone, Args)]
pub struct CheckFlags {
    /// Connection to the provider.
    #[command(flatten)]
    pub connection: ConnectionFlags,
    /// Print errors only
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// Log file.
    #[command(flatten)]
    pub log: LogFlags,
}
