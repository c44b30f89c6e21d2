//! Encrypted sessions that are shown to people: by a server on loopback that answers who has its address alone, decrypts while it
//! sends, and writes nothing of it.

use super::{ALICE, BOB, NAME, PERSON, archived};
#[cfg(unix)]
use crate::harness::Run;
#[cfg(target_os = "linux")]
use crate::harness::until;
use crate::harness::{NEWEST, SESSION, World, jpeg};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// The fields that every answer has, so that a browser keeps and passes on nothing.
const FIELDS: [&str; 6] = [
    "cache-control: no-store",
    "content-security-policy: default-src 'none'; ",
    "cross-origin-resource-policy: same-origin",
    "referrer-policy: no-referrer",
    "x-content-type-options: nosniff",
    "x-frame-options: DENY",
];

/// A session that is being shown; it does not outlive its test.
pub(crate) struct Opened {
    child: Option<Child>,
    /// The address of its page.
    pub(crate) url: String,
    host: String,
    /// The path of its page.
    root: String,
}

/// An answer: its status, its head, and its body as far as it came; 0 if the connection was closed before its head.
struct Answer(u16, String, Vec<u8>);

impl Opened {
    /// Starts a command that shows a session, and waits for the address.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut url).expect("an address");
        let url = url.trim().to_owned();
        let (host, root) = url.strip_prefix("http://").and_then(|url| url.split_once('/')).expect("an address");
        let (host, root) = (host.to_owned(), format!("/{root}"));
        Self { child: Some(child), host, root, url }
    }

    fn of(world: &World) -> Self {
        Self::start(world.process(&["open", SESSION, "--identity", "alice.key", "--print"]))
    }

    /// Sends a request as it is.
    fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.host).expect("a connection");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut bytes = Vec::new();
        // A transfer that is cut ends with an error or without one.
        let _ = stream.read_to_end(&mut bytes);
        if bytes.is_empty() {
            return Answer(0, String::new(), bytes);
        }
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        FIELDS.iter().for_each(|field| assert!(head.contains(field), "no {field} in {head}"));
        Answer(status, head, bytes.split_off(end + 4))
    }

    fn ask(&self, path: &str, fields: &str) -> Answer {
        self.send(&format!("GET {}{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{fields}\r\n", self.root, self.host))
    }

    /// Presses Ctrl-C, and returns the end.
    #[cfg(unix)]
    pub(crate) fn close(self) -> Run {
        let id = self.child.as_ref().expect("a process").id();
        self.close_by(&id.to_string())
    }

    /// Does the same where the process that has this id is not the one that was started.
    #[cfg(unix)]
    fn close_by(mut self, id: &str) -> Run {
        let child = self.child.take().expect("a process");
        let killed = Command::new("kill").args(["-INT", id]).status().expect("kill");
        assert!(killed.success());
        Run::of(&child.wait_with_output().expect("an end"))
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A picture of several encrypted chunks.
fn large() -> Vec<u8> {
    let rest = (0..300_000_u32).map(|index| (index % 251) as u8 ^ (index / 65_536) as u8);
    jpeg("large").into_iter().chain(rest).collect()
}

/// An archived session of one large picture and one small, its folder, and the path of the large one.
fn archived_large() -> (World, String) {
    let attempt = Attempt::new(NEWEST, "approved")
        .media(Media::image("large", "document-front", "image/jpeg", large()))
        .media(Media::image("face", "face", "image/jpeg", jpeg("face")));
    let world = World::with(vec![Session::new(SESSION).attempt(attempt).companion("person", PERSON)]);
    world.run(&["download", SESSION, "--with", "person", "--recipient", ALICE.0, "--recipient", BOB.0]).ends_with(0);
    std::fs::write(world.folder().join("alice.key"), ALICE.1).expect("written");
    (world, format!("data/{NEWEST}/document-front_large.jpg"))
}

#[test]
fn a_session_is_shown_to_who_has_its_address_alone() {
    let world = archived();
    let opened = Opened::of(&world);
    let page = opened.ask("", "");
    let text = String::from_utf8(page.2).expect("UTF-8");
    assert!(page.0 == 200 && text.contains(NAME) && page.1.contains("content-type: text/html; charset=utf-8"), "{}\n{text}", page.1);
    let title = text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).expect("a title").0;
    assert_eq!(title, format!("session {SESSION}"), "a browser writes titles into its history");
    let front = format!("data/{NEWEST}/document-front_front-{SESSION}.jpg");
    assert!(text.contains(&format!("<img src=\"{front}\"")) && !text.contains(".age"), "{text}");
    let picture = opened.ask(&front, "");
    assert_eq!((picture.0, picture.2), (200, jpeg("front")));
    assert!(picture.1.contains("content-type: image/jpeg"), "{}", picture.1);
    assert_eq!(opened.ask("metadata/person.json", "").2, PERSON.as_bytes());
    for path in ["archive.json", "nothing", "../alice.key", "%2e%2e/alice.key", "data/", "%ff", "index.html", &format!("{front}.age")] {
        assert_eq!(opened.ask(path, "").0, 404, "{path}");
    }
    let (host, root) = (&opened.host, &opened.root);
    let other = format!("{}{}", &root[..root.len() - 2], if root.ends_with("0/") { "1/" } else { "0/" });
    let fields = format!("Host: {host}\r\nConnection: close\r\n\r\n");
    let port = host.split_once(':').expect("a port").1;
    for (request, status) in [
        (format!("GET {other} HTTP/1.1\r\n{fields}"), 404),
        (format!("GET {other}{front} HTTP/1.1\r\n{fields}"), 404),
        (format!("GET / HTTP/1.1\r\n{fields}"), 404),
        (format!("GET {} HTTP/1.1\r\n{fields}", root.trim_end_matches('/')), 404),
        (format!("GET {root} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"), 421),
        (format!("GET {root} HTTP/1.1\r\nHost: elsewhere.example:{port}\r\nConnection: close\r\n\r\n"), 421),
        (format!("GET {root} HTTP/1.1\r\nHost: {host}\r\n{fields}"), 421),
        (format!("GET {root} HTTP/1.0\r\n\r\n"), 421),
        (format!("GET http://elsewhere.example{root} HTTP/1.1\r\n{fields}"), 421),
        (format!("POST {root} HTTP/1.1\r\nContent-Length: 0\r\n{fields}"), 405),
        (format!("OPTIONS {root} HTTP/1.1\r\n{fields}"), 405),
    ] {
        let Answer(found, _, body) = opened.send(&request);
        assert_eq!(found, status, "{request}");
        assert!(body.len() < 40, "{}", String::from_utf8_lossy(&body));
    }
    let Answer(status, head, body) = opened.send(&format!("HEAD {root}{front} HTTP/1.1\r\n{fields}"));
    assert!(status == 200 && body.is_empty() && head.contains(&format!("content-length: {}", jpeg("front").len())), "{head}");
    #[cfg(unix)]
    opened.close().ends_with(0).says("Open until Ctrl-C, or until nothing is requested for 30 minutes.");
}

