//! `vmedia show`: what the archive holds of a session: whom it is about, its files by attempt, what is missing and why.
//!
//! Reads the record and nothing else. Must not check anything; `verify` does.

use super::Context;
use super::came::{Detail, files};
use super::one_session::OneSession;
use super::opened::unlock;
use super::services::identities;
use crate::archive::payload_elsewhere;
use crate::archive::retention::{DispositionScope, Due, due};
use crate::archive::verify::Away;
use crate::archive::{CatalogRow, CompanionState, Condition, MediaRecord, PAGE, RECORD, Record, State, Verifications, catalog_row};
use crate::cli::{ShowArguments, ViewFormat};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::report::Style;
use crate::store::ReadStore;
use crate::text::{bytes, day, json, plural, sanitize};
use serde_json::{Value, json};
use std::path::PathBuf;

/// The largest record that is read, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

pub(super) fn run(arguments: &ShowArguments, context: &Context) -> Result<Exit> {
    let session = OneSession::of(&arguments.held, context)?;
    let store = session.store.as_ref();
    let mut row = catalog_row(store, &session.folder, &Verifications::read(store)?);
    let mut record = record(&session, &row)?;
    let opened = identities(&arguments.identity.identity, context)?.map(|identities| unlock(&session, &identities)).transpose()?.flatten();
    if let Some(opened) = &opened {
        record.facts.clone_from(&opened.record().facts);
        row.learn(&record.facts);
    }
    let width = context.console.answer_width().filter(|_| !arguments.wide);
    // A configuration that cannot be read has no part in what the archive holds.
    let schedules = context.resolver().and_then(|resolver| resolver.schedules()).unwrap_or_default();
    let dues = due(&row.cutoffs, &schedules);
    let away = payload_elsewhere(store, &session.folder)?;
    let view = View { away, record, page: page(&session)?, row, dues, session, width, is_opened: opened.is_some() };
    match arguments.format {
        ViewFormat::Text => view.print(context),
        ViewFormat::Json => context.console.answer(format!("{}\n", view.json()?).as_bytes()),
    }
    Ok(Exit::Done)
}

/// Returns the session's record.
fn record(session: &OneSession, row: &CatalogRow) -> Result<Record> {
    let place = session.location(RECORD);
    let Some(bytes) = session.store.read(&session.folder.join(RECORD), LARGEST)? else {
        let hint = if row.unfinished { "run `vmedia download` for this session, which completes it" } else { RESTORE };
        return Err(Error::new(ErrorKind::Damaged, format!("there is no record at {}", place.display()), hint));
    };
    serde_json::from_slice(&bytes).map_err(|_| {
        let reason = row.unreadable.as_deref().unwrap_or("this version of vmedia does not know its format");
        Error::new(ErrorKind::Damaged, format!("the record {} cannot be read: {reason}", place.display()), RESTORE)
    })
}

/// Hint for a record that is lost.
const RESTORE: &str = "`vmedia verify` says what is wrong with the session; a record that is lost or damaged, restore from a backup";

/// Returns the session's page, if it has one.
fn page(session: &OneSession) -> Result<Option<PathBuf>> {
    let is_here = session.store.length(&session.folder.join(PAGE))?.is_some();
    Ok(is_here.then(|| session.location(PAGE)).map(|page| std::path::absolute(&page).unwrap_or(page)))
}

/// A session as it is shown.
struct View {
    session: OneSession,
    row: CatalogRow,
    dues: Vec<Due>,
    record: Record,
    page: Option<PathBuf>,
    /// Payload that a bucket has.
    away: Away,
    /// The width of the terminal, unless everything is to be shown.
    width: Option<u16>,
    /// True if it is encrypted, and was opened.
    is_opened: bool,
}

