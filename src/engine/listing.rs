//! Fetches the JSON answers that listings are made of. Limits their size, checks that they are JSON and signed, and keeps them as
//! they came, without credentials in them. Must not interpret them; the provider does.

use super::budget::{AnswerMemory, SessionMemory, Share};
use super::event::Event;
use super::session_error::reason;
use super::{Emit, Services};
use crate::archive::schedule::locked;
use crate::archive::{Document, SignatureRecord};
use crate::http::{BodyReader, Cause, Exchange, Failure, Note, is_error, is_error_member, quotable, redact};
use crate::model::{Format, HEAD_LENGTH, Outline, SessionId, check_shape, outline};
use crate::provider::{Call, Ends, Fetch, Listing, Scope, Signature};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
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

/// Most requests about one session that are in flight at once: a session may have a thousand attempts.
const AT_ONCE: usize = 8;

/// Fetches the answers about one session and keeps them.
pub(super) struct SessionFetcher<'a> {
    services: &'a Services,
    emit: &'a Emit,
    session: &'a SessionId,
    strict: bool,
    answers: Vec<Document>,
    memory: SessionMemory,
    /// Held while an answer above [`LARGE`] is read: together they could take many times [`LARGEST_ANSWERS`].
    large: Mutex<()>,
    /// Calls for documents that the archive wants beside the listing, until they are made.
    companions: Vec<Call>,
    /// Their failures, in the order of the calls; none for those that succeeded.
    outcomes: Vec<Option<Failure>>,
}

/// Calls that are made together, by as many threads as take them.
struct Batch<'a> {
    calls: &'a [Call],
    next: AtomicUsize,
    /// The lowest number of a call whose failure ends the batch.
    ended: AtomicUsize,
    results: Mutex<BTreeMap<usize, Result<Document, Failure>>>,
}

impl Batch<'_> {
    /// Takes the next call, while a call before it has not ended the batch.
    fn take(&self) -> Option<(usize, &Call)> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        self.calls.get(index).map(|call| (index, call)).filter(|_| !self.has_ended(index))
    }

    /// Returns whether a failure of an earlier call makes that one useless.
    fn has_ended(&self, index: usize) -> bool {
        self.ended.load(Ordering::Relaxed) < index
    }
}

impl<'a> SessionFetcher<'a> {
    pub(super) fn new(services: &'a Services, emit: &'a Emit, session: &'a SessionId, strict: bool, share: Option<Share>) -> Self {
        let (memory, large) = (SessionMemory::new(share), Mutex::default());
        let (answers, companions, outcomes) = (Vec::new(), Vec::new(), Vec::new());
        Self { services, emit, session, strict, answers, memory, large, companions, outcomes }
    }

    /// Makes these calls too, beside the last ones of the listing.
    pub(super) fn with_companions(self, companions: Vec<Call>) -> Self {
        Self { companions, ..self }
    }

    /// Returns the failure of each companion call, none for those that succeeded. Makes those that were not made yet.
    pub(super) fn companions(&mut self) -> Result<Vec<Option<Failure>>, Failure> {
        self.fetch_last(&[], &|_, _| true)?;
        Ok(std::mem::take(&mut self.outcomes))
    }

    /// Returns the answers so far and the memory that is reserved for them.
    pub(super) fn into_answers(self) -> (Vec<Document>, Option<Share>) {
        (self.answers, self.memory.into_share())
    }

    /// Makes the calls, each on the first thread that is free: this one, and others while few requests are in flight. `ends` is
    /// called with the number of a call. Returns the outcomes in the order of the calls, or the first failure that ends them.
    fn make(&self, calls: &[Call], ends: &(dyn Fn(usize, &Failure) -> bool + Sync)) -> Result<Vec<Result<Document, Failure>>, Failure> {
        let batch = Batch { calls, next: AtomicUsize::new(0), ended: AtomicUsize::new(usize::MAX), results: Mutex::new(BTreeMap::new()) };
        let work = || {
            while let Some((index, call)) = batch.take() {
                let result = self.exchange(call, &|| batch.has_ended(index));
                if result.as_ref().is_err_and(|failure| ends(index, failure)) {
                    batch.ended.fetch_min(index, Ordering::Relaxed);
                }
                locked(&batch.results).insert(index, result);
            }
        };
        let mut claims = self.services.wire.claim(calls.len().min(AT_ONCE));
        let own = claims.pop();
        std::thread::scope(|scope| {
            for claim in claims {
                let work = move || {
                    drop(claim);
                    work();
                };
                // Without the thread, the others make its calls.
                let _ = std::thread::Builder::new().name("listing".to_owned()).spawn_scoped(scope, work);
            }
            drop(own);
            work();
        });
        let ended = batch.ended.into_inner();
        let mut results = batch.results.into_inner().unwrap_or_else(PoisonError::into_inner);
        match results.remove(&ended) {
            Some(Err(failure)) => Err(failure),
            _ => Ok(results.into_values().collect()),
        }
    }

    /// Makes one call, with retries. Makes no further attempt once it is `useless`.
    fn exchange(&self, call: &Call, useless: &dyn Fn() -> bool) -> Result<Document, Failure> {
        let note = |note: Note<'_>| self.emit.step(self.session, &call.document, &note);
        self.services.wire.exchange(&note, &mut |exchange| {
            if useless() {
                return Err(Failure::new(Cause::Deferred, "another answer makes this one useless"));
            }
            let mut memory = self.memory.answer();
            let document = self.receive(exchange, call, &mut memory)?;
            memory.keep();
            Ok(document)
        })
    }

