//! Standard output and standard error: the only place that writes to them.
//!
//! A reader that went away ends nothing: evidence is fetched although nobody watches. Must not know what it prints.

use crate::cli::ColorChoice;
use crate::text::sanitize;
use anstyle::{AnsiColor, Color};
use std::io::{IsTerminal, Write};

/// What a piece of text means.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// Something failed.
    Error,
    /// What to do about it.
    Hint,
    /// Something that a person should know.
    Note,
    /// All is well.
    Good,
    /// Less important.
    Dim,
    /// More important.
    Strong,
}

/// The two streams.
#[derive(Debug, Clone)]
pub struct Console {
    /// Whether standard error is a terminal that bars can be drawn on.
    pub is_terminal: bool,
    /// The width of that terminal, in letters.
    pub width: Option<u16>,
    colour_out: bool,
    colour_err: bool,
}

impl Console {
    /// Looks at the streams of this process.
    pub fn of_process(choice: ColorChoice) -> Self {
        let wants = |automatic: anstream::ColorChoice| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => automatic != anstream::ColorChoice::Never,
        };
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            width: console::Term::stderr().size_checked().map(|(_, columns)| columns),
            colour_out: wants(anstream::AutoStream::choice(&std::io::stdout())),
            colour_err: wants(anstream::AutoStream::choice(&std::io::stderr())),
        }
    }

    /// Paints text for standard error.
    pub fn paint(&self, style: Style, text: &str) -> String {
        paint(self.colour_err, style, text)
    }

    /// Paints text for standard output.
    pub fn paint_answer(&self, style: Style, text: &str) -> String {
        paint(self.colour_out, style, text)
    }

    /// Whether standard output takes colour.
    pub fn colours_answers(&self) -> bool {
        self.colour_out
    }

    /// Whether standard error takes colour.
    pub fn colours_messages(&self) -> bool {
        self.colour_err
    }

    /// Writes bytes to standard output; says whether somebody still reads.
    pub fn answer(&self, bytes: &[u8]) -> bool {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).is_ok()
    }

    /// Standard error for a process that is started here: standard output is for our own answers.
    pub fn for_child(&self) -> std::process::Stdio {
        std::io::stderr().into()
    }

    /// Writes a line to standard error.
    pub fn message(&self, line: &str) {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{line}");
    }

    /// Writes a question to standard error and leaves the cursor behind it.
    pub fn ask(&self, question: &str) {
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(sanitize(question).as_bytes()).and_then(|()| err.flush());
    }

    /// Writes the two lines of an error to standard error.
    pub fn error(&self, what: &str, hint: &str) {
        self.message(&self.error_lines(what, hint));
    }

    /// A line that a person should know; made safe for a terminal here.
    pub fn note_line(&self, text: &str) -> String {
        format!("vmedia: {} {}", self.paint(Style::Note, "note:"), sanitize(text))
    }

    /// The two lines of an error.
    pub fn error_lines(&self, what: &str, hint: &str) -> String {
        format!("{}\n{}", self.error_line(what), self.hint_line(hint))
    }

    /// The first of them; several errors of one sort may share the second.
    pub fn error_line(&self, what: &str) -> String {
        format!("vmedia: {} {}", self.paint(Style::Error, "error:"), sanitize(what))
    }

    /// The second.
    pub fn hint_line(&self, hint: &str) -> String {
        format!("vmedia: {} {}", self.paint(Style::Hint, "hint:"), sanitize(hint))
    }
}

fn paint(colour: bool, style: Style, text: &str) -> String {
    if !colour {
        return text.to_owned();
    }
    let plain = anstyle::Style::new();
    let style = match style {
        Style::Error => plain.bold().fg_color(Some(Color::Ansi(AnsiColor::Red))),
        Style::Hint => plain.fg_color(Some(Color::Ansi(AnsiColor::Cyan))),
        Style::Note => plain.fg_color(Some(Color::Ansi(AnsiColor::Yellow))),
        Style::Good => plain.fg_color(Some(Color::Ansi(AnsiColor::Green))),
        Style::Dim => plain.dimmed(),
        Style::Strong => plain.bold(),
    };
    format!("{}{text}{}", style.render(), style.render_reset())
}
