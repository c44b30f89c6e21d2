//! Judges the provider's answer to the probe: connection, credentials, signature and clock, with hints.
//!
//! Must not send anything.

use crate::engine::Probe;
use crate::error::{Error, ErrorKind};
use crate::http::{Cause, Failure};
use crate::provider::{ProbeOutcome, Provider, Signature};
use crate::report::Checklist;
use jiff::SignedDuration;

/// Largest difference of the clocks that is not reported.
const MOST_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The provider that was asked, and the description of the credentials.
pub(super) struct Asked<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) base_url: &'a str,
    pub(super) credentials: &'a str,
    /// True if that is a token, which expires.
    pub(super) is_token: bool,
}

/// Adds the judgements of an answer to the list.
pub(super) fn judge(answer: Result<Probe, Failure>, asked: &Asked<'_>, checklist: &mut Checklist) {
    match answer {
        Ok(probe) => {
            let way = if asked.base_url.starts_with("https:") { "over TLS, with a certificate that fits" } else { "without TLS" };
            checklist.fine("connection", format!("{} answers {way}", asked.base_url));
            welcome(&probe, asked, checklist);
            if probe.reception == ProbeOutcome::Accepted {
                signature(&probe, asked, checklist);
            }
            clock(&probe, asked, checklist);
        }
        Err(failure) if failure.status.is_some() => {
            checklist.fine("connection", format!("{} answers", asked.base_url));
            let what = format!("{} is not able to answer now: {}", asked.provider.name(), failure.detail);
            let hint = "nothing is wrong here; try again later, and look at the provider's status page if it stays so";
            checklist.wrong("answer", &Error::new(ErrorKind::Unavailable, what, hint));
        }
        Err(failure) => checklist.wrong("connection", &unreachable(failure)),
    }
}

fn unreachable(failure: Failure) -> Error {
    if let Some(local) = failure.local {
        return *local;
    }
    let detail = failure.detail;
    match failure.cause {
        Cause::Certificate => Error::new(
            ErrorKind::Unavailable,
            format!("the connection is not safe: {detail}"),
            "check the base URL and this machine's clock; where a proxy opens TLS, ask the network's administrator for its certificate and name it with --ca-cert",
        ),
        Cause::Rejected => {
            Error::new(ErrorKind::Rejected, detail, "check the base URL and the credentials for letters that do not belong there")
        }
        _ => Error::new(
            ErrorKind::Unavailable,
            format!("the provider cannot be reached: {detail}"),
            "check the base URL and the network; where a proxy is needed, set HTTPS_PROXY; a firewall has to let this machine out to that host",
        ),
    }
}

fn welcome(probe: &Probe, asked: &Asked<'_>, checklist: &mut Checklist) {
    let (name, said) = (asked.provider.name(), &probe.said);
    let used = format!("{} {}", if asked.is_token { "used was" } else { "used were" }, asked.credentials);
    let (kind, what, hint) = match (probe.reception, probe.status) {
        (ProbeOutcome::Accepted, _) => {
            checklist.fine("answer", format!("{name} accepts the credentials ({said}: the requested session does not exist, as expected)"));
            return;
        }
        (ProbeOutcome::Refused, 403) => (
            ErrorKind::Refused,
            format!("{name} knows the credentials or this machine, and refuses: {said}"),
            format!(
                "ask the administrator of the account whether this {} may read sessions, and from which addresses; {used}",
                if asked.is_token { "token" } else { "key" },
            ),
        ),
        (ProbeOutcome::Refused, _) if asked.is_token => (
            ErrorKind::Refused,
            format!("{name} refuses the credentials: {said}"),
            format!(
                "{used}; its time may be over: get a new one for the same integration, and check that the base URL is that integration's"
            ),
        ),
        (ProbeOutcome::Refused, _) => (
            ErrorKind::Refused,
            format!("{name} refuses the credentials: {said}"),
            format!("{used}; copy both anew from the same integration, and check that the base URL is that integration's"),
        ),
        (ProbeOutcome::Foreign, 300..400) => (
            ErrorKind::Rejected,
            format!("the base URL leads elsewhere: {said}"),
            "copy the base URL again as the provider shows it; a sign-in page of the network may stand in between".to_owned(),
        ),
        (ProbeOutcome::Foreign, 200 | 404 | 410) => (
            ErrorKind::Unavailable,
            format!("something answers there that is not {name}: HTTP {} without JSON", probe.status),
            "check the base URL, its path too; a proxy or a sign-in page of the network may stand in between".to_owned(),
        ),
        (ProbeOutcome::Foreign, _) => (
            ErrorKind::Rejected,
            format!("{name} rejects the request: {said}"),
            "check the base URL; if it is right, this version may be too old for the provider".to_owned(),
        ),
    };
    checklist.wrong("answer", &Error::new(kind, what, hint));
}

fn signature(probe: &Probe, asked: &Asked<'_>, checklist: &mut Checklist) {
    if !asked.provider.signs_answers() {
        return;
    }
    match probe.signature {
        Signature::Held(_) => checklist.fine("signature", "the answer is signed with the shared secret"),
        Signature::Absent => {
            checklist.warning(
                "signature",
                "the answer is not signed",
                "runs with --strict would refuse it; ask the provider or the network administrator which proxy removes signatures",
            );
        }
        Signature::Wrong => {
            let what = "the answer is signed with a secret that is not one of ours";
            let hint =
                "list all active secrets, separated by commas; if there is no other, a proxy or an attacker changes what you receive";
            checklist.wrong("signature", &Error::new(ErrorKind::Rejected, what, hint));
        }
    }
}

fn clock(probe: &Probe, asked: &Asked<'_>, checklist: &mut Checklist) {
    let Some(ahead) = probe.ahead else {
        checklist.skipped("clock", "the answer names no time to compare with");
        return;
    };
    let seconds = ahead.unsigned_abs().as_secs();
    if ahead.abs() <= MOST_SKEW {
        checklist.fine("clock", format!("{seconds} s from the provider's"));
        return;
    }
    let way = if ahead.is_positive() { "ahead of" } else { "behind" };
    let what = format!("this machine's clock is {} {way} the provider's", crate::text::duration(ahead.unsigned_abs()));
    let consequence = if asked.provider.signs_with_time() {
        "requests carry the time and may be refused"
    } else {
        "records and journals get wrong times"
    };
    checklist.warning("clock", what, format!("{consequence}; let the system set its clock by the network (NTP)"));
}
