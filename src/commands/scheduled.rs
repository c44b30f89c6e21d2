//! What surrounds a run that nobody watches: its time is bounded before it begins, and when it is over, also when it could not
//! begin, whoever wants to know is told how it ended.
//!
//! Being told is never part of the work: nothing here changes how the run ends, and nothing takes long. Must not know what
//! the work is.

mod command;
mod metrics;
mod ping;

use super::Context;
use crate::archive::must_be_outside;
use crate::cli::ScheduleArguments;
use crate::config::{Network, Resolver};
use crate::error::Result;
use crate::exit::Exit;
use crate::http::Address;
use crate::report::{Frame, Summary};
use jiff::Timestamp;
use std::time::Duration;

/// Runs the work of a command within its bounds, and tells how it ended; not of a rehearsal, which says nothing of the work.
pub(super) fn run(schedule: &ScheduleArguments, mut context: Context, is_real: bool, work: impl FnOnce(&Context) -> Result<Exit>) -> Exit {
    let (hooks, settled) = Hooks::new(schedule, &context);
    if let Some(time) = schedule.max_duration {
        context.cancel = context.cancel.within(time, context.clock.clone());
    }
    let beginning = Beginning { at: context.clock.now(), elapsed: context.clock.elapsed() };
    let exit = match settled.and_then(|()| work(&context)) {
        Ok(exit) => exit,
        Err(error) => context.fail(&error),
    };
    let exit = context.console.exit(exit);
    if is_real {
        hooks.tell(exit, &beginning, &context);
    }
    exit
}

struct Beginning {
    at: Timestamp,
    elapsed: Duration,
}

/// Whom to tell, and what of the configuration that takes.
struct Hooks<'a> {
    schedule: &'a ScheduleArguments,
    profile: Option<String>,
    provider: Option<String>,
    ping: Option<Address>,
    network: Network,
    /// The environment variables that no other process gets; none when it cannot be told which they are.
    secret_variables: Option<Vec<String>>,
}

impl<'a> Hooks<'a> {
    /// A configuration that cannot be used stops only what needs it; that is for the work to find out. An address that is
    /// none would be missed when it is too late.
    fn new(schedule: &'a ScheduleArguments, context: &Context) -> (Self, Result<()>) {
        let read = Resolver::new(&context.flags, &context.environment).ok();
        let is_known = read.is_some();
        let resolver = read.unwrap_or_else(|| Resolver::without_file(&context.flags, &context.environment));
        // A verification that is well would hide from the service that nothing was archived.
        let is_profiles = context.command == "download";
        let placed = schedule.metrics_file.as_deref().map_or(Ok(()), |path| must_be_outside("--metrics-file", path));
        let (ping, settled) = match resolver.ping_address(schedule.ping_url.as_deref(), is_profiles) {
            Ok(ping) => (ping, Ok(())),
            Err(error) => (None, Err(error)),
        };
        let hooks = Self {
            schedule,
            profile: resolver.profile_name().map(|found| found.value.clone()),
            provider: resolver.provider_name().map(str::to_owned),
            ping,
            network: resolver.network(),
            secret_variables: is_known.then(|| resolver.secret_variables()),
        };
        (hooks, placed.and(settled))
    }

    fn tell(&self, exit: Exit, beginning: &Beginning, context: &Context) {
        let is_failure = exit != Exit::Done;
        let summary = self.summary(exit, beginning, context);
        if let Some(path) = &self.schedule.metrics_file {
            note(metrics::write(path, &summary), context);
        }
        if let Some(address) = &self.ping {
            note(ping::send(address, is_failure, &self.network, context), context);
        }
        if let (Some(command), true) = (&self.schedule.on_failure, is_failure) {
            note(command::run(command, &summary, self.secret_variables.as_deref(), context), context);
        }
    }

    fn summary(&self, exit: Exit, beginning: &Beginning, context: &Context) -> Summary {
        let elapsed = context.clock.elapsed().saturating_sub(beginning.elapsed);
        context.account.summary(Frame {
            command: context.command,
            profile: self.profile.clone(),
            provider: self.provider.clone(),
            started: beginning.at,
            finished: context.clock.now(),
            milliseconds: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            exit,
        })
    }
}

/// Whether a person or the system wants an end now, and does not want to wait for it; time that is over is no such wish.
fn is_hurried(context: &Context) -> bool {
    context.cancel.requested().is_some_and(|stop| stop.exit().is_interruption())
}

/// Who was not told may wait for it: that is said also where nothing else is.
fn note(told: std::result::Result<(), String>, context: &Context) {
    if let Err(reason) = told {
        context.console.message(&context.console.note_line(&reason));
    }
}
