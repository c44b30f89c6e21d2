//! An error as events carry it.

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
