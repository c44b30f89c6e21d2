//! Reads one file of a bag again and compares it with what is recorded: its bytes, and the provider's signature.
//!
//! Must not look at other files.

use super::{Aspect, Finding, ProviderRules, Remedy, SignatureCheck};
use crate::error::{Result, plain};
use crate::journal::stopped;
use crate::store::{Digest, ReadStore, StorePath, Watch, read_pieces};
use std::io::{self, Read};

/// A file that a manifest names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The path below the session's folder.
    pub path: String,
    /// The SHA-256 in the manifest.
    pub sha256: String,
    /// True for payload, false for the bag's own files.
    pub is_payload: bool,
    /// True if the provider no longer has it, so that it cannot be fetched again.
    pub is_gone: bool,
    /// The provider's signature over it, if one is recorded that can be read.
    pub signature: Option<String>,
    /// True if it came with a signature that held.
    pub is_signed: bool,
    /// The length and SHA-256 of its content, if it is encrypted and its proof was opened.
    pub content: Option<Digest>,
    /// The provider's name.
    pub provider: String,
}

/// The result of reading a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reread {
    /// Number of bytes read.
    pub bytes: u64,
    /// The result of the check of the provider's signature, if it was checked.
    pub signature: Option<bool>,
    /// True if it was decrypted, and its content is what the provider sent.
    pub is_opened: bool,
    /// The finding, if there is one.
    pub finding: Option<Finding>,
}

/// Reads a stream to its end. Returns its digest and, if there is a check of a signature, the check's result.
pub(crate) fn read_sealed(
    buffer: &mut Vec<u8>,
    stream: impl Read,
    seal: Option<Box<dyn SignatureCheck>>,
    watch: &mut Watch<'_>,
) -> io::Result<(Digest, Option<bool>)> {
    let Some(mut seal) = seal else { return Ok((Digest::read_with(buffer, stream, watch)?, None)) };
    let bytes = read_pieces(buffer, stream, &mut |piece: &[u8]| {
        seal.update(piece);
        watch(piece)
    })?;
    let (sha256, holds) = seal.finish();
    Ok((Digest { bytes, sha256: hex::encode(sha256) }, Some(holds)))
}

/// Reads a file with a buffer of the caller's. `watch` sees each piece and may stop the reading.
pub fn reread(
    buffer: &mut Vec<u8>,
    store: &dyn ReadStore,
    folder: &StorePath,
    item: &Item,
    rules: &dyn ProviderRules,
    watch: &mut Watch<'_>,
) -> Result<Reread> {
    let Some(path) = item.place(folder) else {
        return Ok(item.found(Aspect::Readable, "its path leads out of the bag"));
    };
    let Some(stream) = store.open(&path)? else { return Ok(item.found(Aspect::Listings, "missing")) };
    let seal = item.signature_check(rules);
    let mut was_stopped = false;
    match read_sealed(buffer, stream, seal, &mut |piece: &[u8]| watch(piece).inspect_err(|_| was_stopped = true)) {
        Ok((digest, holds)) => Ok(item.compare(&digest, holds)),
        Err(_) if was_stopped => Err(stopped()),
        Err(error) => Ok(item.found(Aspect::Readable, &format!("cannot be read: {}", plain(&error)))),
    }
}

impl Item {
    /// Returns its path in the store; none if it leads out of the bag.
    pub(super) fn place(&self, folder: &StorePath) -> Option<StorePath> {
        StorePath::parse(&format!("{folder}/{}", self.path))
    }

    /// Begins to check the recorded signature, if there is one and the rules have the secrets for it.
    pub(super) fn signature_check(&self, rules: &dyn ProviderRules) -> Option<Box<dyn SignatureCheck>> {
        rules.signature_check(&self.provider, self.signature.as_deref()?)
    }

    /// Compares what was read with what is recorded; `holds` is the result for the signature, if it was checked.
    pub(super) fn compare(&self, digest: &Digest, holds: Option<bool>) -> Reread {
        let bytes = digest.bytes;
        match holds {
            // Bytes that have changed cannot be what was signed; that they changed is the finding.
            _ if digest.sha256 != self.sha256 => {
                Reread { bytes, ..self.found(Aspect::Manifests, "its bytes have changed: the SHA-256 does not fit") }
            }
            Some(false) => {
                let what = "the provider's signature does not hold with these secrets";
                Reread { bytes, signature: holds, ..self.found(Aspect::Signatures, what) }
            }
            _ => Reread { bytes, signature: holds, ..Reread::default() },
        }
    }

    pub(super) fn found(&self, aspect: Aspect, what: &str) -> Reread {
        let finding = Finding::new(aspect, &self.path, what);
        let is_lost = self.is_gone && finding.remedy == Remedy::Repair;
        Reread { finding: Some(if is_lost { finding.helped_by(Remedy::Restore) } else { finding }), ..Reread::default() }
    }
}
