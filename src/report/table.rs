//! Lists as a table for people, JSON for scripts, CSV for spreadsheets. Rows of JSON and CSV are written at once; those of a table
//! are kept as text until the last, because columns are as wide as their widest cells.
//!
//! Must not know what the columns mean.

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

    /// Leaves a column out of tables, which would be repetitive or too wide. JSON and CSV have it all the same.
    pub(crate) fn hide_from_people(&mut self, name: &'static str) {
        self.hidden.push(name);
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
}

impl Aligned {
    /// Number of bytes that are written at once.
    const PIECE: usize = 64 * 1024;
    /// The gap between two columns.
    const GAP: &str = "  ";

    fn begin(&mut self, columns: &[Column], hidden: &[&str]) -> &[usize] {
        self.kept.get_or_insert_with(|| {
            let kept = columns.iter().enumerate().filter(|(_, column)| !hidden.contains(&column.name));
            let (kept, widths) = kept.map(|(index, column)| (index, width(column.title))).unzip();
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

    fn write(mut self, columns: &[Column], hidden: &[&str], out: &mut Sink<'_>) {
        self.begin(columns, hidden);
        let kept: Vec<(&Column, usize)> =
            self.kept.iter().flatten().filter_map(|index| columns.get(*index)).zip(self.widths.iter().copied()).collect();
        let mut piece = String::new();
        let mut line = |cells: &mut dyn Iterator<Item = &str>| {
            let begin = piece.len();
            for ((column, widest), cell) in kept.iter().zip(cells).filter(|((column, _), _)| !hidden.contains(&column.name)) {
                let blanks = widest.saturating_sub(width(cell));
                let (before, after) = if column.is_number { (blanks, 0) } else { (0, blanks) };
                piece.extend(std::iter::repeat_n(' ', before));
                piece.push_str(cell);
                piece.extend(std::iter::repeat_n(' ', after));
                piece.push_str(Self::GAP);
            }
            let end = piece.get(begin..).unwrap_or_default().trim_end().len();
            piece.truncate(begin + end);
            piece.push('\n');
            if piece.len() >= Self::PIECE {
                out(&piece);
                piece.clear();
            }
        };
        line(&mut kept.iter().map(|(column, _)| column.title));
        self.text.lines().for_each(|row| line(&mut row.split('\t')));
        out(&piece);
    }
}

/// Returns the number of terminal columns of a text.
fn width(text: &str) -> usize {
    console::measure_text_width(text)
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
mod tests {
    use super::{Cell, Column, Table};
    use crate::cli::TableFormat;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    const COLUMNS: [Column; 2] =
        [Column { name: "context", title: "CONTEXT", is_number: false }, Column { name: "size", title: "SIZE", is_number: true }];

    fn table(format: TableFormat, rows: &[[Cell; 2]]) -> String {
        let mut table = Table::new(&COLUMNS, format);
        let mut text = String::new();
        for row in rows {
            table.row(row).expect("a row");
            table.drain(&mut |piece| text.push_str(piece));
        }
        table.finish(&mut |piece| text.push_str(piece)).expect("an end");
        text
    }

    #[test]
    fn people_scripts_and_spreadsheets_each_get_their_own() {
        let rows =
            [[(json!("face"), None), (json!(1500), Some("1.50 kB".to_owned()))], [(json!("=cmd()\u{1b}"), None), (Value::Null, None)]];
        assert_eq!(table(TableFormat::Table, &rows), "CONTEXT          SIZE\nface          1.50 kB\n=cmd()\\u{1b}\n");
        assert_eq!(table(TableFormat::Csv, &rows), "context,size\nface,1500\n'=cmd()\\u{1b},\n");
        let text = table(TableFormat::Json, &rows);
        assert!(text.contains("\"=cmd()\\u001b\""), "{text}");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value, json!([{"context": "face", "size": 1500}, {"context": "=cmd()\u{1b}", "size": null}]));
        let wide = [[(json!("顔"), None), (json!(1), None)], [(json!("8 letters"), None), (json!(22), None)]];
        assert_eq!(table(TableFormat::Table, &wide), "CONTEXT    SIZE\n顔            1\n8 letters    22\n");
    }

    #[test]
    fn a_list_without_rows_is_one() {
        assert_eq!(table(TableFormat::Table, &[]), "CONTEXT  SIZE\n");
        assert_eq!(table(TableFormat::Csv, &[]), "context,size\n");
        assert_eq!(table(TableFormat::Json, &[]), "[]\n");
    }

    #[test]
    fn what_scripts_get_is_written_as_it_comes() {
        for (format, is_kept) in [(TableFormat::Table, true), (TableFormat::Json, false), (TableFormat::Csv, false)] {
            let mut table = Table::new(&COLUMNS, format);
            let mut written = 0;
            for _ in 0..100 {
                table.row(&[(json!("face"), None), (json!(1), None)]).expect("a row");
                let before = written;
                table.drain(&mut |piece| written += piece.len());
                assert_eq!(written == before, is_kept, "{format:?}");
            }
        }
    }

    #[test]
    fn a_column_that_is_hidden_after_the_last_row_is_not_shown() {
        let mut table = Table::new(&COLUMNS, TableFormat::Table);
        table.row(&[(json!("face"), None), (json!(1), None)]).expect("a row");
        table.hide_from_people("context");
        assert_eq!(table.text().expect("a text"), "SIZE\n   1\n");
    }

    proptest! {
        #[test]
        fn json_that_is_written_row_by_row_is_what_it_is_as_a_whole(texts in proptest::collection::vec("(.|\n|\u{9b}|\u{202e})*", 0..4)) {
            let rows: Vec<[Cell; 2]> = texts.iter().map(|text| [(json!(text), None), (json!([1, 2]), None)]).collect();
            let object = |text: &String| Map::from_iter([("context".to_owned(), json!(text)), ("size".to_owned(), json!([1, 2]))]);
            let whole: Vec<Map<String, Value>> = texts.iter().map(object).collect();
            let whole = crate::text::json(format!("{}\n", serde_json::to_string_pretty(&whole).expect("JSON")));
            prop_assert_eq!(table(TableFormat::Json, &rows), whole);
        }
    }

    #[test]
    fn no_cell_of_csv_begins_like_a_formula_or_is_obeyed() {
        for formula in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u{feff}=1", "\u{200b}@x", "\u{ff1d}1", "\"=1", "'\" \u{feff}=1"]
        {
            let cell = super::harmless(formula);
            assert!(cell.starts_with('\''), "{formula:?} became {cell:?}");
            assert!(!cell.contains(['\t', '\r', '\u{feff}', '\u{200b}']), "{cell:?}");
        }
        for plain in ["face", "a=b", "\"a\"", ""] {
            assert_eq!(super::harmless(plain), plain);
        }
        assert_eq!(super::harmless("\u{1b}]0;x\u{7}\u{9b}2J\u{202e}"), "\\u{1b}]0;x\\u{7}\\u{9b}2J\\u{202e}");
    }
}
