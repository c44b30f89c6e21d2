//! `vmedia config show` agrees with a run: it reports what stops one, reports nothing else, and shows no token.

use super::{CONFIG, reported, run, world_with};
use crate::harness::{Run, bare};
use crate::secrets::mode;
use serde_json::json;
use std::path::Path;

/// A profile that has all but a secret.
const PROFILE: &str = "default_profile = 'a'\n[profiles.a]\nbase_url = 'http://127.0.0.1:9'\napi_key = 'key'\n";

/// Fails the test unless both tell this, with the status of a configuration that cannot be used.
#[track_caller]
fn both_tell(folder: &Path, environment: &[(&str, &str)], flags: &[&str], what: &str) {
    let environment = [environment, &[CONFIG]].concat();
    for words in [&["config", "show"][..], &["download", "some-session", "--retries", "0"]] {
        let run = run(folder, &environment, &[words, flags].concat()).ends_with(3);
        run.says(what);
    }
}

#[test]
fn what_stops_a_run_is_reported() {
    let secret = "secret_env = 'OURS'\n";
    let ours = ("OURS", "hunter2");
    for (text, environment, flags, what) in [
        ("secret_credential = 'x'\n", &[][..], &[][..], "CREDENTIALS_DIRECTORY is not set"),
        (
            "secret_credential = ''\n",
            &[("CREDENTIALS_DIRECTORY", ".")],
            &[],
            "the value of secret_credential is not the name of a credential",
        ),
        (
            "secret_credential = '..'\n",
            &[("CREDENTIALS_DIRECTORY", ".")],
            &[],
            "the value of secret_credential is not the name of a credential",
        ),
        ("secret_credential = 'x'\n", &[("CREDENTIALS_DIRECTORY", ".")], &[], "cannot read secret_credential x at ./x"),
        (secret, &[("OURS", " , ")], &[], "the secret from the environment (OURS) of profile a is empty"),
        (
            "",
            &[("VMEDIA_API_SECRET", "hunter2\nhunter3")],
            &[],
            "the secret from the environment (VMEDIA_API_SECRET) has more than one line",
        ),
        ("secret_env = 'OURS'\nintegration_id = \"a\\nb\"\n", &[ours], &[], "the integration id from profile a holds characters"),
        ("secret_env = 'OURS'\nping_url = 'hunter2'\n", &[ours], &[], "the address for --ping-url cannot be used"),
        (secret, &[ours], &["--ca-cert", "nowhere.pem"], "cannot read the certificates in nowhere.pem"),
    ] {
        let folder = world_with(&format!("{PROFILE}{text}"));
        both_tell(folder.path(), environment, flags, &what.replace("./x", &Path::new(".").join("x").display().to_string()));
    }
}

#[cfg(unix)]
#[test]
fn a_credential_that_others_can_read_is_reported() {
    let folder = world_with(&format!("{PROFILE}secret_credential = 'x'\n"));
    std::fs::write(folder.path().join("x"), "hunter2").expect("written");
    let environment = [("CREDENTIALS_DIRECTORY", ".")];
    mode(&folder.path().join("x"), 0o444);
    both_tell(folder.path(), &environment, &[], "can be read by others (mode 444)");
    mode(&folder.path().join("x"), 0o400);
    let shown = run(folder.path(), &[environment[0], CONFIG], &["config", "show"]).ends_with(0);
    assert!(shown.stdout.contains("credential x of systemd") && !shown.stdout.contains("hunter2"), "{}", shown.stdout);
}

#[test]
fn what_a_bearer_token_stands_in_for_may_be_wrong() {
    let folder = world_with(
        "default_profile = 'y'\n[profiles.y]\nprovider = 'yoti'\nsdk_id = 'not an id'\nkey_file = 'nowhere.pem'\nbearer_file = 'token'\n",
    );
    std::fs::write(folder.path().join("token"), "token").expect("written");
    mode(&folder.path().join("token"), 0o600);
    let shown = run(folder.path(), &[CONFIG], &["config", "show"]).ends_with(0);
    assert!(shown.stdout.contains("file nowhere.pem (of no use beside the bearer token)"), "{}", shown.stdout);
    assert_eq!(shown.stderr, "");
    std::fs::remove_file(folder.path().join("token")).expect("removed");
    let shown = run(folder.path(), &[CONFIG], &["config", "show"]).ends_with(3);
    assert_eq!(shown.stderr.lines().count(), 2, "the token alone is missing: {}", shown.stderr);
}

