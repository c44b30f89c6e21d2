//! Sends the bytes of an object that is created: short ones from memory, long ones as a stream that is counted and can be stopped.

use super::connection::Connection;
use super::failure::{Meaning, Purpose, meaning};
use super::site::Unsigned;
use crate::archive::schedule::locked;
use crate::clock::Cancel;
use crate::error::{Error, ErrorKind, Result, cannot_start};
use crate::http::{Content, Failure, Method, Upload};
use crate::store::Digest;
use std::cell::Cell;
use std::io::{self, Read};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use vmedia_archive::objects::{Creation, Source};

/// Bytes up to which an object is sent from memory: an answer that comes before the last byte is understood then.
pub(super) const SHORT: u64 = 1024 * 1024;

/// The number of further requests for bytes that change on their way.
const MOST_CORRUPTED: u32 = 2;

/// The longest time for an answer to a short object.
const BASE_LIMIT: Duration = Duration::from_secs(60);
/// Lowest average rate, in bytes per second, that a long object has time for.
const LEAST_RATE: u64 = 10_000;
/// The longest time for any object.
const LONGEST_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// An object that is to be created.
pub(super) struct Creating<'a> {
    /// The connection to its bucket.
    pub(super) connection: &'a Connection,
    /// Its request.
    pub(super) unsigned: Unsigned<'a>,
    /// Its URL, for errors.
    pub(super) url: String,
    /// The source of its bytes.
    pub(super) source: &'a Source<'a>,
    /// Their digest.
    pub(super) digest: &'a Digest,
    /// Receives the number of bytes that were sent.
    pub(super) sent: &'a (dyn Fn(i64) + Sync),
}

/// The state of one attempt, shared with the reader of its body.
#[derive(Default)]
struct Attempt {
    /// The bytes that were reported.
    bytes: AtomicI64,
    /// The failure of the source, which the HTTP library does not pass on.
    failure: Mutex<Option<Failure>>,
}

