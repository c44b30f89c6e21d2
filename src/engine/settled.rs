//! Decides whether a session needs no further run, from the archive alone.

use super::Options;
use crate::archive::{Certificate, Wanted, complete};
use crate::model::SessionId;
use crate::provider::Scope;
use crate::store::ReadStore;

/// Returns whether no later run is needed: the session is archived in full and the provider adds nothing more, or it was erased.
pub(crate) fn is_settled(store: &dyn ReadStore, provider: &str, options: &Options, session: &SessionId) -> bool {
    // What cannot be read needs another run.
    archived_media(store, provider, options, session, true).is_some()
        || matches!(Certificate::of(store, session), Ok(Some(certificate)) if certificate.forbids())
}

/// Returns the number of archived media files of a session that needs no run with these options; `None` if it may need one.
pub(super) fn archived_media(
    store: &dyn ReadStore,
    provider: &str,
    options: &Options,
    session: &SessionId,
    may_be_empty: bool,
) -> Option<u64> {
    let is_selected = |item: &_| options.selection.excludes(item).is_none();
    let wanted = Wanted {
        provider,
        media: if options.selection.is_everything() { None } else { Some(&is_selected) },
        attempt: &|number, id| match &options.scope {
            Scope::All => true,
            Scope::Latest => number == 0,
            Scope::Attempt(wanted) => wanted == id,
        },
        companions: &options.companions,
        may_be_empty,
    };
    complete(store, session, &wanted).ok().flatten()
}
