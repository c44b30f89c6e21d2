//! `vmedia config check`: each problem is reported with its status, and the rest is checked all the
//! same, and nothing is left behind.

use crate::harness::{Run, SESSION, World, bare, signature};
use crate::wire::{SECRET, Say, Wire};
use serde_json::Value;
use std::path::Path;
use vmedia::sandbox::{Options, YotiSession};

/// The answer of the provider about an unknown session.
const UNKNOWN: &str = r#"{"status":"fail","code":"1101","message":"Resource not found"}"#;

/// The verdict on one check, and its words.
#[track_caller]
fn verdict(run: &Run, check: &str) -> (String, String) {
    let items: Vec<Value> = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr));
    let item = items.iter().find(|item| item["check"] == check).unwrap_or_else(|| panic!("no {check} in {}", run.stdout));
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    (text("verdict"), format!("{} / {}", text("what"), text("hint")))
}

/// Fails the test unless the check ended so, and its two lines hold these words.
#[track_caller]
fn is(run: &Run, check: &str, expected: &str, words: &[&str]) {
    let (found, said) = verdict(run, check);
    assert_eq!(found, expected, "{check}: {said}");
    for word in words {
        assert!(said.contains(word), "{check}: no {word:?} in {said}");
    }
}

const CHECK: [&str; 4] = ["config", "check", "--format", "json"];

fn check(world: &World, flags: &[&str]) -> Run {
    world.run(&[&CHECK[..], flags].concat())
}

/// Checks against a server that answers the question with these bytes; the program runs in a folder of its own.
fn answered(answer: Vec<u8>) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let wire = Wire::start("{}", move |_, _| Say::Bytes(answer.clone()));
    Run::of(&wire.command(folder.path(), &[&CHECK[..], &["--retries", "1"]].concat()).output().expect("a run"))
}

/// An answer with this status, these header lines and this body.
fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}

/// The header line of a signature over a body.
fn signed(body: &str) -> String {
    format!("X-HMAC-SIGNATURE: {}\r\n", signature(SECRET, body.as_bytes()))
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("a folder").next().is_none()
}

#[test]
fn when_all_is_well_it_says_so_and_leaves_nothing() {
    let world = World::new();
    let run = check(&world, &[]).ends_with(0);
    for (name, words) in [
        ("provider", "veriff"),
        ("credentials", "VMEDIA_API_SECRET"),
        ("base URL", "http://127.0.0.1:"),
        ("connection", "answers without TLS"),
        ("answer", "veriff accepts the credentials (HTTP 404"),
        ("signature", "signed with the shared secret"),
        ("clock", "s from the provider's"),
        ("archive", "vmedia-archive can be made and can be written"),
    ] {
        is(&run, name, "ok", &[words]);
    }
    is(&run, "configuration", "skipped", &["there is no "]);
    assert!(is_empty(world.folder()), "something was left");
    let exchanges = world.sandbox.exchanges();
    assert_eq!(exchanges.iter().map(|exchange| exchange.status).collect::<Vec<_>>(), [404], "one question");
    assert!(!exchanges[0].path.contains(SESSION));
    let text = world.run(&["config", "check"]).ends_with(0);
    assert!(text.stdout.contains("\nok       answer         veriff accepts"), "{}", text.stdout);
    assert_eq!(text.stderr, "");
    assert_eq!(world.run(&["config", "check", "-q"]).ends_with(0).stdout, "", "quiet when all is well");
    for said in [&run.stdout, &text.stdout] {
        assert!(!said.contains(world.sandbox.api_secret()) && !said.contains(world.sandbox.api_key()), "{said}");
    }
}

