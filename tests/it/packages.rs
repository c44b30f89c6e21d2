//! What is handed out: archives, Debian package, crate and container say the same of the program, each other and the tools that
//! make them, and nothing is released from a commit that is not ready.

#[cfg(unix)]
mod manifests;
#[cfg(unix)]
mod release;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::Table;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}")).replace("\r\n", "\n")
}

fn table(path: &str) -> Table {
    text(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A value below keys that are joined by dots.
#[track_caller]
fn value(table: &Table, keys: &str) -> toml::Value {
    let mut value = toml::Value::Table(table.clone());
    for key in keys.split('.') {
        value = value.get(key).unwrap_or_else(|| panic!("no {key} of {keys}")).clone();
    }
    value
}

#[track_caller]
fn word(table: &Table, keys: &str) -> String {
    value(table, keys).as_str().unwrap_or_else(|| panic!("{keys} is no text")).to_owned()
}

/// A field that the packages of the workspace share.
#[track_caller]
fn package(key: &str) -> String {
    word(&table("Cargo.toml"), &format!("workspace.package.{key}"))
}

fn version() -> String {
    package("version")
}

/// What stands between two texts, wherever a line has both.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.split_once(before)?.1.split_once(after)).map(|(found, _)| found).collect()
}

/// The systems of the release workflow's matrix.
fn released_targets(workflow: &str) -> BTreeSet<String> {
    let targets: BTreeSet<String> = between(workflow, "- { target: ", ",").into_iter().map(str::to_owned).collect();
    assert!(targets.len() >= 6, "{targets:?}");
    targets
}

/// The commands of a workflow's step.
#[cfg(unix)]
fn commands(workflow: &str, step: &str) -> String {
    let (_, rest) = workflow.split_once(&format!("- name: {step}\n")).unwrap_or_else(|| panic!("no step {step}"));
    let (_, rest) = rest.split_once("run: |\n").expect("commands");
    let depth = rest.len() - rest.trim_start().len();
    let lines = rest.lines().take_while(|line| line.is_empty() || line.len() - line.trim_start().len() >= depth);
    lines.map(|line| line.get(depth..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// A template of `cargo binstall`, filled in as it does.
#[cfg(unix)]
fn filled(template: &str, target: &str) -> String {
    let version = version();
    let extension = if target.contains("-windows-") { ".exe" } else { "" };
    let values = [("repo", "https://host/owner/name"), ("name", "vmedia"), ("bin", "vmedia"), ("version", &version), ("target", target)];
    let mut text = template.replace("{ binary-ext }", extension);
    for (name, value) in values {
        text = text.replace(&format!("{{ {name} }}"), value);
    }
    assert!(!text.contains(['{', '}']), "{template} has a name that is not known here: {text}");
    text
}

/// What `cargo binstall` would fetch for a system: the address, the format, and the program's path in it.
#[cfg(unix)]
fn binstall(manifest: &Table, target: &str) -> [String; 3] {
    let common = value(manifest, "package.metadata.binstall");
    ["pkg-url", "pkg-fmt", "bin-dir"].map(|key| {
        let special = common.get("overrides").and_then(|overrides| overrides.get(target)?.get(key));
        filled(special.or_else(|| common.get(key)).and_then(toml::Value::as_str).expect("a text"), target)
    })
}

/// Runs the workflow's own step for a system, and gives the archives' names with the names in each.
#[cfg(unix)]
fn packed(workflow: &str, target: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |command: &mut std::process::Command| {
        let output = command.current_dir(folder.path()).output().expect("it starts");
        assert!(output.status.success(), "{target}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let entries = std::fs::read_dir(root()).expect("the checkout").map(|entry| entry.expect("an entry"));
    let copied = entries.filter(|entry| !matches!(entry.file_name().to_str(), Some("target" | ".git" | "fuzz" | "src" | "tests")));
    run(std::process::Command::new("cp").arg("-R").args(copied.map(|entry| entry.path())).arg("."));
    let is_windows = target.contains("-windows-");
    let program = format!("target/{target}/dist/vmedia{}", if is_windows { ".exe" } else { "" });
    std::fs::create_dir_all(folder.path().join(&program).parent().expect("a folder")).expect("folders");
    std::fs::write(folder.path().join(&program), "").expect("a file");
    // `7z a FILE FOLDER`, which only Windows is sure to have: what it would pack is in the name that tar writes.
    let pack = format!("7z() {{ tar -czf \"$2\" \"$3\"; }}\n{}", commands(workflow, "Pack"));
    let system = if is_windows { "Windows" } else { "Linux" };
    run(std::process::Command::new("bash").args(["-euo", "pipefail", "-c", &pack]).env("RUNNER_OS", system).env("TARGET", target));
    let archives = std::fs::read_dir(folder.path().join("dist")).expect("dist").map(|entry| entry.expect("an entry"));
    let names = |archive: &Path| run(std::process::Command::new("tar").arg("-tzf").arg(archive)).lines().map(str::to_owned).collect();
    archives.map(|entry| (entry.file_name().into_string().expect("text"), names(&entry.path()))).collect()
}

#[test]
#[cfg(unix)]
fn binstall_looks_for_the_archives_that_a_release_has_and_for_the_program_where_it_is_in_them() {
    let workflow = text(".github/workflows/release.yml");
    let manifest = table("Cargo.toml");
    for target in released_targets(&workflow) {
        let [address, format, program] = binstall(&manifest, &target);
        let archives = packed(&workflow, &target);
        let (archive, names) = archives.first_key_value().expect("an archive");
        assert_eq!(archives.len(), 1, "{archives:?}");
        // The tag that `packaging/release check` lets through is the version with a `v`.
        assert_eq!(address, format!("https://host/owner/name/releases/download/v{}/{archive}", version()));
        assert_eq!(format, if archive.ends_with(".zip") { "zip" } else { "tgz" }, "{archive}");
        assert!(names.contains(&program), "{archive} has no {program}: {names:?}");
        let folder = program.rsplit_once('/').expect("a folder").0;
        for file in [
            "README.md",
            "LICENSE",
            "LICENSE-MIT",
            "LICENSE-APACHE",
            "THIRD-PARTY.txt",
            "man/vmedia.1",
            "completions/_vmedia",
            "docs/README.md",
        ] {
            assert!(names.contains(&format!("{folder}/{file}")), "{archive} has no {file}");
        }
    }
}

#[test]
fn what_is_released_is_what_dependencies_are_judged_for() {
    let workflow = text(".github/workflows/release.yml");
    let judged = value(&table("deny.toml"), "graph.targets");
    let judged = judged.as_array().expect("a list").iter().map(|target| target.as_str().expect("text").to_owned()).collect();
    assert_eq!(released_targets(&workflow), judged);
    let overrides = value(&table("Cargo.toml"), "package.metadata.binstall.overrides");
    for target in overrides.as_table().expect("a table").keys() {
        assert!(judged.contains(target), "there is no release for {target}");
    }
}

/// The Debian package's files: where each comes from, and where it goes.
fn debian_assets(manifest: &Table) -> Vec<(String, String)> {
    let assets = value(manifest, "package.metadata.deb.assets");
    let text = |asset: &toml::Value, place| asset.get(place).and_then(toml::Value::as_str).expect("text").to_owned();
    assets.as_array().expect("a list").iter().map(|asset| (text(asset, 0), text(asset, 1))).collect()
}

/// The files below the checkout that a pattern names.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let pattern = root().join(pattern);
    glob::glob(pattern.to_str().expect("text")).expect("a pattern").map(|path| path.expect("readable")).collect()
}

#[test]
fn the_debian_package_has_every_man_page_and_the_completions_that_debian_has_a_place_for() {
    let mut places = BTreeMap::new();
    for (source, place) in debian_assets(&table("Cargo.toml")) {
        if source == "target/release/vmedia" {
            assert_eq!(place, "usr/bin/");
            continue;
        }
        let found = matching(&source);
        assert!(!found.is_empty(), "{source} names no file");
        places.extend(found.into_iter().map(|path| (path, place.clone())));
    }
    let place = |path: &Path| places.get(path).map(String::as_str);
    for page in matching("man/*") {
        assert_eq!(place(&page), Some("usr/share/man/man1/"), "{}", page.display());
    }
    for (file, expected) in [
        ("vmedia.bash", "usr/share/bash-completion/completions/vmedia"),
        ("_vmedia", "usr/share/zsh/vendor-completions/_vmedia"),
        ("vmedia.fish", "usr/share/fish/vendor_completions.d/vmedia.fish"),
    ] {
        assert_eq!(place(&root().join("completions").join(file)), Some(expected));
    }
}

#[test]
fn the_debian_package_has_every_unit_and_neither_enables_nor_starts_one() {
    let units = value(&table("Cargo.toml"), "package.metadata.deb.systemd-units");
    let mut installed = BTreeSet::new();
    for entry in units.as_array().expect("a list") {
        let entry = entry.as_table().expect("a table");
        for act in ["enable", "start"] {
            assert_eq!(entry.get(act).and_then(toml::Value::as_bool), Some(false), "{act}: {entry}");
        }
        let (folder, name) = (word(entry, "unit-scripts"), word(entry, "unit-name"));
        let found = matching(&format!("{folder}/{name}.*"));
        assert!(!found.is_empty(), "no units of {name}");
        installed.extend(found);
    }
    assert_eq!(installed, matching("examples/systemd/*").into_iter().collect());
}

/// A version as numbers, to be compared.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or_else(|_| panic!("{version} is no version"))).collect()
}

#[test]
fn every_tool_has_one_version_wherever_it_is_installed() {
    let places = [".ci/run", ".ci/fuzz", ".github/workflows/ci.yml", ".github/workflows/release.yml"];
    let mut tools: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for place in places {
        let text = text(place);
        for call in text.lines().filter_map(|line| Some(line.split_once("cargo install ")?.1)).filter(|call| !call.contains("--path")) {
            let words: Vec<&str> = call.split_whitespace().collect();
            let tool = words.iter().find(|word| !word.starts_with('-')).expect("a tool");
            let version = words.iter().skip_while(|word| **word != "--version").nth(1).unwrap_or_else(|| panic!("{place}: {call}"));
            assert!(words.contains(&"--locked"), "{place}: {call}");
            tools.entry((*tool).to_owned()).or_default().insert(version.trim_matches(['\'', '"']).to_owned());
        }
    }
    for tool in ["cargo-audit", "cargo-cyclonedx", "cargo-deb", "cargo-deny"] {
        assert_eq!(tools.get(tool).map(BTreeSet::len), Some(1), "{tool}: {tools:?}");
    }
}

#[test]
fn where_the_gate_is_not_root_it_finds_what_it_would_install() {
    let (gate, workflow) = (text(".ci/run"), text(".github/workflows/ci.yml"));
    let (_, rest) = gate.split_once("for tool in ").expect("the list of tools");
    let (list, _) = rest.split_once("; do").expect("the end of the list");
    let packages: BTreeSet<&str> = list.split_whitespace().filter_map(|tool| Some(tool.split_once(':')?.1)).collect();
    assert!(packages.len() >= 10, "{packages:?}");
    let (_, job) = workflow.split_once("\n  gate:\n").expect("the gate's job");
    let installed: BTreeSet<&str> = job.split_whitespace().collect();
    // GitHub's machines run systemd.
    let lacking: Vec<_> = packages.iter().filter(|package| **package != "systemd" && !installed.contains(*package)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn every_action_is_pinned_to_one_commit() {
    let mut actions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for workflow in ["ci", "release"] {
        let text = text(&format!(".github/workflows/{workflow}.yml"));
        for used in text.lines().filter_map(|line| Some(line.split_once("uses: ")?.1)) {
            let (action, pin) = used.split_once('@').unwrap_or_else(|| panic!("{used} has no pin"));
            let (commit, comment) = pin.split_once(" # v").unwrap_or_else(|| panic!("{used} does not say which version it is"));
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{used} can be moved");
            actions.entry(action.to_owned()).or_default().insert(format!("{commit} {comment}"));
        }
    }
    assert!(actions.len() >= 4, "{actions:?}");
    assert!(actions.values().all(|pins| pins.len() == 1), "{actions:?}");
}

#[test]
fn the_container_is_built_by_a_rust_that_is_new_enough_from_files_that_reach_it() {
    let containerfile = text("Containerfile");
    let ignored = text(".containerignore");
    let rust = between(&containerfile, "docker.io/library/rust:", "-slim-");
    let [rust] = rust[..] else { panic!("{rust:?}") };
    let oldest = package("rust-version");
    assert!(numbers(rust) >= numbers(&oldest), "{rust} is older than {oldest}");
    // A program runs on a C library as new as the one that it was built with.
    let builder = between(&containerfile, "-slim-", " AS build");
    let [builder] = builder[..] else { panic!("{builder:?}") };
    assert_eq!(between(&containerfile, "FROM docker.io/library/debian:", "-slim"), [builder]);

    let copied = containerfile.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|words| !words.starts_with("--from"));
    let sources: Vec<&str> = copied.flat_map(|words| words.split_whitespace().rev().skip(1)).collect();
    assert!(sources.len() >= 5, "{sources:?}");
    assert!(ignored.lines().any(|line| line == "*"), "everything else stays outside");
    for source in sources {
        assert!(root().join(source).exists(), "there is no {source}");
        assert!(ignored.lines().any(|line| line == format!("!{source}")), "{source} is ignored");
    }
    for needed in ["Cargo.lock", "LICENSE-MIT", "src", "crates"] {
        assert!(ignored.lines().any(|line| line == format!("!{needed}")), "{needed} is ignored");
    }
    assert!(containerfile.lines().any(|line| line.starts_with("USER ") && line != "USER 0"), "it does not run as root");
}

#[test]
fn the_licences_are_those_of_the_crates_that_are_in_the_program() {
    let lock = table("Cargo.lock");
    let name_and_version = |package: &toml::Value| format!("{} {}", package["name"], package["version"]).replace('"', "");
    let locked: BTreeSet<String> = lock["package"].as_array().expect("packages").iter().map(name_and_version).collect();
    let licences = text("packaging/licences/THIRD-PARTY.txt");
    let is_version = |word: &str| word.split('.').count() >= 3 && word.starts_with(|first: char| first.is_ascii_digit());
    let is_crate =
        |line: &&str| line.split_once(' ').is_some_and(|(name, version)| !version.contains(' ') && !name.is_empty() && is_version(version));
    let reported: BTreeSet<String> = licences.lines().filter(is_crate).map(str::to_owned).collect();
    assert!(reported.len() > 150, "{reported:?}");
    let others: Vec<_> = reported.difference(&locked).collect();
    assert!(others.is_empty(), "stale: packaging/licences/write makes it anew: {others:?}");
    let manifests =
        ["", "crates/sha256-pair/", "crates/vmedia-archive/", "crates/vmedia-sandbox/"].map(|folder| format!("{folder}Cargo.toml"));
    let manifests: Vec<Table> = manifests.iter().filter_map(|path| text(path).parse().ok()).collect();
    let named = manifests.iter().flat_map(|manifest| manifest["dependencies"].as_table().expect("a table").keys());
    let lacking: Vec<_> = named
        .filter(|name| !name.starts_with("vmedia-") && *name != "sha256-pair")
        .filter(|name| !reported.iter().any(|known| known.split(' ').next() == Some(name)))
        .collect();
    assert!(lacking.is_empty(), "packaging/licences/write makes it anew: {lacking:?}");
}

#[test]
fn the_package_with_unsafe_code_has_every_other_lint_of_the_workspace() {
    let own = text("crates/sha256-pair/Cargo.toml");
    let own: Table = own.parse().expect("TOML");
    for group in ["rust", "clippy"] {
        for (lint, level) in value(&table("Cargo.toml"), &format!("workspace.lints.{group}")).as_table().expect("lints") {
            let level = if lint == "unsafe_code" { &"deny".into() } else { level };
            assert_eq!(value(&own, &format!("lints.{group}")).get(lint), Some(level), "{lint}");
        }
    }
}
