//! Stamps before a judge who knows which authorities are trusted: what `openssl ts -verify` accepts at the stamp's own time is
//! accepted, and what it refuses is not.

use super::authority::{Office, P256};
use super::{runs, succeeds};
use jiff::Timestamp;
use sha2::Digest as _;
use vmedia::seal::stamp::{Authorities, JudgeError, Query, Stamp};

const JOURNAL: &[u8] = b"{\"seq\":1}\n{\"seq\":2}\n";

/// When the certificates of `signer` count, a time within, and that time as jiff writes it.
const ERA: (&str, &str) = ("20150101000000Z", "20161231235959Z");
const WITHIN: &str = "20161128093000Z";
const AT: &str = "2016-11-28T09:30:00Z";

fn rsa() -> Vec<&'static str> {
    vec!["-newkey", "rsa:2048"]
}

fn curve(name: &'static str) -> Vec<&'static str> {
    vec!["-newkey", "ec", "-pkeyopt", name]
}

/// What `openssl cms` signs with.
fn by<'a>(name: &'a str, certificate: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["-cades", "-signer", certificate, "-inkey", name, "-certfile", "ca.pem"], more].concat()
}

/// Trusts this authority's root.
fn trusting(office: &Office) -> Authorities {
    Authorities::read(&[office.folder().join("ca.pem")]).expect("certificates")
}

/// Returns the stamp if these authorities vouch for it.
fn judge(authorities: &Authorities, answer: &[u8]) -> Result<Stamp, JudgeError> {
    let (stamp, judged) = authorities.judge(answer).map_err(|error| JudgeError::Invalid(error.to_string()))?;
    judged.map(|()| stamp)
}

/// Fails the test unless a stamp is refused, by openssl too, for a reason that begins so.
#[track_caller]
fn is_refused(office: &Office, answer: &[u8], at: &str, because: &str) {
    assert!(!office.vouches_at(answer, JOURNAL, at.parse().expect("a time")), "openssl accepts it: {because}");
    match judge(&trusting(office), answer) {
        Err(refusal @ JudgeError::Invalid(_)) => assert!(refusal.to_string().contains(because), "{refusal}"),
        other => panic!("{because}: {other:?}"),
    }
}

#[track_caller]
fn is_unjudgeable(office: &Office, answer: &[u8], because: &str) {
    match judge(&trusting(office), answer) {
        Err(refusal @ JudgeError::Unsupported(_)) => assert!(refusal.to_string().contains(because), "{refusal}"),
        other => panic!("{because}: {other:?}"),
    }
}

fn digest() -> [u8; 32] {
    sha2::Sha256::digest(JOURNAL).into()
}

#[test]
fn a_stamp_is_accepted_for_what_it_covers_and_for_those_who_trust_its_authority() {
    let (Some(office), Some(foreign)) = (Office::open(), Office::open()) else { return };
    let answer = office.reply("usual", &Query::new(digest(), 7).der());
    assert!(office.vouches_for(&answer, JOURNAL));
    let stamp = judge(&trusting(&office), &answer).expect("a stamp that holds");
    assert_eq!(Stamp::read(&answer), Ok(stamp.clone()));
    assert!(stamp.covers(&digest()) && !stamp.covers(&[1; 32]));
    let refusal = judge(&trusting(&foreign), &answer).expect_err("a foreign authority");
    assert!(refusal.to_string().ends_with("none of the certificates given with --tsa-ca vouches for its authority"), "{refusal}");
    // Several may be trusted, in one file or in several.
    let files = [foreign.folder(), office.folder()].map(|folder| folder.join("ca.pem"));
    assert_eq!(judge(&Authorities::read(&files).expect("certificates"), &answer), Ok(stamp.clone()));
    let bundle = files.map(|file| std::fs::read(file).expect("a file")).concat();
    std::fs::write(office.folder().join("bundle.pem"), bundle).expect("written");
    assert_eq!(judge(&Authorities::read(&[office.folder().join("bundle.pem")]).expect("certificates"), &answer), Ok(stamp));
}

