//! The flags for the seals of a run.

use clap::Args;
use std::path::PathBuf;

/// Seals of a run's journal.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Seals")]
pub(crate) struct SealArguments {
    /// Sign the run's journal with this Ed25519 key from ssh-keygen
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    pub(crate) sign_key: Option<PathBuf>,
    /// Sign above unsigned earlier runs, and record REASON in the journal
    ///
    /// Without it a run refuses to sign above earlier runs that changed sessions without a signature.
    #[arg(long, hide_short_help = true, value_name = "REASON", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) accept_unsealed: Option<String>,
    /// Have the run's journal time-stamped by this authority (RFC 3161)
    ///
    /// Only a digest is sent to the time-stamping authority.
    #[arg(long, hide_short_help = true, value_name = "URL")]
    pub(crate) timestamp: Option<String>,
}
