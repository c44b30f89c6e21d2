//! The session page from records made by hand: the same for the same record, and the same in its structure whatever
//! texts the provider writes.

use super::session_page;
use crate::Record;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A chip of which some was compared, some differs and some was not compared.
fn chip() -> Value {
    let sha256 = "ab".repeat(32);
    json!({
        "groups": [{ "number": 1, "bytes": 95, "digest": "equal" }, { "number": 2, "bytes": 9, "digest": "different" }, { "number": 3, "bytes": 9, "digest": "unlisted" }],
        "zone": { "lines": ["I<UTO", "SPECIMEN"], "document": "I", "issuer": "UTO", "number": "7", "nationality": "UTO", "born": "940812", "sex": "F",
            "expires": "340415", "family_name": "SPECIMEN", "given_names": "ANNA", "check_digits": "right" },
        "portrait": { "path": "derived/a2/nfc.portrait.jpg", "format": "jpeg", "width": 3, "height": 4, "bytes": 3, "sha256": sha256 },
        "security": { "algorithm": "SHA-256", "groups": [1, 2, 14], "signature": "held", "signer": "C=UT", "certificate_sha256": sha256 },
        "undecoded": ["dg11"],
    })
}

/// Facts about the session, an attempt, a check and a list.
fn facts() -> Value {
    json!([
        { "name": "decision", "value": "approved", "document": "decision" },
        { "name": "decided", "value": "2026-03-12T09:32:04.315Z", "document": "decision" },
        { "name": "family-name", "value": "SPECIMEN", "document": "decision" },
        { "name": "family-name", "value": "SPECIMENT", "document": "person" },
        { "name": "shoe-size", "value": "41", "document": "person" },
        { "name": "list-matches", "value": "0", "of": "specimen-list", "document": "person" },
        { "name": "check-recommendation", "value": "REJECT", "of": "LIVENESS", "document": "session" },
        { "name": "check-recommendation", "value": "APPROVE", "of": "FACE_MATCH", "document": "session" },
        { "name": "check-result", "value": "PASS", "of": "LIVENESS/<face>_found", "document": "session" },
        { "name": "check-result", "value": "PASS", "of": "FACE_MATCH/ai_face_match", "document": "session" },
        { "name": "attempt-reason", "value": "The picture is blurred", "of": "a1", "document": "decision" },
    ])
}

