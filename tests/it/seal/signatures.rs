//! SSH signatures: ours before `ssh-keygen`, and those of `ssh-keygen` before us.

use super::{has, runs, succeeds};
use jiff::Timestamp;
use std::path::Path;
use tempfile::TempDir;
use vmedia::seal::ssh::{Refusal, Signature, Signers, SigningKey};

const MESSAGE: &[u8] = b"{\"seq\":1}\n{\"seq\":2}\n";

/// A folder with a key `key` and its `key.pub`; `None` where nothing can make one.
fn with_key() -> Option<TempDir> {
    let folder = tempfile::tempdir().expect("a folder");
    has("ssh-keygen").then(|| {
        generate(folder.path(), &["-t", "ed25519"], "key");
        folder
    })
}

/// Makes a key without a passphrase.
fn generate(folder: &Path, flags: &[&str], name: &str) {
    succeeds(folder, "ssh-keygen", &[flags, &["-q", "-N", "", "-C", "a comment", "-f", name]].concat(), b"");
}

fn key(folder: &Path, name: &str) -> SigningKey {
    let file = std::fs::read(folder.join(name)).expect("a key");
    SigningKey::parse(Path::new(name), &file).expect("a key to sign with")
}

/// The signature that `ssh-keygen` makes with a key.
fn theirs(folder: &Path, name: &str, namespace: &str, flags: &[&str]) -> Vec<u8> {
    let words = [&["-Y", "sign", "-f", name, "-n", namespace], flags].concat();
    let output = runs(folder, "ssh-keygen", &words, MESSAGE);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Whether `ssh-keygen` finds that a signer of the list made `ours.sig` over this message.
fn is_verified(folder: &Path, signers: &str, namespace: &str, message: &[u8]) -> bool {
    std::fs::write(folder.join("signers"), signers).expect("written");
    let words = ["-Y", "verify", "-f", "signers", "-I", "archive", "-n", namespace, "-s", "ours.sig", "-O", "verify-time=20261121093000Z"];
    runs(folder, "ssh-keygen", &words, message).status.success()
}

fn public(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(format!("{name}.pub"))).expect("a public key").trim().to_owned()
}

#[test]
fn ssh_keygen_accepts_our_signature_over_what_was_signed_alone() {
    let Some(folder) = with_key() else { return };
    let folder = folder.path();
    let key = key(folder, "key");
    std::fs::write(folder.join("ours.sig"), key.sign(MESSAGE).expect("a signature")).expect("written");
    let check = |namespace: &str, message: &[u8]| {
        runs(folder, "ssh-keygen", &["-Y", "check-novalidate", "-n", namespace, "-s", "ours.sig"], message).status.success()
    };
    assert!(check("vmedia", MESSAGE));
    assert!(!check("vmedia", b"something else"));
    assert!(!check("git", MESSAGE));
    let list = format!("archive namespaces=\"vmedia\" {}", public(folder, "key"));
    assert!(is_verified(folder, &list, "vmedia", MESSAGE));
    assert!(!is_verified(folder, &list, "vmedia", b"something else"));
    generate(folder, &["-t", "ed25519"], "other");
    assert!(!is_verified(folder, &format!("archive {}", public(folder, "other")), "vmedia", MESSAGE));
    let listed = succeeds(folder, "ssh-keygen", &["-l", "-f", "key.pub"], b"");
    assert_eq!(listed.split(' ').nth(1), Some(key.fingerprint().as_str()), "{listed}");
    assert!(public(folder, "key").starts_with(&key.public().to_string()));
}

#[test]
fn a_signature_over_nothing_and_one_over_much_are_as_good() {
    let Some(folder) = with_key() else { return };
    let folder = folder.path();
    let key = key(folder, "key");
    for message in [Vec::new(), vec![b'x'; 3_000_000]] {
        std::fs::write(folder.join("ours.sig"), key.sign(&message[..]).expect("a signature")).expect("written");
        assert!(is_verified(folder, &format!("archive {}", public(folder, "key")), "vmedia", &message), "{} bytes", message.len());
    }
}

#[test]
fn what_ssh_keygen_signs_is_accepted_for_its_own_bytes_key_and_purpose_alone() {
    let Some(folder) = with_key() else { return };
    let folder = folder.path();
    generate(folder, &["-t", "ed25519"], "other");
    let now: Timestamp = "2026-11-21T09:30:00Z".parse().expect("a time");
    let mine = Signers::read(&folder.join("key.pub")).expect("signers");
    let others = Signers::read(&folder.join("other.pub")).expect("signers");
    for flags in [&["-O", "hashalg=sha512"][..], &["-O", "hashalg=sha256"]] {
        let text = theirs(folder, "key", "vmedia", flags);
        let signature = Signature::parse(&text).expect("a signature");
        let signer = signature.verify(MESSAGE).expect("a signer");
        assert_eq!((mine.holder(signer, now), others.holder(signer, now)), (Some(("a comment", None)), None));
        assert!(matches!(signature.verify(&MESSAGE[1..]), Err(Refusal::Wrong)));
        // A letter of the signature itself, on the fourth line of base64.
        let at = "-----BEGIN SSH SIGNATURE-----\n".len() + 3 * 71 + 10;
        let mut altered = text;
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let signature = Signature::parse(&altered).expect("a signature in form");
        assert!(matches!(signature.verify(MESSAGE), Err(Refusal::Wrong)));
    }
    let git = Signature::parse(&theirs(folder, "key", "git", &[]));
    assert!(matches!(&git, Err(Refusal::Namespace(name, "vmedia")) if name == "git"), "{git:?}");
}

