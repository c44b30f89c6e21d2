//! Lists of every form, and what of them may be sent.

use super::{Identifiers, ListError, Rejected};

const A: &str = "f04bdb47-d3be-4b28-b028-a652feb060b5";
const B: &str = "9d539c59-1cd0-4e2c-bed8-eb525248aa84";

fn line(rejected: &Rejected) -> u64 {
    match rejected {
        Rejected::Line(number, _) | Rejected::Argument(number, _) => *number,
        Rejected::File(..) => unreachable!("it is of a folder"),
    }
}

fn read_bytes(bytes: &[u8]) -> (Vec<String>, Vec<u64>) {
    let mut identifiers = Identifiers::default();
    identifiers.add_list(bytes).expect("a list");
    (identifiers.sessions.iter().map(ToString::to_string).collect(), identifiers.rejected.iter().map(line).collect())
}

fn read(text: &str) -> (Vec<String>, Vec<u64>) {
    read_bytes(text.as_bytes())
}

#[track_caller]
fn gives(text: &str, ids: &[&str], rejected: &[u64]) {
    assert_eq!(read(text), (ids.iter().map(|id| (*id).to_owned()).collect(), rejected.to_vec()), "{text}");
}

#[test]
fn plain_lists_and_spreadsheets_are_read() {
    gives("a1\n\n# comment\nb1\r\na1\n", &["a1", "b1"], &[]);
    gives("\u{feff}Session ID;Name\n\"a1\";x\n b1 ;y", &["a1", "b1"], &[]);
    gives("id\na1\nid\n", &["a1"], &[3]);
    gives(&format!("name,session_id\nSmith,{A}\n\"Jones, B\",{B}\n"), &[A, B], &[]);
    gives(&format!("Smith,{A}\nJones,{B}\n"), &[A, B], &[]);
    gives("", &[], &[]);
    gives("session_id,name\n", &[], &[]);
}

#[test]
fn what_cannot_be_an_id_is_rejected_by_its_line() {
    gives("a1\nb/c1\n\nd e1\nf1", &["a1", "f1"], &[2, 4]);
    gives(&format!("<{A}>\nf1."), &["f1."], &[1]);
    gives("Smith\nJones\n1980-02-03\n+4912345\nanna@example.org\nM\u{fc}ller1\n", &[], &[1, 2, 3, 4, 5, 6]);
    gives(&format!("{A}\nK1234\nSmith-Jones2\n{B}"), &[A, B], &[2, 3]);
    gives(&format!("name,session_id\nSmith\nJones,\nx,{A}\n{A},y1\n"), &[A], &[2, 3, 5]);
    gives(&format!("{}\n{A}", "x1".repeat(65)), &[A], &[1]);
}

#[test]
fn a_list_whose_column_is_not_known_is_not_read() {
    let error = |text: &str| Identifiers::default().add_list(text.as_bytes()).expect_err("no list");
    assert!(matches!(error("Smith,K1234\nJones,K1235\n"), ListError::NoColumn));
    assert!(matches!(error(&format!("a,b\n{A},{B}\n")), ListError::SeveralColumns));
}

