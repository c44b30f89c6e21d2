//! Keys, signatures and signers from bytes that are made here; `tests/it/seal.rs` has `ssh-keygen` judge them.

use super::fields::{encode_pem, put};
use super::key::ALGORITHM;
use super::{DISPOSITION, PublicKey, Refusal, Signature, Signers, SigningKey};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use proptest::prelude::*;
use std::path::Path;

/// The parts of a private key file.
struct File<'a> {
    cipher: &'a [u8],
    count: u32,
    algorithm: &'a [u8],
    public: Vec<u8>,
    again: u32,
    seed: Vec<u8>,
}

impl File<'_> {
    fn of(seed: u8) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a key");
        let public = pair.public_key().as_ref().to_vec();
        Self { cipher: b"none", count: 1, algorithm: ALGORITHM.as_bytes(), public, again: 5, seed: vec![seed; 32] }
    }

    fn text(&self) -> String {
        let mut public = Vec::new();
        put(&mut public, self.algorithm);
        put(&mut public, &self.public);
        let mut private = [5_u32.to_be_bytes(), self.again.to_be_bytes()].concat();
        for field in [self.algorithm, &self.public, &[&self.seed[..], &self.public].concat(), b"comment"] {
            put(&mut private, field);
        }
        private.extend([1, 2, 3]);
        let mut bytes = b"openssh-key-v1\0".to_vec();
        for field in [self.cipher, b"none", b""] {
            put(&mut bytes, field);
        }
        bytes.extend(self.count.to_be_bytes());
        put(&mut bytes, &public);
        put(&mut bytes, &private);
        encode_pem("OPENSSH PRIVATE KEY", &bytes)
    }
}

fn parse(text: &str) -> Result<SigningKey, (String, String)> {
    let parsed = SigningKey::parse(Path::new("the-key"), text.as_bytes());
    parsed.map_err(|error| {
        assert_eq!(error.kind(), crate::error::ErrorKind::Configuration);
        assert!(error.causes().is_empty(), "a cause may quote what it read");
        (error.what().to_owned(), error.hint().to_owned())
    })
}

fn key(seed: u8) -> SigningKey {
    parse(&File::of(seed).text()).expect("a key")
}

#[test]
fn a_key_signs_and_its_public_half_is_the_signer() {
    let key = key(1);
    let text = key.sign(&b"a file"[..]).expect("a signature");
    assert!(text.starts_with("-----BEGIN SSH SIGNATURE-----\n") && text.ends_with("\n-----END SSH SIGNATURE-----\n"));
    assert!(text.lines().all(|line| line.len() <= 70), "{text}");
    let signature = Signature::parse(text.as_bytes()).expect("a signature");
    assert_eq!(signature.verify(&b"a file"[..]).expect("the signer"), key.public());
    assert!(matches!(signature.verify(&b"a filf"[..]), Err(Refusal::Wrong)));
    assert!(matches!(signature.verify(&b""[..]), Err(Refusal::Wrong)));
    // As it comes through a mail or an editor on Windows.
    let again = format!("\r\n{}\r\n\r\n", text.replace('\n', "\r\n"));
    assert!(Signature::parse(again.as_bytes()).expect("a signature").verify(&b"a file"[..]).is_ok());
}

#[test]
fn a_letter_that_is_changed_anywhere_is_noticed() {
    let text = key(1).sign(&b"a file"[..]).expect("a signature");
    for (at, letter) in text.bytes().enumerate().filter(|(_, letter)| *letter != b'\n') {
        let mut changed = text.clone().into_bytes();
        changed[at] = if letter == b'B' { b'C' } else { b'B' };
        let outcome = Signature::parse(&changed).and_then(|signature| signature.verify(&b"a file"[..]).cloned());
        assert!(outcome.is_err(), "letter {at} of {text}");
    }
}

