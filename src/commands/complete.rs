//! `vmedia __complete`: values of this machine for a command line that is being typed, such as profiles and archived sessions.
//!
//! Must not prompt, ask the network, read a secret or report an error: it runs between two keystrokes.

use crate::archive::SessionArchive;
use crate::cli::{ColorChoice, Completion, Flags, Values};
use crate::config::answers::profile_name;
use crate::config::{Environment, Resolver, profile_names};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::provider::veriff::COMPANION_NAMES;
use crate::report::Console;
use std::path::{Path, PathBuf};

/// Most sessions that are offered. Where more begin with what was typed, none is, until more is typed.
const MOST_SESSIONS: usize = 1000;

/// Prints the answer for a shell's script.
pub(crate) fn complete(completion: Completion) -> u8 {
    let (flags, archive) = (completion.flags(), completion.archive());
    let answer = completion.answer(std::env::current_dir().ok().as_deref(), move |values, typed| match values {
        Values::Profiles => profiles(&flags, typed),
        Values::Companions => beginning(COMPANION_NAMES.iter().chain(&["all"]).map(|name| (*name).to_owned()), typed),
        Values::Sessions => sessions(&folder(&flags, archive.as_deref()), typed).unwrap_or_default(),
    });
    let console = Console::of_process(ColorChoice::Never);
    console.answer(&answer);
    console.exit(Exit::Done).code()
}

fn beginning(values: impl Iterator<Item = String>, typed: &str) -> Vec<String> {
    values.filter(|value| value.starts_with(typed)).collect()
}

fn profiles(flags: &Flags, typed: &str) -> Vec<String> {
    let names = profile_names(flags, &Environment::of_process()).unwrap_or_default();
    beginning(names.into_iter().filter(|name| profile_name(name).is_ok()), typed)
}

/// Returns the archive's folder: as typed, else that of a download.
fn folder(flags: &Flags, typed: Option<&Path>) -> PathBuf {
    let environment = Environment::of_process();
    let Some(typed) = typed else {
        let resolver = Resolver::new(flags, &environment).unwrap_or_else(|_| Resolver::without_file(flags, &environment));
        return resolver.output(None).value;
    };
    // The shell has not put the home in its place yet.
    match (typed.strip_prefix("~"), environment.path("HOME")) {
        (Ok(below), Some(home)) => home.join(below),
        _ => typed.to_owned(),
    }
}

/// Returns the sessions in an archive whose id begins with a text, by the names of their folders.
fn sessions(archive: &Path, typed: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(archive).ok()?.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_session = name.starts_with(typed) && entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_id(&name);
        if is_session {
            found.push(name);
        }
        if found.len() > MOST_SESSIONS {
            return None;
        }
    }
    found.sort_unstable();
    Some(found)
}

/// Returns whether a folder's name is the id of its session. The archive's own folders have names that no session's folder has.
fn is_id(name: &str) -> bool {
    SessionId::parse(name).is_ok_and(|id| SessionArchive::folder_of(&id).as_str() == name)
}
