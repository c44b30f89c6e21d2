//! From request to answer: gate, faults, provider, signature, record.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;

use crate::answer::{Answer, AuthHeaders};
use crate::auth;
use crate::connection::{Acceptor, Handle};
use crate::distort;
use crate::fault::{Act, Fault};
use crate::fixture::{Body, Media};
use crate::route::Route;
use crate::script::Script;
use crate::session_store::SessionStore;
use crate::upload::{self, RequestContext};
use crate::yoti::{self, Keys, YotiStore};
use crate::{Exchange, Options, deletion, folder, response_json, samples, source};

/// Largest request body.
const LARGEST: usize = 32 * 1024 * 1024;

/// Exchanges kept; a sandbox that runs for weeks must not grow.
const KEPT: usize = 100_000;

/// State that all connections share.
pub(crate) struct Shared {
    /// The settings at the start; faults and sessions may have changed since.
    pub(crate) options: Options,
    /// `http://HOST:PORT`
    pub(crate) base: String,
    address: SocketAddr,
    pub(crate) store: Mutex<SessionStore>,
    /// The key pair of Yoti's application.
    pub(crate) keys: Keys,
    pub(crate) yoti_store: Mutex<YotiStore>,
    pub(crate) script: Mutex<Script>,
    pub(crate) exchanges: Mutex<VecDeque<Exchange>>,
}

impl Shared {
    /// Loads samples, then the data folder, then the given sessions.
    pub(crate) fn new(mut options: Options, address: SocketAddr) -> anyhow::Result<Self> {
        let mut store = SessionStore::default();
        let mut sessions = if options.samples { samples() } else { Vec::new() };
        if let Some(data) = &options.data {
            sessions.extend(folder::load(data)?);
        }
        sessions.append(&mut options.sessions);
        sessions.into_iter().for_each(|session| store.put(session));
        let mut yoti_store = YotiStore::default();
        let sample = options.samples.then(yoti::sample);
        sample.into_iter().chain(options.yoti_sessions.drain(..)).for_each(|session| yoti_store.put(session));
        let script = Mutex::new(Script::new(std::mem::take(&mut options.faults)));
        Ok(Self {
            options,
            base: format!("http://{address}"),
            address,
            store: Mutex::new(store),
            keys: Keys::default(),
            yoti_store: Mutex::new(yoti_store),
            script,
            exchanges: Mutex::default(),
        })
    }

    fn record(&self, exchange: Exchange) {
        if let Some(observer) = &self.options.observer {
            observer(&exchange);
        }
        let mut exchanges = lock(&self.exchanges);
        if exchanges.len() == KEPT {
            exchanges.pop_front();
        }
        exchanges.push_back(exchange);
    }
}

/// Locks state that is whole after every step.
pub(crate) fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until the task is aborted.
pub(crate) async fn serve(listener: std::net::TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let routes = Router::new().fallback(handle).with_state(shared);
    axum::serve(Acceptor(listener), routes.into_make_service_with_connect_info::<Handle>()).await
}

/// A request, read and understood.
struct ParsedRequest {
    method: String,
    path: String,
    query: String,
    route: Route,
    body: Bytes,
}

async fn handle(State(shared): State<Arc<Shared>>, ConnectInfo(connection): ConnectInfo<Handle>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let method = head.method.as_str().to_owned();
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let route = Route::of(&method, &path);
    let body = axum::body::to_bytes(body, LARGEST).await;
    let is_too_large = body.is_err();
    let parsed = ParsedRequest { method, path, query, route, body: body.unwrap_or_default() };

    let entry = if parsed.route.is_yoti() {
        let request = (parsed.method.as_str(), parsed.path.as_str(), parsed.query.as_str());
        yoti::check(request, &head.headers, &shared.options, &shared.keys, &mut lock(&shared.yoti_store))
    } else {
        auth::check(&parsed.route, &parsed.method, &head.headers, &parsed.body, &shared.options)
    };
    let signed = matches!(entry, Ok(true));
    let fault = entry.is_ok().then(|| shared.next_fault(&parsed)).flatten();
    tokio::time::sleep(shared.options.pace.latency).await;
    let act = fault.as_ref().map(|fault| fault.act);
    let answer = match (entry, act) {
        _ if is_too_large => Some(shared.authenticate(Answer::failure(413)).await),
        (Err(refusal), _) => Some(shared.authenticate(*refusal).await),
        (Ok(_), Some(Act::Reset | Act::Hang)) => None,
        (Ok(_), act) => Some(shared.answer(&parsed, act).await),
    };
    let status = answer.as_ref().map_or(0, |answer| answer.status);
    let path = if parsed.query.is_empty() { parsed.path } else { format!("{}?{}", parsed.path, parsed.query) };
    shared.record(Exchange { method: parsed.method, path, status, fault: fault.as_ref().map(Fault::to_string), signed });
    match answer {
        Some(answer) => answer.respond(),
        None if act == Some(Act::Reset) => {
            connection.reset();
            Answer::failure(503).respond()
        }
        None => std::future::pending().await,
    }
}