#[test]
fn no_key_is_in_what_can_be_printed() {
    let key = key(0x41);
    let shown = format!("{key:?} {:?} {}", key.public(), key.public());
    assert!(shown.contains(&key.fingerprint()) && !shown.contains("AAAAAAAAAAAA") && !shown.contains("65, 65"), "{shown}");
    assert!(!shown.contains(&hex::encode([0x41; 32])) && !shown.contains("QUFBQUFB"), "{shown}");
}

#[test]
fn each_file_that_cannot_sign_is_told_apart() {
    let of = |change: &dyn Fn(&mut File<'_>)| {
        let mut file = File::of(1);
        change(&mut file);
        file.text()
    };
    let whole = File::of(1).text();
    let public = key(1).public().to_string();
    for (text, what, hint) in [
        (of(&|file| file.cipher = b"aes256-ctr"), "the signing key the-key is encrypted with a passphrase", "without one"),
        (of(&|file| file.algorithm = b"ssh-rsa"), "the signing key the-key is for ssh-rsa, not for ssh-ed25519", "ssh-keygen -t ed25519"),
        (of(&|file| file.count = 2), "is damaged", "restore it"),
        (of(&|file| file.again = 6), "is damaged", "restore it"),
        (of(&|file| file.seed = vec![2; 32]), "is damaged", "restore it"),
        (of(&|file| file.seed = vec![1; 3]), "is damaged", "restore it"),
        (of(&|file| file.public = vec![1; 31]), "is damaged", "restore it"),
        (whole[..whole.len() / 2].to_owned(), "is damaged", "restore it"),
        (whole.replace("b3Bl", "!!!!"), "is damaged", "restore it"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n".to_owned(), "the-key is not in OpenSSH's own format", "ssh-keygen -t ed25519"),
        ("-----BEGIN PRIVATE KEY-----\nMII\n".to_owned(), "is not in OpenSSH's own format", "ssh-keygen -t ed25519"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\n".to_owned(), "is not in OpenSSH's own format", "ssh-keygen -t ed25519"),
        (format!("{public} me@example\n"), "the-key is a public key, which cannot sign", ".pub"),
        ("hello".to_owned(), "the-key is not a signing key", "ssh-keygen -t ed25519"),
        (String::new(), "the-key is not a signing key", "ssh-keygen -t ed25519"),
    ] {
        let (said, advised) = parse(&text).expect_err(&text);
        assert!(said.contains(what) && advised.contains(hint), "{said} | {advised}");
    }
    assert!(SigningKey::parse(Path::new("x"), &[0xff, 0xfe]).is_err());
}

/// A signature with these fields in it, whole and otherwise as ours.
fn made(namespace: &[u8], hash: &[u8], digest: &[u8], signer: &[u8], algorithm: &[u8]) -> String {
    let key = key(1);
    let mut signed = b"SSHSIG".to_vec();
    for field in [namespace, b"", hash, digest] {
        put(&mut signed, field);
    }
    let mut signature = Vec::new();
    put(&mut signature, algorithm);
    put(&mut signature, &key.sign_bytes(&signed));
    let mut bytes = b"SSHSIG\0\0\0\x01".to_vec();
    for field in [signer, namespace, b"", hash, &signature] {
        put(&mut bytes, field);
    }
    encode_pem("SSH SIGNATURE", &bytes)
}

#[test]
fn a_signature_for_something_else_is_told_apart() {
    use sha2::{Digest as _, Sha256, Sha512};
    let (short, long) = (Sha256::digest(b"m"), Sha512::digest(b"m"));
    let blob = key(1).public().blob();
    let check = |text: String| Signature::parse(text.as_bytes()).and_then(|signature| signature.verify(&b"m"[..]).cloned());
    assert!(check(made(b"vmedia", b"sha512", &long, &blob, b"ssh-ed25519")).is_ok());
    assert!(check(made(b"vmedia", b"sha256", &short, &blob, b"ssh-ed25519")).is_ok(), "both digests that SSH has");
    let said = |text: String| check(text).expect_err("it is not for us").to_string();
    assert_eq!(said(made(b"git", b"sha512", &long, &blob, b"ssh-ed25519")), "it was made for \"git\", not for \"vmedia\"");
    assert!(said(made(b"vmedia", b"md5", &long, &blob, b"ssh-ed25519")).contains("made with md5"));
    assert!(said(made(b"vmedia", b"sha512", &short, &blob, b"ssh-ed25519")).contains("does not fit"));
    assert!(said(made(b"vmedia", b"sha512", &long, &blob, b"ssh-rsa")).contains("not a complete SSH signature"));
    let mut other = Vec::new();
    put(&mut other, b"ssh-rsa");
    put(&mut other, b"x");
    assert!(said(made(b"vmedia", b"sha512", &long, &other, b"ssh-rsa")).contains("made with ssh-rsa"));
    assert!(said(made(b"vmedia", b"sha512", &long, &key(2).public().blob(), b"ssh-ed25519")).contains("does not fit"));
}

#[test]
fn a_file_that_cannot_be_read_is_neither_signed_nor_judged() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("cut"))
        }
    }
    let key = key(1);
    assert!(key.sign(Broken).is_err());
    let text = key.sign(&b"m"[..]).expect("a signature");
    let signature = Signature::parse(text.as_bytes()).expect("a signature");
    assert!(matches!(signature.verify(Broken), Err(Refusal::Unreadable(_))));
}

