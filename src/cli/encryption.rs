//! The flags for the encryption of what a run archives.

use clap::Args;

/// Encryption of what a run archives.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct EncryptionArguments {
    /// Encrypt to this public key, age1... or 'ssh-ed25519 ...'; repeatable
    #[arg(long, hide_short_help = true, value_name = "KEY")]
    pub(crate) recipient: Vec<String>,
    /// Allow a single recipient, whose lost key loses the archive
    #[arg(long, hide_short_help = true)]
    pub(crate) single_recipient: bool,
}
