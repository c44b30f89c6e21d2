//! Decides whether a session needs no further run, from the archive alone.

use super::{Options, Shipping};
use crate::archive::{Certificate, Journal, Wanted, complete};
use crate::model::SessionId;
use crate::provider::Scope;
use crate::store::ReadStore;

/// Returns whether no later run is needed: the session is archived in full and the provider adds nothing more, or it was erased.
pub(crate) fn is_settled((store, journal): (&dyn ReadStore, &Journal), provider: &str, options: &Options, session: &SessionId) -> bool {
    archived_media((store, journal), provider, options, session, true).is_some()
        || matches!(Certificate::of(store, session), Ok(Some(certificate)) if certificate.forbids())
}

/// Returns the number of archived media files of a session that needs no run with these options; `None` if it may need one.
pub(super) fn archived_media(
    (store, journal): (&dyn ReadStore, &Journal),
    provider: &str,
    options: &Options,
    session: &SessionId,
    may_be_empty: bool,
) -> Option<u64> {
    // What cannot be read needs another run.
    of_wanted(provider, options, may_be_empty, &|wanted| complete(store, journal, session, wanted).ok().flatten())
}

/// Returns the number of media files of such a session that another archive has shipped; `None` if this archive has any of it.
pub(super) fn shipped_media(shipping: &Shipping, provider: &str, options: &Options, session: &SessionId) -> Option<u64> {
    of_wanted(provider, options, false, &|wanted| shipping.shipper().complete(session, wanted).ok().flatten())
}

/// Passes on what a run with these options fetches.
fn of_wanted<T>(provider: &str, options: &Options, may_be_empty: bool, judge: &dyn Fn(&Wanted<'_>) -> T) -> T {
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
    judge(&wanted)
}
