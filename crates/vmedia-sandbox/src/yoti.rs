//! The sandbox's Yoti: sessions as their documents, media by session and id, withheld and deleted ones.
//!
//! A fixture says what exists; tests may say anything as a session's document. The key pair is made when it is first
//! needed, because that takes a while and Veriff does without.

mod auth;
mod sample;
mod sign;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use crate::answer::{Answer, AuthHeaders};
use crate::deletion;
use crate::fixture::Body;
use crate::route::Route;

pub(crate) use auth::check;
pub use sample::SAMPLE_YOTI;
pub(crate) use sample::sample;
pub(crate) use sign::Keys;

/// The path of the API on the sandbox.
pub(crate) const ROOT: &str = "/idverify/v1";

/// One session.
#[derive(Clone, Debug)]
pub struct YotiSession {
    id: String,
    document: String,
    media: BTreeMap<String, Medium>,
}

/// One media file of a session.
#[derive(Clone, Debug)]
enum Medium {
    /// Its bytes and their `Content-Type`.
    Here(String, Body),
    /// It is answered with 204: a regulation stands against it.
    Withheld,
}

impl YotiSession {
    /// Creates a session with this id and this raw text as its document.
    pub fn new(id: impl Into<String>, document: impl Into<String>) -> Self {
        Self { id: id.into(), document: document.into(), media: BTreeMap::new() }
    }

    /// Adds a media file, or replaces the one of that id. The document is left as it is.
    #[must_use]
    pub fn media(mut self, id: impl Into<String>, content_type: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        self.media.insert(id.into(), Medium::Here(content_type.into(), Body::Bytes(bytes.as_ref().into())));
        self
    }

    /// Withholds a media file.
    #[must_use]
    pub fn withheld(mut self, id: impl Into<String>) -> Self {
        self.media.insert(id.into(), Medium::Withheld);
        self
    }

    /// Deletes a media file; the document may go on naming it.
    #[must_use]
    pub fn without(mut self, id: &str) -> Self {
        self.media.remove(id);
        self
    }

    /// Replaces the document.
    #[must_use]
    pub fn document(mut self, document: impl Into<String>) -> Self {
        self.document = document.into();
        self
    }

    /// Returns the bytes of every media file that is handed out, by id.
    #[must_use]
    pub fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        let here = self.media.iter().filter_map(|(id, medium)| match medium {
            Medium::Here(_, Body::Bytes(bytes)) => Some((id.clone(), bytes.to_vec())),
            _ => None,
        });
        here.collect()
    }

    /// Returns the text of the document.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.document
    }
}

/// All that the sandbox's Yoti knows at the moment.
#[derive(Default)]
pub(crate) struct YotiStore {
    sessions: HashMap<String, YotiSession>,
    /// Nonces of requests that were let in.
    nonces: HashSet<String>,
}

impl YotiStore {
    /// Adds a session or replaces the one of that id.
    pub(crate) fn put(&mut self, session: YotiSession) {
        self.sessions.insert(session.id.clone(), session);
    }

    /// Returns whether a nonce is new; it no longer is afterwards.
    fn is_new(&mut self, nonce: &str) -> bool {
        self.nonces.insert(nonce.to_owned())
    }

    /// Returns what is said when nothing goes wrong.
    pub(crate) fn answer(&mut self, route: &Route) -> Answer {
        let (session, media) = match route {
            Route::YotiDelete(session) => return self.delete(session),
            Route::YotiSession(session) => (session, None),
            Route::YotiMedia { session, media } => (session, Some(media)),
            _ => return failure(404),
        };
        let Some(session) = self.sessions.get(session) else {
            return refusal(404, "SESSION_NOT_FOUND", "No session found matching the id provided");
        };
        let Some(media) = media else { return Answer::json(200, session.document.clone()) };
        match session.media.get(media) {
            None => refusal(404, "MEDIA_CONTENT_NOT_FOUND", "No media content found matching the id provided"),
            Some(Medium::Withheld) => Answer::new(204, "", Body::Bytes([].into())),
            Some(Medium::Here(content_type, body)) => Answer { media: Some(media.clone()), ..Answer::new(200, content_type, body.clone()) },
        }
    }

    fn delete(&mut self, session: &str) -> Answer {
        match self.sessions.get(session) {
            None => refusal(404, "SESSION_NOT_FOUND", "No session found matching the id provided"),
            Some(known) if deletion::is_locked(&known.document) => {
                refusal(409, "SESSION_LOCKED", "The checks of the session are not finished")
            }
            Some(_) => {
                self.sessions.remove(session);
                Answer { auth: AuthHeaders::Neither, ..Answer::new(204, "", Body::Bytes([].into())) }
            }
        }
    }
}

/// Returns a refusal with its code; nothing of it is signed.
fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let text = json!({ "code": code, "message": message }).to_string();
    Answer { auth: AuthHeaders::Neither, ..Answer::json(status, text) }
}

/// Returns the documented error of a status.
pub(crate) fn failure(status: u16) -> Answer {
    let (code, message) = match status {
        400 => ("MALFORMED_REQUEST", "The request is malformed"),
        401 => ("MESSAGE_SIGNING", "The signature of the request does not hold"),
        403 => ("INSUFFICIENT_PERMISSION", "The application may not do that"),
        404 => ("MEDIA_CONTENT_NOT_FOUND", "No media content found matching the id provided"),
        429 => ("TOO_MANY_REQUESTS", "Too many requests, please try later"),
        503 => ("TEMPORARILY_UNAVAILABLE", "The service is temporarily unavailable"),
        _ => ("SERVER_ERROR", "Something went wrong"),
    };
    refusal(status, code, message)
}
