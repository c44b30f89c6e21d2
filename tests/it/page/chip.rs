//! The chip on the page: decoded, compared with its security object, and never taken for what the provider sent. `openssl` makes
//! the signatures.

use super::{page, words};
use crate::harness::{World, others_accept};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::process::Command;
use vmedia::archive::ChipRecord;
use vmedia::sandbox::fixture::Body;
use vmedia::sandbox::{Options, SAMPLE_SESSION, samples};

/// A BER value.
fn value(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let length = if length < 128 { vec![length as u8] } else { [&[0x84][..], &(length as u32).to_be_bytes()].concat() };
    [tag, &length, content].concat()
}

/// The NFC data of the sample.
fn sample() -> Value {
    let session = samples().into_iter().find(|session| session.id == SAMPLE_SESSION).expect("the sample");
    let media = session.attempts.iter().flat_map(|attempt| &attempt.media).find(|media| media.context == "nfc").expect("NFC data");
    let Body::Bytes(bytes) = &media.body else { panic!("no bytes") };
    serde_json::from_slice(bytes).expect("JSON")
}

fn part(nfc: &Value, name: &str) -> Vec<u8> {
    STANDARD.decode(nfc[name].as_str().expect("base64")).expect("bytes")
}

fn read(nfc: &Value) -> Value {
    serde_json::to_value(ChipRecord::read(nfc.to_string().as_bytes()).expect("a chip")).expect("JSON")
}

#[test]
fn the_chip_of_the_sample_is_shown_and_its_portrait_is_a_derived_file() {
    let world = World::start(Options::default());
    world.run(&["download", SAMPLE_SESSION, "--with", "all"]).ends_with(0);
    let bag = world.archive().join(SAMPLE_SESSION);
    let record: Value = serde_json::from_slice(&std::fs::read(bag.join("archive.json")).expect("a record")).expect("JSON");
    let files = record["media"].as_array().expect("media").iter().flat_map(|medium| medium["files"].as_array().expect("files"));
    let chip = files.map(|file| &file["chip"]).find(|chip| !chip.is_null()).expect("a chip").clone();
    let mut expected = read(&sample());
    expected["portrait"]["path"] = chip["portrait"]["path"].clone();
    assert_eq!(chip, expected);
    let portrait = bag.join(chip["portrait"]["path"].as_str().expect("a path"));
    let bytes = std::fs::read(&portrait).expect("the portrait");
    assert!(part(&sample(), "dg2").ends_with(&bytes) && bytes.starts_with(b"\xff\xd8\xff"), "it is copied out of DG2");
    let html = page(&bag);
    let shown = words(&html);
    for said in [
        "Machine-readable zone (DG1)",
        "I<UTOUT76543213<<<<<<<<<<<<<<<",
        "Given namesANNA MARIA",
        "Check digitsright",
        "lists the digests of DG1, DG2.",
        "SOD has none, so nothing shows who made these digests",
        "Not checked: whether the chip is a copy",
        "copied out of DG2 by vmedia; the same bytes as “Face nfc”, which the provider sent",
    ] {
        assert!(shown.contains(said), "no {said:?} in {shown}");
    }
    let verify = || world.run(&["verify", "vmedia-archive"]);
    verify().ends_with(0);
    others_accept(&bag);
    for damage in [None, Some(b"another face")] {
        match damage {
            None => std::fs::remove_file(&portrait).expect("removed"),
            Some(bytes) => std::fs::write(&portrait, bytes).expect("altered"),
        }
        verify().ends_with(8).shows(".portrait.jpg");
        world.run(&["repair", "vmedia-archive"]).ends_with(0);
        assert_eq!(std::fs::read(&portrait).expect("written again"), bytes);
        verify().ends_with(0);
    }
    assert_eq!(page(&bag), html);
}

