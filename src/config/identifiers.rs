//! Session ids from a list: one a line, the first field of a CSV line, or a line of a webhook log in JSON.
//!
//! A bad line is reported with its number and the rest goes on; what comes twice counts once. Must not read files.

use crate::media::{SessionId, WRAPPED, is_wrapped_id};
use serde_json::Value;
use std::collections::HashSet;

/// Something that holds no session id where one should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejected {
    /// A line of a list: its number from 1, and what is wrong with it.
    Line(u64, String),
    /// A word of the command line: its number among the ids from 1, and what is wrong with it.
    Argument(u64, String),
}

/// The ids of a run, in order, each once.
#[derive(Debug, Default)]
pub struct Identifiers {
    /// The ids.
    pub sessions: Vec<SessionId>,
    /// What holds none.
    pub rejected: Vec<Rejected>,
    seen: HashSet<SessionId>,
}

/// Names that the first field of a header has.
const HEADERS: [&str; 6] = ["id", "session", "session_id", "sessionid", "session id", "verification_id"];

impl Identifiers {
    /// Adds one id.
    pub fn add(&mut self, session: SessionId) {
        if self.seen.insert(session.clone()) {
            self.sessions.push(session);
        }
    }

    /// Whether nobody named anything.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.rejected.is_empty()
    }

    /// Adds a list.
    pub fn add_list(&mut self, text: &str) {
        let mut first = true;
        for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let is_webhook = line.starts_with('{');
            let field = if is_webhook { webhook_session(line) } else { first_field(line) };
            let is_header = std::mem::take(&mut first)
                && !is_webhook
                && field.as_ref().is_ok_and(|field| HEADERS.contains(&field.to_ascii_lowercase().as_str()));
            if is_header {
                continue;
            }
            let bare = field.and_then(|field| if is_wrapped_id(&field) { Err(WRAPPED.to_owned()) } else { Ok(field) });
            let session = bare.and_then(|field| SessionId::parse(&field).map_err(|reason| reason.to_string()));
            match session {
                Ok(session) => self.add(session),
                Err(reason) => self.rejected.push(Rejected::Line(index as u64 + 1, reason)),
            }
        }
    }
}

/// The first field of a CSV line, with comma, semicolon or tab.
fn first_field(line: &str) -> Result<String, String> {
    let delimiter = line.bytes().find(|byte| matches!(byte, b',' | b';' | b'\t')).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).trim(csv::Trim::All).from_reader(line.as_bytes());
    match reader.records().next() {
        Some(Ok(record)) => Ok(record.get(0).unwrap_or_default().to_owned()),
        Some(Err(_)) => Err("it is not a line of text".to_owned()),
        None => Err("it is empty".to_owned()),
    }
}

/// The session of a webhook: a decision's `verification.id`, a full-auto `sessionId`, or an event's `id`
/// (devdocs.veriff.com, webhooks guide); at Yoti the `session_id` of a notification. The id of a user-defined status may be an attempt's and is not taken.
fn webhook_session(line: &str) -> Result<String, String> {
    let value: Value = serde_json::from_str(line).map_err(|_| "it begins like JSON and is none".to_owned())?;
    let at = |path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let event = || at("/id").filter(|_| value.get("action").is_some() || value.get("feature").is_some());
    at("/verification/id")
        .or_else(|| at("/sessionId"))
        .or_else(|| at("/session_id"))
        .or_else(event)
        .ok_or_else(|| "it is JSON without a session id: no verification.id, sessionId, session_id, or id of an event".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Identifiers, Rejected};

    fn line(rejected: &Rejected) -> u64 {
        match rejected {
            Rejected::Line(number, _) | Rejected::Argument(number, _) => *number,
        }
    }

    fn read(text: &str) -> (Vec<String>, Vec<u64>) {
        let mut identifiers = Identifiers::default();
        identifiers.add_list(text);
        (identifiers.sessions.iter().map(ToString::to_string).collect(), identifiers.rejected.iter().map(line).collect())
    }

    #[test]
    fn plain_lists_and_spreadsheets_are_read() {
        assert_eq!(read("a\n\n# comment\nb\r\na\n"), (vec!["a".to_owned(), "b".to_owned()], vec![]));
        assert_eq!(read("\u{feff}Session ID;Name\n\"a\";x\n b ;y"), (vec!["a".to_owned(), "b".to_owned()], vec![]));
        assert_eq!(read("a,1\nb\tc"), (vec!["a".to_owned(), "b".to_owned()], vec![]));
        assert_eq!(read("a\nid\n"), (vec!["a".to_owned(), "id".to_owned()], vec![]), "only the first line can be a header");
    }

    #[test]
    fn webhooks_are_read() {
        let log = r#"{"status":"success","verification":{"id":"a","attemptId":"x"}}
{"id":"b","attemptId":"y","feature":"selfid","code":7002,"action":"submitted"}
{"sessionId":"c"}
{"session_id":"y","topic":"session_completion"}
{"data":{"verification":{"id":"d"}},"eventType":"user-status.created"}
{"id":"e"}
{"broken"
"#;
        assert_eq!(read(log), (["a", "b", "c", "y"].map(str::to_owned).to_vec(), vec![5, 6, 7]));
        assert_eq!(
            read(r#"{"sessionId":"id"}"#),
            (vec!["id".to_owned()], vec![]),
            "a webhook is no header, whatever its session is called"
        );
    }

    #[test]
    fn a_bad_line_is_named_and_the_rest_goes_on() {
        assert_eq!(read("a\nb/c\n,x\nd e\nf"), (vec!["a".to_owned(), "f".to_owned()], vec![2, 3, 4]));
        assert_eq!(read("<f04bdb47-d3be-4b28-b028-a652feb060b5>\nf."), (vec!["f.".to_owned()], vec![1]));
    }
}
