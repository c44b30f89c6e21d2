//! One session that says everything in the way that some page of the vendor says it, and other pages do not.
//!
//! Ids are those of the vendor's examples where these are no UUIDs. All bytes are whole and all sizes are true, so a
//! tolerant client archives every media file.

use serde_json::{Value, json};

use super::{DOCUMENT_BACK_FIRST, DOCUMENT_FRONT_UNCLEAR, FACE_FIRST, FACE_NFC, HEIC, MP4, NFC, PDF, PNG, SMALL_JPEG, WEBM, WEBP, day};
use crate::fixture::{Attempt, Kind, Media, Session};

use super::SAMPLE_CONTRADICTIONS as SESSION;

/// Seven digits where a UUID has eight.
const NEWEST: &str = "6cab5b0-8a1e-4f0c-9d27-3b5e7f9a1c24";
const MIDDLE: &str = "f2270684-8c51-4d03-88eb-dafd43e8b486";
const OLDEST: &str = "a1c68aea-7f4d-478d-80ab-ca9356074f69";

const FRONT: &str = "e7ab18d1-5545-5e47-af7b-e23gb6247f80";
const BACK: &str = "a2cd45e3-6656-6f58-bg8c-f34hc7358g91";
const SELFIE: &str = "f5g6h7i8-j9k0-4l1m-9n2o-p3q4r5s6t7u8";
const BARCODE: &str = "b3de56f4-7767-7g69-ch9d-g45id8469h02";
const CHIP: &str = "4088480d-d1b2-47e9-aeb8-27c6b73488e2";

/// Stands for a member that is left out.
const ABSENT: &str = "(absent)";

