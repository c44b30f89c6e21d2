//! Completions and man pages from the command line's own definition. Gives texts; writes and prints nothing.

mod shells;

use super::Arguments;
use super::help::SECTIONS;
use clap::{CommandFactory, ValueEnum, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io;

/// A file to be written: its name and its text.
pub type Generated = (String, Vec<u8>);

/// The completions for one shell.
pub fn completion(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    let mut command = hinted(Arguments::command());
    clap_complete::generate(shell, &mut command, "vmedia", &mut text);
    match shell {
        Shell::Bash => shells::bash(&command, &text),
        Shell::Fish => shells::fish(&command, text),
        _ => text,
    }
}

/// The command line with what the shell is to offer for each value: files for a FILE, folders for a DIR, nothing for an id.
fn hinted(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|argument| {
        let name = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
        match name {
            Some(name) if argument.get_action().takes_values() => argument.value_hint(hint(&name)),
            _ => argument,
        }
    });
    command.mut_subcommands(hinted)
}

/// By the name of the value, which says in the help what it is.
fn hint(name: &str) -> ValueHint {
    match name {
        "FILE" | "FILE|-" => ValueHint::FilePath,
        "DIR" | "PATH" | "ROOT" => ValueHint::DirPath,
        "URL" => ValueHint::Url,
        "COMMAND" => ValueHint::CommandName,
        _ => ValueHint::Other,
    }
}

/// The completions for all shells, under the names that the shells look for.
pub fn completions() -> Vec<Generated> {
    let name = |shell: &Shell| match shell {
        Shell::Bash => "vmedia.bash".to_owned(),
        Shell::Zsh => "_vmedia".to_owned(),
        Shell::Fish => "vmedia.fish".to_owned(),
        Shell::PowerShell => "_vmedia.ps1".to_owned(),
        Shell::Elvish => "vmedia.elv".to_owned(),
        other => format!("vmedia.{other}"),
    };
    Shell::value_variants().iter().map(|shell| (name(shell), completion(*shell))).collect()
}

/// The man page of the program.
pub fn man_page() -> io::Result<Vec<u8>> {
    let mut command = Arguments::command();
    command.build();
    page(&command, "vmedia")
}

/// A man page for the program and one for each command.
pub fn man_pages() -> io::Result<Vec<Generated>> {
    let mut command = Arguments::command();
    command.build();
    let mut pages = Vec::new();
    add_pages(&command, "vmedia", &mut pages)?;
    Ok(pages)
}

/// The page of a command, then those of the commands below it.
fn add_pages(command: &clap::Command, title: &str, pages: &mut Vec<Generated>) -> io::Result<()> {
    pages.push((format!("{title}.1"), page(command, title)?));
    let below = command.get_subcommands().filter(|verb| verb.get_name() != "help");
    below.into_iter().try_for_each(|verb| add_pages(verb, &format!("{title}-{}", verb.get_name()), pages))
}

fn page(command: &clap::Command, title: &str) -> io::Result<Vec<u8>> {
    // Not `name`: it must match the title for `man` to index it, while the synopsis keeps the words that people type.
    let man = Man::new(command.clone().display_name(title))
        .title(title.to_uppercase())
        .manual("vmedia")
        .source(concat!("vmedia ", env!("CARGO_PKG_VERSION")))
        .date("");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.get_subcommands().next().is_some() {
        man.render_subcommands_section(&mut text)?;
    }
    sections(command).to_writer(&mut text)?;
    see_also(command, title).to_writer(&mut text)?;
    if command.get_version().is_some() {
        man.render_version_section(&mut text)?;
    }
    Ok(text)
}

/// The pages beside this one, and those of the programs that check an archive without this one.
fn see_also(command: &clap::Command, title: &str) -> Roff {
    let verbs = command.get_subcommands().filter(|verb| verb.get_name() != "help").map(|verb| format!("{title}-{}", verb.get_name()));
    let program = (title != "vmedia").then(|| "vmedia".to_owned());
    let others = ["sha256sum", "ssh-keygen", "openssl-ts"].map(str::to_owned);
    let pages: Vec<String> = program.into_iter().chain(verbs).chain(others).map(|page| format!("{page}(1)")).collect();
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(pages.join(", "))]);
    roff
}

/// The examples of the command, then what all pages share.
fn sections(command: &clap::Command) -> Roff {
    let mut roff = Roff::new();
    for (title, entries) in SECTIONS {
        roff.control("SH", [*title]);
        for (term, text) in *entries {
            roff.control("TP", []);
            roff.text([bold(*term)]);
            roff.text([roman(*text)]);
        }
    }
    if let Some(text) = command.get_after_help() {
        roff.control("SH", ["EXAMPLES"]);
        let text = text.to_string();
        let (before, examples) = text.split_once("Examples:\n").unwrap_or(("", &text));
        if !before.trim().is_empty() {
            roff.control("PP", []);
            roff.text([roman(before.trim())]);
        }
        let (examples, after) = examples.split_once("\n\n").unwrap_or((examples, ""));
        roff.control("EX", []);
        roff.text([roman(examples)]);
        roff.control("EE", []);
        if !after.trim().is_empty() {
            roff.control("PP", []);
            roff.text([roman(after.trim())]);
        }
    }
    roff
}
