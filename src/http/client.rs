//! The HTTP client: time-outs, no redirects, no compression, our own name. The only file that names `reqwest`.
//!
//! If a server offers HTTP/2, short answers come over a few such connections: over a long line they were measured to
//! take four fifths of the time of as many HTTP/1.1 connections as files, because a connection that is busy keeps its
//! pace. One HTTP/2 connection takes longer than those, and long answers take three times as long, so these keep
//! HTTP/1.1 (`benches/speed/run.py`). Must not know what is sent or why.

use super::address::is_on_link;
use super::{Cause, Content, Failure, Headers, Method, Request, Response, Transport};
use crate::error::{self, Error, Result, limit_hint, plain, quote};
use reqwest::Url;
use reqwest::header::HeaderValue;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Settings of a client.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The base URL, without a trailing `/`.
    pub base_url: String,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest wait for an answer, and for each further piece of it.
    pub idle_timeout: Duration,
    /// A PEM file of further certificate authorities to trust.
    pub ca_cert: Option<PathBuf>,
    /// Number of idle connections to keep.
    pub connections: usize,
    /// The proxy from the environment, without credentials, for errors.
    pub proxy: Option<String>,
}

/// Number of connections for short answers where the server offers HTTP/2.
const SHARED: usize = 4;

/// A client and its connections, made when they are first needed: loading certificates takes longer than `--version` should.
type Lazy = OnceLock<std::result::Result<reqwest::blocking::Client, Unbuilt>>;

/// The reason why a client could not be built.
#[derive(Debug)]
struct Unbuilt {
    reason: String,
    /// The hint, if a limit of the process is the cause.
    hint: Option<&'static str>,
}

/// The shared clients of a run, and the threads that prepare them.
pub struct Client {
    clients: Arc<Clients>,
    /// None until they are started.
    threads: Mutex<Option<Vec<JoinHandle<()>>>>,
}

struct Clients {
    options: ClientOptions,
    certificates: Vec<reqwest::Certificate>,
    /// For long answers where the server speaks HTTP/2.
    alone: Lazy,
    /// Each keeps one connection where the server speaks HTTP/2. The first serves all requests until that is established.
    shared: [Lazy; SHARED],
    speaks_http2: AtomicBool,
    turn: AtomicUsize,
}

impl Client {
    /// Reads the additional certificates, if any; connects to nothing.
    pub fn new(options: ClientOptions) -> Result<Self> {
        let certificates = options.ca_cert.as_deref().map(read_certificates).transpose()?.unwrap_or_default();
        let clients = Clients {
            options,
            certificates,
            alone: Lazy::new(),
            shared: Default::default(),
            speaks_http2: AtomicBool::new(false),
            turn: AtomicUsize::new(0),
        };
        Ok(Self { clients: Arc::new(clients), threads: Mutex::new(None) })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // The process must not end while one of them is in the cryptographic library, which is taken down then.
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        threads.into_iter().flatten().for_each(|thread| _ = thread.join());
    }
}

impl Clients {
    fn is_encrypted(&self) -> bool {
        self.options.base_url.starts_with("https:")
    }

