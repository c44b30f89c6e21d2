//! `vmedia repair`: verifies archives, fetches damaged and missing files again, and verifies those sessions once more. Damaged
//! copies are kept aside.
//!
//! It takes paths, as `verify` does, because a report of damage names paths. Must not do anything that `download` and `verify`
//! would not do.

use super::Context;
use super::archives::{Archive, find_or_default};
use super::download::{Batch, archive};
use super::from_bucket::fetch_back;
use super::services::{encryption, must_be_folder, offline_providers, sealer, services};
use super::verify::{Occasion, Outcome, verify_all};
use crate::archive::verify::Repairable;
use crate::cli::{EventFormat, RepairArguments, VerifyArguments};
use crate::engine::{Options, Selection, StoredRules};
use crate::error::{ErrorKind, Result};
use crate::exit::Exit;
use crate::text::plural;
use std::sync::Arc;

pub(super) fn run(arguments: &RepairArguments, context: &Context) -> Result<Exit> {
    arguments.paths.iter().try_for_each(|path| must_be_folder(path))?;
    let archives = find_or_default(&arguments.paths, context)?;
    let format = arguments.run.format;
    if arguments.from_bucket {
        for archive in &archives {
            let exit = fetch_back(archive, arguments, context)?;
            if exit != Exit::Done {
                return Ok(exit);
            }
        }
    }
    let found = check(&archives, Occasion::Routine, format, context)?;
    let is_stopped = || context.cancel.requested().is_some();
    if is_stopped() || found.repairable.is_empty() {
        if found.exit == ErrorKind::Damaged && !is_stopped() {
            let line = "nothing of this can be fetched again; what was found says what to do";
            context.reporter(format, true)?.say(line);
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
    let after = check(&repaired, Occasion::AfterRepair, format, context)?;
    // Findings that cannot be repaired are in sessions and journals that were not verified again.
    let is_all = found.damaged == found.repairable.len() as u64;
    Ok(match after.exit {
        Exit::Done if !is_all => Exit::from(ErrorKind::Damaged),
        // Sound again, but perhaps with other bytes, or not all of it.
        Exit::Done => Exit::merge(fetched),
        found => found,
    })
}

fn check(archives: &[Archive], occasion: Occasion, format: EventFormat, context: &Context) -> Result<Outcome> {
    let rules = StoredRules::new(offline_providers(None), false);
    verify_all(archives, rules, &VerifyArguments::default(), occasion, &mut context.reporter(format, true)?, context)
}

/// Fetches the damaged files of these sessions.
fn fetch(place: &Archive, sessions: &[&Repairable], arguments: &RepairArguments, context: &Context) -> Result<Exit> {
    let resolver = context.resolver()?;
    let jobs = resolver.jobs(arguments.run.jobs).value;
    let network = resolver.network();
    let mut services = services(resolver.provider_settings()?, &network, place.root.clone(), jobs, context)?;
    services.sealer = Arc::new(sealer(resolver.seal_settings(&arguments.run.seal)?, &network, context)?);
    services.encryption = encryption(resolver.recipients(&arguments.run.encryption)?, services.provider.as_ref())?;
    let mut batch = Batch::default();
    sessions.iter().for_each(|found| batch.identifiers.add(found.session.clone()));
    let options = Options {
        selection: Selection { only_damaged: true, ..Selection::default() },
        lost: sessions.iter().filter_map(|found| Some((found.session.clone(), found.lost.clone()?))).collect(),
        strict: arguments.run.strict,
        workers: usize::from(jobs),
        ..Options::default()
    };
    let mut reporter = context.reporter(arguments.run.format, true)?.with_tries(network.policy.retries.saturating_add(1));
    let count = batch.identifiers.sessions.len() as u64;
    reporter.say(&format!("fetching again what is damaged in {} of {}", plural(count, "session"), place.root.display()));
    archive(services, options, batch, &mut reporter, context)
}
