//! Waits for programs that hold a file for a moment. On Windows, virus scanners, indexers and backups open each new file, and a file
//! that is open can be neither renamed nor removed unless they permit it.
//!
//! Must not know what is done with the file.

use std::io;
use std::time::Duration;

/// The first pause; each is twice the one before.
const SHORTEST: Duration = Duration::from_millis(10);
/// The last pause. Together they take 5 s.
const LONGEST: Duration = Duration::from_millis(2560);

/// Repeats an operation while its error has one of these codes of the system.
fn repeated<T>(codes: &[i32], mut pause: impl FnMut(Duration), mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut next = SHORTEST;
    loop {
        match act() {
            Err(error) if next <= LONGEST && error.raw_os_error().is_some_and(|code| codes.contains(&code)) => pause(next),
            outcome => return outcome,
        }
        next *= 2;
    }
}

#[cfg(windows)]
pub(super) use windows::{IN_USE, IN_USE_OR_DENIED, patiently};

#[cfg(windows)]
mod windows {
    use super::repeated;
    use std::fs::OpenOptions;
    use std::io::{self, ErrorKind};
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::Path;
    use std::time::Duration;

    /// `ERROR_ACCESS_DENIED`: also of a file that another program has open, or that is being removed.
    const DENIED: i32 = 5;
    /// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
    pub(in crate::store) const IN_USE: [i32; 2] = [32, 33];
    pub(in crate::store) const IN_USE_OR_DENIED: [i32; 3] = [32, 33, DENIED];

    /// `DELETE`: the right that a rename needs.
    const DELETE: u32 = 0x0001_0000;
    /// Read, write and delete.
    const SHARED: u32 = 7;
    /// `FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT`: opens whatever has the name.
    const ANY: u32 = 0x0220_0000;

    /// Repeats an operation on these paths while it fails with one of these codes, and reports a program that holds one of them.
    pub(in crate::store) fn patiently<T>(codes: &[i32], paths: &[&Path], act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        repeated(codes, pause, act).map_err(|error| match error.raw_os_error() {
            Some(code) if IN_USE.contains(&code) || code == DENIED && paths.iter().any(|path| is_held(path)) => {
                io::Error::new(ErrorKind::ResourceBusy, "another program has it open")
            }
            _ => error,
        })
    }

    #[expect(clippy::disallowed_methods, reason = "waits for other programs, which the clock of the program knows nothing of")]
    fn pause(time: Duration) {
        std::thread::sleep(time);
    }

    /// Returns whether another program has a file open in a way that forbids to rename it.
    #[expect(clippy::disallowed_methods, reason = "opens what is there, and makes nothing")]
    fn is_held(path: &Path) -> bool {
        let opened = OpenOptions::new().access_mode(DELETE).share_mode(SHARED).custom_flags(ANY).open(path);
        opened.is_err_and(|error| error.raw_os_error().is_some_and(|code| IN_USE.contains(&code)))
    }

    #[cfg(test)]
    mod tests {
        #![allow(clippy::disallowed_methods, reason = "tests hold files by hand")]

        use super::{IN_USE_OR_DENIED, patiently, repeated};
        use std::fs::File;
        use std::io::ErrorKind;
        use std::os::windows::fs::OpenOptionsExt;

        #[test]
        fn a_file_that_is_held_for_a_moment_is_renamed_and_one_that_stays_held_is_named() {
            let folder = tempfile::tempdir().expect("a folder");
            let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
            let rename = || std::fs::rename(&from, &to);
            std::fs::write(&to, "old").expect("written");
            // As a virus scanner does: others may read and write, and not rename.
            let hold = || File::options().read(true).share_mode(3).open(&to).expect("held");
            std::fs::write(&from, "new").expect("written");
            let mut held = Some(hold());
            repeated(&IN_USE_OR_DENIED, |_| drop(held.take()), rename).expect("renamed once it was let go");
            assert!(held.is_none(), "the rename had to wait");
            std::fs::write(&from, "newer").expect("written");
            let _held = hold();
            let error = patiently(&IN_USE_OR_DENIED, &[&from, &to], rename).expect_err("it is held");
            assert_eq!(error.kind(), ErrorKind::ResourceBusy, "{error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::repeated;
    use std::io::Error;
    use std::time::Duration;

    #[test]
    fn what_passes_is_waited_for_and_nothing_else() {
        let attempts = |errors: &[i32]| {
            let (mut waited, mut left) = (Duration::ZERO, errors.iter());
            let act = || left.next().map_or(Ok(()), |code| Err(Error::from_raw_os_error(*code)));
            let outcome = repeated(&[32, 33], |pause| waited += pause, act);
            (outcome.map_err(|error| error.raw_os_error()), waited.as_millis())
        };
        assert_eq!(attempts(&[]), (Ok(()), 0));
        assert_eq!(attempts(&[32, 33, 32]), (Ok(()), 70));
        assert_eq!(attempts(&[32, 2]), (Err(Some(2)), 10));
        assert_eq!(attempts(&[33; 20]), (Err(Some(33)), 5110));
    }
}