impl View {
    fn print(&self, context: &Context) {
        let console = &context.console;
        let condition = self.row.condition();
        let style = if condition == Condition::Complete { Style::Good } else { Style::Note };
        let state = match &condition {
            Condition::Incomplete(lacking) => sanitize(&format!("incomplete: {}", lacking.join(", "))).into_owned(),
            other => other.as_str().to_owned(),
        };
        let id = sanitize(&self.row.session).into_owned();
        let mut lines = vec![format!("{id}  {}  {}", sanitize(&self.row.provider), console.paint_answer(style, &state))];
        lines.extend(self.facts().into_iter().map(|(name, value)| format!("  {name:<11}{}", sanitize(&value))));
        lines.push(String::new());
        console.answer_lines(&lines.join("\n"));
        let detail = if self.width.is_some() { Detail::Short } else { Detail::All };
        if let Some(files) = files(&self.record, detail, self.width) {
            console.answer(files.as_bytes());
        }
        let checks = self.checks();
        if !checks.is_empty() {
            console.answer_lines(&format!("\n{}", checks.join("\n")));
        }
        let mut lines = self.missing();
        let changes = self.record.history.len() as u64;
        if changes > 0 {
            lines.push(format!("{} after the first run; the page lists them", plural(changes, "change")));
        }
        if !lines.is_empty() {
            console.answer_lines(&format!("\n{}", lines.join("\n")));
        }
        if let Some(page) = &self.page {
            console.answer(format!("\npage: {}\n", console.answer_link(page)).as_bytes());
        }
    }

    /// Returns the facts of the session that are known, by name.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let (row, record) = (&self.row, &self.record);
        let on = |at: Option<_>| at.map(day);
        let archived = match (on(row.first), on(row.last)) {
            (Some(first), Some(last)) if first != last => Some(format!("{first}, last changed {last}")),
            (first, last) => first.or(last),
        };
        let attempts = (row.attempts > 0).then(|| plural(row.attempts, "attempt"));
        let held = [attempts, Some(plural(row.files, "file")), Some(bytes(row.bytes))];
        let known = |name: &str| record.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.clone());
        let reason = known("decision-reason").map(|reason| format!(" ({reason})")).unwrap_or_default();
        let facts = [
            ("Name", (!row.names.is_empty()).then(|| row.names.join("; "))),
            ("Reference", row.reference.clone()),
            ("Decision", row.decision.as_ref().map(|decision| format!("{decision}{reason}"))),
            ("Archived", archived),
            ("Encrypted", record.encryption.as_ref().map(|_| self.encrypted().to_owned())),
            ("Verified", Some(on(row.verified).unwrap_or_else(|| "never".to_owned()))),
            ("Held for", (!row.holds.is_empty()).then(|| row.holds.join("; "))),
            ("Due", due_text(&self.dues)),
            ("Payload", (!self.away.is_none()).then(|| elsewhere_text(&self.away))),
            ("Holds", Some(held.into_iter().flatten().collect::<Vec<_>>().join(", "))),
        ];
        facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn encrypted(&self) -> &'static str {
        if self.is_opened { "its files; opened with this identity" } else { "its files; --identity FILE also shows names and decisions" }
    }

    /// Returns the lines about what the provider's checks recommend, with the results of their parts.
    fn checks(&self) -> Vec<String> {
        let facts = &self.record.facts;
        let stated = |name: &str, of: &str| facts.iter().find(|fact| fact.name == name && fact.of.as_deref() == Some(of));
        let mut lines = Vec::new();
        for check in facts.iter().filter(|fact| fact.name == "check-recommendation") {
            let Some(of) = check.of.as_deref() else { continue };
            let reason = stated("check-reason", of).map(|reason| format!(" ({})", reason.value)).unwrap_or_default();
            lines.push(format!("  {of}: {}{reason}", check.value));
            for part in facts.iter().filter(|fact| fact.name == "check-result") {
                let Some((name, of)) = part.of.as_deref().and_then(|part| Some((part.strip_prefix(of)?.strip_prefix('/')?, part))) else {
                    continue;
                };
                let process = stated("check-process", of).map(|process| format!(" ({})", process.value)).unwrap_or_default();
                lines.push(format!("    {name}: {}{process}", part.value));
            }
        }
        let lines: Vec<String> = lines.iter().map(|line| sanitize(line).into_owned()).collect();
        if lines.is_empty() { lines } else { [vec!["Checks by the provider".to_owned()], lines].concat() }
    }

    /// Returns the lines about what is not archived, each with its reason.
    fn missing(&self) -> Vec<String> {
        let record = &self.record;
        let mut lines = Vec::new();
        let reason =
            |reason: Option<String>| reason.filter(|reason| !reason.is_empty()).map(|reason| format!(": {reason}")).unwrap_or_default();
        for media in record.media.iter().filter(|media| media.state != State::Archived) {
            let what = media.context.as_deref().unwrap_or("media");
            let reason = media.reason.as_ref().map(|reason| reason.text()).filter(|reason| !reason.is_empty());
            let state = media.state.as_str_with(State::as_str);
            let text = match reason {
                // The reason begins with the state.
                Some(reason) if media.state == State::Erased => reason,
                Some(reason) => format!("{state}: {reason}"),
                None => state.to_owned(),
            };
            lines.push(format!("  {what}{}: {text}", place(record, media)));
        }
        for companion in record.companions.iter().filter(|companion| companion.state != CompanionState::Archived) {
            let is_absent = companion.state == CompanionState::Absent;
            let state = if is_absent { "the provider has none" } else { "not fetched" };
            lines.push(format!("  {}: {state}{}", companion.name, reason(companion.reason.as_ref().map(|reason| reason.text()))));
        }
        lines.extend(record.problems.iter().map(|problem| format!("  listing: {problem}")));
        let lines: Vec<String> = lines.iter().map(|line| sanitize(line).into_owned()).collect();
        if lines.is_empty() { lines } else { [vec!["Not archived".to_owned()], lines].concat() }
    }

    /// Returns one object: the fields of the catalog, and those of the record that have no secrets.
    fn json(&self) -> Result<String> {
        let (row, record) = (&self.row, &self.record);
        let fields = json!({
            "session": row.session, "provider": row.provider, "condition": row.condition().as_str(),
            "reference": row.reference, "name": row.names.first(), "decision": row.decision,
            "files": row.files, "bytes": row.bytes, "elsewhere": (!self.away.is_none()).then_some(&self.away), "first_archived": row.first, "last_archived": row.last,
            "holds": row.holds, "due": self.dues.iter().map(due_fields).collect::<Vec<_>>(),
            "last_verified": row.verified, "last_authenticated": row.authenticated,
            "archive": self.session.root.display().to_string(), "folder": row.folder,
            "page": self.page.as_ref().map(|page| page.display().to_string()),
            "attempts": record.attempts, "media": record.media, "documents": record.documents, "companions": record.companions,
            "encryption": record.encryption, "problems": record.problems, "facts": record.facts, "history": record.history,
        });
        pretty(&fields)
    }
}

