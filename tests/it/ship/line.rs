//! The journal's lines about shipped sessions, in the hands of a forger.

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

#[test]
fn payload_is_elsewhere_only_where_a_line_names_the_object() {
    let evidence = Evidence::young();
    let archive = evidence.copy("freed");
    let segment = archive.segments().pop().expect("a segment");
    let lines = archive.lines(&segment);
    let archived = archive.entries(&segment).into_iter().find(|entry| entry["entry"] == "archived" && entry["folder"] == ALPHA);
    let archived = archived.expect("a change");
    let media = archived["files"]
        .as_array()
        .expect("files")
        .iter()
        .find(|file| file["path"].as_str().is_some_and(|path| path.starts_with("data/")));
    let (path, digest) = media.map(|file| (file["path"].as_str().expect("a path"), &file["sha256"])).expect("a media file");
    let sha256 = |line: &String| Digest::of(line.as_bytes()).sha256;
    // Writes a line about a version with such an object, and one that names it or another line.
    let with = |object: &Value, names_it: bool, returns: bool| {
        let mut lines = lines.clone();
        let mut end: Value = serde_json::from_str(&lines.pop().expect("an end")).expect("JSON");
        let mut add = |mut line: Value| {
            line["previous"] = json!(sha256(lines.last().expect("a line")));
            lines.push(line.to_string());
            sha256(lines.last().expect("a line"))
        };
        let about = json!({ "at": end["at"], "session": ALPHA, "folder": ALPHA, "bag": archived["bag"], "place": "s3://b\u{1b}[2J" });
        let of = |entry: &str, further: Value| {
            let mut line = about.clone();
            line["entry"] = json!(entry);
            line.as_object_mut().expect("an object").extend(further.as_object().expect("an object").clone());
            line
        };
        let objects = json!([{ "path": format!("v00001/{path}"), "sha256": object, "version": "1" }]);
        let shipped = add(of("shipped", json!({ "number": 1, "objects": objects })));
        let named = if names_it { shipped } else { "00".repeat(32) };
        let freed = add(of("freed", json!({ "shipped": named, "files": 1, "bytes": 1 })));
        if returns {
            add(json!({ "at": end["at"], "entry": "returned", "session": ALPHA, "folder": ALPHA, "lines": [freed] }));
        }
        add(end.take());
        archive.write_lines(&segment, &lines);
    };
    std::fs::remove_file(archive.root.join(ALPHA).join(path)).expect("removed");
    with(digest, true, false);
    archive.is_sound("an object has it");
    crate::examples::archive::accepts(&archive.root, &[]);
    with(digest, true, true);
    archive.finds("it was fetched back, and is missing", &[&format!("{ALPHA}: listings: {path}")]);
    with(&json!("00".repeat(32)), true, false);
    archive.finds("an object has other bytes", &[&format!("{ALPHA}: listings: {path}")]);
    with(digest, false, false);
    let found = [format!("{ALPHA}: journal: tagmanifest-sha256.txt"), format!("{ALPHA}: listings: {path}")];
    let verdict = archive.finds("no line says that it was shipped", &found.each_ref().map(String::as_str));
    assert!(
        verdict.findings().iter().any(|(_, finding)| finding.what.contains("its payload is in s3://b [2J, and no line")),
        "{:?}",
        verdict.findings()
    );
    crate::examples::archive::refuses(&archive.root, &[], "no line says that it was shipped there");
}
