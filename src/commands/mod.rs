//! The verbs: one file each, one shape each. A command resolves its settings, hands the work to the engine and the
//! events to the report, and says how it ended.
//!
//! Must not do the work itself and must not print but through the report.

mod archives;
mod attempts;
mod catalog;
mod config;
mod demo;
mod download;
mod failed;
mod generate;
mod list;
mod look;
mod pump;
mod repair;
mod sandbox;
mod scheduled;
mod services;
mod sum;
mod verify;

use crate::cli::{Arguments, Command, Global};
use crate::clock::{Cancel, Clock, Inquiry, SystemClock};
use crate::config::{Environment, Resolver};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{Account, Console};
use std::sync::Arc;

/// What every command is handed.
pub struct Context {
    /// Where words go.
    pub console: Console,
    /// The environment as it was at the start.
    pub environment: Environment,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Whether somebody asked to stop.
    pub cancel: Cancel,
    /// Whether somebody asked how far the work is.
    pub inquiry: Inquiry,
    /// The flags that every command takes.
    pub global: Global,
    /// The command's name, for the journal.
    pub command: &'static str,
    /// What the run comes to.
    pub account: Account,
}

impl Context {
    /// The context of this process.
    pub fn of_process(global: Global, command: &'static str) -> Result<Self> {
        let deaf = |error| Error::unexpected("cannot listen for signals").caused_by(error);
        let cancel = Cancel::on_signals().map_err(deaf)?;
        let inquiry = Inquiry::on_signals().map_err(deaf)?;
        Ok(Self {
            console: Console::of_process(global.color),
            environment: Environment::of_process(),
            clock: Arc::new(SystemClock::start()),
            cancel,
            inquiry,
            global,
            command,
            account: Account::default(),
        })
    }

    /// The settings of this run. What they have to wait for hears the wish to stop.
    fn resolver(&self) -> Result<Resolver<'_>> {
        Ok(Resolver::new(&self.global, &self.environment)?.until(&self.cancel, &self.clock))
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With a status of our own.
    With(Exit),
    /// With the status of a command that `sandbox` ran.
    As(u8),
}

/// Carries out what was typed.
pub fn run(arguments: Arguments) -> Result<Ended> {
    let context = Context::of_process(arguments.global, arguments.command.name())?;
    match arguments.command {
        Command::List(list) => list::run(&list, &context).map(Ended::With),
        Command::Attempts(attempts) => attempts::run(&attempts, &context).map(Ended::With),
        Command::Download(download) => {
            Ok(Ended::With(scheduled::run(&download.schedule, context, !download.dry_run, |context| download::run(&download, context))))
        }
        Command::Verify(verify) => {
            Ok(Ended::With(scheduled::run(&verify.schedule, context, true, |context| verify::run(&verify, context))))
        }
        Command::Catalog(catalog) => catalog::run(&catalog, &context).map(Ended::With),
        Command::Repair(repair) => {
            Ok(Ended::With(scheduled::run(&repair.schedule, context, true, |context| repair::run(&repair, context))))
        }
        Command::Config(config) => config::run(&config, &context).map(Ended::With),
        Command::Sandbox(sandbox) => sandbox::run(sandbox, &context),
        Command::Demo(demo) => demo::run(&demo, &context).map(Ended::With),
        Command::Completions(completions) => generate::completions(&completions, &context).map(Ended::With),
        Command::Man(man) => generate::man(&man, &context).map(Ended::With),
    }
}
