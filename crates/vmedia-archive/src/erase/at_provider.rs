//! Has a session deleted at its provider after it was erased here, and writes its certificate again.

use super::{Erasing, done};
use crate::erasure::Certificate;
use crate::error::Result;
use crate::journal::ProviderDeletion;
use crate::layout::session_folder;
use crate::model::SessionId;
use crate::terms::ProviderOutcome;
use jiff::Timestamp;

/// Calls `delete`, which asks the provider, for a session that is erased here and of which the certificate says nothing of the provider.
/// Returns the certificate after that. `now` returns the time.
///
/// # Errors
/// The session is not erased, it is held, another run is changing it, `delete` fails, or the archive cannot be read or written.
pub fn erase_at_provider(
    order: &Erasing<'_>,
    session: &SessionId,
    delete: &mut dyn FnMut(&Certificate) -> Result<ProviderOutcome>,
    now: &dyn Fn() -> Timestamp,
) -> Result<Certificate> {
    let _lock = order.store.lock(&session_folder(session))?.or_busy(&format!("session {session}"))?;
    let certificate = done(order, session)?;
    if certificate.at_provider.is_some() {
        return Ok(certificate);
    }
    order.refuse_held(session, now)?;
    let outcome = delete(&certificate)?.into();
    let (journal, _) = order.journal.position(now())?;
    let certificate = Certificate { journal, ..certificate }.with_deletion(Some(ProviderDeletion { outcome, at: now() }));
    order.certify(&certificate, now())?;
    Ok(certificate)
}
