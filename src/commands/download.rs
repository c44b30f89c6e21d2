//! `vmedia download`: archives sessions. Resolves the settings and reports the end; the engine does the work.

use super::Context;
use super::buckets::must_have_files;
use super::came::lines;
use super::closing::{after, close_journal};
use super::destination::Destination;
use super::event_loop::receive;
use super::failed::FailedList;
use super::list::{scope, selection};
use super::lists::{read_ids, stream_of_ids};
use super::query::session_id;
use super::services::{WITHOUT_NARROWING, encryption, must_be_folder, must_have_attempts, sealer, services};
use super::spool::Spool;
use crate::archive::{SessionArchive, must_be_outside};
use crate::cli::DownloadArguments;
use crate::config::{DEFAULT_JOBS, Identifiers, Rejected, Resolver, Source, Sourced, no_place};
use crate::engine::{self, Event, Options, Services, Sessions, Source as Stream};
use crate::error::{self, Error, Result};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::provider::{Provider, Scope};
use crate::report::Reporter;
use crate::text::plural;
use same_file::Handle;
use std::path::Path;
use std::sync::Arc;

pub(super) fn run(arguments: &DownloadArguments, context: &Context) -> Result<Exit> {
    let mut batch = batch(arguments)?;
    let was_empty = batch.identifiers.is_empty();
    // Before anything that can fail: sessions that could not begin are on the list as well.
    let begin = |path| FailedList::begin(path, &mut batch.identifiers.sessions, arguments.retry_not_found);
    batch.failed = arguments.failed_to.clone().map(begin).transpose()?;
    let resolver = context.resolver()?;
    let jobs = resolver.jobs(arguments.run.jobs).value;
    let output = resolver.output(arguments.output.clone()).value;
    must_be_folder(&output)?;
    must_be_outside("-o", &output)?;
    let network = resolver.network();
    let mut services = services(resolver.provider_settings()?, &network, output, jobs, context)?;
    services.sealer = Arc::new(sealer(resolver.seal_settings(&arguments.run.seal)?, &network, context)?);
    services.encryption = encryption(resolver.recipients(&arguments.run.encryption)?, services.provider.as_ref())?;
    let provider_days = resolver.provider_days(arguments.listing.provider_days).map(|days| days.value);
    let options = Options { provider_days, ..options(arguments, &resolver, services.provider.as_ref(), jobs)? };
    let mut reporter = context.reporter(arguments.run.format, !arguments.dry_run)?.with_tries(network.policy.retries.saturating_add(1));
    if !arguments.with.is_empty() && services.provider.companions().is_empty() {
        reporter.note(&format!("{}; --with all adds nothing", no_companions(services.provider.name())));
    }
    if let Some(from) = arguments.from.as_ref().filter(|_| was_empty) {
        // A list without ids is no failure.
        let part = arguments.shard.map(|shard| format!(" of part {shard}")).unwrap_or_default();
        reporter.note(&format!("there is no session id{part} in {from}, so there is nothing to do"));
    }
    if let Some(count) = batch.failed.as_ref().map(FailedList::left_out).filter(|count| *count > 0) {
        reporter.note(&format!("{} left out, not found in earlier runs; the list of --failed-to names them", plural(count, "session")));
    }
    let place = destination(arguments, &resolver);
    if arguments.release_local && place.is_none() && !arguments.dry_run {
        return Err(no_place("--ship"));
    }
    if let Some(place) = place {
        let layout = resolver.layout(arguments.layout).value;
        must_have_files(arguments.release_local, layout)?;
        let place = (&place, layout, arguments.release_local);
        batch.destination = Some(Destination::open(&resolver, place, jobs, &mut services, &mut reporter, context)?);
    }
    let store = Arc::clone(&services.store);
    let only = if let [session] = &batch.identifiers.sessions[..] { Some(session.clone()) } else { None };
    let exit = archive(services, options, batch, &mut reporter, context)?;
    let is_archived = matches!(exit.kind(), None | Some(error::ErrorKind::Partial)) && !arguments.dry_run;
    if let Some(session) = only.filter(|_| is_archived && reporter.is_watched()) {
        lines(store.as_ref(), &session, &context.console).iter().for_each(|lines| reporter.say_as_is(lines));
    }
    Ok(exit)
}

/// The sessions of a run, and what is written about them when it ends.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) identifiers: Identifiers,
    /// The list of sessions to run again.
    pub(super) failed: Option<FailedList>,
    /// The folder of webhooks that they are from.
    pub(super) spool: Option<Spool>,
    /// Sessions that come while others are archived.
    pub(super) stream: Option<Stream>,
    /// The bucket that they are shipped to.
    pub(super) destination: Option<Destination>,
}

