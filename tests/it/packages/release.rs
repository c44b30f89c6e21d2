//! What the release workflow refuses and in which order it works, and what it takes from the changelog.

use super::{root, text, version};
use std::path::Path;
use std::process::{Command, Output};

const HERE: &str = "https://github.com/owner/vmedia";

/// A commit that may be released, but for what a test changes in it.
struct Commit(tempfile::TempDir);

impl Commit {
    fn ready() -> Self {
        let commit = Self(tempfile::tempdir().expect("a folder"));
        std::fs::create_dir(commit.path().join("packaging")).expect("a folder");
        for file in ["Cargo.toml", "Cargo.lock", "CHANGELOG.md", "packaging/release"] {
            std::fs::copy(root().join(file), commit.path().join(file)).expect("a copy");
        }
        // What is there already goes first, so that the test does not depend on what the project has set.
        commit.without("Cargo.toml", "repository = ").without("Cargo.toml", "maintainer = ");
        commit.with("Cargo.toml", "[package]\n", &format!("[package]\nrepository = \"{HERE}\"\n"));
        commit.with("Cargo.toml", "[package.metadata.deb]\n", "[package.metadata.deb]\nmaintainer = \"Some Body <some@body.org>\"\n");
        let released = format!(
            "# Changelog\n\n## [Unreleased]\n\n- Later.\n\n## [{}] - 2026-11-21\n\n- New.\n\n## [0.0.1] - 2026-01-01\n\n- Old.\n\n[0.0.1]: https://x\n",
            version()
        );
        std::fs::write(commit.path().join("CHANGELOG.md"), released).expect("a changelog");
        commit
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    #[track_caller]
    fn with(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.path().join(file);
        let before = std::fs::read_to_string(&path).expect("text");
        assert!(before.contains(from), "{file} has no {from:?}");
        std::fs::write(path, before.replacen(from, to, 1)).expect("written");
        self
    }

    fn without(&self, file: &str, start: &str) -> &Self {
        let path = self.path().join(file);
        let before = std::fs::read_to_string(&path).expect("text");
        let kept: String = before.lines().filter(|line| !line.starts_with(start)).flat_map(|line| [line, "\n"]).collect();
        std::fs::write(path, kept).expect("written");
        self
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new("bash").arg(self.path().join("packaging/release")).args(words).output().expect("bash")
    }

    #[track_caller]
    fn is_refused(&self, tag: &str, from: &str, words: &str) {
        let output = self.run(&["check", tag, from]);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with("error: ") && said.contains(words), "{said}");
        assert!(said.lines().nth(1).is_some_and(|line| line.starts_with("hint: ")), "{said}");
    }
}

fn tag() -> String {
    format!("v{}", version())
}

#[test]
fn what_the_document_shows_is_understood() {
    let commit = Commit::ready();
    let document = text("RELEASING.md");
    for (name, section, value) in
        [("repository", "[package]\n", HERE), ("maintainer", "[package.metadata.deb]\n", "Some Body <some@body.org>")]
    {
        let shown = document.lines().map(str::trim).find(|line| line.starts_with(&format!("{name} = "))).expect("the line");
        let (before, rest) = shown.split_once('"').expect("a text");
        let (_, after) = rest.rsplit_once('"').expect("its end");
        commit.without("Cargo.toml", &format!("{name} = ")).with("Cargo.toml", section, &format!("{section}{before}\"{value}\"{after}\n"));
    }
    let output = commit.run(&["check", &tag(), HERE]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_commit_that_is_ready_may_be_released_under_its_tag_alone() {
    let commit = Commit::ready();
    let output = commit.run(&["check", &tag(), HERE]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for wrong in ["v9.9.9", &version(), &format!("{}-rc.1", tag()), "v", "main", ".*"] {
        commit.is_refused(wrong, HERE, "is not of version");
    }
    assert_eq!(commit.run(&["check", &tag()]).status.code(), Some(1));
    assert_eq!(commit.run(&[]).status.code(), Some(1));
}

#[test]
fn a_commit_that_names_no_repository_or_another_is_refused() {
    Commit::ready().without("Cargo.toml", "repository = ").is_refused(&tag(), HERE, "names no repository");
    Commit::ready().is_refused(&tag(), "https://github.com/another/vmedia", "and this is");
}

#[test]
fn a_commit_without_a_maintainer_is_refused() {
    Commit::ready().without("Cargo.toml", "maintainer = ").is_refused(&tag(), HERE, "has no maintainer");
    Commit::ready().with("Cargo.toml", "Some Body <some@body.org>", "Some Body").is_refused(&tag(), HERE, "has no maintainer");
}

#[test]
fn a_commit_whose_lock_file_or_changelog_lags_behind_is_refused() {
    let lock = format!("name = \"vmedia\"\nversion = \"{}\"", version());
    Commit::ready().with("Cargo.lock", &lock, "name = \"vmedia\"\nversion = \"0.0.9\"").is_refused(&tag(), HERE, "Cargo.lock");
    let heading = format!("## [{}] - 2026-11-21\n\n", version());
    Commit::ready().with("CHANGELOG.md", &heading, "").is_refused(&tag(), HERE, "CHANGELOG.md has no version");
    let dateless = format!("## [{}]\n\n", version());
    Commit::ready().with("CHANGELOG.md", &heading, &dateless).is_refused(&tag(), HERE, "CHANGELOG.md has no version");
    Commit::ready().with("CHANGELOG.md", "- New.\n", "").is_refused(&tag(), HERE, "says nothing");
}

#[test]
fn the_notes_of_a_release_are_its_part_of_the_changelog() {
    let output = Commit::ready().run(&["notes", &tag()]);
    assert_eq!(String::from_utf8(output.stdout).expect("UTF-8"), "\n- New.\n\n");
    // The oldest part ends where the links begin.
    let output = Commit::ready().run(&["notes", "v0.0.1"]);
    assert_eq!(String::from_utf8(output.stdout).expect("UTF-8"), "\n- Old.\n\n");
}

#[test]
fn nothing_is_built_before_the_check_and_nothing_published_before_all_is_built() {
    let workflow = text(".github/workflows/release.yml");
    assert!(workflow.contains(r#"packaging/release check "$GITHUB_REF_NAME" "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY""#));
    let jobs: Vec<&str> = workflow.split_once("\njobs:\n").expect("jobs").1.split("    runs-on: ").collect();
    // What stands between two `runs-on` is the end of one job and the head of the next.
    for (name, needs) in [("build", "needs: check\n"), ("sbom", "needs: check\n"), ("publish", "needs: [build, manifests, sbom]\n")] {
        let head = jobs.iter().find_map(|text| text.rsplit_once(&format!("\n  {name}:\n"))).unwrap_or_else(|| panic!("no {name}")).1;
        assert!(head.contains(needs), "{name}: {head}");
    }
    // Whatever may write, or ask for an identity, is the last job.
    let (before, publish) = workflow.split_once("\n  publish:\n").expect("a job that publishes");
    assert!(!before.contains(": write") && publish.contains("contents: write"));
    assert!(publish.contains("if: github.event_name == 'push'"), "a rehearsal publishes nothing");
    assert!(!publish.contains("cargo"), "it compiles nothing");
    assert!(text("packaging/release").lines().all(|line| line.starts_with('#') || !line.trim_start().starts_with("cargo")));
}
