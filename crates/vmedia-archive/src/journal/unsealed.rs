//! Finds the earlier runs that a run follows, that changed sessions and that no signature covers: a run that signs above
//! them vouches for them. Must not check signatures.

use super::entry::{Entry, Line};
use super::segment;
use crate::error::Result;
use crate::store::{ReadStore, StorePath};
use std::collections::HashSet;

/// A run that changed sessions and is under no signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsealedRun {
    /// The segment's file name.
    pub segment: String,
    /// The SHA-256 of its last whole line.
    pub sha256: Option<String>,
    /// The command that ran.
    pub command: String,
    /// Number of lines for which a signature vouches: changes of bags, erasures, adoptions, holds, releases and cutoffs.
    pub changes: u64,
}

/// Returns the unsigned runs behind a segment. Stops at signed ones, which cover what is behind them.
pub(super) fn behind(store: &dyn ReadStore, name: &str, is_signed: &dyn Fn(&StorePath) -> bool) -> Result<Vec<UnsealedRun>> {
    let (mut left, mut seen, mut found) = (vec![name.to_owned()], HashSet::from([name.to_owned()]), Vec::new());
    while let Some(name) = left.pop() {
        for parent in segment::parents(store, &name)?.into_iter().filter(|parent| parent.ended) {
            let is_new = seen.insert(parent.segment.clone());
            if !is_new || is_signed(&segment::path(&parent.segment)) {
                continue;
            }
            let run = run(store, &parent.segment)?;
            found.extend((run.changes > 0).then_some(run));
            left.push(parent.segment);
        }
    }
    found.sort_by(|one, other| one.segment.cmp(&other.segment));
    Ok(found)
}

fn run(store: &dyn ReadStore, name: &str) -> Result<UnsealedRun> {
    let mut run = UnsealedRun { segment: name.to_owned(), sha256: None, command: String::new(), changes: 0 };
    segment::each_line(store, name, &mut |raw| {
        if !raw.is_whole {
            return;
        }
        run.sha256 = Some(hex::encode(raw.sha256()));
        match raw.read() {
            Some(Line { entry: Entry::Opened(opened), .. }) => run.command = opened.identity.command,
            Some(Line { entry, .. }) => run.changes += u64::from(entry.is_change()),
            None => {}
        }
    })?;
    Ok(run)
}
