//! Runs the program of a plugin of `age` and speaks its protocol (c2sp.org/age-plugin).
//!
//! The client of the crate `age` is not used: it does not wait for a plugin that has ended, so that each remains in the table of processes,
//! it reads answers of any length, and copies file keys to standard error if `AGEDEBUG` asks for it. Here, one plugin runs at a time, and
//! no question of a plugin is answered, because a run may have no terminal.

use crate::error::plain;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::zeroize::Zeroizing;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

/// The largest answer, in bytes.
const LARGEST_ANSWER: u64 = 128 * 1024;

/// The largest number of answers in a run of a plugin.
const MOST_ANSWERS: usize = 10_000;

/// The length of a full line of a body.
const LINE: usize = 64;

/// Held while a plugin runs. Two at a time would compete for the token.
static RUNNING: Mutex<()> = Mutex::new(());

/// What a plugin is sent before it answers: commands, each with its body.
pub(super) type Talk<'a> = Vec<(Vec<&'a str>, &'a [u8])>;

/// The reason why a plugin did not do what it was asked to. Texts are those of the plugin, unchecked.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    Missing,
    NotStarted(String),
    Asked(String),
    Refused(String),
    Ended,
    Invalid,
    /// The key that it opened is not that of the file.
    Unlike,
}

/// One answer of a plugin.
pub(super) struct Answer {
    pub(super) command: String,
    pub(super) arguments: Vec<String>,
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Returns the name of the program of a plugin.
pub(super) fn program_of(name: &str) -> String {
    format!("age-plugin-{name}")
}

/// Runs a plugin to its end. `take` is handed each answer that holds something, and returns false if it does not know its command.
pub(super) fn converse(
    name: &str,
    machine: &str,
    orders: &Talk<'_>,
    show: &dyn Fn(&str),
    take: &mut dyn FnMut(&Answer) -> bool,
) -> Result<(), Failure> {
    let _alone = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut plugin = Plugin::start(name, machine)?;
    for (words, body) in orders {
        plugin.send(words, body)?;
    }
    plugin.send(&["done"], &[])?;
    let (mut asked, mut refused) = (None, None);
    for _ in 0..MOST_ANSWERS {
        let answer = plugin.receive()?;
        let reply = match answer.command.as_str() {
            "done" => {
                plugin.wait();
                return asked.or(refused).map_or(Ok(()), Err);
            }
            "msg" => {
                show(&answer.text());
                "ok"
            }
            "confirm" | "request-public" | "request-secret" => {
                asked.get_or_insert_with(|| Failure::Asked(answer.text()));
                "fail"
            }
            "error" => {
                refused.get_or_insert_with(|| Failure::Refused(answer.text()));
                "ok"
            }
            _ if take(&answer) => "ok",
            _ => "unsupported",
        };
        plugin.send(&[reply], &[])?;
    }
    Err(Failure::Invalid)
}

/// A plugin that runs. It is killed when it is dropped before its end.
struct Plugin {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Its working folder, which is empty: a plugin must not depend on that of its caller.
    _folder: TempDir,
}

impl Plugin {
    fn start(name: &str, machine: &str) -> Result<Self, Failure> {
        let failed = |error: &io::Error| Failure::NotStarted(plain(error));
        let folder = TempDir::new().map_err(|error| failed(&error))?;
        let mut command = Command::new(program_of(name));
        command.arg(format!("--age-plugin={machine}")).current_dir(folder.path());
        // What it prints could hold keys.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::Missing,
            _ => failed(&error),
        })?;
        let (input, output) = (child.stdin.take(), child.stdout.take().ok_or(Failure::Ended)?);
        Ok(Self { child, input, output: BufReader::new(output), _folder: folder })
    }

    /// Sends a command: a line of words, and lines of Base64, of which the last one is shorter than the others.
    fn send(&mut self, words: &[&str], body: &[u8]) -> Result<(), Failure> {
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(body));
        let mut text = Zeroizing::new(String::with_capacity(encoded.len() * 2 + 256));
        text.push_str("->");
        for word in words {
            text.push(' ');
            text.push_str(word);
        }
        let mut rest = encoded.as_str();
        while let Some((line, after)) = rest.split_at_checked(LINE) {
            text.push('\n');
            text.push_str(line);
            rest = after;
        }
        text.push('\n');
        text.push_str(rest);
        text.push('\n');
        let input = self.input.as_mut().ok_or(Failure::Ended)?;
        input.write_all(text.as_bytes()).and_then(|()| input.flush()).map_err(|_| Failure::Ended)
    }

    fn receive(&mut self) -> Result<Answer, Failure> {
        let mut left = LARGEST_ANSWER;
        let head = self.line(&mut left)?;
        let mut words = head.strip_prefix("-> ").ok_or(Failure::Invalid)?.split(' ').map(str::to_owned);
        let command = words.next().unwrap_or_default();
        let arguments: Vec<String> = words.collect();
        let is_word = |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_word(&command) || !arguments.iter().all(is_word) {
            return Err(Failure::Invalid);
        }
        let mut encoded = Zeroizing::new(String::with_capacity(1024));
        loop {
            let line = self.line(&mut left)?;
            encoded.push_str(&line);
            if line.len() != LINE {
                break;
            }
        }
        let body = Zeroizing::new(STANDARD_NO_PAD.decode(encoded.as_bytes()).map_err(|_| Failure::Invalid)?);
        Ok(Answer { command, arguments, body })
    }

    /// Reads a line without its end. `left` bytes may be read, and are counted down.
    fn line(&mut self, left: &mut u64) -> Result<Zeroizing<String>, Failure> {
        let mut line = Zeroizing::new(String::with_capacity(256));
        let count = self.output.by_ref().take(*left).read_line(&mut line).map_err(|_| Failure::Invalid)? as u64;
        *left -= count;
        match line.pop() {
            Some('\n') => Ok(line),
            _ if *left == 0 => Err(Failure::Invalid),
            _ => Err(Failure::Ended),
        }
    }

    /// Waits until it has ended by itself.
    fn wait(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // Both fail if it has ended, and was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
