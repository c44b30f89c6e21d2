//! The screen of the bars: standard error, with the cursor at the beginning of the last line.
//!
//! With the cursor at the right edge, behind a bar, the `^C` of an interrupted run would begin a new line, and one line too few
//! would be cleared. Must not know what is drawn.

use console::Term;
use indicatif::{ProgressDrawTarget, TermLike};
use std::io;

/// Returns standard error, drawn at this rate per second; hidden if it cannot move its cursor.
pub(super) fn target(frames: u8) -> ProgressDrawTarget {
    let usual = ProgressDrawTarget::stderr_with_hz(frames);
    if usual.is_hidden() { usual } else { ProgressDrawTarget::term_like_with_hz(Box::new(Screen(Term::buffered_stderr())), frames) }
}

/// A terminal whose cursor returns to the beginning of the line after each picture.
#[derive(Debug)]
struct Screen(Term);

impl TermLike for Screen {
    fn width(&self) -> u16 {
        TermLike::width(&self.0)
    }

    fn height(&self) -> u16 {
        TermLike::height(&self.0)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.write_str("\r")?;
        self.0.flush()
    }
}
