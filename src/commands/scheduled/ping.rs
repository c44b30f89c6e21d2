//! Tells a heartbeat service how a run ended: one GET of the address that knows the run, or of what the service takes for
//! "it failed".
//!
//! The address is a secret: no word of it is said, and no redirect is followed. Must not take long: the service misses a
//! heartbeat by itself.

use super::{Context, is_hurried};
use crate::config::Network;
use crate::http::{Address, Cause, Client, ClientOptions, Failure, Request, Transport};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Further tries after one that failed for a passing reason.
const RETRIES: u32 = 2;
/// The longest silence of the service.
const SILENCE: Duration = Duration::from_secs(4);
/// How long all tries together may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same when an end is wanted now.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);
/// How often the wish for an end is looked for.
const LOOK: Duration = Duration::from_millis(100);

/// Sends it; else why it could not be sent.
pub(super) fn send(address: &Address, is_failure: bool, network: &Network, context: &Context) -> Result<(), String> {
    let untold = |reason: &str| format!("the heartbeat service was not told how the run ended: {reason}");
    let client = Client::new(ClientOptions {
        base_url: address.base_url.clone(),
        connect_timeout: network.connect_timeout.min(SILENCE),
        idle_timeout: network.idle_timeout.min(SILENCE),
        ca_cert: network.ca_cert.clone(),
        connections: 1,
        proxy: network.proxy.clone(),
    });
    let client = client.map_err(|error| untold(error.what()))?;
    let target = if is_failure { failing(&address.target) } else { address.target.clone() };
    let retries = if is_hurried(context) { 0 } else { RETRIES };
    let (delay, clock) = (network.policy.delay, context.clock.clone());
    let (sender, receiver) = channel();
    let tries = move || {
        let mut tried = try_once(&client, &target);
        for _ in 0..retries {
            if !tried.as_ref().is_err_and(|failure| failure.cause.is_worth_retrying()) {
                break;
            }
            clock.sleep(delay);
            tried = try_once(&client, &target);
        }
        // Nobody waits any more, maybe.
        let _ = sender.send(tried);
    };
    std::thread::Builder::new().name("ping".to_owned()).spawn(tries).map_err(|error| untold(&error.to_string()))?;
    // A name that is looked up for ever, or an answer that trickles, is left behind.
    let began = context.clock.elapsed();
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(failure)) => return Err(untold(&failure.detail)),
            Err(RecvTimeoutError::Disconnected) => return Err(untold("the request broke off")),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let patience = if is_hurried(context) { SHORT_PATIENCE } else { PATIENCE };
        if context.clock.elapsed().saturating_sub(began) >= patience {
            return Err(untold("no answer in time"));
        }
    }
}

fn try_once(client: &Client, target: &str) -> Result<(), Failure> {
    let request = Request { target: target.to_owned(), headers: Vec::new(), body: None, is_long: false };
    let response = client.send(&request)?;
    match response.status {
        200..=299 => Ok(()),
        // What its body says may repeat the address.
        status @ (408 | 425 | 429 | 500..=599) => Err(Failure::new(Cause::Unavailable, format!("HTTP {status}"))),
        status @ 300..=399 => Err(Failure::new(Cause::Rejected, format!("HTTP {status}, a redirect, which is never followed"))),
        status => Err(Failure::new(Cause::Rejected, format!("HTTP {status}"))),
    }
}

/// What the service is asked when the run failed: an address whose query says that all is well has that word replaced
/// (Uptime Kuma's `status=up`, Cronitor's `state=complete`, Dead Man's Snitch's `s=0`); behind the path of any other stands `/fail` (Healthchecks,
/// Better Stack, and who follows them). A service that knows neither answers with an error and misses the heartbeat.
fn failing(target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let says_well = |pair: &str| matches!(pair, "status=up" | "state=complete" | "s=0");
    if let Some(query) = query.filter(|query| query.split('&').any(says_well)) {
        let replaced = query.split('&').map(|pair| match pair {
            "status=up" => "status=down",
            "state=complete" => "state=fail",
            "s=0" => "s=1",
            "msg=OK" => "msg=failed",
            other => other,
        });
        return format!("{path}?{}", replaced.collect::<Vec<_>>().join("&"));
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
