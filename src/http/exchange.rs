//! Runs one exchange to its end: waits for its turn, lets the caller build, send and read a fresh attempt, retries.
//!
//! A request is built for each attempt and never sent twice, because signatures may hold a time or a nonce.

use super::pace::{Limits, Pace, RateLimiter};
use super::retry::{LONGEST_ASKED, Policy, Retry};
use super::{BodyReader, Cause, Failure, Request, Response, Transport};
use crate::clock::{Cancel, Clock, Stop};
use crate::text::duration;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The overall limit of an exchange whose answer is a document, not a file.
const DOCUMENT_LIMIT: Duration = Duration::from_secs(120);

/// Longest time for reading the body of an error.
const ERROR_BODY_LIMIT: Duration = Duration::from_secs(10);

/// Time that every file has, whatever its size.
const FILE_BASE: Duration = Duration::from_secs(600);
/// Lowest average rate, in bytes per second, that a file of any size has time for.
const LEAST_RATE: u64 = 10_000;
/// Size that counts where neither the listing nor the answer names one.
const ASSUMED_SIZE: u64 = 100_000_000;
/// Longest limit, because a declared size may be wrong.
const LONGEST_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The way to one provider. Shared by all workers.
pub struct RetryClient {
    transport: Box<dyn Transport>,
    policy: Policy,
    file_limit: Option<Duration>,
    pace: Pace,
    bandwidth: Option<RateLimiter>,
    clock: Arc<dyn Clock>,
    cancel: Cancel,
    /// Number of connections that are kept open.
    connections: usize,
    /// Number of exchanges under way.
    under_way: AtomicUsize,
}

/// Counts an exchange as under way until it is dropped.
pub(crate) struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A step of an exchange, for logs.
pub(crate) enum Note<'a> {
    /// The head of an answer arrived; `after` is the time since the request.
    Answered { status: u16, after: Duration },
    /// An attempt failed, the last of `failed`, and another follows after `wait`.
    Retrying { failure: &'a Failure, failed: u32, wait: Duration },
}

/// One attempt of an exchange.
pub(crate) struct Exchange<'a> {
    wire: &'a RetryClient,
    note: &'a dyn Fn(Note<'_>),
}

impl RetryClient {
    /// Creates a client without rate limits.
    pub fn new(transport: Box<dyn Transport>, policy: Policy, clock: Arc<dyn Clock>, cancel: Cancel) -> Self {
        let (pace, under_way) = (Pace::default(), AtomicUsize::new(0));
        Self { transport, policy, file_limit: None, pace, bandwidth: None, clock, cancel, connections: 1, under_way }
    }

    /// Sets the number of connections that the transport keeps open.
    pub(crate) fn with_connections(self, connections: usize) -> Self {
        Self { connections, ..self }
    }

    /// Sets the time limit of each media file; without, it follows from the size of the file.
    pub(crate) fn with_file_limit(self, file_limit: Option<Duration>) -> Self {
        Self { file_limit, ..self }
    }

