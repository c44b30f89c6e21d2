//! Makes the catalog's row for a session from its record alone. Parses only the fields that a row needs, so that a hundred thousand
//! records take seconds; a record of a newer version has a row, too, as far as it can be read.
//!
//! Must not check anything; that is for verification.

use crate::error::quote;
use crate::journal::{Cutoffs, ErasedSession, Verifications};
use crate::layout::{MARKER, RECORD};
use crate::record::{CompanionState, FactRecord, LARGEST_RECORD, State, parse_error};
use crate::store::{ReadStore, StorePath};
use crate::text::plural;
use crate::word::Word;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// The catalog's row for a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogRow {
    /// The session's folder in the archive.
    pub folder: String,
    /// The session's id; its folder's name if the record cannot be read.
    pub session: String,
    /// The provider.
    pub provider: String,
    /// Number of attempts.
    pub attempts: u64,
    /// Number of payload files here.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The time of the first run that archived it.
    pub first: Option<Timestamp>,
    /// The time of the last change.
    pub last: Option<Timestamp>,
    /// The time of the last verification as a whole without findings.
    pub verified: Option<Timestamp>,
    /// The time when the provider's signatures were last computed again and held.
    pub authenticated: Option<Timestamp>,
    /// Numbers of media files by their state.
    pub states: BTreeMap<State, u64>,
    /// Numbers of those that were archived once, were found damaged or missing, and could not be fetched again.
    pub(crate) damaged: BTreeMap<State, u64>,
    /// Numbers of media files and companion documents by the state that a newer version wrote.
    pub newer: BTreeMap<String, u64>,
    /// Number of companion documents that could not be fetched.
    pub unanswered: u64,
    /// Number of listings that could not be fetched, or name media that cannot be requested.
    pub problems: u64,
    /// The provider's decision, if it was kept.
    pub decision: Option<String>,
    /// The customer's reference, if a kept document has it.
    pub reference: Option<String>,
    /// The person's names in the kept documents, each once: the first is that of the first document that has one.
    pub names: Vec<String>,
    /// The ids of the attempts and media files.
    pub ids: Vec<String>,
    /// The cases for which it is held, sorted.
    pub holds: Vec<String>,
    /// The days from which its retention counts.
    pub cutoffs: Cutoffs,
    /// The time at which it was erased.
    pub erased: Option<Timestamp>,
    /// True if its files are encrypted, so that decision, reference and names are in none of the record.
    pub encrypted: bool,
    /// True if a run is changing it, or was killed while it did.
    pub unfinished: bool,
    /// The reason why the record cannot be read.
    pub unreadable: Option<String>,
}

/// The state of a session as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Everything could be listed, every listed media file is archived, and every requested document was answered.
    Complete,
    /// Nothing is lacking, and there are no media.
    Empty,
    /// Something is lacking: each sort of it with its number.
    Incomplete(Vec<String>),
    /// A run is changing it, or was killed while it did.
    Unfinished,
    /// Its record cannot be read.
    Unreadable,
    /// It was erased, and nothing of it is left.
    Erased,
}

impl Condition {
    pub(crate) fn is_complete(&self) -> bool {
        *self == Self::Complete
    }

    /// Returns the stable code.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Empty => "empty",
            Self::Incomplete(_) => "incomplete",
            Self::Unfinished => "unfinished",
            Self::Unreadable => "unreadable",
            Self::Erased => "erased",
        }
    }

    /// Returns the text for people, which may quote the record.
    pub fn text(&self) -> String {
        match self {
            Self::Incomplete(lacking) => lacking.join(", "),
            other => other.as_str().to_owned(),
        }
    }
}

impl CatalogRow {
    /// Replaces decision, reference and names by what these facts state.
    pub fn learn(&mut self, facts: &[FactRecord]) {
        let slim = |fact: &FactRecord| SlimFact { name: fact.name.clone(), value: fact.value.clone(), document: fact.document.clone() };
        self.state(&facts.iter().map(slim).collect::<Vec<_>>());
    }

    fn state(&mut self, facts: &[SlimFact]) {
        let fact = |name: &str| facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.clone());
        (self.decision, self.reference) = (fact("decision"), fact("reference"));
        self.names = names(facts);
    }

    /// Returns the state of the session as a whole.
    pub fn condition(&self) -> Condition {
        if self.erased.is_some() {
            return Condition::Erased;
        }
        if self.unreadable.is_some() {
            return Condition::Unreadable;
        }
        if self.unfinished {
            return Condition::Unfinished;
        }
        let some = |count: u64, text: String| (count > 0).then_some(text);
        let mut lacking = Vec::new();
        // Nothing is lacking of media that were erased by order.
        let is_lacking = |state: &State| !matches!(state, State::Archived | State::Erased);
        for (state, count) in self.states.iter().filter(|(state, _)| is_lacking(state)) {
            let never = count - self.damaged.get(state).copied().unwrap_or(0);
            lacking.extend(some(never, format!("{never} {}", state.as_str())));
        }
        let damaged = self.damaged.values().sum();
        lacking.extend(some(damaged, format!("{damaged} found damaged")));
        lacking.extend(self.newer.iter().map(|(word, count)| format!("{count} {} (written by a newer version)", quote(word))));
        lacking.extend(some(self.unanswered, format!("{} not fetched", plural(self.unanswered, "document"))));
        lacking.extend(some(self.problems, plural(self.problems, "listing problem")));
        match (lacking.is_empty(), self.states.is_empty()) {
            (true, false) => Condition::Complete,
            (true, true) => Condition::Empty,
            (false, _) => Condition::Incomplete(lacking),
        }
    }
}

