//! Watches a body while it arrives: stops on request, and ends one that trickles or outlasts its time.
//!
//! The idle time-out of the client sees only silence; a server that sends a byte now and then would hold a worker for
//! ever. Must not know what the bytes are.

use super::pace::Queue;
use super::{Cause, Failure};
use crate::clock::{Cancel, Clock};
use std::io::{self, Read};
use std::time::Duration;

/// The stretch of time over which the rate is judged.
const STRETCH: Duration = Duration::from_secs(60);
/// Below this many bytes in one stretch a transfer is given up: 1 kB/s.
const LEAST_BYTES: u64 = 60_000;

/// How many pieces a transfer that has the whole allowance to itself takes in a second: enough to be smooth, and so few
/// that a read is still worth its call.
const PIECES: f64 = 20.0;
/// The smallest piece that is read where bytes are counted out.
const SMALLEST_PIECE: usize = 1024;

/// How often a body tells how far it is.
const TELL: Duration = Duration::from_millis(100);

/// A body under watch.
pub struct Watch<'a> {
    body: Box<dyn Read + Send>,
    clock: &'a dyn Clock,
    cancel: &'a Cancel,
    deadline: Duration,
    overrun: Cause,
    stretch_began: Duration,
    stretch_bytes: u64,
    tell: Option<&'a dyn Fn(u64)>,
    told: Duration,
    bytes: u64,
    bandwidth: Option<&'a Queue>,
}

/// Why [`Watch`] ended a body, carried through `io::Error`.
#[derive(Debug)]
struct Ended(Failure);

impl std::fmt::Display for Ended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.detail)
    }
}

impl std::error::Error for Ended {}

impl<'a> Watch<'a> {
    /// Watches `body`; `total` bounds all of it.
    pub(crate) fn new(body: Box<dyn Read + Send>, clock: &'a dyn Clock, cancel: &'a Cancel, total: Duration) -> Self {
        let now = clock.elapsed();
        Self {
            body,
            clock,
            cancel,
            deadline: now.saturating_add(total),
            overrun: Cause::Unavailable,
            stretch_began: now,
            stretch_bytes: 0,
            tell: None,
            told: now,
            bytes: 0,
            bandwidth: None,
        }
    }

    /// Takes no more bytes than this hands out.
    #[must_use]
    pub(crate) fn within(mut self, bandwidth: Option<&'a Queue>) -> Self {
        self.bandwidth = bandwidth;
        self
    }

    /// Reports a body that outlasts its time with this cause.
    #[must_use]
    pub(crate) fn overrunning(mut self, overrun: Cause) -> Self {
        self.overrun = overrun;
        self
    }

    /// Returns how much of its time is left, without the waits for bandwidth.
    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_sub(self.clock.elapsed())
    }

    /// Tells `tell` from time to time how many bytes have come.
    #[must_use]
    pub fn telling(mut self, tell: &'a dyn Fn(u64)) -> Self {
        self.tell = Some(tell);
        self
    }

    /// What lay behind an error that reading gave: our own reason, or what the client makes of it.
    pub fn failure(error: io::Error) -> Failure {
        match error.downcast::<Ended>() {
            Ok(Ended(failure)) => failure,
            Err(error) => super::client::read_failure(&error),
        }
    }

    fn verdict(&mut self) -> Option<Failure> {
        if let Some(stop) = self.cancel.requested() {
            return Some(Failure::stopped(stop));
        }
        let now = self.clock.elapsed();
        if now > self.deadline {
            return Some(Failure::new(self.overrun, "the transfer outlasted its time limit"));
        }
        if now.saturating_sub(self.stretch_began) >= STRETCH {
            if self.stretch_bytes < LEAST_BYTES {
                return Some(Failure::new(Cause::Unavailable, "the transfer fell below 1 kB/s for a minute"));
            }
            self.stretch_began = now;
            self.stretch_bytes = 0;
        }
        None
    }
}

impl Watch<'_> {
    /// Waits until these bytes are due. A wait of our own making is no fault of the server's.
    fn pay(&mut self, count: u64) {
        if let Some(queue) = self.bandwidth {
            let before = self.clock.elapsed();
            // A wish to stop is seen before the next read.
            queue.wait(self.clock, self.cancel, count);
            let waited = self.clock.elapsed().saturating_sub(before);
            self.stretch_began += waited;
            self.deadline = self.deadline.saturating_add(waited);
        }
    }
}

impl Read for Watch<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(failure) = self.verdict() {
            return Err(io::Error::other(Ended(failure)));
        }
        let largest = self.bandwidth.map_or(buffer.len(), |queue| (queue.rate() / PIECES) as usize).max(SMALLEST_PIECE).min(buffer.len());
        let count = self.body.read(buffer.get_mut(..largest).unwrap_or_default())?;
        self.pay(count as u64);
        self.stretch_bytes += count as u64;
        self.bytes += count as u64;
        if let Some(tell) = self.tell {
            let now = self.clock.elapsed();
            if now.saturating_sub(self.told) >= TELL {
                self.told = now;
                tell(self.bytes);
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::Watch;
    use crate::clock::{Cancel, Clock, StillClock};
    use crate::http::Cause;
    use crate::http::pace::Queue;
    use crate::http::time_limit::default_limit;
    use std::io::{self, Read};
    use std::sync::Arc;
    use std::time::Duration;

    /// Sends so many bytes a second for as long as the clock stands below `until`.
    struct Slow {
        clock: Arc<StillClock>,
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
    fn read(rate: usize, until: u64, bandwidth: Option<&Queue>) -> (Result<u64, Cause>, u64) {
        let (clock, cancel) = (Arc::new(StillClock::default()), Cancel::default());
        let slow = Slow { clock: Arc::clone(&clock), rate, until: Duration::from_secs(until) };
        let watch = Watch::new(Box::new(slow), clock.as_ref(), &cancel, default_limit(Some(5_000_000))).overrunning(Cause::Outlasted);
        let outcome = io::copy(&mut watch.within(bandwidth), &mut io::sink());
        (outcome.map_err(|error| Watch::failure(error).cause), clock.elapsed().as_secs())
    }

    #[test]
    fn a_file_that_comes_just_fast_enough_not_to_stall_ends_at_the_limit_of_its_size() {
        let day = 86_400;
        // 5 MB have ten minutes and five hundred seconds.
        assert_eq!(read(1_100, day, None), (Err(Cause::Outlasted), 1_101));
        assert_eq!(read(1_100, 1_000, None), (Ok(1_100_000), 1_000));
        assert_eq!(read(900, day, None), (Err(Cause::Unavailable), 60));
    }

    #[test]
    fn time_that_this_side_waits_is_not_the_files() {
        let hundred_a_second = Queue::new(0.01);
        let (outcome, seconds) = read(3_000, 5_000, Some(&hundred_a_second));
        assert!(outcome.is_ok() && seconds >= 5_000, "{outcome:?} after {seconds} s");
    }
}
