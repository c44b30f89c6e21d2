//! Reads the beginning of a line as this program writes it, without parsing the rest: most lines are about other sessions than the one that
//! a reader wants. A line of any other form is parsed as a whole. Must not judge what the lines say.

use super::entry::{Archived, Entry, Line};

/// The beginning of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start<'a> {
    /// The digest of the line before; `None` in a segment's first line.
    pub(super) previous: Option<&'a str>,
    pub(super) at: &'a str,
    /// The sort of the entry.
    pub(super) entry: &'a str,
    /// The folder of the session that the entry is about, where it names one first.
    pub(super) folder: Option<&'a str>,
    /// The text behind the sort of the entry.
    rest: &'a [u8],
}

impl<'a> Start<'a> {
    /// Returns the beginning of a line; `None` for one of another form. The parser refuses a line that has one of its keys again.
    pub(super) fn of(line: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor(line);
        cursor.pass(br#"{"previous":"#)?;
        let previous = if cursor.pass(b"null").is_some() { None } else { Some(cursor.text()?) };
        cursor.pass(br#","at":"#)?;
        let at = cursor.text()?;
        cursor.pass(br#","entry":"#)?;
        let entry = cursor.text()?;
        let rest = cursor.0;
        Some(Self { previous, at, entry, folder: cursor.folder(), rest })
    }

    /// Parses the line of a change of a bag; `None` for other lines, and for what this cannot parse.
    pub(super) fn read(&self) -> Option<Line> {
        let rest = self.rest.strip_prefix(b",").filter(|_| self.entry == "archived")?;
        // Keys of the line itself may stand behind those of the entry, too; with a backslash, they may be written in other ways.
        if memchr::memchr(b'\\', rest).is_some()
            || [&br#""previous":"#[..], br#""at":"#, br#""entry":"#].iter().any(|key| memchr::memmem::find(rest, key).is_some())
        {
            return None;
        }
        let archived: Archived = serde_json::from_str(&["{", std::str::from_utf8(rest).ok()?].concat()).ok()?;
        Some(Line { previous: self.previous.map(str::to_owned), at: self.at.parse().ok()?, entry: Entry::Archived(Box::new(archived)) })
    }
}

/// The text that is left.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn pass(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Passes a text in quotation marks, and returns it.
    fn text(&mut self) -> Option<&'a str> {
        self.pass(b"\"")?;
        let end = memchr::memchr(b'"', self.0)?;
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.strip_prefix(b"\"")?;
        std::str::from_utf8(text).ok().filter(|text| !text.contains('\\'))
    }

    fn folder(&mut self) -> Option<&'a str> {
        self.pass(br#","session":"#)?;
        self.text()?;
        self.pass(br#","folder":"#)?;
        self.text()
    }
}

#[cfg(test)]
mod tests {
    use super::Start;
    use crate::journal::entry::Line;

    const ARCHIVED: &str =
        r#"{"previous":"ab","at":"2026-11-30T02:34:23.8Z","entry":"archived","session":"S","folder":"s","before":null,"bag":"b"}"#;

    #[test]
    fn what_is_read_of_a_line_is_what_the_parser_reads() {
        let history = r#","history":[{"at":"2026-11-30T02:34:23Z","change":"media-new"}]}"#;
        let lines = [
            ARCHIVED.to_owned(),
            ARCHIVED.replace(r#""ab""#, "null"),
            ARCHIVED.replace("}", history),
            ARCHIVED.replace("}", r#","entry":"closed"}"#),
            ARCHIVED.replace("}", r#","at":"2026-11-30T02:34:23.8Z"}"#),
            ARCHIVED.replace("}", r#","previous":null}"#),
            ARCHIVED.replace("}", r#","bag":"c"}"#),
            ARCHIVED.replace("}", r#","future":{"at":1}}"#),
            ARCHIVED.replace("\"s\"", r#""\u0073""#),
            ARCHIVED.replace("T02", "T99"),
            ARCHIVED.replace("archived", "erased"),
            ARCHIVED.replace(",\"bag\":\"b\"", ""),
            ARCHIVED.replace("}", ""),
            ARCHIVED.replace("}", "}}"),
            String::new(),
        ];
        for line in lines {
            let parsed = serde_json::from_str::<Line>(&line).ok();
            let read = Start::of(line.as_bytes()).and_then(|start| start.read());
            assert!(read.is_none() || read == parsed, "{line}: {read:?}, and not {parsed:?}");
        }
        let start = Start::of(ARCHIVED.as_bytes()).expect("a line");
        assert_eq!((start.previous, start.entry, start.folder), (Some("ab"), "archived", Some("s")));
        assert!(start.read().is_some());
    }
}
