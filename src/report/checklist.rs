//! A list of checks, each with its verdict and, if something is not right, a hint.
//!
//! Must not check anything.

use super::wrap::wrap_line;
use super::{Console, Style};
use crate::cli::EventFormat;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::text::{json, sanitize};
use serde::Serialize;

/// The column in which the text of a check begins, after its verdict and its name.
const INDENT: usize = 24;

/// The verdict of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    #[serde(rename = "ok")]
    Fine,
    Warning,
    Wrong,
    Skipped,
}

impl Verdict {
    /// Returns the text for people and its style.
    fn shown(self) -> (&'static str, Style) {
        match self {
            Self::Fine => ("ok", Style::Good),
            Self::Warning => ("warning", Style::Note),
            Self::Wrong => ("wrong", Style::Error),
            Self::Skipped => ("skipped", Style::Dim),
        }
    }
}

#[derive(Serialize)]
struct Item {
    check: &'static str,
    verdict: Verdict,
    what: String,
    hint: Option<String>,
}

/// The checks, in order.
#[derive(Default)]
pub(crate) struct Checklist {
    items: Vec<Item>,
    exits: Vec<Exit>,
}

impl Checklist {
    /// Adds a check that found nothing wrong.
    pub(crate) fn fine(&mut self, check: &'static str, what: impl Into<String>) {
        self.add(check, Verdict::Fine, what.into(), None);
    }

    /// Adds a check after which a run would continue, but a person should know.
    pub(crate) fn warning(&mut self, check: &'static str, what: impl Into<String>, hint: impl Into<String>) {
        self.add(check, Verdict::Warning, what.into(), Some(hint.into()));
    }

    /// Adds a check after which a run would fail.
    pub(crate) fn wrong(&mut self, check: &'static str, error: &Error) {
        self.exits.push(Exit::of(error));
        self.add(check, Verdict::Wrong, error.what().to_owned(), Some(error.hint().to_owned()));
    }

    /// Adds a check that is not possible or not needed.
    pub(crate) fn skipped(&mut self, check: &'static str, why: impl Into<String>) {
        self.add(check, Verdict::Skipped, why.into(), None);
    }

    fn add(&mut self, check: &'static str, verdict: Verdict, what: String, hint: Option<String>) {
        self.items.push(Item { check, verdict, what, hint });
    }

    /// Returns the exit of the first problem to solve: the configuration, then credentials, then this machine, then the network.
    pub(crate) fn exit(&self) -> Exit {
        use ErrorKind::{Configuration, Interrupted, Local, Refused, Rejected, Terminated, Unavailable};
        let order = [Interrupted, Terminated, Configuration, Refused, Rejected, Local, Unavailable].map(Exit::from);
        let first = order.into_iter().find(|exit| self.exits.contains(exit));
        first.or(self.exits.first().copied()).unwrap_or(Exit::Done)
    }

    /// Prints a line for each check and each hint, or a JSON array.
    pub(crate) fn print(&self, console: &Console, format: EventFormat, quiet: bool) -> Result<()> {
        let text = match format {
            EventFormat::Text => self.for_people(console, quiet),
            EventFormat::Json => {
                let failed = |error| Error::unexpected("cannot write the checks as JSON").caused_by(error);
                json(serde_json::to_string_pretty(&self.items).map_err(failed)? + "\n")
            }
        };
        console.answer(text.as_bytes());
        Ok(())
    }

    fn for_people(&self, console: &Console, quiet: bool) -> String {
        let mut text = String::new();
        let columns = console.answer_width().map_or(usize::MAX, usize::from);
        let mut line = |line: &str| {
            text.push_str(&wrap_line(line, columns, INDENT));
            text.push('\n');
        };
        let said = |item: &&Item| !quiet || matches!(item.verdict, Verdict::Warning | Verdict::Wrong);
        for item in self.items.iter().filter(said) {
            let (verdict, style) = item.verdict.shown();
            let verdict = console.paint_answer(style, &format!("{verdict:<8}"));
            line(&format!("{verdict} {:<14} {}", item.check, sanitize(&item.what)));
            if let Some(hint) = &item.hint {
                let word = console.paint_answer(Style::Hint, "hint:");
                line(&format!("{:<INDENT$}{word} {}", "", sanitize(hint)));
            }
        }
        text
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
