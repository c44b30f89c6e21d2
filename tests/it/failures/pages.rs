//! Pages, errors and other files in the place of media: refused in any alphabet unless the provider's signature vouches for
//! them, and archived with what is strange about them if it does.

use super::answers::{archived, picture, size_differs, type_differs};
use crate::harness::{Run, SESSION, jpeg};
use crate::wire::{Say, Wire, length, signed, unsigned};
use serde_json::json;
use tempfile::TempDir;

const PAGE: &str = "<!DOCTYPE html><html><title>Dienst gestört</title><p>Bitte später versuchen.</p></html>\r\n";

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

fn utf32(text: &str, order: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().flat_map(|letter| order(letter.into())).collect()
}

/// Pages as servers send them, each with its name.
fn pages() -> Vec<(&'static str, Vec<u8>)> {
    let packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\xc9\x28\xc9\xcd\xb1\x4b\x2b\xcd\x49\xb1\xd1\x07\xb1\x00\x4e\x1c\x5a\x3c";
    vec![
        ("gzip", packed.to_vec()),
        ("zlib", b"x\x9c\xb3\xc9(\xc9\xcd\xb1\x03\0".to_vec()),
        ("zip", b"PK\x03\x04\x14\0\0\0\x08\0\0\0!\0\xb1\xb1\xb1\xb1".to_vec()),
        ("UTF-8", PAGE.as_bytes().to_vec()),
        ("UTF-16LE", utf16(PAGE, u16::to_le_bytes)),
        ("UTF-16BE with a mark", utf16(&format!("\u{feff}{PAGE}"), u16::to_be_bytes)),
        ("UTF-32LE", utf32(PAGE, u32::to_le_bytes)),
        ("UTF-32BE with a mark", utf32(&format!("\u{feff}{PAGE}"), u32::to_be_bytes)),
        ("Latin-1", b"Ger\xe4t nicht gefunden".to_vec()),
        ("Shift JIS", b"\x83G\x83\x89\x81[\x82\xaa\x94\xad\x90\xb6\x82\xb5\x82\xdc\x82\xb5\x82\xbd".to_vec()),
        ("GB 18030", b"\xb4\xed\xce\xf3\xa3\xba\xb2\xbb\xd4\xca\xd0\xed\xb7\xc3\xce\xca".to_vec()),
        ("KOI8-R", b"\xef\xdb\xc9\xc2\xcb\xc1 \xd3\xc5\xd2\xd7\xc5\xd2\xc1".to_vec()),
        ("blanks", b" \r\n\t ".repeat(40)),
        ("blanks first", [&b" ".repeat(66_000)[..], PAGE.as_bytes()].concat()),
        ("JSON", br#"{"message":"Forbidden"}"#.to_vec()),
        ("XML", b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>".to_vec()),
    ]
}

/// A server with one medium `m` in this section, declared with this piece of JSON, of which it says this.
fn serving(section: &str, declared: &str, answer: Vec<u8>) -> Wire {
    let listing = format!(r#"{{"status":"success","{section}":[{{"id":"m",{declared}}}]}}"#);
    Wire::start(&listing, move |path, _| if path == "/v1/media/m" { Say::Bytes(answer.clone()) } else { Say::Usual })
}

/// What a download of it gives when it is signed.
fn insisted(section: &str, declared: &str, body: &[u8]) -> (TempDir, Run) {
    archived(&serving(section, declared, signed(&length(body.len()), body)), &[])
}

#[test]
fn a_page_is_never_filed_as_a_picture_or_a_recording() {
    let places =
        [("images", r#""context":"face","mimetype":"image/jpeg""#), ("videos", r#""context":"selfid_video","mimetype":"video/mp4""#)];
    for (name, page) in pages() {
        for (section, declared) in places {
            // As long as it is declared to be, and called what is declared.
            let declared = format!(r#"{declared},"size":{}"#, page.len());
            let content_type = if section == "images" { "image/jpeg" } else { "video/mp4" };
            let answer = unsigned(&format!("Content-Type: {content_type}\r\n{}", length(page.len())), &page);
            let (folder, run) = archived(&serving(section, &declared, answer), &[]);
            run.ends_with(7).says(" came where a ");
            let (record, bytes) = picture(&folder);
            assert_eq!((&record["state"], bytes), (&json!("failed"), None), "{name} in {section}");
        }
    }
}

#[test]
fn a_page_that_is_signed_is_archived_with_the_disagreement() {
    for (name, page) in pages() {
        let (folder, run) = insisted("images", r#""context":"face","mimetype":"image/jpeg""#, &page);
        run.ends_with(0).says("and the provider sent the same again: the listing says image/jpeg, the bytes say ");
        let (record, bytes) = picture(&folder);
        assert_eq!((&record["state"], bytes.as_ref()), (&json!("archived"), Some(&page)), "{name}");
        assert_eq!(record["files"][0]["disagreements"].as_array().map(Vec::len), Some(1), "{record:#}");
        let (folder, run) =
            archived(&serving("images", r#""context":"face","mimetype":"image/jpeg""#, signed(&length(page.len()), &page)), &["--strict"]);
        run.ends_with(7).says("(--strict)");
        assert_eq!(picture(&folder).1, None, "{name}");
    }
    // What is archived so is not asked for in every run, whatever it is called.
    let page = b"\0\0\x02\xfe of no known format";
    let wire = serving(
        "images",
        r#""context":"face","mimetype":"image/jpeg""#,
        signed(&format!("Content-Type: text/plain\r\n{}", length(page.len())), page),
    );
    let (folder, run) = archived(&wire, &[]);
    run.ends_with(0);
    let asked = wire.asked("/v1/media/m");
    let run = Run::of(&wire.command(folder.path(), &["download", SESSION]).output().expect("a run"));
    run.ends_with(0);
    assert_eq!(wire.asked("/v1/media/m"), asked);
}

#[test]
fn what_is_called_a_text_is_no_picture_unless_it_is_one() {
    let unknown = b"\0\0\x02\xfe of no known format";
    for content_type in ["text/plain", "text/html; charset=x", "application/json", "application/problem+json", "application/xml"] {
        let said = |body: &[u8]| unsigned(&format!("Content-Type: {content_type}\r\n{}", length(body.len())), body);
        let (folder, run) = archived(&serving("images", r#""context":"face","mimetype":"image/jpeg""#, said(unknown)), &[]);
        run.ends_with(7).says("an unknown format came where a picture should be");
        assert_eq!(picture(&folder).1, None);
        let (folder, run) = archived(&serving("images", r#""context":"face","mimetype":"image/jpeg""#, said(&jpeg("face"))), &[]);
        let reported = format!("the answer says {content_type}, the bytes say image/jpeg");
        run.ends_with(0).says(&reported);
        let (record, bytes) = picture(&folder);
        assert_eq!(
            (bytes, &record["files"][0]["disagreements"]),
            (Some(jpeg("face")), &json!([type_differs("content-type", content_type, "image/jpeg")]))
        );
    }
}

#[test]
fn another_size_and_another_type_are_not_what_was_listed() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let declared = |size: usize| format!(r#""context":"face","mimetype":"image/jpeg","size":{size}"#);
    let other = png.len() + 1;
    let (folder, run) = archived(&serving("images", &declared(other), unsigned(&length(png.len()), &png)), &[]);
    let types = "the listing says image/jpeg, the bytes say image/png";
    let size = format!("the listing says {other} bytes, {} came", png.len());
    run.ends_with(7).says(&format!("failed: neither size nor type is what was listed: {size}; {types} (tried 2 times)"));
    assert_eq!(picture(&folder).1, None);
    // One of them may be the listing's mistake, and a signature vouches for both.
    let (folder, run) = archived(&serving("images", &declared(png.len()), unsigned(&length(png.len()), &png)), &[]);
    run.ends_with(0);
    assert_eq!(picture(&folder).0["files"][0]["disagreements"], json!([type_differs("type", "image/jpeg", "image/png")]));
    let (folder, run) = insisted("images", &declared(other), &png);
    run.ends_with(0);
    assert_eq!(
        picture(&folder).0["files"][0]["disagreements"],
        json!([size_differs(other, png.len()), type_differs("type", "image/jpeg", "image/png")])
    );
}

#[test]
fn only_what_a_chip_holds_is_nfc_data() {
    let declared = r#""context":"nfc","mimetype":"application/json""#;
    let problem = r#"{"type":"about:blank","title":"Forbidden","status":403}"#;
    let others =
        [r#"{"message":"Forbidden"}"#, problem, r#"{"errors":[{"message":"no"}]}"#, "{}", "[]", r#"{"com":"YBQ=","sod":"d4G"#, "7"];
    for other in others {
        for size in [other.len(), 48_211] {
            let answer = unsigned(&format!("Content-Type: application/json\r\n{}", length(other.len())), other.as_bytes());
            let (folder, run) = archived(&serving("nfcDocuments", &format!(r#"{declared},"size":{size}"#), answer), &[]);
            run.ends_with(7).says(" came where NFC data should be");
            let (record, bytes) = picture(&folder);
            assert_eq!((&record["state"], bytes), (&json!("failed"), None), "{other}");
        }
        let (folder, run) = insisted("nfcDocuments", declared, other.as_bytes());
        run.ends_with(0);
        let (record, bytes) = picture(&folder);
        assert_eq!((&record["state"], bytes), (&json!("archived"), Some(other.as_bytes().to_vec())), "{other}");
        assert_eq!(record["files"][0]["disagreements"].as_array().map(Vec::len), Some(1), "{record:#}");
    }
    let face = "A".repeat(300_000);
    for data in [r#"{"com":"YBQ=","sod":"d4GcMIG="}"#.to_owned(), format!(r#"{{"note":"\ud83d","dg2":"{face}"}}"#)] {
        let answer = unsigned(&format!("Content-Type: application/json\r\n{}", length(data.len())), data.as_bytes());
        let (folder, run) = archived(&serving("nfcDocuments", &format!(r#"{declared},"size":{}"#, data.len()), answer), &[]);
        run.ends_with(0);
        let (record, bytes) = picture(&folder);
        assert_eq!((record["files"][0].get("disagreements"), bytes), (None, Some(data.into_bytes())));
    }
}
