//! Time, waiting, and requests to stop or to report progress. Passed in wherever they are needed, so that tests need not wait.
//!
//! The only place that reads the system's clocks or sleeps.

#[cfg(windows)]
mod console_events;

use crate::error::ErrorKind;
use crate::exit::Exit;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Longest sleep between two checks for a stop request.
const SLICE: Duration = Duration::from_millis(50);

/// A source of time.
pub trait Clock: Send + Sync {
    /// Returns the wall clock, for records.
    fn now(&self) -> Timestamp;
    /// Returns the time since a fixed moment, for measuring; never goes back.
    fn elapsed(&self) -> Duration;
    /// Does nothing for that long.
    fn sleep(&self, duration: Duration);
}

/// The computer's own clocks.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Starts measuring now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that the clock is read")]
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }
}

/// Returns the moment, or the nearest that a date can be.
fn timestamp_of(time: SystemTime) -> Timestamp {
    let nearest = if time < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(nearest)
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that the clock is read")]
    fn now(&self) -> Timestamp {
        timestamp_of(SystemTime::now())
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// The reason for which a run stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// From the keyboard (SIGINT).
    Interrupted,
    /// By the system (SIGTERM, SIGHUP on Linux, Ctrl-Break and the like on Windows).
    Terminated,
    /// The time limit of the run.
    OutOfTime,
}

impl Stop {
    /// Returns how a run or a session ends that it cut short.
    pub(crate) fn exit(self) -> Exit {
        self.kind().into()
    }

    /// Returns the kind of the error for what it cut short.
    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Terminated => ErrorKind::Terminated,
            Self::OutOfTime => ErrorKind::OutOfTime,
        }
    }
}

/// A request to stop the run. Clones share one state.
#[derive(Clone, Default)]
pub struct Cancel {
    signal: Arc<AtomicUsize>,
    limit: Option<Limit>,
}

/// The moment at which a run is to stop, and the clock that measures it.
#[derive(Clone)]
struct Limit {
    clock: Arc<dyn Clock>,
    until: Duration,
}

impl Cancel {
    /// Listens for Ctrl-C and SIGTERM. The first lets running work finish in order; a second ends the process at once. On Linux,
    /// SIGHUP (a closed terminal) also stops the run, unless it is ignored, as under `nohup`. On Windows, Ctrl-Break, a closed window,
    /// a log-off and a shutdown stop it.
    pub(crate) fn on_signals() -> std::io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let cancel = Self::default();
        let again = Arc::new(AtomicBool::new(false));
        for (signal, exit) in [(SIGINT, Exit::from(ErrorKind::Interrupted)), (SIGTERM, Exit::from(ErrorKind::Terminated))] {
            // Order matters: the shutdown is armed by an earlier signal, then this one arms the next.
            signal_hook::flag::register_conditional_shutdown(signal, i32::from(exit.code()), Arc::clone(&again))?;
            signal_hook::flag::register(signal, Arc::clone(&again))?;
            signal_hook::flag::register_usize(signal, Arc::clone(&cancel.signal), usize::from(exit.code()))?;
        }
        // Without it a limit on the size of files (`ulimit -f`) ends the process; so the write fails, and says why.
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
        // It never ends the process at once: a shell passes on what the system has sent already.
        #[cfg(target_os = "linux")]
        if !is_ignored(signal_hook::consts::SIGHUP) {
            let terminated = usize::from(Exit::from(ErrorKind::Terminated).code());
            signal_hook::flag::register_usize(signal_hook::consts::SIGHUP, Arc::clone(&cancel.signal), terminated)?;
        }
        #[cfg(windows)]
        {
            let (signal, terminated) = (Arc::clone(&cancel.signal), Exit::from(ErrorKind::Terminated).code());
            console_events::listen(move |is_break| {
                if is_break && again.swap(true, Ordering::SeqCst) {
                    signal_hook::low_level::exit(i32::from(terminated));
                }
                signal.store(usize::from(terminated), Ordering::SeqCst);
            })?;
        }
        Ok(cancel)
    }

    /// Returns a copy that also stops after `time` from now.
    #[must_use]
    pub(crate) fn within(&self, time: Duration, clock: Arc<dyn Clock>) -> Self {
        let until = clock.elapsed().saturating_add(time);
        Self { signal: Arc::clone(&self.signal), limit: Some(Limit { clock, until }) }
    }

    /// Returns a copy without the time limit, for the work that follows it.
    #[must_use]
    pub(crate) fn without_limit(&self) -> Self {
        Self { signal: Arc::clone(&self.signal), limit: None }
    }

    /// Returns the reason to stop, once there is one. A signal has priority over the time limit.
    pub(crate) fn requested(&self) -> Option<Stop> {
        match self.signal.load(Ordering::SeqCst) {
            0 => self.limit.as_ref().filter(|limit| limit.clock.elapsed() >= limit.until).map(|_| Stop::OutOfTime),
            code if code == usize::from(Exit::from(ErrorKind::Terminated).code()) => Some(Stop::Terminated),
            _ => Some(Stop::Interrupted),
        }
    }

    /// Waits, in slices, and returns false if a stop was requested meanwhile.
    pub(crate) fn wait(&self, clock: &dyn Clock, duration: Duration) -> bool {
        let mut left = duration;
        while !left.is_zero() {
            if self.requested().is_some() {
                return false;
            }
            let slice = left.min(SLICE);
            clock.sleep(slice);
            left -= slice;
        }
        self.requested().is_none()
    }
}

