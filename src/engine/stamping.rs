//! Asks an authority for a time stamp, as RFC 3161 says over HTTP.
//!
//! Must not know what is stamped, nor where the stamp is kept.

use crate::error::quote;
use crate::http::{Address, Body, BodyReader, Cause, Exchange, Failure, Request, RetryClient};
use crate::model::Format;
use crate::seal::stamp::{LARGEST, Query, Stamp, StampError};
use std::io::Read;

/// How much of an answer is looked at to say what it is instead of a time stamp.
const LOOKED_AT: usize = 4096;

/// An authority that stamps, and the way to it.
pub struct Authority {
    /// The way; its client's base URL is the address's.
    pub wire: RetryClient,
    /// Where it is.
    pub address: Address,
}

impl Authority {
    /// A stamp over this digest: the answer byte for byte, and what it says.
    pub fn stamp(&self, sha256: [u8; 32]) -> Result<(Vec<u8>, Stamp), Failure> {
        self.wire.exchange(&|_| {}, &mut |exchange| self.ask(exchange, sha256))
    }

    /// One try, with a nonce of its own: an answer to an earlier try is none to this one.
    fn ask(&self, exchange: &Exchange<'_>, sha256: [u8; 32]) -> Result<(Vec<u8>, Stamp), Failure> {
        let query = Query::fresh(sha256).ok_or_else(|| Failure::new(Cause::Rejected, "this machine has no random numbers"))?;
        let body = Body { content_type: "application/timestamp-query", bytes: query.der() };
        let request = Request { target: self.address.target.clone(), headers: Vec::new(), body: Some(body), is_long: false };
        let response = exchange.send(&request)?;
        let mut answer = Vec::new();
        exchange.read_document(response.body).take(LARGEST + 1).read_to_end(&mut answer).map_err(BodyReader::failure)?;
        // What it is called matters less than what it is: some authorities misname their answers.
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

/// What was answered with, where it is a text that says more than that it is no time stamp.
fn text_instead(answer: &[u8]) -> Option<String> {
    let beginning = answer.get(..LOOKED_AT.min(answer.len())).unwrap_or_default();
    match Format::of(beginning) {
        format @ (Format::Html | Format::Xml | Format::Json) => {
            let text = String::from_utf8_lossy(beginning);
            Some(format!("answered with {}, not a time stamp: {}", format.as_str(), quote(text.trim())))
        }
        Format::Empty => Some("answered with nothing".to_owned()),
        _ => None,
    }
}
