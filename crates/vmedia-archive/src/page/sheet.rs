//! The contact sheet: the attempts in order, or the groups, and in each what was photographed, filmed and read.
//!
//! What is not there has its place too, so that a gap is seen. How a file is shown follows from its path's extension.
//! Must not know how a card looks.

use super::untrusted::{FileLink, Text, extension};
use crate::model::{AttemptId, Kind, MediaId, TypeHint};
use crate::reason::reason_text;
use crate::record::{FileRecord, MediaRecord, Record, SignatureRecord, State};
use crate::text;
use crate::word::Word;
use std::collections::HashMap;
use std::time::Duration;

/// A file of the payload, numbered as the table of files is.
#[derive(Clone, Copy)]
pub(super) struct Held<'a> {
    pub(super) number: usize,
    pub(super) medium: &'a MediaRecord,
    pub(super) file: &'a FileRecord,
}

/// Every file that the manifest names, in the order of the record.
pub(super) fn held(record: &Record) -> Vec<Held<'_>> {
    let files = record.media.iter().flat_map(|medium| medium.present().map(move |file| (medium, file)));
    files.enumerate().map(|(index, (medium, file))| Held { number: index + 1, medium, file }).collect()
}

/// One attempt or group, or what belongs to none.
pub(super) struct Sheet {
    pub(super) title: String,
    /// What the provider says of the attempt; nothing of an attempt that it never listed.
    pub(super) status: Option<Text>,
    pub(super) created: Option<Text>,
    pub(super) id: Option<Text>,
    pub(super) unlisted: Option<String>,
    pub(super) cards: Vec<Card>,
}

/// One file, or one that is not there.
pub(super) struct Card {
    pub(super) look: Look,
    pub(super) title: Text,
    /// What it is and of which attempt, for those who do not see it.
    pub(super) words: String,
    /// Extension, size and length.
    pub(super) detail: Text,
    pub(super) id: Text,
    /// Its line in the table of files.
    pub(super) number: Option<usize>,
    pub(super) remarks: Vec<Text>,
}

/// How a file is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// As an image, at this link.
    Picture(String),
    /// As a player of what is at this link.
    Video(String),
    /// As a link with the format's name and what opening it gives.
    Link { href: String, format: String, invitation: &'static str },
    /// As a name alone.
    Named { format: String },
    /// Not at all: it is not archived, and in which state it is.
    Absent(Text),
}

/// Where a medium is filed: its attempt, or its group.
type Home<'a> = (Option<&'a AttemptId>, Option<&'a str>);

fn home(medium: &MediaRecord) -> Home<'_> {
    (medium.attempt.as_ref(), medium.group.as_ref().map(|group| group.name.as_str()))
}

/// Whether this is a session of a provider that has groups instead of attempts.
pub(super) fn is_grouped(record: &Record) -> bool {
    record.attempts.is_empty() && record.media.iter().any(|medium| medium.type_hint.is_some())
}

/// Where each attempt stands in the record.
pub(super) struct Attempts<'a>(HashMap<&'a AttemptId, usize>);

impl<'a> Attempts<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        Self(record.attempts.iter().enumerate().map(|(index, attempt)| (&attempt.id, index)).collect())
    }

    /// Where a medium is filed, in words.
    pub(super) fn of_medium(&self, medium: &MediaRecord) -> String {
        match (&medium.attempt, &medium.group) {
            (None, Some(group)) => Text::of(&group.name).to_string(),
            (None, None) if medium.type_hint.is_some() => "the session".to_owned(),
            (attempt, _) => self.name(attempt.as_ref()),
        }
    }

    /// An attempt's number, counted from the oldest, and how many there are; an id that was never listed stands for itself.
    pub(super) fn name(&self, id: Option<&AttemptId>) -> String {
        let Some(id) = id else { return "no attempt".to_owned() };
        match self.0.get(id) {
            Some(index) => format!("attempt {} of {}", self.0.len().saturating_sub(*index), self.0.len()),
            None => format!("attempt {}", Text::of(id.as_str())),
        }
    }
}

/// What a medium shows, as a title.
pub(super) fn title(medium: &MediaRecord) -> Text {
    let word = match kind(medium) {
        Kind::Image => "picture",
        Kind::Video => "video",
        Kind::Nfc => "NFC data",
        Kind::Other => "file",
    };
    match medium.context.as_deref().map(str::trim) {
        None | Some("") => Text::title(word),
        Some("nfc") => Text::of("NFC data"),
        Some(context) => Text::title(context),
    }
}

/// A word for what became of a medium.
pub(super) fn state(state: &Word<State>) -> Text {
    Text::of(state.as_str_with(|state| if state == State::Excluded { "not asked for" } else { state.as_str() }))
}

/// The sort of a medium; one that this version does not know is a file.
fn kind(medium: &MediaRecord) -> Kind {
    medium.kind.known().unwrap_or(Kind::Other)
}

