//! Lists as a table for people, JSON for scripts, CSV for spreadsheets. Rows of JSON and CSV are written at once; those of a table
//! are kept as text until the last, because columns are as wide as their widest cells. On a terminal, a table is as wide as it is:
//! columns are left out by their rank, and then the widest cells take several lines.
//!
//! Must not know what the columns mean.

use super::wrap::{pieces, width, wrap_line};
use crate::cli::TableFormat;
use crate::error::{Error, Result};
use crate::text::{json, sanitize};
use serde_json::{Map, Value};

/// A column: its name for scripts and its title for people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// The name in JSON and CSV.
    pub(crate) name: &'static str,
    /// The title in tables.
    pub(crate) title: &'static str,
    pub(crate) is_number: bool,
    /// On a terminal that is too narrow, columns of higher ranks are left out first; those of rank 0 stay.
    pub(crate) rank: u8,
}

impl Column {
    /// Creates a column.
    pub(crate) const fn new(name: &'static str, title: &'static str, is_number: bool, rank: u8) -> Self {
        Self { name, title, is_number, rank }
    }
}

/// A cell: its value for scripts and, where that differs, its text for people.
pub(crate) type Cell = (Value, Option<String>);

/// Takes pieces of text, one after the other.
type Sink<'a> = dyn FnMut(&str) + 'a;

/// Rows under columns, in one format.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    hidden: Vec<&'static str>,
    format: TableFormat,
    has_rows: bool,
    /// The rows of JSON or CSV that are not written yet.
    text: String,
    /// The rows for people.
    aligned: Aligned,
}

impl Table {
    /// Returns a table without rows.
    pub(crate) fn new(columns: &[Column], format: TableFormat) -> Self {
        let (hidden, text, aligned) = (Vec::new(), String::new(), Aligned::default());
        Self { columns: columns.to_vec(), hidden, format, has_rows: false, text, aligned }
    }

    /// Makes a table for people fit a terminal of that width, if there is one.
    #[must_use]
    pub(crate) fn within(mut self, columns: Option<u16>) -> Self {
        self.aligned.columns = columns.map(usize::from);
        self
    }

    /// Adds a line above the rows that follow it, in place of the titles: the first before any row. JSON and CSV have none.
    pub(crate) fn heading(&mut self, text: &str) {
        if self.format == TableFormat::Table {
            self.aligned.heading(text);
        }
    }

    /// Leaves a column out of tables, which would be repetitive or too wide. JSON and CSV have it all the same.
    pub(crate) fn hide_from_people(&mut self, name: &'static str) {
        self.hidden.push(name);
    }

    /// Returns whether there is nothing yet for people.
    pub(crate) fn is_empty(&self) -> bool {
        self.aligned.text.is_empty()
    }

    /// Adds a row: a cell for each column. Fails if a cell cannot be written in this format.
    pub(crate) fn row(&mut self, cells: &[Cell]) -> Result<()> {
        let is_first = !std::mem::replace(&mut self.has_rows, true);
        match self.format {
            TableFormat::Table => self.aligned.row(&self.columns, &self.hidden, cells),
            TableFormat::Json => {
                self.text.push_str(if is_first { "[\n  " } else { ",\n  " });
                self.text.push_str(&object(&self.columns, cells)?);
            }
            TableFormat::Csv => {
                if is_first {
                    self.text.push_str(&header(&self.columns)?);
                }
                self.text.push_str(&record(cells.iter().map(|(value, _)| harmless(&plain(value))))?);
            }
        }
        Ok(())
    }

    /// Writes the rows that need not wait for the last.
    pub(crate) fn drain(&mut self, out: &mut Sink<'_>) {
        out(&self.text);
        self.text.clear();
    }

    /// Writes the rest. The whole ends in a line break. Fails if the header cannot be written in this format.
    pub(crate) fn finish(mut self, out: &mut Sink<'_>) -> Result<()> {
        self.drain(out);
        match (self.format, self.has_rows) {
            (TableFormat::Table, _) => self.aligned.write(&self.columns, &self.hidden, out),
            (TableFormat::Json, true) => out("\n]\n"),
            (TableFormat::Json, false) => out("[]\n"),
            (TableFormat::Csv, true) => {}
            (TableFormat::Csv, false) => out(&header(&self.columns)?),
        }
        Ok(())
    }

