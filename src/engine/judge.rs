//! Judges a received file by its signature, its length, its format and its declaration. Pure.

use super::receive::Received;
use crate::archive::{Disagreement, NewFile, SignatureRecord};
use crate::error::quote;
use crate::http::{Answer, Cause, Failure, Sort, quotable, sort_of};
use crate::model::{Format, HEAD_LENGTH, Kind, MediaItem, TypeHint, answered_extension, is_text_type};
use crate::provider::Signature;

/// The criteria for a file.
pub(super) struct Expectation<'a> {
    pub(super) item: &'a MediaItem,
    pub(super) strict: bool,
    /// True if this provider signs its answers.
    pub(super) signs_answers: bool,
    /// True if it signed media of this session in an earlier run.
    pub(super) was_signed: bool,
    /// True if an earlier attempt disagreed with the listing, so that the provider insists.
    pub(super) insisted: bool,
}

/// Returns the file to archive, or the reason to refuse it.
pub(super) fn judge(received: &Received, expected: &Expectation<'_>) -> Result<NewFile, Failure> {
    let format = Format::of(received.head.get(..HEAD_LENGTH.min(received.head.len())).unwrap_or_default());
    let Received { head, digest, content_type, .. } = received;
    let sort = sort_of(expected.item, &Answer { format, kept: head, bytes: digest.bytes, content_type: content_type.as_deref() });
    Case { received, expected, format, sort }.verdict()
}

/// A received file beside its criteria.
struct Case<'a> {
    received: &'a Received,
    expected: &'a Expectation<'a>,
    format: Format,
    sort: Sort,
}

