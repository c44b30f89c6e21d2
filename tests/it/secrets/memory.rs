//! What a running process shows of its secrets: its command line, its environment, and every byte of its memory, as `/proc`
//! has them.
//!
//! A run makes keys of its secrets before the first request and wipes them; the copies that are found later must be those
//! that are still needed.

use super::private;
use crate::harness::{SESSION, World, until};
use crate::wire::{SECRET, Say, Wire};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use vmedia::cli::Flags;
use vmedia::config::{Environment, Resolver};
use vmedia::provider::veriff::Veriff;

/// The API key, which is no secret: a run that holds it in memory shows that the search finds what is there.
const KEY: &str = "the-key-of-the-wire";

/// How often a text stands in the memory of a process: the kernel's own copies (the stack's end holds arguments and
/// environment) and all others.
pub fn copies(process: u32, text: &[u8]) -> (usize, usize) {
    let (mut initial, mut others) = (0, 0);
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).expect("maps");
    let memory = File::open(format!("/proc/{process}/mem")).expect("memory");
    let mut read = 0;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().expect("a range"), words.next().expect("rights"));
        let name = words.nth(3).unwrap_or_default();
        // Memory that is not writable is the program itself.
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').expect("a range");
        let [from, to] = [from, to].map(|number| u64::from_str_radix(number, 16).expect("an address"));
        let mut bytes = vec![0; usize::try_from(to - from).expect("a size")];
        // A region may go, or be a file's end.
        let Ok(()) = memory.read_exact_at(&mut bytes, from) else { continue };
        read += bytes.len();
        for at in memchr::memmem::find_iter(&bytes, text) {
            // The kernel lays the environment out above everything that the program itself puts on its stack.
            if name == "[stack]" && bytes.len() - at < 16 * 1024 && stands_in_environment(process, text) {
                initial += 1;
            } else {
                others += 1;
            }
        }
    }
    assert!(read > 1 << 20, "only {read} bytes of memory could be read");
    (initial, others)
}

fn stands_in_environment(process: u32, text: &[u8]) -> bool {
    holds(&std::fs::read(format!("/proc/{process}/environ")).expect("an environment"), text)
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(bytes, text).is_some()
}

/// A run that waits for an answer that never ends; it is killed when this value is dropped.
struct Waiting(Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A provider that answers no listing to its end.
pub fn endless() -> Wire {
    Wire::start("{}", |path, _| if path.ends_with("/media") { Say::Trickle(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()) } else { Say::Usual })
}

/// Starts a run with this profile and waits until it waits.
fn waiting(folder: &Path, wire: &Wire, lines: &str, variables: &[(&str, &str)]) -> Waiting {
    let text = format!("[profiles.live]\nbase_url = '{}'\napi_key = '{KEY}'\n{lines}\n", wire.base_url());
    std::fs::write(folder.join("vmedia.toml"), text).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vmedia"));
    command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder).envs(variables.iter().copied());
    command.args(["download", SESSION, "--config", "vmedia.toml", "-p", "live", "-vv"]);
    command.stdout(Stdio::null()).stderr(File::create(folder.join("stderr")).expect("a file"));
    let run = Waiting(command.spawn().expect("a run"));
    until("the run waits for a listing", || wire.paths().iter().any(|path| path.ends_with("/media")));
    run
}

#[test]
fn a_secret_is_in_no_memory_once_it_became_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    private(&folder.path().join("secret"), format!("{SECRET}\n"));
    let credentials = folder.path().to_str().expect("text");
    for (lines, variables) in [
        ("secret_file = 'secret'", &[][..]),
        ("secret_command = ['cat', 'secret']", &[][..]),
        ("secret_command = ['sh', '-c', 'cat secret; sleep 0.1']", &[][..]),
        ("secret_credential = 'secret'", &[("CREDENTIALS_DIRECTORY", credentials)][..]),
    ] {
        let wire = endless();
        let run = waiting(folder.path(), &wire, lines, variables);
        let process = run.0.id();
        for file in ["cmdline", "environ"] {
            let bytes = std::fs::read(format!("/proc/{process}/{file}")).expect(file);
            assert!(!bytes.is_empty() && !holds(&bytes, SECRET.as_bytes()), "{lines}: {file}");
        }
        assert_ne!(copies(process, KEY.as_bytes()), (0, 0), "{lines}: the search finds nothing at all");
        assert_eq!(copies(process, SECRET.as_bytes()), (0, 0), "{lines}");
    }
}

