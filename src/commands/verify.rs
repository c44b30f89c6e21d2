//! `vmedia verify`: reads archived sessions and compares them with their manifests, their journal and, with the secrets, the
//! provider's signatures. Needs no network.
//!
//! Must not compare anything itself; the archive's library does.

use super::Context;
use super::archives::{Archive, find_or_default};
use super::event_loop::beside;
use super::services::{identities, journal, offline_providers};
use crate::archive::verify::{self, ChecksumReport, Evidence, Observer, Options, Repairable, Report, Target, Totals, Unreported};
use crate::archive::{Journal, KEYS_FOLDER};
use crate::cli::{ProviderChoice, VerifyArguments, VerifyBy};
use crate::clock::{Cancel, Clock, Stop};
use crate::config::Secrets;
use crate::engine::{Emit, Event, OUT_OF_TIME, StoredRules};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::objects::{Place, read_report};
use crate::report::Reporter;
use crate::seal::ssh::Signers;
use crate::seal::stamp::Authorities;
use crate::store::{LocalStore, Store};
use crate::text::{day, plural};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub(super) fn run(arguments: &VerifyArguments, context: &Context) -> Result<Exit> {
    let archives = find_or_default(&arguments.paths, context)?;
    if evidence(arguments) != Evidence::Reading
        && let Some(archive) = archives.iter().find(|archive| !archive.is_remote())
    {
        let why = if arguments.report.is_empty() { "keeps no SHA-256 of its own for --by store" } else { "no report of a bucket is about" };
        let what = format!("{} is a folder, which {why}", archive.root.display());
        let hint = "leave out --by and --report to read the files, or name an archive in a bucket: s3://bucket/prefix";
        return Err(Error::usage(what, hint));
    }
    let secrets = if arguments.authenticate { secrets(context)? } else { None };
    let mut reporter = context.reporter(arguments.format, true)?.with_heads(arguments.print_head);
    let rules = StoredRules::new(offline_providers(secrets), arguments.authenticate);
    verify_all(&archives, rules, arguments, Occasion::Routine, &mut reporter, context).map(|outcome| outcome.exit)
}

fn evidence(arguments: &VerifyArguments) -> Evidence {
    match arguments.by {
        _ if !arguments.report.is_empty() => Evidence::Report,
        VerifyBy::Store => Evidence::Store,
        VerifyBy::Reading => Evidence::Reading,
    }
}

/// Returns the secrets for the provider's signatures; none for Yoti, which signs nothing.
pub(super) fn secrets(context: &Context) -> Result<Option<Secrets>> {
    let resolver = context.resolver()?;
    match resolver.provider()?.value {
        ProviderChoice::Veriff => resolver.secrets().map(Some),
        ProviderChoice::Yoti => Ok(None),
    }
}

/// Passes the results of a verification on as events.
struct Watcher<'a> {
    clock: &'a dyn Clock,
    cancel: &'a Cancel,
    emit: &'a Emit,
}

impl Observer for Watcher<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn report(&self, report: Report) {
        self.emit.event(match report {
            Report::Started { bags, bytes, workers } => Event::VerifyStarted { bags, bytes, workers },
            Report::Journal(report) => Event::JournalVerified(report),
            Report::Session(report) => Event::BagVerified(report),
            Report::JournalMissing(report) => Event::JournalMissing(report),
        });
    }

    fn progress(&self, worker: u64, bytes: u64) {
        self.emit.progress(worker, bytes);
    }

    fn is_stopped(&self) -> bool {
        self.cancel.requested().is_some()
    }
}

pub(super) struct Outcome {
    pub(super) exit: Exit,
    /// Number of bags and journals with findings.
    pub(super) damaged: u64,
    /// The sessions of which something can be fetched again.
    pub(super) repairable: Vec<Repairable>,
}

/// The occasion of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Occasion {
    /// A person asks, or a schedule.
    Routine,
    /// The sessions were just repaired.
    AfterRepair,
    /// A drill, with the seed by which it chose the sessions.
    Drill(String),
}

