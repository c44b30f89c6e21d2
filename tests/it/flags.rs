//! Each command takes the shared flags that it reads and no other, and its help fits a screen.

use crate::harness::{Run, bare};
use clap::CommandFactory;
use std::ffi::OsString;
use vmedia::cli::{Arguments, ParseExit, parse};
use vmedia::error::ErrorKind;
use vmedia::exit::Exit;

/// Flags that more than one command takes, each with a value.
const SHARED: [&str; 25] = [
    "--profile=x",
    "--config=x",
    "--provider=yoti",
    "--base-url=https://x.example",
    "--ca-cert=x",
    "--insecure-http",
    "--retries=1",
    "--retry-delay=1",
    "--connect-timeout=1",
    "--timeout=1",
    "--max-rate=3/s",
    "--limit-rate=1M",
    "--max-time=1",
    "--quiet",
    "--verbose",
    "--log-file=x",
    "--no-progress",
    "--color=never",
    "--sign-key=x",
    "--accept-unsealed=x",
    "--timestamp=http://x.example",
    "--max-duration=1h",
    "--ping-url=https://x.example",
    "--on-failure=x",
    "--metrics-file=x",
];

const PROFILE: &[&str] = &["--profile", "--config", "--provider"];
const TRUST: &[&str] = &["--ca-cert", "--insecure-http"];
const CONNECTION: &[&str] = &["--base-url", "--retries", "--retry-delay", "--connect-timeout", "--timeout"];
const LIMITS: &[&str] = &["--max-rate", "--limit-rate"];
const OUTPUT: &[&str] = &["--quiet", "--verbose", "--log-file"];
const SEALS: &[&str] = &["--sign-key", "--accept-unsealed", "--timestamp"];
const SCHEDULE: &[&str] = &["--max-duration", "--ping-url", "--on-failure", "--metrics-file"];

/// The words that a command needs, and what it takes beside `--color`.
const COMMANDS: [(&[&str], &[&[&str]]); 32] = [
    (&["list", "x"], &[PROFILE, TRUST, CONNECTION, LIMITS, OUTPUT]),
    (&["attempts", "x"], &[PROFILE, TRUST, CONNECTION, LIMITS, OUTPUT]),
    (&["download", "x"], &[PROFILE, TRUST, CONNECTION, LIMITS, &["--max-time", "--no-progress"], OUTPUT, SEALS, SCHEDULE]),
    (&["repair", "x"], &[PROFILE, TRUST, CONNECTION, LIMITS, &["--max-time", "--no-progress"], OUTPUT, SEALS, SCHEDULE]),
    (&["verify", "x"], &[PROFILE, TRUST, OUTPUT, &["--no-progress"], SCHEDULE]),
    (&["catalog", "x"], &[OUTPUT, &["--profile", "--config", "--no-progress"]]),
    (&["erase", "x", "--authority=x", "--reason=x", "--at-provider"], &[PROFILE, &["--base-url"], TRUST, OUTPUT, SEALS]),
    (&["hold", "add", "x", "x", "--reason=x"], &[&["--profile", "--config"], TRUST, OUTPUT, SEALS]),
    (&["hold", "release", "x", "--reason=x"], &[&["--profile", "--config"], TRUST, OUTPUT, SEALS]),
    (&["hold", "list"], &[OUTPUT, &["--profile", "--config", "--no-progress"]]),
    (&["retention", "cutoff", "--from=x"], &[&["--profile", "--config"], TRUST, OUTPUT, SEALS]),
    (&["retention", "due"], &[OUTPUT, &["--profile", "--config", "--no-progress"], TRUST, SCHEDULE]),
    (&["retention", "plan", "x", "--authority=x", "-o", "x"], &[&["--profile", "--config", "--no-progress"], OUTPUT]),
    (&["find", "x"], &[OUTPUT, &["--profile", "--config", "--no-progress"]]),
    (&["show", "x"], &[&["--profile", "--config"]]),
    (&["open", "x"], &[&["--profile", "--config"]]),
    (&["export", "x", "-o=x.zip", "--reason=x"], &[&["--profile", "--config"], TRUST, OUTPUT, SEALS]),
    (
        &["ship"],
        &[
            &["--profile", "--config", "--no-progress", "--retries", "--retry-delay", "--connect-timeout", "--timeout"],
            TRUST,
            OUTPUT,
            SEALS,
            SCHEDULE,
        ],
    ),
    (&["keys", "grant", "x", "--to=x", "--identity=x", "--reason=x"], &[&["--profile", "--config"], TRUST, OUTPUT, SEALS]),
    (&["keys", "rewrap", "--identity=x"], &[&["--profile", "--config"], TRUST, OUTPUT, SEALS]),
    (&["keys", "drill", "--identity=x"], &[&["--profile", "--config", "--no-progress"], TRUST, OUTPUT, SCHEDULE]),
    (&["adopt", "--reason=x"], &[PROFILE, TRUST, OUTPUT, SEALS]),
    (&["encrypt", "--reason=x"], &[PROFILE, TRUST, OUTPUT, &["--no-progress"], SEALS]),
    (&["config", "path"], &[&["--config", "--quiet"]]),
    (&["config", "show"], &[PROFILE, TRUST, CONNECTION, LIMITS, &["--max-time", "--log-file"]]),
    (&["config", "check"], &[PROFILE, TRUST, CONNECTION, &["--quiet", "--log-file"]]),
    (&["config", "init"], &[PROFILE, TRUST, CONNECTION, &["--quiet", "--log-file"]]),
    (&["config", "example"], &[]),
    (&["sandbox"], &[&["--provider", "--config", "--quiet", "--verbose"]]),
    (&["demo"], &[&["--provider", "--no-progress"], OUTPUT]),
    (&["completions", "bash"], &[]),
    (&["man"], &[]),
];

