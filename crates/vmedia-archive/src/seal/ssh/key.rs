//! Ed25519 keys as `ssh-keygen` writes them: the private one that signs, the public one that says who did.
//!
//! Key material is wiped, and stands in no `Debug` and no error. Must not know who may read a key's file.

use super::fields::{Fields, put};
use crate::error::{Error, Result, quote};
use crate::seal::pem::{decode_pem, from_base64};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::path::Path;

/// SSH's name for the one algorithm that this program signs with.
pub(super) const ALGORITHM: &str = "ssh-ed25519";

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// A reason why a public key cannot be used.
pub(super) enum PublicKeyError {
    /// It is for that other algorithm.
    Algorithm(String),
    /// It is not whole.
    Damaged,
}

impl PublicKey {
    /// Reads SSH's layout of a key.
    pub(super) fn from_blob(blob: &[u8]) -> std::result::Result<Self, PublicKeyError> {
        let mut fields = Fields(blob);
        let algorithm = fields.field().and_then(|name| std::str::from_utf8(name).ok()).ok_or(PublicKeyError::Damaged)?;
        if algorithm != ALGORITHM {
            return Err(PublicKeyError::Algorithm(quote(algorithm)));
        }
        let bytes = fields.field().and_then(|bytes| bytes.try_into().ok()).filter(|_| fields.0.is_empty());
        bytes.map(Self).ok_or(PublicKeyError::Damaged)
    }

    /// Reads the algorithm and the base64 of a `.pub` file or an `allowed_signers` line.
    pub(super) fn from_text(algorithm: &str, base64: &str) -> std::result::Result<Self, PublicKeyError> {
        if algorithm != ALGORITHM {
            return Err(PublicKeyError::Algorithm(quote(algorithm)));
        }
        Self::from_blob(&from_base64(base64.as_bytes()).ok_or(PublicKeyError::Damaged)?)
    }

    /// Returns SSH's layout of the key.
    pub(super) fn blob(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        put(&mut blob, ALGORITHM.as_bytes());
        put(&mut blob, &self.0);
        blob
    }

    /// Returns whether this key made that signature over these bytes.
    pub(super) fn verify(&self, signature: &[u8], signed: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(signed, signature).is_ok()
    }

    /// Returns the fingerprint in the form of `ssh-keygen -l`: `SHA256:` and 43 letters.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(self.blob())))
    }
}

/// As a `.pub` file has it, without the comment.
impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{ALGORITHM} {}", STANDARD.encode(self.blob()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", self.fingerprint())
    }
}

/// A private key. The library that keeps it wipes its memory when it is freed.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.public.fingerprint())
    }
}

/// A reason why a file has no key that can sign.
enum KeyProblem {
    /// It is encrypted.
    Passphrase,
    /// It is for another algorithm.
    Algorithm(String),
    /// It is a private key in another file format.
    Format,
    /// It is a public key.
    Public,
    /// It says that it is a private key, and is not whole.
    Damaged,
    /// It is nothing of the kind.
    Nothing,
}

impl SigningKey {
    /// Reads the key from the bytes of a private key file; `path` is named in errors.
    pub fn parse(path: &Path, file: &[u8]) -> Result<Self> {
        read(file).map_err(|problem| error_of(path, &problem))
    }

    /// Returns its public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Returns the fingerprint in the form of `ssh-keygen -l`.
    pub fn fingerprint(&self) -> String {
        self.public.fingerprint()
    }

    /// Returns the bare signature, without SSH's layout around it.
    pub(super) fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

fn error_of(path: &Path, problem: &KeyProblem) -> Error {
    let path = path.display();
    let make = "make one for vmedia alone: ssh-keygen -t ed25519 -N '' -f FILE";
    let (what, hint) = match problem {
        KeyProblem::Passphrase => (
            format!("the signing key {path} is encrypted with a passphrase"),
            format!("a scheduled run needs a key without one, readable by its user alone; {make}"),
        ),
        KeyProblem::Algorithm(name) => (format!("the signing key {path} is for {name}, not for {ALGORITHM}"), make.to_owned()),
        KeyProblem::Format => (format!("the signing key {path} is not in OpenSSH's own format"), make.to_owned()),
        KeyProblem::Public => {
            (format!("{path} is a public key, which cannot sign"), "name the private one, which has no .pub at its end".to_owned())
        }
        KeyProblem::Damaged => (format!("the signing key {path} is damaged"), format!("restore it from a copy, or {make}")),
        KeyProblem::Nothing => (format!("{path} is not a signing key"), make.to_owned()),
    };
    Error::configuration(what, hint)
}

fn read(file: &[u8]) -> std::result::Result<SigningKey, KeyProblem> {
    let text = std::str::from_utf8(file).map_err(|_| KeyProblem::Nothing)?.trim();
    let Some(first) = text.lines().next() else { return Err(KeyProblem::Nothing) };
    if first.trim_end() == "-----BEGIN OPENSSH PRIVATE KEY-----" {
        let bytes = decode_pem(text, "OPENSSH PRIVATE KEY").ok_or(KeyProblem::Damaged)?;
        return open(&mut Fields(&bytes)).unwrap_or(Err(KeyProblem::Damaged));
    }
    if (first.contains("BEGIN") && first.contains("PRIVATE KEY")) || first.starts_with("PuTTY-User-Key-File") {
        return Err(KeyProblem::Format);
    }
    let words: Vec<&str> = first.split_whitespace().collect();
    let is_public = matches!(&words[..], [algorithm, base64, ..] if base64.starts_with("AAAA") && algorithm.is_ascii());
    Err(if is_public { KeyProblem::Public } else { KeyProblem::Nothing })
}

/// Returns the layout of `PROTOCOL.key`; `None` where it ends too early.
fn open(fields: &mut Fields<'_>) -> Option<std::result::Result<SigningKey, KeyProblem>> {
    if !fields.begins_with(b"openssh-key-v1\0") {
        return None;
    }
    let (cipher, _derivation, _options, count) = (fields.field()?, fields.field()?, fields.field()?, fields.number()?);
    if cipher != b"none" {
        return Some(Err(KeyProblem::Passphrase));
    }
    if count != 1 {
        return None;
    }
    let public = match PublicKey::from_blob(fields.field()?) {
        Ok(public) => public,
        Err(PublicKeyError::Algorithm(name)) => return Some(Err(KeyProblem::Algorithm(name))),
        Err(PublicKeyError::Damaged) => return None,
    };
    let mut private = Fields(fields.field()?);
    if private.number()? != private.number()? || private.field()? != ALGORITHM.as_bytes() || private.field()? != public.0 {
        return None;
    }
    // The seed, and the public key once more.
    let seed = private.field()?.get(..32)?;
    let pair = Ed25519KeyPair::from_seed_and_public_key(seed, &public.0).ok()?;
    Some(Ok(SigningKey { pair, public }))
}
