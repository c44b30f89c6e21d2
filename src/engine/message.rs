//! What carries an event: a message from a worker, and a line of JSON. Must not know how they are shown.

use super::event::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the event schema.
pub(crate) const VERSION: u32 = 1;

/// An event as a line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct EventLine {
    /// The version of the schema.
    pub(crate) v: u32,
    pub(crate) at: Timestamp,
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// A message from a worker to the thread that owns the terminal. `transfer` is the number of the running transfer.
#[expect(missing_docs, reason = "the fields are named after their content")]
#[derive(Debug, Clone)]
pub enum Message {
    /// An event, and the transfer that it belongs to, for progress bars.
    Event { transfer: Option<u64>, event: Box<Event> },
    /// Bytes of a transfer so far; the count starts anew with every attempt.
    Progress { transfer: u64, bytes: u64 },
    /// The end of a transfer.
    Ended { transfer: u64 },
    /// A request for the status of the run (SIGUSR1), and its number of running transfers.
    Asked { running: u64 },
}
