//! What the documents name exists: links, headings, flags, commands, keys of the configuration.

use super::document::{Block, Document, all, parse, read, root};
use clap::{CommandFactory, Parser};
use std::collections::BTreeSet;
use vmedia::cli::Arguments;

/// Why a block is not run.
const REASONS: [&str; 6] =
    ["it installs", "it asks a person", "another machine", "it needs an account", "it serves until it is stopped", "it changes the system"];

/// Flags of all commands.
fn flags() -> BTreeSet<String> {
    let mut command = Arguments::command();
    command.build();
    let verbs = command.get_subcommands().flat_map(|verb| verb.get_subcommands().chain([verb]));
    let arguments = verbs.chain([&command]).flat_map(clap::Command::get_arguments);
    arguments.filter_map(clap::Arg::get_long).map(|long| format!("--{long}")).collect()
}

/// The words that begin with two dashes.
fn dashed(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '=' | ',' | ';' | '(' | ')' | '\'' | '"' | '[' | ']'));
    words.filter(|word| word.starts_with("--") && word.len() > 2)
}

/// The command lines of a block that begin with the program's name, as words.
pub fn command_lines(block: &Block) -> Vec<Vec<String>> {
    let joined = block.text.replace("\\\n", " ");
    let commands = joined.lines().filter_map(|line| line.find("vmedia ").map(|at| line.split_at(at)));
    // In a crontab the command stands behind the times.
    let commands = commands.filter(|(before, _)| before.chars().all(|letter| letter.is_ascii_digit() || " *".contains(letter)));
    commands.map(|(_, command)| words(command)).collect()
}

/// The words of a line up to what is the shell's business: a quoted text is one word, `<session-id>` is an id.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words.into_iter().take_while(|word| !matches!(word.as_str(), "|" | "||" | "&&" | ";" | ">" | "#" | "2>&1")).collect()
}

fn links_are_good(document: &Document, others: &[Document]) -> Result<(), String> {
    let folder = document.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    for link in document.links.iter().filter(|link| !link.contains("://")) {
        let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if part == ".." { _ = parts.pop() } else { parts.push(part) }
        }
        let target = if path.is_empty() { document.name.clone() } else { parts.join("/") };
        if !root().join(&target).exists() {
            return Err(format!("{}: the link {link} leads nowhere", document.name));
        }
        let has = |anchor: &str| others.iter().chain([document]).any(|other| other.name == target && other.anchors.contains(anchor));
        if anchor.is_some_and(|anchor| !has(anchor)) {
            return Err(format!("{}: {target} has no heading for {link}", document.name));
        }
    }
    Ok(())
}

#[test]
fn every_link_leads_somewhere() {
    let documents = all();
    assert!(documents.iter().map(|document| document.links.len()).sum::<usize>() > 20);
    for document in &documents {
        links_are_good(document, &documents).unwrap_or_else(|error| panic!("{error}"));
    }
    let broken = |text: &str| links_are_good(&parse("docs/README.md".to_owned(), text), &documents).is_err();
    assert!(!broken("# A b\n\n[a](../README.md) [b](#a-b)"));
    assert!(broken("[a](../nowhere.md)") && broken("[a](#nowhere)") && broken("[a](../README.md#nowhere)"));
}

#[test]
fn every_document_can_be_reached_from_the_readme_and_the_index() {
    let documents = all();
    let index = documents.iter().find(|document| document.name == "docs/README.md").expect("an index");
    let readme = documents.iter().find(|document| document.name == "README.md").expect("a readme");
    assert!(readme.links.iter().any(|link| link == "docs/README.md"));
    let site = read(&root().join("docs/SUMMARY.md"));
    for document in documents.iter().filter_map(|document| document.name.strip_prefix("docs/")) {
        assert!(document == "README.md" || index.links.iter().any(|link| link == document), "docs/README.md has no link to {document}");
        assert!(site.links.iter().any(|link| link == document), "docs/SUMMARY.md has no link to {document}");
    }
    links_are_good(&site, &documents).unwrap_or_else(|error| panic!("{error}"));
}

/// The site has the folder docs/, and beside it what its script copies there.
#[test]
fn what_a_page_links_outside_of_docs_is_in_the_site() {
    let script = std::fs::read_to_string(root().join("packaging/site/build")).expect("the script");
    let copied = script.lines().find_map(|line| line.strip_prefix("cp -R ")?.strip_suffix(" \"$folder/\"")).expect("what is copied");
    let copied: BTreeSet<&str> = copied.split(' ').collect();
    for document in all().iter().filter(|document| document.name.starts_with("docs/")) {
        for outside in document.links.iter().filter_map(|link| link.strip_prefix("../")) {
            let place = outside.split('/').next().unwrap_or_default();
            assert!(copied.contains(place), "{}: {outside} is not in the site, which has {copied:?}", document.name);
        }
    }
}

