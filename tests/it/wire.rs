//! A server that says whatever bytes a test wants: half heads, wrong lengths, garbage, no end. One request a connection.
//!
//! It plays a provider with one session of one attempt and lets the test answer the requests that matter.

use crate::harness::{NEWEST, SESSION, bare, short_waits, signature};
use assert_cmd::Command;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// The secret that signs what this server says.
pub const SECRET: &str = "the-secret-of-the-wire";

/// What is said to a request.
pub enum Say {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// These bytes, then the same piece again and again for as long as the client reads, up to so many bytes.
    Endless(Vec<u8>, Vec<u8>, u64),
    /// These bytes, then a blank now and then, for as long as the client reads.
    Trickle(Vec<u8>),
    /// What the provider would say: the attempts, or a listing; 404 where there is nothing.
    Usual,
}

/// Answers a request: its path, and how many requests for that path there were before.
type Speaker = dyn Fn(&str, usize) -> Say + Send + Sync;

/// A running server; it stops when this value is dropped.
pub struct Wire {
    address: SocketAddr,
    paths: Arc<Mutex<Vec<String>>>,
    heads: Arc<Mutex<Vec<String>>>,
    sent: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A whole answer with these header lines (each with its line end) and this body, signed.
pub fn signed(headers: &str, body: &[u8]) -> Vec<u8> {
    unsigned(&format!("X-HMAC-SIGNATURE: {}\r\n{headers}", signature(SECRET, body)), body)
}

/// The same without a signature.
pub fn unsigned(headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nConnection: close\r\n{headers}\r\n").as_bytes(), body].concat()
}

/// The line that announces a length.
pub fn length(count: usize) -> String {
    format!("Content-Length: {count}\r\n")
}

impl Wire {
    /// Starts it. `listing` is what the session and its attempt hold; `speaker` answers what it wants to.
    pub fn start(listing: &str, speaker: impl Fn(&str, usize) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (paths, heads, sent, stop) = (Arc::default(), Arc::default(), Arc::default(), Arc::default());
        let speaker: Arc<Speaker> = Arc::new(speaker);
        let listing: Arc<str> = listing.into();
        let asked = Asked { paths: Arc::clone(&paths), heads: Arc::clone(&heads) };
        let shared = (Arc::clone(&sent), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let (sent, stop): (Arc<AtomicU64>, Arc<AtomicBool>) = shared;
            while let Ok((stream, _)) = listener.accept() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (asked, sent, speaker, listing) = (asked.clone(), Arc::clone(&sent), Arc::clone(&speaker), Arc::clone(&listing));
                std::thread::spawn(move || serve(stream, &asked, &sent, speaker.as_ref(), &listing));
            }
        });
        Self { address, paths, heads, sent, stop, thread: Some(thread) }
    }

    /// A server whose session has one picture, `m`, declared with this piece of JSON.
    pub fn with_picture(declared: &str, speaker: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listing = format!(r#"{{"status":"success","images":[{{"id":"m","context":"face","mimetype":"image/jpeg"{declared}}}]}}"#);
        Self::start(&listing, move |path, before| if path == "/v1/media/m" { Say::Bytes(speaker(before)) } else { Say::Usual })
    }

    /// Every path that was asked for, in order.
    pub fn paths(&self) -> Vec<String> {
        self.paths.lock().expect("a lock").clone()
    }

    /// The head of every request, as it came.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("a lock").clone()
    }

    /// How many requests there were for this path.
    pub fn asked(&self, path: &str) -> usize {
        self.paths().iter().filter(|asked| *asked == path).count()
    }

    /// The number of bytes of bodies that the client read.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Where it is.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The program with this server's credentials, in a folder.
    pub fn command(&self, folder: &Path, words: &[&str]) -> Command {
        let mut command = bare(folder);
        command.env("VMEDIA_BASE_URL", self.base_url()).env("VMEDIA_API_KEY", "key").env("VMEDIA_API_SECRET", SECRET);
        command.args(words).args(short_waits(words));
        command
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends");
        }
    }
}

/// What was asked for so far.
#[derive(Clone)]
struct Asked {
    paths: Arc<Mutex<Vec<String>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

fn serve(mut stream: TcpStream, asked: &Asked, sent: &AtomicU64, speaker: &Speaker, listing: &str) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8(head).expect("a head of text");
    let path = head.split(' ').nth(1).expect("a path").to_owned();
    let before = {
        asked.heads.lock().expect("a lock").push(head);
        let mut paths = asked.paths.lock().expect("a lock");
        let before = paths.iter().filter(|known| **known == path).count();
        paths.push(path.clone());
        before
    };
    // A client that turns away in the middle is what many tests are about.
    let _ = match speaker(&path, before) {
        Say::Bytes(bytes) => stream.write_all(&bytes),
        Say::Usual => stream.write_all(&usual(&path, listing)),
        Say::Trickle(head) => trickle(&mut stream, &head),
        Say::Endless(head, piece, limit) => endless(&mut stream, sent, &head, &piece, limit),
    };
    let _ = stream.shutdown(std::net::Shutdown::Write);
    // Closing with something unread would reset the connection, and take back what was said.
    let _ = stream.read(&mut byte);
}

fn trickle(stream: &mut TcpStream, head: &[u8]) -> std::io::Result<()> {
    stream.write_all(head)?;
    loop {
        std::thread::sleep(std::time::Duration::from_millis(200));
        stream.write_all(b" ")?;
    }
}

fn endless(stream: &mut TcpStream, sent: &AtomicU64, head: &[u8], piece: &[u8], limit: u64) -> std::io::Result<()> {
    stream.write_all(head)?;
    while sent.load(Ordering::SeqCst) < limit {
        stream.write_all(piece)?;
        sent.fetch_add(piece.len() as u64, Ordering::SeqCst);
    }
    Ok(())
}

fn usual(path: &str, listing: &str) -> Vec<u8> {
    let attempts = format!(r#"{{"status":"success","verifications":[{{"id":"{NEWEST}","status":"approved"}}]}}"#);
    let body = if path == format!("/v1/sessions/{SESSION}/attempts") {
        attempts
    } else if path == format!("/v1/sessions/{SESSION}/media") || path == format!("/v1/attempts/{NEWEST}/media") {
        listing.to_owned()
    } else {
        return b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec();
    };
    signed(&length(body.len()), body.as_bytes())
}