impl Case<'_> {
    fn verdict(&self) -> Result<NewFile, Failure> {
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        let Expectation { item, strict, insisted, .. } = *self.expected;
        let disagreements = self.disagreements();
        if !disagreements.is_empty() && (strict || !insisted) {
            let (cause, why) = if insisted { (Cause::Rejected, " (--strict)") } else { (Cause::Disagrees, "") };
            let texts: Vec<String> = disagreements.iter().map(Disagreement::to_string).collect();
            return Err(Failure::new(cause, format!("{}{why}", texts.join("; "))));
        }
        let content_type = self.received.content_type.as_deref().map(quote);
        Ok(NewFile {
            digest: self.received.digest.clone(),
            stored: self.received.stored.clone(),
            extension: item.type_hint.map(|hint| answered_extension(content_type.as_deref(), self.format, hint)),
            content_type,
            signature: match &self.received.signature {
                Signature::Held(value) => SignatureRecord::of(value.clone()),
                Signature::Absent | Signature::Wrong => SignatureRecord::absent(),
            },
            fetched: self.received.fetched,
            disagreements,
        })
    }

    /// Describes an answer that came where something else should be.
    fn mistaken(&self) -> String {
        let what = match self.expected.item.kind {
            Kind::Image => "a picture",
            Kind::Video => "a recording",
            Kind::Nfc => "NFC data",
            Kind::Other => "a file",
        };
        let quoted = quotable(&self.received.head).filter(|_| self.format.is_text_answer());
        let quoted = quoted.map(|text| format!(": {text}")).unwrap_or_default();
        format!("{} came where {what} should be{quoted}", self.format.as_str())
    }

    /// Refuses answers that must never be archived, whatever the listing says.
    fn refusal(&self) -> Option<Failure> {
        let refuse = |cause, detail: &str| Some(Failure::new(cause, detail));
        if self.received.announced.is_some_and(|announced| announced != self.received.digest.bytes) {
            return refuse(Cause::Broken, "the transfer is not as long as announced");
        }
        if self.received.signature == Signature::Wrong {
            return refuse(Cause::Untrusted, "the provider's signature does not fit the bytes");
        }
        if self.received.signature == Signature::Absent && self.expected.strict && self.expected.signs_answers {
            return refuse(Cause::Untrusted, "the answer is not signed (--strict)");
        }
        let is_signed = matches!(self.received.signature, Signature::Held(_));
        match self.sort {
            Sort::Error => return refuse(Cause::Unusable, &self.mistaken()),
            Sort::Foreign if !is_signed => return refuse(Cause::Unusable, &self.mistaken()),
            Sort::Foreign | Sort::Media => {}
        }
        let (size, types) = (self.other_size(), self.other_types());
        // One of them may be the listing's mistake.
        let neither = size.zip(types.first()).filter(|_| !is_signed);
        neither.and_then(|(size, other)| refuse(Cause::Unusable, &format!("neither size nor type is what was listed: {size}; {other}")))
    }

    /// Returns how the length differs from the listing's.
    fn other_size(&self) -> Option<Disagreement> {
        let received = self.received.digest.bytes;
        let size = self.expected.item.size.filter(|size| *size != received);
        size.map(|declared| Disagreement::Size { declared, received })
    }

    /// Returns how the type of the bytes differs from what the listing and the answer say.
    fn other_types(&self) -> Vec<Disagreement> {
        let (item, content_type) = (self.expected.item, self.received.content_type.as_deref());
        let received = self.format.media_type().map(str::to_owned);
        let mut found = Vec::new();
        let is_other = match item.type_hint {
            Some(hint) => !self.format.agrees_with_hint(hint),
            None => !self.format.agrees_with(item.mimetype.as_deref(), item.kind),
        };
        if is_other {
            let declared = item.type_hint.map(TypeHint::as_str).or(item.mimetype.as_deref()).unwrap_or(item.kind.as_str());
            found.push(Disagreement::Type { declared: declared.to_owned(), received: received.clone() });
        }
        let is_mislabelled = |content_type: &&str| match item.type_hint {
            Some(_) => !self.format.agrees_with(Some(content_type), item.kind),
            None => self.format.is_shown() && is_text_type(content_type),
        };
        if let Some(content_type) = content_type.filter(is_mislabelled) {
            found.push(Disagreement::ContentType { declared: quote(content_type), received });
        }
        found
    }

    /// Returns the differences of whole and trusted bytes from the declaration.
    fn disagreements(&self) -> Vec<Disagreement> {
        let mut found: Vec<Disagreement> = self.other_size().into_iter().collect();
        let types = self.other_types();
        if types.is_empty() && self.sort != Sort::Media {
            found.push(Disagreement::NotMedia { text: self.mistaken() });
        }
        found.extend(types);
        if self.received.signature == Signature::Absent && self.expected.was_signed {
            found.push(Disagreement::Unsigned);
        }
        if !self.received.is_framed && self.received.signature == Signature::Absent && self.expected.item.size.is_none() {
            found.push(Disagreement::LengthUnknown);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Expectation, Received, judge};
    use crate::archive::Disagreement;
    use crate::http::Cause;
    use crate::model::{Kind, MediaId, MediaItem};
    use crate::provider::Signature;
    use crate::store::Digest;
    use jiff::Timestamp;

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";

    fn item() -> MediaItem {
        MediaItem {
            id: MediaId::parse("m").expect("an id"),
            attempt: None,
            group: None,
            kind: Kind::Image,
            context: None,
            mimetype: Some("image/jpeg".to_owned()),
            type_hint: None,
            size: Some(JPEG.len() as u64),
            duration: None,
            places: Vec::new(),
        }
    }

    fn received(bytes: &[u8], signature: Signature) -> Received {
        Received {
            stored: None,
            digest: Digest::of(bytes),
            head: bytes.to_vec(),
            signature,
            announced: Some(bytes.len() as u64),
            content_type: Some("image/jpeg".to_owned()),
            is_framed: true,
            fetched: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_file_is_accepted_retried_or_refused_by_what_arrived_and_what_was_expected() {
        let held = || Signature::Held("s".to_owned());
        let (short, page) = (JPEG.get(..6).expect("a piece"), b"<html>Sign in".as_slice());
        let other = MediaItem { mimetype: Some("image/png".to_owned()), ..item() };
        let cases = [
            (JPEG, held(), item(), [None, None, None]),
            (JPEG, Signature::Absent, item(), [None, None, Some(Cause::Untrusted)]),
            (JPEG, Signature::Wrong, item(), [Some(Cause::Untrusted); 3]),
            (page, held(), item(), [Some(Cause::Disagrees), None, Some(Cause::Rejected)]),
            (page, Signature::Absent, item(), [Some(Cause::Unusable), Some(Cause::Unusable), Some(Cause::Untrusted)]),
            (b"", held(), item(), [Some(Cause::Unusable); 3]),
            (short, held(), item(), [Some(Cause::Disagrees), None, Some(Cause::Rejected)]),
            (JPEG, held(), other.clone(), [Some(Cause::Disagrees), None, Some(Cause::Rejected)]),
            (short, Signature::Absent, other, [Some(Cause::Unusable), Some(Cause::Unusable), Some(Cause::Untrusted)]),
        ];
        for (number, (bytes, signature, item, causes)) in cases.into_iter().enumerate() {
            let received = received(bytes, signature);
            for ((insisted, strict), cause) in [(false, false), (true, false), (true, true)].into_iter().zip(causes) {
                let expected = Expectation { item: &item, strict, signs_answers: true, was_signed: false, insisted };
                let verdict = judge(&received, &expected);
                assert_eq!(verdict.err().map(|failure| failure.cause), cause, "{number}, {insisted}, {strict}");
            }
        }
        let expected = Expectation { item: &item(), strict: false, signs_answers: true, was_signed: true, insisted: true };
        let unsigned = judge(&received(JPEG, Signature::Absent), &expected).expect("a file");
        assert_eq!(unsigned.disagreements, [Disagreement::Unsigned]);
        let cut = Received { announced: Some(99), ..received(JPEG, held()) };
        assert_eq!(judge(&cut, &expected).err().map(|failure| failure.cause), Some(Cause::Broken));
    }
}
