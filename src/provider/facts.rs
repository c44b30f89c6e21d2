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
/// The most parts that are read of all elements of a list.
const MOST_PARTS: usize = 200;

/// A topic and the place that states it.
pub(super) struct Topic {
    name: &'static str,
    /// A JSON pointer. A `*` in it stands for every element of a list, a second one for every part of such an element.
    at: &'static str,
    /// A JSON pointer to the name of what the fact is about, from the element of the list or the root. Without such a name there
    /// is no fact.
    of: Option<&'static str>,
    /// A JSON pointer to the name of a part. The fact is about both, as `element/part`.
    part: Option<&'static str>,
}

impl Topic {
    /// Names a topic that is stated about the session.
    pub(super) const fn at(name: &'static str, at: &'static str) -> Self {
        Self { name, at, of: None, part: None }
    }

    /// Names a topic that can be stated of several attempts, checks or lists.
    pub(super) const fn of(name: &'static str, at: &'static str, of: &'static str) -> Self {
        Self { name, at, of: Some(of), part: None }
    }

    /// Names a topic that can be stated of the parts of several checks.
    pub(super) const fn of_part(name: &'static str, at: &'static str, of: &'static str, part: &'static str) -> Self {
        Self { name, at, of: Some(of), part: Some(part) }
    }

    fn read(&self, document: &Value) -> Vec<Fact> {
        let (elements, rest) = match self.at.split_once("/*") {
            None => (std::slice::from_ref(document), self.at),
            Some((list, rest)) => (list_at(document, list), rest),
        };
        let with_name = |element: &Value| self.of.map(|of| text_at(element, of).ok_or(())).transpose().ok();
        let elements = elements.iter().take(MOST_ELEMENTS).filter_map(|element| Some((element, with_name(element)?)));
        let (Some(part), Some((list, rest))) = (self.part, rest.split_once("/*")) else {
            return elements.filter_map(|(element, of)| self.fact(element, rest, of)).collect();
        };
        let parts = elements.flat_map(|(element, of)| list_at(element, list).iter().map(move |one| (one, of.clone())));
        let fact = |(one, of): (&Value, Option<String>)| self.fact(one, rest, Some(format!("{}/{}", of?, text_at(one, part)?)));
        parts.take(MOST_PARTS).filter_map(fact).collect()
    }

    fn fact(&self, element: &Value, at: &str, of: Option<String>) -> Option<Fact> {
        if of.as_ref().is_some_and(|of| of.len() > LONGEST_FACT) {
            return None;
        }
        Some(Fact { name: self.name, value: text_at(element, at)?, of })
    }
}

fn text_at(value: &Value, at: &str) -> Option<String> {
    value.pointer(at).and_then(text)
}

fn list_at<'a>(value: &'a Value, list: &str) -> &'a [Value] {
    value.pointer(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
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
        let result = Topic::of_part("result", "/checks/*/report/parts/*/result", "/type", "/name");
        let topics = [Topic::of("state", "/checks/*/report/state", "/type"), Topic::at("citizenship", "/citizenships/*"), result];
        let parts = json!([{ "name": "face", "result": "PASS" }, { "result": "FAIL" }, { "name": "date" }, { "name": 7, "result": true }]);
        let whole = json!({ "type": "A", "report": { "state": "DONE", "parts": parts } });
        let checks = json!([whole, { "report": { "state": "LOST", "parts": parts } }, { "type": "B" }, 7, null]);
        let document = json!({ "checks": checks, "citizenships": ["UTO", "", ["X"], "x".repeat(201), true] }).to_string();
        let said = |text: &str| -> Vec<String> {
            let facts = facts_at(text.as_bytes(), &topics).into_iter();
            facts.map(|fact| format!("{} {} {}", fact.name, fact.of.unwrap_or_default(), fact.value)).collect()
        };
        assert_eq!(said(&document), ["state A DONE", "citizenship  UTO", "citizenship  true", "result A/face PASS", "result A/7 true"]);
        let long = json!({ "type": "A".repeat(150), "report": { "parts": [{ "name": "x".repeat(60), "result": "PASS" }] } });
        assert!(said(&json!({ "checks": [long] }).to_string()).is_empty());
        let many = json!({ "type": "A", "report": { "parts": vec![json!({ "name": "x", "result": "PASS" }); 150] } });
        assert_eq!(said(&json!({ "checks": [many, many] }).to_string()).len(), 200);
        assert_eq!(said(&json!({ "citizenships": vec!["UTO"; 51] }).to_string()).len(), 50);
        assert!(said(r#"{"checks":{"0":{"type":"A"}},"citizenships":"UTO"}"#).is_empty());
    }
}
