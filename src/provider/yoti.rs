//! Yoti: one document per session, which names its media in many places, and one endpoint for media files.
//!
//! The document declares neither media types nor sizes, and answers are not signed. While a session is `ONGOING` its media
//! grow. Must not know how requests are sent or where media go.

mod naming;
mod signing;
mod walk;

pub use signing::Access;

use super::{Call, Checked, FINGERPRINTS, Fact, Fetch, Listing, Provider, Scope, Signature, SignatureCheck, Topic, facts_at, segment};
use crate::error::quote;
use crate::http::{Cause, Failure, Headers, Method, Request};
use crate::model::{MediaId, MediaItem, Member, Outline, SessionId, outline, readable};
use secrecy::zeroize::Zeroizing;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The base URL of the production API.
pub(crate) const BASE_URL: &str = "https://api.yoti.com/idverify/v1";

/// The stem under which the session's document is kept, and its endpoint.
const DOCUMENT: &str = "session";
const ENDPOINT: &str = "sessions/{id}";

/// Sessions in these states no longer change.
const FINAL: [&str; 2] = ["COMPLETED", "EXPIRED"];

/// Members that are redacted: the session's token and its remaining time, which differ in every answer, and a watchlist's API key.
const REDACTED_FIELDS: [&str; 3] = ["client_session_token", "client_session_token_ttl", "api_key"];

/// Codes of a 404 that mean invalid credentials.
const REFUSALS: [&str; 3] = ["APP_NOT_FOUND", OTHER_SDK_ID, "MESSAGE_SIGNING"];

/// The code of a 401 for a session of another SDK id.
const OTHER_SDK_ID: &str = "BAD_SDK_ID";

/// The facts of a session's document. It holds no personal data; the media do.
const FACTS: [Topic; 15] = [
    Topic::at("session-state", "/state"),
    Topic::at("reference", "/user_tracking_id"),
    Topic::at("consented", "/biometric_consent"),
    Topic::at("document-type", "/resources/id_documents/*/document_type"),
    Topic::at("document-country", "/resources/id_documents/*/issuing_country"),
    Topic::at("identity-profile", "/identity_profile/result"),
    Topic::at("identity-profile-reason", "/identity_profile/failure_reason/reason_code"),
    Topic::at("advanced-identity-profile", "/advanced_identity_profile/result"),
    Topic::of("check-state", "/checks/*/state", "/type"),
    Topic::of("check-recommendation", "/checks/*/report/recommendation/value", "/type"),
    Topic::of("check-reason", "/checks/*/report/recommendation/reason", "/type"),
    Topic::of("check-suggestion", "/checks/*/report/recommendation/recovery_suggestion", "/type"),
    Topic::of("check-hits", "/checks/*/report/watchlist_summary/total_hits", "/type"),
    Topic::of_part("check-result", "/checks/*/report/breakdown/*/result", "/type", "/sub_check"),
    Topic::of_part("check-process", "/checks/*/report/breakdown/*/process", "/type", "/sub_check"),
];

/// The context of the media files that hold what was read from a document.
const FIELDS: &str = "document_fields";

/// The facts of such a file.
const FIELD_FACTS: [Topic; 14] = [
    Topic::at("given-name", "/given_names"),
    Topic::at("family-name", "/family_name"),
    Topic::at("full-name", "/full_name"),
    Topic::at("born", "/date_of_birth"),
    Topic::at("gender", "/gender"),
    Topic::at("nationality", "/nationality"),
    Topic::at("place-of-birth", "/place_of_birth"),
    Topic::at("address", "/structured_postal_address/formatted_address"),
    Topic::at("document-type", "/document_type"),
    Topic::at("document-country", "/issuing_country"),
    Topic::at("document-number", "/document_number"),
    Topic::at("document-issuer", "/issuing_authority"),
    Topic::at("document-issued", "/date_of_issue"),
    Topic::at("document-valid-until", "/expiration_date"),
];

