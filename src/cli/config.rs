//! `vmedia config` and what stands below it. The doc comments here are the help that people read.

use super::arguments::EventFormat;
use super::help;
use clap::{Args, Subcommand, ValueEnum};

/// `vmedia config`.
#[derive(Debug, Clone, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct ConfigArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What can be done with the configuration.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Print where the configuration file is looked for
    #[command(after_help = help::CONFIG_PATH)]
    Path,
    /// Show every setting and where it is from; secrets are neither read nor shown
    #[command(after_help = help::CONFIG_SHOW)]
    Show(ShowArguments),
    /// Try whether a run would work: ask the provider one harmless question, look at the archive's folder and the clock
    #[command(after_help = help::CONFIG_CHECK)]
    Check(CheckArguments),
    /// Print a configuration file in which every key is explained
    #[command(after_help = help::CONFIG_EXAMPLE)]
    Example,
    /// Write a profile from your answers
    #[command(after_help = help::CONFIG_INIT)]
    Init,
}

/// `vmedia config show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArguments {
    /// How to print it
    #[arg(long, default_value = "table")]
    pub format: SettingsFormat,
}

/// `vmedia config check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    /// How to print it: text, or one JSON array of objects with check, verdict, what and hint
    #[arg(long, default_value = "text", hide_possible_values = true)]
    pub format: EventFormat,
}

/// How settings are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum SettingsFormat {
    /// For people: those that matter to the provider, and those that somebody set
    #[default]
    Table,
    /// All of them, as one JSON array of objects with name, value and source
    Json,
}
