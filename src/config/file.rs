//! The configuration file: profiles in TOML, secrets by reference only.
//!
//! Must not resolve anything.

use super::diagnostics::ConfigText;
use super::environment::{Environment, names};
use super::profile::File;
use super::sourced::{Source, Sourced, Sources};
use crate::cli::Flags;
use crate::error::{Error, Result, plain};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// A file above this size, in bytes, is no configuration.
const LARGEST: u64 = 1024 * 1024;

/// Returns the path of the configuration; `None` on a system without a place for it. A file named by flag or variable must exist,
/// the platform's own need not.
pub(super) fn location(flags: &Flags, environment: &Environment) -> Option<Sourced<PathBuf>> {
    let named = Sources { environment, profile: None }
        .flag("--config", flags.connection.profile.file.config.clone())
        .or_environment_path(names::CONFIG);
    named.found().or_else(|| {
        let folders = directories::ProjectDirs::from("", "", "vmedia")?;
        Some(Sourced::new(folders.config_dir().join("config.toml"), Source::Default))
    })
}

/// Returns the path of the configuration, or an error on a system without a place for it.
pub(crate) fn required_location(flags: &Flags, environment: &Environment) -> Result<Sourced<PathBuf>> {
    let absent = || Error::configuration("this system has no place for configuration", "name a file with --config");
    location(flags, environment).ok_or_else(absent)
}

/// Returns the names of the profiles in the file, as they are written there.
pub(crate) fn profile_names(flags: &Flags, environment: &Environment) -> Result<Vec<String>> {
    let file = location(flags, environment).as_ref().map(read).transpose()?.unwrap_or_default();
    Ok(file.profiles.into_keys().collect())
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Reads the file; the platform's own may be absent.
pub(super) fn read(location: &Sourced<PathBuf>) -> Result<File> {
    read_text(location).map(|(_, file)| file)
}

/// Returns the same with its text.
pub(super) fn read_text(location: &Sourced<PathBuf>) -> Result<(String, File)> {
    let path: &Path = &location.value;
    let read = crate::input::read(path, LARGEST);
    let text = match read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| ErrorKind::InvalidData.into())) {
        Ok(text) => text,
        // Also if the home is no folder, such as /dev/null.
        Err(error) if is_absent(&error) && location.source == Source::Default => return Ok(Default::default()),
        Err(error) => {
            let (reason, hint) = match error.kind() {
                ErrorKind::NotFound => (plain(&error), "name one that is there with --config; vmedia config init makes one"),
                ErrorKind::IsADirectory => (plain(&error), "name the file in that folder with --config"),
                ErrorKind::InvalidData => {
                    ("it is not UTF-8 text".to_owned(), "save it as UTF-8; what > writes in older PowerShell is UTF-16")
                }
                ErrorKind::FileTooLarge | ErrorKind::Other => (plain(&error), "name the configuration file itself with --config"),
                _ => (plain(&error), "make it readable for the user that runs vmedia, or name another with --config"),
            };
            let what = format!("cannot read the configuration {}: {reason}", path.display());
            return Err(Error::configuration(what, hint));
        }
    };
    let written = ConfigText { path, text: &text };
    let table = DeTable::parse(&text).map_err(|error| written.syntax_error(&error))?;
    if let Some(error) = written.unknown_key(table.get_ref()) {
        return Err(error);
    }
    let file = toml::from_str(&text).map_err(|error| written.wrong_value(table.get_ref(), &error))?;
    Ok((text, file))
}
