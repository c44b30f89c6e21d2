//! `vmedia completions` and `vmedia man`: files for packagers and shells, from the command line's own definition.

use super::Context;
use crate::archive::must_be_outside;
use crate::cli::{CompletionsArguments, ManArguments, generate};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::exit::Exit;
use std::path::Path;

/// Prints the completions for a shell, or writes those for all.
pub(super) fn completions(arguments: &CompletionsArguments, context: &Context) -> Result<Exit> {
    match (&arguments.dir, arguments.shell) {
        (Some(folder), _) => write_all(folder, generate::completions()),
        (None, Some(shell)) => {
            context.console.answer(generate::completion(shell).as_bytes());
            Ok(Exit::Done)
        }
        (None, None) => Err(Error::usage("no shell is named", "vmedia completions bash, zsh, fish, powershell or elvish")),
    }
}

/// Prints the man page of the program, or writes all pages.
pub(super) fn man(arguments: &ManArguments, context: &Context) -> Result<Exit> {
    let failed = |error: std::io::Error| Error::unexpected("cannot make the man pages").caused_by(error);
    match &arguments.dir {
        Some(folder) => write_all(folder, generate::man_pages().map_err(failed)?),
        None => {
            context.console.answer(&generate::man_page().map_err(failed)?);
            Ok(Exit::Done)
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "these files are no part of an archive and may be written again")]
fn write_all(folder: &Path, files: Vec<generate::Generated>) -> Result<Exit> {
    let failed = |path: &Path, error: std::io::Error| {
        Error::new(ErrorKind::Local, format!("cannot write {}: {}", path.display(), plain(&error)), "choose another folder with --dir")
    };
    must_be_outside("--dir", folder)?;
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(Exit::Done)
}
