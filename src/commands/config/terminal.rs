//! Questions on the terminal: a line at a time, and without echo where the answer is a secret.
//!
//! After a question the terminal is as it was, also after Ctrl-C; only a killed program leaves it without echo. Must not know what
//! is asked.

use super::Context;
use crate::clock::{Cancel, Stop};
use crate::error::{self, Error, Result, plain};
use crate::report::Console;
use secrecy::zeroize::Zeroizing;
use std::io::{Error as IoError, ErrorKind, IsTerminal};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Interval at which a question checks for a request to stop.
const SLICE: Duration = Duration::from_millis(50);

/// The terminal of a person who answers.
pub(super) struct Terminal<'a> {
    console: &'a Console,
    cancel: &'a Cancel,
}

impl<'a> Terminal<'a> {
    /// Returns an error without a terminal.
    pub(super) fn open(context: &'a Context) -> Result<Self> {
        if context.console.is_terminal && std::io::stdin().is_terminal() {
            return Ok(Self { console: &context.console, cancel: &context.cancel });
        }
        Err(Error::usage(
            "vmedia config init asks questions, and there is no terminal to ask on",
            "write the file instead: vmedia config example shows what may stand in it, vmedia config path where it belongs",
        ))
    }

    pub(super) fn say(&self, line: &str) {
        self.console.message(line);
    }

    /// Asks until the answer is valid. An empty answer is the one that is offered.
    pub(super) fn ask<T>(&self, question: &str, offered: &str, read: impl Fn(&str) -> Result<T>) -> Result<T> {
        let question = if offered.is_empty() { format!("{question}: ") } else { format!("{question} [{offered}]: ") };
        loop {
            let line = self.line(&question, false)?;
            let answer = line.trim();
            match read(if answer.is_empty() { offered } else { answer }) {
                Ok(value) => return Ok(value),
                Err(error) => self.console.error(error.what(), error.hint()),
            }
        }
    }

    /// Asks for a secret until it is valid, without echo.
    pub(super) fn ask_secret(&self, question: &str, check: impl Fn(&str) -> Result<()>) -> Result<Zeroizing<String>> {
        loop {
            let line = self.line(&format!("{question}: "), true)?;
            let secret = Zeroizing::new(line.trim().to_owned());
            match check(&secret) {
                Ok(()) => return Ok(secret),
                Err(error) => self.console.error(error.what(), error.hint()),
            }
        }
    }

    pub(super) fn is_wanted(&self, question: &str, offered: bool) -> Result<bool> {
        self.ask(question, if offered { "yes" } else { "no" }, |answer| match answer.to_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err(Error::usage("that is neither yes nor no", "yes, or no")),
        })
    }

    /// Asks for a choice, and returns its index. `offered` is an index, too.
    pub(super) fn choose(&self, question: &str, choices: &[String], offered: usize) -> Result<usize> {
        self.say(question);
        for (index, choice) in choices.iter().enumerate() {
            self.say(&format!("  {}  {choice}", index + 1));
        }
        self.ask("Number", &(offered + 1).to_string(), |answer| {
            let number = answer.parse::<usize>().ok().filter(|number| (1..=choices.len()).contains(number));
            number.map(|number| number - 1).ok_or_else(|| Error::usage("there is no such number", format!("1 to {}", choices.len())))
        })
    }

    /// Reads one line of UTF-8: replaced bytes would be another answer than was typed.
    fn line(&self, question: &str, is_secret: bool) -> Result<Zeroizing<String>> {
        loop {
            let bytes = self.bytes(question, is_secret)?;
            match std::str::from_utf8(&bytes) {
                Ok(text) => return Ok(Zeroizing::new(text.to_owned())),
                Err(_) => self.console.error("that is no text in UTF-8", "type it again, on a terminal that is set to UTF-8"),
            }
        }
    }

    fn bytes(&self, question: &str, is_secret: bool) -> Result<Zeroizing<Vec<u8>>> {
        let failed = |error: &IoError| Error::unexpected(format!("the terminal cannot be read: {}", plain(error)));
        // Silent before the question is there, so that an answer that comes at once is not shown either.
        let outcome = {
            let _silence = is_secret.then(Silence::begin).transpose().map_err(|error| failed(&error))?;
            self.console.ask(question);
            self.wait_for_line(is_secret)
        };
        if is_secret || outcome.is_err() {
            // The line break was not shown either.
            self.say("");
        }
        if let Some(kind) = self.cancel.requested().map(Stop::kind) {
            return Err(stopped(kind));
        }
        match outcome {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(Error::usage("there was no answer", "nothing was written; run it again when you have what it asks for"))
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// Reads a line on another thread; fails once the run has been asked to stop.
    fn wait_for_line(&self, is_secret: bool) -> std::io::Result<Zeroizing<Vec<u8>>> {
        let (sender, receiver) = channel();
        std::thread::spawn(move || sender.send(read(is_secret)));
        loop {
            match receiver.recv_timeout(SLICE) {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Timeout) if self.cancel.requested().is_none() => {}
                Err(_) => return Err(ErrorKind::Interrupted.into()),
            }
        }
    }
}

