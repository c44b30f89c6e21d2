//! The result of a run of the program, and what tests require of it.

use serde_json::Value;
use std::process::Output;
use vmedia::engine::Event;

/// What a run of the program gave.
pub struct Run {
    /// Its exit status.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// From what the operating system gave.
    pub fn of(output: &Output) -> Self {
        let mut stderr = String::from_utf8(output.stderr.clone()).expect("UTF-8");
        if output.status.code().is_none() {
            // The signal explains an unexpected end.
            stderr.push_str(&format!("[{}]", output.status));
        }
        Self { code: output.status.code().unwrap_or(-1), stdout: String::from_utf8(output.stdout.clone()).expect("UTF-8"), stderr }
    }

    /// Fails the test, showing everything, unless the status is this one.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "status\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless standard error holds this.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "no {words:?} in\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless standard output holds this.
    #[track_caller]
    pub fn shows(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "no {words:?} in\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless standard output holds a finding with these words, and those in the hint that follows.
    #[track_caller]
    pub fn lists(self, what: &str, hint: &str) -> Self {
        let mut lines = self.stdout.lines();
        let is_listed = lines.any(|line| line.starts_with("  ") && line.contains(what));
        let hinted = lines.find_map(|line| line.strip_prefix("  hint: "));
        let is_said = is_listed && hinted.is_some_and(|line| line.contains(hint));
        assert!(is_said, "no finding {what:?} with {hint:?} in\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Returns the findings on standard output, each without its indent.
    pub fn findings(&self) -> Vec<&str> {
        let indented = self.stdout.lines().filter_map(|line| line.strip_prefix("  "));
        indented.filter(|line| !line.starts_with("hint: ")).collect()
    }

    /// Fails the test unless standard error holds the two lines of an error: these words in the first, those in the second, which
    /// stands at the end in a batch.
    #[track_caller]
    pub fn complains(self, what: &str, hint: &str) -> Self {
        let lines: Vec<&str> = self.stderr.lines().collect();
        let is_error = |line: &&str| line.strip_prefix("vmedia: error: ").is_some_and(|line| line.contains(what));
        let mut after = lines.iter().skip_while(|line| !is_error(line));
        let is_said = after.any(|line| line.strip_prefix("vmedia: hint: ").is_some_and(|line| line.contains(hint)));
        assert!(is_said, "no error with {what:?} and hint with {hint:?} in\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// The events on standard output, each line parsed with no field unknown.
    #[track_caller]
    pub fn events(&self) -> Vec<Event> {
        self.stdout.lines().map(event).collect()
    }
}

/// Parses a line of JSON as an event of this version, with nothing in it that the schema does not know.
#[track_caller]
pub fn event(line: &str) -> Event {
    let mut value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let object = value.as_object_mut().expect("an object");
    assert_eq!(object.remove("v"), Some(Value::from(1)), "{line}");
    assert!(object.remove("at").is_some_and(|at| at.as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok())), "{line}");
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}: {line}"))
}
