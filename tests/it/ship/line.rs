//! The journal's line about a shipped session, in the hands of a forger.

use crate::evidence::{ALPHA, Evidence};
use serde_json::{Value, json};
use vmedia::store::Digest;

#[test]
fn a_bag_in_a_bucket_that_no_change_made_is_found() {
    let evidence = Evidence::young();
    let archive = evidence.copy("forged");
    let segment = archive.segments().pop().expect("a segment");
    let lines = archive.lines(&segment);
    let archived = archive.entries(&segment).into_iter().find(|entry| entry["entry"] == "archived" && entry["folder"] == ALPHA);
    let archived = archived.expect("a change");
    let sha256 = |line: &String| Digest::of(line.as_bytes()).sha256;
    let with = |bag: &Value| {
        let mut lines = lines.clone();
        let mut end: Value = serde_json::from_str(&lines.pop().expect("an end")).expect("JSON");
        let previous = sha256(lines.last().expect("a line"));
        let objects = json!([{ "path": "v00001/archive.json", "sha256": archived["record"] }]);
        lines.push(json!({ "previous": previous, "at": end["at"], "entry": "shipped", "session": ALPHA, "folder": ALPHA, "bag": bag, "place": "s3://b\u{1b}[2J", "number": 1, "objects": objects }).to_string());
        end["previous"] = json!(sha256(lines.last().expect("a line")));
        lines.push(end.to_string());
        archive.write_lines(&segment, &lines);
    };
    with(&archived["bag"]);
    archive.is_sound("a bag that a change made");
    crate::examples::archive::accepts(&archive.root, &[]);
    with(&json!("00".repeat(32)));
    let verdict = archive.finds("a bag that none made", &[&format!("{ALPHA}: journal: tagmanifest-sha256.txt")]);
    let (_, finding) = verdict.findings().pop().expect("a finding");
    assert!(finding.what.contains("a bag is in s3://b [2J that no change made"), "{finding:?}");
    crate::examples::archive::refuses(&archive.root, &[], "that no change made");
}
