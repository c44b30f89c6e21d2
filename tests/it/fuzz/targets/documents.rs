//! A session's document as Yoti gives it, walked for media. One part: the document.

use super::memory::Memory;
use super::safe::is_safe_path;
use super::{Reader, identity, now, yoti};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;
use vmedia::archive::verify::examine;
use vmedia::archive::{Document, Journal, Origin, Reason, Salt, SessionArchive, SignatureRecord, State, planned_path};
use vmedia::http::Failure;
use vmedia::model::{MediaId, SessionId, readable};
use vmedia::provider::{Call, Ends, Fetch, Listing, Provider, Scope};
use vmedia::store::{Store, StorePath};

/// Answers everything with the input.
struct Answer<'a>(&'a [u8]);

impl Fetch for Answer<'_> {
    fn fetch_all(&mut self, calls: &[Call], _: &Ends<'_>) -> Result<Vec<Result<&[u8], Failure>>, Failure> {
        let asked: Vec<_> = calls.iter().map(|call| (call.target.as_str(), call.document.as_str())).collect();
        assert_eq!(asked, [("/sessions/s", "session")]);
        Ok(vec![Ok(self.0)])
    }
}

fn session() -> SessionId {
    SessionId::parse("s").expect("an id")
}

/// Reads a document.
pub fn run(input: &[u8]) {
    for fact in yoti().facts("session", input) {
        assert!(!fact.value.is_empty() && fact.value.chars().count() <= 200, "{fact:?}");
    }
    let Ok(listing) = yoti().listing(&mut Answer(input), &session(), &Scope::All) else { return };
    let document: Value = serde_json::from_slice(&readable(input)).expect("what was read is JSON");
    is_consistent(&listing, &document, input);
    nothing_is_overlooked(&listing, &document);
    becomes_a_bag(listing, input);
}

fn is_consistent(listing: &Listing, document: &Value, input: &[u8]) {
    assert!(listing.attempts.is_empty());
    let listed = yoti().listed("session", input).expect("it was read before");
    let ids: Vec<&MediaId> = listing.media.iter().map(|item| &item.id).collect();
    assert_eq!(listed.iter().collect::<Vec<_>>(), ids, "a verification sees what a download saw");
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "a medium is listed twice");
    for item in &listing.media {
        assert!(!item.places.is_empty(), "{item:?}");
        for place in &item.places {
            let named = document.pointer(&place.pointer).unwrap_or_else(|| panic!("{place:?} is no place"));
            let id = named.get("id").unwrap_or(named);
            assert!(id.as_str() == Some(item.id.as_str()), "{place:?} names {id}, not {}", item.id);
        }
        let target = yoti().media(&session(), &item.id).target;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
        assert!(target.bytes().all(is_plain) && target.split('/').count() == 6, "{target}");
    }
}

/// Whatever stands under `media` with a text for an id is listed, unless a problem says that something is not.
fn nothing_is_overlooked(listing: &Listing, document: &Value) {
    let ids: HashSet<&str> = listing.media.iter().map(|item| item.id.as_str()).collect();
    let mut values = vec![document];
    while let Some(value) = values.pop() {
        match value {
            Value::Object(members) => {
                let id = members.get("media").and_then(|medium| medium.get("id")).and_then(Value::as_str);
                assert!(id.is_none_or(|id| ids.contains(id)) || !listing.problems.is_empty(), "{id:?} is overlooked");
                values.extend(members.values());
            }
            Value::Array(elements) => values.extend(elements),
            _ => {}
        }
    }
}

/// Whatever is listed, its names are safe and its own, the folder is a valid bag, and a second look changes nothing.
fn becomes_a_bag(mut listing: Listing, input: &[u8]) {
    let memory = Arc::new(Memory::for_folders(&["s", "_journal"]));
    let store: Arc<dyn Store> = memory.clone();
    let journal = Journal::new(Arc::clone(&store), identity());
    let mut records = Vec::new();
    for _ in 0..2 {
        let origin =
            Origin { provider: "yoti".to_owned(), base_url: "https://x.example".to_owned(), session: session(), salt: Salt::of([7; 32]) };
        let mut archive = SessionArchive::open(Arc::clone(&store), origin, &Reader, now()).expect("a session");
        archive.revision.settle_groups(&mut listing.media);
        let mut paths = HashSet::new();
        for item in &listing.media {
            let path = planned_path(item).replace(".*", ".bin");
            is_safe_path(&path);
            assert!(path.starts_with("data/") && path.split('/').count() == 3 && paths.insert(path), "{item:?}");
        }
        archive.revision.describe(&[], &listing.media, &listing.problems, now());
        archive.revision.grows(listing.may_grow);
        let word = || "session".to_owned();
        let (signature, redacted) = (SignatureRecord::absent(), Vec::new());
        let document = Document { name: word(), endpoint: word(), bytes: input.to_vec(), signature, fetched: now(), redacted };
        archive.keep_documents(&[document], now()).expect("kept");
        for item in &listing.media {
            archive.revision.settle(&item.id, State::Gone, Reason::NotFound { text: "HTTP 404".to_owned() });
        }
        archive.commit(&journal, now()).expect("a bag");
        records.push(memory.get("s/archive.json").expect("a record"));
    }
    assert!(records[0] == records[1], "the same document gave another record");
    let examined = examine(store.as_ref(), &StorePath::name("s"), &Reader).expect("a verdict");
    assert_eq!(examined.findings, Vec::new());
    journal.close(None, now()).expect("closed");
}
