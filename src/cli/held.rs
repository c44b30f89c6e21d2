//! The commands that read archives and ask no provider: `vmedia catalog`, `find`, `show` and `open`. The doc comments here are the
//! help that people read.

use super::choices::{SortKey, TableFormat, ViewFormat};
use super::encryption::IdentityArguments;
use super::flags::{LocalFlags, ProfileFlags};
use super::values::{Condition, Since, condition, shard, since, span};
use crate::archive::Shard;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Clone, Args)]
pub(crate) struct CatalogArguments {
    /// An archive, or a folder with archives in it [default: as for download]
    #[arg(value_name = "ROOT")]
    pub(crate) root: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: SelectionArguments,
    /// Only part K of N of the sessions
    #[arg(long, value_name = "K/N", value_parser = shard, hide_short_help = true, conflicts_with = "html")]
    pub(crate) shard: Option<Shard>,
    /// Order of the sessions [default: by folder]
    #[arg(long, value_name = "KEY")]
    pub(crate) sort: Option<SortKey>,
    /// Also write index.html into the archive, with links to the sessions' pages
    ///
    /// The page lists every session, whatever is selected. Later runs of download and repair that change the archive write it again. With --identity, it holds the decisions of encrypted sessions in clear, until such a run writes it again without them; it never has names.
    #[arg(long)]
    pub(crate) html: bool,
    #[command(flatten)]
    pub(crate) identity: IdentityArguments,
    #[command(flatten)]
    pub(crate) rows: RowsArguments,
}

/// Arguments of commands that print a row for each session.
#[derive(Debug, Clone, Args)]
pub(crate) struct RowsArguments {
    /// Show all columns, however narrow the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
    /// Output format
    #[arg(long, default_value = "table")]
    pub(crate) format: TableFormat,
    /// The configuration file and its profile, for the archive's folder.
    #[command(flatten)]
    pub(crate) profile: ProfileFlags,
    #[command(flatten)]
    pub(crate) flags: LocalFlags,
}

/// Sessions that are listed.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SelectionArguments {
    /// Only sessions of this state, provider or decision; repeatable
    ///
    /// Examples are state=incomplete, provider=yoti and decision=declined. A state is complete, empty, incomplete, unfinished, unreadable or erased; erased sessions are listed only where they are asked for.
    #[arg(id = "where", long = "where", value_name = "KEY=VALUE", value_parser = condition)]
    pub(crate) conditions: Vec<Condition>,
    /// Only sessions changed since this day or moment (UTC), or 7d ago
    #[arg(long, value_name = "DATE|TIME", value_parser = since)]
    pub(crate) since: Option<Since>,
    /// Only sessions of persons whose name has these words
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FindArguments {
    /// Words or parts of words, all of which must match
    #[arg(required = true, value_name = "TEXT")]
    pub(crate) text: Vec<String>,
    /// Archive, or a folder with archives in it [default: as for download]
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) identity: IdentityArguments,
    #[command(flatten)]
    pub(crate) rows: RowsArguments,
}

/// A session in an archive.
#[derive(Debug, Clone, Args)]
pub(crate) struct HeldArguments {
    /// Id of the session, the beginning of it, or the session's folder
    #[arg(value_name = "SESSION")]
    pub(crate) session: PathBuf,
    /// Archive, or a folder with archives in it [default: as for download]
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    /// The configuration file and its profile, for the archive's folder.
    #[command(flatten)]
    pub(crate) profile: ProfileFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) held: HeldArguments,
    /// Show whole ids and all columns, however narrow the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
    /// Output format
    #[arg(long, default_value = "text")]
    pub(crate) format: ViewFormat,
    #[command(flatten)]
    pub(crate) identity: IdentityArguments,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct OpenArguments {
    #[command(flatten)]
    pub(crate) held: HeldArguments,
    #[command(flatten)]
    pub(crate) identity: IdentityArguments,
    /// Print the path or address of the page, and start no browser
    #[arg(long)]
    pub(crate) print: bool,
    /// Close an opened session after this time without a request
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "30m", requires = "identity")]
    pub(crate) idle: Duration,
}
