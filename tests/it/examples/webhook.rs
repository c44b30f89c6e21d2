//! The receiver of webhooks: Debian's `webhook` runs with the example's configuration and script, and `vmedia` archives what it kept.
#![cfg(target_os = "linux")]

use super::{example, prepared, tool};
use crate::harness::SESSION;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A program that is ended with the test.
struct Receiver(Child, u16);

impl Drop for Receiver {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).expect("ended");
    }
}

impl Receiver {
    /// Starts the receiver, with its paths turned to this folder, and waits until it answers.
    fn start(program: &Path, folder: &Path, secret: &str) -> Self {
        let script = folder.join("keep-webhook.sh");
        std::fs::write(&script, example("webhook/keep-webhook.sh")).expect("written");
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("its mode");
        let hooks = example("webhook/hooks.json").replace("/etc/vmedia/keep-webhook.sh", &script.display().to_string());
        std::fs::write(folder.join("hooks.json"), hooks).expect("written");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let mut command = Command::new(program);
        command.args(["-template", "-hooks", "hooks.json", "-ip", "127.0.0.1", "-port", &port.to_string()]).current_dir(folder);
        command.env("VERIFF_SECRET", secret).env("YOTI_TOKEN", "a token").env("SPOOL", folder.join("spool"));
        let mut receiver = Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a receiver"), port);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(receiver.0.try_wait().expect("its state").is_none(), "it ended");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        receiver
    }

    /// Returns the status of the answer to a webhook.
    fn post(&self, hook: &str, header: &str, body: &str) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.1)).expect("a connection");
        let length = body.len();
        let head = format!("POST /hooks/{hook} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n");
        write!(stream, "{head}Content-Length: {length}\r\n{header}\r\n\r\n{body}").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
    }
}

#[test]
fn a_signed_webhook_is_kept_and_its_session_is_archived() {
    let Some(program) = tool("webhook") else { return };
    let world = prepared();
    let spool = world.folder().join("spool");
    std::fs::create_dir(&spool).expect("a folder");
    let receiver = Receiver::start(&program, world.folder(), "a secret");
    let body = format!(r#"{{"status":"success", "verification":{{"id":"{SESSION}","attemptId":"x","code":9001}}}}"#);
    let mut mac = Hmac::<Sha256>::new_from_slice(b"a secret").expect("a key");
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());

    let kept = || std::fs::read_dir(&spool).expect("a folder").map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>();
    let forged = body.replace("9001", "9002");
    assert_ne!(receiver.post("veriff", &format!("X-HMAC-SIGNATURE: {signature}"), &forged), 200);
    assert_eq!(receiver.post("yoti", "Authorization: Bearer another token", &body), 401);
    assert_eq!(kept(), Vec::<std::path::PathBuf>::new(), "neither is kept");

    assert_eq!(receiver.post("veriff", &format!("X-HMAC-SIGNATURE: {signature}"), &body), 200);
    assert_eq!(receiver.post("yoti", "Authorization: Bearer a token", &format!(r#"{{"session_id":"{SESSION}"}}"#)), 200);
    assert_eq!(kept().len(), 2);
    assert!(kept().iter().any(|path| std::fs::read_to_string(path).is_ok_and(|text| text == body)), "byte for byte");
    world.run(&["download", "--config", "config.toml", "--from", "spool"]).ends_with(0).says("note: 2 files moved to spool/done");

    std::fs::rename(&spool, world.folder().join("away")).expect("renamed");
    assert_eq!(receiver.post("veriff", &format!("X-HMAC-SIGNATURE: {signature}"), &body), 500, "the provider sends it again");
}
