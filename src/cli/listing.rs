//! The commands that show what a provider holds: `vmedia list` and `attempts`. The doc comments here are the help that people read.

use super::choices::{KindChoice, TableFormat};
use super::flags::QueryFlags;
use super::values::days;
use clap::Args;

#[derive(Debug, Clone, Args)]
pub(crate) struct ListArguments {
    /// Ids of the sessions
    #[arg(required = true, value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    #[command(flatten)]
    pub(crate) listing: ListingArguments,
    /// Show whole ids and all columns, however narrow the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
    /// Output format
    #[arg(long, default_value = "table")]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) flags: QueryFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct AttemptsArguments {
    /// Ids of the sessions
    #[arg(required = true, value_name = "SESSION_ID")]
    pub(crate) sessions: Vec<String>,
    /// Show all columns, however narrow the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
    /// Output format
    #[arg(long, default_value = "table")]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) flags: QueryFlags,
}

/// Arguments of commands that list sessions.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListingArguments {
    /// Only this attempt
    #[arg(long, value_name = "ID", conflicts_with = "latest")]
    pub(crate) attempt: Option<String>,
    /// Only the newest attempt
    #[arg(long)]
    pub(crate) latest: bool,
    /// Only these kinds of media
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) only: Vec<KindChoice>,
    /// Only media whose context matches, such as 'document-*'; repeatable
    ///
    /// The pattern is compared with the whole context, such as `document-front`, or `id_document-*/page-*` at Yoti.
    #[arg(long, value_name = "GLOB")]
    pub(crate) context: Vec<String>,
    /// Days until the provider deletes media [default: 90 (Veriff), 7 (Yoti)]
    ///
    /// A warning is printed when media are close to the provider's deletion date, N days after capture. It begins when three quarters of N days have passed. The default is an assumption: without this option, media that
    /// are older than it by a quarter are no longer warned about.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(days()))]
    pub(crate) provider_days: Option<u32>,
}