impl Creating<'_> {
    /// Creates the object.
    pub(super) fn run(&self) -> Result<Creation> {
        let attempt = Arc::new(Attempt::default());
        if self.digest.bytes <= SHORT {
            return self.outcome(self.send(&attempt, None));
        }
        // The reader outlives no request, which the HTTP library cannot know: what it counts comes back through a channel.
        std::thread::scope(|scope| {
            let (pieces, counted) = mpsc::channel::<i64>();
            let reporter = std::thread::Builder::new().name("upload".to_owned());
            let spawned = reporter.spawn_scoped(scope, move || counted.iter().for_each(|count| (self.sent)(count)));
            spawned.map_err(|error| cannot_start(&error))?;
            self.outcome(self.send(&attempt, Some(&pieces)))
        })
    }

    fn outcome(&self, outcome: std::result::Result<Option<String>, Failure>) -> Result<Creation> {
        match outcome {
            Ok(version) => Ok(Creation::Created { version }),
            Err(failure) if meaning(&failure) == Meaning::Taken => Ok(Creation::Taken),
            Err(failure) => Err(self.connection.error(failure, Purpose::Create, &self.url)),
        }
    }

    fn send(&self, attempt: &Arc<Attempt>, pieces: Option<&mpsc::Sender<i64>>) -> std::result::Result<Option<String>, Failure> {
        let report = |count: i64| match pieces {
            _ if count == 0 => {}
            Some(pieces) => _ = pieces.send(count),
            None => (self.sent)(count),
        };
        let method = || {
            report(-attempt.bytes.swap(0, Ordering::Relaxed));
            let content = self.content(attempt, pieces)?;
            let limit = (BASE_LIMIT + Duration::from_secs(self.digest.bytes / LEAST_RATE)).min(LONGEST_LIMIT);
            Ok(Method::Put(Upload { bytes: self.digest.bytes, content, limit }))
        };
        let request = || {
            let outcome = self.connection.send(&self.unsigned, &method, &mut |response, _| super::headers::version(&response.headers));
            outcome.map_err(|failure| self.explained(failure, attempt))
        };
        let mut outcome = request();
        for _ in 0..MOST_CORRUPTED {
            if !outcome.as_ref().is_err_and(|failure| meaning(failure) == Meaning::Checksum) {
                break;
            }
            outcome = request();
        }
        match (&outcome, pieces) {
            (Ok(_), None) => report(i64::try_from(self.digest.bytes).unwrap_or(i64::MAX)),
            (Ok(_), Some(_)) => {}
            (Err(_), _) => report(-attempt.bytes.swap(0, Ordering::Relaxed)),
        }
        outcome
    }

    /// Returns the bytes for an attempt.
    fn content(&self, attempt: &Arc<Attempt>, pieces: Option<&mpsc::Sender<i64>>) -> std::result::Result<Content, Failure> {
        if let Some(failure) = locked(&attempt.failure).take() {
            return Err(failure);
        }
        let body = (self.source)().map_err(Failure::local)?;
        let Some(pieces) = pieces else {
            let mut bytes = Vec::new();
            body.take(SHORT + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error, &self.url))?;
            return if bytes.len() as u64 == self.digest.bytes { Ok(Content::Bytes(bytes)) } else { Err(changed(&self.url)) };
        };
        let (cancel, url, left) = (self.connection.cancel.clone(), self.url.clone(), self.digest.bytes);
        let counted = Counted { body, cancel, pieces: pieces.clone(), attempt: Arc::clone(attempt), left, url };
        Ok(Content::Stream(Cell::new(Some(Box::new(counted)))))
    }

    /// Returns the failure behind the one that the connection had: of the source, or of bytes that changed here.
    fn explained(&self, failure: Failure, attempt: &Attempt) -> Failure {
        if let Some(local) = locked(&attempt.failure).take() {
            return local;
        }
        if meaning(&failure) != Meaning::Checksum {
            return failure;
        }
        let reread = (self.source)().map_err(Failure::local);
        match reread.and_then(|body| Digest::read(body, &mut |_| Ok(())).map_err(|error| unreadable(&error, &self.url))) {
            Ok(digest) if digest == *self.digest => failure,
            Ok(_) => changed(&self.url),
            Err(local) => local,
        }
    }
}

/// Returns the failure for bytes that are not those of their digest.
fn changed(url: &str) -> Failure {
    let what = format!("cannot store {url}: the local file is not the one that was recorded");
    Failure::local(Error::new(
        ErrorKind::Damaged,
        what,
        "vmedia verify names the changes of a session; vmedia repair fetches its files again",
    ))
}

fn unreadable(error: &io::Error, url: &str) -> Failure {
    let what = format!("cannot store {url}: the local file cannot be read: {}", crate::error::plain(error));
    Failure::local(Error::new(ErrorKind::Local, what, "check the disk, and run the same command again").for_session())
}

/// A body that counts what is read of it, ends on request, and keeps the reason why it fails.
struct Counted {
    body: Box<dyn Read + Send>,
    cancel: Cancel,
    pieces: mpsc::Sender<i64>,
    attempt: Arc<Attempt>,
    left: u64,
    url: String,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let failure = match self.cancel.requested() {
            Some(stop) => Failure::stopped(stop),
            None => match self.body.read(buffer) {
                Ok(0) if self.left > 0 => changed(&self.url),
                Ok(count) => {
                    self.left = self.left.saturating_sub(count as u64);
                    let count_signed = i64::try_from(count).unwrap_or(i64::MAX);
                    self.attempt.bytes.fetch_add(count_signed, Ordering::Relaxed);
                    // The receiver lives as long as the request.
                    _ = self.pieces.send(count_signed);
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => unreadable(&error, &self.url),
            },
        };
        let error = io::Error::other(failure.detail.clone());
        *locked(&self.attempt.failure) = Some(failure);
        Err(error)
    }
}
