//! The environment, read once. The only place that reads it.
//!
//! Must not know what a variable means.

use super::suggest::suggest;
use crate::error::{Error, Result};
use crate::secret::Secret;
use std::collections::HashMap;
use std::ffi::OsString;

/// The names that vmedia reads; the man page explains each.
pub(super) mod names {
    pub(in crate::config) const PROFILE: &str = "VMEDIA_PROFILE";
    pub(in crate::config) const CONFIG: &str = "VMEDIA_CONFIG";
    pub(in crate::config) const PROVIDER: &str = "VMEDIA_PROVIDER";
    pub(in crate::config) const BASE_URL: &str = "VMEDIA_BASE_URL";
    pub(in crate::config) const API_KEY: &str = "VMEDIA_API_KEY";
    pub(in crate::config) const API_SECRET: &str = "VMEDIA_API_SECRET";
    pub(in crate::config) const YOTI_SDK_ID: &str = "VMEDIA_YOTI_SDK_ID";
    pub(in crate::config) const YOTI_KEY_FILE: &str = "VMEDIA_YOTI_KEY_FILE";
    pub(in crate::config) const YOTI_BEARER_FILE: &str = "VMEDIA_YOTI_BEARER_FILE";
    pub(in crate::config) const INTEGRATION_ID: &str = "VMEDIA_INTEGRATION_ID";
    pub(in crate::config) const OUTPUT: &str = "VMEDIA_OUTPUT";
    pub(in crate::config) const OPERATOR: &str = "VMEDIA_OPERATOR";
    pub(in crate::config) const SIGN_KEY: &str = "VMEDIA_SIGN_KEY";
    pub(in crate::config) const TIMESTAMP: &str = "VMEDIA_TIMESTAMP";
    /// The URL of a heartbeat service, which authenticates its sender.
    pub(in crate::config) const PING_URL: &str = "VMEDIA_PING_URL";
    /// Where the bucket is, as AWS's own programs name it.
    pub(in crate::config) const AWS_REGION: &str = "AWS_REGION";
    pub(in crate::config) const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
    pub(in crate::config) const AWS_ENDPOINT_URL_S3: &str = "AWS_ENDPOINT_URL_S3";
    pub(in crate::config) const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
    /// The proxies, each name before the next, as the HTTP client looks for them.
    pub(in crate::config) const PROXY: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    pub(in crate::config) const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
    /// The certificate authorities that are trusted in place of the system's, where the TLS library asks these.
    pub(in crate::config) const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
    pub(in crate::config) const SSL_CERT_DIR: &str = "SSL_CERT_DIR";
    /// The folder of a service's credentials (systemd.exec(5)).
    pub(in crate::config) const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

    /// All variables of vmedia.
    pub(in crate::config) const OURS: [&str; 15] = [
        PROFILE,
        CONFIG,
        PROVIDER,
        BASE_URL,
        API_KEY,
        API_SECRET,
        YOTI_SDK_ID,
        YOTI_KEY_FILE,
        YOTI_BEARER_FILE,
        INTEGRATION_ID,
        OUTPUT,
        OPERATOR,
        SIGN_KEY,
        TIMESTAMP,
        PING_URL,
    ];
}

/// Variables of vmedia that name a file or folder, which need not be text.
const PATHS: [&str; 5] = [names::CONFIG, names::YOTI_KEY_FILE, names::YOTI_BEARER_FILE, names::OUTPUT, names::SIGN_KEY];

/// A snapshot of the environment. A profile may name any variable as a secret (`secret_env`), so all are kept as secrets. The copy
/// in the process's initial memory cannot be wiped.
#[derive(Default)]
pub struct Environment(HashMap<String, Value>);

/// The value of a variable.
enum Value {
    /// Text; wiped.
    Text(Secret),
    /// The name of a file or folder that is no text.
    Other(OsString),
}

impl Value {
    fn new(value: OsString) -> Self {
        value.into_string().map_or_else(Self::Other, |text| Self::Text(Secret::new(text)))
    }
}

impl Environment {
    /// Creates the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub(crate) fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, Value::new(value)))).collect())
    }

    /// Creates an environment of these variables alone.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), Value::new(OsString::from(value)))).collect())
    }

    /// Returns the names of the variables that change what a run does, thus without `VMEDIA_OPERATOR`.
    pub(crate) fn setting_names() -> impl Iterator<Item = &'static str> {
        names::OURS.into_iter().filter(|name| *name != names::OPERATOR)
    }

    /// Returns unknown variables whose names resemble one of vmedia's, each with that name.
    pub(super) fn unknown_vars(&self) -> Vec<(&str, &'static str)> {
        let strange = self.0.keys().filter(|name| !names::OURS.contains(&name.as_str()));
        let strange = strange.filter_map(|name| Some((name.as_str(), name.strip_prefix("VMEDIA_")?)));
        // Without the prefix, which would make any two of them alike.
        let known = || names::OURS.iter().filter_map(|name| name.strip_prefix("VMEDIA_"));
        let meant = |rest: &str| {
            suggest(rest, known()).and_then(|meant| names::OURS.into_iter().find(|name| name.strip_prefix("VMEDIA_") == Some(meant)))
        };
        let mut unknown_vars: Vec<_> = strange.filter_map(|(name, rest)| Some((name, meant(rest)?))).collect();
        unknown_vars.sort_unstable();
        unknown_vars
    }

    /// Returns the name of this machine.
    pub(crate) fn host() -> String {
        whoami::hostname().unwrap_or_else(|_| "unknown".to_owned())
    }

    /// Fails if a variable that must be text is not text. Ignoring it would let another source decide.
    pub(super) fn check_text(&self) -> Result<()> {
        let mut texts = names::OURS.into_iter().filter(|name| !PATHS.contains(name));
        texts.try_for_each(|name| self.text(name).map(drop))
    }

    /// Returns a variable that is set to something, which has to be text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>> {
        if matches!(self.0.get(name), Some(Value::Other(_))) {
            let what = format!("the variable {name} holds bytes that are no text");
            return Err(Error::configuration(what, format!("set {name} again, in UTF-8, or unset it")));
        }
        Ok(self.value(name))
    }

    /// Returns a variable that is set to something.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) => Some(text.expose_text().trim()).filter(|value| !value.is_empty()),
            Value::Other(_) => None,
        }
    }

    /// Returns a variable that names a file or folder, which need not be text.
    pub(crate) fn path(&self, name: &str) -> Option<std::path::PathBuf> {
        let value = match self.0.get(name)? {
            Value::Text(text) => OsString::from(text.expose_text()),
            Value::Other(value) => value.clone(),
        };
        Some(value).filter(|value| !value.is_empty()).map(std::path::PathBuf::from)
    }
}
