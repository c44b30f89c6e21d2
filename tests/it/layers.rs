//! The rules of the architecture, as `src/lib.rs` describes it, checked over the text of the sources. That the archive and the
//! sandbox depend on nothing above them is shown by their manifests.

mod cycles;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Edges that do not lead down, each for the reason that stands here.
const EXCEPTIONS: [(&str, &str, &str); 5] = [
    ("config", "cli", "it resolves what was typed into settings"),
    ("report", "cli", "the formats that were asked for"),
    ("report", "engine", "events are the contract between the work and its display"),
    ("commands", "cli", "a verb is handed what was typed"),
    ("clock", "exit", "the request to stop says which status the run ends with"),
];

/// The packages, by the name that their files' paths begin with; the program's own begin with nothing.
const PACKAGES: [(&str, &str); 4] = [
    ("", "src"),
    ("archive/", "crates/vmedia-archive/src"),
    ("pair/", "crates/sha256-pair/src"),
    ("sandbox/", "crates/vmedia-sandbox/src"),
];

/// Returns whether a module is a package beside the program.
fn is_library(module: &str) -> bool {
    PACKAGES.iter().any(|(prefix, _)| prefix.strip_suffix('/') == Some(module))
}

/// What `src/lib.rs` re-exports from the other packages.
const REEXPORTED: [&str; 8] = ["archive", "error", "input", "model", "sandbox", "seal", "store", "text"];

/// A file of the source: its path below its package's `src`, and its code without comments and without inline tests.
struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    /// Returns the module of the program, or the package, that the file belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs")
    }
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for (prefix, folder) in PACKAGES {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        add_sources(prefix, &root, &mut sources);
    }
    assert!(sources.len() > 50, "{}", sources.len());
    sources
}

fn add_sources(prefix: &str, root: &Path, sources: &mut Vec<Source>) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8").replace("\r\n", "\n");
                let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                let code = before_tests.lines().map(without_comment).collect::<Vec<_>>().join("\n");
                let path = format!("{prefix}{}", path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/"));
                sources.push(Source { path, text, code });
            }
        }
    }
}

/// The line up to a comment; `https://` in a text is none.
fn without_comment(line: &str) -> &str {
    match line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':')) {
        Some((at, _)) => &line[..at],
        None => line,
    }
}

/// Where a word stands, as whole words go.
fn names(code: &str, word: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    code.match_indices(word).any(|(at, _)| !is_part(code[..at].chars().next_back()) && !is_part(code[at + word.len()..].chars().next()))
}

/// Returns whether a file is this one; or, of a place that ends in `/`, that module or below it.
fn is_below(path: &str, place: &str) -> bool {
    place.strip_suffix('/').map_or(path == place, |module| path.starts_with(place) || path.strip_suffix(".rs") == Some(module))
}

/// Only these files (or modules, ending in `/`) name these words, and some of them do.
#[track_caller]
fn stands_in(places: &[&str], words: &[&str]) {
    let sources = sources();
    for word in words {
        let naming: BTreeSet<&str> = sources.iter().filter(|source| names(&source.code, word)).map(|source| source.path.as_str()).collect();
        let inside = |path: &&str| places.iter().any(|place| is_below(path, place));
        let outside: Vec<_> = naming.iter().filter(|path| !inside(path)).collect();
        assert!(outside.is_empty(), "{word} belongs in {places:?} and is named in {outside:?}");
        assert!(naming.iter().any(inside), "nothing in {places:?} names {word}: has it moved, or does this rule guard nothing?");
    }
}

/// The modules of a piece of code that are named as `crate::…`.
fn edges(code: &str) -> BTreeSet<String> {
    let code = code.replace("pub(in crate::", "");
    let word = |rest: &str| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect::<String>();
    code.split("crate::").skip(1).map(word).collect()
}

/// The layers of the table in `src/lib.rs`.
fn layers() -> BTreeMap<String, u8> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("the crate's root");
    let mut layers = BTreeMap::new();
    for row in text.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let Ok(layer) = cells[0].trim().parse() else { continue };
        for name in cells[1].split('`').skip(1).step_by(2) {
            layers.insert(name.to_owned(), layer);
        }
    }
    layers
}

#[test]
fn the_table_of_layers_names_every_module_and_nothing_else() {
    let modules: BTreeSet<String> =
        sources().iter().map(|source| source.module().to_owned()).filter(|module| module != "lib" && !is_library(module)).collect();
    let named: BTreeSet<String> = layers().into_keys().filter(|name| name != "run" && !REEXPORTED.contains(&name.as_str())).collect();
    assert_eq!(named, modules);
}

