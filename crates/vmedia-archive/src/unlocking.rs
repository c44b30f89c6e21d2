//! What private keys open of an encrypted session: keys that were granted, and the proofs of its files.

use crate::cipher::{LARGEST_KEY, SessionIdentities, Unopened, key_file};
use crate::record::{EncryptedRecord, ProofRecord, Record};
use crate::store::{ReadStore, StorePath};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Opens a key that was granted to someone who is no recipient of the archive; returns false if it was not granted to an identity. Another's
/// file, and one that was altered, is of no use and no damage: the recipients' own is there.
pub(crate) fn opens_granted(store: &dyn ReadStore, place: &StorePath, key: &str, keys: &mut SessionIdentities) -> bool {
    let granted = store.list(place).unwrap_or_default().into_iter().map(|listed| listed.path);
    let mut granted =
        granted.filter(|path| path.below(place).is_some_and(|name| name.split_once('/').is_some_and(|(_, name)| name == key_file(key))));
    granted.any(|path| store.read(&path, LARGEST_KEY).is_ok_and(|read| read.is_some_and(|wrapped| keys.add(&wrapped).is_ok())))
}

/// Returns true if an identity is the private key itself, which was opened before.
pub(crate) fn is_at_hand(record: &Record, key: &str, keys: &SessionIdentities) -> bool {
    let mut encrypted = record.files().filter_map(|file| file.encrypted).filter(|encrypted| encrypted.key == key);
    encrypted.next().is_some_and(|encrypted| proof(keys, encrypted).is_ok())
}

/// Opens the proof of a file.
pub(crate) fn proof(keys: &SessionIdentities, encrypted: &EncryptedRecord) -> std::result::Result<ProofRecord, Unopened> {
    let bytes = STANDARD.decode(&encrypted.proof).map_err(|_| Unopened::Altered)?;
    let proof: ProofRecord = serde_json::from_slice(&keys.decrypt(&bytes)?).map_err(|_| Unopened::Altered)?;
    if proof.digest.bytes == encrypted.bytes { Ok(proof) } else { Err(Unopened::Altered) }
}
