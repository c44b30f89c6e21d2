//! The event of payload that is fetched back from a bucket.

use super::error_text::ErrorText;
use crate::exit::Exit;
use serde::{Deserialize, Serialize};

/// A session whose payload was fetched back, or was to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedPayload {
    /// Its folder in the archive.
    pub folder: String,
    /// Its exit.
    pub exit: Exit,
    /// Number of files that were fetched.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The error, if it failed.
    pub error: Option<ErrorText>,
}
