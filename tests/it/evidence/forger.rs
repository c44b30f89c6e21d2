//! The forger's tools: bags and journals rewritten so that every digest in them fits again.
//!
//! Written by the published formats alone. Must not use the program's own code for them.

use super::{Archive, TAGS};
use crate::harness::tree;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Archive {
    /// The names of the journal's segments, oldest first.
    pub fn segments(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.file("_journal")).expect("a journal").map(|entry| entry.expect("an entry").file_name());
        let names: BTreeSet<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.into_iter().collect()
    }

    /// The lines of a segment.
    pub fn lines(&self, segment: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.file("_journal").join(segment)).expect("a segment");
        text.lines().map(str::to_owned).collect()
    }

    /// Writes a segment from its lines.
    pub fn write_lines(&self, segment: &str, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(self.file("_journal").join(segment), text).expect("written");
    }

    /// The same as JSON.
    pub fn entries(&self, segment: &str) -> Vec<Value> {
        self.lines(segment).iter().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// Writes a segment from its entries, each with the digest of the one before.
    pub fn chain(&self, segment: &str, entries: Vec<Value>) {
        let mut previous = Value::Null;
        let mut lines = Vec::new();
        for mut entry in entries {
            entry["previous"] = previous;
            let line = entry.to_string();
            previous = json!(sha256(&line));
            lines.push(line);
        }
        self.write_lines(segment, &lines);
    }

    /// What a segment's first line says of an earlier one as it is now.
    pub fn parent(&self, segment: &str) -> Value {
        let bytes = std::fs::read(self.file("_journal").join(segment)).expect("a segment");
        let lines = self.lines(segment);
        json!({ "segment": segment, "bytes": bytes.len(), "sha256": sha256(lines.last().expect("a line")), "ended": true })
    }

    /// Writes the whole journal anew, each segment with the ends of those that it follows, and each record with the first
    /// lines of the segments that vouch for it.
    pub fn chain_all(&self, mut change: impl FnMut(&str, &mut Vec<Value>)) {
        for segment in self.segments() {
            let mut entries = self.entries(&segment);
            change(&segment, &mut entries);
            for parent in entries[0]["parents"].as_array_mut().expect("parents") {
                *parent = self.parent(parent["segment"].as_str().expect("a name"));
            }
            let first = sha256(entries[0].to_string());
            for name in std::fs::read_dir(&self.root).expect("an archive").map(|entry| entry.expect("an entry").file_name()) {
                let bag = self.bag(&name.to_string_lossy());
                if bag.file("archive.json").exists() {
                    bag.forge_run(&segment, &first, &mut entries);
                }
            }
            self.chain(&segment, entries);
        }
    }
}

/// A session's folder in the hands of a forger who knows the formats.
pub struct Bag(pub PathBuf);

