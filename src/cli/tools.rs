//! The commands for which no account is needed: `vmedia sandbox`, `demo`, `completions` and `man`. The doc comments here are
//! the help that people read.

use super::choices::ProviderChoice;
use super::flags::{ConfigFlags, LocalFlags, VerbosityFlags};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub(crate) struct SandboxArguments {
    /// Address to listen on, of this machine only
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Also serve the sessions in this folder, and keep uploads in it
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Faults, in the grammar of the sandbox's documentation.
    #[arg(
        long,
        value_name = "SCRIPT",
        value_delimiter = ',',
        help = "Misbehave: TARGET=FAULT[:ARG][*COUNT|/EVERY], several separated by commas"
    )]
    pub(crate) faults: Vec<String>,
    /// Play this provider [default: veriff]
    #[arg(long)]
    pub(crate) provider: Option<ProviderChoice>,
    /// The configuration file, which names variables that the command must not get.
    #[command(flatten)]
    pub(crate) file: ConfigFlags,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityFlags,
    /// Run this command against the sandbox, and exit with its status
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<std::ffi::OsString>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArguments {
    /// Archive folder of the demonstration
    #[arg(short, long, value_name = "DIR", default_value = "vmedia-demo")]
    pub(crate) output: PathBuf,
    /// Play this provider [default: veriff]
    #[arg(long)]
    pub(crate) provider: Option<ProviderChoice>,
    #[command(flatten)]
    pub(crate) flags: LocalFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(required_unless_present = "dir")]
    pub(crate) shell: Option<clap_complete::Shell>,
    /// Write the files for all shells to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "shell")]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ManArguments {
    /// Write a page for the program and one for each command to this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}