    /// Returns the client for a request.
    fn choose(&self, is_long: bool) -> &std::result::Result<reqwest::blocking::Client, Unbuilt> {
        let [first, ..] = &self.shared;
        if !self.speaks_http2.load(Ordering::Relaxed) {
            return first.get_or_init(|| self.build(true));
        }
        if is_long {
            return self.alone.get_or_init(|| self.build(false));
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % SHARED;
        self.shared.get(turn).unwrap_or(first).get_or_init(|| self.build(true))
    }

    fn build(&self, takes_http2: bool) -> std::result::Result<reqwest::blocking::Client, Unbuilt> {
        let mut builder = reqwest::blocking::Client::builder()
            .user_agent(concat!("vmedia/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.options.connect_timeout)
            .timeout(self.options.idle_timeout)
            .pool_max_idle_per_host(self.options.connections)
            .tcp_nodelay(true);
        if !takes_http2 {
            builder = builder.http1_only();
        }
        if !self.certificates.is_empty() {
            builder = builder.tls_certs_merge(self.certificates.iter().cloned());
        }
        if self.is_local() {
            builder = builder.no_proxy();
        }
        if !self.is_encrypted() {
            // Without installed authorities the client could not be built, although plain http needs none.
            builder = builder.tls_certs_only(std::iter::empty());
        }
        builder.build().map_err(|error| Unbuilt { reason: chain(&error), hint: hint_of(&error) })
    }

    /// Returns whether the server is on this machine, as a sandbox is, or on its link, as metadata is: never behind a proxy.
    fn is_local(&self) -> bool {
        Url::parse(&self.options.base_url).is_ok_and(|url| is_on_link(&url))
    }

    fn send_failure(&self, error: &reqwest::Error) -> Failure {
        if let Some(reason) = certificate_error(error) {
            return Failure::new(Cause::Certificate, format!("the server's certificate was refused: {reason}"));
        }
        if error.is_builder() {
            return Failure::new(Cause::Rejected, format!("the request cannot be sent: {}", innermost(error)));
        }
        if let Some(hint) = hint_of(error) {
            return Failure::local(Error::new(error::ErrorKind::Local, format!("cannot connect: {}", innermost(error)), hint));
        }
        let what = if error.is_timeout() && error.is_connect() {
            "no connection in time".to_owned()
        } else if error.is_timeout() {
            "no answer in time".to_owned()
        } else if error.is_connect() {
            format!("cannot connect: {}", innermost(error))
        } else {
            format!("the connection failed: {}", innermost(error))
        };
        // The library does not distinguish the proxy's connection from the server's.
        match self.options.proxy.as_deref().filter(|_| error.is_connect() && !self.is_local()) {
            Some(proxy) => {
                Failure::new(Cause::Unavailable, format!("{what} (the environment asks to go through the proxy {})", quote(proxy)))
            }
            None => Failure::new(Cause::Unavailable, what),
        }
    }
}

/// Fails unless the file holds certificates of authorities that can be trusted.
pub(crate) fn check_certificates(path: &std::path::Path) -> Result<()> {
    read_certificates(path).map(drop)
}

/// A file above this size, in bytes, is no list of certificates; all that Mozilla trusts take 0.2 MB.
const LARGEST_PEM: u64 = 16 * 1024 * 1024;

fn read_certificates(path: &std::path::Path) -> Result<Vec<reqwest::Certificate>> {
    let hint = "--ca-cert takes a PEM file with one or more CERTIFICATE blocks";
    let pem = crate::input::read(path, LARGEST_PEM)
        .map_err(|error| Error::configuration(format!("cannot read the certificates in {}: {}", path.display(), plain(&error)), hint))?;
    match reqwest::Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(Error::configuration(format!("{} holds no certificate", path.display()), hint)),
        Err(error) => Err(Error::configuration(format!("{} is not a PEM file of certificates", path.display()), hint).caused_by(error)),
    }
}

impl Transport for Client {
    fn warm_up(&self) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if threads.is_some() || !self.clients.is_encrypted() {
            return;
        }
        let clients = Arc::clone(&self.clients);
        let start = |work: Box<dyn FnOnce() + Send>| std::thread::Builder::new().name("tls".to_owned()).spawn(work);
        // Without a thread, the first request does the work.
        let started = [start(Box::new(crate::seal::start_random_source)), start(Box::new(move || _ = clients.choose(false)))];
        *threads = Some(started.into_iter().flatten().collect());
    }

    fn send(&self, request: &Request) -> std::result::Result<Response, Failure> {
        self.warm_up();
        let client = self.clients.choose(request.is_long).as_ref().map_err(|Unbuilt { reason, hint }| {
            if let Some(hint) = hint {
                return Failure::local(Error::new(error::ErrorKind::Local, format!("cannot set up TLS: {reason}"), *hint));
            }
            let hint = "install the system's CA certificates (package ca-certificates), or name a file with --ca-cert; where SSL_CERT_FILE or SSL_CERT_DIR is set, they are looked for there alone";
            Failure::local(Error::configuration(format!("cannot set up TLS: {reason}"), hint))
        })?;
        let url = format!("{}{}", self.clients.options.base_url, request.target);
        let builder = match &request.method {
            Method::Get => client.get(url),
            Method::Head => client.head(url),
            Method::Put(upload) => {
                let body = match &upload.content {
                    Content::Bytes(bytes) => reqwest::blocking::Body::from(bytes.clone()),
                    Content::Stream(stream) => {
                        reqwest::blocking::Body::sized(stream.take().unwrap_or_else(|| Box::new(std::io::empty())), upload.bytes)
                    }
                };
                client.put(url).timeout(upload.limit).body(body)
            }
            Method::Delete => client.delete(url),
            Method::Post(body) => client.post(url).header("content-type", body.content_type).body(body.bytes.clone()),
        };
        let mut builder = builder.header("accept", "*/*").header("accept-encoding", "identity");
        for (name, value) in &request.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| Failure::new(Cause::Rejected, format!("the request cannot be sent: its header {name} holds no text")))?;
            // Keeps it out of the library's debug output and HTTP/2's header table.
            value.set_sensitive(true);
            builder = builder.header(*name, value);
        }
        let response = builder.send().map_err(|error| self.clients.send_failure(&error))?;
        let pairs = response.headers().iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let mut headers = Headers::new(pairs);
        if response.version() == reqwest::Version::HTTP_2 {
            self.clients.speaks_http2.store(true, Ordering::Relaxed);
            headers.marks_end = true;
        }
        Ok(Response { status: response.status().as_u16(), headers, body: Box::new(response) })
    }
}

