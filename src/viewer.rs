//! A server on loopback that shows one opened session to the browser of this machine, below a path with a random token.
//!
//! Answers requests with that token alone, and those that were made for this very address. Must not write, must not log an address, and
//! must not know what it shows.

mod answer;
mod body;
mod range;

use crate::archive::OpenedFile;
use crate::error::{Error, ErrorKind, Result, cannot_start, plain};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};

/// Most connections at once; a browser makes six. Others are closed.
const CONNECTIONS: usize = 24;
/// Longest wait for the head of a request.
const HEAD: Duration = Duration::from_secs(15);
/// Largest head of a request, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;
/// Wait after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(200);
/// Most failures that are kept until they are reported.
const MOST_FAILURES: usize = 20;

/// What is shown.
pub(crate) trait Content: Send + Sync {
    /// Returns the Content-Security-Policy of every answer.
    fn policy(&self) -> String;

    /// Returns what is at a path; the page is at the empty one. `None` if nothing is there.
    fn open(&self, path: &str) -> Result<Option<OpenedFile>>;
}

/// What the connections share.
struct Shared {
    content: Arc<dyn Content>,
    /// The only value of `Host` that is answered.
    host: String,
    token: String,
    policy: String,
    /// Number of requests and of pieces sent so far.
    activity: AtomicU64,
    /// Failures that are not reported yet.
    failures: Mutex<Vec<Error>>,
}

impl Shared {
    fn was_active(&self) {
        self.activity.fetch_add(1, Ordering::Relaxed);
    }

    fn failed(&self, error: Error) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() < MOST_FAILURES && failures.iter().all(|other| other.what() != error.what()) {
            failures.push(error);
        }
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Viewer {
    shared: Arc<Shared>,
    /// Ends the server when it is dropped.
    _stop: oneshot::Sender<()>,
}

impl Viewer {
    /// Starts a server at a free port.
    ///
    /// # Errors
    /// There is no port, no thread or no random number.
    pub(crate) fn start(content: Arc<dyn Content>) -> Result<Self> {
        let failed = |error: io::Error| {
            let what = format!("cannot listen on 127.0.0.1: {}", plain(&error));
            Error::new(ErrorKind::Local, what, "check the limits of this machine, and run the same command again")
        };
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address: SocketAddr = listener.local_addr().map_err(failed)?;
        let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(CONNECTIONS).build().map_err(failed)?;
        let (activity, failures) = (AtomicU64::new(0), Mutex::default());
        let policy = content.policy();
        let shared = Arc::new(Shared { content, host: address.to_string(), token: token()?, policy, activity, failures });
        let (stop, stopped) = oneshot::channel();
        let server = Arc::clone(&shared);
        let run = move || serve(&runtime, listener, server, stopped);
        std::thread::Builder::new().name("viewer".to_owned()).spawn(run).map_err(|error| cannot_start(&error))?;
        Ok(Self { shared, _stop: stop })
    }

    /// Returns the address of the page, with the token.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/{}/", self.shared.host, self.shared.token)
    }

    /// Returns a number that grows with each request and each piece that was sent.
    pub(crate) fn activity(&self) -> u64 {
        self.shared.activity.load(Ordering::Relaxed)
    }

    /// Returns the failures since the last call.
    pub(crate) fn take_failures(&self) -> Vec<Error> {
        std::mem::take(&mut *self.shared.failures.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns 256 random bits in hex.
fn token() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Error::unexpected("this machine has no random numbers"))?;
    Ok(hex::encode(bytes))
}

/// Serves until `stopped` says so; what is under way then is cut.
fn serve(runtime: &Runtime, listener: std::net::TcpListener, shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    runtime.spawn(accept(listener, shared));
    // An error says that the sender is gone, which is the end as well.
    let _ = runtime.block_on(stopped);
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer::answer(Arc::clone(&shared), request));
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(HEAD).max_header_size(LARGEST_HEAD);
            // A browser hangs up when it has seen enough.
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
            drop(place);
        });
    }
}