#[test]
fn any_part_of_a_file_is_decrypted_by_itself_and_no_chunk_that_was_altered_is_sent() {
    let (world, front) = archived_large();
    let (opened, large) = (Opened::of(&world), large());
    let (length, chunk) = (large.len(), 65_536);
    for (first, last) in [(0, 0), (1, chunk), (chunk, chunk), (chunk - 1, 3 * chunk), (length - 1, length - 1), (0, length - 1)] {
        let Answer(status, head, body) = opened.ask(&front, &format!("Range: bytes={first}-{last}\r\n"));
        assert_eq!((status, &body[..]), (206, &large[first..=last]), "{first}-{last}: {head}");
        assert!(head.contains(&format!("content-range: bytes {first}-{last}/{length}")), "{head}");
    }
    assert_eq!(opened.ask(&front, "Range: bytes=-5\r\n").2, large[length - 5..]);
    let behind = opened.ask(&front, &format!("Range: bytes={length}-\r\n"));
    assert!(behind.0 == 416 && behind.1.contains(&format!("content-range: bytes */{length}")), "{}", behind.1);
    assert_eq!(opened.ask(&front, "Range: bytes=0-1, 4-5\r\n").2, large, "several parts are sent as the whole");
    assert_eq!(opened.ask(&front, "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n").2, large);
    // The third chunk is altered; those around it open.
    let path: PathBuf = world.file(&format!("{front}.age"));
    let sound = std::fs::read(&path).expect("a file");
    let mut altered = sound.clone();
    altered[sound.len() - (length - 2 * chunk) - 80] ^= 1;
    std::fs::write(&path, &altered).expect("written");
    let Answer(status, _, body) = opened.ask(&front, "");
    assert!(matches!(status, 0 | 200) && body.len() <= 2 * chunk && large.starts_with(&body), "{} bytes", body.len());
    assert_eq!(opened.ask(&front, "Range: bytes=0-9\r\n").2, large[..10]);
    // Without its end, it is no file of this form.
    std::fs::write(&path, &sound[..sound.len() - 100]).expect("written");
    assert_eq!(opened.ask(&front, "").0, 500);
    std::fs::write(&path, &sound).expect("written");
    assert_eq!(opened.ask(&front, "").2, large);
    #[cfg(unix)]
    opened
        .close()
        .ends_with(8)
        .complains("cannot be shown", "vmedia verify --identity")
        .complains("is not what was encrypted", "vmedia verify");
}

