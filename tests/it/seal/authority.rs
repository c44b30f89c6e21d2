//! A time-stamping authority on loopback: a certificate authority and a stamping certificate made by `openssl`, and a
//! server that says to each request whatever a test wants, which `openssl ts -reply` may have made.

use super::{has, runs, succeeds};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// What `openssl` is told. `ts` answers with milliseconds and with its name; the second authority takes no SHA-256.
const CONFIGURATION: &str = "
[req]
distinguished_name=name
[name]
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
[stamping]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
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

/// An authority's keys and certificates, in a folder.
pub struct Office(TempDir);

impl Office {
    /// `None` where there is no openssl to make one.
    pub fn open() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        if !has("openssl") {
            return None;
        }
        let office = Self(folder);
        std::fs::write(office.folder().join("cnf"), CONFIGURATION).expect("written");
        let key = ["-config", "cnf", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let openssl = |words: &[&str]| succeeds(office.folder(), "openssl", words, b"");
        let authority = ["req", "-x509", "-days", "2", "-subj", "/CN=Root", "-extensions", "ca", "-keyout", "ca.key", "-out", "ca.pem"];
        openssl(&[&authority, &key[..]].concat());
        openssl(&[&["req", "-subj", "/O=Test Office/CN=Stamps", "-keyout", "tsa.key", "-out", "tsa.csr"], &key[..]].concat());
        let by = ["x509", "-req", "-days", "2", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
        openssl(&[&by[..], &["-in", "tsa.csr", "-extfile", "cnf", "-extensions", "stamping", "-out", "tsa.pem"]].concat());
        Some(office)
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// What `openssl` answers to a request, as the authority of that section.
    pub fn reply(&self, section: &str, query: &[u8]) -> Vec<u8> {
        std::fs::write(self.folder().join("query"), query).expect("written");
        let words = ["ts", "-reply", "-config", "cnf", "-section", section, "-queryfile", "query", "-out", "reply"];
        // Its status says whether it granted; a rejection is an answer too.
        let said = runs(self.folder(), "openssl", &words, b"").stderr;
        std::fs::read(self.folder().join("reply")).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&said)))
    }

    /// Whether `openssl`, which trusts this authority, finds that an answer stamps these bytes.
    pub fn vouches_for(&self, answer: &[u8], bytes: &[u8]) -> bool {
        std::fs::write(self.folder().join("judged.tsr"), answer).expect("written");
        std::fs::write(self.folder().join("judged"), bytes).expect("written");
        let words = ["ts", "-verify", "-in", "judged.tsr", "-data", "judged", "-CAfile", "ca.pem"];
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

    /// How many bytes of answers somebody took, told once each answer has ended.
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
        // Whoever asked may turn away from an endless answer.
        let taken = bytes.chunks(64 * 1024).take_while(|piece| stream.write_all(piece).is_ok()).map(|piece| piece.len() as u64).sum();
        sent.fetch_add(taken, Ordering::SeqCst);
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    // Until the other side closes.
    let _ = stream.read(&mut byte);
}
