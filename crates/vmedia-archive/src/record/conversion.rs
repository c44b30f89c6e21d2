//! The record of a session before and after its files are encrypted. Pure: what is on the disk, and the proofs, come from the caller.

use super::{ConvertedRecord, EncryptedRecord, EncryptionRecord, Record, SignatureRecord};
use crate::cipher::ENDING;
use crate::error::{Error, ErrorKind, Result};
use crate::salt::Salt;
use crate::store::Digest;
use std::collections::{BTreeMap, HashMap};

/// A file of a session that is not encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlainFile {
    /// Its path below the session's folder.
    pub(crate) path: String,
    pub(crate) digest: Digest,
}

/// Returns what the record holds of encrypted content, by its digest and the provider's signature over it.
type Prove<'a> = dyn FnMut(&Digest, &SignatureRecord) -> Result<EncryptedRecord> + 'a;

impl PlainFile {
    /// Returns the path of its encrypted form.
    pub(crate) fn encrypted_path(&self) -> String {
        format!("{}{ENDING}", self.path)
    }
}

impl Record {
    /// Returns the files that an encryption is to encrypt: all that the folder should hold, and damaged ones that were moved.
    pub(crate) fn plain_files(&self) -> Vec<PlainFile> {
        let held = self.files().map(|file| (file.path, file.digest));
        let moved = self.history.iter().filter_map(|happened| Some((happened.moved_to.as_deref()?, happened.moved.as_ref()?)));
        let files: BTreeMap<&str, &Digest> = held.chain(moved).collect();
        files.into_iter().map(|(path, digest)| PlainFile { path: path.to_owned(), digest: digest.clone() }).collect()
    }

    /// Fails if a newer version wrote something into the record: it may say in clear what is to be encrypted.
    pub(crate) fn must_be_known(&self) -> Result<()> {
        let media = self.media.iter().flat_map(|medium| {
            let files = medium.files.iter().flat_map(|file| [&file.extra, &file.signature.extra]);
            files.chain([&medium.extra])
        });
        let documents = self.documents.iter().flat_map(|document| [&document.extra, &document.signature.extra]);
        let history = self.history.iter().map(|happened| &happened.extra);
        let others = self.attempts.iter().map(|attempt| &attempt.extra).chain(self.companions.iter().map(|companion| &companion.extra));
        let mut all = media.chain(documents).chain(history).chain(others).chain([&self.extra]);
        if all.all(serde_json::Map::is_empty) && self.newer_words().note().is_none() {
            return Ok(());
        }
        let what = format!("a newer version of vmedia wrote what the record of session {} says", self.session);
        Err(Error::new(ErrorKind::Configuration, what, "encrypt it with that version, or a newer one"))
    }

    /// Turns the record into that of the encrypted session. `stored` has the digests of the encrypted forms by the paths of the plain
    /// files, `salt` is the session's from now on, and `converted` keeps the one before.
    pub(crate) fn encrypt(
        &mut self,
        stored: &HashMap<String, Digest>,
        (salt, converted): (Salt, ConvertedRecord),
        prove: &mut Prove<'_>,
    ) -> Result<()> {
        for medium in &mut self.media {
            // A lost file with the same content as one that is here has its digest.
            let same: Vec<(Digest, Digest)> =
                medium.present().filter_map(|file| Some((file.digest.clone(), stored.get(&file.path)?.clone()))).collect();
            for file in &mut medium.files {
                let twin = same.iter().find(|(plain, _)| *plain == file.digest).map(|(_, stored)| stored);
                let known = stored.get(&file.path).filter(|_| file.lost.is_none()).or(twin);
                seal(&mut file.path, &mut file.digest, &mut file.signature, &mut file.encrypted, (known, &mut *prove))?;
                file.chip = None;
            }
        }
        for document in &mut self.documents {
            let known = stored.get(&document.path).filter(|_| document.lost.is_none());
            seal(&mut document.path, &mut document.digest, &mut document.signature, &mut document.encrypted, (known, &mut *prove))?;
        }
        for happened in &mut self.history {
            if let Some((path, digest)) = happened.moved_to.as_mut().and_then(|path| stored.get(path).map(|digest| (path, digest))) {
                path.push_str(ENDING);
                happened.moved = Some(digest.clone());
            }
        }
        self.facts.clear();
        self.salt = salt;
        self.encryption = Some(EncryptionRecord { converted: Some(converted), ..EncryptionRecord::default() });
        Ok(())
    }
}

/// Replaces what a record says of a plain file. Of one that is lost, only its proof is kept, and the digest is that of the proof.
fn seal(
    path: &mut String,
    digest: &mut Digest,
    signature: &mut SignatureRecord,
    encrypted: &mut Option<Box<EncryptedRecord>>,
    (stored, prove): (Option<&Digest>, &mut Prove<'_>),
) -> Result<()> {
    let proved = prove(digest, signature)?;
    *digest = stored.cloned().unwrap_or_else(|| Digest::of(proved.proof.as_bytes()));
    *signature = signature.clone().without_value();
    *encrypted = Some(Box::new(proved));
    path.push_str(ENDING);
    Ok(())
}