/// Runs the engine over the sessions and returns the exit.
pub(super) fn archive(services: Services, options: Options, batch: Batch, reporter: &mut Reporter, context: &Context) -> Result<Exit> {
    let Batch { identifiers, failed, spool, stream, destination } = batch;
    let (sessions, rejected) = identifiers.into_parts();
    reporter.event(started(&services, &options, sessions.len() as u64, stream.is_some()));
    for rejected in rejected {
        reporter.event(match rejected {
            Rejected::Line(line, reason) => Event::LineRejected { line, reason },
            Rejected::File(file, reason) => Event::FileRejected { file, reason },
            Rejected::Argument(number, reason) => Event::ArgumentRejected { number, reason },
        });
    }
    let (journal, sealer, store) = (Arc::clone(&services.journal), Arc::clone(&services.sealer), Arc::clone(&services.store));
    let (provider, settings) = (Arc::clone(&services.provider), options.clone());
    let sessions = stream.map_or(Sessions::List(sessions), Sessions::Stream);
    let running = engine::start(services, options, sessions, reporter.details())?;
    receive(context, running.messages(), &|| running.transfers(), &mut |batch| {
        reporter.messages(batch);
        if context.cancel.requested().is_some() {
            running.look();
        }
    });
    running.remaining().into_iter().for_each(|event| reporter.event(event));
    reporter.finish();
    let stop = context.cancel.requested();
    let exit = context.console.exit(reporter.ledger().exit(stop));
    let exit = destination.as_ref().map_or(exit, |destination| destination.with_exit(exit));
    let exit = close_journal(&journal, &sealer, &store, exit, reporter, context);
    let exit = destination.as_ref().map_or(exit, |destination| destination.close(exit, reporter, context));
    let listed = failed.map_or(Ok(()), |failed| failed.write(&reporter.ledger().outcomes().collect()));
    let exit = after(listed, exit, reporter);
    let is_settled = |session: &SessionId| engine::is_settled((store.as_ref(), &journal), provider.name(), &settings, session);
    let moved = spool.filter(|_| !settings.dry_run).map_or(Ok(None), |spool| spool.close(&is_settled));
    let exit = after(moved.map(|moved| moved.into_iter().for_each(|event| reporter.event(event))), exit, reporter);
    let finished = reporter.ledger().finished(exit, stop, context.clock.elapsed());
    reporter.event(finished);
    if let Some(destination) = &destination {
        let shipped = destination.finished(exit, reporter, context);
        reporter.event(shipped);
    }
    match reporter.ledger().left(stop) {
        0 if exit.is_interruption() => reporter.interrupted(exit),
        0 => {}
        left => {
            let sessions = reporter.ledger().given();
            reporter.out_of_time(left, sessions);
        }
    }
    Ok(exit)
}

fn started(services: &Services, options: &Options, sessions: u64, stream: bool) -> Event {
    Event::RunStarted {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        provider: services.provider.name().to_owned(),
        base_url: services.base_url.clone(),
        sessions,
        archive: services.store.root(),
        dry_run: options.dry_run,
        stream,
    }
}

/// Returns the sessions that are named on the command line, in a list and in a folder, each once.
fn batch(arguments: &DownloadArguments) -> Result<Batch> {
    let mut batch = Batch { stream: arguments.stream.then(stream_of_ids), ..Batch::default() };
    let identifiers = &mut batch.identifiers;
    let is_batch = arguments.sessions.len() > 1 || arguments.from.is_some();
    for (number, text) in (1..).zip(&arguments.sessions) {
        match session_id(text, number) {
            Ok(session) => identifiers.add(session),
            Err(error) if is_batch => identifiers.rejected.push(Rejected::Argument(number, error.what().to_owned())),
            Err(error) => return Err(error),
        }
    }
    match &arguments.from {
        Some(from) if Path::new(from).is_dir() => batch.spool = Some(Spool::read(Path::new(from), identifiers)?),
        Some(from) => {
            read_ids(from, identifiers)?;
            if let Some(failed) = &arguments.failed_to {
                keeps_list(from, failed, identifiers)?;
            }
        }
        None => {}
    }
    if let Some(shard) = arguments.shard {
        let is_meant = |session: &SessionId| shard.has(SessionArchive::folder_of(session).as_str());
        batch.identifiers.sessions.retain(is_meant);
    }
    Ok(batch)
}

