//! Fetches the JSON answers that listings are made of: bounded, signature checked, known to be JSON, kept as they
//! came but for credentials in them. Must not read what they say; that is the provider's business.

use super::budget::Share;
use super::error_page::{is_error, tells_of_errors};
use super::event::Event;
use super::quoting::known_words;
use super::redaction::{Kept, redact};
use super::session_error::reason;
use super::{Emit, Services};
use crate::archive::{Document, SignatureRecord};
use crate::http::{BodyReader, Cause, Exchange, Failure, Note};
use crate::model::{Format, HEAD_LENGTH, Outline, SessionId, check_shape, outline};
use crate::provider::{Call, Fetch, Listing, Scope, Signature};
use std::io::Read;
use std::time::Duration;

/// The largest answer that is taken for a listing. The largest real ones have some tens of kilobytes.
const LARGEST_ANSWER: u64 = 16 * 1024 * 1024;
/// The largest that all answers about one session may be together: they are kept in memory until all are there.
const LARGEST_ANSWERS: u64 = 64 * 1024 * 1024;
/// How much is reserved at once for an answer that does not say how long it is.
const PIECE: u64 = 64 * 1024;
/// From here on an answer has pages of its own, as many as none is larger than: glibc keeps up to 32 MiB of what a thread gives
/// back, for each thread, and only what is above that returns to the system. Pages that are not written take no memory.
const LARGE: u64 = 1024 * 1024;
const PAGES: usize = 33 * 1024 * 1024;
/// What is reserved for each value of an answer: what reading it may take.
const VALUE: u64 = 256;

/// Asks on behalf of one session and keeps every answer.
pub(super) struct SessionFetcher<'a> {
    services: &'a Services,
    emit: &'a Emit,
    session: &'a SessionId,
    strict: bool,
    answers: Vec<Document>,
    /// What the answers may take; none where one session is asked for alone.
    share: Option<Share>,
    /// How much of it is used.
    used: u64,
    /// How much was reserved before anything was asked for.
    reserved: u64,
}

impl<'a> SessionFetcher<'a> {
    pub(super) fn new(services: &'a Services, emit: &'a Emit, session: &'a SessionId, strict: bool, share: Option<Share>) -> Self {
        let reserved = share.as_ref().map_or(0, Share::held);
        Self { services, emit, session, strict, answers: Vec::new(), share, used: 0, reserved }
    }

    /// The answers so far, each once, and what is reserved for them.
    pub(super) fn into_answers(self) -> (Vec<Document>, Option<Share>) {
        (self.answers, self.share)
    }

    /// Takes so many bytes in all into use, once they are reserved.
    fn reserve(&mut self, bytes: u64) -> Result<(), Failure> {
        let has_room = self.share.as_mut().is_none_or(|share| share.grow_to(bytes));
        self.used = bytes;
        has_room.then_some(()).ok_or_else(|| Failure::new(Cause::PutOff, "no room in memory beside other sessions"))
    }

    /// Leaves so many bytes in use. What was reserved from the beginning stays reserved.
    fn release(&mut self, bytes: u64) {
        self.used = bytes;
        let bytes = bytes.max(self.reserved);
        if let Some(share) = &mut self.share {
            share.shrink_to(bytes);
        }
    }

    /// Reads a body to its end, or to the first byte too many, with what it takes reserved before.
    fn read(&mut self, body: &mut dyn Read, announced: Option<u64>) -> Result<Vec<u8>, Failure> {
        let before = self.used;
        let mut room = announced.unwrap_or(PIECE).min(LARGEST_ANSWER) + 1;
        self.reserve(before + room)?;
        let mut bytes = Vec::new();
        loop {
            let capacity = usize::try_from(room).ok().filter(|_| room <= LARGE).unwrap_or(PAGES);
            bytes.reserve_exact(capacity.saturating_sub(bytes.len()));
            let read = Read::take(&mut *body, room - bytes.len() as u64).read_to_end(&mut bytes).map_err(BodyReader::failure)?;
            if read == 0 || bytes.len() as u64 > LARGEST_ANSWER {
                break;
            }
            if bytes.len() as u64 == room {
                room = (room * 2).min(LARGEST_ANSWER + 1);
                self.reserve(before + room)?;
            }
        }
        self.release(before + bytes.len() as u64);
        Ok(bytes)
    }

