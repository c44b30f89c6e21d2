//! Resolves the signing key, the time-stamping authority, and the approvals that erasures need.
//!
//! Must not sign and must not send anything.

use super::Resolver;
use crate::cli::SealArguments;
use crate::config::credentials::read_private;
use crate::config::environment::names;
use crate::config::sourced::Sourced;
use crate::error::{Result, quote};
use crate::http::Address;
use crate::seal::ssh::SigningKey;
use std::path::{Path, PathBuf};

/// The name of the key in errors, and the hint if it is missing.
pub(super) const SIGN_KEY: &str = "the signing key";
pub(super) const NO_SIGN_KEY: &str = "make one: ssh-keygen -t ed25519 -N '' -f FILE";

/// The seals that are wanted.
#[derive(Debug, Default)]
pub(crate) struct SealSettings {
    /// The key that signs.
    pub(crate) key: Option<SigningKey>,
    /// The authority that stamps.
    pub(crate) timestamp: Option<Address>,
    /// The reason for which earlier unsigned runs are accepted.
    pub(crate) accept_unsealed: Option<String>,
}

impl Resolver<'_> {
    /// Reads the key and parses the URL, so that an error of either is reported before anything is fetched.
    pub(crate) fn seal_settings(&self, arguments: &SealArguments) -> Result<SealSettings> {
        let key = self.sign_key(arguments.sign_key.clone());
        let timestamp = self.timestamp(arguments.timestamp.clone());
        Ok(SealSettings {
            key: key.map(|key| signing_key(&key.value)).transpose()?,
            timestamp: timestamp.as_ref().map(address).transpose()?,
            accept_unsealed: arguments.accept_unsealed.clone(),
        })
    }

    /// Returns the key that signs; `flag` is the command's own.
    pub(super) fn sign_key(&self, flag: Option<PathBuf>) -> Option<Sourced<PathBuf>> {
        let search = self.sources().flag("--sign-key", flag).or_environment_path(names::SIGN_KEY);
        search.or_profile(|profile| profile.sign_key.clone()).found()
    }

    /// Returns the number of persons who must approve each erasure, if one is set; `flag` is the command's own.
    pub(crate) fn approvals(&self, flag: Option<u32>) -> Option<Sourced<u32>> {
        self.sources().flag("--need", flag).or_profile(|profile| profile.approvals).found()
    }

    /// Returns the URL of the authority that stamps; `flag` is the command's own.
    pub(super) fn timestamp(&self, flag: Option<String>) -> Option<Sourced<String>> {
        let search = self.sources().flag("--timestamp", flag).or_environment(names::TIMESTAMP);
        search.or_profile(|profile| profile.timestamp.clone()).found()
    }
}

fn signing_key(path: &Path) -> Result<SigningKey> {
    let file = read_private(SIGN_KEY, path, NO_SIGN_KEY)?;
    SigningKey::parse(path, &file)
}

/// Parses the authority's URL. Plain http is allowed: only a digest is sent, and the answer is signed.
pub(super) fn address(timestamp: &Sourced<String>) -> Result<Address> {
    let text = &timestamp.value;
    Address::parse_public(text).map_err(|reason| {
        // A URL with a password is not repeated, nor its path, which may hold a customer's token.
        let host = text.find("://").map_or(0, |scheme| scheme + 3);
        let end = text.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(text.len(), |end| host + end);
        let shown = text.get(..end).filter(|_| !text.contains('@')).map(|shown| format!(" {:?}", quote(shown)));
        let shown = shown.unwrap_or_default();
        let what = format!("the time-stamping authority{shown} cannot be used: {reason}");
        let hint = "it is a URL such as http://timestamp.example.com/tsr, without user name or password";
        timestamp.source.error(what, hint)
    })
}