/// Returns the session.
pub(super) fn session() -> Session {
    let (front, back, barcode, chip) = (&front().0, &back().0, &barcode().0, &chip().0);
    let images =
        [entry(front, &json!({ "size": front_size(), "timestamp": format!("{}T09:28:40.115Z", day(0)) })), entry(back, &json!({}))];
    // NFC data in this listing too, videos that are nothing, and a member that no page knows.
    let newest = json!({
        "status": "success",
        "images": images,
        "videos": null,
        "nfcDocuments": [entry(chip, &json!({ "name": null }))],
        "requestId": "members are added without a new version",
    });
    // No images at all, a media file that this attempt alone lists, and one that the newest attempt has too.
    let middle = json!({
        "status": "success",
        "videos": [entry(barcode, &json!({ "duration": 3.0, "mimetype": "video/webm; codecs=vp9" }))],
        "nfcDocuments": null,
    });
    Session::new(SESSION)
        .attempt(
            all()
                .into_iter()
                .fold(Attempt::new(NEWEST, "approved"), |attempt, (media, _)| attempt.media(media))
                .listing(newest.to_string()),
        )
        .attempt(Attempt::new(MIDDLE, "resubmission_requested").media(barcode.clone()).listing(middle.to_string()))
        .attempt(Attempt::new(OLDEST, "some_new_status").listing(r#"{"status":"success","images":null}"#))
        .attempts_listing(attempts_listing())
        .media_listing(media_listing())
        .companion("decision", decision())
}

/// Returns every media file of the newest attempt, and how the session's listing differs from a plain entry.
fn all() -> Vec<(Media, Value)> {
    let jpeg = |id, context, bytes| Media::image(id, context, "image/jpeg", bytes);
    vec![
        front(),
        back(),
        // Two ids that differ in case only, with different bytes of one context.
        (jpeg("C0FFEE00-ABCD-4BCD-8BCD-ABCDEFABCDEF", "face", FACE_FIRST), json!({ "size": FACE_FIRST.len() as f64 })),
        (jpeg("c0ffee00-abcd-4bcd-8bcd-abcdefabcdef", "face", FACE_NFC), json!({ "timestamp": "" })),
        // A version 3 UUID, and a context of the future.
        (
            Media::image("12df6045-3846-3e45-946a-14fa6136d78b", "document-hologram", "image/png", PNG)
                .content_type("application/octet-stream"),
            json!({ "glareScore": { "value": 0.2, "unit": null }, "url": ABSENT }),
        ),
        (jpeg("00bca969-b53a-4fad-b065-874d41a7b2b8", "selfie", SMALL_JPEG), json!({ "name": ABSENT, "timestamp": ABSENT })),
        (Media::image("5e81c3a7-0d94-4b26-af63-7c2b9e50d418", "face-pre", "image/webp", WEBP), json!({ "context": null, "size": null })),
        (
            Media::image("d96b20f4-71ea-4c83-9b05-e3f8a16c7d52", "face-cropped", "image/heic", HEIC),
            json!({ "mimetype": ABSENT, "sessionId": ABSENT }),
        ),
        (
            Media::image("37a4e8c1-f5b0-4d69-8e12-06c9d7b3a5f4", "address-front", "image/pdf", PDF).content_type("application/pdf"),
            json!({}),
        ),
        (Media::video(SELFIE, "selfid_video", "video/mp4", MP4), json!({ "size": MP4.len().to_string(), "duration": "5" })),
        barcode(),
        chip(),
    ]
}

fn front() -> (Media, Value) {
    let timestamp = json!({ "url": "https://api.veriff.me/v1/timestamps/undefined" });
    let media = Media::image(FRONT, "document-front", "image/jpeg", DOCUMENT_FRONT_UNCLEAR);
    (media, json!({ "size": DOCUMENT_FRONT_UNCLEAR.len() as f64, "timestamp": timestamp }))
}

/// Returns the size that the attempt's listing says as a text.
fn front_size() -> String {
    DOCUMENT_FRONT_UNCLEAR.len().to_string()
}

fn back() -> (Media, Value) {
    (Media::image(BACK, "document-back", "image/jpg", DOCUMENT_BACK_FIRST).content_type("image/jpeg"), json!({ "size": ABSENT }))
}

/// Returns a video whose context has the vendor's spelling.
fn barcode() -> (Media, Value) {
    (Media::video(BARCODE, "documet-back-barcode-pre-video", "video/webm", WEBM), json!({ "duration": 3.0, "timestamp": {} }))
}

/// Returns an NFC document with the members that the page on NFC data names.
fn chip() -> (Media, Value) {
    (Media::nfc(CHIP, NFC), json!({ "name": ABSENT, "timestamp": ABSENT }))
}

/// Returns a plain entry with some members changed or left out. The hosts of `url` are the vendor's, and lead nowhere.
fn entry(media: &Media, change: &Value) -> Value {
    let mut entry = json!({
        "id": media.id,
        "name": media.context,
        "context": media.context,
        "timestamp": null,
        "size": media.body.length().unwrap_or(0),
        "mimetype": media.mimetype,
        "url": format!("https://exmpleURL.com/v1/media/{}", media.id),
        "sessionId": SESSION,
    });
    if let (Some(entry), Some(change)) = (entry.as_object_mut(), change.as_object()) {
        for (name, value) in change {
            if value == ABSENT {
                entry.remove(name);
            } else {
                entry.insert(name.clone(), value.clone());
            }
        }
    }
    entry
}

fn media_listing() -> String {
    let all = all();
    let of =
        |kind| -> Vec<Value> { all.iter().filter(|(media, _)| media.kind == kind).map(|(media, change)| entry(media, change)).collect() };
    let listing = json!({ "videos": of(Kind::Video), "nfcDocuments": of(Kind::Nfc), "images": of(Kind::Image), "status": "success" });
    listing.to_string()
}

/// Returns the attempts, twice over, as the vendor's example prints them.
fn attempts_listing() -> String {
    let user_defined = json!([{
        "status": "Custom status for suspicious attempt",
        "statusCode": "custom_status_for_suspicious_attempt",
        "reason": "Free text",
        "reasonCode": null,
        "createdAt": format!("{}T08:41:41.606Z", day(1)),
    }]);
    let newest =
        json!({ "id": NEWEST, "status": "approved", "userDefinedData": user_defined, "createdTime": format!("{}T09:28:40.115Z", day(0)) });
    let middle = json!({ "id": MIDDLE, "status": "resubmission_requested" });
    let oldest = json!({ "id": OLDEST, "status": "some_new_status", "createdTime": null, "retention": { "days": 90 } });
    json!({ "status": "success", "verifications": [newest, middle, newest, middle, oldest] }).to_string()
}

/// Returns the decision. 9121 is "review" in one table and "abandoned" on another page.
fn decision() -> String {
    let verification = json!({ "id": SESSION, "attemptId": NEWEST, "code": 9121, "status": "abandoned", "vendorData": null });
    json!({ "status": "success", "verification": verification, "technicalData": { "ip": null } }).to_string()
}
