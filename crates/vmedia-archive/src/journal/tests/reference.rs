//! Compares the reader of journals with one that is plain and slow, on journals that were made and altered by chance.

use crate::error::Result;
use crate::journal::entry::{Entry, Line, Parent};
use crate::journal::index::{INDEX, Indexer, SMALLEST};
use crate::journal::{Chain, FOLDER, Retained, Scope, Verifications};
use crate::store::{Digest, Listed, LocalStore, ReadStore, Stat, StorePath};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const NO_LINE: &str = " is not a line of a journal";
const NOT_FOLLOWING: &str = " does not follow from the line before it: one was altered, added or removed";

/// A journal by its segments' names.
type Segments = BTreeMap<String, Vec<u8>>;
type Findings = Vec<(String, String)>;

/// Returns the findings of a journal and the places of the lines about each session, which a reader is to return.
fn plain(segments: &Segments) -> (Findings, BTreeMap<String, Vec<(usize, usize)>>) {
    let (mut findings, mut places) = (Vec::new(), BTreeMap::<String, Vec<(usize, usize)>>::new());
    let (mut ends, mut lengths) = (BTreeMap::new(), BTreeMap::new());
    let mut links: Vec<(String, Parent)> = Vec::new();
    let (mut holds, mut released) = (BTreeSet::new(), BTreeMap::<String, BTreeSet<String>>::new());
    for (index, (name, bytes)) in segments.iter().enumerate() {
        let (mut previous, mut offset, mut is_over) = (None, 0, false);
        let mut finding = |what: String| findings.push((name.clone(), what));
        let mut whole: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        whole.pop();
        for (number, text) in (1..).zip(whole) {
            if is_over {
                finding(format!("line {number} was added after the run had ended"));
            }
            let sha256 = Digest::of(text).sha256;
            is_over = false;
            match serde_json::from_slice::<Line>(text) {
                Err(_) => finding(format!("line {number}{NO_LINE}")),
                Ok(line) => {
                    if line.previous != previous {
                        finding(format!("line {number}{NOT_FOLLOWING}"));
                    }
                    if matches!(line.entry, Entry::Opened(_)) != (number == 1) {
                        finding(format!("line {number} is out of place: a segment begins with its run, and only once"));
                    }
                    match line.entry {
                        Entry::Opened(opened) => {
                            if opened.segment != *name {
                                finding(format!("is a copy of {}: its first line names that segment", opened.segment));
                            }
                            if number == 1 {
                                links.extend(opened.parents.into_iter().map(|parent| (name.clone(), parent)));
                            }
                        }
                        Entry::Archived(archived) => places.entry(archived.folder).or_default().push((index, offset)),
                        Entry::Hold(_) => _ = holds.insert(sha256.clone()),
                        Entry::Released(entry) => entry.lines.into_iter().for_each(|line| {
                            released.entry(line).or_default().insert(name.clone());
                        }),
                        Entry::Closed { .. } => is_over = true,
                        _ => {}
                    }
                }
            }
            offset += text.len() + 1;
            ends.insert((name.clone(), offset as u64), sha256.clone());
            previous = Some(sha256);
        }
        lengths.insert(name.clone(), offset as u64);
    }
    findings
        .extend(links.into_iter().filter_map(|(name, parent)| Some((parent.segment.clone(), broken(&name, &parent, &lengths, &ends)?))));
    let stray: BTreeSet<String> = released.into_iter().filter(|(line, _)| !holds.contains(line)).flat_map(|(_, runs)| runs).collect();
    findings.extend(stray.into_iter().map(|run| (run, "releases a hold that no line of the journal has".to_owned())));
    (findings, places)
}

/// Returns what is wrong with the end of an earlier segment that one names.
fn broken(name: &str, parent: &Parent, lengths: &BTreeMap<String, u64>, ends: &BTreeMap<(String, u64), String>) -> Option<String> {
    let Parent { segment, bytes, sha256, ended, .. } = parent;
    match lengths.get(segment) {
        None => Some(format!("is missing: {name} follows it")),
        Some(length) if length < bytes => Some(format!("was {bytes} bytes long when {name} began and is {length} bytes long now")),
        Some(_) if ends.get(&(segment.clone(), *bytes)) != sha256.as_ref() => {
            Some(format!("is not what it was when {name} began: a line in its first {bytes} bytes was altered"))
        }
        Some(length) if *ended && length > bytes => {
            Some(format!("has lines after its first {bytes} bytes, which were all of it when {name} began"))
        }
        Some(_) => None,
    }
}

