//! Seals, judged by tools that are not ours: `ssh-keygen` for signatures, `openssl` for time stamps. Where one of them is
//! missing, its tests say so and pass; `.ci/run` has both. On Windows, `openssl` and the script that compares verdicts are left out.

#[cfg(unix)]
pub mod authority;
#[cfg(unix)]
mod chained;
#[cfg(unix)]
mod dates;
#[cfg(target_os = "linux")]
mod decade;
#[cfg(unix)]
mod judged;
mod runs;
mod settings;
#[cfg(unix)]
mod signatures;
#[cfg(unix)]
mod stamped;
#[cfg(unix)]
mod stamps;

use std::path::Path;
use std::process::{Command, Output};

/// Whether a program is there to judge.
fn has(program: &str) -> bool {
    let is_there = Command::new(program).arg("-?").output().is_ok();
    if !is_there {
        crate::harness::lacks(program);
    }
    is_there
}

/// Makes an SSH key without a passphrase, whose comment is its name; `false` where nothing can.
pub fn generate(folder: &Path, name: &str) -> bool {
    has("ssh-keygen") && {
        succeeds(folder, "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name], b"");
        true
    }
}

/// Runs a program in a folder.
fn runs(folder: &Path, program: &str, words: &[&str], input: &[u8]) -> Output {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), input).expect("written");
    let mut command = Command::new(program);
    command.current_dir(folder).args(words).env("TZ", "UTC").stdin(std::fs::File::open(file.path()).expect("a file"));
    command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// Runs a program in a folder; fails the test unless it succeeds.
#[track_caller]
pub fn succeeds(folder: &Path, program: &str, words: &[&str], input: &[u8]) -> String {
    let output = runs(folder, program, words, input);
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{program} {words:?}:\n{said}");
    said
}