#[test]
fn the_page_for_auditors_on_windows_has_the_command_of_the_session_page() {
    let page = read(&root().join("docs/auditor-windows.md"));
    let template = std::fs::read_to_string(root().join("crates/vmedia-archive/src/page/session.html")).expect("the page's template");
    let block = page.blocks.iter().find(|block| block.text.contains("Get-FileHash")).expect("the command");
    let lines: Vec<&str> = block.text.lines().skip(1).collect();
    assert!(template.replace("\r\n", "\n").contains(&lines.join("\n")), "{}", block.text);
}

#[test]
fn every_flag_that_is_named_exists() {
    let flags = flags();
    let mut named = 0;
    for document in all() {
        for code in document.codes.iter().filter(|code| code.starts_with("--") || code.starts_with("vmedia ")) {
            for flag in dashed(code) {
                assert!(flags.contains(flag), "{}: there is no {flag} (`{code}`)", document.name);
                named += 1;
            }
        }
    }
    assert!(named > 40, "{named}");
}

#[test]
fn what_is_not_run_has_a_reason_and_is_understood() {
    let mut understood = 0;
    for document in all() {
        for block in &document.blocks {
            let place = format!("{}:{}", document.name, block.line);
            assert!(["sh", "text", "toml", "json", "powershell"].contains(&block.language.as_str()), "{place}: {}", block.language);
            if let Some(reason) = block.mark("not run:") {
                assert!(REASONS.contains(&reason), "{place}: {reason} is no reason not to run it: {REASONS:?}");
            }
            // What is run is understood, or is a mistake that is shown on purpose.
            let is_run = block.language == "sh" && block.mark("not run:").is_none();
            let commands = if is_run { Vec::new() } else { command_lines(block) };
            for words in commands {
                if let Err(error) = Arguments::try_parse_from(&words) {
                    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
                    assert!(matches!(error.kind(), DisplayHelp | DisplayVersion), "{place}: {words:?}\n{error}");
                }
                understood += 1;
            }
        }
    }
    assert!(understood >= 2, "{understood}");
    let misspelt = parse(String::new(), "```sh\nvmedia downlaod <session-id> | head\n```\n");
    assert!(Arguments::try_parse_from(&command_lines(&misspelt.blocks[0])[0]).is_err());
}

/// A status that is claimed is one that the document's own commands gave, that the table of all statuses explains, or that
/// a test is named for, as in `<!-- status 6: tests/it/interrupt/disk.rs -->`.
pub fn claimed_statuses(document: &Document) -> BTreeSet<u8> {
    let pattern = regex::Regex::new(r"\bstatus(?: is)? ([0-9]+)\b").expect("a pattern");
    let numbers: BTreeSet<u8> = pattern.captures_iter(&document.prose).filter_map(|found| found[1].parse().ok()).collect();
    numbers.into_iter().filter(|number| !is_proved(document, *number)).collect()
}

fn is_proved(document: &Document, number: u8) -> bool {
    let proofs = document.marks.iter().filter_map(|mark| mark.strip_prefix(&format!("status {number}: ")));
    proofs.into_iter().any(|path| {
        let test = std::fs::read_to_string(root().join(path.trim())).unwrap_or_else(|error| panic!("{}: {path}: {error}", document.name));
        assert!(test.contains(&format!("ends_with({number})")), "{path} does not see {number}");
        true
    })
}

#[test]
fn a_status_that_is_claimed_is_found() {
    let document = parse(
        "a.md".to_owned(),
        "It ends with status 7, or\nstatus 6, and the exit status is 8.\n\n<!-- status 8: tests/it/repair.rs -->\n",
    );
    assert_eq!(claimed_statuses(&document), BTreeSet::from([6, 7]));
}

/// The keys of the example that explains every one of them.
#[test]
fn the_page_on_the_configuration_names_every_key() {
    let example = std::fs::read_to_string(root().join("src/config/example.toml")).expect("the example");
    let lines = example.lines().map(|line| line.trim_start_matches('#'));
    let keys: BTreeSet<&str> = lines.filter_map(|line| line.split_once(" = ")).map(|(key, _)| key).filter(|key| is_key(key)).collect();
    assert!(keys.len() > 10, "{keys:?}");
    let page = all().into_iter().find(|document| document.name == "docs/configuration.md").expect("the page");
    let missing: Vec<_> = keys.iter().filter(|key| !page.codes.iter().any(|code| code == *key)).collect();
    assert!(missing.is_empty(), "docs/configuration.md does not name {missing:?}");
}

fn is_key(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[test]
fn the_way_of_a_byte_names_files_that_exist() {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md").replace("\r\n", "\n");
    let (_, walk) = text.split_once("from the socket to its final name").expect("the way of a byte");
    let lines: Vec<&str> = walk.lines().skip_while(|line| !line.starts_with("    ")).take_while(|line| line.starts_with("    ")).collect();
    assert!((8..=10).contains(&lines.len()), "{lines:?}");
    for path in lines.iter().filter_map(|line| line.split_whitespace().next()) {
        assert!(root().join(path).is_file(), "there is no {path}");
    }
}
