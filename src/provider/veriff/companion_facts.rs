//! Reads facts from Veriff's companion documents, in terms that fit every provider (devdocs.veriff.com: decision, person). A
//! document without facts is no error.
//!
//! Must not decide what is shown, or where.

use crate::model::readable;
use crate::provider::Fact;
use serde_json::Value;

/// A text above this length is no name, date or status.
const LONGEST: usize = 200;

/// The word for it and where the decision has it.
const DECISION: [(&str, &str); 12] = [
    ("decision", "/verification/status"),
    ("decision-code", "/verification/code"),
    ("decision-reason", "/verification/reason"),
    ("decided", "/verification/decisionTime"),
    ("given-name", "/verification/person/firstName"),
    ("family-name", "/verification/person/lastName"),
    ("born", "/verification/person/dateOfBirth"),
    ("document-type", "/verification/document/type"),
    ("document-country", "/verification/document/country"),
    ("document-number", "/verification/document/number"),
    ("document-valid-until", "/verification/document/validUntil"),
    ("reference", "/verification/vendorData"),
];

/// The facts of the person document.
const PERSON: [(&str, &str); 3] =
    [("given-name", "/person/firstName"), ("family-name", "/person/lastName"), ("born", "/person/dateOfBirth")];

/// Returns what a stored document of that name says.
pub(super) fn facts(document: &str, bytes: &[u8]) -> Vec<Fact> {
    let places: &[_] = match document {
        "decision" => &DECISION,
        "person" => &PERSON,
        _ => return Vec::new(),
    };
    let Ok(value) = serde_json::from_slice::<Value>(&readable(bytes)) else { return Vec::new() };
    let fact = |(name, pointer): &(&'static str, &str)| Some(Fact { name, value: text(value.pointer(pointer)?)? });
    places.iter().filter_map(fact).collect()
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::facts;

    #[test]
    fn a_decision_says_what_was_decided_about_whom() {
        let decision = br#"{"verification":{"status":"approved","code":9001,"reason":null,"person":{"firstName":" ANNA ","lastName":7},"document":{"type":{}}}}"#;
        let said: Vec<String> = facts("decision", decision).iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
        assert_eq!(said, ["decision approved", "decision-code 9001", "given-name ANNA", "family-name 7"]);
        assert_eq!(facts("person", br#"{"person":{"dateOfBirth":"1994-08-12"}}"#).len(), 1);
    }

    #[test]
    fn a_document_that_says_nothing_is_no_error() {
        for text in ["", "null", "[]", r#"{"verification":null}"#, r#"{"verification":{"status":[]}}"#] {
            assert!(facts("decision", text.as_bytes()).is_empty(), "{text}");
        }
        let half = br#"{"verification":{"status":"approved","riskScore":1e400,"person":{"firstName":"ANNA\ud83d"}}}"#;
        let said: Vec<String> = facts("decision", half).iter().map(|fact| fact.value.clone()).collect();
        assert_eq!(said, ["approved", "ANNA\u{fffd}"]);
        assert!(facts("media", br#"{"verification":{"status":"approved"}}"#).is_empty());
        let endless = format!(r#"{{"verification":{{"status":"{}"}}}}"#, "x".repeat(201));
        assert!(facts("decision", endless.as_bytes()).is_empty());
    }
}
