//! Requests a time stamp from an authority over HTTP (RFC 3161). Must not know what is stamped, nor where the stamp is kept.

use crate::error::quote;
use crate::http::{Address, Body, BodyReader, Cause, Exchange, Failure, Method, Request, RetryClient};
use crate::model::Format;
use crate::seal::stamp::{LARGEST, Query, Stamp, StampError};
use std::io::Read;

/// Bytes that are quoted of an answer that is not a time stamp.
const EXCERPT: usize = 4096;

/// A time-stamping authority.
pub struct Authority {
    /// The client, whose base URL is the address's.
    pub wire: RetryClient,
    /// The authority's URL.
    pub address: Address,
}

impl Authority {
    /// Returns a time stamp over this digest: the answer byte for byte, and its content.
    pub(crate) fn stamp(&self, sha256: [u8; 32]) -> Result<(Vec<u8>, Stamp), Failure> {
        self.wire.exchange(&|_| {}, &mut |exchange| self.request(exchange, sha256))
    }

    /// Makes one attempt with a fresh nonce, so that a late reply to an earlier one is rejected.
    fn request(&self, exchange: &Exchange<'_>, sha256: [u8; 32]) -> Result<(Vec<u8>, Stamp), Failure> {
        let query = Query::fresh(sha256).ok_or_else(|| Failure::new(Cause::Rejected, "this machine has no random numbers"))?;
        let body = Body { content_type: "application/timestamp-query", bytes: query.der() };
        let request = Request { target: self.address.target.clone(), headers: Vec::new(), method: Method::Post(body), is_long: false };
        let response = exchange.send(&request)?;
        let mut answer = Vec::new();
        exchange.read_document(response.body).take(LARGEST + 1).read_to_end(&mut answer).map_err(BodyReader::failure)?;
        // The `Content-Type` is not checked: some authorities send a wrong one.
        match query.answered_by(&answer) {
            Ok(stamp) => Ok((answer, stamp)),
            Err(unfit) => Err(failure(&unfit, &answer)),
        }
    }
}

fn failure(unfit: &StampError, answer: &[u8]) -> Failure {
    let cause = match unfit {
        StampError::Malformed(_) => Cause::Unusable,
        StampError::Refused { is_passing: true, .. } => Cause::Unavailable,
        StampError::Refused { .. } => Cause::Rejected,
        StampError::Foreign(_) => Cause::Untrusted,
    };
    let instead = if matches!(unfit, StampError::Malformed(_)) { text_instead(answer) } else { None };
    Failure::new(cause, instead.unwrap_or_else(|| unfit.to_string()))
}

/// Quotes an answer that is a text instead of a time stamp.
fn text_instead(answer: &[u8]) -> Option<String> {
    let beginning = answer.get(..EXCERPT.min(answer.len())).unwrap_or_default();
    match Format::of(beginning) {
        format @ (Format::Html | Format::Xml | Format::Json) => {
            let text = String::from_utf8_lossy(beginning);
            Some(format!("answered with {}, not a time stamp: {}", format.as_str(), quote(text.trim())))
        }
        Format::Empty => Some("answered with nothing".to_owned()),
        _ => None,
    }
}
