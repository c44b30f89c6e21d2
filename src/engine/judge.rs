//! Judges the bytes of one medium while they pass: signature, length, whether it is a picture at all, whether it is
//! what was declared. Nothing gets a name before this says so.
//!
//! Must not fetch and must not retry.

use super::error_page::{Came, LARGEST_JSON, Sort, sort_of};
use super::locked;
use super::quoting::known_words;
use crate::archive::{Coded, Disagreement, FileRecord, SessionArchive, SignatureRecord};
use crate::error::Result;
use crate::http::{Cause, Failure, Headers};
use crate::model::{Format, HEAD_LENGTH, Kind, MediaItem, TypeHint, answered_extension, is_text_type};
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
    /// The first bytes; of what may be JSON so many that it can be read.
    kept: Vec<u8>,
    /// Where the file went, once it was accepted, and whether its very bytes were here already.
    pub(super) accepted: Option<(FileRecord, bool)>,
    /// Why it was refused.
    pub(super) refused: Option<Failure>,
}

impl<'a> MediaJudge<'a> {
    pub(super) fn new(case: Case<'a>, seal: Box<dyn Seal>) -> Self {
        Self { case, seal: Some(seal), kept: Vec::new(), accepted: None, refused: None }
    }

    /// What came, as far as it can be told.
    fn came(&self, format: Format, digest: &Digest) -> Came<'_> {
        Came { format, kept: &self.kept, bytes: digest.bytes, content_type: self.case.headers.value("content-type") }
    }

    /// What came where something else should be, for people.
    fn mistaken(&self, format: Format) -> String {
        let what = match self.case.item.kind {
            Kind::Image => "a picture",
            Kind::Video => "a recording",
            Kind::Nfc => "NFC data",
            Kind::Other => "a file",
        };
        let quoted = known_words(&self.kept).filter(|_| format.is_text_answer()).map(|said| format!(": {said}")).unwrap_or_default();
        format!("{} came where {what} should be{quoted}", format.as_str())
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
        let is_signed = matches!(signature, Signature::Held(_));
        match sort_of(self.case.item, &self.came(format, digest)) {
            Sort::Error => return refuse(Cause::Unusable, &self.mistaken(format)),
            Sort::Foreign if !is_signed => return refuse(Cause::Unusable, &self.mistaken(format)),
            Sort::Foreign | Sort::Medium => {}
        }
        let (size, types) = (self.other_size(digest), self.other_types(format));
        // One of them may be the listing's mistake.
        let neither = size.zip(types.first()).filter(|_| !is_signed);
        neither.and_then(|(size, other)| refuse(Cause::Unusable, &format!("neither size nor type is what was listed: {size}; {other}")))
    }

    /// Returns how the length differs from the listing's.
    fn other_size(&self, digest: &Digest) -> Option<Disagreement> {
        let size = self.case.item.size.filter(|size| *size != digest.bytes);
        size.map(|declared| Disagreement::Size { declared, received: digest.bytes })
    }

    /// Returns how the type of the bytes differs from what the listing and the answer say.
    fn other_types(&self, format: Format) -> Vec<Disagreement> {
        let (item, content_type) = (self.case.item, self.case.headers.value("content-type"));
        let received = format.media_type().map(str::to_owned);
        let mut found = Vec::new();
        let is_other = match item.type_hint {
            Some(hint) => !format.agrees_with_hint(hint),
            None => !format.agrees_with(item.mimetype.as_deref(), item.kind),
        };
        if is_other {
            let declared = item.type_hint.map(TypeHint::as_str).or(item.mimetype.as_deref()).unwrap_or(item.kind.as_str());
            found.push(Disagreement::Type { declared: declared.to_owned(), received: received.clone() });
        }
        let is_mislabelled = |content_type: &&str| match item.type_hint {
            Some(_) => !format.agrees_with(Some(content_type), item.kind),
            None => format.is_shown() && is_text_type(content_type),
        };
        if let Some(content_type) = content_type.filter(is_mislabelled) {
            found.push(Disagreement::ContentType { declared: crate::error::quote(content_type), received });
        }
        found
    }

    /// Returns where whole and believed bytes are not what was declared.
    fn disagreements(&self, signature: &Signature, format: Format, digest: &Digest) -> Vec<Disagreement> {
        let mut found: Vec<Disagreement> = self.other_size(digest).into_iter().collect();
        let types = self.other_types(format);
        if types.is_empty() && sort_of(self.case.item, &self.came(format, digest)) != Sort::Medium {
            found.push(Disagreement::NotMedia { text: self.mistaken(format) });
        }
        found.extend(types);
        if *signature == Signature::Absent && locked(self.case.archive).was_signed() {
            found.push(Disagreement::Unsigned);
        }
        if !self.case.headers.body_is_framed() && *signature == Signature::Absent && self.case.item.size.is_none() {
            found.push(Disagreement::LengthUnknown);
        }
        found
    }

    /// How many of the first bytes are worth keeping.
    fn wanted(&self) -> usize {
        let head = self.kept.get(..HEAD_LENGTH.min(self.kept.len())).unwrap_or_default();
        let may_be_json = self.case.item.kind == Kind::Nfc || matches!(head.trim_ascii_start(), [b'{' | b'[', ..]);
        if may_be_json { LARGEST_JSON } else { HEAD_LENGTH }
    }
}

impl Judge for MediaJudge<'_> {
    fn piece(&mut self, piece: &[u8]) {
        if let Some(seal) = &mut self.seal {
            seal.update(piece);
        }
        let (head, rest) = piece.split_at(HEAD_LENGTH.saturating_sub(self.kept.len()).min(piece.len()));
        self.kept.extend_from_slice(head);
        let more = self.wanted().saturating_sub(self.kept.len()).min(rest.len());
        self.kept.extend_from_slice(rest.get(..more).unwrap_or_default());
    }

    fn verdict(&mut self, digest: &Digest) -> Result<Placement> {
        let signature = self.seal.take().map_or(Signature::Wrong, |seal| seal.finish());
        let format = Format::of(self.kept.get(..HEAD_LENGTH.min(self.kept.len())).unwrap_or_default());
        if let Some(refusal) = self.refusal(&signature, format, digest) {
            self.refused = Some(refusal);
            return Ok(Placement::Refuse);
        }
        let disagreements = self.disagreements(&signature, format, digest);
        if !disagreements.is_empty() && (self.case.strict || !self.case.insisted) {
            let (cause, why) = if self.case.insisted { (Cause::Rejected, " (--strict)") } else { (Cause::Disagrees, "") };
            let disagreements: Vec<String> = disagreements.iter().map(Disagreement::to_string).collect();
            self.refused = Some(Failure::new(cause, format!("{}{why}", disagreements.join("; "))));
            return Ok(Placement::Refuse);
        }
        let mut file = FileRecord {
            path: String::new(),
            digest: digest.clone(),
            content_type: self.case.headers.value("content-type").map(crate::error::quote),
            signature: match signature {
                Signature::Held(value) => SignatureRecord::of(value),
                Signature::Absent | Signature::Wrong => SignatureRecord::absent(),
            },
            fetched: self.case.now,
            disagreements: disagreements.into_iter().map(Coded::Fact).collect(),
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