#[test]
fn what_cannot_be_opened_is_refused_and_what_is_not_encrypted_is_opened_as_it_is() {
    let world = archived();
    let open = |words: &[&str]| world.run(&[&["open", SESSION, "--print"], words].concat());
    open(&[]).ends_with(0).shows("index.html").says("the files of the session are encrypted; --identity FILE");
    std::fs::write(world.folder().join("none"), "").expect("written");
    open(&["--identity", "none"]).ends_with(3).complains("cannot use the identity none", "age-keygen");
    if crate::seal::generate(world.folder(), "carol") {
        open(&["--identity", "carol"]).ends_with(3).complains("is encrypted to none of these identities", "one of its recipients");
    }
    open(&["--identity", "alice.key", "--idle", "1s"]).ends_with(0).says("nothing was requested any more, so the session is closed");
    // An answer that was altered is not shown, and the rest is.
    std::fs::write(world.file("metadata/person.json.age"), "altered").expect("written");
    open(&["--identity", "alice.key", "--idle", "1s"]).ends_with(8).says("1 file of it does not open; vmedia verify --identity");
    std::fs::remove_dir_all(world.archive().join("_keys")).expect("removed");
    open(&["--identity", "alice.key"])
        .ends_with(9)
        .complains("the keys of the session are not in vmedia-archive", "or restore that folder");
    let plain = World::new();
    plain.run(&["download", SESSION]).ends_with(0);
    std::fs::write(plain.folder().join("alice.key"), ALICE.1).expect("written");
    plain.run(&["open", SESSION, "--print", "--identity", "alice.key"]).ends_with(0).shows("index.html");
}

#[test]
fn names_and_decisions_are_read_with_a_key_and_written_where_that_is_asked_for() {
    let world = archived();
    std::fs::write(world.folder().join("other.key"), other_key()).expect("written");
    let run = |words: &[&str]| world.run(words);
    run(&["find", "anneliese"]).ends_with(9).says("1 session is encrypted: --identity FILE also reads its names");
    run(&["find", "anneliese", "--identity", "alice.key"]).ends_with(0).shows(NAME);
    run(&["find", "anneliese", "--identity", "other.key"]).ends_with(9).says("1 session is encrypted and does not open");
    let plain = run(&["show", SESSION]).ends_with(0).shows("--identity FILE also shows names and decisions");
    assert!(!plain.stdout.contains(NAME), "{}", plain.stdout);
    run(&["show", SESSION, "--identity", "bob.key"]).ends_with(0).shows(NAME).shows("opened with this identity");
    run(&["show", SESSION, "--identity", "other.key"]).ends_with(3).complains("is encrypted to none of these identities", "recipients");
    let json = run(&["show", SESSION, "--identity", "alice.key", "--format", "json"]).ends_with(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert!(json["name"] == NAME && json["facts"].as_array().is_some_and(|facts| facts.len() > 1), "{json}");
    crate::encrypted::holds_nothing_plain(&world.archive());
    run(&["catalog", "vmedia-archive", "--identity", "alice.key", "--format", "csv"]).ends_with(0).shows(NAME);
    run(&["catalog", "vmedia-archive", "--identity", "alice.key", "--html"]).ends_with(0);
    // The page of the catalog has nothing about persons.
    crate::encrypted::holds_nothing_plain(&world.archive());
}

/// A private key of no recipient.
pub(super) fn other_key() -> &'static str {
    "AGE-SECRET-KEY-1UT7Y963GUEY9654RSUWDYTFSZ02CJ2CV4VFG4YVPSLHFJS7HMFFQ60D95V"
}

