//! The paths inside the archive and inside a session's folder. Pure: the same on every machine and in every run.

use crate::model::{MediaItem, SessionId, context_name, extension, group_name, id_name};
use crate::store::StorePath;

/// The record, for programs.
pub const RECORD: &str = "archive.json";
/// The page, for people.
pub const PAGE: &str = "index.html";
/// The whole bag, where it is one object in a bucket.
pub(crate) const PACKED: &str = "bag.zip";
/// The bag's own files.
pub(crate) const DECLARATION: &str = "bagit.txt";
pub(crate) const INFO: &str = "bag-info.txt";
pub(crate) const MANIFEST: &str = "manifest-sha256.txt";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The payload folder.
pub(crate) const PAYLOAD: &str = "data";
/// The pending file, which exists in a session's folder while a run changes it.
pub(crate) const MARKER: &str = "unfinished.ndjson";

/// Returns a session's folder in the archive.
pub(crate) fn session_folder(session: &SessionId) -> StorePath {
    StorePath::name(&id_name(session.as_str()))
}

/// Returns the path of a media file below the session's folder. `version` counts from 1; later versions stand beside the first.
/// `answered` is the extension of the answer; without it, that of a media file whose type is not declared stays open: `*`.
pub(crate) fn media_path(item: &MediaItem, answered: Option<&str>, version: usize) -> String {
    let folder = match (&item.attempt, &item.group) {
        (Some(attempt), _) => id_name(attempt.as_str()),
        (None, Some(group)) => group_name(&group.name),
        (None, None) => "session".to_owned(),
    };
    let context = context_name(item.context.as_deref());
    let extension = match (item.type_hint, answered) {
        (None, _) => extension(item.mimetype.as_deref(), item.kind),
        (Some(_), answered) => answered.unwrap_or("*"),
    };
    format!("{PAYLOAD}/{folder}/{context}_{}{}.{extension}", id_name(item.id.as_str()), counter(version))
}

/// Returns the part of a path that is the same for every file of a media file: its folder and name, without the root folder and the
/// extensions, also of portraits and of damaged copies.
pub(crate) fn media_stem(path: &str) -> &str {
    let path = path.strip_prefix("damaged/").unwrap_or(path);
    let path = path.strip_prefix("data/").or_else(|| path.strip_prefix("derived/")).unwrap_or(path);
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let end = path.get(name..).and_then(|name| name.find('.')).map_or(path.len(), |dot| name + dot);
    path.get(..end).unwrap_or(path)
}

/// Returns the path of a provider's answer; `stem` may hold folders.
pub(crate) fn document_path(stem: &str, version: usize) -> String {
    let names: Vec<String> = stem.split('/').map(id_name).collect();
    format!("metadata/{}{}.json", names.join("/"), counter(version))
}

/// Returns the path of the portrait that is copied out of a file of NFC data.
pub(crate) fn portrait_path(path: &str, extension: &str) -> String {
    let path = path.strip_prefix("data/").unwrap_or(path);
    format!("derived/{}.portrait.{extension}", path.strip_suffix(".json").unwrap_or(path))
}

/// Returns the path to which a damaged file is moved.
pub(crate) fn damaged_path(path: &str, version: usize) -> String {
    format!("damaged/{path}{}", counter(version))
}

pub(crate) fn is_payload(path: &str) -> bool {
    path.starts_with("data/")
}

pub(crate) fn is_document(path: &str) -> bool {
    path.starts_with("metadata/")
}

/// Returns whether a path is one of a file that is derived from others, and leads nowhere else.
pub(crate) fn is_derived(path: &str) -> bool {
    path.starts_with("derived/") && StorePath::parse(path).is_some()
}

pub(crate) fn is_aside(path: &str) -> bool {
    path.starts_with("damaged/")
}

fn counter(version: usize) -> String {
    if version <= 1 { String::new() } else { format!(".{version}") }
}

#[cfg(test)]
mod tests {
    use super::{document_path, is_derived, media_path, media_stem, portrait_path};
    use crate::model::{AttemptId, Group, Kind, MediaId, MediaItem, TypeHint};

    fn item(id: &str, attempt: Option<&str>, context: &str, mimetype: &str) -> MediaItem {
        MediaItem {
            id: MediaId::parse(id).expect("an id"),
            attempt: attempt.map(|id| AttemptId::parse(id).expect("an id")),
            group: None,
            kind: Kind::Image,
            context: Some(context.to_owned()),
            mimetype: Some(mimetype.to_owned()),
            type_hint: None,
            size: None,
            duration: None,
            places: Vec::new(),
        }
    }

    #[test]
    fn paths_say_what_and_which() {
        let front = item("d69a07cf", Some("a1c68aea"), "document-front", "image/jpeg");
        assert_eq!(media_path(&front, None, 1), "data/a1c68aea/document-front_d69a07cf.jpg");
        assert_eq!(media_path(&front, Some("png"), 2), "data/a1c68aea/document-front_d69a07cf.2.jpg");
        assert_eq!(media_path(&item("X", None, "../é", "video/mp4"), None, 1), "data/session/media_~58.mp4");
        let group = Some(Group::new("id_document-1", None));
        let page = MediaItem { group, type_hint: Some(TypeHint::Image), ..item("X", None, "page-1", "") };
        assert_eq!(media_path(&page, Some("png"), 1), "data/id_document-1/page-1_~58.png");
        assert_eq!(media_path(&page, None, 1), "data/id_document-1/page-1_~58.*");
        let hostile = Some(Group::new("../../CON", None));
        assert_eq!(media_path(&MediaItem { group: hostile, ..page }, Some("png"), 2), "data/con-group/page-1_~58.2.png");
        assert_eq!(portrait_path("data/a1/nfc_m.2.json", "jpg"), "derived/a1/nfc_m.2.portrait.jpg");
        for path in ["data/a1/nfc_m.json", "derived/a1/nfc_m.2.portrait.jpg", "damaged/data/a1/nfc_m.json.3", "a1/nfc_m"] {
            assert_eq!(media_stem(path), "a1/nfc_m", "{path}");
        }
        assert!(is_derived("derived/a1/x.jpg") && !is_derived("derived/../x.jpg") && !is_derived("data/x.jpg"));
        assert_eq!(document_path("media", 1), "metadata/media.json");
        assert_eq!(document_path("attempts/a1/media", 3), "metadata/attempts/a1/media.3.json");
        assert_eq!(document_path("attempts/../media", 1), "metadata/attempts/~2e~2e/media.json");
    }
}
