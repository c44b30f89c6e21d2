//! Reasons and disagreements: stable codes with their data, and their texts.
//!
//! Records, journal lines and events carry both as [`Coded`]. Code compares the facts, never their texts, so a text can be
//! reworded at any time.

use crate::class::Class;
use crate::coded::Coded;
use crate::model::Kind;
use crate::text::day;
use crate::word::Word;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A [`Reason`] as records, journal lines and events carry it.
pub type CodedReason = Coded<Reason>;

/// The reason why a media file or companion document is not archived, is excluded, or is fetched (again).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "`text` is the text for people, and the other fields have the names of their types")]
pub enum Reason {
    /// It was listed, and no run has settled it yet.
    NotFetched,
    /// The run that listed it was killed before it fetched it.
    RunKilled,
    /// The run ended before it fetched it.
    RunEnded,
    /// `--only` leaves out its kind.
    KindNotSelected { kind: Kind },
    /// No `--context` matches it.
    ContextNotSelected { context: String },
    /// A repair fetches only what was archived before.
    NotDamaged,
    /// A newer version gave it a state that only such a version may change.
    NewerState { state: String },
    /// Its class was erased by order.
    Erased { class: Word<Class>, authority: String, reason: String, at: Timestamp },
    /// The archive does not have it.
    NotArchived,
    /// The archive has all its bytes.
    Intact,
    /// Its archived file is missing or altered.
    Damaged { text: String },
    /// `--refetch` compares it with what the provider has.
    Refetch,
    /// The listing declares another size than it did when the file was fetched.
    SizeChanged,
    /// The archived file is an error message and no media file.
    ErrorMessage,
    /// The provider refused the credentials.
    Refused { text: String },
    /// The provider does not have it.
    NotFound { text: String },
    /// The provider may not hand it out.
    Withheld { text: String },
    /// The same, of a file whose archived copy is damaged.
    DamagedAndWithheld { text: String },
    /// The provider rejected the request; asking again changes nothing.
    Rejected { text: String },
    /// The provider or the network was not available.
    Unavailable { text: String },
    /// The server's certificate was not accepted.
    Certificate { text: String },
    /// The transfer took longer than `--max-time` allows.
    TimedOut { text: String },
    /// The transfer ended early, or was not as long as announced.
    Broken { text: String },
    /// The answer is not a media file or document of the kind that was requested.
    Unusable { text: String },
    /// The answer exceeds the limit for its size.
    Excessive { text: String },
    /// The provider's signature is wrong, or missing with `--strict`.
    Untrusted { text: String },
    /// It is not what the listing declares.
    Disagrees { text: String },
    /// A local error, such as a full disk.
    Local { text: String },
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFetched => formatter.write_str("not fetched yet"),
            Self::RunKilled => formatter.write_str("the run that listed it was killed before it fetched it"),
            Self::RunEnded => formatter.write_str("the run ended before it was fetched"),
            Self::KindNotSelected { kind } => write!(formatter, "--only leaves out {kind}"),
            Self::ContextNotSelected { context } => write!(formatter, "no --context matches {context:?}"),
            Self::NotDamaged => formatter.write_str("not part of the repair; `vmedia download` requests it"),
            Self::NewerState { state } => write!(formatter, "a newer version of vmedia wrote its state, \"{state}\""),
            Self::Erased { authority, reason, at, .. } => write!(formatter, "erased on {} ({authority}): {reason}", day(*at)),
            Self::NotArchived => formatter.write_str("not here yet"),
            Self::Intact => formatter.write_str("here and whole"),
            Self::Refetch => formatter.write_str("to compare (--refetch)"),
            Self::SizeChanged => formatter.write_str("to compare: the listing now declares another size"),
            Self::ErrorMessage => formatter.write_str("to compare: the archived file is an error message"),
            Self::Damaged { text }
            | Self::Refused { text }
            | Self::NotFound { text }
            | Self::Withheld { text }
            | Self::DamagedAndWithheld { text }
            | Self::Rejected { text }
            | Self::Unavailable { text }
            | Self::Certificate { text }
            | Self::TimedOut { text }
            | Self::Broken { text }
            | Self::Unusable { text }
            | Self::Excessive { text }
            | Self::Untrusted { text }
            | Self::Disagrees { text }
            | Self::Local { text } => formatter.write_str(text),
        }
    }
}

/// Returns the text of a reason, or that none is recorded.
pub(crate) fn reason_text(reason: Option<&CodedReason>) -> String {
    reason.map_or_else(|| "no reason recorded".to_owned(), CodedReason::text)
}

/// A difference between a media file and its listing or answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Disagreement {
    /// The listing declares another size.
    Size {
        /// The declared size in bytes.
        declared: u64,
        /// The size of the file in bytes.
        received: u64,
    },
    /// The listing declares another type.
    Type {
        /// The declared media type, type hint or kind.
        declared: String,
        /// The media type by the first bytes; absent when it is unknown.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        received: Option<String>,
    },
    /// The answer's `Content-Type` is another type.
    ContentType {
        /// The `Content-Type`.
        declared: String,
        /// The media type by the first bytes; absent when it is unknown.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        received: Option<String>,
    },
    /// The file looks like an error message or a page and not like a media file.
    NotMedia {
        /// The text for people.
        text: String,
    },
    /// The answer is not signed, although the provider signed earlier ones of the session.
    Unsigned,
    /// No length, signature or declared size shows that the file is whole.
    LengthUnknown,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = |received: &Option<String>| received.clone().unwrap_or_else(|| "an unknown format".to_owned());
        match self {
            Self::Size { declared, received } => write!(formatter, "the listing says {declared} bytes, {received} came"),
            Self::Type { declared, received } => write!(formatter, "the listing says {declared}, the bytes say {}", format(received)),
            Self::ContentType { declared, received } => {
                write!(formatter, "the answer says {declared}, the bytes say {}", format(received))
            }
            Self::NotMedia { text } => formatter.write_str(text),
            Self::Unsigned => formatter.write_str("the answer is not signed, although the provider signed earlier media of this session"),
            Self::LengthUnknown => {
                formatter.write_str("nothing proves that the transfer was whole: no length, no signature, no declared size")
            }
        }
    }
}
