//! The person and the decision of a session, from the record's facts: grouped and named for people.
//!
//! Facts without a name are shown as they are. Must not judge a decision.

use super::untrusted::{FileLink, Text};
use crate::model::AttemptId;
use crate::reason::reason_text;
use crate::record::{CompanionState, FactRecord, Record};
use std::collections::BTreeSet;

/// The facts with a name for people, in the order in which they are shown: group, fact, name.
const NAMED: [(&str, &str, &str); 61] = [
    (DECISION, "decision", "Decision"),
    (DECISION, "decision-code", "Code"),
    (DECISION, "decision-reason", "Reason"),
    (DECISION, "decision-reason-code", "Reason code"),
    (DECISION, "comment", "Comment"),
    (DECISION, "risk-label", "Risk label"),
    (DECISION, "risk-score", "Risk score"),
    (DECISION, "accepted", "Accepted"),
    (DECISION, "submitted", "Submitted"),
    (DECISION, "decided", "Decided"),
    (DECISION, "reference", "Your reference"),
    (DECISION, "end-user", "Your end user"),
    (DECISION, "ip-address", "IP address"),
    (DECISION, "session-state", "State of the session"),
    (DECISION, "identity-profile", "Identity profile"),
    (DECISION, "identity-profile-reason", "Reason of the identity profile"),
    (DECISION, "advanced-identity-profile", "Advanced identity profile"),
    (PERSON, "consented", "Consented"),
    (PERSON, "given-name", "Given name"),
    (PERSON, "family-name", "Family name"),
    (PERSON, "full-name", "Full name"),
    (PERSON, "born", "Born"),
    (PERSON, "gender", "Gender"),
    (PERSON, "nationality", "Nationality"),
    (PERSON, "citizenship", "Citizenship"),
    (PERSON, "place-of-birth", "Place of birth"),
    (PERSON, "address", "Address"),
    (PERSON, "id-number", "Personal number"),
    (PAPER, "document-type", "Type"),
    (PAPER, "document-country", "Issuing country"),
    (PAPER, "document-state", "Issuing state"),
    (PAPER, "document-number", "Number"),
    (PAPER, "document-issuer", "Issuer"),
    (PAPER, "document-place-of-issue", "Place of issue"),
    (PAPER, "document-first-issued", "First issued"),
    (PAPER, "document-issued", "Issued"),
    (PAPER, "document-valid-from", "Valid from"),
    (PAPER, "document-valid-until", "Valid until"),
    (PAPER, "document-chip-validated", "NFC data validated by the provider"),
    (PAPER, "document-specimen", "Specimen"),
    (LISTS, "watchlist-match", "Watchlist result"),
    (LISTS, "watchlist-hits", "Watchlist hits"),
    (LISTS, "watchlist-name", "Name searched for"),
    (LISTS, "watchlist-year", "Year of birth searched for"),
    (LISTS, "watchlist-check", "Sort of check"),
    (LISTS, "watchlist-monitoring", "Monitoring"),
    (LISTS, "watchlist-screened", "Screened"),
    (LISTS, "pep-sanction-match", "Match among exposed or sanctioned persons"),
    (LISTS, "list-matches", "Matches"),
    (LISTS, "list-searched", "Searched"),
    (CHECKS, "check-recommendation", "Recommendation"),
    (CHECKS, "check-reason", "Reason"),
    (CHECKS, "check-suggestion", "Suggestion"),
    (CHECKS, "check-hits", "Hits"),
    (CHECKS, "check-state", "State"),
    (CHECKS, "check-result", "Result"),
    (CHECKS, "check-process", "Process"),
    (ATTEMPT, "attempt-code", "Code"),
    (ATTEMPT, "attempt-reason", "Reason"),
    (ATTEMPT, "attempt-reason-code", "Reason code"),
    (ATTEMPT, "attempt-decided", "Decided"),
];
const DECISION: &str = "Decision";
const PERSON: &str = "Person";
const PAPER: &str = "Identity document";
const LISTS: &str = "Watchlists";
pub(super) const CHECKS: &str = "The provider’s checks";
const ATTEMPT: &str = "Attempt";
const OTHER: &str = "Further";
/// The facts that are times.
const TIMES: [&str; 7] = ["accepted", "attempt-decided", "consented", "decided", "list-searched", "submitted", "watchlist-screened"];

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

/// Returns the facts in groups; a group without facts is left out. Facts about one attempt are not among them.
pub(super) fn groups(record: &Record) -> Vec<Group> {
    let attempts: BTreeSet<&str> = record.attempts.iter().map(|attempt| attempt.id.as_str()).collect();
    let all: Vec<&FactRecord> = record.facts.iter().filter(|fact| fact.of.as_deref().is_none_or(|of| !attempts.contains(of))).collect();
    let words: BTreeSet<&str> = all.iter().map(|fact| fact.name.as_str()).collect();
    let others: Vec<(&str, &str)> =
        words.into_iter().filter(|word| NAMED.iter().all(|(_, known, _)| known != word)).map(|word| (word, word)).collect();
    let groups = [DECISION, PERSON, PAPER, LISTS, CHECKS].map(|title| Group { title, facts: facts(&all, &named(title)) });
    let others = Group { title: OTHER, facts: facts(&all, &others) };
    groups.into_iter().chain([others]).filter(|group| !group.facts.is_empty()).collect()
}