#[test]
fn webhooks_are_read() {
    let log = r#"{"status":"success","verification":{"id":"a1","attemptId":"x"}}
{"id":"b1","attemptId":"y","feature":"selfid","code":7002,"action":"submitted"}
{"sessionId":"c1"}
{"session_id":"y1","topic":"session_completion"}
{"data":{"verification":{"id":"d1"}},"eventType":"user-status.created"}
{"id":"e1"}
{"broken"
"#;
    gives(log, &["a1", "b1", "c1", "y1"], &[5, 6, 7]);
    gives(r#"{"sessionId":"id1"}"#, &["id1"], &[]);
    gives(&format!("x1\n{}", r#"{"sessionId":"c1"}"#), &["x1", "c1"], &[]);
}

#[test]
fn arrays_pretty_json_and_envelopes_are_read() {
    let pretty = format!("[\n  {{\n    \"id\": \"{A}\",\n    \"name\": \"Smith\"\n  }},\n  {{\n    \"sessionId\": \"{B}\"\n  }}\n]\n");
    gives(&pretty, &[A, B], &[]);
    gives(&format!("[\"{A}\",\n\"Smith\", 7, null,\n\"{B}\"]"), &[A, B], &[2, 2, 2]);
    gives(&format!("{{\n\"verification\": {{\n\"person\": {{\"firstName\": \"Smith\"}},\n\"id\": \"{A}\"\n}}\n}}"), &[A], &[]);
    gives(&format!("{{\"Records\":[{{\"body\":\"{{\\\"sessionId\\\":\\\"{A}\\\"}}\"}},{{\"body\":\"Smith\"}}]}}"), &[A], &[1]);
    gives(&format!("{{\"data\":{{\"sessionId\":\"{A}\"}},\"message\":\"Smith1\"}}"), &[A], &[]);
    gives(&format!("{{\"sessions\":[\"{A}\",\"{B}\"],\"data\":[\"Smith1\"]}}"), &[A, B], &[]);
    gives(&format!("[{{\"id\":\"K1234\",\"name\":\"Smith\"}},{{\"id\":\"{A}\",\"attemptId\":\"{B}\"}}]"), &[], &[1, 1]);
    gives(&format!("{{\"sessionId\":\"{A}\"}},\n{{\"sessionId\":\"{B}\"}}"), &[A, B], &[]);
}

#[test]
fn json_that_is_broken_costs_no_other_value() {
    gives(&format!("{{\"sessionId\":\"{A}\"\n{{\"sessionId\":\"{B}\"}}\n"), &[B], &[1]);
    gives(&format!("{{\"name\":\"Smith1\n{{\"sessionId\":\"{B}\"}}\nK12\n"), &[B], &[1, 3]);
    gives(&format!("{{\n  \"name\": Smith,\n  \"id\": \"K1\"\n}}\n{{\"sessionId\":\"{B}\"}}\n"), &[B], &[1]);
}

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    let text = format!("name,session_id\r\nM\u{fc}ller \u{1f600},{A}\r\nx,{B}\r\n");
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for bytes in [[&[0xff, 0xfe], &little[..]].concat(), [&[0xfe, 0xff], &big[..]].concat(), little, big] {
        assert_eq!(read_bytes(&bytes), (vec![A.to_owned(), B.to_owned()], vec![]));
    }
    // Half a pair, and half a unit.
    assert_eq!(read_bytes(&[0xff, 0xfe, 0x00, 0xd8, b'\n', 0, b'a', 0, b'1', 0, b'x']), (vec!["a1".to_owned()], vec![1]));
}

#[test]
fn long_lines_are_skipped() {
    let long = "x".repeat(1024 * 1024);
    gives(&format!("{long}\n{A}\n"), &[A], &[1]);
    gives(&format!("{{\"sessionId\":\"{A}\",\"picture\":\"{long}\"}}\n{{\"sessionId\":\"{B}\"}}\n"), &[A, B], &[]);
    gives(&format!("{{\"sessionId\":\"{long}{long}\"}}\n{{\"sessionId\":\"{B}\"}}\n"), &[B], &[1]);
}

#[test]
fn it_is_known_whether_a_list_holds_more_than_its_ids() {
    let has_more = |text: &str| {
        let mut identifiers = Identifiers::default();
        identifiers.add_list(text.as_bytes()).expect("a list");
        identifiers.has_more_than_ids
    };
    assert!(!has_more("a1\n\nb1\n"));
    for text in ["a1\n# comment\n", "id\na1\n", "a1\nSmith\n", "{\"sessionId\":\"a1\"}\n", "session_id,name\na1,x\n"] {
        assert!(has_more(text), "{text}");
    }
}