/// Returns the text about payload that is not here.
pub(super) fn elsewhere_text(away: &Away) -> String {
    let (verb, amount) = (if away.files == 1 { "is" } else { "are" }, format!("{} ({})", plural(away.files, "file"), bytes(away.bytes)));
    format!("{amount} {verb} in {}, not here; `vmedia repair --from-bucket` fetches them back", away.places.join(", "))
}

/// Returns the days on which the session and its biometric media are due.
fn due_text(dues: &[Due]) -> Option<String> {
    let day = |due: &Due| match due.class {
        DispositionScope::Session => format!("{} ({}, {} {})", due.due, due.schedule, due.event, due.cutoff),
        DispositionScope::Biometric => format!("biometric media {} ({}, {} {})", due.due, due.schedule, due.event, due.cutoff),
    };
    (!dues.is_empty()).then(|| dues.iter().map(day).collect::<Vec<_>>().join("; "))
}

fn due_fields(due: &Due) -> Value {
    let Due { class, schedule, authority, event, cutoff, due: day, maximum, .. } = due;
    json!({
        "class": class.as_str(), "due": day, "maximum": maximum, "schedule": schedule, "authority": authority, "event": event,
        "cutoff": cutoff,
    })
}

/// Returns the attempt or the group of a media file, as part of a sentence.
fn place(record: &Record, media: &MediaRecord) -> String {
    let attempt = record.attempts.iter().position(|attempt| Some(&attempt.id) == media.attempt.as_ref());
    let count = record.attempts.len();
    match (attempt, &media.group) {
        (Some(index), _) => format!(" of attempt {} of {count}", count.saturating_sub(index)),
        (None, Some(group)) => format!(" of {}", group.name),
        (None, None) => String::new(),
    }
}

fn pretty(value: &Value) -> Result<String> {
    let failed = |error| Error::unexpected("cannot write the session as JSON").caused_by(error);
    serde_json::to_string_pretty(value).map(json).map_err(failed)
}
