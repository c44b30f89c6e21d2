//! The flags of runs that nobody watches. Must not resolve them: `config` does.

use super::values::span;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// How a run that nobody watches is bounded, and whom it tells how it ended.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Scheduled runs")]
pub struct ScheduleArguments {
    /// Stop after this time, such as 90s, 20m or 2h: what is finished is kept, and what is left gives status 7
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub max_duration: Option<Duration>,
    /// Ask this URL when all went well, and with /fail behind its path when not; other users can see it here, so rather set
    /// `VMEDIA_PING_URL`
    #[arg(long, value_name = "URL")]
    pub ping_url: Option<String>,
    /// When the run did not end well, give this command to the shell, with a summary as JSON on its standard input
    #[arg(long, value_name = "COMMAND")]
    pub on_failure: Option<String>,
    /// Write how the run ended into this file, for the textfile collector of Prometheus' `node_exporter`; one file a job
    #[arg(long, value_name = "FILE")]
    pub metrics_file: Option<PathBuf>,
}
