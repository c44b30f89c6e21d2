//! Exit statuses: how a run, or one session of it, ended, and how many outcomes become one.

use crate::error::{Error, ErrorKind, Scope};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The end of a run, or of one session of it. JSON has `done`, or the code of the error's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All that was requested is done.
    Done,
    /// An error of this kind ended it.
    Failed(ErrorKind, Scope),
}

impl Exit {
    /// Some items failed; the others are archived.
    pub const PARTIAL: Self = Self::Failed(ErrorKind::Partial, Scope::Session);

    /// Returns the end that an error leads to.
    pub fn of(error: &Error) -> Self {
        Self::Failed(error.kind(), error.scope())
    }

    /// Returns the kind of the error, if it failed.
    pub fn kind(self) -> Option<ErrorKind> {
        match self {
            Self::Done => None,
            Self::Failed(kind, _) => Some(kind),
        }
    }

    /// Returns the exit status of the process.
    pub fn code(self) -> u8 {
        match self.kind() {
            None => 0,
            Some(ErrorKind::Unexpected) => 1,
            Some(ErrorKind::Usage) => 2,
            Some(ErrorKind::Configuration) => 3,
            Some(ErrorKind::Refused | ErrorKind::Rejected | ErrorKind::Held | ErrorKind::Unapproved) => 4,
            Some(ErrorKind::Unavailable) => 5,
            Some(ErrorKind::Local) => 6,
            Some(ErrorKind::Partial | ErrorKind::OutOfTime) => 7,
            Some(ErrorKind::Damaged) => 8,
            Some(ErrorKind::NotFound) => 9,
            Some(ErrorKind::Interrupted) => 130,
            Some(ErrorKind::Terminated) => 143,
        }
    }

    /// Returns whether nothing after this outcome can succeed.
    pub(crate) fn ends_run(self) -> bool {
        matches!(self, Self::Failed(_, Scope::Run))
    }

    /// Returns whether a person or the system asked the run to stop.
    pub(crate) fn is_interruption(self) -> bool {
        self.kind().is_some_and(ErrorKind::is_interruption)
    }

    /// Merges the outcomes of many sessions, in any order. An error that ended the run wins: an interruption, then refused
    /// credentials, then a local error. Otherwise outcomes that are all alike give that status, and a mixture is partial.
    pub fn merge(outcomes: impl IntoIterator<Item = Self>) -> Self {
        let outcomes: Vec<Self> = outcomes.into_iter().collect();
        for kind in [ErrorKind::Interrupted, ErrorKind::Terminated, ErrorKind::Refused, ErrorKind::Local] {
            let winner = Self::Failed(kind, Scope::Run);
            if outcomes.contains(&winner) {
                return winner;
            }
        }
        match outcomes.split_first() {
            None => Self::Done,
            Some((first, rest)) if rest.iter().all(|other| other == first) => *first,
            Some(_) => Self::PARTIAL,
        }
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        Self::Failed(kind, kind.scope())
    }
}

impl PartialEq<ErrorKind> for Exit {
    fn eq(&self, kind: &ErrorKind) -> bool {
        self.kind() == Some(*kind)
    }
}

impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Done => serializer.serialize_str("done"),
            Self::Failed(kind, _) => kind.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Exit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        if code == "done" {
            return Ok(Self::Done);
        }
        ErrorKind::deserialize(serde::de::value::StringDeserializer::new(code)).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;
    use crate::error::{ErrorKind, Scope};

    #[test]
    fn outcomes_merge_by_severity_and_never_by_order() {
        let of = |kind: ErrorKind| Exit::from(kind);
        let denied = Exit::Failed(ErrorKind::Local, Scope::Session);
        let (local, refused, not_found) = (of(ErrorKind::Local), of(ErrorKind::Refused), of(ErrorKind::NotFound));
        let terminated = of(ErrorKind::Terminated);
        let cases: &[(&[Exit], Exit)] = &[
            (&[], Exit::Done),
            (&[Exit::Done, Exit::Done], Exit::Done),
            (&[not_found, not_found], not_found),
            (&[Exit::Done, not_found], Exit::PARTIAL),
            (&[of(ErrorKind::Rejected), Exit::Done], Exit::PARTIAL),
            (&[of(ErrorKind::Unavailable), not_found], Exit::PARTIAL),
            (&[Exit::Done, refused, local], refused),
            (&[local, Exit::PARTIAL], local),
            (&[denied, local], local),
            (&[denied, Exit::Done], Exit::PARTIAL),
            (&[denied, denied], denied),
            (&[refused, terminated, Exit::Done], terminated),
        ];
        for (outcomes, expected) in cases {
            assert_eq!(Exit::merge(outcomes.iter().copied()), *expected, "{outcomes:?}");
            assert_eq!(Exit::merge(outcomes.iter().rev().copied()), *expected, "reversed {outcomes:?}");
        }
    }

    #[test]
    fn numbers_are_the_published_ones() {
        let all = [
            (ErrorKind::Unexpected, 1),
            (ErrorKind::Usage, 2),
            (ErrorKind::Configuration, 3),
            (ErrorKind::Refused, 4),
            (ErrorKind::Rejected, 4),
            (ErrorKind::Held, 4),
            (ErrorKind::Unapproved, 4),
            (ErrorKind::Unavailable, 5),
            (ErrorKind::Local, 6),
            (ErrorKind::Partial, 7),
            (ErrorKind::OutOfTime, 7),
            (ErrorKind::Damaged, 8),
            (ErrorKind::NotFound, 9),
            (ErrorKind::Interrupted, 130),
            (ErrorKind::Terminated, 143),
        ];
        for (kind, number) in all {
            assert_eq!(Exit::from(kind).code(), number);
        }
        assert_eq!(Exit::Done.code(), 0);
    }
}
