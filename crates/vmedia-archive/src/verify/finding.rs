//! Findings of a verification: the comparison that failed, the place, the cause and the remedy.
//!
//! Must not know how the remedy is worded.

use serde::{Deserialize, Serialize};

/// A comparison that a verification makes.
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
    /// The encryption: each encrypted file opens with the identities, and holds what the provider sent.
    Openable,
    /// The formats of the bag's own files.
    Readable,
}

impl Aspect {
    /// Returns the stable code, the text for a comparison that found nothing, and that for one with findings.
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Listings => ("listings", "all listed files present", "files missing or not listed"),
            Self::Manifests => ("manifests", "files match manifests", "files do not match manifests"),
            Self::Journal => ("journal", "journal matches", "journal does not match"),
            Self::Signatures => ("signatures", "provider's signatures hold", "provider's signatures do not hold"),
            Self::Openable => ("openable", "encrypted files open", "encrypted files do not open"),
            Self::Readable => ("readable", "files can be read", "cannot be read"),
        }
    }

    /// Returns the stable code, as in JSON.
    pub fn as_str(self) -> &'static str {
        self.texts().0
    }

    /// Returns the text for a comparison that found nothing.
    pub fn matches(self) -> &'static str {
        self.texts().1
    }

    /// Returns the text for a comparison with findings.
    pub fn differs(self) -> &'static str {
        self.texts().2
    }

    /// Returns the remedy that most often helps.
    fn remedy(self) -> Remedy {
        match self {
            Self::Listings | Self::Manifests => Remedy::Repair,
            Self::Journal => Remedy::Compare,
            Self::Signatures => Remedy::Secrets,
            Self::Openable => Remedy::Keys,
            Self::Readable => Remedy::Restore,
        }
    }
}

/// The remedy for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// `vmedia repair` fetches or writes it again.
    Repair,
    /// Restore it from a backup: the provider may not have it any more.
    Restore,
    /// `vmedia download` continues an interrupted run.
    Download,
    /// Move it out: it does not belong there.
    MoveOut,
    /// `vmedia erase` finishes an erasure, or repeats it.
    Erase,
    /// `vmedia encrypt` finishes an encryption.
    Encrypt,
    /// The operator decides: the session may have been deleted on purpose.
    Decide,
    /// Move the folder in: a link is in its place.
    MoveIn,
    /// Restore the journal from a backup.
    RestoreJournal,
    /// Compare with a backup: the archive was changed.
    Compare,
    /// Use other secrets: these may be of another time.
    Secrets,
    /// Restore the session's keys, or use another identity.
    Keys,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The comparison that found it.
    pub aspect: Aspect,
    /// The path below the session's folder, or a segment of the journal.
    pub path: String,
    /// The fault, in one line.
    pub what: String,
    /// The remedy.
    pub remedy: Remedy,
}

impl Finding {
    /// Creates a finding with the usual remedy of its comparison.
    pub fn new(aspect: Aspect, path: &str, what: impl Into<String>) -> Self {
        Self { aspect, path: path.to_owned(), what: what.into(), remedy: aspect.remedy() }
    }

    /// Replaces the remedy.
    #[must_use]
    pub fn helped_by(self, remedy: Remedy) -> Self {
        Self { remedy, ..self }
    }

    /// Returns true if fetching from the provider may help.
    pub fn can_be_fetched(&self) -> bool {
        matches!(self.remedy, Remedy::Repair | Remedy::Restore)
    }
}