/// One integration at Yoti.
pub struct Yoti(Access);

impl Yoti {
    /// The guide's `resources_ttl`: 604,800 seconds from the first upload.
    pub(crate) const PROVIDER_DAYS: u32 = 7;

    /// Creates the integration with these credentials.
    pub fn new(access: Access) -> Self {
        Self(access)
    }

    /// Returns the base URL with the path of the API, which people may or may not paste.
    pub fn normalise_base_url(base_url: &str) -> String {
        let base_url = base_url.trim_end_matches('/');
        let has_path = base_url.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
        if !has_path {
            format!("{base_url}/idverify/v1")
        } else if base_url.ends_with("/idverify") {
            format!("{base_url}/v1")
        } else {
            base_url.to_owned()
        }
    }

    /// Returns a client SDK id as it stands in a query.
    pub(crate) fn normalise_sdk_id(sdk_id: &str) -> String {
        segment(sdk_id)
    }
}

fn session_call(session: &SessionId) -> Call {
    let target = format!("/sessions/{}", segment(session.as_str()));
    Call { endpoint: ENDPOINT, document: DOCUMENT.to_owned(), subject: target.clone(), target }
}

/// Fails unless an answer says of which session it is, or what that holds.
fn check(bytes: &[u8]) -> Result<(), Failure> {
    let is_session = match outline(bytes, &|name| name == "session_id" || name == "resources") {
        Some(Outline::Object { found, .. }) => {
            matches!(found.get("session_id"), Some(Member::Text(_))) || found.get("resources") == Some(&Member::Object)
        }
        Some(Outline::Other) | None => false,
    };
    let unusable = || Failure::new(Cause::Unusable, format!("{ENDPOINT}: the answer is not a session"));
    is_session.then_some(()).ok_or_else(unusable)
}

/// Returns the document, if it is one and about this session.
fn document(bytes: &[u8], session: Option<&SessionId>) -> Result<Value, Failure> {
    let unusable = |what: &str| Failure::new(Cause::Unusable, format!("{ENDPOINT}: {what}"));
    check(bytes)?;
    let value: Value = serde_json::from_slice(&readable(bytes)).map_err(|_| unusable("answered with JSON that cannot be read"))?;
    let id = value.get("session_id").and_then(Value::as_str);
    match (id, session) {
        (Some(id), Some(session)) if !id.eq_ignore_ascii_case(session.as_str()) => Err(unusable("answered with another session")),
        _ => Ok(value),
    }
}

/// Returns the notice about a session that may still change.
fn notice(state: Option<&str>) -> Option<String> {
    match state {
        Some(state) if FINAL.contains(&state) => None,
        Some(state) => {
            Some(format!("the session is not final (state {}): what is there is archived, later runs add what comes", quote(state)))
        }
        None => Some("the provider does not say whether the session is final; later runs add what comes".to_owned()),
    }
}