#[test]
fn no_more_than_the_host_of_an_authority_is_shown() {
    let folder = world_with(&format!("{PROFILE}secret_env = 'OURS'\ntimestamp = 'http://127.0.0.1:8/hunter2?token=hunter2'\n"));
    for words in [&["config", "show"][..], &["config", "show", "--format", "json"], &["config", "check", "--retries", "0"]] {
        let shown = run(folder.path(), &[CONFIG, ("OURS", "x")], words);
        assert!(shown.stdout.contains("http://127.0.0.1:8") && !shown.stdout.contains("hunter2"), "{}", shown.stdout);
    }
    std::fs::write(folder.path().join("c.toml"), format!("{PROFILE}timestamp = 'tsa.example/hunter2'\n")).expect("written");
    let shown = run(folder.path(), &[CONFIG], &["config", "show"]).ends_with(3);
    let shown = shown.complains("the time-stamping authority \"tsa.example\" cannot be used", "it is a URL");
    assert!(!shown.stderr.contains("hunter2") && !shown.stdout.contains("hunter2"), "{}", shown.stderr);
}

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn variables_that_name_authorities_are_shown_and_named_where_they_lead_nowhere() {
    let folder = world_with("");
    let environment = [
        ("SSL_CERT_FILE", "nowhere.pem"),
        ("VMEDIA_API_KEY", "key"),
        ("VMEDIA_API_SECRET", "x"),
        ("VMEDIA_BASE_URL", "https://127.0.0.1:9"),
    ];
    let shown = run(folder.path(), &environment, &["config", "show"]).ends_with(0);
    assert!(shown.stdout.lines().any(|line| line.starts_with("ssl_cert_file") && line.contains("nowhere.pem")), "{}", shown.stdout);
    let settings = reported(&run(folder.path(), &environment, &["config", "show", "--format", "json"]));
    assert_eq!(settings["ssl_cert_file"], (json!("nowhere.pem"), json!("environment SSL_CERT_FILE")));
    assert!(!run(folder.path(), &environment[1..], &["config", "show"]).stdout.contains("ssl_cert"));
    for verb in ["list", "download"] {
        run(folder.path(), &environment, &[verb, "some-session", "--retries", "0"])
            .ends_with(3)
            .complains("cannot set up TLS", "SSL_CERT_FILE");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named_and_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let no_text = std::ffi::OsStr::from_bytes(b"hunter2\xff");
    let folder = world_with(&format!("{PROFILE}secret_env = 'OURS'\n"));
    for name in ["VMEDIA_API_SECRET", "VMEDIA_PROFILE", "VMEDIA_BASE_URL", "VMEDIA_PROVIDER", "VMEDIA_API_KEY", "OURS"] {
        for words in [&["config", "show"][..], &["download", "some-session"], &["config", "check", "--quiet"]] {
            let mut command = bare(folder.path());
            command.envs([CONFIG, ("OURS", "x")]).env(name, no_text).args(words);
            let run = Run::of(&command.output().expect("a run")).ends_with(3);
            let said = format!("{}{}", run.stdout, run.stderr);
            assert!(said.contains(&format!("the variable {name} holds bytes that are no text")), "{said}");
            assert!(said.contains(&format!("set {name} again, in UTF-8, or unset it")) && !said.contains("hunter2"), "{said}");
        }
    }
    // Files and folders may have such names.
    let mut command = bare(folder.path());
    command.envs([CONFIG, ("OURS", "x")]).env("VMEDIA_OUTPUT", no_text).args(["config", "show"]);
    Run::of(&command.output().expect("a run")).ends_with(0);
}
