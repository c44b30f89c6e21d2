//! Encrypts sessions that were archived without encryption. A session is compared with its manifests and the journal first, and nothing
//! plain is removed before its encrypted form was read again, opened and compared.
//!
//! Must not decide which sessions are encrypted, and must not reach copies elsewhere.

use crate::error::{Error, ErrorKind, Result};
use crate::journal::{Chain, Journal, Scope};
use crate::record::{Form, Origin, Record};
use crate::session::{Converting, Encryption, SessionArchive, payload_elsewhere, read_record};
use crate::store::{Digest, Store, StorePath, Watch};
use crate::text::bytes;
use crate::unfinished::{Unfinished, unfinished};
use crate::verify::{Finding, NoProvider, ProviderRules, examine_with_journal};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The order to encrypt sessions of one archive.
pub struct Conversion<'a> {
    /// The archive.
    pub store: &'a Arc<dyn Store>,
    /// Its journal, as it was before the first session was encrypted.
    pub chain: &'a Chain,
    /// The journal of this run.
    pub journal: &'a Journal,
    /// The recipients, and the keys of the fingerprints.
    pub encryption: &'a Encryption,
    /// The provider whose secret keys the fingerprints; `None` if there are none.
    pub provider: Option<&'a str>,
    /// The operator's reason.
    pub reason: &'a str,
    /// The rules for listings.
    pub rules: &'a dyn ProviderRules,
    /// Returns the number of bytes that may still be written to the archive.
    pub available: &'a dyn Fn() -> Result<u64>,
    /// True if nothing is to be changed.
    pub dry_run: bool,
}

/// The result for a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Converted {
    /// It was encrypted before.
    Before,
    /// It would be encrypted.
    Planned(Plain),
    /// It was encrypted in this run.
    Now(Plain),
}

/// What a session has that is not encrypted, and what an encryption does not reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plain {
    /// Number of files.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The URLs of versions in buckets, which stay as they are.
    pub buckets: Vec<String>,
    /// Number of exports, which stay as they are.
    pub exports: u64,
}

/// Encrypts a session, by its folder. `watch` sees each piece that is read, of the plain files and of their encrypted forms.
///
/// # Errors
/// The session is damaged, unfinished, erased or unknown to the journal, belongs to another provider, or another run is changing it; there is
/// no room; or the archive cannot be read or written.
pub fn convert(order: &Conversion<'_>, folder: &StorePath, now: &dyn Fn() -> Timestamp, watch: &mut Watch<'_>) -> Result<Converted> {
    let store = order.store.as_ref();
    let _lock = if order.dry_run { None } else { Some(store.lock(folder)?.or_busy(&store.location(folder))?) };
    let left = unfinished(store, folder)?;
    let Some((record, text)) = read_record(store, folder)? else {
        return Err(refused(order, folder, "it has no record", "restore the session from a backup"));
    };
    let plain = order.plain(folder, &record)?;
    match &record.encryption {
        Some(_) if left.is_none() => return Ok(Converted::Before),
        _ if left == Some(Unfinished::Change) || left == Some(Unfinished::Begun) && record.encryption.is_some() => {
            return Err(refused(order, folder, "a run was killed there", "let `vmedia download` finish the session, then encrypt it"));
        }
        Some(encryption) if encryption.form != Form::Age => {
            return Err(refused(order, folder, "it is encrypted in a form that this version does not know", "use a newer version"));
        }
        Some(_) if !order.dry_run => {
            order.must_be_recorded(folder, &Digest::of(&text).sha256)?;
            order.open(record, now())?.finish_conversion(order.journal, now(), watch)?;
            return Ok(Converted::Now(plain));
        }
        _ => {}
    }
    order.must_fit(folder, &record)?;
    // A run that goes on writes everything anew from the record.
    if left.is_none() {
        order.must_be_here(folder)?;
        order.must_be_sound(folder)?;
    }
    if order.dry_run {
        return Ok(Converted::Planned(plain));
    }
    order.must_have_room(folder, plain.bytes)?;
    let (encryption, journal, reason) = (order.encryption, order.journal, order.reason);
    order.open(record, now())?.convert(&Converting { encryption, journal, reason, now: now() }, watch)?;
    Ok(Converted::Now(plain))
}

