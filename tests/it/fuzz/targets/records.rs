//! `archive.json` and the mark of an unfinished session, with arbitrary content. Parts: the record, the mark,
//! and the bytes of a file that may be named.

use super::memory::Memory;
use super::{Reader, identity, now};
use serde_json::Value;
use std::sync::Arc;
use vmedia::archive::verify::examine;
use vmedia::archive::{Journal, Origin, Reason, Record, Salt, SessionArchive, State, Verifications, catalog_row};
use vmedia::store::{Store, StorePath};

/// Reads a record by itself, then in a folder with a mark.
pub fn run(input: &[u8]) {
    let mut parts = super::parts(input);
    let mut next = || parts.next().unwrap_or_default();
    let (record, mark, file) = (next(), next(), next());
    let parsed: Option<Record> = serde_json::from_slice(record).ok();
    if let Some(parsed) = &parsed {
        reads_back(parsed, record);
    }
    let Some(origin) = origin(parsed.as_ref()) else { return };
    let folder = SessionArchive::folder_of(&origin.session);
    let name = folder.as_str();
    let mut memory = Memory::for_folders(&[name, "_journal"]).with(&format!("{name}/data/x"), file);
    if !record.is_empty() {
        memory = memory.with(&format!("{name}/archive.json"), record);
    }
    if !mark.is_empty() {
        memory = memory.with(&format!("{name}/unfinished.ndjson"), mark);
    }
    let row = catalog_row(&memory, &folder, &Verifications::default());
    assert!(row.unreadable.is_some() || parsed.is_none() || row.session == origin.session.as_str(), "{row:?}");
    becomes_a_bag(Arc::new(memory), &folder, origin);
}

/// What was read is written so that it reads back the same, with everything that a newer version may have added.
fn reads_back(parsed: &Record, text: &[u8]) {
    let written = serde_json::to_vec(parsed).expect("text");
    let again: Record = serde_json::from_slice(&written).expect("what was written");
    assert_eq!(again, *parsed);
    let (before, after): (Value, Value) = (serde_json::from_slice(text).expect("JSON"), serde_json::from_slice(&written).expect("JSON"));
    survives(&before, &after, "");
    for list in ["attempts", "media", "documents", "companions", "facts", "history"] {
        let entries = |value: &Value| value.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
        let (before, after) = (entries(&before), entries(&after));
        assert_eq!(before.len(), after.len(), "{list}");
        for (before, after) in before.iter().zip(&after) {
            survives(before, after, list);
        }
    }
}

/// Every field that says something is there afterwards.
fn survives(before: &Value, after: &Value, place: &str) {
    for (name, value) in before.as_object().into_iter().flatten() {
        let says_nothing = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        assert!(says_nothing || after.get(name).is_some(), "{place} has lost {name:?}");
    }
}

/// Where the record says that it belongs; some place where there is none.
fn origin(record: Option<&Record>) -> Option<Origin> {
    let (provider, session) = match record {
        Some(record) => (record.provider.clone(), record.session.clone()),
        None => ("veriff".to_owned(), vmedia::model::SessionId::parse("s").ok()?),
    };
    Some(Origin { provider, base_url: "https://x.example".to_owned(), session, salt: Salt::of([7; 32]) })
}

/// A session that can be opened can be finished, and its record is one that can be read again.
fn becomes_a_bag(memory: Arc<Memory>, folder: &StorePath, origin: Origin) {
    let store: Arc<dyn Store> = memory;
    let again = Origin { ..origin.clone() };
    // What is there before anything is done, also where it cannot be opened.
    examine(store.as_ref(), folder, &Reader).expect("a verdict");
    let Ok(mut archive) = SessionArchive::open(Arc::clone(&store), origin, &Reader, now()) else { return };
    let journal = Journal::new(Arc::clone(&store), identity());
    let media: Vec<_> = archive_media(store.as_ref(), folder);
    for item in &media {
        archive.holding(item, &journal, &mut |_| Ok(())).expect("a verdict");
        archive.revision.settle(&item.id, State::Failed, Reason::Unavailable { text: "HTTP 503".to_owned() });
    }
    archive.commit(&journal, now()).expect("a bag");
    journal.close(None, now()).expect("closed");
    SessionArchive::open(Arc::clone(&store), again, &Reader, now()).expect("its own record");
    let examined = examine(store.as_ref(), folder, &Reader).expect("a verdict");
    assert!(!examined.unfinished && examined.session().is_some(), "{:?}", examined.findings);
}

fn archive_media(store: &dyn Store, folder: &StorePath) -> Vec<vmedia::model::MediaItem> {
    let text = store.read(&folder.join("archive.json"), u64::MAX).expect("readable").unwrap_or_default();
    serde_json::from_slice::<Record>(&text)
        .map(|record| record.media.iter().map(vmedia::archive::MediaRecord::item).collect())
        .unwrap_or_default()
}
