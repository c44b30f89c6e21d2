//! The rules of the architecture, as `src/lib.rs` describes it, checked over the text of the sources. That the archive and the
//! sandbox depend on nothing above them is shown by their manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Edges that do not lead down, each for the reason that stands here.
const EXCEPTIONS: [(&str, &str, &str); 5] = [
    ("config", "cli", "it resolves what was typed into settings"),
    ("report", "cli", "the formats that were asked for"),
    ("report", "engine", "events are the contract between the work and whoever shows it"),
    ("commands", "cli", "a verb is handed what was typed"),
    ("clock", "exit", "the request to stop says which status the run ends with"),
];

/// The packages, by the name that their files' paths begin with; the program's own begin with nothing.
const PACKAGES: [(&str, &str); 3] = [("", "src"), ("archive/", "crates/vmedia-archive/src"), ("sandbox/", "crates/vmedia-sandbox/src")];

/// Import cycles that are left, as `module -> module`. The list may shrink and must not grow.
const CYCLES: [&str; 17] = [
    "archive/known -> session",
    "archive/session -> known",
    "archive/store/local -> store/staged",
    "archive/store/staged -> store/local",
    "archive/verify/examine -> verify/outcomes",
    "archive/verify/journal -> verify/report",
    "archive/verify/journal -> verify/workers",
    "archive/verify/outcomes -> verify/examine",
    "archive/verify/queue -> verify/report",
    "archive/verify/report -> verify/workers",
    "archive/verify/workers -> verify/journal",
    "archive/verify/workers -> verify/queue",
    "archive/verify/workers -> verify/report",
    "engine/opening -> engine/run",
    "engine/run -> engine/opening",
    "report/human -> report/verify_text",
    "report/verify_text -> report/human",
];

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
        if root.exists() || !is_published() {
            add_sources(prefix, &root, &mut sources);
        }
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

/// Returns whether the tests run in a published package, which has its own sources alone.
fn is_published() -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml.orig").exists()
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
        let is_here = places.iter().any(|place| sources.iter().any(|source| is_below(&source.path, place)));
        assert!(
            naming.iter().any(inside) || !is_here && is_published(),
            "nothing in {places:?} names {word}: has it moved, or does this fence guard nothing?"
        );
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

/// The modules of one package, by their paths, with the paths of items that each names.
struct Modules {
    /// What each module names, as absolute paths.
    uses: BTreeMap<Vec<String>, Vec<Vec<String>>>,
    /// What each module imports or re-exports: the name there, and the absolute path of the item.
    imports: BTreeMap<(Vec<String>, String), Vec<String>>,
}

impl Modules {
    fn of(package: &str, sources: &[Source]) -> Self {
        let mut codes: BTreeMap<Vec<String>, &str> = BTreeMap::new();
        let is_inside = |source: &&Source| match source.module() {
            module @ ("archive" | "sandbox") => package.starts_with(module),
            _ => package.is_empty(),
        };
        for source in sources.iter().filter(is_inside).filter(|source| !source.is_test() && !source.path.ends_with("main.rs")) {
            let path = source.path[package.len()..].trim_end_matches(".rs");
            let path = if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() };
            codes.insert(path, &source.code);
        }
        let mut modules = Self { uses: codes.keys().map(|module| (module.clone(), Vec::new())).collect(), imports: BTreeMap::new() };
        for (module, code) in codes {
            modules.add(&module, code);
        }
        modules
    }

    fn add(&mut self, module: &[String], code: &str) {
        let mut rest = String::new();
        for statement in code.replace("pub(in crate::", "(").split_inclusive(';') {
            let Some(at) = statement.rfind("use ").filter(|at| *at == 0 || statement[..*at].ends_with(['\n', ' ', ')'])) else {
                rest.push_str(statement);
                continue;
            };
            rest.push_str(&statement[..at]);
            for path in paths_of(statement[at + 4..].trim_end_matches(';')) {
                let (path, name) = path.split_once(" as ").map_or((path.as_str(), None), |(path, name)| (path, Some(name)));
                let path = path.strip_suffix("::self").unwrap_or(path);
                if let Some(absolute) = self.absolute(module, path) {
                    let name = name.or_else(|| path.rsplit("::").next()).unwrap_or_default();
                    self.imports.insert((module.to_vec(), name.to_owned()), absolute.clone());
                    self.uses.entry(module.to_vec()).or_default().push(absolute);
                }
            }
        }
        for start in ["crate::", "super::"] {
            for (at, _) in rest.match_indices(start).filter(|(at, _)| *at == 0 || !rest[..*at].ends_with([':', '_', '$'])) {
                let path: String =
                    rest[at..].chars().take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':')).collect();
                let absolute = self.absolute(module, path.trim_end_matches(':'));
                self.uses.entry(module.to_vec()).or_default().extend(absolute);
            }
        }
    }

    /// Returns the path of an item from the package's root; none for an item of another package.
    fn absolute(&self, module: &[String], path: &str) -> Option<Vec<String>> {
        let words: Vec<String> = path.split("::").map(|word| word.trim().to_owned()).collect();
        let ups = words.iter().take_while(|word| *word == "super").count();
        let own = [module, &words[..1]].concat();
        match words[0].as_str() {
            "crate" => Some(words[1..].to_vec()),
            "self" => Some([module, &words[1..]].concat()),
            "super" => Some([&module[..module.len().checked_sub(ups)?], &words[ups..]].concat()),
            _ if self.uses.contains_key(&own) => Some([module, &words].concat()),
            _ => None,
        }
    }

    /// Returns the module that defines an item, behind re-exports.
    fn defining(&self, path: &[String], depth: usize) -> Vec<String> {
        let known = (0..=path.len()).take_while(|length| self.uses.contains_key(&path[..*length])).last().unwrap_or(0);
        let (module, item) = path.split_at(known);
        let import = item.first().and_then(|name| self.imports.get(&(module.to_vec(), name.clone())));
        match import.filter(|import| depth < 8 && import.as_slice() != path) {
            Some(import) => self.defining(&[import.as_slice(), &item[1..]].concat(), depth + 1),
            None => module.to_vec(),
        }
    }

    /// Returns which modules name which of their siblings, they or modules below them.
    fn edges(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, uses) in &self.uses {
            for target in uses.iter().map(|path| self.defining(path, 0)) {
                let common = module.iter().zip(&target).take_while(|(one, other)| one == other).count();
                if common < module.len() && common < target.len() {
                    edges.entry(module[..=common].join("/")).or_default().insert(target[..=common].join("/"));
                }
            }
        }
        edges
    }
}

