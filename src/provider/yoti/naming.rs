//! Names media by their place in the session's document: a group for the folder, a context for the file.
//!
//! Names are untrusted; the code that makes paths escapes them. Must not look for media.

use crate::model::{Group, context_name};
use serde_json::Value;

/// The longest id of a resource that is kept. UUIDs have 36 bytes.
const LONGEST_RESOURCE: usize = 128;

/// A step on the way from the document's root to a media file: a member, and the index of its element if it is an array.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) key: &'a str,
    pub(super) index: Option<usize>,
    /// The value at this step.
    pub(super) value: &'a Value,
}

/// Returns the group and the context of the media file at the end of these steps. The last step may be `media`, which is ignored.
pub(super) fn names(steps: &[Step<'_>]) -> (Option<Group>, String) {
    let steps = match steps {
        [before @ .., last] if last.key == "media" => before,
        all => all,
    };
    match steps {
        [root, resource, rest @ ..] if root.key == "resources" => {
            let stem = singular(resource.key);
            let name = resource.index.map_or_else(|| stem.clone(), |index| format!("{stem}-{}", index + 1));
            let id = resource.value.get("id").and_then(Value::as_str).filter(|id| id.len() <= LONGEST_RESOURCE);
            let context = if rest.is_empty() { stem } else { context(rest) };
            (Some(Group::new(name, id.map(str::to_owned))), context)
        }
        [check, ..] if check.key == "checks" => (Some(Group::new("checks", None)), context(steps)),
        _ => (None, context(steps)),
    }
}

/// Joins the names of the steps; leaves out one that the next repeats.
fn context(steps: &[Step<'_>]) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in steps.iter().filter_map(word) {
        if words.last().is_some_and(|before| word.starts_with(before.as_str())) {
            words.pop();
        }
        words.push(word);
    }
    words.join("-")
}

fn word(step: &Step<'_>) -> Option<String> {
    let number = step.index.map(|index| index + 1);
    let sort = step.value.get("type").and_then(Value::as_str).filter(|sort| !sort.is_empty());
    Some(match (step.key, number, sort) {
        ("report", None, _) => return None,
        ("checks" | "tasks", Some(_), Some(sort)) => context_name(Some(sort)),
        ("generated_media", Some(number), _) => format!("generated-{number}"),
        ("extraction_image_ids", Some(number), _) => format!("extraction-{number}"),
        (key, Some(number), _) => format!("{}-{number}", singular(key)),
        (key, None, _) => context_name(Some(key)),
    })
}

/// Returns one of what a list is named after: `id_documents` has id documents, `liveness_capture` liveness captures.
fn singular(key: &str) -> String {
    let stem = key.strip_suffix("_capture").or_else(|| key.strip_suffix('s')).filter(|stem| !stem.is_empty()).unwrap_or(key);
    context_name(Some(stem))
}
