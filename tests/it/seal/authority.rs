//! A time-stamping authority on loopback: a certificate authority and a stamping certificate made by `openssl`, and a
//! server that says to each request whatever a test wants, which `openssl ts -reply` may have made.

use super::{runs, succeeds};
use jiff::Timestamp;
use sha2::Digest as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// The configuration of `openssl`. `ts` answers with milliseconds and with its name; the second authority takes no SHA-256.
const CONFIGURATION: &str = "
[req]
distinguished_name=name
[name]
[authority]
database=index
new_certs_dir=.
rand_serial=yes
unique_subject=no
default_md=sha256
policy=any
[any]
organizationName=optional
commonName=supplied
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
[stamping]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
[casual]
extendedKeyUsage=timeStamping
[manifold]
extendedKeyUsage=critical,timeStamping,emailProtection
[serving]
extendedKeyUsage=critical,serverAuth
[plain]
basicConstraints=critical,CA:FALSE
[usual]
serial=serial
signer_cert=tsa.pem
signer_key=tsa.key
signer_digest=sha256
certs=ca.pem
default_policy=1.2.3.4.1
digests=sha256
accuracy=secs:1
ordering=yes
tsa_name=yes
clock_precision_digits=3
[choosy]
serial=serial
signer_cert=tsa.pem
signer_key=tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha512
";

/// `openssl ca`, which makes certificates for any time.
const SIGNS: &[&str] = &["ca", "-batch", "-notext", "-config", "cnf", "-name", "authority"];
/// What makes the usual key.
pub const P256: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
/// id-ct-TSTInfo.
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
/// 2.16.840.1.101.3.4.2.1, as it is encoded.
const SHA256: &[u8] = &[6, 9, 96, 134, 72, 1, 101, 3, 4, 2, 1];

/// A value of ASN.1.
fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).expect("a short value");
    let length = if length < 0x80 { vec![content.len() as u8] } else { [&[0x82][..], &length.to_be_bytes()].concat() };
    [&[tag][..], &length, &content].concat()
}

/// An authority's keys and certificates, in a folder.
pub struct Office(TempDir);

impl Office {
    /// One whose certificates count for all times of the other tests. `None` where there is no openssl to make one.
    pub fn open() -> Option<Self> {
        Self::during(("20150101000000Z", "20491231235959Z"))
    }

    /// One whose certificates count from one time until another.
    pub fn during(era: (&str, &str)) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        // macOS has another program by that name, which makes no time stamps as these tests need them.
        let version = Command::new("openssl").arg("version").output();
        if !version.is_ok_and(|version| version.stdout.starts_with(b"OpenSSL ")) {
            crate::harness::lacks("openssl");
            return None;
        }
        let office = Self(folder);
        std::fs::write(office.folder().join("cnf"), CONFIGURATION).expect("written");
        std::fs::write(office.folder().join("index"), "").expect("written");
        office.request("Root", "ca", P256);
        let root = ["-selfsign", "-keyfile", "ca.key", "-in", "ca.csr", "-extensions", "ca", "-out", "ca.pem"];
        office.openssl(&[SIGNS, &["-startdate", era.0, "-enddate", era.1], &root].concat());
        office.signer("tsa", P256, era, "stamping", "ca");
        Some(office)
    }

    /// Makes a key and a certificate that counts for that time, with the extensions of that section, by that issuer.
    pub fn signer(&self, name: &str, key: &[&str], (from, until): (&str, &str), extensions: &str, issuer: &str) {
        self.request("Stamps", name, key);
        let [certificate, key] = ["pem", "key"].map(|ending| format!("{issuer}.{ending}"));
        let [request, made] = ["csr", "pem"].map(|ending| format!("{name}.{ending}"));
        let by = ["-cert", &certificate, "-keyfile", &key, "-in", &request, "-extensions", extensions, "-out", &made];
        self.openssl(&[SIGNS, &["-startdate", from, "-enddate", until], &by].concat());
    }

    fn request(&self, common_name: &str, name: &str, key: &[&str]) {
        let (subject, [made, request]) =
            (format!("/O=Test Office/CN={common_name}"), ["key", "csr"].map(|ending| format!("{name}.{ending}")));
        self.openssl(&[&["req", "-config", "cnf", "-nodes", "-subj", &subject, "-keyout", &made, "-out", &request], key].concat());
    }

    fn openssl(&self, words: &[&str]) {
        succeeds(self.folder(), "openssl", words, b"");
    }

    /// An answer that stamps these bytes with any time, as the owner of a key can make it: with further words for `openssl
    /// cms`.
    pub fn stamp(&self, bytes: &[u8], time: &str, words: &[&str]) -> Vec<u8> {
        let imprint = value(0x30, &[&value(0x30, &[SHA256]), &value(4, &[&sha2::Sha256::digest(bytes)])]);
        let info = value(0x30, &[&[2, 1, 1, 6, 3, 42, 3, 4], &imprint, &[2, 1, 7], &value(24, &[time.as_bytes()])]);
        std::fs::write(self.folder().join("info"), info).expect("written");
        let sign = ["cms", "-sign", "-binary", "-nodetach", "-econtent_type", TST_INFO, "-in", "info", "-outform", "DER", "-out", "token"];
        self.openssl(&[&sign[..], words].concat());
        value(0x30, &[&[0x30, 3, 2, 1, 0], &std::fs::read(self.folder().join("token")).expect("a token")])
    }

    /// Whether `openssl cms` finds that the last of these stamps is signed, with the certificates judged at that time.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        let at = at.as_second().to_string();
        let words = ["cms", "-verify", "-inform", "DER", "-in", "token", "-out", "info", "-CAfile", "ca.pem", "-purpose", "timestampsign"];
        runs(self.folder(), "openssl", &[&words[..], &["-attime", &at]].concat(), b"").status.success()
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// What `openssl` answers to a request, as the authority of that section.
    pub fn reply(&self, section: &str, query: &[u8]) -> Vec<u8> {
        self.reply_by(&["openssl"], section, query)
    }

    /// The same with these words to start `openssl`.
    pub fn reply_by(&self, openssl: &[&str], section: &str, query: &[u8]) -> Vec<u8> {
        std::fs::write(self.folder().join("query"), query).expect("written");
        let words = ["ts", "-reply", "-config", "cnf", "-section", section, "-queryfile", "query", "-out", "reply"];
        // Its status says whether it granted; a rejection is an answer too.
        let said = runs(self.folder(), openssl[0], &[&openssl[1..], &words].concat(), b"").stderr;
        std::fs::read(self.folder().join("reply")).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&said)))
    }

    /// Whether `openssl`, which trusts this authority, finds that an answer stamps these bytes.
    pub fn vouches_for(&self, answer: &[u8], bytes: &[u8]) -> bool {
        self.vouches_at(answer, bytes, Timestamp::now())
    }

    /// The same with the certificates judged at that time.
    pub fn vouches_at(&self, answer: &[u8], bytes: &[u8], at: Timestamp) -> bool {
        std::fs::write(self.folder().join("judged.tsr"), answer).expect("written");
        std::fs::write(self.folder().join("judged"), bytes).expect("written");
        let at = at.as_second().to_string();
        let words = ["ts", "-verify", "-in", "judged.tsr", "-data", "judged", "-CAfile", "ca.pem", "-attime", &at];
        runs(self.folder(), "openssl", &words, b"").status.success()
    }
}