impl Shared {
    fn next_fault(&self, parsed: &ParsedRequest) -> Option<Fault> {
        let store = lock(&self.store);
        lock(&self.script).next(&parsed.route, &parsed.path, store.session_of(&parsed.route))
    }

    /// Returns the answer with everything but its signature's headers written.
    async fn answer(&self, parsed: &ParsedRequest, act: Option<Act>) -> Answer {
        // Another name of the same place: a client that follows with its credentials is seen doing so.
        let host = format!("localhost:{}", self.address.port());
        let mut replaced = act.and_then(|act| distort::replacement(act, &host, &parsed.path));
        if let Some(answer) = replaced.as_mut().filter(|answer| parsed.route.is_yoti() && (answer.status >= 400 || act == Some(Act::Json)))
        {
            let failure = yoti::failure(answer.status);
            (answer.body, answer.length) = (failure.body, failure.length);
        }
        let mut answer = replaced.unwrap_or_else(|| self.provide(parsed));
        if answer.media.is_some() {
            answer.flow.rate = self.options.pace.bytes_per_second;
        }
        if let Some(act) = act {
            distort::distort(&mut answer, act);
        }
        if parsed.route.is_yoti() {
            // It signs no answer.
            answer.auth = AuthHeaders::Neither;
        }
        self.authenticate(answer).await
    }

    /// Returns what the provider says when nothing goes wrong.
    fn provide(&self, parsed: &ParsedRequest) -> Answer {
        if parsed.route.is_yoti() {
            return lock(&self.yoti_store).answer(&parsed.route);
        }
        let mut store = lock(&self.store);
        let context = RequestContext { base: &self.base, options: &self.options };
        let reply = match &parsed.route {
            Route::Create => upload::create(&mut store, &context, &parsed.body),
            Route::Upload(id) => upload::upload(&mut store, &context, id, &parsed.body),
            Route::Update(id) => upload::submit(&mut store, &context, id, &parsed.body),
            Route::Delete(id) => return deletion::delete(&mut store, id),
            route => return read(&store, route, &parsed.query, &self.base).unwrap_or_else(|| Answer::failure(404)),
        };
        reply.unwrap_or_else(|refusal| *refusal)
    }

    /// Signs an answer. A large body is read for that once, and its signature kept.
    async fn authenticate(&self, mut answer: Answer) -> Answer {
        let options = &self.options;
        let secret = options.answer_secret.as_ref().unwrap_or(&options.api_secret);
        let (key, signature) = match answer.auth.clone() {
            AuthHeaders::Neither => return answer,
            AuthHeaders::Key(key) => (key, None),
            AuthHeaders::Signature(signature) => (options.api_key.clone(), Some(signature)),
            AuthHeaders::Signed if !options.sign_answers => (options.api_key.clone(), None),
            AuthHeaders::Signed => match self.signature(&answer, secret).await {
                Ok(signature) => (options.api_key.clone(), Some(signature)),
                // A file that is listed and has gone since.
                Err(_) => return Answer { auth: AuthHeaders::Neither, ..Answer::failure(500) },
            },
        };
        answer.headers.push(("x-auth-client", key));
        answer.headers.extend(signature.map(|signature| ("x-hmac-signature", signature)));
        answer
    }

    async fn signature(&self, answer: &Answer, secret: &str) -> io::Result<String> {
        if let Some(media) = &answer.media
            && let Some(signature) = lock(&self.store).signature(media, &answer.body)
        {
            return Ok(signature);
        }
        let signature = source::sign(&answer.body, answer.length, secret).await?;
        if let Some(media) = &answer.media {
            lock(&self.store).keep_signature(media, &answer.body, &signature);
        }
        Ok(signature)
    }
}

/// Answers a request that changes nothing; `None` is "not found".
fn read(store: &SessionStore, route: &Route, query: &str, base: &str) -> Option<Answer> {
    let listing = |text: io::Result<String>| match text {
        Ok(text) => Answer::json(200, text),
        Err(_) => Answer::failure(500),
    };
    Some(match route {
        Route::Attempts(id) => Answer::json(200, response_json::attempts(store.session(id)?)),
        Route::SessionMedia(id) => listing(response_json::session_media(store.session(id)?, base)),
        Route::AttemptMedia(id) => {
            let (session, attempt) = store.attempt(id)?;
            listing(response_json::attempt_media(session, attempt, base))
        }
        Route::Media(id) => media(&*store.media(id)?),
        Route::Companion { session, name } => {
            let session = store.session(session)?;
            let has_version = query.split('&').any(|pair| pair.starts_with("version=") && pair.len() > 8);
            match session.companions.get(name) {
                _ if name.starts_with("decision/") && !has_version => Answer::failure(400),
                Some(text) => Answer::json(200, text.clone()),
                None if name == "decision" => Answer::json(200, response_json::NO_DECISION.to_owned()),
                None => return None,
            }
        }
        _ => return None,
    })
}

fn media(media: &Media) -> Answer {
    if let Body::File(path) = &media.body
        && !path.is_file()
    {
        return Answer::failure(404);
    }
    let content_type = media.content_type.as_ref().unwrap_or(&media.mimetype);
    Answer { media: Some(media.id.clone()), ..Answer::new(200, content_type, media.body.clone()) }
}
