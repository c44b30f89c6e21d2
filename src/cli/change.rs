//! The commands that change what an archive holds or vouches for, and fetch nothing: `vmedia erase`, `adopt`, `encrypt` and `export`. The doc comments here are
//! the help that people read.

use super::choices::{ClassChoice, EventFormat, ProviderChoice};
use super::encryption::{EncryptionArguments, IdentityArguments};
use super::flags::{ConnectionFlags, Flags, LogFlags, ProfileFlags, ProgressFlags, TrustFlags, VerbosityFlags};
use super::seal::SealArguments;
use super::values::{approvals, shard};
use crate::archive::Shard;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub(crate) struct EraseArguments {
    /// Ids of the sessions
    #[arg(required_unless_present = "plan", value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    /// Erase only the media of this class, and keep the rest of the session
    #[arg(long, value_name = "CLASS")]
    pub(crate) class: Option<ClassChoice>,
    /// Also delete the sessions at the provider, in final states only
    ///
    /// Each session is erased here first. Veriff deletes 5 sessions an hour and 10 a day, if that is enabled for the integration; Yoti deletes none
    /// whose checks are not finished. The same command goes on with what could not be deleted.
    #[arg(long, conflicts_with = "class")]
    pub(crate) at_provider: bool,
    /// Also remove all of their versions in the buckets that they were shipped to
    ///
    /// Each session is erased here first. What a lock or a legal hold keeps is reported, and the same command goes on with it later.
    #[arg(long, conflicts_with = "class")]
    pub(crate) at_store: bool,
    /// Use this provider
    #[arg(long, help_heading = "Configuration", requires = "at_provider", hide_short_help = true)]
    pub(crate) provider: Option<ProviderChoice>,
    /// URL where the provider's API begins, with or without /v1
    #[arg(long, value_name = "URL", help_heading = "Configuration", requires = "at_provider", hide_short_help = true)]
    pub(crate) base_url: Option<String>,
    /// Law, rule or order that requires the erasure, for the certificate
    #[arg(long, value_name = "TEXT", required_unless_present = "plan", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) authority: Option<String>,
    /// Erase the sessions of an approved plan, each under the authority that it names
    ///
    /// Its signatures are the files beside it whose names begin with the plan's and end in .sig.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sessions", "authority", "class"])]
    pub(crate) plan: Option<PathBuf>,
    /// Persons who may approve the plan: an OpenSSH list of allowed signers
    #[arg(long, value_name = "FILE", requires = "plan")]
    pub(crate) approvals: Option<PathBuf>,
    /// Number of persons who must have approved it [default: the profile's, else 1]
    #[arg(long, value_name = "N", requires = "plan", value_parser = clap::value_parser!(u32).range(approvals()))]
    pub(crate) need: Option<u32>,
    /// Show what would be erased and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct AdoptArguments {
    /// Ids of the sessions [default: all that the journal lacks]
    #[arg(value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    /// Check the provider's signatures, with the API secrets of that time
    #[arg(long)]
    pub(crate) authenticate: bool,
    #[command(flatten)]
    pub(crate) identity: IdentityArguments,
    /// Provider whose signatures are checked
    #[arg(long, help_heading = "Configuration")]
    pub(crate) provider: Option<ProviderChoice>,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct EncryptArguments {
    /// Ids of the sessions [default: all of the archive]
    #[arg(value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    #[command(flatten)]
    pub(crate) encryption: EncryptionArguments,
    /// Make no keyed fingerprints, so that no credentials are needed
    ///
    /// A further download cannot tell then which answers of the provider are unchanged, and keeps each once more.
    #[arg(long)]
    pub(crate) no_fingerprints: bool,
    /// Only part K of N of the sessions
    #[arg(long, value_name = "K/N", value_parser = shard, hide_short_help = true)]
    pub(crate) shard: Option<Shard>,
    /// Show what would be encrypted and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Provider whose credentials key the fingerprints
    #[arg(long, help_heading = "Configuration", hide_short_help = true)]
    pub(crate) provider: Option<ProviderChoice>,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
    #[command(flatten)]
    pub(crate) progress: ProgressFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ExportArguments {
    /// Ids of the sessions
    #[arg(required = true, value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    /// New ZIP file, or page
    #[arg(short, long, value_name = "FILE", required = true)]
    pub(crate) output: PathBuf,
    /// Leave out files of these kinds, such as face, video or person
    ///
    /// A kind is a sort of media (image, video, nfc, other), a context of media such as `face` or `document-back`, or a document of the provider such as `person`; `metadata` is all documents. A kind that
    /// no file has is an error that lists those that there are.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub(crate) without: Vec<String>,
    /// Write the page of one session with its media in it, instead of a ZIP file
    #[arg(long, conflicts_with = "without")]
    pub(crate) html: bool,
    /// Open an encrypted session for --html with the private keys in FILE; repeatable
    ///
    /// The page is then not encrypted.
    #[arg(long, value_name = "FILE", requires = "html")]
    pub(crate) identity: Vec<PathBuf>,
    /// Recipient, which is recorded
    #[arg(long = "for", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) recipient: Option<String>,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

impl EraseArguments {
    /// Returns the shared flags.
    pub(super) fn flags(&self) -> Flags {
        let mut flags = self.change.flags(self.provider);
        flags.connection.base_url.clone_from(&self.base_url);
        flags
    }
}

impl EncryptArguments {
    /// Returns the shared flags.
    pub(super) fn flags(&self) -> Flags {
        Flags { progress: self.progress.clone(), ..self.change.flags(self.provider) }
    }
}

/// Arguments of these commands.
#[derive(Debug, Clone, Args)]
pub(crate) struct ChangeArguments {
    /// Your reason, which is recorded; without the person's name
    #[arg(long, value_name = "TEXT", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
}

/// Arguments of commands that write to the journal of an archive.
#[derive(Debug, Clone, Args)]
pub(crate) struct ArchiveArguments {
    /// The archive [default: as for download]
    #[arg(long = "archive", value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Output format
    #[arg(long, default_value = "text")]
    pub(crate) format: EventFormat,
    #[command(flatten)]
    pub(crate) seal: SealArguments,
    /// The configuration file and its profile, for the archive's folder, the secrets and the seals.
    #[command(flatten)]
    pub(crate) profile: ProfileFlags,
    /// Trusted servers with --timestamp.
    #[command(flatten)]
    pub(crate) trust: TrustFlags,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityFlags,
    #[command(flatten)]
    pub(crate) log: LogFlags,
}

impl ChangeArguments {
    /// Returns the shared flags, with this provider.
    pub(super) fn flags(&self, provider: Option<ProviderChoice>) -> Flags {
        self.archive.flags(provider)
    }
}

impl ArchiveArguments {
    /// Returns the shared flags, with this provider.
    pub(super) fn flags(&self, provider: Option<ProviderChoice>) -> Flags {
        let (profile, trust) = (self.profile.clone(), self.trust.clone());
        let connection = ConnectionFlags { profile, provider, trust, ..ConnectionFlags::default() };
        Flags { connection, verbosity: self.verbosity.clone(), log: self.log.clone(), ..Flags::default() }
    }
}
