//! Completion of a command line that is being typed: what may stand at the cursor.
//!
//! The scripts of `generate` ask for it by `vmedia __complete SHELL -- WORD...`, where the last word is the one at the cursor. Gives a
//! text and prints nothing. Must not look for values of this machine itself: `commands` does. For shells that do not complete paths
//! themselves, clap's engine lists folders.

use super::Arguments;
use super::choices::ProviderChoice;
use super::flags::Flags;
use super::values::STATES;
use clap::{Arg, Command, CommandFactory, ValueEnum, ValueHint};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The first argument of a request.
const VERB: &str = "__complete";
/// Begins a candidate that stands for paths, which bash and zsh complete better themselves.
const PATHS: char = '\u{1}';

/// Values that only this machine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// Profiles of the configuration file.
    Profiles,
    /// Sessions of the archive.
    Sessions,
    /// Companion documents.
    Companions,
}

/// Returns the values that begin with a text.
type Lookup = Arc<dyn Fn(Values, &str) -> Vec<String> + Send + Sync>;

/// A command line that is to be completed.
#[derive(Debug, Clone)]
pub struct Completion {
    shell: Shell,
    /// The words from the program's name to the one at the cursor.
    words: Vec<OsString>,
}

impl Completion {
    /// Returns what the arguments of this process ask to complete, if they do.
    pub fn of(arguments: &[OsString]) -> Option<Self> {
        let (_, [verb, shell, dashes, words @ ..]) = arguments.split_first()? else { return None };
        if verb != VERB || dashes != "--" || words.is_empty() {
            return None;
        }
        let shell = Shell::from_str(shell.to_str()?, false).ok()?;
        let mut words = words.to_vec();
        // The script for PowerShell marks the last word, because older versions leave out an empty one.
        if let (Shell::PowerShell, Some(last)) = (shell, words.last_mut()) {
            *last = last.to_str()?.strip_prefix('=')?.into();
        }
        Some(Self { shell, words })
    }

    /// Returns the flags `--config` and `--profile`, as far as they are typed.
    pub(crate) fn flags(&self) -> Flags {
        let profile = self.typed("--profile", "-p").and_then(|name| name.into_string().ok());
        let mut flags = Flags::default();
        flags.connection.profile.name = profile;
        flags.connection.profile.file.config = self.typed("--config", "").map(PathBuf::from);
        flags
    }

    /// Returns the archive that is typed.
    pub(crate) fn archive(&self) -> Option<PathBuf> {
        // Of other commands, --output is a new file.
        let is_download = self.words.iter().any(|word| word == "download");
        self.typed("--archive", "").or_else(|| self.typed("--output", "-o").filter(|_| is_download)).map(PathBuf::from)
    }

    /// Returns the value of a flag that stands before the cursor.
    fn typed(&self, long: &str, short: &str) -> Option<OsString> {
        let (_, before) = self.words.split_last()?;
        let apart = before.windows(2).find_map(|words| match words {
            [flag, value] if *flag == long || *flag == short => Some(value.clone()),
            _ => None,
        });
        apart.or_else(|| before.iter().find_map(|word| Some(word.to_str()?.strip_prefix(long)?.strip_prefix('=')?.into())))
    }

    /// Returns the answer for the shell's script. Paths are relative to `folder`.
    pub(crate) fn answer(self, folder: Option<&Path>, lookup: impl Fn(Values, &str) -> Vec<String> + Send + Sync + 'static) -> Vec<u8> {
        let lookup: Lookup = Arc::new(lookup);
        let mut command = completed(Arguments::command(), self.shell, &lookup);
        let at = self.words.len().saturating_sub(1);
        let is_blank = self.words.last().is_some_and(|word| word.is_empty());
        let found = complete(&mut command, self.words, at, folder).unwrap_or_default();
        answer(self.shell, &found, is_blank).into_bytes()
    }
}

