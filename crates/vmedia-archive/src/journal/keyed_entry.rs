//! The line about keys of an encrypted session: granted, handed out, encrypted to other recipients, or tried. Must not touch the store.

use crate::model::SessionId;
use crate::word::Word;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What was done with keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyAct {
    /// They were encrypted to a further recipient, in the archive.
    Granted,
    /// They were encrypted to recipients into a file outside of the archive.
    HandedOut,
    /// Their files were encrypted to other recipients.
    Rewrapped,
    /// A drill opened them, and everything that is encrypted to them, in memory.
    Drilled,
}

/// An act on the keys of a session. Its line is on the disk before the files that it is about, if it is about files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyedEntry {
    pub(crate) session: SessionId,
    /// Its folder in the archive.
    pub(crate) folder: String,
    pub(crate) act: Word<KeyAct>,
    pub(crate) keys: Vec<KeyEntry>,
    /// The public keys of those who can open the files; none for a drill.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub(crate) recipients: BTreeSet<String>,
    /// The names of the identities that opened the keys: public keys, or plugins of `age`.
    pub(crate) identities: BTreeSet<String>,
    /// The operator's reason.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) reason: Option<String>,
    /// The seed by which a drill chose the session.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) seed: Option<String>,
    /// The SHA-256 of the file that was handed out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) sha256: Option<String>,
}

/// A key of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyEntry {
    /// The public key.
    pub(crate) key: String,
    /// The SHA-256 of its new file in the archive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) sha256: Option<String>,
}

impl KeyedEntry {
    /// Returns true if keys went to someone who is no recipient of the archive.
    pub(super) fn is_grant(&self) -> bool {
        matches!(self.act, Word::Known(KeyAct::Granted | KeyAct::HandedOut))
    }
}
