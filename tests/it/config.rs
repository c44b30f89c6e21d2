//! `vmedia config`: where the file is looked for, what is used and why, and what people write wrong.

#[cfg(unix)]
mod init;
mod truth;

use crate::harness::{Run, SESSION, World, bare};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Runs the program with these variables alone.
fn run(folder: &Path, environment: &[(&str, &str)], words: &[&str]) -> Run {
    Run::of(&bare(folder).envs(environment.iter().copied()).args(words).output().expect("a run"))
}

/// Every setting as `config show --format json` tells it: its value and where it is from.
#[track_caller]
fn reported(run: &Run) -> BTreeMap<String, (Value, Value)> {
    let rows: Vec<Value> = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr));
    let row = |row: &Value| {
        assert_eq!(row.as_object().map(|row| row.len()), Some(3), "{row}");
        (row["name"].as_str().expect("a name").to_owned(), (row["value"].clone(), row["source"].clone()))
    };
    let settings: BTreeMap<_, _> = rows.iter().map(row).collect();
    assert_eq!(settings.len(), rows.len(), "a name comes twice");
    settings
}

const PROFILE: &str = r#"
default_profile = "live"
[profiles.live]
base_url = "https://live.example/v1"
api_key = "0123456789abcdef"
secret_command = ["touch", "was-run", "hunter2"]
output = '/srv/live'
max_rate = "600/m"
limit_rate = "2M"
provider_days = 30
with = ["decision", "person"]
only = ["image", "nfc"]
jobs = 4
skip_complete = true
approvals = 2
log_file = 'run.log'
[profiles.test]
base_url = "https://test.example"
secret_env = "TEST_SECRET"
[profiles.yoti]
provider = "yoti"
sdk_id = "fedcba9876543210"
"#;

fn world_with(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("c.toml"), text).expect("written");
    folder
}

const CONFIG: (&str, &str) = ("VMEDIA_CONFIG", "c.toml");

#[test]
fn every_value_is_shown_with_the_source_that_won() {
    let folder = world_with(PROFILE);
    let show = ["config", "show", "--format", "json"];
    let of = |environment: &[(&str, &str)], words: &[&str]| {
        reported(&run(folder.path(), environment, &[&show[..], words].concat()).ends_with(0))
    };
    let found = of(&[CONFIG], &[]);
    for (name, value, source) in [
        ("config", json!("c.toml"), "environment VMEDIA_CONFIG"),
        ("profile", json!("live"), "configuration file"),
        ("provider", json!("veriff"), "default"),
        ("base_url", json!("https://live.example"), "profile live"),
        ("api_key", json!("01234567…"), "profile live"),
        ("secret", json!("output of touch, not run"), "profile live"),
        ("output", json!("/srv/live"), "profile live"),
        ("max_rate", json!("10/s"), "profile live"),
        ("limit_rate", json!(2_000_000), "profile live"),
        ("provider_days", json!(30), "profile live"),
        ("with", json!(["decision", "person"]), "profile live"),
        ("only", json!(["image", "nfc"]), "profile live"),
        ("jobs", json!(4), "profile live"),
        ("skip_complete", json!(true), "profile live"),
        ("log_file", json!("run.log"), "profile live"),
        ("approvals", json!(2), "profile live"),
        ("metrics_file", Value::Null, "default"),
        ("retries", json!(5), "default"),
        ("timeout", json!(60.0), "default"),
        ("insecure_http", json!(false), "default"),
        ("max_time", Value::Null, "default"),
    ] {
        assert_eq!(found[name], (value, json!(source)), "{name}");
    }
    assert_eq!(found["integration_id"], (Value::Null, Value::Null));
    assert!(!folder.path().join("was-run").exists(), "the command of the secret was run");

    let environment =
        [CONFIG, ("VMEDIA_PROFILE", "test"), ("VMEDIA_OUTPUT", "/env"), ("VMEDIA_API_SECRET", "hunter2"), ("VMEDIA_OPERATOR", "archive")];
    let found = of(&environment, &["--base-url", "https://flag.example", "--retries", "2", "--max-rate", "1/s", "--log-file", "l"]);
    for (name, value, source) in [
        ("profile", json!("test"), "environment VMEDIA_PROFILE"),
        ("base_url", json!("https://flag.example"), "flag --base-url"),
        ("output", json!("/env"), "environment VMEDIA_OUTPUT"),
        ("secret", json!("VMEDIA_API_SECRET is set"), "environment VMEDIA_API_SECRET"),
        ("operator", json!("archive"), "environment VMEDIA_OPERATOR"),
        ("retries", json!(2), "flag --retries"),
        ("max_rate", json!("1/s"), "flag --max-rate"),
        ("log_file", json!("l"), "flag --log-file"),
        ("with", json!([]), "default"),
        ("jobs", json!(16), "default"),
        ("skip_complete", json!(false), "default"),
        ("provider_days", json!(90), "default"),
    ] {
        assert_eq!(found[name], (value, json!(source)), "{name}");
    }
    let found = of(&[CONFIG], &["-p", "yoti"]);
    assert_eq!(found["profile"], (json!("yoti"), json!("flag --profile")));
    assert_eq!(found["base_url"], (json!("https://api.yoti.com/idverify/v1"), json!("default")));
    assert_eq!(found["provider_days"], (json!(7), json!("default")));
    assert_eq!(found["sdk_id"], (json!("fedcba98…"), json!("profile yoti")));
}