/// Adds what is offered for each value: values of this machine, files for a FILE, folders for a DIR, nothing for an id.
fn completed(command: Command, shell: Shell, lookup: &Lookup) -> Command {
    let command = command.mut_args(|argument| {
        if !argument.is_positional() && !argument.get_action().takes_values() {
            return argument;
        }
        match (argument.get_id().as_str(), value_name(&argument).as_str()) {
            ("profile", _) => offered(argument, Values::Profiles, lookup),
            ("with", _) => offered(argument, Values::Companions, lookup),
            ("where", _) => argument.add(ArgValueCompleter::new(conditions)),
            (_, "SESSION_ID" | "SESSION") => offered(argument, Values::Sessions, lookup),
            (_, name) => with_paths(argument, hint(name), shell),
        }
    });
    command.mut_subcommands(|below| completed(below, shell, lookup))
}

fn value_name(argument: &Arg) -> String {
    argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default()
}

/// Returns the hint for the name of a value.
fn hint(name: &str) -> ValueHint {
    match name.split('|').next().unwrap_or_default() {
        "FILE" => ValueHint::FilePath,
        "DIR" | "PATH" | "ROOT" => ValueHint::DirPath,
        "COMMAND" => ValueHint::CommandName,
        _ => ValueHint::Other,
    }
}

/// Offers values of this machine.
fn offered(argument: Arg, values: Values, lookup: &Lookup) -> Arg {
    let lookup = Arc::clone(lookup);
    let offer = move |typed: &OsStr| {
        let typed = typed.to_str().map(|typed| lookup(values, typed));
        typed.unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
    };
    argument.add(ArgValueCompleter::new(offer))
}

/// Offers paths: by the engine, or by the shell, which quotes them and knows its own names of folders.
fn with_paths(argument: Arg, hint: ValueHint, shell: Shell) -> Arg {
    let kind = match hint {
        ValueHint::FilePath => "files",
        ValueHint::DirPath => "folders",
        ValueHint::CommandName => "commands",
        _ => return argument,
    };
    match shell {
        Shell::Bash | Shell::Zsh | Shell::PowerShell => {
            let offer = move |typed: &OsStr| {
                let is_flag = typed.as_encoded_bytes().starts_with(b"-");
                if is_flag { Vec::new() } else { vec![CompletionCandidate::new(format!("{PATHS}{kind}"))] }
            };
            argument.add(ArgValueCompleter::new(offer))
        }
        _ => argument.value_hint(hint),
    }
}

/// Returns the conditions of a selection of sessions that begin with a text.
fn conditions(typed: &OsStr) -> Vec<CompletionCandidate> {
    let states = STATES.iter().map(|state| format!("state={state}"));
    let all = states.chain(ProviderChoice::ALL.map(|provider| format!("provider={}", provider.name())));
    all.filter(|one| typed.to_str().is_some_and(|typed| one.starts_with(typed))).map(CompletionCandidate::new).collect()
}

/// Returns the lines for a script: for bash and zsh, first the kind of paths that the shell adds, or nothing; then a line for each
/// candidate, with its help after a tab.
fn answer(shell: Shell, found: &[CompletionCandidate], is_blank: bool) -> String {
    let value = |candidate: &CompletionCandidate| candidate.get_value().to_str().map(str::to_owned);
    let (paths, words): (Vec<_>, Vec<_>) =
        found.iter().filter_map(|candidate| Some((value(candidate)?, candidate.get_help()))).partition(|(value, _)| value.contains(PATHS));
    // Flags are offered once a dash is typed, or where nothing else can stand.
    let has_values = !paths.is_empty() || words.iter().any(|(value, _)| !value.starts_with('-'));
    let mut text = String::new();
    if matches!(shell, Shell::Bash | Shell::Zsh) {
        text.push_str(paths.first().and_then(|(value, _)| value.split(PATHS).nth(1)).unwrap_or_default());
        text.push('\n');
    }
    let is_hidden = |value: &str| is_blank && has_values && value.starts_with('-') || value.contains(char::is_control);
    for (value, help) in words.into_iter().filter(|(value, _)| !is_hidden(value)) {
        text.push_str(&value);
        if !matches!(shell, Shell::Bash | Shell::Elvish) {
            let help = help.map(ToString::to_string).unwrap_or_default();
            text.push('\t');
            text.push_str(help.lines().next().unwrap_or_default());
        }
        text.push('\n');
    }
    text
}