/// Refuses to replace the list that is read by one that lacks some of it.
fn keeps_list(from: &str, failed: &Path, identifiers: &Identifiers) -> Result<()> {
    let read = if from == "-" { Handle::stdin() } else { Handle::from_path(from) };
    let is_same = Handle::from_path(failed).and_then(|failed| Ok(read? == failed)).unwrap_or(false);
    if !is_same || !identifiers.has_more_than_ids {
        return Ok(());
    }
    let what = format!("--failed-to {} would replace the list that --from reads, which holds more than ids", failed.display());
    Err(Error::usage(what, "name another file with --failed-to; only a list of ids alone may be replaced by what is left of it"))
}

fn options(arguments: &DownloadArguments, resolver: &Resolver<'_>, provider: &dyn Provider, jobs: u16) -> Result<Options> {
    let scope = scope(&arguments.listing)?;
    if scope != Scope::All {
        must_have_attempts(provider, WITHOUT_NARROWING)?;
    }
    // The whole is asked for again, or a flag says it.
    let asks_again = arguments.refetch || arguments.no_skip_complete;
    let skip_complete = resolver.skip_complete((asks_again || arguments.skip_complete).then_some(!asks_again)).value;
    Ok(Options {
        scope,
        selection: selection(&resolver.kinds(&arguments.listing.only).value, &arguments.listing.context)?,
        companions: companions(&resolver.companions(&arguments.with), provider)?,
        refetch: arguments.refetch,
        again: arguments.reason.clone().filter(|_| arguments.again),
        strict: arguments.run.strict,
        dry_run: arguments.dry_run,
        skip_complete,
        workers: usize::from(jobs),
        ..Options::default()
    })
}

/// Returns the place that sessions are shipped to, if they are to be.
fn destination(arguments: &DownloadArguments, resolver: &Resolver<'_>) -> Option<Sourced<String>> {
    let is_wanted = !arguments.dry_run && !arguments.no_ship;
    resolver.ship("--ship", arguments.ship.clone()).filter(|_| is_wanted)
}

/// Takes the profile's files for events and metrics where no flag names them. A broken configuration is left to the command to report.
pub(super) fn take_files(arguments: &mut DownloadArguments, context: &mut Context) {
    let schedule = &mut arguments.run.schedule;
    let Ok(resolver) = Resolver::new(&context.flags, &context.environment) else { return };
    schedule.metrics_file = resolver.metrics_file(schedule.metrics_file.take()).map(|found| found.value);
    let log_file = resolver.log_file().map(|found| found.value);
    context.streams.log_file.clone_from(&log_file);
    context.flags.log.log_file = log_file;
}

/// Returns the companion documents of these names; `all` is all of them, also where there are none.
fn companions(names: &Sourced<Vec<String>>, provider: &dyn Provider) -> Result<Vec<String>> {
    let known = provider.companions();
    let mut wanted: Vec<String> = Vec::new();
    for name in names.value.iter().map(|name| name.trim()) {
        let named: Vec<&str> = known.iter().copied().filter(|known| name == "all" || name == *known).collect();
        if named.is_empty() && name != "all" {
            return Err(unknown_companion(name, &names.source, provider));
        }
        for name in named {
            if !wanted.iter().any(|wanted| wanted == name) {
                wanted.push(name.to_owned());
            }
        }
    }
    Ok(wanted)
}

fn no_companions(provider: &str) -> String {
    format!("{provider} has no documents beside the session's own, which is always kept")
}

fn unknown_companion(name: &str, source: &Source, provider: &dyn Provider) -> Error {
    let known = provider.companions();
    let (is_flag, key) = match source {
        Source::Flag(flag) => (true, (*flag).to_owned()),
        source => (false, format!("with of {source}")),
    };
    let error = |what: String, hint: String| if is_flag { Error::usage(what, hint) } else { Error::configuration(what, hint) };
    if known.is_empty() {
        return error(no_companions(provider.name()), format!("leave out {key} {name}; {key} all is all that a provider has"));
    }
    error(format!("{key} does not know {name:?}"), format!("it takes {}, or all", known.join(", ")))
}

/// Returns the options and the id of one session with the defaults, for `demo`.
pub(super) fn single(session: SessionId, with: &[&str]) -> (Options, Batch) {
    let mut batch = Batch::default();
    batch.identifiers.add(session);
    let companions = with.iter().map(|name| (*name).to_owned()).collect();
    let options = Options { companions, workers: usize::from(DEFAULT_JOBS), ..Options::default() };
    (options, batch)
}
