//! A plan that is followed: the order that it gives for each session, and the copy of it and of its signatures in the archive, which
//! proves the order years later.

use super::{Judgement, Plan, Planned, part_of, plan_path, signature_path};
use crate::class::Class;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::journal::{Approval, Chain, ErasureFacts, PlanEntry};
use crate::model::SessionId;
use crate::retention::{Cutoffs, DispositionScope, Schedule, due};
use crate::store::{Digest, Extent, Store, StorePath};
use jiff::civil::Date;
use std::sync::OnceLock;

/// A plan with its approvals.
pub struct ApprovedPlan {
    plan: Plan,
    entry: PlanEntry,
    /// The schedules of today.
    schedules: Vec<Schedule>,
    files: Vec<(StorePath, Vec<u8>)>,
    /// Set once the archive has the files.
    kept: OnceLock<()>,
}

impl ApprovedPlan {
    /// Creates the order of a plan and its approvals. `schedules` are those of today.
    pub fn new(plan: Plan, bytes: Vec<u8>, judgement: &Judgement, schedules: Vec<Schedule>) -> Self {
        let sha256 = Digest::of(&bytes).sha256;
        let signature = |(approval, bytes): &(Approval, Vec<u8>)| (signature_path(&sha256, &approval.sha256), bytes.clone());
        let mut files: Vec<_> = judgement.approvals.iter().map(signature).collect();
        files.insert(0, (plan_path(&sha256), bytes));
        let approvals = judgement.approvals.iter().map(|(approval, _)| approval.clone()).collect();
        Self { plan, entry: PlanEntry { sha256, approvals }, schedules, files, kept: OnceLock::new() }
    }

    /// Returns the sessions of the plan, each with the class of media, if only these are to be erased.
    pub fn parts(&self) -> impl Iterator<Item = (SessionId, Option<Class>)> {
        let class = |planned: &Planned| (planned.class == DispositionScope::Biometric).then_some(Class::Biometric);
        self.plan.sessions.iter().map(move |planned| (planned.session.clone(), class(planned)))
    }

    /// Returns the ends of the journal when the plan was made.
    pub fn heads(&self) -> impl Iterator<Item = &str> {
        self.plan.heads.iter().map(|head| head.sha256.as_str())
    }

    /// Fails unless the journal has every line that was its end when the plan was made: the plan is of another archive, or lines were cut.
    pub fn must_fit(&self, chain: &Chain, root: &str) -> Result<()> {
        if !self.plan.heads.is_empty() && self.heads().all(|head| chain.known_heads.contains_key(head)) {
            return Ok(());
        }
        let what = format!("the plan is not of the archive {root} as it is: its journal lacks the lines that the plan names");
        Err(Error::new(ErrorKind::Unapproved, what, "name the archive of the plan with --archive; verify it if it is this one"))
    }

    /// Returns the plan's digest and its approvals, as the journal names them.
    pub(crate) fn entry(&self) -> &PlanEntry {
        &self.entry
    }

    /// Returns the order for a session whose bag is the one that was approved.
    pub(crate) fn order(&self, facts: &ErasureFacts) -> Result<&Planned> {
        let session = &facts.session;
        let Some(planned) = self.plan.of(session) else { return Err(left_out(session, "the plan does not name it")) };
        if planned.class != part_of(facts) {
            return Err(left_out(session, "the plan is about another part of it"));
        }
        if facts.bag.as_ref() != Some(&planned.bag) {
            return Err(left_out(session, "it is no longer the bag of the plan"));
        }
        Ok(planned)
    }

    /// Fails if the schedules and these cutoffs demand to keep what the plan calls due.
    pub(crate) fn must_be_due(&self, facts: &ErasureFacts, cutoffs: &Cutoffs, today: Date) -> Result<()> {
        let session = &facts.session;
        if self.plan.of(session).is_none_or(|planned| planned.schedule.is_none()) {
            return Ok(());
        }
        match due(cutoffs, &self.schedules).into_iter().find(|due| due.class == part_of(facts)) {
            Some(due) if due.is_erasable(today) => Ok(()),
            Some(due) => Err(left_out(session, &format!("the schedule \"{}\" keeps it until {}", quote(&due.schedule), due.erasable))),
            None => Err(left_out(session, "no schedule and no recorded event make it due any more")),
        }
    }

    /// Writes the plan and its signatures into the archive, unless this run has done so.
    pub(crate) fn keep(&self, store: &dyn Store) -> Result<()> {
        if self.kept.get().is_some() {
            return Ok(());
        }
        for (path, bytes) in &self.files {
            if store.length(path)? != Some(bytes.len() as u64) || store.read(path, bytes.len() as u64)?.as_ref() != Some(bytes) {
                store.replace(path, bytes)?;
            }
        }
        store.settle(&StorePath::name(crate::erasure::FOLDER), Extent::Tree)?;
        self.kept.get_or_init(|| ());
        Ok(())
    }
}

fn left_out(session: &SessionId, what: &str) -> Error {
    let hint = "make a new plan with `vmedia retention plan`, and have it approved";
    Error::new(ErrorKind::Unapproved, format!("session {session} is left out: {what}"), hint)
}
