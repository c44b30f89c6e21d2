//! `vmedia config init`, played on a real terminal: a pseudo-terminal of its own, by a script in Python.

mod again;

use super::{Run, World, bare, run};
use crate::harness::SESSION;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What came of a conversation.
struct Played {
    status: i64,
    shown: String,
    folder: PathBuf,
}

impl Played {
    #[track_caller]
    fn ends_with(self, status: i64) -> Self {
        assert_eq!(self.status, status, "{}", self.shown);
        self
    }

    /// The configuration as it was written.
    fn written(&self) -> String {
        std::fs::read_to_string(self.folder.join("c.toml")).unwrap_or_default()
    }
}

/// Answers each question as it comes; `None` where there is no Python.
#[track_caller]
fn play(folder: &Path, words: &[&str], steps: &[(&str, &str)]) -> Option<Played> {
    play_program(folder, &[&[env!("CARGO_BIN_EXE_vmedia")], words].concat(), steps)
}

/// The same with any program.
#[track_caller]
fn play_program(folder: &Path, words: &[&str], steps: &[(&str, &str)]) -> Option<Played> {
    play_with(folder, &[], words, steps)
}

/// The same with these variables.
#[track_caller]
fn play_with(folder: &Path, environment: &[(&str, &str)], words: &[&str], steps: &[(&str, &str)]) -> Option<Played> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/config/terminal.py");
    let mut command = std::process::Command::new("python3");
    command.current_dir(folder).env_clear().env("HOME", folder).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.envs(environment.iter().copied()).args([script, &json!(steps).to_string()]).args(words);
    let Ok(output) = command.output() else {
        crate::harness::lacks("python3");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let reported: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    assert!(reported["error"].is_null(), "{reported:#}");
    assert_eq!(reported["left"], json!([]), "{reported:#}");
    assert_eq!(reported["restored"], true, "the terminal is not as it was: {reported:#}");
    Some(Played {
        status: reported["status"].as_i64().expect("a status"),
        shown: reported["shown"].as_str().expect("text").to_owned(),
        folder: folder.to_owned(),
    })
}

const INIT: [&str; 4] = ["config", "init", "--config", "c.toml"];

/// The settings of the terminal only; only the owner can read what is written.
#[track_caller]
fn is_private(path: &Path) {
    let mode = std::fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", path.display());
}

#[test]
fn answers_become_a_profile_that_works_and_the_secret_is_never_shown() {
    let world = World::new();
    let secret = world.sandbox.api_secret().to_owned();
    let (url, key) = (world.sandbox.base_url(), world.sandbox.api_key().to_owned());
    let line = |text: &str| format!("{text}\n");
    let steps = [
        ("Name of the profile [live]: ", line("no such name!")),
        ("letters, digits", String::new()),
        ("Name of the profile [live]: ", line("test")),
        ("Provider, veriff or yoti [veriff]: ", line("onfido")),
        ("veriff or yoti", String::new()),
        ("[veriff]: ", line("")),
        ("under API keys: ", line("http://unknown.invalid")),
        ("plain http", String::new()),
        ("under API keys: ", line(&format!("{url}/v1"))),
        ("API key: ", line("a key")),
        ("characters that no key has", String::new()),
        ("API key: ", line(&key)),
        ("Number [", line("9")),
        ("there is no such number", String::new()),
        ("Number [", line("1")),
        ("not shown): ", line("")),
        ("no secret was entered", String::new()),
        ("not shown): ", line("caf<e9>")),
        ("no text in UTF-8", String::new()),
        ("not shown): ", line("\u{1c}")),
        ("characters in it that no secret has", String::new()),
        ("not shown): ", line(&secret)),
        ("is started: ", line("kept")),
        ("Enter for 90: ", line("0")),
        ("not a number of days", String::new()),
        ("Enter for 90: ", line("30")),
        ("none is named? [yes]: ", line("")),
        ("Write this? [yes]: ", line("y")),
        ("changes nothing? [yes]: ", line("")),
    ];
    let steps: Vec<(&str, &str)> = steps.iter().map(|(question, answer)| (*question, answer.as_str())).collect();
    let Some(played) = play(world.folder(), &INIT, &steps) else { return };
    let played = played.ends_with(0);
    assert!(!played.shown.contains(&secret), "the secret is shown: {}", played.shown);
    assert!(played.shown.contains("provider_days = 30"), "{}", played.shown);
    assert!(world.sandbox.exchanges().len() == 1, "it was checked with one question: {}", played.shown);
    let folder = world.folder().canonicalize().expect("a folder");
    assert_eq!(
        played.written(),
        format!(
            "default_profile = \"test\"\n\n[profiles.test]\nprovider = \"veriff\"\nbase_url = \"{url}\"\napi_key = \"{key}\"\n\
             secret_file = \"{0}/test.secret\"\noutput = \"{0}/kept\"\nprovider_days = 30\n",
            folder.display()
        )
    );
    is_private(&folder.join("c.toml"));
    is_private(&folder.join("test.secret"));
    let archived = bare(world.folder()).args(["download", SESSION, "--config", "c.toml", "--retry-delay", "0.01"]).output();
    Run::of(&archived.expect("a run")).ends_with(0);
    assert!(folder.join("kept").join(SESSION).join("bagit.txt").exists());
}

