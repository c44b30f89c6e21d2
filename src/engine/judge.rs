//! Judges the bytes of one medium while they pass: signature, length, whether it is a picture at all, whether it is
//! what was declared. Nothing gets a name before this says so.
//!
//! Must not fetch and must not retry.

use super::error_page::{Came, is_error_page, is_whole_error};
use super::locked;
use crate::archive::{FileRecord, SessionArchive, SignatureRecord, other_size};
use crate::error::Result;
use crate::http::{Cause, Failure, Headers};
use crate::media::{Format, HEAD_LENGTH, Kind, MediaItem, answered_extension};
use crate::provider::{Seal, Signature};
use crate::store::{Digest, Judge, Placement};
use jiff::Timestamp;
use std::sync::Mutex;

/// What the judge needs to know of a try.
pub(super) struct Case<'a> {
    pub(super) item: &'a MediaItem,
    pub(super) archive: &'a Mutex<SessionArchive>,
    pub(super) headers: &'a Headers,
    pub(super) strict: bool,
    /// Whether this provider signs its answers.
    pub(super) signs_answers: bool,
    /// Whether an earlier try disagreed with the listing already, so that the provider insists.
    pub(super) insisted: bool,
    pub(super) now: Timestamp,
}

/// The judge of one try.
pub(super) struct MediaJudge<'a> {
    case: Case<'a>,
    seal: Option<Box<dyn Seal>>,
    head: Vec<u8>,
    /// Where the file went, once it was accepted, and whether its very bytes were here already.
    pub(super) accepted: Option<(FileRecord, bool)>,
    /// Why it was refused.
    pub(super) refused: Option<Failure>,
}

impl<'a> MediaJudge<'a> {
    pub(super) fn new(case: Case<'a>, seal: Box<dyn Seal>) -> Self {
        Self { case, seal: Some(seal), head: Vec::new(), accepted: None, refused: None }
    }

    /// What must never be filed, whatever the listing says.
    fn refusal(&self, signature: &Signature, format: Format, digest: &Digest) -> Option<Failure> {
        let refuse = |cause, detail: &str| Some(Failure::new(cause, detail));
        if self.case.headers.content_length().is_some_and(|announced| announced != digest.bytes) {
            return refuse(Cause::Broken, "the transfer is not as long as announced");
        }
        if *signature == Signature::Wrong {
            return refuse(Cause::Untrusted, "the provider's signature does not fit the bytes");
        }
        if *signature == Signature::Absent && self.case.strict && self.case.signs_answers {
            return refuse(Cause::Untrusted, "the answer is not signed (--strict)");
        }
        let what = match self.case.item.kind {
            Kind::Image => "a picture",
            Kind::Video => "a recording",
            Kind::Nfc => "NFC data",
            Kind::Other => "a file",
        };
        let came = Came { format, head: &self.head, bytes: digest.bytes, content_type: self.case.headers.value("content-type") };
        let wrong = is_error_page(self.case.item, &came);
        // Data that is not an error may say whom it is about.
        let quoted = if format.is_text_answer() && (format != Format::Json || is_whole_error(&came)) {
            format!(": {}", crate::error::quote(String::from_utf8_lossy(&self.head).trim()))
        } else {
            String::new()
        };
        wrong.then(|| Failure::new(Cause::Unusable, format!("{} came where {what} should be{quoted}", format.as_str())))
    }

    /// Where whole and believed bytes are not what was declared.
    fn disagreements(&self, signature: &Signature, format: Format, digest: &Digest) -> Vec<String> {
        let item = self.case.item;
        let mut found = Vec::new();
        if let Some(size) = item.size.filter(|size| *size != digest.bytes) {
            found.push(other_size(size, digest.bytes));
        }
        if let Some(hint) = item.type_hint {
            let content_type = self.case.headers.value("content-type");
            if !format.agrees_with_hint(hint) {
                found.push(format!("the listing says {}, the bytes say {}", hint.as_str(), format.as_str()));
            }
            if content_type.is_some_and(|content_type| !format.agrees_with(Some(content_type), item.kind)) {
                let said = crate::error::quote(content_type.unwrap_or_default());
                found.push(format!("the answer says {said}, the bytes say {}", format.as_str()));
            }
        } else if !format.agrees_with(item.mimetype.as_deref(), item.kind) {
            let declared = item.mimetype.as_deref().unwrap_or(item.kind.as_str());
            found.push(format!("the listing says {declared}, the bytes say {}", format.as_str()));
        }
        if !self.case.headers.body_is_framed() && *signature == Signature::Absent && item.size.is_none() {
            found.push("nothing proves that the transfer was whole: no length, no signature, no declared size".to_owned());
        }
        found
    }
}

impl Judge for MediaJudge<'_> {
    fn piece(&mut self, piece: &[u8]) {
        if let Some(seal) = &mut self.seal {
            seal.update(piece);
        }
        let wanted = HEAD_LENGTH.saturating_sub(self.head.len());
        self.head.extend(piece.iter().take(wanted));
    }

    fn verdict(&mut self, digest: &Digest) -> Result<Placement> {
        let signature = self.seal.take().map_or(Signature::Wrong, |seal| seal.finish());
        let format = Format::of(&self.head);
        if let Some(refusal) = self.refusal(&signature, format, digest) {
            self.refused = Some(refusal);
            return Ok(Placement::Refuse);
        }
        let disagreements = self.disagreements(&signature, format, digest);
        if !disagreements.is_empty() && (self.case.strict || !self.case.insisted) {
            let (cause, why) = if self.case.insisted { (Cause::Rejected, " (--strict)") } else { (Cause::Disagrees, "") };
            self.refused = Some(Failure::new(cause, format!("{}{why}", disagreements.join("; "))));
            return Ok(Placement::Refuse);
        }
        let mut file = FileRecord {
            path: String::new(),
            digest: digest.clone(),
            content_type: self.case.headers.value("content-type").map(crate::error::quote),
            signature: match signature {
                Signature::Held(value) => SignatureRecord::Held(value),
                Signature::Absent | Signature::Wrong => SignatureRecord::Absent,
            },
            fetched: self.case.now,
            disagreements,
            lost: None,
            extra: serde_json::Map::new(),
        };
        let item = self.case.item;
        let extension = item.type_hint.map(|hint| answered_extension(file.content_type.as_deref(), format, hint));
        let placement = locked(self.case.archive).place(item, extension, &mut file, self.case.now)?;
        self.accepted = Some((file, placement == Placement::Discard));
        Ok(placement)
    }
}
