//! Stores secrets that were typed: in a file of its own, or in the system's keyring.
//!
//! Must not prompt, and must not know what the secret is for.

use super::credentials::{NOT_THERE, read_private, text_of};
use super::edit::write_private;
use super::keyring;
use crate::error::{Error, Result};
use crate::secret::Secret;
use secrecy::zeroize::Zeroizing;
use std::fmt;
use std::path::PathBuf;

/// A place for a secret.
pub(crate) enum SecretStore {
    /// In this file.
    File(PathBuf),
    /// In the keyring, for the profile of this name.
    Keyring(String),
}

impl SecretStore {
    /// Returns whether the place is taken, also by a broken link.
    pub(crate) fn is_taken(&self) -> Result<bool> {
        match self {
            Self::File(path) => Ok(path.symlink_metadata().is_ok()),
            Self::Keyring(profile) => keyring::has(profile),
        }
    }

    /// Returns its content: secrets, separated by commas.
    pub(crate) fn held(&self) -> Result<Zeroizing<String>> {
        let bytes = match self {
            Self::File(path) => read_private("secret_file", path, NOT_THERE)?,
            Self::Keyring(profile) => keyring::read(profile)?,
        };
        let held = text_of(&self.to_string(), &bytes)?;
        if held.contains(char::is_control) {
            let hint = "look at it, and leave the secret there alone; several are separated by commas";
            return Err(Error::configuration(format!("what lies in {self} has more than one line"), hint));
        }
        Ok(held)
    }

    /// Keeps a secret there, in place of an earlier one.
    pub(crate) fn keep(&self, secret: &str) -> Result<()> {
        match self {
            Self::File(path) => write_private(path, secret.as_bytes()),
            Self::Keyring(profile) => keyring::keep(profile, &Secret::new(secret.to_owned())),
        }
    }
}

impl fmt::Display for SecretStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Keyring(_) => formatter.write_str("the keyring of this system"),
        }
    }
}

/// Returns a new secret followed by the retired ones, for a key rotation. The buffer never grows, which would leave a copy behind.
pub(crate) fn rotated(new: &str, retired: &str) -> Zeroizing<String> {
    let mut all = Zeroizing::new(String::with_capacity(new.len() + retired.len() + 1));
    all.push_str(new);
    for secret in retired.split(',').map(str::trim).filter(|secret| !secret.is_empty()) {
        if new.split(',').all(|known| known.trim() != secret) {
            all.push(',');
            all.push_str(secret);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::rotated;

    #[test]
    fn a_new_secret_stands_before_those_that_are_retired_and_none_comes_twice() {
        for (new, retired, all) in [
            ("new", "old", "new,old"),
            ("new", " old , older,", "new,old,older"),
            ("new", "", "new"),
            ("old", "old,older", "old,older"),
            ("a, b", "b,c", "a, b,c"),
        ] {
            assert_eq!(rotated(new, retired).as_str(), all, "{new} {retired}");
        }
    }
}
