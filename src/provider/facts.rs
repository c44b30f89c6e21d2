//! Reads facts from stored documents: a table of topics and the places that state them.
//!
//! Must not know what a fact means.

use super::Fact;
use crate::model::readable;
use serde_json::Value;

/// Longest text of a fact, in bytes: no name, date or status is longer.
const LONGEST_FACT: usize = 200;
/// The most elements that are read of a list.
const MOST_ELEMENTS: usize = 50;

/// A topic and the place that states it.
pub(super) struct Topic {
    name: &'static str,
    /// A JSON pointer. A `*` in it stands for every element of a list.
    at: &'static str,
    /// A JSON pointer to the name of what the fact is about, from the element of the list or the root. Without such a name there
    /// is no fact.
    of: Option<&'static str>,
}

impl Topic {
    /// Names a topic that is stated about the session.
    pub(super) const fn at(name: &'static str, at: &'static str) -> Self {
        Self { name, at, of: None }
    }

    /// Names a topic that can be stated of several attempts, checks or lists.
    pub(super) const fn of(name: &'static str, at: &'static str, of: &'static str) -> Self {
        Self { name, at, of: Some(of) }
    }

    fn read(&self, document: &Value) -> Vec<Fact> {
        let (list, rest) = self.at.split_once("/*").map_or((None, self.at), |(list, rest)| (Some(list), rest));
        let elements = match list {
            None => std::slice::from_ref(document),
            Some(list) => document.pointer(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default(),
        };
        let fact = |element: &Value| {
            let of = self.of.map(|of| element.pointer(of).and_then(text).ok_or(())).transpose().ok()?;
            Some(Fact { name: self.name, value: element.pointer(rest).and_then(text)?, of })
        };
        elements.iter().take(MOST_ELEMENTS).filter_map(fact).collect()
    }
}

/// Returns what a document states about these topics, in their order. A document without facts is no error.
pub(super) fn facts_at(bytes: &[u8], topics: &[Topic]) -> Vec<Fact> {
    let Ok(document) = serde_json::from_slice::<Value>(&readable(bytes)) else { return Vec::new() };
    topics.iter().flat_map(|topic| topic.read(&document)).collect()
}

/// Returns a text, number or truth value as a text, unless it is empty or longer than any fact.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(bool) => bool.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST_FACT).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{Topic, facts_at};
    use serde_json::json;

    #[test]
    fn lists_are_read_element_by_element_and_only_as_far_as_anything_real_goes() {
        let topics = [Topic::of("state", "/checks/*/report/state", "/type"), Topic::at("citizenship", "/citizenships/*")];
        let checks = json!([{ "type": "A", "report": { "state": "DONE" } }, { "report": { "state": "LOST" } }, { "type": "B" }, 7, null]);
        let document = json!({ "checks": checks, "citizenships": ["UTO", "", ["X"], "x".repeat(201), true] }).to_string();
        let said = |text: &str| -> Vec<String> {
            let facts = facts_at(text.as_bytes(), &topics).into_iter();
            facts.map(|fact| format!("{} {} {}", fact.name, fact.of.unwrap_or_default(), fact.value)).collect()
        };
        assert_eq!(said(&document), ["state A DONE", "citizenship  UTO", "citizenship  true"]);
        assert_eq!(said(&json!({ "citizenships": vec!["UTO"; 51] }).to_string()).len(), 50);
        assert!(said(r#"{"checks":{"0":{"type":"A"}},"citizenships":"UTO"}"#).is_empty());
    }
}
