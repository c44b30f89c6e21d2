//! `vmedia keys drill`: tries a private key on sessions that are chosen by chance. Needs no network.
//!
//! Must not open anything itself; verification does.

use super::Context;
use super::archives::Archive;
use super::services::{archive, offline_providers};
use super::verify::{Occasion, verify_all};
use crate::archive::{choose_for_drill, folders_with_keys};
use crate::cli::{DrillArguments, VerifyArguments};
use crate::engine::{Event, StoredRules};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::text::plural;

pub(super) fn run(arguments: &DrillArguments, context: &Context) -> Result<Exit> {
    let resolver = context.resolver()?;
    let store = archive(&resolver, arguments.archive.clone(), context)?;
    let folders = folders_with_keys(store.as_ref())?;
    if folders.is_empty() {
        let what = format!("the archive {} has no keys of encrypted sessions", store.root());
        return Err(Error::new(ErrorKind::NotFound, what, "name the archive with --archive, or restore its folder _keys"));
    }
    let (all, seed) = (folders.len() as u64, format!("{:016x}", fastrand::u64(..)));
    let chosen = choose_for_drill(folders, arguments.sample, &seed);
    let mut reporter = context.reporter(arguments.format, true)?;
    let text = format!("{} of {} with keys, chosen by the seed {seed}", chosen.len(), plural(all, "session"));
    reporter.event(Event::Remark { text });
    let archive = Archive::at(resolver.output(arguments.archive.clone()).value, context).only(chosen);
    let verify = VerifyArguments { identity: arguments.identity.clone(), ..VerifyArguments::default() };
    let rules = StoredRules::new(offline_providers(None), false);
    verify_all(&[archive], rules, &verify, Occasion::Drill(seed), &mut reporter, context).map(|outcome| outcome.exit)
}
