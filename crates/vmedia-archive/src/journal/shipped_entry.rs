//! The line about a session's bag in a bucket. Must not touch the store.

use crate::layout::is_payload;
use crate::model::SessionId;
use serde::{Deserialize, Serialize};

/// A finished version of a session in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShippedEntry {
    pub(crate) session: SessionId,
    /// Its folder in the archive, and in the bucket.
    pub(crate) folder: String,
    /// The bag's digest here: the SHA-256 of its `tagmanifest-sha256.txt`.
    pub(crate) bag: String,
    /// The URL of the place in the bucket.
    pub(crate) place: String,
    /// The number of the version, from 1.
    pub(crate) number: u32,
    /// The digest of the version's bag, if another archive shipped it and it holds every file of this one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) other_bag: Option<String>,
    /// The SHA-256 of the version's ZIP file, if another archive shipped it so and it holds every file of this one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) other_zip: Option<String>,
    /// The objects of the version, those of earlier versions that it uses included; none for a version of another archive.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) objects: Vec<ShippedObject>,
}

impl ShippedEntry {
    /// Returns the URL of the version.
    pub(crate) fn location(&self) -> String {
        format!("{}/{}/{}", self.place, self.folder, version_name(self.number))
    }
}

/// Returns the name of a version's folder below its session's.
pub(crate) fn version_name(number: u32) -> String {
    format!("v{number:05}")
}

impl ShippedObject {
    /// Returns the path of a payload file below the session's folder, and its SHA-256; `None` for other objects.
    pub(crate) fn payload(&self) -> Option<(&str, &str)> {
        let (_, path) = self.path.split_once('/')?;
        is_payload(path).then_some((path, self.sha256.as_deref()?))
    }
}

/// An object of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShippedObject {
    /// Its key below the session's folder, such as `v00001/data/session/face_1.jpg`.
    pub(crate) path: String,
    /// Its SHA-256; `None` for a document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) sha256: Option<String>,
    /// The commitment to a document's SHA-256, under the session's salt.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) commitment: Option<String>,
    /// The id that the bucket gave this version of the object; `None` in a bucket without versions.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) version: Option<String>,
}
