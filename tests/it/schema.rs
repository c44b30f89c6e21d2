//! The published schemas against what real runs write: Python's `jsonschema` judges, where it is installed (`.ci/run` has
//! it), and everywhere no property may be written that the schemas do not describe.

use crate::harness::{World, jpeg, nfc, session_named};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use vmedia::sandbox::fixture::{Attempt, Media};
use vmedia::sandbox::{Options, SAMPLE_CONTRADICTIONS, SAMPLE_EMPTY, SAMPLE_EVERYTHING, SAMPLE_SESSION, SAMPLE_YOTI};

/// The session that changes; the samples have the usual session's attempts.
const OURS: &str = "s";

/// Says of each line of standard input, `SCHEMA<TAB>JSON`, whether it is valid.
const JUDGE: &str = r#"
import json, sys, jsonschema
judges = {}
for line in sys.stdin:
    schema, text = line.rstrip("\n").split("\t", 1)
    if schema not in judges:
        with open(schema, encoding="utf-8") as file:
            judges[schema] = jsonschema.Draft202012Validator(json.load(file))
            judges[schema].check_schema(judges[schema].schema)
    error = next(judges[schema].iter_errors(json.loads(text)), None)
    print("valid" if error is None else f"{error.json_path}: {error.message[:300]}")
"#;

fn schema(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schema/vmedia-{name}-1.schema.json"))
}

/// The verdicts of a validator that is not ours; none where there is none.
pub(crate) fn judged(cases: &[(&str, Value)]) -> Option<Vec<String>> {
    if !Command::new("python3").args(["-c", "import jsonschema"]).output().is_ok_and(|output| output.status.success()) {
        crate::harness::lacks("Python's jsonschema");
        return None;
    }
    let mut judge = Command::new("python3").args(["-c", JUDGE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a judge");
    let lines: String = cases.iter().map(|(name, value)| format!("{}\t{value}\n", schema(name).display())).collect();
    let mut input = judge.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).expect("written"));
    let output = judge.wait_with_output().expect("verdicts");
    writer.join().expect("written");
    let verdicts: Vec<String> = String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect();
    assert_eq!(verdicts.len(), cases.len(), "the judge gave up");
    Some(verdicts)
}

/// Every record and every line of the journal in an archive.
fn written(archive: &Path) -> Vec<(&'static str, Value)> {
    let parse = |text: &str| serde_json::from_str(text).expect("JSON");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(archive).expect("an archive").map(|entry| entry.expect("an entry").path()) {
        if let Ok(text) = std::fs::read_to_string(entry.join("archive.json")) {
            found.push(("archive", parse(&text)));
        }
    }
    for segment in std::fs::read_dir(archive.join("_journal")).expect("a journal").map(|entry| entry.expect("an entry").path()) {
        found.extend(std::fs::read_to_string(segment).expect("text").lines().map(|line| ("journal", parse(line))));
    }
    found
}

/// Everything that a record and a journal can hold: each state, each change, damage, repair, a run that was cut off.
fn everything() -> (World, Vec<(&'static str, Value)>) {
    let decided = |status: &str| {
        session_named(OURS, "s-new", "s-old").companion("decision", format!(r#"{{"verification":{{"status":"{status}","code":9001}}}}"#))
    };
    let world = World::start(Options { sessions: vec![decided("approved")], ..Options::default() });
    world.run(&["download", OURS, "--with", "all", "--only", "image,video"]).ends_with(0);
    let mut changed = decided("declined");
    changed.attempts[0].status = "declined".to_owned();
    changed.attempts.insert(0, Attempt::new("third", "started").media(Media::nfc("third-nfc", nfc("third"))));
    let front = changed.attempts[1].media.iter_mut().find(|medium| medium.context == "document-front").expect("a front");
    front.body = vmedia::sandbox::fixture::Body::Bytes(jpeg("another front").into());
    changed.attempts[2].media.clear();
    changed.attempts[1].media.push(Media::image("later", "face", "image/jpeg", jpeg("later")));
    world.sandbox.put_session(changed);
    world.faults("media:later=404,media:third-nfc=html");
    world.run(&["download", OURS, "--with", "all", "--retries", "1"]).ends_with(7);
    world.faults("");
    let face = world.archive().join(OURS).join(format!("data/s-new/face_face-{OURS}.jpg"));
    std::fs::write(face, "altered").expect("written");
    world.run(&["verify", "vmedia-archive"]).ends_with(8);
    world.run(&["repair", "vmedia-archive"]).ends_with(0);
    world
        .run(&["download", "unknown", SAMPLE_SESSION, SAMPLE_EVERYTHING, SAMPLE_CONTRADICTIONS, SAMPLE_EMPTY, "--with", "all"])
        .ends_with(7);
    world.run(&["download", SAMPLE_SESSION]).ends_with(0);
    let key = world.sandbox.yoti_key_file().expect("a file");
    let mut yoti = world.command(&["download", SAMPLE_YOTI, "--provider", "yoti"]);
    yoti.env("VMEDIA_BASE_URL", world.sandbox.yoti_base_url()).env("VMEDIA_YOTI_SDK_ID", world.sandbox.yoti_sdk_id());
    yoti.env("VMEDIA_YOTI_KEY_FILE", key).assert().success();
    world.run(&["verify", "vmedia-archive", "--sample", "10%"]).ends_with(0);
    world.run(&["catalog", "vmedia-archive", "--html"]).ends_with(0);
    let written = written(&world.archive());
    (world, written)
}

/// The properties that a schema describes at a place of it, by following `$ref`s and alternatives.
fn described(root: &Value, place: &Value, into: &mut BTreeSet<String>) {
    if let Some(target) = place["$ref"].as_str() {
        described(root, root.pointer(target.trim_start_matches('#')).expect(target), into);
    }
    into.extend(place["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    for alternative in ["oneOf", "anyOf"].iter().flat_map(|key| place[*key].as_array().into_iter().flatten()) {
        described(root, alternative, into);
    }
}

/// The places of a schema that are about a property.
fn about<'a>(root: &'a Value, place: &'a Value, property: &str, into: &mut Vec<&'a Value>) {
    if let Some(target) = place["$ref"].as_str() {
        about(root, root.pointer(target.trim_start_matches('#')).expect(target), property, into);
    }
    into.extend(place["properties"].get(property));
    for alternative in ["oneOf", "anyOf"].iter().flat_map(|key| place[*key].as_array().into_iter().flatten()) {
        about(root, alternative, property, into);
    }
}

/// Properties of a value that no schema describes.
fn undescribed(root: &Value, places: &[&Value], value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let mut known = BTreeSet::new();
            places.iter().for_each(|place| described(root, place, &mut known));
            for (name, member) in members {
                let mut below = Vec::new();
                places.iter().for_each(|place| about(root, place, name, &mut below));
                if known.contains(name) {
                    undescribed(root, &below, member, &format!("{at}/{name}"), into);
                } else {
                    into.push(format!("{at}/{name}"));
                }
            }
        }
        Value::Array(entries) => {
            let items: Vec<&Value> = places.iter().filter_map(|place| place.get("items")).collect();
            entries.iter().for_each(|entry| undescribed(root, &items, entry, &format!("{at}/*"), into));
        }
        _ => {}
    }
}

/// Fails the test if the value has a property that the schema does not know.
#[track_caller]
pub(crate) fn is_described(name: &str, value: &Value) {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema(name)).expect("a schema")).expect("JSON");
    let mut unknown = Vec::new();
    undescribed(&schema, &[&schema], value, name, &mut unknown);
    assert_eq!(unknown, Vec::<String>::new(), "the schema does not describe what is written");
}

