//! Facts as records, journal lines and events carry them: an object with a stable `code`, its data, and a `text` for people.
//!
//! A code or field that a newer version wrote, and a text in another wording, survive a rewrite.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::fmt::Display;

/// A fact that serializes to an object with `code` and its data. `Display` gives its text.
pub trait Fact: Display + Serialize + DeserializeOwned + PartialEq {}

impl<F: Display + Serialize + DeserializeOwned + PartialEq> Fact for F {}

/// A fact as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coded<F> {
    /// As this version writes it.
    Fact(F),
    /// As another version wrote it.
    Read {
        /// The fact, if this version knows the code.
        fact: Option<F>,
        /// All that was read.
        fields: Map<String, Value>,
    },
}

impl<F: Fact> Coded<F> {
    /// Returns the fact, if this version knows its code.
    pub fn fact(&self) -> Option<&F> {
        match self {
            Self::Fact(fact) => Some(fact),
            Self::Read { fact, .. } => fact.as_ref(),
        }
    }

    /// Returns the text for people.
    pub fn text(&self) -> String {
        match self {
            Self::Fact(fact) => fact.to_string(),
            Self::Read { fields, .. } => fields.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    }

    /// Returns the code if this version does not know it.
    pub fn newer(&self) -> Option<&str> {
        match self {
            Self::Read { fact: None, fields } => fields.get("code").and_then(Value::as_str),
            Self::Fact(_) | Self::Read { .. } => None,
        }
    }
}

impl<F> From<F> for Coded<F> {
    fn from(fact: F) -> Self {
        Self::Fact(fact)
    }
}

impl<F: Fact> PartialEq<F> for Coded<F> {
    fn eq(&self, other: &F) -> bool {
        self.fact() == Some(other)
    }
}

/// Returns the object for a fact. Facts that carry their text as data have it already.
fn fields<F: Fact>(fact: &F) -> serde_json::Result<Map<String, Value>> {
    let mut fields = match serde_json::to_value(fact)? {
        Value::Object(fields) => fields,
        other => return Err(Error::custom(format!("{other} is not a fact"))),
    };
    fields.insert("text".to_owned(), Value::String(fact.to_string()));
    Ok(fields)
}

impl<F: Fact> Serialize for Coded<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fact(fact) => fields(fact).map_err(serde::ser::Error::custom)?.serialize(serializer),
            Self::Read { fields, .. } => fields.serialize(serializer),
        }
    }
}

impl<'de, F: Fact> Deserialize<'de> for Coded<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Map::<String, Value>::deserialize(deserializer)?;
        if let Some(lacking) = ["code", "text"].iter().find(|name| !read.get(**name).is_some_and(Value::is_string)) {
            return Err(Error::custom(format!("an object without {lacking}")));
        }
        let fact = F::deserialize(&read).ok();
        Ok(match fact {
            Some(fact) if fields(&fact).is_ok_and(|written| written == read) => Self::Fact(fact),
            fact => Self::Read { fact, fields: read },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Coded;
    use crate::model::Kind;
    use crate::reason::{Disagreement, Reason};
    use serde_json::{Value, json};

    #[test]
    fn a_fact_is_written_with_its_code_its_data_and_its_text() {
        let reason = Reason::KindNotSelected { kind: Kind::Video };
        let written = json!({"code": "kind-not-selected", "kind": "video", "text": "--only leaves out video"});
        assert_eq!(serde_json::to_value(Coded::Fact(reason.clone())).expect("JSON"), written);
        assert_eq!(serde_json::from_value::<Coded<Reason>>(written).expect("a reason"), Coded::Fact(reason));
        let answered = Coded::Fact(Reason::NotFound { text: "HTTP 404".to_owned() });
        assert_eq!(serde_json::to_value(&answered).expect("JSON"), json!({"code": "not-found", "text": "HTTP 404"}));
    }

    #[test]
    fn what_another_version_wrote_is_kept_as_it_was_read() {
        for (written, fact) in [
            (json!({"code": "erased", "text": "art. 17", "law": ["GDPR"]}), None),
            (json!({"code": "not-fetched", "text": "waiting"}), Some(Reason::NotFetched)),
            (json!({"code": "not-fetched", "text": "not fetched yet", "since": 1}), Some(Reason::NotFetched)),
        ] {
            let read: Coded<Reason> = serde_json::from_value(written.clone()).expect("a reason");
            assert_eq!((read.fact(), serde_json::to_value(&read).expect("JSON")), (fact.as_ref(), written.clone()));
            assert_eq!(Value::from(read.text()), written["text"]);
        }
        for text in ["\"HTTP 404\"", "{\"code\":\"size\"}", "{\"text\":\"x\"}", "{\"code\":1,\"text\":\"x\"}", "null"] {
            assert!(serde_json::from_str::<Coded<Disagreement>>(text).is_err(), "{text} is no disagreement");
        }
    }
}
