//! The contents that the sandbox serves: sessions, attempts and media.
//!
//! Tests and samples build them. Must not know HTTP, JSON or signatures. Raw overrides (`attempts_listing`, `media_listing`,
//! `listing`) give answers that the documented types cannot.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::Value;

pub use crate::source::Body;

use crate::source;

/// One verification session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Session id, any text: it is percent-encoded in paths and signed as it stands here.
    pub id: String,
    /// Attempts, newest first. The session's own media listing covers only the first.
    pub attempts: Vec<Attempt>,
    /// Companion documents as raw JSON text, by path below the session: `decision`, `decision/fullauto`, `person`, ...
    pub companions: BTreeMap<String, String>,
    /// Raw text served instead of the attempts listing.
    pub attempts_listing: Option<String>,
    /// Raw text served instead of the session's media listing.
    pub media_listing: Option<String>,
    /// `vendorData` of a session that was created by request.
    pub vendor_data: Value,
}

impl Session {
    /// Creates a session with this id and nothing in it.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            attempts: Vec::new(),
            companions: BTreeMap::new(),
            attempts_listing: None,
            media_listing: None,
            vendor_data: Value::Null,
        }
    }

    /// Adds an attempt that is older than those already there.
    #[must_use]
    pub fn attempt(mut self, attempt: Attempt) -> Self {
        self.attempts.push(attempt);
        self
    }

    /// Adds a companion document: `name` is the path below the session, `json` the text that is served as it stands.
    #[must_use]
    pub fn companion(mut self, name: impl Into<String>, json: impl Into<String>) -> Self {
        self.companions.insert(name.into(), json.into());
        self
    }

    /// Serves this text instead of the attempts listing.
    #[must_use]
    pub fn attempts_listing(mut self, raw: impl Into<String>) -> Self {
        self.attempts_listing = Some(raw.into());
        self
    }

    /// Serves this text instead of the session's media listing.
    #[must_use]
    pub fn media_listing(mut self, raw: impl Into<String>) -> Self {
        self.media_listing = Some(raw.into());
        self
    }
}

/// One attempt of a session.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Attempt id, any text.
    pub id: String,
    /// `approved`, `resubmission_requested`, `created`, ...: an open set.
    pub status: String,
    /// ISO 8601 in UTC with milliseconds; left out of the listing when `None`, as the vendor's example does.
    pub created_time: Option<String>,
    /// Media in the order of the listings (the provider ranks them best first).
    pub media: Vec<Media>,
    /// Raw text served instead of this attempt's media listing.
    pub listing: Option<String>,
}

impl Attempt {
    /// Creates an attempt without media, without a creation time.
    pub fn new(id: impl Into<String>, status: impl Into<String>) -> Self {
        Self { id: id.into(), status: status.into(), created_time: None, media: Vec::new(), listing: None }
    }

    /// Sets the creation time (ISO 8601 text, served as it stands).
    #[must_use]
    pub fn created(mut self, time: impl Into<String>) -> Self {
        self.created_time = Some(time.into());
        self
    }

    /// Adds a media file after those already there.
    #[must_use]
    pub fn media(mut self, media: Media) -> Self {
        self.media.push(media);
        self
    }

    /// Serves this text instead of the attempt's media listing.
    #[must_use]
    pub fn listing(mut self, raw: impl Into<String>) -> Self {
        self.listing = Some(raw.into());
        self
    }
}

/// The array of a listing that names a media file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `images`
    Image,
    /// `videos`
    Video,
    /// `nfcDocuments`
    Nfc,
}

/// The listings that name a media file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// The attempt's listing, and the session's when the attempt is the newest.
    Both,
    /// Only the session's listing (where the provider documents NFC data).
    SessionOnly,
    /// Only the attempt's listing.
    AttemptOnly,
}

/// One image, video or NFC document.
#[derive(Clone, Debug)]
pub struct Media {
    /// Media id, any text.
    pub id: String,
    /// The provider's word for the content (`document-front`, `selfid_video`, ...): an open set. Served as `context` and as `name`.
    pub context: String,
    /// The array of the listing that names it.
    pub kind: Kind,
    /// `mimetype` of the listing.
    pub mimetype: String,
    /// `Content-Type` of the download; `mimetype` when `None`.
    pub content_type: Option<String>,
    /// The bytes.
    pub body: Body,
    /// `size` of the listing, any JSON; the true length in bytes when `None`.
    pub size: Option<Value>,
    /// `duration` of the listing in seconds, any JSON; videos without one say 5.
    pub duration: Option<Value>,
    /// The listings that name it.
    pub listed: Listed,
}

impl Media {
    fn new(id: String, context: String, kind: Kind, mimetype: String, body: Body) -> Self {
        Self {
            id,
            context,
            kind,
            mimetype,
            content_type: None,
            body,
            size: None,
            duration: None,
            listed: if kind == Kind::Nfc { Listed::SessionOnly } else { Listed::Both },
        }
    }

    /// Creates an image with these bytes.
    pub fn image(id: impl Into<String>, context: impl Into<String>, mimetype: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self::new(id.into(), context.into(), Kind::Image, mimetype.into(), Body::Bytes(bytes.as_ref().into()))
    }

    /// Creates a video with these bytes.
    pub fn video(id: impl Into<String>, context: impl Into<String>, mimetype: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self::new(id.into(), context.into(), Kind::Video, mimetype.into(), Body::Bytes(bytes.as_ref().into()))
    }

    /// Creates an NFC document (JSON) with these bytes: context `nfc`, named by the session's listing only.
    pub fn nfc(id: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        let json = "application/json".to_owned();
        Self::new(id.into(), "nfc".to_owned(), Kind::Nfc, json, Body::Bytes(bytes.as_ref().into()))
    }

    /// Takes the bytes from somewhere else: a file, or made up.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sets `Content-Type` of the download.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets what the listing says of the size.
    #[must_use]
    pub fn size(mut self, size: impl Into<Value>) -> Self {
        self.size = Some(size.into());
        self
    }

    /// Sets what the listing says of the duration.
    #[must_use]
    pub fn duration(mut self, duration: impl Into<Value>) -> Self {
        self.duration = Some(duration.into());
        self
    }

    /// Sets which listings name it.
    #[must_use]
    pub fn listed(mut self, listed: Listed) -> Self {
        self.listed = listed;
        self
    }

    /// Returns all its bytes, as a download without faults gives them. Memory grows with the length.
    pub fn read_all(&self) -> anyhow::Result<Vec<u8>> {
        match &self.body {
            Body::Bytes(bytes) => Ok(bytes.to_vec()),
            Body::File(path) => std::fs::read(path).with_context(|| format!("cannot read {}", path.display())),
            Body::Repeat { seed, length } => Ok(source::repeated(*seed, *length)),
        }
    }
}
