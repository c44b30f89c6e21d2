//! A list of things that were checked, each with its verdict and, where something is not right, what to do about it.
//!
//! Must not check anything.

use super::{Column, Console, Style, Table};
use crate::cli::{EventFormat, TableFormat};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::text::sanitize;
use serde_json::Value;

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    Warning,
    Wrong,
    Skipped,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
            Self::Skipped => "skipped",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Fine => Style::Good,
            Self::Warning => Style::Note,
            Self::Wrong => Style::Error,
            Self::Skipped => Style::Dim,
        }
    }
}

struct Item {
    name: &'static str,
    verdict: Verdict,
    what: String,
    hint: Option<String>,
}

/// What was checked, in order.
#[derive(Default)]
pub struct Checklist {
    items: Vec<Item>,
    exits: Vec<Exit>,
}

impl Checklist {
    /// All is well with this.
    pub fn fine(&mut self, name: &'static str, what: impl Into<String>) {
        self.add(name, Verdict::Fine, what.into(), None);
    }

    /// A run would continue, but a person should know.
    pub fn warning(&mut self, name: &'static str, what: impl Into<String>, hint: impl Into<String>) {
        self.add(name, Verdict::Warning, what.into(), Some(hint.into()));
    }

    /// A run would fail.
    pub fn wrong(&mut self, name: &'static str, error: &Error) {
        self.exits.push(Exit::of(error));
        self.add(name, Verdict::Wrong, error.what().to_owned(), Some(error.hint().to_owned()));
    }

    /// It could not be checked, or need not be.
    pub fn skipped(&mut self, name: &'static str, why: impl Into<String>) {
        self.add(name, Verdict::Skipped, why.into(), None);
    }

    fn add(&mut self, name: &'static str, verdict: Verdict, what: String, hint: Option<String>) {
        self.items.push(Item { name, verdict, what, hint });
    }

    /// The status of what a person has to see to first: a configuration with which nothing runs, then credentials, then
    /// this machine, then the network.
    pub fn exit(&self) -> Exit {
        let order = [
            Exit::from(ErrorKind::Interrupted),
            Exit::from(ErrorKind::Terminated),
            Exit::from(ErrorKind::Configuration),
            Exit::from(ErrorKind::Refused),
            Exit::from(ErrorKind::Rejected),
            Exit::from(ErrorKind::Local),
            Exit::from(ErrorKind::Unavailable),
        ];
        let first = order.into_iter().find(|exit| self.exits.contains(exit));
        first.or(self.exits.first().copied()).unwrap_or(Exit::Done)
    }

    /// Prints it: for people a line each and the hint below, for scripts a JSON array.
    pub fn print(&self, console: &Console, format: EventFormat, quiet: bool) -> Result<()> {
        let text = match format {
            EventFormat::Text => self.for_people(console, quiet),
            EventFormat::Json => self.json()?,
        };
        console.answer(text.as_bytes());
        Ok(())
    }

    fn for_people(&self, console: &Console, quiet: bool) -> String {
        let mut text = String::new();
        let said = |item: &&Item| !quiet || matches!(item.verdict, Verdict::Warning | Verdict::Wrong);
        for item in self.items.iter().filter(said) {
            let word = console.paint_answer(item.verdict.style(), &format!("{:<8}", item.verdict.word()));
            text.push_str(&format!("{word} {:<14} {}\n", item.name, sanitize(&item.what)));
            if let Some(hint) = &item.hint {
                let word = console.paint_answer(Style::Hint, "hint:");
                text.push_str(&format!("{:<8} {:<14} {word} {}\n", "", "", sanitize(hint)));
            }
        }
        text
    }

    fn json(&self) -> Result<String> {
        let column = |name| Column { name, title: name, is_number: false };
        let mut table = Table::new(&["check", "verdict", "what", "hint"].map(column), TableFormat::Json);
        for item in &self.items {
            let cells = [Some(item.name), Some(item.verdict.word()), Some(item.what.as_str()), item.hint.as_deref()];
            table.row(&cells.map(|cell| (Value::from(cell), None)))?;
        }
        table.text()
    }
}

#[cfg(test)]
mod tests {
    use super::Checklist;
    use crate::error::{Error, ErrorKind};
    use crate::exit::Exit;

    #[test]
    fn what_stands_in_the_way_first_gives_the_status() {
        let error = |kind| Error::new(kind, "what", "hint");
        let mut checklist = Checklist::default();
        checklist.warning("clock", "it is late", "sleep");
        assert_eq!(checklist.exit(), Exit::Done, "a warning is no failure");
        for (kind, then) in [
            (ErrorKind::Unavailable, ErrorKind::Unavailable),
            (ErrorKind::Local, ErrorKind::Local),
            (ErrorKind::Refused, ErrorKind::Refused),
            (ErrorKind::Configuration, ErrorKind::Configuration),
            (ErrorKind::Local, ErrorKind::Configuration),
        ] {
            checklist.wrong("something", &error(kind));
            assert_eq!(checklist.exit(), Exit::from(then));
        }
    }
}
