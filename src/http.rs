//! The HTTP client: sends signed requests, retries, keeps one pace for a host, and classifies the bytes of answers.
//!
//! Must not know the purpose of a request, who signed it, or where a body goes. `reqwest` is named in `client.rs` alone.

mod address;
mod body;
mod client;
mod error_page;
mod exchange;
mod failure;
mod pace;
mod quoting;
mod redaction;
mod retry;

pub use address::{Address, parse_base_url};
pub(crate) use body::BodyReader;
pub(crate) use client::check_certificates;
pub use client::{Client, ClientOptions};
pub(crate) use error_page::{Answer, LARGEST_JSON, Sort, is_error, is_error_member, sort_of};
pub use exchange::RetryClient;
pub(crate) use exchange::{Exchange, Note};
pub(crate) use failure::OUT_OF_TIME;
pub use failure::{Cause, Failure};
pub(crate) use pace::Limits;
pub(crate) use quoting::quotable;
pub(crate) use redaction::redact;
pub use retry::Policy;

use secrecy::zeroize::Zeroizing;
use std::cell::Cell;
use std::io::Read;
use std::time::Duration;

/// A request as it goes out, always below the base URL.
///
/// Not `Debug`: the headers hold the API key and a signature that opens the id for ever.
pub struct Request {
    /// The path and query below the base URL, already percent-encoded, beginning with `/`.
    pub target: String,
    /// Headers as `(name, value)`; wiped here, while the HTTP library keeps copies until it needs their memory.
    pub headers: Vec<(&'static str, Zeroizing<String>)>,
    /// The method.
    pub method: Method,
    /// True if the answer is or may be long.
    pub is_long: bool,
}

/// The method of a request.
pub enum Method {
    /// Reads.
    Get,
    /// Reads the headers alone.
    Head,
    /// Sends a body under a name.
    Put(Upload),
    /// Sends a body.
    Post(Body),
    /// Deletes.
    Delete,
}

impl Method {
    /// Returns the method as requests and signatures have it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Put(_) => "PUT",
            Self::Post(_) => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// The body of a request.
pub struct Body {
    /// Its media type.
    pub content_type: &'static str,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// The body of a request that may be too long for the memory.
pub struct Upload {
    /// The length in bytes.
    pub bytes: u64,
    /// The source of the bytes.
    pub content: Content,
    /// The longest time until the answer begins.
    pub limit: Duration,
}

/// The source of an upload's bytes.
pub enum Content {
    /// All of them.
    Bytes(Vec<u8>),
    /// A stream; the one attempt takes it out.
    Stream(Cell<Option<Box<dyn Read + Send>>>),
}

/// An answer, before its body is read.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body as it arrives.
    pub body: Box<dyn Read + Send>,
}

/// Response headers, by lower-case name.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    pairs: Vec<(String, String)>,
    /// True if the protocol marks the end of a body, as HTTP/2 does (RFC 9113 §8.1).
    marks_end: bool,
}

impl Headers {
    /// Collects them; values that are not text are left out.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        Self { pairs, marks_end: false }
    }

    /// Returns the first value under a lower-case name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Returns `Content-Length`, when there is one that is a number.
    pub fn content_length(&self) -> Option<u64> {
        let value = self.value("content-length")?.trim();
        // The library's own numbers may begin with a sign; those of a header may not (RFC 9110 §8.6).
        value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok()).flatten()
    }

    /// Returns whether the end of the body is marked. If not, a truncated body cannot be detected.
    pub fn body_is_framed(&self) -> bool {
        self.marks_end
            || self.content_length().is_some()
            || self.value("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"))
    }
}

/// Something that sends one request once.
pub trait Transport: Send + Sync {
    /// Sends it and returns once the head of the answer is there. Limits the time for the connection and each wait for more bytes;
    /// the reader of the body limits the whole.
    fn send(&self, request: &Request) -> Result<Response, Failure>;

    /// Begins in the background what the first request would wait for; connects to nothing.
    fn warm_up(&self) {}
}
