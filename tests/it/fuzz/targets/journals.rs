//! The journal, with arbitrary content. Parts: its segments, in the order of their names.

use super::memory::Memory;
use super::{identity, now};
use std::sync::Arc;
use vmedia::archive::{Chain, JOURNAL_FOLDER, Journal, Scope, Verifications};
use vmedia::model::SessionId;
use vmedia::store::Store;

fn read(store: &dyn Store, lines: &mut u64) -> Chain {
    let heads = ["0".repeat(64), String::new()];
    let mut watch = |_: &[u8]| {
        *lines += 1;
        Ok(())
    };
    Chain::read(store, &Scope::All, &heads, &mut watch).expect("a verdict")
}

/// Reads a journal to its end, then adds a run to it.
pub fn run(input: &[u8]) {
    let mut memory = Memory::for_folders(&[JOURNAL_FOLDER]);
    let mut whole_lines = 0;
    let mut segments = 0;
    for part in super::parts(input).take(8) {
        // Names sort as those of real segments do, before that of the run below.
        memory = memory.with(&format!("{JOURNAL_FOLDER}/20200101T00000{segments}.000Z-0.ndjson"), part);
        whole_lines += part.iter().filter(|byte| **byte == b'\n').count() as u64;
        segments += 1;
    }
    let store: Arc<dyn Store> = Arc::new(memory);
    let mut seen = 0;
    let before = read(store.as_ref(), &mut seen);
    assert_eq!((before.segments, before.lines), (segments, whole_lines));
    assert!(seen >= whole_lines && before.heads.len() as u64 <= segments);
    Verifications::read(store.as_ref()).expect("an answer");

    let journal = Journal::new(Arc::clone(&store), identity());
    journal.verified(SessionId::parse("s").expect("an id"), None, None, now()).expect("written");
    let segment = journal.segment().map_or_else(String::new, |path| path.to_string());
    let path = journal.close(None, now()).expect("closed").expect("a segment");
    assert!(segment.is_empty() || segment == path.path.as_str());
    let name = path.path.as_str().rsplit('/').next().expect("a name").to_owned();
    let after = read(store.as_ref(), &mut 0);
    assert_eq!((after.segments, after.lines), (segments + 1, whole_lines + 3));
    assert!(after.findings.iter().all(|(segment, _)| *segment != name), "{:?}", after.findings);
    assert!(after.heads.iter().any(|(segment, _)| *segment == name), "{:?}", after.heads);
    // What stood there is judged as before: the run vouches for it as it found it.
    assert_eq!(after.findings, before.findings);
    let verified = Verifications::read(store.as_ref()).expect("an answer");
    assert!(verified.of("s").at >= Some(now()), "{verified:?}");
}
