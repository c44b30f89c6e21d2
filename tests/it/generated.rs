//! Man pages are what the code generates, and say what the code does; the program has every script of completions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use vmedia::cli::generate::{completions, man_pages};
use vmedia::error::ErrorKind;
use vmedia::exit::Exit;

const REGENERATE: &str = "run: cargo run -- man --dir man";

/// The page of the program.
const PROGRAM: &str = "vmedia.1";

/// The generated files are the folder's, and the folder has no other.
#[track_caller]
fn is_current(folder: &str, generated: Vec<(String, Vec<u8>)>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{folder}/: {error}; {REGENERATE}"));
    let held: BTreeSet<String> = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    let names: BTreeSet<String> = generated.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(held, names, "{folder}/ has other files than it should; delete what is too much and {REGENERATE}");
    for (name, text) in generated {
        // A checkout may have turned line ends.
        let held = String::from_utf8(std::fs::read(path.join(&name)).expect("readable")).expect("UTF-8").replace("\r\n", "\n");
        assert!(held == String::from_utf8(text).expect("UTF-8"), "{folder}/{name} is stale; {REGENERATE}");
    }
}

/// Every man page as the text between its requests, by name.
fn pages() -> BTreeMap<String, String> {
    let text =
        |bytes| String::from_utf8(bytes).expect("UTF-8").replace("\\-", "-").replace("\\fB", "").replace("\\fI", "").replace("\\fR", "");
    man_pages().expect("pages").into_iter().map(|(name, bytes)| (name, text(bytes))).collect()
}

/// The lines of a section.
fn section<'a>(page: &'a str, title: &str) -> Vec<&'a str> {
    let header = |line: &str| line.strip_prefix(".SH ").map(|name| name.trim_matches('"').to_owned());
    page.lines().skip_while(|line| header(line).as_deref() != Some(title)).skip(1).take_while(|line| header(line).is_none()).collect()
}

#[test]
fn the_program_has_every_script_of_completions() {
    is_current("completions", completions());
}

#[test]
fn the_man_pages_in_the_repository_are_current() {
    is_current("man", man_pages().expect("pages"));
}

#[test]
fn every_man_page_has_the_sections_that_people_look_for() {
    let pages = pages();
    assert!(pages.len() > 5, "{:?}", pages.keys());
    for (name, page) in &pages {
        for title in ["NAME", "SYNOPSIS", "EXAMPLES", "SEE ALSO"] {
            assert!(section(page, title).iter().any(|line| !line.starts_with('.') && !line.is_empty()), "{name} has no {title}");
        }
        // What holds for all commands is described once.
        for title in ["EXIT STATUS", "ENVIRONMENT", "FILES", "CONFIGURATION", "NETWORK", "OUTPUT", "SEALS", "SCHEDULED RUNS"] {
            assert_eq!(section(page, title).is_empty(), name != PROGRAM, "{name}: {title}");
        }
        assert_eq!(section(page, "SHARED OPTIONS").iter().any(|line| line.contains("vmedia(1)")), name != PROGRAM, "{name}");
        let others = section(page, "SEE ALSO").join(" ");
        let ours: Vec<&str> =
            others.split(", ").filter_map(|other| other.strip_suffix("(1)")).filter(|other| other.starts_with("vmedia")).collect();
        assert!(!ours.is_empty() && ours.iter().all(|other| pages.contains_key(&format!("{other}.1"))), "{name}: {ours:?}");
        assert!(section(page, "EXAMPLES").iter().any(|line| line.trim_start().starts_with("vmedia ")), "{name} has no example");
    }
}

#[test]
fn the_exit_statuses_of_the_man_pages_are_those_of_the_code() {
    let kinds = crate::codes::codes::<ErrorKind>("?").into_iter().map(|code| serde_json::from_value(code.into()).expect("a kind"));
    let codes: BTreeSet<u8> = kinds.map(|kind: ErrorKind| Exit::from(kind).code()).chain([Exit::Done.code()]).collect();
    let pages = pages();
    let lines = section(&pages[PROGRAM], "EXIT STATUS");
    let terms = lines.iter().zip(lines.iter().skip(1)).filter(|(request, _)| request.starts_with(".TP")).map(|(_, term)| term);
    let listed: BTreeSet<u8> = terms.flat_map(|term| term.split(", ")).filter_map(|number| number.trim().parse().ok()).collect();
    assert_eq!(listed, codes);
}

#[test]
fn every_variable_that_the_code_reads_is_in_the_man_pages() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/environment.rs");
    let source = std::fs::read_to_string(source).expect("the source");
    let read: BTreeSet<&str> = source.split('"').filter(|text| text.starts_with("VMEDIA_") && *text != "VMEDIA_").collect();
    assert!(read.len() >= 8, "{read:?}");
    let pages = pages();
    let lines = section(&pages[PROGRAM], "ENVIRONMENT");
    let listed: BTreeSet<&str> = lines.iter().copied().filter(|line| line.starts_with("VMEDIA_")).collect();
    assert_eq!(listed, read);
}

#[test]
fn every_flag_of_every_verb_is_in_its_man_page() {
    use clap::CommandFactory;
    let mut command = vmedia::cli::Arguments::command();
    command.build();
    let pages = pages();
    let mut flags = 0;
    let mut verbs = vec![("vmedia".to_owned(), &command)];
    while let Some((title, verb)) = verbs.pop() {
        let below = verb.get_subcommands().filter(|verb| verb.get_name() != "help");
        verbs.extend(below.map(|verb| (format!("{title}-{}", verb.get_name()), verb)));
        let name = format!("{title}.1");
        let page = pages.get(&name).unwrap_or_else(|| panic!("no {name} in {:?}", pages.keys()));
        let terms = |page: &str| -> BTreeSet<String> {
            let lines = page.lines().zip(page.lines().skip(1)).filter(|(request, _)| request.starts_with(".TP"));
            lines.flat_map(|(_, term)| term.split([',', ' ', '[']).map(str::to_owned).collect::<Vec<_>>()).collect()
        };
        let named: BTreeSet<&str> = section(page, "SHARED OPTIONS").into_iter().flat_map(|line| line.split(", ")).collect();
        for argument in verb.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let Some(flag) = argument.get_long().map(|long| format!("--{long}")) else { continue };
            flags += 1;
            let is_shared = name != PROGRAM && argument.get_help_heading().is_some();
            let described = if is_shared { &pages[PROGRAM] } else { page };
            assert!(terms(described).contains(&flag), "{name} lacks {flag}");
            assert_eq!(named.contains(&*flag), is_shared, "{name}: {flag}");
        }
    }
    assert!(flags > 100, "{flags}");
}

#[test]
fn the_page_on_scripts_shows_an_event_of_this_version_and_the_exit_statuses_as_they_are() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scripts.md")).expect("the page");
    let events: Vec<_> = page.lines().filter(|line| line.starts_with("{\"v\":")).map(crate::harness::event).collect();
    assert!(matches!(&events[..], [vmedia::engine::Event::RunFinished { .. }]), "{events:?}");
    let (_, table) = page.split_once("| status | meaning |").expect("the table of exit statuses");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let numbers: Vec<&str> = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split(',')).map(str::trim).collect();
    assert_eq!(numbers, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "130", "143"]);
}