impl Provider for Yoti {
    fn name(&self) -> &'static str {
        "yoti"
    }

    fn has_attempts(&self) -> bool {
        false
    }

    fn signs_answers(&self) -> bool {
        false
    }

    fn signs_with_time(&self) -> bool {
        matches!(self.0, Access::Signed { .. })
    }

    fn provider_days(&self) -> u32 {
        Self::PROVIDER_DAYS
    }

    fn redacted_fields(&self) -> &'static [&'static str] {
        &REDACTED_FIELDS
    }

    fn probe_call(&self) -> Call {
        let target = format!("/sessions/{}", Uuid::new_v4());
        Call { endpoint: ENDPOINT, document: DOCUMENT.to_owned(), subject: target.clone(), target }
    }

    fn cause_of(&self, status: u16, code: &str) -> Option<Cause> {
        match (status, code) {
            (404, code) if REFUSALS.contains(&code) => Some(Cause::Refused),
            // The key is good; the session was made by another application.
            (401, OTHER_SDK_ID) => Some(Cause::NotFound),
            _ => None,
        }
    }

    fn check(&self, _call: &Call, answer: &[u8]) -> Result<(), Failure> {
        check(answer)
    }

    fn attempts(&self, _fetch: &mut dyn Fetch, _session: &SessionId) -> Result<Listing, Failure> {
        Ok(Listing::default())
    }

    fn listing(&self, fetch: &mut dyn Fetch, session: &SessionId, _scope: &Scope) -> Result<Listing, Failure> {
        let document = document(fetch.fetch(&session_call(session))?, Some(session))?;
        let walked = walk::walk(DOCUMENT, &document);
        let notices: Vec<String> = notice(document.get("state").and_then(Value::as_str)).into_iter().collect();
        let may_grow = !notices.is_empty();
        Ok(Listing { attempts: Vec::new(), media: walked.media, problems: walked.problems, notices, may_grow, since: walked.since })
    }

    fn media(&self, session: &SessionId, id: &MediaId) -> Call {
        let target = format!("/sessions/{}/media/{}/content", segment(session.as_str()), segment(id.as_str()));
        Call { endpoint: "sessions/{id}/media/{id}/content", document: format!("media/{id}"), subject: target.clone(), target }
    }

    fn companions(&self) -> &'static [&'static str] {
        &[]
    }

    fn companion(&self, _session: &SessionId, _name: &str) -> Option<Call> {
        None
    }

    fn sign(&self, call: &Call) -> Request {
        signing::request(&self.0, Method::Get, &call.target)
    }

    fn sign_deletion(&self, session: &SessionId) -> Request {
        signing::request(&self.0, Method::Delete, &session_call(session).target)
    }

    fn confirms_deletion(&self, _session: &SessionId, status: u16, _body: &[u8]) -> bool {
        status == 204
    }

    fn is_under_way(&self, refusal: &Failure) -> bool {
        refusal.status == Some(409)
    }

    fn fingerprint_keys(&self) -> Vec<Zeroizing<[u8; 32]>> {
        match &self.0 {
            // RSASSA-PKCS1-v1_5 signs alike each time.
            Access::Signed { key, .. } => {
                let signature = Zeroizing::new(key.sign(FINGERPRINTS.as_bytes()));
                vec![Zeroizing::new(Sha256::digest(signature.as_bytes()).into())]
            }
            Access::Bearer(_) | Access::None => Vec::new(),
        }
    }

    fn signature_check(&self, _headers: &Headers) -> Box<dyn SignatureCheck> {
        Box::new(Unsigned(Sha256::new()))
    }

    fn recorded_signature_check(&self, _signature: &str) -> Box<dyn SignatureCheck> {
        Box::new(Unsigned(Sha256::new()))
    }

    fn listed(&self, name: &str, bytes: &[u8]) -> Result<Vec<MediaId>, Failure> {
        if name != DOCUMENT {
            return Ok(Vec::new());
        }
        Ok(walk::walk(DOCUMENT, &document(bytes, None)?).media.into_iter().map(|item| item.id).collect())
    }

    fn states_facts(&self, item: &MediaItem) -> bool {
        item.context.as_deref() == Some(FIELDS)
    }

    fn facts(&self, name: &str, bytes: &[u8]) -> Vec<Fact> {
        match name.rsplit('/').next() {
            Some(DOCUMENT) => facts_at(bytes, &FACTS),
            Some(FIELDS) => facts_at(bytes, &FIELD_FACTS),
            _ => Vec::new(),
        }
    }
}

/// The signature check of answers that are not signed. A signature that a record claims is invalid.
struct Unsigned(Sha256);

impl SignatureCheck for Unsigned {
    fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    fn finish(self: Box<Self>) -> Checked {
        Checked { sha256: self.0.finalize().into(), signature: Signature::Absent }
    }
}

#[cfg(test)]
mod tests;
