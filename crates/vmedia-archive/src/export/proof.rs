//! The folder `_proof` of an export: the lines of the journal about its sessions with their ways to the checkpoints, these, their seals, a
//! list of commands, and a program that carries most of them out.
//!
//! Must not name other sessions.

use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::{CHECKPOINT, Chain, Checkpoint, FOLDER, LARGEST_CHECKPOINT, LARGEST_SEAL, LineProof, SIGNATURE, TIME_STAMP, proofs};
use crate::layout::{MANIFEST, TAG_MANIFEST};
use crate::model::SessionId;
use crate::seal::ssh::Signature;
use crate::seal::stamp::Stamp;
use crate::store::{Digest, ReadStore, StorePath, sha256_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The folder in an export. No session's folder has this name: ids are written without `_`.
pub(super) const PROOF: &str = "_proof";
const SCHEMA: &str = "vmedia-proof";
const VERSION: u32 = 1;
/// Checks an export, with the standard library of Python and `ssh-keygen`.
const CHECKER: &str = include_str!("check.py");

/// The proof of one session: `_proof/<folder>.json`.
#[derive(Serialize)]
struct SessionProof<'a> {
    schema: &'static str,
    version: u32,
    session: &'a SessionId,
    folder: &'a str,
    /// The lines about the session's bag, the oldest first.
    lines: Vec<ProofLine<'a>>,
}

#[derive(Serialize)]
struct ProofLine<'a> {
    segment: &'a str,
    index: u64,
    line: &'a str,
    /// In base64, as in the checkpoint.
    path: Vec<String>,
}

/// What a line about a bag names.
#[derive(Deserialize)]
struct Named {
    bag: String,
}

/// The files of the folder.
#[derive(Debug, Default)]
pub(super) struct Proof {
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// Segments that are under no seal.
    pub(super) unsealed: BTreeSet<String>,
}

/// A session as it is proven.
#[derive(Clone, Copy)]
pub(super) struct Proven<'a> {
    pub(super) session: &'a SessionId,
    pub(super) folder: &'a StorePath,
    /// The digest of its bag.
    pub(super) bag: &'a str,
    pub(super) has_payload: bool,
}

/// Returns the folder's files for these sessions.
pub(super) fn proof(chain: &Chain, store: &dyn ReadStore, sessions: &[Proven<'_>]) -> Result<Proof> {
    let found = proofs(chain, store, sessions.iter().map(|one| one.folder.as_str()))?;
    let mut proof = Proof::default();
    for Proven { session, folder, bag, .. } in sessions {
        let lines = found.lines.get(folder.as_str()).map(Vec::as_slice).unwrap_or_default();
        let lines = until(lines, bag);
        proof.add(&format!("{folder}.json"), session_proof(session, folder, lines)?);
    }
    let mut seals = Vec::new();
    for (segment, tree) in &found.segments {
        let read = |suffix: &str, largest| store.read(&StorePath::name(FOLDER).join(&format!("{segment}{suffix}")), largest);
        let Some(text) = read(CHECKPOINT, LARGEST_CHECKPOINT)? else {
            proof.add(&format!("{segment}{CHECKPOINT}"), checkpoint(store, segment)?.text().into_bytes());
            proof.unsealed.insert(segment.clone());
            continue;
        };
        if !tree.is_some_and(|tree| Checkpoint::has_tree(&text, segment, &tree)) {
            let fits = checkpoint(store, segment)?.compare(&text);
            fits.map_err(|misfit| damaged(&format!("{segment}{CHECKPOINT}"), &misfit.to_string()))?;
        }
        let before = seals.len();
        for suffix in [SIGNATURE, TIME_STAMP] {
            let Some(seal) = read(suffix, LARGEST_SEAL)? else { continue };
            let name = format!("{segment}{suffix}");
            if !is_about(suffix, &seal, &text) {
                return Err(damaged(&name, "it is not about its checkpoint"));
            }
            proof.add(&name, seal);
            seals.push(name);
        }
        proof.add(&format!("{segment}{CHECKPOINT}"), text);
        proof.unsealed.extend((seals.len() == before).then(|| segment.clone()));
    }
    proof.add("README.txt", commands(sessions, &seals).into_bytes());
    proof.add("check.py", CHECKER.as_bytes().to_vec());
    proof.files.sort();
    Ok(proof)
}

/// Returns the checkpoint of a segment as it is now.
fn checkpoint(store: &dyn ReadStore, segment: &str) -> Result<Checkpoint> {
    let cannot_read = |why: &str| {
        let what = format!("cannot read {segment}: {why}");
        Error::new(ErrorKind::Local, what, "check the disk, then run the same command again")
    };
    let stream = store.open(&StorePath::name(FOLDER).join(segment))?.ok_or_else(|| cannot_read("it is not there"))?;
    Checkpoint::of(segment, stream).map_err(|error| cannot_read(&plain(&error)))
}

impl Proof {
    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.push((format!("{PROOF}/{name}"), bytes));
    }
}

