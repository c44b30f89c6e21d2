//! Folders that are private to the user, and the file system's errors in two lines. Must not know what is kept in them.

#[cfg(windows)]
use super::privacy;
use crate::error::{self, Error, limit_hint, plain};
use crate::model::is_device;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Creates a folder and its parents, private to the user.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // A folder that stays would be used as it is by the next run.
    #[cfg(windows)]
    privacy::close_folder(folder).inspect_err(|_| _ = fs::remove_dir(folder))?;
    Ok(())
}

/// Returns an error at a path below a root; one that concerns this path alone ends only its session.
pub(super) fn place_error(verb: &str, root: &Path, path: &Path, error: io::Error) -> Error {
    let is_of_one = match error.kind() {
        // An entry right in the root needs the root's own permission.
        ErrorKind::PermissionDenied => path.parent() != Some(root),
        ErrorKind::InvalidFilename | ErrorKind::AlreadyExists | ErrorKind::NotADirectory | ErrorKind::ResourceBusy => true,
        _ => false,
    };
    let is_of_one = is_of_one && path != root;
    let error = io_error(verb, path, error);
    if is_of_one { error.for_session() } else { error }
}

/// Returns the name in a path that Windows reserves for a device, if an error may be about it.
fn device_in<'a>(path: &'a Path, error: &io::Error) -> Option<&'a str> {
    let is_of_disk = matches!(
        error.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::ResourceBusy
    );
    let mut names = path.iter().filter_map(OsStr::to_str);
    if cfg!(windows) && !is_of_disk && limit_hint(error).is_none() { names.find(|name| is_device(name)) } else { None }
}

/// Returns an error of the file system, with its hint.
pub(super) fn io_error(verb: &str, path: &Path, error: io::Error) -> Error {
    if let Some(device) = device_in(path, &error) {
        let what = format!("cannot {verb} {}: Windows reserves the name {device} for a device", path.display());
        return Error::new(error::ErrorKind::Local, what, "choose another folder with -o").caused_by(error);
    }
    let hint = limit_hint(&error).unwrap_or(match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room and run the same command again; what was finished is kept and not fetched again"
        }
        ErrorKind::PermissionDenied => "choose a folder that you may write with -o, or ask for permission on this one",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only; choose another folder with -o",
        ErrorKind::InvalidFilename if cfg!(windows) => r#"Windows has no names with < > : " | ? *; choose another folder with -o"#,
        ErrorKind::InvalidFilename => "the path is too long for this file system; choose a shorter folder with -o",
        ErrorKind::ResourceBusy => "close it there, or exclude the archive from the virus scanner, and run the same command again",
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            "something else has that name; choose another folder with -o, or move it away"
        }
        _ => "check the disk and the folder given with -o, then run the same command again",
    });
    Error::new(error::ErrorKind::Local, format!("cannot {verb} {}: {}", path.display(), plain(&error)), hint).caused_by(error)
}
