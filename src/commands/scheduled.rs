//! Scheduled runs: limits the time of a run, and when it has ended, or could not begin, writes the metrics file, requests the
//! heartbeat URL and runs the command of `--on-failure`.
//!
//! None of these changes the exit status, and none takes long.

mod command;
mod ping;

use super::Context;
use crate::archive::must_be_outside;
use crate::cli::ScheduleArguments;
use crate::config::{Network, Resolver};
use crate::error::{Result, plain};
use crate::exit::Exit;
use crate::http::Address;
use crate::report::{Summary, exposition};
use crate::store::{Readers, is_in_the_way, replace};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// The largest metrics file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// The notifications that a command sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Notify {
    /// Those of the flags, and the heartbeat of the profile.
    WithProfile,
    /// Those of the flags: a successful verification must not hide that nothing was archived.
    ByFlags,
    /// None: it is a dry run.
    Never,
}

/// Runs the work of a command within its time limit and sends the notifications.
pub(super) fn run(
    schedule: &ScheduleArguments,
    context: &mut Context,
    notify: Notify,
    work: impl FnOnce(&Context) -> Result<Exit>,
) -> Exit {
    let (hooks, settled) = Hooks::new(schedule, notify, context);
    if let Some(time) = schedule.max_duration {
        context.cancel = context.cancel.within(time, context.clock.clone());
    }
    let exit = settled.and_then(|()| work(context)).unwrap_or_else(|error| context.fail(&error));
    let exit = context.console.exit(exit);
    if notify != Notify::Never {
        hooks.notify(exit, context);
    }
    exit
}

/// The notifications of a run.
struct Hooks<'a> {
    schedule: &'a ScheduleArguments,
    profile: Option<String>,
    provider: Option<String>,
    ping: Option<Address>,
    network: Network,
    /// The environment variables that hold secrets; none when the configuration cannot be read.
    secret_variables: Option<Vec<String>>,
}

impl<'a> Hooks<'a> {
    /// Reads the settings of the notifications. A broken configuration is left to the command to report; an invalid URL is an error.
    fn new(schedule: &'a ScheduleArguments, notify: Notify, context: &Context) -> (Self, Result<()>) {
        let read = Resolver::new(&context.flags, &context.environment).ok();
        let secret_variables = read.as_ref().map(Resolver::secret_variables);
        let resolver = read.unwrap_or_else(|| Resolver::without_file(&context.flags, &context.environment));
        let placed = schedule.metrics_file.as_deref().map_or(Ok(()), |path| must_be_outside("--metrics-file", path));
        let (ping, settled) = match resolver.ping_address(schedule.ping_url.as_deref(), notify != Notify::ByFlags) {
            Ok(ping) => (ping, Ok(())),
            Err(error) => (None, Err(error)),
        };
        let hooks = Self {
            schedule,
            profile: resolver.profile_name().map(|found| found.value.clone()),
            provider: resolver.provider().ok().map(|found| found.value.name().to_owned()),
            ping,
            network: resolver.network(),
            secret_variables,
        };
        (hooks, placed.and(settled))
    }

    fn notify(&self, exit: Exit, context: &Context) {
        let is_failure = exit != Exit::Done;
        let summary = context.run_summary.summary();
        let summary = Summary {
            profile: self.profile.clone(),
            provider: summary.provider.clone().or_else(|| self.provider.clone()),
            finished: context.clock.now(),
            milliseconds: u64::try_from(context.clock.elapsed().as_millis()).unwrap_or(u64::MAX),
            exit,
            code: exit.code(),
            ..summary
        };
        if let Some(path) = &self.schedule.metrics_file {
            note(write_metrics(path, &summary), context);
        }
        if let Some(address) = &self.ping {
            note(ping::send(address, is_failure, &self.network, context), context);
        }
        if let (Some(command), true) = (&self.schedule.on_failure, is_failure) {
            note(command::run(command, &summary, self.secret_variables.as_deref(), context), context);
        }
    }
}

/// Replaces the metrics file in one step; returns why that failed.
fn write_metrics(path: &Path, summary: &Summary) -> std::result::Result<(), String> {
    let failed = |reason: &str| format!("the metrics file {} was not written: {reason}", path.display());
    must_be_outside("--metrics-file", path).map_err(|error| failed(error.what()))?;
    if is_in_the_way(path) {
        return Err(failed("it is not a regular file"));
    }
    // If the file of the last run cannot be read, only the time of the last success is lost.
    let mut before = String::new();
    let _ = std::fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut before));
    // The collector runs as another user, and nothing here is private.
    replace(path, exposition(summary, &before).as_bytes(), Readers::All).map_err(|error| failed(&plain(&error)))
}

/// Returns the limit that is over since `began`: the first, or the second once the run has been asked to stop.
fn expired(context: &Context, began: Duration, [usual, hurried]: [Duration; 2]) -> Option<Duration> {
    let limit = if is_hurried(context) { hurried } else { usual };
    Some(limit).filter(|limit| context.clock.elapsed().saturating_sub(began) >= *limit)
}

/// Returns true if a person or the system asked the run to stop; the end of `--max-duration` is no such request.
fn is_hurried(context: &Context) -> bool {
    context.cancel.requested().is_some_and(|stop| stop.exit().is_interruption())
}

/// Prints a notification that failed, with `--quiet` too.
fn note(sent: std::result::Result<(), String>, context: &Context) {
    if let Err(reason) = sent {
        context.console.message(&context.console.note_line(&reason));
    }
}
