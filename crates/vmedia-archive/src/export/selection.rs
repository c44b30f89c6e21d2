//! Leaves files out of an export, and makes the rest a bag again, which keeps the manifests of the whole: what is left out is named there by
//! its SHA-256, and nothing passes for whole. Pure.

use crate::bag::{DECLARATION_TEXT, Manifest, manifest_text, partial_info_text};
use crate::layout::{DECLARATION, INFO, MANIFEST, TAG_MANIFEST, is_document, is_payload};
use crate::model::Kind;
use crate::record::{MediaRecord, Record, tool};
use crate::store::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// The folder of the manifests of the whole session.
const ORIGINAL: &str = "original";

/// The files of a session that an export has and lacks.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) kept: BTreeSet<String>,
    pub(super) left_out: BTreeSet<String>,
    /// The words that something was left out for.
    pub(super) used: BTreeSet<String>,
}

impl Selection {
    /// Chooses among the files that the manifests name. The record, the page and what is copied out of files repeat what stands in files
    /// that may be left out, so they always are.
    pub(super) fn of(record: &Record, named: &Manifest, without: &[String]) -> Self {
        let mut words: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for medium in &record.media {
            let matching: Vec<&str> = without.iter().map(String::as_str).filter(|word| is_of(medium, word)).collect();
            medium.present().for_each(|file| words.entry(&file.path).or_default().extend(&matching));
        }
        for document in &record.documents {
            let matching = without.iter().map(String::as_str).filter(|word| *word == "metadata" || begins(&document.name, word));
            words.entry(&document.path).or_default().extend(matching);
        }
        let mut selection = Self::default();
        for path in named.keys() {
            let known = words.get(path.as_str()).filter(|_| is_payload(path) || is_document(path));
            match known {
                Some(words) if words.is_empty() => selection.kept.insert(path.clone()),
                _ => selection.left_out.insert(path.clone()),
            };
            selection.used.extend(known.into_iter().flatten().map(|word| (*word).to_owned()));
        }
        for own in [DECLARATION, INFO, MANIFEST] {
            selection.left_out.remove(own);
        }
        selection
    }

    /// Returns true if it lacks an answer of the provider.
    pub(super) fn lacks_document(&self) -> bool {
        self.left_out.iter().any(|path| is_document(path))
    }

    /// Returns the answers it has that state the same facts as answers that it lacks.
    pub(super) fn repeating(&self, record: &Record) -> BTreeSet<String> {
        let is_kept = |name: &str| record.documents.iter().any(|document| document.name == name && self.kept.contains(&document.path));
        let lacking: BTreeSet<(&str, &str)> =
            record.facts.iter().filter(|fact| !is_kept(&fact.document)).map(|fact| (fact.name.as_str(), fact.value.as_str())).collect();
        let repeated = record.facts.iter().filter(|fact| is_kept(&fact.document) && lacking.contains(&(&fact.name, &fact.value)));
        repeated.map(|fact| fact.document.clone()).collect()
    }

    /// Returns the tag files of the bag of what is left, with the manifests of the whole.
    pub(super) fn tag_files(&self, record: &Record, named: &Manifest, lengths: u64, originals: [&[u8]; 2]) -> Vec<(String, Vec<u8>)> {
        let of = |is_wanted: &dyn Fn(&str) -> bool| -> Manifest {
            let kept = self.kept.iter().filter(|path| is_wanted(path));
            kept.filter_map(|path| Some((path.clone(), named.get(path)?.clone()))).collect()
        };
        let payload = of(&is_payload);
        let day = record.updated.strftime("%Y-%m-%d").to_string();
        let info = partial_info_text(&tool(), record.session.as_str(), &record.provider, &day, (lengths, payload.len()));
        let [manifest, tags] = originals;
        let mut files = vec![
            (DECLARATION.to_owned(), DECLARATION_TEXT.as_bytes().to_vec()),
            (INFO.to_owned(), info.into_bytes()),
            (MANIFEST.to_owned(), manifest_text(&payload).into_bytes()),
            (format!("{ORIGINAL}/{MANIFEST}"), manifest.to_vec()),
            (format!("{ORIGINAL}/{TAG_MANIFEST}"), tags.to_vec()),
        ];
        let mut all = of(&is_document);
        all.extend(files.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes).sha256)));
        files.push((TAG_MANIFEST.to_owned(), manifest_text(&all).into_bytes()));
        files
    }
}

/// Returns the words that `--without` takes for the files of a record.
pub(super) fn words(record: &Record) -> BTreeSet<String> {
    let media = record.media.iter().filter(|medium| medium.present().next().is_some());
    let media = media.flat_map(|medium| medium.kind.known().map(|kind| kind.as_str().to_owned()).into_iter().chain(medium.context.clone()));
    let documents = record.documents.iter().map(|document| document.name.clone()).filter(|name| !name.contains('/'));
    media.chain(documents).chain(["metadata".to_owned()]).collect()
}

/// Returns true if a word is of a media file: its sort, its context, its group, or the beginning of one of these.
fn is_of(medium: &MediaRecord, word: &str) -> bool {
    let is_kind = medium.kind.known().unwrap_or(Kind::Other).as_str() == word;
    let group = medium.group.as_ref().map(|group| group.name.as_str());
    is_kind || medium.context.as_deref().into_iter().chain(group).any(|name| begins(name, word))
}

/// Returns true if a name is a word, or begins with it: `face` is of `face-pre`, too.
fn begins(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '/', '_']))
}