impl Conversion<'_> {
    fn plain(&self, folder: &StorePath, record: &Record) -> Result<Plain> {
        let files = record.plain_files();
        let shipped = self.chain.shipments(self.store.as_ref(), folder.as_str())?;
        let buckets: BTreeSet<String> = shipped.into_iter().map(|(_, entry)| entry.location()).collect();
        Ok(Plain {
            files: files.len() as u64,
            bytes: files.iter().map(|file| file.digest.bytes).sum(),
            buckets: buckets.into_iter().collect(),
            exports: self.chain.exports.get(folder.as_str()).copied().unwrap_or(0),
        })
    }

    fn open(&self, record: Record, now: Timestamp) -> Result<SessionArchive> {
        let Record { provider, base_url, session, salt, .. } = record;
        SessionArchive::open(Arc::clone(self.store), Origin { provider, base_url, session, salt }, &NoProvider, now)
    }

    /// Fails if the fingerprints would have the key of another provider, or a newer version wrote the record.
    fn must_fit(&self, folder: &StorePath, record: &Record) -> Result<()> {
        record.must_be_known()?;
        if self.provider.is_none_or(|provider| provider == record.provider) {
            return Ok(());
        }
        let what = format!("{} is not encrypted: it is of {}, and the credentials are not", self.store.location(folder), record.provider);
        Err(Error::configuration(what, "encrypt it with the profile of that provider"))
    }

    /// Fails if a bucket alone has some of the payload.
    fn must_be_here(&self, folder: &StorePath) -> Result<()> {
        let away = payload_elsewhere(self.store.as_ref(), folder)?;
        if away.is_none() {
            return Ok(());
        }
        let (folder, places) = (self.store.location(folder), away.places.join(", "));
        let what = format!("{folder} is not encrypted: its payload is in {places}, and not here");
        Err(Error::new(ErrorKind::Partial, what, "fetch it back with `vmedia repair --from-bucket`, then encrypt it"))
    }

    /// Fails unless the session is what its manifests and the journal say. Its files are compared while they are encrypted.
    fn must_be_sound(&self, folder: &StorePath) -> Result<()> {
        let store = self.store.as_ref();
        let mut found = examine_with_journal(store, self.chain, folder, self.rules)?;
        if found.is_some() {
            // Another run may have changed it since the journal was read.
            found = examine_with_journal(store, &self.journal_of(folder)?, folder, self.rules)?;
        }
        match found {
            None => Ok(()),
            Some(Finding { path, what, .. }) => {
                let hint = "`vmedia verify` shows what was found, and what to do; then encrypt it";
                Err(refused(self, folder, &format!("{path}: {what}"), hint))
            }
        }
    }

    /// Fails unless the journal has this record: a forged one would have plain files removed.
    fn must_be_recorded(&self, folder: &StorePath, record: &str) -> Result<()> {
        let changes = self.journal_of(folder)?.changes(self.store.as_ref(), folder.as_str())?;
        if changes.iter().any(|change| change.encrypted_for().is_some() && change.archived.record == record) {
            return Ok(());
        }
        Err(refused(self, folder, "the journal knows another state of it", "compare it with a backup"))
    }

    fn journal_of(&self, folder: &StorePath) -> Result<Chain> {
        Chain::read(self.store.as_ref(), &Scope::folders([folder.as_str()]), &[], &mut |_| Ok(()))
    }

    /// Fails if the encrypted files do not fit beside the plain ones.
    fn must_have_room(&self, folder: &StorePath, length: u64) -> Result<()> {
        // Each file grows by a header, and by 16 bytes for each 64 kB.
        let needed = length + length / 1024 + 1024 * 1024;
        let available = (self.available)()?;
        if available >= needed {
            return Ok(());
        }
        let what = format!(
            "{} is not encrypted: that needs {} beside it, and {} are free",
            self.store.location(folder),
            bytes(needed),
            bytes(available)
        );
        Err(Error::new(ErrorKind::Local, what, "make room, and run the same command again").for_session())
    }
}

fn refused(order: &Conversion<'_>, folder: &StorePath, why: &str, hint: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("{} is not encrypted: {why}", order.store.location(folder)), hint)
}
