//! The approved plan that an erasure follows, as the journal and the certificate name it.

use serde::{Deserialize, Serialize};

/// A plan and its approvals. The archive keeps both in `_erased/plans/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanEntry {
    /// The SHA-256 of the plan.
    pub sha256: String,
    /// An approval of each person who signed it.
    pub approvals: Vec<Approval>,
}

/// An approval of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Approval {
    /// The name that the list of signers has for the key.
    pub principal: String,
    /// The fingerprint of the key, as `ssh-keygen -l` prints it.
    pub key: String,
    /// The SHA-256 of the signature's file.
    pub sha256: String,
}
