//! The provider's listings: the attempts of a session, its media, the media of each attempt. Parts: the answers, in the
//! order in which they are asked for.

use super::memory::Memory;
use super::safe::is_safe_path;
use super::{Reader, identity, now, veriff};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use vmedia::archive::verify::examine;
use vmedia::archive::{Document, Journal, Origin, Reason, Salt, SessionArchive, SignatureRecord, State, planned_path};
use vmedia::http::{Cause, Failure};
use vmedia::model::{AttemptId, MediaId, SessionId, readable};
use vmedia::provider::{Call, Ends, Fetch, Listing, Provider, Scope};
use vmedia::store::{Store, StorePath};

/// Answers with the parts of an input, and remembers which answer was for which document.
struct Answers<'a> {
    left: Vec<&'a [u8]>,
    given: BTreeMap<String, &'a [u8]>,
}

impl<'a> Answers<'a> {
    fn answer(&mut self, call: &Call) -> Result<&'a [u8], Failure> {
        is_safe_target(&call.target);
        if self.left.is_empty() {
            return Err(Failure::new(Cause::NotFound, "HTTP 404"));
        }
        let answer = self.left.remove(0);
        assert!(self.given.insert(call.document.clone(), answer).is_none(), "{} was asked for twice", call.document);
        Ok(answer)
    }
}

impl Fetch for Answers<'_> {
    fn fetch_all(&mut self, calls: &[Call], ends: &Ends<'_>) -> Result<Vec<Result<&[u8], Failure>>, Failure> {
        let answers = calls.iter().map(|call| match self.answer(call) {
            Err(failure) if ends(call, &failure) => Err(failure),
            answer => Ok(answer),
        });
        answers.collect()
    }
}

/// An id must not lead to another endpoint.
#[track_caller]
fn is_safe_target(target: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
    assert!(target.bytes().all(is_plain) && target.split('/').all(|name| name != "." && name != ".."), "{target}");
}

fn session() -> SessionId {
    SessionId::parse("s").expect("an id")
}

/// Reads the answers of an input.
pub fn run(input: &[u8]) {
    let provider = veriff();
    for document in ["decision", "person", "media"] {
        for fact in provider.facts(document, input) {
            assert!(!fact.value.is_empty() && fact.value.chars().count() <= 200, "{fact:?}");
        }
    }
    let mut answers = Answers { left: super::parts(input).collect(), given: BTreeMap::new() };
    let Ok(listing) = provider.listing(&mut answers, &session(), &Scope::All) else { return };
    is_consistent(&listing);
    nothing_is_overlooked(&listing, &answers.given);
    becomes_a_bag(&listing, &answers.given);
}

fn is_consistent(listing: &Listing) {
    let attempts: HashSet<&AttemptId> = listing.attempts.iter().map(|attempt| &attempt.id).collect();
    assert_eq!(attempts.len(), listing.attempts.len(), "an attempt is listed twice");
    let mut ids = HashSet::new();
    let mut paths = HashSet::new();
    for item in &listing.media {
        assert!(ids.insert(&item.id), "media {} is listed twice", item.id);
        assert_eq!(item.attempt.is_none(), attempts.is_empty(), "{item:?}");
        assert!(item.attempt.as_ref().is_none_or(|attempt| attempts.contains(attempt)), "{item:?}");
        assert!(!item.places.is_empty() && item.places.iter().all(|place| place.pointer.starts_with('/')), "{item:?}");
        let places: HashSet<_> = item.places.iter().map(|place| (&place.document, &place.pointer)).collect();
        assert_eq!(places.len(), item.places.len(), "a place is named twice: {item:?}");
        assert!(item.duration.is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0), "{item:?}");
        assert!(item.size.is_none_or(|bytes| bytes <= 1 << 53), "{item:?}");
        let path = planned_path(item);
        is_safe_path(&path);
        is_safe_target(&veriff().media(&session(), &item.id).target);
        assert!(path.starts_with("data/") && path.split('/').count() == 3, "{path}");
        assert!(paths.insert(path), "two media have the name of {item:?}");
    }
}

/// Every id in a documented section is among the media, or a problem says that something is not.
fn nothing_is_overlooked(listing: &Listing, given: &BTreeMap<String, &[u8]>) {
    let ids: HashSet<&str> = listing.media.iter().map(|item| item.id.as_str()).collect();
    for (_, answer) in given.iter().filter(|(name, _)| name.ends_with("media")) {
        let Ok(value) = serde_json::from_slice::<Value>(&readable(answer)) else { panic!("an answer that is not JSON was read") };
        for section in ["images", "videos", "nfcDocuments"] {
            for entry in value.get(section).and_then(Value::as_array).into_iter().flatten() {
                let id = match entry.get("id") {
                    Some(Value::String(id)) => id.clone(),
                    Some(Value::Number(id)) => id.to_string(),
                    _ => String::new(),
                };
                let is_listed = MediaId::parse(&id).is_ok() && ids.contains(id.as_str());
                assert!(is_listed || MediaId::parse(&id).is_err() && !listing.problems.is_empty(), "{id:?} is overlooked");
            }
        }
    }
}

/// Whatever is listed, the folder that it leads to is a valid bag, and a second look at the same answers changes nothing.
fn becomes_a_bag(listing: &Listing, given: &BTreeMap<String, &[u8]>) {
    let memory = Arc::new(Memory::for_folders(&["s", "_journal"]));
    let store: Arc<dyn Store> = memory.clone();
    let journal = Journal::new(Arc::clone(&store), identity());
    let mut records = Vec::new();
    for _ in 0..2 {
        let origin =
            Origin { provider: "veriff".to_owned(), base_url: "https://x.example".to_owned(), session: session(), salt: Salt::of([7; 32]) };
        let mut archive = SessionArchive::open(Arc::clone(&store), origin, &Reader, now()).expect("a session");
        archive.revision.describe(&listing.attempts, &listing.media, &listing.problems, now());
        let documents = given.iter().map(|(name, bytes)| {
            let (name, endpoint, bytes) = (name.clone(), name.clone(), bytes.to_vec());
            Document { name, endpoint, bytes, signature: SignatureRecord::absent(), fetched: now(), redacted: Vec::new() }
        });
        archive.keep_documents(&documents.collect::<Vec<_>>(), now()).expect("kept");
        for item in &listing.media {
            archive.revision.settle(&item.id, State::Gone, Reason::NotFound { text: "HTTP 404".to_owned() });
        }
        archive.commit(&journal, now()).expect("a bag");
        records.push(memory.get("s/archive.json").expect("a record"));
    }
    assert!(records[0] == records[1], "the same listing gave another record");
    let examined = examine(store.as_ref(), &StorePath::name("s"), &Reader).expect("a verdict");
    assert_eq!(examined.findings, Vec::new());
    journal.close(None, now()).expect("closed");
}
