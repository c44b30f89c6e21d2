//! Which path for what, inside the archive and inside a session's folder. Pure: the same on every machine and in
//! every run. Must not touch the store.

use crate::media::{AttemptId, MediaItem, SessionId, context_name, extension, id_name};
use crate::store::StorePath;

/// The machine's record.
pub(super) const RECORD: &str = "archive.json";
/// What a person opens.
pub(super) const PAGE: &str = "index.html";
/// The bag's own files.
pub(super) const DECLARATION: &str = "bagit.txt";
pub(super) const INFO: &str = "bag-info.txt";
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
pub(super) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The payload folder.
pub(super) const PAYLOAD: &str = "data";
/// Stands in a session's folder while it is being changed: whoever finds it knows that the bag is unfinished.
pub(super) const MARKER: &str = "unfinished.ndjson";

/// A session's folder in the archive.
pub(super) fn session_folder(session: &SessionId) -> StorePath {
    StorePath::name(&id_name(session.as_str()))
}

/// Where a medium goes, below the session's folder. `version` counts from 1; later ones stand beside the first.
pub(super) fn media_path(item: &MediaItem, version: usize) -> String {
    let folder = item.attempt.as_ref().map_or_else(|| "session".to_owned(), |attempt: &AttemptId| id_name(attempt.as_str()));
    let context = context_name(item.context.as_deref());
    let extension = extension(item.mimetype.as_deref(), item.kind);
    format!("{PAYLOAD}/{folder}/{context}_{}{}.{extension}", id_name(item.id.as_str()), counter(version))
}

/// Where a provider's answer goes; `stem` may hold folders.
pub(super) fn document_path(stem: &str, version: usize) -> String {
    let names: Vec<String> = stem.split('/').map(id_name).collect();
    format!("metadata/{}{}.json", names.join("/"), counter(version))
}

/// Where a damaged file waits for a person.
pub(super) fn damaged_path(path: &str, version: usize) -> String {
    format!("damaged/{path}{}", counter(version))
}

/// Whether a path is that of payload.
pub(super) fn is_payload(path: &str) -> bool {
    path.starts_with("data/")
}

/// Whether a path is that of an answer.
pub(super) fn is_document(path: &str) -> bool {
    path.starts_with("metadata/")
}

/// Whether a path is that of a file that waits for a person.
pub(super) fn is_aside(path: &str) -> bool {
    path.starts_with("damaged/")
}

fn counter(version: usize) -> String {
    if version <= 1 { String::new() } else { format!(".{version}") }
}

#[cfg(test)]
mod tests {
    use super::{document_path, media_path};
    use crate::media::{AttemptId, Kind, MediaId, MediaItem};

    fn item(id: &str, attempt: Option<&str>, context: &str, mimetype: &str) -> MediaItem {
        MediaItem {
            id: MediaId::parse(id).expect("an id"),
            attempt: attempt.map(|id| AttemptId::parse(id).expect("an id")),
            kind: Kind::Image,
            context: Some(context.to_owned()),
            mimetype: Some(mimetype.to_owned()),
            size: None,
            duration: None,
            places: Vec::new(),
        }
    }

    #[test]
    fn paths_say_what_and_which() {
        let front = item("d69a07cf", Some("a1c68aea"), "document-front", "image/jpeg");
        assert_eq!(media_path(&front, 1), "data/a1c68aea/document-front_d69a07cf.jpg");
        assert_eq!(media_path(&front, 2), "data/a1c68aea/document-front_d69a07cf.2.jpg");
        assert_eq!(media_path(&item("X", None, "../é", "video/mp4"), 1), "data/session/media_~58.mp4");
        assert_eq!(document_path("media", 1), "metadata/media.json");
        assert_eq!(document_path("attempts/a1/media", 3), "metadata/attempts/a1/media.3.json");
        assert_eq!(document_path("attempts/../media", 1), "metadata/attempts/~2e~2e/media.json");
    }
}
