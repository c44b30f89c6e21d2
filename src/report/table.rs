//! Lists as a table for people, JSON for scripts, CSV for spreadsheets.
//!
//! Must not know what the columns mean.

use crate::cli::TableFormat;
use crate::error::{Error, Result};
use crate::text::{json, sanitize};
use comfy_table::{CellAlignment, ContentArrangement, presets};
use serde_json::{Map, Value};

/// A column: its name for scripts and its title for people.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name, in JSON and CSV.
    pub name: &'static str,
    /// The title, in tables.
    pub title: &'static str,
    /// Whether it holds numbers.
    pub is_number: bool,
}

/// Rows under columns. A cell holds its value for scripts and, where that differs, its text for people.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<(Value, Option<String>)>>,
    hidden: Vec<&'static str>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), hidden: Vec::new() }
    }

    /// Leaves a column out for people: it would repeat what they know, or make rows too wide. Scripts get it all the same.
    pub fn hide_from_people(&mut self, name: &'static str) {
        self.hidden.push(name);
    }

    /// Adds a row: a cell for each column.
    pub fn row(&mut self, cells: Vec<(Value, Option<String>)>) {
        self.rows.push(cells);
    }

    /// The text in the form that is wanted, ending in a line break unless it is empty.
    pub fn render(&self, format: TableFormat) -> Result<String> {
        match format {
            TableFormat::Table => Ok(self.for_people()),
            TableFormat::Json => self.json(),
            TableFormat::Csv => self.csv(),
        }
    }

    fn for_people(&self) -> String {
        let columns: Vec<usize> = (0..self.columns.len())
            .filter(|index| self.columns.get(*index).is_some_and(|column| !self.hidden.contains(&column.name)))
            .collect();
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(columns.iter().filter_map(|index| self.columns.get(*index)).map(|column| column.title));
        for row in &self.rows {
            let text = |(value, text): &(Value, Option<String>)| sanitize(&text.clone().unwrap_or_else(|| plain(value))).into_owned();
            table.add_row(columns.iter().filter_map(|index| row.get(*index)).map(text));
        }
        for (column, index) in table.column_iter_mut().zip(&columns) {
            column.set_padding((0, 2));
            if self.columns.get(*index).is_some_and(|column| column.is_number) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        format!("{}\n", lines.join("\n"))
    }

    fn json(&self) -> Result<String> {
        let object = |row: &Vec<(Value, Option<String>)>| -> Map<String, Value> {
            self.columns.iter().zip(row).map(|(column, (value, _))| (column.name.to_owned(), value.clone())).collect()
        };
        let rows: Vec<_> = self.rows.iter().map(object).collect();
        let text =
            serde_json::to_string_pretty(&rows).map_err(|error| Error::unexpected("cannot write the list as JSON").caused_by(error))?;
        Ok(json(format!("{text}\n")))
    }

    fn csv(&self) -> Result<String> {
        let failed = |error: String| Error::unexpected(format!("cannot write the list as CSV: {error}"));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|column| column.name)).map_err(|error| failed(error.to_string()))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|(value, _)| harmless(&plain(value)))).map_err(|error| failed(error.to_string()))?;
        }
        let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A cell as a terminal and a spreadsheet may have it, as these texts come from outside: what a terminal would obey is
/// escaped, and what begins like a formula, also behind quotes and blanks and in letters of full width, begins with a quote.
fn harmless(cell: &str) -> String {
    let begins = cell.trim_start_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '\u{feff}' | '\u{200b}'));
    let is_formula = begins.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let shown = sanitize(cell);
    if is_formula { format!("'{shown}") } else { shown.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Column, Table};
    use crate::cli::TableFormat;
    use serde_json::{Value, json};

    fn table() -> Table {
        let mut table = Table::new(&[
            Column { name: "context", title: "CONTEXT", is_number: false },
            Column { name: "size", title: "SIZE", is_number: true },
        ]);
        table.row(vec![(json!("face"), None), (json!(1500), Some("1.50 kB".to_owned()))]);
        table.row(vec![(json!("=cmd()\u{1b}"), None), (Value::Null, None)]);
        table
    }

    #[test]
    fn people_scripts_and_spreadsheets_each_get_their_own() {
        assert_eq!(table().render(TableFormat::Table).expect("text"), "CONTEXT          SIZE\nface          1.50 kB\n=cmd()\\u{1b}\n");
        assert_eq!(table().render(TableFormat::Csv).expect("text"), "context,size\nface,1500\n'=cmd()\\u{1b},\n");
        let text = table().render(TableFormat::Json).expect("text");
        assert!(text.contains("\"=cmd()\\u001b\""), "{text}");
        let value: Value = serde_json::from_str(&table().render(TableFormat::Json).expect("text")).expect("JSON");
        assert_eq!(value, json!([{"context": "face", "size": 1500}, {"context": "=cmd()\u{1b}", "size": null}]));
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