#[test]
fn data_groups_that_were_altered_or_are_not_listed_are_named() {
    let mut nfc = sample();
    let mut zone = part(&nfc, "dg1");
    let last = zone.len() - 1;
    zone[last] = b'X';
    nfc["dg1"] = json!(STANDARD.encode(&zone));
    nfc["dg11"] = json!(STANDARD.encode(value(&[0x6b], b"")));
    nfc["DG13"] = json!("no base64!");
    let chip = read(&nfc);
    let digests: Vec<(u64, &str)> = chip["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| (group["number"].as_u64().expect("a number"), group["digest"].as_str().expect("a result")))
        .collect();
    assert_eq!(digests, [(1, "different"), (2, "equal"), (11, "unlisted")]);
    assert_eq!(chip["undecoded"], json!(["dg13"]));
    nfc["sod"] = json!("AAAA");
    let chip = read(&nfc);
    assert_eq!(
        (&chip["groups"][1]["digest"], &chip["security"], &chip["undecoded"]),
        (&json!("unchecked"), &Value::Null, &json!(["dg13", "sod"]))
    );
}

/// Runs `openssl` in a folder.
#[track_caller]
fn openssl(folder: &Path, words: &str) {
    let output = Command::new("openssl").current_dir(folder).args(words.split(' ')).output().expect("openssl");
    assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn signatures_of_the_security_object_are_checked_with_the_certificate_in_it() {
    if !Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
        return crate::harness::lacks("openssl");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let mut nfc = sample();
    // The content of the sample's security object, which is unsigned: the last octet string before an empty set.
    let sod = part(&nfc, "sod");
    let content = &sod[sod.len() - 2 - 100..sod.len() - 2];
    assert_eq!(content[..2], [0x30, 98]);
    std::fs::write(folder.join("content"), content).expect("written");
    let cases = [
        ("rsa:2048", "-md sha256", "held"),
        ("rsa:2048", "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:-1", "held"),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-md sha256", "held"),
        ("ec -pkeyopt ec_paramgen_curve:P-384", "-md sha384", "held"),
        ("ec -pkeyopt ec_paramgen_curve:brainpoolP256r1", "-md sha256", "unchecked"),
        ("rsa:2048", "-md sha1", "unchecked"),
        ("rsa:2048", "-md sha256 -nocerts", "unchecked"),
    ];
    for (key, how, expected) in cases {
        openssl(folder, &format!("req -x509 -newkey {key} -nodes -keyout key -out certificate -subj /C=UT/CN=Signer"));
        let sign = "cms -sign -binary -nodetach -econtent_type 2.23.136.1.1.1 -in content -outform DER -out signed";
        openssl(folder, &format!("{sign} -signer certificate -inkey key {how}"));
        let signed = std::fs::read(folder.join("signed")).expect("signed");
        nfc["sod"] = json!(STANDARD.encode(value(&[0x77], &signed)));
        let security = read(&nfc)["security"].clone();
        assert_eq!(security["signature"], expected, "{key} {how}: {security}");
        if expected == "held" {
            openssl(folder, "x509 -in certificate -outform DER -out der");
            let der = std::fs::read(folder.join("der")).expect("a certificate");
            assert_eq!(security["certificate_sha256"], json!(hex::encode(Sha256::digest(&der))));
            assert_eq!(security["signer"], "C=UT, CN=Signer");
            let mut other = signed.clone();
            *other.last_mut().expect("a byte") ^= 1;
            nfc["sod"] = json!(STANDARD.encode(value(&[0x77], &other)));
            assert_ne!(read(&nfc)["security"]["signature"], "held", "{key} {how}");
        }
    }
    // Other digests under the same signature.
    let mut other = std::fs::read(folder.join("signed")).expect("signed");
    let at = other.windows(content.len()).position(|window| window == content).expect("the content");
    other[at + content.len() - 1] ^= 1;
    nfc["sod"] = json!(STANDARD.encode(value(&[0x77], &other)));
    assert_eq!(read(&nfc)["groups"][1]["digest"], "different");
}
