//! Examines the own files of a bag, or of what is left of an erased session, and compares them with the journal. Must not read payload.

use super::altered::compare_with_journal;
use super::contained::examine_by;
use super::erased::{Erased, compare_class_erasure, compare_erasure};
use super::{Aspect, Examined, Options, ProviderRules};
use crate::journal::Chain;
use crate::store::{ReadStore, StorePath};
use std::sync::Arc;

/// What is at the place of a session.
pub(super) enum Compared {
    /// A bag, and the journal that it was compared with.
    Bag(Box<Examined>, Option<Arc<Chain>>),
    /// Nothing: it was erased, with a note if some of it is left.
    Erased(Option<String>),
}

/// Examines and compares a session. The store is in a bucket if that is true.
pub(super) fn compare(
    options: &Options,
    (store, is_remote): (&dyn ReadStore, bool),
    chain: Option<Arc<Chain>>,
    folder: &StorePath,
    rules: &dyn ProviderRules,
) -> Compared {
    let found = |finding| Examined { findings: vec![finding], ..Examined::default() };
    let erased = chain.as_ref().map_or(Ok(Erased::Not), |chain| compare_erasure(store, chain, folder.as_str()));
    let examined = match erased {
        Ok(erased @ (Erased::Not | Erased::Again(_))) => {
            let mut examined = examine_by(options, store, chain.as_deref(), (folder, is_remote), rules);
            // A bag that cannot be read would only be reported as altered.
            if !examined.is_comparable() {
                return Compared::Bag(Box::new(examined), None);
            }
            if let Erased::Again(note) = erased {
                examined.notes.push(note);
            }
            examined.add_strays(store.strays(Some(folder)).unwrap_or_default());
            let compared = compare_with_journal(store, chain.as_deref(), (folder.as_str(), is_remote), &mut examined)
                .and_then(|()| chain.as_ref().map_or(Ok(()), |chain| compare_class_erasure(store, chain, folder.as_str(), &mut examined)));
            if let Err(error) = compared {
                examined.finding(Aspect::Journal, ".", error.what());
            }
            examined
        }
        Ok(Erased::Soundly) => return Compared::Erased(None),
        Ok(Erased::Unreached(note)) => return Compared::Erased(Some(note)),
        Ok(Erased::Half(finding)) => Examined { unfinished: true, ..found(finding) },
        Ok(Erased::Found(finding)) => found(finding),
        Err(error) => Examined::failed(&error),
    };
    Compared::Bag(Box::new(examined), chain)
}
