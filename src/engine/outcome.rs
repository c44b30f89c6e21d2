//! What events say of an error, and of a session that was verified. Must not decide either.

use crate::error::Error;
use serde::{Deserialize, Serialize};

/// The two lines of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorText {
    /// What happened.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl From<&Error> for ErrorText {
    fn from(error: &Error) -> Self {
        Self { what: error.what().to_owned(), hint: error.hint().to_owned() }
    }
}

/// What a verification found of a session as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionOutcome {
    /// Nothing was found, and the provider delivered everything that it listed.
    Sound,
    /// Nothing was found; the provider could not deliver something.
    Incomplete,
    /// Nothing was found; the provider never listed any media, so there is no evidence here.
    Empty,
    /// Nothing was found in a sample.
    Sampled,
    /// Something was found.
    Damaged,
    /// It could not be looked at: another run is changing it or was killed while it did, or it cannot be read.
    Unchecked,
}
