//! Receives the body of one media file: one pass over the bytes stages them, computes their digest, checks their signature and
//! keeps the first of them.
//!
//! Must not judge what arrives.

use super::Services;
use crate::archive::{Incoming, SessionKey};
use crate::error::quote;
use crate::http::{BodyReader, Cause, Exchange, Failure, LARGEST_JSON, Request, Response};
use crate::model::{HEAD_LENGTH, Kind, MediaItem};
use crate::provider::{Call, Checked, Signature};
use crate::store::{BUFFER, Digest, Staged};
use crate::text::duration;
use jiff::Timestamp;
use std::io::{self, ErrorKind, Read};
use std::time::Duration;

/// From this size on, in bytes, streams beside the file on the same connection would wait for it.
const LONG: u64 = 1_000_000;

#[derive(Debug)]
pub(super) struct Received {
    pub(super) digest: Digest,
    /// The digest of its encrypted form, if it is encrypted.
    pub(super) stored: Option<Digest>,
    /// The first [`HEAD_LENGTH`] bytes, or the first [`LARGEST_JSON`] of what may be JSON.
    pub(super) head: Vec<u8>,
    pub(super) signature: Signature,
    /// The response's `Content-Length`.
    pub(super) announced: Option<u64>,
    /// The response's `Content-Type`.
    pub(super) content_type: Option<String>,
    /// True if the protocol marks the end of the body.
    pub(super) is_framed: bool,
    /// The time at which the response began.
    pub(super) fetched: Timestamp,
}

/// Makes the attempts to receive one file.
pub(super) struct Receiver<'a> {
    pub(super) services: &'a Services,
    pub(super) item: &'a MediaItem,
    pub(super) call: &'a Call,
    /// The key that it is encrypted to, if it is.
    pub(super) key: Option<&'a SessionKey>,
    /// Called with the number of bytes received, at intervals.
    pub(super) progress: &'a dyn Fn(u64),
    pub(super) limit: TimeLimit,
    /// The worker's own: one for each file cost a third of the memory of a run.
    pub(super) buffer: &'a mut Vec<u8>,
}

/// The time that all attempts together may read. The first response sets it.
#[derive(Default)]
pub(super) struct TimeLimit {
    whole: Option<Duration>,
    left: Duration,
}

impl<'a> Receiver<'a> {
    /// Makes one attempt.
    pub(super) fn receive(&mut self, exchange: &Exchange<'_>) -> Result<(Box<dyn Staged + 'a>, Received), Failure> {
        let Response { headers, body, .. } = self.send(exchange)?;
        let fetched = self.services.wire.clock().now();
        let announced = headers.content_length();
        let whole = *self.limit.whole.get_or_insert_with(|| {
            self.limit.left = exchange.file_limit(self.item.size.max(announced));
            self.limit.left
        });
        let mut incoming = Incoming::begin(self.services.store.as_ref(), self.key).map_err(Failure::local)?;
        let mut check = self.services.provider.signature_check(&headers);
        let mut bytes = 0;
        let mut head = Head { bytes: Vec::new(), may_be_json: self.item.kind == Kind::Nfc };
        let mut body = exchange.read_file(body, self.limit.left, self.progress);
        let outcome = pieces(&mut body, self.buffer, &mut |piece| {
            head.keep(piece);
            check.update(piece);
            bytes += piece.len() as u64;
            incoming.write(piece).map_err(Failure::local)
        });
        self.limit.left = body.time_left();
        outcome.map_err(|failure| match failure.cause {
            Cause::TimedOut => Failure { detail: format!("{} of {}; --max-time sets another", failure.detail, duration(whole)), ..failure },
            _ => failure,
        })?;
        let (staged, stored) = incoming.finish().map_err(Failure::local)?;
        let Checked { sha256, signature } = check.finish();
        let received = Received {
            digest: Digest { bytes, sha256: hex::encode(sha256) },
            stored,
            head: head.bytes,
            signature,
            announced,
            content_type: headers.value("content-type").map(str::to_owned),
            is_framed: headers.body_is_framed(),
            fetched,
        };
        Ok((staged, received))
    }

    fn send(&self, exchange: &Exchange<'_>) -> Result<Response, Failure> {
        let is_long = self.item.size.map_or(self.item.kind == Kind::Video, |size| size > LONG);
        let provider = &self.services.provider;
        let response = exchange.send(&Request { is_long, ..provider.sign(self.call) }).map_err(|failure| provider.reclassified(failure))?;
        let encoding = response.headers.value("content-encoding").unwrap_or("identity");
        if !encoding.eq_ignore_ascii_case("identity") {
            let detail = format!("the answer is compressed ({}), which was not asked for", quote(encoding));
            return Err(Failure::new(Cause::Unusable, detail));
        }
        Ok(response)
    }
}

/// Passes a body to `each` in pieces of [`BUFFER`] bytes: few large writes instead of many small ones.
fn pieces(body: &mut dyn Read, buffer: &mut Vec<u8>, each: &mut dyn FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
    buffer.resize(BUFFER, 0);
    loop {
        let count = fill(body, buffer).map_err(BodyReader::failure)?;
        if count > 0 {
            each(buffer.get(..count).unwrap_or_default())?;
        }
        if count < BUFFER {
            return Ok(());
        }
    }
}

/// Reads until the buffer is full or the stream ends. Unlike `read_to_end`, asks for as much as fits from the first read on.
fn fill(body: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match body.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The first bytes of a body.
struct Head {
    bytes: Vec<u8>,
    /// True if the listing lets the body be JSON; otherwise its first bytes decide.
    may_be_json: bool,
}

impl Head {
    fn keep(&mut self, piece: &[u8]) {
        let (first, rest) = piece.split_at(HEAD_LENGTH.saturating_sub(self.bytes.len()).min(piece.len()));
        self.bytes.extend_from_slice(first);
        let more = self.wanted().saturating_sub(self.bytes.len()).min(rest.len());
        self.bytes.extend_from_slice(rest.get(..more).unwrap_or_default());
    }

    fn wanted(&self) -> usize {
        let first = self.bytes.get(..HEAD_LENGTH.min(self.bytes.len())).unwrap_or_default();
        let may_be_json = self.may_be_json || matches!(first.trim_ascii_start(), [b'{' | b'[', ..]);
        if may_be_json { LARGEST_JSON } else { HEAD_LENGTH }
    }
}

#[cfg(test)]
mod tests {
    use super::pieces;
    use crate::store::BUFFER;
    use std::io::{self, Read};

    /// Gives so many bytes, then fails, and keeps the lengths that it was asked for.
    struct Failing {
        left: usize,
        asked: Vec<usize>,
    }

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.asked.push(buffer.len());
            let count = buffer.len().min(self.left).min(100_000);
            self.left -= count;
            if count == 0 { Err(io::Error::other("cut off")) } else { Ok(count) }
        }
    }

    #[test]
    fn a_body_is_read_in_large_pieces_and_a_failure_does_not_enlarge_the_buffer() {
        let mut buffer = Vec::new();
        for _ in 0..3 {
            let mut body = Failing { left: BUFFER + 1000, asked: Vec::new() };
            let mut lengths = Vec::new();
            let outcome = pieces(&mut body, &mut buffer, &mut |piece| {
                lengths.push(piece.len());
                Ok(())
            });
            assert!(outcome.is_err());
            assert_eq!(lengths, [BUFFER]);
            assert_eq!(body.asked[..3], [BUFFER, BUFFER - 100_000, BUFFER - 200_000]);
            assert_eq!(buffer.capacity(), BUFFER);
        }
    }
}
