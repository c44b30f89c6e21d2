//! What a verification finds: what the archive fails to be, where, why, and what helps.
//!
//! Must not know how it was found or in which words people are told what to do.

use serde::{Deserialize, Serialize};

/// What an archive should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// Every listing that was asked for is here, every medium that the provider listed has one recorded state and is not
    /// failed or gone, nothing is missing, and nothing is there that nobody vouches for.
    Complete,
    /// Every file has the bytes that the manifests say.
    Intact,
    /// The journal holds and agrees with the bags.
    Unaltered,
    /// The provider's signatures hold over what is stored.
    Authentic,
    /// The bag's own files can be read.
    Readable,
}

impl Aspect {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Intact => "intact",
            Self::Unaltered => "unaltered",
            Self::Authentic => "authentic",
            Self::Readable => "readable",
        }
    }

    /// What most often helps.
    fn remedy(self) -> Remedy {
        match self {
            Self::Complete | Self::Intact => Remedy::Repair,
            Self::Unaltered => Remedy::Compare,
            Self::Authentic => Remedy::Secrets,
            Self::Readable => Remedy::Restore,
        }
    }
}

/// What helps against a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// `vmedia repair` fetches or writes it again.
    Repair,
    /// The provider cannot give it again, or nobody knows what it was: a backup can.
    Restore,
    /// `vmedia download` goes on where a run ended.
    Download,
    /// It does not belong there.
    MoveOut,
    /// A session that may have been deleted on purpose.
    Decide,
    /// A link in the place of a folder.
    MoveIn,
    /// A backup of the journal.
    RestoreJournal,
    /// Somebody changed the archive.
    Compare,
    /// The secrets may be those of another time.
    Secrets,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What the archive fails to be because of it.
    pub aspect: Aspect,
    /// The path below the session's folder, or a segment of the journal.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
    /// What helps.
    pub remedy: Remedy,
}

impl Finding {
    /// A finding against which helps what most often does.
    pub fn new(aspect: Aspect, path: &str, what: impl Into<String>) -> Self {
        Self { aspect, path: path.to_owned(), what: what.into(), remedy: aspect.remedy() }
    }

    /// The same, against which something else helps.
    #[must_use]
    pub fn helped_by(self, remedy: Remedy) -> Self {
        Self { remedy, ..self }
    }

    /// Whether it is worth asking the provider again.
    pub fn can_be_fetched(&self) -> bool {
        matches!(self.remedy, Remedy::Repair | Remedy::Restore)
    }
}
