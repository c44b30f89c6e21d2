//! Makes a disposition plan of sessions: what the archive has of each. Must not write.

use crate::class::Class;
use crate::disposition::{Head, Plan, Planned};
use crate::erase::{class_facts, facts_of};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Chain;
use crate::model::SessionId;
use crate::retention::{DispositionScope, Due, DueState, Schedule, due};
use crate::store::{ReadStore, StorePath};
use crate::verify::is_bag;
use jiff::civil::Date;

/// A session that is to be destroyed, and why.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The session.
    pub session: SessionId,
    /// The law, rule or order that the erasure follows.
    pub authority: String,
    /// The schedule that applies and its days; `None` for an order, which is about the whole session.
    pub due: Option<Due>,
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
        match planned(store, chain, candidate) {
            Ok(planned) => sessions.extend(planned),
            Err(error) if error.ends_run() => return Err(error),
            Err(error) => left_out.push((candidate.session.clone(), error)),
        }
    }
    let head = |(segment, sha256): &(String, String)| Head { segment: segment.clone(), sha256: sha256.clone() };
    Ok(MadePlan { plan: Plan::new(by, chain.heads.iter().map(head).collect(), sessions), left_out })
}

/// The sessions of an archive that are due, or of which the biometric media are.
#[derive(Debug, Default)]
pub struct DueSessions {
    /// Those that may be erased.
    pub candidates: Vec<Candidate>,
    /// Those that a hold keeps, each with the case.
    pub held: Vec<(SessionId, String)>,
}

/// Returns the sessions that are due by a day, by these schedules and the cutoffs in the journal. Of a session that is due as a whole,
/// the biometric media are not named apart.
///
/// # Errors
/// The archive cannot be read.
pub fn due_sessions(store: &dyn ReadStore, chain: &Chain, schedules: &[Schedule], by: Date) -> Result<DueSessions> {
    let (retained, mut sessions) = (chain.retained(), DueSessions::default());
    for folder in store.folders()? {
        let Some(session) = retained.session(&folder) else { continue };
        let is_due = |due: &Due| due.state(by) != DueState::Kept && due.is_erasable(by);
        let Some(due) = due(retained.cutoffs(&folder), schedules).into_iter().find(is_due) else { continue };
        if !is_bag(store, &StorePath::name(&folder))? {
            continue;
        }
        match retained.held(&folder).first() {
            Some(hold) => sessions.held.push((session.clone(), hold.case.clone())),
            None => sessions.candidates.push(Candidate { session: session.clone(), authority: due.authority.clone(), due: Some(due) }),
        }
    }
    Ok(sessions)
}

/// Returns the entry of a session; `None` if nothing is left of the part that is due.
fn planned(store: &dyn ReadStore, chain: &Chain, Candidate { session, authority, due }: &Candidate) -> Result<Option<Planned>> {
    let class = due.as_ref().map_or(DispositionScope::Session, |due| due.class);
    let facts = match class {
        DispositionScope::Session => facts_of(store, session)?,
        DispositionScope::Biometric => match class_facts(store, chain, session, Class::Biometric)? {
            Some(facts) => facts,
            None => return Ok(None),
        },
    };
    let Some(bag) = facts.bag else {
        let what = format!("session {session} has no tagmanifest-sha256.txt, which a plan names it by");
        return Err(Error::new(ErrorKind::Damaged, what, "restore or repair it first, or erase it by an order of its own (--authority)"));
    };
    Ok(Some(Planned {
        session: session.clone(),
        class: class.into(),
        authority: authority.clone(),
        schedule: due.as_ref().map(|due| due.schedule.clone()),
        event: due.as_ref().map(|due| due.event.clone()),
        cutoff: due.as_ref().map(|due| due.cutoff),
        due: due.as_ref().map(|due| due.due),
        files: facts.files,
        bytes: facts.bytes,
        bag,
    }))
}