#[expect(clippy::disallowed_methods, reason = "tests prepare files by hand")]
fn signers(text: &str) -> Result<Signers, String> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("written");
    Signers::read(file.path()).map_err(|error| {
        assert_eq!(error.kind(), crate::error::ErrorKind::Configuration);
        error.what().to_owned()
    })
}

#[test]
fn keys_under_one_name_and_names_of_one_key_are_one_person() {
    let keys = [1, 2, 3].map(|seed| key(seed).public().clone());
    let list = format!("a@x,b {}\nB {}\nc namespaces=\"git\" {}\nd {}\n", keys[0], keys[1], keys[1], keys[2]);
    let list = signers(&list).expect("signers");
    let person = list.person(&keys[0]);
    assert_eq!([0, 1, 2].map(|index| person.has_key(&keys[index])), [true, true, false]);
    for (name, is_known) in [("a@x", true), ("A", true), ("a@y", false), ("b@anywhere", true), ("c", true), ("d", false), ("", false)] {
        assert_eq!(person.has_name(name), is_known, "{name}");
    }
    assert_eq!(list.person(&keys[2]), list.person(&keys[2]));
    assert!(!list.person(&keys[2]).has_key(&keys[0]));
    let one = &keys[0];
    for (line, names_any) in [
        (format!("a namespaces=\"vmedia-disposition\" {one}"), true),
        (format!("a {one}"), true),
        (format!("a namespaces=\"vmedia\" {one}"), false),
        (format!("{one} a comment"), false),
    ] {
        assert_eq!(signers(&line).expect("signers").names_any_for(DISPOSITION), names_any, "{line}");
    }
}

#[test]
fn a_list_of_signers_says_whose_a_key_is() {
    let one = key(1).public().to_string();
    let whose = |line: String, at: &str| {
        let at = at.parse().expect("a time");
        signers(&line).expect("signers").holder(key(1).public(), at).map(|(principal, _)| principal.to_owned())
    };
    let now = "2026-11-21T09:30:00Z";
    for (line, principal) in [
        (format!("archive@example {one}"), Some("archive@example")),
        (format!("# comment\n\n  a,b namespaces=\"git,vmedia\" {one} comment\n"), Some("a,b")),
        (format!("\"the archive\"  NameSpaces=vmedia\t{one}"), Some("the archive")),
        (format!("a namespaces=\"git,file\" {one}"), None),
        (format!("a namespaces=\"git\" {one}\nb {one}"), Some("b")),
        (format!("a valid-after=\"20261121\",valid-before=\"20261122Z\" {one}"), Some("a")),
        (format!("a valid-after=20261122 {one}"), None),
        (format!("a valid-before=\"202611210930\" {one}"), Some("a")),
        (format!("a valid-before=\"20261121092959\" {one}"), None),
        (format!("a cert-authority {one}\nb {}", key(2).public()), None),
        (format!("{one} me@example of old"), Some("me@example of old")),
        (one.clone(), Some(key(1).fingerprint().as_str())),
        (format!("a ssh-rsa AAAAB3NzaC1yc2E=\nb {one}"), Some("b")),
    ] {
        assert_eq!(whose(line.clone(), now).as_deref(), principal, "{line}");
    }
    assert_eq!(whose(format!("a {}", key(2).public()), now), None);
}

