//! The sandbox as a command, and the vendor's round trip.

use crate::harness::{Run, World, bare, jpeg, mp4, nfc, signature, tree};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use vmedia::sandbox::{SAMPLE_SESSION, samples};

const VMEDIA: &str = env!("CARGO_BIN_EXE_vmedia");

fn sandbox(folder: &Path, words: &[&str]) -> Run {
    Run::of(&bare(folder).arg("sandbox").args(words).output().expect("a run"))
}

fn a_folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_command_finds_everything_it_needs_in_its_environment() {
    let folder = a_folder();
    let run =
        sandbox(folder.path(), &["--", VMEDIA, "download", SAMPLE_SESSION, "-o", "here"]).ends_with(0).says("complete: 9 files fetched");
    assert!(!run.stderr.contains("GET "), "the sandbox keeps out of its command's way: {}", run.stderr);
    assert_eq!(tree(&folder.path().join("here").join(SAMPLE_SESSION).join("data")).len(), 9);
}

#[cfg(unix)]
#[test]
fn a_shell_command_can_name_the_session_by_its_variable() {
    let folder = a_folder();
    let script = r#"test "$VMEDIA_PROVIDER" = veriff && exec "$0" list "$VMEDIA_SESSION_ID" --format json"#;
    let run = sandbox(folder.path(), &["--", "/bin/sh", "-c", script, VMEDIA]).ends_with(0);
    let rows: Vec<Value> = serde_json::from_str(&run.stdout).expect("JSON");
    assert!(rows.len() == 9 && rows.iter().all(|row| row["session"] == SAMPLE_SESSION), "{}", run.stdout);
}

#[test]
fn a_trial_touches_nothing_configured_and_gets_no_secret() {
    let folder = a_folder();
    let place = |name: &str| folder.path().join(name);
    let config = "default_profile = 'live'\n[profiles.live]\noutput = 'production'\nping_url = 'http://127.0.0.1:9/ping'\n\
        [profiles.other]\nsecret_env = 'THEIR_SECRET'\n";
    std::fs::create_dir_all(place("config/vmedia")).expect("a folder");
    std::fs::write(place("config/vmedia/config.toml"), config).expect("written");
    std::fs::write(place("named.toml"), config).expect("written");
    let configured = [("VMEDIA_CONFIG", "named.toml"), ("VMEDIA_PROFILE", "live"), ("VMEDIA_OUTPUT", "production")];
    let further = [("VMEDIA_PING_URL", "http://127.0.0.1:9/ping"), ("VMEDIA_SIGN_KEY", "no-key"), ("VMEDIA_TIMESTAMP", "none")];
    for variables in [&[][..], &[&configured[..], &further[..]].concat()] {
        let try_out = |command: &[&str]| {
            let mut run = bare(folder.path());
            run.envs(variables.iter().copied()).envs([("THEIR_SECRET", "horse"), ("VMEDIA_OPERATOR", "a person")]);
            Run::of(&run.args(["sandbox", "--"]).args(command).output().expect("a run")).ends_with(0)
        };
        let run = try_out(&[VMEDIA, "download", SAMPLE_SESSION]).says("complete: 9 files");
        assert!(!run.stderr.contains("heartbeat"), "{}", run.stderr);
        assert!(place("vmedia-archive").is_dir() && !place("production").exists());
        try_out(&[VMEDIA, "download", SAMPLE_SESSION, "-o", "elsewhere"]);
        assert!(place("elsewhere").is_dir());
        if cfg!(unix) {
            let seen = try_out(&["/usr/bin/env"]).stdout;
            assert!(!seen.contains("horse") && !seen.contains("127.0.0.1:9") && !seen.contains("named.toml"), "{seen}");
            assert!(seen.contains("VMEDIA_OPERATOR=a person"), "{seen}");
        }
    }
}

#[test]
fn the_status_of_the_command_is_passed_on() {
    let folder = a_folder();
    let id = &samples()[0].attempts[0].media[0].id;
    let faults = format!("media:{id}=404");
    sandbox(folder.path(), &["--faults", &faults, "--", VMEDIA, "download", SAMPLE_SESSION]).ends_with(7).says("is gone");
    sandbox(folder.path(), &["--", VMEDIA, "download", "unknown"]).ends_with(9);
    sandbox(folder.path(), &["--", VMEDIA, "--no-such-flag"]).ends_with(2);
}

#[cfg(unix)]
#[test]
fn a_command_that_a_signal_ends_gives_the_number_that_a_shell_would() {
    let folder = a_folder();
    for (signal, number) in [("TERM", 143), ("KILL", 137), ("INT", 130)] {
        sandbox(folder.path(), &["--", "/bin/sh", "-c", &format!("kill -{signal} $$")]).ends_with(number);
    }
    sandbox(folder.path(), &["--", "/bin/sh", "-c", "exit 42"]).ends_with(42);
}