#[test]
fn yoti_is_asked_its_own_question() {
    let session = YotiSession::new(SESSION, r#"{"session_id":"x","resources":{}}"#.to_owned());
    let world = World::start(Options { samples: false, yoti_sessions: vec![session], ..Options::default() });
    let yoti = |sdk_id: &str| {
        let mut command = bare(world.folder());
        command.env("VMEDIA_BASE_URL", world.sandbox.yoti_base_url()).env("VMEDIA_YOTI_SDK_ID", sdk_id);
        command.env("VMEDIA_YOTI_KEY_FILE", world.sandbox.yoti_key_file().expect("a file"));
        Run::of(&command.args(CHECK).args(["--provider", "yoti"]).output().expect("a run"))
    };
    let run = yoti(world.sandbox.yoti_sdk_id()).ends_with(0);
    is(&run, "answer", "ok", &["yoti accepts the credentials"]);
    assert!(!run.stdout.contains("\"signature\""), "Yoti signs no answers: {}", run.stdout);
    is(&yoti("another").ends_with(4), "answer", "wrong", &["yoti refuses the credentials", "the SDK id and the key file"]);
    let mut command = bare(world.folder());
    std::fs::write(world.folder().join("token"), Options::default().yoti_token).expect("written");
    crate::secrets::mode(&world.folder().join("token"), 0o600);
    command.env("VMEDIA_BASE_URL", world.sandbox.yoti_base_url()).env("VMEDIA_YOTI_BEARER_FILE", "token");
    let bearer = Run::of(&command.args(CHECK).args(["--provider", "yoti"]).output().expect("a run")).ends_with(0);
    is(&bearer, "credentials", "ok", &["the bearer token from VMEDIA_YOTI_BEARER_FILE token"]);
}

#[test]
fn a_token_that_is_refused_is_replaced_by_a_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let wire = Wire::start("{}", |_, _| Say::Bytes(answer("401 Unauthorized", "", r#"{"code":"UNAUTHORIZED"}"#)));
    std::fs::write(folder.path().join("token"), "a-token").expect("written");
    crate::secrets::mode(&folder.path().join("token"), 0o600);
    let mut command = bare(folder.path());
    command.env("VMEDIA_BASE_URL", wire.base_url()).env("VMEDIA_YOTI_BEARER_FILE", "token");
    let run = Run::of(&command.args(CHECK).args(["--provider", "yoti"]).output().expect("a run")).ends_with(4);
    is(&run, "answer", "wrong", &["yoti refuses the credentials", "used was the bearer token", "get a new one"]);
}

#[test]
fn whom_a_run_would_tell_is_checked_too() {
    let world = World::new();
    let with = |environment: &[(&str, &str)], words: &[&str]| {
        let mut command = world.command(&[&CHECK[..], words].concat());
        Run::of(&command.envs(environment.iter().copied()).output().expect("a run"))
    };
    std::fs::write(world.folder().join("c.toml"), "[profiles.p]\nping_url = 'hunter2'\n").expect("written");
    let run = with(&[], &["--config", "c.toml", "-p", "p"]).ends_with(3);
    is(&run, "heartbeat", "wrong", &["the address for --ping-url cannot be used", "https://hc-ping.com/<id>"]);
    is(&run, "answer", "ok", &[]);
    assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
    let run = with(&[("VMEDIA_PING_URL", "https://hc.example/hunter2")], &[]).ends_with(0);
    is(&run, "heartbeat", "ok", &["not used now"]);
    assert!(!run.stdout.contains("hunter2") && !run.stdout.contains("hc.example"), "{}", run.stdout);
    std::fs::remove_file(world.folder().join("c.toml")).expect("removed");
    is(&with(&[], &["--log-file", "nowhere/log"]).ends_with(6), "log", "wrong", &["cannot write the log", "choose another file"]);
    is(&with(&[], &["--log-file", "."]).ends_with(6), "log", "wrong", &["cannot write the log ."]);
    is(&with(&[], &["--log-file", "log"]).ends_with(0), "log", "ok", &["log can be written"]);
    assert!(is_empty(world.folder()), "something was left");
    std::fs::write(world.folder().join("log"), "a line\n").expect("written");
    is(&with(&[], &["--log-file", "log"]).ends_with(0), "log", "ok", &[]);
    assert_eq!(std::fs::read_to_string(world.folder().join("log")).expect("a log"), "a line\n");
}

#[test]
fn at_a_provider_whose_requests_carry_the_time_a_wrong_clock_may_be_why_it_refuses() {
    let world = World::new();
    let headers = "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n";
    let wire = Wire::start("{}", move |_, _| Say::Bytes(answer("401 Unauthorized", headers, r#"{"code":"MESSAGE_SIGNING"}"#)));
    let mut command = bare(world.folder());
    command.env("VMEDIA_BASE_URL", wire.base_url()).env("VMEDIA_YOTI_SDK_ID", "id");
    command.env("VMEDIA_YOTI_KEY_FILE", world.sandbox.yoti_key_file().expect("a file"));
    let run = Run::of(&command.args(CHECK).args(["--provider", "yoti"]).output().expect("a run")).ends_with(4);
    is(&run, "answer", "wrong", &["yoti refuses the credentials: HTTP 401"]);
    is(&run, "clock", "warning", &["ahead of", "requests carry the time and may be refused"]);
}

#[test]
fn a_wrong_secret_is_reported_with_where_it_is_from_and_the_rest_is_checked() {
    let world = World::new();
    let mut command = world.command(&CHECK);
    let run = Run::of(&command.env("VMEDIA_API_SECRET", "another-horse").output().expect("a run")).ends_with(4);
    is(&run, "answer", "wrong", &["veriff refuses the credentials: HTTP 401", "the secret from the environment (VMEDIA_API_SECRET)"]);
    is(&run, "connection", "ok", &[]);
    is(&run, "archive", "ok", &[]);
    assert!(!run.stdout.contains("horse"));
    assert!(is_empty(world.folder()));
}

#[test]
fn what_is_missing_is_reported_and_the_archive_is_checked_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| Run::of(&bare(folder.path()).args(CHECK).args(words).output().expect("a run")).ends_with(3);
    let none = run(&[]);
    is(&none, "credentials", "wrong", &["there is no API key", "VMEDIA_API_KEY"]);
    is(&none, "base URL", "wrong", &["there is no base URL"]);
    is(&none, "connection", "skipped", &["needs credentials and a base URL"]);
    is(&none, "archive", "ok", &[]);
    is(&run(&["--config", "nowhere.toml"]), "configuration", "wrong", &["nowhere.toml"]);
    std::fs::write(folder.path().join("c.toml"), "[profiles.live]\nprovider = 'unknown'\nsign_key = 'key'\n").expect("written");
    is(&run(&["--config", "c.toml", "-p", "life"]), "configuration", "wrong", &["there is no profile life"]);
    let unknown = run(&["--config", "c.toml", "-p", "live"]);
    is(&unknown, "profile", "ok", &["live (flag --profile)"]);
    is(&unknown, "provider", "wrong", &["there is no provider"]);
    is(&unknown, "seals", "wrong", &["cannot read the signing key key"]);
}

#[test]
fn an_address_without_a_server() {
    let world = World::new();
    let unknown = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    for base_url in [format!("http://{unknown}"), "https://unknown.invalid".to_owned()] {
        let run = check(&world, &["--base-url", &base_url]).ends_with(5);
        is(&run, "connection", "wrong", &["the provider cannot be reached: ", "HTTPS_PROXY"]);
        is(&run, "archive", "ok", &[]);
    }
}

#[test]
fn answers_that_are_not_the_providers() {
    for (status, body, code, words) in [
        ("200 OK", "<html>Sign in</html>", 5, ["something answers there that is not veriff", "a sign-in page"]),
        ("404 Not Found", "<html>nginx</html>", 5, ["something answers there that is not veriff: HTTP 404", "its path too"]),
        ("302 Found", "", 4, ["the base URL leads elsewhere: HTTP 302", "a sign-in page"]),
        ("403 Forbidden", "<html>blocked</html>", 4, ["and refuses: HTTP 403", "from which addresses"]),
        ("401 Unauthorized", UNKNOWN, 4, ["refuses the credentials: HTTP 401: Resource not found", "from the same integration"]),
        ("400 Bad Request", UNKNOWN, 4, ["rejects the request: HTTP 400", "too old"]),
        ("503 Service Unavailable", UNKNOWN, 5, ["is not able to answer now: HTTP 503", "try again later"]),
        ("429 Too Many Requests", UNKNOWN, 5, ["is not able to answer now: HTTP 429", "try again later"]),
    ] {
        is(&answered(answer(status, "", body)).ends_with(code), "answer", "wrong", &words);
    }
}

#[test]
fn the_signature_of_the_answer() {
    let held = answered(answer("404 Not Found", &signed(UNKNOWN), UNKNOWN)).ends_with(0);
    is(&held, "signature", "ok", &[]);
    is(&held, "clock", "skipped", &["names no time"]);
    is(&answered(answer("404 Not Found", "", UNKNOWN)).ends_with(0), "signature", "warning", &["is not signed", "--strict"]);
    let wrong = answered(answer("404 Not Found", &signed("other"), UNKNOWN)).ends_with(4);
    is(&wrong, "signature", "wrong", &["not one of ours", "list all active secrets"]);
}

#[test]
fn a_clock_that_is_wrong() {
    for (date, way) in [("Sat, 01 Jan 2000 00:00:00 GMT", "ahead of"), ("Fri, 01 Jan 2100 00:00:00 GMT", "behind")] {
        let headers = format!("{}Date: {date}\r\n", signed(UNKNOWN));
        let run = answered(answer("404 Not Found", &headers, UNKNOWN)).ends_with(0);
        is(&run, "clock", "warning", &[way, "records and journals get wrong times", "NTP"]);
    }
    let refused = answered(answer("401 Unauthorized", "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n", UNKNOWN)).ends_with(4);
    is(&refused, "clock", "warning", &["ahead of"]);
}

#[test]
fn a_folder_that_cannot_be_an_archive() {
    let world = World::new();
    let with = |output: &str| Run::of(&world.command(&CHECK).env("VMEDIA_OUTPUT", output).output().expect("a run"));
    std::fs::write(world.folder().join("taken"), "").expect("written");
    for output in ["taken", "taken/below"] {
        is(&with(output).ends_with(6), "archive", "wrong", &["taken", "choose another folder"]);
    }
    is(&with("a/b/c").ends_with(0), "archive", "ok", &["a/b/c can be made"]);
    std::fs::create_dir(world.folder().join("there")).expect("a folder");
    is(&with("there").ends_with(0), "archive", "ok", &["there is there"]);
    assert!(is_empty(&world.folder().join("there")) && !world.folder().join("a").exists());
    // Credentials come before the folder.
    let both = Run::of(&world.command(&CHECK).env("VMEDIA_OUTPUT", "taken").env("VMEDIA_API_SECRET", "another").output().expect("a run"));
    is(&both.ends_with(4), "archive", "wrong", &[]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_nearly_full_full_or_read_only() {
    let world = World::new();
    let Some(disk) = crate::interrupt::disk::Disk::mount(&world, "size=1m") else { return };
    is(&check(&world, &[]).ends_with(0), "archive", "warning", &["are free", "make room"]);
    std::fs::write(world.archive().join("large"), vec![0; 1020 * 1024]).expect("written");
    is(&check(&world, &[]).ends_with(6), "archive", "wrong", &["cannot write into", "make room"]);
    disk.remount("ro");
    is(&check(&world, &[]).ends_with(6), "archive", "wrong", &["cannot write into", "read-only"]);
}
