//! The JSON text of the provider's answers. Its own on purpose: the client's wire types are not used here.

use std::io;

use serde::Serialize;
use serde_json::Value;

use crate::fixture::{Attempt, Kind, Listed, Media, Session};

/// Text of a decision that has not been made.
pub(crate) const NO_DECISION: &str = r#"{"status":"success","verification":null}"#;

#[derive(Serialize)]
struct AttemptsListing<'a> {
    status: &'static str,
    verifications: Vec<AttemptEntry<'a>>,
}

#[derive(Serialize)]
struct AttemptEntry<'a> {
    id: &'a str,
    status: &'a str,
    #[serde(rename = "createdTime", skip_serializing_if = "Option::is_none")]
    created_time: Option<&'a str>,
}

#[derive(Serialize)]
struct MediaListing<'a> {
    status: &'static str,
    images: Vec<MediaEntry<'a>>,
    videos: Vec<MediaEntry<'a>>,
    #[serde(rename = "nfcDocuments", skip_serializing_if = "Option::is_none")]
    nfc_documents: Option<Vec<MediaEntry<'a>>>,
}

/// One medium, in the order of the vendor's examples.
#[derive(Serialize)]
pub(crate) struct MediaEntry<'a> {
    id: &'a str,
    name: &'a str,
    context: &'a str,
    /// Deprecated by the vendor: always null.
    timestamp: (),
    size: Value,
    mimetype: &'a str,
    url: String,
    #[serde(rename = "sessionId")]
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<Value>,
}

#[derive(Serialize)]
struct Failure<'a> {
    status: &'static str,
    code: &'a str,
    message: &'a str,
}

/// Returns `GET /v1/sessions/{id}/attempts`, newest first.
pub(crate) fn attempts(session: &Session) -> String {
    if let Some(raw) = &session.attempts_listing {
        return raw.clone();
    }
    let entries = session.attempts.iter().map(|attempt| AttemptEntry {
        id: &attempt.id,
        status: &attempt.status,
        created_time: attempt.created_time.as_deref(),
    });
    text(&AttemptsListing { status: "success", verifications: entries.collect() })
}

/// Returns `GET /v1/sessions/{id}/media`: the newest attempt only, and the only listing that always has `nfcDocuments`.
pub(crate) fn session_media(session: &Session, base: &str) -> io::Result<String> {
    if let Some(raw) = &session.media_listing {
        return Ok(raw.clone());
    }
    let media = session.attempts.first().map(|attempt| attempt.media.as_slice()).unwrap_or_default();
    let list = |kind| entries(media, kind, Listed::AttemptOnly, &session.id, base);
    Ok(text(&MediaListing {
        status: "success",
        images: list(Kind::Image)?,
        videos: list(Kind::Video)?,
        nfc_documents: Some(list(Kind::Nfc)?),
    }))
}

/// Returns `GET /v1/attempts/{id}/media`: images and videos; `nfcDocuments` only when the fixture insists.
pub(crate) fn attempt_media(session: &Session, attempt: &Attempt, base: &str) -> io::Result<String> {
    if let Some(raw) = &attempt.listing {
        return Ok(raw.clone());
    }
    let list = |kind| entries(&attempt.media, kind, Listed::SessionOnly, &session.id, base);
    let nfc_documents = list(Kind::Nfc)?;
    Ok(text(&MediaListing {
        status: "success",
        images: list(Kind::Image)?,
        videos: list(Kind::Video)?,
        nfc_documents: (!nfc_documents.is_empty()).then_some(nfc_documents),
    }))
}

fn entries<'a>(media: &'a [Media], kind: Kind, elsewhere: Listed, session: &'a str, base: &str) -> io::Result<Vec<MediaEntry<'a>>> {
    let here = media.iter().filter(|media| media.kind == kind && media.listed != elsewhere);
    here.map(|media| entry(media, session, base)).collect()
}

/// Returns one medium as listings and uploads show it.
pub(crate) fn entry<'a>(media: &'a Media, session: &'a str, base: &str) -> io::Result<MediaEntry<'a>> {
    let size = match &media.size {
        Some(size) => size.clone(),
        None => Value::from(media.body.length()?),
    };
    let duration = match media.kind {
        Kind::Video => Some(media.duration.clone().unwrap_or(Value::from(5))),
        Kind::Image | Kind::Nfc => media.duration.clone(),
    };
    let id = percent_encoding::utf8_percent_encode(&media.id, percent_encoding::NON_ALPHANUMERIC);
    Ok(MediaEntry {
        id: &media.id,
        name: &media.context,
        context: &media.context,
        timestamp: (),
        size,
        mimetype: &media.mimetype,
        url: format!("{base}/v1/media/{}", id.to_string().replace("%2D", "-")),
        session_id: session,
        duration,
    })
}

/// Returns the body of every refusal.
pub(crate) fn failure(code: &str, message: &str) -> String {
    text(&Failure { status: "fail", code, message })
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

/// Serializes a value. Cannot fail for these types; an empty answer would fail every test.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
