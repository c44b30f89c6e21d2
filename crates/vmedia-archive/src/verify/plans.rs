//! Checks the disposition plans that erasures followed: the archive keeps each with its signatures, they are those that the journal names,
//! they hold, and the plan ordered what was done. With signers, each approval must be by one of them, at the time of the erasure.
//!
//! Must not look at sessions.

use super::{Aspect, Finding};
use crate::class::Class;
use crate::disposition::{Plan, part_of, plan_path, signature_path, signer};
use crate::erasure::path;
use crate::error::{Result, quote};
use crate::journal::{Approval, Chain, Erasure, PlanEntry};
use crate::seal::ssh::{DISPOSITION, PublicKey, Signers};
use crate::store::{Digest, ReadStore, StorePath, sha256_bytes};
use crate::text::{day, plural};
use std::collections::BTreeMap;

/// The largest plan and signature that are read, in bytes.
const LARGEST: u64 = crate::disposition::LARGEST_PLAN;
const LARGEST_SIGNATURE: u64 = 1024 * 1024;

/// Returns the findings about the plans of all erasures. `approvals` is the number of persons who must have approved each; with 0, an
/// erasure needs no plan.
pub(super) fn compare_plans(store: &dyn ReadStore, chain: &Chain, signers: Option<&Signers>, approvals: u64) -> Result<Vec<Finding>> {
    let mut plans: BTreeMap<&str, Vec<(&Erasure, &PlanEntry)>> = BTreeMap::new();
    let mut findings = Vec::new();
    let all = [None, Some(Class::Biometric)].into_iter().flat_map(|class| chain.erasures.of(class).values());
    for erasure in all.filter(|erasure| erasure.erased.is_some()) {
        match &erasure.facts.plan {
            Some(entry) => plans.entry(entry.sha256.as_str()).or_default().push((erasure, entry)),
            None if approvals > 0 => {
                let what = format!("was written for an erasure without an approved plan; {} required", needed(approvals));
                findings.push(about(erasure, what));
            }
            None => {}
        }
    }
    for (sha256, erasures) in plans {
        match KeptPlan::read(store, sha256, erasures.len() as u64, signers, approvals)? {
            Err(finding) => findings.push(finding),
            Ok(mut plan) => {
                for (erasure, entry) in erasures {
                    let what = plan.compare(store, erasure, entry)?;
                    findings.extend(what.map(|what| about(erasure, what)));
                }
                findings.append(&mut plan.findings);
            }
        }
    }
    Ok(findings)
}

fn needed(approvals: u64) -> String {
    format!("{} {}", plural(approvals, "approval"), if approvals == 1 { "is" } else { "are" })
}

/// Returns a finding about the certificate of an erasure.
fn about(erasure: &Erasure, what: impl Into<String>) -> Finding {
    let path = path(&StorePath::name(&erasure.facts.folder), erasure.facts.known_class());
    Finding::new(Aspect::Journal, path.as_str(), what)
}

/// A plan that the archive keeps.
struct KeptPlan<'a> {
    signers: Option<&'a Signers>,
    /// Number of persons who must have approved it.
    wanted: u64,
    sha256: &'a str,
    bytes: Vec<u8>,
    plan: Plan,
    /// The key of each signature, by the approval that names it; `None` for one with a finding.
    signatures: BTreeMap<Approval, Option<PublicKey>>,
    findings: Vec<Finding>,
}

impl<'a> KeptPlan<'a> {
    /// Reads a plan; returns the finding if it is not the one that this many erasures followed.
    fn read(
        store: &dyn ReadStore,
        sha256: &'a str,
        erasures: u64,
        signers: Option<&'a Signers>,
        approvals: u64,
    ) -> Result<std::result::Result<Self, Finding>> {
        let followed = format!("the plan of {}", plural(erasures, "erasure"));
        if sha256_bytes(sha256).is_none() {
            let what = format!("\"{}\" is named as {followed}, and is no digest", quote(sha256));
            return Ok(Err(Finding::new(Aspect::Journal, "the journal", what)));
        }
        let path = plan_path(sha256);
        let finding = |what: String| Ok(Err(Finding::new(Aspect::Journal, path.as_str(), what)));
        let Some(bytes) = store.read(&path, LARGEST)? else { return finding(format!("is missing: it is {followed}")) };
        if Digest::of(&bytes).sha256 != sha256 {
            return finding(format!("is not {followed}: it was altered or exchanged"));
        }
        let Some(plan) = Plan::parse(&bytes) else { return finding(format!("is named as {followed}, and is no disposition plan")) };
        let wanted = approvals.max(1);
        Ok(Ok(Self { signers, wanted, sha256, bytes, plan, signatures: BTreeMap::new(), findings: Vec::new() }))
    }

