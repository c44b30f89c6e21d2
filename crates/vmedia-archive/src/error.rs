//! Errors: a kind with a stable code, a scope, and two lines of text: the description and the advice.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The result of an operation that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// The longest quote of an untrusted text in a message, in characters.
const QUOTE: usize = 120;

/// Returns the beginning of an untrusted text, in one line and without control characters.
pub fn quote(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTE).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().nth(QUOTE).is_some() {
        short.push('…');
    }
    short
}

/// Returns an error's text without the system's "(os error 28)", and without the full stop that Windows writes before it.
pub fn plain(error: &(impl std::error::Error + ?Sized)) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((text, _)) => text.trim_end_matches('.').to_owned(),
        None => text,
    }
}

/// The hint for a thread that cannot be started.
const THREAD_HINT: &str = if cfg!(windows) {
    "close other programs, or use fewer workers with -j, and run the same command again"
} else {
    "raise the limits on processes and memory (ulimit -u, ulimit -v), and run the same command again"
};

/// The hint for too many open files.
const OPEN_FILES_HINT: &str = if cfg!(windows) {
    "use fewer workers with -j, and run the same command again"
} else {
    "raise the limit on open files (ulimit -n), or use fewer workers with -j, and run the same command again"
};

/// The hint for a file that becomes larger than it may.
const FILE_SIZE_HINT: &str = if cfg!(windows) {
    "choose a disk that takes larger files with -o"
} else {
    "raise the limit on the size of files (ulimit -f), or choose a disk that takes larger ones with -o"
};

/// Returns the error for a thread that cannot be started.
pub fn cannot_start(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Local, format!("cannot start a thread: {}", plain(error)), THREAD_HINT)
}

/// Returns the hint for a limit of the process: on open files, the size of one, threads or memory.
pub fn limit_hint(error: &std::io::Error) -> Option<&'static str> {
    // EMFILE and ENFILE of every Unix; ERROR_TOO_MANY_OPEN_FILES and WSAEMFILE.
    let too_many: &[i32] = if cfg!(windows) { &[4, 10024] } else { &[23, 24] };
    if error.raw_os_error().is_some_and(|code| too_many.contains(&code)) {
        return Some(OPEN_FILES_HINT);
    }
    match error.kind() {
        std::io::ErrorKind::FileTooLarge => Some(FILE_SIZE_HINT),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::OutOfMemory => Some(THREAD_HINT),
        _ => None,
    }
}

/// The kind of an error. Its code is stable; the program derives its exit status from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// An error that the program does not foresee: most likely a defect.
    Unexpected,
    /// The command line, or the only session id on it, is malformed.
    Usage,
    /// Configuration or credentials are missing or cannot be read.
    Configuration,
    /// The provider refuses the credentials.
    Refused,
    /// The provider rejects this request, or its answer cannot be trusted; asking again changes nothing.
    Rejected,
    /// Too few persons approved the plan of an erasure, or the plan no longer fits.
    Unapproved,
    /// The provider or the network is unavailable after all retries.
    Unavailable,
    /// A local error: the disk is full or read-only, or access is denied.
    Local,
    /// Some items failed; the others are archived.
    Partial,
    /// An archived file is damaged.
    Damaged,
    /// The provider does not have the session.
    NotFound,
    /// A hold keeps the session from being erased.
    Held,
    /// The run was interrupted from the keyboard (SIGINT).
    Interrupted,
    /// The run was terminated (SIGTERM, SIGHUP on Linux, Ctrl-Break and the like on Windows).
    Terminated,
    /// The time that `--max-duration` gives was over.
    OutOfTime,
}

impl ErrorKind {
    /// Returns true if a person or the system stopped the run.
    pub fn is_interruption(self) -> bool {
        matches!(self, Self::Interrupted | Self::Terminated)
    }

    /// Returns the scope of an error of this kind, unless the error has another.
    pub fn scope(self) -> Scope {
        if matches!(self, Self::Refused | Self::Local) || self.is_interruption() { Scope::Run } else { Scope::Session }
    }
}

/// The scope of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The run: nothing after it can succeed.
    Run,
    /// One session; others may succeed.
    Session,
}

/// An error in two lines. `Display` gives the first.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    scope: Scope,
    what: String,
    hint: String,
    cause: Option<anyhow::Error>,
}

impl Error {
    /// Creates an error; neither `what` nor `hint` ends in a full stop or a line break.
    pub fn new(kind: ErrorKind, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, scope: kind.scope(), what: what.into(), hint: hint.into(), cause: None }
    }

    /// Adds the cause, which `-v` shows. It must not hold a secret.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Creates an error that the program does not foresee.
    pub fn unexpected(what: impl Into<String>) -> Self {
        Self::new(
            ErrorKind::Unexpected,
            what,
            "this looks like a defect of vmedia; please report it with the output of the same command and -vv",
        )
    }

    /// Creates an error about the command line.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, what, hint)
    }

    /// Creates an error about configuration or credentials.
    pub fn configuration(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, what, hint)
    }

    /// Limits a local error to one session: it is about a place that others do not need.
    #[must_use]
    pub fn for_session(self) -> Self {
        let scope = if self.kind == ErrorKind::Local { Scope::Session } else { self.scope };
        Self { scope, ..self }
    }

    /// Makes an error about a place that every session needs end the run.
    #[must_use]
    pub fn for_run(self) -> Self {
        match self.kind {
            ErrorKind::Local | ErrorKind::Damaged => Self { kind: ErrorKind::Local, scope: Scope::Run, ..self },
            _ => self,
        }
    }

    /// Returns the kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the scope.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Returns true if nothing after it can succeed.
    pub fn ends_run(&self) -> bool {
        self.scope == Scope::Run
    }

    /// Returns the description, in one line.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Returns the advice, in one line.
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// Returns the causes, outermost first, for `-v`.
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
