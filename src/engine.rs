//! The run: what a provider lists × what the archive holds → a plan → transfers → a bag, over many sessions at once.
//!
//! Workers send events over a bounded channel and print nothing. Must not know the terminal, the command line, or the provider.

mod budget;
mod catalog_rows;
mod deletion;
mod encrypting;
mod erasing;
mod error_text;
mod event;
mod exported;
mod judge;
mod keyed;
mod ledger;
mod listing;
mod message;
mod messages;
mod opening;
mod plan;
mod probe;
mod provider_days;
mod receive;
mod returned;
mod returning;
mod run;
mod run_state;
mod sealing;
mod session_error;
mod session_state;
mod sessions;
mod settled;
mod shipped;
mod shipping;
mod stamping;
mod stored_rules;
mod tally;
mod threads;
mod transfer;

pub(crate) use crate::http::OUT_OF_TIME;
pub(crate) use catalog_rows::Catalog;
pub(crate) use deletion::{NotDeleted, delete};
pub use encrypting::{EncryptReport, EncryptedSession, EncryptionOutcome};
pub use erasing::{AtProvider, AtStore, Erasure};
pub use error_text::ErrorText;
pub use event::Event;
pub use exported::{ExportReport, SessionExport};
pub use keyed::{KeyCounts, KeysReport, SessionKeyed};
pub(crate) use ledger::{Failed, Ledger};
pub(crate) use listing::{attempts, listing};
pub use message::Message;
pub(crate) use message::{EventLine, VERSION as EVENT_VERSION};
pub use messages::Messages;
pub use plan::Selection;
pub use probe::{Probe, probe};
pub(crate) use provider_days::{Period as ProviderDays, warning as deletion_warning};
pub use returned::ReturnedPayload;
pub use returning::Returning;
pub use run::{Running, start};
pub(crate) use sealing::Sealed;
pub use sealing::{Sealer, Stamped};
pub(crate) use session_error::session_error;
pub use sessions::{Given, Sessions, Source};
pub(crate) use settled::is_settled;
pub use shipped::{ShipCounts, ShipReport, ShippedSession};
pub use shipping::Shipping;
pub use stamping::Authority;
pub(crate) use stored_rules::StoredRules;
pub use tally::{RetentionCounts, Tally};

use crate::archive::{Encryption, Journal};
use crate::http::{Note, RetryClient};
use crate::model::SessionId;
use crate::provider::{Provider, Scope};
use crate::store::Store;
use std::collections::HashMap;
use std::sync::Arc;

/// Everything that the run needs from outside.
#[derive(Clone)]
pub struct Services {
    /// The provider.
    pub provider: Arc<dyn Provider>,
    /// The HTTP client.
    pub wire: Arc<RetryClient>,
    /// The store of the archive.
    pub store: Arc<dyn Store>,
    /// The archive's journal.
    pub journal: Arc<Journal>,
    /// The key and the authority that seal the journal of the run.
    pub sealer: Arc<Sealer>,
    /// What sessions are encrypted with; `None` if they are archived as they come.
    pub encryption: Option<Encryption>,
    /// Ships sessions once they are archived, if that is wanted.
    pub shipping: Option<Arc<Shipping>>,
    /// The base URL, for records.
    pub base_url: String,
    /// Description of the credentials, without them; shown when the provider refuses them.
    pub credentials: String,
}

/// The part of every session that is fetched, and how; the default is everything.
#[derive(Clone, Default)]
pub struct Options {
    /// The attempts.
    pub scope: Scope,
    /// The media files.
    pub selection: Selection,
    /// The companion documents, by the provider's names.
    pub companions: Vec<String>,
    /// For sessions of which nothing is left: the paths of the files that they had (`repair`).
    pub lost: HashMap<SessionId, Vec<String>>,
    /// Number of requests in flight at once, at least one.
    pub workers: usize,
    /// Fetches files that are archived again and compares them.
    pub refetch: bool,
    /// Makes disagreements and unsigned answers failures.
    pub strict: bool,
    /// The reason to archive again what was erased by order.
    pub again: Option<String>,
    /// Shows the plan and fetches nothing.
    pub dry_run: bool,
    /// Skips sessions that are complete in the archive.
    pub skip_complete: bool,
    /// Days after capture on which the provider deletes media; without it, the provider's usual number.
    pub provider_days: Option<u32>,
}

/// The messages that are shown or counted besides those that always are; others are not made.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details {
    /// Answers to requests.
    pub answers: bool,
    /// Beginnings of transfers.
    pub transfers: bool,
    /// Bytes and ends of transfers.
    pub progress: bool,
}

/// The sender of events.
#[derive(Clone)]
pub(crate) struct Emit {
    sender: messages::Sender,
    details: Details,
}

impl Emit {
    /// Creates a sender and its receiver.
    pub(crate) fn new(details: Details) -> (Self, Messages) {
        let (sender, messages) = messages::queue();
        (Self { sender, details }, messages)
    }

    pub(crate) fn event(&self, event: Event) {
        self.sender.send(Message::Event { transfer: None, event: Box::new(event) });
    }

    pub(crate) fn notice(&self, session: &SessionId, text: String) {
        self.event(Event::Notice { session: session.clone(), text });
    }

    pub(crate) fn problem(&self, session: &SessionId, text: String) {
        self.event(Event::Problem { session: session.clone(), text });
    }

    /// Sends a step of an exchange.
    fn step(&self, session: &SessionId, request: &str, note: &Note<'_>) {
        if self.details.answers || !matches!(note, Note::Answered { .. }) {
            self.event(listing::to_event(session, request, note));
        }
    }

    /// Sends the beginning of a transfer.
    fn begins(&self, transfer: u64, event: impl FnOnce() -> Event) {
        if self.details.transfers {
            self.sender.send(Message::Event { transfer: Some(transfer), event: Box::new(event()) });
        }
    }

    pub(crate) fn progress(&self, transfer: u64, bytes: u64) {
        if self.details.progress {
            self.sender.send(Message::Progress { transfer, bytes });
        }
    }

    fn ended(&self, transfer: u64) {
        if self.details.progress {
            self.sender.send(Message::Ended { transfer });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Details, Emit, Event, Message};
    use crate::http::Note;
    use crate::model::SessionId;
    use std::time::Duration;

    /// Sends each sort of message once; returns those that arrive, and the number of events that were made for a transfer.
    fn sent(details: Details) -> (Vec<Message>, usize) {
        let (emit, messages) = Emit::new(details);
        let session = SessionId::parse("s1").expect("an id");
        let mut made = 0;
        emit.begins(1, || {
            made += 1;
            Event::SessionReread { session: session.clone(), bytes: 1 }
        });
        emit.step(&session, "media", &Note::Answered { status: 200, after: Duration::ZERO });
        emit.progress(1, 1);
        emit.ended(1);
        emit.notice(&session, "a notice".to_owned());
        drop(emit);
        let mut batch = Vec::new();
        assert!(!messages.receive(&mut batch, Duration::ZERO));
        (batch, made)
    }

    #[test]
    fn what_is_not_wanted_is_not_made() {
        let (none, made) = sent(Details::default());
        assert!(matches!(&none[..], [Message::Event { event, .. }] if matches!(**event, Event::Notice { .. })), "{none:?}");
        assert_eq!(made, 0);
        let (all, made) = sent(Details { answers: true, transfers: true, progress: true });
        assert_eq!((all.len(), made), (5, 1));
    }
}
