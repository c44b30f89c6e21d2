//! The mark of an unfinished session: a file with a line for every payload file and answer that this run is about to
//! publish.
//!
//! A line is written before the file gets its name, so every file of a killed run has its provenance here, and the
//! next run takes it over instead of fetching it again. A torn last line is one file fetched again. Must not decide
//! what the lines lead to: anybody may have written them.

use super::record::{DocumentRecord, HistoryRecord, MediaRecord};
use crate::error::{Error, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "line")]
pub(super) enum Line {
    /// A run began to change the session.
    Began {
        /// When.
        at: Timestamp,
        /// The program, with its version.
        tool: String,
    },
    /// A medium was listed for the first time, and has no file yet.
    Listed(MediaRecord),
    /// A file is about to be published: its medium, with that file alone.
    Archiving(MediaRecord),
    /// An answer of the provider is about to be written.
    Answered(DocumentRecord),
    /// A file was moved.
    Moved(HistoryRecord),
}

impl Line {
    /// The line as text.
    pub(super) fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::unexpected("cannot write the mark of an unfinished session").caused_by(error))
    }
}

/// The lines that are whole, in order.
pub(super) fn parse(bytes: &[u8]) -> Vec<Line> {
    bytes.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Line, parse};
    use jiff::Timestamp;

    #[test]
    fn a_torn_line_costs_itself_alone() {
        let line = Line::Began { at: Timestamp::UNIX_EPOCH, tool: "vmedia".to_owned() };
        let text = line.text().expect("text");
        let torn = format!("{text}\n{}\n{text}", text.get(..10).expect("a piece"));
        assert_eq!(parse(torn.as_bytes()), [line.clone(), line]);
    }
}
