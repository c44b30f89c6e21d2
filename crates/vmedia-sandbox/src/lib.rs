//! A faithful little Veriff, and a Yoti beside it, on loopback: to try the tool without an account, to test it, and to test other clients.
//!
//! The sandbox judges its client. It therefore shares no parser, no wire type and no signing with the rest of the crate,
//! and uses no other module of it: a fake that shares the client's mistakes proves nothing.
//!
//! ```
//! use vmedia_sandbox::{Options, Sandbox};
//!
//! # fn main() -> anyhow::Result<()> {
//! let sandbox = Sandbox::start(Options::default())?;
//! println!("export VMEDIA_BASE_URL={}", sandbox.base_url());
//! println!("export VMEDIA_API_KEY={}", sandbox.api_key());
//! // Requests of a client go here; the sandbox stops when it is dropped.
//! assert!(sandbox.exchanges().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! It serves sessions (built-in samples, a data folder, fixtures of a test) by the vendor's routes under `/v1`, checks the
//! key and the signature of every request with the documented codes, signs every answer, and streams media in constant
//! memory. A client can create a session, upload images or NFC data, submit it, and download what it uploaded. It can delete a session
//! in the documented statuses, 5 an hour and 10 a day; nothing of it is answered afterwards.
//!
//! Below `/idverify/v1` it is a Yoti: it serves session documents and their media. Requests must be signed with the key that it hands
//! out, with a new nonce and the current time, or carry the token. It signs no answer. A session whose checks are not finished (state
//! `ONGOING`) cannot be deleted (409). The data folder is Veriff's alone.
//!
//! # Data folder
//!
//! `DIR/<session-id>/<attempt-id>/<context>.<extension>`. Attempts are sorted by name, the last is the newest. Files
//! directly in the session's folder make one attempt of their own. The extension gives the mimetype; a `.json` file whose
//! context starts with `nfc` is an NFC document; `decision.json`, `person.json` (and `decision%2Ffullauto.json`) in the
//! session's folder are companion documents. Contexts are percent-decoded, and `face~2.jpg` is another `face`. Ids of
//! media are made of their path, so they stay the same. Sessions created by request are kept in the folder too.
//!
//! # Faults
//!
//! `TARGET=FAULT[:ARGUMENT][*COUNT|/EVERY]`, several separated by commas. The first fault that matches a request and is
//! not used up acts; requests that fail the signature check are refused before any fault acts.
//!
//! | target | requests |
//! |---|---|
//! | `any` | all |
//! | `attempts`, `session-media`, `attempt-media`, `media` | of that endpoint; `session-media` is also Yoti's session document |
//! | `decision`, `person`, `watchlist-screening` | for that companion (and those below it) |
//! | `attempt-media:<id>` | for the listing of that attempt |
//! | `media:<id>` | for the bytes of that media file |
//! | `session:<id>` | about that session, its attempts and its media |
//!
//! Ids may be percent-encoded, and must be where they hold `=`, `,`, `*`, `/` or `%`.
//!
//! | fault | what happens |
//! |---|---|
//! | `503` (200 to 599) | that status, with the documented error body |
//! | `429:2`, `429:date+2` | the same, with `Retry-After` in seconds, or as a date that far ahead |
//! | `reset` | the connection is reset before any answer |
//! | `cut` | right `Content-Length`, half the body, then the connection is closed |
//! | `stall` | right `Content-Length`, half the body, then silence |
//! | `slow:BYTES` | so many bytes per second |
//! | `hang` | never an answer |
//! | `html` | 200 with an HTML page, unsigned |
//! | `json` | 200 with an error as JSON, signed |
//! | `ok` | 200 with `{"ok":true}`, unsigned, as a gateway answers |
//! | `bad-signature`, `no-signature` | a wrong signature, no signature |
//! | `flip` | one bit of the body changed, with the signature of the true body |
//! | `short` | one byte less than the listing says, consistently signed |
//! | `type` | a picture of another type in as many bytes, consistently signed |
//! | `empty` | no bytes, consistently signed |
//! | `redirect` | 302 to the same port under another host name, where it would be seen as an exchange |
//! | `gzip` | `Content-Encoding: gzip` over bytes that are not |
//! | `huge` | a listing of 17 MiB |
//!
//! `*COUNT` acts on the first COUNT requests of each path, `/EVERY` on one of EVERY requests.