/// Returns whether the parent process made this one ignore a signal (proc(5)). If that cannot be read, it counts as ignored.
#[cfg(target_os = "linux")]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_none_or(|mask| mask >> (signal - 1) & 1 == 1)
}

/// A request to report progress. Clones share one state.
#[derive(Clone, Debug, Default)]
pub(crate) struct StatusRequest(Arc<AtomicBool>);

impl StatusRequest {
    /// Listens for SIGUSR1, and for SIGINFO (Ctrl-T) where it exists. Windows has neither; a log file shows progress there.
    pub(crate) fn on_signals() -> std::io::Result<Self> {
        let status_request = Self::default();
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGUSR1, Arc::clone(&status_request.0))?;
        #[cfg(any(target_os = "macos", target_os = "freebsd", target_os = "netbsd", target_os = "openbsd", target_os = "dragonfly"))]
        signal_hook::flag::register(signal_hook::consts::SIGINFO, Arc::clone(&status_request.0))?;
        Ok(status_request)
    }

    /// Returns whether a request came since the last call.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// A clock that only sleeping moves.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct ManualClock(std::sync::Mutex<Duration>);

#[cfg(test)]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().expect("a clock")
    }

    fn sleep(&self, duration: Duration) {
        *self.0.lock().expect("a clock") += duration;
    }
}

#[cfg(test)]
mod tests {
    use super::{Cancel, Clock, ManualClock, Stop, timestamp_of};
    use jiff::Timestamp;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_date_beyond_all_dates_is_the_last_one() {
        let year = Duration::from_secs(31_557_600);
        assert_eq!(timestamp_of(SystemTime::UNIX_EPOCH + year * 9000), Timestamp::MAX);
        assert_eq!(timestamp_of(SystemTime::UNIX_EPOCH), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn time_that_is_over_stops_waits_and_everything_after_it_and_no_sooner() {
        let clock = Arc::new(ManualClock::default());
        clock.sleep(Duration::from_secs(7));
        let cancel = Cancel::default();
        let limited = cancel.within(Duration::from_secs(60), clock.clone());
        assert!(limited.wait(clock.as_ref(), Duration::from_millis(59_900)));
        assert_eq!(limited.requested(), None);
        assert!(!limited.wait(clock.as_ref(), Duration::from_secs(3600)), "it would outlast the run's time");
        assert_eq!(clock.elapsed(), Duration::from_secs(67));
        assert_eq!(limited.requested(), Some(Stop::OutOfTime));
        assert_eq!(cancel.requested(), None, "what was not limited goes on");
        assert_eq!(limited.without_limit().requested(), None, "and what is to be done all the same");
    }

    #[test]
    fn a_signal_wins_over_time_and_is_heard_by_what_is_limited() {
        let cancel = Cancel::default();
        let limited = cancel.within(Duration::ZERO, Arc::new(ManualClock::default()));
        assert_eq!(limited.requested(), Some(Stop::OutOfTime));
        cancel.signal.store(143, Ordering::SeqCst);
        assert_eq!(limited.requested(), Some(Stop::Terminated));
    }

    #[test]
    fn only_signals_are_interruptions() {
        let exits = [Stop::Interrupted, Stop::Terminated, Stop::OutOfTime].map(|stop| stop.exit().is_interruption());
        assert_eq!(exits, [true, true, false]);
    }
}
