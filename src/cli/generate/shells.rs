//! What the generated completions of bash and fish lack: which words without a flag are folders, and that ids are no files.
//!
//! Both shells offer the files of the folder for every word that the script has nothing for. Must not generate the rest.

use clap::{Command, ValueHint};

/// What ends the completions for a bash that can be told word by word what to offer. Older ones cannot.
const REGISTERED: &str = "complete -F _vmedia -o nosort -o bashdefault -o default vmedia";
const WITHOUT_FILES: &str = "complete -F _vmedia -o nosort vmedia";
/// Where bash takes over the word before; in `--from=ids.txt` that is the sign alone.
const BEFORE: &str = "    prev=\"$3\"\n";
const BEFORE_THE_SIGN: &str =
    "    prev=\"$3\"\n    if [[ \"${prev}\" == \"=\" && COMP_CWORD -gt 1 ]] ; then\n        prev=\"${COMP_WORDS[COMP_CWORD-2]}\"\n    fi\n";
/// Where bash offers the flags of a command, which is what it does for a word that belongs to no flag.
const OFFERED: &str = "COMPREPLY=( $(compgen -W \"${opts}\" -- \"${cur}\") )";

/// What the words of a command that belong to no flag are.
fn words(verb: &Command) -> Option<ValueHint> {
    verb.get_positionals().next().map(clap::Arg::get_value_hint)
}

/// The completions for bash.
pub(super) fn bash(command: &Command, text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).replace(REGISTERED, WITHOUT_FILES).replace(BEFORE, BEFORE_THE_SIGN);
    let mut offer = None;
    let mut completed = String::new();
    for line in text.lines() {
        // A verb's part begins with its name and ends where the next one begins.
        if let Some(name) = line.trim().strip_prefix("vmedia__subcmd__").and_then(|name| name.strip_suffix(')')) {
            offer = command.find_subcommand(name).and_then(words).and_then(|hint| match hint {
                ValueHint::DirPath => Some("plusdirs"),
                ValueHint::CommandName => Some("default"),
                _ => None,
            });
        }
        if let Some(offer) = offer.filter(|_| line.trim() == OFFERED) {
            let indent = " ".repeat(line.len() - line.trim_start().len());
            completed.push_str(&format!("{indent}[[ \"${{cur}}\" == -* || \"${{BASH_VERSINFO[0]}}\" -lt 4 ]] || compopt -o {offer}\n"));
        }
        completed.push_str(line);
        completed.push('\n');
    }
    completed.into_bytes()
}

/// The completions for fish.
pub(super) fn fish(command: &Command, text: Vec<u8>) -> Vec<u8> {
    let mut text = text;
    for verb in command.get_subcommands() {
        let offer = match words(verb) {
            // Whatever a shell knows.
            Some(ValueHint::CommandName) => continue,
            Some(ValueHint::DirPath) => "-f -a \"(__fish_complete_directories)\"",
            _ => "-f",
        };
        text.extend_from_slice(
            format!("complete -c vmedia -n \"__fish_vmedia_using_subcommand {}\" {offer}\n", verb.get_name()).as_bytes(),
        );
    }
    text
}
