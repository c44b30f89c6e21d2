//! Standard output and standard error: the only place that writes to them.
//!
//! A closed pipe ends nothing: evidence is archived also if its output is not read. An answer that cannot be written for another
//! reason is lost, and the command ends with a failure. Must not know what it prints.

use super::wrap::wrap;
use crate::cli::ColorChoice;
use crate::error::{self, plain};
use crate::exit::Exit;
use crate::text::sanitize;
use anstream::AutoStream;
use anstream::stream::RawStream;
use anstyle::{AnsiColor, Color};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The meaning of a piece of text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    Error,
    Hint,
    Note,
    Good,
    Dim,
}

/// The state of the answers on standard output.
#[derive(Debug, Default)]
enum Answers {
    /// All were written, or their reader went away.
    #[default]
    Written,
    /// One could not be written, for this reason.
    Lost(String),
    /// One could not be written, and that was reported.
    Reported,
}

/// The two streams. Clones share the state of the answers.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    /// True if standard error is a terminal that bars can be drawn on.
    pub(crate) is_terminal: bool,
    colour_out: bool,
    colour_err: bool,
    answers: Arc<Mutex<Answers>>,
}

impl Console {
    /// Returns the streams of this process.
    pub(crate) fn of_process(choice: ColorChoice) -> Self {
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            colour_out: has_colour(std::io::stdout(), choice),
            colour_err: has_colour(std::io::stderr(), choice),
            answers: Arc::default(),
        }
    }

    /// Returns the width of the terminal on standard error now, in letters; none if it is no terminal.
    pub(crate) fn width(&self) -> Option<u16> {
        console::Term::stderr().size_checked().map(|(_, columns)| columns)
    }

    /// Returns the same of standard output.
    pub(crate) fn answer_width(&self) -> Option<u16> {
        console::Term::stdout().size_checked().map(|(_, columns)| columns)
    }

    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        paint(self.colour_err, style, text)
    }

    pub(crate) fn paint_answer(&self, style: Style, text: &str) -> String {
        paint(self.colour_out, style, text)
    }

    pub(crate) fn colours_answers(&self) -> bool {
        self.colour_out
    }

    pub(crate) fn colours_messages(&self) -> bool {
        self.colour_err
    }

    /// Writes bytes to standard output. [`Console::exit`] reports a failure.
    pub(crate) fn answer(&self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        let Err(error) = out.write_all(bytes).and_then(|()| out.flush()) else { return };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if error.kind() != ErrorKind::BrokenPipe && matches!(*answers, Answers::Written) {
            *answers = Answers::Lost(plain(&error));
        }
    }

    /// Writes lines for people to standard output, wrapped to its terminal.
    pub(crate) fn answer_lines(&self, lines: &str) {
        self.answer(format!("{}\n", wrap(lines, self.answer_width())).as_bytes());
    }

    /// Returns the exit of a command after its output: a lost answer is a failure, which is reported here once. Damage stays the exit.
    pub(crate) fn exit(&self, exit: Exit) -> Exit {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::take(&mut *answers) {
            Answers::Written => return exit,
            Answers::Lost(reason) => self.error(
                &format!("cannot write to standard output: {reason}"),
                "make room, or send the output somewhere else, and run the same command again",
            ),
            Answers::Reported => {}
        }
        *answers = Answers::Reported;
        if exit == error::ErrorKind::Damaged { exit } else { Exit::merge([exit, Exit::from(error::ErrorKind::Local)]) }
    }

    /// Returns standard error for a child process: standard output is for our own answers.
    pub(crate) fn for_child(&self) -> std::process::Stdio {
        std::io::stderr().into()
    }

    /// Writes lines for people to standard error, wrapped to its terminal.
    pub(crate) fn message(&self, lines: &str) {
        self.message_as_is(&wrap(lines, self.width()));
    }

    /// Writes a line to standard error as it is, to be copied or followed as a whole.
    pub(crate) fn message_as_is(&self, line: &str) {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{line}");
    }

    /// Returns the path of a file as a link to it, where a terminal shows colours and so takes escape codes.
    pub(crate) fn link(&self, path: &Path) -> String {
        link(path, self.is_terminal && self.colour_err)
    }

    /// Returns the same for standard output.
    pub(crate) fn answer_link(&self, path: &Path) -> String {
        link(path, self.answer_width().is_some() && self.colour_out)
    }

    /// Writes a question to standard error and leaves the cursor behind it.
    pub(crate) fn ask(&self, question: &str) {
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(sanitize(question).as_bytes()).and_then(|()| err.flush());
    }

    /// Writes the two lines of an error to standard error.
    pub(crate) fn error(&self, what: &str, hint: &str) {
        self.message(&self.error_lines(what, hint));
    }

    /// Returns the line of a note, safe for a terminal.
    pub(crate) fn note_line(&self, text: &str) -> String {
        format!("vmedia: {} {}", self.paint(Style::Note, "note:"), sanitize(text))
    }

    /// Returns the two lines of an error.
    pub(crate) fn error_lines(&self, what: &str, hint: &str) -> String {
        format!("{}\n{}", self.error_line(what), self.hint_line(hint))
    }

    /// Returns the second of them.
    pub(crate) fn hint_line(&self, hint: &str) -> String {
        format!("vmedia: {} {}", self.paint(Style::Hint, "hint:"), sanitize(hint))
    }

    /// Returns the first of them; several errors of one kind may share the second.
    pub(crate) fn error_line(&self, what: &str) -> String {
        format!("vmedia: {} {}", self.paint(Style::Error, "error:"), sanitize(what))
    }
}

fn link(path: &Path, takes_links: bool) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let shown = sanitize(&path.display().to_string()).into_owned();
    match url::Url::from_file_path(&path) {
        Ok(url) if takes_links => format!("\u{1b}]8;;{url}\u{1b}\\{shown}\u{1b}]8;;\u{1b}\\"),
        _ => shown,
    }
}

/// Returns whether a stream takes the escape codes of colours, which a console of Windows does once they are turned on.
fn has_colour(stream: impl RawStream, choice: ColorChoice) -> bool {
    let wanted = match choice {
        ColorChoice::Always => anstream::ColorChoice::AlwaysAnsi,
        ColorChoice::Never => anstream::ColorChoice::Never,
        ColorChoice::Auto => anstream::ColorChoice::Auto,
    };
    // Turns them on. A console without them is `Always`: its colours need calls of their own.
    AutoStream::new(stream, wanted).current_choice() == anstream::ColorChoice::AlwaysAnsi
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
    };
    format!("{}{text}{}", style.render(), style.render_reset())
}
