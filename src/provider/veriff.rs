//! Veriff: its endpoints, what each signature covers, and how its listings become one.
//!
//! A session's own listing covers the newest attempt alone, and NFC entries are documented there alone, so a whole
//! picture takes the attempts, the session's media and each attempt's media, merged by media id. A listing's `url`
//! is never followed. Must not know how requests are sent or where media go.

mod facts;
mod listing;
mod lists;
mod signing;

use super::{Call, FINGERPRINTS, Fact, Fetch, Listing, Provider, Scope, SignatureCheck, segment};
use crate::http::{Cause, Failure, Headers, Method, Request};
use crate::model::{Attempt, AttemptId, Excess, MOST_ENTRIES, MOST_MEDIA, MediaId, MediaItem, SessionId};
use crate::secret::Secret;
use listing::Entry;
use secrecy::zeroize::Zeroizing;
use serde_json::Value;
use signing::Keys;
use std::collections::HashMap;
use uuid::Uuid;

/// Final states: no further media and no further attempt (devdocs.veriff.com, verification session status codes). In any other
/// state, also an undocumented one, the session may grow.
const FINAL: [&str; 4] = ["approved", "declined", "expired", "abandoned"];

/// Codes of refusals to delete a session that is not in a final state.
const NOT_FINAL: [&str; 2] = ["1305", "1306"];

/// Companion documents: the name for `--with`, the path below the session.
const COMPANIONS: [(&str, &str, &str); 4] = [
    ("decision", "decision", "sessions/{id}/decision"),
    ("decision-fullauto", "decision/fullauto?version=1.0.0", "sessions/{id}/decision/fullauto"),
    ("person", "person", "sessions/{id}/person"),
    ("watchlist-screening", "watchlist-screening", "sessions/{id}/watchlist-screening"),
];
/// The names of companion documents.
pub(crate) const COMPANION_NAMES: [&str; 4] = [COMPANIONS[0].0, COMPANIONS[1].0, COMPANIONS[2].0, COMPANIONS[3].0];

/// One integration at Veriff.
pub struct Veriff {
    api_key: String,
    keys: Keys,
    integration_id: Option<String>,
}

impl Veriff {
    /// The period that Veriff's help centre names, after which media are deleted or no longer accessible.
    pub(crate) const PROVIDER_DAYS: u32 = 90;

    /// Creates the integration. The first secret signs requests; all of them may have signed an answer.
    pub fn new(api_key: String, signing: Secret, others: Vec<Secret>, integration_id: Option<String>) -> Self {
        Self { api_key, keys: Keys::new(signing, others), integration_id }
    }

    fn request(&self, method: Method, target: String, subject: &str) -> Request {
        let signature = self.keys.sign(subject);
        let mut headers = vec![("x-auth-client", self.api_key.clone().into()), ("x-hmac-signature", signature.into())];
        if let Some(integration_id) = &self.integration_id {
            headers.push(("vrf-integration-id", integration_id.clone().into()));
        }
        Request { target, headers, method, is_long: false }
    }

    /// Returns the base URL without the `/v1` that people may or may not paste.
    pub fn normalise_base_url(base_url: &str) -> String {
        base_url.strip_suffix("/v1").unwrap_or(base_url).trim_end_matches('/').to_owned()
    }
}

fn session_call(session: &SessionId, below: &str, endpoint: &'static str, document: &str) -> Call {
    Call {
        endpoint,
        document: document.to_owned(),
        target: format!("/v1/sessions/{}/{below}", segment(session.as_str())),
        subject: session.to_string(),
    }
}

/// The stem under which the attempts of a session are kept.
const ATTEMPTS: &str = "attempts";

fn attempts_call(session: &SessionId) -> Call {
    session_call(session, "attempts", "sessions/{id}/attempts", ATTEMPTS)
}

fn session_media_call(session: &SessionId) -> Call {
    session_call(session, "media", "sessions/{id}/media", "media")
}

fn attempt_media_call(attempt: &AttemptId) -> Call {
    Call {
        endpoint: "attempts/{id}/media",
        document: format!("attempts/{attempt}/media"),
        target: format!("/v1/attempts/{}/media", segment(attempt.as_str())),
        subject: attempt.to_string(),
    }
}

/// Returns the attempts that a scope asks for, and whether the session's own listing belongs to it.
fn selected<'a>(attempts: &'a [Attempt], scope: &Scope) -> Result<(Vec<&'a Attempt>, bool), Failure> {
    match scope {
        Scope::All => Ok((attempts.iter().collect(), true)),
        Scope::Latest => Ok((attempts.first().into_iter().collect(), true)),
        Scope::Attempt(id) => match attempts.iter().position(|attempt| attempt.id == *id) {
            Some(index) => Ok((attempts.iter().skip(index).take(1).collect(), index == 0)),
            None => Err(Failure::new(Cause::Unlisted, format!("it has no attempt {id}"))),
        },
    }
}

