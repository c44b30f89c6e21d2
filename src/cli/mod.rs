//! What the user typed: every command and flag with its help, and nothing else. No environment, no files, no network.
//!
//! The only place that names `clap`. Must not know what a flag leads to; `config` resolves it.

mod arguments;
mod config;
pub mod generate;
mod global;
mod help;
mod schedule;
mod values;

pub use arguments::{
    Arguments, AttemptsArguments, CatalogArguments, Command, CompletionsArguments, DemoArguments, DownloadArguments, EventFormat,
    KindChoice, ListArguments, ManArguments, RepairArguments, SandboxArguments, SealArguments, TableFormat, VerifyArguments,
};
pub use config::{CheckArguments, ConfigArguments, ConfigCommand, SettingsFormat, ShowArguments};
pub use global::{ColorChoice, Global, ProviderChoice};
pub use schedule::ScheduleArguments;
pub use values::{RETENTION_DAYS, bytes, rate};

use crate::error::Error;
use clap::Parser;
use clap::error::ErrorKind;
use std::ffi::OsString;

/// What to do instead of a command when there is none.
pub enum Instead {
    /// Help or version, for standard output: without and with colour.
    Answer(String, String),
    /// Help for somebody who typed nothing, for standard error: without and with colour.
    Help(String, String),
    /// A mistake.
    Mistake(Error),
}

/// Reads the command line; help, version and mistakes come back as text, nothing is printed.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, Instead> {
    Arguments::try_parse_from(arguments).map_err(|error| {
        let (plain, coloured) = (error.render().to_string(), error.render().ansi().to_string());
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Instead::Answer(plain, coloured),
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Instead::Help(plain, coloured),
            _ => Instead::Mistake(mistake(&plain)),
        }
    })
}

/// Clap's words as the two lines of every error: its first paragraph, then its tips, or the usage.
fn mistake(text: &str) -> Error {
    let mut paragraphs = text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    let what = paragraphs.next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(&what).to_owned();
    let rest: Vec<String> = paragraphs.collect();
    let tips: Vec<&str> = rest.iter().filter_map(|paragraph| paragraph.strip_prefix("tip: ")).collect();
    let usage = rest.iter().find_map(|paragraph| paragraph.strip_prefix("Usage: ").map(|usage| format!("usage: {usage}")));
    let hint = if tips.is_empty() { usage.unwrap_or_else(|| "vmedia --help shows what there is".to_owned()) } else { tips.join("; ") };
    Error::usage(what, hint)
}
