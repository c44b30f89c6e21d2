//! The layout of help: `-h` is a summary that fits a screen, `--help` has every flag and all notes. Both give a flag one entry of
//! one or two lines; details are in the man page.

use super::Arguments;
use clap::builder::StyledStr;
use clap::{Command, CommandFactory};
use std::ffi::OsString;

/// Most examples in a summary whose notes are left out.
const EXAMPLES: usize = 3;

/// Returns the program with the help that the arguments ask for.
pub(super) fn program(words: &[OsString]) -> Command {
    with_layout(Arguments::command(), is_summary(words))
}

/// Returns the help of the command that the arguments name. Clap's own would give each flag of `--help` three lines.
pub(super) fn help(mut program: Command, words: &[OsString]) -> StyledStr {
    program.build();
    let mut command = &program;
    for word in words.iter().skip(1).filter(|word| *word != "help") {
        command = command.find_subcommand(word).unwrap_or(command);
    }
    let mut command = command.clone();
    if !is_summary(words) {
        command = command.mut_arg("help", |help| help.help("Print help (see a summary with '-h')"));
    }
    command.render_help()
}

fn is_summary(words: &[OsString]) -> bool {
    !words.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--help" || word == "help")
}

/// Returns a command whose longer texts are as wide as the terminal instead of as wide as the source.
fn with_layout(command: Command, is_summary: bool) -> Command {
    let text = command.get_after_help().map(|text| flow(&if is_summary { summary(&text.to_string()) } else { text.to_string() }));
    let command = if let Some(text) = text { command.after_help(text) } else { command };
    let command = command.mut_args(|argument| {
        // So a number below zero is a value that does not fit, and not an unknown short flag.
        let takes_number = !argument.is_positional() && argument.get_action().takes_values();
        let is_hidden = is_summary && argument.is_hide_short_help_set();
        argument.allow_negative_numbers(takes_number).hide_short_help(is_hidden)
    });
    command.mut_subcommands(|command| with_layout(command, is_summary))
}

/// Returns the first examples without the notes above them; a text without notes is short enough.
fn summary(text: &str) -> String {
    match text.split_once("\n\nExamples:\n") {
        Some((_, examples)) => ["Examples:"].into_iter().chain(examples.lines().take(EXAMPLES)).collect::<Vec<_>>().join("\n"),
        None => text.to_owned(),
    }
}

/// Joins a line that ends in the middle of a sentence with the next one; examples stay as they are.
fn flow(text: &str) -> String {
    let mut flowed = String::new();
    for line in text.lines() {
        let goes_on =
            flowed.lines().next_back().is_some_and(|last| !last.is_empty() && !last.starts_with(' ') && !last.ends_with(['.', ':']));
        if !flowed.is_empty() {
            flowed.push(if goes_on && !line.is_empty() && !line.starts_with(' ') { ' ' } else { '\n' });
        }
        flowed.push_str(line);
    }
    flowed
}

#[cfg(test)]
mod tests {
    use super::flow;

    #[test]
    fn a_sentence_is_one_line_and_everything_else_stays() {
        let text = "One line\nthat goes on. And\nmore.\nAnother.\n\nExamples:\n  vmedia a\n  vmedia b";
        assert_eq!(flow(text), "One line that goes on. And more.\nAnother.\n\nExamples:\n  vmedia a\n  vmedia b");
    }
}
