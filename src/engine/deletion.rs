//! Deletes a session at its provider. Must not touch the archive.

use super::session_error;
use crate::archive::ProviderOutcome;
use crate::error::{Error, ErrorKind};
use crate::http::{Cause, Exchange, Failure, RetryClient};
use crate::model::SessionId;
use crate::provider::Provider;
use std::io::Read;

/// Most bytes of an answer that are read.
const LARGEST: u64 = 64 * 1024;

/// A session that was not deleted.
pub(crate) struct NotDeleted {
    pub(crate) error: Error,
    /// True if no further session can be deleted in this run.
    pub(crate) is_limit: bool,
}

/// Deletes a session. A provider that says that it has no such session has deleted it before.
pub(crate) fn delete(
    provider: &dyn Provider,
    wire: &RetryClient,
    session: &SessionId,
    credentials: &str,
) -> Result<ProviderOutcome, NotDeleted> {
    match wire.exchange(&|_| {}, &mut |exchange| attempt(provider, exchange, session)) {
        Ok(()) => Ok(ProviderOutcome::Deleted),
        // Another service at that address has no code for it.
        Err(failure) if failure.cause == Cause::NotFound && failure.code.is_some() => Ok(ProviderOutcome::Absent),
        Err(failure) => Err(not_deleted(provider, session, failure, credentials)),
    }
}

fn attempt(provider: &dyn Provider, exchange: &Exchange<'_>, session: &SessionId) -> Result<(), Failure> {
    let response = exchange.send_for_any(&provider.sign_deletion(session))?;
    let mut body = exchange.read_document(response.body);
    if (200..300).contains(&response.status) {
        let mut answer = Vec::new();
        body.take(LARGEST).read_to_end(&mut answer).map_err(|error| Failure::new(Cause::Broken, error.to_string()))?;
        let is_confirmed = provider.confirms_deletion(session, response.status, &answer);
        let unclear = || Failure::new(Cause::Rejected, format!("HTTP {}, and nothing says that it deleted the session", response.status));
        return is_confirmed.then_some(()).ok_or_else(unclear);
    }
    let failure = provider.reclassified(Failure::of_status(response.status, &response.headers, &mut body, exchange.now()));
    // The limits count hours: a further try in this run would be one more too many.
    Err(if failure.cause == Cause::Throttled { Failure { cause: Cause::Rejected, ..failure } } else { failure })
}

fn not_deleted(provider: &dyn Provider, session: &SessionId, failure: Failure, credentials: &str) -> NotDeleted {
    let (name, is_limit) = (provider.name(), failure.status == Some(429));
    let not_there = |why: &str| format!("session {session} is erased here and not at {name}: {why}: {}", failure.detail);
    let refused = |why: &str, hint: &str| Error::new(ErrorKind::Partial, not_there(why), hint);
    let error = if is_limit {
        refused("its limit for deletions is reached", "run the same command again later; Veriff deletes 5 sessions an hour and 10 a day")
    } else if provider.is_under_way(&failure) {
        refused("the session is not in a final state", "run the same command again when the provider has finished its checks")
    } else if matches!(failure.cause, Cause::NotFound | Cause::Rejected) {
        let hint = "check the base URL; run the same command again, or delete the session in the provider's portal";
        refused("the provider did not delete it", hint)
    } else if failure.cause == Cause::Refused {
        let what = format!("session {session} is erased here and not at {name}: the provider refuses the credentials: {}", failure.detail);
        let hint =
            format!("used were {credentials}; at Veriff, the deletion of sessions must also be enabled for the integration: ask Veriff");
        Error::new(ErrorKind::Refused, what, hint)
    } else {
        session_error(session, failure, credentials)
    };
    NotDeleted { error, is_limit }
}
