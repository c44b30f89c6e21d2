//! Tables in each format.

use super::{Cell, Column, Table};
use crate::cli::TableFormat;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const COLUMNS: [Column; 2] = [
    Column { name: "context", title: "CONTEXT", is_number: false, rank: 1 },
    Column { name: "size", title: "SIZE", is_number: true, rank: 0 },
];

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
    let rows = [[(json!("face"), None), (json!(1500), Some("1.50 kB".to_owned()))], [(json!("=cmd()\u{1b}"), None), (Value::Null, None)]];
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

#[test]
fn a_narrow_terminal_gets_fewer_columns_and_then_longer_rows() {
    let shown = |columns| {
        let mut table = Table::new(&COLUMNS, TableFormat::Table).within(columns);
        table.row(&[(json!("document-front"), None), (json!("some words in a row"), None)]).expect("a row");
        table.text().expect("a text")
    };
    let whole = "CONTEXT                        SIZE\ndocument-front  some words in a row\n";
    assert_eq!([None, Some(35)].map(shown), [whole; 2]);
    assert_eq!(shown(Some(34)), "               SIZE\nsome words in a row\nnot shown: CONTEXT (--wide)\n");
    assert_eq!(shown(Some(14)), "          SIZE\n some words in\n         a row\nnot shown:\n  CONTEXT\n  (--wide)\n");
}

#[test]
fn headings_stand_above_their_rows_in_place_of_titles() {
    for (format, text) in [(TableFormat::Table, "one\n  face  1\ntwo\n"), (TableFormat::Csv, "context,size\nface,1\n")] {
        let mut table = Table::new(&COLUMNS, format);
        table.heading("one");
        table.row(&[(json!("face"), None), (json!(1), None)]).expect("a row");
        table.heading("two");
        assert_eq!(table.text().expect("a text"), text);
    }
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
    for formula in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u{feff}=1", "\u{200b}@x", "\u{ff1d}1", "\"=1", "'\" \u{feff}=1"] {
        let cell = super::harmless(formula);
        assert!(cell.starts_with('\''), "{formula:?} became {cell:?}");
        assert!(!cell.contains(['\t', '\r', '\u{feff}', '\u{200b}']), "{cell:?}");
    }
    for plain in ["face", "a=b", "\"a\"", ""] {
        assert_eq!(super::harmless(plain), plain);
    }
    assert_eq!(super::harmless("\u{1b}]0;x\u{7}\u{9b}2J\u{202e}"), "\\u{1b}]0;x\\u{7}\\u{9b}2J\\u{202e}");
}
