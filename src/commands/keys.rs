//! `vmedia keys`: grants the keys of encrypted sessions, and encrypts them to other recipients. Needs no network but for a time stamp.
//!
//! Must not open or encrypt anything itself; the archive's library does.

use super::Context;
use super::closing::close_journal;
use super::erase::failed;
use super::new_file::must_be_new;
use super::query::session_ids;
use super::services::{archive, journal, notes, sealer};
use crate::archive::{
    Granted, Granting, Identities, Journal, KeyAct, Recipients, Rewrapped, Rewrapping, SessionArchive, folders_with_keys, grant, hand_out,
};
use crate::cli::{ArchiveArguments, GrantArguments, RewrapArguments};
use crate::clock::Stop;
use crate::config::Resolver;
use crate::engine::{Event, KeyCounts, KeysReport, Sealer, SessionKeyed};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::report::Reporter;
use crate::store::{Store, StorePath};
use crate::text::plural;
use std::path::Path;
use std::sync::Arc;

/// The archive that a command changes, its journal, and the seals of that.
struct Opened {
    store: Arc<dyn Store>,
    journal: Journal,
    sealer: Sealer,
}

fn open(arguments: &ArchiveArguments, resolver: &Resolver<'_>, context: &Context) -> Result<Opened> {
    let store = archive(resolver, arguments.folder.clone(), context)?;
    let sealer = sealer(resolver.seal_settings(&arguments.seal)?, &resolver.network(), context)?;
    let journal = journal(&store, context);
    Ok(Opened { store, journal, sealer })
}

pub(super) fn grant_keys(arguments: &GrantArguments, context: &Context) -> Result<Exit> {
    let sessions = session_ids(&arguments.sessions)?;
    if let Some(path) = &arguments.output {
        must_be_new(path, "no file of keys replaces another")?;
    }
    let to = Recipients::parse(&arguments.to).map_err(|error| Error::usage(error.what(), error.hint()))?;
    let identities = Identities::read(&arguments.identity, notes(context))?;
    let opened = open(&arguments.change.archive, &context.resolver()?, context)?;
    let mut reporter = context.reporter(arguments.change.archive.format, false)?;
    let order = Granting {
        store: opened.store.as_ref(),
        journal: &opened.journal,
        identities: &identities,
        to: &to,
        reason: &arguments.change.reason,
    };
    let exit = match &arguments.output {
        Some(path) => write_keys(&order, &sessions, path, &mut reporter, context),
        None => grant_all(&order, &sessions, &mut reporter, context),
    };
    Ok(close_journal(&opened.journal, &opened.sealer, &opened.store, exit, &mut reporter, context))
}

/// Grants the keys of sessions in the archive. A session that fails keeps no other from being granted.
fn grant_all(order: &Granting<'_>, sessions: &[SessionId], reporter: &mut Reporter, context: &Context) -> Exit {
    let mut exits = Vec::new();
    for session in sessions {
        if let Some(stop) = context.cancel.requested() {
            reporter.interrupted(stop.exit());
            return stop.exit();
        }
        match grant(order, session, &|| context.clock.now()) {
            Ok(granted) => {
                exits.push(Exit::Done);
                reporter.event(keyed(order.store, KeyAct::Granted, &granted));
            }
            Err(error) => {
                exits.push(Exit::of(&error));
                reporter.event(failed(order.store, session, &error));
            }
        }
    }
    Exit::merge(exits)
}

fn keyed(store: &dyn Store, act: KeyAct, granted: &Granted) -> Event {
    Event::SessionKeyed(SessionKeyed {
        folder: SessionArchive::folder_of(&granted.session).to_string(),
        act,
        counts: KeyCounts { keys: granted.keys, ..KeyCounts::default() },
        places: granted.folders.iter().map(|folder| store.location(folder)).collect(),
        planned: false,
    })
}

/// Writes the keys of sessions into a file, of all or of none.
fn write_keys(order: &Granting<'_>, sessions: &[SessionId], path: &Path, reporter: &mut Reporter, context: &Context) -> Exit {
    let made = match hand_out(order, sessions, path, &|| context.clock.now()) {
        Ok(made) => made,
        Err(error) => {
            reporter.error(&error);
            return Exit::of(&error);
        }
    };
    made.sessions.iter().for_each(|granted| reporter.event(keyed(order.store, KeyAct::HandedOut, granted)));
    reporter.event(Event::KeysFinished(KeysReport {
        act: KeyAct::HandedOut,
        sessions: made.sessions.len() as u64,
        foreign_sessions: 0,
        failed: 0,
        counts: KeyCounts { keys: made.sessions.iter().map(|granted| granted.keys).sum(), ..KeyCounts::default() },
        recipients: order.to.count() as u64,
        file: Some(path.display().to_string()),
        sha256: Some(made.digest.sha256),
        dry_run: false,
    }));
    Exit::Done
}