mod answer;
mod auth;
mod connection;
mod deletion;
mod distort;
mod fault;
pub mod fixture;
mod folder;
mod id;
mod response_json;
mod route;
mod samples;
mod script;
mod server;
mod session_store;
mod sign;
mod source;
mod upload;
mod yoti;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::NamedTempFile;
use tokio::sync::oneshot;

pub use fault::{Fault, parse_faults};
pub use samples::{DECISION, SAMPLE_CONTRADICTIONS, SAMPLE_EMPTY, SAMPLE_EVERYTHING, SAMPLE_SESSION, samples};
use server::{Shared, lock};
pub use yoti::{SAMPLE_YOTI, YotiSession};

/// Longest wait for running file reads when the sandbox stops.
const STOP: Duration = Duration::from_secs(1);

/// Returns the sandbox's own clock: it shares none with the client.
#[expect(clippy::disallowed_methods, reason = "the sandbox uses no other module, so that it judges the client")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Called after each answer's head is decided.
pub type Observer = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// Settings of a sandbox.
#[derive(Clone)]
pub struct Options {
    /// The loopback address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A folder of sessions, see above.
    pub data: Option<PathBuf>,
    /// True to serve the built-in sample sessions.
    pub samples: bool,
    /// Further sessions; one of them replaces a sample, or a session of the data folder, with the same id.
    pub sessions: Vec<fixture::Session>,
    /// Sessions of Yoti.
    pub yoti_sessions: Vec<YotiSession>,
    /// The client SDK id that Yoti's requests must carry.
    pub yoti_sdk_id: String,
    /// The bearer token that Yoti takes instead of a signature.
    pub yoti_token: String,
    /// Faults.
    pub faults: Vec<Fault>,
    /// Delays.
    pub pace: Pace,
    /// The API key that requests must carry.
    pub api_key: String,
    /// The shared secret that signs requests.
    pub api_secret: String,
    /// Signs answers with another secret than requests, as in the middle of a key rotation.
    pub answer_secret: Option<String>,
    /// False to sign no answer.
    pub sign_answers: bool,
    /// Sees every exchange.
    pub observer: Option<Observer>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: None,
            samples: true,
            sessions: Vec::new(),
            yoti_sessions: Vec::new(),
            yoti_sdk_id: "5a4db0c5-0000-4000-8000-000000005d1d".to_owned(),
            yoti_token: "sandbox-t0ken".to_owned(),
            faults: Vec::new(),
            pace: Pace::default(),
            api_key: "5a4db0c5-0000-4000-8000-00000000a91e".to_owned(),
            api_secret: "5a4db0c5-0000-4000-8000-0000005ec2e7".to_owned(),
            answer_secret: None,
            sign_answers: true,
            observer: None,
        }
    }
}

/// The delays of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Wait before each answer.
    pub latency: Duration,
    /// Bytes per second of each media body.
    pub bytes_per_second: Option<u64>,
}

/// One request as the sandbox saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path and query as they came, percent-encoded.
    pub path: String,
    /// Status of the answer; 0 when there was none (`reset`, `hang`).
    pub status: u16,
    /// The fault that acted, in its grammar.
    pub fault: Option<String>,
    /// True if the request was signed and its signature is valid.
    pub signed: bool,
}

