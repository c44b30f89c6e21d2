//! The merge of Veriff's listings, over answers given from memory.

use super::Veriff;
use crate::http::{Cause, Failure};
use crate::model::{AttemptId, MediaId, SessionId};
use crate::provider::{Call, Ends, Fetch, Listing, Provider, Scope};
use crate::secret::Secret;
use std::collections::HashMap;

/// Answers by path, and the documents that were asked for together; everything else is not found.
struct Answers(HashMap<&'static str, &'static str>, Vec<Vec<String>>);

impl Answers {
    fn of(answers: impl Into<HashMap<&'static str, &'static str>>) -> Self {
        Self(answers.into(), Vec::new())
    }
}

impl Fetch for Answers {
    fn fetch_all(&mut self, calls: &[Call], ends: &Ends<'_>) -> Result<Vec<Result<&[u8], Failure>>, Failure> {
        self.1.push(calls.iter().map(|call| call.document.clone()).collect());
        let answers = calls.iter().map(|call| match self.0.get(call.target.as_str()) {
            Some(text) => Ok(Ok(text.as_bytes())),
            None => {
                let failure = Failure::new(Cause::NotFound, "HTTP 404");
                if ends(call, &failure) { Err(failure) } else { Ok(Err(failure)) }
            }
        });
        answers.collect()
    }
}

fn veriff() -> Veriff {
    Veriff::new(
        "key".to_owned(),
        Secret::new("abcdef12-abcd-abcd-abcd-abcdef012345".to_owned()),
        Vec::new(),
        Some("integration".to_owned()),
    )
}

