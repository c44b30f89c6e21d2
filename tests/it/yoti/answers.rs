//! What Yoti's unsigned answers are taken for: no error and no page is a medium, and nothing that is documented is refused.

use super::SESSION;
use crate::harness::{World, jpeg};
use serde_json::json;
use vmedia::sandbox::YotiSession;

#[test]
fn half_a_surrogate_pair_and_an_endless_number_hide_neither_media_nor_credentials() {
    let strange = r#""x\udc00":"\ud83d","score":[1e400,-1e999]"#;
    let page = format!(r#"{{"media":{{"id":"front","type":"IMAGE",{strange}}}}}"#);
    let documents = format!(r#""resources":{{"id_documents":[{{"id":"r","pages":[{page}]}}]}}"#);
    let text = format!(r#"{{{strange},"session_id":"{SESSION}","state":"COMPLETED","client_session_token":"t0ken\ud83d",{documents}}}"#);
    let world = World::with_yoti(vec![YotiSession::new(SESSION, text.clone()).media("front", "image/jpeg", jpeg("front"))]);
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(world.payload(SESSION).into_values().collect::<Vec<_>>(), [jpeg("front")]);
    let kept = std::fs::read_to_string(world.bag(SESSION).join("metadata/session.json")).expect("a document");
    assert_eq!(kept, text.replace(r"t0ken\ud83d", "redacted"));
    world.run(&["verify", "vmedia-archive"]).ends_with(0);
    world.run(&["download", SESSION]).ends_with(0).says("1 file kept, nothing to fetch");
}

#[test]
fn errors_and_pages_are_no_media_of_any_declared_type() {
    let pages: [(&str, &[u8]); 5] = [
        ("application/json", br#"{"message":"Forbidden"}"#),
        ("application/json", br#"{"login_required":true}"#),
        ("text/html", b"<html><title>Sign in</title></html>"),
        ("image/jpeg", b"\xff\xfe<\0h\0t\0m\0l\0>\0"),
        ("image/jpeg", b"\x1f\x8b\x08\0\0\0\0\0\x02\x03"),
    ];
    for sort in ["IMAGE", "JSON", "PDF"] {
        for (content_type, page) in pages {
            let document = json!({ "session_id": SESSION, "state": "COMPLETED", "import_token": { "media": { "id": "m", "type": sort } } });
            let world = World::with_yoti(vec![YotiSession::new(SESSION, document.to_string()).media("m", content_type, page)]);
            world.run(&["download", SESSION, "--retries", "1"]).ends_with(7).says(" came where a ");
            assert!(world.payload(SESSION).is_empty(), "{sort}: {content_type}");
        }
    }
}

#[test]
fn every_documented_type_is_archived_and_a_wrong_hint_costs_nothing() {
    let kinds: [(&str, &str, &[u8]); 6] = [
        ("IMAGE", "image/png; charset=UTF-8", b"\x89PNG\r\n\x1a\n"),
        ("IMAGE", "application/json", br#"{"trust_framework":"UK_TFIDA","schemes_compliance":[]}"#),
        ("JSON", "application/json", br#"{"full_name":"SPECIMEN","message":"as printed"}"#),
        ("JSON", "application/json", b"{}"),
        ("PDF", "application/pdf", b"%PDF-1.7\n"),
        ("BINARY", "application/octet-stream", b"a facemap of which every byte is a letter"),
    ];
    for (sort, content_type, bytes) in kinds {
        let document = json!({ "session_id": SESSION, "state": "COMPLETED", "import_token": { "media": { "id": "m", "type": sort } } });
        let world = World::with_yoti(vec![YotiSession::new(SESSION, document.to_string()).media("m", content_type, bytes)]);
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.payload(SESSION).into_values().collect::<Vec<_>>(), [bytes], "{sort}: {content_type}");
    }
}
