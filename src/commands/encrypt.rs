//! `vmedia encrypt`: encrypts sessions that were archived without recipients. Needs no network but for a time stamp.
//!
//! Must not encrypt anything itself; the archive's library does.

use super::Context;
use super::archives::{Archive, find_at, named};
use super::closing::close_journal;
use super::event_loop::beside;
use super::query::session_ids;
use super::services::{encryption, journal, offline_providers, provider, sealer};
use crate::archive::verify::payload_bytes;
use crate::archive::{Chain, Conversion, Converted, Encryption, FingerprintKeys, Journal, Plain, Recipients, Scope, convert};
use crate::cli::EncryptArguments;
use crate::clock::{Cancel, Clock};
use crate::config::Resolver;
use crate::engine::{Emit, EncryptReport, EncryptedSession, EncryptionOutcome, ErrorText, Event, StoredRules};
use crate::error::{Error, Result, quote};
use crate::exit::Exit;
use crate::report::Reporter;
use crate::store::{Store, StorePath, free_space};
use crate::text::plural;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) fn run(arguments: &EncryptArguments, context: &Context) -> Result<Exit> {
    let ids = session_ids(&arguments.sessions)?;
    let resolver = context.resolver()?;
    let recipients = resolver.needed_recipients(&arguments.encryption, "to encrypt to")?;
    let (encryption, provider) = encrypts_with(recipients, arguments, &resolver, context)?;
    let archive = find_at(&resolver.output(arguments.change.archive.folder.clone()).value, context)?;
    let store: Arc<dyn Store> = Arc::clone(archive.stored.folder()?) as Arc<dyn Store>;
    let folders = if ids.is_empty() { archive.of_shard(arguments.shard).to_vec() } else { named(store.as_ref(), &ids)? };
    let sealer = sealer(resolver.seal_settings(&arguments.change.archive.seal)?, &resolver.network(), context)?;
    sealer.must_match(store.as_ref())?;
    let scope = Scope::folders(folders.iter().map(StorePath::as_str));
    let chain = Chain::read(store.as_ref(), &scope, &[], &mut |_| Ok(()))?;
    let mut reporter = context.reporter(arguments.change.archive.format, true)?;
    let bytes: u64 = folders.iter().map(|folder| payload_bytes(store.as_ref(), folder).unwrap_or(0)).sum();
    let (sessions, dry_run, began) = (folders.len() as u64, arguments.dry_run, context.clock.elapsed());
    reporter.event(Event::EncryptStarted { archive: store.root(), sessions, bytes: if dry_run { 0 } else { 2 * bytes }, dry_run });
    let journal = Arc::new(journal(&store, context));
    let work = Work {
        root: archive.root.clone(),
        store: Arc::clone(&store),
        chain,
        journal: Arc::clone(&journal),
        encryption,
        provider,
        reason: arguments.change.reason.clone(),
        dry_run,
        clock: Arc::clone(&context.clock),
        cancel: context.cancel.clone(),
    };
    let counted = beside(context, &mut reporter, move |emit| work.encrypt_all(&folders, emit))?;
    reporter.finish();
    remark_on_unread(&archive, &mut reporter);
    let stop = context.cancel.requested().map(|stop| stop.exit());
    let counts = counted.unwrap_or_default();
    let exit = close_journal(&journal, &sealer, &store, stop.unwrap_or(Exit::merge(counts.exits)), &mut reporter, context);
    let not_started = sessions.saturating_sub(counts.encrypted + counts.before + counts.failed);
    let milliseconds = u64::try_from(context.clock.elapsed().saturating_sub(began).as_millis()).unwrap_or(u64::MAX);
    let Counts { encrypted, before, failed, files, bytes, .. } = counts;
    let code = exit.code();
    reporter.event(Event::EncryptFinished(EncryptReport {
        exit,
        code,
        dry_run,
        encrypted,
        before,
        failed,
        not_started,
        files,
        bytes,
        milliseconds,
    }));
    if exit.is_interruption() {
        reporter.interrupted(exit);
    }
    Ok(exit)
}

/// Returns the recipients with the keys of the fingerprints, and the provider whose they are.
fn encrypts_with(
    recipients: Recipients,
    arguments: &EncryptArguments,
    resolver: &Resolver<'_>,
    context: &Context,
) -> Result<(Encryption, Option<String>)> {
    if arguments.no_fingerprints {
        return Ok((Encryption { recipients: Arc::new(recipients), fingerprints: FingerprintKeys::new(Vec::new()) }, None));
    }
    let (access, _) = resolver.access(resolver.provider()?.value).map_err(|error| {
        let hint = format!("{}; or pass --no-fingerprints: further downloads then keep unchanged answers once more", error.hint());
        Error::new(error.kind(), error.what(), hint)
    })?;
    let provider = provider(access, context);
    let made = encryption(Some(recipients), provider.as_ref())?;
    let made = made.ok_or_else(|| Error::unexpected("there are recipients, and nothing to encrypt with"))?;
    Ok((made, Some(provider.name().to_owned())))
}

