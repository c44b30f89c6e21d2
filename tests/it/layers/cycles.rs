//! Import cycles between the modules of a package, found in the text of its sources.

use super::{PACKAGES, Source, is_library, sources};
use std::collections::{BTreeMap, BTreeSet};

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
            module if is_library(module) => package.starts_with(module),
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
    assert!(found.is_empty(), "import cycles: {found:#?}");
}
