//! The systemd units: judged by systemd itself, and the lines that they run are run.
#![cfg(target_os = "linux")]

use super::{accepted, example, parsed, prepared, said, tool};
use crate::harness::{SESSION, World};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const SERVICES: [&str; 3] = ["vmedia.service", "vmedia-webhooks.service", "vmedia-verify.service"];

/// The units in a folder, with the program where it is here.
fn units() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a folder");
    let names = SERVICES.into_iter().chain(["vmedia.timer", "vmedia-verify.timer", "vmedia-webhooks.path", "vmedia-webhooks.timer"]);
    let paths = names.map(|name| {
        let path = folder.path().join(name);
        let text = example(&format!("systemd/{name}")).replace("/usr/bin/vmedia", env!("CARGO_BIN_EXE_vmedia"));
        std::fs::write(&path, text).expect("written");
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

#[test]
fn systemd_finds_nothing_wrong_and_little_exposed() {
    let Some(analyze) = tool("systemd-analyze") else { return };
    let (_folder, paths) = units();
    let words: Vec<&str> = paths.iter().map(|path| path.to_str().expect("text")).collect();
    // The manual pages are not installed here.
    let said = accepted(&analyze, &[&["verify", "--man=no"], &words[..]].concat());
    assert_eq!(said, "");
    for service in &words[..SERVICES.len()] {
        // In tenths: below 2.0.
        accepted(&analyze, &["security", "--offline=true", "--threshold=20", "--no-pager", service]);
    }
}

/// The words that a unit starts.
fn started(name: &str) -> Vec<String> {
    let text = example(&format!("systemd/{name}"));
    let line = text.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a line");
    assert!(!line.contains(['"', '\'', '\\', '%', '$']), "words are all that this test understands: {line}");
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_lines_that_the_units_start_do_what_they_are_to_do() {
    let world = prepared();
    std::fs::create_dir(world.folder().join("vmedia")).expect("a folder of webhooks");
    std::fs::write(world.folder().join("vmedia/1.json"), format!(r#"{{"verification":{{"id":"{SESSION}"}}}}"#)).expect("a webhook");
    for (service, verb) in SERVICES.iter().zip(["download", "download", "verify"]) {
        let line = started(service);
        assert_eq!((line[0].as_str(), parsed(&line).command_name()), ("/usr/bin/vmedia", verb));
        let here = world.folder().display().to_string();
        let words =
            line[1..].iter().map(|word| word.replace("/etc/vmedia", &here).replace("/var/lib/vmedia", &here).replace("/var/spool", &here));
        let mut command = Command::new(env!("CARGO_BIN_EXE_vmedia"));
        let output = command.args(words).env_clear().current_dir("/").stdin(Stdio::null()).output().expect("a run");
        assert!(output.status.success() && said(&output).is_empty(), "{service}: {}", said(&output));
    }
    assert!(world.folder().join("archive").join(SESSION).join("index.html").is_file());
    assert!(world.folder().join("vmedia/done/1.json").is_file());
}

/// The system calls of a group, and of the groups in it.
fn members(analyze: &PathBuf, group: &str) -> BTreeSet<String> {
    let text = accepted(analyze, &["syscall-filter", "--no-pager", group]);
    let mut calls = BTreeSet::new();
    for word in text.lines().skip(1).map(str::trim).filter(|word| !word.is_empty() && !word.starts_with('#')) {
        if word.starts_with('@') {
            calls.extend(members(analyze, word));
        } else {
            calls.insert(word.to_owned());
        }
    }
    calls
}

#[test]
fn no_run_makes_a_system_call_that_the_units_refuse() {
    let (Some(analyze), Some(strace)) = (tool("systemd-analyze"), tool("strace")) else { return };
    let world = World::new();
    let mut made = BTreeSet::new();
    for words in
        [&["download", SESSION, "--with", "all"][..], &["download", "unknown", "--on-failure", "true"], &["verify", "vmedia-archive"]]
    {
        let mut traced = Command::new(&strace);
        let run = world.process(words);
        traced.args(["-f", "-qq", "-o", "trace"]).arg(run.get_program()).args(run.get_args()).current_dir(world.folder()).env_clear();
        traced.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", "/usr/bin:/bin");
        let output = traced.output().expect("strace");
        let trace = std::fs::read_to_string(world.folder().join("trace")).unwrap_or_default();
        if trace.is_empty() {
            let said = said(&output);
            assert!(said.contains("not permitted"), "{said}");
            crate::harness::cannot("strace is not permitted to trace");
            return;
        }
        made.extend(trace.lines().filter_map(|line| {
            let (name, _) = line.split_once(' ')?.1.trim_start().split_once('(')?;
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_').then(|| name.to_owned())
        }));
    }
    assert!(made.len() > 30 && made.contains("fsync"), "{made:?}");
    for service in SERVICES {
        let text = example(&format!("systemd/{service}"));
        let mut allowed = members(&analyze, "@default");
        for list in text.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
            let groups = list.trim_start_matches('~').split_whitespace();
            for call in groups.flat_map(|group| members(&analyze, group)) {
                if list.starts_with('~') {
                    allowed.remove(&call);
                } else {
                    allowed.insert(call);
                }
            }
        }
        let refused: Vec<&String> = made.difference(&allowed).collect();
        assert_eq!(refused, Vec::<&String>::new(), "{service}");
    }
}
