//! Private files: those that a path names, and those that systemd lays out for a service. Refused when others can read them.
//!
//! Windows has no such modes: there the rights of the folder decide who reads a file, and nothing is checked here. Must not
//! know what a file's secret is for.

use crate::config::environment::{Environment, names};
use crate::error::{Error, Result, plain};
use secrecy::zeroize::Zeroizing;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// What to do about a file that cannot be read.
pub(in crate::config) const READABLE: &str = "make it readable for the user that runs vmedia, and for nobody else";

/// A file above this size, in bytes, holds no secret; nor does the output of a command.
const LARGEST_SECRET: usize = 64 * 1024;

/// Rights that nobody may have, and how they are taken away.
struct Refused {
    mode: u32,
    remedy: &'static str,
}

/// The rights of everybody but the owner.
const GROUP_AND_OTHERS: Refused = Refused { mode: 0o077, remedy: "chmod 600" };

/// The same but for reading by the group: the file is root's, the service's user reads it through an access control list,
/// and the mask of that list stands where the rights of the group would.
const ALL_BUT_MASK: Refused =
    Refused { mode: 0o037, remedy: "let systemd make it with LoadCredential= instead of laying it there, or chmod 400" };

/// A file that holds a secret, refused when others can read it. `what` it is and what to do when it is `absent` are for
/// the words of an error.
pub(in crate::config) fn read_private(what: &str, path: &Path, absent: &str) -> Result<Zeroizing<Vec<u8>>> {
    read(open(what, path, absent, &GROUP_AND_OTHERS)?, what, path)
}

/// Opens it and reads nothing, which is enough to say whether it could be read.
pub(in crate::config) fn open_private(what: &str, path: &Path, absent: &str) -> Result<File> {
    open(what, path, absent, &GROUP_AND_OTHERS)
}

/// The path and bytes of a file of systemd's that a unit's `LoadCredential=` names. `key` is the one of the profile.
pub(super) fn read_credential(key: &str, name: &str, environment: &Environment) -> Result<(PathBuf, Zeroizing<Vec<u8>>)> {
    let (what, path, file) = open_credential(key, name, environment)?;
    let bytes = read(file, &what, &path)?;
    Ok((path, bytes))
}

/// Opens it and reads nothing; with what it is called in an error.
pub(in crate::config) fn open_credential(key: &str, name: &str, environment: &Environment) -> Result<(String, PathBuf, File)> {
    let path = credential_path(key, name, environment)?;
    let what = format!("{key} {name} at");
    let absent = format!("name it in the unit: LoadCredential={name}:/path/of/the/file");
    let file = open(&what, &path, &absent, &ALL_BUT_MASK)?;
    Ok((what, path, file))
}

/// Where systemd lays that credential out.
fn credential_path(key: &str, name: &str, environment: &Environment) -> Result<PathBuf> {
    let is_name = !name.is_empty() && !matches!(name, "." | "..") && !name.contains(['/', '\\', ':', '\0']);
    if !is_name {
        let what = format!("what stands under {key} is no name of a credential");
        return Err(Error::configuration(what, "it is the name before the colon in LoadCredential=, without any folder"));
    }
    environment.path(names::CREDENTIALS_DIRECTORY).map(|folder| folder.join(name)).ok_or_else(|| {
        Error::configuration(
            format!("{key} {name} is for services that systemd starts, and {} is not set", names::CREDENTIALS_DIRECTORY),
            format!("write LoadCredential={name}:/path/of/the/file into the unit; by hand use secret_file and its like"),
        )
    })
}

fn open(what: &str, path: &Path, absent: &str, refused: &Refused) -> Result<File> {
    let failed = |error: std::io::Error| {
        let hint = match error.kind() {
            ErrorKind::NotFound => absent,
            ErrorKind::IsADirectory => "name the file in that folder",
            _ => READABLE,
        };
        Error::configuration(format!("cannot read {what} {}: {}", path.display(), plain(&error)), hint)
    };
    // A link leads to its file, and it is that file's mode that counts.
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(ErrorKind::IsADirectory.into()));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = metadata.permissions().mode();
        if mode & refused.mode != 0 {
            let shown = path.display();
            let what = format!("{what} {shown} can be read by others (mode {:03o})", mode & 0o777);
            return Err(Error::configuration(what, format!("{} {shown}", refused.remedy)));
        }
    }
    #[cfg(not(unix))]
    let _ = (refused.mode, refused.remedy);
    Ok(file)
}

fn read(file: File, what: &str, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let failed =
        |error: std::io::Error| Error::configuration(format!("cannot read {what} {}: {}", path.display(), plain(&error)), READABLE);
    bounded(file).map_err(failed)?.ok_or_else(|| {
        let what = format!("{what} {} is larger than any secret", path.display());
        Error::configuration(what, "name the file that holds it")
    })
}

/// All bytes of a stream that holds a secret; none when they are too many for one. The buffer is wiped, and large enough
/// never to leave a copy behind by growing.
pub(super) fn bounded(stream: impl Read) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST_SECRET + 1));
    stream.take(LARGEST_SECRET as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= LARGEST_SECRET).then_some(bytes))
}
