//! What a journal is sealed with: the key that signs it, the authority that stamps it.
//!
//! Must not sign and must not send anything.

use super::Resolver;
use crate::cli::SealArguments;
use crate::config::credentials::read_private;
use crate::config::environment::names;
use crate::error::{Error, Result, quote};
use crate::http::Address;
use crate::seal::ssh::SigningKey;
use std::path::Path;

/// The seals that are wanted.
#[derive(Debug, Default)]
pub struct SealSettings {
    /// The key that signs.
    pub key: Option<SigningKey>,
    /// The authority that stamps.
    pub timestamp: Option<Address>,
}

impl Resolver<'_> {
    /// Reads the key and takes the URL apart, so that what is wrong with either is said before anything is fetched.
    pub fn seal_settings(&self, arguments: &SealArguments) -> Result<SealSettings> {
        let key = arguments
            .sign_key
            .clone()
            .or_else(|| self.environment.path(names::SIGN_KEY))
            .or_else(|| self.of_profile(|profile| profile.sign_key.clone()));
        let timestamp = arguments
            .timestamp
            .clone()
            .or_else(|| self.environment.value(names::TIMESTAMP).map(str::to_owned))
            .or_else(|| self.of_profile(|profile| profile.timestamp.clone()));
        Ok(SealSettings {
            key: key.as_deref().map(signing_key).transpose()?,
            timestamp: timestamp.as_deref().map(|text| address(text, arguments.timestamp.is_some())).transpose()?,
        })
    }
}

fn signing_key(path: &Path) -> Result<SigningKey> {
    let file = read_private("the signing key", path, "make one: ssh-keygen -t ed25519 -N '' -f FILE")?;
    SigningKey::parse(path, &file)
}

/// Authorities are mostly asked over plain http, and may be: they are told a digest, and sign what they answer.
fn address(text: &str, is_flag: bool) -> Result<Address> {
    Address::parse_public(text).map_err(|reason| {
        // A URL that holds a password is not repeated.
        let shown = if text.contains('@') { String::new() } else { format!(" {:?}", quote(text)) };
        let what = format!("the time-stamping authority{shown} cannot be used: {reason}");
        let hint = "it is a URL such as http://timestamp.example.com/tsr, without user name or password";
        if is_flag { Error::usage(what, hint) } else { Error::configuration(what, hint) }
    })
}