/// Verifies archives and reports each session.
pub(super) fn verify_all(
    archives: &[Archive],
    rules: StoredRules,
    arguments: &VerifyArguments,
    occasion: Occasion,
    reporter: &mut Reporter,
    context: &Context,
) -> Result<Outcome> {
    let began = context.clock.elapsed();
    for text in archives.iter().flat_map(|archive| archive.unread.iter().cloned()) {
        reporter.event(Event::Remark { text });
    }
    let ruled = ruled_archive(context)?;
    let targets = archives.iter().map(|archive| target(archive, ruled.as_ref(), arguments, context));
    let targets: Arc<Vec<Target>> = Arc::new(targets.collect());
    let since = arguments.since.map(|since| since.moment(context.clock.now()));
    // Nothing is fetched into a bucket again.
    let is_remote = archives.iter().any(Archive::is_remote);
    let readers = archives.iter().map(Archive::readers).max().unwrap_or(1);
    let report = report(arguments, archives, reporter, context)?;
    let is_final = is_remote || occasion == Occasion::AfterRepair;
    let drill = if let Occasion::Drill(seed) = occasion { Some(seed) } else { None };
    let options =
        Options { drill, report, identities: identities(&arguments.identity, context)?, ..options(arguments, since, is_final, readers)? };
    let (cancel, clock, shared) = (context.cancel.clone(), Arc::clone(&context.clock), Arc::clone(&targets));
    let outcome = beside(context, reporter, move |emit| {
        verify::verify(&shared, &options, &rules, &Watcher { clock: clock.as_ref(), cancel: &cancel, emit })
    })?;
    reporter.finish();
    let stop = context.cancel.requested();
    let (mut sum, repairable, is_cut) = match outcome {
        Some(Err(error)) if stop.is_none() => return Err(error),
        Some(Ok((sum, repairable))) => (sum, repairable, false),
        _ => (Totals::default(), Vec::new(), true),
    };
    let sessions: u64 = archives.iter().map(|archive| archive.sessions.len() as u64).sum();
    // The number of sessions that did not change, or are in no other part, is unknown.
    let is_cut = is_cut || sum.bags + sum.busy + sum.erased < sessions || since.is_some() || arguments.shard.is_some();
    let out_of_time = is_cut && stop == Some(Stop::OutOfTime);
    let is_opening = !arguments.identity.is_empty();
    let exit = exit(stop, &sum, out_of_time, is_opening);
    for target in targets.iter() {
        close(target, exit, reporter, context);
    }
    let cut = if exit.is_interruption() { Some("interrupted") } else { out_of_time.then_some(OUT_OF_TIME) };
    remark_unopened(&sum, is_opening, is_remote, reporter);
    // No comparison is listed as successful beside damage.
    let checked = sum.checked.take().filter(|_| sum.damaged + sum.journals == 0).unwrap_or_default();
    let event = Event::VerifyFinished {
        exit,
        code: exit.code(),
        bags: sum.bags,
        damaged: sum.damaged,
        journals: sum.journals,
        incomplete: sum.incomplete,
        empty: sum.empty,
        erased: sum.erased,
        checked,
        files: sum.files,
        bytes: sum.bytes,
        vouched: (evidence(arguments) == Evidence::Store).then_some(sum.vouched),
        reported: (evidence(arguments) == Evidence::Report).then_some(sum.vouched),
        elsewhere: sum.elsewhere,
        away: std::mem::take(&mut sum.away),
        partial: partial(&sum, sessions, archives, cut, (arguments, since)),
        out_of_time,
        milliseconds: u64::try_from(context.clock.elapsed().saturating_sub(began).as_millis()).unwrap_or(u64::MAX),
    };
    reporter.event(event);
    Ok(Outcome { exit, damaged: sum.damaged + sum.journals, repairable })
}

fn remark_unopened(sum: &Totals, is_opening: bool, is_remote: bool, reporter: &mut Reporter) {
    let how = if is_opening { "another identity" } else { "--identity FILE" };
    let closed = format!("{how} also compares the content with what the provider sent");
    // Keys never go into a bucket; on a disk, the folder may have been lost.
    let restore = if is_remote { "" } else { ", and a backup of that folder brings them back" };
    let keyless = format!("the keys are not here; `vmedia keys grant -o FILE` hands them out where the folder {KEYS_FOLDER} is{restore}");
    for (sessions, what) in [(sum.unopened - sum.keyless, closed), (sum.keyless, keyless)] {
        if sessions > 0 {
            reporter.event(Event::Remark { text: format!("{} encrypted and not opened: {what}", are(sessions)) });
        }
    }
}

/// Reads the reports that are evidence for media, if there are any.
fn report(
    arguments: &VerifyArguments,
    archives: &[Archive],
    reporter: &mut Reporter,
    context: &Context,
) -> Result<Option<Arc<ChecksumReport>>> {
    if arguments.report.is_empty() {
        return Ok(None);
    }
    let places = archives.iter().filter_map(|archive| Place::parse(archive.root.to_str()?).ok()).collect::<Vec<_>>();
    let (mut report, mut others) = (ChecksumReport::default(), 0);
    for path in &arguments.report {
        others += read_report(path, &places, arguments.shard, &context.cancel, &mut report)?;
    }
    if others > 0 {
        let text = format!("{} of the report {} about other places", plural(others, "row"), if others == 1 { "is" } else { "are" });
        reporter.event(Event::Remark { text });
    }
    Ok(Some(Arc::new(report.finished())))
}