const OTHERS: &str = "# mine\ndefault_profile = \"other\"\n[profiles.other] # not live\napi_key = 'k'\n\n[profiles.live]\napi_key = 'old-key'\nbase_url = 'https://live.example'\nsecret_env = 'X'\nmax_rate = '20/s'\n";

#[test]
fn a_profile_is_replaced_only_on_a_yes_and_what_else_stands_there_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.toml");
    // Some keep their settings in a repository and link to them.
    std::fs::create_dir(folder.path().join("shared")).expect("a folder");
    std::fs::write(folder.path().join("shared/settings.toml"), OTHERS).expect("written");
    std::os::unix::fs::symlink("shared/settings.toml", &file).expect("a link");
    let answers = |replace: &'static str, write: &'static str| {
        [
            ("Name of the profile [live]: ", "\n"),
            ("credentials and folder? [no]: ", replace),
            ("[veriff]: ", "\n"),
            ("under API keys [https://live.example]: ", "\n"),
            ("API key [old-key]: ", "\n"),
            ("Number [", "2\n"),
            ("pass show vmedia: ", "pass 'show'\n"),
            ("without a shell", ""),
            ("pass show vmedia: ", "pass show vmedia\n"),
            ("is started: ", "\n"),
            ("Enter for 90: ", "\n"),
            ("Write this? [yes]: ", write),
        ]
    };
    let later = [("changes nothing? [yes]: ", "no\n")];
    let declined =
        [("Name of the profile [live]: ", "\n"), ("credentials and folder? [no]: ", "\n"), ("Name of the profile [live]: ", "\u{4}")];
    let Some(played) = play(folder.path(), &INIT, &declined) else { return };
    assert!(played.ends_with(2).shown.contains("there was no answer"));
    assert_eq!(std::fs::read_to_string(&file).expect("text"), OTHERS);
    play(folder.path(), &INIT, &answers("yes\n", "no\n")).expect("Python").ends_with(0);
    assert_eq!(std::fs::read_to_string(&file).expect("text"), OTHERS);
    let played = play(folder.path(), &INIT, &[&answers("yes\n", "\n")[..], &later].concat()).expect("Python").ends_with(0);
    assert!(played.shown.contains("vmedia config check --profile live"), "{}", played.shown);
    let written = played.written();
    assert!(
        written.starts_with(
            "# mine\ndefault_profile = \"other\"\n[profiles.other] # not live\napi_key = 'k'\n\n[profiles.live]\nmax_rate = '20/s'\n"
        ),
        "{written}"
    );
    assert!(written.contains("secret_command = [\"pass\", \"show\", \"vmedia\"]\n") && !written.contains("secret_env"), "{written}");
    is_private(&file);
    assert!(file.symlink_metadata().expect("a link").is_symlink());
    // A secret does not follow the link into what may be shared.
    let mut steps = answers("yes\n", "\n").to_vec();
    steps.splice(5..9, [("Number [", "1\n"), ("not shown): ", "hunter2\n")]);
    let played = play(folder.path(), &INIT, &[&steps[..], &later].concat()).expect("Python").ends_with(0);
    assert!(played.written().contains("/live.secret\"\n") && !played.written().contains("shared"), "{}", played.written());
    is_private(&folder.path().join("live.secret"));
}

