//! Codes of open sets: those of this version, and those that a newer version wrote.
//!
//! Every enum that is stored is read and written as a [`Word`], so that a code which a newer version adds neither makes a file
//! unreadable nor is lost when the file is written again.

use crate::error::quote;
use serde::de::value::{Error as Unknown, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A stored code, or an object that is tagged with one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Word<T, R = String> {
    /// A code of this version.
    Known(T),
    /// A code of a newer version, as it was read.
    Newer(R),
}

impl<T: Copy> Word<T> {
    /// Returns the value, if this version knows the code.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(known) => Some(*known),
            Self::Newer(_) => None,
        }
    }

    /// Returns the code or, for a code of this version, the text that `known` gives.
    pub fn as_str_with(&self, known: impl Fn(T) -> &'static str) -> &str {
        match self {
            Self::Known(word) => known(*word),
            Self::Newer(word) => word,
        }
    }
}

impl<T> Word<T> {
    /// Returns the code if this version does not know it.
    pub fn newer(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Newer(word) => Some(word),
        }
    }

    /// Sets the value, unless a newer version set it: this version must not change that.
    pub(crate) fn set(&mut self, known: T) {
        if self.newer().is_none() {
            *self = Self::Known(known);
        }
    }
}

impl<T> From<T> for Word<T> {
    fn from(known: T) -> Self {
        Self::Known(known)
    }
}

impl<T: PartialEq> PartialEq<T> for Word<T> {
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Known(known) if known == other)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known: StrDeserializer<'_, Unknown> = word.as_str().into_deserializer();
        Ok(T::deserialize(known).map_or(Self::Newer(word), Self::Known))
    }
}

/// Counts of the codes that a newer version wrote, by the name of the set and the code.
#[derive(Debug, Default)]
pub(crate) struct NewerWords<'a>(BTreeMap<(&'static str, Cow<'a, str>), u64>);

impl<'a> NewerWords<'a> {
    /// Counts a code, if there is one.
    pub(crate) fn add(&mut self, of: &'static str, word: Option<impl Into<Cow<'a, str>>>) {
        if let Some(word) = word {
            *self.0.entry((of, word.into())).or_default() += 1;
        }
    }

    /// Returns a note for people, if there are any.
    pub(crate) fn note(&self) -> Option<String> {
        let words = self.0.iter().map(|((of, word), count)| {
            let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
            format!("{of} \"{}\"{times}", quote(word))
        });
        let words: Vec<String> = words.collect();
        (!words.is_empty()).then(|| format!("written by a newer version of vmedia, and left as it is: {}", words.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::Word;
    use crate::error::ErrorKind;

    #[test]
    fn an_unknown_word_is_kept_as_it_was_read_and_cannot_be_set() {
        for (text, newer) in [(r#""not-found""#, None), (r#""un\u0000known é""#, Some("un\0known é")), (r#""""#, Some(""))] {
            let mut word: Word<ErrorKind> = serde_json::from_str(text).expect("a word");
            assert_eq!(word.newer(), newer, "{text}");
            let again: String = serde_json::from_str(&serde_json::to_string(&word).expect("text")).expect("a text");
            assert_eq!(again, serde_json::from_str::<String>(text).expect("a text"));
            word.set(ErrorKind::Local);
            assert_eq!((word == ErrorKind::Local, word.newer()), (newer.is_none(), newer));
        }
        for text in ["1", "null", "{}", r#"["local"]"#] {
            assert!(serde_json::from_str::<Word<ErrorKind>>(text).is_err(), "{text} is no word");
        }
    }
}