impl Bag {
    /// A file of it.
    pub fn file(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    /// The bytes of a file of it.
    #[track_caller]
    pub fn read(&self, below: &str) -> Vec<u8> {
        std::fs::read(self.file(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
    }

    /// Writes a file into it.
    #[track_caller]
    pub fn write(&self, below: &str, bytes: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.file(below).parent().expect("a parent")).expect("a folder");
        std::fs::write(self.file(below), bytes).unwrap_or_else(|error| panic!("{below}: {error}"));
    }

    /// Removes a file from it.
    #[track_caller]
    pub fn remove(&self, below: &str) {
        std::fs::remove_file(self.file(below)).unwrap_or_else(|error| panic!("{below}: {error}"));
    }

    /// Changes a file's bytes.
    #[track_caller]
    pub fn edit(&self, below: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.read(below);
        let before = bytes.clone();
        change(&mut bytes);
        assert!(bytes != before, "{below} is as it was");
        self.write(below, bytes);
    }

    /// The record.
    pub fn record(&self) -> Value {
        serde_json::from_slice(&self.read("archive.json")).expect("JSON")
    }

    /// Changes the record.
    #[track_caller]
    pub fn edit_record(&self, change: impl FnOnce(&mut Value)) {
        let mut record = self.record();
        let before = record.clone();
        change(&mut record);
        assert!(record != before, "the record is as it was");
        let mut text = serde_json::to_vec_pretty(&record).expect("JSON");
        text.push(b'\n');
        self.write("archive.json", text);
    }

    /// Makes the record name the first line of a segment that vouches for it, and the last line about it there fit that record.
    fn forge_run(&self, segment: &str, first: &str, entries: &mut [Value]) {
        let mut record = self.record();
        let runs = record["journal"].as_array_mut().expect("runs");
        let is_last = runs.last().is_some_and(|run| run["segment"] == segment);
        let Some(run) = runs.iter_mut().find(|run| run["segment"] == segment).filter(|run| run["sha256"] != first) else { return };
        run["sha256"] = json!(first);
        let mut text = serde_json::to_vec_pretty(&record).expect("JSON");
        text.push(b'\n');
        self.write("archive.json", &text);
        self.forge_manifests();
        let folder = self.0.file_name().expect("a name").to_string_lossy();
        let mut lines = entries.iter_mut().rev().filter(|entry| entry["entry"] == "archived" && entry["folder"] == *folder);
        if let Some(line) = lines.next().filter(|_| is_last) {
            (line["record"], line["bag"]) = (json!(sha256(&text)), json!(sha256(self.read(TAGS))));
        }
    }

    /// Makes the manifests say what is there.
    pub fn forge_manifests(&self) {
        let (mut payload, mut bytes) = (String::new(), 0);
        let files: Vec<(String, Vec<u8>)> = tree(&self.0).into_iter().filter(|(path, _)| path != TAGS).collect();
        let (data, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| path.starts_with("data/"));
        for (path, content) in &data {
            payload += &format!("{}  {path}\n", sha256(content));
            bytes += content.len();
        }
        let info = String::from_utf8(self.read("bag-info.txt")).expect("UTF-8");
        let keep = info.lines().filter(|line| !line.starts_with("Payload-Oxum")).map(|line| format!("{line}\n")).collect::<String>();
        let info = format!("{keep}Payload-Oxum: {bytes}.{}\n", data.len());
        let mut tags = String::new();
        for (path, content) in &others {
            let content = match path.as_str() {
                "manifest-sha256.txt" => payload.as_bytes(),
                "bag-info.txt" => info.as_bytes(),
                _ => content,
            };
            tags += &format!("{}  {path}\n", sha256(content));
        }
        for (name, text) in [("manifest-sha256.txt", payload), ("bag-info.txt", info), (TAGS, tags)] {
            self.write(name, text);
        }
    }

    /// Makes the record and the manifests say what is there.
    pub fn forge(&self) {
        let mut record = self.record();
        let tell = |file: &mut Value| {
            if file.get("lost").is_none() {
                let content = self.read(file["path"].as_str().expect("a path"));
                file["bytes"] = json!(content.len());
                file["sha256"] = json!(sha256(&content));
            }
        };
        for medium in record["media"].as_array_mut().expect("media") {
            medium["files"].as_array_mut().expect("files").iter_mut().for_each(tell);
        }
        record["documents"].as_array_mut().expect("documents").iter_mut().for_each(tell);
        self.write("archive.json", format!("{record:#}\n"));
        self.forge_manifests();
    }
}

/// SHA-256 in hex.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Puts one text in the place of another; fails the test when it is not there.
#[track_caller]
pub fn swap(bytes: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(std::mem::take(bytes)).expect("UTF-8");
    assert!(text.contains(from), "no {from} in {text}");
    *bytes = text.replace(from, to).into_bytes();
}

/// The medium of a record that has this id.
#[track_caller]
pub fn medium<'a>(record: &'a mut Value, id: &str) -> &'a mut Value {
    let media = record["media"].as_array_mut().expect("media");
    media.iter_mut().find(|medium| medium["id"] == *id).unwrap_or_else(|| panic!("no medium {id}"))
}
