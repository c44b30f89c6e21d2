//! Encrypts what a run adds to a session: media files while they arrive, answers in memory.
//!
//! Nothing is on the disk before it is encrypted, and the private key is nowhere but in its wrapped form. Must not decide where a file goes.

use super::SessionArchive;
use crate::cipher::{ENDING, Encrypting, FOLDER, Recipients, SessionKey, fresh_key, key_file, keys_folder};
use crate::error::{Error, ErrorKind, Result};
use crate::fingerprint::{FingerprintKeys, Likeness};
use crate::record::{EncryptedRecord, EncryptionRecord, Form, ProofRecord, SignatureRecord};
use crate::store::{BUFFER, Digest, Extent, Staged, Store, StorePath};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

/// What a run encrypts with.
#[derive(Debug, Clone)]
pub struct Encryption {
    /// The public keys of those who may read the archive.
    pub recipients: Arc<Recipients>,
    /// The keys of the fingerprints.
    pub fingerprints: FingerprintKeys,
}

impl SessionArchive {
    /// Encrypts what is added from now on, or adds it as it comes. A session is encrypted as a whole or not at all.
    ///
    /// # Errors
    /// The session is encrypted and this run would not encrypt, or the other way round.
    pub fn encrypt(&mut self, encryption: Option<&Encryption>) -> Result<()> {
        let record = &mut self.revision.record;
        let session = &record.session;
        if !self.left_keys.is_empty() {
            let what = format!("the encryption of session {session} was begun and not finished");
            return Err(Error::new(ErrorKind::Damaged, what, format!("run `vmedia encrypt {session}`, which finishes it")));
        }
        let is_empty = self.revision.before.is_none() && record.files().next().is_none();
        match (encryption, &record.encryption) {
            (None, None) => return Ok(()),
            (None, Some(_)) => {
                let what = format!("session {session} is encrypted, and there are no recipients to encrypt more of it to");
                return Err(Error::new(ErrorKind::Configuration, what, "name them with --recipient, or in the profile (recipients)"));
            }
            (Some(_), Some(known)) if known.form != Form::Age => {
                let what = format!("session {session} is encrypted in a form that this version does not know");
                return Err(Error::new(ErrorKind::Configuration, what, "use the version of vmedia that wrote it, or a newer one"));
            }
            (Some(_), None) if !is_empty => {
                let what =
                    format!("session {session} was archived without encryption, and a session is encrypted as a whole or not at all");
                let hint = format!("encrypt it first: vmedia encrypt {session}; or leave out the recipients");
                return Err(Error::new(ErrorKind::Configuration, what, hint));
            }
            (Some(_), None) => record.encryption = Some(EncryptionRecord::default()),
            (Some(_), Some(_)) => {}
        }
        self.encryption = encryption.cloned();
        Ok(())
    }

