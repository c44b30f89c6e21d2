//! Time, waiting, the wish to stop and the wish to know. Passed in wherever they are needed, so that tests wait for nothing.
//!
//! The only place that reads the system's clocks or sleeps.

use crate::exit::Exit;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a wait goes on before it looks whether it should stop.
const SLICE: Duration = Duration::from_millis(50);

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// The wall clock, for records.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment, for measuring; never goes back.
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

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that the clock is read")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Whether the run was asked to stop, and by what. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicUsize>);

impl Cancel {
    /// Listens for Ctrl-C and SIGTERM. The first lets running work stop in order; a second ends the process at once.
    pub fn on_signals() -> std::io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let cancel = Self::default();
        let again = Arc::new(AtomicBool::new(false));
        for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
            // Order matters: the shutdown is armed by an earlier signal, then this one arms the next.
            signal_hook::flag::register_conditional_shutdown(signal, i32::from(exit.code()), Arc::clone(&again))?;
            signal_hook::flag::register(signal, Arc::clone(&again))?;
            signal_hook::flag::register_usize(signal, Arc::clone(&cancel.0), usize::from(exit.code()))?;
        }
        Ok(cancel)
    }

    /// [`Exit::Interrupted`] or [`Exit::Terminated`] once the run was asked to stop.
    pub fn requested(&self) -> Option<Exit> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            code if code == usize::from(Exit::Terminated.code()) => Some(Exit::Terminated),
            _ => Some(Exit::Interrupted),
        }
    }

    /// Waits, in slices, and says whether the whole wait passed without a wish to stop.
    pub fn wait(&self, clock: &dyn Clock, duration: Duration) -> bool {
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

/// Whether somebody asked how far the work is. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct Inquiry(Arc<AtomicBool>);

impl Inquiry {
    /// Listens for SIGUSR1, and for SIGINFO (Ctrl-T) where there is one. Windows has neither: a log file tells there.
    pub fn on_signals() -> std::io::Result<Self> {
        let inquiry = Self::default();
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGUSR1, Arc::clone(&inquiry.0))?;
        #[cfg(any(target_os = "macos", target_os = "freebsd", target_os = "netbsd", target_os = "openbsd", target_os = "dragonfly"))]
        signal_hook::flag::register(signal_hook::consts::SIGINFO, Arc::clone(&inquiry.0))?;
        Ok(inquiry)
    }

    /// Whether somebody asked since this was asked last.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}
