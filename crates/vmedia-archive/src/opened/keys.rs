//! Opens the keys of an encrypted session.

use crate::cipher::{FOLDER, Identities, LARGEST_KEY, SessionIdentities, Unopened, key_file, keys_folder};
use crate::error::{Error, ErrorKind, Result};
use crate::record::Record;
use crate::store::{ReadStore, StorePath};
use crate::unlocking::{is_at_hand, opens_granted};
use std::collections::HashSet;
use std::sync::Arc;

/// The keys of a session.
pub(super) struct OpenKeys {
    pub(super) keys: SessionIdentities,
    /// The public keys whose private halves do not open.
    pub(super) closed: HashSet<String>,
}

/// Opens the wrapped keys of a session; `None` if they are encrypted to none of the identities.
#[cfg_attr(not(feature = "encryption"), allow(unused, reason = "nothing is opened"))]
pub(super) fn open(store: &dyn ReadStore, folder: &StorePath, record: &Record, identities: &Arc<Identities>) -> Result<Option<OpenKeys>> {
    let mut keys = SessionIdentities::new(Arc::clone(identities));
    let (mut closed, mut damage, mut refused) = (HashSet::new(), None, None);
    let all = record.keys();
    for key in &all {
        let place = keys_folder(folder);
        let path = place.join(&key_file(key));
        let added = match store.read(&path, LARGEST_KEY)? {
            Some(wrapped) => keys.add(&wrapped).map_err(|why| (why, "is not what was encrypted")),
            None => Err((Unopened::Altered, "is missing")),
        };
        let Err((why, what)) = added else { continue };
        if opens_granted(store, &place, key, &mut keys) || is_at_hand(record, key, &keys) {
            continue;
        }
        closed.insert((*key).to_owned());
        match why {
            Unopened::NoIdentity => {}
            Unopened::Altered => {
                damage.get_or_insert_with(|| format!("the key {} {what}", store.location(&path)));
            }
            Unopened::Plugin(why) => {
                refused.get_or_insert_with(|| why.closed(&store.location(&path)));
            }
        }
    }
    if closed.len() < all.len() || all.is_empty() {
        return Ok(Some(OpenKeys { keys, closed }));
    }
    if store.stat(&StorePath::name(FOLDER))?.is_none() {
        let hint =
            format!("name its opened key, which `vmedia keys grant -o` hands out where the folder {FOLDER} is; or restore that folder");
        return Err(Error::new(ErrorKind::NotFound, format!("the keys of the session are not in {}", store.root()), hint));
    }
    if let Some(what) = damage {
        let hint = format!("restore the folder {FOLDER} of the archive from its backup; or name the opened key of the session");
        return Err(Error::new(ErrorKind::Damaged, what, hint));
    }
    refused.map_or(Ok(None), Err)
}
