//! Private files, named by a path or as a credential of systemd. A file that others can read is refused: by its mode, on Windows by
//! its access control list.
//!
//! Must not know what a file's secret is for.

use crate::config::environment::{Environment, names};
use crate::config::secret_guard::redacted;
use crate::error::{Error, Result, plain};
use secrecy::zeroize::Zeroizing;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Hint for a file that cannot be read.
const READABLE: &str = "make it readable for the user that runs vmedia alone";

/// Hint for a secret file that is missing.
pub(in crate::config) const NOT_THERE: &str =
    "name the file that holds it, or write it there, readable for the user that runs vmedia alone";

/// A file above this size, in bytes, holds no secret; nor does the output of a command.
const LARGEST_SECRET: usize = 64 * 1024;

/// The way in which a file came to be where it is.
#[derive(Clone, Copy)]
enum Origin {
    /// The user wrote it.
    User,
    /// systemd made it, as `LoadCredential=` says.
    Systemd,
}

/// Reads a file that holds a secret; refuses one that others can read. `what` names it in errors, `absent` is the hint if it is missing.
pub(in crate::config) fn read_private(what: &str, path: &Path, absent: &str) -> Result<Zeroizing<Vec<u8>>> {
    read(open(what, path, absent, Origin::User)?, what, path)
}

/// Opens the file without reading it, to check that it can be read.
pub(in crate::config) fn open_private(what: &str, path: &Path, absent: &str) -> Result<File> {
    open(what, path, absent, Origin::User)
}

/// Returns the path and bytes of a credential of systemd (`LoadCredential=`). `key` is the one of the profile.
pub(super) fn read_credential(key: &str, name: &str, environment: &Environment) -> Result<(PathBuf, Zeroizing<Vec<u8>>)> {
    let (what, path, file) = open_credential(key, name, environment)?;
    let bytes = read(file, &what, &path)?;
    Ok((path, bytes))
}

/// Opens the credential without reading it. Returns its name in errors, its path and the file.
pub(in crate::config) fn open_credential(key: &str, name: &str, environment: &Environment) -> Result<(String, PathBuf, File)> {
    let path = credential_path(key, name, environment)?;
    let shown = redacted(name);
    let what = format!("{key} {shown} at");
    let absent = format!("name it in the unit: LoadCredential={shown}:/path/of/the/file");
    let file = open(&what, &path, &absent, Origin::Systemd)?;
    Ok((what, path, file))
}

/// Returns the path of a credential.
fn credential_path(key: &str, name: &str, environment: &Environment) -> Result<PathBuf> {
    let is_name = !name.is_empty() && !matches!(name, "." | "..") && !name.contains(['/', '\\', ':', '\0']);
    if !is_name {
        let what = format!("the value of {key} is not the name of a credential");
        return Err(Error::configuration(what, "it is the name before the colon in LoadCredential=, without any folder"));
    }
    environment.path(names::CREDENTIALS_DIRECTORY).map(|folder| folder.join(name)).ok_or_else(|| {
        let name = redacted(name);
        Error::configuration(
            format!("{key} {name} is for services that systemd starts, and {} is not set", names::CREDENTIALS_DIRECTORY),
            format!("write LoadCredential={name}:/path/of/the/file into the unit; by hand use secret_file and its like"),
        )
    })
}

fn open(what: &str, path: &Path, absent: &str, origin: Origin) -> Result<File> {
    let failed = |error: std::io::Error| {
        let hint = match error.kind() {
            ErrorKind::NotFound => absent,
            _ => READABLE,
        };
        Error::configuration(format!("cannot read {what} {}: {}", name_of(path, &error), plain(&error)), hint)
    };
    // Links are followed. A pipe or a device is not opened; the open file is checked again, because it may be another by then.
    is_regular(&std::fs::metadata(path).map_err(failed)?, what, path)?;
    let file = open_nonblocking(path).map_err(failed)?;
    is_regular(&file.metadata().map_err(failed)?, what, path)?;
    if let Some(Exposed { how, remedy }) = exposed(&file, path, origin).map_err(failed)? {
        return Err(Error::configuration(format!("{what} {} can be read by others{how}", path.display()), remedy));
    }
    Ok(file)
}

/// What is said of a file that others can read: the mode by which they can, and the command that changes it.
struct Exposed {
    how: String,
    remedy: String,
}

/// Returns the finding about a file that others can read. The group may read a credential of systemd: the mask of the access control
/// list by which the service's user reads root's file stands in the group's bits.
#[cfg(unix)]
fn exposed(file: &File, path: &Path, origin: Origin) -> std::io::Result<Option<Exposed>> {
    use std::os::unix::fs::PermissionsExt;
    let (refused, remedy) = match origin {
        Origin::User => (0o077, "chmod 600"),
        Origin::Systemd => (0o037, "let systemd make it with LoadCredential= instead of laying it there, or chmod 400"),
    };
    let mode = file.metadata()?.permissions().mode();
    let finding = || Exposed { how: format!(" (mode {:03o})", mode & 0o777), remedy: format!("{remedy} {}", path.display()) };
    Ok((mode & refused != 0).then(finding))
}

/// Returns the finding about a file that others can read.
#[cfg(windows)]
fn exposed(file: &File, path: &Path, _: Origin) -> std::io::Result<Option<Exposed>> {
    // Neither shell expands anything in it, and the number of the owner's rights is the same in every language.
    let finding = || Exposed { how: String::new(), remedy: format!("icacls \"{}\" /inheritance:r /grant:r *S-1-3-4:F", path.display()) };
    Ok(crate::store::is_open_to_others(file)?.then(finding))
}

/// Returns a path in an error. A path that leads nowhere, or its last part, may be a secret.
fn name_of(path: &Path, error: &std::io::Error) -> String {
    let leads_nowhere = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename | ErrorKind::NotADirectory);
    let shown = match path.file_name() {
        Some(last) if leads_nowhere => path.with_file_name(redacted(&last.to_string_lossy())),
        _ => path.to_owned(),
    };
    let text = shown.display().to_string();
    if leads_nowhere { redacted(&text).to_owned() } else { text }
}

/// Refuses folders, pipes and devices.
fn is_regular(metadata: &Metadata, what: &str, path: &Path) -> Result<()> {
    let shown = path.display();
    if metadata.is_dir() {
        return Err(Error::configuration(format!("cannot read {what} {shown}: it is a folder"), "name the file in that folder"));
    }
    if !metadata.is_file() {
        let what = format!("{what} {shown} is not a regular file");
        return Err(Error::configuration(what, "name a file that holds it; pipes and devices are not read"));
    }
    Ok(())
}

/// Opens a file without waiting, in case it was replaced by a pipe.
#[cfg(unix)]
fn open_nonblocking(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let at_once = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    File::options().read(true).custom_flags(at_once).open(path)
}

#[cfg(not(unix))]
fn open_nonblocking(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

fn read(file: File, what: &str, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let failed =
        |error: std::io::Error| Error::configuration(format!("cannot read {what} {}: {}", path.display(), plain(&error)), READABLE);
    bounded(file).map_err(failed)?.ok_or_else(|| {
        let what = format!("{what} {} is larger than any secret", path.display());
        Error::configuration(what, "name the file that holds it")
    })
}

/// Returns all bytes of a stream that holds a secret; `None` if they are too many. The buffer is wiped, and never grows, which would
/// leave a copy behind.
pub(super) fn bounded(stream: impl Read) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST_SECRET + 1));
    stream.take(LARGEST_SECRET as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= LARGEST_SECRET).then_some(bytes))
}
