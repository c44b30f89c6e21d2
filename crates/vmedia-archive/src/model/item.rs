//! The contents of a session, as its provider lists them, in types that fit every provider.

use super::{AttemptId, MediaId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// The sort of a media file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A picture, or a PDF among the pictures.
    Image,
    /// A recording.
    Video,
    /// Data of a document's chip, as JSON.
    Nfc,
    /// A file in an undocumented section of the listing.
    Other,
}

impl Kind {
    /// Returns its name, as `--only` takes it and events carry it.
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
    /// The time at which it began, as the provider writes it.
    pub created: Option<String>,
}

/// A place in a listing that names a media file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The stem of the stored answer, such as `media` or `attempts/<id>/media`.
    pub document: String,
    /// JSON pointer into the document (RFC 6901).
    pub pointer: String,
    /// Fields of newer versions.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Place {
    /// Returns the place in a document at which this pointer leads.
    pub fn new(document: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self { document: document.into(), pointer: pointer.into(), extra: Map::new() }
    }

    /// Returns the document and the pointer, by which places are compared.
    pub fn key(&self) -> (&str, &str) {
        (&self.document, &self.pointer)
    }
}

/// Returns a member's name as a step of a JSON pointer (RFC 6901 §3), without the `/` before it.
pub fn pointer_step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The type of a media file at a provider that declares no media types. Hints have been wrong: the answer's own type comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypeHint {
    /// A picture of some format.
    Image,
    /// A recording of some format.
    Video,
    /// A JSON text.
    Json,
    /// A PDF document.
    Pdf,
    /// Bytes.
    Binary,
    /// Nothing, or a word of the provider's that has no meaning here.
    Unknown,
}

impl TypeHint {
    /// Returns its name, as records carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Json => "json",
            Self::Pdf => "pdf",
            Self::Binary => "binary",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the sort of file that it speaks of.
    pub fn kind(self) -> Kind {
        match self {
            Self::Image | Self::Pdf => Kind::Image,
            Self::Video => Kind::Video,
            Self::Json | Self::Binary | Self::Unknown => Kind::Other,
        }
    }
}

/// Media of a session that belong together, such as the pages of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name for people, such as `id_document-1`; part of the path of its media.
    pub name: String,
    /// The id that the provider gives it. Two groups with different ids never share a name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resource: Option<String>,
    /// Fields of newer versions.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Group {
    /// Returns the group with this name and this id at the provider.
    pub fn new(name: impl Into<String>, resource: Option<String>) -> Self {
        Self { name: name.into(), resource, extra: Map::new() }
    }
}

/// One media file as the provider lists it. Every field but the id may be missing or strange.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaItem {
    /// Its id, unique within the session.
    pub id: MediaId,
    /// The attempt it is filed under; `None` when the session has no attempts.
    pub attempt: Option<AttemptId>,
    /// The group it is filed under, at a provider that has no attempts.
    pub group: Option<Group>,
    /// Picture, video or NFC.
    pub kind: Kind,
    /// The provider's word for the content, such as `document-front`; an open set.
    pub context: Option<String>,
    /// The declared media type.
    pub mimetype: Option<String>,
    /// The declared type, at a provider that declares no media types.
    pub type_hint: Option<TypeHint>,
    /// The declared size in bytes.
    pub size: Option<u64>,
    /// The declared length of a recording in seconds.
    pub duration: Option<f64>,
    /// Every place that named it, in the order of the listings.
    pub places: Vec<Place>,
}

impl MediaItem {
    /// Returns its content with its group: `document-front`, or `id_document-1/page-1`.
    pub fn label(&self) -> Option<String> {
        match (&self.group, &self.context) {
            (Some(group), Some(context)) => Some(format!("{}/{context}", group.name)),
            (Some(group), None) => Some(group.name.clone()),
            (None, context) => context.clone(),
        }
    }
}
