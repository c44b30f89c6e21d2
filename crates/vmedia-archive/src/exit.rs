//! The exit statuses, which scripts rely on and which never change, and the rule that merges many outcomes into one.
//!
//! Knows nothing of what was being done: an [`Exit`] is a verdict, the words belong to [`crate::error`].

use serde::{Deserialize, Serialize};

/// How a run, or one session of it, ended. `Display` and serde give the word that JSON events carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// 0: all that was asked for is done.
    Done,
    /// 1: something that no row below foresees; a defect of the program, most likely.
    Unexpected,
    /// 2: the command line, or the only session id on it, is malformed.
    Usage,
    /// 3: configuration or credentials are missing or cannot be read.
    Configuration,
    /// 4: the provider refuses the credentials; nothing else in this run can succeed.
    Refused,
    /// 4: the provider rejects this one request (400, a redirect); asking again changes nothing.
    Rejected,
    /// 5: provider or network unavailable after the retries; worth trying later.
    Unavailable,
    /// 6: the local file system: full, read-only, not permitted; nothing else in this run can succeed.
    Local,
    /// 6: the files of this one session cannot be read or written (another owner, a name that is too long or taken); those
    /// of others may.
    Denied,
    /// 7: some items failed, the rest is archived.
    Partial,
    /// 8: verification found damage.
    Damaged,
    /// 9: the provider does not have it.
    NotFound,
    /// 130: interrupted from the keyboard (SIGINT).
    Interrupted,
    /// 143: asked to terminate (SIGTERM, and SIGHUP on Linux).
    Terminated,
}

impl Exit {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Refused | Self::Rejected => 4,
            Self::Unavailable => 5,
            Self::Local | Self::Denied => 6,
            Self::Partial => 7,
            Self::Damaged => 8,
            Self::NotFound => 9,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// Whether nothing after this outcome can succeed, so that the run stops where it is.
    pub fn ends_run(self) -> bool {
        matches!(self, Self::Refused | Self::Local) || self.is_interruption()
    }

    /// Whether a person or the system asked the run to stop.
    pub fn is_interruption(self) -> bool {
        matches!(self, Self::Interrupted | Self::Terminated)
    }

    /// One verdict for many sessions: an interruption wins over all, then refused credentials, then the local
    /// file system; otherwise all alike give that status and a mixture gives [`Exit::Partial`]. Order never matters.
    pub fn merge(outcomes: impl IntoIterator<Item = Self>) -> Self {
        let outcomes: Vec<Self> = outcomes.into_iter().collect();
        for winner in [Self::Interrupted, Self::Terminated, Self::Refused, Self::Local] {
            if outcomes.contains(&winner) {
                return winner;
            }
        }
        match outcomes.split_first() {
            None => Self::Done,
            Some((first, rest)) if rest.iter().all(|other| other == first) => *first,
            Some(_) => Self::Partial,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn outcomes_merge_by_severity_and_never_by_order() {
        let cases: &[(&[Exit], Exit)] = &[
            (&[], Exit::Done),
            (&[Exit::Done, Exit::Done], Exit::Done),
            (&[Exit::NotFound, Exit::NotFound], Exit::NotFound),
            (&[Exit::Done, Exit::NotFound], Exit::Partial),
            (&[Exit::Rejected, Exit::Done], Exit::Partial),
            (&[Exit::Unavailable, Exit::NotFound], Exit::Partial),
            (&[Exit::Done, Exit::Refused, Exit::Local], Exit::Refused),
            (&[Exit::Local, Exit::Partial], Exit::Local),
            (&[Exit::Denied, Exit::Local], Exit::Local),
            (&[Exit::Denied, Exit::Done], Exit::Partial),
            (&[Exit::Denied, Exit::Denied], Exit::Denied),
            (&[Exit::Refused, Exit::Terminated, Exit::Done], Exit::Terminated),
        ];
        for (outcomes, expected) in cases {
            assert_eq!(Exit::merge(outcomes.iter().copied()), *expected, "{outcomes:?}");
            assert_eq!(Exit::merge(outcomes.iter().rev().copied()), *expected, "reversed {outcomes:?}");
        }
    }

    #[test]
    fn numbers_are_the_published_ones() {
        let all = [
            (Exit::Done, 0),
            (Exit::Unexpected, 1),
            (Exit::Usage, 2),
            (Exit::Configuration, 3),
            (Exit::Refused, 4),
            (Exit::Rejected, 4),
            (Exit::Unavailable, 5),
            (Exit::Local, 6),
            (Exit::Denied, 6),
            (Exit::Partial, 7),
            (Exit::Damaged, 8),
            (Exit::NotFound, 9),
            (Exit::Interrupted, 130),
            (Exit::Terminated, 143),
        ];
        for (exit, number) in all {
            assert_eq!(exit.code(), number);
        }
    }
}
