//! The contact sheet: the attempts in order, or the groups, with their pictures, videos and data files.
//!
//! Missing files have a card, too, so that a gap is seen. The extension of a file's path decides how it is shown.

use super::facts::{Fact, decision, of_attempt};
use super::untrusted::{FileLink, Text, extension};
use crate::cipher::ENDING;
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

/// Returns every file that the manifest names, in the order of the record.
pub(super) fn held(record: &Record) -> Vec<Held<'_>> {
    let files = record.media.iter().flat_map(|medium| medium.present().map(move |file| (medium, file)));
    files.enumerate().map(|(index, (medium, file))| Held { number: index + 1, medium, file }).collect()
}

/// One attempt or group, or the media that belong to none.
pub(super) struct Sheet {
    pub(super) title: String,
    /// The attempt's status; `None` for an attempt that the provider never listed.
    pub(super) status: Option<Text>,
    pub(super) created: Option<Text>,
    pub(super) id: Option<Text>,
    pub(super) unlisted: Option<String>,
    /// What the kept documents state about the attempt.
    pub(super) facts: Vec<Fact>,
    /// True if the decision that is kept is about other attempts.
    pub(super) is_undecided: bool,
    pub(super) cards: Vec<Card>,
}

/// One file, or a missing one.
pub(super) struct Card {
    pub(super) look: Look,
    pub(super) title: Text,
    /// The text for people who do not see the picture.
    pub(super) alt: String,
    /// Extension, size and length.
    pub(super) detail: Text,
    pub(super) id: Text,
    /// The number of its row in the table of files.
    pub(super) number: Option<usize>,
    pub(super) remarks: Vec<Text>,
}

/// The look of a file on its card.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// An image, at this link.
    Picture(String),
    /// A player for this link.
    Video(String),
    /// A link with the format's name and an invitation to open it.
    Link { href: String, format: String, invitation: &'static str },
    /// The format's name alone.
    Named { format: String },
    /// The name of an encrypted file's format.
    Encrypted { format: String },
    /// The state of a file that is not archived.
    Absent(Text),
}

/// The attempt or the group of a media file.
type Home<'a> = (Option<&'a AttemptId>, Option<&'a str>);

fn home(medium: &MediaRecord) -> Home<'_> {
    (medium.attempt.as_ref(), medium.group.as_ref().map(|group| group.name.as_str()))
}

/// The positions of the attempts in the record.
pub(super) struct Attempts<'a>(HashMap<&'a AttemptId, usize>);

impl<'a> Attempts<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        Self(record.attempts.iter().enumerate().map(|(index, attempt)| (&attempt.id, index)).collect())
    }

    /// Returns the name of a media file's attempt or group.
    pub(super) fn of_medium(&self, medium: &MediaRecord) -> String {
        match (&medium.attempt, &medium.group) {
            (None, Some(group)) => Text::of(&group.name).to_string(),
            (None, None) if medium.type_hint.is_some() => "the session".to_owned(),
            (attempt, _) => self.name(attempt.as_ref()),
        }
    }

    /// Returns an attempt's number, counted from the oldest, and the number of attempts; or its id if it was never listed.
    pub(super) fn name(&self, id: Option<&AttemptId>) -> String {
        let Some(id) = id else { return "no attempt".to_owned() };
        match self.0.get(id) {
            Some(index) => format!("attempt {} of {}", self.0.len().saturating_sub(*index), self.0.len()),
            None => format!("attempt {}", Text::of(id.as_str())),
        }
    }
}

/// Returns the title of a media file.
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

/// Returns the name of a media file's state.
pub(super) fn state(state: &Word<State>) -> Text {
    Text::of(state.as_str_with(|state| if state == State::Excluded { "not requested" } else { state.as_str() }))
}

/// Returns the kind of a media file; one of an unknown kind is a file.
fn kind(medium: &MediaRecord) -> Kind {
    medium.kind.known().unwrap_or(Kind::Other)
}