#[test]
fn yoti_is_asked_for_an_id_and_a_key_that_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key.pem");
    std::fs::write(&key, include_str!("../../fixtures/yoti/published-test-key.pem")).expect("written");
    std::fs::write(folder.path().join("no-key"), "x").expect("written");
    for path in ["key.pem", "no-key"] {
        std::fs::set_permissions(folder.path().join(path), std::fs::Permissions::from_mode(0o600)).expect("set");
    }
    let steps = [
        ("Name of the profile [y]: ", "\n"),
        ("[veriff]: ", "yoti\n"),
        ("[https://api.yoti.com/idverify/v1]: ", "\n"),
        ("under Keys: ", "an-sdk-id\n"),
        ("(PEM): ", "nowhere\n"),
        ("cannot read the key file", ""),
        ("(PEM): ", "no-key\n"),
        ("no-key", ""),
        ("(PEM): ", "~/key.pem\n"),
        ("is started: ", "\n"),
        ("Enter for 7: ", "\n"),
        ("none is named? [yes]: ", "no\n"),
        ("Write this? [yes]: ", "\n"),
        ("changes nothing? [yes]: ", "n\n"),
    ];
    let Some(played) = play(folder.path(), &[&INIT[..], &["-p", "y"]].concat(), &steps) else { return };
    let written = played.ends_with(0).written();
    assert_eq!(written, format!("[profiles.y]\nprovider = \"yoti\"\nsdk_id = \"an-sdk-id\"\nkey_file = \"{}\"\n", key.display()));
    run(folder.path(), &[], &["config", "show", "--config", "c.toml", "-p", "y"]).ends_with(0);
}

#[test]
fn an_interruption_leaves_nothing_and_the_terminal_as_it_was() {
    let until_secret = [
        ("Name of the profile [live]: ", "\n"),
        ("[veriff]: ", "\n"),
        ("under API keys: ", "https://x.example\n"),
        ("API key: ", "key\n"),
        ("Number [", "1\n"),
    ];
    for (steps, signal) in [
        (vec![("Name of the profile [live]: ", "half an ans\u{3}")], "a question"),
        ([&until_secret[..], &[("not shown): ", "hunter2\u{3}")]].concat(), "the secret"),
        (
            [
                &until_secret[..],
                &[
                    ("not shown): ", "hunter2\n"),
                    ("is started: ", "\n"),
                    ("for 90: ", "\n"),
                    ("[yes]: ", "\n"),
                    ("Write this? [yes]: ", "\u{3}"),
                ],
            ]
            .concat(),
            "the last question",
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let Some(played) = play(folder.path(), &INIT, &steps) else { return };
        let played = played.ends_with(130);
        assert!(played.shown.contains("interrupted") && played.shown.contains("nothing was written"), "{signal}: {}", played.shown);
        assert!(!played.shown.contains("hunter2"), "{signal}: {}", played.shown);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "{signal} left something behind");
    }
}

#[test]
fn without_a_terminal_no_question_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), &[], &INIT)
        .ends_with(2)
        .complains("there is no terminal to ask on", "vmedia config example shows what may stand in it");
}

