//! Events: the contract between the run and its display, and the lines of `--format json`.
//!
//! Events are tagged and versioned; fields are added, never renamed or removed. They hold no secret, no signature and
//! nothing of what a picture shows. Must not know how they are shown.

use super::erasing::{AtProvider, AtStore, Erasure};
use super::error_text::ErrorText;
use super::tally::{RetentionCounts, Tally};
use crate::archive::verify::{Aspect, Away, JournalMissing, JournalReport, SessionReport};
use crate::archive::{Approval, Authenticated, Class, Coded, CodedReason, Disagreement, RefusedSignature, State};
use crate::exit::Exit;
use crate::model::{AttemptId, Kind, MediaId, SessionId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An event. Fields are documented where the name and the type leave a question open.
#[expect(missing_docs, reason = "the other fields are named after their content")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The run begins.
    RunStarted {
        version: String,
        provider: String,
        base_url: String,
        sessions: u64,
        archive: String,
        /// True if the run only plans.
        dry_run: bool,
        /// True if the sessions are read while they are archived (`--stream`); then `sessions` is 0.
        #[serde(default)]
        stream: bool,
    },
    /// An error ends the command; it is the last event.
    RunFailed {
        exit: Exit,
        /// The exit status of the process.
        code: u8,
        error: ErrorText,
    },
    /// An argument is not a session id; the others are used.
    ArgumentRejected {
        /// Its number among the ids, from 1.
        number: u64,
        reason: String,
    },
    /// A line of an id list is not a session id.
    LineRejected {
        /// Its number, from 1.
        line: u64,
        reason: String,
    },
    /// A file of a folder of webhooks is not used.
    FileRejected {
        /// Its name in the folder.
        file: String,
        reason: String,
    },
    /// The files of a folder of webhooks whose sessions need no further run were moved to its folder `done`.
    FilesMoved { folder: String, moved: u64, left: u64 },
    /// Another run holds the session; this one comes back to it.
    SessionWaiting {
        session: SessionId,
        /// Description of the run that holds the session.
        holder: String,
    },
    /// The archived files of a session are read again and compared with their digests.
    SessionReread { session: SessionId, bytes: u64 },
    /// The provider listed a session, and the listing was compared with the archive.
    SessionListed {
        session: SessionId,
        attempts: u64,
        media: u64,
        /// Number of media files to fetch.
        to_fetch: u64,
        /// Sum of their declared sizes.
        bytes: u64,
    },
    /// The planned action for a media file (`--dry-run`).
    MediaPlanned {
        session: SessionId,
        media: MediaId,
        kind: Kind,
        /// The content, such as `document-front`.
        context: Option<String>,
        /// Declared bytes.
        size: Option<u64>,
        /// `fetch`, `keep` or `exclude`.
        action: String,
        reason: CodedReason,
        /// The path that the file has or would get, below the session's folder.
        path: String,
    },
    /// A request was answered (shown with `-v`).
    Answered {
        session: SessionId,
        /// Endpoint and id, without host.
        request: String,
        /// HTTP status.
        status: u16,
        /// Time from the request to the head of the answer.
        milliseconds: u64,
    },
    /// An attempt failed and another follows.
    Retrying {
        session: SessionId,
        /// Endpoint and id, without host.
        request: String,
        /// Number of failed attempts so far.
        failed: u32,
        /// Milliseconds until the next attempt.
        wait: u64,
        reason: CodedReason,
    },
    /// A transfer begins.
    MediaStarted {
        session: SessionId,
        media: MediaId,
        kind: Kind,
        context: Option<String>,
        /// Declared bytes.
        size: Option<u64>,
    },
    /// A media file is settled for this run.
    MediaFinished {
        session: SessionId,
        media: MediaId,
        attempt: Option<AttemptId>,
        kind: Kind,
        context: Option<String>,
        state: State,
        /// True if its bytes came in this run.
        fetched: bool,
        /// Its path below the session's folder.
        path: Option<String>,
        bytes: Option<u64>,
        sha256: Option<String>,
        /// The reason, unless it is archived.
        reason: Option<CodedReason>,
        /// Differences from the declaration.
        disagreements: Vec<Coded<Disagreement>>,
    },
    /// Something is missing from a session besides media: a listing, a companion document. The session is incomplete.
    Problem { session: SessionId, text: String },
    /// Information about a session that a person should have.
    Notice { session: SessionId, text: String },
    /// Information of the same importance that concerns no session.
    Remark { text: String },
    /// A session is done, in the order in which sessions were given.
    SessionFinished {
        session: SessionId,
        exit: Exit,
        folder: String,
        tally: Tally,
        /// The error, if the session failed as a whole.
        error: Option<ErrorText>,
        /// True if it was complete before, so that no request was sent and no file was read (`--skip-complete`).
        skipped: bool,
        /// True if the provider lists no media of it: nothing failed, and there is no evidence.
        #[serde(default)]
        empty: bool,
    },
    /// A session was read from a stream, and the run ended before it began.
    SessionNotStarted { session: SessionId },
    /// The session was erased by order, and is not fetched again (`download`).
    SessionErasedBefore {
        session: SessionId,
        /// The time of the erasure; none if it is under way.
        erased: Option<Timestamp>,
        /// The law, rule or order that it followed.
        authority: String,
    },
    /// The signatures of a plan were judged (`erase --plan`).
    PlanJudged {
        /// The plan's file.
        plan: String,
        sha256: String,
        sessions: u64,
        /// Number of persons who must have approved it.
        needed: u64,
        /// An approval of each person who did.
        approvals: Vec<Approval>,
        /// The signatures that do not count.
        refused: Vec<RefusedSignature>,
    },
    /// A session was erased (`erase`).
    SessionErased {
        session: SessionId,
        outcome: Erasure,
        /// The class of media, if the rest of the session stays.
        #[serde(default)]
        class: Option<Class>,
        folder: String,
        files: u64,
        bytes: u64,
        /// The time at which nothing was left.
        erased: Option<Timestamp>,
        /// The law, rule or order that it follows.
        authority: String,
        /// The page of the certificate.
        certificate: Option<String>,
        /// What became of it at the provider; none if that was not asked, or failed.
        #[serde(default)]
        at_provider: Option<AtProvider>,
        /// What became of it in buckets; none if that was not ordered.
        #[serde(default)]
        at_store: Option<AtStore>,
    },
    /// A line of a list is left out (`retention cutoff`).
    RowRejected { line: u64, reason: String },
    /// Sessions are held for a case (`hold add`).
    SessionsHeld {
        case: String,
        /// The day after which the hold is reported as run out.
        until: Option<Date>,
        /// Sessions that are held now, as far as is known.
        sessions: u64,
        /// Sessions that the case did not hold before.
        recorded: u64,
        /// Those of the held ones that the archive does not have yet.
        unknown: u64,
        /// Sessions that were erased before, or may be by a run that has not seen the hold.
        lost: u64,
    },
    /// The holds of a case were released (`hold release`).
    CaseReleased {
        case: String,
        sessions: u64,
        /// Those of them that other cases still hold.
        held: u64,
    },
    /// The days from which the retention of sessions counts were recorded (`retention cutoff`).
    CutoffsRecorded {
        new: u64,
        corrected: u64,
        withdrawn: u64,
        unchanged: u64,
        /// Sessions that the archive does not have yet.
        unknown: u64,
    },
    /// The sessions of an archive were counted by their retention (`retention due`).
    RetentionCounted {
        archive: String,
        /// The day for which they are counted.
        by: Date,
        #[serde(flatten)]
        counts: RetentionCounts,
    },
    /// A session was adopted (`adopt`).
    SessionAdopted {
        folder: String,
        files: u64,
        /// Bytes that were read.
        bytes: u64,
        /// The result for the provider's signatures; none without `--authenticate`.
        authenticated: Option<Authenticated>,
    },
    /// An encryption of sessions begins (`encrypt`).
    EncryptStarted {
        archive: String,
        sessions: u64,
        /// Bytes to read, of the plain files and of their encrypted forms.
        bytes: u64,
        /// True if nothing is changed.
        dry_run: bool,
    },
    /// A session was encrypted, or would be, or failed.
    SessionEncrypted(super::encrypting::EncryptedSession),
    /// The encryption of sessions is over.
    EncryptFinished(super::encrypting::EncryptReport),
    /// A session was exported (`export`).
    SessionExported(super::exported::SessionExport),
    /// An export was made.
    ExportFinished(super::exported::ExportReport),
    /// Keys of a session were granted, handed out or encrypted to other recipients (`keys`).
    SessionKeyed(super::keyed::SessionKeyed),
    /// An act on keys is over.
    KeysFinished(super::keyed::KeysReport),
    /// Shipping begins (`ship`).
    ShipStarted {
        archive: String,
        /// The URL of the place in the bucket.
        place: String,
        sessions: u64,
        /// Number of files sent in parallel.
        workers: u64,
        /// True if nothing is sent.
        dry_run: bool,
    },
    /// A session is in the bucket, or would be sent, or failed.
    SessionShipped(super::shipped::ShippedSession),
    /// The payload of a session was fetched back from a bucket (`repair --from-bucket`).
    PayloadReturned(super::returned::ReturnedPayload),
    /// Shipping is over.
    ShipFinished(super::shipped::ShipReport),
    /// The part of the journal that a run wrote was sealed, as far as the seals could be made.
    JournalSealed {
        /// The segment, below the archive's folder.
        segment: String,
        /// The fingerprint of the key that signed it.
        signed_by: Option<String>,
        /// The time of the time stamp.
        stamped: Option<Timestamp>,
        /// Errors of the seals that are missing.
        errors: Vec<ErrorText>,
    },
    /// The status of the run, on request (SIGUSR1).
    RunStatus {
        total: u64,
        done: u64,
        /// Counts of media files so far, of running sessions too.
        tally: Tally,
        /// Number of transfers under way.
        running: u64,
        milliseconds: u64,
    },
    /// The run is over.
    RunFinished {
        exit: Exit,
        /// The exit status of the process.
        code: u8,
        complete: u64,
        /// Those of them that were complete before and were skipped (`--skip-complete`).
        skipped: u64,
        /// Sessions of which the provider lists no media.
        #[serde(default)]
        empty: u64,
        /// Sessions that were erased by order, and were not asked about.
        #[serde(default)]
        erased: u64,
        incomplete: u64,
        not_started: u64,
        /// True if the time limit (`--max-duration`) was reached before the sessions were done.
        #[serde(default)]
        out_of_time: bool,
        tally: Tally,
        milliseconds: u64,
    },
    /// A catalog begins (`catalog`).
    CatalogStarted { sessions: u64 },
    /// A verification begins (`verify`).
    VerifyStarted {
        bags: u64,
        /// Bytes of payload to read, by the manifests.
        bytes: u64,
        /// Number of files read at once.
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
        exit: Exit,
        /// The exit status of the process.
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
        /// Sessions of which the journal says that they were erased, and of which nothing is left.
        #[serde(default)]
        erased: u64,
        /// The aspects in which every one of these bags matches; empty when anything was found.
        checked: Vec<Aspect>,
        files: u64,
        bytes: u64,
        /// Bytes of files that were not read, because a bucket's own SHA-256 vouches for them (`--by store`).
        #[serde(skip_serializing_if = "Option::is_none", default)]
        vouched: Option<u64>,
        /// Bytes of files that were not read, because a report vouches for them (`--report`).
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reported: Option<u64>,
        /// Sessions without findings whose payload, or some of it, a bucket has.
        #[serde(default)]
        elsewhere: u64,
        /// That payload.
        #[serde(skip_serializing_if = "Away::is_none", default)]
        away: Away,
        /// The reason for which the result is not about everything; none when everything was read.
        partial: Option<String>,
        /// True if the time limit (`--max-duration`) was reached before everything was read.
        #[serde(default)]
        out_of_time: bool,
        milliseconds: u64,
    },
}
