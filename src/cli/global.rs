//! The flags that every command takes. Must not resolve them: `config` does.

use super::values::{bytes, rate, seconds};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Use this profile of the configuration file
    #[arg(short, long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Read this configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Ask this provider
    #[arg(long, global = true)]
    pub provider: Option<ProviderChoice>,
    /// Where the provider's API begins, with or without /v1
    #[arg(long, global = true, value_name = "URL")]
    pub base_url: Option<String>,
    /// Say only what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: -v each file and its causes, -vv each request
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Draw no progress bars
    #[arg(long, global = true)]
    pub no_progress: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Append what happens to this file, a line an event
    #[arg(long, global = true, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Trust the certificate authorities in this PEM file too
    #[arg(long, global = true, value_name = "FILE", help_heading = "Network")]
    pub ca_cert: Option<PathBuf>,
    /// Allow plain http to hosts other than this machine
    #[arg(long, global = true, help_heading = "Network")]
    pub insecure_http: bool,
    /// Further tries after one that failed for a passing reason [default: 5]
    #[arg(long, global = true, value_name = "N", help_heading = "Network", value_parser = clap::value_parser!(u32).range(..=100))]
    pub retries: Option<u32>,
    /// Seconds before the second try; doubled for each further one [default: 0.5]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Network", value_parser = seconds)]
    pub retry_delay: Option<Duration>,
    /// Seconds to wait for a connection [default: 10]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Network", value_parser = seconds)]
    pub connect_timeout: Option<Duration>,
    /// Seconds of silence after which a try is given up [default: 60]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Network", value_parser = seconds)]
    pub timeout: Option<Duration>,
    /// Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Network", value_parser = seconds)]
    pub max_time: Option<Duration>,
    /// Requests to begin at most, such as 20/s or 600/m, further tries included
    #[arg(long, global = true, value_name = "N/s", help_heading = "Network", value_parser = rate)]
    pub max_rate: Option<f64>,
    /// Bytes to take in a second at most, by all transfers together, such as 500k or 2M
    #[arg(long, global = true, value_name = "BYTES", help_heading = "Network", value_parser = bytes)]
    pub limit_rate: Option<u64>,
}

/// Providers that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProviderChoice {
    /// Veriff's Public API v1
    Veriff,
    /// Yoti's Identity Verification API (idverify/v1)
    Yoti,
}

impl ProviderChoice {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Veriff, Self::Yoti];

    /// The name as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Veriff => "veriff",
            Self::Yoti => "yoti",
        }
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
