//! What a record says of encryption: of the session, and of each encrypted file.

use super::{DocumentRecord, FileRecord, Record, RecordedFile, SignatureRecord, SignatureVerdict};
use crate::store::Digest;
use crate::word::Word;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The form in which files are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Each file is a file of `age`.
    Age,
}

/// The encryption of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptionRecord {
    /// The form.
    pub form: Word<Form>,
    /// What ties the session to the time before, if it was archived without encryption.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub converted: Option<ConvertedRecord>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Default for EncryptionRecord {
    fn default() -> Self {
        Self { form: Form::Age.into(), converted: None, extra: Map::new() }
    }
}

/// The encryption of a session that was archived without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvertedRecord {
    /// The time of the encryption.
    pub at: Timestamp,
    /// The public key that the salt is encrypted to.
    pub key: String,
    /// The salt of the journal's commitments from before, encrypted, in base64: with it, short answers could be guessed.
    pub salt: String,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What the record holds in clear of the content of an encrypted file. Beside it, the digest is of the bytes on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptedRecord {
    /// The public key that the file is encrypted to; `_keys/<folder>/<key>.age` holds the private key, encrypted to the recipients.
    pub key: String,
    /// The length of the content in bytes.
    pub bytes: u64,
    /// The keyed fingerprint of the content, by which the writer recognizes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fingerprint: Option<String>,
    /// The proof of the content, encrypted to the same key, in base64.
    pub proof: String,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The proof of the content of an encrypted file, which no writer reads again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProofRecord {
    /// The length and SHA-256 of what the provider sent.
    #[serde(flatten)]
    pub(crate) digest: Digest,
    /// The provider's signature over it.
    pub(crate) signature: SignatureRecord,
}

impl EncryptedRecord {
    /// Returns true if the fingerprints of two contents can be compared: they were made with the same secret.
    pub(super) fn is_comparable(&self, other: &Self) -> bool {
        let key = |of: &Self| of.fingerprint.as_deref().and_then(|fingerprint| fingerprint.split_once(':')).map(|(key, _)| key.to_owned());
        key(self) == key(other)
    }
}

/// Returns true if it can be said whether two contents differ.
pub(super) fn are_comparable(one: Option<&EncryptedRecord>, other: Option<&EncryptedRecord>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one.is_comparable(other))
}

/// The part of a sentence for contents of which that cannot be said.
pub(super) const INCOMPARABLE: &str = "the API secret was changed since, so nothing says whether it is the same";

impl FileRecord {
    /// Returns the length of what the provider sent, in bytes.
    pub fn content_bytes(&self) -> u64 {
        self.encrypted.as_ref().map_or(self.digest.bytes, |encrypted| encrypted.bytes)
    }

    /// Returns true if it came with a signature that held.
    pub fn is_signed(&self) -> bool {
        is_signed(&self.signature, self.encrypted.as_deref())
    }
}

impl DocumentRecord {
    /// Returns true if it came with a signature that held.
    pub fn is_signed(&self) -> bool {
        is_signed(&self.signature, self.encrypted.as_deref())
    }
}

impl RecordedFile<'_> {
    /// Returns true if it came with a signature that held.
    pub(crate) fn is_signed(&self) -> bool {
        is_signed(self.signature, self.encrypted)
    }
}

/// Returns true if a signature held. That over the content of an encrypted file is in its proof.
fn is_signed(signature: &SignatureRecord, encrypted: Option<&EncryptedRecord>) -> bool {
    signature.held().is_some() || encrypted.is_some() && signature.verdict == SignatureVerdict::Held
}

impl Record {
    /// Returns the public keys that its files are encrypted to.
    pub(crate) fn keys(&self) -> BTreeSet<&str> {
        let media = self.media.iter().flat_map(|medium| &medium.files).filter_map(|file| file.encrypted.as_ref());
        let documents = self.documents.iter().filter_map(|document| document.encrypted.as_ref());
        let converted =
            self.encryption.iter().filter_map(|encryption| encryption.converted.as_ref()).map(|converted| converted.key.as_str());
        media.chain(documents).map(|encrypted| encrypted.key.as_str()).chain(converted).collect()
    }
}
