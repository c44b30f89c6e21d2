//! The errors by which a file system reports that it lacks a call, or a flag of one: network shares, FUSE and FAT have fewer than a
//! local disk.

use std::io;

/// Returns whether an error is one of them.
#[cfg(unix)]
pub(super) fn is_lacking(error: &io::Error) -> bool {
    use rustix::io::Errno;
    // macOS has two numbers for what is not supported; file systems of FUSE return EINVAL or ENOTTY, and NFS without locks ENOLCK.
    let codes = [Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::INVAL, Errno::NOTTY, Errno::NOLCK];
    Errno::from_io_error(error).is_some_and(|code| codes.contains(&code))
}

/// Returns whether an error is one of them.
#[cfg(windows)]
pub(super) fn is_lacking(error: &io::Error) -> bool {
    // ERROR_INVALID_FUNCTION and ERROR_NOT_SUPPORTED.
    matches!(error.raw_os_error(), Some(1 | 50))
}