#[test]
fn people_see_what_matters_and_no_secret() {
    let folder = world_with(PROFILE);
    let shown = run(
        folder.path(),
        &[CONFIG, ("VMEDIA_API_SECRET", "hunter2"), ("VMEDIA_PING_URL", "https://hc.example/hunter2")],
        &["config", "show"],
    );
    let shown = shown.ends_with(0);
    assert!(!shown.stdout.contains("hunter2") && !shown.stdout.contains("0123456789"), "{}", shown.stdout);
    assert!(shown.stdout.starts_with("SETTING ") && !shown.stdout.contains("sdk_id"), "{}", shown.stdout);
    let line = shown.stdout.lines().find(|line| line.starts_with("limit_rate")).expect("the rate");
    assert!(line.contains("2.00 MB/s") && line.ends_with("profile live"), "{line}");
    assert_eq!(shown.stderr, "");
    // A person who set it may expect that it is used.
    let shown = run(folder.path(), &[CONFIG, ("VMEDIA_YOTI_SDK_ID", "0123456789")], &["config", "show"]).ends_with(0);
    assert!(shown.stdout.lines().any(|line| line.starts_with("sdk_id") && line.contains("of no use at this provider")), "{}", shown.stdout);
    // Errors in unused settings stop no run.
    let shown = run(folder.path(), &[CONFIG, ("VMEDIA_YOTI_KEY_FILE", "nowhere")], &["config", "show"]).ends_with(0);
    assert!(shown.stdout.contains("file nowhere (of no use at this provider)"), "{}", shown.stdout);
    // A slip in the name of a variable is seen, and one that a profile names is none.
    let slip = [("VMEDIA_CONFIG", "c.toml"), ("VMEDIA_OUPUT", "hunter2"), ("VMEDIA_TEST_SECRET", "hunter2")];
    std::fs::write(folder.path().join("c.toml"), PROFILE.replace("TEST_SECRET", "VMEDIA_TEST_SECRET")).expect("written");
    let shown = run(folder.path(), &slip, &["config", "show"]).ends_with(0);
    assert_eq!(shown.stderr, "vmedia: note: VMEDIA_OUPUT is not used; did you mean VMEDIA_OUTPUT?\n");
    // A proxy often holds a password.
    let proxy = [CONFIG, ("HTTPS_PROXY", "http://proxy-user:hunter2@proxy.bank.example:3128"), ("no_proxy", "localhost")];
    let shown = run(folder.path(), &proxy, &["config", "show"]).ends_with(0);
    let line = |name: &str| {
        shown.stdout.lines().find(|line| line.starts_with(name)).expect(name).split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("proxy"), "http://proxy.bank.example:3128 environment HTTPS_PROXY");
    assert_eq!(line("no_proxy"), "localhost environment no_proxy");
    // Nothing at all is no mistake either.
    let shown = run(folder.path(), &[], &["config", "show"]).ends_with(0);
    assert!(shown.stdout.lines().any(|line| line.starts_with("api_key") && line.ends_with("not set")), "{}", shown.stdout);
}

#[test]
fn what_cannot_be_used_is_reported_and_the_rest_is_shown_all_the_same() {
    let folder =
        world_with("[profiles.a]\nbase_url = \"http://user:hunter2@unknown.invalid\"\nsecret_env = \"NOT_THERE\"\noutput = '/srv/a'\n");
    let run = run(folder.path(), &[CONFIG, ("VMEDIA_PROFILE", "a"), ("VMEDIA_API_KEY", "a key")], &["config", "show"]).ends_with(3);
    assert!(!run.stderr.contains("hunter2") && !run.stdout.contains("hunter2"));
    assert!(run.stdout.lines().any(|line| line.starts_with("base_url") && line.contains("cannot be used, see below")), "{}", run.stdout);
    assert!(run.stdout.contains("/srv/a"));
    run.complains("the base URL cannot be used: plain http", "it looks like https://api.example.com")
        .complains("the API key from the environment (VMEDIA_API_KEY) holds characters that no key has", "copy it again")
        .complains("the variable NOT_THERE, named by secret_env of profile a, is not set", "set NOT_THERE to the shared secret");
}

