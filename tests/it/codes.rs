//! The codes of reasons and disagreements: the enums, the published schemas and `docs/codes.md` list the same ones.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use vmedia::archive::{Disagreement, Reason};

/// Returns every code of an enum that is tagged with one, as its deserializer lists them.
fn codes<T: serde::de::DeserializeOwned>() -> BTreeSet<String> {
    let error = serde_json::from_value::<T>(json!({ "code": "?" })).err().expect("no such code").to_string();
    error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// Returns the codes that a schema gives as examples.
fn schema(name: &str, definition: &str) -> BTreeSet<String> {
    let schema: Value = serde_json::from_str(&text(&format!("schema/vmedia-{name}-1.schema.json"))).expect("JSON");
    let examples = schema["$defs"][definition]["properties"]["code"]["examples"].as_array().expect("examples").clone();
    examples.iter().map(|code| code.as_str().expect("a code").to_owned()).collect()
}

/// Returns the codes of the table below a heading.
fn table(heading: &str) -> BTreeSet<String> {
    let page = text("docs/codes.md");
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect()
}

#[test]
fn the_schemas_and_the_page_list_every_code() {
    let (reasons, disagreements) = (codes::<Reason>(), codes::<Disagreement>());
    assert!(reasons.contains("not-fetched") && disagreements.contains("size"), "{reasons:?} {disagreements:?}");
    assert_eq!(schema("archive", "reason"), reasons);
    assert_eq!(schema("journal", "reason"), reasons);
    assert_eq!(table("Reasons"), reasons);
    assert_eq!(schema("archive", "disagreement"), disagreements);
    assert_eq!(table("Disagreements"), disagreements);
}
