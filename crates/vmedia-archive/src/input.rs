//! Reads files that a person names: opened without waiting for a writer, and read up to a limit.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Opens a file. A named pipe waits for its writer, perhaps for ever, and a device may never end, so both are refused; the pipe of
/// a shell's `<(command)`, and `/dev/null`, are read.
pub fn open(path: &Path) -> io::Result<File> {
    is_readable(path, &std::fs::metadata(path)?)?;
    open_nonblocking(path)
}

/// Reads a whole file. One with more than `limit` bytes is an error of the kind [`ErrorKind::FileTooLarge`].
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {} MiB", limit >> 20)));
    }
    Ok(bytes)
}

/// Refuses a folder, a named pipe, a socket and a device.
fn is_readable(path: &Path, metadata: &std::fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if metadata.is_file() || path == Path::new("/dev/null") || is_open_pipe(path, metadata) {
        return Ok(());
    }
    Err(io::Error::other("it is a pipe or a device and no regular file"))
}

/// Returns true for a pipe that is already open.
#[cfg(unix)]
fn is_open_pipe(path: &Path, metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo() && (path.starts_with("/dev") || path.starts_with("/proc"))
}

#[cfg(not(unix))]
fn is_open_pipe(_: &Path, _: &std::fs::Metadata) -> bool {
    false
}

/// Opens a file. If its name is now that of a pipe, it is refused without waiting.
#[cfg(unix)]
fn open_nonblocking(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    if path.starts_with("/dev") || path.starts_with("/proc") {
        return File::open(path);
    }
    let at_once = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(at_once).open(path)?;
    is_readable(path, &file.metadata()?)?;
    Ok(file)
}

#[cfg(not(unix))]
fn open_nonblocking(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests {
    use super::{open, read};
    use std::io::ErrorKind;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut file = tempfile::NamedTempFile::new_in(&folder).expect("a file");
        std::io::Write::write_all(&mut file, b"1234").expect("written");
        let path = file.path().to_owned();
        assert_eq!(read(&path, 4).expect("a file"), b"1234");
        assert_eq!(read(&path, 3).expect_err("too large").kind(), ErrorKind::FileTooLarge);
        assert_eq!(open(folder.path()).expect_err("a folder").kind(), ErrorKind::IsADirectory);
        assert_eq!(open(&folder.path().join("other")).expect_err("nothing").kind(), ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_waited_for() {
        assert!(open(std::path::Path::new("/dev/zero")).is_err());
        assert!(read(std::path::Path::new("/dev/null"), 1).expect("nothing").is_empty());
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()));
        assert!(open(&pipe).is_err());
    }
}