fn stopped(kind: error::ErrorKind) -> Error {
    let what = if kind == error::ErrorKind::Terminated { "terminated" } else { "interrupted" };
    Error::new(kind, what, "nothing was written; run it again when you like")
}

#[cfg(unix)]
mod native {
    use super::{ErrorKind, IoError, Zeroizing};
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
    use std::fs::File;
    use std::io::{Read, stdin};
    use std::os::fd::AsFd;

    /// Longest line of a terminal.
    const LONGEST: usize = 4096;

    /// The value for no key among a terminal's special keys.
    const NO_KEY: u8 = if cfg!(any(target_os = "linux", target_os = "android")) { 0 } else { 0xff };

    /// Turns off the echo while it lives, and the keys that end or stop a program at once (Ctrl-\ and Ctrl-Z): the shell would get
    /// a terminal without echo.
    pub(super) struct Silence(Termios);

    impl Silence {
        pub(super) fn begin() -> std::io::Result<Self> {
            let before = tcgetattr(stdin())?;
            let mut silent = before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            silent.special_codes[SpecialCodeIndex::VQUIT] = NO_KEY;
            silent.special_codes[SpecialCodeIndex::VSUSP] = NO_KEY;
            tcsetattr(stdin(), OptionalActions::Flush, &silent)?;
            Ok(Self(before))
        }
    }

    impl Drop for Silence {
        fn drop(&mut self) {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
        }
    }

    /// Reads a line without the standard library's buffer, which is not wiped.
    pub(super) fn read(_: bool) -> std::io::Result<Zeroizing<Vec<u8>>> {
        let mut terminal = File::from(stdin().as_fd().try_clone_to_owned()?);
        let mut line = Zeroizing::new(vec![0; LONGEST]);
        let mut length = 0;
        while length < LONGEST && !line.get(..length).is_some_and(|line| line.ends_with(b"\n")) {
            match terminal.read(line.get_mut(length..).unwrap_or_default()) {
                Ok(0) if length == 0 => return Err(IoError::from(ErrorKind::UnexpectedEof)),
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        line.truncate(length);
        Ok(line)
    }
}

#[cfg(not(unix))]
mod native {
    use super::{ErrorKind, IoError, Zeroizing};

    /// Does nothing: keys are read one by one here, without echo.
    pub(super) struct Silence;

    impl Silence {
        pub(super) fn begin() -> std::io::Result<Self> {
            Ok(Self)
        }
    }

    pub(super) fn read(is_secret: bool) -> std::io::Result<Zeroizing<Vec<u8>>> {
        let mut line = String::new();
        if is_secret {
            line = console::Term::stderr().read_secure_line()?;
        } else if std::io::stdin().read_line(&mut line)? == 0 {
            return Err(IoError::from(ErrorKind::UnexpectedEof));
        }
        Ok(Zeroizing::new(line.into_bytes()))
    }
}

use native::{Silence, read};