/// Returns every attempt that was ever listed, newest first, then the media that belong to none of them.
pub(super) fn sheets(record: &Record, attempts: &Attempts<'_>, held: &[Held<'_>]) -> Vec<Sheet> {
    let mut cards = cards(record, attempts, held);
    let mut sheets: Vec<Sheet> = Vec::new();
    let is_decided = decision(record).is_some();
    for (index, attempt) in record.attempts.iter().enumerate() {
        let newest = if index == 0 && record.attempts.len() > 1 { ", the newest" } else { "" };
        let facts = of_attempt(record, &attempt.id);
        sheets.push(Sheet {
            is_undecided: is_decided && facts.is_empty(),
            facts,
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
            facts: Vec::new(),
            is_undecided: false,
            cards: cards.remove(&(attempt, group))?,
        })
    }));
    sheets
}

/// Returns the cards of each attempt or group: pictures, then videos, then the rest, each in the order of the listing.
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
    let look = if file.encrypted.is_some() { encrypted(&file.path) } else { look(&file.path, kind(medium)) };
    let word = match look {
        Look::Picture(_) => "picture",
        Look::Video(_) => "video",
        Look::Link { .. } | Look::Named { .. } | Look::Encrypted { .. } | Look::Absent(_) => "file",
    };
    let length = medium.duration.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(text::duration);
    let parts = [Some(extension(content_path(&file.path)).to_ascii_uppercase()), Some(text::bytes(file.digest.bytes)), length];
    Card {
        alt: format!("{title}, {word} of {of}"),
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
        alt: format!("{title} of {of}"),
        title,
        detail: Text::of(
            medium.mimetype.as_deref().or(medium.type_hint.as_ref().map(|hint| hint.as_str_with(TypeHint::as_str))).unwrap_or_default(),
        ),
        id: Text::of(medium.id.as_str()),
        number: None,
        remarks: medium.reason.iter().map(|reason| Text::of(&reason.text())).collect(),
    }
}

/// Returns remarks on a file for people.
pub(super) fn remarks(medium: &MediaRecord, file: &FileRecord) -> Vec<Text> {
    let mut remarks: Vec<Text> =
        file.disagreements.iter().map(|disagreement| Text::of(&format!("Not as declared: {}", disagreement.text()))).collect();
    if let Some(word) = medium.state.newer() {
        remarks.push(Text::of(&format!("In the state {word}, which a newer version of vmedia wrote")));
    } else if medium.state != State::Archived {
        let reason = reason_text(medium.reason.as_ref());
        remarks.push(Text::of(&format!("Found missing or altered, and not fetched again ({}): {reason}", state(&medium.state))));
    }
    if let Some(since) = medium.unlisted_since {
        remarks.push(Text::of(&format!("No longer listed by the provider since {}", text::moment(since))));
    }
    remarks
}

/// Returns the result of the check of the provider's signature.
pub(super) fn signature(signature: &SignatureRecord, is_signed: bool) -> Text {
    Text::of(signature.verdict.as_str_with(|_| if is_signed { "held" } else { "none sent" }))
}

/// Returns the path of a file's content: without the ending of encrypted files.
fn content_path(path: &str) -> &str {
    path.strip_suffix(ENDING).unwrap_or(path)
}

fn encrypted(path: &str) -> Look {
    let format = extension(content_path(path)).to_ascii_uppercase();
    Look::Encrypted { format: Text::of(&format).to_string() }
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
        "heic" | "heif" => Look::Link { href, format, invitation: "Open the picture; Safari shows it, most other browsers do not" },
        "tif" | "tiff" | "jp2" => Look::Link { href, format, invitation: "Open the picture; few browsers show it" },
        "pdf" => Look::Link { href, format, invitation: "Open the document" },
        "json" if kind == Kind::Nfc => Look::Link { href, format, invitation: "Open the chip’s data as it came" },
        _ => Look::Link { href, format, invitation: "Open the file" },
    }
}
