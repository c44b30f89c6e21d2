//! Credentials of a program that a profile of the shared files names (`credential_process`).

use crate::clock::{Cancel, Clock};
use crate::config::credentials::{CommandLimits, run_command};
use crate::error::Result;
use crate::objects::{CredentialSource, Credentials};
use std::sync::Arc;

/// A program that prints credentials as JSON.
pub(super) struct Process {
    /// The program and its arguments.
    pub(super) words: Vec<String>,
    /// The profile that names it.
    pub(super) from: String,
    /// Variables that it does not get.
    pub(super) hidden: Vec<String>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) cancel: Cancel,
}

impl CredentialSource for Process {
    fn fetch(&self) -> Result<Credentials> {
        let limits = CommandLimits { hidden: self.hidden.clone(), cancel: &self.cancel, clock: self.clock.as_ref() };
        let printed = run_command("credential_process", &self.words, &limits)?;
        Credentials::parse(&printed, &self.description())
    }

    fn description(&self) -> String {
        format!("credential_process of {}", self.from)
    }
}

/// Splits a command line at spaces that are not in quotes. No shell is used, and a `\` stands for itself, as in Windows' paths.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote) = (None::<String>, None);
    for letter in line.chars() {
        match (letter, quote) {
            (letter, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (letter, None) if letter.is_whitespace() => words.extend(word.take()),
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn quotes_keep_spaces() {
        assert_eq!(words(r#" "C:\Program Files\x.exe"  --a 'b c' d"e"f "" "#), [r"C:\Program Files\x.exe", "--a", "b c", "def", ""]);
        assert_eq!(words("  "), Vec::<String>::new());
    }
}
