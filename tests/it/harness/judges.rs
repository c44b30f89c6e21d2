//! Independent tools that judge an archive, and the record of tests that are skipped without them.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tools that no package brings to this system. What they judge is the same on every system, and is judged on Linux.
const ELSEWHERE: &[&str] = if cfg!(windows) {
    &["age", "a browser (chromium)", "axe-core (npm)", "promtool"]
} else if cfg!(target_os = "macos") {
    &["age", "age-plugin-xwing", "axe-core (npm)", "man -l"]
} else {
    &[]
};

/// Skips the rest of a test because a tool that judges it is missing. With `VMEDIA_TESTS_REQUIRE=all`, which `.ci/run` sets, that
/// fails the test.
#[track_caller]
pub fn lacks(tool: &str) {
    let is_required = std::env::var("VMEDIA_TESTS_REQUIRE").is_ok_and(|required| required == "all") && !ELSEWHERE.contains(&tool);
    assert!(!is_required, "{tool} is missing, and VMEDIA_TESTS_REQUIRE=all requires it");
    skip(&format!("{tool} is missing"));
}

/// Skips the rest of a test because this machine or user does not permit it, which the caller has tried.
pub fn cannot(reason: &str) {
    skip(reason);
}

/// Returns whether `strace` may trace here.
#[cfg(target_os = "linux")]
pub fn can_trace() -> bool {
    match std::process::Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).status() {
        Ok(status) if status.success() => return true,
        Ok(_) => cannot("strace is not permitted to trace"),
        Err(_) => lacks("strace"),
    }
    false
}

/// Reports a skip, and appends it to the file named by `VMEDIA_TESTS_SKIPPED`, which `.ci/run` counts.
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
    let Some(path) = std::env::var_os("VMEDIA_TESTS_SKIPPED") else { return };
    let thread = std::thread::current();
    let line = format!("{}: {reason}\n", thread.name().unwrap_or("a test"));
    let file = std::fs::File::options().create(true).append(true).open(path);
    file.expect("the list of skipped tests").write_all(line.as_bytes()).expect("written");
}

#[test]
fn every_skip_is_counted() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("harness/judges.rs") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(!text.contains("eprintln!(\"skipped"), "{} skips without the harness", path.display());
            }
        }
    }
}

/// Judges a bag by a profile that is read from a file, without a network.
const PROFILE_JUDGE: &str = "
import sys, bagit, bagit_profile
name, path, folder = sys.argv[1:]
with open(path, encoding='utf-8') as file:
    profile = bagit_profile.Profile(name, profile=file.read())
holds = profile.validate_serialization(folder) and profile.validate(bagit.Bag(folder))
print(profile.report)
sys.exit(not holds)
";

/// The published profile of bags: the name by which bags call it, and where it is.
fn profile() -> (String, PathBuf) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/vmedia-bagit-profile-1.json");
    let profile: Value = serde_json::from_slice(&std::fs::read(&path).expect("a profile")).expect("JSON");
    (profile["BagIt-Profile-Info"]["BagIt-Profile-Identifier"].as_str().expect("a name").to_owned(), path)
}

/// Fails the test unless tools that are not ours accept a session's folder: `sha256sum` and the Python packages `bagit` and
/// `bagit_profile`, each where it is installed.
#[track_caller]
pub fn others_accept(bag: &Path) {
    let has = |tool: &str, command: &mut Command| {
        let runs = command.output().is_ok_and(|output| output.status.success());
        if !runs {
            lacks(tool);
        }
        runs
    };
    let accepts = |command: &mut Command| {
        let output = command.current_dir(bag).output().expect("a judge that runs");
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(output.status.success(), "{command:?} refuses {}:\n{said}", bag.display());
    };
    if has("sha256sum", Command::new("sha256sum").arg("--version")) {
        for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            // An empty list is no list to sha256sum, while a bag may well be empty.
            if std::fs::metadata(bag.join(manifest)).expect(manifest).len() > 0 {
                accepts(Command::new("sha256sum").args(["--check", "--strict", "--quiet", manifest]));
            }
        }
    }
    if has("Python's bagit", Command::new("python3").args(["-c", "import bagit"])) {
        accepts(Command::new("python3").args(["-m", "bagit", "--validate"]).arg(bag));
    }
    let (name, path) = profile();
    let info = std::fs::read_to_string(bag.join("bag-info.txt")).expect("bag-info.txt");
    assert!(info.lines().any(|line| line == format!("BagIt-Profile-Identifier: {name}")), "{info}");
    if has("Python's bagit_profile", Command::new("python3").args(["-c", "import bagit, bagit_profile"])) {
        accepts(Command::new("python3").args(["-c", PROFILE_JUDGE, &name]).arg(path).arg(bag));
    }
}