/// Reports folders that could not be looked into.
fn remark_on_unread(archive: &Archive, reporter: &mut Reporter) {
    archive.unread.iter().for_each(|text| reporter.event(Event::Remark { text: text.clone() }));
}

/// Encrypts sessions of one archive.
struct Work {
    root: PathBuf,
    store: Arc<dyn Store>,
    chain: Chain,
    journal: Arc<Journal>,
    encryption: Encryption,
    provider: Option<String>,
    reason: String,
    dry_run: bool,
    clock: Arc<dyn Clock>,
    cancel: Cancel,
}

/// What became of the sessions.
#[derive(Default)]
struct Counts {
    /// Each exit of a session once.
    exits: Vec<Exit>,
    encrypted: u64,
    before: u64,
    failed: u64,
    files: u64,
    bytes: u64,
}

impl Work {
    fn encrypt_all(&self, folders: &[StorePath], emit: &Emit) -> Counts {
        let rules = StoredRules::new(offline_providers(None), false);
        let order = Conversion {
            store: &self.store,
            chain: &self.chain,
            journal: &self.journal,
            encryption: &self.encryption,
            provider: self.provider.as_deref(),
            reason: &self.reason,
            rules: &rules,
            available: &|| free_space(&self.root).map(|found| found.available),
            dry_run: self.dry_run,
        };
        let (mut counts, mut read) = (Counts::default(), 0);
        for folder in folders {
            let mut watch = |piece: &[u8]| {
                read += piece.len() as u64;
                emit.progress(0, read);
                self.cancel.requested().map_or(Ok(()), |_| Err(io::Error::other("stopped")))
            };
            if self.cancel.requested().is_some() {
                break;
            }
            let outcome = convert(&order, folder, &|| self.clock.now(), &mut watch);
            if outcome.as_ref().is_err_and(|error| error.kind().is_interruption()) {
                break;
            }
            let ends_run = outcome.as_ref().is_err_and(Error::ends_run);
            let session = self.session(folder, outcome);
            counts.add(&session);
            if session.outcome == EncryptionOutcome::Encrypted {
                left_elsewhere(&session).into_iter().for_each(|text| emit.event(Event::Remark { text }));
            }
            emit.event(Event::SessionEncrypted(session));
            if ends_run {
                break;
            }
        }
        counts
    }

    fn session(&self, folder: &StorePath, outcome: Result<Converted>) -> EncryptedSession {
        let (outcome, plain, error) = match outcome {
            Ok(Converted::Before) => (EncryptionOutcome::EncryptedBefore, Plain::default(), None),
            Ok(Converted::Planned(plain)) => (EncryptionOutcome::Planned, plain, None),
            Ok(Converted::Now(plain)) => (EncryptionOutcome::Encrypted, plain, None),
            Err(error) => (EncryptionOutcome::Failed, Plain::default(), Some(error)),
        };
        let Plain { files, bytes, buckets, exports } = plain;
        let exit = error.as_ref().map_or(Exit::Done, Exit::of);
        let error = error.as_ref().map(ErrorText::from);
        EncryptedSession { folder: self.store.location(folder), outcome, exit, files, bytes, buckets, exports, error }
    }
}

impl Counts {
    fn add(&mut self, session: &EncryptedSession) {
        self.exits.extend((!self.exits.contains(&session.exit)).then_some(session.exit));
        *(match session.outcome {
            EncryptionOutcome::Planned | EncryptionOutcome::Encrypted => &mut self.encrypted,
            EncryptionOutcome::EncryptedBefore => &mut self.before,
            EncryptionOutcome::Failed => &mut self.failed,
        }) += 1;
        self.files += session.files;
        self.bytes += session.bytes;
    }
}

/// Returns where a session is not encrypted that was shipped or exported before, for people.
fn left_elsewhere(session: &EncryptedSession) -> Option<String> {
    let more = |count: usize| if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    let buckets = session.buckets.first().map(|first| format!("in {}{}", quote(first), more(session.buckets.len())));
    let exports = (session.exports > 0).then(|| format!("in {}", plural(session.exports, "export")));
    let places: Vec<String> = buckets.into_iter().chain(exports).collect();
    (!places.is_empty()).then(|| format!("{} was copied before, and is not encrypted there: {}", session.folder, places.join(", and ")))
}