/// Returns the lines up to the last that names this bag: behind it may be lines of other archives, and about later versions.
fn until<'a>(lines: &'a [LineProof], bag: &str) -> &'a [LineProof] {
    let names = |proof: &LineProof| serde_json::from_str::<Named>(&proof.line).is_ok_and(|line| line.bag == bag);
    let end = lines.iter().rposition(names).map_or(lines.len(), |last| last + 1);
    lines.get(..end).unwrap_or_default()
}

fn session_proof(session: &SessionId, folder: &StorePath, lines: &[LineProof]) -> Result<Vec<u8>> {
    let line = |proof: &'_ LineProof| proof.path.iter().map(|hash| STANDARD.encode(hash)).collect();
    let lines = lines.iter().map(|proof| ProofLine { segment: &proof.segment, index: proof.index, line: &proof.line, path: line(proof) });
    let proof = SessionProof { schema: SCHEMA, version: VERSION, session, folder: folder.as_str(), lines: lines.collect() };
    let mut text = serde_json::to_vec_pretty(&proof).map_err(|error| Error::unexpected("cannot write a proof").caused_by(error))?;
    text.push(b'\n');
    Ok(text)
}

/// Returns true if a seal is about this text. Who made it is for the recipient to check.
fn is_about(suffix: &str, seal: &[u8], text: &[u8]) -> bool {
    if suffix == SIGNATURE {
        return Signature::parse(seal).is_ok_and(|signature| signature.verify(text).is_ok());
    }
    sha256_bytes(&Digest::of(text).sha256).is_some_and(|sha256| Stamp::read(seal).is_ok_and(|stamp| stamp.covers(&sha256)))
}

