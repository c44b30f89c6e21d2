//! All that the sandbox holds at the moment, found by session, attempt and media id.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use crate::fixture::{Attempt, Body, Media, Session};
use crate::route::Route;

/// Sessions and where their parts are.
#[derive(Default)]
pub(crate) struct SessionStore {
    sessions: HashMap<String, Session>,
    /// Session of an attempt.
    attempts: HashMap<String, String>,
    /// Session of a media file, and the file. An id in several places is the same file: the first one counts.
    media: HashMap<String, (String, Arc<Media>)>,
    signatures: HashMap<String, (Version, String)>,
    /// The times of deletions.
    deletions: Vec<jiff::Timestamp>,
}

/// Most deletions in so many hours.
const DELETIONS: [(usize, i64); 2] = [(5, 1), (10, 24)];

/// The version of a signed body: its length, and the modification time of a file.
type Version = (u64, Option<SystemTime>);

impl SessionStore {
    /// Adds a session or replaces the one of that id.
    pub(crate) fn put(&mut self, session: Session) {
        let id = &session.id;
        if self.sessions.contains_key(id) {
            self.attempts.retain(|_, owner| owner != id);
            self.media.retain(|_, (owner, _)| owner != id);
        }
        for attempt in &session.attempts {
            self.attempts.entry(attempt.id.clone()).or_insert_with(|| id.clone());
            for media in &attempt.media {
                self.signatures.remove(&media.id);
                self.media.entry(media.id.clone()).or_insert_with(|| (id.clone(), Arc::new(media.clone())));
            }
        }
        self.sessions.insert(id.clone(), session);
    }

    /// Returns a session by its id.
    pub(crate) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id)
    }

    /// Returns whether a further session may be deleted now, and counts it if so.
    pub(crate) fn may_delete(&mut self, now: jiff::Timestamp) -> bool {
        let is_within = |at: &jiff::Timestamp, hours| now.duration_since(*at) < jiff::SignedDuration::from_hours(hours);
        let may = DELETIONS.iter().all(|(most, hours)| self.deletions.iter().filter(|at| is_within(at, *hours)).count() < *most);
        if may {
            self.deletions.push(now);
        }
        may
    }

    /// Removes a session with everything in it.
    pub(crate) fn remove(&mut self, id: &str) {
        self.sessions.remove(id);
        self.attempts.retain(|_, owner| owner != id);
        self.media.retain(|_, (owner, _)| owner != id);
    }

    /// Returns an attempt by its id, with its session.
    pub(crate) fn attempt(&self, id: &str) -> Option<(&Session, &Attempt)> {
        let session = self.sessions.get(self.attempts.get(id)?)?;
        let attempt = session.attempts.iter().find(|attempt| attempt.id == id)?;
        Some((session, attempt))
    }

    /// Returns a media file by its id.
    pub(crate) fn media(&self, id: &str) -> Option<Arc<Media>> {
        self.media.get(id).map(|(_, media)| Arc::clone(media))
    }

    /// Adds a media file to the newest attempt of a session.
    pub(crate) fn add_media(&mut self, session: &str, media: Media) {
        let Some(attempt) = self.sessions.get_mut(session).and_then(|session| session.attempts.first_mut()) else {
            return;
        };
        attempt.media.push(media.clone());
        self.media.insert(media.id.clone(), (session.to_owned(), Arc::new(media)));
    }

    /// Sets the status of a session's newest attempt.
    pub(crate) fn set_status(&mut self, session: &str, status: &str) {
        if let Some(attempt) = self.sessions.get_mut(session).and_then(|session| session.attempts.first_mut()) {
            status.clone_into(&mut attempt.status);
        }
    }

    /// Returns the session that a request is about.
    pub(crate) fn session_of<'a>(&'a self, route: &'a Route) -> Option<&'a str> {
        match route {
            Route::Create | Route::Unknown | Route::YotiUnknown => None,
            Route::YotiSession(id) | Route::YotiDelete(id) | Route::YotiMedia { session: id, .. } => Some(id),
            Route::Upload(id) | Route::Update(id) | Route::Delete(id) | Route::Attempts(id) | Route::SessionMedia(id) => Some(id),
            Route::Companion { session, .. } => Some(session),
            Route::AttemptMedia(id) => self.attempts.get(id).map(String::as_str),
            Route::Media(id) => self.media.get(id).map(|(owner, _)| owner.as_str()),
        }
    }

    /// Returns the signature that was computed earlier, unless the body has changed since.
    pub(crate) fn signature(&self, media: &str, body: &Body) -> Option<String> {
        let (version, signature) = self.signatures.get(media)?;
        (version_of(body).as_ref() == Some(version)).then(|| signature.clone())
    }

    /// Keeps a signature for the next download.
    pub(crate) fn keep_signature(&mut self, media: &str, body: &Body, signature: &str) {
        if let Some(version) = version_of(body) {
            self.signatures.insert(media.to_owned(), (version, signature.to_owned()));
        }
    }
}

fn version_of(body: &Body) -> Option<Version> {
    let modified = match body {
        Body::File(path) => Some(std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?),
        Body::Bytes(_) | Body::Repeat { .. } => None,
    };
    Some((body.length().ok()?, modified))
}
