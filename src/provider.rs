//! The interface of providers: calls, listings, signatures.
//!
//! A provider describes; it sends nothing, stores nothing and prints nothing. A third provider is one new folder beside these, and
//! passes the tests of `tests/it/provider.rs`. Must not know the archive or the terminal.

mod facts;
pub mod veriff;
pub mod yoti;

pub use crate::model::Fact;

use crate::http::{Cause, Failure, Headers, Request};
use crate::model::{Attempt, AttemptId, MediaId, MediaItem, SessionId};
use facts::{Topic, facts_at};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;
use serde_json::{Map, Value};

/// A request that the provider's API understands, before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The endpoint for people, such as `sessions/{id}/media`.
    pub endpoint: &'static str,
    /// The stem under which the answer is kept, such as `media` or `attempts/<id>/media`.
    pub document: String,
    /// Path and query below the base URL, percent-encoded.
    pub target: String,
    /// The text that the signature covers, where that is not the target.
    pub subject: String,
}

/// The attempts of a session to fetch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// Every attempt, because a session's own listing covers the newest alone.
    #[default]
    All,
    /// The newest.
    Latest,
    /// This one.
    Attempt(AttemptId),
}

/// The contents of a session, as the provider lists them.
#[derive(Debug, Default)]
pub struct Listing {
    /// The attempts, newest first.
    pub attempts: Vec<Attempt>,
    /// Every media file once, in the order of the listings.
    pub media: Vec<MediaItem>,
    /// Entries that cannot be fetched, and listings that failed: a line each. The session is incomplete while there are any.
    pub problems: Vec<String>,
    /// Notes that are no problems: a line each.
    pub notices: Vec<String>,
    /// True if the provider may add media later.
    pub may_grow: bool,
    /// The time at which the oldest of the media was made, if the provider says it.
    pub since: Option<Timestamp>,
}

/// The result of a signature check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// No signature was sent.
    Absent,
    /// It was sent, in this form, and it holds.
    Held(String),
    /// It was sent and no secret of ours makes it.
    Wrong,
}

/// What the bytes of a body show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// Whether they are signed.
    pub signature: Signature,
}

/// Computes the SHA-256 of a body and checks the signature over it, in one pass while the body arrives.
pub trait SignatureCheck: Send {
    /// Adds the next piece of the body.
    fn update(&mut self, piece: &[u8]);
    /// Returns the result, after the last piece.
    fn finish(self: Box<Self>) -> Checked;
}

/// The result of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// The credentials are valid: the provider looked for the session, which does not exist.
    Accepted,
    /// It does not.
    Refused,
    /// The answer is not one of the provider's; another service is at that address.
    Foreign,
}

/// Returns whether a failure of a call makes the answers to the calls beside it useless.
pub type Ends<'a> = dyn Fn(&Call, &Failure) -> bool + Sync + 'a;

/// Fetches documents for a provider that wants to read them, with retries, signature check and record.
pub trait Fetch {
    /// Makes calls together and returns a result for each, in their order; an answer is the bytes of valid JSON. Fails with the first
    /// failure, in the order of the calls, of which `ends` is true; calls behind that one may not be made.
    fn fetch_all(&mut self, calls: &[Call], ends: &Ends<'_>) -> Result<Vec<Result<&[u8], Failure>>, Failure>;

    /// Does the same with the last calls of a listing. Documents that it does not need may be fetched beside them.
    fn fetch_last(&mut self, calls: &[Call], ends: &Ends<'_>) -> Result<Vec<Result<&[u8], Failure>>, Failure> {
        self.fetch_all(calls, ends)
    }

    /// Makes one call.
    fn fetch(&mut self, call: &Call) -> Result<&[u8], Failure> {
        let answers = self.fetch_all(std::slice::from_ref(call), &|_, _| true)?;
        answers.into_iter().next().unwrap_or(Ok(&[]))
    }
}

/// One provider with one set of credentials.
pub trait Provider: Send + Sync {
    /// Returns its name, as `--provider` takes it.
    fn name(&self) -> &'static str;

    /// Returns whether its sessions have attempts.
    fn has_attempts(&self) -> bool;

    /// Returns whether it signs its answers.
    fn signs_answers(&self) -> bool;

    /// Returns whether its requests carry the time of this machine under their signature.
    fn signs_with_time(&self) -> bool;

    /// Returns how many days after capture the provider deletes media, unless a contract says otherwise.
    fn provider_days(&self) -> u32;