/// Every attempt that was ever listed, newest first, and then what belongs to none of them.
pub(super) fn sheets(record: &Record, attempts: &Attempts<'_>, held: &[Held<'_>]) -> Vec<Sheet> {
    let mut cards = cards(record, attempts, held);
    let mut sheets: Vec<Sheet> = Vec::new();
    for (index, attempt) in record.attempts.iter().enumerate() {
        let newest = if index == 0 && record.attempts.len() > 1 { ", the newest" } else { "" };
        sheets.push(Sheet {
            title: format!("Attempt {} of {}{newest}", record.attempts.len() - index, record.attempts.len()),
            status: attempt.status.as_deref().map(Text::of),
            created: attempt.created.as_deref().map(Text::time),
            id: Some(Text::of(attempt.id.as_str())),
            unlisted: attempt.unlisted_since.map(text::moment),
            cards: cards.remove(&(Some(&attempt.id), None)).unwrap_or_default(),
        });
    }
    sheets.extend(record.media.iter().filter_map(|medium| {
        let (attempt, group) = home(medium);
        let resource = medium.group.as_ref().and_then(|group| group.resource.as_deref());
        Some(Sheet {
            title: match (attempt, group) {
                (Some(_), _) => "An attempt that is not listed".to_owned(),
                (None, Some(group)) => Text::title(group).to_string(),
                (None, None) if medium.type_hint.is_some() => "The session as a whole".to_owned(),
                (None, None) => "Filed under no attempt".to_owned(),
            },
            status: None,
            created: None,
            id: attempt.map(AttemptId::as_str).or(resource).map(Text::of),
            unlisted: None,
            cards: cards.remove(&(attempt, group))?,
        })
    }));
    sheets
}

/// The cards of each attempt or group: pictures, then videos, then the rest, each in the order of the listing.
fn cards<'a>(record: &'a Record, attempts: &Attempts<'_>, held: &[Held<'_>]) -> HashMap<Home<'a>, Vec<Card>> {
    let mut media: Vec<&MediaRecord> = record.media.iter().collect();
    media.sort_by_key(|medium| match kind(medium) {
        Kind::Image => 0,
        Kind::Video => 1,
        Kind::Nfc | Kind::Other => 2,
    });
    let mut files: HashMap<&MediaId, Vec<&Held<'_>>> = HashMap::new();
    for held in held {
        files.entry(&held.medium.id).or_default().push(held);
    }
    let mut cards: HashMap<Home<'_>, Vec<Card>> = HashMap::new();
    for medium in media {
        let of = attempts.of_medium(medium);
        let files = files.remove(&medium.id).unwrap_or_default();
        let sheet = cards.entry(home(medium)).or_default();
        for (index, held) in files.iter().enumerate() {
            let version = if files.len() > 1 { format!(", version {} of {}", index + 1, files.len()) } else { String::new() };
            sheet.push(card(held, &version, &of));
        }
        if files.is_empty() {
            sheet.push(absent(medium, &of));
        }
    }
    cards
}

fn card(held: &Held<'_>, version: &str, of: &str) -> Card {
    let (medium, file) = (held.medium, held.file);
    let title = title(medium).followed_by(version);
    let look = look(&file.path, kind(medium));
    let word = match look {
        Look::Picture(_) => "picture",
        Look::Video(_) => "video",
        Look::Link { .. } | Look::Named { .. } | Look::Absent(_) => "file",
    };
    let length = medium.duration.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(text::duration);
    let parts = [Some(extension(&file.path).to_ascii_uppercase()), Some(text::bytes(file.digest.bytes)), length];
    Card {
        words: format!("{title}, {word} of {of}"),
        look,
        title,
        detail: Text::of(&parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")),
        id: Text::of(medium.id.as_str()),
        number: Some(held.number),
        remarks: remarks(medium, file),
    }
}

fn absent(medium: &MediaRecord, of: &str) -> Card {
    let title = title(medium);
    Card {
        look: Look::Absent(state(&medium.state)),
        words: format!("{title} of {of}"),
        title,
        detail: Text::of(
            medium.mimetype.as_deref().or(medium.type_hint.as_ref().map(|hint| hint.as_str_with(TypeHint::as_str))).unwrap_or_default(),
        ),
        id: Text::of(medium.id.as_str()),
        number: None,
        remarks: medium.reason.iter().map(|reason| Text::of(&reason.text())).collect(),
    }
}

/// What a person should know who looks at this file.
pub(super) fn remarks(medium: &MediaRecord, file: &FileRecord) -> Vec<Text> {
    let mut remarks: Vec<Text> =
        file.disagreements.iter().map(|disagreement| Text::of(&format!("Not as declared: {}", disagreement.text()))).collect();
    if let Some(word) = medium.state.newer() {
        remarks.push(Text::of(&format!("In the state {word}, which a newer version of vmedia wrote")));
    } else if medium.state != State::Archived {
        let reason = reason_text(medium.reason.as_ref());
        remarks.push(Text::of(&format!("Found missing or altered, and not had again ({}): {reason}", state(&medium.state))));
    }
    if let Some(since) = medium.unlisted_since {
        remarks.push(Text::of(&format!("No longer listed by the provider since {}", text::moment(since))));
    }
    remarks
}

/// A word for the provider's signature over bytes that were kept.
pub(super) fn signature(signature: &SignatureRecord) -> Text {
    Text::of(signature.verdict.as_str_with(|_| if signature.held().is_some() { "held" } else { "none sent" }))
}

fn look(path: &str, kind: Kind) -> Look {
    let extension = extension(path);
    let format = if kind == Kind::Nfc { "NFC".to_owned() } else { extension.to_ascii_uppercase() };
    let Some(href) = FileLink::to(path).href else {
        return Look::Named { format: Text::of(&format).to_string() };
    };
    match extension.as_str() {
        "jpg" | "jpeg" | "jfif" | "png" | "webp" | "gif" | "avif" | "bmp" => Look::Picture(href),
        "mp4" | "m4v" | "mov" | "webm" => Look::Video(href),
        "heic" | "heif" | "tif" | "tiff" | "jp2" => Look::Link { href, format, invitation: "Open the picture; few browsers show it" },
        "pdf" => Look::Link { href, format, invitation: "Open the document" },
        "json" if kind == Kind::Nfc => Look::Link { href, format, invitation: "Open what the chip holds" },
        _ => Look::Link { href, format, invitation: "Open the file" },
    }
}
