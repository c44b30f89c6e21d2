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
    deadline: Option<Duration>,
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
    pub(crate) fn new(body: Box<dyn Read + Send>, clock: &'a dyn Clock, cancel: &'a Cancel, total: Option<Duration>) -> Self {
        let now = clock.elapsed();
        Self {
            body,
            clock,
            cancel,
            deadline: total.map(|total| now + total),
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
        if self.deadline.is_some_and(|deadline| now > deadline) {
            return Some(Failure::new(Cause::Unavailable, "the transfer outlasted its time limit"));
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
            self.deadline = self.deadline.map(|deadline| deadline + waited);
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