/// The words that lead to each command, without those that it needs.
fn verbs() -> Vec<Vec<String>> {
    let name = |command: &clap::Command| command.get_name().to_owned();
    let of = |verb: &clap::Command| {
        let below: Vec<_> = verb.get_subcommands().map(|below| vec![name(verb), name(below)]).collect();
        if below.is_empty() { vec![vec![name(verb)]] } else { below }
    };
    Arguments::command().get_subcommands().flat_map(of).collect()
}

fn run(words: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    Run::of(&bare(folder.path()).args(words).output().expect("a run"))
}

#[test]
fn a_command_takes_the_shared_flags_that_it_reads_and_no_other() {
    for verb in verbs() {
        assert!(COMMANDS.iter().any(|(words, _)| words.iter().take(verb.len()).eq(verb.iter())), "{verb:?} is not in the table");
    }
    for (words, groups) in COMMANDS {
        for flag in SHARED {
            let name = flag.split('=').next().unwrap_or_default();
            let is_wanted = name == "--color" || groups.iter().any(|group| group.contains(&name));
            match parse(["vmedia"].iter().chain(words).chain([&flag]).map(OsString::from)) {
                Ok(_) => assert!(is_wanted, "{words:?} takes {flag}"),
                Err(ParseExit::Invalid(error, _)) => {
                    assert!(!is_wanted, "{words:?} {flag}: {error}");
                    assert_eq!(
                        (Exit::of(&error), error.what()),
                        (Exit::from(ErrorKind::Usage), &*format!("unexpected argument '{name}' found")),
                        "{words:?}"
                    );
                }
                Err(_) => panic!("{words:?} {flag} is no mistake"),
            }
        }
    }
    run(&["completions", "bash", "--max-rate", "3/s"]).ends_with(2).says("unexpected argument '--max-rate' found");
    run(&["hold", "add", "--bad"]).ends_with(2).says("vmedia hold add --help shows every flag");
    run(&["--provider", "yoti", "demo"]).ends_with(2).says("'demo --provider' exists");
}

#[test]
fn help_fits_a_screen_and_every_flag_is_in_the_long_one() {
    let lines = |words: &[&str], most: usize| {
        let help = run(words).ends_with(0).stdout;
        let longest = help.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(help.lines().count() <= most && longest <= 100, "{} lines, {longest} columns:\n{help}", help.lines().count());
        help
    };
    lines(&["-h"], 40);
    for verb in verbs().iter().chain([&vec!["config".to_owned()]]) {
        let words: Vec<&str> = verb.iter().map(String::as_str).collect();
        lines(&[&words[..], &["-h"]].concat(), 40);
        let long = lines(&[&words[..], &["--help"]].concat(), 90);
        assert_eq!(run(&[&["help"], &words[..]].concat()).ends_with(0).stdout, long);
        let program = Arguments::command();
        let command = words.iter().fold(&program, |command, word| command.find_subcommand(word).expect("a command"));
        for argument in command.get_arguments() {
            let name = format!("--{}", argument.get_long().unwrap_or_default());
            assert!(long.contains(&name), "{words:?} lacks {name}:\n{long}");
            let text = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(text.chars().count() < 80, "{words:?} {name}: {text}");
        }
    }
    lines(&["verify", "--help"], 59);
}
