//! The JSON text of the provider's answers. Its own on purpose: the client's wire types are not used here.

use std::io;

use serde_json::{Value, json};

use crate::fixture::{Attempt, Kind, Listed, Media, Session};

/// Text of a decision that has not been made.
pub(crate) const NO_DECISION: &str = r#"{"status":"success","verification":null}"#;

/// Returns `GET /v1/sessions/{id}/attempts`, newest first.
pub(crate) fn attempts(session: &Session) -> String {
    if let Some(raw) = &session.attempts_listing {
        return raw.clone();
    }
    let entry = |attempt: &Attempt| {
        let mut entry = json!({ "id": attempt.id, "status": attempt.status });
        if let Some(created) = &attempt.created_time {
            entry["createdTime"] = json!(created);
        }
        entry
    };
    let entries: Vec<Value> = session.attempts.iter().map(entry).collect();
    json!({ "status": "success", "verifications": entries }).to_string()
}

/// Returns `GET /v1/sessions/{id}/media`: the newest attempt only, and the only listing that always has `nfcDocuments`.
pub(crate) fn session_media(session: &Session, base: &str) -> io::Result<String> {
    if let Some(raw) = &session.media_listing {
        return Ok(raw.clone());
    }
    let media = session.attempts.first().map(|attempt| attempt.media.as_slice()).unwrap_or_default();
    media_listing(media, Listed::AttemptOnly, &session.id, base)
}

/// Returns `GET /v1/attempts/{id}/media`: images and videos; `nfcDocuments` only when the fixture insists.
pub(crate) fn attempt_media(session: &Session, attempt: &Attempt, base: &str) -> io::Result<String> {
    match &attempt.listing {
        Some(raw) => Ok(raw.clone()),
        None => media_listing(&attempt.media, Listed::SessionOnly, &session.id, base),
    }
}

/// Returns the listing of these media files, without those that are listed `elsewhere`.
fn media_listing(media: &[Media], elsewhere: Listed, session: &str, base: &str) -> io::Result<String> {
    let list = |kind| -> io::Result<Vec<Value>> {
        let here = media.iter().filter(|media| media.kind == kind && media.listed != elsewhere);
        here.map(|media| entry(media, session, base)).collect()
    };
    let mut listing = json!({ "status": "success", "images": list(Kind::Image)?, "videos": list(Kind::Video)? });
    let nfc = list(Kind::Nfc)?;
    if elsewhere == Listed::AttemptOnly || !nfc.is_empty() {
        listing["nfcDocuments"] = nfc.into();
    }
    Ok(listing.to_string())
}

/// Returns one media file as listings and uploads show it.
pub(crate) fn entry(media: &Media, session: &str, base: &str) -> io::Result<Value> {
    let size = match &media.size {
        Some(size) => size.clone(),
        None => media.body.length()?.into(),
    };
    let id = percent_encoding::utf8_percent_encode(&media.id, percent_encoding::NON_ALPHANUMERIC);
    let mut entry = json!({
        "id": media.id,
        "name": media.context,
        "context": media.context,
        // Deprecated by the vendor.
        "timestamp": null,
        "size": size,
        "mimetype": media.mimetype,
        "url": format!("{base}/v1/media/{}", id.to_string().replace("%2D", "-")),
        "sessionId": session,
    });
    if let Some(duration) = media.duration.clone().or((media.kind == Kind::Video).then(|| json!(5))) {
        entry["duration"] = duration;
    }
    Ok(entry)
}

/// Returns the body of every refusal.
pub(crate) fn failure(code: &str, message: &str) -> String {
    json!({ "status": "fail", "code": code, "message": message }).to_string()
}

/// Returns the body of the vendor's error pages for a status. The pages have the same code for all.
pub(crate) fn failure_of(status: u16) -> String {
    failure(
        "1101",
        match status {
            400 => "Validation failed",
            401 => "Mandatory X-AUTH-CLIENT header containing the API key is missing from the request.",
            404 => "Resource not found",
            429 => "Too many requests",
            _ => "Something went wrong",
        },
    )
}
