//! An answer before it is HTTP: status, headers, body, who signs it, and how its bytes flow.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body as HttpBody, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use http_body::Frame;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::fixture::Body;
use crate::response_json;
use crate::source::Reader;

/// Bytes handed to the connection at once.
const CHUNK: usize = 64 * 1024;

/// An answer, before it is sent.
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// `Content-Type`.
    pub(crate) content_type: String,
    /// The source of the body.
    pub(crate) body: Body,
    /// Number of bytes that are sent, and `Content-Length`.
    pub(crate) length: u64,
    /// The id of the media file whose untouched bytes these are.
    pub(crate) media: Option<String>,
    /// Further headers.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The headers that prove the sender.
    pub(crate) auth: AuthHeaders,
    /// The transfer of the body.
    pub(crate) flow: Flow,
}

/// The headers that prove the sender of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AuthHeaders {
    /// Key and signature.
    Signed,
    /// Key and this signature.
    Signature(String),
    /// The given key, without a signature.
    Key(String),
    /// Neither.
    Neither,
}

/// The transfer of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    /// Bytes per second.
    pub(crate) rate: Option<u64>,
    /// Position of a byte that arrives changed.
    pub(crate) flip: Option<u64>,
    /// The end of the body.
    pub(crate) end: End,
}

/// The end of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// With its last byte.
    #[default]
    Whole,
    /// In the middle: the connection is closed.
    Cut,
    /// In the middle: nothing more comes.
    Stall,
}

impl Answer {
    /// Creates a signed JSON answer.
    pub(crate) fn json(status: u16, text: String) -> Self {
        Self::new(status, "application/json", Body::Bytes(text.into_bytes().into()))
    }

    /// Creates the documented refusal of a status.
    pub(crate) fn failure(status: u16) -> Self {
        Self::json(status, response_json::failure_of(status))
    }

    /// Creates a signed answer.
    pub(crate) fn new(status: u16, content_type: impl Into<String>, body: Body) -> Self {
        let length = body.length().unwrap_or(0);
        Self {
            status,
            content_type: content_type.into(),
            body,
            length,
            media: None,
            headers: Vec::new(),
            auth: AuthHeaders::Signed,
            flow: Flow::default(),
        }
    }

    /// Returns the answer as HTTP.
    pub(crate) fn respond(self) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(HeaderName::from_static(name), value);
        }
        // These statuses have no body, whatever the script says.
        let body = if matches!(self.status, 204 | 205 | 304) {
            HttpBody::empty()
        } else {
            response = response.header(CONTENT_TYPE, &self.content_type).header(CONTENT_LENGTH, self.length);
            stream(self.body, self.length, self.flow)
        };
        // A header value that HTTP cannot carry, such as a content type with a line break.
        response.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

fn stream(body: Body, length: u64, flow: Flow) -> HttpBody {
    if let Body::Bytes(bytes) = &body
        && flow == Flow::default()
        && length == bytes.len() as u64
    {
        return HttpBody::from(Bytes::from_owner(bytes.clone()));
    }
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(async move {
        if let Err(error) = produce(&body, length, flow, &sender).await {
            // The peer must get what was sent before, or a cut body would look like no answer at all.
            tokio::time::sleep(Duration::from_millis(20)).await;
            // The peer may have left already.
            let _ = sender.send(Err(error)).await;
        }
    });
    HttpBody::new(Stream(receiver))
}

async fn produce(body: &Body, length: u64, flow: Flow, sender: &mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
    let upto = if flow.end == End::Whole { length } else { length / 2 };
    let mut reader = Reader::open(body, upto).await?;
    let step = flow.rate.map_or(CHUNK, |rate| usize::try_from(rate / 20).unwrap_or(CHUNK).clamp(1, CHUNK));
    let begun = Instant::now();
    let mut sent = 0;
    while let Some(mut chunk) = reader.next(step).await? {
        if let Some(at) = flow.flip.and_then(|flip| flip.checked_sub(sent))
            && at < chunk.len() as u64
        {
            chunk = flipped(&chunk, at);
        }
        sent += chunk.len() as u64;
        if sender.send(Ok(chunk)).await.is_err() {
            return Ok(());
        }
        if let Some(rate) = flow.rate {
            let due = Duration::from_secs_f64(sent as f64 / rate as f64);
            tokio::time::sleep_until(begun + due).await;
        }
    }
    match flow.end {
        End::Whole => {}
        End::Cut => return Err(io::ErrorKind::ConnectionAborted.into()),
        End::Stall => sender.closed().await,
    }
    Ok(())
}

fn flipped(chunk: &[u8], at: u64) -> Bytes {
    let mut bytes = chunk.to_vec();
    if let Some(byte) = usize::try_from(at).ok().and_then(|at| bytes.get_mut(at)) {
        *byte ^= 1;
    }
    Bytes::from(bytes)
}

/// A body whose chunks come from a task. When the peer leaves, the receiver goes and the task ends.
struct Stream(mpsc::Receiver<io::Result<Bytes>>);

impl axum::body::HttpBody for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }
}