pub(super) fn rewrap(arguments: &RewrapArguments, context: &Context) -> Result<Exit> {
    let sessions = session_ids(&arguments.sessions)?;
    let resolver = context.resolver()?;
    let recipients = resolver.needed_recipients(&arguments.encryption, "to encrypt the keys to")?;
    let identities = Identities::read(&arguments.identity, notes(context))?;
    let opened = open(&arguments.archive, &resolver, context)?;
    let mut reporter = context.reporter(arguments.archive.format, false)?;
    let store = opened.store.as_ref();
    let folders = match &sessions[..] {
        [] => folders_with_keys(store)?,
        named => named.iter().map(SessionArchive::folder_of).collect(),
    };
    let order = Rewrapping::new(store, &opened.journal, &identities, &recipients, arguments.dry_run)?;
    let exit = Rewraps { order: &order, recipients: recipients.count() as u64, dry_run: arguments.dry_run, context }.all(
        &folders,
        store,
        &mut reporter,
    );
    Ok(close_journal(&opened.journal, &opened.sealer, &opened.store, exit, &mut reporter, context))
}

/// Encrypts the keys of sessions to other recipients, one session after the other.
struct Rewraps<'a> {
    order: &'a Rewrapping<'a>,
    recipients: u64,
    dry_run: bool,
    context: &'a Context,
}

impl Rewraps<'_> {
    fn all(&self, folders: &[StorePath], store: &dyn Store, reporter: &mut Reporter) -> Exit {
        let (mut counts, mut unopened, mut foreign, mut exits) = (KeyCounts::default(), 0, 0, Vec::new());
        let (mut failures, mut done) = (0, 0);
        for folder in folders {
            if self.context.cancel.requested().is_some() {
                break;
            }
            done += 1;
            match self.order.rewrap(folder, &|| self.context.clock.now()) {
                Ok(result) => {
                    let of_session = counts_of(&result);
                    counts.add(of_session);
                    unopened += result.unopened;
                    foreign += u64::from(result.foreign > 0);
                    exits.push(if result.foreign > 0 { Exit::PARTIAL } else { Exit::Done });
                    let (folder, act, planned) = (folder.to_string(), KeyAct::Rewrapped, self.dry_run);
                    reporter.event(Event::SessionKeyed(SessionKeyed { folder, act, counts: of_session, places: Vec::new(), planned }));
                }
                Err(error) => {
                    failures += 1;
                    let exit = Exit::of(&error);
                    exits.push(exit);
                    reporter.error(&error);
                    if exit.ends_run() {
                        break;
                    }
                }
            }
        }
        reporter.event(Event::KeysFinished(KeysReport {
            act: KeyAct::Rewrapped,
            sessions: done,
            foreign_sessions: foreign,
            failed: failures,
            counts,
            recipients: self.recipients,
            file: None,
            sha256: None,
            dry_run: self.dry_run,
        }));
        self.remarks(counts, (unopened, foreign), store, reporter);
        if let Some(stop) = self.context.cancel.requested().map(Stop::exit) {
            reporter.interrupted(stop);
            return stop;
        }
        Exit::merge(exits)
    }

    fn remarks(&self, counts: KeyCounts, (unopened, foreign): (u64, u64), store: &dyn Store, reporter: &mut Reporter) {
        if foreign > 0 {
            let what = format!("keys of {} in {} are encrypted to none of these identities", plural(foreign, "session"), store.root());
            reporter.error(&Error::new(
                ErrorKind::Partial,
                what,
                "name the private key of another recipient with --identity; -v names the sessions",
            ));
        }
        let mut remark = |text: String| reporter.event(Event::Remark { text });
        if self.dry_run || counts.keys == 0 {
            return;
        }
        remark(
            "copies of _keys that were made before still open with the earlier private keys, and the sessions' own keys are the same"
                .into(),
        );
        if unopened > 0 {
            let files = plural(unopened, "file");
            remark(format!("{files} written, read back and compared, but not opened: none of these identities is a recipient now"));
        }
        if counts.granted > 0 {
            remark(format!("{} of granted keys (_keys/SESSION/to-...) stay as they are", plural(counts.granted, "file")));
        }
    }
}

fn counts_of(result: &Rewrapped) -> KeyCounts {
    KeyCounts { keys: result.keys, unchanged: result.unchanged, foreign: result.foreign, granted: result.granted }
}