#[test]
fn no_flipped_bit_changes_what_is_believed() {
    let Some(office) = Office::open() else { return };
    let (answer, authorities) = (office.reply("usual", &Query::new(digest(), 7).der()), trusting(&office));
    let stamp = judge(&authorities, &answer).expect("a stamp that holds");
    let mut believed = 0;
    for place in 0..answer.len() {
        let mut altered = answer.clone();
        altered[place] ^= 1 << (place % 8);
        match judge(&authorities, &altered) {
            Ok(other) => {
                believed += 1;
                assert_eq!(other, stamp, "byte {place}");
            }
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
        }
    }
    // Versions and statuses that are not signed, and the root's own certificate, which is known already.
    assert!(believed < answer.len() / 2, "{believed} of {}", answer.len());
}

#[test]
fn what_was_written_over_is_refused() {
    let Some(office) = Office::open() else { return };
    let answer = office.reply("usual", &Query::new(digest(), 7).der());
    let at = Stamp::read(&answer).expect("a stamp").at;
    let now = at.to_string();
    let mut other_year = answer.clone();
    let year = at.strftime("%Y%m%d").to_string();
    let place = answer.windows(8).position(|window| window == year.as_bytes()).expect("a time");
    other_year[place..place + 4].copy_from_slice(b"2016");
    is_refused(&office, &other_year, &now, "its authority signed another content");
    let mut signature = answer;
    *signature.last_mut().expect("bytes") ^= 1;
    is_refused(&office, &signature, &now, "its authority's signature does not hold");
}