fn two_attempts() -> Answers {
    Answers::of([
        ("/v1/sessions/s/attempts", r#"{"verifications":[{"id":"new"},{"id":"old"},{"id":"new"}]}"#),
        ("/v1/sessions/s/media", r#"{"images":[{"id":"1","context":"face"}],"nfcDocuments":[{"id":"n"}]}"#),
        ("/v1/attempts/new/media", r#"{"images":[{"id":"1","size":5},{"id":"both"}]}"#),
        ("/v1/attempts/old/media", r#"{"images":[{"id":"2"},{"id":"both"}],"videos":null}"#),
    ])
}

fn listing(answers: &mut Answers, scope: &Scope) -> Result<Listing, Failure> {
    veriff().listing(answers, &SessionId::parse("s").expect("an id"), scope)
}

fn filed(listing: &Listing) -> Vec<(&str, &str)> {
    listing.media.iter().map(|item| (item.id.as_str(), item.attempt.as_ref().map_or("-", AttemptId::as_str))).collect()
}

#[test]
fn listings_are_merged_by_id_and_each_medium_has_its_attempt() {
    let listing = listing(&mut two_attempts(), &Scope::All).expect("a listing");
    assert_eq!(filed(&listing), [("1", "new"), ("n", "new"), ("both", "old"), ("2", "old")]);
    let first = &listing.media[0];
    assert_eq!((first.context.as_deref(), first.size, first.places.len()), (Some("face"), Some(5), 2));
    assert!(listing.problems.is_empty());
}

#[test]
fn a_scope_narrows_what_is_asked() {
    let latest = listing(&mut two_attempts(), &Scope::Latest).expect("a listing");
    assert_eq!(filed(&latest), [("1", "new"), ("n", "new"), ("both", "new")]);
    let old = Scope::Attempt(AttemptId::parse("old").expect("an id"));
    assert_eq!(filed(&listing(&mut two_attempts(), &old).expect("a listing")), [("2", "old"), ("both", "old")]);
    let absent = Scope::Attempt(AttemptId::parse("absent").expect("an id"));
    assert_eq!(listing(&mut two_attempts(), &absent).map_err(|failure| failure.cause).err(), Some(Cause::Unlisted));
}

#[test]
fn a_session_takes_two_round_trips_and_no_request_too_many() {
    let (new, old) = ("attempts/new/media", "attempts/old/media");
    let of = |id: &str| Scope::Attempt(AttemptId::parse(id).expect("an id"));
    for (scope, steps) in [
        (Scope::All, [&["attempts", "media"][..], &[new, old]]),
        (Scope::Latest, [&["attempts", "media"], &[new]]),
        (of("new"), [&["attempts"], &["media", new]]),
        (of("old"), [&["attempts"], &[old]]),
    ] {
        let mut answers = two_attempts();
        listing(&mut answers, &scope).expect("a listing");
        assert_eq!(answers.1, steps, "{scope:?}");
    }
}

#[test]
fn a_session_without_attempts_has_its_media_all_the_same() {
    let mut answers =
        Answers::of([("/v1/sessions/s/attempts", r#"{"verifications":[]}"#), ("/v1/sessions/s/media", r#"{"videos":[{"id":"v"}]}"#)]);
    assert_eq!(filed(&listing(&mut answers, &Scope::All).expect("a listing")), [("v", "-")]);
}

#[test]
fn an_attempt_that_cannot_be_listed_is_a_problem_and_not_the_end() {
    let mut answers = two_attempts();
    answers.0.remove("/v1/attempts/old/media");
    let listing = listing(&mut answers, &Scope::All).expect("a listing");
    assert_eq!(listing.media.len(), 3);
    assert_eq!(listing.problems, ["attempts/old/media cannot be listed: HTTP 404"]);
}

#[test]
fn a_session_with_no_listing_at_all_is_not_found() {
    let mut answers = two_attempts();
    answers.0.retain(|path, _| path.ends_with("/attempts"));
    assert_eq!(listing(&mut answers, &Scope::All).map_err(|failure| failure.cause).err(), Some(Cause::NotFound));
    assert_eq!(listing(&mut Answers::of([]), &Scope::All).map_err(|failure| failure.cause).err(), Some(Cause::NotFound));
}

#[test]
fn each_request_signs_the_id_of_its_own_path() {
    let session = SessionId::parse("f04bdb47-d3be-4b28-b028-a652feb060b5").expect("an id");
    let media = MediaId::parse("d69a07cf-4434-4d36-be6c-d22af7dc01fb").expect("an id");
    let attempt = AttemptId::parse("a1c68aea-7f4d-478d-80ab-ca9356074f69").expect("an id");
    let fullauto = veriff().companion(&session, "decision-fullauto").expect("a companion");
    let cases = [
        (
            super::session_media_call(&session),
            "/v1/sessions/f04bdb47-d3be-4b28-b028-a652feb060b5/media",
            "e37fd070cea548e430c624109ca4b0d7e79bcdef52131c90a2889ca24ad15ab0",
        ),
        (
            super::attempt_media_call(&attempt),
            "/v1/attempts/a1c68aea-7f4d-478d-80ab-ca9356074f69/media",
            "1c618e5aa5179ae86c24d91134d911d1ca2c854fca0782d9ec7bec9cca2b4494",
        ),
        (
            veriff().media(&session, &media),
            "/v1/media/d69a07cf-4434-4d36-be6c-d22af7dc01fb",
            "58ff61afbeaba4c63d55856b108aa2498c75d5c27cbdccdff1bef5d0c6bf5648",
        ),
        (
            fullauto,
            "/v1/sessions/f04bdb47-d3be-4b28-b028-a652feb060b5/decision/fullauto?version=1.0.0",
            "e37fd070cea548e430c624109ca4b0d7e79bcdef52131c90a2889ca24ad15ab0",
        ),
    ];
    for (call, target, signature) in cases {
        let request = veriff().sign(&call);
        assert_eq!(request.target, target);
        let header = |name: &str| request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(
            (header("x-auth-client"), header("x-hmac-signature"), header("vrf-integration-id")),
            (Some("key"), Some(signature), Some("integration"))
        );
    }
}

#[test]
fn strange_ids_are_encoded_in_the_path_and_signed_as_they_are() {
    let call = veriff().media(&SessionId::parse("s").expect("an id"), &MediaId::parse("é%2f~A").expect("an id"));
    assert_eq!((call.target.as_str(), call.subject.as_str()), ("/v1/media/%C3%A9%252f~A", "é%2f~A"));
}

#[test]
fn base_urls_lose_their_version() {
    for pasted in ["https://x.example/v1", "https://x.example"] {
        assert_eq!(Veriff::normalise_base_url(pasted), "https://x.example");
    }
}

#[test]
fn a_decision_says_what_was_decided_about_whom() {
    let decision = br#"{"verification":{"status":"approved","code":9001,"reason":null,"person":{"firstName":" ANNA ","lastName":7},"document":{"type":{}}}}"#;
    let said: Vec<String> = veriff().facts("decision", decision).iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
    assert_eq!(said, ["decision approved", "decision-code 9001", "given-name ANNA", "family-name 7"]);
    assert_eq!(veriff().facts("person", br#"{"person":{"dateOfBirth":"1994-08-12"}}"#).len(), 1);
}

#[test]
fn a_document_that_says_nothing_is_no_error() {
    for text in ["", "null", "[]", r#"{"verification":null}"#, r#"{"verification":{"status":[]}}"#] {
        assert!(veriff().facts("decision", text.as_bytes()).is_empty(), "{text}");
    }
    let half = br#"{"verification":{"status":"approved","riskScore":1e400,"person":{"firstName":"ANNA\ud83d"}}}"#;
    let said: Vec<String> = veriff().facts("decision", half).iter().map(|fact| fact.value.clone()).collect();
    assert_eq!(said, ["approved", "ANNA\u{fffd}"]);
    assert!(veriff().facts("media", br#"{"verification":{"status":"approved"}}"#).is_empty());
    let endless = format!(r#"{{"verification":{{"status":"{}"}}}}"#, "x".repeat(201));
    assert!(veriff().facts("decision", endless.as_bytes()).is_empty());
}
