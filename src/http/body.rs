//! Watches a body while it arrives: stops on request, and ends one that trickles or outlasts its time.
//!
//! The idle time-out of the client sees only silence; a server that sends a byte now and then would hold a worker for
//! ever. Must not know what the bytes are.

use super::pace::RateLimiter;
use super::{Cause, Failure};
use crate::clock::{Cancel, Clock};
use std::io::{self, Read};
use std::time::Duration;

/// The stretch of time over which the rate is judged.
const RATE_WINDOW: Duration = Duration::from_secs(60);
/// Below this many bytes in one stretch a transfer is given up: 1 kB/s.
const LEAST_BYTES: u64 = 60_000;

/// Reads per second of a transfer at the full rate: smooth, and few enough that the cost of a call does not matter.
const PIECES: f64 = 20.0;
/// The smallest piece that is read where bytes are counted out.
const SMALLEST_PIECE: usize = 1024;

/// Interval between two progress reports.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// A body under watch.
pub(crate) struct BodyReader<'a> {
    body: Box<dyn Read + Send>,
    clock: &'a dyn Clock,
    cancel: &'a Cancel,
    deadline: Duration,
    /// Cause of the failure if the body outlasts its time.
    pub(super) timeout_cause: Cause,
    window_began: Duration,
    window_bytes: u64,
    /// Called with the number of bytes received, at intervals.
    pub(super) progress: Option<&'a dyn Fn(u64)>,
    reported: Duration,
    bytes: u64,
    pub(super) bandwidth: Option<&'a RateLimiter>,
}

/// The reason why [`BodyReader`] ended a body, carried through `io::Error`.
#[derive(Debug)]
struct Aborted(Failure);

impl std::fmt::Display for Aborted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.detail)
    }
}

impl std::error::Error for Aborted {}

impl<'a> BodyReader<'a> {
    /// Watches `body`, which must end within `total`.
    pub(super) fn new(body: Box<dyn Read + Send>, clock: &'a dyn Clock, cancel: &'a Cancel, total: Duration) -> Self {
        let now = clock.elapsed();
        Self {
            body,
            clock,
            cancel,
            deadline: now.saturating_add(total),
            timeout_cause: Cause::Unavailable,
            window_began: now,
            window_bytes: 0,
            progress: None,
            reported: now,
            bytes: 0,
            bandwidth: None,
        }
    }

    /// Returns the time that is left for the body, without the waits for bandwidth.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_sub(self.clock.elapsed())
    }

    /// Returns the failure behind an error of reading: our own, or the client's.
    pub(crate) fn failure(error: io::Error) -> Failure {
        match error.downcast::<Aborted>() {
            Ok(Aborted(failure)) => failure,
            Err(error) => super::client::read_failure(&error),
        }
    }

    fn check(&mut self) -> Option<Failure> {
        if let Some(stop) = self.cancel.requested() {
            return Some(Failure::stopped(stop));
        }
        let now = self.clock.elapsed();
        if now > self.deadline {
            return Some(Failure::new(self.timeout_cause, "the transfer outlasted its time limit"));
        }
        if now.saturating_sub(self.window_began) >= RATE_WINDOW {
            if self.window_bytes < LEAST_BYTES {
                return Some(Failure::new(Cause::Unavailable, "the transfer fell below 1 kB/s for a minute"));
            }
            self.window_began = now;
            self.window_bytes = 0;
        }
        None
    }

    /// Waits until these bytes are due. The wait counts neither against the rate nor against the time limit.
    fn throttle(&mut self, count: u64) {
        if let Some(limiter) = self.bandwidth {
            let before = self.clock.elapsed();
            // A stop request is noticed before the next read.
            limiter.wait(self.clock, self.cancel, count);
            let waited = self.clock.elapsed().saturating_sub(before);
            self.window_began += waited;
            self.deadline = self.deadline.saturating_add(waited);
        }
    }
}

impl Read for BodyReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(failure) = self.check() {
            return Err(io::Error::other(Aborted(failure)));
        }
        let largest =
            self.bandwidth.map_or(buffer.len(), |limiter| (limiter.rate() / PIECES) as usize).max(SMALLEST_PIECE).min(buffer.len());
        let count = self.body.read(buffer.get_mut(..largest).unwrap_or_default())?;
        self.throttle(count as u64);
        self.window_bytes += count as u64;
        self.bytes += count as u64;
        if let Some(progress) = self.progress {
            let now = self.clock.elapsed();
            if now.saturating_sub(self.reported) >= PROGRESS_INTERVAL {
                self.reported = now;
                progress(self.bytes);
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::BodyReader;
    use crate::clock::{Cancel, Clock, ManualClock};
    use crate::http::Cause;
    use crate::http::exchange::default_limit;
    use crate::http::pace::RateLimiter;
    use std::io::{self, Read};
    use std::sync::Arc;
    use std::time::Duration;

    /// Sends so many bytes a second for as long as the clock stands below `until`.
    struct Slow {
        clock: Arc<ManualClock>,
        rate: usize,
        until: Duration,
    }

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.clock.elapsed() >= self.until {
                return Ok(0);
            }
            self.clock.sleep(Duration::from_secs(1));
            Ok(self.rate.min(buffer.len()))
        }
    }

    /// Reads such a body of a file of 5 MB to its end; returns the bytes or the cause, and the seconds that it took.
    fn read(rate: usize, until: u64, bandwidth: Option<&RateLimiter>) -> (Result<u64, Cause>, u64) {
        let (clock, cancel) = (Arc::new(ManualClock::default()), Cancel::default());
        let slow = Slow { clock: Arc::clone(&clock), rate, until: Duration::from_secs(until) };
        let body = BodyReader::new(Box::new(slow), clock.as_ref(), &cancel, default_limit(Some(5_000_000)));
        let mut body = BodyReader { timeout_cause: Cause::TimedOut, bandwidth, ..body };
        let outcome = io::copy(&mut body, &mut io::sink());
        (outcome.map_err(|error| BodyReader::failure(error).cause), clock.elapsed().as_secs())
    }

    #[test]
    fn a_file_that_comes_just_fast_enough_not_to_stall_ends_at_the_limit_of_its_size() {
        let day = 86_400;
        // 5 MB have ten minutes and five hundred seconds.
        assert_eq!(read(1_100, day, None), (Err(Cause::TimedOut), 1_101));
        assert_eq!(read(1_100, 1_000, None), (Ok(1_100_000), 1_000));
        assert_eq!(read(900, day, None), (Err(Cause::Unavailable), 60));
    }

    #[test]
    fn time_that_this_side_waits_is_not_the_files() {
        let hundred_a_second = RateLimiter::new(0.01);
        let (outcome, seconds) = read(3_000, 5_000, Some(&hundred_a_second));
        assert!(outcome.is_ok() && seconds >= 5_000, "{outcome:?} after {seconds} s");
    }
}
