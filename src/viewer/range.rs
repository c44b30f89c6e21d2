//! The part of a file that a request wants (RFC 9110, section 14). Pure.

use std::num::ParseIntError;

/// The part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// From the first byte to the last, both included.
    Range(u64, u64),
    /// None: the range lies behind the end.
    Unsatisfiable,
}

impl Part {
    /// Returns the part that a `Range` field names of a file of this length. A field that names several parts, or is not understood,
    /// is ignored.
    pub(super) fn of(field: &str, length: u64) -> Self {
        let Some((unit, range)) = field.split_once('=') else { return Self::Whole };
        let Some((first, last)) = range.trim().split_once('-').filter(|_| unit.eq_ignore_ascii_case("bytes")) else { return Self::Whole };
        let part = match (number(first), number(last)) {
            (Ok(first), Ok(last)) if first <= last => Some((first, last)),
            (Ok(first), Err(_)) if last.is_empty() => Some((first, u64::MAX)),
            (Err(_), Ok(count)) if first.is_empty() => Some((length.saturating_sub(count), if count == 0 { 0 } else { u64::MAX })),
            _ => None,
        };
        match part {
            None => Self::Whole,
            Some((first, last)) if first < length && first <= last => Self::Range(first, last.min(length - 1)),
            Some(_) => Self::Unsatisfiable,
        }
    }
}

/// Parses digits alone.
fn number(text: &str) -> Result<u64, Option<ParseIntError>> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().map_err(Some) } else { Err(None) }
}

#[cfg(test)]
mod tests {
    use super::Part::{self, Range, Unsatisfiable, Whole};

    #[test]
    fn a_range_is_one_part_within_the_file_or_none() {
        for (field, length, part) in [
            ("bytes=0-", 10, Range(0, 9)),
            ("bytes=0-0", 10, Range(0, 0)),
            ("Bytes=3-5", 10, Range(3, 5)),
            ("bytes=9-99", 10, Range(9, 9)),
            ("bytes=-3", 10, Range(7, 9)),
            ("bytes=-30", 10, Range(0, 9)),
            ("bytes=10-", 10, Unsatisfiable),
            ("bytes=-0", 10, Unsatisfiable),
            ("bytes=0-", 0, Unsatisfiable),
            ("bytes=-1", 0, Unsatisfiable),
            ("bytes=5-3", 10, Whole),
            ("bytes=0-1,3-4", 10, Whole),
            ("bytes=", 10, Whole),
            ("bytes=-", 10, Whole),
            ("bytes=+1-2", 10, Whole),
            ("bytes=99999999999999999999-", 10, Whole),
            ("lines=0-1", 10, Whole),
            ("bytes", 10, Whole),
        ] {
            assert_eq!(Part::of(field, length), part, "{field} of {length}");
        }
    }
}
