//! Approvals: signatures of a plan, by persons that a list names for this purpose.
//!
//! Must not know where a plan or a signature is kept.

use crate::error::quote;
use crate::journal::Approval;
use crate::seal::ssh::{DISPOSITION, Person, PublicKey, Signature, Signers};
use crate::store::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A file that may be a signature of a plan.
pub struct SignatureFile {
    /// Its name for people.
    pub name: String,
    /// Its bytes, or the reason why they cannot be read.
    pub bytes: std::result::Result<Vec<u8>, String>,
}

/// The rules for approvals.
pub struct ApprovalRules<'a> {
    /// The persons that may approve.
    pub signers: &'a Signers,
    /// The operator, who cannot approve their own order.
    pub operator: &'a str,
    /// The key that signs the run's journal: it is the operator's.
    pub own_key: Option<&'a PublicKey>,
}

/// The result of judging the signatures of a plan.
#[derive(Debug, Default)]
pub struct Judgement {
    /// An approval of each person, with the signature.
    pub approvals: Vec<(Approval, Vec<u8>)>,
    /// The signatures that do not count.
    pub refused: Vec<RefusedSignature>,
}

/// A signature of a plan that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedSignature {
    /// Its file.
    pub file: String,
    /// The reason.
    pub reason: String,
}

/// Judges the signatures of a plan as of a time.
pub fn judge_approvals(plan: &[u8], files: &[SignatureFile], rules: &ApprovalRules<'_>, at: Timestamp) -> Judgement {
    let (mut judgement, mut persons): (Judgement, Vec<(Person, String)>) = (Judgement::default(), Vec::new());
    for SignatureFile { name, bytes } in files {
        let judged = bytes.clone().and_then(|bytes| judge(plan, &bytes, rules, at).map(|judged| (judged, bytes)));
        let counted = judged.and_then(|((key, approval), bytes)| match persons.iter().find(|(person, _)| person.has_key(&key)) {
            Some((_, first)) => Err(format!("it is by the same person as {first}")),
            None => Ok((rules.signers.person(&key), approval, bytes)),
        });
        match counted {
            Ok((person, approval, bytes)) => {
                persons.push((person, name.clone()));
                judgement.approvals.push((approval, bytes));
            }
            Err(reason) => judgement.refused.push(RefusedSignature { file: name.clone(), reason }),
        }
    }
    judgement
}

/// Returns the key and the approval of a signature that counts, or the reason why it does not.
fn judge(plan: &[u8], bytes: &[u8], rules: &ApprovalRules<'_>, at: Timestamp) -> std::result::Result<(PublicKey, Approval), String> {
    let key = signer(plan, bytes)?;
    let fingerprint = key.fingerprint();
    let Some((principal, _)) = rules.signers.holder_for(DISPOSITION, &key, at) else {
        return Err(format!("it is signed with {fingerprint}, which belongs to none of these signers now"));
    };
    let person = rules.signers.person(&key);
    if rules.own_key.is_some_and(|own| person.has_key(own)) {
        return Err("it is signed by the owner of the key that signs the journal of this run, who is no second person".to_owned());
    }
    if person.has_name(rules.operator) {
        return Err(format!("{} is the operator of this run, and no second person", quote(principal)));
    }
    Ok((key, Approval { principal: principal.to_owned(), key: fingerprint, sha256: Digest::of(bytes).sha256 }))
}

/// Returns the key that signed a plan, or the reason why the signature does not hold.
pub(crate) fn signer(plan: &[u8], signature: &[u8]) -> std::result::Result<PublicKey, String> {
    let signature = Signature::parse_for(DISPOSITION, signature).map_err(|refusal| refusal.to_string())?;
    signature.verify(plan).cloned().map_err(|refusal| refusal.to_string())
}
