//! Facts that documents and files of a session state, for people.

/// A fact in a stored document about a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The topic, such as `decision` or `family-name`; the same for every provider.
    pub name: &'static str,
    /// The value, as the document writes it.
    pub value: String,
    /// The attempt, check, part of a check (`CHECK/part`) or list that it is about, if the document can state the topic of several.
    pub of: Option<String>,
}