    /// Returns the difference between an erasure and the plan with its approvals, if there is one.
    fn compare(&mut self, store: &dyn ReadStore, erasure: &Erasure, entry: &PlanEntry) -> Result<Option<String>> {
        let facts = &erasure.facts;
        let short = self.sha256.get(..12).unwrap_or_default();
        match self.plan.of(&facts.session) {
            None => return Ok(Some(format!("names the plan {short}, which does not name this session"))),
            Some(planned) if facts.bag.as_ref() != Some(&planned.bag) => {
                return Ok(Some(format!("is about another bag than the one that the plan {short} names")));
            }
            Some(planned) if planned.class != part_of(facts) => {
                return Ok(Some(format!("is about another part of the session than the plan {short}")));
            }
            Some(planned) if facts.authority != planned.authority => {
                return Ok(Some(format!("has another authority than the plan {short}")));
            }
            Some(_) => {}
        }
        let (mut keys, mut persons): (Vec<PublicKey>, u64) = (Vec::new(), 0);
        for approval in &entry.approvals {
            let Some(key) = self.key(store, approval)? else { return Ok(None) };
            let is_known = |known: &PublicKey| *known == key || self.signers.is_some_and(|all| all.person(known).has_key(&key));
            if let Some(what) = self.signers.and_then(|signers| untrusted(signers, &key, approval, erasure)) {
                return Ok(Some(format!("follows the plan {short}, {what}")));
            }
            persons += u64::from(!keys.iter().any(is_known));
            keys.push(key);
        }
        let wanted = self.wanted;
        Ok((persons < wanted)
            .then(|| format!("follows the plan {short}, which {} approved; {} required", plural(persons, "person"), needed(wanted))))
    }

    /// Returns the key of an approval whose signature is here and holds. The first time, a fault is reported.
    fn key(&mut self, store: &dyn ReadStore, approval: &Approval) -> Result<Option<PublicKey>> {
        if let Some(known) = self.signatures.get(approval) {
            return Ok(known.clone());
        }
        let path = signature_path(self.sha256, &approval.sha256);
        let judged = match store.read(&path, LARGEST_SIGNATURE)? {
            None => Err("is missing: it approved a plan that was followed".to_owned()),
            Some(bytes) if Digest::of(&bytes).sha256 != approval.sha256 => {
                Err("is not the signature that approved the plan: it was altered or exchanged".to_owned())
            }
            Some(bytes) => signer(&self.bytes, &bytes).map_err(|why| format!("does not approve the plan: {why}")),
        };
        let judged = judged.and_then(|key| {
            let is_named = key.fingerprint() == approval.key;
            if is_named { Ok(key) } else { Err(format!("is by another key than the journal says, {}", key.fingerprint())) }
        });
        self.findings.extend(judged.as_ref().err().map(|what| Finding::new(Aspect::Journal, path.as_str(), what)));
        self.signatures.insert(approval.clone(), judged.as_ref().ok().cloned());
        Ok(judged.ok())
    }
}

/// Returns the reason why a key does not approve for the signers. A list without names for this purpose says nothing of approvals.
fn untrusted(signers: &Signers, key: &PublicKey, approval: &Approval, erasure: &Erasure) -> Option<String> {
    if !signers.names_any_for(DISPOSITION) {
        return None;
    }
    match signers.holder_for(DISPOSITION, key, erasure.begun) {
        Some((principal, _)) if principal == approval.principal => None,
        Some((principal, _)) => {
            Some(format!("approved by {} as the journal says, and by {} for these signers", quote(&approval.principal), quote(principal)))
        }
        None => {
            let what = format!("approved with {}, which belonged to none of these signers on {}", approval.key, day(erasure.begun));
            Some(what)
        }
    }
}
