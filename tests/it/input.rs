//! What people type wrong, each with two lines and a status.

use crate::harness::{ALL, Run, SESSION, World, bare, session_named, tree};
use std::path::Path;

/// Runs the program with these variables alone; no request is sent.
fn run(folder: &Path, environment: &[(&str, &str)], words: &[&str]) -> Run {
    Run::of(&bare(folder).envs(environment.iter().copied()).args(words).output().expect("a run"))
}

const KEY: (&str, &str) = ("VMEDIA_API_KEY", "key");
const SECRET: (&str, &str) = ("VMEDIA_API_SECRET", "secret-horse");
/// A host that cannot exist (RFC 2606).
const NOWHERE: (&str, &str) = ("VMEDIA_BASE_URL", "https://unknown.invalid");

/// Fails the test unless there are exactly the two lines of one error.
#[track_caller]
fn is_two_lines(run: &Run) {
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_wrong_configuration_is_reported_without_the_values_that_stand_in_it() {
    let world = World::new();
    let path = world.folder().join("config.toml");
    for (text, line, hint) in [
        ("[profiles.a]\nsecret_command = \"s3cr3t\"\n", 2, "for a shell secret_command = [\"sh\", \"-c\", \"...\"]"),
        ("profiles = \"s3cr3t\\n\\\"x\"\n", 1, "profiles are written as [profiles.NAME]"),
        ("[profiles]\na = \"s3cr3t\"\n", 2, "profiles are written as [profiles.NAME]"),
        ("[profiles.a]\napi_key = \"s3cr3t\n", 2, "vmedia config example explains every key"),
        ("[profiles.a]\napi_key = s3cr3t\n", 2, "it is a text in quotes"),
    ] {
        std::fs::write(&path, text).expect("written");
        let run = world.run(&["list", SESSION, "--config", "config.toml", "-vv"]).ends_with(3);
        assert!(!run.stderr.contains("s3cr3t"), "{}", run.stderr);
        run.complains(&format!("the configuration config.toml is wrong at line {line}: "), hint);
    }
}

#[test]
fn each_missing_credential_is_named_with_its_variable() {
    let folder = tempfile::tempdir().expect("a folder");
    for verb in ["download", "list", "attempts"] {
        for (environment, what, hint) in [
            (vec![], "there is no API key", "set VMEDIA_API_KEY and VMEDIA_API_SECRET"),
            (vec![SECRET, NOWHERE], "there is no API key", "set VMEDIA_API_KEY and VMEDIA_API_SECRET"),
            (vec![KEY, NOWHERE], "there is no API secret", "set VMEDIA_API_SECRET to the shared secret"),
            (vec![KEY, SECRET], "there is no base URL", "set VMEDIA_BASE_URL"),
            (vec![("VMEDIA_API_KEY", ""), SECRET, NOWHERE], "there is no API key", "vmedia demo"),
            (
                vec![KEY, ("VMEDIA_API_SECRET", " , "), NOWHERE],
                "the secret from the environment (VMEDIA_API_SECRET) is empty",
                "put the shared secret there",
            ),
        ] {
            let run = run(folder.path(), &environment, &[verb, SESSION]).ends_with(3).complains(what, hint);
            is_two_lines(&run);
        }
    }
    assert!(tree(folder.path()).is_empty(), "nothing is written before there is a provider to ask");
}

#[test]
fn a_key_with_what_no_key_has_is_named_and_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    for key in ["a key", "k\u{e9}y", "k\ney"] {
        let run = run(folder.path(), &[("VMEDIA_API_KEY", key), SECRET, NOWHERE], &["download", SESSION]).ends_with(3);
        assert!(!run.stderr.contains(key), "{}", run.stderr);
        run.complains("the API key from the environment (VMEDIA_API_KEY) holds characters that no key has", "copy it again");
    }
}

#[test]
fn a_base_url_that_is_none_is_reported_by_where_it_is_from() {
    let folder = tempfile::tempdir().expect("a folder");
    for (url, reason) in [
        ("api example", "it is not a URL"),
        ("ftp://example.invalid", "it is neither http nor https"),
        ("https://user:hunter2@example.invalid", "it holds a user name or password"),
        ("https://example.invalid/?a=b", "it holds a query or a fragment"),
        ("http://example.invalid", "plain http would expose the evidence"),
        ("http://127.0.0.1.example.invalid", "plain http would expose the evidence"),
    ] {
        let words = ["download", SESSION];
        let of_environment = run(folder.path(), &[KEY, SECRET, ("VMEDIA_BASE_URL", url)], &words).ends_with(3);
        let of_flag = run(folder.path(), &[KEY, SECRET, NOWHERE], &[&words[..], &["--base-url", url]].concat()).ends_with(2);
        for run in [of_environment, of_flag] {
            is_two_lines(&run);
            assert!(!run.stderr.contains("hunter2"), "a password is shown: {}", run.stderr);
            run.complains(reason, "");
        }
    }
}

