//! The environment, read once. The only place that looks at it; everything else is handed this value.
//!
//! Must not know what a variable means.

use super::sourced::{Sourced, Sources};
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
    pub(in crate::config) const PING_URL: &str = "VMEDIA_PING_URL";
}

/// A snapshot of the environment. Not `Debug`: it may hold secrets.
#[derive(Clone, Default)]
pub struct Environment(HashMap<String, OsString>);

impl Environment {
    /// The environment of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect())
    }

    /// An environment of these variables alone.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), OsString::from(value))).collect())
    }

    /// Who runs the program: `VMEDIA_OPERATOR`, where several people share an account, else the account.
    pub fn operator(&self) -> Sourced<String> {
        let account = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
        Sources { environment: self, profile: None }.no_flag().or_environment(names::OPERATOR).or_default(account)
    }

    /// The machine that the program runs on.
    pub fn host() -> String {
        whoami::hostname().unwrap_or_else(|_| "unknown".to_owned())
    }

    /// A variable that is set to something.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().map(str::trim).filter(|value| !value.is_empty())
    }

    /// A variable that names a file or folder, which need not be text.
    pub fn path(&self, name: &str) -> Option<std::path::PathBuf> {
        self.0.get(name).filter(|value| !value.is_empty()).map(std::path::PathBuf::from)
    }
}
