//! The built-in sample session of Yoti. All pictures are drawn specimens, see `assets/make.py`.

use serde_json::{Value, json};

use super::YotiSession;
use crate::samples::{DOCUMENT_BACK, DOCUMENT_FRONT, DOCUMENT_FRONT_UNCLEAR, FACE, FACE_NFC, PDF, PNG};
use crate::{id, now};

/// The session of the demo: a document of two pages, a liveness capture, a utility bill, checks with what they made.
pub const SAMPLE_YOTI: &str = "3b7e5c90-8d14-4f62-a0b9-6c2e71f4d835";

/// Returns the sample session.
pub(crate) fn sample() -> YotiSession {
    // Today's date gives no retention warning, and is the same for a second run on the same day.
    let created = format!("{}T00:00:00Z", now().strftime("%Y-%m-%d"));
    let mut session = YotiSession::new(SAMPLE_YOTI, "");
    let mut add = |name: &str, sort: &str, content_type: &str, bytes: &[u8]| -> Value {
        let id = id::of(&format!("yoti/{name}"));
        session = session.clone().media(&id, content_type, bytes);
        json!({ "id": id, "type": sort, "created": created, "last_updated": created })
    };
    let front = add("front", "IMAGE", "image/jpeg", DOCUMENT_FRONT);
    let frame = add("front frame", "IMAGE", "image/jpeg", DOCUMENT_FRONT_UNCLEAR);
    let reverse = add("reverse", "IMAGE", "image/jpeg", DOCUMENT_BACK);
    let portrait = add("portrait", "IMAGE", "image/jpeg", FACE_NFC);
    let fields = add("fields", "JSON", "application/json", br#"{"full_name":"SPECIMEN PERSON","date_of_birth":"1990-01-01"}"#);
    let frames = [add("frame 1", "IMAGE", "image/jpeg", FACE), add("frame 2", "IMAGE", "image/png", PNG)];
    let facemap = add("facemap", "BINARY", "application/octet-stream", b"\x01SPECIMEN\x00\x02facemap of no one");
    let bill = add("bill", "PDF", "application/pdf", PDF);
    let hits = add("hits", "JSON", "application/json", br#"{"results":[],"specimen":true}"#);
    let short = |medium: &Value| json!({ "id": medium["id"], "type": medium["type"] });
    let document = json!({
        "session_id": SAMPLE_YOTI,
        "state": "COMPLETED",
        "client_session_token_ttl": 0,
        "client_session_token": id::of("yoti/token"),
        "user_tracking_id": "specimen",
        "resources": {
            "id_documents": [{
                "id": id::of("yoti/document"), "source": { "type": "END_USER" }, "document_type": "NATIONAL_ID", "issuing_country": "UTO",
                "tasks": [{ "id": id::of("yoti/task"), "type": "ID_DOCUMENT_TEXT_DATA_EXTRACTION", "state": "DONE", "created": created, "last_updated": created,
                            "generated_checks": [], "generated_media": [short(&fields)] }],
                "pages": [
                    { "capture_method": "CAMERA", "media": front, "frames": [{ "media": frame }, {}], "extraction_image_ids": [front["id"]] },
                    { "capture_method": "CAMERA", "media": reverse, "frames": [{}] },
                ],
                "document_fields": { "media": fields }, "document_id_photo": { "media": portrait },
            }],
            "supplementary_documents": [{
                "id": id::of("yoti/bill"), "source": { "type": "END_USER" }, "document_type": "UTILITY_BILL", "issuing_country": "UTO",
                "tasks": [], "pages": [], "file": { "media": bill },
            }],
            "liveness_capture": [{
                "id": id::of("yoti/liveness"), "source": { "type": "END_USER" }, "liveness_type": "ZOOM", "tasks": [],
                "frames": [{ "media": frames[0] }, { "media": frames[1] }, {}], "facemap": { "media": facemap },
            }],
        },
        "checks": [{
            "id": id::of("yoti/authenticity"), "type": "ID_DOCUMENT_AUTHENTICITY", "state": "DONE",
            "resources_used": [id::of("yoti/document")], "generated_media": [], "created": created, "last_updated": created,
            "report": { "recommendation": { "value": "APPROVE" }, "breakdown": [
                { "sub_check": "document_in_date", "result": "PASS", "details": [], "process": "AUTOMATED" },
                { "sub_check": "fraud_list_check", "result": "PASS", "details": [], "process": "AUTOMATED" },
            ] },
        }, {
            "id": id::of("yoti/check"), "type": "WATCHLIST_SCREENING", "state": "DONE", "resources_used": [id::of("yoti/document")],
            "generated_media": [], "created": created, "last_updated": created,
            "report": { "recommendation": { "value": "APPROVE" }, "breakdown": [],
                        "watchlist_summary": { "total_hits": 0, "search_config": { "categories": ["SANCTIONS"] }, "raw_results": { "media": hits },
                                               "associated_country_codes": ["GBR"] } },
        }],
    });
    session.document(serde_json::to_string_pretty(&document).unwrap_or_default())
}
