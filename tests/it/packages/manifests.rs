//! What `packaging/manifests` writes from the archives of a release names these archives, and its installer installs them or nothing.

use super::{released_targets, root, table, text, version, word};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const REPOSITORY: &str = "https://host/owner/name";

/// Packs a program that prints its system, as the release workflow does: the systems are the arguments.
const PACK: &str = r##"
import io, sys, tarfile, zipfile
version, *targets = sys.argv[1:]
for target in targets:
    name = f"vmedia-{version}-{target}"
    program = f"#!/bin/sh\necho {target}\n".encode()
    if "windows" in target:
        with zipfile.ZipFile(f"{name}.zip", "w") as archive:
            archive.writestr(f"{name}/vmedia.exe", program)
    else:
        with tarfile.open(f"{name}.tar.gz", "w:gz") as archive:
            entry = tarfile.TarInfo(f"{name}/vmedia")
            entry.size, entry.mode = len(program), 0o755
            archive.addfile(entry, io.BytesIO(program))
"##;

/// The archives of a release, and the folder that the manifests go to.
struct Release {
    folder: tempfile::TempDir,
    targets: BTreeSet<String>,
}

impl Release {
    fn packed() -> Self {
        let release =
            Self { folder: tempfile::tempdir().expect("a folder"), targets: released_targets(&text(".github/workflows/release.yml")) };
        std::fs::create_dir(release.archives()).expect("a folder");
        let output = Command::new("python3").args(["-c", PACK, &version()]).args(&release.targets).current_dir(release.archives()).output();
        let output = output.expect("python3");
        assert!(output.status.success(), "{}", said(&output));
        release
    }

    fn archives(&self) -> PathBuf {
        self.folder.path().join("archives")
    }

    fn archive(&self, target: &str) -> PathBuf {
        let extension = if target.contains("windows") { "zip" } else { "tar.gz" };
        self.archives().join(format!("vmedia-{}-{target}.{extension}", version()))
    }

    fn digest(&self, target: &str) -> String {
        hex::encode(Sha256::digest(std::fs::read(self.archive(target)).expect("an archive")))
    }

    fn written(&self) -> PathBuf {
        self.folder.path().join("written")
    }

    fn write(&self) -> Output {
        let script = root().join("packaging/manifests");
        Command::new("python3").arg(script).arg(self.archives()).arg(REPOSITORY).arg(self.written()).output().expect("python3")
    }

    /// The text of a manifest, with what its package manager fills in.
    fn manifest(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.written().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        text.replace("$version", &version()).replace("${version}", &version())
    }

