//! What happens, as data: the contract between the run and its display, and what `--format json` prints.
//!
//! Events are tagged and versioned; fields are added, never renamed or removed. They hold no secret, no signature and
//! nothing of what a picture shows. Must not know how it is shown.

use super::outcome::ErrorText;
use super::tally::Tally;
use crate::archive::verify::{Aspect, JournalMissing, JournalReport, SessionReport};
use crate::archive::{Coded, CodedReason, Disagreement, State};
use crate::exit::Exit;
use crate::model::{AttemptId, Kind, MediaId, SessionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the event schema.
pub const VERSION: u32 = 1;

/// An event as a line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventLine {
    /// The version of the schema.
    pub v: u32,
    /// When it was sent.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Between workers and the thread that owns the terminal.
#[derive(Debug, Clone)]
pub enum Message {
    /// Something happened; `transfer` names the transfer that it belongs to, for progress bars.
    Event {
        /// The running transfer's number.
        transfer: Option<u64>,
        /// What happened.
        event: Box<Event>,
    },
    /// So many bytes of a transfer arrived; the count starts anew with every try.
    Progress {
        /// The running transfer's number.
        transfer: u64,
        /// Bytes of this try.
        bytes: u64,
    },
    /// A transfer ended, whatever became of it.
    Ended {
        /// The transfer's number.
        transfer: u64,
    },
    /// The status of the run was requested (SIGUSR1).
    Asked,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// The version of the program.
        version: String,
        /// The provider.
        provider: String,
        /// Where it is asked.
        base_url: String,
        /// How many sessions.
        sessions: u64,
        /// Where they are archived.
        archive: String,
        /// Whether this only plans.
        dry_run: bool,
    },
    /// An error ends the command, which does not begin or go on; it is the last event.
    RunFailed {
        /// How the command ends.
        exit: Exit,
        /// The same as a number.
        code: u8,
        /// What happened and what to do about it.
        error: ErrorText,
    },
    /// A word of the command line is no session id; others go on.
    ArgumentRejected {
        /// Its number among the ids, from 1.
        number: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of an id list is not one.
    LineRejected {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// Another run holds the session; this one comes back to it.
    SessionWaiting {
        /// The session.
        session: SessionId,
        /// Who holds it.
        holder: String,
    },
    /// The files that the archive has of a session are read again and compared with their digests.
    SessionReread {
        /// The session.
        session: SessionId,
        /// How many bytes.
        bytes: u64,
    },
    /// The provider said what the session holds, and it was compared with the archive.
    SessionListed {
        /// The session.
        session: SessionId,
        /// How many attempts.
        attempts: u64,
        /// How many media.
        media: u64,
        /// How many will be fetched.
        to_fetch: u64,
        /// Their declared bytes, as far as declared.
        bytes: u64,
    },
    /// What would be done with a medium (`--dry-run`).
    MediaPlanned {
        /// The session.
        session: SessionId,
        /// The medium.
        media: MediaId,
        /// Its sort.
        kind: Kind,
        /// What it shows.
        context: Option<String>,
        /// Declared bytes.
        size: Option<u64>,
        /// `fetch`, `keep` or `exclude`.
        action: String,
        /// Why.
        reason: CodedReason,
        /// Where it is or would be filed, below the session's folder.
        path: String,
    },
    /// A request was answered (shown with `-v`).
    Answered {
        /// The session.
        session: SessionId,
        /// Which endpoint and id, without host.
        request: String,
        /// The status code.
        status: u16,
        /// From request to answer.
        milliseconds: u64,
    },
    /// A try failed and another follows.
    Retrying {
        /// The session.
        session: SessionId,
        /// Which endpoint and id, without host.
        request: String,
        /// How many tries failed so far.
        failed: u32,
        /// Milliseconds until the next.
        wait: u64,
        /// What failed.
        reason: CodedReason,
    },
    /// A transfer begins.
    MediaStarted {
        /// The session.
        session: SessionId,
        /// The medium.
        media: MediaId,
        /// Its sort.
        kind: Kind,
        /// What it shows.
        context: Option<String>,
        /// Declared bytes.
        size: Option<u64>,
    },
    /// A medium is settled for this run.
    MediaFinished {
        /// The session.
        session: SessionId,
        /// The medium.
        media: MediaId,
        /// Its attempt.
        attempt: Option<AttemptId>,
        /// Its sort.
        kind: Kind,
        /// What it shows.
        context: Option<String>,
        /// What became of it.
        state: State,
        /// Whether its bytes came in this run.
        fetched: bool,
        /// Its path below the session's folder.
        path: Option<String>,
        /// Its bytes.
        bytes: Option<u64>,
        /// Its SHA-256.
        sha256: Option<String>,
        /// Why, unless it is archived.
        reason: Option<CodedReason>,
        /// Where it is not what was declared.
        disagreements: Vec<Coded<Disagreement>>,
    },
    /// Something is missing from a session besides media: a listing, a companion document. The session is incomplete.
    Problem {
        /// The session.
        session: SessionId,
        /// What.
        text: String,
    },
    /// Something that a person should know.
    Notice {
        /// The session.
        session: SessionId,
        /// What.
        text: String,
    },
    /// Something that a person should know and that concerns no session.
    Remark {
        /// What.
        text: String,
    },
    /// A session is done, in the order in which sessions were given.
    SessionFinished {
        /// The session.
        session: SessionId,
        /// How it ended.
        exit: Exit,
        /// Its folder.
        folder: String,
        /// Counts.
        tally: Tally,
        /// Why, when it failed as a whole.
        error: Option<ErrorText>,
        /// Whether it was complete before, so that no request was sent and no file was read (`--skip-complete`).
        skipped: bool,
        /// Whether the provider lists no media of it: nothing failed, and there is no evidence.
        #[serde(default)]
        empty: bool,
    },
    /// The part of the journal that a run wrote was sealed, as far as that could be had.
    JournalSealed {
        /// The segment, below the archive's folder.
        segment: String,
        /// The fingerprint of the key that signed it.
        signed_by: Option<String>,
        /// When the authority stamped it.
        stamped: Option<Timestamp>,
        /// What could not be had.
        errors: Vec<ErrorText>,
    },
    /// The status of the run, on request (SIGUSR1).
    RunStatus {
        /// How many sessions there are.
        total: u64,
        /// How many were requested.
        done: u64,
        /// Counts of media so far, those of running sessions among them.
        tally: Tally,
        /// Transfers that are under way.
        running: u64,
        /// Since the run began.
        milliseconds: u64,
    },
    /// The run is over.
    RunFinished {
        /// How it ended.
        exit: Exit,
        /// The number that the process ends with.
        code: u8,
        /// Sessions that are complete.
        complete: u64,
        /// Of those, how many were so before and were left alone (`--skip-complete`).
        skipped: u64,
        /// Sessions of which the provider lists no media.
        #[serde(default)]
        empty: u64,
        /// Sessions that are not.
        incomplete: u64,
        /// Sessions that were never begun.
        not_started: u64,
        /// Whether the time that the run was given (`--max-duration`) was over before its sessions were done.
        #[serde(default)]
        out_of_time: bool,
        /// Counts over all sessions.
        tally: Tally,
        /// Duration of the run.
        milliseconds: u64,
    },
    /// A catalog begins (`catalog`).
    CatalogStarted {
        /// How many sessions.
        sessions: u64,
    },
    /// A verification begins (`verify`).
    VerifyStarted {
        /// How many bags.
        bags: u64,
        /// How many bytes of payload are to be read, as far as the bags say.
        bytes: u64,
        /// How many files are read at once.
        workers: u64,
    },
    /// An archive's journal was verified.
    JournalVerified(JournalReport),
    /// Sessions name runs whose parts of the journal are missing. Follows the last session.
    JournalMissing(JournalMissing),
    /// A session was verified.
    BagVerified(SessionReport),
    /// A verification is over.
    VerifyFinished {
        /// How it ended.
        exit: Exit,
        /// The number that the process ends with.
        code: u8,
        /// Bags that were checked to their end.
        bags: u64,
        /// Bags with findings.
        damaged: u64,
        /// Journals with findings.
        journals: u64,
        /// Bags without findings of which the provider could not deliver something.
        incomplete: u64,
        /// Bags without findings of sessions for which the provider never listed any media.
        empty: u64,
        /// What every one of these bags was compared with, and matches; empty when anything was found.
        checked: Vec<Aspect>,
        /// Payload files that were read.
        files: u64,
        /// Bytes that were read.
        bytes: u64,
        /// Why it says nothing of the whole; none when everything was read.
        partial: Option<String>,
        /// Whether the time that it was given (`--max-duration`) was over before everything was read.
        #[serde(default)]
        out_of_time: bool,
        /// Duration.
        milliseconds: u64,
    },
}
