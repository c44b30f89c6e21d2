//! Reads one file of a bag again and compares it with what is recorded: its bytes, and the provider's signature.
//!
//! Must not look at other files.

use super::{Aspect, Finding, ProviderRules, Remedy, SignatureCheck};
use crate::error::{Result, plain};
use crate::journal::stopped;
use crate::store::{Digest, ReadStore, StorePath, Watch, read_pieces};
use std::io::{self, Read};

/// A file that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The path below the session's folder.
    pub path: String,
    /// The SHA-256 in the manifest.
    pub sha256: String,
    /// True for payload, false for the bag's own files.
    pub is_payload: bool,
    /// True if the provider no longer has it, so that it cannot be fetched again.
    pub is_gone: bool,
    /// The provider's signature over it, if one is recorded.
    pub signature: Option<String>,
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
    /// The finding, if there is one.
    pub finding: Option<Finding>,
}

/// Reads a stream to its end. Returns its digest and, if there is a check of a signature, the check's result.
pub(crate) fn read_sealed(
    stream: impl Read,
    seal: Option<Box<dyn SignatureCheck>>,
    watch: &mut Watch<'_>,
) -> io::Result<(Digest, Option<bool>)> {
    let Some(mut seal) = seal else { return Ok((Digest::read(stream, watch)?, None)) };
    let bytes = read_pieces(stream, &mut |piece: &[u8]| {
        seal.update(piece);
        watch(piece)
    })?;
    let (sha256, holds) = seal.finish();
    Ok((Digest { bytes, sha256: hex::encode(sha256) }, Some(holds)))
}

/// Reads a file. `watch` sees each piece and may stop the reading.
pub fn reread(store: &dyn ReadStore, folder: &StorePath, item: &Item, rules: &dyn ProviderRules, watch: &mut Watch<'_>) -> Result<Reread> {
    let found = |aspect, what: &str| {
        let finding = Finding::new(aspect, &item.path, what);
        let is_lost = item.is_gone && finding.remedy == Remedy::Repair;
        Reread { finding: Some(if is_lost { finding.helped_by(Remedy::Restore) } else { finding }), ..Reread::default() }
    };
    let Some(path) = StorePath::parse(&format!("{folder}/{}", item.path)) else {
        return Ok(found(Aspect::Readable, "its path leads out of the bag"));
    };
    let Some(stream) = store.open(&path)? else { return Ok(found(Aspect::Listings, "missing")) };
    let seal = item.signature.as_deref().and_then(|signature| rules.signature_check(&item.provider, signature));
    let mut was_stopped = false;
    let (digest, holds) = match read_sealed(stream, seal, &mut |piece: &[u8]| watch(piece).inspect_err(|_| was_stopped = true)) {
        Ok(read) => read,
        Err(_) if was_stopped => return Err(stopped()),
        Err(error) => return Ok(found(Aspect::Readable, &format!("cannot be read: {}", plain(&error)))),
    };
    let bytes = digest.bytes;
    Ok(match holds {
        // Bytes that have changed cannot be what was signed; that they changed is the finding.
        _ if digest.sha256 != item.sha256 => {
            Reread { bytes, ..found(Aspect::Manifests, "its bytes have changed: the SHA-256 does not fit") }
        }
        Some(false) => {
            let what = "the provider's signature does not hold with these secrets";
            Reread { bytes, signature: holds, ..found(Aspect::Signatures, what) }
        }
        _ => Reread { bytes, signature: holds, finding: None },
    })
}
