//! Requests the URL of a heartbeat service after a run. The URL is a secret: it is never printed, and no redirect is followed.

use super::{Context, expired, is_hurried};
use crate::commands::services::client;
use crate::config::Network;
use crate::http::{Address, Cause, Client, Failure, Method, Request, Transport};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

const RETRIES: u32 = 2;
const SILENCE: Duration = Duration::from_secs(4);
/// Time limits of all attempts together: the usual one, and the one after a request to stop.
const LIMITS: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(2)];

/// Sends the request; returns why it failed.
pub(super) fn send(address: &Address, is_failure: bool, network: &Network, context: &Context) -> Result<(), String> {
    let failed = |reason: &str| format!("cannot notify the heartbeat service: {reason}");
    let (connect_timeout, idle_timeout) = (network.connect_timeout.min(SILENCE), network.idle_timeout.min(SILENCE));
    let hurried = Network { connect_timeout, idle_timeout, ..network.clone() };
    let client = client(address.base_url.clone(), &hurried, 1).map_err(|error| failed(error.what()))?;
    let target = if is_failure { failing(&address.target) } else { address.target.clone() };
    let mut retries = if is_hurried(context) { 0 } else { RETRIES };
    let (delay, clock) = (network.policy.delay, context.clock.clone());
    let (sender, receiver) = channel();
    // A slow name server or answer cannot hold up the end of the run.
    let attempts = move || {
        let mut attempt = attempt(&client, &target);
        while retries > 0 && attempt.as_ref().is_err_and(|failure| failure.cause.is_worth_retrying()) {
            retries -= 1;
            clock.sleep(delay);
            attempt = self::attempt(&client, &target);
        }
        let _ = sender.send(attempt.map_err(|failure| failure.detail));
    };
    std::thread::Builder::new().name("ping".to_owned()).spawn(attempts).map_err(|error| failed(&error.to_string()))?;
    let began = context.clock.elapsed();
    loop {
        match receiver.recv_timeout(Duration::from_millis(100)) {
            Ok(outcome) => return outcome.map_err(|reason| failed(&reason)),
            Err(RecvTimeoutError::Disconnected) => return Err(failed("the request broke off")),
            Err(RecvTimeoutError::Timeout) if expired(context, began, LIMITS).is_some() => return Err(failed("no answer in time")),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

fn attempt(client: &Client, target: &str) -> Result<(), Failure> {
    let request = Request { target: target.to_owned(), headers: Vec::new(), method: Method::Get, is_long: false };
    // The body of an error may repeat the URL.
    let status = client.send(&request)?.status;
    let (cause, what) = match status {
        200..=299 => return Ok(()),
        408 | 425 | 429 | 500..=599 => (Cause::Unavailable, ""),
        300..=399 => (Cause::Rejected, ", a redirect, which is never followed"),
        _ => (Cause::Rejected, ""),
    };
    Err(Failure::new(cause, format!("HTTP {status}{what}")))
}

/// Returns the target for failures: success values in the query are replaced (Uptime Kuma, Cronitor, Dead Man's Snitch); other
/// services (Healthchecks, Better Stack) get `/fail` behind the path.
fn failing(target: &str) -> String {
    const VALUES: [(&str, &str); 4] =
        [("status=up", "status=down"), ("state=complete", "state=fail"), ("s=0", "s=1"), ("msg=OK", "msg=failed")];
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let says_success = |pair| VALUES.iter().take(3).any(|(success, _)| *success == pair);
    if let Some(query) = query.filter(|query| query.split('&').any(says_success)) {
        let failed = |pair| VALUES.iter().find(|(success, _)| *success == pair).map_or(pair, |(_, failure)| *failure);
        return format!("{path}?{}", query.split('&').map(failed).collect::<Vec<_>>().join("&"));
    }
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/fail{query}", path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::failing;

    #[test]
    fn each_service_is_told_of_a_failure_in_its_own_way() {
        for (well, failed) in [
            ("/5bf66975-d4c7", "/5bf66975-d4c7/fail"),
            ("/ping-key/slug/?create=1", "/ping-key/slug/fail?create=1"),
            ("/", "/fail"),
            ("/api/v1/heartbeat/token", "/api/v1/heartbeat/token/fail"),
            ("/api/push/token?status=up&msg=OK&ping=", "/api/push/token?status=down&msg=failed&ping="),
            ("/p/key/job?state=complete", "/p/key/job?state=fail"),
            ("/c2354d53d2?s=0&m=nightly", "/c2354d53d2?s=1&m=nightly"),
            ("/x?substatus=up", "/x/fail?substatus=up"),
        ] {
            assert_eq!(failing(well), failed);
        }
    }
}