/// Returns what a failed read of a body means.
pub(super) fn read_failure(error: &std::io::Error) -> Failure {
    let timed_out = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>()).is_some_and(reqwest::Error::is_timeout);
    if timed_out || error.kind() == std::io::ErrorKind::TimedOut {
        return Failure::new(Cause::Unavailable, "the transfer stalled");
    }
    Failure::new(Cause::Broken, format!("the transfer broke off: {}", innermost(error)))
}

/// Returns the reason, when TLS refused the server's certificate: a network that fails may recover, a certificate will not.
fn certificate_error(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(rustls::Error::InvalidCertificate(reason)) = current.downcast_ref::<rustls::Error>() {
            return Some(certificate_text(reason));
        }
        // An I/O error's source is not what it wraps, but the source of that.
        next = match current.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => current.source(),
        };
    }
    None
}

/// Describes a certificate error; replaces internal names of the library.
fn certificate_text(reason: &rustls::CertificateError) -> String {
    let text = reason.to_string();
    if text.contains("CaUsedAsEndEntity") {
        return "it is the certificate of an authority, which no server may show, also when --ca-cert names it; \
                give the server one that the authority issued, and name the authority"
            .to_owned();
    }
    text
}

/// Returns the last cause of a chain: the outer ones repeat that something failed, and may hold the URL.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).last().map(plain).unwrap_or_default()
}

/// Returns the hint where a limit of the process is behind an error.
fn hint_of(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    causes(error).filter_map(|error| error.downcast_ref()).find_map(limit_hint)
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Returns an error and what caused it, down to the last.
fn causes<'a>(error: &'a (dyn std::error::Error + 'static)) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

#[cfg(test)]
mod tests {
    use super::{Client, ClientOptions, Transport};
    use std::time::Duration;

    fn client(base_url: &str) -> Client {
        let wait = Duration::from_secs(1);
        let base_url = base_url.to_owned();
        let options = ClientOptions { base_url, connect_timeout: wait, idle_timeout: wait, ca_cert: None, connections: 1, proxy: None };
        Client::new(options).expect("a client")
    }

    #[test]
    fn a_client_for_tls_is_made_before_the_first_request_and_others_when_they_are_needed() {
        for (base_url, is_made) in [("https://provider.example", true), ("http://127.0.0.1:1", false)] {
            let client = client(base_url);
            client.warm_up();
            client.warm_up();
            let threads = client.threads.lock().expect("a lock").take();
            assert_eq!(threads.as_ref().map_or(0, Vec::len), if is_made { 2 } else { 0 }, "{base_url}");
            threads.into_iter().flatten().for_each(|thread| thread.join().expect("an end"));
            assert_eq!(client.clients.shared.each_ref().map(|client| client.get().is_some()), [is_made, false, false, false], "{base_url}");
        }
    }
}
