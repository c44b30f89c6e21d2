//! The machine-readable zone in DG1 (Doc 9303-3 to -6): three lines of a card, two of a passport or an older card.

use crate::seal::ber::tagged;
use crate::word::Word;
use bcder::Tag;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::ops::Range;

/// A machine-readable zone. Its texts are those of the zone, without the fillers at their ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRecord {
    /// The lines, in which only capital letters, digits and `<` occur.
    pub lines: Vec<String>,
    /// The sort of document, such as `P` or `I`.
    pub document: String,
    /// The issuing state or organization.
    pub issuer: String,
    pub number: String,
    pub nationality: String,
    /// The date of birth: year, month, day, two digits each.
    pub born: String,
    /// `F`, `M`, or empty.
    pub sex: String,
    /// The date of expiry: year, month, day, two digits each.
    pub expires: String,
    pub family_name: String,
    pub given_names: String,
    /// The check digits of the number, of both dates, and of the whole.
    pub check_digits: Word<CheckDigits>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The result of computing the check digits of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckDigits {
    /// All of them are right.
    Right,
    /// At least one is wrong.
    Wrong,
}

/// The places of the fields in the lines, joined. A check digit follows each number and date.
struct Format {
    width: usize,
    number: Range<usize>,
    nationality: Range<usize>,
    born: Range<usize>,
    sex: Range<usize>,
    expires: Range<usize>,
    names: Range<usize>,
    /// What the last check digit is of, and its place.
    whole: &'static [Range<usize>],
    last: usize,
    /// True if the rest of a long number stands behind the filler in the place of its check digit.
    is_card: bool,
}

/// TD1, TD2 and TD3.
const FORMATS: [(usize, Format); 3] = [
    (
        90,
        Format {
            width: 30,
            number: 5..14,
            nationality: 45..48,
            born: 30..36,
            sex: 37..38,
            expires: 38..44,
            names: 60..90,
            whole: &[5..30, 30..37, 38..45, 48..59],
            last: 59,
            is_card: true,
        },
    ),
    (
        72,
        Format {
            width: 36,
            number: 36..45,
            nationality: 46..49,
            born: 49..55,
            sex: 56..57,
            expires: 57..63,
            names: 5..36,
            whole: &[36..46, 49..56, 57..71],
            last: 71,
            is_card: true,
        },
    ),
    (
        88,
        Format {
            width: 44,
            number: 44..53,
            nationality: 54..57,
            born: 57..63,
            sex: 64..65,
            expires: 65..71,
            names: 5..44,
            whole: &[44..54, 57..64, 65..87],
            last: 87,
            is_card: false,
        },
    ),
];

/// Reads DG1.
pub(super) fn read(group: &[u8]) -> Option<ZoneRecord> {
    let read = |group: &mut crate::seal::ber::Reader<'_, '_, '_>| group.take_primitive_if(Tag::application(31), |text| text.take_all());
    let text = tagged(group, Tag::application(1), read).ok()?;
    parse(std::str::from_utf8(&text).ok()?)
}

fn parse(text: &str) -> Option<ZoneRecord> {
    if !text.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'<')) {
        return None;
    }
    let (_, format) = FORMATS.iter().find(|(length, _)| *length == text.len())?;
    let part = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let plain = |text: &str| text.trim_end_matches('<').replace('<', " ");
    let (number, number_digit) = number(text, format);
    let (family, given) = part(&format.names).split_once("<<").unwrap_or((part(&format.names), ""));
    let digit_behind = |range: &Range<usize>| text.get(range.end..range.end + 1).unwrap_or_default();
    let whole: String = format.whole.iter().map(part).collect();
    let checks = [
        (number.as_str(), number_digit.as_str()),
        (part(&format.born), digit_behind(&format.born)),
        (part(&format.expires), digit_behind(&format.expires)),
        (whole.as_str(), part(&(format.last..format.last + 1))),
    ];
    let is_right = checks.iter().all(|(text, digit)| check_digit(text) == *digit);
    Some(ZoneRecord {
        lines: text.as_bytes().chunks(format.width).map(|line| String::from_utf8_lossy(line).into_owned()).collect(),
        document: plain(part(&(0..2))),
        issuer: plain(part(&(2..5))),
        number: plain(&number),
        nationality: plain(part(&format.nationality)),
        born: plain(part(&format.born)),
        sex: plain(part(&format.sex)),
        expires: plain(part(&format.expires)),
        family_name: plain(family),
        given_names: plain(given),
        check_digits: if is_right { CheckDigits::Right } else { CheckDigits::Wrong }.into(),
        extra: Map::new(),
    })
}

/// Returns the number of the document and its check digit. The rest of a card's long number, and the digit, stand in the field behind.
fn number(text: &str, format: &Format) -> (String, String) {
    let start = text.get(format.number.clone()).unwrap_or_default();
    let digit = text.get(format.number.end..format.number.end + 1).unwrap_or_default();
    let behind = if format.width == 30 { 15..30 } else { 64..71 };
    let rest = text.get(behind).unwrap_or_default().split('<').next().unwrap_or_default();
    match rest.split_at_checked(rest.len().saturating_sub(1)) {
        Some((more, last)) if format.is_card && digit == "<" && !more.is_empty() => (format!("{start}{more}"), last.to_owned()),
        _ => (start.to_owned(), digit.to_owned()),
    }
}

/// Returns the check digit of a text (Doc 9303-3, 4.9).
fn check_digit(text: &str) -> String {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = text.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(byte) * weight).sum();
    (sum % 10).to_string()
}

#[cfg(test)]
mod tests {
    use super::{CheckDigits, parse};

    #[test]
    fn the_specimens_of_doc_9303_are_read() {
        let cases = [
            (
                "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
                ["I", "UTO", "D23145890", "UTO", "740812", "F", "120415", "ERIKSSON", "ANNA MARIA"],
            ),
            (
                "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6",
                ["I", "UTO", "D23145890", "UTO", "740812", "F", "120415", "ERIKSSON", "ANNA MARIA"],
            ),
            (
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10",
                ["P", "UTO", "L898902C3", "UTO", "740812", "F", "120415", "ERIKSSON", "ANNA MARIA"],
            ),
            (
                "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<",
                ["I", "UTO", "D23145890734", "UTO", "340712", "M", "950712", "STEVENSON", "PETER JOHN"],
            ),
        ];
        for (text, expected) in cases {
            let zone = parse(text).expect("a zone");
            let found = [
                zone.document,
                zone.issuer,
                zone.number,
                zone.nationality,
                zone.born,
                zone.sex,
                zone.expires,
                zone.family_name,
                zone.given_names,
            ];
            assert_eq!(found, expected, "{text}");
            assert_eq!(zone.lines.concat(), text);
            assert!(zone.check_digits == CheckDigits::Right, "{text}");
            let forged = parse(&text.replace("0712", "0713").replace("0812", "0813")).expect("a zone");
            assert!(forged.check_digits == CheckDigits::Wrong, "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_zone() {
        let zone = "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
        for text in ["", &zone[1..], &zone.to_lowercase(), &zone.replacen("<<", "\u{e9}", 1), &zone.repeat(2)] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
