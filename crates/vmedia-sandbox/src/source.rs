//! The bytes of a body, one chunk after the other, in constant memory.
//!
//! Knows the origin of the bytes (memory, a file, a generator) and nothing of the transfer.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use tokio::io::AsyncReadExt as _;

use crate::sign::Signer;

/// Bytes in a chunk of a file or of made-up bytes.
const CHUNK: usize = 64 * 1024;

/// The source of a media file's bytes.
#[derive(Clone, Debug)]
pub enum Body {
    /// Bytes in memory.
    Bytes(Arc<[u8]>),
    /// A file, opened when it is asked for and streamed.
    File(PathBuf),
    /// `length` bytes made up from `seed` while they are sent: always the same bytes for the same seed.
    Repeat {
        /// Chooses the bytes.
        seed: u64,
        /// Length in bytes.
        length: u64,
    },
}

impl Body {
    /// Returns the true length in bytes; reads a file's metadata, never its content.
    pub fn length(&self) -> io::Result<u64> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Repeat { length, .. } => Ok(*length),
        }
    }
}

/// Reads the first `left` bytes of a body.
pub(crate) struct Reader {
    origin: Origin,
    left: u64,
}

enum Origin {
    Memory(Bytes),
    File(tokio::fs::File),
    Made { block: Vec<u8>, index: u64 },
}

impl Reader {
    /// Opens a body; at most `limit` bytes of it are read.
    pub(crate) async fn open(body: &Body, limit: u64) -> io::Result<Self> {
        let origin = match body {
            Body::Bytes(bytes) => Origin::Memory(Bytes::from_owner(bytes.clone())),
            Body::File(path) => Origin::File(tokio::fs::File::open(path).await?),
            Body::Repeat { seed, .. } => Origin::Made { block: block(*seed), index: 0 },
        };
        Ok(Self { origin, left: limit })
    }

    /// Returns the next bytes, at most `most` of them; `None` at the end. A file that is shorter than it was is an error, so that
    /// the answer breaks off instead of hanging.
    pub(crate) async fn next(&mut self, most: usize) -> io::Result<Option<Bytes>> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(most.max(1));
        if most == 0 {
            return Ok(None);
        }
        let chunk = match &mut self.origin {
            Origin::Memory(bytes) => bytes.split_to(most.min(bytes.len())),
            Origin::File(file) => {
                let mut buffer = vec![0; most.min(CHUNK)];
                let count = file.read(&mut buffer).await?;
                buffer.truncate(count);
                Bytes::from(buffer)
            }
            Origin::Made { block, index } => made(block, index, most),
        };
        if chunk.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the body is shorter than was announced"));
        }
        self.left -= chunk.len() as u64;
        Ok(Some(chunk))
    }
}

/// Signs the first `length` bytes of a body while reading them.
pub(crate) async fn sign(body: &Body, length: u64, secret: &str) -> io::Result<String> {
    let mut signer = Signer::new(secret);
    let mut reader = Reader::open(body, length).await?;
    while let Some(chunk) = reader.next(CHUNK).await? {
        signer.update(&chunk);
        // One thread serves all clients: a large body must not keep the others waiting.
        tokio::task::yield_now().await;
    }
    Ok(signer.finish())
}

/// Returns all the made-up bytes at once.
pub(crate) fn repeated(seed: u64, length: u64) -> Vec<u8> {
    let mut block = block(seed);
    let mut bytes = Vec::new();
    let mut index = 0;
    while (bytes.len() as u64) < length {
        let most = usize::try_from(length - bytes.len() as u64).unwrap_or(CHUNK).min(CHUNK);
        bytes.extend_from_slice(&made(&mut block, &mut index, most));
    }
    bytes
}

/// Creates the bytes that a body repeats, once per body, because generating each byte would cost more than sending it.
fn block(seed: u64) -> Vec<u8> {
    let mut block = vec![0; CHUNK];
    fastrand::Rng::with_seed(seed).fill(&mut block);
    block
}

/// Returns the bytes from `index` on, up to the end of their block. Each block carries its number, so that blocks that were lost,
/// doubled or exchanged do not go unnoticed.
fn made(block: &mut [u8], index: &mut u64, most: usize) -> Bytes {
    let chunk = CHUNK as u64;
    let within = usize::try_from(*index % chunk).unwrap_or(0);
    if within == 0 {
        block[..8].copy_from_slice(&(*index / chunk).to_be_bytes());
    }
    let end = (within + most).min(CHUNK);
    *index += (end - within) as u64;
    Bytes::copy_from_slice(&block[within..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_bytes_do_not_depend_on_the_chunks() {
        let whole = repeated(7, 200_001);
        assert_eq!(whole.len(), 200_001);
        let (mut block, mut index, mut small) = (block(7), 0, Vec::new());
        while small.len() < 200_001 {
            let most = (200_001 - small.len()).min(999);
            small.extend_from_slice(&made(&mut block, &mut index, most));
        }
        assert!(whole == small);
        assert!(whole[..65_536] != whole[65_536..131_072]);
    }
}
