//! SSH's layouts: a signature, the signers that may have made it, a private key. Parts: those three; the first and the
//! last with or without their armour.

use super::safe::is_bounded_line;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use vmedia::seal::ssh::{PublicKey, Refusal, Signature, Signers, SigningKey};

/// A folder with the file of signers.
static FILE: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("signers");
    (folder, path)
});

fn armoured(label: &str, bytes: &[u8]) -> Vec<u8> {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(bytes)).into_bytes()
}

/// Reads all three.
pub fn run(input: &[u8]) {
    // What is in SSH's layouts is full of NULs, so four other bytes separate the parts.
    let mut parts = split(input, b"\xff\xff\xff\xff").into_iter();
    let mut next = || parts.next().unwrap_or_default();
    let (signature, signers, key) = (next(), next(), next());
    for text in [signature.to_vec(), armoured("SSH SIGNATURE", signature)] {
        is_no_forgery(&text);
    }
    let signers = read_signers(signers);
    for text in [key.to_vec(), armoured("OPENSSH PRIVATE KEY", key)] {
        match SigningKey::parse(Path::new("the-key"), &text) {
            Ok(key) => signs(&key, signers.as_ref()),
            Err(error) => {
                assert_eq!(error.kind(), vmedia::error::ErrorKind::Configuration);
                is_bounded_line(error.what());
                assert!(error.causes().is_empty(), "a cause may quote what it read");
            }
        }
    }
}

fn split<'a>(input: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = input;
    while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    parts.push(rest);
    parts
}

/// No signature holds over two texts.
fn is_no_forgery(text: &[u8]) {
    match Signature::parse(text) {
        Ok(signature) => {
            let holds = [&b"one\n"[..], b"another\n"].iter().filter(|message| signature.verify(**message).is_ok()).count();
            assert!(holds <= 1, "a signature holds over two texts");
        }
        Err(refusal) => {
            assert!(!matches!(refusal, Refusal::Wrong | Refusal::Unreadable(_)), "{refusal:?}");
            is_bounded_line(&refusal.to_string());
        }
    }
}

fn read_signers(text: &[u8]) -> Option<Signers> {
    let (_, path) = &*FILE;
    std::fs::write(path, text).expect("written");
    match Signers::read(path) {
        Ok(signers) => Some(signers),
        Err(error) => {
            assert_eq!(error.kind(), vmedia::error::ErrorKind::Configuration);
            is_bounded_line(&error.what().replace(&path.display().to_string(), ""));
            None
        }
    }
}

/// A key that can be read makes signatures that hold, for itself and for no other text.
fn signs(key: &SigningKey, signers: Option<&Signers>) {
    let text = key.sign(&b"one\n"[..]).expect("a signature");
    let signature = Signature::parse(text.as_bytes()).expect("our own signature");
    // A key file whose halves do not belong together is refused when it is read.
    let signer: &PublicKey = signature.verify(&b"one\n"[..]).expect("our own signature holds");
    assert_eq!(signer, key.public());
    assert!(signature.verify(&b"two\n"[..]).is_err());
    let own = read_signers(format!("someone namespaces=\"vmedia\" {signer}\n").as_bytes()).expect("a signer");
    assert_eq!(own.holder(signer, super::now()), Some(("someone", None)));
    // The names in the foreign list do not matter, only that it is read.
    let _ = signers.and_then(|signers| signers.holder(signer, super::now()));
}
