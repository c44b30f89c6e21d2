//! Lists of session ids, as `--from` takes them: plain lines, CSV, JSON lines of webhooks.

use super::safe::is_bounded_line;
use std::collections::HashSet;
use vmedia::config::{Identifiers, Rejected};
use vmedia::media::SessionId;

fn read(text: &str) -> Identifiers {
    let mut identifiers = Identifiers::default();
    identifiers.add_list(text);
    identifiers
}

/// Reads a list.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let read_once = read(&text);
    let unique: HashSet<&SessionId> = read_once.sessions.iter().collect();
    assert_eq!(unique.len(), read_once.sessions.len(), "an id counts twice");
    let lines = text.lines().count() as u64;
    let mut last = 0;
    for rejected in &read_once.rejected {
        let Rejected::Line(number, reason) = rejected else { panic!("{rejected:?}") };
        assert!(*number > last && *number <= lines, "{number} of {lines}");
        is_bounded_line(reason);
        last = *number;
    }
    assert!(unique.len() as u64 + read_once.rejected.len() as u64 <= lines);

    // Line ends and a byte order mark say nothing.
    let other = read(&format!("\u{feff}{}", text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\n', "\r\n")));
    assert_eq!((&other.sessions, &other.rejected), (&read_once.sessions, &read_once.rejected));
    // What was read can be written down and read again.
    let line = |id: &SessionId| format!("{}\n", serde_json::json!({ "sessionId": id.as_str() }));
    let written: String = read_once.sessions.iter().map(line).collect();
    let again = read(&written);
    assert_eq!((&again.sessions, again.rejected.len()), (&read_once.sessions, 0));
}
