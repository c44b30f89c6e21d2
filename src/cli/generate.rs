//! Scripts of completions, and man pages from the command line's own definition. Gives texts; writes and prints nothing.

use super::Arguments;
use super::help::SECTIONS;
use clap::{CommandFactory, ValueEnum};
use clap_complete::{Generator as _, Shell};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io;

/// The program's name, which is the title of its page.
const PROGRAM: &str = "vmedia";

/// A file to be written: its name and its text.
pub type Generated = (String, Vec<u8>);

/// Returns the completions for one shell: a script that asks the program, see `complete`.
pub(crate) fn completion(shell: Shell) -> &'static str {
    match shell {
        Shell::Elvish => include_str!("../../completions/vmedia.elv"),
        Shell::Fish => include_str!("../../completions/vmedia.fish"),
        Shell::PowerShell => include_str!("../../completions/_vmedia.ps1"),
        Shell::Zsh => include_str!("../../completions/_vmedia"),
        // The list of shells may grow, and most are like bash.
        _ => include_str!("../../completions/vmedia.bash"),
    }
}

/// Returns the completions for all shells, under the names that the shells look for.
pub fn completions() -> Vec<Generated> {
    Shell::value_variants().iter().map(|shell| (shell.file_name(PROGRAM), completion(*shell).into())).collect()
}

/// Returns the man page of the program.
pub(crate) fn man_page() -> io::Result<Vec<u8>> {
    page(&described(), PROGRAM)
}

/// Returns a man page for the program and one for each command.
pub fn man_pages() -> io::Result<Vec<Generated>> {
    let mut pages = Vec::new();
    add_pages(&described(), PROGRAM, &mut pages)?;
    Ok(pages)
}

/// Returns the command line with everything that a page describes.
fn described() -> clap::Command {
    fn shown(command: clap::Command) -> clap::Command {
        command.mut_args(|argument| argument.hide_short_help(false)).mut_subcommands(shown)
    }
    let mut command = shown(Arguments::command());
    command.build();
    command
}

/// Returns the page of a command, then those of the commands below it.
fn add_pages(command: &clap::Command, title: &str, pages: &mut Vec<Generated>) -> io::Result<()> {
    pages.push((format!("{title}.1"), page(command, title)?));
    verbs(command).try_for_each(|verb| add_pages(verb, &format!("{title}-{}", verb.get_name()), pages))
}

fn verbs(command: &clap::Command) -> impl Iterator<Item = &clap::Command> {
    command.get_subcommands().filter(|verb| verb.get_name() != "help")
}

/// Returns the flags that stand under a heading of their own in the help, which are those that commands share.
fn shared(command: &clap::Command) -> impl Iterator<Item = (&str, &clap::Arg)> {
    command.get_arguments().filter_map(|argument| Some((argument.get_help_heading()?, argument)))
}

/// Adds the shared flags of the commands below it to a command, each once.
fn with_shared(mut all: clap::Command, command: &clap::Command) -> clap::Command {
    for (_, argument) in shared(command) {
        if !all.get_arguments().any(|known| known.get_id() == argument.get_id()) {
            all = all.arg(argument.clone());
        }
    }
    verbs(command).fold(all, with_shared)
}

fn page(command: &clap::Command, title: &str) -> io::Result<Vec<u8>> {
    let is_program = title == PROGRAM;
    // Not `name`: the display name must match the title for `man` to index it, while the synopsis keeps what is typed.
    let man = |command: clap::Command| {
        let man = Man::new(command.display_name(title)).title(title.to_uppercase()).manual("vmedia");
        man.source(concat!("vmedia ", env!("CARGO_PKG_VERSION"))).date("")
    };
    let own = man(command.clone().mut_args(|argument| {
        let is_shared = argument.get_help_heading().is_some();
        argument.hide(is_shared)
    }));
    let mut text = Vec::new();
    own.render_title(&mut text)?;
    own.render_name_section(&mut text)?;
    own.render_synopsis_section(&mut text)?;
    own.render_description_section(&mut text)?;
    own.render_options_section(&mut text)?;
    shared_options(command, is_program).to_writer(&mut text)?;
    if is_program {
        man(with_shared(clap::Command::new(PROGRAM).disable_help_flag(true), command)).render_options_section(&mut text)?;
    }
    if verbs(command).next().is_some() {
        own.render_subcommands_section(&mut text)?;
    }
    if is_program {
        sections().to_writer(&mut text)?;
    }
    examples(command).to_writer(&mut text)?;
    see_also(command, title).to_writer(&mut text)?;
    if command.get_version().is_some() {
        own.render_version_section(&mut text)?;
    }
    Ok(text)
}

/// Names the shared flags that a command has, and where they are described: on the program's page, below this.
fn shared_options(command: &clap::Command, is_program: bool) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SHARED OPTIONS"]);
    if is_program {
        roff.text([roman("They follow the command. The page of each command names those that it takes.")]);
        return roff;
    }
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (heading, argument) in shared(command) {
        let flag = format!("--{}", argument.get_long().unwrap_or_default());
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, flags)) => flags.push(flag),
            None => groups.push((heading, vec![flag])),
        }
    }
    roff.text([roman("vmedia(1) describes these options, the exit statuses, the environment and the files.")]);
    for (heading, flags) in groups {
        roff.control("TP", []);
        roff.text([bold(heading)]);
        roff.text([roman(flags.join(", "))]);
    }
    roff
}

/// Returns the pages beside this one, and those of the programs that check an archive without this one.
fn see_also(command: &clap::Command, title: &str) -> Roff {
    let verbs = verbs(command).map(|verb| format!("{title}-{}", verb.get_name()));
    let program = (title != PROGRAM).then(|| PROGRAM.to_owned());
    let others = ["sha256sum", "ssh-keygen", "openssl-ts"].map(str::to_owned);
    let pages: Vec<String> = program.into_iter().chain(verbs).chain(others).map(|page| format!("{page}(1)")).collect();
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(pages.join(", "))]);
    roff
}

/// Returns the sections that hold for every command.
fn sections() -> Roff {
    let mut roff = Roff::new();
    for (title, entries) in SECTIONS {
        roff.control("SH", [*title]);
        for (term, text) in *entries {
            roff.control("TP", []);
            roff.text([bold(*term)]);
            roff.text([roman(*text)]);
        }
    }
    roff
}

/// Returns the notes and examples of a command.
fn examples(command: &clap::Command) -> Roff {
    let mut roff = Roff::new();
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
