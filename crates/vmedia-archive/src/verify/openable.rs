//! Opens the encrypted files of a bag with the private keys of recipients, and compares what they hold with its proof: the bytes that the
//! provider sent, and the provider's signature.
//!
//! Without identities, checks only that the wrapped keys are there. Must not write what it opens.

use super::examine::{LARGEST_DOCUMENT, compare_listing};
use super::examined::Origin;
use super::reread::{Item, Reread, read_sealed};
use super::{Aspect, Examined, ProviderRules, SignatureCheck};
use crate::cipher::{FOLDER, Identities, LARGEST_KEY, SessionIdentities, Unopened, key_file, keys_folder};
use crate::error::{Result, plain};
use crate::journal::stopped;
use crate::record::{DocumentRecord, EncryptedRecord, Record};
use crate::salt::Salt;
use crate::store::{Digest, ReadStore, StorePath, Watch, sha256_bytes};
use crate::text::day;
use crate::unlocking::{is_at_hand, opens_granted, proof};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::io::{self, Read};
use std::sync::Arc;

/// Checks the keys of an encrypted bag and, with identities, opens its proofs and reads its listings. Returns the keys that open its files.
pub(crate) fn open_session(
    store: &dyn ReadStore,
    folder: &StorePath,
    identities: Option<&Arc<Identities>>,
    rules: &dyn ProviderRules,
    examined: &mut Examined,
) -> Option<SessionIdentities> {
    let record = examined.record.take_if(|record| record.encryption.is_some())?;
    let keys = open_record(store, folder, identities, rules, (&record, examined));
    examined.record = Some(record);
    keys
}

fn open_record(
    store: &dyn ReadStore,
    folder: &StorePath,
    identities: Option<&Arc<Identities>>,
    rules: &dyn ProviderRules,
    (record, examined): (&Record, &mut Examined),
) -> Option<SessionIdentities> {
    let mut keys = identities.map(|identities| SessionIdentities::new(Arc::clone(identities)));
    let unopened = open_keys(store, folder, record, keys.as_mut(), examined);
    let keys = keys?;
    // A file whose key was reported is no further finding.
    let may_open = |encrypted: &&EncryptedRecord| !unopened.contains(&encrypted.key);
    let earlier = earlier_salt(record, &keys);
    let mut count = 0;
    for file in record.files() {
        let Some(encrypted) = file.encrypted.filter(may_open) else { continue };
        count += 1;
        match proof(&keys, encrypted) {
            Ok(proof) => {
                let origin = examined.origins.get(file.path).filter(|origin| !is_content_of(origin, &proof.digest, earlier.as_ref()));
                if let Some(at) = origin.map(|origin| origin.at) {
                    let what = format!("does not hold what was archived on {}, before the session was encrypted", day(at));
                    examined.finding(Aspect::Journal, file.path, what);
                }
                if let Some(item) = examined.items.iter_mut().find(|item| item.path == file.path) {
                    item.signature = proof.signature.held().map(str::to_owned);
                    item.content = Some(proof.digest);
                }
            }
            Err(why) => examined.finding(Aspect::Openable, file.path, format!("its proof in the record cannot be opened: {}", text(&why))),
        }
    }
    let is_opened = |document: &&DocumentRecord| document.lost.is_none() && document.encrypted.as_deref().is_some_and(|one| may_open(&one));
    for document in record.documents.iter().filter(is_opened) {
        // A file that is missing, altered or no longer opens is reported when it is read.
        let Ok(Some(bytes)) = store.read(&folder.join(&document.path), LARGEST_DOCUMENT) else { continue };
        if let Ok(content) = keys.decrypt(&bytes) {
            examined.findings.extend(compare_listing(record, document, &content, rules));
        }
    }
    examined.to_open = Some(count);
    Some(keys)
}

/// Returns the salt of the journal's commitments from before the session was encrypted, if it was archived without encryption.
fn earlier_salt(record: &Record, keys: &SessionIdentities) -> Option<Salt> {
    let converted = record.encryption.as_ref()?.converted.as_ref()?;
    let opened = Zeroizing::new(keys.decrypt(&STANDARD.decode(&converted.salt).ok()?).ok()?);
    Salt::try_from(std::str::from_utf8(&opened).ok()?.to_owned()).ok()
}

/// Returns true if a content is that of a plain file, as the journal has it: its SHA-256, or the commitment to that.
fn is_content_of(origin: &Origin, content: &Digest, earlier: Option<&Salt>) -> bool {
    let found = match &origin.file.commitment {
        None => Some(content.sha256.clone()),
        Some(_) => earlier.map(|salt| salt.commitment(&content.sha256)),
    };
    found.and_then(|found| sha256_bytes(&found)).is_some_and(|found| origin.file.fingerprint() == Some(found))
}