fn options(arguments: &VerifyArguments, since: Option<Timestamp>, is_repaired: bool, readers: usize) -> Result<Options> {
    Ok(Options {
        workers: arguments.jobs.map_or(readers, usize::from),
        by: evidence(arguments),
        report: None,
        sample: arguments.sample,
        since,
        shard: arguments.shard,
        heads: arguments.expect_head.clone(),
        signers: arguments.signers.as_deref().map(Signers::read).transpose()?,
        authorities: (!arguments.tsa_ca.is_empty()).then(|| Authorities::read(&arguments.tsa_ca)).transpose()?,
        identities: None,
        drill: None,
        authenticate: arguments.authenticate,
        is_repaired,
    })
}

fn are(sessions: u64) -> String {
    let verb = if sessions == 1 { "is" } else { "are" };
    format!("{} {verb}", plural(sessions, "session"))
}

/// Returns the exit of a verification; `stop` is the reason if it was asked to stop.
fn exit(stop: Option<Stop>, sum: &Totals, out_of_time: bool, is_opening: bool) -> Exit {
    match stop {
        Some(stop @ (Stop::Interrupted | Stop::Terminated)) => stop.exit(),
        // Damage was found, whether or not everything was read.
        _ if sum.damaged + sum.journals > 0 => Exit::from(ErrorKind::Damaged),
        _ if out_of_time => Stop::OutOfTime.exit(),
        _ if is_opening && sum.unopened > 0 || sum.unreported.total() > 0 => Exit::PARTIAL,
        _ => Exit::Done,
    }
}

/// Returns the archive of the profile, and the number of approvals that the profile requires of each erasure in it.
fn ruled_archive(context: &Context) -> Result<Option<(PathBuf, u32)>> {
    let resolver = context.resolver()?;
    let Some(approvals) = resolver.approvals(None) else { return Ok(None) };
    Ok(resolver.output(None).value.canonicalize().ok().map(|root| (root, approvals.value)))
}

fn target(archive: &Archive, ruled: Option<&(PathBuf, u32)>, arguments: &VerifyArguments, context: &Context) -> Target {
    // A folder that was copied out of its archive has no journal, and gets none; that of a bucket grows by shipping alone.
    let written = archive.stored.folder().ok().filter(|store| !arguments.read_only && Journal::exists(store.as_ref()).unwrap_or(false));
    let journal = |store: &Arc<LocalStore>| journal(&(Arc::clone(store) as Arc<dyn Store>), context);
    Target {
        journal: written.map(|store| Arc::new(journal(store))),
        sessions: archive.of_shard(arguments.shard),
        is_whole: archive.is_whole,
        unwritten: OnceLock::new(),
        approvals: ruled
            .filter(|(root, _)| archive.root.canonicalize().is_ok_and(|here| here == *root))
            .map_or(0, |(_, number)| u64::from(*number)),
        store: archive.stored.read(),
        is_remote: archive.is_remote(),
    }
}

/// Closes the journal of this verification. An archive that cannot be written is reported, and is no damage.
fn close(target: &Target, exit: Exit, reporter: &mut Reporter, context: &Context) {
    let Some(journal) = &target.journal else { return };
    let closed = journal.close(exit.kind(), context.clock.now());
    if let Some(error) = target.unwritten.get().or(closed.as_ref().err()) {
        let archive = target.store.root();
        let text = format!("this verification is not written down in the journal of {archive}: {}", error.what());
        reporter.event(Event::Remark { text });
    }
}

/// Returns the reasons why the verification is partial, if it is.
fn partial(
    sum: &Totals,
    sessions: u64,
    archives: &[Archive],
    cut: Option<&str>,
    (arguments, since): (&VerifyArguments, Option<Timestamp>),
) -> Option<String> {
    if let Some(why) = cut {
        return Some(format!("{why}: {} of {} were checked", sum.bags, plural(sessions, "session")));
    }
    let sample =
        arguments.sample.map(|percent| format!("a sample of {percent} %: {} of {} files were read", sum.files, sum.files + sum.unread));
    let since = since.map(|since| {
        let day = day(since);
        format!("only sessions that changed since {day}: {} of {}", sum.bags, plural(sessions, "session"))
    });
    let shard = arguments.shard.map(|shard| format!("only part {shard}: {} of {}", sum.bags, plural(sessions, "session")));
    let busy = (sum.busy > 0).then(|| format!("{} that another run is changing: run the same command again", plural(sum.busy, "session")));
    let unread: usize = archives.iter().map(|archive| archive.unread.len()).sum();
    let unread = (unread > 0).then(|| format!("{} that could not be looked into", plural(unread as u64, "folder")));
    let Unreported { absent, failed, other } = sum.unreported;
    let kinds = [(absent, "not named there"), (failed, "that S3 could not read"), (other, "with another checksum")];
    let kinds = kinds.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect::<Vec<_>>();
    let unreported = (!kinds.is_empty()).then(|| {
        format!(
            "{} of which the report has no SHA-256 by the id of the version: {}",
            plural(sum.unreported.total(), "file"),
            kinds.join(", ")
        )
    });
    let reasons: Vec<String> = [sample, since, shard, busy, unread, unreported].into_iter().flatten().collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}