#[test]
fn a_command_that_does_not_exist_is_a_usage_error() {
    let folder = a_folder();
    let run = sandbox(folder.path(), &["--", "no-such-program-anywhere", "x"]).ends_with(2).says("no-such-program-anywhere");
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
}

#[test]
fn a_mistake_in_the_faults_is_named() {
    let folder = a_folder();
    for (script, word) in [
        ("media=bogus", "'bogus'"),
        ("nowhere=503", "'nowhere'"),
        ("media", "'media' lacks '='"),
        ("media=503*x", "'x'"),
        ("media=503,any=99", "'99'"),
        ("media=slow", "'slow'"),
        ("media:=503", "'media:'"),
        ("media=503/0", "'0'"),
    ] {
        let run = sandbox(folder.path(), &["--faults", script, "--", VMEDIA, "--version"]).ends_with(2).says("--faults").says(word);
        assert_eq!((run.stderr.lines().count(), run.stdout.as_str()), (2, ""), "{script}: {}", run.stderr);
    }
}

#[test]
fn only_this_machine_may_ask() {
    let folder = a_folder();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let run = sandbox(folder.path(), &["--listen", address, "--", VMEDIA, "--version"]).ends_with(2).says("loopback");
        assert_eq!(run.stdout, "", "the command was not run");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    sandbox(folder.path(), &["--listen", &address, "--", VMEDIA, "--version"]).ends_with(2).says(&address);
}

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn without_a_command_it_prints_settings_and_serves_until_it_is_stopped() {
    let folder = a_folder();
    let child = Command::new(VMEDIA)
        .args(["sandbox", "-q"])
        .env_remove("VMEDIA_CONFIG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a sandbox");
    let mut process = Process(child);
    let mut lines = BufReader::new(process.0.stdout.take().expect("a pipe")).lines();
    let mut settings = BTreeMap::new();
    for _ in 0..6 {
        let line = lines.next().expect("a line").expect("text");
        let assignment = if cfg!(windows) { line.strip_prefix("$env:") } else { line.strip_prefix("export ") };
        let (name, value) = assignment.and_then(|assignment| assignment.split_once('=')).unwrap_or_else(|| panic!("{line}"));
        settings.insert(name.trim().to_owned(), value.trim().trim_matches('\'').to_owned());
    }
    let names: Vec<&str> = settings.keys().map(String::as_str).collect();
    assert_eq!(names, ["VMEDIA_API_KEY", "VMEDIA_API_SECRET", "VMEDIA_BASE_URL", "VMEDIA_CONFIG", "VMEDIA_PROVIDER", "VMEDIA_SESSION_ID"]);
    for _ in 0..2 {
        let output = bare(folder.path()).envs(&settings).args(["download", &settings["VMEDIA_SESSION_ID"]]).output().expect("a run");
        Run::of(&output).ends_with(0).says("complete: 9 files");
    }
    #[cfg(unix)]
    {
        let pid = process.0.id().to_string();
        assert!(Command::new("/bin/sh").args(["-c", "kill -TERM \"$0\"", &pid]).status().expect("a shell").success());
        assert_eq!(process.0.wait().expect("an end").code(), Some(143));
        let mut said = String::new();
        process.0.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
        assert!(!said.contains("panicked"), "{said}");
        assert!(lines.next().is_none(), "six lines and no more");
    }
}

#[test]
fn a_data_folder_is_served_as_sessions() {
    let folder = a_folder();
    let data = folder.path().join("data");
    let files: [(&str, Vec<u8>); 5] = [
        ("mine/a2/document-front.jpg", jpeg("front")),
        ("mine/a2/nfc.json", nfc("chip")),
        ("mine/a2/selfid_video.mp4", mp4("video")),
        ("mine/a1/document-front.jpg", jpeg("old")),
        ("mine/a1/document-front~2.jpg", jpeg("older")),
    ];
    for (path, bytes) in &files {
        let path = data.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("written");
    }
    std::fs::write(data.join("mine/decision.json"), r#"{"status":"success","verification":{"code":9001}}"#).expect("written");
    let words = ["--data", data.to_str().expect("text"), "--", VMEDIA, "download", "mine", "--with", "decision"];
    sandbox(folder.path(), &words).ends_with(0).says("complete: 5 files fetched");
    let archive = folder.path().join("vmedia-archive/mine");
    let held = tree(&archive.join("data"));
    assert_eq!(held.len(), 5);
    for (path, bytes) in &files {
        let attempt = path.split('/').nth(1).expect("an attempt");
        assert_eq!(held.iter().filter(|(path, held)| path.starts_with(attempt) && *held == bytes).count(), 1, "{path}: {:?}", held.keys());
    }
    let decision = std::fs::read_to_string(archive.join("metadata/decision.json")).expect("kept");
    assert_eq!(decision, r#"{"status":"success","verification":{"code":9001}}"#);
    let run = sandbox(folder.path(), &words).ends_with(0).says("5 files kept, nothing to fetch");
    assert_eq!(run.stdout, "");
}

/// One request to the provider, written by hand, and the status and body of its answer, whose signature is checked.
fn ask(world: &World, method: &str, path: &str, body: &str, signed_with: &str) -> (u16, Value) {
    let host = world.sandbox.base_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).expect("the sandbox");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         x-auth-client: {}\r\nx-hmac-signature: {}\r\n\r\n",
        body.len(),
        world.sandbox.api_key(),
        signature(signed_with, body.as_bytes()),
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let header =
        |name: &str| head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix(name).map(|value| value.trim().to_owned()));
    assert_eq!(header("x-hmac-signature:"), Some(signature(world.sandbox.api_secret(), body.as_bytes())), "{answer}");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}")))
}

