//! Sends the provider one request without effect, to learn whether it can be reached, whether it accepts the credentials, and how
//! far the clocks are apart.
//!
//! Must not give advice.

use crate::http::{BodyReader, Failure, Headers, RetryClient};
use crate::provider::{ProbeOutcome, Provider, Signature};
use jiff::{SignedDuration, Timestamp};
use std::io::Read;

/// Bytes of an answer that are read.
const LARGEST: u64 = 1024 * 1024;

/// The answer to a probe.
#[derive(Debug)]
pub struct Probe {
    /// The endpoint, such as `sessions/{id}/attempts`.
    pub endpoint: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The provider's verdict about the credentials.
    pub reception: ProbeOutcome,
    /// The signature of the answer.
    pub signature: Signature,
    /// Time by which this machine's clock is ahead of the provider's; negative if it is behind, `None` if the answer has no date.
    pub ahead: Option<SignedDuration>,
    /// Status and message, for people.
    pub said: String,
}

/// Sends a probe, with retries. A status that may pass is a failure; any other is an answer.
pub fn probe(provider: &dyn Provider, wire: &RetryClient) -> Result<Probe, Failure> {
    let call = provider.probe_call();
    wire.exchange(&|_| (), &mut |exchange| {
        let sent = wire.clock().now();
        let response = exchange.send_for_any(&provider.sign(&call))?;
        let now = wire.clock().now();
        let mut signature = provider.signature_check(&response.headers);
        let mut body = Vec::new();
        exchange.read_document(response.body).take(LARGEST).read_to_end(&mut body).map_err(BodyReader::failure)?;
        signature.update(&body);
        let failure = Failure::of_status(response.status, &response.headers, &mut body.as_slice(), now);
        if response.status != 200 && failure.cause.is_worth_retrying() {
            return Err(failure);
        }
        Ok(Probe {
            endpoint: call.endpoint,
            status: response.status,
            reception: provider.probe_outcome(response.status, &body),
            signature: signature.finish().signature,
            ahead: ahead(&response.headers, sent, now),
            said: failure.detail,
        })
    })
}

/// The provider read its clock at some moment between, to the second (RFC 9110 §6.6.1).
fn ahead(headers: &Headers, sent: Timestamp, received: Timestamp) -> Option<SignedDuration> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(headers.value("date")?.trim()).ok()?;
    let second = SignedDuration::from_secs(1);
    let (earliest, latest) = (sent.duration_since(date) - second, received.duration_since(date));
    Some(if earliest.is_positive() {
        earliest
    } else if latest.is_negative() {
        latest
    } else {
        SignedDuration::ZERO
    })
}

#[cfg(test)]
mod tests {
    use super::ahead;
    use crate::http::Headers;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn clocks_are_compared_as_far_as_a_date_in_seconds_allows() {
        let at = |text: &str| -> Timestamp { text.parse().expect("a time stamp") };
        let headers = |date: &str| Headers::new([("Date".to_owned(), date.to_owned())]);
        let date = headers("Sun, 06 Nov 1994 08:49:37 GMT");
        for (sent, received, seconds) in [
            ("1994-11-06T08:49:37.9Z", "1994-11-06T08:49:38.1Z", 0),
            ("1994-11-06T08:49:30Z", "1994-11-06T08:49:40Z", 0),
            ("1994-11-06T08:49:48Z", "1994-11-06T08:49:49Z", 10),
            ("1994-11-06T08:39:36Z", "1994-11-06T08:39:37Z", -600),
        ] {
            assert_eq!(ahead(&date, at(sent), at(received)), Some(SignedDuration::from_secs(seconds)), "{sent}");
        }
        assert_eq!(ahead(&headers("yesterday"), at("1994-11-06T08:49:37Z"), at("1994-11-06T08:49:37Z")), None);
    }
}
