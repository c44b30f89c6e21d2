//! Certificates that do not fit: said as such, and asked for once. The server is Python's, the certificates are made by
//! `openssl`; where one of them is missing these tests say so and pass. Elsewhere than on Linux the system judges
//! certificates, each in words of its own.

use crate::harness::{NEWEST, Run, SESSION, World, bare, short_waits};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Answers every request with an empty session, over TLS.
const SERVER: &str = r#"
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path, flush=True)
        body = b'{"status":"success","verifications":[{"id":"ATTEMPT"}]}' if self.path.endswith("/attempts") else b'{"status":"success"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
class Server(http.server.ThreadingHTTPServer):
    def get_request(self):
        connection, peer = super().get_request()
        print("connection", flush=True)
        return connection, peer
    def finish_request(self, request, peer):
        try:
            super().finish_request(context.wrap_socket(request, server_side=True), peer)
        except (ssl.SSLError, OSError):
            pass
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;

/// An authority and a server's certificate by it: for which name, from when to when.
pub(super) fn certificates(folder: &Path, name: &str, from: &str, to: &str) -> Option<()> {
    let openssl = |words: &[&str]| {
        let output = Command::new("openssl").current_dir(folder).args(words).output().ok()?;
        assert!(output.status.success(), "openssl {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        Some(())
    };
    let configuration = format!(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n\
         [p]\ncommonName=supplied\n[e]\nsubjectAltName={name}\nbasicConstraints=CA:FALSE\n"
    );
    for (file, text) in [("ca.cnf", configuration.as_str()), ("index", ""), ("serial", "01\n")] {
        std::fs::write(folder.join(file), text).expect("written");
    }
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl(&[&["req", "-x509", "-days", "2", "-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out", "ca.pem"], &key[..]].concat())?;
    openssl(&[&["req", "-subj", "/CN=server", "-keyout", "key.pem", "-out", "request.pem"], &key[..]].concat())?;
    openssl(&[
        "ca",
        "-batch",
        "-notext",
        "-config",
        "ca.cnf",
        "-cert",
        "ca.pem",
        "-keyfile",
        "ca.key",
        "-startdate",
        from,
        "-enddate",
        to,
        "-in",
        "request.pem",
        "-out",
        "cert.pem",
    ])
}

/// A server over TLS.
struct Server {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl Server {
    /// `None` where there is no Python or no openssl to make one.
    fn start(name: &str, from: &str, to: &str) -> Option<Self> {
        Self::showing(["cert.pem", "key.pem"], name, from, to)
    }

    /// The same with another certificate than the server's own.
    fn showing([certificate, key]: [&str; 2], name: &str, from: &str, to: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let made = certificates(folder.path(), name, from, to).and_then(|()| {
            let mut command = Command::new("python3");
            command.current_dir(folder.path()).args(["-c", &SERVER.replace("ATTEMPT", NEWEST), certificate, key]);
            command.stdout(std::fs::File::create(folder.path().join("log")).expect("a log")).stderr(Stdio::inherit()).spawn().ok()
        });
        let Some(child) = made else {
            crate::harness::lacks("openssl or python3");
            return None;
        };
        let mut server = Self { folder, child, port: 0 };
        crate::harness::until("the server says its port", || {
            assert!(server.child.try_wait().expect("a status").is_none(), "the server ended");
            server.port = server.log().first().and_then(|line| line.parse().ok()).unwrap_or(0);
            server.port != 0
        });
        Some(server)
    }

    fn log(&self) -> Vec<String> {
        let log = std::fs::File::open(self.folder.path().join("log")).expect("a log");
        BufReader::new(log).lines().map(|line| line.expect("text")).collect()
    }

    fn connections(&self) -> usize {
        self.log().iter().filter(|line| *line == "connection").count()
    }

    fn download(&self, flags: &[&str]) -> Run {
        self.run(&["download", SESSION], flags)
    }

    fn run(&self, words: &[&str], flags: &[&str]) -> Run {
        let mut command = bare(self.folder.path());
        command
            .env("VMEDIA_BASE_URL", format!("https://127.0.0.1:{}", self.port))
            .env("VMEDIA_API_KEY", "key")
            .env("VMEDIA_API_SECRET", "s");
        Run::of(&command.args(words).args(short_waits(words)).args(flags).output().expect("a run"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const LONG_AGO: &str = "20200101000000Z";
const PAST: &str = "20210101000000Z";
const FAR: &str = "20491231000000Z";

#[track_caller]
fn is_refused(server: &Server, flags: &[&str], reason: &str) {
    let before = server.connections();
    let run = server.download(flags).ends_with(5);
    let what = "cannot reach the provider safely: the server's certificate was refused: ";
    run.complains(what, "name its authority with --ca-cert").says(reason);
    // The attempts and the session's media are requested together.
    assert!((1..=2).contains(&(server.connections() - before)), "a certificate does not mend itself");
    assert!(server.log().iter().all(|line| !line.starts_with('/')), "nothing was asked over it: {:?}", server.log());
}

#[test]
fn an_unknown_authority_is_refused_until_it_is_named() {
    let Some(server) = Server::start("IP:127.0.0.1", LONG_AGO, FAR) else { return };
    is_refused(&server, &[], "UnknownIssuer");
    let run = server.download(&["--ca-cert", "ca.pem"]).ends_with(0);
    run.says("empty: the provider lists no media");
    assert!(server.log().iter().any(|line| line.ends_with("/attempts")));
    server
        .download(&["--ca-cert", "nowhere.pem"])
        .ends_with(3)
        .complains("cannot read the certificates in nowhere.pem", "--ca-cert takes a PEM file");
    server.download(&["--ca-cert", "key.pem"]).ends_with(3).complains("key.pem", "--ca-cert takes a PEM file");
}

/// The system's authorities are a named pipe here: who opens it waits for the test to write, for ever where it does not.
#[test]
fn the_system_s_authorities_are_read_for_tls_alone_and_only_if_something_is_asked() {
    let Some(server) = Server::start("IP:127.0.0.1", LONG_AGO, FAR) else { return };
    let pipe = server.folder.path().join("authorities");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let world = World::new();
    let run = |world: &World, words: &[&str], base_url: &str| {
        let mut command = world.command(words);
        Run::of(&command.env("SSL_CERT_FILE", &pipe).env("VMEDIA_BASE_URL", base_url).output().expect("a run"))
    };
    let (plain, tls) = (world.sandbox.base_url(), format!("https://127.0.0.1:{}", server.port));
    run(&world, &["list", SESSION], &plain).ends_with(0);
    run(&world, &["download", SESSION], &plain).ends_with(0);
    for words in [&["download", SESSION, "--skip-complete"][..], &["verify", "vmedia-archive"], &["config", "show"]] {
        run(&world, words, &tls).ends_with(0);
    }
    assert_eq!(server.connections(), 0);
    std::thread::scope(|scope| {
        let authority = std::fs::read(server.folder.path().join("ca.pem")).expect("an authority");
        scope.spawn(|| std::fs::write(&pipe, authority).expect("written"));
        run(&world, &["list", SESSION], &tls).ends_with(0);
    });
    assert!(server.connections() > 0);
}

#[test]
fn a_certificate_that_is_past_its_time_is_refused() {
    let Some(server) = Server::start("IP:127.0.0.1", LONG_AGO, PAST) else { return };
    is_refused(&server, &["--ca-cert", "ca.pem"], "xpired");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let Some(server) = Server::start("DNS:another.example", LONG_AGO, FAR) else { return };
    is_refused(&server, &["--ca-cert", "ca.pem"], "not valid for name");
}

#[test]
fn an_authority_s_own_certificate_is_refused_in_words() {
    let Some(server) = Server::showing(["ca.pem", "ca.key"], "IP:127.0.0.1", LONG_AGO, FAR) else { return };
    is_refused(&server, &["--ca-cert", "ca.pem"], "it is the certificate of an authority, which no server may show");
}

#[test]
fn a_check_of_the_configuration_says_that_the_connection_is_not_safe() {
    let Some(server) = Server::start("IP:127.0.0.1", LONG_AGO, FAR) else { return };
    let refused = server.run(&["config", "check"], &[]).ends_with(5);
    assert!(refused.stdout.contains("the connection is not safe: the server's certificate was refused"), "{}", refused.stdout);
    assert!(refused.stdout.contains("name it with --ca-cert"), "{}", refused.stdout);
    assert!(server.log().iter().all(|line| !line.starts_with('/')), "{:?}", server.log());
    let trusted = server.run(&["config", "check"], &["--ca-cert", "ca.pem"]).ends_with(0);
    assert!(trusted.stdout.contains("answers over TLS, with a certificate that fits"), "{}", trusted.stdout);
    let nowhere = server.run(&["config", "check"], &["--ca-cert", "nowhere.pem"]).ends_with(3);
    assert!(nowhere.stdout.contains("cannot read the certificates in nowhere.pem"), "{}", nowhere.stdout);
}

#[test]
fn a_proxy_that_is_down_is_named_without_its_password() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = bare(folder.path());
    command.env("VMEDIA_BASE_URL", "https://provider.invalid").env("VMEDIA_API_KEY", "key").env("VMEDIA_API_SECRET", "s");
    // No server listens at the port that is never given out.
    command.env("HTTPS_PROXY", "http://user:p4ssw0rd@127.0.0.1:1").args(["download", SESSION, "--retries", "0"]);
    let run = Run::of(&command.output().expect("a run")).ends_with(5);
    let what = "(the environment asks to go through the proxy http://127.0.0.1:1)";
    let run = run.complains(what, "check the network and the base URL").says("cannot connect: ");
    assert!(!run.stderr.contains("p4ssw0rd"), "{}", run.stderr);
}
