//! Makes a disposition plan of sessions: what the archive has of each. Must not write.

use crate::disposition::{Head, Plan, Planned};
use crate::erase::facts_of;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Chain;
use crate::model::SessionId;
use crate::retention::Class;
use crate::store::ReadStore;
use jiff::civil::Date;

/// A session that is to be destroyed, and why.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The session.
    pub session: SessionId,
    /// The law, rule or order that the erasure follows.
    pub authority: String,
    /// The schedule that applies, its cutoff and the day on which it ends; `None` for an order.
    pub schedule: Option<(String, Date, Date)>,
}

/// A new plan, and the sessions that it leaves out.
#[derive(Debug)]
pub struct MadePlan {
    /// The plan.
    pub plan: Plan,
    /// The errors of sessions that cannot be in it.
    pub left_out: Vec<(SessionId, Error)>,
}

/// Makes a plan. `by` is the day by which the sessions are due.
///
/// # Errors
/// The archive has no journal, or cannot be read.
pub fn make_plan(store: &dyn ReadStore, chain: &Chain, by: Option<Date>, candidates: &[Candidate]) -> Result<MadePlan> {
    if chain.heads.is_empty() {
        let what = format!("{} has no journal, whose end a plan names", store.root());
        return Err(Error::new(
            ErrorKind::Damaged,
            what,
            "restore _journal from a backup, or let `vmedia adopt` record the sessions again",
        ));
    }
    let (mut sessions, mut left_out) = (Vec::new(), Vec::new());
    for candidate in candidates {
        match planned(store, candidate) {
            Ok(planned) => sessions.push(planned),
            Err(error) if error.ends_run() => return Err(error),
            Err(error) => left_out.push((candidate.session.clone(), error)),
        }
    }
    let head = |(segment, sha256): &(String, String)| Head { segment: segment.clone(), sha256: sha256.clone() };
    Ok(MadePlan { plan: Plan::new(by, chain.heads.iter().map(head).collect(), sessions), left_out })
}

fn planned(store: &dyn ReadStore, Candidate { session, authority, schedule }: &Candidate) -> Result<Planned> {
    let facts = facts_of(store, session)?;
    let Some(bag) = facts.bag else {
        let what = format!("session {session} has no tagmanifest-sha256.txt, which a plan names it by");
        return Err(Error::new(ErrorKind::Damaged, what, "restore or repair it first, or erase it by an order of its own (--authority)"));
    };
    let (name, cutoff, due) = schedule.clone().map_or((None, None, None), |(name, cutoff, due)| (Some(name), Some(cutoff), Some(due)));
    Ok(Planned {
        session: session.clone(),
        class: Class::Session.into(),
        authority: authority.clone(),
        schedule: name,
        cutoff,
        due,
        files: facts.files,
        bytes: facts.bytes,
        bag,
    })
}
