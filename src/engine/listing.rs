//! Fetches the JSON answers that listings are made of. Limits their size, checks that they are JSON and signed, and keeps them as
//! they came, without credentials in them. Must not interpret them; the provider does.

use super::budget::Share;
use super::event::Event;
use super::session_error::reason;
use super::{Emit, Services};
use crate::archive::{Document, SignatureRecord};
use crate::http::{BodyReader, Cause, Exchange, Failure, Note, is_error, is_error_member, quotable, redact};
use crate::model::{Format, HEAD_LENGTH, Outline, SessionId, check_shape, outline};
use crate::provider::{Call, Fetch, Listing, Scope, Signature};
use std::io::Read;
use std::time::Duration;

/// Largest answer in bytes. The largest real listings have some tens of kilobytes.
const LARGEST_ANSWER: u64 = 16 * 1024 * 1024;
/// Largest size of all answers about one session, in bytes: they are in memory until all have come.
const LARGEST_ANSWERS: u64 = 64 * 1024 * 1024;
/// Bytes that are reserved at once for an answer of unknown length.
const PIECE: u64 = 64 * 1024;
/// From this size on, an answer gets a mapping of its own, larger than any answer: glibc keeps up to 32 MiB of what a thread frees,
/// for each thread, and returns only larger blocks to the system. Pages that are not written take no memory.
const LARGE: u64 = 1024 * 1024;
const PAGES: usize = 33 * 1024 * 1024;
/// Bytes that are reserved for each value of an answer, for the time when it is read.
const VALUE: u64 = 256;

/// Fetches the answers about one session and keeps them.
pub(super) struct SessionFetcher<'a> {
    services: &'a Services,
    emit: &'a Emit,
    session: &'a SessionId,
    strict: bool,
    answers: Vec<Document>,
    /// The memory for the answers; none if no other session is listed.
    share: Option<Share>,
    used: u64,
    /// Bytes that were reserved before the first request.
    reserved: u64,
}

impl<'a> SessionFetcher<'a> {
    pub(super) fn new(services: &'a Services, emit: &'a Emit, session: &'a SessionId, strict: bool, share: Option<Share>) -> Self {
        let reserved = share.as_ref().map_or(0, Share::held);
        Self { services, emit, session, strict, answers: Vec::new(), share, used: 0, reserved }
    }

    /// Returns the answers so far and the memory that is reserved for them.
    pub(super) fn into_answers(self) -> (Vec<Document>, Option<Share>) {
        (self.answers, self.share)
    }

    /// Reserves that many bytes in all.
    fn reserve(&mut self, bytes: u64) -> Result<(), Failure> {
        let has_space = self.share.as_mut().is_none_or(|share| share.grow_to(bytes));
        self.used = bytes;
        has_space.then_some(()).ok_or_else(|| Failure::new(Cause::Deferred, "not enough memory beside other sessions"))
    }

    /// Leaves that many bytes in use. Memory that was reserved from the beginning stays reserved.
    fn release(&mut self, bytes: u64) {
        self.used = bytes;
        let bytes = bytes.max(self.reserved);
        if let Some(share) = &mut self.share {
            share.shrink_to(bytes);
        }
    }

    /// Reads a body to its end, or to the first byte too many. Reserves the memory before.
    fn read(&mut self, body: &mut dyn Read, announced: Option<u64>) -> Result<Vec<u8>, Failure> {
        let before = self.used;
        let mut size = announced.unwrap_or(PIECE).min(LARGEST_ANSWER) + 1;
        self.reserve(before + size)?;
        let mut bytes = Vec::new();
        loop {
            let capacity = usize::try_from(size).ok().filter(|_| size <= LARGE).unwrap_or(PAGES);
            bytes.reserve_exact(capacity.saturating_sub(bytes.len()));
            let read = Read::take(&mut *body, size - bytes.len() as u64).read_to_end(&mut bytes).map_err(BodyReader::failure)?;
            if read == 0 || bytes.len() as u64 > LARGEST_ANSWER {
                break;
            }
            if bytes.len() as u64 == size {
                size = (size * 2).min(LARGEST_ANSWER + 1);
                self.reserve(before + size)?;
            }
        }
        self.release(before + bytes.len() as u64);
        Ok(bytes)
    }

