//! Signatures over files, in the layout of `PROTOCOL.sshsig`: made with one key, checked with the one that they carry.
//!
//! [`super::Signers`] decides whether that key is trusted. Must not know where a signature is kept.

use super::NAMESPACE;
use super::fields::{Fields, encode_pem, put};
use super::key::{ALGORITHM, PublicKey, PublicKeyError, SigningKey};
use crate::error::quote;
use crate::seal::pem::decode_pem;
use aws_lc_rs::digest::{Algorithm, Context, SHA256, SHA512};
use std::fmt;
use std::io::{self, Read};

const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;
const LABEL: &str = "SSH SIGNATURE";

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// A reason why a signature is refused.
#[derive(Debug)]
pub enum Refusal {
    /// It is not in this format, or not whole.
    Malformed,
    /// It was made for the first of these purposes, not for the second.
    Namespace(String, &'static str),
    /// It was made with a sort of key, or over a sort of digest, that this version does not check.
    Algorithm(String),
    /// The file was changed, or the signature was.
    Wrong,
    /// The file could not be read.
    Unreadable(io::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => formatter.write_str("it is not a complete SSH signature"),
            Self::Namespace(name, wanted) => write!(formatter, "it was made for {name:?}, not for {wanted:?}"),
            Self::Algorithm(name) => {
                write!(formatter, "it was made with {name}, which this version does not check; ssh-keygen -Y verify does")
            }
            Self::Wrong => formatter.write_str("it does not fit the file's bytes"),
            Self::Unreadable(error) => write!(formatter, "the file cannot be read: {error}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// The name of the digest that is signed in place of the file, and its algorithm. The library that signs has both, and a second
/// SHA-512 is 18 kB.
type Hash = (&'static str, &'static Algorithm);

const HASHES: [Hash; 2] = [SHA512_HASH, ("sha256", &SHA256)];
const SHA512_HASH: Hash = ("sha512", &SHA512);

fn digest_of((_, algorithm): Hash, mut message: impl Read) -> io::Result<Vec<u8>> {
    let mut hasher = Context::new(algorithm);
    let mut buffer = vec![0; PIECE];
    loop {
        match message.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finish().as_ref().to_vec()),
            Ok(count) => hasher.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Returns the bytes that the key signs: with the purpose and the digest's name, so that neither can be swapped.
fn signed_bytes(namespace: &str, (name, _): Hash, digest: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for field in [namespace.as_bytes(), b"", name.as_bytes(), digest] {
        put(&mut bytes, field);
    }
    bytes
}

impl SigningKey {
    /// Reads a file to its end and signs it; the text that `ssh-keygen -Y verify -n vmedia` accepts.
    pub fn sign(&self, message: impl Read) -> io::Result<String> {
        let bare = self.sign_bytes(&signed_bytes(NAMESPACE, SHA512_HASH, &digest_of(SHA512_HASH, message)?));
        let mut signature = Vec::new();
        put(&mut signature, ALGORITHM.as_bytes());
        put(&mut signature, &bare);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_be_bytes());
        for field in [&self.public().blob(), NAMESPACE.as_bytes(), b"", SHA512_HASH.0.as_bytes(), &signature] {
            put(&mut bytes, field);
        }
        Ok(encode_pem(LABEL, &bytes))
    }
}

/// A signature that was read, and not yet checked against anything.
#[derive(Debug)]
pub struct Signature {
    namespace: &'static str,
    signer: PublicKey,
    hash: Hash,
    bare: Vec<u8>,
}

impl Signature {
    /// Reads the text of a signature that was made for this program.
    pub fn parse(text: &[u8]) -> Result<Self, Refusal> {
        Self::parse_for(NAMESPACE, text)
    }

    /// Reads the text of a signature that was made for this purpose.
    pub fn parse_for(wanted: &'static str, text: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(text).map_err(|_| Refusal::Malformed)?;
        let bytes = decode_pem(text, LABEL).ok_or(Refusal::Malformed)?;
        let mut fields = Fields(&bytes);
        if !fields.begins_with(MAGIC) || fields.number() != Some(VERSION) {
            return Err(Refusal::Malformed);
        }
        let mut next = || fields.field().ok_or(Refusal::Malformed);
        let (signer, namespace, _reserved, hash, signature) = (next()?, next()?, next()?, next()?, next()?);
        if !fields.0.is_empty() {
            return Err(Refusal::Malformed);
        }
        if namespace != wanted.as_bytes() {
            return Err(Refusal::Namespace(shown(namespace), wanted));
        }
        let hash = HASHES.into_iter().find(|(name, _)| name.as_bytes() == hash).ok_or_else(|| Refusal::Algorithm(shown(hash)))?;
        let signer = PublicKey::from_blob(signer).map_err(|error| match error {
            PublicKeyError::Algorithm(name) => Refusal::Algorithm(name),
            PublicKeyError::Damaged => Refusal::Malformed,
        })?;
        let mut signature = Fields(signature);
        match (signature.field(), signature.field()) {
            (Some(algorithm), Some(bare)) if algorithm == ALGORITHM.as_bytes() && signature.0.is_empty() => {
                Ok(Self { namespace: wanted, signer, hash, bare: bare.to_vec() })
            }
            _ => Err(Refusal::Malformed),
        }
    }

    /// Reads a file to its end, and gives the key that signed these bytes.
    pub fn verify(&self, message: impl Read) -> Result<&PublicKey, Refusal> {
        let digest = digest_of(self.hash, message).map_err(Refusal::Unreadable)?;
        let signed = signed_bytes(self.namespace, self.hash, &digest);
        if self.signer.verify(&self.bare, &signed) { Ok(&self.signer) } else { Err(Refusal::Wrong) }
    }
}

fn shown(field: &[u8]) -> String {
    quote(&String::from_utf8_lossy(field))
}
