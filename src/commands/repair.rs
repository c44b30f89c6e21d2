//! `vmedia repair`: verifies archives, fetches again what is damaged or missing, and nothing else, and verifies those
//! sessions once more. Damaged copies are kept aside.
//!
//! It takes paths, as `verify` does, because a report of damage names paths; `download`
//! takes ids. Must not do anything that those two would not do.

use super::Context;
use super::archives::{Archive, find};
use super::download::archive;
use super::services::{DEFAULT_JOBS, offline_providers, sealer, services};
use super::verify::{Outcome, verify_all};
use crate::archive::verify::Repairable;
use crate::cli::{EventFormat, RepairArguments, VerifyArguments};
use crate::config::Identifiers;
use crate::engine::{Options, Selection, StoredRules};
use crate::error::{ErrorKind, Result};
use crate::exit::Exit;
use crate::report::{Reporter, ReporterOptions};
use crate::text::plural;
use std::sync::Arc;

/// Repairs what the arguments name.
pub(super) fn run(arguments: &RepairArguments, context: &Context) -> Result<Exit> {
    let archives = find(&arguments.paths, context)?;
    let found = check(&archives, false, arguments.format, context)?;
    let is_stopped = || context.cancel.requested().is_some();
    if is_stopped() || found.repairable.is_empty() {
        if found.exit == ErrorKind::Damaged && !is_stopped() {
            let line = "nothing of this can be fetched again; what was found says what to do";
            reporter(arguments.format, context)?.say(line);
        }
        return Ok(found.exit);
    }
    let (mut repaired, mut fetched) = (Vec::new(), Vec::new());
    for (number, place) in archives.iter().enumerate() {
        let sessions: Vec<&Repairable> = found.repairable.iter().filter(|found| found.target == number).collect();
        if sessions.is_empty() {
            continue;
        }
        let exit = fetch(place, &sessions, arguments, context)?;
        if is_stopped() || exit.ends_run() || exit == ErrorKind::Unavailable {
            return Ok(exit);
        }
        fetched.push(exit);
        let folders = sessions.iter().map(|found| found.folder.clone()).collect();
        repaired.push(place.only(folders));
    }
    let after = check(&repaired, true, arguments.format, context)?;
    // What cannot be repaired was found in sessions, or in journals, that were not looked at again.
    let is_all = found.damaged == found.repairable.len() as u64;
    Ok(match after.exit {
        Exit::Done if !is_all => Exit::from(ErrorKind::Damaged),
        // Sound again, but not what it was, or not all of it.
        Exit::Done => Exit::merge(fetched),
        found => found,
    })
}

fn reporter(format: EventFormat, context: &Context) -> Result<Reporter> {
    let shown = ReporterOptions { format, bars: true };
    Reporter::new(&context.console, &context.flags, shown).map(|reporter| reporter.summarized(&context.run_summary))
}

fn check(archives: &[Archive], is_repaired: bool, format: EventFormat, context: &Context) -> Result<Outcome> {
    let rules = StoredRules::new(offline_providers(None), false);
    verify_all(archives, rules, &VerifyArguments::default(), is_repaired, &mut reporter(format, context)?, context)
}

/// Fetches what is damaged in these sessions.
fn fetch(place: &Archive, sessions: &[&Repairable], arguments: &RepairArguments, context: &Context) -> Result<Exit> {
    let resolver = context.resolver()?;
    let jobs = arguments.jobs.unwrap_or(DEFAULT_JOBS);
    let network = resolver.network();
    let mut services = services(resolver.provider_settings()?, &network, place.root.clone(), jobs, context)?;
    services.sealer = Arc::new(sealer(resolver.seal_settings(&arguments.seal)?, &network, context)?);
    let mut identifiers = Identifiers::default();
    sessions.iter().for_each(|found| identifiers.add(found.session.clone()));
    let options = Options {
        selection: Selection { only_damaged: true, ..Selection::default() },
        lost: sessions.iter().filter_map(|found| Some((found.session.clone(), found.lost.clone()?))).collect(),
        strict: arguments.strict,
        ..Options::new(usize::from(jobs))
    };
    let mut reporter = reporter(arguments.format, context)?;
    let count = identifiers.sessions.len() as u64;
    reporter.say(&format!("fetching again what is damaged in {} of {}", plural(count, "session"), place.root.display()));
    archive(services, options, identifiers, None, &mut reporter, context)
}
