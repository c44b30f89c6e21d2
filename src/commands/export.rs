//! `vmedia export`: hands out sessions in one ZIP file, with the proof that they are unchanged, or one as a page. Needs no network but for a time stamp.

use super::Context;
use super::closing::close_journal;
use super::query::session_ids;
use super::services::{archive, identities, journal, offline_providers, sealer};
use crate::archive::{Chain, Export, Exporting, KEYS_FOLDER, Scope, SessionArchive, Unlocking, export, export_page, must_be_outside};
use crate::cli::ExportArguments;
use crate::engine::{Event, ExportReport, SessionExport, StoredRules};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::Reporter;
use crate::store::StorePath;
use crate::text::plural;
use std::collections::BTreeSet;
use std::path::Path;

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
    must_be_outside("-o", path)?;
    if path.symlink_metadata().is_ok() {
        let what = format!("{} exists, and no export replaces a file", path.display());
        return Err(Error::usage(what, "name a new file with -o"));
    }
    let resolver = context.resolver()?;
    let store = archive(&resolver, arguments.change.archive.folder.clone(), context)?;
    let sealer = sealer(resolver.seal_settings(&arguments.change.archive.seal)?, &resolver.network(), context)?;
    let journal = journal(&store, context);
    let folders: Vec<StorePath> = sessions.iter().map(SessionArchive::folder_of).collect();
    let scope = Scope::folders(folders.iter().map(StorePath::as_str));
    let chain = Chain::read(store.as_ref(), &scope, &[], &mut |_| Ok(()))?;
    let order = Exporting {
        store: store.as_ref(),
        chain: &chain,
        journal: &journal,
        without: &arguments.without,
        reason: &arguments.change.reason,
        recipient: arguments.recipient.as_deref(),
        is_stopped: &|| context.cancel.requested().is_some(),
    };
    let rules = StoredRules::new(offline_providers(None), false);
    let unlocking = identities(&arguments.identity)?.map(|identities| Unlocking { store: store.clone(), identities, rules: &rules });
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
                reporter.error(&error);
                Exit::of(&error)
            }
        },
    };
    Ok(close_journal(&journal, &sealer, &store, exit, &mut reporter, context))
}

fn report(export: &Export, path: &Path, reporter: &mut Reporter) {
    for one in &export.sessions {
        let (session, files, left_out, missing) = (one.session.clone(), one.files, one.left_out, one.missing);
        reporter.event(Event::SessionExported(SessionExport { session, files, left_out, missing }));
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
