//! Media of a session's document, and their names.

use super::walk::walk;
use super::{Access, Yoti};
use crate::http::{Cause, Failure};
use crate::model::{MediaId, MediaItem, SessionId, TypeHint};
use crate::provider::{Call, Ends, Fetch, Listing, Provider, Scope};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A session with every place where media can stand.
const EXAMPLE: &str = include_str!("../../../tests/fixtures/yoti/session.json");
/// The places in it, as another walker found them: JSON path, id, declared type.
const PLACES: &str = include_str!("../../../tests/fixtures/yoti/session.paths.txt");

fn example() -> Value {
    serde_json::from_str(EXAMPLE).expect("JSON")
}

/// `$.a[0].b` as `/a/0/b`.
fn pointer(path: &str) -> String {
    path.trim_start_matches('$').replace('[', ".").replace(']', "").replace('.', "/")
}

fn named(item: &MediaItem) -> (String, String) {
    (item.group.as_ref().map_or("-".to_owned(), |group| group.name.clone()), item.context.clone().unwrap_or_default())
}

#[test]
fn every_place_is_found_and_each_medium_once() {
    let walked = walk("session", &example());
    let found: BTreeSet<(String, String)> =
        walked.media.iter().flat_map(|item| item.places.iter().map(|place| (place.pointer.clone(), item.id.to_string()))).collect();
    // A place names an object, an extraction image its id.
    let expected: BTreeSet<(String, String)> = PLACES
        .lines()
        .map(|line| {
            let mut columns = line.split('\t');
            (pointer(columns.next().expect("a path")), columns.next().expect("an id").to_owned())
        })
        .collect();
    assert_eq!(expected.len(), 35);
    assert_eq!(found, expected);
    assert_eq!(walked.media.len(), 30);
    let mut groups: Vec<String> = walked.media.iter().map(|item| named(item).0).collect();
    groups.dedup();
    assert_eq!(&groups[groups.len() - 2..], ["checks", "-"], "what was handed in comes first");
    assert!(walked.problems.is_empty());
    assert_eq!(walked.since.map(|since| since.to_string()).as_deref(), Some("2026-01-15T10:00:00Z"));
}

#[test]
fn names_say_what_a_medium_shows() {
    let walked = walk("session", &example());
    let names: BTreeMap<&str, (String, String)> = walked.media.iter().map(|item| (&item.id.as_str()[34..], named(item))).collect();
    let cases = [
        ("06", "id_document-1", "page-1"),
        ("08", "id_document-1", "page-1-frame-2"),
        ("09", "id_document-1", "page-2"),
        ("01", "id_document-1", "document_fields"),
        ("14", "supplementary_document-1", "supplementary_document_text_data_extraction-generated-1"),
        ("18", "supplementary_document-2", "file"),
        ("21", "liveness-1", "frame-2"),
        ("23", "liveness-1", "facemap"),
        ("25", "liveness-2", "image"),
        ("27", "face-1", "image"),
        ("29", "applicant_profile-1", "applicant_profile"),
        ("32", "share_code-1", "lookup_profile"),
        ("42", "checks", "liveness-generated-1"),
        ("36", "checks", "watchlist_screening-watchlist_summary-raw_results"),
        ("02", "checks", "watchlist_screening-generated_profile"),
        ("47", "-", "identity_profile_report"),
        ("48", "-", "identity_profile_preview"),
        ("51", "-", "import_token"),
    ];
    for (id, group, context) in cases {
        assert_eq!(names[id], (group.to_owned(), context.to_owned()), "{id}");
    }
}

#[test]
fn containers_that_do_not_exist_yet_are_walked_all_the_same() {
    let document =
        json!({ "resources": { "iris_scans": [{ "id": "r", "deep": [{ "eye": { "media": { "id": "m", "type": "VIDEO" } } }] }] } });
    let walked = walk("session", &document);
    assert_eq!(named(&walked.media[0]), ("iris_scan-1".to_owned(), "deep-1-eye".to_owned()));
    assert_eq!(walked.media[0].type_hint, Some(TypeHint::Video));
}

#[test]
fn ids_of_other_things_are_no_media() {
    let document = json!({
        "id": "a", "checks": [{ "id": "b", "resources_used": ["c"], "generated_media": [] }],
        "resources": { "id_documents": [{ "id": "d", "tasks": [{ "id": "e", "generated_checks": [{ "id": "f" }] }], "pages": [{ "frames": [{}, { "media": null }, { "media": {} }] }] }] },
        "audit_id": "g", "sub_check": "media",
    });
    let walked = walk("session", &document);
    assert!(walked.media.is_empty() && walked.problems.is_empty(), "{walked:?}");
}

