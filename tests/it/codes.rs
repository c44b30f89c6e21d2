//! The codes of reasons, disagreements and errors: the enums, the published schemas and `docs/codes.md` list the same ones.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use vmedia::archive::verify::Aspect;
use vmedia::archive::{Disagreement, Reason};
use vmedia::error::ErrorKind;

/// Returns every code of an enum, as its deserializer lists them for an unknown one.
pub fn codes<T: serde::de::DeserializeOwned>(unknown: impl Into<Value>) -> BTreeSet<String> {
    let error = serde_json::from_value::<T>(unknown.into()).err().expect("no such code").to_string();
    error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// Returns the codes that a schema lists.
fn schema(name: &str, definition: &str) -> BTreeSet<String> {
    let schema: Value = serde_json::from_str(&text(&format!("schema/vmedia-{name}-1.schema.json"))).expect("JSON");
    let definition = &schema["$defs"][definition];
    let places = [&definition["properties"]["code"]["examples"], &definition["examples"], &definition["enum"]];
    let codes = places.into_iter().find_map(Value::as_array).expect("codes");
    codes.iter().map(|code| code.as_str().expect("a code").to_owned()).collect()
}

/// Returns the codes of the table below a heading.
fn table(heading: &str) -> BTreeSet<String> {
    let page = text("docs/codes.md");
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect()
}

#[test]
fn the_schemas_and_the_page_list_every_code() {
    let (reasons, disagreements) = (codes::<Reason>(json!({ "code": "?" })), codes::<Disagreement>(json!({ "code": "?" })));
    assert!(reasons.contains("not-fetched") && disagreements.contains("size"), "{reasons:?} {disagreements:?}");
    assert_eq!(schema("archive", "reason"), reasons);
    assert_eq!(schema("journal", "reason"), reasons);
    assert_eq!(table("Reasons"), reasons);
    assert_eq!(schema("archive", "disagreement"), disagreements);
    assert_eq!(table("Disagreements"), disagreements);
    assert_eq!(table("Comparisons"), codes::<Aspect>("?"));
    let kinds = codes::<ErrorKind>("?");
    assert_eq!(schema("journal", "kind"), kinds);
    assert_eq!(schema("summary", "kind"), kinds);
    assert_eq!(table("Errors"), kinds);
}