const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Returns an entry of each sort, about one of a few sessions.
fn entry(sort: u8, session: u8, last_hold: &str) -> Value {
    // The names are such that one is the beginning of another.
    let session = ["s", "s1", "s-2", "x"][usize::from(session) % 4];
    match sort % 12 {
        0..=4 => json!({ "entry": "archived", "session": session, "folder": session, "before": null, "bag": ZERO, "record": ZERO,
            "files": [{ "path": format!("data/{session}/a b.jpg"), "bytes": 1, "sha256": ZERO, "signed": true, "media": "m" }] }),
        5 => json!({ "entry": "kept", "sessions": [session, "s1"] }),
        6 => json!({ "entry": "failed", "session": session, "code": "not-found", "text": "a \"text\"" }),
        7 => json!({ "entry": "hold", "case": "c", "reason": "r", "sessions": [session] }),
        8 => json!({ "entry": "released", "case": "c", "reason": "r", "lines": [last_hold] }),
        9 => json!({ "entry": "exported", "session": session, "folder": session, "bag": ZERO, "reason": "r", "bytes": 1, "sha256": ZERO }),
        10 => json!({ "entry": "of a newer version", "session": session, "folder": session }),
        _ => json!({ "entry": "damaged", "folder": session, "findings": ["a finding"] }),
    }
}

/// Returns a journal as runs write it, and the indexes of long segments: each run follows the ends of all before it.
fn journal(runs: &[(Vec<(u8, u8)>, bool)]) -> (Segments, Segments) {
    let mut indexes = Segments::new();
    let (mut segments, mut parents, mut hold) = (Segments::new(), Vec::new(), ZERO.to_owned());
    for (number, (entries, has_end)) in runs.iter().enumerate() {
        let name = format!("{number}.ndjson");
        let opened = json!({ "entry": "opened", "schema": "vmedia-journal", "version": 1, "segment": name, "tool": "t", "command": "c",
            "operator": "o", "host": "h", "parents": parents });
        let (mut text, mut previous) = (String::new(), Value::Null);
        let mut add = |text: &mut String, mut entry: Value| {
            // In the order in which the program writes it.
            let mut line = format!("{{\"previous\":{previous},\"at\":\"2026-11-30T00:00:00Z\"");
            for key in ["entry", "session", "folder"] {
                let value = entry.as_object_mut().and_then(|entry| entry.remove(key));
                line.extend(value.map(|value| format!(",\"{key}\":{value}")));
            }
            let rest = entry.to_string();
            let line = format!("{line}{}{}", if rest == "{}" { "" } else { "," }, &rest[1..]);
            let sha256 = Digest::of(line.as_bytes()).sha256;
            previous = json!(sha256);
            *text += &format!("{line}\n");
            sha256
        };
        add(&mut text, opened);
        for (sort, session) in entries {
            let sha256 = add(&mut text, entry(*sort, *session, &hold));
            hold = if sort % 12 == 7 { sha256 } else { hold };
        }
        if *has_end && text.len() as u64 >= SMALLEST {
            let mut indexer = Indexer::default();
            let index: Vec<u8> = text.lines().flat_map(|line| indexer.add(line.as_bytes()).to_vec()).collect();
            let bytes = text.len();
            add(&mut text, json!({ "entry": "closed", "index": { "bytes": bytes, "sha256": indexer.finish() } }));
            indexes.insert(format!("{name}{INDEX}"), index);
        } else if *has_end {
            add(&mut text, json!({ "entry": "closed" }));
        }
        parents.push(json!({ "segment": name, "bytes": text.len(), "sha256": previous, "ended": has_end }));
        segments.insert(name, text.into_bytes());
    }
    (segments, indexes)
}

/// A way to alter a journal, the segment, and two places in it.
type Change = (u8, [prop::sample::Index; 3]);

/// Alters a journal in one of the ways in which a forger or a disk does.
fn alter((segments, indexes): (&mut Segments, &mut Segments), (way, [which, one, other]): &Change) {
    let names: Vec<String> = segments.keys().cloned().collect();
    if names.is_empty() {
        return;
    }
    let name = which.get(&names).clone();
    let Some(bytes) = segments.get_mut(&name) else { return };
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (first, second) = (one.index(lines.len()), other.index(lines.len()));
    match way % 10 {
        0 => _ = lines.remove(first),
        1 => lines.swap(first, second),
        2 => lines.insert(first, lines[second].clone()),
        3 => lines.truncate(first + 1),
        4 => lines[first] = String::from_utf8_lossy(&lines[first]).replace("s1", "s").into_bytes(),
        5 => lines[first] = String::from_utf8_lossy(&lines[first]).replacen("\"s\"", "\"\\u0073\"", 2).into_bytes(),
        6 => {
            let at = other.index(lines[first].len());
            lines[first][at] = lines[first][at].wrapping_add(1);
        }
        7 => lines.clear(),
        8 => _ = indexes.remove(&format!("{name}{INDEX}")),
        _ => indexes.get_mut(&format!("{name}{INDEX}")).into_iter().for_each(|index| {
            let at = one.index(index.len());
            index[at] = index[at].wrapping_add(1);
        }),
    }
    *bytes = lines.concat();
    if bytes.is_empty() {
        segments.remove(&name);
    }
}

fn write(root: &Path, segments: &Segments, indexes: &Segments) {
    std::fs::create_dir(root.join(FOLDER)).expect("a folder");
    for (name, bytes) in segments.iter().chain(indexes) {
        std::fs::write(root.join(FOLDER).join(name), bytes).expect("written");
    }
}

/// A store that counts the bytes that are read.
struct Counted(LocalStore, Arc<AtomicU64>);

