//! The error of a session that failed as a whole, from the cause of its failure. Must not know how it is shown.

use crate::archive::Reason;
use crate::error::{Error, ErrorKind};
use crate::http::{Cause, Failure};
use crate::model::SessionId;

/// Returns the error of a session, with its hint. `credentials` describes those that were used.
pub(crate) fn session_error(session: &SessionId, failure: Failure, credentials: &str) -> Error {
    let detail = failure.detail;
    if let Some(local) = failure.local {
        return *local;
    }
    let (kind, what, hint) = match failure.cause {
        Cause::Refused => (
            ErrorKind::Refused,
            format!("the provider refuses the credentials: {detail}"),
            format!("used were {credentials}; each integration has its own, and may accept certain addresses only"),
        ),
        Cause::NotFound | Cause::Withheld => (
            ErrorKind::NotFound,
            format!("session {session} is not found at the provider: {detail}"),
            "it never existed, was deleted, is past the provider's retention, or belongs to another integration; check the id".to_owned(),
        ),
        Cause::Unlisted => (
            ErrorKind::NotFound,
            format!("session {session} is there, but {detail}"),
            format!("check the id; vmedia attempts {session} lists those that it has"),
        ),
        Cause::Rejected => (
            ErrorKind::Rejected,
            format!("the provider rejects the request for session {session}: {detail}"),
            "check the id and the base URL; asking again will not help".to_owned(),
        ),
        Cause::Excessive => (
            ErrorKind::Rejected,
            format!("the provider answers more than can be true of session {session}: {detail}"),
            "what is archived of it stays as it is; docs/scripts.md lists the limits; ask the provider what is wrong with this session".to_owned(),
        ),
        Cause::Certificate => (
            ErrorKind::Unavailable,
            format!("cannot reach the provider safely: {detail}"),
            "check the base URL and this machine's clock; behind a proxy that opens TLS, name its authority with --ca-cert".to_owned(),
        ),
        Cause::Throttled | Cause::Unavailable | Cause::TimedOut | Cause::Broken => (
            ErrorKind::Unavailable,
            format!("the provider is unavailable: {detail}"),
            "check the network and the base URL, or run the same command again later; what is finished is not fetched again".to_owned(),
        ),
        Cause::Unusable => (
            ErrorKind::Unavailable,
            format!("the provider's answer cannot be used: {detail}"),
            "check the base URL; a gateway or a login page may stand in between".to_owned(),
        ),
        Cause::Untrusted | Cause::Disagrees => (
            ErrorKind::Rejected,
            format!("the provider's answer cannot be trusted: {detail}"),
            "after a key rotation list all active secrets in VMEDIA_API_SECRET, separated by commas; --strict also refuses answers without a signature; otherwise a proxy or an attacker changes what you receive".to_owned(),
        ),
        Cause::Stopped | Cause::Local | Cause::Deferred => (ErrorKind::Partial, detail, "run the same command again".to_owned()),
    };
    Error::new(kind, what, hint)
}

/// Returns the reason for which a media file or companion document was not fetched.
pub(super) fn reason(cause: Cause, text: String) -> Reason {
    match cause {
        Cause::Refused => Reason::Refused { text },
        Cause::NotFound | Cause::Unlisted => Reason::NotFound { text },
        Cause::Withheld => Reason::Withheld { text },
        Cause::Rejected => Reason::Rejected { text },
        Cause::Throttled | Cause::Unavailable => Reason::Unavailable { text },
        Cause::Certificate => Reason::Certificate { text },
        Cause::TimedOut => Reason::TimedOut { text },
        Cause::Broken => Reason::Broken { text },
        Cause::Unusable => Reason::Unusable { text },
        Cause::Excessive => Reason::Excessive { text },
        Cause::Untrusted => Reason::Untrusted { text },
        Cause::Disagrees => Reason::Disagrees { text },
        Cause::Local => Reason::Local { text },
        Cause::Stopped | Cause::Deferred => Reason::RunEnded,
    }
}

/// Returns the error of a session whose files are whole, but some of which replace lost ones.
pub(super) fn lost(losses: &[String]) -> Error {
    let what = match losses {
        [only] => only.clone(),
        _ => format!("{}; and so are {} more", losses.first().map_or("", String::as_str), losses.len() - 1),
    };
    let hint = "look for the original in a backup, and keep it outside of the archive; archive.json says what it was";
    Error::new(ErrorKind::Partial, what, hint)
}
