//! `vmedia adopt`: records sessions in the journal that it does not vouch for, after all of their files were read. Needs no network but for
//! a time stamp.

use super::Context;
use super::archives::{find_at, named};
use super::closing::close_journal;
use super::query::session_ids;
use super::services::{identities, journal, offline_providers, sealer};
use super::verify::secrets;
use crate::archive::{Adopting, Adoption, Chain, Scope, adopt};
use crate::cli::AdoptArguments;
use crate::engine::{Event, StoredRules};
use crate::error::Result;
use crate::exit::Exit;
use crate::report::Reporter;
use crate::store::{Store, StorePath};
use std::sync::Arc;

pub(super) fn run(arguments: &AdoptArguments, context: &Context) -> Result<Exit> {
    let ids = session_ids(&arguments.sessions)?;
    let resolver = context.resolver()?;
    let archive = find_at(&resolver.output(arguments.change.archive.folder.clone()).value, context)?;
    let store: Arc<dyn Store> = Arc::clone(archive.stored.folder()?) as Arc<dyn Store>;
    let folders = if ids.is_empty() { archive.sessions.to_vec() } else { named(store.as_ref(), &ids)? };
    let secrets = if arguments.authenticate { secrets(context)? } else { None };
    let rules = StoredRules::new(offline_providers(secrets), arguments.authenticate);
    let sealer = sealer(resolver.seal_settings(&arguments.change.archive.seal)?, &resolver.network(), context)?;
    let journal = journal(&store, context);
    let scope = Scope::folders(folders.iter().map(StorePath::as_str));
    let chain = Chain::read(store.as_ref(), &scope, &[], &mut |_| Ok(()))?;
    let order = Adopting {
        store: store.as_ref(),
        chain: &chain,
        journal: &journal,
        reason: &arguments.change.reason,
        rules: &rules,
        authenticate: arguments.authenticate,
        identities: identities(&arguments.identity.identity, context)?,
        is_stopped: &|| context.cancel.requested().is_some(),
    };
    let mut reporter = context.reporter(arguments.change.archive.format, false)?;
    let exit = adopt_all(&order, &folders, &mut reporter, context);
    Ok(close_journal(&journal, &sealer, &store, exit, &mut reporter, context))
}

fn adopt_all(order: &Adopting<'_>, folders: &[StorePath], reporter: &mut Reporter, context: &Context) -> Exit {
    let (mut exits, mut adopted) = (Vec::new(), 0);
    for folder in folders {
        let outcome = adopt(order, folder, &|| context.clock.now());
        if let Some(stop) = context.cancel.requested() {
            reporter.interrupted(stop.exit());
            exits.push(stop.exit());
            break;
        }
        let folder = order.store.location(folder);
        match outcome {
            Ok(Adoption::Known) => exits.push(Exit::Done),
            Ok(Adoption::Adopted { files, bytes, authenticated }) => {
                adopted += 1;
                exits.push(Exit::Done);
                reporter.event(Event::SessionAdopted { folder, files, bytes, authenticated });
            }
            Err(error) => {
                exits.push(Exit::of(&error));
                reporter.error(&error);
                if error.ends_run() {
                    break;
                }
            }
        }
    }
    let exit = Exit::merge(exits);
    if adopted == 0 && exit == Exit::Done {
        reporter.say("the journal vouches for each of them already");
    }
    exit
}
