//! The flags for the encryption of what a run archives, and for opening it again.

use clap::Args;
use std::path::PathBuf;

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

/// The private keys of people who read encrypted sessions.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct IdentityArguments {
    /// Open encrypted sessions with keys of age, plugins or SSH in FILE; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: Vec<PathBuf>,
}