#[test]
fn a_module_uses_what_stands_below_it() {
    let layers = layers();
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    let is_module = |source: &&Source| !source.is_test() && !matches!(source.module(), "lib" | "main") && !is_library(source.module());
    for source in sources().iter().filter(is_module) {
        assert!(!source.code.contains("crate::{"), "{}: one module a line, so that edges can be read", source.path);
        let module = source.module();
        for target in edges(&source.code).into_iter().filter(|target| target != module) {
            // Other packages stand below the program.
            let is_below = |layer: &u8| *layer < layers[module];
            let goes_down = REEXPORTED.contains(&target.as_str()) || layers.get(&target).is_some_and(is_below);
            match EXCEPTIONS.iter().find(|(from, to, _)| *from == module && *to == target) {
                Some(exception) => _ = used.insert(*exception),
                None if goes_down => {}
                None => wrong.push(format!("{} uses {target}", source.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let unused: Vec<_> = EXCEPTIONS.iter().filter(|exception| !used.contains(*exception)).collect();
    assert!(unused.is_empty(), "unused exceptions: {unused:?}");
}

#[test]
fn no_module_leaves_its_room_by_a_chain_of_super() {
    for source in sources().into_iter().filter(|source| !source.is_test()) {
        let parts: Vec<&str> = source.path.split('/').collect();
        // `engine/run.rs` is two deep, `engine.rs` one; the name of a package is no module.
        let depth = parts.len() - usize::from(is_library(source.module()));
        let chain = "super::".repeat(depth);
        assert!(!source.code.contains(&chain), "{} reaches the crate's root by {chain}", source.path);
    }
}

#[test]
fn a_provider_does_not_use_the_archive_and_only_commands_use_the_sandbox() {
    for source in sources() {
        let edges = edges(&source.code);
        let forbidden: &[&str] = match source.module() {
            "provider" => &["archive", "store", "report", "cli"],
            module if is_library(module) => continue,
            "engine" => &["report", "cli", "config", "sandbox"],
            "report" => &["store", "provider", "http", "config", "sandbox"],
            _ => &["sandbox"],
        };
        let is_command = source.module() == "commands" || source.module() == "lib";
        let wrong: Vec<_> = forbidden.iter().filter(|target| !is_command && edges.contains(**target)).collect();
        assert!(wrong.is_empty(), "{} uses {wrong:?}", source.path);
    }
}

#[test]
fn each_foreign_crate_is_named_in_its_room_alone() {
    stands_in(&["http/client.rs"], &["reqwest"]);
    stands_in(&["objects/"], &["rusty_s3", "quick_xml"]);
    stands_in(&["cli/"], &["clap", "clap_complete", "clap_mangen"]);
    stands_in(&["report/bars/"], &["indicatif"]);
    stands_in(&["report/wrap.rs"], &["measure_text_width"]);
    stands_in(&["archive/page/"], &["askama"]);
    stands_in(&["archive/zip.rs"], &["crc32fast"]);
    stands_in(&["sandbox/"], &["axum"]);
    stands_in(&["viewer/"], &["hyper", "hyper_util"]);
    stands_in(&["sandbox/", "viewer/", "clock/console_events.rs"], &["tokio"]);
    stands_in(&["archive/store/privacy.rs"], &["windows_permissions"]);
    // The sandbox checks signatures of its own clients, with keys of its own making.
    stands_in(&["archive/seal/", "sandbox/yoti/"], &["aws_lc_rs"]);
    stands_in(&["commands/matching.rs"], &["icu_normalizer"]);
    stands_in(&["config/suggest.rs"], &["strsim"]);
    stands_in(&["config/edit.rs"], &["toml_edit"]);
    let unix = [
        "commands/config/terminal.rs",
        "commands/scheduled/command.rs",
        "commands/services.rs",
        "config/credentials/private.rs",
        "archive/input.rs",
        "archive/store/durable.rs",
        "archive/store/lacking.rs",
        "archive/store/tree/",
    ];
    stands_in(&unix, &["rustix"]);
    stands_in(&["config/file.rs", "config/diagnostics.rs"], &["DeTable"]);
    stands_in(&["archive/seal/rsa.rs"], &["RsaKeyPair"]);
    stands_in(&["archive/seal/", "archive/chip/"], &["bcder", "webpki"]);
    let keyrings = ["keyring_core", "apple_native_keyring_store", "dbus_secret_service_keyring_store", "windows_native_keyring_store"];
    stands_in(&["config/keyring.rs"], &keyrings);
    stands_in(&["archive/store/free_space.rs"], &["fs4"]);
    stands_in(&["archive/cipher/"], &["x25519", "Encryptor", "Decryptor"]);
    stands_in(&["pair/backend/"], &["unsafe"]);
}

#[test]
fn one_place_prints() {
    for source in sources() {
        for name in ["println!", "print!", "eprintln!", "eprint!", "dbg!"] {
            assert!(!names(&source.code, name), "{} has {name}", source.path);
        }
    }
    // The bars draw on standard error through `indicatif`, and ask how wide it is; nothing else may touch it.
    stands_in(&["report/console.rs"], &["stdout()", "io::stderr()"]);
    // On Windows a secret is read through the handle of the terminal.
    stands_in(&["report/console.rs", "report/bars/", "commands/config/terminal.rs"], &["stderr()"]);
}

#[test]
fn one_place_reads_the_clock_and_one_the_environment() {
    stands_in(&["clock.rs", "sandbox/"], &["SystemTime::now", "Instant::now"]);
    stands_in(&["config/environment.rs"], &["env::vars_os"]);
    for source in sources() {
        for name in ["env::var", "env::vars", "env::var_os", "process::exit"] {
            assert!(!names(&source.code, name), "{} has {name}", source.path);
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_none_is_long() {
    for source in sources() {
        assert!(
            source.text.starts_with("//! ") || source.path == "main.rs" && source.text.contains("//!"),
            "{} opens without a word",
            source.path
        );
        let lines = source.text.lines().count();
        let limit = if source.path == "main.rs" { 30 } else { 400 };
        assert!(lines <= limit || source.is_test(), "{} has {lines} lines", source.path);
    }
}
