//! Reads JSON that RFC 8259 allows and the parser refuses, and the outermost level of JSON whose depth does not matter.
//!
//! Must not know what any member means.

use super::value::{AnyValue, ReadValue, skip_list, skip_object};
use serde::de::{Deserialize, DeserializeSeed as _, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Replacement for half a surrogate pair: U+FFFD, in as many bytes.
const REPLACEMENT: &[u8] = br"\ufffd";
/// Replacement for a number beyond the range of a double. The shortest such number has five bytes.
const NO_NUMBER: &[u8] = b"null";
/// From here on a number is taken for one that no double holds; the true end is a little further.
const LARGEST_NUMBER: f64 = 1e308;
/// Longest text that is kept, in characters.
const LONGEST: usize = 200;

/// Returns the text as the parser accepts it: half a surrogate pair becomes U+FFFD, and a number beyond the range of a double
/// becomes `null`, so that one such value does not make the rest unreadable. Replacements have the length of the original, so every
/// other byte keeps its offset. A text that is not JSON does not become JSON.
pub fn readable(json: &[u8]) -> Cow<'_, [u8]> {
    let mut readable = Cow::Borrowed(json);
    let (mut at, mut is_text) = (0, false);
    while let Some(rest) = json.get(at..) {
        let Some(plain) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'-' | b'0'..=b'9')) else { break };
        at += plain;
        let rest = rest.get(plain..).unwrap_or_default();
        let (length, instead) = match rest.first() {
            Some(b'"') => {
                is_text = !is_text;
                (1, None)
            }
            Some(b'\\') if is_text => escape(rest),
            Some(b'-' | b'0'..=b'9') if !is_text => number(rest),
            _ => (1, None),
        };
        if let Some(instead) = instead {
            let place = readable.to_mut().iter_mut().skip(at).take(length);
            for (byte, new) in place.zip(instead.iter().chain(std::iter::repeat(&b' '))) {
                *byte = *new;
            }
        }
        at += length;
    }
    readable
}

/// Returns the length of an escape, and what is to stand in its place.
fn escape(rest: &[u8]) -> (usize, Option<&'static [u8]>) {
    match unit(rest) {
        Some(0xd800..=0xdbff) if matches!(rest.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) => (12, None),
        Some(0xd800..=0xdfff) => (6, Some(REPLACEMENT)),
        Some(_) => (6, None),
        None => (2, None),
    }
}

/// Returns the UTF-16 unit that an escape stands for.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(br"\u")?.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Returns the length of a number, and what is to stand in its place.
fn number(rest: &[u8]) -> (usize, Option<&'static [u8]>) {
    let is_part = |byte: &&u8| matches!(**byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
    let length = rest.iter().take_while(is_part).count();
    let digits = rest.get(..length).unwrap_or_default();
    let may_be_beyond = length > 300 || digits.iter().any(|byte| byte.eq_ignore_ascii_case(&b'e'));
    let value = Some(digits).filter(|_| may_be_beyond).and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<f64>().ok());
    (length, value.filter(|value| value.abs() >= LARGEST_NUMBER && length > NO_NUMBER.len()).map(|_| NO_NUMBER))
}

/// The outermost level of a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outline {
    /// An object.
    Object {
        /// The members that were asked for, each with its last value.
        found: BTreeMap<String, Member>,
        /// The number of other members.
        others: usize,
    },
    /// A list, or a single value.
    Other,
}

/// The value of a member of the outermost level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// `null`.
    Null,
    /// A text, cut after 200 characters.
    Text(String),
    /// An object.
    Object,
    /// A list.
    List,
    /// A number or a truth value.
    Other,
}

/// Returns the outermost level of a JSON text with those of its members that are `wanted` by their names; `None` if it is
/// no JSON. Keeps nothing else in memory.
pub fn outline(json: &[u8], wanted: &dyn Fn(&str) -> bool) -> Option<Outline> {
    std::str::from_utf8(json).ok()?;
    let json = readable(json);
    if json.trim_ascii_start().first() != Some(&b'{') {
        return serde_json::from_slice::<IgnoredAny>(&json).ok().map(|_| Outline::Other);
    }
    let mut parser = serde_json::Deserializer::from_slice(&json);
    let outline = parser.deserialize_map(Level(wanted)).ok()?;
    parser.end().ok().map(|()| outline)
}