#[test]
fn what_is_uploaded_by_the_vendors_requests_comes_back_byte_for_byte() {
    let world = World::with(Vec::new());
    let secret = world.sandbox.api_secret();
    let (status, created) = ask(&world, "POST", "/v1/sessions", &json!({ "verification": { "vendorData": "me" } }).to_string(), secret);
    assert_eq!((status, &created["status"]), (201, &json!("success")), "{created}");
    let session = created["verification"]["id"].as_str().expect("an id").to_owned();

    let media = format!("/v1/sessions/{session}/media");
    let image = |context: &str, bytes: &[u8]| json!({ "image": { "context": context, "content": STANDARD.encode(bytes) } });
    let uri = json!({ "image": { "context": "face", "content": format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg("face"))) } });
    // Every byte there is, after a magic that makes it a picture.
    let front = [jpeg("front"), (0..=255).collect()].concat();
    let chip = json!({ "com": "AAEC", "sod": "AA==", "dg1": "AA==", "dg2": "//79" });
    for body in [image("document-front", &front), uri, image("selfid_video", &mp4("video")), json!({ "nfc": chip })] {
        let (status, uploaded) = ask(&world, "POST", &media, &body.to_string(), secret);
        assert_eq!((status, &uploaded["status"]), (200, &json!("success")), "{uploaded}");
    }
    let (status, refused) = ask(&world, "POST", &media, &image("face", &jpeg("forged")).to_string(), "a guess");
    assert_eq!((status, &refused["code"]), (401, &json!("1819")), "{refused}");
    let submitted = json!({ "verification": { "status": "submitted" } }).to_string();
    let (status, answer) = ask(&world, "PATCH", &format!("/v1/sessions/{session}"), &submitted, secret);
    assert_eq!((status, &answer["verification"]["status"]), (200, &json!("submitted")), "{answer}");

    world.run(&["download", &session, "--strict"]).ends_with(0).says("4 files fetched");
    let held = tree(&world.archive().join(&session).join("data"));
    for (context, bytes) in [("document-front", &front), ("face", &jpeg("face")), ("selfid_video", &mp4("video"))] {
        let found: Vec<_> = held.iter().filter(|(path, _)| path.contains(&format!("/{context}_"))).map(|(_, bytes)| bytes).collect();
        assert_eq!(found, [bytes], "{context}");
    }
    let chips: Vec<Value> =
        held.iter().filter(|(path, _)| path.contains("/nfc_")).map(|(_, bytes)| serde_json::from_slice(bytes).expect("JSON")).collect();
    assert_eq!(chips, [chip]);
}

#[test]
fn uploads_into_a_data_folder_outlive_the_sandbox() {
    let folder = a_folder();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    let options = vmedia::sandbox::Options { samples: false, data: Some(data.clone()), ..vmedia::sandbox::Options::default() };
    let world = World::start(options);
    let secret = world.sandbox.api_secret();
    let (_, created) = ask(&world, "POST", "/v1/sessions", r#"{"verification":{}}"#, secret);
    let session = created["verification"]["id"].as_str().expect("an id").to_owned();
    let body = json!({ "image": { "context": "face", "content": STANDARD.encode(jpeg("kept")) } }).to_string();
    assert_eq!(ask(&world, "POST", &format!("/v1/sessions/{session}/media"), &body, secret).0, 200);
    world.run(&["download", &session]).ends_with(0);
    let first = tree(&world.archive().join(&session).join("data"));
    assert_eq!(first.values().collect::<Vec<_>>(), [&jpeg("kept")]);
    drop(world);
    let words = ["--data", data.to_str().expect("text"), "--", VMEDIA, "download", &session];
    sandbox(folder.path(), &words).ends_with(0);
    assert_eq!(tree(&folder.path().join("vmedia-archive").join(&session).join("data")), first, "the same ids, so the same names");
}
