//! `vmedia verify`: re-reads archived sessions and compares them with their manifests. Needs nobody and no network.

use super::Context;
use super::pump::beside;
use super::services::store;
use crate::archive::{Verified, bags, payload_bytes, verify_bag};
use crate::cli::VerifyArguments;
use crate::clock::Cancel;
use crate::engine::{Emit, Event};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{Reporter, ReporterOptions};
use crate::store::{LocalStore, Store, StorePath};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One session's folder: the store that holds it and its name there.
struct Bag {
    store: Arc<LocalStore>,
    folder: StorePath,
}

/// Checks what the arguments name.
pub(super) fn run(arguments: &VerifyArguments, context: &Context) -> Result<Exit> {
    let mut reporter = Reporter::new(&context.console, &context.global, ReporterOptions { format: arguments.format, bars: true })?;
    verify(&arguments.paths, &mut reporter, context)
}

/// Checks session folders and archive folders, tells of each, and says how it ended.
pub(super) fn verify(paths: &[PathBuf], reporter: &mut Reporter, context: &Context) -> Result<Exit> {
    let mut found = Vec::new();
    for path in paths {
        found.extend(find(path, context)?);
    }
    let cancel = context.cancel.clone();
    let outcome = beside(context, reporter, move |emit| check(&found, &cancel, emit));
    reporter.finish();
    if let Some(exit) = context.cancel.requested() {
        reporter.interrupted(exit);
        return Ok(exit);
    }
    let sum = outcome.ok_or_else(|| Error::unexpected("the verification ended without a verdict"))??;
    let exit = if sum.damaged == 0 { Exit::Done } else { Exit::Damaged };
    let Sum { bags, damaged, files, bytes } = sum;
    reporter.event(&Event::VerifyFinished { exit, code: exit.code(), bags, damaged, files, bytes }, context.clock.as_ref());
    Ok(exit)
}

/// What was checked in all.
#[derive(Default)]
struct Sum {
    bags: u64,
    damaged: u64,
    files: u64,
    bytes: u64,
}

/// Checks one bag after the other and tells of each.
fn check(found: &[Bag], cancel: &Cancel, emit: &Emit) -> Result<Sum> {
    let mut expected = 0;
    for Bag { store, folder } in found {
        expected += payload_bytes(store.as_ref(), folder)?;
    }
    emit.event(Event::VerifyStarted { bags: found.len() as u64, bytes: expected });
    let mut sum = Sum::default();
    for Bag { store, folder } in found {
        let mut read = 0;
        let mut watch = |piece: &[u8]| {
            read += piece.len() as u64;
            emit.progress(0, read);
            cancel.requested().map_or(Ok(()), |_| Err(std::io::Error::other("stopped")))
        };
        let verified = verify_bag(store.as_ref(), folder, &mut watch)?;
        sum.bags += 1;
        sum.damaged += u64::from(!verified.findings.is_empty());
        sum.files += verified.files;
        sum.bytes += verified.bytes;
        emit.event(told(store.location(folder), verified));
    }
    Ok(sum)
}

fn told(folder: String, verified: Verified) -> Event {
    let findings = verified.findings.into_iter().map(|finding| format!("{}: {}", finding.path, finding.what)).collect();
    Event::BagVerified {
        folder,
        session: verified.session,
        files: verified.files,
        bytes: verified.bytes,
        missing: verified.missing_media,
        findings,
    }
}

/// The bags at a path: the path itself, or the folders in it.
fn find(path: &Path, context: &Context) -> Result<Vec<Bag>> {
    let hint = "name a session's folder, or the archive folder that holds them";
    let unreadable = |error: std::io::Error| Error::new(Exit::Local, format!("cannot read {}: {error}", path.display()), hint);
    // `.` and `..` have no name of their own.
    let named = if path.file_name().is_some() { path.to_owned() } else { path.canonicalize().map_err(unreadable)? };
    if let (Some(parent), Some(name)) = (named.parent(), named.file_name()) {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let here = Arc::new(store(parent.to_owned(), context));
        if let Some(folder) = bags(here.as_ref(), &[name.to_string_lossy().into_owned()])?.pop() {
            return Ok(vec![Bag { store: here, folder }]);
        }
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&named).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let root = Arc::new(store(path.to_owned(), context));
    let folders = bags(root.as_ref(), &names)?;
    if folders.is_empty() {
        return Err(Error::new(Exit::Local, format!("there is no archived session in {}", path.display()), hint));
    }
    Ok(folders.into_iter().map(|folder| Bag { store: Arc::clone(&root), folder }).collect())
}
