//! Runs one exchange to its end: waits at the gate, lets the caller build, send and read a fresh try, retries.
//!
//! A request is built for each try and never sent twice, because signatures may hold a time or a nonce. Must not
//! know what is fetched.

use super::pace::{Limits, Pace, RateLimiter};
use super::retry::{LONGEST_ASKED, Policy, Retry, Step};
use super::time_limit::default_limit;
use super::{BodyReader, Cause, Failure, Request, Response, Transport};
use crate::clock::{Cancel, Clock, Stop};
use crate::text::duration;
use std::sync::Arc;
use std::time::Duration;

/// The overall limit of an exchange whose answer is a document, not a file.
const DOCUMENT_LIMIT: Duration = Duration::from_secs(120);

/// Longest time for reading the body of an error.
const ERROR_BODY_LIMIT: Duration = Duration::from_secs(10);

/// The way to one provider. Shared by all workers.
pub struct RetryClient {
    transport: Box<dyn Transport>,
    policy: Policy,
    file_limit: Option<Duration>,
    pace: Pace,
    bandwidth: Option<RateLimiter>,
    clock: Arc<dyn Clock>,
    cancel: Cancel,
}

/// A step of an exchange, for logs.
pub enum Note<'a> {
    /// The head of an answer arrived after that long.
    Answered {
        /// The status code.
        status: u16,
        /// From sending to the head of the answer.
        after: Duration,
    },
    /// A try failed and another follows.
    Retrying {
        /// The failure.
        failure: &'a Failure,
        /// Number of failed attempts so far.
        failed: u32,
        /// The wait before the next.
        wait: Duration,
    },
}

/// One try of an exchange.
pub struct Exchange<'a> {
    wire: &'a RetryClient,
    note: &'a dyn Fn(Note<'_>),
}

impl RetryClient {
    /// Creates a client without rate limits.
    pub fn new(transport: Box<dyn Transport>, policy: Policy, clock: Arc<dyn Clock>, cancel: Cancel) -> Self {
        Self { transport, policy, file_limit: None, pace: Pace::default(), bandwidth: None, clock, cancel }
    }

    /// Sets the time limit of each media file; without, it follows from the size of the file.
    #[must_use]
    pub fn with_file_limit(self, file_limit: Option<Duration>) -> Self {
        Self { file_limit, ..self }
    }

    /// Asks no more of the host than these.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        let bandwidth = limits.bytes.map(|rate| RateLimiter::new(1.0 / rate as f64));
        Self { pace: Pace::new(limits), bandwidth, ..self }
    }

    /// Returns the clock that everything on this wire goes by.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Returns whether the run was asked to stop.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Calls `attempt` until it succeeds, fails for good, or patience ends.
    pub fn exchange<T>(&self, note: &dyn Fn(Note<'_>), attempt: &mut dyn FnMut(&Exchange<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut retry = Retry::new(self.policy);
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
                Step::Wait(wait) if !(is_unreachable && self.pace.is_down()) => {
                    note(Note::Retrying { failure: &failure, failed: retry.failed(), wait });
                    if failure.cause == Cause::Throttled || failure.retry_after.is_some() {
                        self.pace.close(self.clock(), wait);
                    } else if !self.cancel.wait(self.clock(), wait) {
                        return Err(self.stopped());
                    }
                }
                _ => {
                    if is_unreachable {
                        self.pace.gave_up();
                    } else {
                        self.pace.answered();
                    }
                    return Err(with_attempt_count(failure, retry.failed()));
                }
            }
        }
    }

    fn watch(&self, body: Box<dyn std::io::Read + Send>, total: Duration) -> BodyReader<'_> {
        BodyReader::new(body, self.clock(), &self.cancel, total).with_bandwidth(self.bandwidth.as_ref())
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
    /// Puts the body of a document under watch: it must come whole in two minutes.
    pub fn read_document(&self, body: Box<dyn std::io::Read + Send>) -> BodyReader<'a> {
        self.wire.watch(body, DOCUMENT_LIMIT)
    }

    /// Returns the time that a file of that size may take, over all its tries.
    pub fn file_limit(&self, size: Option<u64>) -> Duration {
        self.wire.file_limit.unwrap_or_else(|| default_limit(size))
    }

    /// Puts the body of a file under watch, which has so much time left. One that outlasts it is not asked for again.
    pub fn read_file(&self, body: Box<dyn std::io::Read + Send>, left: Duration) -> BodyReader<'a> {
        self.wire.watch(body, left).with_timeout_cause(Cause::Outlasted)
    }

    /// Sends a request; any status but 200 is a failure.
    pub fn send(&self, request: &Request) -> Result<Response, Failure> {
        let response = self.send_for_any(request)?;
        if response.status == 200 {
            return Ok(response);
        }
        let mut words = self.wire.watch(response.body, ERROR_BODY_LIMIT);
        Err(Failure::of_status(response.status, &response.headers, &mut words, self.wire.clock().now()))
    }

    /// Sends a request whose answer is of interest whatever its status.
    pub fn send_for_any(&self, request: &Request) -> Result<Response, Failure> {
        let clock = self.wire.clock();
        let sent = clock.elapsed();
        let response = self.wire.transport.send(request)?;
        (self.note)(Note::Answered { status: response.status, after: clock.elapsed().saturating_sub(sent) });
        Ok(response)
    }
}
