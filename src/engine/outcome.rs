//! An error as events carry it.

use crate::error::{Error, ErrorKind, Scope};
use serde::{Deserialize, Serialize};

/// An error: its kind, what it ends, and its two lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorText {
    /// Its kind.
    pub code: ErrorKind,
    /// What it ends.
    pub scope: Scope,
    /// What happened.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl From<&Error> for ErrorText {
    fn from(error: &Error) -> Self {
        Self { code: error.kind(), scope: error.scope(), what: error.what().to_owned(), hint: error.hint().to_owned() }
    }
}
