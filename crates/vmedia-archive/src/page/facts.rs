//! The person and the decision of a session, from the record's facts: grouped and named for people.
//!
//! Facts without a name are shown as they are. Must not judge a decision.

use super::sheet::is_grouped;
use super::untrusted::{FileLink, Text};
use crate::reason::reason_text;
use crate::record::{CompanionState, FactRecord, Record};
use std::collections::BTreeSet;

/// The facts with a name for people, in the order in which they are shown: group, fact, name.
const NAMED: [(&str, &str, &str); 16] = [
    (DECISION, "decision", "Decision"),
    (DECISION, "decision-code", "Code"),
    (DECISION, "decision-reason", "Reason"),
    (DECISION, "decided", "Decided"),
    (DECISION, "reference", "Your reference"),
    (DECISION, "session-state", "State of the session"),
    (DECISION, "identity-profile", "Identity profile"),
    (DECISION, "advanced-identity-profile", "Advanced identity profile"),
    (PERSON, "consented", "Consented"),
    (PERSON, "given-name", "Given name"),
    (PERSON, "family-name", "Family name"),
    (PERSON, "born", "Born"),
    (PAPER, "document-type", "Type"),
    (PAPER, "document-country", "Issuing country"),
    (PAPER, "document-number", "Number"),
    (PAPER, "document-valid-until", "Valid until"),
];
const DECISION: &str = "Decision";
const PERSON: &str = "Person";
const PAPER: &str = "Identity document";
const OTHER: &str = "Further";

/// Facts that belong together.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) facts: Vec<Fact>,
}

/// A fact; documents may state it differently.
pub(super) struct Fact {
    pub(super) name: Text,
    pub(super) said: Vec<Said>,
}

/// One value of a fact, and the documents that state it.
pub(super) struct Said {
    pub(super) value: Text,
    pub(super) documents: Text,
}

/// Returns the facts in groups; a group without facts is left out.
pub(super) fn groups(record: &Record) -> Vec<Group> {
    let known = |group: &str| -> Vec<Fact> {
        let names = NAMED.iter().filter(|(of, ..)| *of == group);
        names.filter_map(|(_, word, name)| fact(record, word, Text::of(name))).collect()
    };
    let words: BTreeSet<&str> = record.facts.iter().map(|fact| fact.name.as_str()).collect();
    let others = words.into_iter().filter(|word| NAMED.iter().all(|(_, known, _)| known != word));
    let others = others.filter_map(|word| fact(record, word, Text::of(word))).collect();
    let groups = [DECISION, PERSON, PAPER].map(|title| Group { title, facts: known(title) });
    groups.into_iter().chain([Group { title: OTHER, facts: others }]).filter(|group| !group.facts.is_empty()).collect()
}

fn fact(record: &Record, word: &str, name: Text) -> Option<Fact> {
    let facts: Vec<&FactRecord> = record.facts.iter().filter(|fact| fact.name == word).collect();
    let mut values: Vec<&str> = Vec::new();
    for fact in &facts {
        if !values.contains(&fact.value.as_str()) {
            values.push(&fact.value);
        }
    }
    let said = values.into_iter().map(|value| {
        let documents: Vec<&str> = facts.iter().filter(|fact| fact.value == value).map(|fact| fact.document.as_str()).collect();
        let value = if matches!(word, "decided" | "consented") { Text::time(value) } else { Text::of(value) };
        Said { value, documents: Text::of(&documents.join(", ")) }
    });
    let said: Vec<Said> = said.collect();
    (!said.is_empty()).then_some(Fact { name, said })
}

/// Returns the person's name, as the first document that has one writes it.
pub(super) fn person(record: &Record) -> Option<Text> {
    let is_name = |fact: &&FactRecord| matches!(fact.name.as_str(), "given-name" | "family-name");
    let document = &record.facts.iter().find(is_name)?.document;
    let part =
        |word: &str| record.facts.iter().find(|fact| fact.name == word && fact.document == *document).map(|fact| fact.value.as_str());
    let parts: Vec<&str> = [part("given-name"), part("family-name")].into_iter().flatten().collect();
    Some(Text::of(&parts.join(" ")))
}

/// Returns the decision, as the provider writes it.
pub(super) fn decision(record: &Record) -> Option<Text> {
    record.facts.iter().find(|fact| fact.name == "decision").map(|fact| Text::of(&fact.value))
}

/// A reason why the page shows no decision.
pub(super) enum NoDecision {
    /// It was not requested; this command requests it.
    NotAsked(String),
    /// It was requested and did not come.
    NotHad(Text),
    /// This provider makes none; this file has the recommendation of its checks.
    NoneMade(FileLink),
    /// It is here and states nothing that this page could show.
    Unread(FileLink),
}

/// Returns the reason why the page shows no decision; `None` if it shows one.
pub(super) fn no_decision(record: &Record) -> Option<NoDecision> {
    if decision(record).is_some() {
        return None;
    }
    if let Some(kept) = record.documents.iter().rev().find(|document| document.name == "decision" && document.lost.is_none()) {
        return Some(NoDecision::Unread(FileLink::to(&kept.path)));
    }
    if let Some(kept) = record.documents.iter().rev().find(|document| document.lost.is_none()).filter(|_| is_grouped(record)) {
        return Some(NoDecision::NoneMade(FileLink::to(&kept.path)));
    }
    let asked = record.companions.iter().find(|companion| companion.name == "decision" && companion.state != CompanionState::Archived);
    if let Some(asked) = asked {
        return Some(NoDecision::NotHad(Text::of(&reason_text(asked.reason.as_ref()))));
    }
    // An id goes into a command that people paste only if no shell could read anything else in it.
    let id = record.session.as_str();
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && !id.starts_with('-');
    Some(NoDecision::NotAsked(format!("vmedia download {} --with decision", if is_plain { id } else { "<session-id>" })))
}