/// A stream that counts them.
struct CountedStream(Box<dyn Read + Send>, Arc<AtomicU64>);

impl Read for CountedStream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes).inspect(|read| _ = self.1.fetch_add(*read as u64, Ordering::Relaxed))
    }
}

impl ReadStore for Counted {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>> {
        self.0.read(path, limit)
    }

    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        Ok(self.0.open(path)?.map(|stream| Box::new(CountedStream(stream, self.1.clone())) as Box<dyn Read + Send>))
    }

    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>> {
        self.0.read_range(path, offset, length).inspect(|bytes| _ = self.1.fetch_add(bytes.len() as u64, Ordering::Relaxed))
    }

    fn stat(&self, path: &StorePath) -> Result<Option<Stat>> {
        self.0.stat(path)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Listed>> {
        self.0.list(folder)
    }

    fn folders(&self) -> Result<Vec<String>> {
        self.0.folders()
    }

    fn root(&self) -> String {
        self.0.root()
    }

    fn location(&self, path: &StorePath) -> String {
        self.0.location(path)
    }
}

#[test]
fn of_a_long_journal_the_index_and_the_lines_about_one_session_are_read() {
    let mut entries = vec![(0, 3); 10_000];
    entries[5_000] = (0, 0);
    let (segments, indexes) = journal(&[(entries, true)]);
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &segments, &indexes);
    let [whole, index] = [&segments, &indexes].map(|files| files.values().map(|bytes| bytes.len() as u64).sum::<u64>());
    let bytes = |read: &dyn Fn(&dyn ReadStore)| {
        let count = Arc::new(AtomicU64::new(0));
        read(&Counted(LocalStore::new(folder.path().to_owned(), "the test".to_owned()), count.clone()));
        count.load(Ordering::Relaxed)
    };
    let few = index + 200 * 1024;
    assert!(few < whole / 3, "{few} of {whole}");
    let chain = |store: &dyn ReadStore, scope: &Scope| {
        let chain = Chain::read(store, scope, &[], &mut |_| Ok(())).expect("a journal");
        assert_eq!((chain.bags.of("s").count(), chain.lines, chain.findings.len()), (1, 10_002, 0));
    };
    assert!(bytes(&|store| chain(store, &Scope::folders(["s"]))) < few);
    assert!(bytes(&|store| _ = Retained::read(store).expect("a journal")) < few);
    assert!(bytes(&|store| _ = Verifications::read(store).expect("a journal")) < few);
    assert!(bytes(&|store| chain(store, &Scope::All)) >= whole);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_reader_of_all_or_of_one_session_finds_what_a_plain_one_finds(
        runs in prop::collection::vec((prop::collection::vec((any::<u8>(), any::<u8>()), 0..8), any::<bool>()), 1..4),
        changes in prop::collection::vec(any::<Change>(), 0..3),
    ) {
        let (mut segments, mut indexes) = journal(&runs);
        changes.iter().for_each(|change| alter((&mut segments, &mut indexes), change));
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &segments, &indexes);
        let store = LocalStore::new(folder.path().to_owned(), "the test".to_owned());
        let (findings, places) = plain(&segments);
        let read = |scope: &Scope| Chain::read(&store, scope, &[], &mut |_| Ok(())).expect("a verdict");
        let all = read(&Scope::All);
        // The plain reader knows no index.
        let known: Findings = all.findings.iter().filter(|(_, what)| !what.contains("an index")).cloned().collect();
        prop_assert_eq!(&known, &findings);
        for session in ["s", "s1", "s-2", "x"] {
            let one = read(&Scope::folders([session]));
            // Lines about other sessions are not parsed: one that cannot be is found if it does not follow.
            let unread = |line: &(String, String)| (line.0.clone(), line.1.replace(NOT_FOLLOWING, NO_LINE));
            let wrong: Vec<_> = one.findings.iter().filter(|found| !findings.contains(found) && !findings.contains(&unread(found))).collect();
            prop_assert!(wrong.is_empty(), "{wrong:?}, and not {findings:?}");
            // Of a segment with an index, they are not read.
            let is_unread = |found: &(String, String)| found.1.ends_with(NOT_FOLLOWING) && one.trees.contains_key(&found.0);
            let is_left = |found: &&(String, String)| !found.1.ends_with(NO_LINE) && !is_unread(found) && !one.findings.contains(found);
            let left: Vec<_> = findings.iter().filter(is_left).collect();
            prop_assert!(left.is_empty(), "{left:?}");
            prop_assert_eq!((&one.heads, one.exports.get(session)), (&all.heads, all.exports.get(session)));
            prop_assert!(one.lines == all.lines || !findings.is_empty() && one.indexed > 0);
            prop_assert!(!changes.is_empty() || one.indexed == indexes.len() as u64);
            for chain in [&all, &one] {
                let known: Vec<(usize, usize)> = chain.bags.of(session).map(|place| (place.segment as usize, place.offset as usize)).collect();
                prop_assert_eq!(known, places.get(session).cloned().unwrap_or_default());
                prop_assert!(chain.changes(&store, session).is_ok());
            }
        }
    }
}
