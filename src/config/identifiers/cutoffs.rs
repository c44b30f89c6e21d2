//! Cutoffs from a list: a session, a day and, if there are several events, the event on each line; in UTF-8 or UTF-16.
//!
//! The list often holds names and addresses beside them. No error quotes a value. Must not open files.

use super::ListError;
use super::columns::{HEADERS, delimiter, named, split};
use super::source::{Line, Source};
use crate::model::{SessionId, WRAPPED, is_wrapped_id};
use jiff::civil::Date;
use std::io::Read;

/// The headers of a column of days, without case, blanks, `_` and `-`.
const DATES: [&str; 4] = ["date", "cutoff", "cutoffdate", "day"];
/// The headers of a column of events.
const EVENTS: [&str; 2] = ["event", "eventname"];
/// The days that are plausible: those of sessions that exist.
const PLAUSIBLE: std::ops::RangeInclusive<Date> = Date::constant(2000, 1, 1)..=Date::constant(2100, 12, 31);

/// A list of cutoffs.
#[derive(Debug, Default)]
pub struct CutoffList {
    /// The rows in order, each with the number of its line.
    pub rows: Vec<(u64, CutoffLine)>,
    /// The lines without a valid row, and what is wrong with each.
    pub rejected: Vec<(u64, &'static str)>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutoffLine {
    /// The session.
    pub session: SessionId,
    /// The day; `None` if the field is empty, which withdraws a cutoff.
    pub date: Option<Date>,
    /// The event, if the row names one.
    pub event: Option<String>,
}

/// The columns of the list.
struct CutoffColumns {
    delimiter: u8,
    session: usize,
    date: usize,
    event: Option<usize>,
}

impl CutoffList {
    /// Reads a list.
    ///
    /// # Errors
    /// It cannot be read, or its first line does not name the columns and is no row of session and day either.
    pub fn read(input: impl Read) -> Result<Self, ListError> {
        let mut source = Source::new(input)?;
        let (number, mut list, mut columns) = (source.number(), Self::default(), None);
        loop {
            let at = number.get();
            let Some(line) = source.line()? else { return Ok(list) };
            let line = match line {
                Line::TooLong => {
                    list.rejected.push((at, "it is longer than any line of a list"));
                    continue;
                }
                Line::Text(line) if line.trim().is_empty() || line.trim_start().starts_with('#') => continue,
                Line::Text(line) => line,
            };
            let known = match &columns {
                Some(known) => known,
                None => {
                    let (known, is_header) = CutoffColumns::of(&line)?;
                    let known = columns.insert(known);
                    if is_header {
                        continue;
                    }
                    known
                }
            };
            match known.row(&line) {
                Ok(row) => list.rows.push((at, row)),
                Err(reason) => list.rejected.push((at, reason)),
            }
        }
    }
}

impl CutoffColumns {
    /// Finds the columns by the first line, and returns true if it names them.
    fn of(line: &str) -> Result<(Self, bool), ListError> {
        let delimiter = delimiter(line).ok_or(ListError::NoColumn)?;
        let fields = split(line, delimiter);
        let (sessions, dates, events) = (named(&fields, &HEADERS), named(&fields, &DATES), named(&fields, &EVENTS));
        if [&sessions, &dates, &events].iter().any(|columns| columns.len() > 1) {
            return Err(ListError::SeveralColumns);
        }
        if let ([session], [date]) = (&sessions[..], &dates[..]) {
            return Ok((Self { delimiter, session: *session, date: *date, event: events.first().copied() }, true));
        }
        let columns = Self { delimiter, session: 0, date: 1, event: (fields.len() > 2).then_some(2) };
        let is_row = columns.row(line).is_ok_and(|row| row.date.is_some()) && fields.len() <= 3;
        if is_row { Ok((columns, false)) } else { Err(ListError::NoColumn) }
    }

    fn row(&self, line: &str) -> Result<CutoffLine, &'static str> {
        let fields = split(line, self.delimiter);
        let field = |column: usize| fields.get(column).map(|field| field.trim());
        let id = field(self.session).filter(|id| !id.is_empty()).ok_or("it has no session id")?;
        if is_wrapped_id(id) {
            return Err(WRAPPED);
        }
        let session = SessionId::parse(id).map_err(|_| "it has no valid session id")?;
        let date = match field(self.date).ok_or("it has no date")? {
            "" => None,
            text => Some(date(text)?),
        };
        let event = self.event.and_then(field).filter(|event| !event.is_empty()).map(str::to_owned);
        Ok(CutoffLine { session, date, event })
    }
}

/// Returns the day, in the one form that has one meaning.
fn date(text: &str) -> Result<Date, &'static str> {
    let form = |at: usize, letter: u8| if matches!(at, 4 | 7) { letter == b'-' } else { letter.is_ascii_digit() };
    let is_day = text.len() == 10 && text.bytes().enumerate().all(|(at, letter)| form(at, letter));
    let day = text.parse::<Date>().ok().filter(|_| is_day).ok_or("its date is not a day in the form 2026-11-30")?;
    if PLAUSIBLE.contains(&day) { Ok(day) } else { Err("its date is not between 2000 and 2100") }
}

#[cfg(test)]
mod tests {
    use super::{CutoffList, ListError};

    fn shown(text: &[u8]) -> Result<String, ListError> {
        let list = CutoffList::read(text)?;
        let rows = list.rows.iter().map(|(at, row)| {
            let date = row.date.map(|date| date.to_string()).unwrap_or_default();
            format!("{at}:{} {date} {}", row.session, row.event.as_deref().unwrap_or("-"))
        });
        let rejected = list.rejected.iter().map(|(at, reason)| format!("{at}!{reason}"));
        Ok(rows.chain(rejected).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn rows_are_found_by_their_titles_or_their_places() {
        for (text, expected) in [
            ("session,date\ns1,2021-11-30\n\n# no\ns2,\n", "2:s1 2021-11-30 -; 5:s2  -"),
            ("s1,2021-11-30\r\ns2;2021-11-30\r\n", "1:s1 2021-11-30 -; 2!it has no valid session id"),
            ("Name;Session ID;Cutoff-Date;Event\n\"Smith; Anna\";s1;2024-02-29;end of relation\n", "2:s1 2024-02-29 end of relation"),
            ("s1\t2021-11-30\tend\n", "1:s1 2021-11-30 end"),
            ("", ""),
        ] {
            assert_eq!(shown(text.as_bytes()).expect(text), expected, "{text}");
        }
        let utf16: Vec<u8> = "\u{feff}session,date\ns1,2021-11-30\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(shown(&utf16).expect("UTF-16"), "2:s1 2021-11-30 -");
        for text in ["s1\n", "session,name\ns1,Smith\n", "s1,Smith,2021-11-30\n", "session,date,day\n", "s1,\n"] {
            assert!(matches!(shown(text.as_bytes()), Err(ListError::NoColumn | ListError::SeveralColumns)), "{text}");
        }
    }

    #[test]
    fn a_date_has_one_form_and_no_error_quotes_it() {
        for date in
            ["30.11.2021", "11/30/2021", "2021-11-31", "2023-02-29", "1921-11-30", "2021-11-30T00:00Z", "-21-11-301", "20211130", "é"]
        {
            let shown = shown(format!("session,date\ns1,{date}\nsession id,2021-11-30\n\"s1\",2021-11-30").as_bytes()).expect("a list");
            assert!(shown.starts_with("4:s1 2021-11-30 -; 2!its date") && !shown.contains(date), "{shown}");
            assert!(shown.ends_with("3!it has no valid session id"), "{shown}");
        }
    }
}