#[test]
fn plain_http_is_for_this_machine_unless_a_flag_allows_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = [KEY, SECRET, ("VMEDIA_BASE_URL", "http://unknown.invalid")];
    run(folder.path(), &url, &["list", SESSION])
        .ends_with(3)
        .complains("plain http", "use https; where the network is your own, --insecure-http allows it");
    let words = ["list", SESSION, "--insecure-http", "--retries", "0", "--connect-timeout", "1"];
    run(folder.path(), &url, &words).ends_with(5).complains("the provider is unavailable: ", "check the network and the base URL");
}

#[test]
fn a_malformed_id_is_usage_when_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "x".repeat(129);
    for (id, reason) in [
        ("a/b", "it holds one of"),
        ("../../etc", "it holds one of"),
        ("..", "it would climb out of its path"),
        ("a b", "it holds white space"),
        ("", "it is empty"),
        ("a\u{1b}[31mb", "it holds a control character"),
        ("anna@example.org", "it holds a character other than A-Z a-z 0-9 - . _ ~"),
        ("M\u{fc}ller", "it holds a character other than"),
        (&long, "it is longer than 128 bytes"),
    ] {
        // An attempt id is compared with those of the provider and never sent.
        let is_sent_by_none = id.is_ascii() && !id.contains('@');
        for verb in ["download", "list", "attempts"] {
            let run = run(folder.path(), &[KEY, SECRET, NOWHERE], &[verb, id]).ends_with(2);
            is_two_lines(&run);
            assert!(!run.stderr.contains('\u{1b}') && (id.len() < 3 || !run.stderr.contains(id)), "{:?}", run.stderr);
            run.complains(&format!("is no session id: {reason}"), "an id looks like ");
        }
        if is_sent_by_none {
            run(folder.path(), &[KEY, SECRET, NOWHERE], &["list", SESSION, "--attempt", id])
                .ends_with(2)
                .complains("is no attempt id", "an id looks like ");
        }
    }
}

#[test]
fn an_id_that_begins_with_a_dash_can_be_named() {
    let world = World::with(vec![session_named("-dash1", "new", "old")]);
    world.run(&["download", "-dash1"]).ends_with(2).complains("unexpected argument '-d'", "to pass '-d' as a value, use '-- -d'");
    let mut command = world.process(&["download"]);
    let run = Run::of(&command.args(["--", "-dash1"]).output().expect("a run"));
    run.ends_with(0);
    assert_eq!(tree(&world.archive().join("~2ddash1").join("data")).len(), 5);
    std::fs::write(world.folder().join("ids"), "-dash1\n").expect("written");
    world.run(&["download", "--from", "ids"]).ends_with(0).says("5 files kept");
}

#[test]
fn a_bad_line_of_a_list_is_numbered_and_the_others_go_on() {
    let world = World::new();
    std::fs::write(world.folder().join("ids"), format!("# ids\n\nnot an id\n{SESSION}\n../../x\n{{\"broken\n")).expect("written");
    let run = world.run(&["download", "--from", "ids"]).ends_with(7);
    let run = run.complains(
        "line 3 of the list is no session id: it holds white space",
        "correct the line and run the list again; the other lines go on",
    );
    let run = run.complains("line 5 of the list is no session id: it holds one of / \\ ? #", "correct the line");
    run.complains("line 6 of the list is no session id: it begins like JSON and is not valid", "correct the line");
    assert_eq!(world.held(), ALL);

    std::fs::write(world.folder().join("ids"), "not an id\n").expect("written");
    world.run(&["download", "--from", "ids"]).ends_with(2).complains("line 1 of the list", "correct the line");
    world.run(&["download", SESSION, "--from", "ids"]).ends_with(7).complains("line 1 of the list", "correct the line");
}

