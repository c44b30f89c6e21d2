//! The command line: every command and flag with its help. No environment, no files, no network.
//!
//! The only place that names `clap`. Must not resolve flags; `config` does.

mod arguments;
mod change;
mod choices;
mod complete;
mod config;
mod encryption;
mod flags;
pub mod generate;
mod held;
mod help;
mod keys;
mod layout;
mod listing;
mod retention;
mod schedule;
mod seal;
mod ship;
mod streams;
mod tools;
mod values;
mod version;

pub use arguments::Arguments;
pub use complete::Completion;
pub use flags::Flags;
pub use streams::Streams;

pub(crate) use arguments::{Command, DownloadArguments, RepairArguments, VerifyArguments};
pub(crate) use change::{AdoptArguments, ArchiveArguments, EncryptArguments, EraseArguments, ExportArguments};
pub(crate) use choices::{
    ClassChoice, ColorChoice, EventFormat, KindChoice, LayoutChoice, LockChoice, ProviderChoice, SettingsFormat, SortKey, TableFormat,
    VerifyBy, ViewFormat,
};
pub(crate) use complete::Values;
pub(crate) use config::{ConfigCommand, ShowArguments as ShowSettingsArguments};
pub(crate) use encryption::EncryptionArguments;
pub(crate) use flags::{ConnectionFlags, Verbosity};
pub(crate) use held::{CatalogArguments, FindArguments, HeldArguments, OpenArguments, RowsArguments, SelectionArguments, ShowArguments};
pub(crate) use keys::{DrillArguments, GrantArguments, KeysCommand, RewrapArguments};
pub(crate) use listing::{AttemptsArguments, ListArguments, ListingArguments};
pub(crate) use retention::{
    CutoffArguments, DueArguments, HoldAddArguments, HoldCommand, HoldListArguments, HoldReleaseArguments, PlanArguments, RetentionCommand,
};
pub(crate) use schedule::ScheduleArguments;
pub(crate) use seal::SealArguments;
pub(crate) use ship::ShipArguments;
pub(crate) use tools::{CompletionsArguments, DemoArguments, ManArguments, SandboxArguments};
pub(crate) use values::{APPROVALS, Condition, JOBS, PROVIDER_DAYS, bytes, rate};

use crate::error::Error;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use std::ffi::OsString;

/// An end of the program without a command.
pub enum ParseExit {
    /// Help or version, for standard output: without and with colour.
    Output(String, String),
    /// Help after an empty command line, for standard error: without and with colour.
    Help(String, String),
    /// A mistake, and where it is reported.
    Invalid(Error, Streams),
}

/// Reads the command line; help, version and mistakes come back as text, nothing is printed.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, ParseExit> {
    let words: Vec<OsString> = words.into_iter().collect();
    let mut command = layout::program(&words);
    let matches = command.try_get_matches_from_mut(&words);
    matches.and_then(|matches| Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))).map_err(|error| {
        let both = |text: &clap::builder::StyledStr| (text.to_string(), text.ansi().to_string());
        let (plain, coloured) = both(&error.render());
        match error.kind() {
            ErrorKind::DisplayHelp => {
                let (plain, coloured) = both(&layout::help(command, &words));
                ParseExit::Output(plain, coloured)
            }
            ErrorKind::DisplayVersion => {
                let details = if words.iter().any(|word| word == "--version") { version::details() } else { String::new() };
                ParseExit::Output(format!("{plain}{details}"), format!("{coloured}{details}"))
            }
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => ParseExit::Help(plain, coloured),
            kind => ParseExit::Invalid(usage_error(&plain, kind, &help_for(&words)), Streams::of_invalid(&words)),
        }
    })
}

/// Returns the command that shows help: of the command that was typed, else of the program.
fn help_for(words: &[OsString]) -> String {
    let program = Arguments::command();
    let (mut command, mut help) = (&program, "vmedia".to_owned());
    for word in words.iter().skip(1) {
        if let Some(below) = command.find_subcommand(word) {
            (command, help) = (below, format!("{help} {}", below.get_name()));
        }
    }
    format!("{help} --help")
}

/// Turns clap's message into an error: its first paragraph, with its tips or a pointer to the help as hint.
fn usage_error(text: &str, kind: ErrorKind, help: &str) -> Error {
    let mut paragraphs = text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    let what = paragraphs.next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(&what).to_owned();
    let rest: Vec<String> = paragraphs.collect();
    let tips: Vec<&str> = rest.iter().filter_map(|paragraph| paragraph.strip_prefix("tip: ")).filter(|tip| is_likely(tip)).collect();
    let usage = rest.iter().find_map(|paragraph| paragraph.strip_prefix("Usage: ").map(|usage| format!("usage: {usage}; ")));
    let hint = if !tips.is_empty() {
        tips.join("; ")
    } else if kind == ErrorKind::InvalidSubcommand {
        "vmedia --help lists the commands".to_owned()
    } else if kind == ErrorKind::InvalidUtf8 {
        "type the word again; a list under such a name can be read by --from - < NAME".to_owned()
    } else if kind == ErrorKind::MissingRequiredArgument || kind == ErrorKind::ArgumentConflict {
        format!("{}{help} shows every flag and examples", usage.unwrap_or_default())
    } else {
        format!("{help} shows every flag and examples")
    };
    Error::usage(what, hint)
}

/// Returns whether a tip is useful. A mistyped long flag is not meant as an id; a short one may be.
fn is_likely(tip: &str) -> bool {
    !tip.starts_with("to pass '--")
}
