//! Classes of media that can be erased while the rest of their session stays. Pure.

use crate::model::{Kind, MediaItem};
use serde::{Deserialize, Serialize};

/// Parts of a context or group that say that a media file shows a person's face or a test of their liveness.
const OF_A_FACE: [&str; 7] = ["face", "selfie", "selfid", "liveness", "portrait", "id_photo", "biometric"];

/// The part of a context or group that says that a media file is of a document.
const OF_A_DOCUMENT: &str = "docum";

/// A class of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Media of a face or of liveness:
    ///
    /// - each file of NFC data as a whole, because DG2 to DG5 hold faces, fingerprints and irises, and a file without them
    ///   would be one that the provider never sent; with it, what was decoded from it and the portrait that was copied out of it;
    /// - each media file whose context or group names a face, a selfie, liveness or a portrait, such as `face-pre`,
    ///   `document-front-face-cropped`, `registry-face`, or a facemap and the document's `id_photo` at Yoti;
    /// - each video, unless its context or group names a document and no face.
    ///
    /// Pictures of whole documents are not in it, although most show a printed portrait: they are copies of a document.
    Biometric,
}

impl Class {
    /// Returns the stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Biometric => "biometric",
        }
    }

    /// Returns true if a media file is of this class.
    pub fn holds(self, item: &MediaItem) -> bool {
        match self {
            Self::Biometric => {
                let label = item.label().unwrap_or_default().to_ascii_lowercase();
                let is_of_face = OF_A_FACE.iter().any(|part| label.contains(part));
                item.kind == Kind::Nfc || is_of_face || (item.kind == Kind::Video && !label.contains(OF_A_DOCUMENT))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Class;
    use crate::model::{Group, Kind, MediaItem};

    #[test]
    fn faces_liveness_and_chips_are_biometric_and_documents_are_not() {
        let cases = [
            (Kind::Image, None, "face", true),
            (Kind::Image, None, "document-front-face-cropped", true),
            (Kind::Image, None, "Document-And-Face", true),
            (Kind::Image, None, "document-front", false),
            (Kind::Image, None, "address-front", false),
            (Kind::Video, None, "selfid_video", true),
            (Kind::Video, None, "document-and-face-pre-video", true),
            (Kind::Video, None, "documet-back-barcode-pre-video", false),
            (Kind::Video, None, "something-new", true),
            (Kind::Nfc, None, "nfc", true),
            (Kind::Other, Some("liveness-1"), "facemap", true),
            (Kind::Image, Some("liveness-1"), "frame-3", true),
            (Kind::Image, Some("id_document-1"), "document_id_photo", true),
            (Kind::Image, Some("id_document-1"), "page-1", false),
            (Kind::Other, Some("id_document-1"), "document_fields", false),
        ];
        for (kind, group, context, expected) in cases {
            let group = group.map(|name| Group::new(name, None));
            let item = MediaItem { kind, group, context: Some(context.to_owned()), ..crate::tests::item("1") };
            assert_eq!(Class::Biometric.holds(&item), expected, "{kind} {context}");
        }
    }
}
