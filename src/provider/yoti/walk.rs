//! Finds every media file that a session's document names. They are scattered over resources, checks and reports, and new
//! containers come with every version of the API, so the whole document is walked.
//!
//! A media file is an object under `media`, an element of `generated_media`, or an id under `extraction_image_ids`. Other ids
//! are those of resources, tasks and checks, and are ignored. Must not send requests.

use super::naming::{Step, names};
use crate::error::quote;
use crate::model::{Group, MediaId, MediaItem, Place, TypeHint, pointer_step};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::HashMap;

/// Limits for places that name media, and for the length of a JSON pointer in bytes. Real sessions have some tens of places.
const MOST: usize = 10_000;
const DEEPEST: usize = 1_000;

/// The media that a document names.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Each media file once, with every place.
    pub(super) media: Vec<MediaItem>,
    /// Media without a usable id: a line each.
    pub(super) problems: Vec<String>,
    /// The time at which the oldest of them was made, if the document says it.
    pub(super) since: Option<Timestamp>,
    index: HashMap<MediaId, usize>,
    /// Number of places so far.
    places: usize,
    /// True if a limit ended the walk.
    is_cut: bool,
    /// Ranks of the places by which media are named; 0 is the most specific.
    ranks: Vec<u8>,
}

/// One place that names a media file.
struct Reference<'a> {
    id: &'a Value,
    hint: TypeHint,
    created: Option<Timestamp>,
    /// Rank of the place; 0 is the most specific.
    rank: u8,
}

/// Walks a document. `document` is the stem under which it is kept.
pub(super) fn walk(document: &str, value: &Value) -> Walked {
    let mut walked = Walked::default();
    walked.visit(document, value, &mut Vec::new(), &mut String::new());
    // Submitted media first, then those made from them, then the rest; the parser has sorted by name.
    walked.media.sort_by_key(|item| match &item.group {
        Some(group) if group.resource.is_some() => 0,
        Some(_) => 1,
        None => 2,
    });
    walked
}

impl Walked {
    /// Visits a value and those below it. The parser bounds the depth to 128 levels.
    fn visit<'a>(&mut self, document: &str, value: &'a Value, steps: &mut Vec<Step<'a>>, pointer: &mut String) {
        if self.is_cut {
            return;
        }
        if pointer.len() > DEEPEST || self.places > MOST {
            self.is_cut = true;
            self.problems.push(format!("{document} names media in more places, or deeper, than any session; the rest was not read"));
            return;
        }
        if let Some(reference) = steps.last().and_then(|step| reference(step, value)) {
            self.places += 1;
            self.add(document, &reference, steps, pointer);
        }
        let length = pointer.len();
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    pointer.push('/');
                    pointer.push_str(&pointer_step(key));
                    steps.push(Step { key, index: None, value: member });
                    self.visit(document, member, steps, pointer);
                    steps.pop();
                    pointer.truncate(length);
                }
            }
            Value::Array(elements) => {
                let Some(list) = steps.pop() else { return };
                for (index, element) in elements.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    steps.push(Step { key: list.key, index: Some(index), value: element });
                    self.visit(document, element, steps, pointer);
                    steps.pop();
                    pointer.truncate(length);
                }
                steps.push(list);
            }
            _ => {}
        }
    }

    fn add(&mut self, document: &str, reference: &Reference<'_>, steps: &[Step<'_>], pointer: &str) {
        let id = match reference.id.as_str().map(MediaId::parse) {
            Some(Ok(id)) => id,
            Some(Err(reason)) => return self.problem(document, pointer, reason),
            None => return self.problem(document, pointer, "it is not a string"),
        };
        self.since = self.since.into_iter().chain(reference.created).min();
        let place = Place::new(document, pointer);
        let (group, context) = names(steps);
        match self.index.get(&id).copied() {
            Some(index) => self.further(index, reference, group, context, place),
            None => {
                self.index.insert(id.clone(), self.media.len());
                self.ranks.push(reference.rank);
                self.media.push(MediaItem {
                    id,
                    attempt: None,
                    group,
                    kind: reference.hint.kind(),
                    context: Some(context),
                    mimetype: None,
                    type_hint: Some(reference.hint),
                    size: None,
                    duration: None,
                    places: vec![place],
                });
            }
        }
    }

    /// Adds another place of a media file, and takes its name if the rank is better.
    fn further(&mut self, index: usize, reference: &Reference<'_>, group: Option<Group>, context: String, place: Place) {
        let (Some(item), Some(rank)) = (self.media.get_mut(index), self.ranks.get_mut(index)) else { return };
        item.places.push(place);
        if item.type_hint == Some(TypeHint::Unknown) {
            item.type_hint = Some(reference.hint);
            item.kind = reference.hint.kind();
        }
        if reference.rank < *rank {
            *rank = reference.rank;
            (item.group, item.context) = (group, Some(context));
        }
    }

    fn problem(&mut self, document: &str, pointer: &str, reason: &str) {
        self.problems.push(format!("{document}{} names a media file whose id cannot be used: {reason}", quote(pointer)));
    }
}

/// Returns the media file that a value at this step names, if it names one.
fn reference<'a>(step: &Step<'_>, value: &'a Value) -> Option<Reference<'a>> {
    let rank = match (step.key, step.index) {
        ("media", _) => 0,
        ("extraction_image_ids", Some(_)) => 1,
        ("generated_media", Some(_)) => 2,
        _ => return None,
    };
    match value {
        Value::Object(media) => {
            let text = |name: &str| media.get(name).and_then(Value::as_str);
            let id = media.get("id").filter(|id| !id.is_null())?;
            let created = text("created").and_then(|created| created.parse().ok());
            Some(Reference { id, hint: hint(text("type")), created, rank })
        }
        // Extraction images are named by their id alone.
        Value::String(_) | Value::Number(_) if rank == 1 => Some(Reference { id: value, hint: TypeHint::Image, created: None, rank }),
        Value::String(_) if rank == 2 => Some(Reference { id: value, hint: TypeHint::Unknown, created: None, rank }),
        _ => None,
    }
}

fn hint(word: Option<&str>) -> TypeHint {
    match word {
        Some("IMAGE") => TypeHint::Image,
        Some("VIDEO") => TypeHint::Video,
        Some("JSON") => TypeHint::Json,
        Some("PDF") => TypeHint::Pdf,
        Some("BINARY") => TypeHint::Binary,
        _ => TypeHint::Unknown,
    }
}
