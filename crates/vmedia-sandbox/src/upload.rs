//! Requests that change something: creating a session, uploading media, submitting.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::fixture::{Attempt, Media, Session};
use crate::session_store::SessionStore;
use crate::{Options, folder, id, response_json, sign};

/// The settings that requests need beside the store.
pub(crate) struct RequestContext<'a> {
    pub(crate) base: &'a str,
    pub(crate) options: &'a Options,
}

/// A refusal is an answer too.
type Reply = Result<Answer, Box<Answer>>;

/// Answers `POST /v1/sessions`.
pub(crate) fn create(store: &mut SessionStore, context: &RequestContext<'_>, body: &[u8]) -> Reply {
    let parsed = parse(body)?;
    let verification = parsed.get("verification").and_then(Value::as_object).ok_or_else(|| missing("verification"))?;
    let (session, attempt) = (id::random(), id::random());
    if let Some(data) = &context.options.data {
        folder::create(data, &session, &attempt).map_err(|_| Box::new(Answer::failure(500)))?;
    }
    let attempt = Attempt::new(attempt, "created").created(format!("{:.3}", crate::now()));
    let vendor_data = verification.get("vendorData").cloned().unwrap_or_default();
    store.put(Session { vendor_data, ..Session::new(&session).attempt(attempt) });
    Ok(Answer::json(201, verification_text(store, context, &session, "created")))
}

/// Answers `PATCH /v1/sessions/{id}`: only the step to `submitted` exists.
pub(crate) fn submit(store: &mut SessionStore, context: &RequestContext<'_>, session: &str, body: &[u8]) -> Reply {
    store.session(session).ok_or_else(|| Box::new(Answer::failure(404)))?;
    let parsed = parse(body)?;
    let status = parsed.pointer("/verification/status").ok_or_else(|| missing("verification.status"))?;
    if status != "submitted" {
        return Err(bad("1304", "The status of a session can only be set to submitted."));
    }
    store.set_status(session, "submitted");
    Ok(Answer::json(200, verification_text(store, context, session, "submitted")))
}

/// Returns the session as its creator sees it. The token is made of the id, so that it needs no keeping.
fn verification_text(store: &SessionStore, context: &RequestContext<'_>, session: &str, status: &str) -> String {
    let token = sign::sign(&context.options.api_secret, format!("token of {session}").as_bytes());
    let verification = json!({
        "id": session,
        "url": format!("{}/v/{token}", context.base),
        "vendorData": store.session(session).map(|session| &session.vendor_data),
        "host": context.base,
        "status": status,
        "sessionToken": token,
    });
    json!({ "status": "success", "verification": verification }).to_string()
}

/// Answers `POST /v1/sessions/{id}/media`: into the newest attempt.
pub(crate) fn upload(store: &mut SessionStore, context: &RequestContext<'_>, session: &str, body: &[u8]) -> Reply {
    let attempt = store.session(session).and_then(|session| session.attempts.first());
    let attempt = attempt.ok_or_else(|| Box::new(Answer::failure(404)))?.id.clone();
    let parsed = parse(body)?;
    let (name, media, bytes) = match parsed.get("image").and_then(Value::as_object) {
        Some(image) => image_of(image).map(|(media, bytes)| ("image", media, bytes))?,
        None => chip_of(&parsed)?,
    };
    let media = match context.options.data.as_ref().filter(|data| folder::holds(data, session, &attempt)) {
        Some(data) => folder::save(data, session, &attempt, media, &bytes),
        None => Ok(media),
    };
    let media = media.map_err(|_| Box::new(Answer::failure(500)))?;
    let entry = response_json::entry(&media, session, context.base).map_err(|_| Box::new(Answer::failure(500)))?;
    let text = json!({ "status": "success", name: entry }).to_string();
    store.add_media(session, media);
    Ok(Answer::json(200, text))
}

/// Returns the media file of `{"context":..,"content":<base64 or data URI>}`.
fn image_of(image: &Map<String, Value>) -> Result<(Media, Vec<u8>), Box<Answer>> {
    let text = |name: &str| image.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let context = text("context").ok_or_else(|| missing("image.context"))?;
    let content = text("content").ok_or_else(|| missing("image.content"))?;
    let encoded = match content.strip_prefix("data:") {
        Some(uri) => uri.split_once(";base64,").map_or("", |(_, encoded)| encoded),
        None => content,
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| bad("1400", "The image is not valid base64."))?;
    if bytes.is_empty() {
        return Err(bad("1400", "The image is empty."));
    }
    let mimetype = sniff(&bytes);
    let make = if mimetype.starts_with("video/") { Media::video } else { Media::image };
    Ok((make(id::random(), context, mimetype, &bytes), bytes))
}

/// Returns the four files of a chip as base64. The name of the object that holds them could not be read in the vendor's pages, so
/// any will do.
fn chip_of(parsed: &Value) -> Result<(&str, Media, Vec<u8>), Box<Answer>> {
    let holds_chip = |value: &Value| value.get("dg1").is_some();
    let found = parsed.as_object().and_then(|object| object.iter().find(|(_, value)| holds_chip(value)));
    let (name, chip) = found.ok_or_else(|| missing("image"))?;
    for part in ["com", "sod", "dg1", "dg2"] {
        let encoded = chip.get(part).and_then(Value::as_str).ok_or_else(|| missing(part))?;
        STANDARD.decode(encoded).map_err(|_| bad("1104", "NFC data is not valid base64."))?;
    }
    let bytes = chip.to_string().into_bytes();
    Ok((name, Media::nfc(id::random(), &bytes), bytes))
}

/// Returns the mimetype by the first bytes.
fn sniff(bytes: &[u8]) -> &'static str {
    let at = |position: usize, magic: &[u8]| bytes.get(position..).is_some_and(|rest| rest.starts_with(magic));
    let brand = |brands: &[&[u8]]| at(4, b"ftyp") && brands.iter().any(|brand| at(8, brand));
    match bytes {
        _ if at(0, b"\xff\xd8\xff") => "image/jpeg",
        _ if at(0, b"\x89PNG\r\n") => "image/png",
        _ if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        _ if at(0, b"%PDF-") => "application/pdf",
        _ if brand(&[b"heic", b"heix", b"hevc"]) => "image/heic",
        _ if brand(&[b"mif1", b"msf1", b"heif"]) => "image/heif",
        _ if at(4, b"ftyp") => "video/mp4",
        _ if at(0, b"\x1a\x45\xdf\xa3") => "video/webm",
        _ => "application/octet-stream",
    }
}

fn parse(body: &[u8]) -> Result<Value, Box<Answer>> {
    serde_json::from_slice(body).map_err(|_| bad("1104", "The request body is not valid JSON."))
}

fn missing(name: &str) -> Box<Answer> {
    bad("1102", &format!("Mandatory parameter {name} is missing."))
}

fn bad(code: &str, message: &str) -> Box<Answer> {
    Box::new(Answer::json(400, response_json::failure(code, message)))
}
