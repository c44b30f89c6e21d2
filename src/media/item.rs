//! What a provider says a session holds, in words that fit every provider.
//!
//! Must not know how it was asked for or how it is stored.

use super::{AttemptId, MediaId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The sort of a media file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A picture, or a PDF among the pictures.
    Image,
    /// A recording.
    Video,
    /// What the chip of a document holds, as JSON.
    Nfc,
    /// A section of the listing that this version has no word for.
    Other,
}

impl Kind {
    /// The word for it, as `--only` takes it and events carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Nfc => "nfc",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One attempt of a session, as the provider lists it. The status is an open set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// `approved`, `resubmission_requested`, ... or whatever the provider says.
    pub status: Option<String>,
    /// When it began, as the provider writes it.
    pub created: Option<String>,
}

/// Where a listing named a medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The stem of the stored answer, such as `media` or `attempts/<id>/media`.
    pub document: String,
    /// Where in it, as a JSON pointer (RFC 6901).
    pub pointer: String,
}

/// One medium as the provider lists it. Everything but the id may be missing or strange.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaItem {
    /// Its id, unique within the session.
    pub id: MediaId,
    /// The attempt it is filed under; `None` when the session has no attempts.
    pub attempt: Option<AttemptId>,
    /// Picture, video or NFC.
    pub kind: Kind,
    /// What it shows, such as `document-front`; an open set.
    pub context: Option<String>,
    /// The declared media type.
    pub mimetype: Option<String>,
    /// The declared size in bytes.
    pub size: Option<u64>,
    /// The declared length of a recording in seconds.
    pub duration: Option<f64>,
    /// Every place that named it, in the order of the listings.
    pub places: Vec<Place>,
}
