//! Lists of session ids, as `--from` takes them: plain lines, CSV, webhooks in JSON, in UTF-8 and UTF-16.

use super::safe::is_bounded_line;
use std::collections::HashSet;
use vmedia::config::{CutoffList, Identifiers, ListError, Rejected};
use vmedia::model::SessionId;

/// The ids and what was rejected; none when the list as a whole is not read.
fn read(list: &[u8]) -> Option<Identifiers> {
    let mut identifiers = Identifiers::default();
    match identifiers.add_list(list) {
        Ok(()) => Some(identifiers),
        Err(ListError::NoColumn | ListError::SeveralColumns) => None,
        Err(ListError::Read(error)) => panic!("bytes in memory: {error}"),
    }
}

/// Reads a list of cutoffs.
fn read_cutoffs(input: &[u8]) {
    let lines = input.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let Ok(list) = CutoffList::read(input) else { return };
    assert!(list.rows.iter().all(|(line, _)| *line <= lines) && list.rejected.iter().all(|(line, _)| *line <= lines));
    assert!(list.rows.iter().all(|(_, row)| row.date.is_none_or(|date| (2000..=2100).contains(&date.year()))));
}

/// Reads a list.
pub fn run(input: &[u8]) {
    read_cutoffs(input);
    let Some(read_once) = read(input) else { return };
    let unique: HashSet<&SessionId> = read_once.sessions.iter().collect();
    assert_eq!(unique.len(), read_once.sessions.len(), "an id counts twice");
    for id in &read_once.sessions {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        assert!(id.as_str().len() <= 128 && id.as_str().bytes().all(is_plain), "{id} would be sent");
    }
    let lines = input.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let mut last = 1;
    for rejected in &read_once.rejected {
        let Rejected::Line(number, reason) = rejected else { panic!("{rejected:?}") };
        assert!(*number >= last && *number <= lines, "{number} of {lines}");
        is_bounded_line(reason);
        last = *number;
    }

    // Line ends, a byte order mark and the encoding say nothing.
    if let Ok(text) = std::str::from_utf8(input)
        && !text.contains('\0')
    {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let marked = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for other in [marked.as_bytes(), &wide] {
            let other = read(other).expect("the same list");
            assert_eq!((&other.sessions, &other.rejected), (&read_once.sessions, &read_once.rejected));
        }
    }
    // What was read can be written down and read again.
    let line = |id: &SessionId| format!("{}\n", serde_json::json!({ "sessionId": id.as_str() }));
    let written: String = read_once.sessions.iter().map(line).collect();
    let again = read(written.as_bytes()).expect("webhooks");
    assert_eq!((&again.sessions, again.rejected.len()), (&read_once.sessions, 0));
}