    fn install(&self, folder: &Path) -> Output {
        let mut shell = Command::new("sh");
        shell.arg(self.written().join("vmedia-installer.sh")).arg(folder).env("HOME", self.folder.path());
        shell.env("VMEDIA_DOWNLOAD_URL", format!("file://{}", self.archives().display()));
        shell.output().expect("a shell")
    }
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

#[test]
fn every_manifest_names_archives_of_the_release_with_their_digests() {
    let release = Release::packed();
    let output = release.write();
    assert!(output.status.success(), "{}", said(&output));
    let windows = "x86_64-pc-windows-msvc";
    let apple = ["aarch64-apple-darwin", "x86_64-apple-darwin"];
    let fixed = ["aarch64-unknown-linux-musl", "x86_64-unknown-linux-musl"];
    let native = ["aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"];
    let every = [apple, fixed].concat();
    let pattern = regex::Regex::new(r#"https://host/owner/name/releases/download/[^"'\s${}]+\.(?:zip|tar\.gz)"#).expect("a pattern");
    for (name, targets) in [
        ("vmedia-installer.sh", &*every),
        ("homebrew/vmedia.rb", &*every),
        ("scoop/vmedia.json", &[windows]),
        ("winget/owner.vmedia.installer.yaml", &[windows]),
        ("aur/PKGBUILD", &native),
        ("vmedia-installer.ps1", &[windows]),
    ] {
        let manifest = release.manifest(name);
        for target in targets {
            assert!(release.targets.contains(*target), "{name}: there is no release for {target}");
            assert!(manifest.to_lowercase().contains(&release.digest(target)), "{name} lacks the digest of {target}:\n{manifest}");
        }
        assert!(!manifest.contains('@') || name.ends_with(".sh") || name.ends_with(".ps1"), "{name}: {manifest}");
        for url in pattern.find_iter(&manifest).map(|found| found.as_str()) {
            let archive =
                url.strip_prefix(&format!("{REPOSITORY}/releases/download/v{}/", version())).unwrap_or_else(|| panic!("{name}: {url}"));
            assert!(release.archives().join(archive).is_file(), "{name}: {url}");
        }
    }
    let nix = release.manifest("nix/vmedia.nix");
    for target in every {
        use base64::Engine;
        let digest = hex::decode(release.digest(target)).expect("hex");
        assert!(nix.contains(&base64::prelude::BASE64_STANDARD.encode(digest)), "{target}: {nix}");
    }
    let bash = Command::new("bash").arg("-n").arg(release.written().join("aur/PKGBUILD")).output().expect("bash");
    assert!(bash.status.success(), "{}", said(&bash));
    assert!(text("RELEASING.md").contains("packaging/manifests"));
}

#[test]
fn the_installer_installs_what_was_released_and_nothing_else() {
    let release = Release::packed();
    assert!(release.write().status.success());
    let folder = release.folder.path().join("a folder");
    let output = release.install(&folder);
    assert!(output.status.success(), "{}", said(&output));
    let system = Command::new(folder.join("vmedia")).output().expect("the program");
    let target = String::from_utf8(system.stdout).expect("UTF-8");
    assert!(release.targets.contains(target.trim()), "{target}");

    let mut changed = std::fs::read(release.archive(target.trim())).expect("an archive");
    changed.push(0);
    std::fs::write(release.archive(target.trim()), changed).expect("written");
    let elsewhere = release.folder.path().join("elsewhere");
    let output = release.install(&elsewhere);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("has the SHA-256") && said(&output).contains("\nhint: "), "{}", said(&output));
    assert!(!elsewhere.exists());

    std::fs::remove_file(release.archive("x86_64-pc-windows-msvc")).expect("removed");
    let output = release.write();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("error: ") && said(&output).contains("\nhint: "), "{}", said(&output));
}

#[test]
fn npm_gets_the_program_of_each_system_and_a_package_that_finds_it() {
    let release = Release::packed();
    assert!(release.write().status.success());
    let unpacked = |name: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let package = release.written().join("npm").join(format!("{name}-{}.tgz", version()));
        let output = Command::new("tar").arg("-xzf").arg(package).arg("-C").arg(folder.path()).output().expect("tar");
        assert!(output.status.success(), "{}", said(&output));
        let text = std::fs::read_to_string(folder.path().join("package/package.json")).expect("package.json");
        (folder, serde_json::from_str::<serde_json::Value>(&text).expect("JSON"))
    };
    let (folder, main) = unpacked("vmedia");
    let launcher = main["bin"]["vmedia"].as_str().expect("a path");
    assert!(folder.path().join("package").join(launcher).is_file());
    let systems = main["optionalDependencies"].as_object().expect("packages");
    assert!(systems.len() >= 5, "{systems:?}");
    for (name, wanted) in systems {
        let (folder, package) = unpacked(&name.replacen("@vmedia/", "vmedia-", 1));
        assert_eq!((&package["name"], &package["version"]), (&name.as_str().into(), wanted));
        let program = if name.contains("win32") { "vmedia.exe" } else { "vmedia" };
        let bytes = std::fs::read(folder.path().join("package/bin").join(program)).expect("the program");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let processor = if name.ends_with("arm64") { "echo aarch64-" } else { "echo x86_64-" };
        assert!(text.contains(processor), "{name}: {text}");
    }
}

#[test]
fn the_wheel_says_what_the_crate_says() {
    let (wheel, manifest) = (table("pyproject.toml"), table("Cargo.toml"));
    assert_eq!(word(&wheel, "project.description"), word(&manifest, "package.description"));
    assert_eq!(word(&wheel, "project.license"), super::package("license"));
    let registries = text(&word(&wheel, "project.readme"));
    let purpose = |text: &str| text.split("\n\n").nth(1).map(|part| part.replace('\n', " "));
    assert_eq!(purpose(&registries), purpose(&text("README.md")));
    for file in super::value(&wheel, "project.license-files").as_array().expect("a list") {
        assert!(root().join(file.as_str().expect("text")).is_file(), "{file}");
    }
}
