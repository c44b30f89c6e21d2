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
mod event_loop;
mod failed;
mod generate;
mod list;
mod query;
mod repair;
mod sandbox;
mod scheduled;
mod services;
mod verify;

use crate::cli::{Arguments, Command, Flags, Streams};
use crate::clock::{Cancel, Clock, StatusRequest, SystemClock};
use crate::config::{Environment, Resolver};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{Console, RunSummary, report_failure};
use jiff::Timestamp;
use std::sync::Arc;

/// What every command is handed.
pub struct Context {
    /// Where words go.
    pub console: Console,
    /// The environment as it was at the start.
    pub environment: Environment,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Set once the run has been asked to stop.
    pub cancel: Cancel,
    /// Set once the progress has been requested.
    pub status_request: StatusRequest,
    /// The shared flags of the command.
    pub flags: Flags,
    /// The command's name, for the journal.
    pub command: &'static str,
    /// Where events go.
    pub streams: Streams,
    /// The summary of the run.
    pub run_summary: RunSummary,
}

impl Context {
    /// The context of this process.
    pub fn of_process(flags: Flags, streams: Streams, command: &'static str, console: Console) -> Result<Self> {
        let deaf = |error| Error::unexpected("cannot listen for signals").caused_by(error);
        let cancel = Cancel::on_signals().map_err(deaf)?;
        let status_request = StatusRequest::on_signals().map_err(deaf)?;
        Ok(Self {
            console,
            environment: Environment::of_process(),
            clock: Arc::new(SystemClock::start()),
            cancel,
            status_request,
            flags,
            command,
            streams,
            run_summary: RunSummary::default(),
        })
    }

    /// Reports an error that ends the command, and returns how that ends.
    fn fail(&self, error: &Error) -> Exit {
        report_failure(error, &self.streams, self.clock.now(), &self.console);
        self.run_summary.error(error);
        Exit::of(error)
    }

    /// The settings of this run. What they have to wait for hears the wish to stop.
    fn resolver(&self) -> Result<Resolver<'_>> {
        Ok(Resolver::new(&self.flags, &self.environment)?.until(&self.cancel, &self.clock))
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

/// Dates from here on are those of a clock that is wrong.
const LATEST: Timestamp = Timestamp::constant(32_503_680_000, 0);

/// Carries out what was typed.
pub fn run(arguments: Arguments, console: &Console) -> Ended {
    let streams = Streams::of(&arguments);
    let context = match Context::of_process(arguments.command.flags(), streams, arguments.command.name(), console.clone()) {
        Ok(context) => context,
        Err(error) => {
            console.error(error.what(), error.hint());
            return Ended::With(Exit::of(&error));
        }
    };
    if let Err(error) = check_clock(context.clock.now()) {
        return Ended::With(context.fail(&error));
    }
    let ended = match arguments.command {
        Command::Download(download) => {
            return Ended::With(scheduled::run(&download.schedule, context, !download.dry_run, |context| {
                download::run(&download, context)
            }));
        }
        Command::Verify(verify) => {
            return Ended::With(scheduled::run(&verify.schedule, context, true, |context| verify::run(&verify, context)));
        }
        Command::Repair(repair) => {
            return Ended::With(scheduled::run(&repair.schedule, context, true, |context| repair::run(&repair, context)));
        }
        Command::List(list) => list::run(&list, &context).map(Ended::With),
        Command::Attempts(attempts) => attempts::run(&attempts, &context).map(Ended::With),
        Command::Catalog(catalog) => catalog::run(&catalog, &context).map(Ended::With),
        Command::Config(config) => config::run(&config, &context).map(Ended::With),
        Command::Sandbox(sandbox) => sandbox::run(sandbox, &context),
        Command::Demo(demo) => demo::run(&demo, &context).map(Ended::With),
        Command::Completions(completions) => generate::completions(&completions, &context).map(Ended::With),
        Command::Man(man) => generate::man(&man, &context).map(Ended::With),
    };
    ended.unwrap_or_else(|error| Ended::With(context.fail(&error)))
}

/// Returns an error where the date of the computer cannot be right: records would carry it, and near the end of what a
/// date can be no time can be added to it.
fn check_clock(now: Timestamp) -> Result<()> {
    if now < LATEST {
        return Ok(());
    }
    let what = format!("the clock of this computer says {}, which cannot be right", crate::text::day(now));
    Err(Error::configuration(what, "set the clock and run the same command again; every record carries its date"))
}

#[cfg(test)]
mod tests {
    use super::{LATEST, check_clock};
    use jiff::Timestamp;

    #[test]
    fn a_date_that_cannot_be_right_is_refused() {
        assert_eq!(LATEST.to_string(), "3000-01-01T00:00:00Z");
        assert!(check_clock(Timestamp::UNIX_EPOCH).is_ok());
        let error = check_clock(Timestamp::MAX).expect_err("a wrong clock");
        assert!(error.what().contains("9999-12-30"), "{error}");
    }
}
