//! When sessions were last verified, as the journal says. Must not judge the journal.

use super::entry::Entry;
use super::segment::{self, Lines};
use crate::error::Result;
use crate::store::Store;
use jiff::Timestamp;
use std::collections::HashMap;

/// When a session was last verified as a whole and found sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastVerified {
    /// At all.
    pub at: Option<Timestamp>,
    /// With the provider's signatures computed again, which held.
    pub authenticated: Option<Timestamp>,
}

/// When each session was last verified as a whole and found sound.
pub(in crate::archive) fn last_verified(store: &dyn Store) -> Result<HashMap<String, LastVerified>> {
    let mut last: HashMap<String, LastVerified> = HashMap::new();
    for name in segment::names(store)? {
        for line in Lines::open(store, &name)?.into_iter().flatten().map_while(std::result::Result::ok) {
            // Reading every line as JSON would take ten times as long; what has the word by chance is read in vain.
            if !line.contains("\"verified\"") {
                continue;
            }
            let Some(line) = line.read() else { continue };
            if let Entry::Verified { sessions, sample: None, authenticated } = line.entry {
                for session in sessions {
                    let known = last.entry(session.to_string()).or_default();
                    known.at = known.at.max(Some(line.at));
                    known.authenticated = known.authenticated.max(authenticated.map(|_| line.at));
                }
            }
        }
    }
    Ok(last)
}
