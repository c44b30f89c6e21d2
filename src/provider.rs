//! Who is asked: what every provider must be able to say about a session, and how its requests are signed.
//!
//! A provider describes; it sends nothing, stores nothing and prints nothing. A third provider is one new folder
//! beside these, and passes the tests of `tests/it/provider.rs`. Must not know the archive or the terminal.

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
    /// What the signature covers, where that is not the target.
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

/// What a provider says a session holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// The attempts, newest first.
    pub attempts: Vec<Attempt>,
    /// Every medium once, in the order of the listings.
    pub media: Vec<MediaItem>,
    /// What was listed but cannot be asked for, or could not be listed: each a line for people. The session is not
    /// whole as long as there is one.
    pub problems: Vec<String>,
    /// What a person should know and what is no lack: each a line.
    pub notices: Vec<String>,
    /// Whether more media may come.
    pub may_grow: bool,
    /// Since when the provider has the oldest of the media, as far as it says.
    pub since: Option<Timestamp>,
}

/// Something that a stored document says of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about, such as `decision` or `family-name`; the same word for every provider.
    pub name: &'static str,
    /// What the document says, as it writes it.
    pub value: String,
}

/// Whether an answer is the provider's own.
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
    /// The next piece of the body.
    fn update(&mut self, piece: &[u8]);
    /// The verdict, after the last piece.
    fn finish(self: Box<Self>) -> Signature;
}

/// What the answer to a harmless request says of the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// The provider knows them: it looked for the session that nobody has.
    Accepted,
    /// It does not.
    Refused,
    /// This is nothing that the provider says; somebody else answers at that address.
    Foreign,
}

/// Fetches a document for a provider that wants to read it, with retries, signature check and record.
pub trait Fetch {
    /// The bytes of a JSON answer, known to be JSON.
    fn fetch(&mut self, call: &Call) -> Result<&[u8], Failure>;
}

/// One provider with one set of credentials.
pub trait Provider: Send + Sync {
    /// Its name, as `--provider` takes it.
    fn name(&self) -> &'static str;

    /// Whether its sessions have attempts.
    fn has_attempts(&self) -> bool;

    /// Whether it signs its answers.
    fn signs_answers(&self) -> bool;

    /// Whether its requests carry the time of this machine under their signature.
    fn signs_with_time(&self) -> bool;

    /// Returns how many days after capture the provider deletes media, unless a contract says otherwise.
    fn provider_days(&self) -> u32;

    /// Members of its JSON answers that hold credentials, or change with every answer because of one. Their values are
    /// not kept.
    fn redacted_fields(&self) -> &'static [&'static str];

    /// A request that changes and shows nothing, and that only good credentials get past: it asks about a session that
    /// nobody has, which a provider looks for when it knows who asks.
    fn probe_call(&self) -> Call;

    /// What an answer with that status and that code in its body says, where the status alone does not.
    fn cause_of(&self, status: u16, code: &str) -> Option<Cause>;

    /// A failure with the cause that this provider means.
    fn reclassified(&self, failure: Failure) -> Failure {
        let code = failure.code.as_deref();
        match failure.status.zip(code).and_then(|(status, code)| self.cause_of(status, code)) {
            Some(cause) => Failure { cause, ..failure },
            None => failure,
        }
    }

    /// What the status and body of the answer to it say.
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

    /// The attempts of a session, newest first, each once; no media.
    fn attempts(&self, fetch: &mut dyn Fetch, session: &SessionId) -> Result<Listing, Failure>;

    /// What a session holds, each medium once with every place that names it.
    fn listing(&self, fetch: &mut dyn Fetch, session: &SessionId, scope: &Scope) -> Result<Listing, Failure>;

    /// The request for the bytes of one medium of that session.
    fn media(&self, session: &SessionId, id: &MediaId) -> Call;

    /// The names of the documents that can be kept beside the media (`--with`).
    fn companions(&self) -> &'static [&'static str];

    /// The request for one of them; `None` for a name that is not among them.
    fn companion(&self, session: &SessionId, name: &str) -> Option<Call>;

    /// A signed request, made anew for every try.
    fn sign(&self, call: &Call) -> Request;

    /// Begins to check the signature that an answer carries.
    fn signature_check(&self, headers: &Headers) -> Box<dyn SignatureCheck>;

    /// Begins to check bytes against a signature that was recorded when they came.
    fn recorded_signature_check(&self, signature: &str) -> Box<dyn SignatureCheck>;

    /// The media that a stored document lists; none when it is no listing.
    fn listed(&self, document: &str, bytes: &[u8]) -> Result<Vec<MediaId>, Failure>;

    /// What a stored document says of its session, for people.
    fn facts(&self, document: &str, bytes: &[u8]) -> Vec<Fact>;
}