/// A record in which everything that a page shows occurs at least once.
fn record() -> Value {
    let sha256 = "ab".repeat(32);
    let at = "2026-11-21T09:30:00Z";
    let file = |path: &str| {
        json!({ "path": path, "bytes": 3, "sha256": sha256, "content_type": null, "fetched": at,
            "signature": { "verdict": "held", "value": "x" } })
    };
    let medium = |id: &str, kind: &str, context: Option<&str>, state: &str, files: Value| {
        json!({ "id": id, "attempt": "a2", "kind": kind, "context": context, "mimetype": "image/x", "size": 3, "duration": 1.5,
            "places": [], "state": state, "reason": if state == "archived" { Value::Null } else { json!({ "code": "not-found", "text": "HTTP 404" }) }, "files": files })
    };
    let mut odd = file("data/a2/odd.jpg");
    odd["disagreements"] = json!([{ "code": "size", "declared": 4, "received": 3, "text": "the listing says 4 bytes, 3 came" }]);
    odd["signature"] = json!({ "verdict": "absent" });
    let mut nfc = file("data/a2/nfc.json");
    nfc["chip"] = chip();
    let mut lost = file("data/a2/lost.jpg");
    lost["lost"] = json!("found missing; fetched again");
    let mut gone = medium("m7", "image", None, "gone", json!([]));
    gone["attempt"] = Value::Null;
    let mut unlisted = medium("m8", "other", Some("page"), "archived", json!([file("data/a2/page.html")]));
    unlisted["unlisted_since"] = json!(at);
    json!({
        "schema": "vmedia-archive", "version": 1, "tool": "vmedia 0.1.0", "provider": "veriff", "base_url": "https://x",
        "session": "s1", "salt": "5a".repeat(32), "created": at, "updated": at,
        "attempts": [
            { "id": "a2", "status": "approved", "created": "2026-03-12T09:28:40.115Z" },
            { "id": "a1", "status": "declined", "created": "once", "unlisted_since": at },
        ],
        "media": [
            medium("m1", "image", Some("document-front"), "archived", json!([file("data/a2/front.jpg"), odd, lost])),
            medium("m2", "video", Some("selfid_video"), "archived", json!([file("data/a2/video.mp4")])),
            medium("m3", "nfc", Some("nfc"), "archived", json!([nfc])),
            medium("m4", "image", Some("face"), "archived", json!([file("data/a2/face.heic")])),
            medium("m5", "image", Some("face"), "gone", json!([file("data/a2/damaged.jpg")])),
            medium("m6", "image", Some("address"), "failed", json!([])),
            gone,
            unlisted,
        ],
        "documents": [
            { "name": "attempts/a2/media", "endpoint": "e", "path": "metadata/m.json", "bytes": 2, "sha256": sha256,
                "signature": { "verdict": "held", "value": "x" }, "fetched": at },
            { "name": "person", "endpoint": "e", "path": "metadata/p.json", "bytes": 2, "sha256": sha256,
                "signature": { "verdict": "absent" }, "fetched": at, "lost": "found missing" },
        ],
        "companions": [{ "name": "person", "state": "failed", "reason": { "code": "unavailable", "text": "HTTP 500" } }, { "name": "registry", "state": "absent" }],
        "problems": ["a listing could not be had"],
        "facts": facts(),
        "history": [
            { "at": at, "change": "file-altered", "what": "found altered", "path": "data/a2/lost.jpg", "moved_to": "damaged/data/a2/lost.jpg",
                "moved": { "bytes": 2, "sha256": sha256 } },
            { "at": at, "change": "of-the-future", "what": "something else" },
        ],
    })
}

fn page(record: &Value) -> String {
    let record: Record = serde_json::from_value(record.clone()).expect("a record");
    session_page(&record).expect("a page")
}

/// Puts a text behind every text that a provider writes. Words of ours, links and times keep their sense.
fn spoil(value: &mut Value, text: &str) {
    const OURS: [&str; 23] = [
        "check_digits",
        "digest",
        "format",
        "undecoded",
        "schema",
        "session",
        "salt",
        "created",
        "updated",
        "unlisted_since",
        "fetched",
        "at",
        "id",
        "attempt",
        "kind",
        "state",
        "path",
        "moved_to",
        "change",
        "verdict",
        "name",
        "places",
        "lost",
    ];
    match value {
        // Facts about an attempt name its id; a chip has the verdict on its signature, and a selfie beside it.
        Value::String(known) if !["a1", "held", "face"].contains(&known.as_str()) => known.push_str(text),
        Value::Array(values) => values.iter_mut().for_each(|value| spoil(value, text)),
        Value::Object(members) => {
            let free = members.iter_mut().filter(|(name, _)| !OURS.contains(&name.as_str()));
            free.for_each(|(_, value)| spoil(value, text));
        }
        _ => {}
    }
}

/// The names of all tags with those of their attributes, in order.
fn structure(page: &str) -> Vec<String> {
    let body = page.split_once("</style>").map_or(page, |(_, body)| body);
    let tags = body.split('<').skip(1).map(|rest| rest.split_once('>').expect("a tag that ends").0);
    let named = |tag: &str| {
        let outside_quotes: String = tag.split('"').step_by(2).collect();
        outside_quotes.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    };
    tags.map(named).collect()
}

#[test]
fn the_same_record_is_the_same_page() {
    let record: Record = serde_json::from_value(record()).expect("a record");
    let again: Record = serde_json::from_slice(&serde_json::to_vec(&record).expect("JSON")).expect("a record");
    assert_eq!(session_page(&record).expect("a page"), session_page(&again).expect("a page"));
}

