//! The interface of providers: calls, listings, signatures.
//!
//! A provider describes; it sends nothing, stores nothing and prints nothing. A third provider is one new folder beside these, and
//! passes the tests of `tests/it/provider.rs`. Must not know the archive or the terminal.

pub mod veriff;
pub mod yoti;

use crate::http::{Cause, Failure, Headers, Request};
use crate::model::{Attempt, AttemptId, MediaId, MediaItem, SessionId};
use jiff::Timestamp;

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

/// Which attempts of a session are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every attempt: the default, because a session's own listing covers the newest alone.
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
    /// Every medium once, in the order of the listings.
    pub media: Vec<MediaItem>,
    /// Entries that cannot be fetched, and listings that failed: a line each. The session is incomplete while there are any.
    pub problems: Vec<String>,
    /// Notes that are no problems: a line each.
    pub notices: Vec<String>,
    /// True if the provider may add media later.
    pub may_grow: bool,
    /// Since when the provider has the oldest of the media, as far as it says.
    pub since: Option<Timestamp>,
}

/// Something that a stored document says of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The topic, such as `decision` or `family-name`; the same for every provider.
    pub name: &'static str,
    /// The value, as the document writes it.
    pub value: String,
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

/// Checks a signature over a body while the body passes by.
pub trait SignatureCheck: Send {
    /// Adds the next piece of the body.
    fn update(&mut self, piece: &[u8]);
    /// Returns the verdict, after the last piece.
    fn finish(self: Box<Self>) -> Signature;
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

/// Fetches a document for a provider that wants to read it, with retries, signature check and record.
pub trait Fetch {
    /// Returns the bytes of an answer that is valid JSON.
    fn fetch(&mut self, call: &Call) -> Result<&[u8], Failure>;
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

    /// Members of its JSON answers that hold credentials, or change with every answer because of one. Their values are
    /// not kept.
    fn redacted_fields(&self) -> &'static [&'static str];

    /// Returns a request that has no effect and shows no data, and succeeds only with valid credentials: it names a random session,
    /// for which a provider looks only after authentication.
    fn probe_call(&self) -> Call;

    /// Returns what an answer with that status and that code in its body says, where the status alone does not.
    fn cause_of(&self, status: u16, code: &str) -> Option<Cause>;

    /// Returns a failure with the cause that this provider means.
    fn reclassified(&self, failure: Failure) -> Failure {
        let code = failure.code.as_deref();
        match failure.status.zip(code).and_then(|(status, code)| self.cause_of(status, code)) {
            Some(cause) => Failure { cause, ..failure },
            None => failure,
        }
    }

    /// Returns what the status and body of the answer to it say.
    fn probe_outcome(&self, status: u16, body: &[u8]) -> ProbeOutcome {
        let answer = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body);
        match (status, answer) {
            (401 | 403, _) => ProbeOutcome::Refused,
            (200, Ok(_)) if self.check(&self.probe_call(), body).is_err() => ProbeOutcome::Foreign,
            (200 | 404 | 410, Ok(answer)) => {
                let code = answer.get("code").and_then(serde_json::Value::as_str).unwrap_or_default();
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

    /// Returns what a session holds, each medium once with every place that names it.
    fn listing(&self, fetch: &mut dyn Fetch, session: &SessionId, scope: &Scope) -> Result<Listing, Failure>;

    /// Returns the request for the bytes of one medium of that session.
    fn media(&self, session: &SessionId, id: &MediaId) -> Call;

    /// Returns the names of the documents that can be kept beside the media (`--with`).
    fn companions(&self) -> &'static [&'static str];

    /// Returns the request for one of them; `None` for a name that is not among them.
    fn companion(&self, session: &SessionId, name: &str) -> Option<Call>;

    /// Returns a signed request, made anew for every try.
    fn sign(&self, call: &Call) -> Request;

    /// Begins to check the signature that an answer carries.
    fn signature_check(&self, headers: &Headers) -> Box<dyn SignatureCheck>;

    /// Begins to check bytes against a signature that was recorded when they came.
    fn recorded_signature_check(&self, signature: &str) -> Box<dyn SignatureCheck>;

    /// Returns the media that a stored document lists; none when it is no listing.
    fn listed(&self, document: &str, bytes: &[u8]) -> Result<Vec<MediaId>, Failure>;

    /// Returns what a stored document says of its session, for people.
    fn facts(&self, document: &str, bytes: &[u8]) -> Vec<Fact>;
}
