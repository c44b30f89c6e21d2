//! Finds out whether what is written into a folder can be destroyed again.

use super::files::io_error;
use crate::error::Result;
use std::path::Path;

/// File systems that show a bucket as a folder, as the system names them.
const BUCKETS: [&str; 9] = ["s3fs", "goofys", "geesefs", "mountpoint-s3", "rclone", "gcsfuse", "blobfuse", "blobfuse2", "ossfs"];

/// Writes a file into a folder and removes it.
///
/// # Errors
/// It cannot be written or removed.
pub fn can_remove(folder: &Path) -> Result<()> {
    let file = tempfile::Builder::new().prefix(".vmedia-").suffix(".tmp").tempfile_in(folder);
    let file = file.map_err(|error| io_error("write into", folder, error))?;
    let path = file.path().to_owned();
    file.close().map_err(|error| io_error("remove what was written as", &path, error))
}

/// Returns the sort of file system if a folder is in a bucket that is mounted; known on Linux alone.
pub fn mounted_bucket(folder: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    bucket_of(&mounts, &folder.canonicalize().ok()?)
}

/// Returns the sort of bucket that a path is in, by the lines of `mountinfo`: place and, behind a `-`, file system and source.
fn bucket_of(mounts: &str, path: &Path) -> Option<String> {
    let mount = |line: &str| {
        let (left, right) = line.split_once(" - ")?;
        let place = left.split(' ').nth(4)?.replace("\\040", " ");
        let mut right = right.split(' ');
        let (sort, source) = (right.next()?.to_owned(), right.next().unwrap_or_default().to_owned());
        path.starts_with(&place).then_some((place.len(), sort, source))
    };
    // Of mounts at the same place, the last is on top.
    let (_, sort, source) = mounts.lines().filter_map(mount).max_by_key(|(length, ..)| *length)?;
    let name = sort.strip_prefix("fuse.").unwrap_or(if sort == "fuse" { &source } else { "" });
    BUCKETS.contains(&name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{bucket_of, can_remove};
    use std::path::Path;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:40 / /mnt/a\\040b rw - fuse.s3fs s3fs rw
41 22 0:41 / /mnt/s3 rw - fuse mountpoint-s3 rw
42 41 8:2 / /mnt/s3/disk rw - ext4 /dev/sdb1 rw
43 22 0:43 / /mnt/ssh rw - fuse.sshfs host: rw
";

    #[test]
    fn a_bucket_is_known_by_the_mount_that_is_nearest() {
        let sort = |path: &str| bucket_of(MOUNTS, Path::new(path));
        assert_eq!(sort("/mnt/a b/archive"), Some("s3fs".to_owned()));
        assert_eq!(sort("/mnt/s3/archive"), Some("mountpoint-s3".to_owned()));
        assert_eq!((sort("/mnt/s3/disk/x"), sort("/mnt/s3x"), sort("/mnt/ssh/x"), sort("/")), (None, None, None, None));
        assert_eq!(bucket_of("nonsense\n", Path::new("/")), None);
    }

    #[test]
    fn nothing_is_left_of_the_trial() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(can_remove(folder.path()).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        let error = can_remove(&folder.path().join("absent")).expect_err("no folder");
        assert!(error.what().starts_with("cannot write into "), "{error}");
    }
}
