//! The HTTP client: time-outs, no redirects, no compression, our own name. The only file that names `reqwest`.
//!
//! If a server offers HTTP/2, short answers come over a few such connections: over a long line they were measured to
//! take four fifths of the time of as many HTTP/1.1 connections as files, because a connection that is busy keeps its
//! pace. One HTTP/2 connection takes longer than those, and long answers take three times as long, so these keep
//! HTTP/1.1 (`benches/speed/run.py`). Must not know what is sent or why.

use super::{Cause, Failure, Headers, Request, Response, Transport};
use crate::error::{self, Error, Result, limit_hint, plain, quote};
use reqwest::Url;
use reqwest::header::HeaderValue;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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

/// The shared clients of a run.
pub struct Client {
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
        Ok(Self {
            options,
            certificates,
            alone: Lazy::new(),
            shared: Default::default(),
            speaks_http2: AtomicBool::new(false),
            turn: AtomicUsize::new(0),
        })
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
        if self.options.base_url.starts_with("http:") {
            // Without installed authorities the client could not be built, although plain http needs none.
            builder = builder.tls_certs_only(std::iter::empty());
        }
        builder.build().map_err(|error| Unbuilt { reason: chain(&error), hint: hint_of(&error) })
    }

    /// Returns whether the provider is on this machine, as a sandbox is, which is never behind a proxy.
    fn is_local(&self) -> bool {
        Url::parse(&self.options.base_url).is_ok_and(|url| is_loopback(&url))
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
    fn send(&self, request: &Request) -> std::result::Result<Response, Failure> {
        let client = self.choose(request.is_long).as_ref().map_err(|Unbuilt { reason, hint }| {
            if let Some(hint) = hint {
                return Failure::local(Error::new(error::ErrorKind::Local, format!("cannot set up TLS: {reason}"), *hint));
            }
            let hint = "install the system's CA certificates (package ca-certificates), or name a file with --ca-cert; where SSL_CERT_FILE or SSL_CERT_DIR is set, they are looked for there alone";
            Failure::local(Error::configuration(format!("cannot set up TLS: {reason}"), hint))
        })?;
        let url = format!("{}{}", self.options.base_url, request.target);
        let builder = match &request.body {
            None => client.get(url),
            Some(body) => client.post(url).header("content-type", body.content_type).body(body.bytes.clone()),
        };
        let mut builder = builder.header("accept", "*/*").header("accept-encoding", "identity");
        for (name, value) in &request.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| Failure::new(Cause::Rejected, format!("the request cannot be sent: its header {name} holds no text")))?;
            // Keeps it out of the library's debug output and HTTP/2's header table.
            value.set_sensitive(true);
            builder = builder.header(*name, value);
        }
        let response = builder.send().map_err(|error| self.send_failure(&error))?;
        let pairs = response.headers().iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let mut headers = Headers::new(pairs);
        if response.version() == reqwest::Version::HTTP_2 {
            self.speaks_http2.store(true, Ordering::Relaxed);
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

/// Returns whether a URL points at this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Parses a URL without user name and password. Plain http to other machines is an error if it would expose something. The errors
/// name no part of the URL.
fn parse_url(text: &str, exposed: Option<&str>) -> std::result::Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("it is not a URL ({error})"))?;
    match (url.scheme(), exposed) {
        ("http", Some(exposed)) if !is_loopback(&url) => return Err(format!("plain http would expose {exposed} on the network")),
        ("http" | "https", _) => {}
        _ => return Err("it is neither http nor https".to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password".to_owned());
    }
    Ok(url)
}

/// Parses a base URL as people paste it: with or without a trailing `/`. Plain http is for this machine only, unless
/// `insecure_http` is set. The result has no trailing `/`, no query and no credentials.
pub fn parse_base_url(text: &str, insecure_http: bool) -> std::result::Result<String, String> {
    let url = parse_url(text, (!insecure_http).then_some("the evidence and the signatures"))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it holds a query or a fragment".to_owned());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A whole URL, in the two parts that a client and a request want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host and port.
    pub base_url: String,
    /// Path and query, beginning with `/`.
    pub target: String,
}

impl Address {
    /// Parses the URL of a service that may be reached over plain http: it receives nothing private, and its answer proves its
    /// origin. The caller ensures that.
    pub fn parse_public(text: &str) -> std::result::Result<Self, String> {
        parse_url(text, None).map(|url| Self::of(&url))
    }

    /// Parses the URL of a service that knows by the URL alone who sends. Plain http is for this machine only, unless `insecure_http`
    /// is set.
    pub(crate) fn parse_private(text: &str, insecure_http: bool) -> std::result::Result<Self, String> {
        parse_url(text, (!insecure_http).then_some("it")).map(|url| Self::of(&url))
    }

    fn of(url: &Url) -> Self {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Self { base_url: url.origin().ascii_serialization(), target: format!("{}{query}", url.path()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, parse_base_url};

    #[test]
    fn an_address_is_taken_apart() {
        for (text, base_url, target) in [
            ("http://tsa.example", "http://tsa.example", "/"),
            (" https://tsa.example:8443/a/b?c=d&e#f ", "https://tsa.example:8443", "/a/b?c=d&e"),
            ("http://[::1]:3161/tsr", "http://[::1]:3161", "/tsr"),
            ("HTTP://TSA.example:80/a b", "http://tsa.example", "/a%20b"),
        ] {
            let expected = Address { base_url: base_url.to_owned(), target: target.to_owned() };
            assert_eq!(Address::parse_public(text), Ok(expected), "{text}");
        }
        for bad in ["tsa.example", "ftp://tsa.example", "file:///etc/passwd", "https://u:p@tsa.example", "http://", ""] {
            assert!(Address::parse_public(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_that_is_a_secret_goes_over_tls_or_to_this_machine_and_is_not_repeated() {
        for good in ["https://hc.example/t0ken?a=b", "http://127.0.0.1:8080/t0ken", "http://localhost/t0ken"] {
            assert!(Address::parse_private(good, false).is_ok(), "{good}");
        }
        assert!(Address::parse_private("http://hc.example/t0ken", true).is_ok());
        for bad in ["http://hc.example/t0ken", "ftp://hc.example/t0ken", "t0ken", "https://t0ken@hc.example", "https://hc.example:t0ken/"] {
            let reason = Address::parse_private(bad, false).expect_err(bad);
            assert!(!reason.contains("t0ken"), "{reason}");
        }
    }

    #[test]
    fn base_urls_are_read_as_people_paste_them() {
        assert_eq!(parse_base_url(" https://api.example.com/ ", false).as_deref(), Ok("https://api.example.com"));
        assert_eq!(parse_base_url("https://api.example.com/v1/", false).as_deref(), Ok("https://api.example.com/v1"));
        for local in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"] {
            assert_eq!(parse_base_url(local, false).as_deref(), Ok(local));
        }
        for bad in
            ["api.example.com", "http://api.example.com", "ftp://x", "https://u:p@x", "https://x/?a=b", "", "http://127.0.0.1.example.com"]
        {
            assert!(parse_base_url(bad, false).is_err(), "{bad}");
        }
        assert!(parse_base_url("http://10.0.0.1", true).is_ok());
    }
}