    /// Returns a short list as one text. Fails as [`Table::finish`] does.
    pub(crate) fn text(self) -> Result<String> {
        let mut text = String::new();
        self.finish(&mut |piece| text.push_str(piece))?;
        Ok(text)
    }
}

/// Marks a heading among the rows: safe text has no such letter.
const HEADING: char = '\u{1}';

/// The rows of a table for people.
#[derive(Debug, Default)]
struct Aligned {
    /// The indices of the columns that are not hidden when the first row comes.
    kept: Option<Vec<usize>>,
    /// Their cells, each followed by a tab, and rows by line breaks: safe text has no others. Rows of cells would take ten times
    /// the memory.
    text: String,
    /// The widths of the kept columns.
    widths: Vec<usize>,
    /// The width of the terminal that shows it.
    columns: Option<usize>,
    has_headings: bool,
}

impl Aligned {
    /// Number of bytes that are written at once.
    const PIECE: usize = 64 * 1024;
    /// The gap between two columns.
    const GAP: &str = "  ";

    fn begin(&mut self, columns: &[Column], hidden: &[&str]) -> &[usize] {
        let has_titles = !self.has_headings;
        self.kept.get_or_insert_with(|| {
            let kept = columns.iter().enumerate().filter(|(_, column)| !hidden.contains(&column.name));
            let (kept, widths) = kept.map(|(index, column)| (index, if has_titles { width(column.title) } else { 0 })).unzip();
            self.widths = widths;
            kept
        })
    }

    fn row(&mut self, columns: &[Column], hidden: &[&str], cells: &[Cell]) {
        self.begin(columns, hidden);
        for (index, widest) in self.kept.iter().flatten().zip(&mut self.widths) {
            let shown = cells.get(*index).map(|(value, text)| text.clone().unwrap_or_else(|| plain(value))).unwrap_or_default();
            let shown = sanitize(&shown);
            *widest = width(&shown).max(*widest);
            self.text.push_str(&shown);
            self.text.push('\t');
        }
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.has_headings = true;
        self.text.push(HEADING);
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn write(mut self, columns: &[Column], hidden: &[&str], out: &mut Sink<'_>) {
        self.begin(columns, hidden);
        let indent = if self.has_headings { Self::GAP } else { "" };
        let mut kept: Vec<Kept<'_>> = Vec::new();
        for (index, width) in self.kept.iter().flatten().zip(self.widths.iter().copied()) {
            kept.extend(columns.get(*index).map(|column| Kept { column, width, is_shown: !hidden.contains(&column.name) }));
        }
        let left_out = self.columns.map(|columns| fit(&mut kept, columns.saturating_sub(indent.len()))).unwrap_or_default();
        let mut piece = String::new();
        let wrapped = |text: &str| wrap_line(text, self.columns.unwrap_or(usize::MAX), Self::GAP.len()) + "\n";
        if !self.has_headings {
            write_row(&mut piece, indent, &kept, &mut kept.iter().map(|kept| kept.column.title), self.columns.is_some());
        }
        for row in self.text.lines() {
            match row.strip_prefix(HEADING) {
                Some(heading) => piece.push_str(&wrapped(heading)),
                None => write_row(&mut piece, indent, &kept, &mut row.split('\t'), self.columns.is_some()),
            }
            if piece.len() >= Self::PIECE {
                out(&piece);
                piece.clear();
            }
        }
        if !left_out.is_empty() {
            piece.push_str(&wrapped(&format!("not shown: {} (--wide)", left_out.join(", "))));
        }
        out(&piece);
    }
}

/// A column of the rows that were kept.
struct Kept<'c> {
    column: &'c Column,
    /// Its width, in letters.
    width: usize,
    is_shown: bool,
}

