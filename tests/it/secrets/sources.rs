//! Each place that a profile can name, and what can be wrong with it.

use super::{list, mode, private, profile, run, yoti_profile};
#[cfg(unix)]
use crate::harness::{Run, until};
use crate::harness::{SESSION, World};
use serde_json::json;
#[cfg(unix)]
use std::process::Stdio;
use vmedia::sandbox::{Options, YotiSession};

/// What editors and shells make of a secret that is saved or printed.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    [
        secret.to_owned(),
        format!("{secret}\n"),
        format!("{secret}\r\n"),
        format!("\u{feff}{secret}\r\n"),
        format!("  {secret}\n\n"),
        format!("{secret},\nanother\n"),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// What is no secret, with the words of the error.
const NONE: [(&[u8], &str, &str); 7] = [
    (b"", "is empty", "put the shared secret there"),
    (b"\n", "is empty", "put the shared secret there"),
    (b",\n", "is empty", "put the shared secret there"),
    (b"one-horse\ntwo-horse\n", "has more than one line", "several are separated by commas"),
    (b"h\0o\0r\0s\0e\0", "has a character in it that cannot be typed", "save it as plain text in UTF-8"),
    (b"\xff\xfeh\0o\0r\0s\0e\0", "is not text", "save it as UTF-8"),
    (b"horse\xff", "is not text", "put the secret there, and nothing else"),
];

/// Everything that a place can hold, laid there by `lay`.
fn every_content(world: &World, variables: &[(&str, &str)], lay: impl Fn(&[u8])) {
    for content in spellings(world.sandbox.api_secret()) {
        lay(&content);
        list(world, variables).ends_with(0);
    }
    let asked = world.listed("attempts");
    for (content, what, hint) in NONE {
        lay(content);
        let run = list(world, variables).ends_with(3).complains(what, hint);
        assert!(!run.stderr.contains("horse"), "{}", run.stderr);
    }
    lay(&vec![b'x'; 65 * 1024]);
    list(world, variables).ends_with(3);
    lay(b"quite another secret");
    list(world, variables).ends_with(4).says("of profile live");
    assert_eq!(world.listed("attempts"), asked + 1, "what is no secret sends no request");
}