struct Level<'a>(&'a dyn Fn(&str) -> bool);

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Outline;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline, A::Error> {
        let (mut found, mut others) = (BTreeMap::new(), 0);
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            if (self.0)(&name) {
                found.insert(name.into_owned(), map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
                others += 1;
            }
        }
        Ok(Outline::Object { found, others })
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AnyValue(MemberReader).deserialize(deserializer)
    }
}

struct MemberReader;

impl<'de> ReadValue<'de> for MemberReader {
    type Value = Member;

    fn other(self) -> Member {
        Member::Other
    }

    fn null(self) -> Member {
        Member::Null
    }

    fn text(self, text: &str) -> Member {
        Member::Text(text.chars().take(LONGEST).collect())
    }

    fn list<A: SeqAccess<'de>>(self, list: A) -> Result<Member, A::Error> {
        skip_list(list).map(|()| Member::List)
    }

    fn object<A: MapAccess<'de>>(self, members: A) -> Result<Member, A::Error> {
        skip_object(members).map(|_| Member::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::{Member, Outline, outline, readable};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::borrow::Cow;

    fn read(json: &str) -> Option<Value> {
        serde_json::from_slice(&readable(json.as_bytes())).ok()
    }

    #[test]
    fn half_a_surrogate_pair_and_an_endless_number_hide_nothing_else() {
        let cases = [
            (r#"{"a":"x\ud83d","b":1}"#, json!({ "a": "x\u{fffd}", "b": 1 })),
            (
                r#"["\ude00","\ud83d\ud83d","\ud83dx","\uD83D\uDE00","\\ud83d","\ud83d\\"]"#,
                json!(["\u{fffd}", "\u{fffd}\u{fffd}", "\u{fffd}x", "😀", "\\ud83d", "\u{fffd}\\"]),
            ),
            (r#"{"\ud83d":[1e400,-1E+999,1e-400,"1e400",2e3]}"#, json!({ "\u{fffd}": [null, null, 0.0, "1e400", 2e3] })),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Some(expected), "{text}");
            assert_eq!(readable(text.as_bytes()).len(), text.len());
        }
        assert_eq!(read(&format!("[{}]", "9".repeat(400))), Some(json!([null])));
        assert!(matches!(readable(br#"{"a":"\ud83d\ude00","b":1e300}"#), Cow::Borrowed(_)), "nothing is copied without need");
        for none in ["", "\"\\", "\"\\u", "\"\\ud83", "\"\\u+123\"", "{1e400", "[1e400e]", "-"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn the_outermost_level_is_told_without_the_rest() {
        let of = |text: &str| outline(text.as_bytes(), &|name| name != "x");
        let found = |members: &[(&str, Member)], others| {
            let found = members.iter().map(|(name, member)| ((*name).to_owned(), member.clone())).collect();
            Some(Outline::Object { found, others })
        };
        assert_eq!(of("{}"), found(&[], 0));
        let text = r#" {"a":"\ud83d","b":[1e400,[]],"c":{"d":null},"x":7,"e":null,"f":1,"a":"t","x":{}} "#;
        let text_of = |text: &str| Member::Text(text.to_owned());
        let members = [("a", text_of("t")), ("b", Member::List), ("c", Member::Object), ("e", Member::Null), ("f", Member::Other)];
        assert_eq!(of(text), found(&members, 2));
        assert_eq!(of(&format!(r#"{{"a":"{}"}}"#, "é".repeat(250))), found(&[("a", text_of(&"é".repeat(200)))], 0));
        for other in ["[]", "null", "7", r#""x""#, "true"] {
            assert_eq!(of(other), Some(Outline::Other), "{other}");
        }
        for none in ["", "{", "{}{}", r#"{"a":}"#, "\u{feff}{}", "NaN", r#"{"b":[1}"#] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!(outline(b"{\"x\":\"\xff\"}", &|_| true), None);
    }

    proptest! {
        #[test]
        fn json_that_the_parser_takes_stays_as_it_is(words in proptest::collection::vec("[a-z\"\\\\u0-9eE+.é😀-]{0,8}", 0..6), number in any::<f64>()) {
            let text = json!({ "words": words, "number": number.clamp(-1e307, 1e307) }).to_string();
            prop_assert!(matches!(readable(text.as_bytes()), Cow::Borrowed(_)), "{}", text);
        }

        #[test]
        fn whatever_comes_has_its_length(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(readable(&bytes).len(), bytes.len());
        }
    }
}