/// Returns what the kept documents state about one attempt.
pub(super) fn of_attempt(record: &Record, attempt: &AttemptId) -> Vec<Fact> {
    let all: Vec<&FactRecord> = record.facts.iter().filter(|fact| fact.of.as_deref() == Some(attempt.as_str())).collect();
    let of = |(word, name): (&str, &str)| Some(Fact { name: Text::of(name), ..fact(&all, word, name, Some(attempt.as_str()))? });
    named(ATTEMPT).into_iter().filter_map(of).collect()
}

/// Returns the facts of a group with their names.
fn named(group: &str) -> Vec<(&'static str, &'static str)> {
    NAMED.iter().filter(|(of, ..)| *of == group).map(|(_, word, name)| (*word, *name)).collect()
}

/// Returns the facts with these words, by what they are about and then in the order of the words.
fn facts(all: &[&FactRecord], words: &[(&str, &str)]) -> Vec<Fact> {
    let mut subjects: Vec<Option<&str>> = Vec::new();
    for fact in all {
        if !subjects.contains(&fact.of.as_deref()) {
            subjects.push(fact.of.as_deref());
        }
    }
    // The parts of a check behind the check.
    let first = |of: &str| subjects.iter().position(|other| other.is_some_and(|other| whole(other) == whole(of)));
    let order: Vec<_> = subjects.iter().map(|of| of.map(|of| (first(of), whole(of).len() < of.len()))).collect();
    let mut subjects: Vec<_> = order.into_iter().zip(subjects.iter().copied()).collect();
    subjects.sort_by_key(|(order, _)| *order);
    let each = subjects.into_iter().flat_map(|(_, of)| words.iter().filter_map(move |(word, name)| fact(all, word, name, of)));
    each.collect()
}

fn fact(all: &[&FactRecord], word: &str, name: &str, of: Option<&str>) -> Option<Fact> {
    let facts: Vec<&&FactRecord> = all.iter().filter(|fact| fact.name == word && fact.of.as_deref() == of).collect();
    let mut values: Vec<&str> = Vec::new();
    for fact in &facts {
        if !values.contains(&fact.value.as_str()) {
            values.push(&fact.value);
        }
    }
    let said = values.into_iter().map(|value| {
        let stating: BTreeSet<&str> = facts.iter().filter(|fact| fact.value == value).map(|fact| fact.document.as_str()).collect();
        let documents: Vec<&str> = stating.into_iter().collect();
        let value = if TIMES.contains(&word) { Text::time(value) } else { Text::of(value) };
        Said { value, documents: Text::of(&documents.join(", ")) }
    });
    let said: Vec<Said> = said.collect();
    let name = match of {
        Some(of) => subject(of).followed_by(&format!(": {}", name.to_ascii_lowercase())),
        None => Text::of(name),
    };
    (!said.is_empty()).then_some(Fact { name, said })
}

/// Returns the check of a part, or the subject itself.
fn whole(of: &str) -> &str {
    of.split('/').next().unwrap_or(of)
}

/// Returns the name of what a fact is about; a word of a provider's, such as `FACE_MATCH`, as a title. `FACE_MATCH/face_found` is a
/// part of a check.
fn subject(of: &str) -> Text {
    if let Some((check, part)) = of.split_once('/') {
        return subject(check).followed_by(&format!(", {}", Text::of(&part.replace('_', " "))));
    }
    if of.bytes().any(|byte| byte.is_ascii_lowercase()) { Text::of(of) } else { Text::title(&of.to_ascii_lowercase()) }
}

/// Returns true for a session of a provider that has groups instead of attempts.
pub(super) fn is_grouped(record: &Record) -> bool {
    record.attempts.is_empty() && record.media.iter().any(|medium| medium.type_hint.is_some())
}

/// Returns the person's name, as the first document that has one writes it.
pub(super) fn person(record: &Record) -> Option<Text> {
    let is_name = |fact: &&FactRecord| matches!(fact.name.as_str(), "given-name" | "family-name" | "full-name");
    let document = &record.facts.iter().find(is_name)?.document;
    let part =
        |word: &str| record.facts.iter().find(|fact| fact.name == word && fact.document == *document).map(|fact| fact.value.as_str());
    let parts: Vec<&str> = [part("given-name"), part("family-name")].into_iter().flatten().collect();
    Some(if parts.is_empty() { Text::of(part("full-name")?) } else { Text::of(&parts.join(" ")) })
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