/// Returns whether a listing that failed so ends the session: the run is over, or the answer beyond all limits.
fn ends_session(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Refused | Cause::Stopped | Cause::Local | Cause::Deferred | Cause::Excessive)
}

/// Reads the attempts of a session as a listing without media.
fn attempts_of(bytes: &[u8]) -> Result<Listing, Failure> {
    let read = listing::attempts(bytes)?;
    let newest = read.found.first().and_then(|attempt| attempt.status.as_deref());
    // A session without attempts, or whose newest has no status, may grow.
    let may_grow = newest.is_none_or(|status| !FINAL.contains(&status));
    Ok(Listing { attempts: read.found, problems: read.problems, may_grow, ..Listing::default() })
}

/// Merges entries by id: each media file once, with every place, and fields that one listing lacks from another.
#[derive(Default)]
struct Merge {
    entries: usize,
    media: Vec<MediaItem>,
    index: HashMap<MediaId, usize>,
    problems: Vec<String>,
    /// Number of listings.
    listings: usize,
    /// The failures of those that failed.
    failures: Vec<Failure>,
}

impl Merge {
    /// Adds a listing. `attempt` is the attempt that it is of; `None` for the session's own. One that failed leaves the session
    /// incomplete, but the others are used: their media may be gone in a later run.
    fn add_listing(&mut self, call: &Call, attempt: Option<&AttemptId>, answer: Result<&[u8], Failure>) -> Result<(), Failure> {
        self.listings += 1;
        match answer {
            Ok(bytes) => {
                let read = listing::media(call.endpoint, &call.document, bytes)?;
                self.problems.extend(read.problems);
                read.found.into_iter().try_for_each(|entry| self.add(entry, attempt))
            }
            Err(failure) => {
                let detail = format!("{} cannot be listed: {}", call.document, failure.detail);
                self.problems.push(detail.clone());
                self.failures.push(Failure { detail, ..failure });
                Ok(())
            }
        }
    }

    /// Returns the failure to report if no listing came: one that may pass before one that will not.
    fn failure(&mut self) -> Option<Failure> {
        let failures = std::mem::take(&mut self.failures);
        if failures.len() < self.listings {
            return None;
        }
        let telling = failures.iter().position(|failure| failure.cause != Cause::NotFound).unwrap_or(self.listings.saturating_sub(1));
        let nothing = || Failure::new(Cause::NotFound, "nothing can be listed");
        Some(failures.into_iter().nth(telling).unwrap_or_else(nothing))
    }

    /// Adds an entry. `attempt` is the attempt of the listing; `None` for the session's own.
    fn add(&mut self, entry: Entry, attempt: Option<&AttemptId>) -> Result<(), Failure> {
        self.entries += 1;
        let excess = match () {
            () if self.entries > MOST_ENTRIES => Some(Excess::Entries),
            () if self.media.len() == MOST_MEDIA && !self.index.contains_key(&entry.id) => Some(Excess::Media),
            () => None,
        };
        if let Some(excess) = excess {
            return Err(Failure::new(Cause::Excessive, format!("its listings: {excess}")));
        }
        let Some(media) = self.index.get(&entry.id).and_then(|&index| self.media.get_mut(index)) else {
            self.index.insert(entry.id.clone(), self.media.len());
            self.media.push(MediaItem {
                id: entry.id,
                attempt: attempt.cloned(),
                group: None,
                kind: entry.kind,
                context: entry.context,
                mimetype: entry.mimetype,
                type_hint: None,
                size: entry.size,
                duration: entry.duration,
                places: vec![entry.place],
            });
            return Ok(());
        };
        // Attempts come newest first: the last to name a media file is the one that it came from.
        if let Some(attempt) = attempt {
            media.attempt = Some(attempt.clone());
        }
        media.context = media.context.take().or(entry.context);
        media.mimetype = media.mimetype.take().or(entry.mimetype);
        media.size = media.size.or(entry.size);
        media.duration = media.duration.or(entry.duration);
        media.places.push(entry.place);
        Ok(())
    }
}

