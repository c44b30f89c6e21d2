//! `vmedia config`: where the configuration is, what it says, and how to get one. One file for each thing that it does.

mod check;
mod init;
mod reception;
mod show;
mod terminal;

use super::Context;
use crate::cli::{ConfigArguments, ConfigCommand};
use crate::config::{EXAMPLE, place};
use crate::error::Result;
use crate::exit::Exit;

/// Does what was asked for.
pub(super) fn run(arguments: &ConfigArguments, context: &Context) -> Result<Exit> {
    match &arguments.command {
        ConfigCommand::Path => path(context),
        ConfigCommand::Show(show) => show::run(show, context),
        ConfigCommand::Check(check) => check::run(check, context),
        ConfigCommand::Init => init::run(context),
        ConfigCommand::Example => {
            context.console.answer(EXAMPLE.as_bytes());
            Ok(Exit::Done)
        }
    }
}

/// Prints the path for scripts, and for people whether there is a file.
fn path(context: &Context) -> Result<Exit> {
    let location = place(&context.global, &context.environment)?;
    context.console.answer(format!("{}\n", location.value.display()).as_bytes());
    if !context.global.quiet {
        let told = if location.value.is_file() { "the file is there" } else { "there is no such file; vmedia config init makes one" };
        context.console.message(&context.console.note_line(told));
    }
    Ok(Exit::Done)
}