#[test]
fn everything_that_the_record_holds_has_its_place() {
    let page = page(&record());
    for words in [
        "<title>SPECIMEN, session s1</title>",
        "<h1><bdi>SPECIMEN</bdi></h1>",
        "<dt>Decision</dt><dd><bdi>approved</bdi></dd>",
        "2026-03-12 09:32:04 UTC",
        "SPECIMENT",
        "shoe-size",
        "<dt><bdi>specimen-list: matches</bdi></dt><dd><bdi>0</bdi>",
        "<dt><bdi>Face match: recommendation</bdi></dt><dd><bdi>APPROVE</bdi>",
        "<dt>Reason</dt><dd class=\"soft\">not kept: the decision in this archive is about another attempt</dd>",
        "<dt><bdi>Reason</bdi></dt><dd><bdi>The picture is blurred</bdi></dd>",
        "<dt>Given names</dt><dd><bdi>ANNA</bdi>",
        "does NOT list the digests of DG2",
        "lists none of DG3",
        "not compared, but listed in SOD: DG14",
        "the key of the certificate in SOD (C=UT) signed these digests",
        "no CSCA certificates were given",
        "Not decoded, because their form is unknown to vmedia: DG11",
        "<img class=\"beside\" src=\"derived/a2/nfc.portrait.jpg\" alt=\"Portrait in the chip of attempt 2 of 2\">",
        "Attempt 2 of 2, the newest",
        "<bdi>2026-03-12 09:28:40 UTC</bdi>",
        "<bdi>once</bdi>",
        "since 2026-11-21 09:30:00 UTC",
        r#"<img src="data/a2/front.jpg" alt="Document front, version 1 of 2, picture of attempt 2 of 2">"#,
        r#"preload="metadata" src="data/a2/video.mp4" aria-label="Selfid video, video of attempt 2 of 2""#,
        r#"href="data/a2/nfc.json"><strong>NFC</strong>"#,
        r#"href="data/a2/face.heic"><strong>HEIC</strong>"#,
        "Not linked: a browser might run it",
        "Not as declared: the listing says 4 bytes, 3 came",
        "Found missing or altered, and not fetched again (gone): HTTP 404",
        "No longer listed by the provider since 2026-11-21 09:30:00 UTC",
        "<dt>Not archived</dt><dd><a href=\"#missing\">5</a></dd>",
        "Filed under no attempt",
        "Asked for, and the provider has none</h3>",
        "a listing could not be had",
        "<td role=\"cell\" class=\"state\" data-of=\"State\">gone<span class=\"soft\">the provider no longer has it</span></td><td role=\"cell\" data-of=\"Why\"><bdi>HTTP 404</bdi></td>",
        "held for 6 of 7",
        ">none sent<span",
        "Lost files",
        "found missing; fetched again",
        "Media of attempt 2 of 2",
        "now <a href=\"damaged/data/a2/lost.jpg\">",
        "of-the-future",
        "1 file is not what the listing declared",
        "2 files that were archived earlier are lost",
        "2 things changed after the first run",
        "vmedia verify .",
    ] {
        assert!(page.contains(words), "no {words:?} in\n{page}");
    }
    assert!(!page.contains("page.html\""), "what a browser might run is not linked");
}

#[test]
fn texts_that_mean_harm_are_texts() {
    let mut hostile = record();
    spoil(&mut hostile, "\"'><script>alert(1)</script><img src=x onerror=alert(1)><!-- {{ 1 }}\u{202e}\u{0}&lt;");
    let shown = page(&hostile);
    assert_eq!(structure(&shown), structure(&page(&record())));
    assert!(!shown.contains("<script") && !shown.contains("<img src=x") && !shown.contains("<!--"), "{shown}");
    assert!(!shown.contains(['\u{202e}', '\u{0}']), "{shown}");
    assert!(shown.contains("&#60;script&#62;alert(1)") && shown.contains("\\u{202e}") && shown.contains("&#38;lt;"), "{shown}");
}