    /// Returns the members of its JSON answers that hold credentials, or change with every answer. Their values are not kept.
    fn redacted_fields(&self) -> &'static [&'static str];

    /// Returns a request that has no effect and shows no data, and succeeds only with valid credentials: it names a random session,
    /// for which a provider looks only after authentication.
    fn probe_call(&self) -> Call;

    /// Returns the cause of an answer with that status and that code in its body, if it is not that of the status.
    fn cause_of(&self, status: u16, code: &str) -> Option<Cause>;

    /// Returns a failure with the cause that this provider means.
    fn reclassified(&self, failure: Failure) -> Failure {
        let code = failure.code.as_deref();
        match failure.status.zip(code).and_then(|(status, code)| self.cause_of(status, code)) {
            Some(cause) => Failure { cause, ..failure },
            None => failure,
        }
    }

    /// Returns the outcome of a probe from its status and body.
    fn probe_outcome(&self, status: u16, body: &[u8]) -> ProbeOutcome {
        let answer = serde_json::from_slice::<Map<String, Value>>(body);
        match (status, answer) {
            (401 | 403, _) => ProbeOutcome::Refused,
            (200, Ok(_)) if self.check(&self.probe_call(), body).is_err() => ProbeOutcome::Foreign,
            (200 | 404 | 410, Ok(answer)) => {
                let code = answer.get("code").and_then(Value::as_str).unwrap_or_default();
                if self.cause_of(404, code) == Some(Cause::Refused) { ProbeOutcome::Refused } else { ProbeOutcome::Accepted }
            }
            _ => ProbeOutcome::Foreign,
        }
    }

    /// Fails unless a JSON answer is of the kind that the call asks for: a listing has at least one member that the
    /// provider documents for it. A gateway that answers everything with `{}` or `{"ok":true}` lists nothing.
    fn check(&self, call: &Call, answer: &[u8]) -> Result<(), Failure>;

    /// Returns the attempts of a session, newest first, each once; no media.
    fn attempts(&self, fetch: &mut dyn Fetch, session: &SessionId) -> Result<Listing, Failure>;

    /// Returns the content of a session, each media file once with every place that names it.
    fn listing(&self, fetch: &mut dyn Fetch, session: &SessionId, scope: &Scope) -> Result<Listing, Failure>;

    /// Returns the request for the bytes of one media file of that session.
    fn media(&self, session: &SessionId, id: &MediaId) -> Call;

    /// Returns the names of the documents that can be kept beside the media (`--with`).
    fn companions(&self) -> &'static [&'static str];

    /// Returns the request for one of them; `None` for a name that is not among them.
    fn companion(&self, session: &SessionId, name: &str) -> Option<Call>;

    /// Returns a signed request, made anew for every try.
    fn sign(&self, call: &Call) -> Request;

    /// Returns a signed request that deletes a session with all that the provider has of it.
    fn sign_deletion(&self, session: &SessionId) -> Request;

    /// Returns whether an answer of that status says that the session was deleted.
    fn confirms_deletion(&self, session: &SessionId, status: u16, body: &[u8]) -> bool;

    /// Returns whether a deletion was refused because the session may still change.
    fn is_under_way(&self, refusal: &Failure) -> bool;

    /// Returns keys that only those who have these credentials can compute, the same in every run, to recognize content by keyed fingerprints;
    /// several during a rotation, the newest first, and none if the credentials do not last.
    fn fingerprint_keys(&self) -> Vec<Zeroizing<[u8; 32]>>;

    /// Begins to check the signature that an answer carries.
    fn signature_check(&self, headers: &Headers) -> Box<dyn SignatureCheck>;

    /// Begins to check bytes against a signature that was recorded when they came.
    fn recorded_signature_check(&self, signature: &str) -> Box<dyn SignatureCheck>;

    /// Returns the media that a stored document lists; none when it is no listing.
    fn listed(&self, document: &str, bytes: &[u8]) -> Result<Vec<MediaId>, Failure>;

    /// Returns whether a media file states facts about its session, as a document does.
    fn states_facts(&self, _item: &MediaItem) -> bool {
        false
    }

    /// Returns the facts of a stored document about its session, or of a media file by the name of its group and context.
    fn facts(&self, document: &str, bytes: &[u8]) -> Vec<Fact>;
}

/// What is signed for a key of fingerprints. No id and no request is like it.
const FINGERPRINTS: &str = "vmedia: key of fingerprints, 1";

/// Characters that a path segment holds unescaped (RFC 3986 §2.3, unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns an id as a percent-encoded path segment.
fn segment(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}