    fn fetch(&mut self, exchange: &Exchange<'_>, call: &Call) -> Result<Document, Failure> {
        let response = exchange.send(&self.services.provider.sign(call)).map_err(|failure| self.services.provider.reclassified(failure))?;
        let mut seal = self.services.provider.signature_check(&response.headers);
        let announced = response.headers.content_length();
        let bytes = self.read(&mut exchange.read_document(response.body), announced)?;
        if bytes.len() as u64 > LARGEST_ANSWER {
            return Err(Failure::new(Cause::Excessive, format!("{}: the answer is larger than 16 MiB", call.endpoint)));
        }
        if self.answers.iter().map(|answer| answer.bytes.len() as u64).sum::<u64>() + bytes.len() as u64 > LARGEST_ANSWERS {
            let detail = format!("{}: all answers together are larger than 64 MiB", call.endpoint);
            return Err(Failure::new(Cause::Excessive, detail));
        }
        seal.update(&bytes);
        let signature = match seal.finish() {
            Signature::Held(value) => SignatureRecord::of(value),
            Signature::Absent if self.strict && self.services.provider.signs_answers() => {
                return Err(Failure::new(Cause::Untrusted, format!("{}: the answer is not signed (--strict)", call.endpoint)));
            }
            Signature::Absent => SignatureRecord::absent(),
            Signature::Wrong => {
                return Err(Failure::new(Cause::Untrusted, format!("{}: the answer's signature does not fit its bytes", call.endpoint)));
            }
        };
        let values = check_shape(&bytes).map_err(|excess| Failure::new(Cause::Excessive, format!("{}: {excess}", call.endpoint)))?;
        self.reserve(self.used + values as u64 * VALUE)?;
        is_answer(call.endpoint, &bytes)?;
        self.services.provider.check(call, &bytes)?;
        let Kept { bytes, redacted } = redact(bytes, self.services.provider.redacted_fields()).map_err(|unkept| {
            Failure::new(Cause::Rejected, format!("{}: the answer {}, so it is not kept", call.endpoint, unkept.as_str()))
        })?;
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

/// What happens on the wire, as an event.
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

/// Whether an answer is one that can be read: a JSON object of a plausible size, and no error.
fn is_answer(endpoint: &str, bytes: &[u8]) -> Result<(), Failure> {
    let unusable = |what: &str| Err(Failure::new(Cause::Unusable, format!("{endpoint}: {what}")));
    match outline(bytes, &tells_of_errors) {
        None => unusable(&format!("answered with {}", not_json(bytes))),
        Some(Outline::Other) => unusable("the answer is JSON, but not an object"),
        Some(Outline::Object { found, others }) if is_error(&found, others) => {
            unusable("the answer says that the request failed, with status 200")
        }
        Some(Outline::Object { .. }) => Ok(()),
    }
}

/// What an answer is instead of JSON. Only what gateways say is quoted: the rest may be data, whole or broken off, in any
/// encoding.
fn not_json(bytes: &[u8]) -> String {
    let format = Format::of(bytes.get(..HEAD_LENGTH.min(bytes.len())).unwrap_or_default());
    let what = match format {
        Format::Json if bytes.starts_with(b"\xef\xbb\xbf") => "a byte order mark first",
        Format::Json => "a text that breaks off",
        format => format.as_str(),
    };
    match known_words(bytes).filter(|_| format != Format::Json) {
        Some(said) => format!("{what}, not JSON: {said}"),
        None if bytes.is_empty() => format!("{what}, not JSON"),
        None => format!("{what}, not JSON: not quoted, it may hold personal data"),
    }
}

/// What the provider lists, without an archive.
pub fn listing(services: &Services, emit: &Emit, session: &SessionId, scope: &Scope) -> Result<Listing, Failure> {
    services.provider.listing(&mut SessionFetcher::new(services, emit, session, false, None), session, scope)
}

/// The attempts of a session, without an archive.
pub fn attempts(services: &Services, emit: &Emit, session: &SessionId) -> Result<Listing, Failure> {
    services.provider.attempts(&mut SessionFetcher::new(services, emit, session, false, None), session)
}
