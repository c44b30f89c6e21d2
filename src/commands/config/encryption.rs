//! Checks the recipients of an encrypted archive, and that the keys in it can be destroyed and were tried.
//!
//! Starts the plugins of recipients. Must not open a key.

use crate::archive::{KEYS_FOLDER, Recipients, last_drill};
use crate::cli::EncryptionArguments;
use crate::commands::Context;
use crate::commands::services::store;
use crate::config::Resolver;
use crate::report::Checklist;
use crate::store::{can_remove, mounted_bucket};
use crate::text::{day, plural};
use std::path::Path;
use std::time::Duration;

/// The age from which on a drill is too long ago.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Adds the checks; none for an archive that is not encrypted.
pub(super) fn encryption(resolver: &Resolver<'_>, checklist: &mut Checklist, context: &Context) {
    let root = resolver.output(None).value;
    let (keys, recipients) = (root.join(KEYS_FOLDER), resolver.recipients(&EncryptionArguments::default()));
    let is_encrypted = !matches!(recipients, Ok(None)) || keys.is_dir();
    let usable = recipients.and_then(|recipients| {
        recipients.as_ref().map_or(Ok(()), Recipients::try_plugins)?;
        Ok(recipients)
    });
    match usable {
        Ok(None) => {}
        Ok(Some(recipients)) if recipients.count() == 1 => {
            let hint = "name a second one, whose private key is kept elsewhere, and encrypt earlier keys to it: vmedia keys rewrap";
            checklist.warning("recipients", "there is one: when its private key is lost, so is the archive", hint);
        }
        Ok(Some(recipients)) => checklist.fine("recipients", plural(recipients.count() as u64, "public key")),
        Err(error) => checklist.wrong("recipients", &error),
    }
    if is_encrypted {
        destruction(&root, &keys, checklist);
    }
    if keys.is_dir() {
        drills(&root, checklist, context);
    }
}

/// Checks that keys can be destroyed: an erasure of copies rests on that.
fn destruction(root: &Path, keys: &Path, checklist: &mut Checklist) {
    let place = if keys.is_dir() { keys } else { root };
    if let Some(sort) = mounted_bucket(place) {
        let what = format!("{} is in a mounted bucket ({sort}), which may keep versions of keys that an erasure removed", place.display());
        checklist.warning("keys", what, "keep the archive on a disk, and copy sessions into the bucket without keys: vmedia ship");
        return;
    }
    if !place.is_dir() {
        return;
    }
    match can_remove(place) {
        Ok(()) => checklist.fine("keys", format!("what is written into {} can be removed", place.display())),
        Err(error) => {
            let what = format!("{}, so that no erasure could destroy a key", error.what());
            checklist.warning(
                "keys",
                what,
                "keep the archive where files can be removed, and copy sessions to protected places: vmedia ship",
            );
        }
    }
}

fn drills(root: &Path, checklist: &mut Checklist, context: &Context) {
    const HINT: &str = "a backup of a key that was never tried is none: vmedia keys drill --identity FILE, with each private key in turn";
    match last_drill(&store(root.to_owned(), context)) {
        Ok(Some(at)) if context.clock.now().duration_since(at) < jiff::SignedDuration::try_from(YEAR).unwrap_or_default() => {
            checklist.fine("drill", format!("the last was on {}", day(at)));
        }
        Ok(Some(at)) => checklist.warning("drill", format!("the last was on {}, more than a year ago", day(at)), HINT),
        Ok(None) => checklist.warning("drill", "no private key was tried on this archive", HINT),
        Err(error) => checklist.wrong("drill", &error),
    }
}