#[cfg(unix)]
#[test]
fn a_secret_file_is_opened_to_say_whether_it_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = world_with("[profiles.a]\nsecret_file = 'secret'\n");
    let show = || run(folder.path(), &[CONFIG], &["config", "show", "-p", "a"]);
    show().ends_with(3).complains("cannot read secret_file secret", "readable for the user that runs vmedia");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "hunter2").expect("written");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).expect("set");
    show().ends_with(3).complains("secret_file secret can be read by others (mode 644)", "chmod 600 secret");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).expect("set");
    let shown = show().ends_with(0);
    assert!(shown.stdout.contains("file secret") && !shown.stdout.contains("hunter2"), "{}", shown.stdout);
}

#[test]
fn the_path_is_for_scripts_and_whether_it_is_there_for_people() {
    let folder = world_with("");
    let run = |words: &[&str]| run(folder.path(), &[], &[&["config", "path"], words].concat()).ends_with(0);
    let there = run(&["--config", "c.toml"]);
    assert_eq!((there.stdout.as_str(), there.stderr.as_str()), ("c.toml\n", "vmedia: note: the file is there\n"));
    let absent = run(&[]);
    assert!(absent.stdout.ends_with("config.toml\n") && absent.stdout.contains("vmedia"), "{}", absent.stdout);
    assert!(Path::new(absent.stdout.trim_end()).is_absolute());
    absent.says("there is no such file; vmedia config init");
    run(&["--config", "."]).says("that is a folder and no file");
    #[cfg(unix)]
    run(&["--config", "c.toml/below"]).says("whether there is such a file cannot be seen: Not a directory");
    assert_eq!(run(&["-q"]).stderr, "");
}

#[test]
fn the_example_is_a_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let example = run(folder.path(), &[], &["config", "example"]).ends_with(0);
    std::fs::write(folder.path().join("c.toml"), &example.stdout).expect("written");
    run(folder.path(), &[CONFIG], &["config", "show", "-p", "live"]).ends_with(0);
    run(folder.path(), &[CONFIG], &["config", "show", "-p", "yoti"]).ends_with(0);
    assert!(example.stdout.lines().all(|line| line.is_empty() || line.starts_with(['#', '['])), "a line is active");
}

