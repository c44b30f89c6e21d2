//! `vmedia config`: shows, checks and writes the configuration. One file for each command.

mod check;
mod encryption;
mod init;
mod probe_report;
mod show;
mod terminal;

use super::Context;
use crate::cli::ConfigCommand;
use crate::config::{EXAMPLE, required_location};
use crate::error::{Result, plain};
use crate::exit::Exit;
use std::io::ErrorKind;
use std::path::Path;

pub(super) fn run(command: &ConfigCommand, context: &Context) -> Result<Exit> {
    match command {
        ConfigCommand::Path(_) => path(context),
        ConfigCommand::Show(show) => show::run(show, context),
        ConfigCommand::Check(check) => check::run(&context.flags, check.format, context),
        ConfigCommand::Init(_) => init::run(context),
        ConfigCommand::Example => {
            context.console.answer(EXAMPLE.as_bytes());
            Ok(Exit::Done)
        }
    }
}

/// Prints the path to standard output, and for people a note about the file.
fn path(context: &Context) -> Result<Exit> {
    let location = required_location(&context.flags, &context.environment)?;
    context.console.answer(format!("{}\n", location.value.display()).as_bytes());
    if !context.flags.verbosity.quiet {
        context.console.message(&context.console.note_line(&existence(&location.value)));
    }
    Ok(Exit::Done)
}

fn existence(path: &Path) -> String {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => "that is a folder and no file".to_owned(),
        Ok(_) => "the file is there".to_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => "there is no such file; vmedia config init makes one".to_owned(),
        Err(error) => format!("whether there is such a file cannot be seen: {}", plain(&error)),
    }
}
