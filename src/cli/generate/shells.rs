//! Completes the generated completions of bash and fish: positional arguments that are folders, and ids, which are not files.
//!
//! Both shells offer files wherever the script offers nothing.

use clap::{Command, ValueHint};

/// The registration of the completion, with and without file names as a fallback. Bash before version 4 has no `compopt`.
const REGISTERED: &str = "complete -F _vmedia -o nosort -o bashdefault -o default vmedia";
const WITHOUT_FILES: &str = "complete -F _vmedia -o nosort vmedia";
/// The assignment of the previous word; in `--from=ids.txt` that is `=` alone.
const BEFORE: &str = "    prev=\"$3\"\n";
const BEFORE_THE_SIGN: &str =
    "    prev=\"$3\"\n    if [[ \"${prev}\" == \"=\" && COMP_CWORD -gt 1 ]] ; then\n        prev=\"${COMP_WORDS[COMP_CWORD-2]}\"\n    fi\n";
/// The line that offers the flags of a command, and acts for positional arguments.
const OFFERED: &str = "COMPREPLY=( $(compgen -W \"${opts}\" -- \"${cur}\") )";

/// Returns the hint for the positional arguments of a command.
fn words(verb: &Command) -> Option<ValueHint> {
    verb.get_positionals().next().map(clap::Arg::get_value_hint)
}

/// Returns the completions for bash.
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

/// Returns the completions for fish.
pub(super) fn fish(command: &Command, text: Vec<u8>) -> Vec<u8> {
    let mut text = text;
    for verb in command.get_subcommands() {
        let offer = match words(verb) {
            // The shell offers commands and files by itself.
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
