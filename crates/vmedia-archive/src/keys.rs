//! The keys of encrypted sessions, opened with private keys of recipients: granted to others, or encrypted to other recipients.
//!
//! A key is opened in memory and never written but encrypted. Must not open a session's files.

mod drill;
mod grant;
mod rewrap;

pub use drill::{DrillSample, choose_for_drill};
pub use grant::{Granted, Granting, HandedOut, grant, hand_out};
pub use rewrap::{Rewrapped, Rewrapping, folders_with_keys};

use crate::cipher::{Identities, LARGEST_KEY, OpenedKey, Unopened};
use crate::erasure::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::model::SessionId;
use crate::store::{ReadStore, StorePath};
use crate::text::day;

/// Hint for a key that is missing or damaged.
const RESTORE: &str = "restore the folder _keys from a backup of its own";

/// Opens the file of a session's key; `None` if it is encrypted to none of the identities.
fn open(store: &dyn ReadStore, path: &StorePath, key: &str, identities: &Identities) -> Result<Option<OpenedKey>> {
    let damaged = |what: &str| Error::new(ErrorKind::Damaged, format!("{}: {what}", store.location(path)), RESTORE);
    let wrapped = store.read(path, LARGEST_KEY)?.ok_or_else(|| damaged("the key is missing"))?;
    match identities.open_key(&wrapped, key) {
        Ok(opened) => Ok(Some(opened)),
        Err(Unopened::NoIdentity) => Ok(None),
        Err(Unopened::Altered) => Err(damaged("it is not the key that was encrypted")),
        Err(Unopened::Plugin(why)) => Err(why.closed(&store.location(path))),
    }
}

/// Fails if a session was erased, or is being erased.
fn must_not_be_erased(store: &dyn ReadStore, session: &SessionId) -> Result<()> {
    let Some(certificate) = Certificate::of(store, session)?.filter(Certificate::forbids) else { return Ok(()) };
    let when = certificate.erased.map_or_else(|| "is being erased".to_owned(), |at| format!("was erased on {}", day(at)));
    let hint = format!("its certificate is {}", store.location(&certificate.page()));
    Err(Error::new(ErrorKind::NotFound, format!("session {session} {when}, and so are its keys"), hint))
}
