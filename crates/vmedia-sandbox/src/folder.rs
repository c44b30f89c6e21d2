//! The data folder: sessions as plain files, so that users can add pictures and uploads persist.
//!
//! `DIR/<session>/<attempt>/<context>.<extension>`, see the documentation of the crate. Reads names and metadata only; a media file
//! is read when it is requested.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::fixture::{Attempt, Body, Kind, Media, Session};
use crate::id;

/// Characters of a context that stand for themselves in a file name.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Extension and mimetype; the first line of a mimetype names its extension.
const TYPES: [(&str, &str); 10] = [
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("webp", "image/webp"),
    ("pdf", "application/pdf"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
    ("json", "application/json"),
];

/// Returns every session of the folder, in the order of their names.
pub(crate) fn load(folder: &Path) -> anyhow::Result<Vec<Session>> {
    let sessions = entries(folder)?.into_iter().filter(|entry| entry.is_folder);
    sessions.map(|entry| session(&entry)).collect()
}

struct Entry {
    name: String,
    path: PathBuf,
    is_folder: bool,
}

/// Returns the entries of a folder by name, without hidden files (`.DS_Store`).
fn entries(folder: &Path) -> anyhow::Result<Vec<Entry>> {
    let context = || format!("cannot read the folder {}", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_folder = path.is_dir();
        if !name.starts_with('.') {
            entries.push(Entry { name, path, is_folder });
        }
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

fn session(folder: &Entry) -> anyhow::Result<Session> {
    let mut session = Session::new(&folder.name);
    let (folders, files): (Vec<_>, Vec<_>) = entries(&folder.path)?.into_iter().partition(|entry| entry.is_folder);
    for attempt in folders.iter().rev() {
        let media = entries(&attempt.path)?;
        let media = media.iter().filter(|entry| !entry.is_folder);
        let media = media.map(|file| medium(file, &format!("{}/{}", folder.name, attempt.name))).collect();
        session.attempts.push(Attempt { media, ..Attempt::new(&attempt.name, "approved") });
    }
    let mut own = Vec::new();
    for file in &files {
        let (context, extension) = split(&file.name);
        if extension == "json" && !context.starts_with("nfc") {
            let text = fs::read_to_string(&file.path);
            let text = text.with_context(|| format!("cannot read {}", file.path.display()))?;
            session.companions.insert(context, text);
        } else {
            own.push(medium(file, &folder.name));
        }
    }
    if !own.is_empty() || session.attempts.is_empty() {
        let id = id::of(&format!("{}/", folder.name));
        session.attempts.push(Attempt { media: own, ..Attempt::new(id, "approved") });
    }
    for older in session.attempts.iter_mut().skip(1) {
        "resubmission_requested".clone_into(&mut older.status);
    }
    Ok(session)
}

fn medium(file: &Entry, parent: &str) -> Media {
    let (context, extension) = split(&file.name);
    let mimetype = mimetype(&extension);
    let id = id::of(&format!("{parent}/{}", file.name));
    let body = Body::File(file.path.clone());
    let media = match kind(&context, &mimetype) {
        Kind::Image => Media::image(id, context, mimetype, []),
        Kind::Video => Media::video(id, context, mimetype, []),
        Kind::Nfc => Media { context, ..Media::nfc(id, []) },
    };
    media.body(body)
}

fn kind(context: &str, mimetype: &str) -> Kind {
    match mimetype {
        "application/json" if context.starts_with("nfc") => Kind::Nfc,
        video if video.starts_with("video/") => Kind::Video,
        _ => Kind::Image,
    }
}

/// Splits a file name into context and lower-case extension. A suffix such as `~2` distinguishes files of one context.
fn split(name: &str) -> (String, String) {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let stem = match stem.rsplit_once('~') {
        Some((context, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => context,
        _ => stem,
    };
    let context = percent_decode_str(stem).decode_utf8_lossy().into_owned();
    (context, extension.to_ascii_lowercase())
}

fn mimetype(extension: &str) -> String {
    let known = TYPES.iter().find(|(known, _)| *known == extension);
    known.map_or_else(
        || mime_guess::from_ext(extension).first_or_octet_stream().essence_str().to_owned(),
        |(_, mimetype)| (*mimetype).to_owned(),
    )
}

/// Makes the folder of a new attempt.
pub(crate) fn create(folder: &Path, session: &str, attempt: &str) -> anyhow::Result<()> {
    let path = folder.join(session).join(attempt);
    fs::create_dir_all(&path).with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Returns whether an attempt is one of the folder's own. Ids that are no plain names never are.
pub(crate) fn holds(folder: &Path, session: &str, attempt: &str) -> bool {
    let is_name = |id: &str| {
        let mut parts = Path::new(id).components();
        matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None) if name == id)
    };
    is_name(session) && is_name(attempt) && folder.join(session).join(attempt).is_dir()
}

/// Writes an uploaded media file and serves it from there, under the id that it will have after a restart too.
#[expect(clippy::disallowed_methods, reason = "the provider's files are no archive, and the store is the client's")]
pub(crate) fn save(folder: &Path, session: &str, attempt: &str, media: Media, bytes: &[u8]) -> anyhow::Result<Media> {
    let known = TYPES.iter().find(|(_, mimetype)| *mimetype == media.mimetype);
    let extension = known.map_or("bin", |(extension, _)| extension);
    let context = utf8_percent_encode(&media.context, PLAIN).to_string();
    let attempt_folder = folder.join(session).join(attempt);
    for number in 1u32.. {
        let suffix = if number == 1 { String::new() } else { format!("~{number}") };
        let name = format!("{context}{suffix}.{extension}");
        let path = attempt_folder.join(&name);
        let file = fs::File::create_new(&path);
        if file.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::AlreadyExists) {
            continue;
        }
        let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, bytes));
        written.with_context(|| format!("cannot write {}", path.display()))?;
        let id = id::of(&format!("{session}/{attempt}/{name}"));
        return Ok(Media { id, ..media.body(Body::File(path)) });
    }
    anyhow::bail!("{} is full of files named {context}", attempt_folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files of the test")]
    fn a_folder_is_sessions() {
        let folder = std::env::temp_dir().join(format!("sandbox-folder-{}-{}", std::process::id(), fastrand::u64(..)));
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("s1/a1/document-front.jpg", "old");
        write("s1/a2/face.JPEG", "face");
        write("s1/a2/face~2.png", "face again");
        write("s1/a2/nfc.json", "{}");
        write("s1/a2/selfid_video.webm", "video");
        write("s1/a2/.DS_Store", "");
        write("s1/decision.json", r#"{"status":"success"}"#);
        write("s1/decision%2Ffullauto.json", "{}");
        write("s2/what%3F.heic", "flat");

        let sessions = load(&folder).unwrap();
        assert_eq!(sessions.iter().map(|session| session.id.as_str()).collect::<Vec<_>>(), ["s1", "s2"]);
        let first = &sessions[0];
        assert_eq!(first.companions.keys().collect::<Vec<_>>(), ["decision", "decision/fullauto"]);
        let attempts: Vec<_> = first.attempts.iter().map(|attempt| (attempt.id.as_str(), attempt.status.as_str())).collect();
        assert_eq!(attempts, [("a2", "approved"), ("a1", "resubmission_requested")]);
        let newest: Vec<_> =
            first.attempts[0].media.iter().map(|media| (media.context.as_str(), media.kind, media.mimetype.as_str())).collect();
        let expected = [
            ("face", Kind::Image, "image/jpeg"),
            ("face", Kind::Image, "image/png"),
            ("nfc", Kind::Nfc, "application/json"),
            ("selfid_video", Kind::Video, "video/webm"),
        ];
        assert_eq!(newest, expected);
        assert_eq!(sessions[1].attempts[0].media[0].context, "what?");

        create(&folder, "s3", "a").unwrap();
        let again = |number| {
            let media = Media::image("", "../x", "image/png", []);
            let saved = save(&folder, "s3", "a", media, &[number]).unwrap();
            assert_eq!(saved.read_all().unwrap(), [number]);
            saved.id
        };
        let ids = [again(1), again(2)];
        let loaded = load(&folder).unwrap();
        assert_eq!(loaded[2].attempts[0].media.iter().map(|media| media.id.clone()).collect::<Vec<_>>(), ids);
        assert!(holds(&folder, "s3", "a"));
        assert!(!holds(&folder, "..", "a") && !holds(&folder, "s3/a", ".") && !holds(&folder, "s3", "b"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
