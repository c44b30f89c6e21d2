//! The values of flags that take one word of a list, each with its help.

use clap::ValueEnum;

/// Output format of lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// For people
    #[default]
    Table,
    /// One JSON array
    Json,
    /// For spreadsheets
    Csv,
}

/// Evidence for the bytes of files in a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerifyBy {
    /// Read all of them
    #[default]
    Reading,
    /// The SHA-256 that the bucket keeps of each; reads no payload
    Store,
}

/// Output format of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventFormat {
    /// For people
    #[default]
    Text,
    /// JSON Lines on standard output, one event per line
    Json,
}

/// Output format of one session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViewFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// Order of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortKey {
    /// By the person's name
    Name,
    /// By the customer's reference
    Reference,
    /// Those first that are not complete
    State,
    /// The largest first
    Size,
    /// The first that was archived last
    First,
    /// The one that changed last
    Last,
}

/// Classes of media that are erased alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClassChoice {
    /// Faces, selfie videos, liveness, and chip data, which holds a face
    Biometric,
}

/// Protections of objects in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LockChoice {
    /// Accounts with a special permission may delete them
    Governance,
    /// No account may delete them
    Compliance,
}

/// Layouts of a version in a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayoutChoice {
    /// One object per file
    #[default]
    Bag,
    /// One ZIP file per version, and its record: for cold storage classes
    Zip,
}

/// Kinds of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindChoice {
    /// Pictures, and PDF files among them
    Image,
    /// Recordings
    Video,
    /// Data from a document's chip
    Nfc,
    /// Data files, and kinds that this version does not know
    Other,
}

impl KindChoice {
    /// Returns the kind of a name, as it is typed.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }

    /// Returns the name.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Output format of settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SettingsFormat {
    /// Table of the settings that apply to the provider or are set
    #[default]
    Table,
    /// All of them, as one JSON array of objects with name, value and source
    Json,
}

/// A provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProviderChoice {
    /// Veriff's Public API v1
    Veriff,
    /// Yoti's Identity Verification API (idverify/v1)
    Yoti,
}

impl ProviderChoice {
    /// All providers.
    pub(crate) const ALL: [Self; 2] = [Self::Veriff, Self::Yoti];

    /// Returns the name, as it is typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Veriff => "veriff",
            Self::Yoti => "yoti",
        }
    }
}

/// Use of colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