/// A running sandbox; it stops when this value is dropped.
pub struct Sandbox {
    shared: Arc<Shared>,
    /// The private key for Yoti's clients, once its file was requested.
    key_file: OnceLock<NamedTempFile>,
    /// An empty configuration, once its file was requested.
    config_file: OnceLock<NamedTempFile>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Binds, and serves from a thread of its own. Connections are accepted when this returns.
    pub fn start(options: Options) -> anyhow::Result<Self> {
        let asked = options.listen;
        if !asked.ip().is_loopback() {
            bail!("the sandbox listens on loopback only, not on {asked}: its key is public and it speaks plain HTTP");
        }
        let listener = std::net::TcpListener::bind(asked);
        let listener = listener.with_context(|| format!("the sandbox cannot listen on {asked}"))?;
        let address = listener.local_addr().context("the sandbox cannot find out its port")?;
        listener.set_nonblocking(true).context("the sandbox cannot use its port")?;
        let shared = Arc::new(Shared::new(options, address)?);

        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().context("the sandbox cannot start")?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let serve = move || {
            runtime.block_on(async move {
                let server = tokio::spawn(server::serve(listener, served));
                // Ends with an error once the sender is dropped.
                let _ = stopped.await;
                server.abort();
            });
            // Open connections go with the runtime, whatever they wait for.
            runtime.shutdown_timeout(STOP);
        };
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(serve);
        let thread = thread.context("the sandbox cannot start its thread")?;
        Ok(Self { shared, key_file: OnceLock::new(), config_file: OnceLock::new(), stop: Some(stop), thread: Some(thread) })
    }

    /// Returns `http://127.0.0.1:PORT`, without `/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.shared.base.clone()
    }

    /// Returns the API key that requests must carry.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.shared.options.api_key
    }

    /// Returns the shared secret that signs requests.
    #[must_use]
    pub fn api_secret(&self) -> &str {
        &self.shared.options.api_secret
    }

    /// Returns where Yoti's API begins: `http://127.0.0.1:PORT/idverify/v1`.
    #[must_use]
    pub fn yoti_base_url(&self) -> String {
        format!("{}{}", self.shared.base, yoti::ROOT)
    }

    /// Returns the client SDK id that Yoti's requests must carry.
    #[must_use]
    pub fn yoti_sdk_id(&self) -> &str {
        &self.shared.options.yoti_sdk_id
    }

    /// Returns the private key of that id as PEM text, made anew for each sandbox.
    pub fn yoti_key(&self) -> anyhow::Result<String> {
        self.shared.keys.pem()
    }

    /// Returns the same in a file that its owner alone can read, and that goes with the sandbox.
    pub fn yoti_key_file(&self) -> anyhow::Result<PathBuf> {
        private_file(&self.key_file, ".pem", &self.yoti_key()?)
    }

    /// Returns an empty configuration file, for clients that are to use no other; it goes with the sandbox.
    pub fn config_file(&self) -> anyhow::Result<PathBuf> {
        private_file(&self.config_file, ".toml", "")
    }

    /// Adds a session of Yoti, or replaces the one of that id.
    pub fn put_yoti_session(&self, session: YotiSession) {
        lock(&self.shared.yoti_store).put(session);
    }

    /// Returns every request so far, in order; of more than a hundred thousand, the newest.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.exchanges).iter().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn clear_exchanges(&self) {
        lock(&self.shared.exchanges).clear();
    }

    /// Replaces the faults, with nothing counted yet.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        *lock(&self.shared.script) = script::Script::new(faults);
    }

    /// Adds a session, or replaces the one of that id.
    pub fn put_session(&self, session: fixture::Session) {
        lock(&self.shared.store).put(session);
    }
}

/// Returns the path of a file that its owner alone can read, and creates it with this text at the first call.
fn private_file(slot: &OnceLock<NamedTempFile>, suffix: &str, text: &str) -> anyhow::Result<PathBuf> {
    if slot.get().is_none() {
        let mut file = tempfile::Builder::new().prefix("sandbox-").suffix(suffix).tempfile().context("no place for temporary files")?;
        std::io::Write::write_all(&mut file, text.as_bytes()).context("cannot write a temporary file")?;
        // Another thread may have set it first; the text is the same.
        let _ = slot.set(file);
    }
    Ok(slot.get().context("no temporary file")?.path().to_owned())
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported already.
            let _ = thread.join();
        }
    }
}
