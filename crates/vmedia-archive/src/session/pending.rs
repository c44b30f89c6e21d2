//! The pending file of a session, which exists while a run changes the session: one line for every file that the run is about
//! to publish. After a kill, the next run recovers the files from their lines instead of fetching them again.
//!
//! Must not decide what the lines lead to.

use crate::error::{Error, Result};
use crate::record::{DocumentRecord, EncryptionRecord, HistoryRecord, MediaRecord};
use crate::salt::Salt;
use crate::store::{Lines, Prepared, Store, StorePath};
use crate::word::Word;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "line")]
pub(super) enum Line {
    /// A run began to change the session.
    Began {
        at: Timestamp,
        /// The program, with its version.
        tool: String,
        /// The salt of a session that has no record yet: the journal holds commitments before the record is written.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        salt: Option<Salt>,
        /// The encryption of such a session.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        encryption: Option<EncryptionRecord>,
    },
    /// A media file was listed for the first time, and has no file yet.
    Listed(MediaRecord),
    /// A file is about to be published: its media record, with that file alone.
    Archiving(MediaRecord),
    /// An answer of the provider is about to be written.
    Answered(DocumentRecord),
    /// A file was moved.
    Moved(HistoryRecord),
    /// The session is about to be encrypted: until that is finished, nothing else may change it.
    Encrypting {
        at: Timestamp,
        /// The public key of that run. If it is killed, nothing is encrypted to it that is kept.
        key: String,
    },
    /// A line of a newer version.
    #[serde(other)]
    Newer,
}

impl Line {
    fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::unexpected("cannot write the pending file of a session").caused_by(error))
    }
}

/// The pending file of one session.
pub(super) struct Pending {
    path: StorePath,
    /// True if it is on the disk.
    pub(super) exists: bool,
    /// True if a killed run left it.
    pub(super) is_resumed: bool,
    /// True if it announces the media that this run listed for the first time.
    pub(super) is_announced: bool,
    /// The open file, from the first line of this run on.
    lines: Option<Box<dyn Lines>>,
}

impl Pending {
    pub(super) fn new(path: StorePath, exists: bool) -> Self {
        Self { path, exists, is_resumed: exists, is_announced: false, lines: None }
    }

    fn open(&mut self, store: &dyn Store) -> Result<&dyn Lines> {
        let lines = match self.lines.take() {
            Some(lines) => lines,
            None => store.lines(&self.path)?,
        };
        Ok(&**self.lines.insert(lines))
    }

    /// Appends lines. A line that is lost in a power loss costs one file fetched again.
    pub(super) fn announce(&mut self, store: &dyn Store, lines: &[Line]) -> Result<()> {
        let lines: Vec<String> = lines.iter().map(Line::text).collect::<Result<_>>()?;
        if lines.is_empty() { Ok(()) } else { self.open(store)?.append(&lines.join("\n")) }
    }

    /// Ends a line that a killed run may have left torn, so that the next one is read.
    pub(super) fn end_line(&mut self, store: &dyn Store) -> Result<()> {
        if self.is_resumed { self.open(store)?.append("") } else { Ok(()) }
    }

    pub(super) fn flush(&mut self, store: &dyn Store) -> Result<()> {
        self.open(store)?.flush()
    }

    /// Makes the file durable, together with all names in the session's folder, and files that have no name yet.
    pub(super) fn settle<'a>(
        &mut self,
        store: &'a dyn Store,
        folder: &StorePath,
        files: &[(StorePath, &[u8])],
    ) -> Result<Box<dyn Prepared + 'a>> {
        let prepared = store.prepare(files, self.open(store)?, folder)?;
        self.exists = true;
        Ok(prepared)
    }

    pub(super) fn end(&mut self, store: &dyn Store) -> Result<()> {
        // Windows removes no open file.
        self.lines = None;
        store.remove(&self.path)?;
        (self.exists, self.is_resumed) = (false, false);
        Ok(())
    }
}

/// Returns the whole lines, in order; those of newer versions as they were read.
pub(super) fn parse(bytes: &[u8]) -> Vec<Word<Line, Map<String, Value>>> {
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
        let line = Line::Began { at: Timestamp::UNIX_EPOCH, tool: "vmedia".to_owned(), salt: None, encryption: None };
        let text = line.text().expect("text");
        let torn = format!("{text}\n{}\n{text}", text.get(..10).expect("a piece"));
        assert_eq!(parse(torn.as_bytes()), [Word::Known(line.clone()), Word::Known(line)]);
    }
}
