//! The disposition plan: the sessions that are to be destroyed, each with its bag and the reason why its time is over. A second person
//! reads the plan and signs it, and an erasure follows it.
//!
//! Pure: the text of a plan depends on the archive, the schedules and the day alone, so that the same review gives the same bytes.

mod approval;
mod approved;

pub(crate) use approval::signer;
pub use approval::{ApprovalRules, Judgement, RefusedSignature, SignatureFile, judge_approvals};
pub use approved::ApprovedPlan;

use crate::error::{Error, ErrorKind, Result};
use crate::journal::ErasureFacts;
use crate::model::SessionId;
use crate::retention::DispositionScope;
use crate::store::StorePath;
use crate::text::json;
use crate::word::Word;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The name of the schema.
const SCHEMA: &str = "vmedia-disposition";
/// The version of the schema that this program writes.
const VERSION: u32 = 1;
/// The largest plan that is read, in bytes: some 500,000 sessions.
pub const LARGEST_PLAN: u64 = 256 * 1024 * 1024;
/// The folder of the plans that were followed, in the folder of the certificates.
const FOLDER: &str = "plans";
/// The name of a plan in the archive.
const PLAN: &str = "plan.json";
/// The number of digits of a signature's digest in its name there.
const SHORT: usize = 16;

/// A disposition plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    schema: String,
    version: u32,
    /// The day by which the sessions are due; `None` for a plan that follows an order.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<Date>,
    /// The ends of the journal when the plan was made. They are lines of the archive's journal for ever, so a plan fits one archive.
    pub heads: Vec<Head>,
    /// Number of files in all sessions.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The sessions, sorted.
    pub sessions: Vec<Planned>,
}

/// An end of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The segment.
    pub segment: String,
    /// The SHA-256 of its last line.
    pub sha256: String,
}

/// A session of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The session.
    pub session: SessionId,
    /// The part of it.
    pub class: Word<DispositionScope>,
    /// The law, rule or order that the erasure follows.
    pub authority: String,
    /// The schedule that applies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schedule: Option<String>,
    /// The event from which its retention counts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub event: Option<String>,
    /// The day of the event.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cutoff: Option<Date>,
    /// The first day on which it is due.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<Date>,
    /// Number of files of that part.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The bag's digest: the SHA-256 of its `tagmanifest-sha256.txt`.
    pub bag: String,
}

impl Plan {
    pub(crate) fn new(by: Option<Date>, heads: Vec<Head>, mut sessions: Vec<Planned>) -> Self {
        sessions.sort_by(|one, other| one.session.as_str().cmp(other.session.as_str()));
        let (files, bytes) = (sessions.iter().map(|planned| planned.files).sum(), sessions.iter().map(|planned| planned.bytes).sum());
        Self { schema: SCHEMA.to_owned(), version: VERSION, by, heads, files, bytes, sessions }
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// Fails only by a defect of this program.
    pub fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self);
        Ok(json(text.map_err(|error| Error::unexpected("cannot write a disposition plan").caused_by(error))? + "\n"))
    }

    /// Reads a plan that is to be followed. Only the exact text that this program writes is a plan: what its reader saw is all of it.
    ///
    /// # Errors
    /// It is no such text, is of a newer version, or does not name its sessions once and in order.
    pub fn read(bytes: &[u8], shown: &str) -> Result<Self> {
        let hint = "make a plan with `vmedia retention plan`, and have it signed";
        let refused = |what: String| Error::new(ErrorKind::Unapproved, what, hint);
        let plan = Self::parse(bytes).ok_or_else(|| refused(format!("{shown} is no disposition plan that this version can read")))?;
        if plan.text()?.as_bytes() != bytes {
            return Err(refused(format!("{shown} is not as `vmedia retention plan` writes it: something else wrote or changed it")));
        }
        let ids = plan.sessions.iter().map(|planned| planned.session.as_str());
        if !ids.is_sorted_by(|one, next| one < next) {
            return Err(refused(format!("{shown} does not name each session once, in the order of their ids")));
        }
        Ok(plan)
    }

    /// Parses a plan that was followed.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|plan: &Self| plan.schema == SCHEMA && plan.version <= VERSION)
    }

    /// Returns the entry of a session.
    pub(crate) fn of(&self, session: &SessionId) -> Option<&Planned> {
        let at = self.sessions.binary_search_by(|planned| planned.session.as_str().cmp(session.as_str()));
        at.ok().and_then(|at| self.sessions.get(at))
    }
}

/// Returns the part of a session that an erasure is about.
pub(crate) fn part_of(facts: &ErasureFacts) -> DispositionScope {
    if facts.class.is_some() { DispositionScope::Biometric } else { DispositionScope::Session }
}

/// Returns the folder in which the archive keeps a plan and its signatures.
fn folder(sha256: &str) -> StorePath {
    StorePath::name(crate::erasure::FOLDER).join(FOLDER).join(sha256)
}

/// Returns the path at which the archive keeps a plan, by its digest.
pub(crate) fn plan_path(sha256: &str) -> StorePath {
    folder(sha256).join(PLAN)
}

/// Returns the path at which it keeps a signature of the plan, by the digests of both.
pub(crate) fn signature_path(plan: &str, sha256: &str) -> StorePath {
    folder(plan).join(sha256.get(..SHORT).unwrap_or(sha256)).with_suffix(".sig")
}

/// Returns the digest that the journal has of a plan or, in part, of a signature, by the path of the file; `None` for any other file.
pub(crate) fn digest_in(path: &StorePath) -> Option<&str> {
    let below = path.as_str().strip_prefix(crate::erasure::FOLDER)?.strip_prefix('/')?.strip_prefix(FOLDER)?.strip_prefix('/')?;
    let (plan, name) = below.split_once('/')?;
    if name == PLAN { Some(plan) } else { name.strip_suffix(".sig").filter(|digest| digest.len() == SHORT) }
}
