//! The codes in a record that a newer version wrote.

use super::Record;
use crate::coded::Coded;
use crate::word::{NewerWords, Word};
use serde_json::Value;

impl Record {
    /// Returns the codes that a newer version wrote.
    pub(crate) fn newer_words(&self) -> NewerWords<'_> {
        let mut words = NewerWords::default();
        for medium in &self.media {
            words.add("media state", medium.state.newer());
            words.add("kind", medium.kind.newer());
            words.add("type hint", medium.type_hint.as_ref().and_then(Word::newer));
            words.add("reason", medium.reason.as_ref().and_then(Coded::newer));
            for file in &medium.files {
                words.add("signature verdict", file.signature.verdict.newer());
                file.disagreements.iter().for_each(|disagreement| words.add("disagreement", disagreement.newer()));
                file.chip.iter().for_each(|chip| chip.newer_words(&mut words));
            }
        }
        self.documents.iter().for_each(|document| words.add("signature verdict", document.signature.verdict.newer()));
        for companion in &self.companions {
            words.add("companion state", companion.state.newer());
            words.add("reason", companion.reason.as_ref().and_then(Coded::newer));
        }
        words.add("encryption", self.encryption.as_ref().and_then(|encryption| encryption.form.newer()));
        self.history.iter().for_each(|happened| words.add("change", happened.change.newer()));
        self.newer_lines.iter().for_each(|line| words.add("unfinished line", line.get("line").and_then(Value::as_str)));
        words
    }
}