#[test]
fn a_list_that_cannot_be_read_is_usage() {
    let world = World::new();
    world
        .run(&["download", "--from", "nowhere"])
        .ends_with(2)
        .complains("cannot read the list nowhere", "name a readable file, or - for standard input");
    // A folder is a list of files, and this one has none.
    std::fs::create_dir(world.folder().join("folder")).expect("a folder");
    world.run(&["download", "--from", "folder"]).ends_with(0).says("there is no session id in folder");
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn an_archive_folder_that_cannot_be_written_is_a_local_failure() {
    let world = World::new();
    std::fs::write(world.folder().join("file"), "in the way").expect("written");
    let outputs = if cfg!(unix) { &["file", "file/below"][..] } else { &["file"][..] };
    for output in outputs {
        let run = world.run(&["download", SESSION, "-o", output]).ends_with(6);
        run.complains("cannot create the folder file", "something else has that name; choose another folder with -o");
    }
    #[cfg(unix)]
    let long = "x".repeat(300);
    #[cfg(unix)]
    world.run(&["download", SESSION, "-o", &long]).ends_with(6).complains(&long, "choose a shorter folder with -o");
    assert!(world.sandbox.exchanges().is_empty());
    let run = world.run(&["download", SESSION, "--log-file", "file/log"]).ends_with(6);
    run.complains("cannot write the log file/log", "choose another file with --log-file");
}

#[test]
fn what_does_not_exist_on_the_command_line_is_usage() {
    let world = World::new();
    for (words, what, hint) in [
        (
            vec!["download", SESSION, "--with", "nonsense"],
            "--with does not know \"nonsense\"",
            "it takes decision, decision-fullauto, person, watchlist-screening, or all",
        ),
        (vec!["download", SESSION, "--context", "a{b"], "--context takes a pattern: ", "for example --context 'document-*'"),
        (vec!["download", SESSION, "--context", "[z"], "--context takes a pattern: ", "for example --context"),
        (
            vec!["download", SESSION, "--only", "pictures"],
            "invalid value 'pictures'",
            "vmedia download --help shows every flag and examples",
        ),
        (vec!["download", SESSION, "--nonsense"], "unexpected argument '--nonsense' found", ""),
        (vec!["download", SESSION, "--lates"], "unexpected argument '--lates' found", "a similar argument exists: '--latest'"),
        (vec!["downlod", SESSION], "unrecognized subcommand 'downlod'", "download"),
        (vec!["download"], "the following required arguments were not provided", "usage: vmedia download"),
        (vec!["download", SESSION, "--latest", "--attempt", "a"], "cannot be used with", "usage: vmedia download"),
        (vec!["download", SESSION, "-j", "0"], "invalid value '0'", ""),
        (vec!["download", SESSION, "-j", "65"], "invalid value '65'", ""),
        (vec!["download", SESSION, "--retries", "-1"], "invalid value '-1' for '--retries <N>'", "vmedia download --help"),
        (vec!["download", SESSION, "--retries", "101"], "invalid value '101'", ""),
        (vec!["download", SESSION, "--timeout", "0"], "invalid value '0'", ""),
        (vec!["download", SESSION, "--timeout", "nan"], "invalid value 'nan'", ""),
        (vec!["download", SESSION, "--timeout", "1e400"], "invalid value '1e400'", ""),
        (vec!["download", SESSION, "--provider", "unknown"], "invalid value 'unknown'", ""),
        (vec!["attempts"], "the following required arguments were not provided", "usage: vmedia attempts"),
    ] {
        let run = Run::of(
            &bare(world.folder())
                .env("VMEDIA_BASE_URL", world.sandbox.base_url())
                .envs([KEY, SECRET])
                .args(&words)
                .output()
                .expect("a run"),
        );
        is_two_lines(&run.ends_with(2).complains(what, hint));
    }
    assert!(world.sandbox.exchanges().is_empty() && tree(world.folder()).is_empty());
}

#[test]
fn no_arguments_give_help_and_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run(folder.path(), &[], &[]).ends_with(2).says("Usage: vmedia").says("download").says("vmedia demo");
    assert_eq!(run.stdout, "");
}

/// Writes the configuration that is looked for.
fn configure(folder: &Path, text: &str) {
    let home = folder.join("config/vmedia");
    std::fs::create_dir_all(&home).expect("a folder");
    std::fs::write(home.join("config.toml"), text).expect("written");
}

// Elsewhere the file lies in folders that the environment does not move.
#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_configuration_that_is_wrong_is_reported_by_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = [KEY, SECRET, NOWHERE];
    for (text, line, said, hint) in [
        ("[profiles.a]\nbase_url = \n", 2, "", "vmedia config example"),
        ("x", 1, "", "vmedia config example"),
        ("[profiles.a]\napi_key = \"k\"\napi_secret = \"hunter2\"\n", 3, "api_secret", "no secret stands in this file"),
        ("[profiles.a]\nbase_url = 7\n", 2, "base_url of profile a: a whole number stands where a text belongs", "base_url = \"...\""),
    ] {
        configure(folder.path(), text);
        let run = run(folder.path(), &all, &["download", SESSION]).ends_with(3);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
        run.complains(&format!("config.toml is wrong at line {line}: "), hint).says(said);
    }
    run(folder.path(), &all, &["download", SESSION, "--config", "nowhere"])
        .ends_with(3)
        .complains("cannot read the configuration nowhere", "name one that is there with --config");
}

