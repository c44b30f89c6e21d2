//! Session ids from a stream: one a line, as it is or in a webhook. Each line is handed on before the next one is read.
//!
//! Nothing is known of a stream but the line at hand, so it has no columns, and an id is judged by itself.

use super::source::{Line, Source};
use super::{NO_JSON, id_of, is_json, json};
use crate::error::plain;
use crate::model::SessionId;
use std::cell::Cell;
use std::io::{self, Read};

/// Receives the ids of a stream, and of lines without one their number from 1 and what is wrong; returns false once it takes no more.
type Give<'g> = dyn FnMut(Result<SessionId, (u64, String)>) -> bool + 'g;

/// Reads a stream to its end, or until `give` returns false. Blank lines and comments are skipped.
pub fn read_stream(input: impl Read, give: &mut Give<'_>) {
    let at = Cell::new(1);
    if let Err(error) = read_lines(input, &at, give) {
        give(Err((at.get(), format!("it cannot be read, and nothing behind it: {}", plain(&error)))));
    }
}

fn read_lines(input: impl Read, at: &Cell<u64>, give: &mut Give<'_>) -> io::Result<()> {
    let mut source = Source::new(input)?;
    let number = source.number();
    let mut goes_on = true;
    while goes_on {
        at.set(number.get());
        let rejected = |reason: &str| Err((at.get(), reason.to_owned()));
        goes_on = match source.line()? {
            None => return Ok(()),
            Some(Line::TooLong) => give(rejected("it is longer than any line of a list")),
            Some(Line::Text(line)) => match line.trim() {
                "" => true,
                text if text.starts_with('#') => true,
                text if is_json(text) => {
                    let mut takes = true;
                    let mut found = |_, id: Result<&str, &'static str>| takes = takes && give(id.and_then(id_of).or_else(rejected));
                    let read = json::read(text.as_bytes(), at, &mut found);
                    takes && (read.is_ok() || give(rejected(NO_JSON)))
                }
                text => give(id_of(text).or_else(rejected)),
            },
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read_stream;
    use std::io::{self, Read};

    const A: &str = "f04bdb47-d3be-4b28-b028-a652feb060b5";

    /// Returns what a stream gives before `most` of it were taken: ids, and the numbers of lines without one.
    fn given(input: impl Read, most: usize) -> Vec<String> {
        let mut seen = Vec::new();
        read_stream(input, &mut |given| {
            seen.push(match given {
                Ok(session) => session.to_string(),
                Err((line, _)) => format!("line {line}"),
            });
            seen.len() < most
        });
        seen
    }

    #[test]
    fn each_line_is_an_id_or_json() {
        let text = format!(
            "\u{feff}{A}\r\n\n# a comment\n s1 \n{{\"sessionId\":\"s2\"}}\nSmith\n[\"s3\",\"s4\"]\n{{\"broken\n{A}\ns1\n{{\"id\":7}}\nx1"
        );
        let expected = [A, "s1", "s2", "line 6", "s3", "s4", "line 8", A, "s1", "line 11", "x1"];
        assert_eq!(given(text.as_bytes(), usize::MAX), expected);
        assert_eq!(given(text.as_bytes(), 5), expected[..5]);
        let long = format!("{}\ns1\n", "x1".repeat(1024 * 1024));
        assert_eq!(given(long.as_bytes(), usize::MAX), ["line 1", "s1"]);
    }

    /// Fails where its text ends.
    struct Broken(&'static [u8]);

    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::Error::other("broken")) } else { self.0.read(buffer) }
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_once() {
        assert_eq!(given(Broken(b"s1\ns2\n"), usize::MAX), ["s1", "s2", "line 3"]);
        assert_eq!(given(Broken(b""), usize::MAX), ["line 1"]);
    }
}
