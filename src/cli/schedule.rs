//! The flags of scheduled runs. Must not resolve them: `config` does.

use super::values::span;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Limits and notifications of a scheduled run.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Scheduled runs")]
pub(crate) struct ScheduleArguments {
    /// Stop after this time, such as 90s, 20m or 2h
    ///
    /// Finished files are kept. The exit status is 7 when something is left.
    #[arg(long, hide_short_help = true, value_name = "TIME", value_parser = span)]
    pub(crate) max_duration: Option<Duration>,
    /// Ping URL on success and URL/fail on failure
    ///
    /// Other users can see it on the command line; `VMEDIA_PING_URL` is the better place.
    #[arg(long, hide_short_help = true, value_name = "URL")]
    pub(crate) ping_url: Option<String>,
    /// Run this shell command on failure, with a JSON summary on its input
    #[arg(long, hide_short_help = true, value_name = "COMMAND")]
    pub(crate) on_failure: Option<String>,
    /// Write metrics to FILE, for Prometheus' textfile collector
    ///
    /// Each job needs a file of its own.
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    pub(crate) metrics_file: Option<PathBuf>,
}
