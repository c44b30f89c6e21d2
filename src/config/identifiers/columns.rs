//! Finds the column of session ids in a spreadsheet: the one whose header says so, else the only one of UUIDs.
//!
//! Never guesses: the other columns hold names and addresses. Must not decide whether a value is an id.

use super::ListError;
use crate::model::is_uuid;
use std::borrow::Cow;

/// The headers of a column of session ids, without case, blanks, `_` and `-`.
pub(super) const HEADERS: [&str; 9] = [
    "sessionid",
    "verificationid",
    "veriffsessionid",
    "veriffid",
    "yotisessionid",
    "verificationsessionid",
    "sessionuuid",
    "session",
    "sessions",
];
/// Headers that other columns have as well: these count where no column is the only one of UUIDs.
const VAGUE_HEADERS: [&str; 2] = ["id", "uuid"];

/// The position of the session ids.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Columns {
    delimiter: u8,
    column: usize,
    /// True if the first line names the columns.
    pub(super) has_header: bool,
}

impl Columns {
    /// Looks at the first lines of a list, without blank lines, comments and JSON.
    pub(super) fn of(lines: &[&str]) -> Result<Self, ListError> {
        let delimiter = lines.iter().find_map(|line| delimiter(line));
        let fields: Vec<Vec<Cow<'_, str>>> = lines.iter().map(|line| split(line, delimiter.unwrap_or(b','))).collect();
        let of_uuids = columns_of_uuids(&fields);
        let first = fields.first().map(Vec::as_slice).unwrap_or_default();
        let (named, vague) = (named(first, &HEADERS), named(first, &VAGUE_HEADERS));
        let (column, has_header) = match (&named[..], &of_uuids[..], &vague[..]) {
            ([column], _, _) => (*column, true),
            ([_, _, ..], _, _) => return Err(ListError::SeveralColumns),
            ([], [column], []) => (*column, first.len() > 1 && first.get(*column).is_some_and(|field| is_title(field))),
            ([], [column], _) | ([], _, [column]) => (*column, true),
            ([], [], []) if delimiter.is_none() => (0, false),
            ([], [], []) => return Err(ListError::NoColumn),
            _ => return Err(ListError::SeveralColumns),
        };
        Ok(Self { delimiter: delimiter.unwrap_or(b','), column, has_header })
    }

    /// Returns the number of fields of a line, and the one that holds the id; none when the line ends before it.
    pub(super) fn fields<'l>(&self, line: &'l str) -> (usize, Option<Cow<'l, str>>) {
        let fields = split(line, self.delimiter);
        (fields.len(), fields.into_iter().nth(self.column))
    }
}

/// Returns the delimiter: comma, semicolon or tab, whichever comes first outside of quotes.
pub(super) fn delimiter(line: &str) -> Option<u8> {
    let mut is_quoted = false;
    line.bytes().find(|byte| {
        is_quoted ^= *byte == b'"';
        !is_quoted && matches!(byte, b',' | b';' | b'\t')
    })
}

/// Returns the fields of a line without the blanks around them.
pub(super) fn split(line: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let text = line.strip_suffix('\r').unwrap_or(line);
    // A CSV reader for each line took a fifth of the time of a run with nothing to fetch.
    if !text.contains(['"', '\r', '\u{feff}']) {
        return text.split(char::from(delimiter)).map(|field| field.trim().into()).collect();
    }
    read_as_csv(line, delimiter).into_iter().map(Cow::Owned).collect()
}

fn read_as_csv(line: &str, delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(delimiter).trim(csv::Trim::All).buffer_capacity(line.len() + 1);
    // Bytes in memory that are text.
    let record = reader.from_reader(line.as_bytes()).into_records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(str::to_owned).collect()
}

/// Returns the columns in which most of what stands there are UUIDs.
fn columns_of_uuids(fields: &[Vec<Cow<'_, str>>]) -> Vec<usize> {
    let width = fields.iter().map(Vec::len).max().unwrap_or(0);
    let is_of_uuids = |column: &usize| {
        let (uuids, others): (Vec<&Cow<'_, str>>, _) =
            fields.iter().filter_map(|fields| fields.get(*column)).filter(|field| !field.is_empty()).partition(|field| is_uuid(field));
        !uuids.is_empty() && uuids.len() >= others.len()
    };
    (0..width).filter(is_of_uuids).collect()
}

pub(super) fn named(first: &[Cow<'_, str>], names: &[&str]) -> Vec<usize> {
    let plain = |field: &Cow<'_, str>| field.to_lowercase().replace([' ', '_', '-'], "");
    (0..first.len()).filter(|column| first.get(*column).is_some_and(|field| names.contains(&plain(field).as_str()))).collect()
}

/// Returns whether a field above UUIDs is a title; an id that was mistyped has digits.
fn is_title(field: &str) -> bool {
    !is_uuid(field) && !field.chars().any(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Columns, ListError, read_as_csv, split};
    use proptest::prelude::*;

    const A: &str = "f04bdb47-d3be-4b28-b028-a652feb060b5";

    fn column(lines: &[&str]) -> Result<(usize, bool), ListError> {
        let lines: Vec<String> = lines.iter().map(|line| line.replace('A', A)).collect();
        Columns::of(&lines.iter().map(String::as_str).collect::<Vec<_>>()).map(|columns| (columns.column, columns.has_header))
    }

    #[test]
    fn the_column_is_named_or_is_the_only_one_of_uuids() {
        for (lines, expected) in [
            (&["name,session_id", "Smith,A"][..], (1, true)),
            (&["Name;E-Mail;Session ID", "Smith;s@x.de;s1"], (2, true)),
            (&["id\tname", "s1\tSmith"], (0, true)),
            (&["id,Veriff-ID", "A,A"], (1, true)),
            (&["id,reference", "7,A"], (1, true)),
            (&["customer,reference", "Smith,A", "Jones,A"], (1, true)),
            (&["\"Smith, Anna\",A", "Jones,A"], (1, false)),
            (&["A,Smith"], (0, false)),
            (&["A", "A", "Smith, Anna"], (0, false)),
            (&["s1", "s2"], (0, false)),
            (&["uuid,sessionId,id", "A,A,A"], (1, true)),
        ] {
            assert_eq!(column(lines).expect("a column"), expected, "{lines:?}");
        }
        for lines in [&["A,A"][..], &["name,a,b", "Smith,A,A"], &["session_id,Session ID", "A,A"]] {
            assert!(matches!(column(lines), Err(ListError::SeveralColumns)), "{lines:?}");
        }
        for lines in [&["Smith,1980-02-03"][..], &["name,reference", "Smith,K7"]] {
            assert!(matches!(column(lines), Err(ListError::NoColumn)), "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn a_line_has_the_fields_that_a_csv_reader_finds(line in "[a1 \",;\t\r\u{a0}\u{feff}é]{0,12}", delimiter in prop::sample::select(vec![b',', b';', b'\t'])) {
            // Blank lines hold no fields, and are not split.
            prop_assume!(!line.trim().is_empty());
            prop_assert_eq!(split(&line, delimiter), read_as_csv(&line, delimiter), "{:?}", line);
        }
    }
}
