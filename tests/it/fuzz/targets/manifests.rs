//! The manifests of a bag, with arbitrary content. Parts: `manifest-sha256.txt`, `tagmanifest-sha256.txt`,
//! `bag-info.txt`, and the bytes of a file that may be named.

use super::Reader;
use super::memory::Memory;
use std::collections::BTreeMap;
use vmedia::archive::verify::{Aspect, Examined, examine, payload_bytes, reread};
use vmedia::store::StorePath;

const DECLARATION: &[u8] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

fn bag(manifest: &[u8], tags: &[u8], info: &[u8], file: &[u8]) -> Memory {
    Memory::for_folders(&["s"])
        .with("s/bagit.txt", DECLARATION)
        .with("s/manifest-sha256.txt", manifest)
        .with("s/tagmanifest-sha256.txt", tags)
        .with("s/bag-info.txt", info)
        .with("s/data/x", file)
}

/// Path and digest of what is to be read, payload and the bag's own files apart.
fn named(examined: &Examined) -> BTreeMap<(String, String), bool> {
    examined.items.iter().map(|item| ((item.path.clone(), item.sha256.clone()), item.is_payload)).collect()
}

/// Reads manifests, and every file that they name; none of them is outside the bag.
pub fn run(input: &[u8]) {
    let mut parts = super::parts(input);
    let mut next = || parts.next().unwrap_or_default();
    let (manifest, tags, info, file) = (next(), next(), next(), next());
    let folder = StorePath::name("s");
    let store = bag(manifest, tags, info, file);
    let examined = examine(&store, &folder, &Reader).expect("a verdict");
    payload_bytes(&store, &folder).expect("a number");
    for item in &examined.items {
        assert!(item.sha256.len() == 64 && item.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{item:?}");
        assert!(!item.path.is_empty(), "{item:?}");
        let read = reread(&mut Vec::new(), &store, &folder, item, &Reader, &mut |_| Ok(())).expect("a verdict");
        let leads_out = item.path.split('/').any(|name| name == ".." || name.is_empty());
        let is_refused = read.finding.as_ref().is_some_and(|finding| finding.aspect == Aspect::Readable);
        assert!(!leads_out || is_refused && read.bytes == 0, "{item:?} was read");
    }

    // What was read can be written down and read again, with nothing else in it.
    let is_readable = !examined.findings.iter().any(|finding| finding.aspect == Aspect::Readable);
    let payload = written(examined.items.iter().filter(|item| item.is_payload).map(|item| (&item.path, &item.sha256)));
    // A path in both is payload in both, and would be written down twice.
    let paths: Vec<&String> = examined.items.iter().map(|item| &item.path).collect();
    let is_once = paths.iter().collect::<std::collections::BTreeSet<_>>().len() == paths.len();
    if is_readable && is_once && String::from_utf8(manifest.to_vec()).is_ok() && String::from_utf8(tags.to_vec()).is_ok() {
        let again = bag(payload.as_bytes(), tags, info, file);
        let again = examine(&again, &folder, &Reader).expect("a verdict");
        assert_eq!(named(&again), named(&examined), "{payload:?}");
    }
}

/// A manifest by RFC 8493, §2.1.3; with an asterisk, as what follows it is the path even where that begins with a blank.
fn written<'a>(items: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let line = |(path, sha256): (&String, &String)| {
        let path = path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D");
        format!("{sha256} *{path}\n")
    };
    items.map(line).collect()
}
