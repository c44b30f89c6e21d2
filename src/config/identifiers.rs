//! Session ids from a list: one a line, a column of a CSV file, or webhooks in JSON; in UTF-8 or UTF-16.
//!
//! A list often holds names and addresses beside the ids. A value that cannot be a session id is rejected with the number of its
//! line, and no error quotes it. Duplicates count once. Must not open files.

mod columns;
mod cutoffs;
mod json;
mod source;
mod stream;

use crate::model::{SessionId, WRAPPED, is_uuid, is_wrapped_id};
pub use cutoffs::{CutoffLine, CutoffList};
pub use stream::read_stream;

use columns::Columns;
use source::{Bytes, Line, Source};
use std::collections::HashSet;
use std::io::{self, Read};

/// The first line of a list that `--failed-to` wrote.
pub const FAILED_HEADER: &str = "session_id,reason,runs";

/// Number of lines in which the column of ids is searched.
const SAMPLE: usize = 20;

/// Something that holds no session id where one should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejected {
    /// A line of a list: its number from 1, and what is wrong with it.
    Line(u64, String),
    /// A file of a folder: its name, and what is wrong with it.
    File(String, String),
    /// A word of the command line: its number among the ids from 1, and what is wrong with it.
    Argument(u64, String),
}

/// A reason why a list cannot be read.
#[derive(Debug)]
pub enum ListError {
    /// It cannot be read.
    Read(io::Error),
    /// It has several columns, and none is recognized as the session ids.
    NoColumn,
    /// Several of its columns may hold session ids.
    SeveralColumns,
}

impl From<io::Error> for ListError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// The ids of a run, in order, each once.
#[derive(Debug, Default)]
pub struct Identifiers {
    /// The ids.
    pub sessions: Vec<SessionId>,
    /// Lines and arguments without a valid id.
    pub rejected: Vec<Rejected>,
    /// True if a list held anything beside accepted ids and what `--failed-to` writes: other columns, comments, JSON, or rejected lines.
    pub has_more_than_ids: bool,
    seen: HashSet<SessionId>,
}

impl Identifiers {
    /// Adds one id.
    pub fn add(&mut self, session: SessionId) {
        if self.seen.insert(session.clone()) {
            self.sessions.push(session);
        }
    }

    /// Returns the ids and what holds none. What only the reading of lists needs is dropped: it takes as much memory as the ids.
    pub fn into_parts(self) -> (Vec<SessionId>, Vec<Rejected>) {
        (self.sessions, self.rejected)
    }

    /// Returns whether nothing was named.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.rejected.is_empty()
    }

    /// Adds a list. If any of its ids is a UUID, all must be.
    pub fn add_list(&mut self, input: impl Read) -> Result<(), ListError> {
        let mut list = List { identifiers: self, others: Vec::new(), has_uuids: false, own_fields: None, rejected: Vec::new() };
        let mut source = Source::new(input)?;
        match source.skip(b" \r\n")? {
            Some(b'{' | b'[') => list.read_json(&mut source)?,
            _ => list.read_lines(&mut source)?,
        }
        list.finish();
        Ok(())
    }
}

/// A list that is being read.
struct List<'i> {
    identifiers: &'i mut Identifiers,
    /// Ids that are no UUIDs, with their lines.
    others: Vec<(u64, SessionId)>,
    has_uuids: bool,
    /// Number of fields of a line in a list that `--failed-to` wrote.
    own_fields: Option<usize>,
    rejected: Vec<(u64, String)>,
}

