//! What every failure becomes before a person sees it: what happened, what to do about it, and the exit status.
//!
//! Must not know who raised it. Whoever raises an error writes both lines, because only they know the remedy.

use crate::exit::Exit;
use std::fmt;

/// The result of anything that can fail in words.
pub type Result<T> = std::result::Result<T, Error>;

/// How much of a text from outside a message quotes, in characters.
const QUOTE: usize = 120;

/// A bounded piece of a text from outside, in one line and without control characters.
pub fn quote(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTE).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().nth(QUOTE).is_some() {
        short.push('…');
    }
    short
}

/// An error's own words without the system's "(os error 28)".
pub fn plain(error: &(impl std::error::Error + ?Sized)) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or(&words).to_owned()
}

/// What to do where no thread can be started.
pub const THREAD_HINT: &str = "raise the limits on processes and memory (ulimit -u, ulimit -v), and run the same command again";

/// Describes a thread that cannot be started.
pub fn cannot_start(error: &std::io::Error) -> Error {
    Error::new(Exit::Local, format!("cannot start a thread: {}", plain(error)), THREAD_HINT)
}

/// Returns what to do where a limit of the process is reached: on open files, the size of one, threads or memory.
pub fn limit_hint(error: &std::io::Error) -> Option<&'static str> {
    // EMFILE and ENFILE of every Unix; ERROR_TOO_MANY_OPEN_FILES and WSAEMFILE.
    let too_many: &[i32] = if cfg!(windows) { &[4, 10024] } else { &[23, 24] };
    if error.raw_os_error().is_some_and(|code| too_many.contains(&code)) {
        return Some("raise the limit on open files (ulimit -n), or use fewer workers with -j, and run the same command again");
    }
    match error.kind() {
        std::io::ErrorKind::FileTooLarge => {
            Some("raise the limit on the size of files (ulimit -f), or choose a disk that takes larger ones with -o")
        }
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::OutOfMemory => Some(THREAD_HINT),
        _ => None,
    }
}

/// A failure in two lines. `Display` is the first line alone.
#[derive(Debug)]
pub struct Error {
    exit: Exit,
    what: String,
    hint: String,
    cause: Option<anyhow::Error>,
}

impl Error {
    /// `what` happened and `hint`, what to do about it; neither ends in a full stop or a line break.
    pub fn new(exit: Exit, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit, what: what.into(), hint: hint.into(), cause: None }
    }

    /// Adds what lay behind it, shown with `-v`. The caller vouches that it holds no secret.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// A failure that no row of the table foresees.
    pub fn unexpected(what: impl Into<String>) -> Self {
        Self::new(
            Exit::Unexpected,
            what,
            "this looks like a defect of vmedia; please report it with the output of the same command and -vv",
        )
    }

    /// A command line that cannot be obeyed.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, hint)
    }

    /// Configuration or credentials that are missing or unreadable.
    pub fn configuration(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Configuration, what, hint)
    }

    /// The same of a place that one session needs and others do not.
    #[must_use]
    pub fn of_one(mut self) -> Self {
        if self.exit == Exit::Local {
            self.exit = Exit::Denied;
        }
        self
    }

    /// The same of a place that every session needs: nothing after it can succeed.
    #[must_use]
    pub fn of_all(mut self) -> Self {
        if matches!(self.exit, Exit::Denied | Exit::Damaged) {
            self.exit = Exit::Local;
        }
        self
    }

    /// The exit status that this error gives.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened, in one line.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// The causes, outermost first, for `-v`.
    pub fn causes(&self) -> Vec<String> {
        self.cause.iter().flat_map(|cause| cause.chain().map(ToString::to_string)).collect()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl std::error::Error for Error {}