#[derive(Deserialize)]
struct SlimRecord {
    session: String,
    provider: String,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    #[serde(default)]
    attempts: Vec<SlimAttempt>,
    #[serde(default)]
    media: Vec<SlimMedia>,
    #[serde(default)]
    companions: Vec<SlimCompanion>,
    #[serde(default)]
    problems: Vec<IgnoredAny>,
    encryption: Option<IgnoredAny>,
    #[serde(default)]
    facts: Vec<SlimFact>,
}

#[derive(Deserialize)]
struct SlimAttempt {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
struct SlimMedia {
    #[serde(default)]
    id: String,
    state: Word<State>,
    #[serde(default)]
    files: Vec<SlimFile>,
}

#[derive(Deserialize)]
struct SlimFile {
    bytes: u64,
    lost: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct SlimCompanion {
    state: Word<CompanionState>,
}

#[derive(Deserialize)]
struct SlimFact {
    name: String,
    value: String,
    #[serde(default)]
    document: String,
}

/// Returns the row of a session.
pub fn catalog_row(store: &dyn ReadStore, folder: &StorePath, verified: &Verifications) -> CatalogRow {
    let mut row = CatalogRow { folder: folder.to_string(), session: folder.to_string(), ..CatalogRow::default() };
    let read = store.length(&folder.join(MARKER)).and_then(|marker| {
        row.unfinished = marker.is_some();
        store.read(&folder.join(RECORD), LARGEST_RECORD)
    });
    match read.map(|bytes| bytes.map(|bytes| serde_json::from_slice::<SlimRecord>(&bytes))) {
        Ok(Some(Ok(record))) => fill(&mut row, record),
        Ok(Some(Err(error))) => row.unreadable = Some(parse_error(&error)),
        // A run that was killed early leaves none.
        Ok(None) if row.unfinished => {}
        Ok(None) => row.unreadable = Some("it is missing".to_owned()),
        Err(error) => row.unreadable = Some(error.what().to_owned()),
    }
    let retained = verified.retained();
    row.holds = retained.held(folder.as_str()).iter().map(|hold| hold.case.clone()).collect();
    row.cutoffs = retained.cutoffs(folder.as_str()).clone();
    let verified = verified.of(&row.session);
    (row.verified, row.authenticated) = (verified.at, verified.authenticated);
    row
}

/// Returns the row of a session that was erased, as the journal has it.
pub fn erased_row(erased: &ErasedSession, verified: &Verifications) -> CatalogRow {
    let facts = &erased.facts;
    let holds = verified.retained().held(&facts.folder);
    CatalogRow {
        folder: facts.folder.clone(),
        session: facts.session.to_string(),
        provider: facts.provider.clone().unwrap_or_default(),
        last: erased.erased,
        erased: erased.erased,
        holds: holds.iter().map(|hold| hold.case.clone()).collect(),
        ..CatalogRow::default()
    }
}

fn fill(row: &mut CatalogRow, record: SlimRecord) {
    row.session = record.session;
    row.provider = record.provider;
    row.attempts = record.attempts.len() as u64;
    (row.first, row.last) = (record.created, record.updated);
    row.encrypted = record.encryption.is_some();
    row.state(&record.facts);
    row.ids = record.attempts.into_iter().map(|attempt| attempt.id).collect();
    row.unanswered = record.companions.iter().filter(|companion| companion.state == CompanionState::Failed).count() as u64;
    row.problems = record.problems.len() as u64;
    for word in record.companions.iter().filter_map(|companion| companion.state.newer()) {
        *row.newer.entry(word.to_owned()).or_default() += 1;
    }
    for medium in record.media {
        row.ids.push(medium.id);
        for file in medium.files.iter().filter(|file| file.lost.is_none()) {
            row.files += 1;
            row.bytes = row.bytes.saturating_add(file.bytes);
        }
        let state = match medium.state {
            Word::Known(state) => state,
            Word::Newer(word) => {
                *row.newer.entry(word).or_default() += 1;
                continue;
            }
        };
        let could_not_be_had = matches!(state, State::Withheld | State::Gone | State::Failed);
        if could_not_be_had && medium.files.iter().any(|file| file.lost.is_none()) {
            *row.damaged.entry(state).or_default() += 1;
        }
        *row.states.entry(state).or_default() += 1;
    }
}

/// Returns the person's name in each document, each once.
fn names(facts: &[SlimFact]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for first in facts.iter().filter(|fact| matches!(fact.name.as_str(), "given-name" | "family-name")) {
        let part = |name: &str| {
            let fact = facts.iter().find(|fact| fact.name == name && fact.document == first.document);
            fact.map(|fact| fact.value.trim()).filter(|value| !value.is_empty())
        };
        let name = [part("given-name"), part("family-name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    for full in facts.iter().filter(|fact| fact.name == "full-name").map(|fact| fact.value.trim()) {
        if !full.is_empty() && !names.iter().any(|name| name == full) {
            names.push(full.to_owned());
        }
    }
    names
}
