//! The results of a verification as data, and the caller that receives them.

use super::{Aspect, Away, Examined, Finding};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The caller of a verification: receives its results, and may stop it.
pub trait Observer: Sync {
    /// Returns the time, for the journal's lines and for keys that are valid until some time.
    fn now(&self) -> Timestamp;

    /// Receives a result. Sessions come in the order in which they were given, after the journals of their archives.
    fn report(&self, report: Report);

    /// Receives the number of bytes that a worker has read so far.
    fn progress(&self, _worker: u64, _bytes: u64) {}

    /// Returns whether the verification is to stop.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// A result.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// The verification begins.
    Started {
        /// Number of sessions.
        bags: u64,
        /// Number of bytes of payload to read, as far as the bags say.
        bytes: u64,
        /// Number of files read in parallel.
        workers: u64,
    },
    /// An archive's journal was verified.
    Journal(JournalReport),
    /// A session was verified.
    Session(SessionReport),
    /// Sessions name runs whose parts of the journal are missing.
    JournalMissing(JournalMissing),
}

/// The result for the journal of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalReport {
    /// The archive.
    pub archive: String,
    /// Number of runs in it.
    pub runs: u64,
    /// Number of lines.
    pub lines: u64,
    /// The SHA-256 of each last line that no other follows; one, unless several runs are at work.
    pub heads: Vec<String>,
    /// The signers of parts of it: names from the list of signers, or fingerprints.
    pub signed_by: Vec<String>,
    /// The time of its newest time stamp of those that were judged (`--tsa-ca`) and hold.
    pub stamped: Option<Timestamp>,
    /// The time of its newest time stamp of those that were not judged: what the archive claims, and no more.
    #[serde(default)]
    pub claimed: Option<Timestamp>,
    /// Number of runs that no seal covers.
    pub unsealed: u64,
    /// Findings.
    pub findings: Vec<Finding>,
    /// Remarks on what is no damage.
    pub notes: Vec<String>,
}

/// The result for sessions whose records name runs that the journal lacks. Follows the last session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalMissing {
    /// The archive.
    pub archive: String,
    /// Number of sessions.
    pub sessions: u64,
    /// The finding.
    pub finding: Finding,
}

/// The result for a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionReport {
    /// Its folder.
    pub folder: String,
    /// The session, when the record could be read.
    pub session: Option<String>,
    /// Payload files that were read.
    pub files: u64,
    /// Payload files that were not read, because only a sample was wanted.
    pub unread: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// The result for the session as a whole.
    pub outcome: SessionOutcome,
    /// Files whose signature was computed again and holds.
    pub held: u64,
    /// Payload files that came without a signature.
    pub unsigned: u64,
    /// Encrypted files that were opened, and hold what the provider sent.
    #[serde(default)]
    pub opened: u64,
    /// Payload that is not here, because a bucket has it.
    #[serde(default, skip_serializing_if = "Away::is_none")]
    pub away: Away,
    /// True if the session is encrypted.
    #[serde(default)]
    pub encrypted: bool,
    /// Comparisons that match; empty when anything was found.
    pub checked: Vec<Aspect>,
    /// Lines on what was listed or requested and never archived.
    pub missing: Vec<String>,
    /// Lines on media that were erased by order.
    #[serde(default)]
    pub erased: Vec<String>,
    /// Remarks on what is no damage.
    pub notes: Vec<String>,
    /// Findings.
    pub findings: Vec<Finding>,
}

/// The result for a session as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionOutcome {
    /// Nothing was found, and the provider delivered everything that it listed.
    Sound,
    /// Nothing was found; the provider could not deliver something.
    Incomplete,
    /// Nothing was found; the provider never listed any media, so there is no evidence here.
    Empty,
    /// Nothing was found in a sample.
    Sampled,
    /// Nothing was found in what is here; a bucket has the payload, or some of it.
    Elsewhere,
    /// Something was found.
    Damaged,
    /// It was not checked: another run is changing it or was killed while it did, or it cannot be read.
    Unchecked,
}

impl SessionOutcome {
    fn of(examined: &Examined) -> Self {
        match &examined.record {
            _ if examined.unfinished || examined.unreadable.contains(".") => Self::Unchecked,
            _ if !examined.findings.is_empty() => Self::Damaged,
            // A record that cannot be read is a finding.
            None => Self::Unchecked,
            Some(_) if examined.is_empty() => Self::Empty,
            Some(_) if !examined.is_complete() => Self::Incomplete,
            Some(_) if !examined.away.is_none() => Self::Elsewhere,
            Some(_) if examined.unread > 0 => Self::Sampled,
            Some(_) => Self::Sound,
        }
    }
}

impl SessionReport {
    pub(super) fn new(folder: String, examined: Examined) -> Self {
        Self {
            folder,
            session: examined.session().map(ToString::to_string),
            files: examined.files,
            unread: examined.unread,
            bytes: examined.bytes,
            outcome: SessionOutcome::of(&examined),
            held: examined.held,
            unsigned: examined.unsigned,
            opened: examined.opened,
            encrypted: examined.record.as_ref().is_some_and(|record| record.encryption.is_some()),
            checked: examined.checked(),
            away: examined.away,
            missing: examined.lacking,
            erased: examined.erased,
            notes: examined.notes,
            findings: examined.findings,
        }
    }
}
