//! Reads an object as a stream that goes on where a connection broke.

use super::connection::{Connection, plain};
use super::failure::{Meaning, Purpose, meaning};
use super::site::Unsigned;
use crate::error::Result;
use crate::http::{Cause, Failure, Method};
use std::io::{self, Read};
use std::sync::Arc;

/// The number of times that the stream of one object may break.
const MOST_BREAKS: u32 = 5;

/// An object, or one version of it, that is read.
pub(super) struct Reading {
    pub(super) connection: Arc<Connection>,
    pub(super) key: String,
    pub(super) url: String,
    pub(super) version: Option<String>,
    /// The next byte.
    pub(super) at: u64,
    /// The byte after the last; `None` for the end of the object.
    pub(super) end: Option<u64>,
    /// The tag of the bytes at the first request, so that later ones get bytes of the same.
    pub(super) etag: Option<String>,
}

/// A body that is requested again where it breaks.
pub(super) struct Body {
    reading: Reading,
    body: Box<dyn Read + Send>,
    breaks: u32,
}

impl Reading {
    /// Opens it; returns `None` if it is not there.
    pub(super) fn open(mut self) -> Result<Option<Body>> {
        match self.request() {
            Ok(body) => Ok(Some(Body { reading: self, body, breaks: 0 })),
            Err(failure) if meaning(&failure) == Meaning::Absent => Ok(None),
            // The range begins behind the last byte.
            Err(failure) if failure.status == Some(416) => {
                Ok(Some(Body { body: Box::new(io::empty()), reading: self, breaks: MOST_BREAKS }))
            }
            Err(failure) => Err(self.connection.error(failure, Purpose::Read, &self.url)),
        }
    }

    /// Requests the bytes from `at` on.
    fn request(&mut self) -> std::result::Result<Box<dyn Read + Send>, Failure> {
        let mut headers: Vec<(&'static str, String)> = self.etag.iter().map(|etag| ("if-match", etag.clone())).collect();
        if self.at > 0 || self.end.is_some() {
            let last = self.end.map(|end| end.saturating_sub(1).to_string()).unwrap_or_default();
            headers.push(("range", format!("bytes={}-{last}", self.at)));
        }
        let query = self.version.iter().map(|version| ("versionId", version.as_str())).collect();
        let unsigned = Unsigned { method: rusty_s3::Method::Get, key: self.key.clone(), query, headers };
        let (is_part, from) = (self.at > 0, format!("bytes {}-", self.at));
        let (body, etag, last) = self.connection.send(&unsigned, &plain(|| Method::Get), &mut |response, _| {
            let range = response.headers.value("content-range").unwrap_or_default();
            if is_part && !(response.status == 206 && range.starts_with(&from)) {
                return Err(Failure::new(Cause::Unusable, "the answer is not the part that was asked for"));
            }
            let etag = response.headers.value("etag").map(ToOwned::to_owned);
            // Some stores announce bytes behind the last one.
            let whole = range.rsplit_once('/').and_then(|(_, whole)| whole.parse().ok()).unwrap_or(u64::MAX);
            Ok((response.body, etag, response.headers.content_length().map(|length| self.at.saturating_add(length).min(whole))))
        })?;
        let last = last.ok_or_else(|| Failure::new(Cause::Unusable, "the answer has no length"))?;
        self.etag = self.etag.take().or(etag);
        // A store that ignores a range would send more.
        let end = self.end.unwrap_or(u64::MAX).min(last);
        self.end = Some(end);
        Ok(body)
    }

    /// Returns the error of the stream, which carries ours.
    fn failed(&self, failure: Failure) -> io::Error {
        io::Error::other(self.connection.error(failure, Purpose::Read, &self.url))
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(stop) = self.reading.connection.cancel.requested() {
                return Err(self.reading.failed(Failure::stopped(stop)));
            }
            let left = self.reading.end.map_or(0, |end| end.saturating_sub(self.reading.at));
            let largest = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            if largest == 0 {
                return Ok(0);
            }
            let broken = match self.body.read(buffer.get_mut(..largest).unwrap_or_default()) {
                Ok(0) => io::Error::new(io::ErrorKind::UnexpectedEof, "the object ended early"),
                Ok(count) => {
                    self.reading.at += count as u64;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            self.breaks += 1;
            if self.breaks > MOST_BREAKS {
                return Err(self.reading.failed(Failure::new(Cause::Broken, crate::error::plain(&broken))));
            }
            self.body = self.reading.request().map_err(|failure| self.reading.failed(failure))?;
        }
    }
}