    /// Reads a body to its end, or to the first byte too many. Reserves the memory before.
    fn read(&self, body: &mut dyn Read, announced: Option<u64>, memory: &mut AnswerMemory<'_>) -> Result<Vec<u8>, Failure> {
        let mut size = announced.unwrap_or(PIECE).min(LARGEST_ANSWER) + 1;
        let (mut bytes, mut reserved, mut large) = (Vec::new(), 0, None);
        loop {
            if size > LARGE {
                large.get_or_insert_with(|| locked(&self.large));
            }
            reserve(memory, size - reserved)?;
            reserved = size;
            let capacity = usize::try_from(size).ok().filter(|_| size <= LARGE).unwrap_or(PAGES);
            bytes.reserve_exact(capacity.saturating_sub(bytes.len()));
            let read = Read::take(&mut *body, size - bytes.len() as u64).read_to_end(&mut bytes).map_err(BodyReader::failure)?;
            if read == 0 || bytes.len() as u64 > LARGEST_ANSWER {
                break;
            }
            if bytes.len() as u64 == size {
                size = (size * 2).min(LARGEST_ANSWER + 1);
            }
        }
        memory.shrink_to(bytes.len() as u64);
        Ok(bytes)
    }

    fn receive(&self, exchange: &Exchange<'_>, call: &Call, memory: &mut AnswerMemory<'_>) -> Result<Document, Failure> {
        let provider = &self.services.provider;
        let failed = |cause, detail: &str| Failure::new(cause, format!("{}: {detail}", call.endpoint));
        let response = exchange.send(&provider.sign(call)).map_err(|failure| provider.reclassified(failure))?;
        let mut signature = provider.signature_check(&response.headers);
        let announced = response.headers.content_length();
        let bytes = self.read(&mut exchange.read_document(response.body), announced, memory)?;
        if bytes.len() as u64 > LARGEST_ANSWER {
            return Err(failed(Cause::Excessive, "the answer is larger than 16 MiB"));
        }
        if memory.count(bytes.len() as u64) > LARGEST_ANSWERS {
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
        reserve(memory, values as u64 * VALUE)?;
        is_answer(call.endpoint, &bytes)?;
        provider.check(call, &bytes)?;
        let (bytes, redacted) = redact(bytes, provider.redacted_fields())
            .map_err(|reason| failed(Cause::Rejected, &format!("the answer {reason}, so it is not kept")))?;
        let fetched = self.services.wire.clock().now();
        Ok(Document { name: call.document.clone(), endpoint: call.endpoint.to_owned(), bytes, signature, fetched, redacted })
    }

    /// Keeps the documents in their order. Returns the bytes or the failure of the first `own` ones, and leaves the others' failures in
    /// `outcomes`.
    fn keep(&mut self, results: Vec<Result<Document, Failure>>, own: usize) -> Vec<Result<&[u8], Failure>> {
        let kept = self.answers.len();
        let mut own_outcomes = Vec::new();
        for (index, result) in results.into_iter().enumerate() {
            let outcome = result.map(|document| self.answers.push(document));
            if index < own {
                own_outcomes.push(outcome);
            } else {
                self.outcomes.push(outcome.err());
            }
        }
        let mut answers = self.answers.iter().skip(kept);
        let mut bytes = |()| answers.next().map(|answer| answer.bytes.as_slice()).unwrap_or_default();
        own_outcomes.into_iter().map(|outcome| outcome.map(&mut bytes)).collect()
    }
}

fn reserve(memory: &mut AnswerMemory<'_>, more: u64) -> Result<(), Failure> {
    memory.grow(more).then_some(()).ok_or_else(|| Failure::new(Cause::Deferred, "not enough memory beside other sessions"))
}

/// Returns whether the provider does not have a companion document. A product that is not part of the contract is refused with 400
/// or 403; only 401 is about the key.
pub(super) fn is_absent(failure: &Failure) -> bool {
    failure.cause == Cause::NotFound || matches!(failure.status, Some(400 | 403))
}

/// Returns whether a companion document that failed so ends the session.
fn ends_session(failure: &Failure) -> bool {
    !is_absent(failure) && matches!(failure.cause, Cause::Refused | Cause::Stopped | Cause::Local | Cause::Deferred)
}

impl Fetch for SessionFetcher<'_> {
    fn fetch_all(&mut self, calls: &[Call], ends: &Ends<'_>) -> Result<Vec<Result<&[u8], Failure>>, Failure> {
        let results = self.make(calls, &|index, failure| calls.get(index).is_some_and(|call| ends(call, failure)))?;
        Ok(self.keep(results, calls.len()))
    }

    fn fetch_last(&mut self, calls: &[Call], ends: &Ends<'_>) -> Result<Vec<Result<&[u8], Failure>>, Failure> {
        let all: Vec<Call> = calls.iter().cloned().chain(std::mem::take(&mut self.companions)).collect();
        let ends = |index: usize, failure: &Failure| calls.get(index).map_or_else(|| ends_session(failure), |call| ends(call, failure));
        let results = self.make(&all, &ends)?;
        Ok(self.keep(results, calls.len()))
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