#[test]
fn a_file_that_is_wrong_is_not_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("c.toml"), "[profile.x]\n").expect("written");
    let Some(played) = play(folder.path(), &INIT, &[]) else { return };
    let played = played.ends_with(3);
    assert!(played.shown.contains("did you mean profiles?"), "{}", played.shown);
    assert_eq!(played.written(), "[profile.x]\n");
}

/// A Secret Service in a session of its own, as in `secrets::keyring`.
#[cfg(target_os = "linux")]
#[test]
fn the_keyring_is_offered_where_one_answers_and_holds_the_secret_afterwards() {
    use std::process::Command;
    let missing = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"];
    if let Some(program) = missing.into_iter().find(|program| Command::new(program).arg("--version").output().is_err()) {
        crate::harness::lacks(program);
        return;
    }
    let world = World::new();
    let runtime = world.folder().join("runtime");
    std::fs::create_dir(&runtime).expect("a folder");
    std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(0o700)).expect("set");
    let script = "export XDG_RUNTIME_DIR=$PWD/runtime
printf pass | gnome-keyring-daemon --unlock --components=secrets > daemon.log 2>&1
# Who asks before the daemon has its name wakes another one, which is locked.
has_name='dbus-send --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets'
for try in $(seq 1000); do $has_name 2>&1 | grep -q 'false' || break; done
$0 config init --config c.toml && secret-tool lookup service vmedia username live > held 2> /dev/null
$0 config init --config c.toml && secret-tool lookup service vmedia username live > then 2> /dev/null";
    let line = |text: &str| format!("{text}\n");
    let (url, key, secret) = (line(&world.sandbox.base_url()), line(world.sandbox.api_key()), line(world.sandbox.api_secret()));
    let steps = [
        ("Name of the profile [live]: ", "\n"),
        ("[veriff]: ", "\n"),
        ("under API keys: ", &url),
        ("API key: ", &key),
        ("4  in the keyring of this system", ""),
        ("Number [4]: ", "\n"),
        ("not shown): ", &secret),
        ("is started: ", "\n"),
        ("for 90: ", "\n"),
        ("none is named? [yes]: ", "\n"),
        ("Write this? [yes]: ", "\n"),
        ("changes nothing? [yes]: ", "\n"),
        // What the keyring has already may be the only copy.
        ("Name of the profile [live]: ", "\n"),
        ("credentials and folder? [no]: ", "yes\n"),
        ("[veriff]: ", "\n"),
        ("under API keys [", "\n"),
        ("API key [", "\n"),
        ("Number [4]: ", "\n"),
        ("There is a secret in the keyring of this system already", ""),
        ("Number [1]: ", "2\n"),
        ("not shown): ", "newer\n"),
        ("is started: ", "\n"),
        ("for 90: ", "\n"),
        ("Write this? [yes]: ", "\n"),
        ("changes nothing? [yes]: ", "no\n"),
    ];
    let words = ["dbus-run-session", "--", "sh", "-c", script, env!("CARGO_BIN_EXE_vmedia")];
    let Some(played) = play_program(world.folder(), &words, &steps) else { return };
    let played = played.ends_with(0);
    assert!(!played.shown.contains(world.sandbox.api_secret()), "{}", played.shown);
    assert!(played.written().contains("secret_keyring = true\n") && !played.written().contains("secret_file"), "{}", played.written());
    let held = std::fs::read_to_string(world.folder().join("held")).expect("what the keyring holds");
    assert_eq!(held.trim_end(), world.sandbox.api_secret());
    let then = std::fs::read_to_string(world.folder().join("then")).expect("what the keyring holds then");
    assert_eq!(then.trim_end(), format!("newer,{}", world.sandbox.api_secret()));
    assert_eq!(world.sandbox.exchanges().len(), 1, "it was checked with what the keyring holds");
}