#[test]
fn a_signature_by_another_sort_of_key_is_left_to_ssh_keygen() {
    let Some(folder) = with_key() else { return };
    for (sort, name) in [("rsa", "ssh-rsa"), ("ecdsa", "ecdsa-sha2-nistp256")] {
        generate(folder.path(), &["-t", sort], sort);
        let refused = Signature::parse(&theirs(folder.path(), sort, "vmedia", &[]));
        assert!(matches!(&refused, Err(Refusal::Algorithm(shown)) if shown == name), "{refused:?}");
    }
}

#[test]
fn a_list_of_signers_means_to_us_what_it_means_to_ssh_keygen() {
    let Some(folder) = with_key() else { return };
    let folder = folder.path();
    generate(folder, &["-t", "ed25519"], "other");
    let key = key(folder, "key");
    std::fs::write(folder.join("ours.sig"), key.sign(MESSAGE).expect("a signature")).expect("written");
    let (one, other) = (public(folder, "key"), public(folder, "other"));
    let now: Timestamp = "2026-11-21T09:30:00Z".parse().expect("a time");
    let mut verdicts = Vec::new();
    for line in [
        format!("archive {one}"),
        format!("# mine\n\narchive\t{one}\n"),
        format!("\"archive\" {one}"),
        format!("archive {other}\narchive {one}"),
        format!("archive namespaces=\"git,vm*\" {one}"),
        format!("archive namespaces=\"*,!vmedia\" {one}"),
        format!("archive namespaces=\"file\" {one}"),
        format!("archive namespaces=\"vmedia\",valid-after=\"20261121\" {one}"),
        format!("archive valid-after=\"20261121093001Z\" {one}"),
        format!("archive valid-before=\"20261121093001\" {one}"),
        format!("archive valid-before=\"202611210929\" {one}"),
        format!("archive valid-after=\"202611210900Z\",valid-before=\"202611211000Z\" {one}"),
        format!("archive valid-after=\"20261121093000Z\" {one}"),
        format!("archive valid-before=\"20261121093000Z\" {one}"),
        format!("archive valid-before=\"20261121092959Z\" {one}"),
        format!("archive cert-authority {one}"),
        format!("archive {other}"),
    ] {
        let theirs = is_verified(folder, &line, "vmedia", MESSAGE);
        let ours = Signers::read(&folder.join("signers"))
            .is_ok_and(|signers| signers.holder(key.public(), now).is_some_and(|(name, _)| name == "archive"));
        assert_eq!(ours, theirs, "{line}");
        verdicts.push(ours);
    }
    assert_eq!(verdicts.iter().filter(|is_accepted| **is_accepted).count(), 10, "{verdicts:?}");
}

#[test]
fn what_ssh_keygen_makes_and_cannot_sign_here_is_reported_in_two_lines() {
    let Some(folder) = with_key() else { return };
    let folder = folder.path();
    succeeds(folder, "ssh-keygen", &["-q", "-t", "ed25519", "-N", "correct horse", "-f", "locked"], b"");
    generate(folder, &["-t", "rsa", "-b", "2048"], "rsa");
    generate(folder, &["-t", "rsa", "-b", "2048", "-m", "PEM"], "pem");
    generate(folder, &["-t", "ecdsa"], "ecdsa");
    for (name, what, hint) in [
        ("locked", "the signing key locked is encrypted with a passphrase", "needs a key without one"),
        ("rsa", "the signing key rsa is for ssh-rsa, not for ssh-ed25519", "ssh-keygen -t ed25519"),
        ("ecdsa", "the signing key ecdsa is for ecdsa-sha2-nistp256, not for ssh-ed25519", "ssh-keygen -t ed25519"),
        ("pem", "the signing key pem is not in OpenSSH's own format", "ssh-keygen -t ed25519"),
        ("key.pub", "key.pub is a public key, which cannot sign", "name the private one"),
    ] {
        let error = SigningKey::parse(Path::new(name), &std::fs::read(folder.join(name)).expect("a file")).expect_err(name);
        assert!(
            error.what() == what && error.hint().contains(hint) && error.kind() == vmedia::error::ErrorKind::Configuration,
            "{} | {}",
            error.what(),
            error.hint()
        );
    }
}
