//! Syncs of files and folders, also on file systems that lack one of the calls for it. Must not know what is in them.

#[cfg(unix)]
use super::lacking::is_lacking;
use std::fs::File;
use std::io;
use std::path::Path;

/// Makes the bytes of a file outlast a power loss. macOS also empties the cache of the disk, which its network file systems refuse;
/// there the bytes are sent to the server.
pub(super) fn sync(file: &File) -> io::Result<()> {
    or_plain(file.sync_data(), file)
}

/// Makes the names in an open folder outlast a power loss. Where that is refused for folders, the file system decides when they do.
#[cfg(unix)]
pub(super) fn sync_names(folder: &File) -> io::Result<()> {
    match or_plain(folder.sync_all(), folder) {
        Err(error) if is_lacking(&error) => Ok(()),
        synced => synced,
    }
}

/// Makes the name of a new folder outlast a power loss. Its parent may belong to another user and be closed.
#[cfg(unix)]
pub(super) fn sync_parent(parent: &Path) -> io::Result<()> {
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    match File::open(parent).and_then(|parent| sync_names(&parent)) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

/// Does nothing: Windows has no handle for a folder that could be synced, and NTFS journals its names.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other systems' shape")]
pub(super) fn sync_parent(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Lets the system drop what it keeps of a synced file in memory, so that the disk is read. Elsewhere than on Linux, it does nothing.
#[cfg(target_os = "linux")]
pub(super) fn drop_cached(file: &File) {
    // Where it is refused, the bytes come from memory.
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
pub(super) fn drop_cached(_: &File) {}

/// Returns the outcome of a sync, or that of a plain `fsync` where the file system lacks the first call.
#[cfg(unix)]
fn or_plain(outcome: io::Result<()>, file: &File) -> io::Result<()> {
    match outcome {
        Err(error) if is_lacking(&error) => Ok(rustix::fs::fsync(file)?),
        outcome => outcome,
    }
}

#[cfg(not(unix))]
fn or_plain(outcome: io::Result<()>, _: &File) -> io::Result<()> {
    outcome
}