#[test]
fn a_page_of_nothing_is_a_page() {
    let mut empty = record();
    for name in ["attempts", "media", "documents", "companions", "problems", "facts", "history"] {
        empty[name] = json!([]);
    }
    let page = page(&empty);
    assert!(page.contains("<h1>Session <bdi class=\"id\">s1</bdi></h1>"), "{page}");
    assert!(page.contains("<code>vmedia download s1 --with decision</code> keeps it"), "{page}");
    assert!(page.contains("sha256sum -c tagmanifest-sha256.txt<"), "sha256sum refuses an empty list: {page}");
    assert!(page.contains("is what the listing declared. No change was noticed"), "{page}");
}

#[test]
fn a_session_without_attempts_is_shown_by_its_groups() {
    let mut grouped = record();
    (grouped["attempts"], grouped["facts"], grouped["companions"]) = (json!([]), json!([]), json!([]));
    for (index, medium) in grouped["media"].as_array_mut().expect("media").iter_mut().enumerate() {
        (medium["attempt"], medium["type_hint"]) = (Value::Null, json!("image"));
        if index > 0 {
            medium["group"] = json!({ "name": format!("id_document-{}", index.min(2)), "resource": format!("r<{index}>") });
        }
    }
    grouped["documents"][0]["redacted"] = json!(["/client_session_token"]);
    let shown = page(&grouped);
    for words in [
        "<dt>Groups</dt><dd>3</dd>",
        "<dt>Decision</dt><dd>none made</dd>",
        "This provider makes no decision of its own",
        "The session as a whole</h3>",
        "held for 6 of 7",
        "Id document 1</h3>",
        "<code><bdi>r&#60;1&#62;</bdi></code>",
        "Credentials in it were replaced before it was kept: /client_session_token",
    ] {
        assert!(shown.contains(words), "no {words:?} in\n{shown}");
    }
    assert!(!shown.contains("no attempt") && !shown.contains("--with decision"), "{shown}");
    for medium in grouped["media"].as_array_mut().expect("media") {
        for file in medium["files"].as_array_mut().expect("files") {
            file["signature"] = json!({ "verdict": "absent" });
        }
    }
    assert!(page(&grouped).contains("<dd>the provider makes none</dd>"));
}

#[test]
fn why_there_is_no_decision_is_said() {
    let without = |companions: Value, documents: Value, session: &str| {
        let mut record = record();
        (record["facts"], record["companions"], record["documents"], record["session"]) =
            (json!([]), companions, documents, json!(session));
        page(&record)
    };
    let hostile = without(json!([]), json!([]), "-rf");
    assert!(hostile.contains("vmedia download &#60;session-id&#62; --with decision"), "nothing that is read as a flag is put in a command");
    let asked =
        without(json!([{ "name": "decision", "state": "absent", "reason": { "code": "not-found", "text": "HTTP 404" } }]), json!([]), "s1");
    assert!(asked.contains("It was asked for: <bdi>HTTP 404</bdi>") && !asked.contains("--with decision"), "{asked}");
    let mut kept = record()["documents"][0].clone();
    (kept["name"], kept["path"]) = (json!("decision"), json!("metadata/decision.json"));
    let unread = without(json!([{ "name": "decision", "state": "archived" }]), json!([kept]), "s1");
    assert!(unread.contains("It stands in <a href=\"metadata/decision.json\">"), "{unread}");
    assert!(unread.contains("<dt>Decision</dt><dd>not stated</dd>"), "{unread}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_changes_the_structure(text in "[\\x00-\\x7f]{0,12}|.{0,40}") {
        let mut spoilt = record();
        spoil(&mut spoilt, &text);
        prop_assert_eq!(structure(&page(&spoilt)), structure(&page(&record())));
    }
}
