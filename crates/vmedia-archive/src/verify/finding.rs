//! What a verification finds: which comparison failed, where, why, and what helps.
//!
//! Must not know how it was found or how the remedy is worded.

use serde::{Deserialize, Serialize};

/// What the files of an archive are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// The listings and the record: every listing that was asked for is here, every media file that the provider listed has
    /// one recorded state and is not failed or gone, nothing is missing, and nothing is there that they do not name.
    Listings,
    /// The manifests: every file has the bytes that they say.
    Manifests,
    /// The journal: its own chain holds, and it agrees with the bags.
    Journal,
    /// The provider's signatures over what is stored.
    Signatures,
    /// The formats of the bag's own files.
    Readable,
}

impl Aspect {
    /// Returns the stable code, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listings => "listings",
            Self::Manifests => "manifests",
            Self::Journal => "journal",
            Self::Signatures => "signatures",
            Self::Readable => "readable",
        }
    }

    /// Returns the words for a comparison that found nothing.
    pub fn matches(self) -> &'static str {
        match self {
            Self::Listings => "all listed files present",
            Self::Manifests => "files match manifests",
            Self::Journal => "journal matches",
            Self::Signatures => "provider's signatures hold",
            Self::Readable => "files can be read",
        }
    }

    /// Returns the words for a comparison that found something.
    pub fn differs(self) -> &'static str {
        match self {
            Self::Listings => "files missing or not listed",
            Self::Manifests => "files do not match manifests",
            Self::Journal => "journal does not match",
            Self::Signatures => "provider's signatures do not hold",
            Self::Readable => "cannot be read",
        }
    }

    /// What most often helps.
    fn remedy(self) -> Remedy {
        match self {
            Self::Listings | Self::Manifests => Remedy::Repair,
            Self::Journal => Remedy::Compare,
            Self::Signatures => Remedy::Secrets,
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
    /// The provider cannot give it again, or it is unknown: a backup can.
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
    /// The archive was changed.
    Compare,
    /// The secrets may be those of another time.
    Secrets,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Which comparison found it.
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
