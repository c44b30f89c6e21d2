//! Reads one file of a bag again and compares it with what is recorded: its bytes, and the provider's signature.
//!
//! Must not look at other files.

use super::{Aspect, Finding, ProviderRules, Remedy, SignatureCheck};
use crate::error::{Result, plain};
use crate::journal::stopped;
use crate::store::{Digest, ReadStore, StorePath, Watch};
use std::io::{self, Read};

/// A file that a bag vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its path below the session's folder, as the manifest has it.
    pub path: String,
    /// Its SHA-256 in the manifest.
    pub sha256: String,
    /// Whether it is payload, not one of the bag's own files.
    pub is_payload: bool,
    /// Whether it is of a medium that the provider no longer has, so that it cannot be fetched again.
    pub is_gone: bool,
    /// The provider's signature over it, if one is recorded.
    pub signature: Option<String>,
    /// The provider's name.
    pub provider: String,
}

/// What reading a file gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reread {
    /// How many bytes were read.
    pub bytes: u64,
    /// Whether the provider's signature was checked, and whether it holds.
    pub signature: Option<bool>,
    /// What is wrong.
    pub finding: Option<Finding>,
}

/// Reads a stream to its end, past the check of a signature if there is one: its digest, and whether the signature holds.
pub(crate) fn read_sealed(
    stream: impl Read,
    mut seal: Option<Box<dyn SignatureCheck>>,
    watch: &mut Watch<'_>,
) -> io::Result<(Digest, Option<bool>)> {
    let digest = Digest::read(stream, &mut |piece: &[u8]| {
        if let Some(seal) = &mut seal {
            seal.update(piece);
        }
        watch(piece)
    })?;
    Ok((digest, seal.map(|seal| seal.holds())))
}

/// Reads a file. `watch` sees each piece and may stop the reading.
pub fn reread(store: &dyn ReadStore, folder: &StorePath, item: &Item, rules: &dyn ProviderRules, watch: &mut Watch<'_>) -> Result<Reread> {
    let finding = |aspect, what: &str| {
        let finding = Finding::new(aspect, &item.path, what);
        if item.is_gone && finding.remedy == Remedy::Repair { finding.helped_by(Remedy::Restore) } else { finding }
    };
    let found = |aspect, what: &str| Reread { finding: Some(finding(aspect, what)), ..Reread::default() };
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
    let is_same = digest.sha256 == item.sha256;
    // Bytes that have changed cannot be what was signed; that they changed is the finding.
    let signature = holds.filter(|_| is_same);
    let finding = if !is_same {
        Some(finding(Aspect::Manifests, "its bytes have changed: the SHA-256 does not fit"))
    } else if signature == Some(false) {
        Some(finding(Aspect::Signatures, "the provider's signature does not hold with these secrets"))
    } else {
        None
    };
    Ok(Reread { bytes: digest.bytes, signature, finding })
}