impl List<'_> {
    /// Reads lines, some of which may be JSON.
    fn read_lines(&mut self, source: &mut Source<'_>) -> Result<(), ListError> {
        let mut sample: Vec<(u64, String)> = Vec::new();
        let mut columns = None;
        let number = source.number();
        loop {
            let at = number.get();
            let Some(line) = source.line()? else { break };
            match line {
                Line::TooLong => self.reject(at, "it is longer than any line of a list"),
                Line::Text(line) if line.trim().is_empty() => {}
                Line::Text(line) if line.trim_start().starts_with('#') => self.identifiers.has_more_than_ids = true,
                Line::Text(line) => match &columns {
                    Some(columns) => self.read_line(at, &line, columns),
                    None => sample.push((at, line)),
                },
            }
            if columns.is_none() && sample.len() == SAMPLE {
                columns = Some(self.begin(&std::mem::take(&mut sample))?);
            }
        }
        if !sample.is_empty() {
            self.begin(&sample)?;
        }
        Ok(())
    }

    /// Finds the column of the ids by the first lines, and reads these.
    fn begin(&mut self, sample: &[(u64, String)]) -> Result<Columns, ListError> {
        let of_text: Vec<&str> = sample.iter().map(|(_, line)| line.as_str()).filter(|line| !is_json(line)).collect();
        let columns = Columns::of(&of_text)?;
        let header = columns.has_header.then(|| of_text.first().copied()).flatten();
        self.own_fields = header.filter(|header| header.trim() == FAILED_HEADER).map(|header| header.split(',').count());
        self.identifiers.has_more_than_ids |= header.is_some() && self.own_fields.is_none();
        let is_header = |line: &String| header.is_some_and(|header| std::ptr::eq(header, line.as_str()));
        for (at, line) in sample.iter().filter(|(_, line)| !is_header(line)) {
            self.read_line(*at, line, &columns);
        }
        Ok(columns)
    }

    fn read_line(&mut self, at: u64, line: &str, columns: &Columns) {
        if is_json(line) {
            self.identifiers.has_more_than_ids = true;
            let read = json::read(line.trim().as_bytes(), &std::cell::Cell::new(at), &mut |at, id| self.take(at, id));
            if read.is_err() {
                self.reject(at, NO_JSON);
            }
            return;
        }
        // Lists of several runs that were joined.
        if self.own_fields.is_some() && line.trim() == FAILED_HEADER {
            return;
        }
        let (count, field) = columns.fields(line);
        self.identifiers.has_more_than_ids |= count != self.own_fields.unwrap_or(1);
        match field {
            Some(field) => self.take(at, Ok(&field)),
            None => self.reject(at, "it has no field in the column of the session ids"),
        }
    }

    /// Reads JSON values one after the other, on one line or several. A broken value ends at the next line that begins one.
    fn read_json(&mut self, source: &mut Source<'_>) -> io::Result<()> {
        self.identifiers.has_more_than_ids = true;
        let number = source.number();
        loop {
            let at = number.get();
            match source.skip(b" \t\r\n,")? {
                None => return Ok(()),
                Some(b'{' | b'[') => {}
                Some(_) => {
                    self.reject(number.get(), "it is not JSON, and the list begins with JSON");
                    source.line()?;
                    continue;
                }
            }
            let at = at.max(number.get());
            let mut bytes = Bytes::new(source);
            match json::read(&mut bytes, &number, &mut |at, id| self.take(at, id)) {
                Ok(()) => bytes.end(),
                Err(error) if error.io_error_kind().is_some_and(|kind| kind != io::ErrorKind::InvalidData) => return Err(error.into()),
                Err(_) => {
                    bytes.give_up();
                    self.reject(at, NO_JSON);
                    while !source.is_line_start() || !matches!(source.peek()?, Some(b'{' | b'[') | None) {
                        if source.line()?.is_none() {
                            break;
                        }
                    }
                }
            }
        }
    }

    fn take(&mut self, at: u64, id: Result<&str, &'static str>) {
        match id.and_then(id_of) {
            Err(reason) => self.reject(at, reason),
            Ok(session) if is_uuid(session.as_str()) => {
                self.has_uuids = true;
                self.identifiers.add(session);
            }
            Ok(session) => self.others.push((at, session)),
        }
    }

    fn reject(&mut self, at: u64, reason: &str) {
        self.rejected.push((at, reason.to_owned()));
    }

    fn finish(mut self) {
        for (at, session) in std::mem::take(&mut self.others) {
            if self.has_uuids {
                self.reject(at, "it is not a UUID, and other ids of the list are");
            } else {
                self.identifiers.add(session);
            }
        }
        self.rejected.sort_by_key(|(at, _)| *at);
        self.identifiers.has_more_than_ids |= !self.rejected.is_empty();
        self.identifiers.rejected.extend(self.rejected.into_iter().map(|(at, reason)| Rejected::Line(at, reason)));
    }
}

/// The reason for which broken JSON is rejected.
const NO_JSON: &str = "it begins like JSON and is not valid";

fn is_json(line: &str) -> bool {
    line.trim_start().starts_with(['{', '['])
}

/// Returns the id that a field holds, or why it holds none.
fn id_of(field: &str) -> Result<SessionId, &'static str> {
    let id = field.trim();
    if is_wrapped_id(id) {
        return Err(WRAPPED);
    }
    let session = SessionId::parse(id)?;
    if is_uuid(id) || has_letters_and_digits(id) { Ok(session) } else { Err("it is a word or a number, and an id has letters and digits") }
}

/// Returns whether a text that is no UUID may be an id all the same: names have no digits, and dates and numbers no letters.
fn has_letters_and_digits(id: &str) -> bool {
    id.bytes().any(|byte| byte.is_ascii_digit()) && id.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests;
