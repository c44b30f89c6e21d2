//! Encryption to recipients, in the format of the `age` program (age-encryption.org/v1). No cipher of our own.
//!
//! A run that adds to a session makes a pair of keys for it. What it writes is encrypted to the public key; the private key is
//! encrypted to the recipients, stored in `_keys/` and forgotten. So the machine that writes an archive cannot read it, and a
//! recipient that is planted in an archive is never used. Must not know what is encrypted.

#[cfg(not(feature = "encryption"))]
mod absent;
#[cfg(feature = "encryption")]
mod conversation;
#[cfg(feature = "encryption")]
mod key;
#[cfg(feature = "encryption")]
mod plugin;
#[cfg(feature = "encryption")]
mod reading;
#[cfg(feature = "encryption")]
mod recipients;
#[cfg(feature = "encryption")]
mod wrapped;

use crate::error::{Error, ErrorKind};
use crate::store::{Digest, StorePath};
#[cfg(not(feature = "encryption"))]
pub(crate) use absent::{Encrypting, OpenedKey, SessionIdentities, fresh_key, fresh_pair};
#[cfg(not(feature = "encryption"))]
pub use absent::{Identities, Recipients, SessionKey, ShowMessage};
#[cfg(feature = "encryption")]
pub use key::SessionKey;
#[cfg(feature = "encryption")]
pub(crate) use key::{Encrypting, fresh_key, fresh_pair};
#[cfg(feature = "encryption")]
pub use plugin::ShowMessage;
#[cfg(feature = "encryption")]
pub use reading::Identities;
#[cfg(feature = "encryption")]
pub(crate) use reading::SessionIdentities;
#[cfg(feature = "encryption")]
pub use recipients::Recipients;
#[cfg(feature = "encryption")]
pub(crate) use wrapped::OpenedKey;

/// The folder of the wrapped keys in the archive root. No session's folder has this name: ids are written without `_`.
pub const FOLDER: &str = "_keys";

/// The ending of an encrypted file.
pub const ENDING: &str = ".age";

/// The largest wrapped key that is read, in bytes; a hundred recipients take a fifth of it.
pub(crate) const LARGEST_KEY: u64 = 64 * 1024;

/// The reason why something cannot be decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "encryption"), expect(dead_code, reason = "nothing is opened"))]
pub(crate) enum Unopened {
    /// It is encrypted to none of the identities.
    NoIdentity,
    /// It is not what was encrypted, or no file of this format.
    Altered,
    /// A plugin that may have the key failed.
    Plugin(Refusal),
}

/// Describes, in two lines, why a plugin failed. The text quotes the plugin, and is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) what: String,
    pub(crate) hint: String,
}

impl Refusal {
    /// Returns the error for a key that stayed closed.
    pub(crate) fn closed(self, key: &str) -> Error {
        Error::new(ErrorKind::Partial, format!("the key {key} was not opened: {}", self.what), self.hint)
    }
}

/// Returns the folder of a session's wrapped keys.
pub(crate) fn keys_folder(folder: &StorePath) -> StorePath {
    StorePath::name(FOLDER).join(folder.as_str())
}

/// Returns the name of the file of a wrapped key.
pub(crate) fn key_file(key: &str) -> String {
    format!("{key}{ENDING}")
}

/// Returns the key that a file of a session's folder of keys is named after; `None` for any other file, and for those that were granted.
pub(crate) fn key_of<'a>(place: &StorePath, path: &'a StorePath) -> Option<&'a str> {
    path.below(place).and_then(|name| name.strip_suffix(ENDING)).filter(|key| !key.contains('/'))
}

/// Returns the folder of the keys of a session that were granted to a recipient, who is in no list of recipients.
pub(crate) fn granted_folder(folder: &StorePath, recipient: &str) -> StorePath {
    let digest = Digest::of(recipient.as_bytes()).sha256;
    keys_folder(folder).join(&format!("to-{}", digest.get(..16).unwrap_or(&digest)))
}