#[test]
fn a_slip_in_the_file_is_reported_with_what_was_meant() {
    let folder = world_with("");
    for (text, what, hint) in [
        ("[profiles.a]\nbase_ulr = \"hunter2\"\n", "line 2: profile a has a key base_ulr, which is unknown", "did you mean base_url?"),
        ("[profiles.a]\n[profiles.b]\nAPI_KEY = \"hunter2\"\n", "line 3: profile b has a key API_KEY", "did you mean api_key?"),
        ("[profiles.a]\nhunger = 1\n", "line 2: profile a has a key hunger", "vmedia config example explains every key"),
        ("\n[profile.a]\nbase_url = \"x\"\n", "line 2: unknown key profile", "did you mean profiles?"),
        ("default-profile = \"a\"\n", "line 1: unknown key default-profile", "did you mean default_profile?"),
        ("base_url = \"x\"\n", "line 1: unknown key base_url", "write it below [profiles.NAME]"),
        ("[xyz]\napi_key = \"hunter2\"\n", "line 1: unknown key xyz", "profiles are written as [profiles.NAME]"),
        ("[profiles.a]\nsecret = \"hunter2\"\n", "line 2: profile a has a key secret", "no secret stands in this file"),
        ("[profiles.a]\noutput = \"C:\\Users\\hunter2\"\n", "line 2: ", "write paths in single quotes"),
        ("[profiles.a]\noutput = \"C:\\temp\\new\"\n", "line 2: output of profile a: a control character", "write paths in single quotes"),
        ("[profiles.a]\nkey_file = \"~/hunter2\"\n", "line 2: key_file of profile a: ~ is not expanded here", "in full"),
        ("[profiles.a]\nsecret_command = \"pass hunter2\"\n", "a text stands where a list belongs", "[\"sh\", \"-c\", \"...\"]"),
        ("[profiles.a]\nsecret_command = [\"pass\", 7]\n", "a whole number stands where a text belongs", "list of words"),
        ("[profiles.a]\nbearer_command = []\n", "bearer_command of profile a: it names no program", "list of words"),
        ("[profiles.a]\nsecret_keyring = \"hunter2\"\n", "a text stands where true or false belongs", "without quotes"),
        ("[profiles.a]\nprovider_days = 0\n", "provider_days of profile a: between 1 and 36500 days", "provider_days = 90"),
        ("[profiles.a]\nprovider_days = -1\n", "provider_days of profile a: between 1 and 36500 days", "from 1 to 36500"),
        ("[profiles.a]\nprovider_days = 99999999999\n", "provider_days of profile a: between 1 and 36500 days", "from 1 to 36500"),
        ("[profiles.a]\nprovider_days = 99999999999999999999\n", "the number is larger than any", "from 1 to 36500"),
        ("[profiles.a]\nprovider_days = 007\n", "line 2: unexpected leading zero", "from 1 to 36500"),
        ("[profiles.a]\nprovider_days = 7.5\n", "a number stands where a whole number belongs", "from 1 to 36500"),
        ("[profiles.a]\nsecret_keyring = yes\n", "line 2: string values must be quoted", "true or false"),
        ("[profiles.a]\nmax_rate = 20/s\n", "line 2: string values must be quoted", "max_rate = \"20/s\""),
        ("[profiles.a]\noutput = /srv/hunter2\n", "line 2: string values must be quoted", "in single quotes"),
        ("[profiles.a]\nsecret_command = ['a' 'hunter2']\n", "line 2: missing comma between array elements", "list of words"),
        ("[profiles.a]\napi_key 'hunter2'\n", "line 2: key with no value", "api_key = \"...\""),
        ("\n[profiles.a\n", "line 2: unclosed table", "profiles are written as [profiles.NAME]"),
        ("[profiles.a]\n# \u{1}\n", "line 2: invalid comment character", "vmedia config example"),
        ("\ndefault_profile = 5\n", "default_profile: a whole number stands where a text belongs", "default_profile = \"live\""),
        ("\nprofiles = 5\n", "where a profile with its keys belongs stands something else", "[profiles.NAME]"),
        ("[profiles]\na = 'hunter2'\n", "where a profile with its keys belongs stands something else", "[profiles.NAME]"),
        ("[profiles.a]\n[profiles.b]\n[profiles.a]\n", "line 3: duplicate key", "[profiles.NAME] once in the file"),
        ("[profiles.a]\nprovider_days = \"hunter2\"\n", "a text stands where a whole number belongs", "provider_days = 90"),
        ("[profiles.a]\nmax_rate = 20\n", "a whole number stands where a text belongs", "max_rate = \"20/s\""),
        ("[profiles.a]\nmax_rate = \"20/x\"\n", "max_rate of profile a: it ends with /s, /m or /h", "600/m"),
        ("[profiles.a]\nlimit_rate = \"hunter2\"\n", "limit_rate of profile a: a number of bytes", "500k"),
        ("[profiles.a]\napi_key = 'a'\napi_key = 'hunter2'\n", "line 3: duplicate key", "keep one of them"),
    ] {
        std::fs::write(folder.path().join("c.toml"), text).expect("written");
        for words in [&["config", "show"][..], &["list", "some-session"]] {
            let run = run(folder.path(), &[CONFIG], words).ends_with(3);
            assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
            assert_eq!((run.stdout.as_str(), run.stderr.lines().count()), ("", 2), "{}", run.stderr);
            run.complains(
                &format!("the configuration c.toml is wrong at {}", if what.starts_with("line") { what } else { "line 2: " }),
                hint,
            )
            .says(what);
        }
    }
}

#[test]
fn a_file_that_is_not_text_and_one_that_cannot_be_read_have_different_errors() {
    let folder = world_with("");
    for bytes in [&b"\xff\xfe[\0p\0]\0"[..], b"[profiles.a]\napi_key = '\xe4'\n"] {
        std::fs::write(folder.path().join("c.toml"), bytes).expect("written");
        let run = run(folder.path(), &[CONFIG], &["config", "show"]).ends_with(3);
        run.complains("cannot read the configuration c.toml: it is not UTF-8 text", "save it as UTF-8");
    }
    let absent = run(folder.path(), &[], &["config", "show", "--config", "nowhere.toml"]).ends_with(3);
    absent.complains("cannot read the configuration nowhere.toml", "vmedia config init makes one");
}

