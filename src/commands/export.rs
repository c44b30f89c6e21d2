//! `vmedia export`: hands out sessions in one ZIP file, with the proof that they are unchanged, or one as a page. Needs no network but for a time stamp.

use super::Context;
use super::buckets::shipped_run;
use super::closing::{after, close_journal};
use super::new_file::must_be_new;
use super::query::session_ids;
use super::services::{archive, identities, journal, offline_providers, sealer};
use crate::archive::{Chain, Export, Exporting, KEYS_FOLDER, Scope, SessionArchive, ShippedRun, Unlocking, export, export_page};
use crate::cli::ExportArguments;
use crate::config::{Resolver, Source, Sourced};
use crate::engine::{Event, ExportReport, SessionExport, StoredRules};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::objects::Place;
use crate::report::Reporter;
use crate::store::{Store, StorePath};
use crate::text::plural;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The archive that sessions are exported from.
struct Opened {
    store: Arc<dyn Store>,
    /// The run whose lines are copied to a bucket, if it is there.
    remote: Option<Arc<ShippedRun>>,
}

pub(super) fn run(arguments: &ExportArguments, context: &Context) -> Result<Exit> {
    let sessions = session_ids(&arguments.sessions)?;
    let single = match &sessions[..] {
        _ if !arguments.html => None,
        [session] => Some(session),
        _ => {
            let what = format!("--html takes one session, and {} were named", sessions.len());
            return Err(Error::usage(what, "export each to a file of its own, or all in one ZIP file without --html"));
        }
    };
    let path = arguments.output.as_path();
    must_be_new(path, "no export replaces a file")?;
    let resolver = context.resolver()?;
    let Opened { store, remote } = open(arguments, &resolver, context)?;
    let sealer = sealer(resolver.seal_settings(&arguments.change.archive.seal)?, &resolver.network(), context)?;
    let journal = journal(&store, context);
    let folders: Vec<StorePath> = sessions.iter().map(SessionArchive::folder_of).collect();
    let scope = Scope::folders(folders.iter().map(StorePath::as_str));
    let chain = Chain::read(store.as_ref(), &scope, &[], &mut |_| Ok(()))?;
    let order = Exporting {
        store: store.as_ref(),
        chain: &chain,
        journal: &journal,
        remote: remote.as_deref(),
        without: &arguments.without,
        reason: &arguments.change.reason,
        recipient: arguments.recipient.as_deref(),
        is_stopped: &|| context.cancel.requested().is_some(),
    };
    let rules = StoredRules::new(offline_providers(None), false);
    let identities = identities(&arguments.identity, context)?;
    let unlocking = identities.map(|identities| Unlocking { store: store.clone(), identities, rules: &rules });
    let mut reporter = context.reporter(arguments.change.archive.format, false)?;
    let now = || context.clock.now();
    let outcome = single
        .map_or_else(|| export(&order, &sessions, path, &now), |session| export_page(&order, session, path, &now, unlocking.as_ref()));
    let exit = match outcome {
        Ok(export) => {
            report(&export, path, &mut reporter);
            Exit::Done
        }
        Err(error) => match context.cancel.requested() {
            Some(stop) => {
                reporter.interrupted(stop.exit());
                stop.exit()
            }
            None => {
                let error = if remote.is_some() { of_bucket(error, store.outage()) } else { error };
                reporter.error(&error);
                Exit::of(&error)
            }
        },
    };
    // A bucket has nothing of a run that exported nothing.
    if remote.as_ref().is_some_and(|run| !run.has_lines_there()) {
        return Ok(exit);
    }
    let exit = close_journal(&journal, &sealer, &store, exit, &mut reporter, context);
    Ok(after(remote.map_or(Ok(()), |run| copy_end(&run)), exit, &mut reporter))
}

/// Opens the archive, in a folder or a bucket.
fn open(arguments: &ExportArguments, resolver: &Resolver<'_>, context: &Context) -> Result<Opened> {
    let folder = &arguments.change.archive.folder;
    let named = resolver.output(folder.clone());
    let Some(url) = named.value.to_str().filter(|text| Place::is_url(text)) else {
        return Ok(Opened { store: archive(resolver, folder.clone(), context)?, remote: None });
    };
    let source = if folder.is_some() { Source::Flag("--archive") } else { named.source };
    let run = Arc::new(shipped_run(resolver, &Sourced { value: url.to_owned(), source }, context)?);
    Ok(Opened { store: Arc::clone(&run) as Arc<dyn Store>, remote: Some(run) })
}

/// Returns the error of an export from a bucket: what was found after an outage says nothing.
fn of_bucket(error: Error, outage: Option<Error>) -> Error {
    const NOTHING: &str = "nothing was exported: ";
    let error = outage.unwrap_or(error);
    if error.what().starts_with(NOTHING) {
        return error;
    }
    Error::new(error.kind(), format!("{NOTHING}{}", error.what()), error.hint())
}

/// Copies the end of this run's journal to the bucket, and its seals.
fn copy_end(run: &ShippedRun) -> Result<()> {
    run.copy_journal().map_err(|error| {
        let what =
            format!("the bucket has this run's lines about the export, and not the end and the seals of its journal: {}", error.what());
        Error::new(error.kind(), what, "no seal covers these lines; export again, to a new file, if one must")
    })
}

fn report(export: &Export, path: &Path, reporter: &mut Reporter) {
    for one in &export.sessions {
        let (session, files, left_out, missing) = (one.session.clone(), one.files, one.left_out, one.missing);
        reporter.event(Event::SessionExported(SessionExport { session, files, left_out, missing }));
    }
    for one in &export.sessions {
        let remark = one.later.as_ref().map(|later| format!("session {}: {later}", one.session));
        remark.into_iter().for_each(|text| reporter.event(Event::Remark { text }));
    }
    let mut remark = |text: String| reporter.event(Event::Remark { text });
    if export.sessions.iter().any(|one| one.lacks_document) {
        remark(
            "the manifests name what is left out by its SHA-256, from which the content of a short answer of the provider can be guessed"
                .into(),
        );
    }
    if export.sessions.iter().any(|one| one.is_opened) {
        remark("the page holds in clear what is encrypted in the archive".into());
    } else if export.sessions.iter().any(|one| one.is_encrypted) {
        remark(format!(
            "encrypted sessions were exported without their keys, which are in {KEYS_FOLDER}; `vmedia keys grant -o FILE` hands them out"
        ));
    }
    let repeating: BTreeSet<&str> = export.sessions.iter().flat_map(|one| &one.repeating).map(String::as_str).collect();
    if !repeating.is_empty() {
        let names = repeating.into_iter().collect::<Vec<_>>().join(", ");
        remark(format!(
            "what was left out states facts that stand in the export, too, in {names}; leave that out as well to withhold them"
        ));
    }
    if export.unsealed > 0 {
        let (runs, are) = (plural(export.unsealed, "run"), if export.unsealed == 1 { "is" } else { "are" });
        remark(format!(
            "{runs} that archived these sessions {are} under no seal, so nothing shows who wrote those lines of the journal, or when"
        ));
    }
    reporter.event(Event::ExportFinished(ExportReport {
        file: path.display().to_string(),
        sessions: export.sessions.len() as u64,
        bytes: export.digest.bytes,
        sha256: export.digest.sha256.clone(),
        unsealed: export.unsealed,
    }));
}