    /// Returns true if the session's files are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.revision.record.encryption.is_some()
    }

    /// Returns the key that this run encrypts to; `None` if it does not encrypt. It is made, and its private half stored, on first use.
    ///
    /// # Errors
    /// It cannot be stored.
    pub fn session_key(&mut self) -> Result<Option<Arc<SessionKey>>> {
        let Some(encryption) = &self.encryption else { return Ok(None) };
        if let Some(key) = &self.key {
            return Ok(Some(Arc::clone(key)));
        }
        let (key, wrapped) = fresh_key(&self.revision.record.session, &encryption.recipients)?;
        self.keep_key(key, &wrapped).map(Some)
    }

    /// Stores the private half of a key in its wrapped form: before anything that only it opens.
    pub(super) fn keep_key(&mut self, key: SessionKey, wrapped: &[u8]) -> Result<Arc<SessionKey>> {
        let folder = keys_folder(&self.folder);
        self.store.replace(&folder.join(&key_file(&key.name())), wrapped)?;
        self.store.settle(&folder, Extent::Tree)?;
        self.store.settle(&StorePath::name(FOLDER), Extent::Names)?;
        Ok(Arc::clone(self.key.insert(Arc::new(key))))
    }

    /// Returns the ending that paths of this session have behind that of the content.
    pub(super) fn ending(&self) -> &'static str {
        if self.encryption.is_some() { ENDING } else { "" }
    }

    /// Returns the form in which bytes are stored.
    pub(super) fn stored_form<'a>(&mut self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>> {
        Ok(match self.session_key()? {
            Some(key) => Cow::Owned(key.encrypt(bytes)?),
            None => Cow::Borrowed(bytes),
        })
    }

    /// Returns what the record holds of encrypted content; `None` if this run does not encrypt.
    pub(super) fn encrypted(&mut self, content: &Digest, signature: &SignatureRecord) -> Result<Option<EncryptedRecord>> {
        let Some(key) = self.session_key()? else { return Ok(None) };
        let proof = serde_json::to_vec(&ProofRecord { digest: content.clone(), signature: signature.clone() });
        let proof = proof.map_err(|error| Error::unexpected("cannot write the proof of a file").caused_by(error))?;
        let session = self.revision.record.session.as_str();
        Ok(Some(EncryptedRecord {
            key: key.name(),
            bytes: content.bytes,
            fingerprint: self.encryption.as_ref().and_then(|encryption| encryption.fingerprints.of(session, &content.sha256)),
            proof: STANDARD.encode(key.encrypt(&proof)?),
            extra: Map::new(),
        }))
    }

    /// Returns true if a recorded file has this content. Of an encrypted file, its fingerprint says so.
    pub(super) fn is_same(&self, stored: &Digest, encrypted: Option<&EncryptedRecord>, content: &Digest) -> bool {
        let Some(encryption) = &self.encryption else { return encrypted.is_none() && stored == content };
        let fingerprint = encrypted.and_then(|encrypted| encrypted.fingerprint.as_deref());
        let session = self.revision.record.session.as_str();
        encryption.fingerprints.compare(fingerprint, session, &content.sha256) == Likeness::Same
    }
}

/// A media file that is being received, and encrypted while it is, if there is a key.
pub enum Incoming<'a> {
    /// As it comes.
    Plain(Box<dyn Staged + 'a>),
    /// Encrypted.
    Encrypted(Box<EncryptingFile<'a>>),
}

/// A file that is encrypted while it is written.
pub struct EncryptingFile<'a>(Encrypting<BufWriter<Sink<'a>>>);

impl<'a> Incoming<'a> {
    /// Begins a file.
    ///
    /// # Errors
    /// The store cannot take one.
    pub fn begin(store: &'a dyn Store, key: Option<&SessionKey>) -> Result<Self> {
        let staged = store.stage()?;
        let Some(key) = key else { return Ok(Self::Plain(staged)) };
        let sink = Sink { staged, hasher: Sha256::new(), bytes: 0 };
        let encrypting = key.encryptor(BufWriter::with_capacity(BUFFER, sink)).map_err(cannot_encrypt)?;
        Ok(Self::Encrypted(Box::new(EncryptingFile(encrypting))))
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Plain(staged) => staged.write(bytes),
            Self::Encrypted(file) => file.0.write_all(bytes).map_err(cannot_encrypt),
        }
    }

    /// Ends the file. Returns it with the digest of its encrypted form, if it is encrypted.
    ///
    /// # Errors
    /// The end cannot be written.
    pub fn finish(self) -> Result<(Box<dyn Staged + 'a>, Option<Digest>)> {
        match self {
            Self::Plain(staged) => Ok((staged, None)),
            Self::Encrypted(file) => {
                let out = file.0.finish().map_err(cannot_encrypt)?;
                let Sink { staged, hasher, bytes } = out.into_inner().map_err(|error| cannot_encrypt(error.into_error()))?;
                Ok((staged, Some(Digest { bytes, sha256: hex::encode(hasher.finalize()) })))
            }
        }
    }
}

/// The store's error, which was passed through a writer.
fn cannot_encrypt(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::unexpected("cannot encrypt a file").caused_by(error),
    }
}

/// Writes encrypted bytes into a file, and computes their digest.
struct Sink<'a> {
    staged: Box<dyn Staged + 'a>,
    hasher: Sha256,
    bytes: u64,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.staged.write(bytes).map_err(io::Error::other)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