/// Returns the commands that check an export.
fn commands(sessions: &[Proven<'_>], seals: &[String]) -> String {
    let mut text = "\
An export of vmedia: sessions of an archive of identity checks, each in a folder that is a BagIt bag (RFC 8493), and in _proof
what shows that they are unchanged since they were archived. Run these commands in the folder that holds _proof.

1. The journal names each session as it is here, and its runs' checkpoints cover those lines of the journal:

python3 _proof/check.py

2. The files of each session are those that its manifests name:

"
    .to_owned();
    for Proven { folder, has_payload, .. } in sessions {
        let manifests = if *has_payload { format!("{MANIFEST} {TAG_MANIFEST}") } else { TAG_MANIFEST.to_owned() };
        let _ = writeln!(text, "(cd {folder} && sha256sum --check --quiet {manifests})");
    }
    if seals.is_empty() {
        text.push_str("\n3. No run that archived these sessions is under a seal: nothing here shows who wrote their lines, or when.\n");
        return text;
    }
    text.push_str(
        "\n3. The checkpoints are sealed. The list of signers and the certificate of the time-stamping authority must come from elsewhere,
not with this export. Replace `archivist` with the name in the list, and TIME with the seconds since 1970 of the stamp's
own time, which `openssl ts -reply -in STAMP -text` prints:\n\n",
    );
    for seal in seals {
        let checkpoint = seal.strip_suffix(".sig").or_else(|| seal.strip_suffix(".tsr")).unwrap_or(seal);
        let _ = if seal.ends_with(SIGNATURE) {
            writeln!(text, "ssh-keygen -Y verify -f allowed_signers -I archivist -n vmedia -s {PROOF}/{seal} < {PROOF}/{checkpoint}")
        } else {
            writeln!(text, "openssl ts -verify -in {PROOF}/{seal} -data {PROOF}/{checkpoint} -CAfile tsa-ca.pem -attime TIME")
        };
    }
    text
}

fn damaged(name: &str, why: &str) -> Error {
    let hint = "look at what `vmedia verify` finds in the journal, and restore it from a backup";
    Error::new(ErrorKind::Damaged, format!("nothing was exported: {name} proves nothing: {why}"), hint)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "tests write segments by hand")]

    use super::{PROOF, Proven, proof};
    use crate::journal::{Chain, FOLDER, Scope};
    use crate::model::SessionId;
    use crate::store::{LocalStore, StorePath};
    use serde_json::{Value, json};

    #[test]
    fn a_session_among_ten_thousand_is_proven_in_less_than_10_kb_without_the_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = "20261121T093000.412Z-5c07a1e9.ndjson";
        let line = |entry: Value| {
            let mut line = json!({ "previous": "0".repeat(64), "at": "2026-11-21T09:30:00Z" });
            line.as_object_mut().expect("an object").extend(entry.as_object().expect("an object").clone());
            line.to_string()
        };
        let archived = |session: &str| {
            let file = |number| json!({ "path": format!("data/{session}/document-front_{number}.jpg"), "bytes": 1, "sha256": "1".repeat(64), "signed": true, "media": session });
            let files: Vec<Value> = (0..12).map(file).collect();
            line(
                json!({ "entry": "archived", "session": session, "folder": session, "before": null, "bag": "2".repeat(64), "files": files }),
            )
        };
        let mut lines: Vec<String> =
            (0..10_000).map(|number| line(json!({ "entry": "kept", "sessions": [format!("other-{number}")] }))).collect();
        lines[7_777] = archived("8b0f5f2a-7d39-4c0e-9d51-3a2e6b1c4f70");
        std::fs::create_dir(folder.path().join(FOLDER)).expect("a folder");
        std::fs::write(folder.path().join(FOLDER).join(name), lines.join("\n") + "\n").expect("written");
        let store = LocalStore::new(folder.path().to_owned(), "the test".to_owned());
        let chain = Chain::read(&store, &Scope::All, &[], &mut |_| Ok(())).expect("a journal");
        let session = SessionId::parse("8b0f5f2a-7d39-4c0e-9d51-3a2e6b1c4f70").expect("an id");
        let path = StorePath::name(session.as_str());
        let proven = Proven { session: &session, folder: &path, bag: &"2".repeat(64), has_payload: true };
        let proof = proof(&chain, &store, &[proven]).expect("a proof");
        assert_eq!(proof.unsealed.len(), 1);
        let named = |ending: &str| proof.files.iter().find(|(path, _)| path.ends_with(ending)).expect("a file");
        let parsed: Value = serde_json::from_slice(&named(".json").1).expect("JSON");
        assert_eq!((&parsed["lines"][0]["index"], parsed["lines"][0]["path"].as_array().map(Vec::len)), (&json!(7_777), Some(14)));
        assert_eq!(parsed["lines"][0]["line"], json!(lines[7_777]));
        // A signature is 300 bytes long, and the program and the commands are the same for every export.
        let bytes = named(".json").1.len() + named(".checkpoint").1.len() + 300;
        assert!(bytes < 10_000, "{bytes}");
        for (path, bytes) in &proof.files {
            assert!(path.starts_with(PROOF) && !String::from_utf8_lossy(bytes).contains("other-"), "{path}");
        }
    }
}
