//! What the chip of an identity document holds, as a provider hands it out: JSON with the chip's files in base64.

use super::safe::is_bounded_line;
use serde_json::Value;
use vmedia::archive::ChipRecord;

/// Reads a file of NFC data.
pub fn run(input: &[u8]) {
    let portrait = ChipRecord::portrait_file(input);
    let Some(chip) = ChipRecord::read(input) else {
        assert_eq!(portrait, None, "without data groups there is no portrait");
        return;
    };
    assert!((1..=16).contains(&chip.groups.len()), "{chip:?}");
    let written = serde_json::to_vec(&chip).expect("JSON");
    assert_eq!(serde_json::from_slice::<ChipRecord>(&written).expect("a record"), chip);
    assert!(written.len() < 8_000, "{} bytes go into the record", written.len());
    each_text(&serde_json::from_slice(&written).expect("JSON"));
    let described = chip.portrait.map(|described| described.digest.bytes);
    assert_eq!(described, portrait.map(|portrait| portrait.len() as u64));
}

fn each_text(value: &Value) {
    match value {
        Value::String(text) => is_bounded_line(text),
        Value::Array(values) => values.iter().for_each(each_text),
        Value::Object(members) => members.values().for_each(each_text),
        _ => {}
    }
}