/// Returns the paths of a `use` tree: `a::{b, c as d}` is `a::b` and `a::c as d`.
fn paths_of(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, group)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let mut depth = 0;
    let parts = group.split(|letter| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        depth == 0 && letter == ','
    });
    let parts = parts.filter(|part| !part.trim().is_empty());
    parts.flat_map(paths_of).map(|path| format!("{}{path}", prefix.trim())).collect()
}

/// Returns whether edges lead from one module to another.
fn leads(edges: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(module) = next.pop() {
        for target in edges.get(module).into_iter().flatten() {
            if target == to {
                return true;
            }
            if seen.insert(target) {
                next.push(target);
            }
        }
    }
    false
}

#[test]
fn no_two_modules_use_each_other() {
    let sources = sources();
    let mut found = BTreeSet::new();
    for (package, _) in PACKAGES {
        let modules = Modules::of(package, &sources);
        let edges = modules.edges();
        if package.is_empty() {
            assert!(edges["config/file"].contains("config/profile"), "an import of a sibling is seen: {edges:#?}");
        }
        for (module, targets) in &edges {
            found.extend(
                targets.iter().filter(|target| leads(&edges, target, module)).map(|target| format!("{package}{module} -> {target}")),
            );
        }
    }
    found.retain(|cycle| !CYCLES.contains(&cycle.as_str()));
    assert!(found.is_empty(), "import cycles: {found:#?}");
}

#[test]
fn the_table_of_layers_names_every_module_and_nothing_else() {
    let modules: BTreeSet<String> = sources()
        .iter()
        .map(|source| source.module().to_owned())
        .filter(|module| !matches!(module.as_str(), "lib" | "archive" | "sandbox"))
        .collect();
    let named: BTreeSet<String> = layers().into_keys().filter(|name| name != "run" && !REEXPORTED.contains(&name.as_str())).collect();
    assert_eq!(named, modules);
}

#[test]
fn a_module_uses_what_stands_below_it() {
    let layers = layers();
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test() && !matches!(source.module(), "lib" | "main" | "archive" | "sandbox"))
    {
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
    assert!(unused.is_empty(), "exceptions that nobody needs any more: {unused:?}");
}

#[test]
fn no_module_leaves_its_room_by_a_chain_of_super() {
    for source in sources().into_iter().filter(|source| !source.is_test()) {
        let parts: Vec<&str> = source.path.split('/').collect();
        // `engine/run.rs` is two deep, `engine.rs` one; the name of a package is no module.
        let depth = parts.len() - usize::from(matches!(source.module(), "archive" | "sandbox"));
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
            "archive" | "sandbox" => continue,
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
    stands_in(&["cli/"], &["clap", "clap_complete", "clap_mangen"]);
    stands_in(&["report/bars/"], &["indicatif"]);
    stands_in(&["report/table.rs"], &["measure_text_width"]);
    stands_in(&["archive/page/"], &["askama"]);
    stands_in(&["sandbox/"], &["axum", "tokio"]);
    // The sandbox checks signatures of its own clients, with keys of its own making.
    stands_in(&["archive/seal/", "sandbox/yoti/"], &["aws_lc_rs"]);
    stands_in(&["config/suggest.rs"], &["strsim"]);
    stands_in(&["config/edit.rs"], &["toml_edit"]);
    let unix = [
        "commands/config/terminal.rs",
        "commands/scheduled/command.rs",
        "config/credentials/private.rs",
        "archive/input.rs",
        "archive/store/tree/",
    ];
    stands_in(&unix, &["rustix"]);
    stands_in(&["config/file.rs", "config/diagnostics.rs"], &["DeTable"]);
    stands_in(&["archive/seal/rsa.rs"], &["RsaKeyPair"]);
    stands_in(&["archive/seal/stamp/"], &["bcder", "webpki"]);
    let keyrings = ["keyring_core", "apple_native_keyring_store", "dbus_secret_service_keyring_store", "windows_native_keyring_store"];
    stands_in(&["config/keyring.rs"], &keyrings);
    stands_in(&["archive/store/room.rs"], &["fs4"]);
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
