//! The end of a run that changed an archive: its journal is closed and sealed.

use super::Context;
use super::renewal::renew_page;
use crate::archive::Journal;
use crate::engine::{ErrorText, Event, Sealed, Sealer};
use crate::error::Result;
use crate::exit::Exit;
use crate::report::Reporter;
use crate::store::{Store, StorePath};
use std::sync::Arc;

/// Writes the catalog's page again, ends the journal of this run, seals it, and returns the exit of the run after that. A missing seal is
/// one item that failed.
pub(super) fn close_journal(
    journal: &Journal,
    sealer: &Sealer,
    store: &Arc<dyn Store>,
    exit: Exit,
    reporter: &mut Reporter,
    context: &Context,
) -> Exit {
    let clock = context.clock.as_ref();
    let renewed = if exit.is_interruption() { Ok(()) } else { renew_page(store, journal, reporter, context) };
    let exit = after(renewed, exit, reporter);
    let store = store.as_ref();
    let vouched = sealer.vouch(store, journal, clock.now());
    let failed = match journal.close(exit.kind(), clock.now()) {
        Ok(Some(segment)) if sealer.is_wanted() => {
            let sealed = match vouched {
                Ok(()) => sealer.seal_segment(store, &segment.path),
                Err(error) => Sealed { signature: Some(Err(error)), stamp: None },
            };
            reporter.event(sealed_event(&segment.path, &sealed));
            sealed.exit()
        }
        Ok(_) => Exit::Done,
        Err(error) => {
            reporter.error(&error);
            Exit::of(&error)
        }
    };
    if failed == Exit::Done { exit } else { Exit::merge([exit, failed]) }
}

/// Returns the exit of a run after its last work, and reports an error of that.
pub(super) fn after(last: Result<()>, exit: Exit, reporter: &mut Reporter) -> Exit {
    let Err(error) = last else { return exit };
    reporter.error(&error);
    Exit::merge([exit, Exit::of(&error)])
}

fn sealed_event(segment: &StorePath, sealed: &Sealed) -> Event {
    Event::JournalSealed {
        segment: segment.to_string(),
        signed_by: sealed.signature.as_ref().and_then(|signed| signed.as_ref().ok()).map(|signed| signed.fingerprint.clone()),
        stamped: sealed.stamp.as_ref().and_then(|stamped| stamped.as_ref().ok()).map(|stamped| stamped.stamp.at),
        errors: sealed.errors().map(ErrorText::from).collect(),
    }
}
