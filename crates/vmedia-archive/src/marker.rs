//! The mark of an unfinished session: a file with a line for every payload file and answer that this run is about to
//! publish.
//!
//! A line is written before the file gets its name, so every file of a killed run has its provenance here, and the
//! next run takes it over instead of fetching it again. A torn last line is one file fetched again. Must not decide
//! what the lines lead to: anybody may have written them.

use crate::error::{Error, Result};
use crate::record::{DocumentRecord, HistoryRecord, MediaRecord};
use crate::salt::Salt;
use crate::word::Word;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "line")]
pub(crate) enum Line {
    /// A run began to change the session.
    Began {
        /// When.
        at: Timestamp,
        /// The program, with its version.
        tool: String,
        /// The salt of a session that has no record yet: the journal holds commitments before the record is written.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        salt: Option<Salt>,
    },
    /// A medium was listed for the first time, and has no file yet.
    Listed(MediaRecord),
    /// A file is about to be published: its medium, with that file alone.
    Archiving(MediaRecord),
    /// An answer of the provider is about to be written.
    Answered(DocumentRecord),
    /// A file was moved.
    Moved(HistoryRecord),
    /// A line of a sort that this version does not know.
    #[serde(other)]
    Newer,
}

impl Line {
    /// The line as text.
    pub(crate) fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::unexpected("cannot write the mark of an unfinished session").caused_by(error))
    }
}

/// Returns the lines that are whole, in order; those of a sort that this version does not know as they were read.
pub(crate) fn parse(bytes: &[u8]) -> Vec<Word<Line, Map<String, Value>>> {
    let read = |line: &[u8]| match serde_json::from_slice(line).ok()? {
        Line::Newer => serde_json::from_slice(line).ok().map(Word::Newer),
        known => Some(Word::Known(known)),
    };
    bytes.split(|&byte| byte == b'\n').filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::{Line, Word, parse};
    use jiff::Timestamp;

    #[test]
    fn a_line_of_a_newer_version_is_kept_as_it_was_read_and_one_that_is_broken_is_not() {
        let newer = r#"{"line":"erasing","why":{"law":["art. 17"]}}"#;
        let lines = parse(format!("{newer}\n{{\"line\":\"archiving\"}}\n{{\"at\":1}}\n[\"line\"]").as_bytes());
        assert_eq!(lines, [Word::Newer(serde_json::from_str(newer).expect("an object"))]);
    }

    #[test]
    fn a_torn_line_costs_itself_alone() {
        let line = Line::Began { at: Timestamp::UNIX_EPOCH, tool: "vmedia".to_owned(), salt: None };
        let text = line.text().expect("text");
        let torn = format!("{text}\n{}\n{text}", text.get(..10).expect("a piece"));
        assert_eq!(parse(torn.as_bytes()), [Word::Known(line.clone()), Word::Known(line)]);
    }
}