/// A request that came.
#[derive(Clone)]
pub struct Asked {
    /// Request line and headers.
    pub head: String,
    /// What was sent along.
    pub body: Vec<u8>,
}

/// Says something to a request: how many there were before, and what it holds. Nothing is: never answer.
type Speaker = dyn Fn(usize, &[u8]) -> Option<Vec<u8>> + Send + Sync;

/// A running server; it stops when this value is dropped.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    sent: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it.
    pub fn start(speaker: impl Fn(usize, &[u8]) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (asked, sent, stop): (Arc<Mutex<Vec<Asked>>>, Arc<AtomicU64>, Arc<AtomicBool>) = Default::default();
        let (requests, taken, stopping) = (Arc::clone(&asked), Arc::clone(&sent), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if stopping.load(Ordering::SeqCst) {
                    return;
                }
                // One after the other: openssl keeps its numbers in one file.
                serve(stream, &requests, &taken, &speaker);
            }
        });
        Self { address, asked, sent, stop, thread: Some(thread) }
    }

    /// Its URL, with a path.
    pub fn url(&self) -> String {
        format!("http://{}/tsr?for=tests", self.address)
    }

    /// The number of sent bytes, updated at the end of each answer.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("a lock").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends");
        }
    }
}

/// A whole answer of that status and media type.
pub fn answer(status: &str, content_type: &str, body: &[u8]) -> Option<Vec<u8>> {
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", body.len());
    Some([head.as_bytes(), body].concat())
}

/// A whole answer as it should be.
pub fn stamped(body: &[u8]) -> Option<Vec<u8>> {
    answer("200 OK", "application/timestamp-reply", body)
}

fn serve(mut stream: TcpStream, asked: &Mutex<Vec<Asked>>, sent: &AtomicU64, speaker: &Speaker) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8(head).expect("a head of text");
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.expect("a length")];
    stream.read_exact(&mut body).expect("a body");
    let before = {
        let mut asked = asked.lock().expect("a lock");
        asked.push(Asked { head, body: body.clone() });
        asked.len() - 1
    };
    if let Some(bytes) = speaker(before, &body) {
        // A client may close the connection of an endless answer.
        let taken = bytes.chunks(64 * 1024).take_while(|piece| stream.write_all(piece).is_ok()).map(|piece| piece.len() as u64).sum();
        sent.fetch_add(taken, Ordering::SeqCst);
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    // Until the other side closes.
    let _ = stream.read(&mut byte);
}