#[test]
fn a_list_that_is_wrong_is_refused_with_its_line() {
    let one = key(1).public().to_string();
    for (text, words) in [
        (String::new(), "names no signer with an Ed25519 key"),
        ("a ssh-rsa AAAAB3NzaC1yc2E=".to_owned(), "names no signer with an Ed25519 key"),
        (format!("\na {one}\nb \"c {one}"), "wrong at line 3: a quote is not closed"),
        (format!("a valid-until=20261121 {one}"), "wrong at line 1: it has an unknown option"),
        (format!("a valid-after=soon {one}"), "wrong at line 1: valid-after is not a time"),
        ("a".to_owned(), "wrong at line 1: it ends before the key"),
        ("a ssh-ed25519".to_owned(), "wrong at line 1: it ends before the key"),
        ("a namespaces=vmedia".to_owned(), "wrong at line 1: a key is missing"),
        (format!("a {}", one.replace("AAAA", "AAAB")), "wrong at line 1: the key is damaged"),
        ("{\"signers\": []}".to_owned(), "wrong at line 1"),
    ] {
        let said = signers(&text).expect_err(&text);
        assert!(said.contains(words), "{said}");
    }
    let long = format!("{}a ssh-ed25519 {}\n", "# filler\n".repeat(120_000), key(1).public());
    let said = signers(&long).expect_err("too long");
    assert!(said.contains("is larger than 1 MiB"), "a signer below the first megabyte is not left out in silence: {said}");
    let error = Signers::read(Path::new("/nowhere/signers")).expect_err("it is not there");
    assert!(error.what().starts_with("cannot read the signers in /nowhere/signers: "), "{error}");
}

proptest! {
    #[test]
    fn nothing_panics_on_arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400), magic in any::<bool>()) {
        prop_assert!(SigningKey::parse(Path::new("x"), &bytes).is_err());
        prop_assert!(Signature::parse(&bytes).is_err());
        prop_assert!(PublicKey::from_blob(&bytes).is_err());
        let begun = |begin: &[u8]| if magic { [begin, &bytes].concat() } else { bytes.clone() };
        let file = encode_pem("OPENSSH PRIVATE KEY", &begun(b"openssh-key-v1\0\0\0\0\x04none"));
        prop_assert!(SigningKey::parse(Path::new("x"), file.as_bytes()).is_err());
        prop_assert!(Signature::parse(encode_pem("SSH SIGNATURE", &begun(b"SSHSIG\0\0\0\x01")).as_bytes()).is_err());
    }

    #[test]
    fn lists_of_signers_never_panic(text in "[a-z \",=\n#]{0,40}(ssh-ed25519 )?[A-Za-z+/=]{0,90}") {
        let _ = Signers::parse(&text);
    }

    #[test]
    fn every_file_is_signed_and_judged_alike(bytes in proptest::collection::vec(any::<u8>(), 0..200_000)) {
        let key = key(9);
        let text = key.sign(&bytes[..]).expect("a signature");
        let signature = Signature::parse(text.as_bytes()).expect("a signature");
        prop_assert_eq!(signature.verify(&bytes[..]).ok(), Some(key.public()));
    }
}
