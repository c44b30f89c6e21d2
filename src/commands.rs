//! The commands: one file each. A command resolves its settings, hands the work to the engine and the events to the report, and
//! returns the exit.
//!
//! Must not do the work itself and must not print but through the report.

mod adopt;
mod archives;
mod at_provider;
mod at_store;
mod attempts;
mod browser;
mod buckets;
mod came;
mod catalog;
mod closing;
mod complete;
mod config;
mod demo;
mod destination;
mod download;
mod drill;
mod encrypt;
mod erase;
mod event_loop;
mod export;
mod failed;
mod find;
mod from_bucket;
mod generate;
mod headings;
mod hold;
mod keys;
mod list;
mod lists;
mod matching;
mod new_file;
mod one_session;
mod open;
mod opened;
mod query;
mod renewal;
mod repair;
mod retention;
mod sandbox;
mod scheduled;
mod services;
mod ship;
mod show;
mod spool;
mod verify;

pub(super) use complete::complete;

use crate::cli::{Arguments, Command, EventFormat, Flags, KeysCommand, RetentionCommand, Streams};
use crate::clock::{Cancel, Clock, StatusRequest, SystemClock};
use crate::config::{Environment, Resolver};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{Console, Reporter, RunSummary, report_failure};
use jiff::Timestamp;
use scheduled::Notify;
use std::sync::Arc;

/// The surroundings of a command.
struct Context {
    console: Console,
    /// The environment as it was at the start.
    environment: Environment,
    clock: Arc<dyn Clock>,
    /// Set once the run has been asked to stop.
    cancel: Cancel,
    /// Set once the progress has been requested.
    status_request: StatusRequest,
    flags: Flags,
    /// The command's name, for the journal.
    command: &'static str,
    streams: Streams,
    run_summary: RunSummary,
}

impl Context {
    fn of_process(arguments: &Arguments, console: Console) -> Result<Self> {
        let deaf = |error| Error::unexpected("cannot listen for signals").caused_by(error);
        let clock = SystemClock::start();
        let command = arguments.command_name();
        Ok(Self {
            console,
            environment: Environment::of_process(),
            cancel: Cancel::on_signals().map_err(deaf)?,
            status_request: StatusRequest::on_signals().map_err(deaf)?,
            flags: arguments.command.flags(),
            command,
            streams: Streams::of(arguments),
            run_summary: RunSummary::new(command, clock.now()),
            clock: Arc::new(clock),
        })
    }

    /// Reports an error that ends the command, and returns its exit.
    fn fail(&self, error: &Error) -> Exit {
        report_failure(error, &self.streams, self.clock.now(), &self.console);
        self.run_summary.error(error);
        Exit::of(error)
    }

    /// Reads the settings of this run; waiting for them ends once the run has been asked to stop.
    fn resolver(&self) -> Result<Resolver<'_>> {
        Ok(Resolver::new(&self.flags, &self.environment)?.until(&self.cancel, &self.clock))
    }

    fn reporter(&self, format: EventFormat, has_bars: bool) -> Result<Reporter> {
        Reporter::new(&self.console, &self.flags, &self.run_summary, &self.clock, format, has_bars)
    }
}

/// Dates from here on are those of a clock that is wrong.
const LATEST: Timestamp = Timestamp::constant(32_503_680_000, 0);

/// Runs a command and returns the exit status.
pub(super) fn run(arguments: Arguments) -> u8 {
    let console = Console::of_process(arguments.color);
    let mut context = match Context::of_process(&arguments, console.clone()) {
        Ok(context) => context,
        Err(error) => {
            console.error(error.what(), error.hint());
            return Exit::of(&error).code();
        }
    };
    dispatch(arguments.command, &mut context).unwrap_or_else(|error| console.exit(context.fail(&error)).code())
}

fn dispatch(command: Command, context: &mut Context) -> Result<u8> {
    check_clock(context.clock.now())?;
    let exit = match command {
        Command::Download(mut download) => {
            if !download.dry_run {
                download::take_files(&mut download, context);
            }
            let notify = if download.dry_run { Notify::Never } else { Notify::WithProfile };
            scheduled::run(&download.run.schedule, context, notify, |context| download::run(&download, context))
        }
        Command::Verify(verify) => scheduled::run(&verify.schedule, context, Notify::ByFlags, |context| verify::run(&verify, context)),
        Command::Repair(repair) => scheduled::run(&repair.run.schedule, context, Notify::ByFlags, |context| repair::run(&repair, context)),
        Command::Ship(ship) => {
            let notify = if ship.dry_run { Notify::Never } else { Notify::ByFlags };
            scheduled::run(&ship.schedule, context, notify, |context| ship::run(&ship, context))
        }
        Command::Keys(KeysCommand::Drill(drill)) => {
            scheduled::run(&drill.schedule, context, Notify::ByFlags, |context| drill::run(&drill, context))
        }
        Command::Keys(KeysCommand::Grant(grant)) => keys::grant_keys(&grant, context)?,
        Command::Keys(KeysCommand::Rewrap(rewrap)) => keys::rewrap(&rewrap, context)?,
        Command::Hold(hold) => hold::run(&hold, context)?,
        Command::Retention(RetentionCommand::Cutoff(cutoff)) => retention::cutoff(&cutoff, context)?,
        Command::Retention(RetentionCommand::Plan(plan)) => retention::plan(&plan, context)?,
        Command::Retention(RetentionCommand::Due(due)) => {
            scheduled::run(&due.schedule, context, Notify::ByFlags, |context| retention::due(&due, context))
        }
        Command::Encrypt(encrypt) => encrypt::run(&encrypt, context)?,
        Command::Adopt(adopt) => adopt::run(&adopt, context)?,
        Command::Erase(erase) => erase::run(&erase, context)?,
        Command::Export(export) => export::run(&export, context)?,
        Command::List(list) => list::run(&list, context)?,
        Command::Attempts(attempts) => attempts::run(&attempts, context)?,
        Command::Catalog(catalog) => catalog::run(&catalog, context)?,
        Command::Find(find) => find::run(&find, context)?,
        Command::Show(show) => show::run(&show, context)?,
        Command::Open(open) => open::run(&open, context)?,
        Command::Config(config) => config::run(&config, context)?,
        Command::Sandbox(sandbox) => return sandbox::run(sandbox, context),
        Command::Demo(demo) => demo::run(&demo, context)?,
        Command::Completions(completions) => generate::completions(&completions, context)?,
        Command::Man(man) => generate::man(&man, context)?,
    };
    Ok(context.console.exit(exit).code())
}

/// Fails if the date of the computer cannot be right: records would carry it, and no time can be added to the last dates.
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