#[test]
fn a_private_file() {
    let world = World::new();
    profile(&world, "secret_file = 'secret'");
    let path = world.folder().join("secret");
    list(&world, &[]).ends_with(3).complains("cannot read secret_file secret: ", "name the file that holds it, or write it there");
    every_content(&world, &[], |content| private(&path, content));
    std::fs::remove_file(&path).expect("removed");
    std::fs::create_dir(&path).expect("a folder");
    list(&world, &[]).ends_with(3).complains("cannot read secret_file secret: it is a folder", "name the file in that folder");
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_refused_without_waiting() {
    let world = World::new();
    let made = std::process::Command::new("mkfifo").arg(world.folder().join("pipe")).status();
    assert!(made.expect("mkfifo").success());
    let socket = std::os::unix::net::UnixListener::bind(world.folder().join("socket")).expect("a socket");
    for path in ["pipe", "/dev/null", "socket"] {
        profile(&world, &format!("secret_file = '{path}'\nsign_key = '{path}'"));
        let (what, hint) = (format!("secret_file {path} is not a regular file"), "name a file that holds it");
        list(&world, &[]).ends_with(3).complains(&what, hint);
        let said = run(&world, &[], &["config", "check"]).ends_with(3);
        assert!(said.stdout.contains(&format!("the signing key {path} is not a regular file")), "{}{}", said.stdout, said.stderr);
        run(&world, &[], &["config", "show"]).ends_with(3).says(&what);
    }
    drop(socket);
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_its_file_and_its_mode_counts() {
    let world = World::new();
    profile(&world, "secret_file = 'link'");
    private(&world.folder().join("secret"), world.sandbox.api_secret());
    std::os::unix::fs::symlink("secret", world.folder().join("link")).expect("a link");
    list(&world, &[]).ends_with(0);
    mode(&world.folder().join("secret"), 0o644);
    list(&world, &[]).ends_with(3).complains("secret_file link can be read by others (mode 644)", "chmod 600 link");
    std::fs::remove_file(world.folder().join("secret")).expect("removed");
    list(&world, &[]).ends_with(3).complains("cannot read secret_file link", "name the file that holds it");
}

#[test]
fn a_variable() {
    let world = World::new();
    profile(&world, "secret_env = 'OUR_SECRET'");
    let secret = world.sandbox.api_secret();
    list(&world, &[("OUR_SECRET", secret)]).ends_with(0);
    list(&world, &[]).ends_with(3).complains("the variable OUR_SECRET, named by secret_env of profile live, is not set", "set OUR_SECRET");
    list(&world, &[("OUR_SECRET", "one\ntwo")]).ends_with(3).complains("has more than one line", "separated by commas");
    // The variable of vmedia itself goes before the profile.
    list(&world, &[("OUR_SECRET", "another"), ("VMEDIA_API_SECRET", secret)]).ends_with(0);
    list(&world, &[("OUR_SECRET", secret), ("VMEDIA_API_SECRET", "another")]).ends_with(4).says("the environment (VMEDIA_API_SECRET)");
}

#[cfg(unix)]
#[test]
fn a_command() {
    let world = World::new();
    profile(&world, "secret_command = ['cat', 'secret']");
    every_content(&world, &[("PATH", "/usr/bin:/bin")], |content| private(&world.folder().join("secret"), content));
    let path = [("PATH", "/usr/bin:/bin")];
    for (command, what) in [
        ("['no-such-program', 'horse']", "secret_command failed: no-such-program: "),
        ("['sh', '-c', 'echo horse; exit 3']", "secret_command failed: sh: exit status: 3"),
        ("['sh', '-c', 'echo horse; kill -9 $$']", "secret_command failed: sh: signal: 9"),
        ("['yes', 'horse']", "secret_command failed: yes: it prints more than any secret has"),
    ] {
        profile(&world, &format!("secret_command = {command}"));
        let run = list(&world, &path).ends_with(3).complains(what, "run it by hand; it must print the secret on standard output");
        assert!(!run.stderr.contains("horse"), "{}", run.stderr);
    }
    // No shell looks at the words.
    profile(&world, "secret_command = ['echo', '$HOME; echo horse']");
    list(&world, &path).ends_with(4);
}

#[cfg(unix)]
#[test]
fn a_command_that_does_not_end_is_ended_with_the_run() {
    let world = World::new();
    let script = "exec 3>pid; echo $$ >&3; exec 3>&-; mv pid running; exec sleep 1000";
    profile(&world, &format!("secret_command = ['/bin/sh', '-c', '{script}']"));
    let running = world.folder().join("running");
    let over = |words: &[&str], signal: Option<&str>, code: i32| {
        let _ = std::fs::remove_file(&running);
        let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_vmedia"));
        process.env_clear().env("PATH", "/usr/bin:/bin").current_dir(world.folder()).args(words);
        process.args(["--config", "vmedia.toml", "-p", "live"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = process.spawn().expect("a process");
        until("the command runs", || running.exists());
        if let Some(signal) = signal {
            kill(&format!("-{signal}"), &child.id().to_string());
        }
        let run = Run::of(&child.wait_with_output().expect("an end")).ends_with(code);
        let pid = std::fs::read_to_string(&running).expect("a number");
        assert!(!kill("-0", pid.trim()), "the command is left behind");
        run
    };
    for words in [&["list", SESSION][..], &["download", SESSION], &["verify", "vmedia-archive", "--authenticate"]] {
        if words[0] == "verify" {
            world.run(&["download", SESSION]).ends_with(0);
        }
        over(words, Some("INT"), 130).complains("interrupted while the command of secret_command ran", "run the same command again");
        over(words, Some("TERM"), 143).complains("terminated while the command of secret_command ran", "run the same command again");
    }
    over(&["config", "check"], Some("INT"), 130);
    over(&["download", SESSION, "--max-duration", "3s"], None, 7).complains("the time that the run was given is over", "run it by hand");
}

/// Sends a signal; returns true if there was a process to send it to.
#[cfg(unix)]
fn kill(signal: &str, process: &str) -> bool {
    std::process::Command::new("kill").args([signal, process]).stderr(Stdio::null()).status().expect("kill").success()
}

#[cfg(unix)]
#[test]
fn commands_are_not_handed_the_secrets_of_others() {
    let world = World::with(Vec::new());
    let other = "[profiles.other]\nsecret_env = 'THEIR_SECRET'\n[profiles.odd]\nsecret_env = \"no\\u0000name\"";
    let command = "bearer_command = ['sh', '-c', 'env > environment; echo t0ken']";
    yoti_profile(&world, &format!("{command}\nsecret_env = 'OUR_SECRET'\n{other}"));
    let secrets = [
        ("VMEDIA_API_SECRET", "horse-1"),
        ("OUR_SECRET", "horse-2"),
        ("VMEDIA_PING_URL", "https://ping.example/horse-3"),
        ("THEIR_SECRET", "horse-4"),
    ];
    let others = [("PATH", "/usr/bin:/bin"), ("VMEDIA_OPERATOR", "a person")];
    list(&world, &[&secrets[..], &others[..]].concat()).ends_with(4);
    let environment = std::fs::read_to_string(world.folder().join("environment")).expect("what the command saw");
    assert!(environment.contains("VMEDIA_OPERATOR=a person"), "{environment}");
    assert!(!environment.contains("horse"), "{environment}");
}

#[test]
fn a_credential_of_systemd() {
    let world = World::new();
    let folder = world.folder().join("credentials");
    std::fs::create_dir(&folder).expect("a folder");
    profile(&world, "secret_credential = 'veriff'");
    let variables = [("CREDENTIALS_DIRECTORY", folder.to_str().expect("text"))];
    list(&world, &[]).ends_with(3).complains("CREDENTIALS_DIRECTORY is not set", "LoadCredential=veriff:");
    list(&world, &variables).ends_with(3).complains("cannot read secret_credential veriff at ", "LoadCredential=veriff:");
    every_content(&world, &variables, |content| private(&folder.join("veriff"), content));
    for name in ["", ".", "..", "../veriff", "a/b", "/etc/passwd", "a\\\\b", "a:b"] {
        profile(&world, &format!("secret_credential = \"{name}\""));
        list(&world, &variables)
            .ends_with(3)
            .complains("the value of secret_credential is not the name of a credential", "without any folder");
    }
}

#[cfg(unix)]
#[test]
fn the_mask_of_an_access_control_list_is_no_right_of_the_group() {
    let world = World::new();
    profile(&world, "secret_credential = 'veriff'");
    let path = world.folder().join("veriff");
    private(&path, world.sandbox.api_secret());
    let folder = world.folder().to_str().expect("text").to_owned();
    let list = || list(&world, &[("CREDENTIALS_DIRECTORY", &folder)]);
    for allowed in [0o400, 0o440, 0o600] {
        mode(&path, allowed);
        list().ends_with(0);
    }
    for refused in [0o444, 0o404, 0o460, 0o442] {
        mode(&path, refused);
        list().ends_with(3).complains(&format!("can be read by others (mode {refused:o})"), "LoadCredential=");
    }
}

#[test]
fn several_places_are_one_too_many() {
    let world = World::new();
    profile(&world, "secret_env = 'A'\nsecret_file = 'b'\nsecret_keyring = true");
    let run = list(&world, &[]).ends_with(3).complains("profile live has ", "keep the one that is meant");
    for key in ["secret_env", "secret_file", "secret_keyring"] {
        assert!(run.stderr.contains(key), "{}", run.stderr);
    }
    profile(&world, "secret_keyring = false");
    list(&world, &[]).ends_with(3).complains("profile live names no secret", "secret_credential, secret_keyring");
    profile(&world, "secret_env = 'A'\nsecret_keyring = false");
    list(&world, &[("A", world.sandbox.api_secret())]).ends_with(0);
}

#[test]
fn the_key_and_the_token_of_yoti() {
    let document = json!({ "session_id": SESSION, "state": "COMPLETED", "resources": {}, "checks": [] }).to_string();
    let world = World::start(Options { samples: false, yoti_sessions: vec![YotiSession::new(SESSION, document)], ..Options::default() });
    let pem = std::fs::read_to_string(world.sandbox.yoti_key_file().expect("a file")).expect("a key");
    let folder = world.folder().to_str().expect("text").to_owned();
    let variables = [("CREDENTIALS_DIRECTORY", folder.as_str())];
    let id = format!("sdk_id = '{}'\n", world.sandbox.yoti_sdk_id());
    for key in ["key_file = 'key'", "key_credential = 'key'"] {
        yoti_profile(&world, &format!("{id}{key}"));
        for pem in
            [pem.clone(), pem.replace('\n', "\r\n"), format!("\u{feff}{pem}\n"), format!("Bag Attributes\n    localKeyID: 01\n{pem}")]
        {
            private(&world.folder().join("key"), &pem);
            list(&world, &variables).ends_with(0);
        }
        mode(&world.folder().join("key"), 0o644);
        let open = list(&world, &variables);
        assert!(!cfg!(unix) || open.code == 3, "{}", open.stderr);
        private(&world.folder().join("key"), "horse");
        let run = list(&world, &variables).ends_with(3).complains("holds no private key", "the Hub");
        assert!(!run.stderr.contains("horse"));
        std::fs::remove_file(world.folder().join("key")).expect("removed");
        list(&world, &variables).ends_with(3).says("cannot read");
    }
    yoti_profile(&world, &format!("{id}key_file = 'key'\nkey_credential = 'key'"));
    list(&world, &variables).ends_with(3).complains("key_file and key_credential", "keep the one that is meant");
    for token in ["bearer_file = 'token'", "bearer_credential = 'token'"] {
        yoti_profile(&world, token);
        private(&world.folder().join("token"), format!("\u{feff}{}\r\n", Options::default().yoti_token));
        list(&world, &variables).ends_with(0);
        private(&world.folder().join("token"), "t0ken");
        list(&world, &variables).ends_with(4).says("the bearer token from bearer_");
        private(&world.folder().join("token"), "two horses");
        let run = list(&world, &variables).ends_with(3).complains("gives no valid bearer token", "one word of visible ASCII");
        assert!(!run.stderr.contains("horses"));
    }
    let last = world.sandbox.exchanges();
    assert!(last.iter().any(|exchange| exchange.status == 401), "{last:?}");
    run(&world, &variables, &["verify", "nowhere"]).ends_with(6);
}