#[test]
fn what_cannot_be_asked_for_is_told() {
    let document = json!({ "resources": { "x": [{ "media": { "id": "../y" } }, { "media": { "id": 7 } }], "extraction_image_ids": [7] } });
    let walked = walk("session", &document);
    assert!(walked.media.is_empty());
    assert_eq!(walked.problems.len(), 3);
    assert!(walked.problems.iter().any(|problem| problem.starts_with("session/resources/x/0/media ")), "{:?}", walked.problems);
}

#[test]
fn a_document_that_is_made_to_exhaust_is_not_read_to_its_end() {
    let many: Vec<String> = (0..20_000).map(|number| format!("m{number}")).collect();
    let long = "x".repeat(2_000);
    for (document, found) in [(json!({ "extraction_image_ids": many }), 10_001), (json!({ long: { "media": { "id": "m" } } }), 0)] {
        let walked = walk("session", &document);
        assert_eq!((walked.media.len(), walked.problems.len()), (found, 1));
        assert!(walked.problems[0].contains("than any session"));
    }
}

/// Answers every request with this.
struct Answer(Value, Vec<u8>);

impl Fetch for Answer {
    fn fetch_all(&mut self, calls: &[Call], _: &Ends<'_>) -> Result<Vec<Result<&[u8], Failure>>, Failure> {
        let asked: Vec<_> = calls.iter().map(|call| (call.target.as_str(), call.document.as_str())).collect();
        assert_eq!(asked, [("/sessions/s", "session")]);
        self.1 = self.0.to_string().into_bytes();
        Ok(vec![Ok(&self.1)])
    }
}

fn listing(document: Value) -> Result<Listing, Failure> {
    let session = SessionId::parse("s").expect("an id");
    Yoti::new(Access::None).listing(&mut Answer(document, Vec::new()), &session, &Scope::All)
}

#[test]
fn a_session_that_may_still_grow_says_so() {
    let notices = |state: Value| listing(json!({ "session_id": "S", "state": state })).expect("a listing").notices;
    assert!(notices(json!("COMPLETED")).is_empty() && notices(json!("EXPIRED")).is_empty());
    assert!(notices(json!("ONGOING"))[0].contains("not final (state ONGOING)"));
    assert!(notices(json!("SOMETHING")).len() == 1 && notices(Value::Null).len() == 1);
}

#[test]
fn an_answer_that_is_no_session_or_another_is_refused() {
    for document in [
        json!({ "code": "SERVER_ERROR", "message": "x" }),
        json!({}),
        json!({ "ok": true }),
        json!({ "session_id": null }),
        json!([]),
        json!(null),
        json!({ "session_id": "other" }),
    ] {
        assert_eq!(listing(document.clone()).map_err(|failure| failure.cause).err(), Some(Cause::Unusable), "{document}");
    }
}

#[test]
fn half_a_surrogate_pair_and_an_endless_number_cost_their_own_member_alone() {
    let document = br#"{"session_id":"s","state":"COMPLETED","note":"\ud83d","score":-1e999,
        "resources":{"face_capture":[{"image":{"media":{"id":"m","type":"IMAGE"}}},{"image":{"media":{"id":"m\udc00"}}}]}}"#;
    let yoti = Yoti::new(Access::None);
    let listed = yoti.listed("session", document).expect("a session");
    assert_eq!(listed.iter().map(MediaId::as_str).collect::<Vec<_>>(), ["m"]);
    assert!(yoti.facts("session", document).iter().any(|fact| fact.value == "COMPLETED"));
}

#[test]
fn requests_name_session_and_medium() {
    let call = Yoti::new(Access::None).media(&SessionId::parse("s~.1").expect("an id"), &MediaId::parse("é").expect("an id"));
    assert_eq!(call.target, "/sessions/s~.1/media/%C3%A9/content");
}

#[test]
fn base_urls_get_the_path_of_the_api() {
    for (pasted, expected) in [
        ("https://api.yoti.com", "https://api.yoti.com/idverify/v1"),
        ("https://api.yoti.com/idverify/v1", "https://api.yoti.com/idverify/v1"),
        ("https://api.yoti.com/sandbox/idverify/v1/", "https://api.yoti.com/sandbox/idverify/v1"),
        ("https://api.yoti.com/sandbox/idverify", "https://api.yoti.com/sandbox/idverify/v1"),
        ("https://proxy.example/yoti", "https://proxy.example/yoti"),
    ] {
        assert_eq!(Yoti::normalise_base_url(pasted), expected);
    }
}