    fn fetch(&mut self, exchange: &Exchange<'_>, call: &Call) -> Result<Document, Failure> {
        let provider = &self.services.provider;
        let failed = |cause, detail: &str| Failure::new(cause, format!("{}: {detail}", call.endpoint));
        let response = exchange.send(&provider.sign(call)).map_err(|failure| provider.reclassified(failure))?;
        let mut signature = provider.signature_check(&response.headers);
        let announced = response.headers.content_length();
        let bytes = self.read(&mut exchange.read_document(response.body), announced)?;
        if bytes.len() as u64 > LARGEST_ANSWER {
            return Err(failed(Cause::Excessive, "the answer is larger than 16 MiB"));
        }
        if self.answers.iter().map(|answer| answer.bytes.len() as u64).sum::<u64>() + bytes.len() as u64 > LARGEST_ANSWERS {
            return Err(failed(Cause::Excessive, "all answers together are larger than 64 MiB"));
        }
        signature.update(&bytes);
        let signature = match signature.finish().signature {
            Signature::Held(value) => SignatureRecord::of(value),
            Signature::Absent if self.strict && provider.signs_answers() => {
                return Err(failed(Cause::Untrusted, "the answer is not signed (--strict)"));
            }
            Signature::Absent => SignatureRecord::absent(),
            Signature::Wrong => return Err(failed(Cause::Untrusted, "the answer's signature does not fit its bytes")),
        };
        let values = check_shape(&bytes).map_err(|excess| failed(Cause::Excessive, &excess.to_string()))?;
        self.reserve(self.used + values as u64 * VALUE)?;
        is_answer(call.endpoint, &bytes)?;
        provider.check(call, &bytes)?;
        let (bytes, redacted) = redact(bytes, provider.redacted_fields())
            .map_err(|reason| failed(Cause::Rejected, &format!("the answer {reason}, so it is not kept")))?;
        let fetched = self.services.wire.clock().now();
        Ok(Document { name: call.document.clone(), endpoint: call.endpoint.to_owned(), bytes, signature, fetched, redacted })
    }
}

impl Fetch for SessionFetcher<'_> {
    fn fetch(&mut self, call: &Call) -> Result<&[u8], Failure> {
        let (services, emit, session) = (self.services, self.emit, self.session);
        let note = |note: Note<'_>| emit.event(to_event(session, &call.document, &note));
        let before = self.used;
        let document = services.wire.exchange(&note, &mut |exchange| {
            let document = self.fetch(exchange, call);
            if document.is_err() {
                self.release(before);
            }
            document
        })?;
        self.answers.push(document);
        Ok(self.answers.last().map(|answer| answer.bytes.as_slice()).unwrap_or_default())
    }
}

/// Returns a step of an exchange as an event.
pub(super) fn to_event(session: &SessionId, request: &str, note: &Note<'_>) -> Event {
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (session, request) = (session.clone(), request.to_owned());
    match note {
        Note::Answered { status, after } => Event::Answered { session, request, status: *status, milliseconds: milliseconds(*after) },
        Note::Retrying { failure, failed, wait } => Event::Retrying {
            session,
            request,
            failed: *failed,
            wait: milliseconds(*wait),
            reason: reason(failure.cause, failure.detail.clone()).into(),
        },
    }
}

/// Fails unless an answer is a JSON object that reports no error.
fn is_answer(endpoint: &str, bytes: &[u8]) -> Result<(), Failure> {
    let unusable = |what: &str| Err(Failure::new(Cause::Unusable, format!("{endpoint}: {what}")));
    match outline(bytes, &is_error_member) {
        None => unusable(&format!("answered with {}", not_json(bytes))),
        Some(Outline::Other) => unusable("the answer is JSON, but not an object"),
        Some(Outline::Object { found, others }) if is_error(&found, others) => {
            unusable("the answer says that the request failed, with status 200")
        }
        Some(Outline::Object { .. }) => Ok(()),
    }
}

/// Describes an answer that is not JSON. Quotes only the texts of gateways: the rest may be data, whole or cut off, in any encoding.
fn not_json(bytes: &[u8]) -> String {
    let format = Format::of(bytes.get(..HEAD_LENGTH.min(bytes.len())).unwrap_or_default());
    let what = match format {
        Format::Json if bytes.starts_with(b"\xef\xbb\xbf") => "a byte order mark first",
        Format::Json => "a text that breaks off",
        format => format.as_str(),
    };
    match quotable(bytes).filter(|_| format != Format::Json) {
        Some(text) => format!("{what}, not JSON: {text}"),
        None if bytes.is_empty() => format!("{what}, not JSON"),
        None => format!("{what}, not JSON: not quoted, it may hold personal data"),
    }
}

/// Returns the provider's listing of a session, without an archive.
pub(crate) fn listing(services: &Services, emit: &Emit, session: &SessionId, scope: &Scope) -> Result<Listing, Failure> {
    services.provider.listing(&mut SessionFetcher::new(services, emit, session, false, None), session, scope)
}

/// Returns the attempts of a session, without an archive.
pub(crate) fn attempts(services: &Services, emit: &Emit, session: &SessionId) -> Result<Listing, Failure> {
    services.provider.attempts(&mut SessionFetcher::new(services, emit, session, false, None), session)
}