#[test]
fn certificates_are_judged_at_the_time_of_the_stamp_by_whatever_algorithm() {
    let Some(office) = Office::open() else { return };
    office.signer("upper", P256, ERA, "ca", "ca");
    for (name, key, issuer, more) in [
        ("rsa-256", rsa(), "ca", &["-md", "sha256"][..]),
        ("rsa-384", rsa(), "ca", &["-md", "sha384"]),
        ("rsa-512", rsa(), "ca", &["-md", "sha512"]),
        ("pss", rsa(), "ca", &["-md", "sha256", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:32"]),
        ("p256", curve("ec_paramgen_curve:P-256"), "ca", &["-md", "sha256"]),
        ("p384", curve("ec_paramgen_curve:P-384"), "ca", &["-md", "sha384"]),
        ("p384-512", curve("ec_paramgen_curve:P-384"), "ca", &["-md", "sha512"]),
        ("below", curve("ec_paramgen_curve:P-256"), "upper", &["-md", "sha256", "-certfile", "upper.pem"]),
    ] {
        office.signer(name, &key, ERA, "stamping", issuer);
        let [key, certificate] = ["key", "pem"].map(|ending| format!("{name}.{ending}"));
        let stamp = |time: &str| office.stamp(JOURNAL, time, &by(&key, &certificate, more));
        let answer = stamp(WITHIN);
        // The certificate has expired long since.
        let at: Timestamp = AT.parse().expect("a time");
        let is_accepted = |at: Timestamp| match name {
            // `openssl ts` does not know it.
            "pss" => office.holds_at(at),
            _ => office.vouches_at(&answer, JOURNAL, at),
        };
        assert!(is_accepted(at) && !is_accepted(Timestamp::now()), "{name}");
        let judged = judge(&trusting(&office), &answer).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert!(judged.at == at && judged.covers(&digest()), "{name}");
        is_refused(&office, &stamp("20170101000000Z"), "2017-01-01T00:00:00Z", "had expired by then");
        is_refused(&office, &stamp("20141231235959Z"), "2014-12-31T23:59:59Z", "was not valid yet");
        let mut altered = answer.clone();
        *altered.last_mut().expect("bytes") ^= 1;
        is_refused(&office, &altered, AT, "its authority's signature does not hold");
    }
}

#[test]
fn a_certificate_that_is_not_for_stamps_alone_makes_none() {
    let Some(office) = Office::open() else { return };
    for extensions in ["plain", "casual", "manifold", "serving"] {
        office.signer(extensions, P256, ERA, extensions, "ca");
        let [key, certificate] = ["key", "pem"].map(|ending| format!("{extensions}.{ending}"));
        let answer = office.stamp(JOURNAL, WITHIN, &by(&key, &certificate, &[]));
        is_refused(&office, &answer, AT, "is not for time stamps");
    }
}

#[test]
fn a_self_made_authority_is_refused_whatever_it_is_called() {
    let (Some(office), Some(forger)) = (Office::open(), Office::open()) else { return };
    // Both roots have the same name, and the forger's is sent along.
    let answer = forger.stamp(JOURNAL, WITHIN, &by("tsa.key", "tsa.pem", &[]));
    assert!(forger.vouches_at(&answer, JOURNAL, AT.parse().expect("a time")));
    is_refused(&office, &answer, AT, "the time stamp is not valid");
}

#[test]
fn which_certificate_is_the_signers_is_signed_too() {
    let Some(office) = Office::open() else { return };
    let answer = office.stamp(JOURNAL, WITHIN, &["-signer", "tsa.pem", "-inkey", "tsa.key", "-certfile", "ca.pem"]);
    is_refused(&office, &answer, AT, "its authority did not sign which certificate is its own");
    // Another certificate for the same key.
    let request = std::fs::read(office.folder().join("tsa.csr")).expect("a request");
    office.signer("other", P256, ERA, "stamping", "ca");
    std::fs::write(office.folder().join("other.csr"), request).expect("written");
    let again = ["ca", "-batch", "-notext", "-config", "cnf", "-name", "authority", "-cert", "ca.pem", "-keyfile", "ca.key"];
    let dates = ["-in", "other.csr", "-startdate", ERA.0, "-enddate", ERA.1, "-extensions", "stamping", "-out", "other.pem"];
    succeeds(office.folder(), "openssl", &[&again[..], &dates].concat(), b"");
    let answer = office.stamp(JOURNAL, WITHIN, &["-cades", "-nocerts", "-signer", "tsa.pem", "-inkey", "tsa.key"]);
    is_unjudgeable(&office, &answer, "the authority's certificate is not in it");
    let answer =
        office.stamp(JOURNAL, WITHIN, &["-cades", "-nocerts", "-signer", "tsa.pem", "-inkey", "tsa.key", "-certfile", "other.pem"]);
    is_refused(&office, &answer, AT, "it holds no certificate with the digest that its authority signed");
}

#[test]
fn a_stamp_has_one_signature_over_digests_that_hold() {
    let Some(office) = Office::open() else { return };
    office.signer("second", P256, ERA, "stamping", "ca");
    let two = office.stamp(JOURNAL, WITHIN, &by("tsa.key", "tsa.pem", &["-signer", "second.pem", "-inkey", "second.key"]));
    is_refused(&office, &two, AT, "it has 2 signatures, not one");
    let weak = office.stamp(JOURNAL, WITHIN, &by("tsa.key", "tsa.pem", &["-md", "sha1"]));
    is_unjudgeable(&office, &weak, "are not known here");
}

#[test]
fn a_question_asks_for_the_certificates_and_an_answer_without_them_cannot_be_judged() {
    let Some(office) = Office::open() else { return };
    std::fs::write(office.folder().join("data"), JOURNAL).expect("written");
    let words = ["ts", "-query", "-data", "data", "-sha256", "-out", "bare.tsq"];
    assert!(runs(office.folder(), "openssl", &words, b"").status.success());
    let answer = office.reply("usual", &std::fs::read(office.folder().join("bare.tsq")).expect("a query"));
    assert!(Stamp::read(&answer).is_ok_and(|stamp| stamp.covers(&digest())));
    is_unjudgeable(&office, &answer, "the authority's certificate is not in it");
}

#[test]
fn a_file_that_holds_no_certificate_is_reported_in_two_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    for (bytes, because) in [
        (&b""[..], "it holds no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ""),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", ""),
        (&[b'x'; (1 << 20) + 1], "it is larger than 1 MiB"),
    ] {
        std::fs::write(&path, bytes).expect("written");
        let error = Authorities::read(std::slice::from_ref(&path)).expect_err("no certificate");
        assert!(error.what().starts_with(&format!("cannot take the certificates in {}: ", path.display())), "{}", error.what());
        assert!(
            error.what().contains(because) && error.hint().contains("PEM") && error.kind() == vmedia::error::ErrorKind::Configuration,
            "{}",
            error.what()
        );
    }
    assert!(Authorities::read(&[folder.path().join("none")]).expect_err("no file").what().contains("No such file"));
}