#[test]
fn a_secret_of_the_environment_is_where_the_kernel_laid_it_and_in_the_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    for (lines, variable) in [("", "VMEDIA_API_SECRET"), ("secret_env = 'OUR_SECRET'", "OUR_SECRET")] {
        let wire = endless();
        let run = waiting(folder.path(), &wire, lines, &[(variable, SECRET)]);
        assert_eq!(copies(run.0.id(), SECRET.as_bytes()), (1, 1), "{variable}");
    }
}

#[test]
fn the_letters_of_a_private_key_are_in_no_memory_and_a_token_only_where_it_is_sent() {
    let world = World::new();
    let pem = std::fs::read_to_string(world.sandbox.yoti_key_file().expect("a file")).expect("a key");
    let folder = world.folder();
    private(&folder.join("key"), &pem);
    private(&folder.join("token"), "a-token-of-its-own\n");
    let lines: Vec<&str> = pem.lines().filter(|line| line.len() >= 60 && !line.starts_with('-')).collect();
    assert!(lines.len() > 10, "a key has many lines: {}", lines.len());
    let wire = || Wire::start("{}", |_, _| Say::Trickle(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()));
    let waiting = |wire: &Wire, lines: &str| {
        let text = format!("[profiles.live]\nprovider = 'yoti'\nbase_url = '{}/idverify/v1'\n{lines}\n", wire.base_url());
        std::fs::write(folder.join("vmedia.toml"), text).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_vmedia"));
        command.current_dir(folder).env_clear().env("HOME", folder);
        command.args(["download", SESSION, "--config", "vmedia.toml", "-p", "live"]).stdout(Stdio::null()).stderr(Stdio::null());
        let run = Waiting(command.spawn().expect("a run"));
        until("the run waits for an answer", || !wire.paths().is_empty());
        run
    };
    let server = wire();
    let run = waiting(&server, "sdk_id = 'an-id-of-its-own'\nkey_file = 'key'");
    assert_ne!(copies(run.0.id(), b"an-id-of-its-own"), (0, 0), "the search finds nothing at all");
    for line in &lines {
        assert_eq!(copies(run.0.id(), line.as_bytes()), (0, 0), "a line of the key");
    }
    // It holds the session.
    drop(run);
    let server = wire();
    let run = waiting(&server, "bearer_file = 'token'");
    let (initial, others) = copies(run.0.id(), b"a-token-of-its-own");
    // One that is kept, one of the request that is under way, and what the HTTP library makes of it: two values of a header
    // and the bytes that were sent.
    assert!(initial == 0 && (1..=5).contains(&others), "{others} copies");
}

#[test]
fn a_secret_that_was_dropped_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    private(&folder.path().join("secret"), SECRET_IN_PARTS.concat());
    std::fs::write(folder.path().join("vmedia.toml"), "[profiles.live]\nsecret_file = 'secret'\n").expect("written");
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "secrets::memory::holds_a_secret_for_a_while", "--ignored", "--nocapture", "--test-threads", "1"]);
    command.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut helper = Waiting(command.spawn().expect("a helper"));
    let mut said = BufReader::new(helper.0.stdout.take().expect("its words")).lines();
    let mut go_on = helper.0.stdin.take().expect("its ear");
    for (state, expected) in [("held", 1), ("keyed", 0), ("held again", 1), ("dropped", 0)] {
        let reached = said.by_ref().map(|line| line.expect("text")).any(|line| line.ends_with(state));
        assert!(reached, "the helper never said {state}");
        assert_eq!(copies(helper.0.id(), SECRET_IN_PARTS.concat().as_bytes()).1, expected, "{state}");
        go_on.write_all(b"\n").expect("it listens");
    }
}

/// The secret as it does not stand in this program's own memory, which the helper shares.
const SECRET_IN_PARTS: [&str; 2] = ["the-secret-of-", "a-while"];

#[test]
#[ignore = "the helper of the test above, which starts it"]
fn holds_a_secret_for_a_while() {
    let wait = |state: &str| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{state}").expect("said");
        out.flush().expect("said");
        std::io::stdin().lock().read_line(&mut String::new()).expect("heard");
    };
    let flags = Flags::of_profile("vmedia.toml".as_ref(), Some("live"));
    let environment = Environment::default();
    let secrets = || Resolver::new(&flags, &environment).expect("settings").secrets().expect("a secret");
    let held = secrets();
    wait("held");
    let provider = Veriff::new("key".to_owned(), held.signing, held.others, None);
    wait("keyed");
    drop(provider);
    let held = secrets();
    wait("held again");
    drop(held);
    wait("dropped");
}