#[test]
fn a_slip_in_a_name_is_reported_with_what_was_meant() {
    let folder = world_with(PROFILE);
    run(folder.path(), &[CONFIG], &["config", "show", "-p", "tset"])
        .ends_with(3)
        .complains("there is no profile tset in c.toml", "did you mean test? it has live, test, yoti; choose one with --profile");
    run(folder.path(), &[CONFIG, ("VMEDIA_PROVIDER", "verif")], &["config", "show"])
        .ends_with(3)
        .complains("there is no provider \"verif\"", "did you mean veriff? this version knows veriff and yoti");
}

#[test]
fn rates_of_a_profile_hold_back_a_run_and_a_flag_goes_before_them() {
    let world = World::new();
    let text = "[profiles.slow]\nmax_rate = \"1/h\"\n";
    std::fs::write(world.folder().join("c.toml"), text).expect("written");
    let words = ["list", crate::harness::SESSION, "--config", "c.toml", "-p", "slow"];
    // The first request is let through and the second waits for an hour.
    let mut slow = world.process(&words).stdout(std::process::Stdio::null()).spawn().expect("a process");
    crate::harness::until("the first request is made", || !world.sandbox.exchanges().is_empty());
    assert!(slow.try_wait().expect("a status").is_none());
    slow.kill().and_then(|()| slow.wait()).expect("killed");
    assert_eq!(world.sandbox.exchanges().len(), 1);
    world.run(&[&words[..], &["--max-rate", "1000/s"]].concat()).ends_with(0);
    assert!(world.sandbox.exchanges().len() > 2);
}

#[test]
fn a_profile_says_how_its_sessions_are_downloaded_and_where_they_are() {
    let world = World::new();
    let text = "default_profile = 'a'\n[profiles.a]\noutput = 'held'\nwith = ['decision']\nonly = ['image']\njobs = 2\nskip_complete = true\n\
                log_file = 'run.log'\nmetrics_file = 'vmedia.prom'\n";
    std::fs::write(world.folder().join("c.toml"), text).expect("written");
    let run = |words: &[&str]| world.run_with(words, &[CONFIG]);
    run(&["download", SESSION, "--dry-run"]).ends_with(0);
    assert!(!world.folder().join("run.log").exists(), "a dry run reports nothing");
    run(&["download", SESSION]).ends_with(0).says("3 files fetched").says("2 left out");
    let record = std::fs::read_to_string(world.folder().join("held").join(SESSION).join("archive.json")).expect("a record");
    assert!(record.contains("\"decision\""), "{record}");
    let log = std::fs::read_to_string(world.folder().join("run.log")).expect("a log");
    assert!(log.lines().count() > 5 && world.folder().join("vmedia.prom").is_file(), "{log}");
    // A flag replaces what the profile says.
    run(&["download", SESSION, "--only", "image,video,nfc", "--no-skip-complete"]).ends_with(0).says("2 files fetched");
    world.sandbox.clear_exchanges();
    run(&["download", SESSION, "--only", "image,video,nfc"]).ends_with(0);
    assert!(world.sandbox.exchanges().is_empty(), "it is complete");
    run(&["download", SESSION, "--refetch"]).ends_with(0);
    // So that nothing else has to be named.
    run(&["verify"]).ends_with(0).shows("journal of held holds");
    run(&["catalog"]).ends_with(0).shows(SESSION);
    run(&["repair"]).ends_with(0).shows("1 session: sound");
    world.run(&["verify"]).ends_with(6).complains("vmedia-archive", "name a session's folder");
}

#[test]
fn what_a_profile_says_wrong_of_downloads_is_named() {
    for (line, what) in [
        ("only = ['images']", "only of profile a: a kind is image, video, nfc or other"),
        ("only = 'image'", "only of profile a: a text stands where a list belongs"),
        ("jobs = 0", "jobs of profile a: between 1 and 64"),
        ("approvals = 0", "approvals of profile a: between 1 and 100 persons"),
        ("skip_complete = 'yes'", "skip_complete of profile a: a text stands where true or false belongs"),
        ("log_file = '~/run.log'", "log_file of profile a: ~ is not expanded here"),
    ] {
        let folder = world_with(&format!("default_profile = 'a'\n[profiles.a]\n{line}\n"));
        run(folder.path(), &[CONFIG], &["config", "show"]).ends_with(3).says(what);
    }
    let world = World::new();
    std::fs::write(world.folder().join("c.toml"), "default_profile = 'a'\n[profiles.a]\nwith = ['decison']\n").expect("written");
    let wrong = world.run_with(&["download", SESSION], &[CONFIG]).ends_with(3);
    wrong.complains("with of profile a does not know \"decison\"", "it takes decision, ");
}