/// Leaves out columns by their rank, and then narrows the widest, until a row fits so many letters. Returns the titles of those that
/// were left out.
fn fit(kept: &mut [Kept<'_>], columns: usize) -> Vec<&'static str> {
    /// The narrowest column that is worth a cell of several lines.
    const NARROWEST: usize = 8;
    let excess = |kept: &[Kept<'_>]| {
        let wide: usize = kept.iter().filter(|kept| kept.is_shown).map(|kept| kept.width + Aligned::GAP.len()).sum();
        wide.saturating_sub(columns + Aligned::GAP.len())
    };
    let mut left_out = Vec::new();
    while excess(kept) > 0 {
        let Some(last) = kept.iter_mut().filter(|kept| kept.is_shown && kept.column.rank > 0).max_by_key(|kept| kept.column.rank) else {
            break;
        };
        last.is_shown = false;
        left_out.push(last.column.title);
    }
    loop {
        let excess = excess(kept);
        let widest = kept.iter_mut().filter(|kept| kept.is_shown).max_by_key(|kept| kept.width);
        match widest {
            Some(widest) if excess > 0 && widest.width > NARROWEST => widest.width -= excess.min(widest.width - NARROWEST),
            _ => return left_out,
        }
    }
}

/// Adds a row; where a cell does not fit its column, in several lines.
fn write_row(piece: &mut String, indent: &str, kept: &[Kept<'_>], cells: &mut dyn Iterator<Item = &str>, is_narrow: bool) {
    let cells: Vec<(&Kept<'_>, &str)> = kept.iter().zip(cells).filter(|(kept, _)| kept.is_shown).collect();
    if !is_narrow || cells.iter().all(|(kept, cell)| width(cell) <= kept.width) {
        return write_line(piece, indent, &mut cells.into_iter());
    }
    let cells: Vec<(&Kept<'_>, Vec<String>)> = cells.into_iter().map(|(kept, cell)| (kept, pieces(cell, kept.width))).collect();
    for number in 0..cells.iter().map(|(_, pieces)| pieces.len()).max().unwrap_or(0) {
        let piece_of = |pieces: &'_ Vec<String>| pieces.get(number).cloned().unwrap_or_default();
        let line: Vec<(&Kept<'_>, String)> = cells.iter().map(|(kept, pieces)| (*kept, piece_of(pieces))).collect();
        write_line(piece, indent, &mut line.iter().map(|(kept, cell)| (*kept, cell.as_str())));
    }
}

fn write_line<'c>(piece: &mut String, indent: &str, cells: &mut dyn Iterator<Item = (&'c Kept<'c>, &'c str)>) {
    let begin = piece.len();
    piece.push_str(indent);
    for (kept, cell) in cells {
        let blanks = kept.width.saturating_sub(width(cell));
        let (before, after) = if kept.column.is_number { (blanks, 0) } else { (0, blanks) };
        piece.extend(std::iter::repeat_n(' ', before));
        piece.push_str(cell);
        piece.extend(std::iter::repeat_n(' ', after));
        piece.push_str(Aligned::GAP);
    }
    let end = piece.get(begin..).unwrap_or_default().trim_end().len();
    piece.truncate(begin + end);
    piece.push('\n');
}

/// Returns a row as an object of JSON.
fn object(columns: &[Column], cells: &[Cell]) -> Result<String> {
    let object: Map<String, Value> =
        columns.iter().zip(cells).map(|(column, (value, _))| (column.name.to_owned(), value.clone())).collect();
    let text =
        serde_json::to_string_pretty(&object).map_err(|error| Error::unexpected("cannot write the list as JSON").caused_by(error))?;
    // Line breaks within strings are escaped.
    Ok(json(text.replace('\n', "\n  ")))
}

fn header(columns: &[Column]) -> Result<String> {
    record(columns.iter().map(|column| column.name.to_owned()))
}

/// Returns a line of CSV.
fn record(cells: impl Iterator<Item = String>) -> Result<String> {
    let failed = |error: String| Error::unexpected(format!("cannot write the list as CSV: {error}"));
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1024).from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| failed(error.to_string()))?;
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// Returns a cell that is safe for terminals and spreadsheets: control characters are escaped, and a text that begins like a
/// formula, also after quotes and blanks and in full-width letters, gets a quote in front.
fn harmless(cell: &str) -> String {
    let begins = cell.trim_start_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '\u{feff}' | '\u{200b}'));
    let is_formula = begins.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let shown = sanitize(cell);
    if is_formula { format!("'{shown}") } else { shown.into_owned() }
}

#[cfg(test)]
mod tests;