#[test]
fn whatever_runs_write_is_valid_and_described() {
    let (_world, written) = everything();
    let text = written.iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>().join("\n");
    let wanted = [
        r#""state":"gone""#,
        r#""state":"failed""#,
        r#""change":"attempt-gained""#,
        r#""change":"other-bytes""#,
        r#""change":"file-altered""#,
        r#""entry":"kept""#,
        r#""entry":"failed""#,
        r#""entry":"damaged""#,
        r#""entry":"verified""#,
        r#""sample":10"#,
        r#""state":"absent""#,
    ];
    for wanted in wanted {
        assert!(text.contains(wanted), "the runs no longer write {wanted}, so that nothing here judges it");
    }
    for (name, value) in &written {
        is_described(name, value);
    }
    let Some(verdicts) = judged(&written) else { return };
    for (verdict, (name, value)) in verdicts.iter().zip(&written) {
        assert_eq!(verdict, "valid", "{name}: {value:#}");
    }
}

/// Every required property taken out, and every value made another sort of value, one at a time.
fn spoilt(value: &Value, required: bool, into: &mut Vec<(String, Value)>, at: &str, rebuild: &dyn Fn(Value) -> Value) {
    if required {
        into.push((format!("{at} is no text, number or list"), rebuild(json!({"what": {"is": "this"}}))));
    }
    match value {
        Value::Object(members) => {
            for name in members.keys() {
                let without = |key: &str| members.iter().filter(|(known, _)| *known != key).map(|(k, v)| (k.clone(), v.clone())).collect();
                into.push((format!("{at}/{name} is missing"), rebuild(Value::Object(without(name)))));
                let within = |inner: Value| {
                    let mut copy = members.clone();
                    copy.insert(name.clone(), inner);
                    rebuild(Value::Object(copy))
                };
                spoilt(&members[name], true, into, &format!("{at}/{name}"), &within);
            }
        }
        Value::Array(entries) => {
            if let Some(first) = entries.first() {
                let within = |inner: Value| {
                    let mut copy = entries.clone();
                    copy[0] = inner;
                    rebuild(Value::Array(copy))
                };
                spoilt(first, true, into, &format!("{at}/0"), &within);
            }
        }
        _ => {}
    }
}

#[test]
fn a_record_that_lacks_something_or_holds_something_else_is_refused() {
    let (_world, written) = everything();
    let is_full = |value: &&(&str, Value)| value.0 == "archive" && value.1["session"] == OURS;
    let archived = |value: &&(&str, Value)| value.1["entry"] == "archived" && value.1["record_before"].is_string();
    let record = written.iter().find(is_full).expect("a record");
    let line = written.iter().find(archived).expect("a line");
    for (name, value) in [record, line] {
        let mut cases = Vec::new();
        spoilt(value, false, &mut cases, "", &|value| value);
        // What may be missing, and what may be anything.
        let optional = [
            "reason is missing",
            "unlisted_since is missing",
            "disagreements is missing",
            "lost is missing",
            "attempt is missing",
            "media is missing",
            "path is missing",
            "moved_to is missing",
            "moved is missing",
            "files is missing",
            "history is missing",
            "record_before is missing",
            "may_grow is missing",
            "extra",
        ];
        cases.retain(|(what, _)| !optional.iter().any(|known| what.ends_with(known)));
        assert!(cases.len() > 20, "{cases:?}");
        let values: Vec<(&str, Value)> = cases.iter().map(|(_, value)| (*name, value.clone())).collect();
        let Some(verdicts) = judged(&values) else { return };
        let accepted: Vec<&String> =
            cases.iter().zip(&verdicts).filter(|(_, verdict)| *verdict == "valid").map(|((what, _), _)| what).collect();
        assert_eq!(accepted, Vec::<&String>::new(), "{name}: the schema accepts what is no record");
    }
}
