//! The work: what a provider lists × what the archive holds → a plan → transfers → a bag, over many sessions at once.
//!
//! Workers send events over a bounded channel and print nothing. Must not know the terminal, the command line, or
//! which provider it is.

mod budget;
mod catalog;
mod error_page;
mod event;
mod finish;
mod judge;
mod ledger;
mod listing;
mod opening;
mod outcome;
mod plan;
mod probe;
mod provider_days;
mod quoting;
mod receive;
mod redaction;
mod run;
mod sealing;
mod session_error;
mod session_state;
mod stamping;
mod stored_rules;
mod tally;
mod transfer;

pub use crate::http::TIME_IS_UP;
pub use catalog::Catalog;
pub use event::{Event, EventLine, Message, VERSION as EVENT_VERSION};
pub use ledger::Ledger;
pub use listing::{attempts, listing};
pub use outcome::ErrorText;
pub use plan::{Action, Selection};
pub use probe::{Probe, probe};
pub use provider_days::{Period as ProviderDays, warning as deletion_warning};
pub use run::{Running, start};
pub use sealing::{Sealed, Sealer, Signed, Stamped};
pub use session_error::session_error;
pub use stamping::Authority;
pub use stored_rules::StoredRules;
pub use tally::Tally;

use crate::archive::Journal;
use crate::http::RetryClient;
use crate::model::SessionId;
use crate::provider::{Provider, Scope};
use crate::store::Store;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

/// Everything that the work needs from outside.
#[derive(Clone)]
pub struct Services {
    /// Who is asked.
    pub provider: Arc<dyn Provider>,
    /// Over which wire.
    pub wire: Arc<RetryClient>,
    /// Where bytes land.
    pub store: Arc<dyn Store>,
    /// Where changes of the archive are written down.
    pub journal: Arc<Journal>,
    /// What the journal of a run is sealed with.
    pub sealer: Arc<Sealer>,
    /// The base URL, for records.
    pub base_url: String,
    /// Which credentials were used, in words without them; shown when the provider refuses them.
    pub credentials: String,
}

/// What is wanted of every session.
#[derive(Clone)]
pub struct Options {
    /// Which attempts.
    pub scope: Scope,
    /// Which media.
    pub selection: Selection,
    /// Which companion documents, by the provider's names.
    pub companions: Vec<String>,
    /// For sessions of which nothing is left: the paths of the files that they had (`repair`).
    pub lost: HashMap<SessionId, Vec<String>>,
    /// How many requests are in flight at once.
    pub workers: usize,
    /// Whether files that are here are fetched again and compared.
    pub refetch: bool,
    /// Whether disagreements and unsigned answers are failures.
    pub strict: bool,
    /// Whether only the plan is wanted.
    pub dry_run: bool,
    /// Whether sessions that are complete in the archive are left alone.
    pub skip_complete: bool,
    /// Days after capture on which the provider deletes media; without it, the provider's usual number.
    pub provider_days: Option<u32>,
}

impl Options {
    /// Everything of every session, with that many requests in flight.
    pub fn new(workers: usize) -> Self {
        Self {
            scope: Scope::All,
            selection: Selection::default(),
            companions: Vec::new(),
            lost: HashMap::new(),
            workers,
            refetch: false,
            strict: false,
            dry_run: false,
            skip_complete: false,
            provider_days: None,
        }
    }
}

/// Where events go. A receiver that is gone is no reason to stop.
#[derive(Clone)]
pub struct Emit(SyncSender<Message>);

impl Emit {
    /// Sends into this channel.
    pub fn new(sender: SyncSender<Message>) -> Self {
        Self(sender)
    }

    pub(crate) fn event(&self, event: Event) {
        let _ = self.0.send(Message::Event { transfer: None, event: Box::new(event) });
    }

    pub(crate) fn transfer(&self, transfer: u64, event: Event) {
        let _ = self.0.send(Message::Event { transfer: Some(transfer), event: Box::new(event) });
    }

    pub(crate) fn progress(&self, transfer: u64, bytes: u64) {
        let _ = self.0.send(Message::Progress { transfer, bytes });
    }

    pub(crate) fn ended(&self, transfer: u64) {
        let _ = self.0.send(Message::Ended { transfer });
    }
}