/// Opens the wrapped keys of a bag, and returns those that do not open. One that is missing or altered is a finding, unless the archive is a
/// copy that has no keys at all, such as one in a bucket.
fn open_keys(
    store: &dyn ReadStore,
    folder: &StorePath,
    record: &Record,
    mut keys: Option<&mut SessionIdentities>,
    examined: &mut Examined,
) -> HashSet<String> {
    let (place, mut unopened, mut notes) = (keys_folder(folder), HashSet::new(), BTreeSet::new());
    if !store.stat(&StorePath::name(FOLDER)).is_ok_and(|stat| stat.is_some()) {
        examined.is_keyless = true;
        if let Some(keys) = keys {
            unopened.extend(record.keys().into_iter().filter(|key| !is_at_hand(record, key, keys)).map(ToOwned::to_owned));
            examined.is_foreign = !unopened.is_empty();
        }
        return unopened;
    }
    for key in record.keys() {
        let path = place.join(&key_file(key));
        let what = match (store.read(&path, LARGEST_KEY), &mut keys) {
            (Ok(Some(wrapped)), Some(keys)) => match keys.add(&wrapped) {
                Ok(()) => continue,
                Err(Unopened::Altered) => text(&Unopened::Altered).to_owned(),
                Err(_) if opens_granted(store, &place, key, keys) || is_at_hand(record, key, keys) => continue,
                // No damage: those identities are of others, or the plugin may open it another time.
                Err(why) => {
                    examined.is_foreign = true;
                    notes.insert(match why {
                        Unopened::Plugin(why) => format!("its key was not opened: {}", why.what),
                        _ => "its key is encrypted to none of these identities, so it was not opened".to_owned(),
                    });
                    unopened.insert(key.to_owned());
                    continue;
                }
            },
            (Ok(Some(_)), None) => continue,
            (Ok(None), _) => "the key is missing: what is encrypted to it cannot be opened without it".to_owned(),
            (Err(error), _) => error.what().to_owned(),
        };
        examined.finding(Aspect::Openable, path.as_str(), what);
        unopened.insert(key.to_owned());
    }
    examined.notes.extend(notes);
    unopened
}

fn text(why: &Unopened) -> &str {
    match why {
        Unopened::NoIdentity => "it is encrypted to none of these identities",
        Unopened::Altered => "it is not what was encrypted",
        Unopened::Plugin(why) => &why.what,
    }
}

/// Reads an encrypted file: compares its bytes with its manifest, its content with the proof, and checks the provider's signature over the
/// content.
pub(crate) fn reread_content(
    buffer: &mut Vec<u8>,
    store: &dyn ReadStore,
    folder: &StorePath,
    (item, content): (&Item, &Digest),
    keys: &SessionIdentities,
    rules: &dyn ProviderRules,
    watch: &mut Watch<'_>,
) -> Result<Reread> {
    let Some(path) = item.place(folder) else { return Ok(item.found(Aspect::Readable, "its path leads out of the bag")) };
    let Some(stream) = store.open(&path)? else { return Ok(item.found(Aspect::Listings, "missing")) };
    let (stored, opened) = match read_content(buffer, stream, item.signature_check(rules), keys, watch)? {
        Ok(read) => read,
        Err(error) => return Ok(item.found(Aspect::Readable, &format!("cannot be read: {}", plain(&error)))),
    };
    let compared = item.compare(&stored, None);
    if compared.finding.is_some() {
        return Ok(compared);
    }
    let unopened = |what: &str| Reread { bytes: stored.bytes, ..item.found(Aspect::Openable, what) };
    Ok(match opened {
        Err(why) => unopened(text(&why)),
        Ok(Err(_)) => unopened(text(&Unopened::Altered)),
        Ok(Ok((digest, _))) if digest != *content => unopened("its content is not what the provider sent: the SHA-256 does not fit"),
        Ok(Ok((_, holds))) => Reread { is_opened: true, ..item.compare(&stored, holds) },
    })
}

/// The digest of encrypted bytes, and that of their content with the result for its signature, or why there is none.
type ReadContent = (Digest, std::result::Result<io::Result<(Digest, Option<bool>)>, Unopened>);

/// Reads an encrypted stream to its end, and opens it. The inner error is that of the stream.
fn read_content(
    buffer: &mut Vec<u8>,
    stream: Box<dyn Read + Send>,
    signature: Option<Box<dyn SignatureCheck>>,
    keys: &SessionIdentities,
    watch: &mut Watch<'_>,
) -> Result<io::Result<ReadContent>> {
    let mut stream = Watched { stream, hasher: Sha256::new(), bytes: 0, watch, was_stopped: false };
    let opened = keys.open(&mut stream).map(|opened| read_sealed(buffer, opened, signature, &mut |_| Ok(())));
    // What stands behind the end of the content belongs to the file, too.
    let rest = io::copy(&mut stream, &mut io::sink());
    if stream.was_stopped {
        return Err(stopped());
    }
    let stored = Digest { bytes: stream.bytes, sha256: hex::encode(stream.hasher.finalize()) };
    Ok(rest.map(|_| (stored, opened)))
}

/// Reads an encrypted stream to its end. Returns its digest and that of its content; `None` if it cannot be read, or does not open.
pub(crate) fn compare_content(
    stream: Box<dyn Read + Send>,
    keys: &SessionIdentities,
    watch: &mut Watch<'_>,
) -> Result<Option<(Digest, Digest)>> {
    let read = read_content(&mut Vec::new(), stream, None, keys, watch)?;
    Ok(read.ok().and_then(|(stored, opened)| Some((stored, opened.ok()?.ok()?.0))))
}

/// A stream that is hashed and watched while it is read.
struct Watched<'a, 'b> {
    stream: Box<dyn Read + Send>,
    hasher: Sha256,
    bytes: u64,
    watch: &'a mut Watch<'b>,
    was_stopped: bool,
}

impl Read for Watched<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        let piece = buffer.get(..count).unwrap_or_default();
        (self.watch)(piece).inspect_err(|_| self.was_stopped = true)?;
        self.hasher.update(piece);
        self.bytes += count as u64;
        Ok(count)
    }
}
