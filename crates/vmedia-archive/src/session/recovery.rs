//! Recovers what a killed run finished, from its pending file. The file may be forged, so each line is checked.

use super::SessionArchive;
use super::pending::Line;
use crate::error::Result;
use crate::layout;
use crate::reason::Reason;
use crate::record::{FileRecord, MediaRecord, SignatureRecord, State};
use crate::store::Digest;
use crate::verify::{ProviderRules, read_sealed};
use crate::word::Word;
use serde_json::{Map, Value};

impl SessionArchive {
    /// Records the files whose bytes are what the pending file says and, if it holds a signature, which the provider signed.
    pub(super) fn recover(&mut self, lines: Vec<Word<Line, Map<String, Value>>>, rules: &dyn ProviderRules) -> Result<()> {
        for line in lines {
            let line = match line {
                Word::Known(line) => line,
                Word::Newer(line) => {
                    // The pending file is removed when this run is done, and only a newer version can finish what this line announces.
                    if !self.revision.record.newer_lines.contains(&line) {
                        self.revision.record.newer_lines.push(line);
                    }
                    continue;
                }
            };
            match line {
                Line::Began { salt: Some(salt), encryption, .. } if self.revision.before.is_none() => {
                    (self.revision.record.salt, self.revision.record.encryption) = (salt, encryption);
                }
                Line::Began { .. } | Line::Newer => {}
                Line::Encrypting { key, .. } => self.left_keys.push(key),
                Line::Moved(moved) => {
                    // A run may have ended after it announced the move and before it made it.
                    let is_made = match moved.moved_to.as_deref() {
                        Some(to) => layout::is_aside(to) && self.store.length(&self.folder.join(to))?.is_some(),
                        None => true,
                    };
                    if is_made && !self.revision.record.history.contains(&moved) {
                        self.revision.record.history.push(moved);
                    }
                }
                Line::Listed(listed) => {
                    if !self.revision.record.media.iter().any(|media| media.id == listed.id) {
                        let mut listed = MediaRecord { files: Vec::new(), ..listed };
                        listed.settle(State::Failed, Some(Reason::RunKilled.into()));
                        self.revision.record.media.push(listed);
                    }
                }
                Line::Archiving(announced) => {
                    for file in announced.files.clone() {
                        let is_recorded =
                            self.revision.record.media.iter().flat_map(MediaRecord::present).any(|other| other.path == file.path);
                        let is_ours = layout::is_payload(&file.path) && !is_recorded && self.is_in_form(file.encrypted.is_some());
                        if is_ours && self.is_proved(&file.path, &file.digest, &file.signature, rules)? {
                            // What the chip holds is decoded from the bytes, whatever the line says.
                            self.revision.add_file(&announced, FileRecord { chip: None, ..file });
                        }
                    }
                }
                Line::Answered(answer) => {
                    let is_recorded = self.revision.record.documents.iter().any(|other| other.path == answer.path);
                    let is_ours = layout::is_document(&answer.path) && !is_recorded && self.is_in_form(answer.encrypted.is_some());
                    if is_ours && self.is_proved(&answer.path, &answer.digest, &answer.signature, rules)? {
                        self.revision.add_document(answer);
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns false for an encrypted file of a session that is not encrypted, and the other way round: such a line is forged.
    fn is_in_form(&self, is_encrypted: bool) -> bool {
        self.revision.record.encryption.is_some() == is_encrypted
    }

    /// Returns whether a file has these bytes and, if a signature came with them, whether it holds.
    fn is_proved(&self, path: &str, digest: &Digest, signature: &SignatureRecord, rules: &dyn ProviderRules) -> Result<bool> {
        let seal = match signature.held() {
            None => None,
            Some(value) => match rules.signature_check(&self.revision.record.provider, value) {
                Some(seal) => Some(seal),
                None => return Ok(false),
            },
        };
        let Some(stream) = self.store.open(&self.folder.join(path))? else { return Ok(false) };
        let read = read_sealed(&mut Vec::new(), stream, seal, &mut |_| Ok(()));
        Ok(read.is_ok_and(|(found, holds)| found == *digest && holds != Some(false)))
    }
}
