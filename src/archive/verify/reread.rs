//! Reads one file of a bag again and compares it with what is recorded: its bytes, and the provider's signature.
//!
//! Must not look at other files.

use super::{Aspect, Finding, Witness};
use crate::error::{Error, Result, plain};
use crate::exit::Exit;
use crate::store::{Digest, Store, StorePath, Watch};

/// A file that a bag vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its path below the session's folder, as the manifest has it.
    pub path: String,
    /// Its SHA-256 in the manifest.
    pub sha256: String,
    /// Whether it is payload, not one of the bag's own files.
    pub is_payload: bool,
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

/// Reads a file. `watch` sees each piece and may stop the reading.
pub fn reread(store: &dyn Store, folder: &StorePath, item: &Item, witness: &dyn Witness, watch: &mut Watch<'_>) -> Result<Reread> {
    let found = |aspect, what: &str| Reread { finding: Some(Finding::new(aspect, &item.path, what)), ..Reread::default() };
    let Some(path) = StorePath::parse(&format!("{folder}/{}", item.path)) else {
        return Ok(found(Aspect::Readable, "its path leads out of the bag"));
    };
    let Some(stream) = store.open(&path)? else { return Ok(found(Aspect::Complete, "missing")) };
    let mut seal = item.signature.as_deref().and_then(|signature| witness.seal(&item.provider, signature));
    let mut stopped = false;
    let digest = Digest::read(stream, &mut |piece: &[u8]| {
        if let Some(seal) = &mut seal {
            seal.update(piece);
        }
        watch(piece).inspect_err(|_| stopped = true)
    });
    let digest = match digest {
        Ok(digest) => digest,
        Err(_) if stopped => {
            return Err(Error::new(Exit::Interrupted, "interrupted; the verification is not complete", "run the same command again"));
        }
        Err(error) => return Ok(found(Aspect::Readable, &format!("cannot be read: {}", plain(&error)))),
    };
    let is_intact = digest.sha256 == item.sha256;
    // Bytes that have changed cannot be what was signed; that they changed is the finding.
    let signature = seal.filter(|_| is_intact).map(|seal| seal.holds());
    let finding = if !is_intact {
        Some(Finding::new(Aspect::Intact, &item.path, "its bytes have changed: the SHA-256 does not fit"))
    } else if signature == Some(false) {
        Some(Finding::new(Aspect::Authentic, &item.path, "the provider's signature does not hold with these secrets"))
    } else {
        None
    };
    Ok(Reread { bytes: digest.bytes, signature, finding })
}