#[test]
fn a_profile_that_is_not_there_is_reported_with_those_that_are() {
    let world = World::new();
    let file = world.folder().join("config.toml");
    std::fs::write(&file, "[profiles.live]\n[profiles.test]\n").expect("written");
    let words = ["download", SESSION, "--config", "config.toml", "--profile", "unknown"];
    world.run(&words).ends_with(3).complains("there is no profile unknown in config.toml", "it has live, test; choose one with --profile");
    std::fs::write(&file, "default_profile = \"gone\"\n").expect("written");
    world.run(&words[..4]).ends_with(3).complains("there is no profile gone in config.toml", "it has no profiles");
    std::fs::write(&file, "[profiles.other]\nprovider = \"unknown\"\n").expect("written");
    world
        .run(&["download", SESSION, "--config", "config.toml", "-p", "other"])
        .ends_with(3)
        .complains("there is no provider \"unknown\"", "veriff");
    assert!(world.sandbox.exchanges().is_empty());
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let secret = world.folder().join("secret");
    std::fs::write(&secret, format!("{}\n", world.sandbox.api_secret())).expect("written");
    let profile = format!(
        "[profiles.a]\nbase_url = \"{}\"\napi_key = \"{}\"\nsecret_file = \"secret\"\n",
        world.sandbox.base_url(),
        world.sandbox.api_key()
    );
    std::fs::write(world.folder().join("c.toml"), profile).expect("written");
    let run = || run(world.folder(), &[], &["download", SESSION, "--config", "c.toml", "-p", "a"]);
    for mode in [0o644, 0o640, 0o604, 0o666] {
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(mode)).expect("set");
        let run = run().ends_with(3).complains(&format!("secret_file secret can be read by others (mode {mode:o})"), "chmod 600 secret");
        assert!(!run.stderr.contains(world.sandbox.api_secret()));
    }
    assert!(world.sandbox.exchanges().is_empty());
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).expect("set");
    run().ends_with(0);
    world.faults("attempts=401");
    run()
        .ends_with(4)
        .complains("refuses the credentials", "the API key from profile a and the secret from secret_file secret of profile a");
    std::fs::remove_file(&secret).expect("removed");
    run().ends_with(3).complains("cannot read secret_file secret", "name the file that holds it, or write it there");
}

#[test]
fn a_number_below_zero_is_a_value_that_does_not_fit() {
    let world = World::new();
    for (flag, value) in [("--timeout", "-1"), ("--retries", "-3"), ("--retry-delay", "-0.5"), ("--provider-days", "-7")] {
        let run = world.run(&["download", SESSION, flag, value]).ends_with(2);
        is_two_lines(&run);
        run.complains(&format!("invalid value '{value}' for '{flag} <"), "vmedia download --help");
    }
    // A word that is no value of a flag may be an id, and the hint says how.
    world.run(&["download", "-1"]).ends_with(2).complains("unexpected argument '-1'", "use '-- -1'");
}

#[test]
fn only_what_seals_stands_under_seals() {
    let folder = tempfile::tempdir().expect("a folder");
    for verb in ["download", "repair"] {
        let help = run(folder.path(), &[], &[verb, "--help"]).ends_with(0).stdout;
        let (_, rest) = help.split_once("Seals:\n").expect("a heading");
        let seals = rest.split("\n\n").next().unwrap_or_default();
        assert!(seals.contains("--sign-key") && !seals.contains("--format"), "{verb}: {seals}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_read_is_neither_waited_for_nor_endless() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    assert!(std::process::Command::new("mkfifo").arg(world.folder().join("pipe")).status().is_ok_and(|status| status.success()));
    for source in ["pipe", "/dev/zero"] {
        for (words, code, what) in [
            (&["list", SESSION, "--config", source][..], 3, "cannot read the configuration"),
            (&["list", SESSION, "--ca-cert", source], 3, "cannot read the certificates"),
            (&["verify", "vmedia-archive", "--signers", source], 3, "cannot read the signers"),
            (&["download", "--from", source], 2, "cannot read the list"),
        ] {
            let run = world.run(words).ends_with(code).complains(what, "");
            assert!(run.stderr.contains("it is a pipe or a device and no regular file"), "{}", run.stderr);
        }
    }
    // Nothing is there, which is no configuration.
    world.run(&["list", SESSION, "--config", "/dev/null"]).ends_with(0);
    for home in ["/dev/null", "/nowhere"] {
        let mut command = world.process(&["list", SESSION]);
        Run::of(&command.env("HOME", home).env_remove("XDG_CONFIG_HOME").output().expect("a run")).ends_with(0);
    }
}