impl Provider for Veriff {
    fn name(&self) -> &'static str {
        "veriff"
    }

    fn has_attempts(&self) -> bool {
        true
    }

    fn signs_answers(&self) -> bool {
        true
    }

    fn signs_with_time(&self) -> bool {
        false
    }

    fn provider_days(&self) -> u32 {
        Self::PROVIDER_DAYS
    }

    fn redacted_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn probe_call(&self) -> Call {
        let random = Uuid::new_v4().to_string();
        let target = format!("/v1/sessions/{random}/attempts");
        Call { endpoint: "sessions/{id}/attempts", document: "attempts".to_owned(), target, subject: random }
    }

    fn cause_of(&self, _status: u16, _code: &str) -> Option<Cause> {
        None
    }

    fn check(&self, call: &Call, answer: &[u8]) -> Result<(), Failure> {
        listing::check(call.endpoint, &call.document, answer)
    }

    fn attempts(&self, fetch: &mut dyn Fetch, session: &SessionId) -> Result<Listing, Failure> {
        attempts_of(fetch.fetch(&attempts_call(session))?)
    }

    fn listing(&self, fetch: &mut dyn Fetch, session: &SessionId, scope: &Scope) -> Result<Listing, Failure> {
        let (mut listing, mut merge) = (Listing::default(), Merge::default());
        let mut calls = vec![attempts_call(session)];
        // The session's own listing belongs to one attempt only if that is the newest, which the attempts say: it is requested
        // beside that attempt's, which takes no further round trip.
        let is_one = matches!(scope, Scope::Attempt(_));
        if !is_one {
            calls.push(session_media_call(session));
        }
        let ends = |call: &Call, failure: &Failure| call.document == ATTEMPTS || ends_session(failure);
        for (call, answer) in calls.iter().zip(fetch.fetch_all(&calls, &ends)?) {
            match call.document.as_str() {
                ATTEMPTS => listing = attempts_of(answer?)?,
                _ => merge.add_listing(call, None, answer)?,
            }
        }

        let attempts = listing.attempts.clone();
        let (wanted, with_session) = selected(&attempts, scope)?;
        let session_call = (is_one && with_session).then(|| (session_media_call(session), None));
        let attempt_calls = wanted.iter().map(|attempt| (attempt_media_call(&attempt.id), Some(&attempt.id)));
        let (calls, sources): (Vec<Call>, Vec<_>) = session_call.into_iter().chain(attempt_calls).unzip();
        let answers = fetch.fetch_last(&calls, &|_, failure| ends_session(failure))?;
        for ((call, attempt), answer) in calls.iter().zip(sources).zip(answers) {
            merge.add_listing(call, attempt, answer)?;
        }
        if let Some(failure) = merge.failure() {
            return Err(failure);
        }

        listing.problems.extend(merge.problems);
        listing.media = merge.media;
        listing.since = attempts.iter().filter_map(|attempt| attempt.created.as_deref()?.parse().ok()).min();
        if let Some(newest) = attempts.first() {
            for item in listing.media.iter_mut().filter(|item| item.attempt.is_none()) {
                item.attempt = Some(newest.id.clone());
            }
        }
        Ok(listing)
    }

    fn media(&self, _session: &SessionId, id: &MediaId) -> Call {
        Call {
            endpoint: "media/{id}",
            document: format!("media/{id}"),
            target: format!("/v1/media/{}", segment(id.as_str())),
            subject: id.to_string(),
        }
    }

    fn companions(&self) -> &'static [&'static str] {
        &COMPANION_NAMES
    }

    fn companion(&self, session: &SessionId, name: &str) -> Option<Call> {
        let (document, below, endpoint) = COMPANIONS.iter().find(|(document, ..)| *document == name)?;
        Some(session_call(session, below, endpoint, document))
    }

    fn sign(&self, call: &Call) -> Request {
        self.request(Method::Get, call.target.clone(), &call.subject)
    }

    fn sign_deletion(&self, session: &SessionId) -> Request {
        self.request(Method::Delete, format!("/v1/sessions/{}", segment(session.as_str())), session.as_str())
    }

    fn confirms_deletion(&self, session: &SessionId, status: u16, body: &[u8]) -> bool {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let id = answer.pointer("/verification/id").and_then(Value::as_str);
        status == 200 && id.is_some_and(|id| id.eq_ignore_ascii_case(session.as_str()))
    }

    fn is_under_way(&self, refusal: &Failure) -> bool {
        refusal.code.as_deref().is_some_and(|code| NOT_FINAL.contains(&code))
    }

    fn fingerprint_keys(&self) -> Vec<Zeroizing<[u8; 32]>> {
        self.keys.tags(FINGERPRINTS)
    }

    fn signature_check(&self, headers: &Headers) -> Box<dyn SignatureCheck> {
        Box::new(signing::HmacCheck::of_answer(&self.keys, headers))
    }

    fn recorded_signature_check(&self, signature: &str) -> Box<dyn SignatureCheck> {
        Box::new(signing::HmacCheck::new(&self.keys, Some(signature)))
    }

    fn listed(&self, document: &str, bytes: &[u8]) -> Result<Vec<MediaId>, Failure> {
        if !listing::is_media_listing(document) {
            return Ok(Vec::new());
        }
        Ok(listing::media(document, document, bytes)?.found.into_iter().map(|entry| entry.id).collect())
    }

    fn facts(&self, document: &str, bytes: &[u8]) -> Vec<Fact> {
        facts::facts(document, bytes)
    }
}

#[cfg(test)]
mod tests;
