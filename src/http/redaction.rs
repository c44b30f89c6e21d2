//! Removes credentials from an answer before it is kept: their values alone, so that every other byte stays as it came.
//!
//! Must not know which members hold credentials; the provider does.

use crate::model::{pointer_step, readable};
use serde::de::IgnoredAny;
use serde_json::Value;

/// Replacement for a value that is not kept.
const INSTEAD: &[u8] = b"\"redacted\"";

/// Limits for the places of credentials in an answer, and for the length of a place's JSON pointer in bytes.
const MOST: usize = 1_000;
const DEEPEST: usize = 1_000;

/// Reasons not to keep an answer, after "the answer".
const NOT_JSON: &str = "cannot be searched for credentials";
const TOO_MANY: &str = "holds credentials in more places than any answer";

/// Replaces the value of every member with one of these names; `null` stays. Returns the bytes and the places of the replaced values,
/// as JSON pointers (RFC 6901).
///
/// # Errors
/// The answer cannot be kept, for the returned reason.
pub(crate) fn redact(bytes: Vec<u8>, names: &[&str]) -> Result<(Vec<u8>, Vec<String>), &'static str> {
    if names.is_empty() {
        return Ok((bytes, Vec::new()));
    }
    let mut redacted = Vec::new();
    let readable = readable(&bytes);
    let value: Value = serde_json::from_slice(&readable).map_err(|_| NOT_JSON)?;
    point(&value, names, &mut String::new(), &mut redacted).ok_or(TOO_MANY)?;
    let mut kept = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(rest) = readable.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.first() != Some(&b'"') {
            kept.extend(bytes.get(at));
            at += 1;
            continue;
        }
        let end = at + length_of(rest);
        kept.extend_from_slice(bytes.get(at..end).unwrap_or_default());
        at = match member(&readable, at, end, names) {
            Some((from, to)) => {
                kept.extend_from_slice(bytes.get(end..from).unwrap_or_default());
                kept.extend_from_slice(INSTEAD);
                to
            }
            None => end,
        };
    }
    Ok((kept, redacted))
}

/// Returns the place of the value that follows the text at `at..end`, if that is such a member's name and the value is not `null`.
fn member(bytes: &[u8], at: usize, end: usize, names: &[&str]) -> Option<(usize, usize)> {
    // A name may be written with escapes.
    let name: String = serde_json::from_slice(bytes.get(at..end)?).ok()?;
    if !names.contains(&name.as_str()) {
        return None;
    }
    let after = |from: usize| bytes.get(from..)?.iter().position(|byte| !byte.is_ascii_whitespace()).map(|blanks| from + blanks);
    let colon = after(end).filter(|colon| bytes.get(*colon) == Some(&b':'))?;
    let from = after(colon + 1)?;
    let value = bytes.get(from..)?;
    if value.starts_with(b"null") {
        return None;
    }
    Some((from, from + length_of(value)))
}

/// Returns the length of the value at the beginning of the bytes.
fn length_of(bytes: &[u8]) -> usize {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => values.byte_offset().max(1),
        // The bytes are JSON as a whole, so this is not reached; one byte further is always safe.
        _ => 1,
    }
}

fn point(value: &Value, names: &[&str], pointer: &mut String, found: &mut Vec<String>) -> Option<()> {
    let length = pointer.len();
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                pointer.push('/');
                pointer.push_str(&pointer_step(key));
                if names.contains(&key.as_str()) && !member.is_null() {
                    if found.len() >= MOST || pointer.len() > DEEPEST {
                        return None;
                    }
                    found.push(pointer.clone());
                } else {
                    point(member, names, pointer, found)?;
                }
                pointer.truncate(length);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                point(element, names, pointer, found)?;
                pointer.truncate(length);
            }
        }
        _ => {}
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{NOT_JSON, TOO_MANY, redact};
    use proptest::prelude::*;
    use serde_json::Value;

    const NAMES: [&str; 2] = ["token", "api_key"];

    fn kept(text: &str) -> (String, Vec<String>) {
        let kept = redact(text.as_bytes().to_vec(), &NAMES).expect("an answer");
        (String::from_utf8(kept.0).expect("UTF-8"), kept.1)
    }

    #[test]
    fn values_of_credentials_go_and_every_other_byte_stays() {
        let cases = [
            (r#"{ "token" :  "a\"b" , "x": [1.50, "token"]}"#, r#"{ "token" :  "redacted" , "x": [1.50, "token"]}"#, vec!["/token"]),
            (r#"{"a":[{"api_key":{"k":["v"]}}],"tokens":"t"}"#, r#"{"a":[{"api_key":"redacted"}],"tokens":"t"}"#, vec!["/a/0/api_key"]),
            (r#"{"t\u006fken":12,"token_ttl":9}"#, r#"{"t\u006fken":"redacted","token_ttl":9}"#, vec!["/token"]),
            (r#"{"token":null}"#, r#"{"token":null}"#, vec![]),
            (r#"{"a/b~":{"token":true}}"#, r#"{"a/b~":{"token":"redacted"}}"#, vec!["/a~1b~0/token"]),
            // The first of two is a credential, too.
            (r#"{"token":"a","token":"b"}"#, r#"{"token":"redacted","token":"redacted"}"#, vec!["/token"]),
            (r#""token""#, r#""token""#, vec![]),
        ];
        for (text, expected, pointers) in cases {
            assert_eq!(kept(text), (expected.to_owned(), pointers.iter().map(|&pointer| pointer.to_owned()).collect()), "{text}");
        }
    }

    #[test]
    fn an_answer_that_is_made_to_exhaust_is_not_kept() {
        let many = vec![serde_json::json!({ "token": 1 }); 2_000];
        let deep = serde_json::json!({ "x".repeat(2_000): { "token": 1 } });
        for value in [Value::from(many), deep] {
            assert_eq!(redact(value.to_string().into_bytes(), &NAMES), Err(TOO_MANY));
        }
        assert_eq!(redact(b"{".to_vec(), &NAMES), Err(NOT_JSON));
    }

    #[test]
    fn half_a_surrogate_pair_and_an_endless_number_hide_no_credential() {
        let (bytes, redacted) =
            redact(br#"{"x\ud83d":"\udc00","n":1e400,"token":"s3\ud83d","y":{"token":1e999}}"#.to_vec(), &NAMES).expect("an answer");
        // A number beyond the range of a double is read as null, which is kept.
        let text = r#"{"x\ud83d":"\udc00","n":1e400,"token":"redacted","y":{"token":1e999}}"#;
        assert_eq!((String::from_utf8_lossy(&bytes).as_ref(), redacted), (text, vec!["/token".to_owned()]));
    }

    proptest! {
        #[test]
        fn no_value_survives_and_nothing_else_changes(words in proptest::collection::vec("[a-z\"\\\\{}:,é]{0,6}", 1..6), secret in "[0-9]{9}") {
            let mut value = Value::from(words.clone());
            for word in &words {
                value = serde_json::json!({ word: value, "token": format!("{word}{secret}"), "other": word });
            }
            let text = serde_json::to_vec_pretty(&value).expect("JSON");
            let (bytes, redacted) = redact(text, &NAMES).expect("an answer");
            prop_assert!(!String::from_utf8_lossy(&bytes).contains(&secret));
            let mut expected = value;
            for pointer in &redacted {
                *expected.pointer_mut(pointer).expect("there") = Value::from("redacted");
            }
            prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).expect("JSON"), expected);
        }
    }
}