/// The browser gets a file of its user alone that leads to the address, and no write but those to the browser holds anything.
#[cfg(target_os = "linux")]
#[test]
fn nothing_that_is_shown_is_written_and_no_argument_of_a_program_has_the_address() {
    use std::os::unix::fs::PermissionsExt;
    if !crate::harness::can_trace() {
        return;
    }
    let (world, front) = archived_large();
    let (bin, temporary) = (world.folder().join("bin"), world.folder().join("tmp"));
    [&bin, &temporary].iter().for_each(|folder| std::fs::create_dir(folder).expect("a folder"));
    let opener = bin.join("xdg-open");
    std::fs::write(&opener, "#!/bin/sh\n/usr/bin/stat -c '%a %n' \"$1\" > led; /bin/cat \"$1\" > to\n").expect("written");
    std::fs::set_permissions(&opener, PermissionsExt::from_mode(0o755)).expect("made executable");
    let log = world.folder().join("log");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-xx", "-s", "2000000", "-e", "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,execve", "-o"]);
    command.arg(&log).arg(env!("CARGO_BIN_EXE_vmedia")).args(["open", SESSION, "--identity", "alice.key"]).current_dir(world.folder());
    command.env_clear().envs(world.process(&[]).get_envs().filter_map(|(key, value)| Some((key, value?))));
    command.env("DISPLAY", ":7").env("PATH", format!("{}:/usr/bin:/bin", bin.display())).env("TMPDIR", &temporary);
    let opened = Opened::start(command);
    until("the browser is started", || std::fs::read_to_string(world.folder().join("to")).is_ok_and(|text| text.ends_with("</html>\n")));
    let led = std::fs::read_to_string(world.folder().join("led")).expect("what it was given");
    let (mode, path) = led.trim().split_once(' ').expect("a mode and a path");
    assert!(mode == "600" && path.starts_with(&temporary.display().to_string()), "{led}");
    let to = std::fs::read_to_string(world.folder().join("to")).expect("a page");
    assert!(to.contains(&format!("0;url={}\"", opened.url)), "{to}");
    assert!(String::from_utf8_lossy(&opened.ask("", "").2).contains(NAME));
    assert_eq!(opened.ask(&front, "").2, large());
    until("the file is removed", || !std::path::Path::new(path).exists());
    // The tracer hears no Ctrl-C.
    let tracer = opened.child.as_ref().expect("a process").id();
    let traced = std::fs::read_to_string(format!("/proc/{tracer}/task/{tracer}/children")).expect("its children");
    opened.close_by(traced.trim()).ends_with(0);
    let log = std::fs::read_to_string(&log).expect("a log");
    let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let content = [&large()[100_000..100_200], NAME.as_bytes(), PERSON.as_bytes()].map(escaped);
    let token = escaped(opened_token(&to).as_bytes());
    let socket = escaped(b"socket:");
    let is_sent = |line: &str| line.split_once('(').is_some_and(|(_, fd)| fd.split_once(',').is_some_and(|(fd, _)| fd.contains(&socket)));
    let (mut sent, mut run) = (0, 0);
    for line in log.lines() {
        if line.contains("execve(") {
            run += 1;
            assert!(!line.contains(&token), "other users see arguments: {line}");
        } else if is_sent(line) {
            sent += usize::from(line.contains(&content[0]));
        } else {
            assert!(content.iter().all(|content| !line.contains(content)), "written: {}", &line[..120]);
        }
    }
    assert!(run > 1 && sent > 0, "{run} programs, {sent} writes to the browser");
}

/// The token in the address of a page that leads to it.
#[cfg(target_os = "linux")]
fn opened_token(page: &str) -> String {
    page.split_once("url=http://").and_then(|(_, rest)| rest.split('/').nth(1)).expect("a token").to_owned()
}
