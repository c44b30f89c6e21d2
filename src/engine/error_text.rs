//! An error as part of an event or a summary. Must not know events.

use crate::error::{Error, ErrorKind, Scope};
use serde::{Deserialize, Serialize};

/// An error: its kind, its scope, and its two lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorText {
    /// Its kind.
    pub code: ErrorKind,
    /// The run or the session that it ends.
    pub scope: Scope,
    /// The thing and the cause.
    pub what: String,
    /// The action.
    pub hint: String,
}

impl From<&Error> for ErrorText {
    fn from(error: &Error) -> Self {
        Self { code: error.kind(), scope: error.scope(), what: error.what().to_owned(), hint: error.hint().to_owned() }
    }
}