    /// Sets the rate limits for the host.
    pub(crate) fn with_limits(self, limits: Limits) -> Self {
        let bandwidth = limits.bytes.map(|rate| RateLimiter::new(1.0 / rate as f64));
        Self { pace: Pace::new(limits), bandwidth, ..self }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub(crate) fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Claims connections that no exchange uses, at most so many; a claim ends when its exchange begins.
    pub(crate) fn claim(&self, most: usize) -> Vec<UnderWay<'_>> {
        let free = |under_way| self.connections.saturating_sub(under_way).min(most);
        let claimed = self.under_way.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |under_way| Some(under_way + free(under_way)));
        (0..claimed.map_or(0, free)).map(|_| UnderWay(&self.under_way)).collect()
    }

    /// Prepares the first request in the background.
    pub(crate) fn warm_up(&self) {
        self.transport.warm_up();
    }

    /// Calls `attempt` until it succeeds, fails for good, or the retries are used up.
    pub(crate) fn exchange<T>(
        &self,
        note: &dyn Fn(Note<'_>),
        attempt: &mut dyn FnMut(&Exchange<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut retry = Retry::new(self.policy);
        self.under_way.fetch_add(1, Ordering::Relaxed);
        let _under_way = UnderWay(&self.under_way);
        loop {
            if !self.pace.pass(self.clock(), &self.cancel) {
                return Err(self.stopped());
            }
            let failure = match attempt(&Exchange { wire: self, note }) {
                Ok(answer) => {
                    self.pace.answered();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let is_unreachable = failure.cause == Cause::Unavailable;
            match retry.next(&failure, fastrand::f64()) {
                Some(wait) if !(is_unreachable && self.pace.is_down()) => {
                    note(Note::Retrying { failure: &failure, failed: retry.failed(), wait });
                    if failure.cause == Cause::Throttled || failure.retry_after.is_some() {
                        self.pace.close(self.clock(), wait);
                    } else if !self.cancel.wait(self.clock(), wait) {
                        return Err(self.stopped());
                    }
                }
                _ => {
                    match failure.cause {
                        Cause::Unavailable => self.pace.gave_up(),
                        // Says nothing about the host.
                        Cause::Deferred => {}
                        _ => self.pace.answered(),
                    }
                    return Err(with_attempt_count(failure, retry.failed()));
                }
            }
        }
    }

    fn watch(&self, body: Box<dyn std::io::Read + Send>, total: Duration) -> BodyReader<'_> {
        let mut reader = BodyReader::new(body, self.clock(), &self.cancel, total);
        reader.bandwidth = self.bandwidth.as_ref();
        reader
    }

    fn stopped(&self) -> Failure {
        Failure::stopped(self.cancel.requested().unwrap_or(Stop::Interrupted))
    }
}

fn with_attempt_count(mut failure: Failure, tries: u32) -> Failure {
    if tries > 1 && failure.cause.is_worth_retrying() {
        failure.detail = format!("{} (tried {tries} times)", failure.detail);
    }
    if let Some(asked) = failure.retry_after.filter(|asked| failure.cause.is_worth_retrying() && *asked > LONGEST_ASKED) {
        let (asked, longest) = (duration(asked), duration(LONGEST_ASKED));
        failure.detail = format!("{}; it asks to wait {asked}, and a run waits no longer than {longest}", failure.detail);
    }
    failure
}

impl<'a> Exchange<'a> {
    /// Returns the time.
    pub(crate) fn now(&self) -> Timestamp {
        self.wire.clock().now()
    }

    /// Watches the body of a document.
    pub(crate) fn read_document(&self, body: Box<dyn std::io::Read + Send>) -> BodyReader<'a> {
        self.wire.watch(body, DOCUMENT_LIMIT)
    }

    /// Returns the time that a file of that size may take, over all attempts.
    pub(crate) fn file_limit(&self, size: Option<u64>) -> Duration {
        self.wire.file_limit.unwrap_or_else(|| default_limit(size))
    }

    /// Watches the body of a file that has that much time left. A file that exceeds it is not requested again.
    pub(crate) fn read_file<'b>(&self, body: Box<dyn std::io::Read + Send>, left: Duration, progress: &'b dyn Fn(u64)) -> BodyReader<'b>
    where
        'a: 'b,
    {
        let mut reader = self.wire.watch(body, left);
        (reader.timeout_cause, reader.progress) = (Cause::TimedOut, Some(progress));
        reader
    }

    /// Sends a request; any status but 200 is a failure.
    pub(crate) fn send(&self, request: &Request) -> Result<Response, Failure> {
        let response = self.send_for_any(request)?;
        if response.status == 200 {
            return Ok(response);
        }
        let mut body = self.wire.watch(response.body, ERROR_BODY_LIMIT);
        Err(Failure::of_status(response.status, &response.headers, &mut body, self.wire.clock().now()))
    }

    /// Sends a request and returns an answer of any status.
    pub(crate) fn send_for_any(&self, request: &Request) -> Result<Response, Failure> {
        let clock = self.wire.clock();
        let sent = clock.elapsed();
        let response = self.wire.transport.send(request)?;
        (self.note)(Note::Answered { status: response.status, after: clock.elapsed().saturating_sub(sent) });
        Ok(response)
    }
}

/// Returns the time limit of a file of that size in bytes: ten minutes, and a second for each 10 kB, at most a day.
pub(super) fn default_limit(size: Option<u64>) -> Duration {
    (FILE_BASE + Duration::from_secs(size.unwrap_or(ASSUMED_SIZE) / LEAST_RATE)).min(LONGEST_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::{RetryClient, default_limit};
    use crate::clock::{Cancel, ManualClock};
    use crate::http::{Failure, Policy, Request, Response, Transport};
    use std::sync::Arc;
    use std::time::Duration;

    struct Nowhere;

    impl Transport for Nowhere {
        fn send(&self, _: &Request) -> Result<Response, Failure> {
            panic!("nothing is sent")
        }
    }

    #[test]
    fn connections_are_claimed_while_there_are_any_and_exchanges_use_them_too() {
        let client = || RetryClient::new(Box::new(Nowhere), Policy::default(), Arc::new(ManualClock::default()), Cancel::default());
        assert_eq!(client().claim(8).len(), 1, "one request at a time, unless there are more connections");
        let client = client().with_connections(4);
        let (two, one) = (client.claim(2), client.claim(1));
        assert_eq!((two.len(), one.len()), (2, 1));
        let claimed = client.exchange(&|_| (), &mut |_| Ok((client.claim(8).len(), two.len())));
        assert_eq!(claimed.expect("an answer"), (0, 2), "three claims and an exchange");
        drop(one);
        assert_eq!(client.claim(8).len(), 2);
        drop(two);
        assert_eq!(client.claim(8).len(), 4);
    }

    #[test]
    fn the_limit_grows_with_the_size_and_ends_at_a_day() {
        for (size, seconds) in [(Some(0), 600), (Some(500_000), 650), (Some(200_000_000), 20_600), (None, 10_600), (Some(u64::MAX), 86_400)]
        {
            assert_eq!(default_limit(size), Duration::from_secs(seconds), "{size:?}");
        }
    }
}
